package eventlog

import (
	"context"
	"testing"

	"catbird.blue/mls/server/stream"
)

// tally is a Sink that counts the calls of its methods.
type tally struct{ events, ends int }

func (s *tally) Deliver(*stream.Event) bool                { s.events++; return true }
func (s *tally) Send(context.Context, *stream.Event) error { s.events++; return nil }
func (s *tally) End(error)                                 { s.ends++ }
func (s *tally) Done() <-chan struct{}                     { return nil }

// Deliveries are collected for a batch, but at most maxDeliveries in a shard.
// None is lost, and an end stays behind what was added before it.
func TestDeliveriesAreBounded(t *testing.T) {
	var out deliveries
	sink := &tally{}
	f := &feed{sink: sink, isLive: true}
	a := &account{feeds: []*feed{f}}
	add := func(from, to int64) {
		for pos := from; pos <= to; pos++ {
			out.add(delivery{to: a, entry: &entry{Position: Position{Pos: pos}}})
		}
	}
	add(1, maxDeliveries-1)
	if sink.events != 0 {
		t.Fatalf("%d events were delivered before the bound", sink.events)
	}
	add(maxDeliveries, maxDeliveries)
	if sink.events != maxDeliveries {
		t.Fatalf("at the bound %d events were delivered", sink.events)
	}
	add(maxDeliveries+1, maxDeliveries+3)
	out.add(delivery{to: a, end: f})
	add(maxDeliveries+4, maxDeliveries+4)
	out.flush()
	if sink.events != maxDeliveries+3 || sink.ends != 1 {
		t.Errorf("%d events and %d ends, want %d and 1", sink.events, sink.ends, maxDeliveries+3)
	}
}
