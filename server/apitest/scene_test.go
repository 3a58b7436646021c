package apitest

import (
	"strings"
	"testing"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// scene is a conversation with members, former members and strangers, in which
// something has happened before and after some left.
type scene struct {
	*stack
	alice, bob  actor
	removed     actor // by a commit, number 3
	left        actor // on its own, after number 1
	stranger    actor
	newcomer    actor // with a key package for whoever wants to add it
	aliceTablet actor // alice's second device, whose Welcome is open
	newPackage  *mls.KeyPackage
	g           *mlstest.Group

	// start is a cursor from before there was anything.
	start string
	// Blobs that alice attached to number 1 and to number 4, and one that she
	// did not attach.
	before, after, unattached string
	// tickets are those that bob got.
	tickets []string
	// own is a conversation of the stranger, and said the id of number 4; both
	// are newOutsiders'.
	own  *mlstest.Group
	said string
}

// newScene plays it:
//
//	number 1  a message with a blob; then one member leaves
//	number 2  a proposal
//	number 3  a commit that removes another
//	number 4  a message with a blob
//	number 5  a commit
func newScene(t testing.TB, s *stack) *scene {
	t.Helper()
	sc := &scene{stack: s, alice: newActor(), bob: newActor(), removed: newActor(), left: newActor(),
		stranger: newActor(), newcomer: newActor()}
	sc.aliceTablet = actor{sc.alice.Account, mlstest.NewClient(sc.alice.DID)}
	sc.start = sc.now(t)
	sc.newPackage = sc.publish(t, sc.newcomer)
	sc.publish(t, sc.stranger)
	sc.g = sc.conversation(t, sc.alice, sc.bob, sc.removed, sc.left, sc.aliceTablet).With(sc.stranger.device, sc.newcomer.device)
	sc.before = sc.say(t)
	ok[object](t, sc.call(t, sc.left.Account, "leaveConvo", object{"convoId": sc.g.ID()}))
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

// say sends a message of alice with a new blob, whose CID it gives.
func (sc *scene) say(t testing.TB) string {
	t.Helper()
	cid := sc.upload(t, sc.alice, mlstest.Random(100))
	in := messageCall(sc.g, 100)
	in["blobs"] = []string{cid}
	ok[object](t, sc.call(t, sc.alice.Account, "sendMessage", in))
	return cid
}

// twin is a group like the scene's in members and epoch that the service has
// never heard of.
func (sc *scene) twin() *mlstest.Group {
	g := mlstest.NewGroupWith(sc.alice.device, mlstest.Random(16), sc.bob.device, sc.removed.device, sc.left.device, sc.aliceTablet.device).Next
	g = g.Commit(sc.alice.device, mlstest.Plan{RemoveDIDs: []string{sc.removed.DID}}).Next
	return g.Commit(sc.alice.device, mlstest.Plan{}).Next.With(sc.stranger.device, sc.newcomer.device)
}

// secrets are what strangers must not learn.
func (sc *scene) secrets() []string {
	return []string{sc.g.ID(), sc.alice.DID, sc.bob.DID, sc.alice.device.DeviceID(), sc.aliceTablet.device.DeviceID(),
		sc.before, sc.after, sc.unattached}
}

func (sc *scene) tellsNothing(t testing.TB, a answer) {
	t.Helper()
	for _, secret := range sc.secrets() {
		if strings.Contains(strings.ToLower(string(a.body)), strings.ToLower(secret)) {
			t.Errorf("a stranger learns %s: %s", secret, a.short())
		}
	}
}
