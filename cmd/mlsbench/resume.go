package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"catbird.blue/mls/gen"
)

const (
	// resumeConvos is the number of conversations of the client that
	// reconnects. changedConvos is the number of those that have new messages.
	resumeConvos  = 500
	changedConvos = 20
	// changedEach is the number of new messages in each of them.
	changedEach = 5
	resumeLen   = 200
	// replayed is the number of events that a stream missed.
	replayed = 10_000
)

// benchResume measures how fast a client catches up in a large database, with
// sync and with a stream that resumes. The table takes about one kilobyte of
// disk per message, including its indexes and the space that is needed to build
// them.
func benchResume(ctx context.Context, w *world, out io.Writer, d time.Duration) error {
	began := time.Now()
	if err := w.clear(ctx); err != nil {
		return err
	}
	if err := w.seedConvos(ctx, 1, resumeConvos, w.dids(2)); err != nil {
		return err
	}
	err := w.withoutIndexes(ctx, func() error { return w.fillMessages(ctx, 1, resumeConvos, w.tableSize/resumeConvos, resumeLen) })
	if err != nil {
		return err
	}
	if err := w.settle(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "coming back, %d conversations, %d messages (%d bytes) in the table, made in %v\n",
		resumeConvos, w.tableSize, resumeLen, time.Since(began).Round(time.Second))
	if err := w.benchSync(ctx, out, d); err != nil {
		return err
	}
	return w.benchReplay(ctx, out, d)
}

// syncAnswer holds the parts of a sync answer that are checked.
type syncAnswer struct {
	Cursor string
	Convos []struct {
		ConvoID  string
		LastSeq  int64
		Messages []struct{}
	}
}

type syncPosition struct {
	ConvoID string `json:"convoId"`
	Seq     int64  `json:"seq"`
}

// positions returns the positions of a client that has all seeded messages.
func (w *world) positions() []syncPosition {
	out := make([]syncPosition, resumeConvos)
	for i := range out {
		out[i] = syncPosition{convoID(i + 1), int64(w.tableSize / resumeConvos)}
	}
	return out
}

// sync calls sync once, as the second account.
func (w *world) sync(c *connection, positions []syncPosition, cursor string) (*syncAnswer, time.Duration, error) {
	in := map[string]any{"positions": positions}
	if cursor != "" {
		in["cursor"] = cursor
	}
	body, err := json.Marshal(in)
	if err != nil {
		return nil, 0, err
	}
	one := w.server.procedure(w.accounts[1], gen.NSIDSync, body)
	var answer bytes.Buffer
	start := time.Now()
	if _, err := c.answer(one, &answer); err != nil {
		return nil, 0, err
	}
	took := time.Since(start)
	out := &syncAnswer{}
	return out, took, json.Unmarshal(answer.Bytes(), out)
}

// benchSync measures sync for a client that has a cursor, and for one that
// sends its position in each conversation.
func (w *world) benchSync(ctx context.Context, out io.Writer, d time.Duration) error {
	c, err := connect(ctx, w.addr())
	if err != nil {
		return err
	}
	defer c.Close()
	positions := w.positions()
	// All seeded messages have one log position, which counts as old. The
	// client's cursor must be newer.
	if err := w.sendEach(ctx, 1, 1); err != nil {
		return err
	}
	first, _, err := w.sync(c, positions, "")
	if err != nil {
		return err
	}
	positions[0].Seq++
	if err := w.sendEach(ctx, changedConvos, changedEach); err != nil {
		return err
	}
	for _, by := range []struct {
		what      string
		positions []syncPosition
		cursor    string
	}{{"sync by cursor", []syncPosition{}, first.Cursor}, {"sync by positions", positions, ""}} {
		var took []float64
		for end := time.Now().Add(d / 4); len(took) < 50 || time.Now().Before(end); {
			got, t, err := w.sync(c, by.positions, by.cursor)
			if err != nil {
				return err
			}
			messages := 0
			for _, one := range got.Convos {
				messages += len(one.Messages)
			}
			if len(got.Convos) != changedConvos || messages != changedConvos*changedEach {
				return fmt.Errorf("%s reported %d conversations and %d messages", by.what, len(got.Convos), messages)
			}
			took = append(took, float64(t.Microseconds())/1000)
		}
		fmt.Fprintf(out, "  %-22s p50 %.2f ms, %d conversations of %d with %d messages each (%d calls)\n",
			by.what, median(took), changedConvos, resumeConvos, changedEach, len(took))
		ratio(out, median(took)/10, "of 10 ms", atMost, 1)
	}
	return nil
}

// sendEach sends the same number of messages to each of the first
// conversations.
func (w *world) sendEach(ctx context.Context, convos, each int) error {
	bodies := make([][]byte, convos)
	for i := range bodies {
		var err error
		if bodies[i], err = sendBody(convoID(i+1), resumeLen, ""); err != nil {
			return err
		}
	}
	calls := make([]call, convos*each)
	inParallel(len(calls), func(i int) {
		calls[i] = w.server.procedure(w.accounts[0], gen.NSIDSendMessage, bodies[i%convos])
	})
	_, err := runCalls(ctx, w.addr(), 16, calls)
	return err
}

// benchReplay measures a stream that missed events, from connecting until it
// reports that it is live.
func (w *world) benchReplay(ctx context.Context, out io.Writer, d time.Duration) error {
	c, err := connect(ctx, w.addr())
	if err != nil {
		return err
	}
	defer c.Close()
	at, _, err := w.sync(c, w.positions(), "")
	if err != nil {
		return err
	}
	if err := w.sendEach(ctx, changedConvos, replayed/changedConvos); err != nil {
		return err
	}
	var rates []float64
	for end := time.Now().Add(d / 4); len(rates) < minTurns || time.Now().Before(end); {
		took, err := w.replay(ctx, at.Cursor)
		if err != nil {
			return err
		}
		rates = append(rates, replayed/took.Seconds())
	}
	fmt.Fprintf(out, "  replay                 %8.0f events/s, %d events of %d conversations, from connecting until live\n",
		median(rates), replayed, changedConvos)
	ratio(out, median(rates)/50_000, "of 50 000 events/s", atLeast, 1)
	return nil
}

func (w *world) replay(ctx context.Context, cursor string) (time.Duration, error) {
	request := w.server.subscribeCall(w.accounts[1], cursor)
	var d net.Dialer
	start := time.Now()
	conn, err := d.DialContext(ctx, "tcp", w.addr())
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(start.Add(time.Minute)); err != nil {
		return 0, err
	}
	if _, err := conn.Write(request); err != nil {
		return 0, err
	}
	const infos = 2 // "connected" and "live"
	var count counter
	buf := make([]byte, 64<<10)
	var took time.Duration
	var last []byte
	for events := 0; events < replayed+infos; {
		n, err := conn.Read(buf)
		if err != nil {
			return 0, errors.Join(fmt.Errorf("after %d events, the last of which were: %s", events, last), err)
		}
		last = append(last[:0], buf[max(0, n-300):n]...)
		took = time.Since(start)
		events += count.add(buf[:n])
	}
	return took, nil
}
