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
	"catbird.blue/mls/server/stream/streamtest"
	"catbird.blue/mls/xrpc"
)

// asksBy asks to join by a code, and requires the answer.
func asksBy(t testing.TB, s *Server, c *mlstest.Client, code, want string) {
	t.Helper()
	out, err := s.RequestJoin(t.Context(), by(c), &gen.RequestJoinInput{Code: code})
	if err != nil || out.Status != want {
		t.Fatalf("the answer is %s, %v, want %s", asJSON(t, out), err, want)
	}
}

// waiting lists the accounts whose requests wait.
func waiting(t testing.TB, s *Server, id xrpc.ConvoID, c *mlstest.Client) []string {
	t.Helper()
	var out []string
	p := &gen.ListJoinRequestsParams{ConvoID: id, Limit: 1}
	for {
		page, err := s.ListJoinRequests(t.Context(), by(c), p)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Requests {
			out = append(out, r.DID)
		}
		if p.Cursor = page.Cursor; p.Cursor == nil {
			return out
		}
	}
}

// By a link that requires an approval an account asks, waits, and joins once it is
// approved. The members and the account are told, live and replayed.
func TestJoinRequestApproved(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice)
	id := servertest.IDOf(g)
	code := makeLink(t, s, g, alice, withApproval).Code
	members, asker := servertest.Listen(t, s.Pool, s.config.Hub, alice.DID), servertest.Listen(t, s.Pool, s.config.Hub, bob.DID)
	refusedBy(t, s, g, bob, code, gen.ErrApprovalRequired)
	asksBy(t, s, bob, code, "pending")
	asksBy(t, s, bob, code, "pending")
	asksBy(t, s, carol, code, "pending")
	if got := waiting(t, s, id, alice); len(got) != 2 || got[0] != bob.DID || got[1] != carol.DID {
		t.Fatalf("waiting are %v", got)
	}
	refusedBy(t, s, g, bob, code, gen.ErrApprovalRequired)
	approve := func(c *mlstest.Client) error {
		return second(s.ApproveJoinRequest(t.Context(), by(alice), &gen.ApproveJoinRequestInput{ConvoID: id, DID: c.DID}))
	}
	for range 2 { // a repeated answer tells nobody
		if err := approve(bob); err != nil {
			t.Fatal(err)
		}
	}
	servertest.WantError(t, approve(commitClient("dave")), gen.ErrJoinRequestNotFound)
	asksBy(t, s, bob, code, "approved")
	preview, err := s.GetJoinLinkPreview(t.Context(), by(bob), &gen.GetJoinLinkPreviewParams{Code: code})
	if err != nil || preview.Status != "approved" {
		t.Errorf("the preview is %s, %v", asJSON(t, preview), err)
	}
	enter(t, s, id, bob, code)
	asksBy(t, s, bob, code, "member")
	// Two have asked, one was approved, and it joined by its commit.
	for _, told := range []struct {
		to *streamtest.Client
		n  int
	}{{members, 5}, {asker, 2}} {
		if err := streamtest.Wait(t.Context(), s.Pool, time.Minute, told.to.History); err != nil || told.to.Len() != told.n {
			t.Errorf("%s is told %q, %v", told.to.DID, told.to.Delivered(), err)
		}
	}
	// Out of the conversation again, it has to ask again.
	leaves(t, s, id, bob)
	refusedBy(t, s, g, bob, code, gen.ErrApprovalRequired)
	asksBy(t, s, bob, code, "pending")
}

// A rejected account cannot ask again, by any link of the conversation, unless it is
// approved after all. A withdrawn request is gone.
func TestJoinRequestRejectedAndWithdrawn(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice)
	id := servertest.IDOf(g)
	code, other := makeLink(t, s, g, alice, withApproval).Code, makeLink(t, s, g, alice, withApproval).Code
	withdraw := func(c *mlstest.Client) error {
		return second(s.WithdrawJoinRequest(t.Context(), by(c), &gen.WithdrawJoinRequestInput{ConvoID: id}))
	}
	asksBy(t, s, bob, code, "pending")
	if err := second(s.RejectJoinRequest(t.Context(), by(alice), &gen.RejectJoinRequestInput{ConvoID: id, DID: bob.DID})); err != nil {
		t.Fatal(err)
	}
	asksBy(t, s, bob, code, "rejected")
	asksBy(t, s, bob, other, "rejected")
	servertest.WantError(t, withdraw(bob), gen.ErrConvoNotFound)
	refusedBy(t, s, g, bob, code, gen.ErrApprovalRequired)
	asksBy(t, s, carol, code, "pending")
	if err := withdraw(carol); err != nil {
		t.Fatal(err)
	}
	servertest.WantError(t, withdraw(carol), gen.ErrConvoNotFound)
	if got := waiting(t, s, id, alice); len(got) != 0 {
		t.Errorf("waiting are %v", got)
	}
	if err := second(s.ApproveJoinRequest(t.Context(), by(alice), &gen.ApproveJoinRequestInput{ConvoID: id, DID: bob.DID})); err != nil {
		t.Fatal(err)
	}
	enter(t, s, id, bob, code)
}

