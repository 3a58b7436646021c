package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/quiet"
)

// activeConvos is how many conversations of an account have messages of the last minute
// at most, when its pages are measured. All others were active in the last 30 days.
const activeConvos = 20

// benchConvos measures a page of getConvos of accounts that are in more and more
// conversations, each of two members.
func benchConvos(ctx context.Context, w *world, r *recorder) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	var line growthLine
	var pages []call
	first := 1
	for i, n := range w.sizes.convos {
		account := w.accounts[1+i]
		if err := w.insertConvos(ctx, first, first+n-1, []string{account.DID, w.accounts[0].DID}); err != nil {
			return err
		}
		first += n
		one := w.query(account, gen.NSIDGetConvos, fmt.Sprintf("/xrpc/%s?limit=%d", gen.NSIDGetConvos, pageSize))
		pages = append(pages, one)
		line.add(r.figure(fmt.Sprintf("page of %d, account in %d conversations, p50", pageSize, n), millis), func() (float64, error) {
			res, err := runCalls(ctx, w.addr(), 1, slices.Repeat([]call{one}, max(5, int(w.sizes.turn().Seconds()*50))))
			return float64(res.p50.Nanoseconds()) / 1e6, err
		})
	}
	if err := w.liveConvos(ctx, r, pages); err != nil {
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

// liveConvos gives conversations the activity of a service that has been in use for a
// while: most are quiet, some are active. The service puts those of accounts in many in
// order after their first page, so that is awaited.
func (w *world) liveConvos(ctx context.Context, r *recorder, pages []call) error {
	_, err := w.Pool.Exec(ctx, "UPDATE conversations SET last_activity_at = now() - interval '1 hour' - random() * interval '30 days'")
	if err != nil {
		return err
	}
	if err := w.settle(ctx); err != nil {
		return err
	}
	first := 1
	for _, n := range w.sizes.convos {
		active := min(activeConvos, n/5)
		if _, err := w.send(ctx, sendPlan{first: first, convos: active, senders: 1, n: 5 * active, size: messageLen}); err != nil {
			return err
		}
		first += n
	}
	for i, one := range pages {
		n := w.sizes.convos[i]
		if err := w.wantConvos(ctx, one, min(n, pageSize)); err != nil {
			return err
		}
		if err := w.awaitQuiet(ctx, r, w.accounts[1+i].DID, n); err != nil {
			return err
		}
	}
	return w.settle(ctx)
}

// awaitQuiet waits until the conversations of an account in many that are quiet are
// known to be, and prints how many these are.
func (w *world) awaitQuiet(ctx context.Context, r *recorder, did string, n int) error {
	var quietOnes, active int
	for start := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		err := w.Pool.QueryRow(ctx, `
			SELECT count(*) FILTER (WHERE m.quiet_since < 'infinity'), count(*) FILTER (WHERE c.last_activity_at > now() - interval '30 minutes')
			FROM memberships m JOIN conversations c ON c.convo_id = m.convo_id WHERE m.did = $1`, did).Scan(&quietOnes, &active)
		if err != nil {
			return err
		}
		if n <= quiet.LongList || quietOnes == n-active {
			break
		}
		if time.Since(start) > 2*time.Minute {
			return fmt.Errorf("%d of %d conversations are known to be quiet, and %d are active", quietOnes, n, active)
		}
	}
	r.note("  account in %d conversations: %d known to be quiet, %d active in the last minutes", n, quietOnes, active)
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
