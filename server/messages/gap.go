package messages

import (
	"context"
	"fmt"
	"slices"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
)

// gap returns the first and the last sequence number in (after, until] that is in a
// window of the caller and is not stored any more, or nil. It returns nil for a page
// without application messages: the kind of a removed message is not known, and of
// handshakes only lapsed proposals are removed.
func (r *messageRange) gap(ctx context.Context, q *db.Queries, rows []db.PageHandshakesRow, after, until int64) (*gen.GetMessagesGap, error) {
	if r.handshakeOnly() {
		return nil, nil
	}
	present := make([]int64, len(rows))
	for i, row := range rows {
		present[i] = row.Seq
	}
	gap := missing(r.windows, present, after, until)
	if gap == nil || len(r.kinds) == 3 {
		return gap, nil
	}
	others, err := q.GetHandshakeSeqs(ctx, db.GetHandshakeSeqsParams{
		ConvoID: r.convoID, Kinds: r.kinds, AfterSeq: after, UntilSeq: until,
	})
	if err != nil {
		return nil, fmt.Errorf("read numbers: %w", err)
	}
	present = append(present, others...)
	slices.Sort(present)
	return missing(r.windows, present, after, until), nil
}

// missing returns the first and the last number in (after, until] that is in one of
// the windows and not in present, or nil. windows and present are ascending.
func missing(windows []db.GetWindowsRow, present []int64, after, until int64) *gen.GetMessagesGap {
	var gap *gen.GetMessagesGap
	lacks := func(from, to int64) {
		switch {
		case from > to:
		case gap == nil:
			gap = &gen.GetMessagesGap{From: from, To: to}
		default:
			gap.To = to
		}
	}
	for _, w := range windows {
		next, end := max(w.JoinedSeq, after)+1, min(w.UntilSeq, until)
		for _, seq := range present {
			if seq >= next && seq <= end {
				lacks(next, seq-1)
				next = seq + 1
			}
		}
		lacks(next, end)
	}
	return gap
}
