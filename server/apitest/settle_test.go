package apitest

import (
	"context"
	"testing"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/stream"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/server/stream/streamtest"
)

// settle waits until everything written before is visible in the log and was
// delivered to streams. A row becomes visible when every transaction that began
// before it has ended.
func (s *stack) settle(t testing.TB) {
	t.Helper()
	var until int64
	if err := s.pool.QueryRow(t.Context(), `SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint`).Scan(&until); err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); time.Since(start) < 10*time.Minute; time.Sleep(2 * time.Millisecond) {
		log := must(db.New(s.pool).ReadPlace(t.Context()))(t)
		if log.Horizon < until {
			continue
		}
		place, known := s.hubPlace(t)
		if known && place.Compare(eventlog.Position{Pos: log.Pos, StreamKey: eventlog.StreamKey(log.StreamKey), Seq: log.Seq, N: log.N}) >= 0 {
			return
		}
	}
	t.Fatal("the log does not settle")
}

// hubPlace returns the position at which a stream without a cursor would begin.
// It is not known while the hub has to learn of a new generation.
func (s *stack) hubPlace(t testing.TB) (eventlog.Position, bool) {
	t.Helper()
	var first firstEvent
	detach := must(s.hub.Attach(t.Context(), stream.Want{DID: "did:web:probe.example"}, &first))(t)
	detach()
	v, err := s.codec(t).Decode(first.cursor)
	return v.Position, err == nil
}

// codec returns the cursor codec of the current generation.
func (s *stack) codec(t testing.TB) *eventlog.Codec {
	t.Helper()
	return must(streamtest.Codec(t.Context(), s.pool))(t)
}

// now returns the cursor of the last row of a settled log.
func (s *stack) now(t testing.TB) string {
	t.Helper()
	s.settle(t)
	log := must(db.New(s.pool).ReadPlace(t.Context()))(t)
	return s.codec(t).Encode(eventlog.Cursor{Position: eventlog.Position{Pos: log.Pos, StreamKey: eventlog.StreamKey(log.StreamKey), Seq: log.Seq, N: log.N}})
}

// future returns a cursor that is ahead of the log, as after a restore from a
// backup. Using it begins a new generation.
func (s *stack) future(t testing.TB) string {
	t.Helper()
	s.settle(t)
	return s.codec(t).Encode(eventlog.Cursor{Position: eventlog.Position{Pos: 1 << 60}})
}

// firstEvent is a sink that takes one event.
type firstEvent struct{ cursor string }

func (f *firstEvent) Deliver(ev *stream.Event) bool {
	if f.cursor == "" {
		f.cursor = ev.Cursor()
	}
	return true
}

func (f *firstEvent) Send(context.Context, *stream.Event) error { return stream.ErrOver }

func (f *firstEvent) End(error) {}

func (f *firstEvent) Done() <-chan struct{} { return nil }
