package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/xrpc"
)

// untilKnownTimeout is the longest time for which a call is repeated if it gets no
// answer.
const untilKnownTimeout = time.Minute

// untilKnown repeats a call, at any instance, until its outcome is known. If it
// returns an error, the service refused the call and did nothing.
func (c *crowd) untilKnown(call func(i *instance) error) error {
	var err error
	for end := time.Now().Add(untilKnownTimeout); time.Now().Before(end) && c.ctx.Err() == nil; {
		if err = call(c.deployment.instances[rand.IntN(2)]); err == nil || isAnswer(err) {
			return err
		}
		if !isRefusal(err) {
			c.unknown.Add(1)
		}
		c.pause(5+rand.IntN(50), err)
	}
	return errors.Join(errors.New("no answer in time"), err)
}

// isAnswer reports whether err is the service's answer to the call itself.
func isAnswer(err error) bool {
	e, ok := errors.AsType[*xrpc.Error](err)
	return ok && e.Status < 500 && !isRefusal(err)
}

// isRefusal reports whether the service refused the call without executing it:
// because it could not accept the token while its record of used tokens is
// incomplete, or because of a limit.
func isRefusal(err error) bool {
	e, ok := errors.AsType[*xrpc.Error](err)
	return ok && (e.Status == http.StatusUnauthorized || e.Status == http.StatusTooManyRequests)
}

