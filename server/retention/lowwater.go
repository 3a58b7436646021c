package retention

import (
	"context"
	"fmt"

	"catbird.blue/mls/db"
	eventlog "catbird.blue/mls/server/stream/log"
)

// lowWater collects the greatest position of the rows of the log that one
// transaction removes. The zero lowWater has none.
type lowWater struct {
	gen int64
	pos eventlog.Position
}

// cover takes in a row that is removed.
func (w *lowWater) cover(gen int64, pos eventlog.Position) {
	if gen > w.gen || gen == w.gen && pos.Compare(w.pos) > 0 {
		w.gen, w.pos = gen, pos
	}
}

// raise raises the retention low-water mark of the log, so that cursors before it
// are outdated. Rows of older generations do not count, since no valid cursor is
// of an older generation.
func (w *lowWater) raise(ctx context.Context, q *db.Queries) error {
	if w.gen == 0 {
		return nil
	}
	if err := q.RaiseLowWater(ctx, db.RaiseLowWaterParams{Gen: w.gen, Pos: w.pos.Pos, StreamKey: []byte(w.pos.StreamKey), Seq: w.pos.Seq, N: w.pos.N}); err != nil {
		return fmt.Errorf("raise the low-water mark of the log: %w", err)
	}
	return nil
}
