package main

import (
	"context"
	"fmt"
	"slices"

	"catbird.blue/mls/gen"
)

const (
	// growthConvos is the number of conversations of each kind to which
	// benchGrowth sends.
	growthConvos = 100
	// manyMembers and manyMessages are the sizes of which the bounds speak, and
	// fewMessages is the size of the table beside which larger ones are measured.
	manyMembers  = 1000
	fewMessages  = 1000
	manyMessages = 1_000_000
	// growthLen is the size of the messages in a large table.
	growthLen = 200
)

// benchGrowth measures what sending costs as members, conversations and messages
// grow. Two senders send.
func benchGrowth(ctx context.Context, w *world, r *recorder) error {
	if err := w.growMembers(ctx, r); err != nil {
		return err
	}
	if err := w.growConvos(ctx, r); err != nil {
		return err
	}
	return w.growMessages(ctx, r)
}

// growMembers sends to conversations of each size.
func (w *world) growMembers(ctx context.Context, r *recorder) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	var line growthLine
	for i, n := range w.sizes.members {
		first := i*growthConvos + 1
		if err := w.seedConvos(ctx, first, first+growthConvos-1, append(w.dids(2), madeUpMembers(n-2)...)); err != nil {
			return err
		}
		line.add(r.figure(fmt.Sprintf("sendMessage, conversations of %d members", n), micros), func() (float64, error) {
			return w.sendCost(ctx, first, growthConvos)
		})
	}
	if err := line.measure(w.sizes.turns); err != nil {
		return err
	}
	f := line.report(r, fmt.Sprintf("sendMessage, %d members / %d", largest(w.sizes.members), w.sizes.members[0]))
	r.judgeAt("growth-members", f, largest(w.sizes.members), manyMembers, "members")
	return nil
}

// growConvos sends to more and more conversations.
func (w *world) growConvos(ctx context.Context, r *recorder) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	if err := w.seedConvos(ctx, 1, largest(w.sizes.convos), w.dids(2)); err != nil {
		return err
	}
	var line growthLine
	for _, n := range w.sizes.convos {
		line.add(r.figure(fmt.Sprintf("sendMessage, %d conversations", n), micros), func() (float64, error) { return w.sendCost(ctx, 1, n) })
	}
	if err := line.measure(w.sizes.turns); err != nil {
		return err
	}
	line.report(r, fmt.Sprintf("sendMessage, %d conversations / %d", largest(w.sizes.convos), w.sizes.convos[0]))
	return nil
}

// growMessages compares larger and larger tables with a small one, which a second
// instance of the service has in a database of its own.
func (w *world) growMessages(ctx context.Context, r *recorder) error {
	small, err := newWorld(ctx, w.Binary, 2, w.sizes)
	if err != nil {
		return err
	}
	defer small.close()
	if err := small.fillTable(ctx, fewMessages); err != nil {
		return err
	}
	for _, n := range w.sizes.messagesLine()[1:] {
		if err := w.fillTable(ctx, n); err != nil {
			return err
		}
		var send, page growthLine
		for _, side := range []struct {
			*world
			of string
		}{{small, fmt.Sprintf("%d messages in the table, beside %d", fewMessages, n)}, {w, fmt.Sprintf("%d messages in the table", n)}} {
			send.add(r.figure("sendMessage, "+side.of, micros), func() (float64, error) { return side.sendCost(ctx, 1, growthConvos) })
			page.add(r.figure("getMessages, "+side.of, micros), func() (float64, error) { return side.pageCost(ctx) })
		}
		for _, line := range []*growthLine{&send, &page} {
			if err := line.measure(w.sizes.turns); err != nil {
				return err
			}
		}
		f := send.report(r, fmt.Sprintf("sendMessage, %d messages / %d", n, fewMessages))
		page.report(r, fmt.Sprintf("getMessages, %d messages / %d", n, fewMessages))
		if n <= manyMessages {
			r.judgeAt("growth-messages", f, n, manyMessages, "messages")
		}
	}
	return nil
}

// fillTable replaces all messages by n seeded ones.
func (w *world) fillTable(ctx context.Context, n int) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	if err := w.seedConvos(ctx, 1, growthConvos, w.dids(2)); err != nil {
		return err
	}
	fill := func() error { return w.fillMessages(ctx, 1, growthConvos, n/growthConvos, growthLen) }
	var err error
	if n < manyMessages {
		err = fill()
	} else {
		err = w.withoutIndexes(ctx, fill)
	}
	if err != nil {
		return err
	}
	return w.settle(ctx)
}

// sendCost returns the time per message in microseconds when two senders send to
// a number of conversations.
func (w *world) sendCost(ctx context.Context, first, convos int) (float64, error) {
	n := max(20, int(w.sizes.turn().Seconds()*500))
	res, err := w.send(ctx, sendPlan{first: first, convos: convos, senders: 2, n: n, size: messageLen})
	return float64(res.took.Microseconds()) / float64(max(1, res.calls)), err
}

// pageCost returns the median time of a page from the beginning of a
// conversation, in microseconds.
func (w *world) pageCost(ctx context.Context) (float64, error) {
	target := fmt.Sprintf("/xrpc/%s?convoId=%s&limit=%d&sinceSeq=0", gen.NSIDGetMessages, convoID(1), 10)
	one := w.query(w.accounts[0], gen.NSIDGetMessages, target)
	res, err := runCalls(ctx, w.addr(), 1, slices.Repeat([]call{one}, max(20, int(w.sizes.turn().Seconds()*500))))
	return float64(res.p50.Nanoseconds()) / 1e3, err
}

// growthLine is a line of points that take turns, smallest first.
type growthLine struct {
	figures []*figure
	points  []func() (float64, error)
}

func (l *growthLine) add(f *figure, point func() (float64, error)) {
	l.figures, l.points = append(l.figures, f), append(l.points, point)
}

// measure lets the points take turns. The first turn of each is a warm-up.
func (l *growthLine) measure(turns int) error {
	for turn := range 1 + turns {
		for i, point := range l.points {
			v, err := point()
			if err != nil {
				return err
			}
			if turn > 0 {
				l.figures[i].add(v)
			}
		}
	}
	return nil
}

// report prints the line and the ratio of its end to its beginning.
func (l *growthLine) report(r *recorder, ratio string) *figure {
	r.print(l.figures...)
	return r.ratio(ratio, l.figures[len(l.figures)-1], l.figures[0])
}
