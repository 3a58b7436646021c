package eventlog

import (
	"context"
	"fmt"
	"slices"

	"catbird.blue/mls/db"
	"catbird.blue/mls/xrpc"
)

const (
	// replayKeys is how many rows a replay finds with one query, over all
	// conversations.
	replayKeys = 2000
	// minKeys is how many of each conversation it finds at least.
	minKeys = 20
	// replayBytes and replayRows bound the messages that it reads with one query.
	replayBytes = 1 << 20
	replayRows  = 500
	// MaxReplay is how many messages a stream catches up on. With more to replay
	// the cursor is outdated, and the client calls sync.
	MaxReplay = 1_000_000
)

// sendReplay sends what the account of a feed may see after from and up to to,
// in order. It reads by conversation, so its cost depends on what it sends and
// not on what else is in the log: it finds the next rows of each conversation,
// and sends those before the earliest position behind which a conversation may
// have more. It returns ErrOutdatedCursor if retention has removed something
// that was not sent yet.
//
// Retention may remove rows between any two statements of a replay. It raises the
// low-water mark to the last of them in the same transaction. So if a statement
// does not see a row because it was removed, that statement and every later one
// see a low-water mark that is not below the row. Hence the replay reads the
// mark after it has read a part and before it sends the part: if the mark is not
// above what was sent already, no row of the part was missing.
func sendReplay(ctx context.Context, f *feed, from, to Position) error {
	if from.Compare(to) >= 0 {
		return nil
	}
	ranges, _, err := findRanges(ctx, f, from)
	if err != nil {
		return err
	}
	r := &replay{feed: f, q: db.New(f.hub.pool), ranges: ranges, events: foundRows{more: true}, lastEvent: from, sent: from, to: to}
	for more := true; more; {
		if more, err = r.chunk(ctx); err != nil {
			return err
		}
	}
	return nil
}

// replay is the state of a replay.
type replay struct {
	*feed
	q      *db.Queries
	ranges []*replayRange
	events foundRows
	// lastEvent is the position of the last event that was found; everything up
	// to sent was sent.
	lastEvent, sent, to Position
}

// chunk finds, reads and sends the next rows; more tells whether there are
// others.
func (r *replay) chunk(ctx context.Context) (more bool, err error) {
	if err := r.findMessages(ctx); err != nil {
		return false, err
	}
	if err := r.findEvents(ctx); err != nil {
		return false, err
	}
	upTo := r.to
	for _, f := range r.all() {
		if f.more && f.keys[len(f.keys)-1].Compare(upTo) < 0 {
			upTo = f.keys[len(f.keys)-1].Position
		}
	}
	var keys []rowKey
	for _, f := range r.all() {
		keys = append(keys, f.take(upTo)...)
		more = more || f.more || len(f.keys) > 0
	}
	slices.SortFunc(keys, func(a, b rowKey) int { return a.Compare(b.Position) })
	if len(keys) == 0 {
		return more, r.checkLowWater(ctx)
	}
	return more, r.send(ctx, keys)
}

// checkLowWater returns ErrOutdatedCursor if retention has removed rows behind
// those that were sent.
func (r *replay) checkLowWater(ctx context.Context) error {
	g, err := r.q.ReadLowWater(ctx)
	if err != nil {
		return fmt.Errorf("read the log's floor: %w", err)
	}
	lowWater := Position{Pos: g.LowWaterPos, StreamKey: StreamKey(g.LowWaterStreamKey), Seq: g.LowWaterSeq, N: g.LowWaterN}
	if g.Gen != r.build.codec.gen || r.sent.Compare(lowWater) < 0 {
		return ErrOutdatedCursor
	}
	return nil
}

// all returns the found events and the found messages of every range.
func (r *replay) all() []*foundRows {
	out := make([]*foundRows, 0, len(r.ranges)+1)
	for _, s := range r.ranges {
		out = append(out, &s.foundRows)
	}
	return append(out, &r.events)
}

