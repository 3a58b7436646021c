package stream_test

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
	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/stream"
	"catbird.blue/mls/xrpc"
)

// retire removes application messages of a conversation up to a number, as
// retention does.
func (w *world) retire(pool *pgxpool.Pool, convo xrpc.ConvoID, upTo int64) {
	w.t.Helper()
	ctx := context.Background()
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		var convos []xrpc.ConvoID
		var seqs []int64
		var last db.RaiseFloorParams
		rows, err := tx.Query(ctx, `SELECT gen, pos, seq FROM messages WHERE convo_id = $1 AND seq <= $2 AND kind = 'app' ORDER BY seq`, convo, upTo)
		if err != nil {
			return err
		}
		for rows.Next() {
			last = db.RaiseFloorParams{Lane: convo.Stored()}
			if err := rows.Scan(&last.Gen, &last.Pos, &last.Seq); err != nil {
				return err
			}
			convos, seqs = append(convos, convo), append(seqs, last.Seq)
		}
		q := db.New(tx)
		return errors.Join(rows.Err(), q.RemoveMessages(ctx, xrpc.StoredConvoIDs(convos), seqs), q.RaiseFloor(ctx, last))
	})
	if err != nil {
		w.t.Error(err)
	}
}

// bulk stores n messages in each of some conversations, in one transaction.
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

// tape is a Sink that keeps what it gets, and stands still in a replay before
// the event numbered stop until it is told to go on.
type tape struct {
	stop    int
	stopped chan struct{}
	resume  chan struct{}
	done    chan struct{}

	mu    sync.Mutex
	seqs  []int64
	infos []string
	ended error
}

func newTape(stop int) *tape {
	return &tape{stop: stop, stopped: make(chan struct{}), resume: make(chan struct{}), done: make(chan struct{})}
}

func (t *tape) Deliver(ev *stream.Event) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch ev := ev.Value().(type) {
	case *gen.InfoEvent:
		t.infos = append(t.infos, ev.Info)
	case *gen.MessageEvent:
		t.seqs = append(t.seqs, ev.Message.Seq)
	}
	return true
}

func (t *tape) Send(_ context.Context, ev *stream.Event) error {
	t.mu.Lock()
	n := len(t.seqs)
	t.mu.Unlock()
	if n == t.stop && t.stopped != nil {
		close(t.stopped)
		t.stopped = nil
		<-t.resume
	}
	t.Deliver(ev)
	return nil
}

func (t *tape) End(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = err
}

func (t *tape) Done() <-chan struct{} { return t.done }

func (t *tape) told() (seqs []int64, infos []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]int64(nil), t.seqs...), append([]string(nil), t.infos...)
}

// now is the cursor of the end of the log.
func (w *world) now() string {
	w.t.Helper()
	w.settle()
	at, err := db.New(w.pool).ReadPlace(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return w.codec.Encode(stream.Cursor{Position: stream.Position{Pos: at.Pos, Lane: stream.Lane(at.Lane), Seq: at.Seq, N: at.N}})
}

// play attaches a tape to a hub.
func (w *world) play(hub *stream.Hub, did, cursor string, to *tape) {
	w.t.Helper()
	detach, err := hub.Attach(w.t.Context(), stream.Want{DID: did, Cursor: cursor}, to)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		close(to.done)
		detach()
	})
}

// live waits until a tape is live, and gives what it has.
func (w *world) live(to *tape) (seqs []int64, infos []string) {
	w.t.Helper()
	eventually(w.t, "the end of a replay", func() bool {
		seqs, infos = to.told()
		return len(infos) > 0 && infos[len(infos)-1] == "live"
	})
	return seqs, infos
}

// TestFloorAmongEqualPositions: several rows share a transaction's position.
// What counts is the whole place of the last row that is gone.
func TestFloorAmongEqualPositions(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	tx := w.begin()
	for range 3 { // one position
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
		cursor[r.Seq] = w.codec.Encode(stream.Cursor{Position: stream.Position{Pos: r.Pos, Lane: stream.LaneOf(convo), Seq: r.Seq}})
	}
	w.retire(w.pool, convo, 3) // 1 is the commit of the beginning
	hub := w.hub()
	for seq, want := range map[int64]string{1: "OutdatedCursor", 2: "OutdatedCursor", 3: "live", 4: "live"} {
		to := newTape(-1)
		w.play(hub, alice, cursor[seq], to)
		var infos []string
		eventually(t, "an answer", func() bool {
			_, infos = to.told()
			return len(infos) == 2
		})
		if infos[1] != want {
			t.Errorf("after number %d: %v, want %s", seq, infos, want)
		}
	}
}

