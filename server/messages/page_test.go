package messages

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

func TestGetMessagesView(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 4, servertest.DID("alice"))
	servertest.Fill(t, s.Pool, convo, "ac")
	dbtest.Exec(t, s.Pool, `UPDATE messages SET blobs = '{zz, aa}' WHERE convo_id = $1 AND seq = 1`, convo)
	out, err := s.GetMessages(t.Context(), servertest.As(servertest.DID("alice")), &gen.GetMessagesParams{ConvoID: convo, Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	want := []gen.MessageView{
		{ID: "m1", ConvoID: convo, Ciphertext: xrpc.Bytes("body 1"), Epoch: 4, Seq: 1, CreatedAt: "2026-03-01T00:00:00.000Z",
			MessageType: new("app"), Blobs: []string{"zz", "aa"}},
		{ID: "m2", ConvoID: convo, Ciphertext: xrpc.Bytes("body 2"), Epoch: 4, Seq: 2, CreatedAt: "2026-03-01T00:00:00.000Z",
			MessageType: new("commit"), Sender: new(servertest.DID("committer"))},
	}
	if !reflect.DeepEqual(out.Messages, want) {
		t.Fatalf("got %+v, want %+v", out.Messages, want)
	}
}

func TestGetMessagesPages(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	servertest.Fill(t, s.Pool, convo, "aacapaacaa")
	empty := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	for _, c := range []struct {
		p    gen.GetMessagesParams
		want string
	}{
		{gen.GetMessagesParams{}, "[1 2 3 4 5 6 7 8 9 10] of 10"},
		{gen.GetMessagesParams{Limit: 10}, "[1 2 3 4 5 6 7 8 9 10] of 10"},
		{gen.GetMessagesParams{Limit: 9}, "[1 2 3 4 5 6 7 8 9] m9 of 10"},
		{gen.GetMessagesParams{Limit: 1}, "[1] m1 of 10"},
		{gen.GetMessagesParams{Limit: 3, SinceMessage: new("m3")}, "[4 5 6] m6 of 10"},
		{gen.GetMessagesParams{Limit: 3, SinceMessage: new("m7")}, "[8 9 10] of 10"},
		{gen.GetMessagesParams{SinceMessage: new("m10")}, "[] of 10"},
		{gen.GetMessagesParams{SinceSeq: new(int64(0)), Limit: 2}, "[1 2] m2 of 10"},
		{gen.GetMessagesParams{SinceSeq: new(int64(8)), SinceMessage: new("m1")}, "[9 10] of 10"},
		{gen.GetMessagesParams{SinceSeq: new(int64(8)), SinceMessage: new("unknown")}, "[9 10] of 10"},
		{gen.GetMessagesParams{SinceSeq: new(int64(10))}, "[] of 10"},
		{gen.GetMessagesParams{SinceSeq: new(int64(99))}, "[] of 10"},
		{gen.GetMessagesParams{BeforeSeq: new(int64(5)), Limit: 2}, "[3 4] m4 of 10"},
		{gen.GetMessagesParams{BeforeSeq: new(int64(3)), Limit: 2}, "[1 2] m2 of 10"},
		{gen.GetMessagesParams{BeforeSeq: new(int64(1))}, "[] of 10"},
		{gen.GetMessagesParams{BeforeSeq: new(int64(11)), Limit: 2}, "[9 10] of 10"},
		{gen.GetMessagesParams{BeforeSeq: new(int64(1000)), Limit: 1}, "[10] of 10"},
		{gen.GetMessagesParams{Types: []string{"app"}}, "[1 2 4 6 7 9 10] of 10"},
		{gen.GetMessagesParams{Types: []string{"app"}, Limit: 3}, "[1 2 4] m4 of 10"},
		{gen.GetMessagesParams{Types: []string{"commit"}}, "[3 8] of 10"},
		{gen.GetMessagesParams{Types: []string{"proposal", "commit", "commit"}, Limit: 2}, "[3 5] m5 of 10"},
		{gen.GetMessagesParams{Types: []string{"commit"}, SinceMessage: new("m3")}, "[8] of 10"},
		{gen.GetMessagesParams{Types: []string{"commit"}, BeforeSeq: new(int64(8))}, "[3] m3 of 10"},
		{gen.GetMessagesParams{Types: []string{"app", "commit"}, BeforeSeq: new(int64(7)), Limit: 3}, "[3 4 6] m6 of 10"},
	} {
		c.p.ConvoID = convo
		if got := servertest.Page(t, s, servertest.DID("alice"), c.p); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.p, got, c.want)
		}
	}
	if got := servertest.Page(t, s, servertest.DID("alice"), gen.GetMessagesParams{ConvoID: empty}); got != "[] of 0" {
		t.Errorf("empty conversation: %s", got)
	}
}

