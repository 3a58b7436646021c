package server

import (
	"bytes"
	"fmt"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/servertest"
)

func commitsPage(t *testing.T, s *Server, who string, p gen.GetCommitsParams) string {
	t.Helper()
	out, err := s.GetCommits(t.Context(), servertest.As(who), &p)
	if err != nil {
		t.Fatalf("%+v: %v", p, err)
	}
	text := ""
	for _, c := range out.Commits {
		text += fmt.Sprintf("%d:%d ", c.Epoch, *c.Seq)
	}
	if out.Cursor != nil {
		text += "+" + *out.Cursor
	}
	return text
}

func TestGetCommits(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 3, servertest.DID("alice"))
	servertest.Fill(t, s.Pool, convo, "acaccp") // commits 2, 4, 5 of epochs 3, 4, 5
	for _, c := range []struct {
		p    gen.GetCommitsParams
		want string
	}{
		{gen.GetCommitsParams{FromEpoch: 0}, "3:2 4:4 5:5 "},
		{gen.GetCommitsParams{FromEpoch: 3, ToEpoch: new(int64(3))}, "3:2 "},
		{gen.GetCommitsParams{FromEpoch: 4, ToEpoch: new(int64(5))}, "4:4 5:5 "},
		{gen.GetCommitsParams{FromEpoch: 4, ToEpoch: new(int64(500))}, "4:4 5:5 "},
		{gen.GetCommitsParams{FromEpoch: 0, ToEpoch: new(int64(2))}, ""},
		{gen.GetCommitsParams{FromEpoch: 6}, ""}, // the current epoch has no commit yet
		{gen.GetCommitsParams{FromEpoch: 0, Cursor: new("3")}, "4:4 5:5 "},
		{gen.GetCommitsParams{FromEpoch: 0, ToEpoch: new(int64(4)), Cursor: new("4")}, ""},
	} {
		c.p.ConvoID = convo
		if got := commitsPage(t, s, servertest.DID("alice"), c.p); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.p, got, c.want)
		}
	}
	out, err := s.GetCommits(t.Context(), servertest.As(servertest.DID("alice")), &gen.GetCommitsParams{ConvoID: convo, FromEpoch: 4, ToEpoch: new(int64(4))})
	if err != nil {
		t.Fatal(err)
	}
	if c := out.Commits[0]; out.ConvoID != convo || c.Sender != servertest.DID("committer") || !bytes.Equal(c.CommitData, []byte("body 4")) ||
		c.CreatedAt != "2026-03-01T00:00:00.000Z" {
		t.Fatalf("got %+v", out)
	}
}

func TestGetCommitsRefuses(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 3, servertest.DID("alice"), servertest.DID("bob"))
	servertest.Fill(t, s.Pool, convo, "c")
	servertest.EndMember(t, s.Pool, convo, servertest.DID("bob"))
	servertest.Fill(t, s.Pool, convo, "c")
	for name, c := range map[string]struct {
		p    gen.GetCommitsParams
		want string
	}{
		"ends before it begins": {gen.GetCommitsParams{FromEpoch: 4, ToEpoch: new(int64(3))}, gen.ErrInvalidEpochRange},
		"begins after now":      {gen.GetCommitsParams{FromEpoch: 6}, gen.ErrInvalidEpochRange},
		"cursor is no number":   {gen.GetCommitsParams{FromEpoch: 0, Cursor: new("x")}, gen.ErrInvalidCursor},
		"cursor before":         {gen.GetCommitsParams{FromEpoch: 3, Cursor: new("2")}, gen.ErrInvalidCursor},
		"cursor after":          {gen.GetCommitsParams{FromEpoch: 3, ToEpoch: new(int64(4)), Cursor: new("5")}, gen.ErrInvalidCursor},
		"cursor too large":      {gen.GetCommitsParams{FromEpoch: 3, Cursor: new("9223372036854775807")}, gen.ErrInvalidCursor},
	} {
		t.Run(name, func(t *testing.T) {
			c.p.ConvoID = convo
			_, err := s.GetCommits(t.Context(), servertest.As(servertest.DID("alice")), &c.p)
			servertest.WantError(t, err, c.want)
		})
	}
	// A former member sees its window and is not told the epoch of today.
	if got := commitsPage(t, s, servertest.DID("bob"), gen.GetCommitsParams{ConvoID: convo}); got != "3:1 " {
		t.Errorf("former member: %q", got)
	}
	for _, from := range []int64{4, 5, 6, 1000} {
		if got := commitsPage(t, s, servertest.DID("bob"), gen.GetCommitsParams{ConvoID: convo, FromEpoch: from}); got != "" {
			t.Errorf("former member from epoch %d: %q", from, got)
		}
	}
	_, none := s.GetCommits(t.Context(), servertest.As(servertest.DID("eve")), &gen.GetCommitsParams{ConvoID: servertest.NewConvoID()})
	servertest.WantError(t, none, gen.ErrConvoNotFound)
	_, err := s.GetCommits(t.Context(), servertest.As(servertest.DID("eve")), &gen.GetCommitsParams{ConvoID: convo, FromEpoch: 1000})
	servertest.WantSameError(t, err, none)
}

