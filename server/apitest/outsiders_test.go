package apitest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// outside has further calls that name a conversation, for the tests of what
// non-members can find out: variants of the methods in inConversation, and
// methods that answer any caller.
var outside = []struct {
	name  string // the method; a variant is named after a space
	input func(sc *scene, g *mlstest.Group) object
}{
	{"leaveConvo of another, at once", func(sc *scene, g *mlstest.Group) object {
		return object{"convoId": g.ID(), "targetDid": sc.bob.DID}
	}},
	{"leaveConvo with a used key", withKey(func(_ *scene, g *mlstest.Group) object { return object{"convoId": g.ID()} })},
	{"sendCommit that is opaque", func(sc *scene, g *mlstest.Group) object {
		return commitCall(g, g.Commit(sc.alice.device, mlstest.Plan{}))
	}},
	{"sendCommit with a used key", withKey(func(sc *scene, g *mlstest.Group) object {
		return commitCall(g, g.Commit(sc.alice.device, mlstest.Plan{}))
	})},
	{"sendCommit of an epoch to come", func(sc *scene, g *mlstest.Group) object {
		next := g.Commit(sc.alice.device, mlstest.Plan{}).Next
		return commitCall(next, next.Commit(sc.alice.device, mlstest.Plan{}))
	}},
	{"sendProposal that is opaque", func(sc *scene, g *mlstest.Group) object {
		return object{"convoId": g.ID(), "proposal": raw(g.ProposeUpdate(sc.bob.device, false).Message)}
	}},
	{"sendMessage that is short", func(_ *scene, g *mlstest.Group) object { return messageCall(g, 0) }},
	{"sendMessage under an id that is taken", func(sc *scene, g *mlstest.Group) object {
		in := messageCall(g, 10)
		in["msgId"] = sc.said
		return in
	}},
	{"sendMessage with a used key", withKey(func(_ *scene, g *mlstest.Group) object { return messageCall(g, 10) })},
	{"sendProposal with a used key", withKey(func(sc *scene, g *mlstest.Group) object {
		return object{"convoId": g.ID(), "proposal": raw(g.ProposeUpdate(sc.bob.device, false).Message)}
	})},
	{"sendMessage with a blob", func(sc *scene, g *mlstest.Group) object {
		in := messageCall(g, 10)
		in["blobs"] = []string{sc.before}
		return in
	}},
	{"createReport", func(sc *scene, g *mlstest.Group) object {
		return object{"reasonType": "r", "subject": object{"convoId": g.ID(), "did": sc.bob.DID}}
	}},
	{"getMessages from a message", func(sc *scene, g *mlstest.Group) object {
		return object{"convoId": g.ID(), "sinceMessage": sc.said}
	}},
	{"getMessages backwards", func(_ *scene, g *mlstest.Group) object {
		return object{"convoId": g.ID(), "beforeSeq": 3}
	}},
	{"getMessages without what was said", func(_ *scene, g *mlstest.Group) object {
		return object{"convoId": g.ID(), "types": []string{"commit"}}
	}},
	{"getCommits from a later epoch", func(_ *scene, g *mlstest.Group) object {
		return object{"convoId": g.ID(), "fromEpoch": g.Epoch() + 1}
	}},
	{"getGroupInfo with a wrong code", func(_ *scene, g *mlstest.Group) object {
		return object{"convoId": g.ID(), "code": wrongCode}
	}},
	{"joinConvo with a wrong code", func(sc *scene, g *mlstest.Group) object {
		c := g.ExternalCommit(sc.nonMember.device.Rotate())
		return object{"convoId": g.ID(), "externalCommit": raw(c.Message), "groupInfo": raw(c.GroupInfo), "code": wrongCode}
	}},
	{"getWelcome of a device", func(sc *scene, g *mlstest.Group) object {
		return object{"convoId": g.ID(), "deviceId": sc.aliceTablet.device.DeviceID()}
	}},
	{"getBlob of a part", func(sc *scene, g *mlstest.Group) object {
		return object{"convoId": g.ID(), "cid": sc.before, "start": 10}
	}},
	{"updateCursor far ahead", func(_ *scene, g *mlstest.Group) object {
		return object{"convoId": g.ID(), "seq": 1 << 40}
	}},
	{"subscribeConvoEvents of two", func(sc *scene, g *mlstest.Group) object {
		return object{"convoIds": []string{sc.own.ID(), g.ID()}}
	}},
	{"getKeyPackages", func(sc *scene, g *mlstest.Group) object {
		return object{"dids": []string{sc.bob.DID}, "convoId": g.ID()}
	}},
	{"sync", func(_ *scene, g *mlstest.Group) object {
		return object{"positions": []object{{"convoId": g.ID(), "seq": 0}}}
	}},
	{"sync from a cursor", func(sc *scene, g *mlstest.Group) object {
		return object{"positions": []object{{"convoId": g.ID(), "seq": 2}}, "cursor": sc.start}
	}},
}

