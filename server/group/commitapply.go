package group

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/convo"
	eventlog "catbird.blue/mls/server/stream/log"
)

// apply writes a planned commit and gives its number.
func (c *commitTx) apply(ctx context.Context, ch *change) (int64, error) {
	seq, err := c.store(ctx, ch)
	if err != nil {
		return 0, err
	}
	if err := c.lapseProposals(ctx); err != nil {
		return 0, err
	}
	if err := c.moveMembers(ctx, ch, seq); err != nil {
		return 0, err
	}
	if err := c.showDevices(ctx, ch.leaves); err != nil {
		return 0, err
	}
	if c.invite != nil {
		w := &newWelcome{convoID: c.convoID, seq: seq, epoch: c.epoch + 1, welcome: c.welcome, ratchetTree: c.ratchetTree, packages: ch.packages, at: c.now}
		if err := w.store(ctx, c.q); err != nil {
			return 0, err
		}
	}
	if err := c.moveLeaves(ctx, ch.leaves); err != nil {
		return 0, err
	}
	return seq, c.evidence.store(ctx, c.q, c.convoID, c.verified.next, c.now)
}

// store moves the epoch on and keeps the commit, under the next number.
func (c *commitTx) store(ctx context.Context, ch *change) (int64, error) {
	rosterChange := int64(0)
	if len(ch.joins)+len(ch.ends) > 0 {
		rosterChange = 1
	}
	row, err := c.q.AdvanceEpoch(ctx, db.AdvanceEpochParams{
		Framing: c.epoch, RosterChange: rosterChange, At: c.now, ConvoID: c.convoID,
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, &lostRace{framing: c.epoch, current: c.convo.Epoch}
	}
	if err != nil {
		return 0, fmt.Errorf("advance epoch: %w", err)
	}
	id, err := convo.NewMessageID()
	if err != nil {
		return 0, err
	}
	if err := c.q.InsertHandshake(ctx, db.InsertHandshakeParams{
		ConvoID: c.convoID, Seq: row.LastSeq, MessageID: id, Kind: "commit", Epoch: c.epoch, SenderDid: c.caller, Ciphertext: c.commit, At: c.now,
		Gen: row.Gen, Pos: row.LastPos,
	}); err != nil {
		return 0, fmt.Errorf("store commit: %w", err)
	}
	return row.LastSeq, nil
}

// lapseProposals notes which proposals of its epoch the commit leaves out. What
// a PrivateMessage names, only members can tell: it leaves out nothing.
func (c *commitTx) lapseProposals(ctx context.Context) error {
	if c.public == nil {
		return nil
	}
	var named [][]byte
	for _, p := range c.public.Commit.Proposals {
		if p.Proposal == nil {
			named = append(named, p.Ref)
		}
	}
	if err := c.q.LapseProposals(ctx, db.LapseProposalsParams{At: c.now, ConvoID: c.convoID, Epoch: c.epoch, Named: named}); err != nil {
		return fmt.Errorf("note lapsed proposals: %w", err)
	}
	return nil
}

// logged is where the events of a transaction are in the log, and between which
// of them windows end and begin.
type logged struct{ gen, pos, endN, beginN int64 }

// tell logs what the commit does to members: first who goes, then who comes.
func (c *commitTx) tell(ctx context.Context, ch *change) (logged, error) {
	var l convo.Events
	epoch := c.epoch + 1
	l.Ends(eventlog.ActionRemoved, c.caller, epoch, ch.ends)
	ends := int64(len(l.Kinds))
	back := convo.SetOf(ch.joins)
	for _, did := range ch.settled {
		if !back[did] {
			l.Add(eventlog.KindMembership, "", convo.NoEdge, eventlog.Body{DID: did, Action: eventlog.ActionRemoved, Actor: c.caller, Epoch: epoch})
		}
	}
	l.Joined(c.convoID, c.caller, epoch, ch.joins, owners(ch.packages), true)
	if len(l.Kinds) == 0 {
		return logged{}, nil
	}
	row, err := l.Store(ctx, c.q, c.convoID, c.now)
	return logged{gen: row.Gen, pos: row.LastPos, endN: row.Base + ends, beginN: row.Base + int64(len(l.Kinds))}, err
}

// moveMembers ends and begins memberships. A window ends with the commit that
// ends it, and begins after the one that begins it.
func (c *commitTx) moveMembers(ctx context.Context, ch *change, seq int64) error {
	log, err := c.tell(ctx, ch)
	if err != nil {
		return err
	}
	if len(ch.ends) > 0 {
		if err := c.q.EndMemberships(ctx, db.EndMembershipsParams{
			Seq: seq, At: c.now, ByOther: true, ConvoID: c.convoID, Dids: ch.ends, N: log.endN, Gen: log.gen, Pos: log.pos,
		}); err != nil {
			return fmt.Errorf("end memberships: %w", err)
		}
	}
	if len(ch.settled) > 0 {
		if err := c.q.ClearPendingRemovals(ctx, c.convoID, ch.settled); err != nil {
			return fmt.Errorf("clear pending removals: %w", err)
		}
	}
	if len(ch.joins) > 0 {
		if err := c.q.BeginMemberships(ctx, db.BeginMembershipsParams{
			ConvoID: c.convoID, Dids: ch.joins, Seq: seq, At: c.now, N: log.beginN, Gen: log.gen, Pos: log.pos,
		}); err != nil {
			return fmt.Errorf("begin memberships: %w", err)
		}
	}
	return c.endRejoinRequests(ctx, ch)
}

// endRejoinRequests ends those of members that go, and of those that got what
// they asked for.
func (c *commitTx) endRejoinRequests(ctx context.Context, ch *change) error {
	if err := c.endReports(ctx, ch.ends); err != nil {
		return err
	}
	dids := slices.Concat(ch.ends, owners(ch.packages))
	if c.joiner != nil {
		dids = append(dids, c.caller)
	}
	if len(dids) == 0 {
		return nil
	}
	if err := c.q.EndRejoinRequests(ctx, c.convoID, dids); err != nil {
		return fmt.Errorf("end rejoin requests: %w", err)
	}
	return nil
}
