package apitest

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/stream"
	"catbird.blue/mls/xrpc"
)

// both are the methods that stream.
var both = []string{"streamConvoEvents", "subscribeConvoEvents"}

// An account at its limit of waits and streams may open another stream, which
// ends its oldest one, up to so many times a minute. No other account is
// affected, nor its own other calls.
func TestStreamsAtTheirLimit(t *testing.T) {
	t.Parallel()
	var clock atomic.Int64
	s := newStack(t, func(o *options) {
		o.limits = limit.Config{Clock: func() time.Duration { return time.Duration(clock.Load()) }}
	})
	alice, bob := newActor(), newActor()
	g := s.conversation(t, alice, bob)
	s.settle(t)
	known := s.opened(t, bob.Account, both[0], nil)
	known.nextEvent()
	var taps []*tap
	for i := range limit.WaitsAndStreams.Amount {
		p := s.opened(t, alice.Account, both[i%2], nil)
		p.nextEvent()
		taps = append(taps, p)
	}
	// New devices of the account open streams and call sync.
	cursors := []string{}
	for i := range limit.Evictions.Amount {
		if i == 0 {
			ok[object](t, s.call(t, alice.Account, "sync", object{"positions": []object{}, "waitMs": 1}))
		}
		s.opened(t, alice.Account, both[i%2], nil).nextEvent() // the first one replaces the wait
		ev := taps[i].nextEvent()
		if ev.Info != "closing" || ev.Cursor == "" {
			t.Fatalf("stream %d: %+v, want its end", i, ev)
		}
		cursors = append(cursors, ev.Cursor)
	}
	for _, method := range both {
		_, a := s.open(t, alice.Account, method, nil)
		message := refused(t, a, xrpc.RateLimitExceeded)
		if !strings.Contains(message, "16 waits and streams are open already") || !strings.Contains(message, "try again in 15 s") ||
			a.header.Get("Retry-After") != "15" {
			t.Errorf("message is %q, Retry-After %q", message, a.header.Get("Retry-After"))
		}
		s.opened(t, newActor().Account, method, nil).nextEvent() // of a new account
	}
	refused(t, s.call(t, alice.Account, "sync", object{"positions": []object{}, "waitMs": 1}), xrpc.RateLimitExceeded)
	ok[object](t, s.call(t, alice.Account, "sync", object{"positions": []object{}}))
	ok[object](t, s.call(t, alice.Account, "sendMessage", messageCall(g, 10)))
	for _, p := range append(taps[len(cursors):], known) {
		if ev := p.nextEvent(); ev.Message.Seq != 1 {
			t.Errorf("%s: %+v, want the message", p.m.NSID, ev)
		}
	}
	// A client whose stream was ended reconnects and has missed nothing.
	clock.Add(int64(15 * time.Second))
	again := s.opened(t, alice.Account, both[0], object{"cursor": cursors[0]})
	again.nextEvent()
	if ev := again.nextEvent(); ev.Message.Seq != 1 {
		t.Errorf("%+v, want the message", ev)
	}
}

// A stream ends within an hour. The client needs a new token or ticket to
// continue, and has missed nothing.
func TestStreamsEndWithinAnHour(t *testing.T) {
	t.Parallel()
	start, passed := time.Now(), atomic.Int64{}
	s := newStack(t, func(o *options) {
		o.stream.Heartbeat = 15 * time.Millisecond
		o.stream.Now = func() time.Time { return start.Add(time.Duration(passed.Load())) }
	})
	alice, bob := newActor(), newActor()
	g := s.conversation(t, alice, bob)
	s.settle(t)
	ticket := ok[struct{ Ticket string }](t, s.call(t, bob.Account, "getSubscriptionTicket", object{})).Ticket
	byTicket := s.opened(t, nil, both[1], object{"ticket": ticket})
	cursors := map[string]string{}
	taps := append([]*tap{byTicket}, s.opened(t, bob.Account, both[0], nil), s.opened(t, bob.Account, both[1], nil))
	for _, p := range taps {
		p.nextEvent()
	}
	ok[object](t, s.call(t, alice.Account, "sendMessage", messageCall(g, 10)))
	for _, p := range taps {
		if ev := p.nextEvent(); ev.Message.Seq != 1 {
			t.Errorf("%s: %+v, want the message", p.m.NSID, ev)
		}
	}
	passed.Store(int64(59 * time.Minute))
	for _, p := range taps {
		ev := p.nextEvent()
		if ev.Info != "closing" {
			t.Fatalf("%s: %+v, want its end", p.m.NSID, ev)
		}
		if data, failed := p.next(); data != nil || failed != nil {
			t.Errorf("%s: %s %v behind its end", p.m.NSID, data, failed)
		}
		cursors[strings.TrimPrefix(p.m.NSID, namespace)] = ev.Cursor
	}
	ok[object](t, s.call(t, alice.Account, "sendMessage", messageCall(g, 10)))
	_, a := s.open(t, nil, both[1], object{"ticket": ticket, "cursor": cursors[both[1]]})
	refused(t, a, gen.ErrInvalidTicket)
	for _, method := range both {
		p := s.opened(t, bob.Account, method, object{"cursor": cursors[method]})
		p.nextEvent()
		ev := p.nextEvent()
		if ev.Info == "live" { // the event is delivered as new
			ev = p.nextEvent()
		}
		if ev.Message.Seq != 2 {
			t.Errorf("%s: %+v, want the message that came meanwhile", method, ev)
		}
	}
}

