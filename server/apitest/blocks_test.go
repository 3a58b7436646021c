package apitest

import (
	"fmt"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
)

// To an account that may not add it, an account looks like one without packages and like
// one that does not exist, whether it has blocked the caller, has declined it, or does not
// want to be asked: the answers are the same but for what the caller named, and so are the
// statements.
func TestBlocksLookLikeAbsence(t *testing.T) {
	t.Parallel()
	blocksLookLikeAbsence(t, newScene(t, newStack(t)), func(sc *scene, blocker actor) {
		ok[object](t, sc.call(t, blocker.Account, "blockAccount", object{"did": sc.alice.DID}))
	})
}

func blocksLookLikeAbsence(t *testing.T, sc *scene, block func(sc *scene, blocker actor)) {
	blocker, empty, absent, closed, declined := newActor(), newActor(), newActor(), newActor(), newActor()
	used := sc.publish(t, empty) // the account exists, and has no package left
	dbtest.Exec(t, sc.pool, `DELETE FROM key_packages WHERE did = $1`, empty.DID)
	packages := map[string]*mls.KeyPackage{blocker.DID: sc.publish(t, blocker), empty.DID: used, absent.DID: absent.device.KeyPackage(),
		closed.DID: sc.publish(t, closed), declined.DID: sc.publish(t, declined)}
	ok[object](t, sc.call(t, closed.Account, "updatePreferences", object{"allowIncoming": "none", "acceptFrom": "nobody",
		"allowGroupInvites": "none", "acceptGroupInvitesFrom": "nobody"}))
	dbtest.Exec(t, sc.pool, `INSERT INTO declines VALUES ($1, $2, 2)`, declined.DID, sc.alice.DID)
	block(sc, blocker)
	calls := map[string]func(a actor) object{
		"getKeyPackages": func(a actor) object { return object{"dids": []string{a.DID}} },
		"getKeyPackages for a conversation": func(a actor) object {
			return object{"dids": []string{a.DID}, "convoId": sc.g.ID()}
		},
		"createConvo": func(a actor) object {
			g := mlstest.NewGroup(sc.alice.device, mlstest.Random(16))
			c := g.Commit(sc.alice.device, mlstest.Plan{Add: []*mls.KeyPackage{packages[a.DID]}})
			return object{"groupId": g.ID(), "cipherSuite": sc.alice.device.Suite.String(), "initialMembers": []string{a.DID},
				"welcomeMessage": b64(c.Welcome), "groupInfo": b64(c.GroupInfo)}
		},
		"addMembers": func(a actor) object {
			c := sc.g.Commit(sc.alice.device, mlstest.Plan{Add: []*mls.KeyPackage{packages[a.DID]}})
			return object{"convoId": sc.g.ID(), "didList": []string{a.DID}, "commit": b64(c.Message),
				"welcomeMessage": b64(c.Welcome), "groupInfo": b64(c.GroupInfo)}
		},
		"sendCommit": func(a actor) object {
			in := commitCall(sc.g, sc.g.Commit(sc.alice.device, mlstest.Plan{Add: []*mls.KeyPackage{packages[a.DID]}}))
			in["addedDids"] = []string{a.DID}
			return in
		},
	}
	for name, input := range calls {
		t.Run(name, func(t *testing.T) {
			var want string
			for _, a := range []actor{absent, empty, blocker, closed, declined} {
				in := input(a)
				sc.trace.take()
				before := sc.state(t)
				answer := sc.call(t, sc.alice.Account, methodOf(name), in)
				sc.unchanged(t, before)
				ref := fmt.Sprintf("%x", must(packages[a.DID].Ref())(t))
				got := strings.NewReplacer(a.DID, "DID", ref, "REF").Replace(fmt.Sprintln(answer.status, string(answer.body), names(sc.trace.take())))
				if want == "" {
					want = got
				}
				if got != want {
					t.Errorf("for %s:\n%s\nwant\n%s", a.DID, got, want)
				}
			}
			if !strings.Contains(want, `"missing"`) && !strings.Contains(want, gen.ErrKeyPackageNotFound) {
				t.Errorf("the answer is %s", want)
			}
		})
	}
}

// A call that adds an account reads what the account allows once before its transaction,
// where it counts strangers and refuses packages, and once under the lock, where it decides.
func TestAdditionsReadWhatAccountsAllowTwice(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	alice, bob, carol := newActor(), newActor(), newActor()
	in, g := s.invitation(t, mlstest.NewGroup(alice.device, mlstest.Random(16)), alice, bob)
	twice := func(method string, in object) {
		t.Helper()
		s.trace.take()
		ok[object](t, s.call(t, alice.Account, method, in))
		if ran := names(s.trace.take()); strings.Count(ran, "Relations") != 2 {
			t.Errorf("%s runs %s", method, ran)
		}
	}
	twice("createConvo", in)
	c := g.Commit(alice.device, mlstest.Plan{Add: []*mls.KeyPackage{s.publish(t, carol)}})
	add := commitCall(g, c)
	add["addedDids"] = []string{carol.DID}
	twice("sendCommit", add)
}

