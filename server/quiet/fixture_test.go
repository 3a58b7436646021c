package quiet_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/internal/pgplan"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/quiet"
	"catbird.blue/mls/server/servertest"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// noon is the time at which these tests begin. It is so long ago that a conversation is
// quiet at once.
var noon = time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)

var (
	alice = servertest.DID("alice")
	bob   = servertest.DID("bob")
)

// keeper makes a Keeper for which a conversation is quiet some time after its last
// activity.
func keeper(pool *pgxpool.Pool, after time.Duration) *quiet.Keeper {
	return quiet.New(quiet.Config{Pool: pool, After: after})
}

// addConvos makes conversations of alice and bob, the last activity of each a minute
// after that of the one before.
func addConvos(t testing.TB, pool *pgxpool.Pool, n int) []xrpc.ConvoID {
	t.Helper()
	ids := make([]xrpc.ConvoID, n)
	for i := range ids {
		ids[i] = servertest.AddConvo(t, pool, 1, alice, bob)
		dbtest.Exec(t, pool, `UPDATE conversations SET last_activity_at = $2 WHERE convo_id = $1`, ids[i], noon.Add(time.Duration(i)*time.Minute))
	}
	return ids
}

// act stores a proposal, as sendProposal does.
func act(ctx context.Context, tx pgx.Tx, id xrpc.ConvoID, at time.Time) error {
	q := db.New(tx)
	row, err := q.TakeSeq(ctx, at, id)
	if err != nil {
		return err
	}
	message, err := convo.NewMessageID()
	if err != nil {
		return err
	}
	return q.InsertHandshake(ctx, db.InsertHandshakeParams{
		ConvoID: id, Seq: row.LastSeq, MessageID: message, Kind: "proposal", Epoch: 1, SenderDid: bob,
		Ciphertext: []byte("x"), At: at, Gen: row.Gen, Pos: row.LastPos,
	})
}

// leave ends a membership without a commit, as leaveConvo does.
func leave(ctx context.Context, tx pgx.Tx, id xrpc.ConvoID, did string, at time.Time) error {
	q := db.New(tx)
	if err := q.LeaveConvo(ctx, at, false, id); err != nil {
		return err
	}
	var l convo.Events
	l.Ends(eventlog.ActionLeft, did, 0, []string{did})
	row, err := l.Store(ctx, q, id, at)
	if err != nil {
		return err
	}
	return q.EndMemberships(ctx, db.EndMembershipsParams{
		Seq: row.LastSeq, At: at, ConvoID: id, Dids: []string{did}, N: row.Base + 1, Gen: row.Gen, Pos: row.LastPos,
	})
}

// plain is the page of PageConvos, found by looking all conversations up and sorting
// them.
const plain = `
WITH mine AS (
    SELECT c.convo_id, c.last_activity_at
    FROM memberships m JOIN conversations c ON c.convo_id = m.convo_id
    WHERE m.did = $1 AND m.left_seq IS NULL AND m.consent = 'accepted'
), moment AS (
    SELECT coalesce($2::timestamptz, greatest(max(mine.last_activity_at), $3::timestamptz)) AS as_of FROM mine
)
SELECT mine.convo_id, mine.last_activity_at, moment.as_of, mine.last_activity_at > moment.as_of AS late
FROM mine CROSS JOIN moment
WHERE $4::bytea IS NULL
    OR CASE WHEN mine.last_activity_at > moment.as_of
        THEN NOT $5::boolean OR mine.convo_id > $4::bytea
        ELSE NOT $5::boolean AND (mine.last_activity_at < $6::timestamptz
            OR mine.last_activity_at = $6::timestamptz AND mine.convo_id > $4::bytea)
    END
ORDER BY late, CASE WHEN mine.last_activity_at <= moment.as_of THEN mine.last_activity_at END DESC, mine.convo_id
LIMIT $7`

// seen counts what pages have shown, so that a test can tell that it has tested it.
type seen struct{ pages, quiet, late, untrusted int }

// reader reads the list of alice page by page.
type reader struct {
	pool *pgxpool.Pool
	// args has the place of the next page.
	args db.PageConvosParams
	seen *seen
}

