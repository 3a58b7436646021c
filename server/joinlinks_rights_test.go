package server

import (
	"context"
	"fmt"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/follows"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// Links are made and managed by members that the policy lets, and not in a locked
// conversation. A join uses the right of the link's maker as it is at that moment.
func TestLinkNeedsTheMakersRight(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob)
	id := servertest.IDOf(g)
	create := func(c *mlstest.Client) error {
		return second(s.CreateJoinLink(t.Context(), by(c), &gen.CreateJoinLinkInput{ConvoID: id}))
	}
	policy := func(links string) {
		t.Helper()
		if _, err := s.UpdateConvoPolicy(t.Context(), by(alice), &gen.UpdateConvoPolicyInput{ConvoID: id, MakeLinks: &links}); err != nil {
			t.Fatal(err)
		}
	}
	servertest.WantError(t, create(bob), gen.ErrNotAllowed)
	servertest.WantError(t, create(carol), gen.ErrConvoNotFound)
	policy("members")
	made := makeLink(t, s, g, bob)
	outside(t, s, id, carol, made.Code)
	policy("admins")
	invalidCode(t, s, g, carol, made.Code)
	dbtest.Exec(t, s.Pool, `UPDATE memberships SET role = 'admin' WHERE did = $1`, bob.DID)
	outside(t, s, id, carol, made.Code)
	// An admin may change and end the link of another one.
	edited, err := s.EditJoinLink(t.Context(), by(alice), &gen.EditJoinLinkInput{ConvoID: id, LinkID: made.Link.LinkID, MaxUses: new(int64(3))})
	if err != nil || *edited.MaxUses != 3 || edited.CreatedBy != bob.DID {
		t.Fatalf("edited is %s, %v", asJSON(t, edited), err)
	}
	dbtest.Exec(t, s.Pool, `UPDATE memberships SET role = 'member' WHERE did = $1`, bob.DID)
	invalidCode(t, s, g, carol, made.Code)
	own := makeLink(t, s, g, alice).Code
	outside(t, s, id, carol, own)
	leaves(t, s, id, alice) // bob becomes an admin
	invalidCode(t, s, g, carol, own)
	servertest.WantError(t, create(alice), gen.ErrNotMember)
	outside(t, s, id, carol, made.Code)
}

// A link that is disabled, expired or used up opens nothing any more, and one of another
// conversation opens nothing here.
func TestLinkEnds(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g, other := commitGroup(t, s, alice), commitGroup(t, s, alice)
	id := servertest.IDOf(g)
	disabled := makeLink(t, s, g, alice)
	for range 2 {
		if out, err := s.DisableJoinLink(t.Context(), by(alice), &gen.DisableJoinLinkInput{ConvoID: id, LinkID: disabled.Link.LinkID}); err != nil || out.DisabledAt == nil {
			t.Fatalf("disabled is %s, %v", asJSON(t, out), err)
		}
	}
	invalidCode(t, s, g, carol, disabled.Code)
	expired := makeLink(t, s, g, alice, func(in *gen.CreateJoinLinkInput) { in.ExpiresAt = new(xrpc.FormatTime(time.Now().Add(-time.Second))) })
	invalidCode(t, s, g, carol, expired.Code)
	if _, err := s.EditJoinLink(t.Context(), by(alice), &gen.EditJoinLinkInput{ConvoID: id, LinkID: expired.Link.LinkID, ExpiresAt: new(xrpc.FormatTime(time.Now().Add(time.Hour)))}); err != nil {
		t.Fatal(err)
	}
	outside(t, s, id, carol, expired.Code)
	used := makeLink(t, s, g, alice, withUses(1))
	enter(t, s, id, bob, used.Code)
	invalidCode(t, s, g, carol, used.Code)
	foreign := makeLink(t, s, other, alice).Code
	refusedBy(t, s, g, carol, foreign, gen.ErrInvalidCode)
	servertest.WantError(t, second(s.EditJoinLink(t.Context(), by(alice), &gen.EditJoinLinkInput{ConvoID: servertest.IDOf(other), LinkID: used.Link.LinkID})), gen.ErrLinkNotFound)
	// A locked conversation takes nobody, and no new links; links can be disabled.
	if _, err := s.LockConvo(t.Context(), by(alice), &gen.LockConvoInput{ConvoID: id}); err != nil {
		t.Fatal(err)
	}
	refusedBy(t, s, g, carol, expired.Code, xrpc.ConvoLocked)
	servertest.WantError(t, second(s.CreateJoinLink(t.Context(), by(alice), &gen.CreateJoinLinkInput{ConvoID: id})), xrpc.ConvoLocked)
	if _, err := s.DisableJoinLink(t.Context(), by(alice), &gen.DisableJoinLinkInput{ConvoID: id, LinkID: expired.Link.LinkID}); err != nil {
		t.Error(err)
	}
}

