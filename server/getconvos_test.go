package server

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// noon is the hour of these tests.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// convoAt makes a conversation whose last activity was some minutes before
// noon.
func convoAt(t testing.TB, s *Server, minutesAgo int, dids ...string) xrpc.ConvoID {
	t.Helper()
	id := servertest.AddConvo(t, s.Pool, 1, dids...)
	touch(t, s, id, minutesAgo)
	return id
}

func touch(t testing.TB, s *Server, id xrpc.ConvoID, minutesAgo int) {
	t.Helper()
	dbtest.Exec(t, s.Pool, `UPDATE conversations SET last_activity_at = $2 WHERE convo_id = $1`, id, noon.Add(-time.Duration(minutesAgo)*time.Minute))
}

func convoPage(t testing.TB, s *Server, who string, limit int64, cursor *string) ([]xrpc.ConvoID, *string) {
	t.Helper()
	out, err := s.GetConvos(context.Background(), servertest.As(who), &gen.GetConvosParams{Limit: limit, Cursor: cursor})
	if err != nil {
		t.Fatal(err)
	}
	ids := []xrpc.ConvoID{}
	for _, c := range out.Conversations {
		ids = append(ids, c.ID)
	}
	return ids, out.Cursor
}

func TestGetConvosOrder(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.Clock = func() time.Time { return noon } })
	old := convoAt(t, s, 30, servertest.DID("alice"))
	newest := convoAt(t, s, 1, servertest.DID("alice"), servertest.DID("bob"))
	middle := convoAt(t, s, 10, servertest.DID("bob"), servertest.DID("alice"))
	convoAt(t, s, 5, servertest.DID("bob"))
	left := convoAt(t, s, 2, servertest.DID("alice"))
	servertest.EndMember(t, s.Pool, left, servertest.DID("alice"))
	want := []xrpc.ConvoID{newest, middle, old}
	for limit := int64(1); limit <= 4; limit++ {
		var got []xrpc.ConvoID
		var cursor *string
		for {
			var ids []xrpc.ConvoID
			ids, cursor = convoPage(t, s, servertest.DID("alice"), limit, cursor)
			got = append(got, ids...)
			if cursor == nil {
				break
			}
			if len(ids) != int(limit) {
				t.Fatalf("limit %d: a page of %d with a cursor", limit, len(ids))
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("limit %d: got %v, want %v", limit, got, want)
		}
	}
	if ids, cursor := convoPage(t, s, servertest.DID("eve"), 50, nil); len(ids) != 0 || cursor != nil {
		t.Fatalf("an account without conversations got %v", ids)
	}
}

// What becomes active while the list is read comes last; nothing is left out,
// and nothing but that comes twice.
func TestGetConvosWhileActive(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.Clock = func() time.Time { return noon } })
	ids := make([]xrpc.ConvoID, 8) // the newest first
	for i := range ids {
		ids[i] = convoAt(t, s, i+1, servertest.DID("alice"))
	}
	var got []xrpc.ConvoID
	p, cursor := convoPage(t, s, servertest.DID("alice"), 2, nil)
	got = append(got, p...)
	touch(t, s, ids[0], -1) // shown already
	touch(t, s, ids[5], -2) // still to come
	fresh := convoAt(t, s, -3, servertest.DID("alice"))
	for cursor != nil {
		p, cursor = convoPage(t, s, servertest.DID("alice"), 2, cursor)
		got = append(got, p...)
		if len(got) == 6 {
			touch(t, s, ids[6], -4) // shown just now
		}
	}
	late := []xrpc.ConvoID{ids[0], ids[5], ids[6], fresh}
	slices.Sort(late)
	want := append([]xrpc.ConvoID{ids[0], ids[1], ids[2], ids[3], ids[4], ids[6], ids[7]}, late...)
	if !slices.Equal(got, want) {
		t.Fatalf("got  %v\nwant %v", got, want)
	}
}

