package server

import (
	"fmt"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/retention"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// asStrangers takes the fixture's preferences away: from now on the accounts have to
// accept what unknown accounts add them to.
func asStrangers(t testing.TB, s *Server, clients ...*mlstest.Client) {
	t.Helper()
	dbtest.Exec(t, s.Pool, `DELETE FROM contact_preferences WHERE did = ANY($1)`, dids(clients))
}

// requestGroup is commitGroup, in which the others have to accept.
func requestGroup(t testing.TB, s *Server, creator *mlstest.Client, others ...*mlstest.Client) *mlstest.Group {
	t.Helper()
	g, in := requestGroupInput(t, s, creator, others...)
	if _, err := s.CreateConvo(t.Context(), by(creator), in); err != nil {
		t.Fatal(err)
	}
	return g
}

// requestGroupInput is the call by which requestGroup creates its conversation.
func requestGroupInput(t testing.TB, s *Server, creator *mlstest.Client, others ...*mlstest.Client) (*mlstest.Group, *gen.CreateConvoInput) {
	t.Helper()
	g := mlstest.NewGroup(creator, mlstest.Random(16)).With(others...)
	packages := commitPackages(t, s, others...)
	asStrangers(t, s, others...)
	c := g.Commit(creator, mlstest.Plan{Add: packages})
	return c.Next, &gen.CreateConvoInput{GroupID: servertest.IDOf(g), CipherSuite: creator.Suite.String(),
		InitialMembers: dids(others), WelcomeMessage: c.Welcome, GroupInfo: c.GroupInfo}
}

// statusOf reads the consent of an account in a conversation.
func statusOf(t testing.TB, s *Server, id xrpc.ConvoID, did string) string {
	t.Helper()
	return dbtest.Value[string](t, s.Pool, `SELECT coalesce((SELECT consent || CASE WHEN left_seq IS NULL THEN '' ELSE ' ended' END
		FROM memberships WHERE convo_id = $1 AND did = $2 ORDER BY joined_seq DESC LIMIT 1), '')`, id, did)
}

func wantStatus(t testing.TB, s *Server, id xrpc.ConvoID, did, want string) {
	t.Helper()
	if got := statusOf(t, s, id, did); got != want {
		t.Errorf("%s is %q, want %q", did, got, want)
	}
}

// acceptConvo accepts a request of a device's account.
func acceptConvo(t testing.TB, s *Server, id xrpc.ConvoID, c *mlstest.Client) *gen.AcceptConvoOutput {
	t.Helper()
	out, err := s.AcceptConvo(t.Context(), by(c), &gen.AcceptConvoInput{ConvoID: id})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A request is a member that reads from its addition on, appears in the list of requests
// and nowhere else, and is told of nothing until it accepts.
func TestRequestReadsAndIsNotTold(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	stream := servertest.Listen(t, s.Pool, s.config.Hub, bob.DID)
	g := requestGroup(t, s, alice, bob)
	id := servertest.IDOf(g)
	servertest.SendMessages(t, s, id, alice.DID, 2)
	wantStatus(t, s, id, bob.DID, "request")
	servertest.WantDelivered(t, s.Pool, stream, "request in "+string(id))
	list, err := s.ListConvoRequests(t.Context(), by(bob), &gen.ListConvoRequestsParams{Limit: 10})
	if err != nil || len(list.Requests) != 1 || *list.Requests[0].AddedBy != alice.DID || *list.Requests[0].Convo.Status != "request" {
		t.Fatalf("requests are %s, %v", asJSON(t, list), err)
	}
	view, err := s.GetConvo(t.Context(), by(alice), &gen.GetConvoParams{ConvoID: id})
	if err != nil || *view.Status != "accepted" || *view.Members[1].Status != "request" {
		t.Fatalf("the view is %s, %v", asJSON(t, view), err)
	}
	if got := servertest.PageText(t, s, bob.DID, gen.GetMessagesParams{ConvoID: id}); got != "[1 2] of 2" {
		t.Errorf("a request reads %s", got)
	}
	if out, err := s.GetConvos(t.Context(), by(bob), &gen.GetConvosParams{Limit: 10}); err != nil || len(out.Conversations) != 0 {
		t.Errorf("getConvos lists %d, %v", len(out.Conversations), err)
	}
	if out, err := s.ListWelcomes(t.Context(), by(bob), &gen.ListWelcomesParams{Limit: 10}); err != nil || len(out.Welcomes) != 0 {
		t.Errorf("listWelcomes lists %d, %v", len(out.Welcomes), err)
	}
	if out, err := s.Sync(t.Context(), by(bob), &gen.SyncInput{Limit: 100, Positions: []gen.SyncPosition{{ConvoID: id}}}); err != nil || servertest.SyncText(out, id) != "" {
		t.Errorf("sync tells %s, %v", servertest.SyncText(out, id), err)
	}
	if out := acceptConvo(t, s, id, bob); out.JoinedSeq != 0 || out.LastSeq != 2 {
		t.Errorf("accepted is %+v", out)
	}
	if out := acceptConvo(t, s, id, bob); out.JoinedSeq != 0 || out.LastSeq != 2 {
		t.Errorf("accepted again is %+v", out)
	}
	servertest.SendMessages(t, s, id, alice.DID, 1)
	// The request, the acceptance, the Welcome, and the message after them.
	if err := streamHas(t, s, stream, 4); err != nil {
		t.Error(err)
	}
}

// streamHas waits until a stream has as many events as the database has for it.
func streamHas(t testing.TB, s *Server, c interface {
	Len() int
	Delivered() []string
}, n int) error {
	t.Helper()
	servertest.Eventually(t, func() bool { return c.Len() >= n })
	if c.Len() != n {
		return fmt.Errorf("delivered are %q, want %d events", c.Delivered(), n)
	}
	return nil
}

// The methods that a request may not use are refused as for a former member.
func TestRequestMayNot(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := requestGroup(t, s, alice, bob)
	id := servertest.IDOf(g)
	for name, call := range map[string]func() error{
		"updateCursor": func() error {
			return second(s.UpdateCursor(t.Context(), by(bob), &gen.UpdateCursorInput{ConvoID: id}))
		},
		"sendEphemeral": func() error {
			return second(s.SendEphemeral(t.Context(), by(bob), &gen.SendEphemeralInput{ConvoID: id, Epoch: int64(g.Epoch()), Ciphertext: []byte("x")}))
		},
		"updateGroupInfo": func() error {
			return second(s.UpdateGroupInfo(t.Context(), by(bob), &gen.UpdateGroupInfoInput{ConvoID: id, GroupInfo: g.SignGroupInfo(bob, true)}))
		},
		"requestRejoin": func() error {
			return second(s.RequestRejoin(t.Context(), by(bob), &gen.RequestRejoinInput{ConvoID: id}))
		},
		"getSubscriptionTicket": func() error {
			return second(s.GetSubscriptionTicket(t.Context(), by(bob), &gen.GetSubscriptionTicketInput{ConvoID: &id}))
		},
		"updatePreferences": func() error {
			return second(s.UpdatePreferences(t.Context(), by(bob), &gen.UpdatePreferencesInput{ConvoID: &id, Muted: new(true)}))
		},
	} {
		unchanged(t, s, id, func() {
			err := call()
			if err == nil {
				t.Fatalf("%s: no error", name)
			}
			servertest.WantError(t, err, gen.ErrNotMember)
		})
	}
	err := second(s.UpdateMemberRole(t.Context(), by(alice), &gen.UpdateMemberRoleInput{ConvoID: id, DID: bob.DID, Role: "admin"}))
	servertest.WantError(t, err, gen.ErrTargetNotMember)
}

// Sending and committing accept a request.
func TestRequestAcceptsByActing(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	for name, act := range map[string]func(g *mlstest.Group, c *mlstest.Client) error{
		"sendMessage": func(g *mlstest.Group, c *mlstest.Client) error {
			return second(s.SendMessage(t.Context(), by(c), servertest.Message(servertest.IDOf(g), int64(g.Epoch()))))
		},
		"sendMessage with a key": func(g *mlstest.Group, c *mlstest.Client) error {
			in := servertest.Message(servertest.IDOf(g), int64(g.Epoch()))
			in.IdempotencyKey = new("k")
			return second(s.SendMessage(t.Context(), by(c), in))
		},
		"sendCommit": func(g *mlstest.Group, c *mlstest.Client) error {
			return second(s.SendCommit(t.Context(), by(c), commitInput(g, g.Commit(c, mlstest.Plan{}))))
		},
		"sendProposal": func(g *mlstest.Group, c *mlstest.Client) error {
			return second(s.SendProposal(t.Context(), by(c), &gen.SendProposalInput{ConvoID: servertest.IDOf(g), Proposal: g.ProposeUpdate(c, true).Message}))
		},
		"joinConvo": func(g *mlstest.Group, c *mlstest.Client) error {
			return second(s.JoinConvo(t.Context(), by(c), joinInput(g, g.ExternalCommit(c.Rotate()))))
		},
	} {
		alice, bob := commitClient("alice"), commitClient("bob")
		g := requestGroup(t, s, alice, bob)
		id := servertest.IDOf(g)
		if err := act(g, bob); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		wantStatus(t, s, id, bob.DID, "accepted")
		told := dbtest.Value[int64](t, s.Pool, `SELECT told_seq FROM memberships WHERE convo_id = $1 AND did = $2`, id, bob.DID)
		if told != 0 {
			t.Errorf("%s: told from %d, want 0, before its own message", name, told)
		}
		dbtest.Exec(t, s.Pool, `UPDATE memberships SET accepted_at = NULL, left_seq = 0, left_at = now() WHERE convo_id = $1`, id)
	}
	// A commit that loses its race accepts nothing.
	alice, bob := commitClient("alice"), commitClient("bob")
	g := requestGroup(t, s, alice, bob)
	late := g.Commit(bob, mlstest.Plan{})
	advance(t, s, g, alice, 1)
	out, err := s.SendCommit(t.Context(), by(bob), commitInput(g, late))
	lostIt(t, out, err)
	wantStatus(t, s, servertest.IDOf(g), bob.DID, "request")
}

// An account accepts at once whom it knows.
func TestKnownAdders(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	first := servertest.IDOf(requestGroup(t, s, alice, bob))
	other := servertest.IDOf(requestGroup(t, s, alice, bob))
	wantStatus(t, s, other, bob.DID, "request") // it has not accepted the first one
	acceptConvo(t, s, first, bob)
	third := servertest.IDOf(requestGroup(t, s, alice, bob))
	wantStatus(t, s, third, bob.DID, "accepted")
	// Being accepted at once makes nobody else known: bob did not accept the group itself.
	group := servertest.IDOf(requestGroup(t, s, alice, bob, carol))
	wantStatus(t, s, group, bob.DID, "accepted")
	acceptConvo(t, s, group, carol)
	wantStatus(t, s, servertest.IDOf(requestGroup(t, s, carol, bob)), bob.DID, "request")
	acceptConvo(t, s, group, bob)
	wantStatus(t, s, servertest.IDOf(requestGroup(t, s, carol, bob)), bob.DID, "accepted")
	// An account knows those that it added itself.
	wantStatus(t, s, servertest.IDOf(requestGroup(t, s, carol, alice)), alice.DID, "accepted")
	// A conversation entered by a link, and one of more than 50 accounts, do not count.
	dave := commitClient("dave")
	shared := servertest.AddConvo(t, s.Pool, 1, dave.DID, bob.DID)
	dbtest.Exec(t, s.Pool, `UPDATE memberships SET accepted_at = now(), by_link = TRUE WHERE convo_id = $1`, shared)
	wantStatus(t, s, servertest.IDOf(requestGroup(t, s, dave, bob)), bob.DID, "request")
	dbtest.Exec(t, s.Pool, `UPDATE memberships SET by_link = FALSE WHERE convo_id = $1`, shared)
	wantStatus(t, s, servertest.IDOf(requestGroup(t, s, dave, bob)), bob.DID, "accepted")
	for n := range 49 {
		servertest.AddMember(t, s.Pool, shared, servertest.DID(fmt.Sprint("more", n)), 0)
	}
	wantStatus(t, s, servertest.IDOf(requestGroup(t, s, dave, bob)), bob.DID, "request")
}

// Declining, leaving and expiry look alike to the others, and end the request for its
// account.
func TestRequestsEnd(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice := commitClient("alice")
	var texts []string
	for n, end := range []func(id xrpc.ConvoID, c *mlstest.Client) error{
		func(id xrpc.ConvoID, c *mlstest.Client) error {
			return second(s.DeclineConvo(t.Context(), by(c), &gen.DeclineConvoInput{ConvoID: id}))
		},
		func(id xrpc.ConvoID, c *mlstest.Client) error {
			return second(s.LeaveConvo(t.Context(), by(c), &gen.LeaveConvoInput{ConvoID: id}))
		},
		func(id xrpc.ConvoID, c *mlstest.Client) error {
			dbtest.Exec(t, s.Pool, `UPDATE memberships SET joined_at = now() - interval '15 days' WHERE convo_id = $1 AND did = $2`, id, c.DID)
			return retention.New(retention.Config{Pool: s.Pool, Blobs: s.config.Blobs, EndRequest: s.EndRequest}).Round(t.Context())
		},
	} {
		bob := commitClient(fmt.Sprint("bob", n))
		stream := servertest.Listen(t, s.Pool, s.config.Hub, bob.DID)
		g := requestGroup(t, s, alice, bob)
		id := servertest.IDOf(g)
		if err := end(id, bob); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, s, id, bob.DID, "request ended")
		servertest.WantDelivered(t, s.Pool, stream, "request in "+string(id), "end of the request in "+string(id))
		texts = append(texts, dbtest.Value[string](t, s.Pool, `SELECT string_agg(replace(body::text, $2, 'DID') || coalesce(edge, 0), ' ' ORDER BY n)
			FROM events WHERE convo_id = $1`, id, bob.DID))
		out, err := s.Sync(t.Context(), by(bob), &gen.SyncInput{Limit: 100, Positions: []gen.SyncPosition{{ConvoID: id}}})
		if err != nil || servertest.SyncText(out, id) != "" {
			t.Errorf("sync tells %s, %v", servertest.SyncText(out, id), err)
		}
		servertest.WantError(t, second(s.AcceptConvo(t.Context(), by(bob), &gen.AcceptConvoInput{ConvoID: id})), gen.ErrNotMember)
		if n == 0 { // repeated
			if err := end(id, bob); err != nil {
				t.Error(err)
			}
		}
	}
	if texts[0] != texts[1] || texts[0] != texts[2] {
		t.Errorf("the members see\n%s\n%s\n%s", texts[0], texts[1], texts[2])
	}
}

// Two declines of an adder's requests count as a block, and unblocking ends it.
func TestTwoDeclines(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	missing := func() int {
		t.Helper()
		out, err := s.GetKeyPackages(t.Context(), by(alice), &gen.GetKeyPackagesParams{DIDs: []string{bob.DID}})
		if err != nil {
			t.Fatal(err)
		}
		return len(out.Missing)
	}
	commitPackages(t, s, bob, bob, bob, bob, bob, bob) // strangers get half of them
	for n := range 2 {
		id := servertest.IDOf(requestGroup(t, s, alice, bob))
		if missing() != 0 {
			t.Errorf("missing after %d declines", n)
		}
		dbtest.Exec(t, s.Pool, `UPDATE key_packages SET lease_holder = NULL, lease_convo = NULL, lease_ends_at = NULL WHERE lease_holder IS NOT NULL`)
		if err := second(s.DeclineConvo(t.Context(), by(bob), &gen.DeclineConvoInput{ConvoID: id})); err != nil {
			t.Fatal(err)
		}
	}
	if missing() != 1 {
		t.Error("not missing after two declines")
	}
	if _, err := s.UnblockAccount(t.Context(), by(bob), &gen.UnblockAccountInput{DID: alice.DID}); err != nil || missing() != 0 {
		t.Errorf("missing after unblocking, %v", err)
	}
}

// When the last member that has accepted leaves, open requests end and the conversation
// closes.
func TestLastAcceptedLeaves(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := requestGroup(t, s, alice, bob, carol)
	id := servertest.IDOf(g)
	if _, err := s.LeaveConvo(t.Context(), by(bob), &gen.LeaveConvoInput{ConvoID: id}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.LeaveConvo(t.Context(), by(alice), &gen.LeaveConvoInput{ConvoID: id}); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, s, id, carol.DID, "request ended")
	if !dbtest.Value[bool](t, s.Pool, `SELECT closed_at IS NOT NULL FROM conversations WHERE convo_id = $1`, id) {
		t.Error("the conversation is not closed")
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM events WHERE kind = 'request-ended'`); n != 2 {
		t.Errorf("%d requests ended, want 2", n)
	}
}

// Added again after leaving, an account has to accept, even if it accepts everything.
func TestAddedAgainIsARequest(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	id := servertest.IDOf(g)
	if _, err := s.LeaveConvo(t.Context(), by(bob), &gen.LeaveConvoInput{ConvoID: id}); err != nil {
		t.Fatal(err)
	}
	c := g.With(bob).Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{commitPackage(t, s, bob)}, RemoveDIDs: []string{bob.DID}})
	out, err := s.AddMembers(t.Context(), by(alice), addInput(g, c, bob))
	accepted(t, (*gen.SendCommitOutput)(out), err)
	wantStatus(t, s, id, bob.DID, "request")
}
