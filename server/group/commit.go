package group

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/keypackages"
	"catbird.blue/mls/xrpc"
)

// commitRequest is what addMembers, leaveConvo, sendCommit and joinConvo ask of
// the one commit core. They differ in nothing else.
type commitRequest struct {
	method *xrpc.Method
	// key and content are the idempotency key and the decoded input, whose
	// conversation id is in its stored form.
	key          *string
	content      any
	conversation xrpc.ConvoID

	commit, welcome, groupInfo, ratchetTree []byte
	// The names that the lexicon has for commit, welcome and removed, for
	// errors.
	commitField, welcomeField, removedField string
	// added and removed are the DIDs whose memberships begin and end.
	added, removed []string
	// external: the commit is the caller's own external commit.
	external bool
	// full: the conversation has used up its rate.
	full bool
	// overdrawn is why the caller may add nobody now: told under the lock, after
	// what a repetition is answered.
	overdrawn error
}

// commitResult is the answer of all four.
type commitResult = gen.SendCommitOutput

// lostRace is the outcome of a commit whose epoch another one has won.
type lostRace struct {
	framing, current int64
	// wait is how long the epoch is kept for somebody else; 0 where another
	// commit has won it.
	wait time.Duration
}

func (e *lostRace) Error() string {
	return fmt.Sprintf("epoch %d was won by another commit, the current one is %d", e.framing, e.current)
}

// commit verifies a commit and decides it in one transaction: either all of it
// happens, or the caller hears why nothing did.
func (s *Service) commit(ctx context.Context, caller xrpc.Caller, req *commitRequest) (*commitResult, error) {
	parsed, err := parseCommit(req)
	if err != nil {
		return nil, err
	}
	taken, err := s.payAdditions(ctx, caller, req)
	if err != nil {
		return nil, err
	}
	stored := false
	out, err := convo.WithinRate(s.Base, req.conversation, req.method, func(full bool) (out *commitResult, _ bool, err error) {
		req.full = full
		out, stored, err = s.decide(ctx, caller, req, parsed)
		return out, stored, err
	})
	if err != nil || !stored {
		taken.GiveBack(ctx)
	}
	return out, err
}

// decide decides a commit. stored tells that it is written, and not a repetition.
func (s *Service) decide(ctx context.Context, caller xrpc.Caller, req *commitRequest, parsed *parsedCommit) (out *commitResult, stored bool, err error) {
	now := s.Timestamp()
	first, err := s.Idempotency.NewRecord(caller, req.method.NSID, req.key, req.content, now)
	if err != nil {
		return nil, false, err
	}
	bill := s.Storage.Bill(caller.DID)
	err = untilCurrent(func() error {
		verified, err := s.verifyCommit(ctx, caller.DID, req, parsed)
		if err != nil {
			return err
		}
		return s.InTx(ctx, func(tx pgx.Tx) (err error) {
			h := handshakeTx{q: db.New(tx), convoID: req.conversation, caller: caller.DID, now: now, bill: bill}
			c := &commitTx{handshakeTx: h, claims: s.claims, commitRequest: req, parsedCommit: parsed, verified: verified}
			out, err = c.run(ctx, first)
			stored = c.stored
			return err
		})
	})
	settle(ctx, bill, stored, err)
	if lost := (*lostRace)(nil); errors.As(err, &lost) {
		if err := s.reserve(ctx, caller, req.conversation, lost); err != nil {
			return nil, false, err
		}
		out, err = s.conflict(ctx, caller, req.conversation, lost)
		return out, false, err
	}
	if err != nil {
		return nil, false, err
	}
	s.Hint(string(req.conversation))
	return out, stored, nil
}

// commitTx is a commit inside its transaction.
type commitTx struct {
	handshakeTx
	claims *keypackages.Claims
	*commitRequest
	*parsedCommit
	verified *verification
	// stored: the commit is written, and not a repetition.
	stored bool
}

// run checks in this order: first answer, membership, epoch, and then what
// depends on state, so that who lost the race hears of the race.
func (c *commitTx) run(ctx context.Context, first *convo.Record) (*commitResult, error) {
	known, err := c.lock(ctx)
	if err != nil {
		return nil, err
	}
	out := &commitResult{}
	if found, err := first.Find(ctx, c.q, out); found || err != nil {
		return out, err
	}
	if !known {
		return nil, convo.NotFound()
	}
	if seq, err := c.repeated(ctx); seq > 0 || err != nil {
		return &commitResult{Success: true, NewEpoch: c.epoch + 1, Seq: &seq}, err
	}
	if err := convo.RequireMember(ctx, c.q, c.convoID, c.caller); err != nil {
		return nil, err
	}
	if err := c.waits(ctx, c.q, c.caller); err != nil {
		return nil, err
	}
	if err := c.checkEpoch(ctx); err != nil {
		return nil, err
	}
	if err := c.verified.check(); err != nil {
		return nil, err
	}
	change, err := c.plan(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.bill.Pay(ctx, c.amount(change)); err != nil {
		return nil, err
	}
	seq, err := c.apply(ctx, change)
	if err != nil {
		return nil, err
	}
	c.stored = true
	*out = commitResult{Success: true, NewEpoch: c.epoch + 1, Seq: &seq}
	return out, first.Keep(ctx, c.q, out)
}

// repeated gives the number of the caller's accepted commit of that epoch where
// this is the same, byte for byte: what clients without keys repeat.
func (c *commitTx) repeated(ctx context.Context) (int64, error) {
	if c.epoch >= c.convo.Epoch {
		return 0, nil
	}
	seq, err := c.q.FindOwnCommit(ctx, db.FindOwnCommitParams{ConvoID: c.convoID, Epoch: c.epoch, Did: c.caller, Ciphertext: c.commit})
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look for own commit: %w", err)
	}
	return seq, nil
}

func (c *commitTx) checkEpoch(ctx context.Context) error {
	switch {
	case c.epoch < c.convo.Epoch:
		return &lostRace{framing: c.epoch, current: c.convo.Epoch}
	case c.epoch > c.convo.Epoch:
		return gen.Errorf(gen.ErrInvalidCommit, "%s: its framing epoch %d is ahead of the current epoch %d", c.commitField, c.epoch, c.convo.Epoch)
	}
	wait, err := c.turn(ctx)
	if err == nil && wait > 0 {
		err = &lostRace{framing: c.epoch, current: c.convo.Epoch, wait: wait}
	}
	return err
}

// waits is errConvoFull for a commit of a member in a conversation that is full,
// unless it ends memberships, and the member may do that.
func (c *commitRequest) waits(ctx context.Context, q *db.Queries, caller string) error {
	if !c.full {
		return nil
	}
	if len(c.removed) == 0 {
		return convo.ErrRateUsedUp
	}
	may, err := convo.MayRemove(ctx, q, c.conversation, caller)
	if err == nil && !may {
		err = convo.ErrRateUsedUp
	}
	return err
}