// Every way of paging gives every message once, at every page size.
func TestGetMessagesWalk(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	servertest.Fill(t, s.Pool, convo, "aacapaacaaapc")
	for limit := int64(1); limit <= 14; limit++ {
		var forth, back []int64
		p := gen.GetMessagesParams{ConvoID: convo, Limit: limit}
		for {
			out, err := s.GetMessages(t.Context(), servertest.As(servertest.DID("alice")), &p)
			if err != nil {
				t.Fatal(err)
			}
			forth = append(forth, servertest.Seqs(out)...)
			if out.Cursor == nil {
				break
			}
			p.SinceMessage = out.Cursor
		}
		p = gen.GetMessagesParams{ConvoID: convo, Limit: limit, BeforeSeq: new(int64(1 << 40))}
		for {
			out, err := s.GetMessages(t.Context(), servertest.As(servertest.DID("alice")), &p)
			if err != nil {
				t.Fatal(err)
			}
			if len(out.Messages) == 0 {
				break
			}
			back = append(servertest.Seqs(out), back...)
			p.BeforeSeq = &out.Messages[0].Seq
		}
		want := []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}
		if !slices.Equal(forth, want) || !slices.Equal(back, want) {
			t.Fatalf("limit %d: forth %v, back %v", limit, forth, back)
		}
	}
}

func TestGetMessagesRefuses(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	other := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	servertest.Fill(t, s.Pool, convo, "aa")
	servertest.Fill(t, s.Pool, other, "aaa")
	for name, c := range map[string]struct {
		p    gen.GetMessagesParams
		want string
	}{
		"before and since":         {gen.GetMessagesParams{BeforeSeq: new(int64(1)), SinceSeq: new(int64(0))}, xrpc.InvalidRequest},
		"before and since message": {gen.GetMessagesParams{BeforeSeq: new(int64(1)), SinceMessage: new("m1")}, xrpc.InvalidRequest},
		"unknown type":             {gen.GetMessagesParams{Types: []string{"app", "welcome"}}, xrpc.InvalidRequest},
		"unknown message":          {gen.GetMessagesParams{SinceMessage: new("nope")}, gen.ErrInvalidCursor},
		"another's message":        {gen.GetMessagesParams{SinceMessage: new("m3")}, gen.ErrInvalidCursor},
	} {
		t.Run(name, func(t *testing.T) {
			c.p.ConvoID, c.p.Limit = convo, 50
			_, err := s.GetMessages(t.Context(), servertest.As(servertest.DID("alice")), &c.p)
			servertest.WantError(t, err, c.want)
		})
	}
}