// An approval is for the link by which the account asked. Asked by another one, it waits
// again.
func TestApprovalIsForOneLink(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice)
	id := servertest.IDOf(g)
	made := makeLink(t, s, g, alice, withApproval)
	other := makeLink(t, s, g, alice, withApproval).Code
	asksBy(t, s, bob, made.Code, "pending")
	if err := second(s.ApproveJoinRequest(t.Context(), by(alice), &gen.ApproveJoinRequestInput{ConvoID: id, DID: bob.DID})); err != nil {
		t.Fatal(err)
	}
	refusedBy(t, s, g, bob, other, gen.ErrApprovalRequired)
	asksBy(t, s, bob, other, "pending")
	refusedBy(t, s, g, bob, made.Code, gen.ErrApprovalRequired)
	// Requests by a link that has ended do not wait for anybody.
	asksBy(t, s, bob, made.Code, "pending")
	if _, err := s.DisableJoinLink(t.Context(), by(alice), &gen.DisableJoinLinkInput{ConvoID: id, LinkID: made.Link.LinkID}); err != nil {
		t.Fatal(err)
	}
	if got := waiting(t, s, id, alice); len(got) != 0 {
		t.Errorf("waiting are %v", got)
	}
}

// Only members that may make links see and answer requests, and nobody is approved in a
// locked conversation.
func TestJoinRequestsNeedTheRight(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol, dave := commitClient("alice"), commitClient("bob"), commitClient("carol"), commitClient("dave")
	g := commitGroup(t, s, alice, bob)
	id := servertest.IDOf(g)
	asksBy(t, s, carol, makeLink(t, s, g, alice, withApproval).Code, "pending")
	for c, want := range map[*mlstest.Client]string{bob: gen.ErrNotAllowed, dave: gen.ErrConvoNotFound, carol: gen.ErrConvoNotFound} {
		for _, err := range []error{
			second(s.ListJoinRequests(t.Context(), by(c), &gen.ListJoinRequestsParams{ConvoID: id, Limit: 10})),
			second(s.ListJoinLinks(t.Context(), by(c), &gen.ListJoinLinksParams{ConvoID: id})),
			second(s.ApproveJoinRequest(t.Context(), by(c), &gen.ApproveJoinRequestInput{ConvoID: id, DID: carol.DID})),
			second(s.RejectJoinRequest(t.Context(), by(c), &gen.RejectJoinRequestInput{ConvoID: id, DID: carol.DID})),
		} {
			servertest.WantError(t, err, want)
		}
	}
	if _, err := s.LockConvo(t.Context(), by(alice), &gen.LockConvoInput{ConvoID: id}); err != nil {
		t.Fatal(err)
	}
	servertest.WantError(t, second(s.ApproveJoinRequest(t.Context(), by(alice), &gen.ApproveJoinRequestInput{ConvoID: id, DID: carol.DID})), xrpc.ConvoLocked)
	if err := second(s.RejectJoinRequest(t.Context(), by(alice), &gen.RejectJoinRequestInput{ConvoID: id, DID: carol.DID})); err != nil {
		t.Error(err)
	}
}

// When as many requests wait as may, one more ends the oldest of the origin that has
// most: accounts of a flooder do not keep an honest one out.
func TestJoinRequestsOfAFlood(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, honest, late := commitClient("alice"), commitClient("honest"), commitClient("late")
	g := commitGroup(t, s, alice)
	id := servertest.IDOf(g)
	code := makeLink(t, s, g, alice, withApproval).Code
	asksBy(t, s, honest, code, "pending")
	dbtest.Exec(t, s.Pool, `INSERT INTO join_requests (convo_id, did, code_hash, state, since)
		SELECT l.convo_id, 'did:web:flood' || n || '.example', l.code_hash, 'pending', now() + n * interval '1 ms'
		FROM join_links l, generate_series(1, $1::bigint) n`, limit.JoinRequests.Amount-1)
	dbtest.Exec(t, s.Pool, `INSERT INTO account_origins (did, origin, confirmed_at) SELECT did, 'flood.example', now() FROM join_requests WHERE did LIKE 'did:web:flood%'`)
	asksBy(t, s, late, code, "pending")
	has := dbtest.Value[[]string](t, s.Pool, `SELECT array_agg(did ORDER BY did) FROM join_requests WHERE did IN ($1, $2, 'did:web:flood1.example')`, honest.DID, late.DID)
	if fmt.Sprint(has) != fmt.Sprint([]string{honest.DID, late.DID}) {
		t.Errorf("waiting are %v, want both honest accounts and not the oldest of the flood", has)
	}
	if n := int64(len(waiting(t, s, id, alice))); n != limit.JoinRequests.Amount {
		t.Errorf("%d wait", n)
	}
}

