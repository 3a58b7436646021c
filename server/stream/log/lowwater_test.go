package eventlog_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/dbtest"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// expire removes application messages of a conversation up to a number, as
// retention does.
func (w *world) expire(pool *pgxpool.Pool, convo xrpc.ConvoID, upTo int64) {
	w.t.Helper()
	ctx := context.Background()
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		var convos []xrpc.ConvoID
		var seqs []int64
		var last db.RaiseLowWaterParams
		rows, err := tx.Query(ctx, `SELECT gen, pos, seq FROM messages WHERE convo_id = $1 AND seq <= $2 AND kind = 'app' ORDER BY seq`, convo, upTo)
		if err != nil {
			return err
		}
		for rows.Next() {
			last = db.RaiseLowWaterParams{StreamKey: convo.Stored()}
			if err := rows.Scan(&last.Gen, &last.Pos, &last.Seq); err != nil {
				return err
			}
			convos, seqs = append(convos, convo), append(seqs, last.Seq)
		}
		q := db.New(tx)
		return errors.Join(rows.Err(), q.RemoveMessages(ctx, time.Now(), xrpc.StoredConvoIDs(convos), seqs), q.RaiseLowWater(ctx, last))
	})
	if err != nil {
		w.t.Error(err)
	}
}

// bulk stores n messages in each of the conversations, in one transaction.
func (w *world) bulk(n int, convos ...xrpc.ConvoID) {
	w.t.Helper()
	_, err := w.pool.Exec(w.t.Context(), `WITH c AS (
			UPDATE conversations SET last_seq = last_seq + $2::bigint, last_pos = greatest(last_pos, log_own_xid())
			WHERE convo_id = ANY($1) RETURNING convo_id, last_seq - $2 AS base, gen, last_pos
		) INSERT INTO messages (convo_id, seq, message_id, kind, epoch, ciphertext, created_at, gen, pos)
		SELECT c.convo_id, c.base + i, uuid_send(gen_random_uuid()), 'app', 0, 'hello', now(), c.gen, c.last_pos
		FROM c CROSS JOIN generate_series(1, $2) i`, xrpc.StoredConvoIDs(convos), n)
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestLowWaterWithinTransaction: several rows have the pos of one transaction. The
// low-water mark is the whole position of the last row that was removed.
func TestLowWaterWithinTransaction(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	tx := w.begin()
	for range 3 { // one pos
		w.sendBy(db.New(tx), convo, alice)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.settle()
	cursor := map[int64]string{}
	rows, err := db.New(w.pool).ConvoMessages(t.Context(), convo, 10)
	if err != nil || rows[1].Pos != rows[3].Pos {
		t.Fatalf("rows are %+v, %v", rows, err)
	}
	for _, r := range rows {
		cursor[r.Seq] = w.codec.Encode(eventlog.Cursor{Position: eventlog.Position{Pos: r.Pos, StreamKey: eventlog.StreamKeyOf(convo), Seq: r.Seq}})
	}
	w.expire(w.pool, convo, 3) // number 1 is the first commit
	hub := w.hub()
	for seq, want := range map[int64]string{1: "OutdatedCursor", 2: "OutdatedCursor", 3: "live", 4: "live"} {
		to := newTape(-1)
		w.play(hub, alice, cursor[seq], to)
		var infos []string
		eventually(t, "an answer", func() bool {
			_, infos = to.delivered()
			return len(infos) == 2
		})
		if infos[1] != want {
			t.Errorf("after number %d: %v, want %s", seq, infos, want)
		}
	}
}

// TestAllRowsRemoved: if retention has removed the newest rows of the log, a stream
// can still resume from the end of the log.
func TestAllRowsRemoved(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	for range 3 {
		w.send(w.pool, convo, alice)
	}
	w.settle()
	w.expire(w.pool, convo, 100)
	hub := w.hub()
	first := newTape(-1)
	w.play(hub, alice, "", first)
	to := newTape(-1)
	w.play(hub, alice, w.now(), to)
	if _, infos := w.live(to); len(infos) != 2 {
		t.Errorf("delivered %v", infos)
	}
	w.send(w.pool, convo, alice)
	hub.Notify()
	for _, c := range []*tape{first, to} {
		eventually(t, "the next message", func() bool {
			seqs, _ := c.delivered()
			return len(seqs) == 1 && seqs[0] == 5
		})
	}
}

// TestRemovalDuringReplay: while a replay waits, retention removes rows that it has
// not sent. The replay sends the rows that it had read before, reports the gap as
// OutdatedCursor, and goes on with new rows.
func TestRemovalDuringReplay(t *testing.T) {
	for name, c := range map[string]struct {
		// stop is the message before which it waits; upTo is the last number that
		// is removed.
		stop int
		upTo int64
		// outdated: a row was removed that had not been sent or read.
		outdated bool
	}{
		"all of it":            {100, 5000, true},
		"part of it":           {100, 1500, true},
		"what it has sent":     {1000, 400, false},
		"what it has read":     {0, 300, false},
		"one more than it has": {0, 502, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			convo := w.convo(alice) // a commit is number 1
			from := w.now()
			const n = 3000
			w.bulk(n, convo)
			hub := w.hub()
			to := newTape(c.stop)
			stopped := to.stopped
			w.play(hub, alice, from, to)
			<-stopped
			w.expire(w.pool, convo, c.upTo)
			w.send(w.pool, convo, alice)
			hub.Notify()
			close(to.resume)
			_, infos := w.live(to)
			eventually(t, "the new message", func() bool {
				seqs, _ := to.delivered()
				return len(seqs) > 0 && seqs[len(seqs)-1] == n+2
			})
			seqs, _ := to.delivered()
			outdated := len(infos) == 3 && infos[1] == "OutdatedCursor"
			if outdated != c.outdated {
				t.Errorf("delivered %v", infos)
			}
			for i, seq := range seqs {
				if want := int64(i) + 2; seq != want && (!outdated || i != len(seqs)-1) {
					t.Fatalf("message %d came where %d was due", seq, want)
				}
			}
			if !outdated && len(seqs) != n+1 {
				t.Errorf("%d messages came", len(seqs))
			}
		})
	}
}

// TestRemovalsAndReplays: many replays of random speed, while retention removes
// rows before and within what they read. Each gets all events, or OutdatedCursor.
func TestRemovalsAndReplays(t *testing.T) {
	w := newWorld(t)
	convo, other := w.convo(alice), w.convo(alice)
	const n = 1500
	var cursors []string
	for i := 0; i < n; i += 100 {
		w.bulk(1, convo, other)
		cursors = append(cursors, w.now())
		for range 11 { // so that removals end within a transaction too
			w.bulk(9, convo, other)
		}
	}
	hub := w.hub()
	pool := dbtest.Open(t, w.pool.Config().ConnString())
	var wg sync.WaitGroup
	wg.Go(func() {
		for upTo := int64(20); upTo < n; upTo += 20 {
			w.expire(pool, convo, upTo)
			time.Sleep(time.Duration(rand.IntN(10)) * time.Millisecond)
		}
	})
	defer wg.Wait()
	complete, outdated := 0, 0
	for i := range 60 {
		at := i * len(cursors) / 60
		c := w.client(alice, convo, other)
		c.ReplayPause = time.Duration(rand.IntN(2)) * time.Millisecond
		c.MustConnect(hub, cursors[at])
		eventually(t, "an answer", func() bool { return c.Info("live")+c.Info("OutdatedCursor") > 0 })
		if err := c.Err(); err != nil {
			t.Fatal(err)
		}
		if c.Info("OutdatedCursor") > 0 {
			outdated++
			continue
		}
		complete++
		// Both conversations were sent to in turn, n messages each.
		if want := 2 * (n - 100*at - 1); c.Len() != want {
			t.Fatalf("from cursor %d: %d events, want %d", at, c.Len(), want)
		}
	}
	wg.Wait()
	if complete == 0 || outdated == 0 {
		t.Errorf("%d replays were complete, %d outdated", complete, outdated)
	}
}

// TestOvertakenTailer: if retention removes rows that an instance has not handed
// out, because it was cut off, the instance ends its streams. Their cursors are
// outdated.
func TestOvertakenTailer(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	w.settle()
	hub := eventlog.NewHub(eventlog.Config{Pool: dbtest.Open(t, w.pool.Config().ConnString())})
	stop := w.run(hub)
	c := w.client(alice)
	c.MustConnect(hub, "")
	stop()
	w.send(w.pool, convo, alice)
	w.settle()
	w.expire(w.pool, convo, 100)
	w.send(w.pool, convo, alice)
	w.settle()
	w.run(hub)
	eventually(t, "the end of the stream", c.Ended)
	if c.Len() != 0 {
		t.Errorf("delivered %v", c.Delivered())
	}
	to := newTape(-1)
	w.play(hub, alice, c.Cursor(), to)
	eventually(t, "an answer", func() bool {
		_, infos := to.delivered()
		return len(infos) == 2 && infos[1] == "OutdatedCursor"
	})
}

// TestUnfinishedSync: a sync that began without a cursor and has reported only some
// conversations has more to report of the others than the log has, so no stream
// can resume from its cursor. A stream can resume if the sync began with a cursor.
func TestUnfinishedSync(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	w.send(w.pool, convo, alice)
	newest, err := w.codec.Decode(w.now())
	hub := w.hub()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		cursor eventlog.Cursor
		want   string
	}{
		{"begun without cursor", eventlog.Cursor{After: eventlog.StreamKeyOf(convo), Until: newest.Pos}, "OutdatedCursor"},
		{"begun with a cursor", eventlog.Cursor{Position: newest.Position, After: eventlog.StreamKeyOf(convo), Until: newest.Pos}, "live"},
		{"of an empty log", eventlog.Cursor{}, "live"},
	} {
		to := newTape(-1)
		w.play(hub, alice, w.codec.Encode(c.cursor), to)
		var infos []string
		eventually(t, "an answer", func() bool {
			_, infos = to.delivered()
			return len(infos) == 2
		})
		if infos[1] != c.want {
			t.Errorf("%s: %v, want %s", c.name, infos, c.want)
		}
	}
}
