package group

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

const (
	// maxCommits is the largest number of commits in one page.
	maxCommits = 1000
	// commitBytes bounds the size of a commitMessage without commit and sender.
	commitBytes = 300
)

// GetCommits returns the accepted commits of a range of framing epochs, as far as
// the caller was a member when they were accepted. The cursor is the epoch of the
// last commit of the page.
func (s *Service) GetCommits(ctx context.Context, caller xrpc.Caller, p *gen.GetCommitsParams) (*gen.GetCommitsOutput, error) {
	from, to, err := epochRange(p)
	if err != nil {
		return nil, err
	}
	q := db.New(s.Pool)
	windows, err := q.GetWindows(ctx, p.ConvoID, caller.DID)
	if err != nil {
		return nil, fmt.Errorf("read memberships: %w", err)
	}
	if len(windows) == 0 {
		return nil, convo.NotFound()
	}
	// Only a current member may learn the current epoch.
	if last := windows[len(windows)-1]; last.Active && p.FromEpoch > last.Epoch {
		return nil, gen.Errorf(gen.ErrInvalidEpochRange, "fromEpoch: %d lies after the current epoch, %d", p.FromEpoch, last.Epoch)
	}
	rows, err := q.PageCommits(ctx, db.PageCommitsParams{
		ConvoID: p.ConvoID, Did: caller.DID, FromEpoch: from, ToEpoch: to,
		MaxRows: maxCommits + 1, MaxBytes: limit.MaxAnswer, RowBytes: commitBytes,
	})
	if err != nil {
		return nil, fmt.Errorf("read commits: %w", err)
	}
	rows = rows[:min(len(rows), maxCommits)]
	out := &gen.GetCommitsOutput{ConvoID: p.ConvoID, Commits: make([]gen.CommitMessage, len(rows))}
	for i := range rows {
		row := &rows[i]
		out.Commits[i] = gen.CommitMessage{
			Epoch: row.Epoch, Sender: row.Sender, CommitData: row.Ciphertext,
			CreatedAt: xrpc.FormatTime(row.CreatedAt), Seq: &row.Seq,
		}
	}
	if n := len(rows); n > 0 && rows[n-1].More {
		cursor := strconv.FormatInt(rows[n-1].Epoch, 10)
		out.Cursor = &cursor
	}
	return out, nil
}

// epochRange returns what remains of the requested range after the cursor. Both
// ends are inclusive.
func epochRange(p *gen.GetCommitsParams) (from, to int64, err error) {
	from, to = p.FromEpoch, math.MaxInt64
	if p.ToEpoch != nil {
		to = *p.ToEpoch
	}
	if to < from {
		return 0, 0, gen.Errorf(gen.ErrInvalidEpochRange, "toEpoch: %d lies before fromEpoch, %d", to, from)
	}
	if p.Cursor == nil {
		return from, to, nil
	}
	last, err := strconv.ParseInt(*p.Cursor, 10, 64)
	if err != nil || last < from || last > to || last == math.MaxInt64 {
		return 0, 0, gen.Errorf(gen.ErrInvalidCursor, "cursor: not one of this range")
	}
	return last + 1, to, nil
}
