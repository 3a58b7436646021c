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

// certainTime bounds how long a call is repeated without an answer.
const certainTime = time.Minute

// certain repeats a call, at any instance, until its outcome is known. The error
// is the service's, and nothing was done.
func (c *crowd) certain(call func(i *instance) error) error {
	var err error
	for end := time.Now().Add(certainTime); time.Now().Before(end) && c.ctx.Err() == nil; {
		if err = call(c.place.instances[rand.IntN(2)]); err == nil || isAnswer(err) {
			return err
		}
		if !isRefusal(err) {
			c.unknown.Add(1)
		}
		c.pause(5+rand.IntN(50), err)
	}
	return errors.Join(errors.New("no answer in time"), err)
}

// isAnswer tells whether a failure is the service's word on the call itself.
func isAnswer(err error) bool {
	e, ok := errors.AsType[*xrpc.Error](err)
	return ok && e.Status < 500 && !isRefusal(err)
}

// isRefusal tells whether the service did not look at the call: by a token that
// it does not take while its memory of tokens begins anew, or for want of room.
func isRefusal(err error) bool {
	e, ok := errors.AsType[*xrpc.Error](err)
	return ok && (e.Status == http.StatusUnauthorized || e.Status == http.StatusTooManyRequests)
}

// traffic sends messages and changes members for as long as during takes, and
// until at least so many messages are sent.
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

// busy is a conversation that is not quiet.
func (c *crowd) busy() *convo {
	for {
		if co := c.convos[rand.IntN(len(c.convos))]; !co.quiet {
			return co
		}
	}
}

// send sends a message in somebody's name, who may no longer be a member.
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
	err := c.certain(func(i *instance) (err error) {
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

// change lets somebody join, leave or be removed.
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

// join lets a member add somebody who is none.
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
	// A leaf that is still there from before goes.
	plan := mlstest.Plan{Add: []*mls.KeyPackage{who.pkg}, RemoveDIDs: []string{who.DID}}
	commit := co.group.With(who.device).Commit(by.device, plan)
	in := &gen.AddMembersInput{ConvoID: co.id, DIDList: []string{who.DID}, IdempotencyKey: new(uuid.NewString()),
		Commit: commit.Message, WelcomeMessage: commit.Welcome, GroupInfo: commit.GroupInfo}
	var out *gen.AddMembersOutput
	err := c.certain(func(i *instance) (err error) {
		out, err = by.client(i).AddMembers(c.ctx, in)
		return err
	})
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	co.members, co.group = append(co.members, who), commit.Next
	delete(co.removed, who)
	return c.committed(co, epoch, out.Success, out.NewEpoch, out.Seq)
}

// depart lets somebody leave, or be removed by the creator.
func (c *crowd) depart(co *convo) error {
	at := 1 + rand.IntN(len(co.members)-1) // the creator stays
	who := co.members[at]
	epoch := co.epoch.Load()
	in := &gen.LeaveConvoInput{ConvoID: co.id, IdempotencyKey: new(uuid.NewString())}
	by, commit := who, (*mlstest.Commit)(nil)
	if rand.IntN(2) == 0 {
		by, commit = co.creator, co.group.Commit(co.creator.device, mlstest.Plan{RemoveDIDs: []string{who.DID}})
		in.TargetDID, in.Commit, in.GroupInfo = &who.DID, commit.Message, commit.GroupInfo
	}
	var out *gen.LeaveConvoOutput
	err := c.certain(func(i *instance) (err error) {
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

// committed notes an accepted commit. Nobody else commits meanwhile.
func (c *crowd) committed(co *convo, epoch int64, success bool, newEpoch int64, seq *int64) error {
	if !success || newEpoch != epoch+1 || seq == nil {
		return fmt.Errorf("a commit of epoch %d, without rivals, got success %t and epoch %d", epoch, success, newEpoch)
	}
	co.epoch.Store(newEpoch)
	return c.ledger.AcknowledgedCommit(co.id, *seq)
}
