package stream

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"catbird.blue/mls/db"
	"catbird.blue/mls/xrpc"
)

const (
	// replayKeys is how many rows a replay finds at once, over all
	// conversations.
	replayKeys = 2000
	// minKeys is how many it finds of each at least.
	minKeys = 20
	// replayBytes and replayRows bound what it reads whole at once.
	replayBytes = 1 << 20
	replayRows  = 500
	// MaxReplay is how many messages a stream catches up on: beyond, its
	// cursor is outdated, and sync is the way.
	MaxReplay = 1_000_000
)

// stretch is a window with something to replay, and what has been found of it.
type stretch struct {
	convo              xrpc.ConvoID
	afterSeq, untilSeq int64
	joinedN, leftN     int64
	found
}

// found is rows that were found and not sent yet, in order; more says that there
// may be others behind them.
type found struct {
	keys []key
	more bool
}

// take gives what is found up to a position.
func (f *found) take(upTo Position) []key {
	n, _ := slices.BinarySearchFunc(f.keys, upTo, func(k key, p Position) int {
		return cmp.Or(k.Compare(p), -1) // behind an equal one
	})
	taken := f.keys[:n]
	f.keys = f.keys[n:]
	return taken
}

// stretches reads the windows of the feed's account that have something after
// from, and how many messages that is at most.
func (f *feed) stretches(ctx context.Context, from Position) ([]*stretch, int64, error) {
	rows, err := db.New(f.hub.pool).ReplaySources(ctx, db.ReplaySourcesParams{
		Gen: f.codec.gen, Pos: from.Pos, Lane: []byte(from.Lane), Seq: from.Seq, Did: f.did,
	})
	if err != nil {
		return nil, 0, fmt.Errorf("find what to replay: %w", err)
	}
	var out []*stretch
	total := int64(0)
	for _, r := range rows {
		if !f.wants(r.ConvoID) {
			continue
		}
		s := &stretch{convo: r.ConvoID, afterSeq: r.AfterSeq, untilSeq: r.UntilSeq, joinedN: r.JoinedN, leftN: r.LeftN}
		s.more = s.afterSeq < s.untilSeq
		if r.LeftSeq == nil {
			s.leftN = open
		}
		out = append(out, s)
		total += r.UntilSeq - r.AfterSeq
	}
	return out, total, nil
}

// replay sends what the account may see after from and up to to, in order. It
// goes by conversation, so it costs what it sends, whatever else is in the log.
// Of each conversation it finds the next rows; what is before the earliest place
// behind which one of them may have more can be sent. ErrOutdatedCursor:
// retention has removed something that was not sent yet.
//
// Retention may remove rows at any moment between the statements of a replay.
// It raises the floor to the last of them in the same transaction, so whoever
// does not see a row because it was removed sees, by the same or any later
// snapshot, a floor that is not below the row. So before a part is sent, and
// after all of it was read, the floor is looked at: where it is not above what
// has been sent already, nothing behind that was missing when it was read.
func (f *feed) replay(ctx context.Context, from, to Position) error {
	if from.Compare(to) >= 0 {
		return nil
	}
	list, _, err := f.stretches(ctx, from)
	if err != nil {
		return err
	}
	r := &replay{feed: f, q: db.New(f.hub.pool), stretches: list, events: found{more: true}, at: from, sent: from, to: to}
	for more := true; more; {
		if more, err = r.chunk(ctx); err != nil {
			return err
		}
	}
	return nil
}

// replay is a replay under way.
type replay struct {
	*feed
	q         *db.Queries
	stretches []*stretch
	events    found
	// at is the last event found; up to sent all has been sent.
	at, sent, to Position
}

// key is a row that has been found: a message to be read, or an event.
type key struct {
	Position
	size  int64
	event *db.ReplayEventsRow
}

// chunk finds, reads and sends the next rows; more says that there are others.
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
	var keys []key
	for _, f := range r.all() {
		keys = append(keys, f.take(upTo)...)
		more = more || f.more || len(f.keys) > 0
	}
	slices.SortFunc(keys, func(a, b key) int { return a.Compare(b.Position) })
	if len(keys) == 0 {
		return more, r.intact(ctx)
	}
	return more, r.send(ctx, keys)
}