// Who joined later sees the commits after its joining.
func TestGetCommitsWindow(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 0, servertest.DID("alice"))
	servertest.Fill(t, s.Pool, convo, "ccc")
	servertest.AddMember(t, s.Pool, convo, servertest.DID("bob"), 3)
	servertest.Fill(t, s.Pool, convo, "cc")
	if got := commitsPage(t, s, servertest.DID("bob"), gen.GetCommitsParams{ConvoID: convo}); got != "3:4 4:5 " {
		t.Errorf("got %q", got)
	}
}

func TestGetCommitsCutByBytes(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 0, servertest.DID("alice"))
	servertest.Fill(t, s.Pool, convo, "ccc")
	dbtest.Exec(t, s.Pool, `UPDATE messages SET ciphertext = $2 WHERE convo_id = $1`, convo, bytes.Repeat([]byte{1}, 1_400_000))
	p := gen.GetCommitsParams{ConvoID: convo}
	if got := commitsPage(t, s, servertest.DID("alice"), p); got != "0:1 1:2 +1" {
		t.Fatalf("first page: %q", got)
	}
	p.Cursor = new("1")
	if got := commitsPage(t, s, servertest.DID("alice"), p); got != "2:3 " {
		t.Fatalf("second page: %q", got)
	}
}

func TestGetEpoch(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 7, servertest.DID("alice"), servertest.DID("bob"))
	servertest.EndMember(t, s.Pool, convo, servertest.DID("bob"))
	out, err := s.GetEpoch(t.Context(), servertest.As(servertest.DID("alice")), &gen.GetEpochParams{ConvoID: convo})
	if err != nil || out.CurrentEpoch != 7 || out.ConvoID != convo {
		t.Fatalf("got %+v, %v", out, err)
	}
	_, err = s.GetEpoch(t.Context(), servertest.As(servertest.DID("bob")), &gen.GetEpochParams{ConvoID: convo})
	servertest.WantError(t, err, gen.ErrNotMember)
	_, none := s.GetEpoch(t.Context(), servertest.As(servertest.DID("eve")), &gen.GetEpochParams{ConvoID: servertest.NewConvoID()})
	servertest.WantError(t, none, gen.ErrConvoNotFound)
	_, err = s.GetEpoch(t.Context(), servertest.As(servertest.DID("eve")), &gen.GetEpochParams{ConvoID: convo})
	servertest.WantSameError(t, err, none)
	servertest.AddMember(t, s.Pool, convo, servertest.DID("bob"), 3)
	if _, err := s.GetEpoch(t.Context(), servertest.As(servertest.DID("bob")), &gen.GetEpochParams{ConvoID: convo}); err != nil {
		t.Fatalf("a member that came back: %v", err)
	}
}
