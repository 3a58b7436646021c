package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/retention"
)

const (
	// storageConvos is the number of conversations to which benchStorage sends,
	// and storageLen is the size of the messages.
	storageConvos = 100
	storageLen    = 200
	storageSends  = 16
)

// benchStorage measures what a message takes in the database: as it was sent,
// with the tables rewritten, and after retention removed it.
func benchStorage(ctx context.Context, w *world, r *recorder) error {
	dir, err := os.MkdirTemp(w.Dir, "blobs")
	if err != nil {
		return err
	}
	blobs, err := blob.OpenDir(dir)
	if err != nil {
		return err
	}
	defer func() { _ = blobs.Close() }()
	b := &storageBench{world: w, blobs: blobs}
	b.parts[asSent], b.parts[asRewritten] = newByRelation(r, "as sent"), newByRelation(r, "tables rewritten")
	fresh, packed := r.figure("bytes per message, as sent", bytesUnit), r.figure("bytes per message, tables rewritten", bytesUnit)
	once, twice := r.figure("bytes per removed message", bytesUnit), r.figure("bytes per removed message, after a second MLS_MESSAGE_TTL", bytesUnit)
	for range w.sizes.turns {
		if err := b.stored(ctx, fresh, packed); err != nil {
			return err
		}
		if err := b.removed(ctx, once, twice); err != nil {
			return err
		}
	}
	r.print(fresh, packed, once, twice)
	b.parts[asSent].print()
	b.parts[asRewritten].print()
	full := fullSizes()
	r.judgeAt("bytes-fresh", fresh, w.sizes.stored, full.stored, "messages")
	r.judgeAt("bytes-packed", packed, w.sizes.stored, full.stored, "messages")
	r.judgeAt("removed", twice, w.sizes.removed, full.removed, "messages")
	return nil
}

type storageBench struct {
	*world
	blobs *blob.Store
	// parts says in which tables and indexes the bytes of a message are.
	parts [2]*byRelation
}

// The states of the tables in which bytes are counted.
const (
	asSent = iota
	asRewritten
)

// byRelation has a figure for each table and each index that grows with messages.
type byRelation struct {
	r       *recorder
	state   string
	figures map[string]*figure
}

func newByRelation(r *recorder, state string) *byRelation {
	return &byRelation{r, state, map[string]*figure{}}
}

// add adds what each relation grew for each of n messages. One that grew by less
// than a byte in the first turn has no figure.
func (b *byRelation) add(before, after map[string]float64, n int) {
	first := len(b.figures) == 0
	for _, name := range slices.Sorted(maps.Keys(after)) {
		each := (after[name] - before[name]) / float64(n)
		if first && each >= 1 {
			b.figures[name] = b.r.figure("bytes per message, "+b.state+": "+name, bytesUnit)
		}
		b.figures[name].add(each)
	}
}

// print prints the figures, the largest first.
func (b *byRelation) print() {
	b.r.print(slices.SortedFunc(maps.Values(b.figures), func(x, y *figure) int { return cmp.Compare(y.median(), x.median()) })...)
}

// total adds up the bytes of all relations.
func total(relations map[string]float64) (n float64) {
	for _, bytes := range relations {
		n += bytes
	}
	return n
}

// begin makes empty conversations.
func (b *storageBench) begin(ctx context.Context) error {
	if err := b.clear(ctx); err != nil {
		return err
	}
	return b.seedConvos(ctx, 1, storageConvos, b.dids(storageSends))
}

func (b *storageBench) fill(ctx context.Context, n int) error {
	_, err := b.send(ctx, sendPlan{first: 1, convos: storageConvos, senders: storageSends, n: n, size: storageLen})
	return err
}

// stored adds the bytes of a message, as sent and with the tables rewritten.
func (b *storageBench) stored(ctx context.Context, fresh, packed *figure) error {
	if err := b.begin(ctx); err != nil {
		return err
	}
	before, err := b.rewritten(ctx)
	if err != nil {
		return err
	}
	n := b.sizes.stored
	if err := b.fill(ctx, n); err != nil {
		return err
	}
	if err := b.settle(ctx); err != nil {
		return err
	}
	after, err := b.relationBytes(ctx)
	if err != nil {
		return err
	}
	fresh.add((total(after) - total(before)) / float64(n))
	b.parts[asSent].add(before, after, n)
	if after, err = b.rewritten(ctx); err != nil {
		return err
	}
	packed.add((total(after) - total(before)) / float64(n))
	b.parts[asRewritten].add(before, after, n)
	return nil
}

// removed adds what retention leaves of a message, right after it was removed
// and after a second MLS_MESSAGE_TTL, in whole bytes.
func (b *storageBench) removed(ctx context.Context, once, twice *figure) error {
	if err := b.begin(ctx); err != nil {
		return err
	}
	// The same was done before once, so that rows which every conversation gets
	// do not count.
	if err := b.fill(ctx, storageConvos*2); err != nil {
		return err
	}
	if err := b.cleanTwice(ctx, nil, nil, 0, 1); err != nil {
		return err
	}
	before, err := b.rewritten(ctx)
	if err != nil {
		return err
	}
	if err := b.fill(ctx, b.sizes.removed); err != nil {
		return err
	}
	return b.cleanTwice(ctx, once, twice, total(before), b.sizes.removed)
}

// cleanTwice runs the cleaner when the messages are too old, and again after the
// same time once more.
func (b *storageBench) cleanTwice(ctx context.Context, once, twice *figure, before float64, n int) error {
	for i, f := range []*figure{once, twice} {
		// Nothing may hold the visibility horizon back.
		time.Sleep(50 * time.Millisecond)
		if err := b.clean(ctx, time.Duration(i+1)*(limit.MessageTime+time.Hour)); err != nil {
			return err
		}
		if f == nil {
			continue
		}
		after, err := b.rewritten(ctx)
		if err != nil {
			return err
		}
		f.add(math.Round(max(0, total(after)-before) / float64(n)))
	}
	var left int
	if err := b.Pool.QueryRow(ctx, "SELECT count(*) FROM messages").Scan(&left); err != nil {
		return err
	}
	if left > 0 {
		return fmt.Errorf("the cleaner left %d messages", left)
	}
	return nil
}

// clean runs a round of the cleaner, some time from now.
func (b *storageBench) clean(ctx context.Context, later time.Duration) error {
	now := time.Now().Add(later)
	return retention.New(retention.Config{
		Pool: b.Pool, Blobs: b.blobs, Clock: func() time.Time { return now },
		DatabaseTime: func(context.Context) (time.Time, error) { return now, nil },
	}).Round(ctx)
}

// rewritten rewrites the tables that are not empty and returns the bytes of all.
func (b *storageBench) rewritten(ctx context.Context) (map[string]float64, error) {
	tables, err := b.tables(ctx, 1)
	if err != nil {
		return nil, err
	}
	if _, err := b.Pool.Exec(ctx, "VACUUM (FULL, ANALYZE) "+tables); err != nil {
		return nil, err
	}
	return b.relationBytes(ctx)
}

// relationBytes returns the bytes of each table of the service, with its TOAST table,
// and of each index.
func (b *storageBench) relationBytes(ctx context.Context) (map[string]float64, error) {
	rows, err := b.Pool.Query(ctx, `SELECT c.relname, pg_table_size(c.oid)::float8 FROM pg_class c
		WHERE c.relkind IN ('r', 'i') AND c.relnamespace = current_schema()::regnamespace`)
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	var name string
	var bytes float64
	_, err = pgx.ForEachRow(rows, []any{&name, &bytes}, func() error {
		out[name] = bytes
		return nil
	})
	return out, err
}
