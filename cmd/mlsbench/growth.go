package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

const (
	// growthConvos is the number of conversations of each kind to which
	// benchGrowth sends.
	growthConvos = 100
	// manyMembers is the number of members of a large conversation.
	// manyMessages and fewMessages are the numbers of messages in a large and
	// in a small table.
	manyMembers  = 1000
	fewMessages  = 1000
	manyMessages = 1_000_000
	// growthTurns is the number of turns of the small and the large side.
	growthTurns = 10
)

// benchGrowth checks that the cost of sending does not grow with the members of
// a conversation, nor with the messages in the table.
func benchGrowth(ctx context.Context, w *world, out io.Writer, d time.Duration) error {
	fmt.Fprintf(out, "sendMessage does not grow, 2 senders\n")
	n := int(d.Seconds()*1000) / growthTurns
	if err := w.benchMembers(ctx, out, n); err != nil {
		return err
	}
	return w.benchMessages(ctx, out, n)
}

// benchMembers compares small and large conversations. It sends n messages in
// each turn.
func (w *world) benchMembers(ctx context.Context, out io.Writer, n int) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	if err := w.seedConvos(ctx, 1, growthConvos, w.dids(2)); err != nil {
		return err
	}
	if err := w.seedConvos(ctx, growthConvos+1, 2*growthConvos, append(w.dids(2), madeUpMembers(manyMembers-2)...)); err != nil {
		return err
	}
	return compareSends(out, fmt.Sprintf("members, 2 and %d", manyMembers),
		func() (float64, error) { return w.sendCost(ctx, 1, n) },
		func() (float64, error) { return w.sendCost(ctx, 1+growthConvos, n) })
}

// benchMessages compares a small and a large table. It sends n messages in each
// turn. A second instance of the service has the small table.
func (w *world) benchMessages(ctx context.Context, out io.Writer, n int) error {
	small, err := newWorld(ctx, w.Binary, 2)
	if err != nil {
		return err
	}
	defer small.close()
	for _, one := range []struct {
		*world
		messages int
	}{{small, fewMessages}, {w, manyMessages}} {
		if err := one.clear(ctx); err != nil {
			return err
		}
		if err := one.seedConvos(ctx, 1, growthConvos, one.dids(2)); err != nil {
			return err
		}
		if err := one.seedMessages(ctx, 1, growthConvos, one.messages/growthConvos, 200); err != nil {
			return err
		}
	}
	return compareSends(out, fmt.Sprintf("messages of 200 bytes, %d and %d", fewMessages, manyMessages),
		func() (float64, error) { return small.sendCost(ctx, 1, n) },
		func() (float64, error) { return w.sendCost(ctx, 1, n) })
}

// compareSends lets the small and the large side take turns. The first turn is
// a warm-up.
func compareSends(out io.Writer, of string, small, large func() (float64, error)) error {
	var took [2][]float64
	for turn := range 1 + growthTurns {
		for i, side := range []func() (float64, error){small, large} {
			one, err := side()
			if err != nil {
				return err
			}
			if turn > 0 {
				took[i] = append(took[i], one)
			}
		}
	}
	fmt.Fprintf(out, "  %s: %.0f and %.0f µs per message\n", of, median(took[0]), median(took[1]))
	ratio(out, median(byTurn(took[1], took[0])), "of the cost of the smaller, median of the turns", atMost, 1.3)
	return nil
}

// sendCost returns the time per message in microseconds when two senders send n
// messages to growthConvos conversations.
func (w *world) sendCost(ctx context.Context, firstConvo, n int) (float64, error) {
	res, err := w.send(ctx, firstConvo, growthConvos, 2, n)
	return float64(res.took.Microseconds()) / float64(max(1, res.calls)), err
}
