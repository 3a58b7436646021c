package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"catbird.blue/mls/gen"
)

// benchConvos measures a page of getConvos of accounts that are in more and more
// conversations, each of two members.
func benchConvos(ctx context.Context, w *world, r *recorder) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	var line growthLine
	first := 1
	for i, n := range w.sizes.convos {
		account := w.accounts[1+i]
		if err := w.seedConvos(ctx, first, first+n-1, []string{account.DID, w.accounts[0].DID}); err != nil {
			return err
		}
		first += n
		target := fmt.Sprintf("/xrpc/%s?limit=%d", gen.NSIDGetConvos, pageSize)
		one := w.query(account, gen.NSIDGetConvos, target)
		if err := w.wantConvos(ctx, one, min(n, pageSize)); err != nil {
			return err
		}
		line.add(r.figure(fmt.Sprintf("page of %d, account in %d conversations, p50", pageSize, n), millis), func() (float64, error) {
			res, err := runCalls(ctx, w.addr(), 1, slices.Repeat([]call{one}, max(5, int(w.sizes.turn().Seconds()*50))))
			return float64(res.p50.Nanoseconds()) / 1e6, err
		})
	}
	// Conversations are active at different times.
	if _, err := w.Pool.Exec(ctx, "UPDATE conversations SET last_activity_at = now() - random() * interval '30 days'"); err != nil {
		return err
	}
	if err := w.settle(ctx); err != nil {
		return err
	}
	if err := line.measure(w.sizes.turns); err != nil {
		return err
	}
	many := largest(w.sizes.convos)
	f := line.report(r, fmt.Sprintf("page, %d conversations / %d", many, w.sizes.convos[0]))
	r.judgeAt("convos", f, many, largest(fullSizes().convos), "conversations")
	return nil
}

// wantConvos fails if a page does not have n conversations.
func (w *world) wantConvos(ctx context.Context, one call, n int) error {
	c, err := connect(ctx, w.addr())
	if err != nil {
		return err
	}
	defer c.Close()
	var answer bytes.Buffer
	if _, err := c.answer(one, &answer); err != nil {
		return err
	}
	var page struct{ Conversations []struct{} }
	if err := json.Unmarshal(answer.Bytes(), &page); err != nil {
		return err
	}
	if got := len(page.Conversations); got != n {
		return fmt.Errorf("a page of %d conversations, not %d", got, n)
	}
	return nil
}
