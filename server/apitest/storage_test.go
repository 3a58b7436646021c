package apitest

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

// disk is a storage whose free space, out of 1000, the test sets.
type disk struct{ free atomic.Int64 }

func (d *disk) place(context.Context) (free, total int64, err error) { return d.free.Load(), 1000, nil }

// diskStack is a service on such a disk.
func diskStack(t testing.TB, opts ...func(*options)) (*stack, func(free int64)) {
	t.Helper()
	d := &disk{}
	d.free.Store(1000)
	s := newStack(t, append(opts, func(o *options) {
		o.storage.Places = []storage.Place{{Name: "disk", Every: time.Nanosecond, Free: d.place}}
	})...)
	return s, func(free int64) {
		d.free.Store(free)
		s.storage.Measure(t.Context())
	}
}

// removals are the calls of the matrix that store nothing, or no more than a
// removal needs. Queries and streams are not listed, since they only read.
var removals = []string{"leaveConvo", "leaveConvo with a proposal", "leaveConvo of another", "confirmWelcome", "deleteDevice",
	"getSubscriptionTicket", "sync", "sendEphemeral", "getKeyPackages", "blockAccount", "unblockAccount", "lockConvo", "unlockConvo", "declineConvo",
	"disableJoinLink", "rejectJoinRequest", "withdrawJoinRequest"}

// elsewhere are the writes that are not in the matrix.
func (sc *scene) elsewhere(t testing.TB) map[string]any {
	t.Helper()
	create, _ := sc.invitation(t, mlstest.NewGroup(sc.bob.device, mlstest.Random(16)), sc.bob)
	return map[string]any{
		"requestJoin":        object{"code": sc.linkElsewhere(t)},
		"createConvo":        create,
		"publishKeyPackage":  publication(sc.bob.device.KeyPackage()),
		"publishKeyPackages": object{"keyPackages": []object{publication(sc.bob.device.KeyPackage())}},
		"uploadBlob":         mlstest.Random(100),
		"createReport":       object{"reasonType": "r", "subject": object{"did": sc.alice.DID}},
		"confirmWelcome":     object{"convoId": sc.g.ID(), "success": false, "errorDetails": "no such key package"},
	}
}

// With less than 3 % free, every method that writes answers StorageFull and
// changes nothing. Removals and reads work.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	s, leave := diskStack(t)
	full := func(t *testing.T, sc *scene, as actor, method string, input any) {
		t.Helper()
		before := sc.state(t)
		a := sc.call(t, as.Account, method, input)
		if message := refused(t, a, gen.ErrStorageFull); a.header.Get("Retry-After") == "" || !strings.Contains(message, "try again in") {
			t.Errorf("message is %q, Retry-After %q", message, a.header.Get("Retry-After"))
		}
		sc.unchanged(t, before)
	}
	refusing := map[string]bool{}
	for _, c := range inConversation {
		t.Run(c.name, func(t *testing.T) {
			leave(1000)
			sc := newScene(t, s)
			in := c.input(sc, sc.g, c.member(sc))
			m := methodNamed(t, methodOf(c.name))
			leave(29)
			if m.Kind == xrpc.Procedure && !slices.Contains(removals, c.name) {
				refusing[m.NSID] = true
				full(t, sc, c.member(sc), methodOf(c.name), in)
				return
			}
			if a := sc.call(t, c.member(sc).Account, methodOf(c.name), in); a.status != http.StatusOK || bytes.Contains(a.body, []byte(`"success":false`)) {
				t.Errorf("a removal or a read gets %s", a.short())
			}
		})
	}
	leave(1000)
	sc := newScene(t, s)
	inputs := sc.elsewhere(t)
	leave(29)
	for method, input := range inputs {
		refusing[namespace+method] = true
		full(t, sc, sc.bob, method, input)
	}
	ok[object](t, sc.call(t, sc.alice.Account, "deleteDevice", object{"deviceId": sc.aliceTablet.device.DeviceID()}))
	for _, m := range gen.Methods {
		if declared := slices.Contains(m.Errors, gen.ErrStorageFull); declared != refusing[m.NSID] {
			t.Errorf("%s declares StorageFull: %v, answers it: %v", m.NSID, declared, refusing[m.NSID])
		}
		name := strings.TrimPrefix(m.NSID, namespace)
		if m.Kind == xrpc.Procedure && !refusing[m.NSID] && !slices.Contains(removals, name) {
			t.Errorf("%s is neither a removal nor refused", name)
		}
	}
	leave(31)
	ok[object](t, sc.call(t, sc.alice.Account, "sendMessage", messageCall(sc.g, 100)))
}

// With less than a tenth free, the account above its fair share is refused, and
// bystanders are served.
func TestShortDisk(t *testing.T) {
	t.Parallel()
	s, leave := diskStack(t)
	others, greedy := s.bystanders(t), newActor()
	g := s.conversation(t, greedy)
	ok[object](t, s.call(t, others.known.Account, "sendMessage", messageCall(others.group, 200<<10)))
	for range 3 {
		ok[object](t, s.call(t, greedy.Account, "sendMessage", messageCall(g, 500<<10)))
	}
	leave(99)
	before := s.state(t)
	for method, in := range map[string]any{"sendMessage": messageCall(g, 10), "uploadBlob": mlstest.Random(10), "sendProposal": object{
		"convoId": g.ID(), "proposal": raw(g.ProposeUpdate(greedy.device, true).Message)}} {
		a := s.call(t, greedy.Account, method, in)
		if message := refused(t, a, gen.ErrStorageFull); !strings.Contains(message, "fair share") || a.header.Get("Retry-After") != "60" {
			t.Errorf("%s: message is %q, Retry-After %q", method, message, a.header.Get("Retry-After"))
		}
	}
	s.unchanged(t, before)
	others.served(t)
	ok[object](t, s.call(t, greedy.Account, "leaveConvo", object{"convoId": g.ID()}))
	leave(100)
	s.conversation(t, greedy)
}

