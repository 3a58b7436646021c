package eventlog_test

import (
	"fmt"
	"maps"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/internal/pgplan"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// fillLarge writes n messages of size bytes directly into the log.
func (w *world) fillLarge(convo xrpc.ConvoID, n, size int) {
	w.t.Helper()
	dbtest.Exec(w.t, w.pool, `WITH c AS (
			UPDATE conversations SET last_seq = last_seq + $2, last_pos = log_own_xid() WHERE convo_id = $1 RETURNING last_seq - $2 AS base, gen, last_pos
		) INSERT INTO messages (convo_id, seq, message_id, kind, epoch, ciphertext, created_at, gen, pos)
		SELECT $1, base + i, uuid_send(gen_random_uuid()), 'app', 0, decode(repeat('ab', $3), 'hex'), now(), gen, last_pos
		FROM c, generate_series(1, $2::bigint) i`, convo, n, size)
}

// TestReadLogLeavesLargeOut: a read has the sizes of all messages, and the ciphertexts up
// to the size that it is asked for.
func TestReadLogLeavesLargeOut(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	for _, size := range []int{100, 99, 101, 3000} {
		w.fillLarge(convo, 1, size)
	}
	w.settle()
	rows, err := db.New(w.pool).ReadLog(t.Context(), db.ReadLogParams{Gen: 1, StreamKey: []byte{}, Inline: 100})
	if err != nil {
		t.Fatal(err)
	}
	got := map[int64]int{}
	for _, r := range rows {
		if r.Kind == "app" {
			got[r.Size] = len(r.Ciphertext)
		}
	}
	if want := map[int64]int{100: 100, 99: 99, 101: 0, 3000: 0}; !maps.Equal(got, want) {
		t.Errorf("sizes and ciphertexts are %v, want %v", got, want)
	}
}

// TestLargeMessages: one notification is enough for more bytes than one step reads. Small
// and large messages, and the largest one, come in order.
func TestLargeMessages(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	hub := w.hubWithoutPolling()
	c := w.client(bob)
	c.MustConnect(hub, "")
	for _, size := range []int{8 << 10, 8<<10 + 1, 10 << 20, 1, 1 << 20, 1} {
		w.fillLarge(convo, 4, size)
	}
	w.settle()
	hub.Notify()
	w.wait(c)
}

// TestLargeMessageIsGone: a large message that is removed, or is another one, between the
// two statements of a step is not delivered. The stream ends as if it had been removed
// before.
func TestLargeMessageIsGone(t *testing.T) {
	for name, change := range map[string]string{
		"retention has removed it": `WITH gone AS (DELETE FROM messages WHERE octet_length(ciphertext) = 20000 RETURNING pos, convo_id, seq)
			UPDATE log_generation SET low_water_pos = gone.pos, low_water_stream_key = gone.convo_id, low_water_seq = gone.seq FROM gone`,
		"after a failover another one has its number": `WITH other AS (UPDATE messages SET message_id = uuid_send(gen_random_uuid()) WHERE octet_length(ciphertext) = 20000 RETURNING pos)
			UPDATE log_generation SET gen = gen + 1 FROM other`,
	} {
		w := newWorld(t)
		convo := w.convo(alice, bob)
		cfg := w.pool.Config()
		done := 0
		cfg.ConnConfig.Tracer = &everyQuery{name: "ReadLog", run: func() {
			if dbtest.Value[bool](t, w.pool, "SELECT EXISTS (SELECT FROM messages WHERE octet_length(ciphertext) = 20000)") && done == 0 {
				done++
				dbtest.Exec(t, w.pool, change)
			}
		}}
		pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		w.settle()
		hub := eventlog.NewHub(eventlog.Config{Pool: pool, PollInterval: time.Hour})
		w.run(hub)
		c := w.client(bob)
		c.MustConnect(hub, "")
		w.fillLarge(convo, 1, 100)
		w.fillLarge(convo, 1, 20_000)
		w.fillLarge(convo, 1, 100)
		w.settle()
		hub.Notify()
		eventually(t, "the end of the stream", c.Ended)
		if n := c.Len(); n > 1 || done != 1 {
			t.Errorf("%s: %d events came, %d changes", name, n, done)
		}
	}
}

// BenchmarkReadLog reads a log with 0, 1 and 3 new rows, in a session like those of
// requests and in one like that of the reader. It reports the processor time of the
// session's process on Linux.
func BenchmarkReadLog(b *testing.B) {
	w := newWorld(b)
	convo := w.convo(alice, bob)
	w.fill(convo, 100_000)
	dbtest.Exec(b, w.pool, "VACUUM ANALYZE")
	for name, settings := range map[string]map[string]string{"requests": nil, "reader": pgplan.Reader()} {
		conn, err := pgx.ConnectConfig(b.Context(), w.pool.Config().ConnConfig)
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close(b.Context())
		for setting, value := range settings {
			if _, err := conn.Exec(b.Context(), "SELECT set_config($1, $2, false)", setting, value); err != nil {
				b.Fatal(err)
			}
		}
		for _, rows := range []int64{0, 1, 3} {
			b.Run(fmt.Sprintf("%s/%d rows", name, rows), func(b *testing.B) {
				last := dbtest.Value[int64](b, w.pool, "SELECT last_seq FROM conversations WHERE convo_id = $1", convo)
				w.fill(convo, int(rows))
				w.settle()
				p := db.ReadLogParams{Gen: 1, StreamKey: convo.Stored(), Seq: last, Inline: 1000}
				p.Pos = dbtest.Value[int64](b, w.pool, "SELECT pos FROM messages WHERE convo_id = $1 AND seq = $2", convo, last)
				read := func() {
					got, err := db.New(conn).ReadLog(b.Context(), p)
					if err != nil || int64(len(got)) != max(1, rows) {
						b.Fatalf("%d rows, %v", len(got), err)
					}
				}
				for range 10 {
					read()
				}
				before := processTime(conn.PgConn().PID())
				for b.Loop() {
					read()
				}
				b.ReportMetric(float64((processTime(conn.PgConn().PID())-before).Nanoseconds())/1000/float64(b.N), "PostgreSQL-cpu-µs/read")
			})
		}
	}
}

// processTime returns the processor time of a process, or 0 if it cannot be read.
func processTime(pid uint32) time.Duration {
	var ns int64
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", pid))
	if err == nil {
		_, _ = fmt.Sscan(string(stat), &ns) // 0 if it has another form
	}
	return time.Duration(ns)
}