// A link that ends while a commit is on its way lets it in no more: the join waits for
// the lock of the conversation, and the state of the link at that moment decides.
func TestLinkEndsInFlight(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	for name, c := range map[string]struct{ change, err string }{
		"disabled":   {`UPDATE join_links SET disabled_at = now()`, gen.ErrInvalidCode},
		"expired":    {`UPDATE join_links SET expires_at = now()`, gen.ErrInvalidCode},
		"used up":    {`UPDATE join_links SET max_uses = 1, uses = 1`, gen.ErrInvalidCode},
		"demoted":    {`UPDATE memberships SET role = 'member'`, gen.ErrInvalidCode},
		"blocked":    {`INSERT INTO blocks (did, blocked_did, created_at) VALUES ('did:web:alice.example', 'did:web:bob.example', now())`, gen.ErrInvalidCode},
		"closer":     {`UPDATE join_links SET require_approval = TRUE`, gen.ErrApprovalRequired},
		"not a rule": {`UPDATE join_links SET join_rule = 'followedByAdmin'`, gen.ErrFollowRequired},
		"locked":     {`UPDATE conversations SET locked_by_admin = TRUE, locked_at = now()`, xrpc.ConvoLocked},
		"gone":       {`DELETE FROM join_links`, gen.ErrInvalidCode},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Exec(t, s.Pool, `DELETE FROM blocks`)
			dbtest.Exec(t, s.Pool, `DELETE FROM join_links`)
			g := commitGroup(t, s, alice)
			id := servertest.IDOf(g)
			code := makeLink(t, s, g, alice).Code
			commit := outside(t, s, id, bob, code).ExternalCommit(bob)
			tx, err := s.Pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = tx.Rollback(context.Background()) }()
			if _, err := tx.Exec(t.Context(), `SELECT FROM conversations WHERE convo_id = $1 FOR UPDATE`, id); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- second(joinBy(t, s, g, commit, code)) }()
			waitForLock(t, s)
			if _, err := tx.Exec(t.Context(), c.change); err != nil {
				t.Fatal(err)
			}
			if err := tx.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			servertest.WantError(t, <-done, c.err)
			if got := membersOf(t, s, id); len(got) != 1 {
				t.Errorf("members are %v", got)
			}
		})
	}
}

// Accounts that were removed or suspended, or that the maker has blocked, here or by the
// AppView, get the answer to a wrong code.
func TestLinkRefusesAccounts(t *testing.T) {
	t.Parallel()
	appView := &knownFollows{}
	s := newTestServer(t, func(c *Config) { c.Follows = appView })
	alice, removed, suspended, blocked, stranger := commitClient("alice"), commitClient("removed"), commitClient("suspended"), commitClient("blocked"), commitClient("stranger")
	g := commitGroup(t, s, alice, removed, suspended)
	id := servertest.IDOf(g)
	code := makeLink(t, s, g, alice).Code
	c := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{removed.DID}})
	out, err := s.LeaveConvo(t.Context(), by(alice), &gen.LeaveConvoInput{ConvoID: id, TargetDID: &removed.DID, Commit: c.Message, GroupInfo: c.GroupInfo})
	accepted(t, (*gen.SendCommitOutput)(out), err)
	g = c.Next
	if _, err := s.LeaveConvo(t.Context(), by(alice), &gen.LeaveConvoInput{ConvoID: id, TargetDID: &suspended.DID}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.BlockAccount(t.Context(), by(alice), &gen.BlockAccountInput{DID: blocked.DID}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*mlstest.Client{removed, suspended, blocked} {
		invalidCode(t, s, g, c, code)
	}
	appView.relationship = follows.Relationship{Blocks: true}
	invalidCode(t, s, g, stranger, code)
	appView.relationship = follows.Relationship{}
	enter(t, s, id, stranger, code)
}

// knownFollows is an AppView that says the same of all accounts.
type knownFollows struct{ relationship follows.Relationship }

func (k *knownFollows) Configured() bool { return true }

func (k *knownFollows) Of(_ context.Context, account string, others []string) map[string]follows.Relationship {
	return k.Known(account, others)
}

func (k *knownFollows) Known(_ string, others []string) map[string]follows.Relationship {
	out := map[string]follows.Relationship{}
	for _, did := range others {
		out[did] = k.relationship
	}
	return out
}

// A link for accounts that an admin follows needs an AppView. Others see the preview, and
// are told what they lack.
func TestLinkFollowedByAdmin(t *testing.T) {
	t.Parallel()
	appView := &knownFollows{}
	s := newTestServer(t, func(c *Config) { c.Follows = appView })
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice)
	followed := func(in *gen.CreateJoinLinkInput) { in.JoinRule = new("followedByAdmin") }
	code := makeLink(t, s, g, alice, followed).Code
	if out, err := s.GetJoinLinkPreview(t.Context(), by(bob), &gen.GetJoinLinkPreviewParams{Code: code}); err != nil || out.JoinRule != "followedByAdmin" {
		t.Errorf("the preview is %s, %v", asJSON(t, out), err)
	}
	appView.relationship = follows.Relationship{Follows: true} // bob follows alice: not enough
	refusedBy(t, s, g, bob, code, gen.ErrFollowRequired)
	asking := makeLink(t, s, g, alice, followed, withApproval).Code
	servertest.WantError(t, second(s.RequestJoin(t.Context(), by(bob), &gen.RequestJoinInput{Code: asking})), gen.ErrFollowRequired)
	appView.relationship = follows.Relationship{FollowedBy: true}
	enter(t, s, servertest.IDOf(g), bob, code)
	without := onPool(s, s.Pool)
	without.config.Follows = nil
	without = New(without.config)
	in := &gen.CreateJoinLinkInput{ConvoID: servertest.IDOf(g), JoinRule: new("followedByAdmin")}
	servertest.WantError(t, second(without.CreateJoinLink(t.Context(), by(alice), in)), xrpc.InvalidRequest)
}