// A block does not reach into conversations of both accounts: a new device of the
// blocker is given to the blocked account, which commits its addition.
func TestBlocksSpareSharedConversations(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	alice, bob := newActor(), newActor()
	g := s.conversation(t, alice, bob)
	ok[object](t, s.call(t, bob.Account, "blockAccount", object{"did": alice.DID}))
	tablet := actor{bob.Account, mlstest.NewClient(bob.DID)}
	kp := s.publish(t, tablet)
	in := object{"dids": []string{bob.DID}, "convoId": g.ID()}
	out := ok[struct{ KeyPackages []object }](t, s.call(t, alice.Account, "getKeyPackages", in))
	if len(out.KeyPackages) != 1 {
		t.Errorf("%d packages, want that of the new device", len(out.KeyPackages))
	}
	delete(in, "convoId")
	missing := ok[struct{ Missing []string }](t, s.call(t, alice.Account, "getKeyPackages", in))
	if len(missing.Missing) != 1 {
		t.Errorf("missing is %v", missing.Missing)
	}
	c := g.Commit(alice.device, mlstest.Plan{Add: []*mls.KeyPackage{kp}})
	answer := ok[struct{ Success bool }](t, s.call(t, alice.Account, "sendCommit", commitCall(g, c)))
	if !answer.Success {
		t.Error("the addition of the new device was refused")
	}
}

// A signal of a blocked member reaches the other members and not the blocker, who gets
// the signals of others.
func TestBlockedSignals(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	alice, bob, carol := newActor(), newActor(), newActor()
	g := s.conversation(t, alice, bob, carol)
	s.settle(t)
	ok[object](t, s.call(t, bob.Account, "blockAccount", object{"did": alice.DID}))
	signal, expect := s.signalsPastBlock(t, g, alice, bob, carol)
	ok[object](t, s.call(t, bob.Account, "unblockAccount", object{"did": alice.DID}))
	signal(alice, "from alice again")
	expect("from alice again")
}

// signalsPastBlock checks that a signal of alice reaches carol and not bob, who has
// blocked alice and gets the signal of carol. It returns how one is sent, and how bob
// waits for one.
func (s *stack) signalsPastBlock(t *testing.T, g *mlstest.Group, alice, bob, carol actor) (signal func(from actor, text string), expect func(text string)) {
	t.Helper()
	atBob, atCarol := s.opened(t, bob.Account, "streamConvoEvents", nil), s.opened(t, carol.Account, "streamConvoEvents", nil)
	atBob.nextEvent()
	atCarol.nextEvent()
	signal = func(from actor, text string) {
		t.Helper()
		ok[object](t, s.call(t, from.Account, "sendEphemeral", object{"convoId": g.ID(), "epoch": g.Epoch(), "ciphertext": raw([]byte(text))}))
	}
	arrives := func(p *tap, text string) {
		t.Helper()
		if data, _ := p.next(); !strings.Contains(string(data), fmt.Sprint(raw([]byte(text))["$bytes"])) {
			t.Errorf("got %s, want the signal %s", data, text)
		}
	}
	signal(alice, "from alice")
	signal(carol, "from carol")
	arrives(atCarol, "from alice")
	arrives(atBob, "from carol")
	return signal, func(text string) { t.Helper(); arrives(atBob, text) }
}

// An account may block so many accounts, and one that it has blocked again.
func TestBlocksAtTheirLimit(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	alice, bob, carol := newActor(), newActor(), newActor()
	block := func(a actor) answer { return s.call(t, alice.Account, "blockAccount", object{"did": a.DID}) }
	s.publish(t, alice)
	dbtest.Exec(t, s.pool, `INSERT INTO blocks SELECT $1, 'did:plc:' || n, now() FROM generate_series(1, $2::bigint) n`, alice.DID, limit.Blocks.Amount-1)
	ok[object](t, block(bob))
	ok[object](t, block(bob))
	if message := refused(t, block(carol), gen.ErrTooManyBlocks); message != "an account may block 10000 accounts" {
		t.Errorf("message is %q", message)
	}
	ok[object](t, s.call(t, alice.Account, "unblockAccount", object{"did": bob.DID}))
	ok[object](t, block(carol))
	ok[object](t, s.call(t, bob.Account, "blockAccount", object{"did": carol.DID})) // others have their own
}