// withKey uses an idempotency key that the caller has used in a conversation of
// its own.
func withKey(input func(*scene, *mlstest.Group) object) func(*scene, *mlstest.Group) object {
	return func(sc *scene, g *mlstest.Group) object {
		in := input(sc, g)
		in["idempotencyKey"] = usedKey
		return in
	}
}

const usedKey = "used before"

// outsideCalls are all calls of a non-member that name a conversation, by name.
func outsideCalls() map[string]func(sc *scene, g *mlstest.Group) object {
	all := map[string]func(sc *scene, g *mlstest.Group) object{}
	for _, c := range inConversation {
		all[c.name] = func(sc *scene, g *mlstest.Group) object { return c.input(sc, g, sc.nonMember) }
	}
	for _, c := range outside {
		all[c.name] = c.input
	}
	return all
}

// namesConvo reports whether an input can name a conversation.
func (s *schema) namesConvo() bool {
	if s == nil {
		return false
	}
	s = s.resolve()
	for name, p := range s.Properties {
		if name == "convoId" || name == "convoIds" || p.namesConvo() {
			return true
		}
	}
	return s.Items.namesConvo()
}

// Every method whose input names a conversation is called by a non-member.
func TestOutsidersTryEveryMethod(t *testing.T) {
	t.Parallel()
	tried := map[string]bool{}
	for name := range outsideCalls() {
		tried[methodOf(name)] = true
	}
	for _, m := range gen.Methods {
		name := strings.TrimPrefix(m.NSID, namespace)
		if readLexicon(m.NSID).input().namesConvo() && !tried[name] {
			t.Errorf("%s names a conversation", name)
		}
	}
}

// newOutsiders makes a scene whose non-member has a conversation of its own,
// and has used an idempotency key there with each method that takes one.
func newOutsiders(t *testing.T, s *stack) *scene {
	t.Helper()
	sc := newScene(t, s)
	sc.publish(t, sc.bob, mlstest.LastResort())
	sc.own = sc.conversation(t, sc.nonMember)
	sc.said = ok[struct{ Messages []struct{ ID string } }](t, sc.call(t, sc.alice.Account, "getMessages", object{"convoId": sc.g.ID()})).Messages[3].ID
	c := sc.own.Commit(sc.nonMember.device, mlstest.Plan{})
	for method, in := range map[string]object{
		"sendMessage": messageCall(sc.own, 10), "sendCommit": commitCall(sc.own, c),
		"sendProposal": {"convoId": sc.own.ID(), "proposal": raw(sc.own.ProposeUpdate(sc.nonMember.device, false).Message)},
	} {
		if method != "sendCommit" {
			in["idempotencyKey"] = usedKey
			ok[object](t, sc.call(t, sc.nonMember.Account, method, in))
		}
	}
	in := commitCall(sc.own, c)
	in["idempotencyKey"] = usedKey
	ok[object](t, sc.call(t, sc.nonMember.Account, "sendCommit", in))
	sc.own = c.Next
	sc.settle(t)
	return sc
}

// To a non-member, a conversation looks like one that does not exist: the
// answer is identical byte for byte, and so are the SQL statements with the
// plan steps and rows of each. This also holds when the conversation has used
// up its rate.
func TestOutsidersCostTheSame(t *testing.T) {
	t.Parallel()
	pace := must(limit.New(limit.Config{Clock: func() time.Duration { return 0 }}))(t)
	sc := newOutsiders(t, newStack(t, func(o *options) { o.server.Rates = pace }))
	t.Run("quiet", sc.outsidersCostTheSame)
	for _, m := range gen.Methods {
		for n := 0; limit.ConvoRow(m.Rate) != nil && pace.ConvoFull(xrpc.ConvoID(sc.g.ID()), m) == nil; n++ {
			if n == 1_000_000 {
				t.Fatalf("%s: the conversation does not use up its rate", m.NSID)
			}
			pace.CountConvo(xrpc.ConvoID(sc.g.ID()), m)
		}
	}
	refused(t, sc.call(t, sc.bob.Account, "sendMessage", messageCall(sc.g, 10)), xrpc.RateLimitExceeded)
	t.Run("busy", sc.outsidersCostTheSame)
}

func (sc *scene) outsidersCostTheSame(t *testing.T) {
	calls := outsideCalls()
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		t.Run(name, func(t *testing.T) {
			ask := func(g *mlstest.Group) (answer, []asked) {
				in := calls[name](sc, g)
				sc.trace.take()
				a := sc.call(t, sc.nonMember.Account, methodOf(name), in)
				return a, sc.trace.take()
			}
			ask(sc.nonexistent()) // discards the work that only the first call does
			real, realRan := ask(sc.g)
			unreal, unrealRan := ask(sc.nonexistent())
			sameAnswer(t, real, unreal)
			if len(realRan) == 0 || names(realRan) != names(unrealRan) {
				t.Fatalf("statements differ:\n%s\n%s", names(realRan), names(unrealRan))
			}
			if a, b := sc.work(t, realRan), sc.work(t, unrealRan); a != b {
				t.Errorf("the work of the database differs:\n%s\n%s", a, b)
			}
		})
	}
}

