package server

import (
	"bytes"
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"pgregory.net/rapid"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
)

// send commits a plan in one of the forms that show the next epoch, after a race that
// it wins or loses, or after a crash.
func (m *rosterModel) send(r *rapid.T, c *mlstest.Client, p mlstest.Plan, in *gen.SendCommitInput) {
	p.Public = p.Refs != nil || rapid.Bool().Draw(r, "readable")
	commit := m.g.Commit(c, p)
	in.ConvoID, in.Commit, in.Welcome = servertest.IDOf(m.g), commit.Message, commit.Welcome
	in.GroupInfo, in.RatchetTree = commit.GroupInfo, nil
	switch form := rapid.IntRange(0, 2).Draw(r, "evidence"); {
	case form == 1:
		in.GroupInfo, in.RatchetTree = commit.GroupInfoNoTree, commit.RatchetTree
	case form == 2 && p.Public:
		in.GroupInfo = commit.GroupInfoNoTree
	}
	s := rapid.SampledFrom([]*Server{m.s, m.second}).Draw(r, "instance")
	m.deliver(r, commit, in.GroupInfo, func() (*gen.SendCommitOutput, error) { return s.SendCommit(context.Background(), by(c), in) })
}

// deliver sends a commit with its GroupInfo to the service.
func (m *rosterModel) deliver(r *rapid.T, commit *mlstest.Commit, groupInfo []byte, send func() (*gen.SendCommitOutput, error)) {
	if rapid.IntRange(0, 9).Draw(r, "crash") == 0 {
		m.crash(r, send)
	}
	stale := m.g
	out, err := send()
	if err != nil || !out.Success {
		r.Fatalf("refused: %v, %v", out, err)
	}
	m.g, m.sent = commit.Next, groupInfo
	if rapid.IntRange(0, 4).Draw(r, "race") == 0 {
		m.loseRace(r, stale)
	}
}

// loseRace commits in an epoch that is over.
func (m *rosterModel) loseRace(r *rapid.T, stale *mlstest.Group) {
	c := m.devices["creator"][0]
	if !stale.Has(c) || !m.g.Has(c) {
		return
	}
	lost := stale.Commit(c, mlstest.Plan{Public: rapid.Bool().Draw(r, "loser readable")})
	out, err := m.s.SendCommit(context.Background(), by(c), commitInput(stale, lost))
	if err != nil || out.Success || out.NewEpoch != int64(m.g.Epoch()) {
		r.Fatalf("the loser heard %v, %v", out, err)
	}
	// The creator has the epoch reserved now. The model does not wait for that.
	dbtest.Exec(m.t, m.s.Pool, `UPDATE conversations SET reserved_for = NULL, reserved_until = NULL WHERE convo_id = $1`, servertest.IDOf(m.g))
}

// checkGroupInfo compares the GroupInfo with the one that was sent last, byte for byte.
// The tree is beside it if it was not inside.
func (m *rosterModel) checkGroupInfo(r *rapid.T) {
	if m.sent == nil {
		return
	}
	want := &gen.GetGroupInfoOutput{GroupInfo: m.sent}
	info, err := mls.ParseGroupInfo(m.sent)
	if err != nil {
		r.Fatal(err)
	}
	if _, inside := info.Extensions.Find(mls.ExtensionRatchetTree); !inside {
		want.RatchetTree = m.g.Tree.Bytes()
	}
	for _, s := range []*Server{m.s, m.second} {
		out, err := s.GetGroupInfo(context.Background(), by(m.devices["creator"][0]), &gen.GetGroupInfoParams{ConvoID: servertest.IDOf(m.g)})
		if err != nil || !bytes.Equal(out.GroupInfo, want.GroupInfo) || !bytes.Equal(out.RatchetTree, want.RatchetTree) {
			r.Fatalf("GroupInfo is %x with the tree %x, %v; want\n%x and\n%x", out.GroupInfo, out.RatchetTree, err, want.GroupInfo, want.RatchetTree)
		}
	}
}

// crash kills the connection of a commit when it is about to store the tree.
func (m *rosterModel) crash(r *rapid.T, send func() (*gen.SendCommitOutput, error)) {
	before := conversationState(m.t, m.s, servertest.IDOf(m.g))
	tx, err := m.s.Pool.Begin(context.Background())
	if err != nil {
		r.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.Background()) }()
	if _, err := tx.Exec(context.Background(), holdGroupInfo, servertest.IDOf(m.g), int64(m.g.Epoch()+1)); err != nil {
		r.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := send()
		done <- err
	}()
	kill(m.t, m.s, tx)
	var pg *pgconn.PgError
	if err := <-done; !errors.As(err, &pg) || pg.Code != "57P01" {
		r.Fatalf("the commit ended with %v, want its connection terminated", err)
	}
	if after := conversationState(m.t, m.s, servertest.IDOf(m.g)); after != before {
		r.Fatalf("half done: from\n%s\nto\n%s", before, after)
	}
}
