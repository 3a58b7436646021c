package apitest

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"catbird.blue/mls/gen"
)

// A cursor ahead of the log shows that the database was restored from a backup.
// The client gets an error, and all older cursors are outdated from then on.
func TestFutureCursor(t *testing.T) {
	t.Parallel()
	s, alice := newStack(t), newActor()
	g := s.conversation(t, alice)
	for _, method := range append([]string{"sync"}, both...) {
		before, future := s.now(t), s.future(t)
		in := object{"cursor": future}
		if method == "sync" {
			in["positions"] = []object{}
		}
		refused(t, s.call(t, alice.Account, method, in), gen.ErrFutureCursor)
		s.settle(t)
		in["cursor"] = before
		if method == "sync" { // it returns everything again
			if out := ok[struct{ NewConvos []any }](t, s.call(t, alice.Account, method, in)); len(out.NewConvos) != 1 {
				t.Errorf("sync from an outdated cursor tells %v", out)
			}
			continue
		}
		p := s.opened(t, alice.Account, method, in)
		for _, want := range []string{"connected", "OutdatedCursor"} {
			if ev := p.nextEvent(); ev.Info != want {
				t.Errorf("%s: %+v, want %s", method, ev, want)
			}
		}
		// The stream is live.
		ok[object](t, s.call(t, alice.Account, "sendMessage", messageCall(g, 10)))
		if ev := p.nextEvent(); ev.Type != "messageEvent" || ev.ConvoID != g.ID() {
			t.Errorf("%s: %+v", method, ev)
		}
		p.close()
	}
}

// A client that does not read gets ConsumerTooSlow when it reads again, and
// continues from its last cursor without a gap.
func TestConsumerTooSlow(t *testing.T) {
	t.Parallel()
	// The limit in bytes must be reached, whatever the speed of the machine, so
	// those in time are disabled.
	s := newStack(t, func(o *options) {
		o.stream.Buffer, o.stream.Heartbeat, o.stream.WriteTimeout = 1<<20, time.Hour, time.Hour
	})
	alice, bob := newActor(), newActor()
	g := s.conversation(t, alice, bob)
	s.settle(t)
	// Connections with small receive buffers.
	usual := s.client
	small := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		if err == nil {
			err = c.(*net.TCPConn).SetReadBuffer(64 << 10)
		}
		return c, err
	}}
	t.Cleanup(small.CloseIdleConnections)
	s.client = &http.Client{Transport: small}
	taps := map[string]*tap{}
	for _, method := range both {
		taps[method] = s.opened(t, bob.Account, method, nil)
		taps[method].nextEvent()
	}
	s.client = usual
	quick := s.opened(t, alice.Account, "streamConvoEvents", nil)
	defer quick.close()
	quick.nextEvent()
	// More than the buffers of a connection can hold.
	const count, size = 30, 250_000
	for seq := range int64(count) {
		ok[object](t, s.call(t, alice.Account, "sendMessage", messageCall(g, size)))
		// The slow clients do not read before all messages were delivered to
		// the quick one.
		if ev := quick.nextEvent(); ev.Message.Seq != seq+1 {
			t.Fatalf("the reader that keeps up: %+v, want number %d", ev, seq+1)
		}
	}
	for method, p := range taps {
		last, cursor := p.untilTooSlow()
		if last == 0 || last == count {
			t.Fatalf("%s: read up to number %d of %d", method, last, count)
		}
		again := s.opened(t, bob.Account, method, object{"cursor": cursor})
		again.nextEvent() // connected
		for seq := last + 1; seq <= count; seq++ {
			if ev := again.nextEvent(); ev.Message.Seq != seq {
				t.Fatalf("%s: %+v, want number %d", method, ev, seq)
			}
		}
		if ev := again.nextEvent(); ev.Info != "live" {
			t.Errorf("%s: %+v", method, ev)
		}
		again.close()
	}
}

// untilTooSlow reads messages, whose numbers must count from 1, until the
// stream ends with ConsumerTooSlow. It returns the last number and its cursor.
func (p *tap) untilTooSlow() (last int64, cursor string) {
	p.t.Helper()
	for range 1000 {
		data, failed, err := p.read()
		if failed != nil && failed.Error == gen.ErrConsumerTooSlow {
			seen.broke(p.t, p.m, *failed)
			return last, cursor
		}
		if err != nil || failed != nil {
			p.t.Fatalf("%s: %v, %v", p.m.NSID, failed, err)
		}
		ev := p.parse(data)
		if ev.Info == gen.ErrConsumerTooSlow && ev.Cursor == cursor {
			return last, cursor
		}
		if last++; ev.Message.Seq != last {
			p.t.Fatalf("%s: %+v, want number %d", p.m.NSID, ev, last)
		}
		cursor = ev.Cursor
	}
	p.t.Fatalf("%s: no end", p.m.NSID)
	return 0, ""
}

// Last-Event-ID takes precedence over the parameter, since a browser sends it
// automatically when it reconnects.
func TestLastEventID(t *testing.T) {
	t.Parallel()
	s, alice := newStack(t), newActor()
	g := s.conversation(t, alice)
	start := s.now(t)
	ok[object](t, s.call(t, alice.Account, "sendMessage", messageCall(g, 10)))
	end := s.now(t)
	m := gen.MethodStreamConvoEvents
	r := s.request(t, m, object{"cursor": end})
	r.Header.Set("Authorization", "Bearer "+alice.Token(serviceDID, m.NSID))
	r.Header.Set("Last-Event-ID", start)
	p, a := s.tap(t, m, r)
	if p == nil {
		t.Fatalf("answer is %s", a.short())
	}
	if ev := p.nextEvent(); ev.Info != "connected" || ev.Cursor != start {
		t.Errorf("%+v, want the cursor of Last-Event-ID", ev)
	}
	if ev := p.nextEvent(); ev.Message.Seq != 1 {
		t.Errorf("%+v, want number 1", ev)
	}
}
