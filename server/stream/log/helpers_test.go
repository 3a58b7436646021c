package eventlog_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/goleak"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/dbtest"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/server/stream/streamtest"
	"catbird.blue/mls/xrpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a database with conversations. The statements of the service write
// them, without MLS.
type world struct {
	t     testing.TB
	pool  *pgxpool.Pool
	codec *eventlog.Codec
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, pool: dbtest.Pool(t)}
	var err error
	if w.codec, err = streamtest.Codec(t.Context(), w.pool); err != nil {
		t.Fatal(err)
	}
	return w
}

// hub runs a hub with its own pool, as another instance would.
func (w *world) hub() *eventlog.Hub {
	w.t.Helper()
	w.settle()
	h := eventlog.NewHub(eventlog.Config{Pool: dbtest.Open(w.t, w.pool.Config().ConnString())})
	w.run(h)
	return h
}

// hubWithoutPolling runs a hub that reads the log only after a notification.
func (w *world) hubWithoutPolling() *eventlog.Hub {
	w.t.Helper()
	w.settle()
	h := eventlog.NewHub(eventlog.Config{Pool: dbtest.Open(w.t, w.pool.Config().ConnString()), PollInterval: time.Hour})
	w.run(h)
	return h
}

// hubWithMetrics runs a hub with the pool of the world, and returns its metrics.
func (w *world) hubWithMetrics() (*eventlog.Hub, *eventlog.Metrics) {
	w.t.Helper()
	w.settle()
	metrics := eventlog.NewMetrics(nil)
	h := eventlog.NewHub(eventlog.Config{Pool: w.pool, Metrics: metrics})
	w.run(h)
	return h, metrics
}

// settle waits until all rows are below the visibility horizon. Transactions of
// other tests, in other databases of the cluster, hold the horizon back too.
func (w *world) settle() {
	w.t.Helper()
	eventually(w.t, "the horizon", func() bool {
		var behind bool
		err := w.pool.QueryRow(context.Background(), `SELECT EXISTS (SELECT FROM messages WHERE pos >= log_horizon())
			OR EXISTS (SELECT FROM events WHERE pos >= log_horizon())`).Scan(&behind)
		return err == nil && !behind
	})
}

func (w *world) run(h *eventlog.Hub) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Errorf("the hub ended: %v", err)
		}
	})
	w.t.Cleanup(stop)
	if _, err := h.Codec(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return stop
}

// convo makes a conversation with members, and returns its id.
func (w *world) convo(dids ...string) xrpc.ConvoID {
	w.t.Helper()
	b := make([]byte, 16)
	rand.Read(b)
	id := xrpc.ConvoID(hex.EncodeToString(b))
	w.tx(func(ctx context.Context, q *db.Queries) error {
		_, err := q.InsertConvo(ctx, db.InsertConvoParams{ConvoID: id, CreatorDid: dids[0], CipherSuite: 1, At: time.Now()})
		return err
	})
	w.join(id, dids...)
	return id
}

// join makes dids members, as a commit does.
func (w *world) join(convo xrpc.ConvoID, dids ...string) {
	w.t.Helper()
	w.commit(convo, func(ctx context.Context, q *db.Queries, seq int64) error {
		p := db.LogEventsParams{ConvoID: convo, At: time.Now()}
		for _, did := range dids {
			add(&p, eventlog.KindMembership, "", -1, eventlog.Body{DID: did, Action: eventlog.ActionJoined})
			add(&p, eventlog.KindMembership, did, int64(2*len(dids)), eventlog.Body{ConvoID: convo, DID: did, Action: eventlog.ActionJoined})
		}
		row, err := q.LogEvents(ctx, p)
		if err != nil {
			return err
		}
		return q.BeginMemberships(ctx, db.BeginMembershipsParams{
			ConvoID: convo, Dids: dids, Consents: slices.Repeat([]string{"accepted"}, len(dids)), Seq: seq, At: time.Now(), N: row.Base + int64(len(p.Kinds)), Gen: row.Gen, Pos: row.LastPos,
		})
	})
}

// remove ends memberships, as a commit does.
func (w *world) remove(convo xrpc.ConvoID, dids ...string) {
	w.t.Helper()
	w.commit(convo, func(ctx context.Context, q *db.Queries, seq int64) error {
		p := db.LogEventsParams{ConvoID: convo, At: time.Now()}
		for _, did := range dids {
			add(&p, eventlog.KindMembership, "", int64(len(dids)), eventlog.Body{DID: did, Action: eventlog.ActionRemoved})
		}
		row, err := q.LogEvents(ctx, p)
		if err != nil {
			return err
		}
		return q.EndMemberships(ctx, db.EndMembershipsParams{
			ConvoID: convo, Dids: dids, Seq: seq, At: time.Now(), N: row.Base + int64(len(dids)), Gen: row.Gen, Pos: row.LastPos,
		})
	})
}

