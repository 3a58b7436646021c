package eventlog_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/internal/pgplan"
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

// TestReadLogBudget: a read ends behind the message with which its bytes exceed the
// budget, and the next one begins there. No row is missing or comes twice.
func TestReadLogBudget(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	w.fillLarge(convo, 10, 1000)
	w.settle()
	for _, c := range []struct{ budget, most int64 }{{0, 1}, {1, 1}, {999, 1}, {1000, 2}, {2500, 3}, {1 << 20, 1000}} {
		var seqs []int64
		var at db.ReadLogRow
		for {
			rows, err := db.New(w.pool).ReadLog(t.Context(), db.ReadLogParams{
				Gen: 1, Pos: at.Pos, StreamKey: at.StreamKey, Seq: at.Seq, N: at.N, Budget: c.budget,
			})
			if err != nil {
				t.Fatal(err)
			}
			if rows[0].Gen != 1 || rows[0].Behind {
				t.Fatalf("the state of the log is %+v", rows[0])
			}
			if rows[0].Kind == "" {
				break
			}
			large := int64(0)
			for _, r := range rows {
				if r.Kind == "app" {
					large++
					seqs = append(seqs, r.Seq)
				}
			}
			if large > c.most {
				t.Errorf("a budget of %d bytes: %d messages in one read", c.budget, large)
			}
			at = rows[len(rows)-1]
		}
		for i, seq := range seqs {
			if want := seqs[0] + int64(i); seq != want || len(seqs) != 10 {
				t.Fatalf("a budget of %d bytes: read the messages %v", c.budget, seqs)
			}
		}
	}
}

// TestReadsBeyondTheBudget: one notification is enough for more messages than one read
// returns.
func TestReadsBeyondTheBudget(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	hub := w.hubWithoutPolling()
	c := w.client(bob)
	c.MustConnect(hub, "")
	w.fillLarge(convo, 20, 1<<20)
	w.settle()
	hub.Notify()
	w.wait(c)
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
				p := db.ReadLogParams{Gen: 1, StreamKey: convo.Stored(), Seq: last, Budget: 1 << 20}
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
