package apitest

import (
	"fmt"
	"testing"
	"time"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/follows"
	"catbird.blue/mls/server/follows/followstest"
	"catbird.blue/mls/server/limit"
)

// appView is a stand-in for an AppView, and what an instance knows by it.
type appView struct {
	*followstest.AppView
	known *follows.AppView
}

func newAppView(t *testing.T) *appView {
	peer := followstest.New(t)
	a := &appView{peer, follows.New(follows.Config{
		URL: peer.URL, Client: auth.NewConfiguredClient(follows.MaxAnswer), Limits: (*limit.Limits)(nil).OrDefault(), Secret: []byte("secret"),
	})}
	t.Cleanup(a.known.Close)
	return a
}

// use is an option of newStack.
func (a *appView) use(o *options) { o.server.Follows = a.known }

// learn waits until the instance knows the relationships of an account.
func (a *appView) learn(t *testing.T, account actor, others ...actor) {
	t.Helper()
	var dids []string
	for _, o := range others {
		dids = append(dids, o.DID)
	}
	end := time.Now().Add(30 * time.Second)
	for a.known.Of(t.Context(), account.DID, dids); len(a.known.Known(account.DID, dids)) < len(dids); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the AppView's answer did not arrive")
		}
	}
}

// A block that an AppView knows, in either direction, looks like absence too.
func TestBlocksOfTheAppViewLookLikeAbsence(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(a *appView, blocker, caller string){
		"blocked":         func(a *appView, blocker, caller string) { a.Block(blocker, caller, true) },
		"blocking":        func(a *appView, blocker, caller string) { a.Block(caller, blocker, true) },
		"blocked by list": func(a *appView, blocker, caller string) { a.BlockByList(blocker, caller, true) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			view := newAppView(t)
			blocksLookLikeAbsence(t, newScene(t, newStack(t, view.use)), func(sc *scene, blocker actor) {
				set(view, blocker.DID, sc.alice.DID)
				view.learn(t, sc.alice, blocker)
			})
		})
	}
}

// Until the AppView has answered, an account is handed out as without one. The AppView is
// asked for accounts that do not exist too, and for each once.
func TestAppViewIsAskedForAll(t *testing.T) {
	t.Parallel()
	view := newAppView(t)
	s := newStack(t, view.use)
	alice, bob, absent := newActor(), newActor(), newActor()
	view.Block(bob.DID, alice.DID, true)
	view.Unknown(absent.DID)
	s.publish(t, alice)
	s.publish(t, bob)
	get := func() (missing []string) {
		out := ok[struct{ Missing []string }](t, s.call(t, alice.Account, "getKeyPackages", object{"dids": []string{bob.DID, absent.DID}}))
		return out.Missing
	}
	if missing := get(); len(missing) != 1 || missing[0] != absent.DID {
		t.Errorf("before the answer, %v are missing", missing)
	}
	view.learn(t, alice, bob, absent)
	dbtest.Exec(t, s.pool, `UPDATE key_packages SET lease_ends_at = now() - interval '1 minute' WHERE did = $1`, bob.DID) // it is given until then
	if missing := get(); len(missing) != 2 {
		t.Errorf("after the answer, %v are missing", missing)
	}
	q := view.Questions()
	if len(q) != 1 || q[0].Actor != alice.DID || fmt.Sprint(q[0].Others) != fmt.Sprint([]string{bob.DID, absent.DID}) {
		t.Errorf("the AppView was asked %v", q)
	}
	if d := ok[struct{ AppView bool }](t, s.call(t, nil, "describeService", nil)); !d.AppView {
		t.Error("describeService does not say that there is an AppView")
	}
}

// Members go on with each other, and their messages arrive; signals do not.
func TestBlocksOfTheAppViewSpareMembers(t *testing.T) {
	t.Parallel()
	view := newAppView(t)
	s := newStack(t, view.use)
	alice, bob, carol := newActor(), newActor(), newActor()
	g := s.conversation(t, carol, alice, bob) // so that nobody has asked about alice and bob
	s.settle(t)
	view.Block(bob.DID, alice.DID, true)
	view.learn(t, alice, bob, carol)
	out := ok[struct{ KeyPackages []object }](t, s.call(t, alice.Account, "getKeyPackages", object{"dids": []string{bob.DID}}))
	if len(out.KeyPackages) != 0 {
		t.Errorf("%d packages for a new conversation", len(out.KeyPackages))
	}
	s.signalsPastBlock(t, g, alice, bob, carol)
}
