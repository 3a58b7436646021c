package quiet_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/quiet"
	"catbird.blue/mls/server/servertest"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// model does things at random to the conversations of alice, in which bob always is.
type model struct {
	t    *testing.T
	pool *pgxpool.Pool
	rng  *rand.Rand
	// keepers are those of three instances. Nothing becomes quiet for the last one.
	keepers []*quiet.Keeper
	clock   time.Time
	convos  []xrpc.ConvoID
	member  map[xrpc.ConvoID]bool
	// open is a transaction that has not committed yet, and holds the conversation held.
	// It ends before openSteps steps, since it hides the log from other tests too.
	open      pgx.Tx
	openSteps int
	held      xrpc.ConvoID
	seen      seen
	// readers are in the midst of the list.
	readers []*reader
}

func newModel(t *testing.T, seed uint64) *model {
	pool := dbtest.Pool(t)
	m := &model{t: t, pool: pool, rng: rand.New(rand.NewPCG(seed, 0)), clock: noon, member: map[xrpc.ConvoID]bool{}}
	for _, after := range []time.Duration{time.Nanosecond, time.Nanosecond, 100 * 365 * 24 * time.Hour} {
		m.keepers = append(m.keepers, keeper(pool, after))
	}
	for range 20 {
		m.create()
	}
	return m
}

func (m *model) keeper() *quiet.Keeper { return m.keepers[m.rng.IntN(len(m.keepers))] }

// at is the time by the clock of one of the instances.
func (m *model) at() time.Time {
	m.clock = m.clock.Add(time.Duration(m.rng.IntN(3)) * time.Second)
	return m.clock.Add(-time.Duration(m.rng.IntN(4)) * time.Second)
}

func (m *model) create() {
	id := servertest.AddConvo(m.t, m.pool, 1, bob, alice)
	dbtest.Exec(m.t, m.pool, `UPDATE conversations SET last_activity_at = $2 WHERE convo_id = $1`, id, m.at())
	m.convos, m.member[id] = append(m.convos, id), true
}

// free returns a conversation that no open transaction holds.
func (m *model) free() xrpc.ConvoID {
	for {
		if id := m.convos[m.rng.IntN(len(m.convos))]; id != m.held {
			return id
		}
	}
}

func (m *model) do(f func(tx pgx.Tx) error) {
	if err := pgx.BeginFunc(m.t.Context(), m.pool, f); err != nil {
		m.t.Fatal(err)
	}
}

// begin leaves an activity uncommitted, or a row of a membership locked.
func (m *model) begin() {
	if m.open != nil {
		return
	}
	ctx, id := m.t.Context(), m.free()
	tx, err := m.pool.Begin(ctx)
	if err != nil {
		m.t.Fatal(err)
	}
	m.openSteps = 1 + m.rng.IntN(5)
	if m.open, m.held = tx, id; m.rng.IntN(2) == 0 {
		err = act(ctx, tx, id, m.at())
	} else {
		_, err = tx.Exec(ctx, `UPDATE memberships SET accepted_at = now() WHERE convo_id = $1 AND did = $2`, id, alice)
	}
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *model) end() {
	if m.open == nil {
		return
	}
	var err error
	if m.rng.IntN(4) == 0 {
		err = m.open.Rollback(m.t.Context())
	} else {
		err = m.open.Commit(m.t.Context())
	}
	if m.open, m.held = nil, ""; err != nil {
		m.t.Fatal(err)
	}
}

// leaveOrJoin ends the membership of alice, or begins a new one.
func (m *model) leaveOrJoin() {
	id := m.free()
	if m.member[id] {
		m.do(func(tx pgx.Tx) error { return leave(m.t.Context(), tx, id, alice, m.at()) })
	} else {
		m.do(func(tx pgx.Tx) error { return act(m.t.Context(), tx, id, m.at()) }) // of the commit that adds her
		seq := dbtest.Value[int64](m.t, m.pool, `SELECT last_seq FROM conversations WHERE convo_id = $1`, id)
		servertest.AddMember(m.t, m.pool, id, alice, seq)
		if m.rng.IntN(3) == 0 {
			dbtest.Exec(m.t, m.pool, `UPDATE memberships SET consent = 'request' WHERE convo_id = $1 AND did = $2 AND left_seq IS NULL`, id, alice)
		}
	}
	m.member[id] = !m.member[id]
}

// newGeneration is a restored database.
func (m *model) newGeneration() {
	m.end()
	if err := eventlog.BeginGeneration(m.t.Context(), m.pool); err != nil {
		m.t.Fatal(err)
	}
}

// cleanAll removes the whole log, as if the keepers had not run for as long as messages
// are kept.
func (m *model) cleanAll() {
	m.end()
	m.do(func(tx pgx.Tx) error {
		for _, sql := range []string{"DELETE FROM messages", "DELETE FROM events"} {
			if _, err := tx.Exec(m.t.Context(), sql); err != nil {
				return err
			}
		}
		q := db.New(tx)
		xid, err := q.OwnXID(m.t.Context())
		if err != nil {
			return err
		}
		g, err := q.GetGeneration(m.t.Context())
		if err != nil {
			return err
		}
		return q.RaiseLowWater(m.t.Context(), db.RaiseLowWaterParams{Gen: g.Gen, Pos: xid, StreamKey: []byte{}})
	})
}

// step does one thing.
func (m *model) step() {
	ctx := m.t.Context()
	if m.openSteps--; m.openSteps <= 0 {
		m.end()
	}
	switch n := m.rng.IntN(100); {
	case n < 40:
		id := m.free()
		m.do(func(tx pgx.Tx) error { return act(ctx, tx, id, m.at()) })
	case n < 46:
		m.leaveOrJoin()
	case n < 50:
		m.create()
	case n < 62:
		m.begin()
	case n < 74:
		follow(m.t, m.keeper())
	case n < 86:
		if _, err := m.keeper().Look(ctx); err != nil {
			m.t.Fatal(err)
		}
	case n < 96:
		if _, err := m.keeper().List(ctx, alice); err != nil {
			m.t.Fatal(err)
		}
	case n < 98:
		m.newGeneration()
	default:
		m.cleanAll()
	}
}

// check compares the whole list, and the next pages of lists that are being read.
func (m *model) check() {
	now := m.clock.Add(-time.Duration(m.rng.IntN(3)) * time.Second)
	limit := 3 + m.rng.Int64N(9)
	wholeList(m.t, m.pool, now, limit, &m.seen)
	if len(m.readers) < 3 {
		m.readers = append(m.readers, newReader(m.pool, now, 1+m.rng.Int64N(3), &m.seen))
	}
	i := m.rng.IntN(len(m.readers))
	_, more, err := m.readers[i].page(m.t.Context())
	if err != nil {
		m.t.Fatal(err)
	}
	if !more {
		m.readers = append(m.readers[:i], m.readers[i+1:]...)
	}
}

// Whatever happens, each page is that of the plain sort in the same snapshot.
func TestModel(t *testing.T) {
	t.Parallel()
	var all seen
	for range 3 {
		seed := rand.Uint64()
		t.Log("seed", seed)
		m := newModel(t, seed)
		for range 150 {
			m.step()
			m.check()
		}
		m.end()
		all.pages, all.quiet = all.pages+m.seen.pages, all.quiet+m.seen.quiet
		all.late, all.untrusted = all.late+m.seen.late, all.untrusted+m.seen.untrusted
	}
	t.Logf("%+v", all)
	if all.quiet == 0 || all.late == 0 || all.untrusted == 0 || all.quiet == all.pages {
		t.Errorf("the test did not see all kinds of pages: %+v", all)
	}
}
