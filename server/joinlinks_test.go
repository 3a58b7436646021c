package server

import (
	"bytes"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
)

// A stranger joins by a link while no member does anything: it sees the preview, gets
// the GroupInfo, and enters by its own commit, which adds its leaf and removes none.
func TestJoinByLink(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob)
	id := servertest.IDOf(g)
	servertest.SendMessages(t, s, id, alice.DID, 2)
	made := makeLink(t, s, g, alice, withUses(5), func(in *gen.CreateJoinLinkInput) { in.Preview = []byte("sealed") })
	if hashed := dbtest.Value[bool](t, s.Pool, `SELECT EXISTS (SELECT FROM join_links WHERE code_hash = sha256($1::bytea))`, []byte(made.Code)); !hashed || len(made.Code) != 22 {
		t.Error("the code is not stored as its hash")
	}
	preview, err := s.GetJoinLinkPreview(t.Context(), by(carol), &gen.GetJoinLinkPreviewParams{Code: made.Code})
	if err != nil || preview.ConvoID != id || preview.MemberCount != 2 || preview.Status != "none" || !bytes.Equal(preview.Preview, []byte("sealed")) {
		t.Fatalf("the preview is %s, %v", asJSON(t, preview), err)
	}
	stream := servertest.Listen(t, s.Pool, s.config.Hub, carol.DID)
	now := enter(t, s, id, carol, made.Code)
	if got := membersOf(t, s, id); len(got) != 3 {
		t.Fatalf("members are %v", got)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM leaves WHERE convo_id = $1`, id); n != 3 {
		t.Errorf("%d leaves, want 3", n)
	}
	if joined, left := window(t, s, id, carol.DID); joined != 3 || left != -1 {
		t.Errorf("the window is (%d, %d], want what follows the commit", joined, left)
	}
	wantStatus(t, s, id, carol.DID, "accepted")
	if ok := dbtest.Value[bool](t, s.Pool, `SELECT by_link AND added_by IS NULL AND accepted_at IS NOT NULL AND role = 'member' FROM memberships WHERE convo_id = $1 AND did = $2`, id, carol.DID); !ok {
		t.Error("the membership is not marked as one by a link")
	}
	advance(t, s, now.With(alice, bob), carol, 1)      // it is a member like the others
	if err := streamHas(t, s, stream, 2); err != nil { // its joining, and its second commit
		t.Error(err)
	}
	list, err := s.ListJoinLinks(t.Context(), by(alice), &gen.ListJoinLinksParams{ConvoID: id})
	if err != nil || len(list.Links) != 1 || list.Links[0].Uses != 1 || list.Links[0].LinkID != made.Link.LinkID {
		t.Errorf("links are %s, %v", asJSON(t, list), err)
	}
}

// A repeated join gets the recorded answer, and counts once.
func TestJoinByLinkRepeated(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice)
	id := servertest.IDOf(g)
	code := makeLink(t, s, g, alice, withUses(1)).Code
	commit := outside(t, s, id, bob, code).ExternalCommit(bob)
	in := joinInput(g, commit)
	in.Code, in.IdempotencyKey = &code, new("key")
	first, err := s.JoinConvo(t.Context(), by(bob), in)
	accepted(t, (*gen.SendCommitOutput)(first), err)
	for range 2 {
		again, err := s.JoinConvo(t.Context(), by(bob), in)
		if accepted(t, (*gen.SendCommitOutput)(again), err); *again.Seq != *first.Seq {
			t.Errorf("again: %s", asJSON(t, again))
		}
		in.IdempotencyKey = nil // now it is recognised by its commit
	}
	// A member may come with the code, and does not use the link.
	out, err := joinBy(t, s, commit.Next, commit.Next.ExternalCommit(bob.Rotate()), code)
	accepted(t, (*gen.SendCommitOutput)(out), err)
	if n := usesOf(t, s, id); n != 1 {
		t.Errorf("%d uses, want 1", n)
	}
}

// A joiner that loses its race is told the epoch and when to come back, and gets no
// commits: it is no member.
func TestJoinByLinkLosesRace(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice)
	code := makeLink(t, s, g, alice).Code
	late := outside(t, s, servertest.IDOf(g), bob, code).ExternalCommit(bob)
	advance(t, s, g, alice, 2)
	for range 2 {
		out, err := joinBy(t, s, g, late, code)
		if err != nil || out.Success || out.Seq != nil || out.Conflict != nil || out.NewEpoch != int64(g.Epoch())+2 || out.RetryAfterMs == nil {
			t.Fatalf("the answer is %s, %v", asJSON(t, out), err)
		}
	}
	if n := usesOf(t, s, servertest.IDOf(g)); n != 0 {
		t.Errorf("%d uses, want none", n)
	}
	enter(t, s, servertest.IDOf(g), bob, code)
}

// The commit of a joiner adds its own leaf and nothing else.
func TestJoinByLinkAddsOneLeaf(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob)
	code := makeLink(t, s, g, alice).Code
	foreign := joinInput(g, g.ExternalCommit(commitClient("dave")))
	members := joinInput(g, g.Commit(bob, mlstest.Plan{Public: true}))
	for name, in := range map[string]*gen.JoinConvoInput{
		"removes a member":   joinInput(g, g.ExternalCommit(carol, g.Index(bob))),
		"removes the maker":  joinInput(g, g.ExternalCommit(carol, g.Index(alice))),
		"of another account": foreign,
		"a member's commit":  members,
	} {
		t.Run(name, func(t *testing.T) {
			in.Code = &code
			unchanged(t, s, servertest.IDOf(g), func() {
				servertest.WantError(t, second(s.JoinConvo(t.Context(), by(carol), in)), gen.ErrInvalidCommit)
			})
		})
	}
	if n := usesOf(t, s, servertest.IDOf(g)); n != 0 {
		t.Errorf("%d uses, want none", n)
	}
}

// An account that left comes back by a link, also by the device whose leaf still awaits
// its removal: that leaf is the joiner's own.
func TestJoinByLinkAgain(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	id := servertest.IDOf(g)
	code := makeLink(t, s, g, alice).Code
	leaves(t, s, id, bob)
	now := outside(t, s, id, bob, code)
	out, err := joinBy(t, s, now, now.ExternalCommit(bob, g.Index(bob)), code)
	accepted(t, (*gen.SendCommitOutput)(out), err)
	leaves(t, s, id, bob)
	enter(t, s, id, bob.Rotate(), code)
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM memberships WHERE pending_removal`); n != 0 {
		t.Errorf("%d pending removals are left", n)
	}
	if n := usesOf(t, s, id); n != 2 {
		t.Errorf("%d uses, want 2", n)
	}
}

// A conversation that was entered by a link makes nobody known, neither the account that
// entered to the others nor the others to it.
func TestJoinByLinkMakesNobodyKnown(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice)
	enter(t, s, servertest.IDOf(g), bob, makeLink(t, s, g, alice).Code)
	wantStatus(t, s, servertest.IDOf(requestGroup(t, s, alice, bob)), bob.DID, "request")
	wantStatus(t, s, servertest.IDOf(requestGroup(t, s, bob, alice)), alice.DID, "request")
}

// If the conversation has an info and nobody has wrapped its key for the epoch, the
// members are asked for it.
func TestJoinByLinkAsksForInfoKey(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice)
	id := servertest.IDOf(g)
	if _, err := s.UpdateConvoInfo(t.Context(), by(alice), &gen.UpdateConvoInfoInput{ConvoID: id, Info: []byte("info"), InfoKey: []byte("key"), Epoch: int64(g.Epoch())}); err != nil {
		t.Fatal(err)
	}
	enter(t, s, id, bob, makeLink(t, s, g, alice).Code)
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM events WHERE convo_id = $1 AND kind = 'info-key-requested' AND body ->> 'did' = $2`, id, bob.DID); n != 1 {
		t.Errorf("%d requests for the key, want 1", n)
	}
}
