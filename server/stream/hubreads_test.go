package stream_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"catbird.blue/mls/server/stream/streamtest"
)

// TestOneReadForAll: a row is read and encoded once, however many streams.
func TestOneReadForAll(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	hub, count := w.counted()
	var clients []*streamtest.Client
	for i := range 200 {
		c := w.client([]string{alice, bob}[i%2])
		c.MustConnect(hub, "")
		clients = append(clients, c)
	}
	for range 10 {
		w.send(w.pool, convo, alice)
		hub.Hint()
	}
	w.wait(clients...)
	if n := value(t, count.Rows); n != 10 {
		t.Errorf("%v rows were read for 10 messages", n)
	}
}

// TestIdle: without traffic there is one read a second.
func TestIdle(t *testing.T) {
	w := newWorld(t)
	w.convo(alice)
	_, count := w.counted()
	time.Sleep(2500 * time.Millisecond)
	if n := value(t, count.Polls); n > 3 {
		t.Errorf("%v reads in 2.5 s", n)
	}
}

func TestWatch(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	hub := w.hub()
	news, stop, err := hub.Watch(t.Context(), bob)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	select {
	case <-news:
		t.Fatal("something is new before it happened")
	case <-time.After(20 * time.Millisecond):
	}
	w.send(w.pool, convo, alice)
	hub.Hint()
	select {
	case <-news:
	case <-time.After(5 * time.Second):
		t.Fatal("nothing is new")
	}
}

// TestAttachWhileBusy: windows are read while they change.
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
			c.Cut() // so that the account is forgotten now and then
			c.MustConnect(hub, c.Cursor())
		}
	}
	stop()
	w.wait(clients...)
}
