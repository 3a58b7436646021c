package eventlog_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/server/stream/streamtest"
	"catbird.blue/mls/xrpc"
)

// TestWindowsLive: a new member sees what follows its joining; a removed member
// sees its removal and nothing after it.
func TestWindowsLive(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	hub := w.hub()
	a, b := w.client(alice), w.client(bob)
	a.MustConnect(hub, "")
	b.MustConnect(hub, "")
	step := func(f func()) { f(); hub.Notify() }
	step(func() { w.send(w.pool, convo, alice) })
	step(func() { w.join(convo, bob) })
	step(func() { w.send(w.pool, convo, alice) })
	step(func() { w.send(w.pool, convo, bob) })
	step(func() { w.remove(convo, bob) })
	step(func() { w.send(w.pool, convo, alice) })
	step(func() { w.join(convo, carol) })
	step(func() { w.join(convo, bob) })
	step(func() { w.send(w.pool, convo, alice) })
	w.wait(a, b)
	// The joining, two messages, the commit and the event of the removal; the
	// second joining, one message.
	if n := b.Len(); n != 7 {
		t.Errorf("bob got %d events, want 7", n)
	}
}

// TestWindowsReplayed: a replay shows the same.
func TestWindowsReplayed(t *testing.T) {
	w := newWorld(t)
	hub := w.hub()
	b := w.client(bob)
	b.MustConnect(hub, "")
	b.Cut()
	convo := w.convo(alice)
	w.send(w.pool, convo, alice)
	w.join(convo, bob)
	w.send(w.pool, convo, alice)
	w.remove(convo, bob)
	w.send(w.pool, convo, alice)
	w.join(convo, carol)
	w.settle()
	other := w.hub()
	b.MustConnect(other, b.Cursor())
	w.wait(b)
	if n := b.Len(); n != 4 {
		t.Errorf("bob got %d events, want 4", n)
	}
	if b.Info("live") != 1 {
		t.Error("the stream did not say that it had caught up")
	}
}

// TestReplayJoinsLive: clients reconnect at random earlier cursors while messages
// are sent over two instances. A slow replay drops the events that it holds and
// reads them again.
func TestReplayJoinsLive(t *testing.T) {
	w := newWorld(t)
	dids := []string{alice, bob, carol}
	var convos []xrpc.ConvoID
	for range 10 {
		convos = append(convos, w.convo(dids...))
	}
	hubs := []*eventlog.Hub{w.hub(), w.hub()}
	var clients []*streamtest.Client
	for range 6 {
		for _, did := range dids {
			c := w.client(did)
			c.MustConnect(hubs[rand.IntN(2)], "")
			clients = append(clients, c)
		}
	}
	var senders, readers sync.WaitGroup
	stop := make(chan struct{})
	for i := range 8 {
		senders.Go(func() {
			for range 150 {
				w.send(w.pool, convos[rand.IntN(len(convos))], dids[rand.IntN(3)])
				hubs[i%2].Notify()
			}
		})
	}
	for _, c := range clients {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(time.Duration(rand.IntN(60)) * time.Millisecond):
				}
				c.Cut()
				cursor := c.Rewind(rand.IntN(20))
				if err := c.Connect(hubs[rand.IntN(2)], cursor); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	senders.Wait()
	close(stop)
	readers.Wait()
	for _, h := range hubs {
		h.Notify()
	}
	w.wait(clients...)
}

// TestMembersComeAndGo: members are added and removed at random while messages are
// sent.
func TestMembersComeAndGo(t *testing.T) {
	w := newWorld(t)
	var dids []string
	for _, n := range []string{"a", "b", "c", "d", "e", "f"} {
		dids = append(dids, "did:web:"+n+".example")
	}
	var convos []xrpc.ConvoID
	for range 5 {
		convos = append(convos, w.convo(alice))
	}
	hubs := []*eventlog.Hub{w.hub(), w.hub()}
	var clients []*streamtest.Client
	for i, did := range slices.Concat(dids, dids) {
		c := w.client(did)
		c.MustConnect(hubs[i%2], "")
		clients = append(clients, c)
	}
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for i, convo := range convos {
		wg.Go(func() { // one goroutine commits, so no membership is ended twice
			in := map[string]bool{}
			for range 30 {
				did := dids[rand.IntN(len(dids))]
				if in[did] {
					w.remove(convo, did)
				} else {
					w.join(convo, did)
				}
				in[did] = !in[did]
				hubs[i%2].Notify()
			}
		})
	}
	senders := append([]string{alice}, dids...)
	var sending sync.WaitGroup
	for range 4 {
		sending.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				w.send(w.pool, convos[rand.IntN(len(convos))], senders[rand.IntN(len(senders))])
				hubs[rand.IntN(2)].Notify()
			}
		})
	}
	wg.Wait()
	close(stop)
	sending.Wait()
	for _, h := range hubs {
		h.Notify()
	}
	w.wait(clients...)
}

// TestRemovedTogether: each of several members that one commit removes gets the
// events of all their removals, live as in a replay.
func TestRemovedTogether(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob, carol)
	hub := w.hub()
	b, c, scoped := w.client(bob), w.client(carol), w.client(bob, convo)
	for _, x := range []*streamtest.Client{b, c, scoped} {
		x.MustConnect(hub, "")
	}
	w.remove(convo, bob, carol)
	w.send(w.pool, convo, alice)
	hub.Notify()
	w.wait(b, c, scoped)
	eventually(t, "the end of the scoped stream", scoped.Ended)
}

// TestOneReadForAll: a row is read once, however many streams get it.
func TestOneReadForAll(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	hub, metrics := w.hubWithMetrics()
	var clients []*streamtest.Client
	for i := range 200 {
		c := w.client([]string{alice, bob}[i%2])
		c.MustConnect(hub, "")
		clients = append(clients, c)
	}
	for range 10 {
		w.send(w.pool, convo, alice)
		hub.Notify()
	}
	w.wait(clients...)
	if n := value(t, metrics.Rows); n != 10 {
		t.Errorf("%v rows were read for 10 messages", n)
	}
}

// TestAttachWhileBusy: the windows of an account are read while they change.
func TestAttachWhileBusy(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	hub := w.hub()
	stop := w.churn(hub, convo, bob)
	var clients []*streamtest.Client
	for range 50 {
		c := w.client(bob)
		c.MustConnect(hub, "")
		clients = append(clients, c)
		time.Sleep(2 * time.Millisecond)
		if rand.IntN(2) == 0 {
			c.Cut() // so that the account has no stream now and then
			c.MustConnect(hub, c.Cursor())
		}
	}
	stop()
	w.wait(clients...)
}