// A non-member does not wait for locks that members of a conversation hold.
func TestOutsidersWaitForNobody(t *testing.T) {
	t.Parallel()
	sc := newOutsiders(t, newStack(t))
	tx := must(sc.pool.Begin(t.Context()))(t)
	defer func() { _ = tx.Rollback(context.Background()) }()
	for _, table := range []string{"conversations", "memberships", "group_infos", "trees", "leaves", "messages", "message_blobs", "welcomes", "welcome_recipients"} {
		held := must(tx.Exec(t.Context(), "SELECT FROM "+table+" WHERE convo_id = $1 FOR UPDATE", xrpc.ConvoID(sc.g.ID())))(t)
		if held.RowsAffected() == 0 {
			t.Fatalf("nothing is held in %s", table)
		}
	}
	for name, input := range outsideCalls() {
		ask := func(g *mlstest.Group) answer { return sc.call(t, sc.nonMember.Account, methodOf(name), input(sc, g)) }
		sameAnswer(t, ask(sc.g), ask(sc.nonexistent()))
	}
}

// The methods that a non-member may call return only data of its own.
func TestStrangersLearnNothingElsewhere(t *testing.T) {
	t.Parallel()
	sc := newScene(t, newStack(t))
	own := must(json.Marshal(publication(sc.nonMember.device.KeyPackage())))(t)
	calls := map[string]any{
		"createConvo": object{"groupId": sc.g.ID(), "cipherSuite": sc.alice.device.Suite.String(),
			"groupInfo": b64(mlstest.NewGroup(sc.nonMember.device, sc.g.Context.GroupID).SignGroupInfo(sc.nonMember.device, true))},
		"getConvos": nil, "getKeyPackageStats": nil, "listDevices": nil, "listWelcomes": nil, "getPreferences": nil, "getUnreadCounts": nil, "describeService": nil,
		"listBlocks": nil, "listConvoRequests": nil, "createReport": object{"reasonType": "r", "subject": object{"did": sc.newcomer.DID}},
		"getJoinLinkPreview": object{"code": wrongCode}, "requestJoin": object{"code": wrongCode},
		"blockAccount": object{"did": sc.alice.DID}, "unblockAccount": object{"did": sc.alice.DID},
		"publishKeyPackage":  string(own),
		"publishKeyPackages": `{"keyPackages": [` + string(own) + `]}`,
		"getKeyPackages":     object{"dids": []string{sc.newcomer.DID}, "convoId": sc.g.ID()},
		"deleteDevice":       object{"deviceId": sc.alice.device.DeviceID()},
		"uploadBlob":         []byte("nonMember"),
		"sync":               object{"positions": []object{{"convoId": sc.g.ID(), "seq": 0}}, "cursor": sc.start},
	}
	for _, name := range ofAccount {
		in, found := calls[name]
		if !found {
			t.Errorf("%s is not called", name)
			continue
		}
		a := sc.call(t, sc.nonMember.Account, name, in)
		sc.tellsNothing(t, a)
		switch name {
		case "createConvo":
			refused(t, a, gen.ErrConvoExists)
		case "getJoinLinkPreview", "requestJoin":
			refused(t, a, gen.ErrInvalidCode)
		}
	}
	// The last row of the log is in the scene's conversation. A caller may
	// learn its position but not what it is.
	sc.settle(t)
	id := must(hex.DecodeString(sc.g.ID()))(t)
	for _, method := range append([]string{"sync"}, both...) {
		in := object{"positions": []object{}}
		if method != "sync" {
			in = nil
		}
		out := ok[struct{ Cursor string }](t, sc.call(t, sc.nonMember.Account, method, in))
		if b := must(base64.RawURLEncoding.DecodeString(out.Cursor))(t); len(b) == 0 || bytes.Contains(b, id) {
			t.Errorf("%s: the cursor %x names a conversation", method, b)
		}
	}
	// A lease for a conversation reveals nothing about it.
	for _, convo := range []string{sc.g.ID(), sc.nonexistent().ID()} {
		in := object{"dids": []string{sc.bob.DID}, "convoId": convo}
		out := ok[object](t, sc.call(t, sc.nonMember.Account, "getKeyPackages", in))
		if fmt.Sprint(out["missing"]) != fmt.Sprint([]string{sc.bob.DID}) {
			t.Errorf("answer is %v", out)
		}
	}
}