// An account that has tried too many codes is told so for right ones too, and others go on.
func TestWrongCodesAreLimited(t *testing.T) {
	t.Parallel()
	limits, err := limit.New(limit.Config{Clock: func() time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	s := newTestServer(t, func(c *Config) { c.Rates = limits })
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice)
	id, code := servertest.IDOf(g), makeLink(t, s, g, alice).Code
	for i := range limit.WrongCodes.Amount {
		_, err := s.GetJoinLinkPreview(t.Context(), by(bob), &gen.GetJoinLinkPreviewParams{Code: wrongCode})
		servertest.WantError(t, err, gen.ErrInvalidCode)
		outside(t, s, id, commitClient(fmt.Sprintf("other%d", i)), code)
	}
	servertest.WantError(t, second(s.GetJoinLinkPreview(t.Context(), by(bob), &gen.GetJoinLinkPreviewParams{Code: code})), xrpc.RateLimitExceeded)
	refusedBy(t, s, g, bob, code, xrpc.RateLimitExceeded)
	enter(t, s, id, carol, code)
}

// An account gets 20 GroupInfos a day by a link. The right codes cost it nothing else.
func TestGroupInfosOfLinkAreLimited(t *testing.T) {
	t.Parallel()
	limits, err := limit.New(limit.Config{Clock: func() time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	s := newTestServer(t, func(c *Config) { c.Rates = limits })
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice)
	id, code, second := servertest.IDOf(g), makeLink(t, s, g, alice).Code, makeLink(t, s, g, alice).Code
	var last *mlstest.Group
	for range 20 {
		last = outside(t, s, id, bob, code)
	}
	_, err = s.GetGroupInfo(t.Context(), by(bob), &gen.GetGroupInfoParams{ConvoID: id, Code: &code})
	if e := servertest.WantError(t, err, xrpc.RateLimitExceeded); e.RetryAfter == 0 {
		t.Error("no time to wait")
	}
	outside(t, s, id, bob, second)
	out, err := joinBy(t, s, last, last.ExternalCommit(bob), code)
	accepted(t, (*gen.SendCommitOutput)(out), err)
}

// The policy on additions does not bound joins by a link.
func TestLinkPassesPolicyOnAdditions(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob)
	id := servertest.IDOf(g)
	if _, err := s.UpdateConvoPolicy(t.Context(), by(alice), &gen.UpdateConvoPolicyInput{ConvoID: id, AddMembers: new("admins"), MakeLinks: new("members")}); err != nil {
		t.Fatal(err)
	}
	enter(t, s, id, carol, makeLink(t, s, g, bob).Code)
	// The number of members of a conversation does.
	dbtest.Exec(t, s.Pool, `INSERT INTO memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos)
		SELECT $1, 'did:web:m' || n || '.example', 0, now(), 0, 1, 0 FROM generate_series(1, $2::bigint) n`, id, int64(limit.MaxMembers-3))
	code := makeLink(t, s, g, bob).Code
	now := outside(t, s, id, commitClient("dave"), code)
	_, err := joinBy(t, s, now, now.ExternalCommit(commitClient("dave")), code)
	servertest.WantError(t, err, gen.ErrTooManyMembers)
}