// TestPlaceWhereAllIsGone: where retention has removed the end of the log, a
// cursor of its end is still one to resume from.
func TestPlaceWhereAllIsGone(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	for range 3 {
		w.send(w.pool, convo, alice)
	}
	w.settle()
	w.retire(w.pool, convo, 100)
	hub := w.hub()
	first := newTape(-1)
	w.play(hub, alice, "", first)
	to := newTape(-1)
	w.play(hub, alice, w.now(), to)
	if _, infos := w.live(to); len(infos) != 2 {
		t.Errorf("told %v", infos)
	}
	w.send(w.pool, convo, alice)
	hub.Hint()
	for _, c := range []*tape{first, to} {
		eventually(t, "the next message", func() bool {
			seqs, _ := c.told()
			return len(seqs) == 1 && seqs[0] == 5
		})
	}
}

// TestRemovalDuringReplay: while a replay stands still, what it has yet to send
// is removed. It tells that, and goes on with what is new; what it had read
// before is sent, and nothing is passed over in silence.
func TestRemovalDuringReplay(t *testing.T) {
	for name, c := range map[string]struct {
		// stop is before which message it stands; upTo is what is removed.
		stop int
		upTo int64
		// outdated: what was sent last comes before what is gone.
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
			w.retire(w.pool, convo, c.upTo)
			w.send(w.pool, convo, alice)
			hub.Hint()
			close(to.resume)
			_, infos := w.live(to)
			eventually(t, "the new message", func() bool {
				seqs, _ := to.told()
				return len(seqs) > 0 && seqs[len(seqs)-1] == n+2
			})
			seqs, _ := to.told()
			outdated := len(infos) == 3 && infos[1] == "OutdatedCursor"
			if outdated != c.outdated {
				t.Errorf("told %v", infos)
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

// TestRemovalsAndReplays: many replays, at random paces, while retention removes
// what is before them and among them. Each one gets everything, or hears that it
// did not.
func TestRemovalsAndReplays(t *testing.T) {
	w := newWorld(t)
	convo, other := w.convo(alice), w.convo(alice)
	const n = 1500
	var cursors []string
	for i := 0; i < n; i += 100 {
		w.bulk(1, convo, other)
		cursors = append(cursors, w.now())
		for range 11 { // what is removed at once ends within what was sent at once, too
			w.bulk(9, convo, other)
		}
	}
	hub := w.hub()
	pool := dbtest.Open(t, w.pool.Config().ConnString())
	var wg sync.WaitGroup
	wg.Go(func() {
		for upTo := int64(20); upTo < n; upTo += 20 {
			w.retire(pool, convo, upTo)
			time.Sleep(time.Duration(rand.IntN(10)) * time.Millisecond)
		}
	})
	defer wg.Wait()
	complete, outdated := 0, 0
	for i := range 60 {
		at := i * len(cursors) / 60
		c := w.client(alice, convo, other)
		c.Pace = time.Duration(rand.IntN(2)) * time.Millisecond
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

// TestOvertakenTailer: an instance that was cut off while retention removed what
// it had not handed out ends its streams; their cursors are outdated.
func TestOvertakenTailer(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	w.settle()
	hub := stream.NewHub(stream.HubConfig{Pool: dbtest.Open(t, w.pool.Config().ConnString())})
	stop := w.run(hub)
	c := w.client(alice)
	c.MustConnect(hub, "")
	stop()
	w.send(w.pool, convo, alice)
	w.settle()
	w.retire(w.pool, convo, 100)
	w.send(w.pool, convo, alice)
	w.settle()
	w.run(hub)
	eventually(t, "the end of the stream", c.Ended)
	if c.Len() != 0 {
		t.Errorf("told %v", c.Told())
	}
	to := newTape(-1)
	w.play(hub, alice, c.Cursor(), to)
	eventually(t, "an answer", func() bool {
		_, infos := to.told()
		return len(infos) == 2 && infos[1] == "OutdatedCursor"
	})
}