// An account makes 20 new requests a day.
func TestJoinRequestsMadeAreLimited(t *testing.T) {
	t.Parallel()
	limits, err := limit.New(limit.Config{Clock: func() time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	s := newTestServer(t, func(c *Config) { c.Rates = limits })
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice)
	code := makeLink(t, s, g, alice, withApproval).Code
	for range limit.JoinRequestsMade.Amount {
		asksBy(t, s, bob, code, "pending")
		asksBy(t, s, bob, code, "pending") // repeated, it costs nothing
		if err := second(s.WithdrawJoinRequest(t.Context(), by(bob), &gen.WithdrawJoinRequestInput{ConvoID: servertest.IDOf(g)})); err != nil {
			t.Fatal(err)
		}
	}
	servertest.WantError(t, second(s.RequestJoin(t.Context(), by(bob), &gen.RequestJoinInput{Code: code})), xrpc.RateLimitExceeded)
	asksBy(t, s, carol, code, "pending")
}

// A conversation has at most 100 links. One more takes the place of the oldest that has
// ended, if there is one.
func TestNumberOfLinks(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice := commitClient("alice")
	g := commitGroup(t, s, alice)
	id := servertest.IDOf(g)
	first := makeLink(t, s, g, alice)
	for range limit.MaxLinks - 1 {
		makeLink(t, s, g, alice)
	}
	servertest.WantError(t, second(s.CreateJoinLink(t.Context(), by(alice), &gen.CreateJoinLinkInput{ConvoID: id})), gen.ErrTooManyLinks)
	if _, err := s.DisableJoinLink(t.Context(), by(alice), &gen.DisableJoinLinkInput{ConvoID: id, LinkID: first.Link.LinkID}); err != nil {
		t.Fatal(err)
	}
	makeLink(t, s, g, alice)
	list, err := s.ListJoinLinks(t.Context(), by(alice), &gen.ListJoinLinksParams{ConvoID: id})
	if err != nil || len(list.Links) != limit.MaxLinks {
		t.Fatalf("%d links, %v", len(list.Links), err)
	}
	for _, l := range list.Links {
		if l.LinkID == first.Link.LinkID {
			t.Error("the link that had ended is still there")
		}
	}
}

// Links go 30 days after their end, with their requests; requests go after 14 days, but
// rejected ones stay as long as their link.
func TestRetentionOfLinks(t *testing.T) {
	t.Parallel()
	s, now := agingServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice)
	id := servertest.IDOf(g)
	made := makeLink(t, s, g, alice, withApproval)
	makeLink(t, s, g, alice)
	asksBy(t, s, bob, made.Code, "pending")
	asksBy(t, s, carol, made.Code, "pending")
	if err := second(s.RejectJoinRequest(t.Context(), by(alice), &gen.RejectJoinRequestInput{ConvoID: id, DID: carol.DID})); err != nil {
		t.Fatal(err)
	}
	if _, err := s.DisableJoinLink(t.Context(), by(alice), &gen.DisableJoinLinkInput{ConvoID: id, LinkID: made.Link.LinkID}); err != nil {
		t.Fatal(err)
	}
	*now = now.Add(limit.RequestTime)
	if got := clean(t, s); got["join-request"] != 0 || got["join-link"] != 0 {
		t.Errorf("removed too early: %v", got)
	}
	*now = now.Add(time.Second)
	if got := clean(t, s); got["join-request"] != 1 || got["join-link"] != 0 {
		t.Errorf("after 14 days removed are %v", got)
	}
	*now = now.Add(limit.EndedLinkTime - limit.RequestTime)
	if got := clean(t, s); got["join-link"] != 1 {
		t.Errorf("after 30 days removed are %v", got)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM join_links`) + dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM join_requests`); n != 1 {
		t.Errorf("%d rows are left, want the link that can be used", n)
	}
}
