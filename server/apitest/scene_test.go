package apitest

import (
	"strings"
	"testing"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// scene is a conversation with members, former members and non-members, and
// with events before and after some of them left.
type scene struct {
	*stack
	alice, bob  actor
	removed     actor // by a commit, number 3
	left        actor // by itself, after number 1
	suspended   actor // by alice, after number 1
	nonMember   actor
	newcomer    actor // with a key package for an addition
	aliceTablet actor // alice's second device, whose Welcome is not confirmed
	newPackage  *mls.KeyPackage
	g           *mlstest.Group

	// start is a cursor from before the first event.
	start string
	// CIDs of blobs: attached by alice to number 1, attached to number 4, and
	// not attached.
	before, after, unattached string
	// tickets are the tickets of bob.
	tickets []string
	// own is a conversation of the non-member, said the id of number 4;
	// newOutsiders sets both.
	own  *mlstest.Group
	said string
}

// newScene creates these events:
//
//	number 1  a message with a blob; then one member leaves, and one is suspended
//	number 2  a proposal
//	number 3  a commit that removes another
//	number 4  a message with a blob
//	number 5  a commit
func newScene(t testing.TB, s *stack) *scene {
	t.Helper()
	sc := &scene{stack: s, alice: newActor(), bob: newActor(), removed: newActor(), left: newActor(), suspended: newActor(),
		nonMember: newActor(), newcomer: newActor()}
	sc.aliceTablet = actor{sc.alice.Account, mlstest.NewClient(sc.alice.DID)}
	sc.start = sc.now(t)
	sc.newPackage = sc.publish(t, sc.newcomer)
	sc.publish(t, sc.nonMember)
	sc.g = sc.conversation(t, sc.alice, sc.bob, sc.removed, sc.left, sc.suspended, sc.aliceTablet).With(sc.nonMember.device, sc.newcomer.device)
	sc.before = sc.say(t)
	ok[object](t, sc.call(t, sc.left.Account, "leaveConvo", object{"convoId": sc.g.ID()}))
	ok[object](t, sc.call(t, sc.alice.Account, "leaveConvo", object{"convoId": sc.g.ID(), "targetDid": sc.suspended.DID}))
	ok[object](t, sc.call(t, sc.bob.Account, "sendProposal", object{"convoId": sc.g.ID(), "proposal": raw(sc.g.ProposeUpdate(sc.bob.device, false).Message)}))
	sc.g = sc.remove(t, sc.g, sc.alice, sc.removed)
	sc.after = sc.say(t)
	c := sc.g.Commit(sc.alice.device, mlstest.Plan{})
	ok[object](t, sc.call(t, sc.alice.Account, "sendCommit", commitCall(sc.g, c)))
	sc.g = c.Next
	sc.unattached = sc.upload(t, sc.alice, mlstest.Random(50))
	sc.settle(t)
	return sc
}

// say sends a message of alice with a new blob, and returns its CID.
func (sc *scene) say(t testing.TB) string {
	t.Helper()
	cid := sc.upload(t, sc.alice, mlstest.Random(100))
	in := messageCall(sc.g, 100)
	in["blobs"] = []string{cid}
	ok[object](t, sc.call(t, sc.alice.Account, "sendMessage", in))
	return cid
}

// nonexistent returns a group with the same members and epoch as the scene's, which
// the service does not know.
func (sc *scene) nonexistent() *mlstest.Group {
	g := mlstest.NewGroupWith(sc.alice.device, mlstest.Random(16), sc.bob.device, sc.removed.device, sc.left.device, sc.suspended.device, sc.aliceTablet.device).Next
	g = g.Commit(sc.alice.device, mlstest.Plan{RemoveDIDs: []string{sc.removed.DID}}).Next
	return g.Commit(sc.alice.device, mlstest.Plan{}).Next.With(sc.nonMember.device, sc.newcomer.device)
}

// secrets are strings that non-members must not learn.
func (sc *scene) secrets() []string {
	return []string{sc.g.ID(), sc.alice.DID, sc.bob.DID, sc.alice.device.DeviceID(), sc.aliceTablet.device.DeviceID(),
		sc.before, sc.after, sc.unattached}
}

func (sc *scene) tellsNothing(t testing.TB, a answer) {
	t.Helper()
	for _, secret := range sc.secrets() {
		if strings.Contains(strings.ToLower(string(a.body)), strings.ToLower(secret)) {
			t.Errorf("a nonMember learns %s: %s", secret, a.short())
		}
	}
}