// A signal is accepted up to its limit and delivered unchanged.
func TestSignalAtItsLimit(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	alice, bob := newActor(), newActor()
	g := s.conversation(t, alice, bob)
	s.settle(t)
	var taps []*tap
	for _, method := range both {
		p := s.opened(t, bob.Account, method, nil)
		p.nextEvent()
		taps = append(taps, p)
	}
	in := object{"convoId": g.ID(), "epoch": g.Epoch(), "ciphertext": raw(make([]byte, limit.MaxSignal+1))}
	if message := refused(t, s.call(t, alice.Account, "sendEphemeral", in), xrpc.InvalidRequest); !strings.HasPrefix(message, "ciphertext: must have at most") {
		t.Errorf("message is %q", message)
	}
	signal := mlstest.Random(limit.MaxSignal)
	in["ciphertext"] = raw(signal)
	ok[object](t, s.call(t, alice.Account, "sendEphemeral", in))
	want := fmt.Sprint(raw(signal)["$bytes"])
	for _, p := range taps {
		data, _ := p.next()
		if !strings.Contains(string(data), want) {
			t.Errorf("%s: %.200s", p.m.NSID, data)
		}
	}
}

// Limits of sync.
func TestSyncAtItsLimits(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	alice, bob := newActor(), newActor()
	g := s.conversation(t, alice, bob)
	ok[object](t, s.call(t, alice.Account, "sendMessage", messageCall(g, 10)))
	s.settle(t)
	positions := func(n int) []object {
		list := []object{{"convoId": g.ID(), "seq": 0}}
		for i := len(list); i < n; i++ {
			list = append(list, object{"convoId": fmt.Sprintf("%032x", i), "seq": int64(1<<63 - 1)})
		}
		return list
	}
	type outcome struct {
		Convos []struct{ Messages []any }
		Cursor string
	}
	for name, c := range map[string]struct {
		in   object
		says string
	}{
		"positions": {object{"positions": positions(limit.MaxSyncPositions)}, ""},
		"limit":     {object{"positions": positions(1), "limit": limit.MaxSyncMessages}, ""},
		// There are changes, so it does not wait.
		"wait":               {object{"positions": positions(1), "waitMs": limit.MaxSyncWait.Milliseconds()}, ""},
		"too many positions": {object{"positions": positions(limit.MaxSyncPositions + 1)}, "positions: must have at most"},
		"too large a limit":  {object{"positions": positions(1), "limit": limit.MaxSyncMessages + 1}, "limit: must be at most"},
		"no limit":           {object{"positions": positions(1), "limit": 0}, "limit: must be at least"},
		"too long a wait":    {object{"positions": positions(1), "waitMs": limit.MaxSyncWait.Milliseconds() + 1}, "waitMs: must be at most"},
	} {
		a := s.call(t, bob.Account, "sync", c.in)
		if c.says != "" {
			if message := refused(t, a, xrpc.InvalidRequest); !strings.HasPrefix(message, c.says) {
				t.Errorf("%s: message is %q", name, message)
			}
			continue
		}
		out := ok[outcome](t, a)
		if len(out.Convos) != 1 || len(out.Convos[0].Messages) != 1 || out.Cursor == "" {
			t.Errorf("%s: answer is %s", name, a.short())
		}
	}
	// Without changes it answers when the wait is over.
	first := ok[outcome](t, s.call(t, bob.Account, "sync", object{"positions": []object{}}))
	began := time.Now()
	out := ok[outcome](t, s.call(t, bob.Account, "sync", object{"positions": []object{}, "cursor": first.Cursor, "waitMs": 300}))
	if took := time.Since(began); len(out.Convos) != 0 || took < 300*time.Millisecond {
		t.Errorf("it took %v to say %+v", took, out)
	}
}

// A ticket is valid for a minute at most.
func TestTicketsAtTheirLimit(t *testing.T) {
	t.Parallel()
	s, alice := newStack(t), newActor()
	for _, method := range both {
		for left, good := range map[string]bool{"0 s": false, "30 s": true} {
			before := time.Now()
			out := ok[struct {
				Ticket    string
				ExpiresAt time.Time
			}](t, s.call(t, alice.Account, "getSubscriptionTicket", object{}))
			if out.ExpiresAt.Before(before.Add(limit.TicketTime-time.Second)) || out.ExpiresAt.After(time.Now().Add(limit.TicketTime)) {
				t.Errorf("at %v: it expires at %v", before, out.ExpiresAt)
			}
			dbtest.Exec(t, s.pool, `UPDATE tickets SET expires_at = now() + $1::text::interval`, left)
			a := s.call(t, nil, method, object{"ticket": out.Ticket})
			if good {
				ok[object](t, a)
			} else {
				refused(t, a, gen.ErrInvalidTicket)
			}
		}
	}
}

// Cursors have a size limit, wherever they are given.
func TestCursorsAtTheirLimit(t *testing.T) {
	t.Parallel()
	s, alice := newStack(t), newActor()
	for n, says := range map[int]string{stream.MaxCursor: "was not made by this service", stream.MaxCursor + 1: "must have at most"} {
		cursor := strings.Repeat("A", n)
		for _, method := range append([]string{"sync"}, both...) {
			in := object{"cursor": cursor}
			if method == "sync" {
				in["positions"] = []object{}
			}
			if message := refused(t, s.call(t, alice.Account, method, in), gen.ErrInvalidCursor); !strings.Contains(message, says) {
				t.Errorf("%s: message is %q", method, message)
			}
		}
		m := gen.MethodStreamConvoEvents
		r := s.request(t, m, nil)
		r.Header.Set("Authorization", "Bearer "+alice.Token(serviceDID, m.NSID))
		r.Header.Set("Last-Event-ID", cursor)
		if message := refused(t, s.glance(t, m, r), gen.ErrInvalidCursor); !strings.Contains(message, says) {
			t.Errorf("Last-Event-ID: message is %q", message)
		}
	}
}