// The clocks of two instances differ: the newest activity comes first even
// where the asking instance's clock is behind it.
func TestGetConvosClockBehind(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.Clock = func() time.Time { return noon } })
	older := convoAt(t, s, 3, servertest.DID("alice"))
	ahead := convoAt(t, s, -2, servertest.DID("alice"))
	got, _ := convoPage(t, s, servertest.DID("alice"), 50, nil)
	if !slices.Equal(got, []xrpc.ConvoID{ahead, older}) {
		t.Fatalf("got %v, want %v first", got, ahead)
	}
}

func TestGetConvosEqualTimes(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.Clock = func() time.Time { return noon } })
	want := []xrpc.ConvoID{}
	for range 7 {
		want = append(want, convoAt(t, s, 1, servertest.DID("alice")))
	}
	slices.Sort(want)
	var got []xrpc.ConvoID
	p, cursor := convoPage(t, s, servertest.DID("alice"), 3, nil)
	got = append(got, p...)
	for cursor != nil {
		p, cursor = convoPage(t, s, servertest.DID("alice"), 3, cursor)
		got = append(got, p...)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func TestGetConvosInvalidCursor(t *testing.T) {
	s := newTestServer(t)
	convoAt(t, s, 1, servertest.DID("alice"))
	convoAt(t, s, 1, servertest.DID("alice"))
	_, good := convoPage(t, s, servertest.DID("alice"), 1, nil)
	if good == nil || len(*good) > 256 {
		t.Fatalf("cursor is %v", good)
	}
	for _, c := range []string{"x", "a.b", "a.0.0.", "q" + (*good)[1:], *good + ".x", "a.zzzzzzzzzzzzz.0.aa", "a.-1.0.aa", "a.0.0.xyz",
		strings.Replace(*good, ".", "..", 1), "a.\x00.0.aa"} {
		_, err := s.GetConvos(t.Context(), servertest.As(servertest.DID("alice")), &gen.GetConvosParams{Limit: 1, Cursor: &c})
		servertest.WantError(t, err, gen.ErrInvalidCursor)
	}
}

// The view holds members in their order, who left without a commit among them,
// and what belongs to the caller.
func TestGetConvosView(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.Clock = func() time.Time { return noon } })
	convo := convoAt(t, s, 1, servertest.DID("alice"), servertest.DID("bob"))
	servertest.Fill(t, s.Pool, convo, "aac")
	servertest.AddMember(t, s.Pool, convo, servertest.DID("aaron"), 3)
	servertest.EndMember(t, s.Pool, convo, servertest.DID("bob"))
	dbtest.Exec(t, s.Pool, `UPDATE memberships SET pending_removal = TRUE WHERE convo_id = $1 AND did = $2`, convo, servertest.DID("bob"))
	dbtest.Exec(t, s.Pool, `INSERT INTO read_positions VALUES ($1, $2, 2, now())`, convo, servertest.DID("alice"))
	out, err := s.GetConvos(t.Context(), servertest.As(servertest.DID("alice")), &gen.GetConvosParams{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	v := out.Conversations[0]
	members := ""
	for _, m := range v.Members {
		members += fmt.Sprint(m.DID, " ", m.PendingRemoval != nil && *m.PendingRemoval, " ")
	}
	if want := fmt.Sprint(servertest.DID("alice"), " false ", servertest.DID("bob"), " true ", servertest.DID("aaron"), " false "); members != want {
		t.Errorf("members are %s, want %s", members, want)
	}
	if v.ID != convo || v.GroupID != convo || v.Epoch != 2 || *v.LastSeq != 3 || *v.ReadSeq != 2 || *v.MemberCount != 2 || v.Creator != servertest.DID("alice") {
		t.Errorf("view is %+v", v)
	}
}

// An answer is cut by bytes, holds at least one conversation, and loses none.
func TestGetConvosCutByBytes(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.Clock = func() time.Time { return noon } })
	want := []xrpc.ConvoID{}
	for i := range 30 {
		want = append(want, convoAt(t, s, i+1, servertest.DID("alice")))
	}
	dbtest.Exec(t, s.Pool, `INSERT INTO memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos)
		SELECT convo_id, 'did:web:' || repeat('m', 250) || n || '.example', 0, now(), 0, 0, 0 FROM conversations, generate_series(1, 999) n`)
	var got []xrpc.ConvoID
	var cursor *string
	pages := 0
	for {
		out, err := s.GetConvos(t.Context(), servertest.As(servertest.DID("alice")), &gen.GetConvosParams{Limit: 100, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(xrpc.Marshal(out)); n > limit.MaxAnswer {
			t.Fatalf("a page has %d bytes", n)
		}
		for _, c := range out.Conversations {
			got = append(got, c.ID)
		}
		pages++
		if cursor = out.Cursor; cursor == nil {
			break
		}
	}
	if pages < 3 || pages > 6 {
		t.Errorf("%d pages", pages)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("got %d conversations %v", len(got), got)
	}
}

func TestUpdateCursor(t *testing.T) {
	now := noon
	s := newTestServer(t, func(c *Config) { c.Clock = func() time.Time { return now } })
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"), servertest.DID("bob"))
	servertest.Fill(t, s.Pool, convo, "aaaaa")
	set := func(who string, seq int64) string {
		t.Helper()
		out, err := s.UpdateCursor(t.Context(), servertest.As(servertest.DID(who)), &gen.UpdateCursorInput{ConvoID: convo, Seq: seq})
		if err != nil {
			t.Fatal(err)
		}
		at := dbtest.Value[int64](t, s.Pool, `SELECT seq FROM read_positions WHERE convo_id = $1 AND did = $2`, convo, servertest.DID(who))
		return fmt.Sprint(at, " ", out.UpdatedAt)
	}
	if got := set("alice", 3); got != "3 2026-03-01T12:00:00.000Z" {
		t.Errorf("first: %s", got)
	}
	now = noon.Add(time.Minute)
	if got := set("alice", 2); got != "3 2026-03-01T12:00:00.000Z" {
		t.Errorf("back: %s", got)
	}
	if got := set("alice", 3); got != "3 2026-03-01T12:00:00.000Z" {
		t.Errorf("again: %s", got)
	}
	if got := set("alice", 5); got != "5 2026-03-01T12:01:00.000Z" {
		t.Errorf("on: %s", got)
	}
	if got := set("bob", 0); got != "0 2026-03-01T12:01:00.000Z" {
		t.Errorf("bob: %s", got)
	}
	in := func(seq int64) *gen.UpdateCursorInput { return &gen.UpdateCursorInput{ConvoID: convo, Seq: seq} }
	_, err := s.UpdateCursor(t.Context(), servertest.As(servertest.DID("alice")), in(6))
	servertest.WantError(t, err, xrpc.InvalidRequest)
	servertest.EndMember(t, s.Pool, convo, servertest.DID("bob"))
	_, err = s.UpdateCursor(t.Context(), servertest.As(servertest.DID("bob")), in(1))
	servertest.WantError(t, err, gen.ErrNotMember)
	_, none := s.UpdateCursor(t.Context(), servertest.As(servertest.DID("eve")), &gen.UpdateCursorInput{ConvoID: servertest.NewConvoID(), Seq: 1})
	servertest.WantError(t, none, gen.ErrConvoNotFound)
	_, err = s.UpdateCursor(t.Context(), servertest.As(servertest.DID("eve")), in(1))
	servertest.WantSameError(t, err, none)
}

func TestDescribeService(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.PastEpochs = 3 })
	out, err := s.DescribeService(t.Context(), xrpc.Caller{})
	if err != nil {
		t.Fatal(err)
	}
	if err := xrpc.Check(out); err != nil {
		t.Fatalf("answer breaks its lexicon: %v", err)
	}
	if out.DID != "did:web:mls.example" || out.Version != "test" || out.Limits.PastEpochs != 3 || out.Limits.ApplicationMessage != 2<<20 {
		t.Errorf("got %+v", out)
	}
	if len(out.CipherSuites) != 6 || out.CipherSuites[0] != "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519" {
		t.Errorf("cipher suites %v", out.CipherSuites)
	}
	if len(out.Lexicons) != len(gen.Methods) || !slices.Contains(out.Lexicons, "blue.catbird.mls.sendMessage") {
		t.Errorf("lexicons %v", out.Lexicons)
	}
}