// intact tells that nothing which is to be sent was removed before now.
func (r *replay) intact(ctx context.Context) error {
	g, err := r.q.ReadFloor(ctx)
	if err != nil {
		return fmt.Errorf("read the log's floor: %w", err)
	}
	floor := Position{Pos: g.FloorPos, Lane: Lane(g.FloorLane), Seq: g.FloorSeq, N: g.FloorN}
	if g.Gen != r.codec.gen || r.sent.Compare(floor) < 0 {
		return ErrOutdatedCursor
	}
	return nil
}

// all are the events and the messages of every stretch.
func (r *replay) all() []*found {
	out := make([]*found, 0, len(r.stretches)+1)
	for _, s := range r.stretches {
		out = append(out, &s.found)
	}
	return append(out, &r.events)
}

// findMessages finds the next messages of every stretch of which none are left.
func (r *replay) findMessages(ctx context.Context) error {
	p := db.ReplayKeysParams{Gen: r.codec.gen, Pos: r.to.Pos, Lane: []byte(r.to.Lane), Seq: r.to.Seq}
	var asked []*stretch
	for _, s := range r.stretches {
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
		s.keys = append(s.keys, key{Position: Position{Pos: row.Pos, Lane: LaneOf(s.convo), Seq: row.Seq}, size: row.Size})
		s.afterSeq = row.Seq
	}
	for _, s := range asked {
		s.more = int64(len(s.keys)) == p.Each
	}
	return nil
}

// findEvents finds the next events, where none are left.
func (r *replay) findEvents(ctx context.Context) error {
	if !r.events.more || len(r.events.keys) > 0 {
		return nil
	}
	p := db.ReplayEventsParams{
		Gen: r.codec.gen, Did: r.did, MaxRows: replayKeys,
		AfterPos: r.at.Pos, AfterLane: []byte(r.at.Lane), AfterSeq: r.at.Seq, AfterN: r.at.N,
		Pos: r.to.Pos, Lane: []byte(r.to.Lane), Seq: r.to.Seq, N: r.to.N,
	}
	for _, s := range r.stretches {
		p.ConvoIds, p.JoinedNs, p.LeftNs = append(p.ConvoIds, s.convo.Stored()), append(p.JoinedNs, s.joinedN), append(p.LeftNs, s.leftN)
	}
	rows, err := r.q.ReplayEvents(ctx, p)
	if err != nil {
		return fmt.Errorf("find events to replay: %w", err)
	}
	for i := range rows {
		row := &rows[i]
		r.at = Position{Pos: row.Pos, Lane: Lane(row.Lane), Seq: row.Seq, N: row.N}
		r.events.keys = append(r.events.keys, key{Position: r.at, event: row})
	}
	r.events.more = len(rows) == replayKeys
	return nil
}

// send reads the messages among keys, in parts, and sends all in order.
func (r *replay) send(ctx context.Context, keys []key) error {
	for len(keys) > 0 {
		n, bytes := 0, int64(0)
		var p struct {
			convos [][]byte
			seqs   []int64
		}
		for n < len(keys) && n < replayRows && (n == 0 || bytes+keys[n].size <= replayBytes) {
			if k := keys[n]; k.event == nil {
				p.convos, p.seqs = append(p.convos, []byte(k.Lane)), append(p.seqs, k.Seq)
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
		if err := r.intact(ctx); err != nil {
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

// sendPage sends keys, whose messages are rows, in the same order.
func (r *replay) sendPage(ctx context.Context, keys []key, rows []db.ReplayMessagesRow) error {
	for _, k := range keys {
		e, err := r.entry(k, &rows)
		if err != nil {
			return err
		}
		if e.event == nil || !r.wants(e.convo) {
			continue
		}
		r.hub.count.Replayed.Inc()
		if err := r.sink.Send(ctx, e.event); err != nil {
			return err
		}
	}
	return nil
}

// entry makes what is sent of a key; a message is the first of rows.
func (r *replay) entry(k key, rows *[]db.ReplayMessagesRow) (entry, error) {
	if k.event == nil {
		list := *rows
		if len(list) == 0 || LaneOf(list[0].ConvoID) != k.Lane || list[0].Seq != k.Seq {
			return entry{}, ErrOutdatedCursor // it is gone
		}
		*rows = list[1:]
		return r.codec.message(list[0], r.hub.metrics), nil
	}
	edge := int64(-1)
	if k.event.Edge != nil {
		edge = *k.event.Edge
	}
	return r.codec.logged(logged{
		Position: k.Position, kind: k.event.Kind, convo: xrpc.ConvoIDOf(k.event.ConvoID), target: k.event.TargetDid, edge: edge, body: k.event.Body,
	}, r.hub.metrics)
}
