package server

import (
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
)

func TestJoinConvo(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	g = advance(t, s, g, alice, 1)
	if _, err := s.RequestRejoin(t.Context(), by(bob), &gen.RequestRejoinInput{ConvoID: servertest.IDOf(g)}); err != nil {
		t.Fatal(err)
	}
	device := bob.Rotate()
	c := g.ExternalCommit(device, g.Index(bob))
	out, err := s.JoinConvo(t.Context(), by(bob), joinInput(g, c))
	if accepted(t, (*gen.SendCommitOutput)(out), err); out.NewEpoch != 3 || *out.Seq != 2 {
		t.Errorf("answer is %s", asJSON(t, out))
	}
	if joined, left := window(t, s, servertest.IDOf(g), bob.DID); joined != 0 || left != -1 {
		t.Errorf("window is (%d, %d], want the one it had", joined, left)
	}
	known := dbtest.Value[[]string](t, s.Pool, `SELECT array_agg(device_id) FROM leaves WHERE convo_id = $1 AND did = $2`, servertest.IDOf(g), bob.DID)
	if len(known) != 1 || known[0] != device.DeviceID() {
		t.Errorf("leaves are %v, want %s in place of the old one", known, device.DeviceID())
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM rejoin_requests`); n != 0 {
		t.Error("the rejoin request is still open")
	}
	// Another device, which removes nothing, comes beside it.
	second := bob.Rotate()
	out, err = s.JoinConvo(t.Context(), by(bob), joinInput(g, c.Next.ExternalCommit(second)))
	accepted(t, (*gen.SendCommitOutput)(out), err)
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM leaves WHERE convo_id = $1 AND did = $2`, servertest.IDOf(g), bob.DID); n != 2 {
		t.Errorf("%d leaves, want 2", n)
	}
	// A lost race is an answer here too.
	out, err = s.JoinConvo(t.Context(), by(bob), joinInput(g, g.ExternalCommit(bob.Rotate())))
	if c := lostIt(t, (*gen.SendCommitOutput)(out), err); len(c.Commits) != 2 {
		t.Errorf("conflict is %s", asJSON(t, c))
	}
}

func TestJoinConvoRefuses(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	good := g.ExternalCommit(bob.Rotate())
	deleted := bob.Rotate()
	dbtest.Exec(t, s.Pool, `INSERT INTO devices (did, device_id, created_at, deleted_at) VALUES ($1, $2, now(), now())`, bob.DID, deleted.DeviceID())
	byDeleted := g.ExternalCommit(deleted)
	edit := func(t *testing.T, f func(*mls.PublicMessage)) []byte { return reframe(t, good.Message, f) }
	add := func(p mls.ProposalOrRef) func(*mls.PublicMessage) {
		return func(m *mls.PublicMessage) { m.Commit.Proposals = append(m.Commit.Proposals, p) }
	}
	for name, c := range map[string]struct {
		commit func(t *testing.T) []byte
		info   []byte
		err    string
	}{
		"somebody else's":   {func(*testing.T) []byte { return g.ExternalCommit(alice.Rotate()).Message }, nil, gen.ErrInvalidCommit},
		"a member's commit": {func(*testing.T) []byte { return g.Commit(bob, mlstest.Plan{Public: true}).Message }, nil, gen.ErrInvalidCommit},
		"a private commit":  {func(*testing.T) []byte { return g.Commit(bob, mlstest.Plan{}).Message }, nil, gen.ErrInvalidCommit},
		"two removes":       {func(*testing.T) []byte { return g.ExternalCommit(bob.Rotate(), 0, 1).Message }, nil, gen.ErrInvalidCommit},
		"no path":           {func(t *testing.T) []byte { return edit(t, func(m *mls.PublicMessage) { m.Commit.Path = nil }) }, nil, gen.ErrInvalidCommit},
		"no external init":  {func(t *testing.T) []byte { return edit(t, func(m *mls.PublicMessage) { m.Commit.Proposals = nil }) }, nil, gen.ErrInvalidCommit},
		"two external inits": {func(t *testing.T) []byte {
			return edit(t, add(mls.ProposalOrRef{Proposal: &mls.ExternalInit{KEMOutput: mlstest.Random(32)}}))
		}, nil, gen.ErrInvalidCommit},
		"a reference": {func(t *testing.T) []byte { return edit(t, add(mls.ProposalOrRef{Ref: mlstest.Random(32)})) }, nil, gen.ErrInvalidCommit},
		"an add": {func(t *testing.T) []byte {
			return edit(t, add(mls.ProposalOrRef{Proposal: &mls.Add{KeyPackage: alice.KeyPackage()}}))
		}, nil, gen.ErrInvalidCommit},
		"a deleted device":    {func(*testing.T) []byte { return byDeleted.Message }, byDeleted.GroupInfo, gen.ErrInvalidCommit},
		"without a GroupInfo": {nil, nil, gen.ErrInvalidGroupInfo},
	} {
		t.Run(name, func(t *testing.T) {
			in := joinInput(g, good)
			if c.commit == nil {
				in.GroupInfo = nil
			} else {
				in.ExternalCommit = c.commit(t)
				if c.info != nil {
					in.GroupInfo = c.info
				}
			}
			unchanged(t, s, servertest.IDOf(g), func() {
				_, err := s.JoinConvo(t.Context(), by(bob), in)
				servertest.WantError(t, err, c.err)
			})
		})
	}
}