// A member sees the windows of its memberships and nothing else of the
// conversation, a former member still; a stranger cannot tell that there is one.
func TestGetMessagesWindows(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	bob := servertest.DID("bob")
	servertest.Fill(t, s.Pool, convo, "aaa") // 1-3
	servertest.AddMember(t, s.Pool, convo, bob, 3)
	servertest.Fill(t, s.Pool, convo, "aac") // 4-6
	servertest.EndMember(t, s.Pool, convo, bob)
	servertest.Fill(t, s.Pool, convo, "aca") // 7-9
	check := func(p gen.GetMessagesParams, want string) {
		t.Helper()
		p.ConvoID = convo
		if got := servertest.Page(t, s, bob, p); got != want {
			t.Errorf("%+v: got %s, want %s", p, got, want)
		}
	}
	check(gen.GetMessagesParams{}, "[4 5 6] of 6")
	check(gen.GetMessagesParams{Limit: 2}, "[4 5] m5 of 6")
	check(gen.GetMessagesParams{SinceSeq: new(int64(8))}, "[] of 6")
	check(gen.GetMessagesParams{BeforeSeq: new(int64(100)), Limit: 2}, "[5 6] of 6")
	servertest.AddMember(t, s.Pool, convo, bob, 9)
	check(gen.GetMessagesParams{}, "[4 5 6] of 9")
	servertest.Fill(t, s.Pool, convo, "apa") // 10-12
	check(gen.GetMessagesParams{}, "[4 5 6 10 11 12] of 12")
	check(gen.GetMessagesParams{Limit: 4}, "[4 5 6 10] m10 of 12")
	check(gen.GetMessagesParams{Limit: 2, SinceMessage: new("m6")}, "[10 11] m11 of 12")
	check(gen.GetMessagesParams{Limit: 4, BeforeSeq: new(int64(12))}, "[5 6 10 11] m11 of 12")
	check(gen.GetMessagesParams{SinceSeq: new(int64(7))}, "[10 11 12] of 12")
	check(gen.GetMessagesParams{Types: []string{"commit", "proposal"}}, "[6 11] of 12")
	for _, hidden := range []string{"m1", "m3", "m7", "m9", "none"} {
		_, err := s.GetMessages(t.Context(), servertest.As(bob), &gen.GetMessagesParams{ConvoID: convo, Limit: 1, SinceMessage: &hidden})
		servertest.WantError(t, err, gen.ErrInvalidCursor)
	}
	_, none := s.GetMessages(t.Context(), servertest.As(servertest.DID("eve")), &gen.GetMessagesParams{ConvoID: servertest.NewConvoID(), Limit: 1})
	servertest.WantError(t, none, gen.ErrConvoNotFound)
	_, err := s.GetMessages(t.Context(), servertest.As(servertest.DID("eve")), &gen.GetMessagesParams{ConvoID: convo, Limit: 1, SinceMessage: new("m1")})
	servertest.WantSameError(t, err, none)
}

// What was removed is told as a gap, and only that: not what lies outside the
// windows, nor what the page leaves for the next, nor the kinds not asked for.
func TestGetMessagesGap(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	servertest.Fill(t, s.Pool, convo, "aacaaaaaca") // commits 3 and 9
	servertest.AddMember(t, s.Pool, convo, servertest.DID("bob"), 5)
	dbtest.Exec(t, s.Pool, `DELETE FROM messages WHERE convo_id = $1 AND seq IN (1, 2, 4, 5, 6, 10)`, convo)
	for _, c := range []struct {
		who  string
		p    gen.GetMessagesParams
		want string
	}{
		{"alice", gen.GetMessagesParams{}, "[3 7 8 9] of 10 gap 1-10"},
		{"alice", gen.GetMessagesParams{Limit: 2}, "[3 7] m7 of 10 gap 1-6"},
		{"alice", gen.GetMessagesParams{Limit: 1, SinceSeq: new(int64(6))}, "[7] m7 of 10"},
		{"alice", gen.GetMessagesParams{SinceSeq: new(int64(4))}, "[7 8 9] of 10 gap 5-10"},
		{"alice", gen.GetMessagesParams{SinceSeq: new(int64(9))}, "[] of 10 gap 10-10"},
		{"alice", gen.GetMessagesParams{SinceSeq: new(int64(10))}, "[] of 10"},
		{"alice", gen.GetMessagesParams{Types: []string{"app"}}, "[7 8] of 10 gap 1-10"},
		{"alice", gen.GetMessagesParams{Types: []string{"app"}, SinceSeq: new(int64(6)), Limit: 2}, "[7 8] of 10 gap 10-10"},
		{"alice", gen.GetMessagesParams{Types: []string{"app", "proposal"}, BeforeSeq: new(int64(10)), Limit: 1}, "[8] m8 of 10"},
		{"alice", gen.GetMessagesParams{Types: []string{"commit"}}, "[3 9] of 10"},
		{"alice", gen.GetMessagesParams{BeforeSeq: new(int64(8)), Limit: 1}, "[7] m7 of 10"},
		{"alice", gen.GetMessagesParams{BeforeSeq: new(int64(8)), Limit: 2}, "[3 7] m7 of 10 gap 1-6"},
		{"bob", gen.GetMessagesParams{}, "[7 8 9] of 10 gap 6-10"},
	} {
		c.p.ConvoID = convo
		if got := servertest.Page(t, s, servertest.DID(c.who), c.p); got != c.want {
			t.Errorf("%s %+v: got %s, want %s", c.who, c.p, got, c.want)
		}
	}
}

