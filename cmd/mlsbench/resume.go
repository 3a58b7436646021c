package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
)

// benchResume measures how fast a client catches up in a large database, with
// sync and with a stream that resumes. The table takes about one kilobyte of
// disk per message, including its indexes and the space that is needed to build
// them.
func benchResume(ctx context.Context, w *world, r *recorder) error {
	began := time.Now()
	if err := w.clear(ctx); err != nil {
		return err
	}
	if err := w.seedConvos(ctx, 1, resumeConvos, w.dids(2)); err != nil {
		return err
	}
	err := w.withoutIndexes(ctx, func() error {
		return w.fillMessages(ctx, 1, resumeConvos, w.sizes.messages/resumeConvos, resumeLen)
	})
	if err != nil {
		return err
	}
	if err := w.settle(ctx); err != nil {
		return err
	}
	r.note("  %d conversations, %d messages (%d bytes) in the table, made in %v",
		resumeConvos, w.sizes.messages, resumeLen, time.Since(began).Round(time.Second))
	if err := w.benchSync(ctx, r); err != nil {
		return err
	}
	return w.benchReplay(ctx, r)
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
		out[i] = syncPosition{convoID(i + 1), int64(w.sizes.messages / resumeConvos)}
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
func (w *world) benchSync(ctx context.Context, r *recorder) error {
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
	var line growthLine
	calls := max(5, int(w.sizes.turn().Seconds()*25))
	by := func(what string, positions []syncPosition, cursor string) {
		line.add(r.figure(fmt.Sprintf("%s, %d of %d conversations changed, p50", what, changedConvos, resumeConvos), millis), func() (float64, error) {
			return w.syncTurn(c, calls, positions, cursor)
		})
	}
	by("sync by cursor", []syncPosition{}, first.Cursor)
	by("sync by positions", positions, "")
	if err := line.measure(w.sizes.turns); err != nil {
		return err
	}
	r.print(line.figures...)
	full := fullSizes().messages
	r.judgeAt("sync-cursor", line.figures[0], w.sizes.messages, full, "messages")
	r.judgeAt("sync-positions", line.figures[1], w.sizes.messages, full, "messages")
	return nil
}

// syncTurn returns the median time of calls of sync in milliseconds.
func (w *world) syncTurn(c *connection, calls int, positions []syncPosition, cursor string) (float64, error) {
	took := &figure{Unit: millis}
	for range calls {
		got, t, err := w.sync(c, positions, cursor)
		if err != nil {
			return 0, err
		}
		messages := 0
		for _, one := range got.Convos {
			messages += len(one.Messages)
		}
		if len(got.Convos) != changedConvos || messages != changedConvos*changedEach {
			return 0, fmt.Errorf("sync reported %d conversations and %d messages", len(got.Convos), messages)
		}
		took.addTime(t)
	}
	return took.median(), nil
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
func (w *world) benchReplay(ctx context.Context, r *recorder) error {
	c, err := connect(ctx, w.addr())
	if err != nil {
		return err
	}
	defer c.Close()
	at, _, err := w.sync(c, w.positions(), "")
	if err != nil {
		return err
	}
	n := w.sizes.replayed
	if err := w.sendEach(ctx, changedConvos, n/changedConvos); err != nil {
		return err
	}
	rates := r.figure(fmt.Sprintf("replay of %d events of %d conversations, from connecting until live", n, changedConvos), perSecond)
	for turn := range 1 + w.sizes.turns { // the first is a warm-up
		took, err := w.replay(ctx, at.Cursor)
		if err != nil {
			return err
		}
		if turn > 0 {
			rates.add(float64(n) / took.Seconds())
		}
	}
	r.print(rates)
	r.judgeAt("replay", rates, w.sizes.messages, fullSizes().messages, "messages")
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
	for events := 0; events < w.sizes.replayed+infos; {
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
