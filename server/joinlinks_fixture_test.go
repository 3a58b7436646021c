package server

import (
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// wrongCode is a code of no link.
const wrongCode = "AAAAAAAAAAAAAAAAAAAAAA"

// makeLink makes a link as a member. edits change the input.
func makeLink(t testing.TB, s *Server, g *mlstest.Group, maker *mlstest.Client, edits ...func(*gen.CreateJoinLinkInput)) *gen.CreateJoinLinkOutput {
	t.Helper()
	in := &gen.CreateJoinLinkInput{ConvoID: servertest.IDOf(g)}
	for _, edit := range edits {
		edit(in)
	}
	out, err := s.CreateJoinLink(t.Context(), by(maker), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func withApproval(in *gen.CreateJoinLinkInput) { in.RequireApproval = new(true) }

func withUses(n int64) func(*gen.CreateJoinLinkInput) {
	return func(in *gen.CreateJoinLinkInput) { in.MaxUses = &n }
}

// outside reads the group by the code of a link, as a client does that is to join.
func outside(t testing.TB, s *Server, id xrpc.ConvoID, c *mlstest.Client, code string) *mlstest.Group {
	t.Helper()
	info, err := s.GetGroupInfo(t.Context(), by(c), &gen.GetGroupInfoParams{ConvoID: id, Code: &code})
	if err != nil {
		t.Fatal(err)
	}
	return mlstest.FromGroupInfo(info.GroupInfo, info.RatchetTree)
}

// joinBy sends an external commit with a code.
func joinBy(t testing.TB, s *Server, g *mlstest.Group, c *mlstest.Commit, code string) (*gen.JoinConvoOutput, error) {
	t.Helper()
	in := joinInput(g, c)
	in.Code = &code
	return s.JoinConvo(t.Context(), by(c.By), in)
}

// enter joins by a code, from the GroupInfo on, and returns the group after that.
func enter(t testing.TB, s *Server, id xrpc.ConvoID, c *mlstest.Client, code string) *mlstest.Group {
	t.Helper()
	g := outside(t, s, id, c, code)
	commit := g.ExternalCommit(c)
	out, err := joinBy(t, s, g, commit, code)
	accepted(t, (*gen.SendCommitOutput)(out), err)
	return commit.Next
}

// refusedBy requires that getGroupInfo and joinConvo refuse a code to an account with
// the named error, and that nothing changes.
func refusedBy(t testing.TB, s *Server, g *mlstest.Group, c *mlstest.Client, code, name string) error {
	t.Helper()
	id := servertest.IDOf(g)
	var err error
	unchanged(t, s, id, func() {
		_, err = s.GetGroupInfo(t.Context(), by(c), &gen.GetGroupInfoParams{ConvoID: id, Code: &code})
		servertest.WantError(t, err, name)
		_, joinErr := joinBy(t, s, g, g.ExternalCommit(c.Rotate()), code)
		servertest.WantSameError(t, err, joinErr)
	})
	return err
}

// invalidCode requires that an account gets the answer to a wrong code from every method
// that takes one.
func invalidCode(t testing.TB, s *Server, g *mlstest.Group, c *mlstest.Client, code string) {
	t.Helper()
	err := refusedBy(t, s, g, c, code, gen.ErrInvalidCode)
	servertest.WantSameError(t, err, refusedBy(t, s, g, c, wrongCode, gen.ErrInvalidCode))
	_, previewErr := s.GetJoinLinkPreview(t.Context(), by(c), &gen.GetJoinLinkPreviewParams{Code: code})
	servertest.WantSameError(t, err, previewErr)
	_, requestErr := s.RequestJoin(t.Context(), by(c), &gen.RequestJoinInput{Code: code})
	servertest.WantSameError(t, err, requestErr)
}

// usesOf reads how many accounts have joined by the links of a conversation.
func usesOf(t testing.TB, s *Server, id xrpc.ConvoID) int64 {
	t.Helper()
	return dbtest.Value[int64](t, s.Pool, `SELECT coalesce(sum(uses), 0)::bigint FROM join_links WHERE convo_id = $1`, id)
}

// leaves ends the membership of an account.
func leaves(t testing.TB, s *Server, id xrpc.ConvoID, c *mlstest.Client) {
	t.Helper()
	if _, err := s.LeaveConvo(t.Context(), by(c), &gen.LeaveConvoInput{ConvoID: id}); err != nil {
		t.Fatal(err)
	}
}