// findMessages finds the next messages of every range of which all found ones
// were sent.
func (r *replay) findMessages(ctx context.Context) error {
	p := db.ReplayKeysParams{Gen: r.build.codec.gen, Pos: r.to.Pos, StreamKey: []byte(r.to.StreamKey), Seq: r.to.Seq}
	var asked []*replayRange
	for _, s := range r.ranges {
		if s.more && len(s.keys) == 0 {
			p.Places = append(p.Places, int64(len(asked)))
			p.ConvoIds, p.AfterSeqs, p.UntilSeqs = append(p.ConvoIds, s.convo.Stored()), append(p.AfterSeqs, s.afterSeq), append(p.UntilSeqs, s.untilSeq)
			asked = append(asked, s)
		}
	}
	if len(asked) == 0 {
		return nil
	}
	p.Each = max(minKeys, int64(replayKeys/len(asked)))
	rows, err := r.q.ReplayKeys(ctx, p)
	if err != nil {
		return fmt.Errorf("find messages to replay: %w", err)
	}
	for _, row := range rows {
		s := asked[row.Place]
		s.keys = append(s.keys, rowKey{Position: Position{Pos: row.Pos, StreamKey: StreamKeyOf(s.convo), Seq: row.Seq}, size: row.Size})
		s.afterSeq = row.Seq
	}
	for _, s := range asked {
		s.more = int64(len(s.keys)) == p.Each
	}
	return nil
}

// findEvents finds the next events if all found ones were sent.
func (r *replay) findEvents(ctx context.Context) error {
	if !r.events.more || len(r.events.keys) > 0 {
		return nil
	}
	p := db.ReplayEventsParams{
		Gen: r.build.codec.gen, Did: r.did, MaxRows: replayKeys,
		AfterPos: r.lastEvent.Pos, AfterStreamKey: []byte(r.lastEvent.StreamKey), AfterSeq: r.lastEvent.Seq, AfterN: r.lastEvent.N,
		Pos: r.to.Pos, StreamKey: []byte(r.to.StreamKey), Seq: r.to.Seq, N: r.to.N,
	}
	for _, s := range r.ranges {
		p.ConvoIds, p.ToldNs, p.LeftNs = append(p.ConvoIds, s.convo.Stored()), append(p.ToldNs, s.toldN), append(p.LeftNs, s.leftN)
	}
	rows, err := r.q.ReplayEvents(ctx, p)
	if err != nil {
		return fmt.Errorf("find events to replay: %w", err)
	}
	for i := range rows {
		row := &rows[i]
		r.lastEvent = Position{Pos: row.Pos, StreamKey: StreamKey(row.StreamKey), Seq: row.Seq, N: row.N}
		r.events.keys = append(r.events.keys, rowKey{Position: r.lastEvent, event: row})
	}
	r.events.more = len(rows) == replayKeys
	return nil
}

// send reads the messages among keys in parts, and sends messages and events in
// order.
func (r *replay) send(ctx context.Context, keys []rowKey) error {
	for len(keys) > 0 {
		n, bytes := 0, int64(0)
		var p struct {
			convos [][]byte
			seqs   []int64
		}
		for n < len(keys) && n < replayRows && (n == 0 || bytes+keys[n].size <= replayBytes) {
			if k := keys[n]; k.event == nil {
				p.convos, p.seqs = append(p.convos, []byte(k.StreamKey)), append(p.seqs, k.Seq)
				bytes += k.size
			}
			n++
		}
		var rows []db.ReplayMessagesRow
		if len(p.seqs) > 0 {
			var err error
			if rows, err = r.q.ReplayMessages(ctx, p.convos, p.seqs); err != nil {
				return fmt.Errorf("read messages to replay: %w", err)
			}
		}
		if err := r.checkLowWater(ctx); err != nil {
			return err
		}
		if err := r.sendPage(ctx, keys[:n], rows); err != nil {
			return err
		}
		r.sent = keys[n-1].Position
		keys = keys[n:]
	}
	return nil
}

// sendPage sends keys; rows are the messages among them, in the same order.
func (r *replay) sendPage(ctx context.Context, keys []rowKey, rows []db.ReplayMessagesRow) error {
	for _, k := range keys {
		e, err := r.entry(k, &rows)
		if err != nil {
			return err
		}
		if e.event == nil || !r.wants(e.convo) {
			continue
		}
		r.hub.metrics.Replayed.Inc()
		if err := r.sink.Send(ctx, e.event); err != nil {
			return err
		}
	}
	return nil
}

// entry makes the entry of a key; if it is a message, that is the first of rows.
func (r *replay) entry(k rowKey, rows *[]db.ReplayMessagesRow) (entry, error) {
	if k.event == nil {
		list := *rows
		if len(list) == 0 || StreamKeyOf(list[0].ConvoID) != k.StreamKey || list[0].Seq != k.Seq {
			return entry{}, ErrOutdatedCursor // retention has removed it
		}
		*rows = list[1:]
		return r.build.message(list[0]), nil
	}
	boundary := int64(-1)
	if k.event.Edge != nil {
		boundary = *k.event.Edge
	}
	return r.build.event(eventRow{
		Position: k.Position, kind: k.event.Kind, convo: xrpc.ConvoIDOf(k.event.ConvoID), target: k.event.TargetDid, boundary: boundary, body: k.event.Body,
	})
}
