package apitest

import (
	"maps"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/xrpc"
)

// others are calls of bob, a member, that use what belongs to alice: her
// device, her key package, her attachment. nonexistent is the same call with an object
// that does not exist.
var others = []struct {
	method, err        string
	input, nonexistent func(*scene) any
}{
	{"getWelcome", gen.ErrWelcomeNotFound, withDevice(object{}, tablet), withDevice(object{}, noDevice)},
	{"confirmWelcome", gen.ErrWelcomeNotFound, withDevice(object{"success": true}, tablet), withDevice(object{"success": true}, noDevice)},
	{"deleteDevice", xrpc.InvalidRequest, withDevice(nil, tablet), withDevice(nil, noDevice)},
	{"publishKeyPackage", gen.ErrInvalidKeyPackage, func(sc *scene) any { return publication(sc.aliceTablet.device.KeyPackage()) }, nil},
	{"joinConvo", gen.ErrInvalidCommit, func(sc *scene) any {
		c := sc.g.ExternalCommit(sc.aliceTablet.device, sc.g.Index(sc.aliceTablet.device))
		return object{"convoId": sc.g.ID(), "externalCommit": raw(c.Message), "groupInfo": raw(c.GroupInfo)}
	}, nil},
	{"sendMessage", xrpc.InvalidRequest, func(sc *scene) any {
		in := messageCall(sc.g, 10)
		in["senderDid"] = sc.alice.DID
		return in
	}, nil},
	{"sendMessage", gen.ErrInvalidAsset, func(sc *scene) any {
		in := messageCall(sc.g, 10)
		in["blobs"] = []string{sc.unattached}
		return in
	}, nil},
	{"getBlob", gen.ErrBlobNotFound, func(sc *scene) any { return object{"convoId": sc.g.ID(), "cid": sc.unattached} },
		func(sc *scene) any {
			return object{"convoId": sc.g.ID(), "cid": "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"}
		}},
	{"leaveConvo", gen.ErrNotAllowed, func(sc *scene) any {
		c := sc.g.Commit(sc.bob.device, mlstest.Plan{RemoveDIDs: []string{sc.alice.DID}})
		return object{"convoId": sc.g.ID(), "targetDid": sc.alice.DID, "commit": b64(c.Message), "groupInfo": b64(c.GroupInfo)}
	}, nil},
}

func tablet(sc *scene) string { return sc.aliceTablet.device.DeviceID() }

func noDevice(*scene) string { return strings.Repeat("a", 26) }

// withDevice adds a device to an input, and the conversation unless the input
// is nil.
func withDevice(in object, device func(*scene) string) func(*scene) any {
	return func(sc *scene) any {
		out := object{"deviceId": device(sc)}
		if in != nil {
			out["convoId"] = sc.g.ID()
		}
		maps.Copy(out, in)
		return out
	}
}

// A member can neither use nor learn about what belongs to another account.
func TestWhatIsAnothersStaysItsOwn(t *testing.T) {
	t.Parallel()
	sc := newScene(t, newStack(t))
	before := sc.state(t)
	covered := map[string]bool{}
	for _, o := range others {
		covered[o.method] = true
		a := sc.call(t, sc.bob.Account, o.method, o.input(sc))
		refused(t, a, o.err)
		if o.nonexistent != nil {
			sameAnswer(t, a, sc.call(t, sc.bob.Account, o.method, o.nonexistent(sc)))
		}
	}
	batch := object{"keyPackages": []object{publication(sc.aliceTablet.device.KeyPackage())}}
	if out := ok[object](t, sc.call(t, sc.bob.Account, "publishKeyPackages", batch)); out["failed"] != 1.0 {
		t.Errorf("answer is %v", out)
	}
	sc.unchanged(t, before)
	covered["listWelcomes"] = true
	theirs := sc.call(t, sc.bob.Account, "listWelcomes", object{"deviceId": tablet(sc)})
	sameAnswer(t, theirs, sc.call(t, sc.bob.Account, "listWelcomes", object{"deviceId": noDevice(sc)}))
	for _, m := range gen.Methods {
		in := readLexicon(m.NSID).input()
		if in != nil && in.Properties["deviceId"] != nil && !covered[strings.TrimPrefix(m.NSID, namespace)] {
			t.Errorf("%s takes a device; try another's", m.NSID)
		}
	}
	// alice still has them.
	ok[object](t, sc.call(t, sc.alice.Account, "getWelcome", withDevice(object{}, tablet)(sc)))
}
