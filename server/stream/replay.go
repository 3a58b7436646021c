package stream

import (
	"context"
	"fmt"
	"slices"

	"catbird.blue/mls/db"
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

// stretch is a window with something to replay.
type stretch struct {
	convo              string
	afterSeq, untilSeq int64
	joinedN, leftN     int64
}

// sources reads the windows of the feed's account that have something after
// from, and how many messages that is at most.
func (f *feed) sources(ctx context.Context, from Position) ([]stretch, int64, error) {
	rows, err := db.New(f.hub.pool).ReplaySources(ctx, db.ReplaySourcesParams{
		Gen: f.codec.gen, Pos: from.Pos, Lane: from.Lane, Seq: from.Seq, Did: f.did,
	})
	if err != nil {
		return nil, 0, fmt.Errorf("find what to replay: %w", err)
	}
	var out []stretch
	total := int64(0)
	for _, r := range rows {
		if !f.wants(r.ConvoID) {
			continue
		}
		s := stretch{convo: r.ConvoID, afterSeq: r.AfterSeq, untilSeq: r.UntilSeq, joinedN: r.JoinedN, leftN: r.LeftN}
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
// Of each conversation it finds the next rows, as many of each; what is before
// the earliest place at which one of them has more can be sent.
func (f *feed) replay(ctx context.Context, from, to Position) error {
	if from.Compare(to) >= 0 {
		return nil
	}
	list, _, err := f.sources(ctx, from)
	if err != nil {
		return err
	}
	r := &replay{feed: f, q: db.New(f.hub.pool), sources: list, at: from, to: to}
	for r.at.Compare(to) < 0 {
		if err := r.chunk(ctx); err != nil {
			return err
		}
	}
	return nil
}

// replay is a replay under way.
type replay struct {
	*feed
	q       *db.Queries
	sources []stretch
	at, to  Position
}

// key is a row that has been found: a message to be read, or an event.
type key struct {
	Position
	size  int64
	event *db.ReplayEventsRow
}

// chunk finds, reads and sends the next rows.
func (r *replay) chunk(ctx context.Context) error {
	each := max(minKeys, int64(replayKeys/max(1, len(r.sources))))
	upTo := r.to
	// less takes note that a source has more after p.
	less := func(p Position) {
		if p.Compare(upTo) < 0 {
			upTo = p
		}
	}
	keys, err := r.events(ctx, each, less)
	if err != nil {
		return err
	}
	messages, err := r.messages(ctx, each, less)
	if err != nil {
		return err
	}
	keys = append(keys, messages...)
	keys = slices.DeleteFunc(keys, func(k key) bool { return k.Compare(upTo) > 0 })
	slices.SortFunc(keys, func(a, b key) int { return a.Compare(b.Position) })
	if err := r.send(ctx, keys); err != nil {
		return err
	}
	r.advance(keys)
	r.at = upTo
	return nil
}

// messages finds the next messages of every source.
func (r *replay) messages(ctx context.Context, each int64, less func(Position)) ([]key, error) {
	p := db.ReplayKeysParams{Gen: r.codec.gen, Pos: r.to.Pos, Lane: r.to.Lane, Seq: r.to.Seq, Each: each}
	for _, s := range r.sources {
		if s.afterSeq < s.untilSeq {
			p.ConvoIds, p.AfterSeqs, p.UntilSeqs = append(p.ConvoIds, s.convo), append(p.AfterSeqs, s.afterSeq), append(p.UntilSeqs, s.untilSeq)
		}
	}
	if len(p.ConvoIds) == 0 {
		return nil, nil
	}
	rows, err := r.q.ReplayKeys(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("find messages to replay: %w", err)
	}
	keys := make([]key, len(rows))
	found := map[string]int64{}
	for i, row := range rows {
		keys[i] = key{Position: Position{Pos: row.Pos, Lane: row.ConvoID, Seq: row.Seq}, size: row.Size}
		if found[row.ConvoID]++; found[row.ConvoID] == each {
			less(keys[i].Position)
		}
	}
	return keys, nil
}

// events finds the next events of every source, and of the account.
func (r *replay) events(ctx context.Context, each int64, less func(Position)) ([]key, error) {
	p := db.ReplayEventsParams{
		Gen: r.codec.gen, Did: r.did, Each: each,
		AfterPos: r.at.Pos, AfterLane: r.at.Lane, AfterSeq: r.at.Seq, AfterN: r.at.N,
		Pos: r.to.Pos, Lane: r.to.Lane, Seq: r.to.Seq, N: r.to.N,
	}
	for _, s := range r.sources {
		p.ConvoIds, p.JoinedNs, p.LeftNs = append(p.ConvoIds, s.convo), append(p.JoinedNs, s.joinedN), append(p.LeftNs, s.leftN)
	}
	rows, err := r.q.ReplayEvents(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("find events to replay: %w", err)
	}
	keys := make([]key, len(rows))
	found := map[string]int64{}
	for i := range rows {
		row := &rows[i]
		keys[i] = key{Position: Position{Pos: row.Pos, Lane: row.Lane, Seq: row.Seq, N: row.N}, event: row}
		if found[row.ConvoID]++; found[row.ConvoID] == each {
			less(keys[i].Position)
		}
	}
	return keys, nil
}

// advance takes note of the messages that were sent.
func (r *replay) advance(keys []key) {
	sent := map[string][]int64{}
	for _, k := range keys {
		if k.N == 0 {
			sent[k.Lane] = append(sent[k.Lane], k.Seq)
		}
	}
	for i, s := range r.sources {
		for _, seq := range sent[s.convo] {
			if seq > r.sources[i].afterSeq && seq <= s.untilSeq {
				r.sources[i].afterSeq = seq
			}
		}
	}
}

// send reads the messages among keys, in parts, and sends all in order.
func (r *replay) send(ctx context.Context, keys []key) error {
	for len(keys) > 0 {
		n, bytes := 0, int64(0)
		var p struct {
			convos []string
			seqs   []int64
		}
		for n < len(keys) && n < replayRows && (n == 0 || bytes+keys[n].size <= replayBytes) {
			if k := keys[n]; k.event == nil {
				p.convos, p.seqs = append(p.convos, k.Lane), append(p.seqs, k.Seq)
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
		if err := r.sendPage(ctx, keys[:n], rows); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

// sendPage sends keys, whose messages are rows, in the same order; retention
// may have taken some of these since.
func (r *replay) sendPage(ctx context.Context, keys []key, rows []db.ReplayMessagesRow) error {
	for _, k := range keys {
		e, there, err := r.entry(k, &rows)
		if err != nil {
			return err
		}
		if !there || !r.wants(e.convo) {
			continue
		}
		r.hub.count.Replayed.Inc()
		if err := r.sink.Send(ctx, e.event); err != nil {
			return err
		}
	}
	return nil
}

func (r *replay) entry(k key, rows *[]db.ReplayMessagesRow) (entry, bool, error) {
	if k.event == nil {
		list := *rows
		if len(list) == 0 || list[0].ConvoID != k.Lane || list[0].Seq != k.Seq {
			return entry{}, false, nil
		}
		*rows = list[1:]
		return r.codec.message(list[0], r.hub.metrics), true, nil
	}
	edge := int64(-1)
	if k.event.Edge != nil {
		edge = *k.event.Edge
	}
	e, err := r.codec.logged(logged{
		Position: k.Position, kind: k.event.Kind, convo: k.event.ConvoID, target: k.event.TargetDid, edge: edge, body: k.event.Body,
	}, r.hub.metrics)
	return e, true, err
}