func newReader(pool *pgxpool.Pool, now time.Time, limit int64, s *seen) *reader {
	return &reader{pool: pool, seen: s, args: db.PageConvosParams{Did: alice, Now: now, MaxRows: limit}}
}

// page reads the next page and compares it with that of plain in the same snapshot. more
// is false if it is the last one.
func (r *reader) page(ctx context.Context) (ids []xrpc.ConvoID, more bool, err error) {
	err = pgx.BeginTxFunc(ctx, r.pool, pgx.TxOptions{BeginQuery: pgplan.BeginPage}, func(tx pgx.Tx) error {
		rows, err := db.New(tx).PageConvos(ctx, r.args)
		if err != nil {
			return err
		}
		a := r.args
		want, _ := tx.Query(ctx, plain, a.Did, a.AsOf, a.Now, a.AfterID, a.AfterLate, a.AfterActivity, a.MaxRows)
		i := 0
		var w db.PageConvosRow
		_, err = pgx.ForEachRow(want, []any{&w.ConvoID, &w.LastActivityAt, &w.AsOf, &w.Late}, func() error {
			if i == len(rows) {
				return fmt.Errorf("a page of %d conversations lacks %s", i, w.ConvoID)
			}
			g := rows[i]
			if g.ConvoID != w.ConvoID || !g.LastActivityAt.Equal(w.LastActivityAt) || !g.AsOf.Equal(w.AsOf) || g.Late != w.Late {
				return fmt.Errorf("row %d of the page after %+v is %+v, want %+v", i, a, g, w)
			}
			i++
			return nil
		})
		if err == nil && i < len(rows) {
			err = fmt.Errorf("a page has %d conversations, want %d", len(rows), i)
		}
		if err != nil {
			return err
		}
		trusted, err := db.New(tx).ReadQuietPlace(ctx)
		r.count(rows, trusted.Trusted)
		for _, row := range rows {
			ids = append(ids, row.ConvoID)
		}
		return err
	})
	return ids, int64(len(ids)) == r.args.MaxRows, err
}

// count notes what a page shows, and goes behind it.
func (r *reader) count(rows []db.PageConvosRow, trusted bool) {
	r.seen.pages++
	if len(rows) == 0 {
		return
	}
	last := rows[len(rows)-1]
	if last.Late {
		r.seen.late++
	}
	if last.Quiet {
		r.seen.quiet++
	}
	if !trusted {
		r.seen.untrusted++
	}
	r.args.AsOf, r.args.AfterLate, r.args.AfterActivity, r.args.AfterID = &last.AsOf, last.Late, &last.LastActivityAt, last.ConvoID.Stored()
}

// wholeList reads all pages.
func wholeList(t testing.TB, pool *pgxpool.Pool, now time.Time, limit int64, s *seen) []xrpc.ConvoID {
	t.Helper()
	r := newReader(pool, now, limit, s)
	var all []xrpc.ConvoID
	for more := true; more; {
		var ids []xrpc.ConvoID
		var err error
		if ids, more, err = r.page(t.Context()); err != nil {
			t.Fatal(err)
		}
		all = append(all, ids...)
	}
	return all
}

// list lists the conversations of alice.
func list(t testing.TB, k *quiet.Keeper) {
	t.Helper()
	if done, err := k.List(t.Context(), alice); err != nil || !done {
		t.Fatal(done, err)
	}
}

// follow follows the log.
func follow(t testing.TB, k *quiet.Keeper) (behind bool) {
	t.Helper()
	f, err := k.Follow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return f.Behind
}

// quietOnes counts the quiet memberships of current members.
func quietOnes(t testing.TB, pool *pgxpool.Pool) int {
	t.Helper()
	return dbtest.Value[int](t, pool, `SELECT count(*) FROM memberships WHERE quiet_since < 'infinity' AND left_seq IS NULL`)
}

// place returns where quiet_place is.
func place(t testing.TB, pool *pgxpool.Pool) int64 {
	t.Helper()
	return dbtest.Value[int64](t, pool, `SELECT pos FROM quiet_place`)
}
