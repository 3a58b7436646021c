package server

import (
	"bytes"
	"context"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/accounts"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// mlsObjects are the columns that may hold the credential of an erased account,
// because other members need the MLS objects in them. docs/security.md lists them.
var mlsObjects = []string{"group_infos.tree_change", "messages.ciphertext", "trees.tree", "welcomes.ratchet_tree"}

// newEraser makes an eraser that does not wait.
func newEraser(s *Server) *accounts.Eraser {
	return &accounts.Eraser{
		Changes: accounts.Changes{Pool: s.Pool, Pseudonyms: s.Pseudonyms,
			Audit: accounts.Audit{Key: s.config.Secret.Key(accounts.AuditKey), Actor: "tester"}},
		Leave: s.Leave, Linger: -1, TellTime: -1,
	}
}

// columnsNaming lists the columns that have a text, as it is or in hexadecimal. It
// reads every table in the form that pg_dump writes, without needing a pg_dump of the
// server's version.
func columnsNaming(t *testing.T, s *Server, text string) []string {
	t.Helper()
	coded := hex.EncodeToString([]byte(text))
	var found []string
	tables := dbtest.Value[[]string](t, s.Pool, `SELECT array_agg(oid::regclass::text ORDER BY relname) FROM pg_class
		WHERE relkind IN ('r', 'm', 'p', 'S') AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`)
	for _, table := range tables {
		columns := dbtest.Value[[]string](t, s.Pool, `SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
			WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped`, table)
		for line := range bytes.Lines(copyOf(t, s, table)) {
			for i, value := range strings.Split(string(line), "\t") {
				if strings.Contains(value, text) || strings.Contains(value, coded) {
					found = append(found, table+"."+columns[i])
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// copyOf returns the rows of a table as pg_dump writes them.
func copyOf(t *testing.T, s *Server, table string) []byte {
	t.Helper()
	conn, err := s.Pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	var out bytes.Buffer
	if _, err := conn.Conn().PgConn().CopyTo(t.Context(), &out, "COPY (SELECT * FROM "+table+") TO STDOUT"); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// liveOf makes bob do everything that leaves a row with his DID, and returns the
// group that he is in with alice and carol, at the epoch of his commit.
func liveOf(t *testing.T, s *Server, alice, bob, carol *mlstest.Client) *mlstest.Group {
	t.Helper()
	ctx, key := t.Context(), "key"
	start := mlstest.NewGroup(alice, mlstest.Random(16)).With(bob, carol)
	c := start.Commit(alice, mlstest.Plan{Add: commitPackages(t, s, bob, carol)})
	if _, err := s.CreateConvo(ctx, by(alice), &gen.CreateConvoInput{
		GroupID: servertest.IDOf(start), CipherSuite: alice.Suite.String(), IdempotencyKey: &key,
		InitialMembers: []string{bob.DID, carol.DID}, WelcomeMessage: c.Welcome, GroupInfo: c.GroupInfo,
	}); err != nil {
		t.Fatal(err)
	}
	g, id := c.Next, servertest.IDOf(start)
	commitGroup(t, s, bob, carol) // of which he is the creator, and which he has added carol to
	commitPackage(t, s, bob)
	commitPackage(t, s, alice)
	if _, err := s.GetKeyPackages(ctx, by(bob), &gen.GetKeyPackagesParams{DIDs: []string{alice.DID}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.GetKeyPackages(ctx, by(alice), &gen.GetKeyPackagesParams{DIDs: []string{bob.DID}}); err != nil {
		t.Fatal(err)
	}
	g = advance(t, s, g, bob, 1)
	if _, err := s.SendMessage(ctx, by(bob), servertest.Message(id, int64(g.Epoch()))); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SendProposal(ctx, by(bob), &gen.SendProposalInput{ConvoID: id, Proposal: g.ProposeUpdate(bob, true).Message}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.GetSubscriptionTicket(ctx, by(bob), &gen.GetSubscriptionTicketInput{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.RequestRejoin(ctx, by(bob), &gen.RequestRejoinInput{ConvoID: id}); err != nil {
		t.Fatal(err)
	}
	dbtest.Exec(t, s.Pool, `INSERT INTO read_positions VALUES ($1, $2, 1, now())`, id, bob.DID)
	dbtest.Exec(t, s.Pool, `INSERT INTO commit_failures VALUES ($1, 1, $2, now())`, id, bob.DID)
	dbtest.Exec(t, s.Pool, `UPDATE conversations SET reserved_for = $2, reserved_until = now(), reserved_at = now() WHERE convo_id = $1`, id, bob.DID)
	dbtest.Exec(t, s.Pool, `INSERT INTO account_origins VALUES ($1, 'pds.example', now(), now())`, bob.DID)
	dbtest.Exec(t, s.Pool, `INSERT INTO account_keys VALUES ($1, 'zkey', now())`, bob.DID)
	dbtest.Exec(t, s.Pool, `INSERT INTO blobs VALUES ($1, 'bafkreibob', 'object-of-bob', 10, 'image/png', now(), TRUE)`, bob.DID)
	dbtest.Exec(t, s.Pool, `INSERT INTO message_blobs SELECT convo_id, max(seq), 'bafkreibob', $2 FROM messages WHERE convo_id = $1 GROUP BY convo_id`, id, bob.DID)
	dbtest.Exec(t, s.Pool, `INSERT INTO orphan_objects VALUES ('upload-of-bob', now(), FALSE, $1, 10)`, bob.DID)
	dbtest.Exec(t, s.Pool, `INSERT INTO blocks VALUES ($1, $2, now()), ($2, $1, now())`, alice.DID, bob.DID)
	dbtest.Exec(t, s.Pool, `INSERT INTO reports (reporter_did, reason_type, subject_did, reason, created_at)
		VALUES ($1, 'spam', $2, 'see ' || $2, now()), ($2, 'spam', $1, NULL, now())`, alice.DID, bob.DID)
	if _, err := newEraser(s).SetHostStatus(ctx, bob.DID, accounts.Deleted, time.Hour); err != nil {
		t.Fatal(err)
	}
	return g
}

// everyColumn are the columns that name an account.
var everyColumn = []string{
	"account_keys.did", "account_origins.did", "account_states.did", "accounts.did", "blobs.did", "blocks.blocked_did", "blocks.did", "commit_failures.did",
	"contact_preferences.did", "conversations.creator_did", "conversations.reserved_for", "convo_blocks.did", "declines.adder_did", "declines.did", "devices.did", "events.body", "events.target_did",
	"idempotency_records.answer", "join_links.maker_did", "join_requests.did", "key_packages.did", "key_packages.key_package", "key_packages.lease_holder", "leaves.credential", "leaves.did",
	"memberships.added_by", "memberships.did", "message_blobs.owner_did", "messages.ciphertext", "messages.sender_did", "orphan_objects.did", "package_claims.did",
	"read_positions.did", "rejoin_requests.did", "reports.reason", "reports.reporter_did", "reports.subject_did", "stranger_allowances.did",
	"strangers_asked.did", "tickets.did", "trees.tree", "welcome_recipients.did",
}

// The erasure of an account leaves no column that names it, apart from MLS objects
// that other members need. They are told that it left, and remove its leaf; then
// the GroupInfo does not name it either.
func TestEraseAccount(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	ctx := t.Context()
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := liveOf(t, s, alice, bob, carol)
	id, pseudonym := servertest.IDOf(g), s.Pseudonyms.Of(bob.DID)
	dbtest.Exec(t, s.Pool, `INSERT INTO declines (did, adder_did) VALUES ($1, $2), ($2, $1)`, bob.DID, alice.DID)
	dbtest.Exec(t, s.Pool, `INSERT INTO convo_blocks VALUES ($1, $2)`, bob.DID, id)
	dbtest.Exec(t, s.Pool, `INSERT INTO strangers_asked VALUES ($1, 'h', now())`, bob.DID)
	dbtest.Exec(t, s.Pool, `INSERT INTO stranger_allowances VALUES ($1, 5)`, bob.DID)
	dbtest.Exec(t, s.Pool, `INSERT INTO join_links (convo_id, code_hash, maker_did, join_rule, require_approval, created_at)
		VALUES ($1, 'of bob', $2, 'anyone', TRUE, now()), ($1, 'of alice', $3, 'anyone', TRUE, now())`, id, bob.DID, alice.DID)
	dbtest.Exec(t, s.Pool, `INSERT INTO join_requests VALUES ($1, $2, 'of alice', 'rejected', now()), ($1, 'did:web:other.example', 'of bob', 'pending', now())`, id, bob.DID)
	dbtest.Exec(t, s.Pool, `UPDATE memberships SET added_by = $1 WHERE convo_id = $2 AND did = $3`, bob.DID, id, carol.DID)
	if got := columnsNaming(t, s, bob.DID); !slices.Equal(got, everyColumn) {
		t.Fatalf("before the erasure these columns name the account:\n%v\nwant\n%v", got, everyColumn)
	}
	e := newEraser(s)
	if err := e.Erase(ctx, bob.DID); err != nil {
		t.Fatal(err)
	}
	// A call that was admitted before the erasure stores something after it.
	dbtest.Exec(t, s.Pool, `INSERT INTO accounts (did, created_at) VALUES ($1, now())`, bob.DID)
	if err := e.Round(ctx); err != nil {
		t.Fatal(err)
	}
	if got, want := columnsNaming(t, s, bob.DID), []string{"messages.ciphertext", "trees.tree"}; !slices.Equal(got, want) {
		t.Errorf("after the erasure these columns name the account: %v, want %v", got, want)
	}
	told := dbtest.Value[string](t, s.Pool, `SELECT string_agg(body ->> 'action', ' ' ORDER BY pos, seq, n) FROM events
		WHERE convo_id = $1 AND body ->> 'did' = $2 AND kind = 'membership'`, id, pseudonym)
	if told != "left pending-removal" {
		t.Errorf("the conversation was told %q", told)
	}
	if got := dbtest.Value[string](t, s.Pool, `SELECT string_agg(object_key, ' ' ORDER BY object_key) FROM orphan_objects WHERE marked`); got != "object-of-bob upload-of-bob" {
		t.Errorf("these objects are deleted: %s", got)
	}
	actions := dbtest.Value[string](t, s.Pool, `SELECT string_agg(action, ', ' ORDER BY id) FROM admin_audit WHERE subject = $1`, e.Audit.Subject(bob.DID))
	if actions != "account deleted, account erase, account erased" {
		t.Errorf("the audit has %q", actions)
	}
	removeErased(t, s, g, carol, bob)
	got := columnsNaming(t, s, bob.DID)
	// The other conversation's tree still has the leaf.
	if storedTreeNames(t, s, id, bob.DID) {
		t.Error("after the removal of the leaf, the stored tree names the account")
	}
	for _, column := range got {
		if !slices.Contains(mlsObjects, column) {
			t.Errorf("%s is no MLS object that others need", column)
		}
	}
}

// removeErased commits the removal of an erased account's leaf, which getConvos
// shows under the pseudonym.
func removeErased(t *testing.T, s *Server, g *mlstest.Group, committer, erased *mlstest.Client) {
	t.Helper()
	id, pseudonym := servertest.IDOf(g), s.Pseudonyms.Of(erased.DID)
	out, err := s.GetConvos(t.Context(), by(committer), &gen.GetConvosParams{Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range out.Conversations {
		i := slices.IndexFunc(c.Members, func(m gen.MemberView) bool { return m.DID == pseudonym })
		if c.ID != id {
			continue
		}
		if i < 0 || c.Members[i].PendingRemoval == nil || c.Members[i].LeafIndex == nil || *c.Members[i].LeafIndex != int64(g.Index(erased)) {
			t.Fatalf("the members are %s", asJSON(t, c.Members))
		}
	}
	// A commit that leaves the leaf is accepted as well.
	g = advance(t, s, g, committer, 1)
	c := g.Commit(committer, mlstest.Plan{RemoveDIDs: []string{erased.DID}})
	sent, err := s.SendCommit(t.Context(), by(committer), commitInput(g, c))
	accepted(t, sent, err)
	if n := dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM memberships WHERE convo_id = $1 AND pending_removal`, id); n != 0 {
		t.Error("the removal is still pending")
	}
	if n := dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM leaves WHERE convo_id = $1 AND did = $2`, id, pseudonym); n != 0 {
		t.Error("the leaf is still there")
	}
}

// The leaf of an erased account can be removed under either of its names, and the
// account can be added again.
func TestErasedAccountIsRemovedByName(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	for name, removed := range map[string]func() []string{
		"its DID":       func() []string { return []string{bob.DID} },
		"its pseudonym": func() []string { return []string{s.Pseudonyms.Of(bob.DID)} },
	} {
		g := commitGroup(t, s, alice, bob, carol)
		id := servertest.IDOf(g)
		if err := newEraser(s).Erase(t.Context(), bob.DID); err != nil {
			t.Fatal(err)
		}
		c := g.Commit(carol, mlstest.Plan{RemoveDIDs: []string{bob.DID}})
		in := commitInput(g, c)
		in.RemovedDIDs = removed()
		out, err := s.SendCommit(t.Context(), by(carol), in)
		accepted(t, out, err)
		sameRoster(t, s, c.Next)
		if n := dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM events WHERE convo_id = $1 AND body ->> 'action' = 'removed'`, id); n != 1 {
			t.Errorf("%s: %d events tell of the removal", name, n)
		}
		if n := dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM events WHERE body::text LIKE '%' || $1 || '%'`, bob.DID); n != 0 {
			t.Errorf("%s: %d events name the account", name, n)
		}
		again := c.Next.Commit(alice, mlstest.Plan{Add: commitPackages(t, s, bob)})
		added, err := s.AddMembers(t.Context(), by(alice), addInput(c.Next, again, bob))
		if err != nil || !added.Success {
			t.Fatalf("%s: added again: %v, %v", name, added, err)
		}
		sameRoster(t, s, again.Next)
	}
}

// An account that was reported as deleted is erased after its time, but only if its
// PDS says the same then. A suspension outlives the erasure.
func TestEraseDeletedAccount(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	ctx := t.Context()
	bob := commitClient("bob")
	commitGroup(t, s, commitClient("alice"), bob)
	e := newEraser(s)
	now := accounts.Deactivated
	e.HostStatus = func(context.Context, string) (string, error) { return now, nil }
	report := func(grace time.Duration) {
		t.Helper()
		if _, err := e.SetHostStatus(ctx, bob.DID, accounts.Deleted, grace); err != nil {
			t.Fatal(err)
		}
		if err := e.Round(ctx); err != nil {
			t.Fatal(err)
		}
	}
	status := func() string {
		t.Helper()
		state, err := e.Read(ctx, bob.DID)
		if err != nil {
			t.Fatal(err)
		}
		return state.String()
	}
	report(time.Hour)
	if got := status(); got != "deleted at its PDS" {
		t.Errorf("before its time it is %s", got)
	}
	if _, err := e.SetHostStatus(ctx, bob.DID, "", 0); err != nil {
		t.Fatal(err)
	}
	report(0)
	if got := status(); got != "deactivated at its PDS" {
		t.Errorf("after its time the PDS says deactivated, and it is %s", got)
	}
	if _, err := e.Suspend(ctx, bob.DID); err != nil {
		t.Fatal(err)
	}
	now = accounts.Deleted
	report(0)
	if n := dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM memberships WHERE did = $1`, bob.DID); n != 0 {
		t.Error("it has memberships still")
	}
	if got := status(); got != "suspended" {
		t.Errorf("erased, it is %s", got)
	}
	if got := columnsNaming(t, s, bob.DID); slices.Contains(got, "account_states.did") {
		t.Error("account_states names it")
	}
	if changed, err := e.Resume(ctx, bob.DID); err != nil || !changed || status() != "active" {
		t.Errorf("resumed: %v, %v, %s", changed, err, status())
	}
}

// In a conversation that the operator has locked members can read, leave and remove
// others; nothing else works until it is unlocked. No admin can unlock it.
func TestLockedConvo(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	ctx := t.Context()
	alice, bob, carol, dave := commitClient("alice"), commitClient("bob"), commitClient("carol"), commitClient("dave")
	g := commitGroup(t, s, alice, bob, carol)
	id := servertest.IDOf(g)
	dbtest.Exec(t, s.Pool, `UPDATE conversations SET locked_at = now(), locked_by_operator = TRUE WHERE convo_id = $1`, id)
	add := g.Commit(alice, mlstest.Plan{Add: commitPackages(t, s, dave)})
	update := g.Commit(alice, mlstest.Plan{})
	key := "again"
	message := servertest.Message(id, 1)
	withKey := servertest.Message(id, 1)
	withKey.IdempotencyKey = &key
	refused := map[string]func() error{
		"sendMessage":          func() error { _, err := s.SendMessage(ctx, by(alice), message); return err },
		"sendMessage, locking": func() error { _, err := s.SendMessage(ctx, by(alice), withKey); return err },
		"addMembers":           func() error { _, err := s.AddMembers(ctx, by(alice), addInput(g, add, dave)); return err },
		"sendCommit":           func() error { _, err := s.SendCommit(ctx, by(alice), commitInput(g, update)); return err },
		"updateGroupInfo": func() error {
			_, err := s.UpdateGroupInfo(ctx, by(alice), &gen.UpdateGroupInfoInput{ConvoID: id, GroupInfo: g.SignGroupInfo(alice, true)})
			return err
		},
		"requestRejoin": func() error {
			_, err := s.RequestRejoin(ctx, by(alice), &gen.RequestRejoinInput{ConvoID: id})
			return err
		},
		"sendEphemeral": func() error {
			_, err := s.SendEphemeral(ctx, by(alice), &gen.SendEphemeralInput{ConvoID: id, Epoch: 1, Ciphertext: xrpc.Bytes{1}})
			return err
		},
		"sendProposal": func() error {
			_, err := s.SendProposal(ctx, by(alice), &gen.SendProposalInput{ConvoID: id, Proposal: g.ProposeUpdate(alice, true).Message})
			return err
		},
	}
	for name, call := range refused {
		unchanged(t, s, id, func() {
			if err := call(); err == nil {
				t.Errorf("%s is accepted", name)
			} else {
				servertest.WantError(t, err, xrpc.ConvoLocked)
			}
		})
	}
	if _, err := s.GetMessages(ctx, by(bob), &gen.GetMessagesParams{ConvoID: id}); err != nil {
		t.Errorf("reading: %v", err)
	}
	if _, err := s.LockConvo(ctx, by(alice), &gen.LockConvoInput{ConvoID: id}); err != nil {
		t.Errorf("locked by both: %v", err)
	}
	unlocked, err := s.UnlockConvo(ctx, by(alice), &gen.UnlockConvoInput{ConvoID: id})
	if err != nil || *unlocked.Convo.LockStatus != "locked-by-operator" {
		t.Errorf("an admin unlocked it: %s, %v", asJSON(t, unlocked), err)
	}
	leaveNow(t, s, g, bob)
	remove := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{bob.DID, carol.DID}})
	in := commitInput(g, remove)
	in.RemovedDIDs = []string{bob.DID, carol.DID}
	out, err := s.SendCommit(ctx, by(alice), in)
	accepted(t, out, err)
	dbtest.Exec(t, s.Pool, `UPDATE conversations SET locked_at = NULL, locked_by_operator = FALSE WHERE convo_id = $1`, id)
	if _, err := s.SendMessage(ctx, by(alice), servertest.Message(id, 2)); err != nil {
		t.Errorf("unlocked: %v", err)
	}
}