// An answer is cut by bytes, holds at least one message, and goes on from
// there; its JSON stays below the bound.
func TestGetMessagesCutByBytes(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	body := bytes.Repeat([]byte{7}, 1_300_000)
	for range 5 {
		servertest.Fill(t, s.Pool, convo, "a")
	}
	dbtest.Exec(t, s.Pool, `UPDATE messages SET ciphertext = $2 WHERE convo_id = $1`, convo, body)
	if got := servertest.Page(t, s, servertest.DID("alice"), gen.GetMessagesParams{ConvoID: convo}); got != "[1 2] m2 of 5" {
		t.Errorf("first page: %s", got)
	}
	if got := servertest.Page(t, s, servertest.DID("alice"), gen.GetMessagesParams{ConvoID: convo, SinceMessage: new("m4")}); got != "[5] of 5" {
		t.Errorf("last page: %s", got)
	}
	if got := servertest.Page(t, s, servertest.DID("alice"), gen.GetMessagesParams{ConvoID: convo, BeforeSeq: new(int64(5)), Limit: 3}); got != "[3 4] m4 of 5" {
		t.Errorf("page before 5: %s", got)
	}
	out, err := s.GetMessages(t.Context(), servertest.As(servertest.DID("alice")), &gen.GetMessagesParams{ConvoID: convo, Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(xrpc.Marshal(out)); n > limit.MaxAnswer {
		t.Errorf("answer has %d bytes", n)
	}
	dbtest.Exec(t, s.Pool, `UPDATE messages SET ciphertext = $2 WHERE convo_id = $1`, convo, bytes.Repeat(body, 4))
	if got := servertest.Page(t, s, servertest.DID("alice"), gen.GetMessagesParams{ConvoID: convo, SinceSeq: new(int64(2))}); got != "[3] m3 of 5" {
		t.Errorf("one message above the bound: %s", got)
	}
}

func TestMissing(t *testing.T) {
	w := func(pairs ...int64) (out []db.GetWindowsRow) {
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, db.GetWindowsRow{JoinedSeq: pairs[i], UntilSeq: pairs[i+1]})
		}
		return out
	}
	for _, c := range []struct {
		windows      []db.GetWindowsRow
		present      []int64
		after, until int64
		want         string
	}{
		{w(0, 5), []int64{1, 2, 3, 4, 5}, 0, 5, "none"},
		{w(0, 5), nil, 0, 5, "1-5"},
		{w(0, 5), nil, 5, 5, "none"},
		{w(0, 5), []int64{3}, 0, 5, "1-5"},
		{w(0, 5), []int64{1, 2, 5}, 0, 5, "3-4"},
		{w(2, 4, 8, 10), []int64{3, 4, 9, 10}, 0, 10, "none"},
		{w(2, 4, 8, 10), []int64{3, 10}, 0, 10, "4-9"},
		{w(2, 4, 8, 10), []int64{10}, 4, 10, "9-9"},
		{w(2, 4, 4, 10), []int64{3, 4, 5, 6}, 0, 6, "none"},
		{w(3, 3), nil, 0, 3, "none"},
	} {
		got := "none"
		if g := missing(c.windows, c.present, c.after, c.until); g != nil {
			got = fmt.Sprintf("%d-%d", g.From, g.To)
		}
		if got != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
	}
}
