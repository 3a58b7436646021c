package eventlog

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"catbird.blue/mls/db"
	"catbird.blue/mls/xrpc"
)

// rowKey is a row that a replay has found: a message that is still to be read,
// or a whole event.
type rowKey struct {
	Position
	size  int64
	event *db.ReplayEventsRow
}

// foundRows are rows that were found and not sent yet, in order.
type foundRows struct {
	keys []rowKey
	// more: there may be others behind them.
	more bool
}

// take removes and returns the rows up to a position.
func (f *foundRows) take(upTo Position) []rowKey {
	n, _ := slices.BinarySearchFunc(f.keys, upTo, func(k rowKey, p Position) int {
		return cmp.Or(k.Compare(p), -1) // behind an equal one
	})
	taken := f.keys[:n]
	f.keys = f.keys[n:]
	return taken
}

// replayRange is a window with something to replay: messages with afterSeq < seq
// <= untilSeq, other events with toldN < n <= leftN.
type replayRange struct {
	convo              xrpc.ConvoID
	afterSeq, untilSeq int64
	toldN, leftN       int64
	foundRows
}

// findRanges reads the windows of the feed's account with something after a
// position, and counts how many messages that is at most.
func findRanges(ctx context.Context, f *feed, from Position) ([]*replayRange, int64, error) {
	rows, err := db.New(f.hub.pool).ReplaySources(ctx, db.ReplaySourcesParams{
		Gen: f.build.codec.gen, Pos: from.Pos, StreamKey: []byte(from.StreamKey), Seq: from.Seq, Did: f.did,
	})
	if err != nil {
		return nil, 0, fmt.Errorf("find what to replay: %w", err)
	}
	var out []*replayRange
	total := int64(0)
	for _, r := range rows {
		if !f.wants(r.ConvoID) {
			continue
		}
		s := &replayRange{convo: r.ConvoID, afterSeq: r.AfterSeq, untilSeq: r.UntilSeq, toldN: r.ToldN, leftN: r.LeftN}
		s.more = s.afterSeq < s.untilSeq
		if r.LeftSeq == nil {
			s.leftN = noEnd
		}
		out = append(out, s)
		total += r.UntilSeq - r.AfterSeq
	}
	return out, total, nil
}
