package server

import (
	"fmt"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// closed makes a conversation with rows in every table, and closes it.
func closed(t testing.TB, s *Server, now time.Time) (convo xrpc.ConvoID, blobKey string) {
	t.Helper()
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	convo = servertest.IDOf(g)
	cid := upload(t, s, alice.DID, randomBytes(10))
	in := &gen.SendMessageInput{ConvoID: convo, Epoch: 1, Ciphertext: servertest.Application(convo, 1, 40), Blobs: []string{cid}}
	if _, err := s.SendMessage(t.Context(), by(alice), in); err != nil {
		t.Fatal(err)
	}
	p := g.ProposeUpdate(bob, true)
	if _, err := s.SendProposal(t.Context(), by(bob), &gen.SendProposalInput{ConvoID: convo, Proposal: p.Message}); err != nil {
		t.Fatal(err)
	}
	c := g.Commit(alice, mlstest.Plan{Public: true})
	out, err := s.SendCommit(t.Context(), by(alice), commitInput(g, c))
	accepted(t, out, err)
	if _, err := s.UpdateCursor(t.Context(), by(bob), &gen.UpdateCursorInput{ConvoID: convo, Seq: 2}); err != nil {
		t.Fatal(err)
	}
	for _, who := range []*mlstest.Client{bob, alice} {
		if _, err := s.LeaveConvo(t.Context(), by(who), &gen.LeaveConvoInput{ConvoID: convo}); err != nil {
			t.Fatal(err)
		}
	}
	// Rows that the calls above did not make.
	dbtest.Exec(t, s.Pool, `INSERT INTO group_infos VALUES ($1, 2, 'g', $2, 7, 'c') ON CONFLICT DO NOTHING`, convo, now)
	dbtest.Exec(t, s.Pool, `INSERT INTO rejoin_requests VALUES ($1, $2, 'state-lost', NULL, $3)`, convo, bob.DID, now)
	dbtest.Exec(t, s.Pool, `INSERT INTO commit_failures VALUES ($1, 1, $2, $3)`, convo, bob.DID, now)
	dbtest.Exec(t, s.Pool, `INSERT INTO removed_messages VALUES ($1, 'h', 1)`, convo)
	dbtest.Exec(t, s.Pool, `INSERT INTO convo_blocks VALUES ($2, $1)`, convo, bob.DID)
	dbtest.Exec(t, s.Pool, `INSERT INTO join_links (convo_id, code_hash, maker_did, join_rule, require_approval, created_at)
		VALUES ($1, 'h', $2, 'anyone', TRUE, $3)`, convo, alice.DID, now)
	dbtest.Exec(t, s.Pool, `INSERT INTO join_requests VALUES ($1, 'did:web:asks.example', 'h', 'pending', $2)`, convo, now)
	dbtest.Exec(t, s.Pool, `INSERT INTO convo_infos VALUES ($1, 1, 'i', 'k', 1, NULL, $2)`, convo, now)
	return convo, dbtest.Value[string](t, s.Pool, `SELECT object_key FROM blobs WHERE cid = $1`, cid)
}

// rowsOfConvo counts the rows of a conversation in each table with a column convo_id.
func rowsOfConvo(t testing.TB, s *Server, convo xrpc.ConvoID) map[string]int64 {
	t.Helper()
	tables := dbtest.Value[[]string](t, s.Pool, `SELECT array_agg(c.table_name::text ORDER BY c.table_name) FROM information_schema.columns c
		JOIN information_schema.tables b USING (table_schema, table_name)
		WHERE c.column_name = 'convo_id' AND c.table_schema = 'public' AND b.table_type = 'BASE TABLE'
			AND c.table_name <> 'reports'`) // the operator resolves them, and then they go
	rows := map[string]int64{}
	for _, table := range tables {
		rows[table] = dbtest.Value[int64](t, s.Pool, fmt.Sprintf(`SELECT count(*) FROM %q WHERE convo_id = $1`, table), convo)
	}
	return rows
}

// A conversation whose last member left is removed after its time, from every table.
// Others are not touched.
func TestClosedConversationGoes(t *testing.T) {
	t.Parallel()
	s, now := agingServer(t)
	*now = now.Truncate(time.Second)
	convo, key := closed(t, s, *now)
	open := servertest.IDOf(commitGroup(t, s, commitClient("carol"), commitClient("dave")))
	for table, n := range rowsOfConvo(t, s, convo) {
		if n == 0 && table != "tickets" { // tickets expire by themselves in a minute
			t.Errorf("the test has nothing in %s", table)
		}
	}
	kept := rowsOfConvo(t, s, open)
	*now = now.Add(limit.MessageTime)
	clean(t, s)
	if n := rowsOfConvo(t, s, convo)["conversations"]; n != 1 {
		t.Fatal("it went before its time")
	}
	*now = now.Add(time.Microsecond)
	gone := clean(t, s)
	for table, n := range rowsOfConvo(t, s, convo) {
		if n != 0 {
			t.Errorf("%s has %d rows left", table, n)
		}
	}
	for table, n := range rowsOfConvo(t, s, open) {
		if n != kept[table] {
			t.Errorf("%s of another conversation has %d rows, had %d", table, n, kept[table])
		}
	}
	if _, err := s.config.Blobs.Read(t.Context(), key, 0, -1); err == nil {
		t.Error("the blob is still there")
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM events WHERE stream_key = $1`, convo); n != 0 {
		t.Errorf("%d events are left", n)
	}
	_, err := s.GetMessages(t.Context(), servertest.As(servertest.DID("alice")), &gen.GetMessagesParams{ConvoID: convo, Limit: 1})
	servertest.WantError(t, err, gen.ErrConvoNotFound)
	if n := gone["conversation"]; n != 1 {
		t.Errorf("%d conversations counted", n)
	}
}
