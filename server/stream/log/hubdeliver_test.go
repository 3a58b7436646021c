package eventlog

import (
	"context"
	"testing"

	"catbird.blue/mls/server/stream"
)

// tally is a Sink that counts what it is given.
type tally struct{ events, ends int }

func (s *tally) Deliver(*stream.Event) bool                { s.events++; return true }
func (s *tally) Send(context.Context, *stream.Event) error { s.events++; return nil }
func (s *tally) End(error)                                 { s.ends++ }
func (s *tally) Done() <-chan struct{}                     { return nil }

// Deliveries wait for the end of a batch, but no more than maxDeliveries of one
// hand do; none is lost, and an end stays behind what came before it.
func TestDeliveriesAreBounded(t *testing.T) {
	h := NewHub(Config{})
	sink := &tally{}
	f := &feed{hub: h, sink: sink, live: true}
	a := &account{streams: []*feed{f}}
	deliver := func(from, to int64) {
		for pos := from; pos <= to; pos++ {
			h.deliver(delivery{to: a, entry: &entry{Position: Position{Pos: pos}}})
		}
	}
	deliver(1, maxDeliveries-1)
	if sink.events != 0 {
		t.Fatalf("%d events were delivered before the bound", sink.events)
	}
	deliver(maxDeliveries, maxDeliveries)
	if sink.events != maxDeliveries {
		t.Fatalf("at the bound %d events were delivered", sink.events)
	}
	deliver(maxDeliveries+1, maxDeliveries+3)
	h.deliver(delivery{to: a, end: f})
	deliver(maxDeliveries+4, maxDeliveries+4)
	h.flush()
	if sink.events != maxDeliveries+3 || sink.ends != 1 {
		t.Errorf("%d events and %d ends, want %d and 1", sink.events, sink.ends, maxDeliveries+3)
	}
}
