package server

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// commitClient makes a device of the account with DID(word).
func commitClient(word string, opts ...mlstest.Option) *mlstest.Client {
	return mlstest.NewClient(servertest.DID(word), opts...)
}

// by returns the account of a device as a caller.
func by(c *mlstest.Client) xrpc.Caller { return servertest.As(c.DID) }

// commitPackage makes a key package of a device and inserts it as a published one.
func commitPackage(t testing.TB, s *Server, c *mlstest.Client, opts ...mlstest.KPOption) *mls.KeyPackage {
	t.Helper()
	kp := c.KeyPackage(opts...)
	servertest.AcceptAll(t, s.Pool, c.DID)
	dbtest.Exec(t, s.Pool, `INSERT INTO accounts (did, created_at) VALUES ($1, now()) ON CONFLICT DO NOTHING`, c.DID)
	dbtest.Exec(t, s.Pool, `INSERT INTO devices (did, device_id, created_at) VALUES ($1, $2, now()) ON CONFLICT DO NOTHING`, c.DID, c.DeviceID())
	dbtest.Exec(t, s.Pool, `INSERT INTO key_packages (did, ref, device_id, cipher_suite, key_package, last_resort, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, now(), $7)`,
		c.DID, commitRef(t, kp), c.DeviceID(), int64(kp.CipherSuite), kp.Raw, kp.LastResort(), kp.NotAfter())
	return kp
}

// commitGroup creates a conversation of several members with createConvo, and returns
// the group as its members have it. GroupInfo states its epoch.
func commitGroup(t testing.TB, s *Server, creator *mlstest.Client, others ...*mlstest.Client) *mlstest.Group {
	t.Helper()
	g := mlstest.NewGroup(creator, mlstest.Random(16)).With(others...)
	in := &gen.CreateConvoInput{GroupID: servertest.IDOf(g), CipherSuite: creator.Suite.String()}
	if len(others) > 0 {
		c := g.Commit(creator, mlstest.Plan{Add: commitPackages(t, s, others...)})
		in.InitialMembers, in.WelcomeMessage, in.GroupInfo = without(dids(others), creator.DID), c.Welcome, c.GroupInfo
		g = c.Next
	} else {
		in.GroupInfo = g.SignGroupInfo(creator, true)
	}
	if _, err := s.CreateConvo(t.Context(), by(creator), in); err != nil {
		t.Fatal(err)
	}
	return g
}

func commitPackages(t testing.TB, s *Server, clients ...*mlstest.Client) []*mls.KeyPackage {
	t.Helper()
	var out []*mls.KeyPackage
	for _, c := range clients {
		out = append(out, commitPackage(t, s, c))
	}
	return out
}

func dids(clients []*mlstest.Client) []string {
	var out []string
	for _, c := range clients {
		out = append(out, c.DID)
	}
	return convo.Unique(out)
}

func without(s []string, v string) []string {
	return slices.DeleteFunc(s, func(x string) bool { return x == v })
}

// addInput returns the input of addMembers for a commit.
func addInput(g *mlstest.Group, c *mlstest.Commit, added ...*mlstest.Client) *gen.AddMembersInput {
	return &gen.AddMembersInput{ConvoID: servertest.IDOf(g), DIDList: dids(added), Commit: c.Message, WelcomeMessage: c.Welcome, GroupInfo: c.GroupInfo}
}

// commitInput returns the input of sendCommit for a commit.
func commitInput(g *mlstest.Group, c *mlstest.Commit) *gen.SendCommitInput {
	return &gen.SendCommitInput{ConvoID: servertest.IDOf(g), Commit: c.Message, Welcome: c.Welcome, GroupInfo: c.GroupInfo}
}

// joinInput returns the input of joinConvo for an external commit.
func joinInput(g *mlstest.Group, c *mlstest.Commit) *gen.JoinConvoInput {
	return &gen.JoinConvoInput{ConvoID: servertest.IDOf(g), ExternalCommit: c.Message, GroupInfo: c.GroupInfo}
}

// accepted fails the test unless a commit was accepted, and returns its answer.
func accepted(t testing.TB, out *gen.SendCommitOutput, err error) *gen.SendCommitOutput {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if !out.Success || out.Seq == nil || out.Conflict != nil {
		t.Fatalf("answer is %s, want success", asJSON(t, out))
	}
	return out
}

// lostIt fails the test unless a commit lost its race, and returns the conflict.
func lostIt(t testing.TB, out *gen.SendCommitOutput, err error) *gen.CommitConflict {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if out.Success || out.Seq != nil || out.Conflict == nil || out.NewEpoch != out.Conflict.CurrentEpoch {
		t.Fatalf("answer is %s, want a conflict", asJSON(t, out))
	}
	return out.Conflict
}

