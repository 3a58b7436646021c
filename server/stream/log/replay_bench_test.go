package eventlog_test

import (
	"testing"
	"time"

	"catbird.blue/mls/xrpc"
)

// fill writes n messages of 200 bytes directly into the log.
func (w *world) fill(convo xrpc.ConvoID, n int) {
	w.t.Helper()
	_, err := w.pool.Exec(w.t.Context(), `WITH c AS (
			UPDATE conversations SET last_seq = last_seq + $2, last_pos = log_own_xid() WHERE convo_id = $1 RETURNING last_seq - $2 AS base, gen, last_pos
		) INSERT INTO messages (convo_id, seq, message_id, kind, epoch, ciphertext, created_at, gen, pos)
		SELECT $1, base + i, uuid_send(gen_random_uuid()), 'app', 0, decode(repeat('ab', 200), 'hex'), now(), gen, last_pos
		FROM c, generate_series(1, $2::bigint) i`, convo, n)
	if err != nil {
		w.t.Fatal(err)
	}
}

// BenchmarkReplay replays 10 000 events of 20 conversations, from a log with many
// more events of another conversation.
func BenchmarkReplay(b *testing.B) {
	w := newWorld(b)
	hub := w.hub()
	c := w.client(bob)
	c.MustConnect(hub, "")
	c.Cut()
	from := c.Cursor()
	other := w.convo(carol)
	for range 20 {
		convo := w.convo(alice, bob)
		w.fill(convo, 500)
		w.fill(other, 20_000)
	}
	if _, err := w.pool.Exec(b.Context(), "ANALYZE"); err != nil {
		b.Fatal(err)
	}
	w.settle()
	hub = w.hub()
	for b.Loop() {
		c := w.client(bob)
		c.ReplayPause = 0
		start := time.Now()
		if err := c.Connect(hub, from); err != nil {
			b.Fatal(err)
		}
		for c.Info("live") == 0 {
			time.Sleep(time.Millisecond)
		}
		b.ReportMetric(float64(c.Len())/time.Since(start).Seconds(), "events/s")
		c.Cut()
	}
}

// BenchmarkLive measures the time from the end of a send until a stream has the
// message.
func BenchmarkLive(b *testing.B) {
	w := newWorld(b)
	convo := w.convo(alice, bob)
	w.fill(convo, 100_000)
	hub, metrics := w.hubWithMetrics()
	c := w.client(bob)
	c.MustConnect(hub, "")
	n := 0
	var total time.Duration
	for b.Loop() {
		w.send(w.pool, convo, alice)
		start := time.Now()
		hub.Notify()
		for n++; c.Len() < n; {
			time.Sleep(20 * time.Microsecond)
		}
		total += time.Since(start)
	}
	b.ReportMetric(float64(total.Microseconds())/float64(n), "µs/delivery")
	b.ReportMetric(value(b, metrics.Polls)/float64(n), "reads/message")
}
