package group

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/keypackages"
	"catbird.blue/mls/server/links"
)

// commitTx is a commit inside its transaction: it finds repeated calls, checks
// the epoch, and has the change planned and written.
type commitTx struct {
	handshake *handshakeTx
	req       *commitRequest
	parsed    *parsedCommit
	verified  *verifiedCommit
	claims    *keypackages.Claims
	links     *links.Access
	// requests has the accounts that the commit adds as requests.
	requests []string
}

// run checks the idempotency record, the membership and the epoch before all
// that depends on the group's state, so that a caller whose commit is too late
// gets the conflict and no other error. stored is false where the call repeats
// an earlier one.
func (c *commitTx) run(ctx context.Context, record *convo.Record) (out *commitOutput, stored bool, err error) {
	h := c.handshake
	known, err := c.lock(ctx)
	if err != nil {
		return nil, false, err
	}
	out = &commitOutput{}
	if found, err := record.Find(ctx, h.q, out); found || err != nil {
		return out, false, err
	}
	if !known {
		return nil, false, convo.NotFound()
	}
	if seq, err := c.findAccepted(ctx); seq > 0 || err != nil {
		return c.output(seq), false, err
	}
	if err := c.requireEntry(ctx); err != nil {
		return nil, false, err
	}
	if err := c.req.checkRate(ctx, h.q, h.caller); err != nil {
		return nil, false, c.req.waitsByLink(err, c.parsed.epoch, h.convo.Epoch)
	}
	if err := c.checkEpoch(ctx); err != nil {
		return nil, false, err
	}
	seq, err := c.accept(ctx)
	if err != nil {
		return nil, false, err
	}
	out = c.output(seq)
	return out, true, record.Keep(ctx, h.q, out)
}

// accept plans what the commit changes, counts what it stores, and writes it. It
// returns the commit's sequence number.
func (c *commitTx) accept(ctx context.Context) (seq int64, err error) {
	if err := c.verified.check(); err != nil {
		return 0, err
	}
	p := &planner{handshake: c.handshake, req: c.req, parsed: c.parsed, verified: c.verified, claims: c.claims}
	change, err := p.plan(ctx)
	if err != nil {
		return 0, err
	}
	a := &applier{handshake: c.handshake, req: c.req, parsed: c.parsed, verified: c.verified, change: change}
	if c.handshake.convo.LockedAt != nil && c.parsed.external == nil && !a.onlyRemoves() {
		return 0, convo.Locked()
	}
	if err := c.handshake.bill.Pay(ctx, a.amount()); err != nil {
		return 0, err
	}
	c.requests = change.requests()
	return a.apply(ctx)
}

// output is the output of an accepted commit.
func (c *commitTx) output(seq int64) *commitOutput {
	return &commitOutput{Success: true, NewEpoch: c.parsed.epoch + 1, Seq: &seq}
}

// findAccepted returns the sequence number of the caller's accepted commit of
// the framing epoch, if that is the same byte for byte, and otherwise 0. Clients
// without idempotency keys repeat a call with the same commit.
func (c *commitTx) findAccepted(ctx context.Context) (int64, error) {
	h := c.handshake
	if c.parsed.epoch >= h.convo.Epoch {
		return 0, nil
	}
	seq, err := h.q.FindOwnCommit(ctx, db.FindOwnCommitParams{
		ConvoID: h.convoID, Epoch: c.parsed.epoch, Did: h.caller, Ciphertext: c.req.commit,
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look for own commit: %w", err)
	}
	return seq, nil
}

// checkEpoch refuses a commit that is not of the current epoch, and one of a
// caller that may not commit in the current epoch yet.
func (c *commitTx) checkEpoch(ctx context.Context) error {
	framing, current := c.parsed.epoch, c.handshake.convo.Epoch
	switch {
	case framing < current:
		return &epochConflict{framing: framing, current: current}
	case framing > current:
		return gen.Errorf(gen.ErrInvalidCommit, "%s: its framing epoch %d is ahead of the current epoch %d", c.req.commitField, framing, current)
	}
	wait, err := epochWait(ctx, c.handshake)
	if err == nil && wait > 0 {
		err = &epochConflict{framing: framing, current: current, wait: wait}
	}
	return err
}