// amounts scales the limits per day and disables call rates. The clock of the
// limits stands still.
func amounts(t testing.TB, scale float64) func(*options) {
	return func(o *options) {
		o.storage.Limits = must(limit.New(limit.Config{Scale: scale, Clock: func() time.Duration { return 0 }}))(t)
	}
}

// When one account has used up its bytes, commits or conversations of a day, it
// is refused and bystanders are not.
func TestAmountsOfADay(t *testing.T) {
	t.Parallel()
	// The limits are about 5 MiB, 655 KiB of it for commits and proposals, and
	// two conversations.
	s := newStack(t, amounts(t, 0.01))
	others, who, peer := s.bystanders(t), newActor(), newActor()
	g := s.conversation(t, who, peer)
	untilRefused := func(what string, call func() answer) {
		t.Helper()
		for n := 0; ; n++ {
			a := call()
			if a.status == http.StatusOK && n < 20 {
				continue
			}
			message := refused(t, a, xrpc.RateLimitExceeded)
			if a.header.Get("Retry-After") == "" || !strings.Contains(message, what) || !strings.Contains(message, "try again in") {
				t.Errorf("message is %q, Retry-After %q", message, a.header.Get("Retry-After"))
			}
			return
		}
	}
	untilRefused("conversations created: more than 2 rows a day", func() answer {
		in, _ := s.invitation(t, mlstest.NewGroup(who.device, mlstest.Random(16)), who)
		return s.call(t, who.Account, "createConvo", in)
	})
	proposal := func() object {
		return object{"convoId": g.ID(), "proposal": raw(framed(g, mls.ContentTypeProposal, 400<<10))}
	}
	ok[object](t, s.call(t, who.Account, "sendProposal", proposal()))
	before := s.state(t)
	message := refused(t, s.call(t, who.Account, "sendProposal", proposal()), xrpc.RateLimitExceeded)
	if !strings.Contains(message, "commits and proposals") || !strings.Contains(message, "kept-bytes") {
		t.Errorf("message is %q", message)
	}
	s.unchanged(t, before)
	in := messageCall(g, 1900<<10)
	ok[object](t, s.call(t, who.Account, "sendMessage", in))
	ok[object](t, s.call(t, who.Account, "sendMessage", messageCall(g, 1900<<10)))
	before = s.state(t)
	refused(t, s.call(t, who.Account, "sendMessage", messageCall(g, 1900<<10)), xrpc.RateLimitExceeded)
	refused(t, s.call(t, who.Account, "uploadBlob", mlstest.Random(1900<<10)), xrpc.RateLimitExceeded)
	s.unchanged(t, before)
	ok[object](t, s.call(t, who.Account, "sendMessage", messageCall(g, 100))) // there is still room for this
	others.served(t)
}

// The number of proposals of an account in an epoch is limited, by sendProposal
// and leaveConvo together.
func TestProposalsAtTheirLimit(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	others, alice, bob := s.bystanders(t), newActor(), newActor()
	g := s.conversation(t, alice, bob)
	call := func(as actor) answer {
		return s.call(t, as.Account, "sendProposal", object{"convoId": g.ID(), "proposal": raw(g.ProposeUpdate(as.device, false).Message)})
	}
	for range limit.EpochProposals.Amount {
		ok[object](t, call(bob))
	}
	before := s.state(t)
	if message := refused(t, call(bob), gen.ErrTooManyProposals); !strings.Contains(message, "64 proposals of this account") || !strings.Contains(message, "next epoch") {
		t.Errorf("message is %q", message)
	}
	leaving := g.Propose(bob.device, &mls.Remove{Removed: g.Index(bob.device)}, true)
	refused(t, s.call(t, bob.Account, "leaveConvo", object{"convoId": g.ID(), "proposal": b64(leaving.Message)}), gen.ErrTooManyProposals)
	s.unchanged(t, before)
	ok[object](t, call(alice))
	others.served(t)
	c := g.Commit(alice.device, mlstest.Plan{})
	ok[object](t, s.call(t, alice.Account, "sendCommit", commitCall(g, c)))
	g = c.Next
	ok[object](t, call(bob))
}

// A fifth concurrent upload of an account is refused until another one ends.
func TestUploadsAtTheirLimit(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	others, who := s.bystanders(t), newActor()
	var done []func()
	for range limit.OpenUploads.Amount { // as if they were slow
		done = append(done, must(s.storage.BeginUpload(who.DID))(t))
	}
	before := s.state(t)
	a := s.call(t, who.Account, "uploadBlob", []byte("fifth"))
	if message := refused(t, a, xrpc.RateLimitExceeded); !strings.Contains(message, "4 uploads of this account") || a.header.Get("Retry-After") != "5" {
		t.Errorf("message is %q, Retry-After %q", message, a.header.Get("Retry-After"))
	}
	s.unchanged(t, before)
	others.served(t)
	s.upload(t, others.known, []byte("another account's"))
	done[0]()
	s.upload(t, who, []byte("fifth"))
	s.upload(t, who, []byte("sixth"))
}