func add(p *db.LogEventsParams, kind, target string, edge int64, b eventlog.Body) {
	p.Kinds, p.Targets = append(p.Kinds, kind), append(p.Targets, target)
	p.Edges, p.Bodies = append(p.Edges, edge), append(p.Bodies, b.JSON())
}

// commit stores a commit, and calls more with its number in the same transaction.
func (w *world) commit(convo xrpc.ConvoID, more func(ctx context.Context, q *db.Queries, seq int64) error) {
	w.t.Helper()
	w.tx(func(ctx context.Context, q *db.Queries) error {
		var epoch int64
		if err := w.pool.QueryRow(ctx, "SELECT epoch FROM conversations WHERE convo_id = $1", convo).Scan(&epoch); err != nil {
			return err
		}
		row, err := q.AdvanceEpoch(ctx, db.AdvanceEpochParams{Framing: epoch, RosterChange: 1, At: time.Now(), ConvoID: convo})
		if errors.Is(err, pgx.ErrNoRows) {
			return errLostRace
		}
		if err != nil {
			return err
		}
		err = q.InsertHandshake(ctx, db.InsertHandshakeParams{
			ConvoID: convo, Seq: row.LastSeq, MessageID: xrpc.MessageID(rand.Text()), Kind: "commit", Epoch: epoch, SenderDid: "did:web:x.example",
			Ciphertext: []byte("commit"), At: time.Now(), Gen: row.Gen, Pos: row.LastPos,
		})
		if err != nil {
			return err
		}
		return more(ctx, q, row.LastSeq)
	})
}

var errLostRace = errors.New("another commit was first")

// tx runs f in a transaction, and repeats it if another commit was first.
func (w *world) tx(f func(ctx context.Context, q *db.Queries) error) {
	w.t.Helper()
	ctx := context.Background()
	var err error
	for range 20 {
		err = pgx.BeginFunc(ctx, w.pool, func(tx pgx.Tx) error { return f(ctx, db.New(tx)) })
		if !errors.Is(err, errLostRace) {
			break
		}
	}
	if err != nil {
		w.t.Error(err)
	}
}

// send sends a message of did and returns its number, 0 if did is not a member.
func (w *world) send(pool *pgxpool.Pool, convo xrpc.ConvoID, did string) int64 {
	w.t.Helper()
	return w.sendBy(db.New(pool), convo, did)
}

func (w *world) sendBy(q *db.Queries, convo xrpc.ConvoID, did string) int64 {
	w.t.Helper()
	for range 20 {
		row, err := q.SendMessage(context.Background(), db.SendMessageParams{
			ConvoID: convo, Did: did, PastEpochs: 1 << 40, MessageID: xrpc.MessageID(rand.Text()), Ciphertext: []byte("hello"), Now: time.Now(),
		})
		if errors.Is(err, pgx.ErrNoRows) { // did was never a member
			return 0
		}
		if err != nil {
			w.t.Error(err)
			return 0
		}
		if row.Seq > 0 || !row.Active {
			return row.Seq
		}
	}
	return 0
}

// churn adds and removes did, with a message each time, until stop is called.
func (w *world) churn(hub *eventlog.Hub, convo xrpc.ConvoID, did string) (stop func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			w.join(convo, did)
			hub.Notify()
			w.send(w.pool, convo, alice)
			w.remove(convo, did)
			hub.Notify()
			w.send(w.pool, convo, alice)
		}
	})
	return func() {
		cancel()
		wg.Wait()
		hub.Notify()
	}
}

// client makes a client that is not connected.
func (w *world) client(did string, convos ...xrpc.ConvoID) *streamtest.Client {
	return streamtest.NewClient(w.t, w.codec, did, convos...)
}

// wait waits until the clients have all events that they have to get.
func (w *world) wait(clients ...*streamtest.Client) {
	w.t.Helper()
	var list []*streamtest.History
	for _, c := range clients {
		list = append(list, c.History)
	}
	if err := streamtest.Wait(w.t.Context(), w.pool, 3*time.Minute, list...); err != nil {
		w.t.Fatal(err)
	}
}

// value reads a counter or a gauge.
func value(t testing.TB, m prometheus.Metric) float64 {
	t.Helper()
	var v dto.Metric
	if err := m.Write(&v); err != nil {
		t.Fatal(err)
	}
	return v.GetCounter().GetValue() + v.GetGauge().GetValue()
}

func wantError(t *testing.T, err error, name string) {
	t.Helper()
	var e *xrpc.Error
	if !errors.As(err, &e) || e.Name != name {
		t.Errorf("error is %v, want %s", err, name)
	}
}

// eventually waits until is returns true.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for start := time.Now(); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Since(start) > 5*time.Minute {
			t.Fatalf("%s: not within 5 minutes", what)
		}
	}
}