// traffic sends messages and changes members while during runs, and then until
// at least atLeast messages have been sent.
func (c *crowd) traffic(atLeast int64, during func()) {
	c.t.Helper()
	ctx, stop := context.WithCancel(c.ctx)
	defer stop()
	target := c.sent.Load() + atLeast
	var wg sync.WaitGroup
	for range c.size.senders {
		wg.Go(func() { c.repeat(ctx, c.size.pause, c.send) })
	}
	wg.Go(func() { c.repeat(ctx, c.size.change, c.change) })
	wg.Go(func() { c.repeat(ctx, c.size.change, c.change) })
	during()
	for c.sent.Load() < target && !c.isFailed() {
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	wg.Wait()
}

func (c *crowd) repeat(ctx context.Context, pause time.Duration, f func() error) {
	for ctx.Err() == nil && !c.isFailed() {
		if err := f(); err != nil {
			c.fail(err)
			return
		}
		time.Sleep(time.Duration(rand.Int64N(int64(2*pause + 1))))
	}
}

// busy returns a random conversation that is not quiet.
func (c *crowd) busy() *convo {
	for {
		if co := c.convos[rand.IntN(len(c.convos))]; !co.quiet {
			return co
		}
	}
}

// send sends a message as a random member, who may have been removed in the
// meantime.
func (c *crowd) send() error {
	co := c.busy()
	who, id := co.anyMember(), uuid.NewString()
	epoch := co.epoch.Load()
	in := &gen.SendMessageInput{ConvoID: co.id, Epoch: epoch, MsgID: &id, Ciphertext: co.message(epoch, 100+rand.IntN(400))}
	if rand.IntN(4) == 0 {
		in.IdempotencyKey = &id
	}
	before := 0
	var out *gen.SendMessageOutput
	err := c.untilKnown(func(i *instance) (err error) {
		before++
		out, err = who.client(i).SendMessage(c.ctx, in)
		return err
	})
	switch {
	case isNotMember(err):
		if before > 1 {
			c.ledger.Unresolved(co.id, id)
		}
		return nil
	case err != nil:
		return fmt.Errorf("send: %w", err)
	case out.MessageID != id:
		return fmt.Errorf("sent %q and was told %q", id, out.MessageID)
	}
	c.sent.Add(1)
	return c.ledger.Acknowledged(co.id, *out.Seq, id)
}

func isNotMember(err error) bool {
	e, ok := errors.AsType[*xrpc.Error](err)
	return ok && e.Name == gen.ErrNotMember
}

// change adds a member, or makes one leave or be removed.
func (c *crowd) change() error {
	co := c.busy()
	if !co.mu.TryLock() {
		return nil
	}
	defer co.mu.Unlock()
	c.changed.Add(1)
	n := len(co.members)
	switch {
	case n > c.size.members*3/2 || n > c.size.members/2 && rand.IntN(2) == 0:
		return c.depart(co)
	default:
		return c.join(co)
	}
}

// join makes a member add a person who is not a member.
func (c *crowd) join(co *convo) error {
	who := c.people[rand.IntN(len(c.people))]
	if slices.Contains(co.members, who) {
		return nil
	}
	by := co.members[rand.IntN(len(co.members))]
	if co.removed[who] {
		by = co.creator
	}
	epoch := co.epoch.Load()
	// Leaves of an earlier membership, which nobody has removed yet, are
	// removed first.
	plan := mlstest.Plan{Add: []*mls.KeyPackage{who.pkg}, RemoveDIDs: []string{who.DID}}
	commit := co.group.With(who.device).Commit(by.device, plan)
	in := &gen.AddMembersInput{ConvoID: co.id, DIDList: []string{who.DID}, IdempotencyKey: new(uuid.NewString()),
		Commit: commit.Message, WelcomeMessage: commit.Welcome, GroupInfo: commit.GroupInfo}
	var out *gen.AddMembersOutput
	err := c.untilKnown(func(i *instance) (err error) {
		out, err = by.client(i).AddMembers(c.ctx, in)
		return err
	})
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	if out.Success { // who was a member before has to accept
		err = c.untilKnown(func(i *instance) error {
			_, err := who.client(i).AcceptConvo(c.ctx, &gen.AcceptConvoInput{ConvoID: co.id})
			return err
		})
		if err != nil {
			return fmt.Errorf("accept: %w", err)
		}
	}
	co.members, co.group = append(co.members, who), commit.Next
	delete(co.removed, who)
	return c.committed(co, epoch, out.Success, out.NewEpoch, out.Seq)
}

// depart makes a member leave, or makes the creator remove it.
func (c *crowd) depart(co *convo) error {
	at := 1 + rand.IntN(len(co.members)-1) // index 0 is the creator, who stays
	who := co.members[at]
	epoch := co.epoch.Load()
	in := &gen.LeaveConvoInput{ConvoID: co.id, IdempotencyKey: new(uuid.NewString())}
	by, commit := who, (*mlstest.Commit)(nil)
	if rand.IntN(2) == 0 {
		by, commit = co.creator, co.group.Commit(co.creator.device, mlstest.Plan{RemoveDIDs: []string{who.DID}})
		in.TargetDID, in.Commit, in.GroupInfo = &who.DID, commit.Message, commit.GroupInfo
	}
	var out *gen.LeaveConvoOutput
	err := c.untilKnown(func(i *instance) (err error) {
		out, err = by.client(i).LeaveConvo(c.ctx, in)
		return err
	})
	if err != nil {
		return fmt.Errorf("depart: %w", err)
	}
	co.members = slices.Delete(slices.Clone(co.members), at, at+1)
	if commit == nil {
		return nil
	}
	co.group = commit.Next
	if co.removed == nil {
		co.removed = map[*person]bool{}
	}
	co.removed[who] = true
	return c.committed(co, epoch, out.Success, out.NewEpoch, out.Seq)
}

// committed records an accepted commit. Nobody else commits to the conversation
// meanwhile.
func (c *crowd) committed(co *convo, epoch int64, success bool, newEpoch int64, seq *int64) error {
	if !success || newEpoch != epoch+1 || seq == nil {
		return fmt.Errorf("a commit of epoch %d, without rivals, got success %t and epoch %d", epoch, success, newEpoch)
	}
	co.epoch.Store(newEpoch)
	return c.ledger.AcknowledgedCommit(co.id, *seq)
}
