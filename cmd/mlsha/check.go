package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// stored is a message as the database has it.
type stored struct {
	place
	id         xrpc.MessageID
	kind       string
	epoch, gen int64
}

// check compares the ledger and the listeners with the database. Nothing may
// write to it meanwhile.
func (l *load) check(ctx context.Context, r *report) error {
	conn, err := pgx.Connect(ctx, databaseURL("mls", mlsPassword, "mls"))
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, "SELECT convo_id, seq, message_id, kind, epoch, gen FROM messages ORDER BY convo_id, seq")
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m stored, err error) {
		err = row.Scan(&m.convo, &m.seq, &m.id, &m.kind, &m.epoch, &m.gen)
		return m, err
	})
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	if err := conn.QueryRow(ctx, "SELECT gen FROM log_generation").Scan(&r.generation); err != nil {
		return fmt.Errorf("check: %w", err)
	}
	var errs []error
	r.total, errs = l.compare(list)
	if r.total.wal, err = walPosition(ctx, conn); err != nil {
		return err
	}
	r.total.wal -= l.wal
	jumps, err := checkNumbers(list)
	r.total.jumps = jumps
	return errors.Join(append(errs, err)...)
}

// walPosition returns how many bytes of WAL there were so far.
func walPosition(ctx context.Context, conn *pgx.Conn) (n int64, err error) {
	if err = conn.QueryRow(ctx, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint").Scan(&n); err != nil {
		return 0, fmt.Errorf("position of the WAL: %w", err)
	}
	return n, nil
}

// totals are the counts of a run.
type totals struct {
	acknowledged, lost, stored      int
	commits, twice                  int
	delivered, unstored, duplicates int
	repeatedCalls                   int64
	syncs, jumps                    int
	wal                             int64
}

// compare compares what was acknowledged and delivered with what is stored.
func (l *load) compare(list []stored) (t totals, errs []error) {
	ids, commits := map[place]string{}, map[epochOf]int64{}
	for _, m := range list {
		ids[m.place] = string(m.id)
		if m.kind != "commit" {
			continue
		}
		e := epochOf{m.convo, m.epoch}
		if was, there := commits[e]; there {
			t.twice++
			errs = append(errs, fmt.Errorf("epoch %d of %s is stored at %d and %d", e.epoch, e.convo, was, m.seq))
		}
		commits[e] = m.seq
	}
	t.stored, t.acknowledged, t.commits, t.repeatedCalls = len(list), len(l.ledger.acknowledged), len(l.ledger.won), l.repeated.Load()
	for at, id := range l.ledger.acknowledged {
		if got, there := ids[at]; !there || id != "" && got != id {
			t.lost++
			errs = append(errs, fmt.Errorf("message %s/%d was acknowledged as %q and is stored as %q", at.convo, at.seq, id, got))
		}
	}
	for e, at := range l.ledger.won {
		if commits[e] != at.seq {
			t.twice++
			errs = append(errs, fmt.Errorf("epoch %d of %s was won at %d and is stored at %d", e.epoch, e.convo, at.seq, commits[e]))
		}
	}
	for _, ear := range l.listeners {
		t.delivered += len(ear.got)
		t.duplicates += ear.repeated
		t.syncs += ear.syncs
		for at, id := range ear.got {
			if ids[at] != id {
				t.unstored++
				errs = append(errs, fmt.Errorf("message %s/%d was delivered as %q and is stored as %q", at.convo, at.seq, id, ids[at]))
			}
		}
	}
	if t.commits == 0 || t.acknowledged == 0 || t.delivered == 0 {
		errs = append(errs, fmt.Errorf("nothing happened: %+v", t))
	}
	return t, errs
}

// checkNumbers checks the numbers of messages, in order: each follows the one
// before it, but for the first in a new generation, which begins a multiple of
// SeqSkip higher. It returns the number of such jumps.
func checkNumbers(list []stored) (jumps int, err error) {
	var errs []error
	for i := 1; i < len(list); i++ {
		before, m := list[i-1], list[i]
		if m.convo != before.convo {
			continue
		}
		step := m.seq - before.seq - 1
		switch {
		case m.gen == before.gen && step == 0:
		case m.gen > before.gen && step > 0 && step%eventlog.SeqSkip == 0:
			jumps++
		default:
			errs = append(errs, fmt.Errorf("message %s/%d of generation %d follows %d of generation %d", m.convo, m.seq, m.gen, before.seq, before.gen))
		}
	}
	return jumps, errors.Join(errs...)
}