// advance commits n updates of a member, and returns the group after them.
func advance(t testing.TB, s *Server, g *mlstest.Group, c *mlstest.Client, n int) *mlstest.Group {
	t.Helper()
	for range n {
		next := g.Commit(c, mlstest.Plan{})
		out, err := s.SendCommit(t.Context(), by(c), commitInput(g, next))
		accepted(t, out, err)
		g = next.Next
	}
	return g
}

// epochOf reads the epoch of a conversation.
func epochOf(t testing.TB, s *Server, id xrpc.ConvoID) int64 {
	t.Helper()
	return dbtest.Value[int64](t, s.Pool, `SELECT epoch FROM conversations WHERE convo_id = $1`, id)
}

// membersOf lists the active members of a conversation.
func membersOf(t testing.TB, s *Server, id xrpc.ConvoID) []string {
	t.Helper()
	return dbtest.Value[[]string](t, s.Pool, `SELECT coalesce(array_agg(did ORDER BY did), '{}') FROM memberships WHERE convo_id = $1 AND left_seq IS NULL`, id)
}

// window reads the newest window of an account; -1 for an open end.
func window(t testing.TB, s *Server, id xrpc.ConvoID, did string) (joined, left int64) {
	t.Helper()
	err := s.Pool.QueryRow(context.Background(), `SELECT joined_seq, coalesce(left_seq, -1) FROM memberships
		WHERE convo_id = $1 AND did = $2 ORDER BY joined_seq DESC LIMIT 1`, id, did).Scan(&joined, &left)
	if err != nil {
		t.Fatal(err)
	}
	return joined, left
}

// spent reports whether a key package is spent.
func spent(t testing.TB, s *Server, kp *mls.KeyPackage) bool {
	t.Helper()
	return dbtest.Value[bool](t, s.Pool, `SELECT spent_at IS NOT NULL FROM key_packages WHERE ref = $1`, commitRef(t, kp))
}

// conversationState returns everything that is stored of a conversation, and the
// packages of its members, as one text. Equal texts mean that nothing changed.
func conversationState(t testing.TB, s *Server, id xrpc.ConvoID) string {
	t.Helper()
	return dbtest.Value[string](t, s.Pool, `SELECT concat_ws(E'\n',
		(SELECT c::text FROM conversations c WHERE convo_id = $1),
		(SELECT string_agg(m::text, E'\n' ORDER BY did, joined_seq) FROM memberships m WHERE convo_id = $1),
		(SELECT string_agg(l::text, E'\n' ORDER BY did, device_id) FROM leaves l WHERE convo_id = $1),
		(SELECT string_agg(g::text, E'\n' ORDER BY epoch) FROM group_infos g WHERE convo_id = $1),
		(SELECT x::text FROM trees x WHERE convo_id = $1),
		(SELECT string_agg(f::text, E'\n' ORDER BY epoch, did) FROM commit_failures f WHERE convo_id = $1),
		(SELECT string_agg(concat_ws(',', seq, message_id, kind, epoch), E'\n' ORDER BY seq) FROM messages WHERE convo_id = $1),
		(SELECT string_agg(concat_ws(',', seq, epoch), E'\n' ORDER BY seq) FROM welcomes WHERE convo_id = $1),
		(SELECT string_agg(r::text, E'\n' ORDER BY did, device_id, seq) FROM welcome_recipients r WHERE convo_id = $1),
		(SELECT string_agg(j::text, E'\n' ORDER BY did) FROM rejoin_requests j WHERE convo_id = $1),
		(SELECT string_agg(concat_ws(',', did, encode(ref, 'hex'), spent_at), E'\n' ORDER BY did, ref) FROM key_packages),
		(SELECT string_agg(encode(record_id, 'hex'), E'\n' ORDER BY record_id) FROM idempotency_records))`, id)
}

// unchanged fails the test if f changes anything about a conversation.
func unchanged(t testing.TB, s *Server, id xrpc.ConvoID, f func()) {
	t.Helper()
	before := conversationState(t, s, id)
	f()
	if after := conversationState(t, s, id); after != before {
		t.Fatalf("changed from\n%s\nto\n%s", before, after)
	}
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// sameAnswer fails the test unless two answers are equal.
func sameAnswer(t testing.TB, a, b any) {
	t.Helper()
	if x, y := asJSON(t, a), asJSON(t, b); x != y {
		t.Fatalf("answers differ:\n%s\n%s", x, y)
	}
}

// commitRef returns the KeyPackageRef of a package.
func commitRef(t testing.TB, kp *mls.KeyPackage) []byte {
	t.Helper()
	ref, err := kp.Ref()
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func dbOf(s *Server) *db.Queries { return db.New(s.Pool) }
