package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/stream"
)

// apply writes a planned commit and gives its number.
func (c *commitTx) apply(ctx context.Context, ch *change) (int64, error) {
	if c.settles() {
		if err := c.settle(ctx, c.epoch); err != nil {
			return 0, err
		}
	}
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
	seq := row.LastSeq
	id, err := newMessageID()
	if err != nil {
		return 0, err
	}
	if err := c.q.InsertHandshake(ctx, db.InsertHandshakeParams{
		ConvoID: c.convoID, Seq: seq, MessageID: id, Kind: "commit", Epoch: c.epoch, SenderDid: c.caller, Ciphertext: c.commit, At: c.now,
		Gen: row.Gen, Pos: row.LastPos,
	}); err != nil {
		return 0, fmt.Errorf("store commit: %w", err)
	}
	if err := c.lapseProposals(ctx); err != nil {
		return 0, err
	}
	log, err := c.tell(ctx, ch)
	if err != nil {
		return 0, err
	}
	if err := c.moveMembers(ctx, ch, seq, log); err != nil {
		return 0, err
	}
	if ch.roster.next != nil {
		err = c.placeDevices(ctx, &ch.roster)
	} else {
		err = c.placeCommitter(ctx, ch.committer)
	}
	if err != nil {
		return 0, err
	}
	if c.invite != nil {
		w := &newWelcome{convoID: c.convoID, seq: seq, epoch: c.epoch + 1, welcome: c.welcome, ratchetTree: c.ratchetTree, packages: ch.packages, at: c.now}
		if err := w.store(ctx, c.q); err != nil {
			return 0, err
		}
	}
	if err := c.placeLeaves(ctx, &ch.roster); err != nil {
		return 0, err
	}
	if c.verified.next == nil {
		return seq, nil // what nothing verified is not handed out
	}
	return seq, c.evidence.store(ctx, c.q, c.convoID, c.now)
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
	var l eventList
	epoch := c.epoch + 1
	l.ends(stream.ActionRemoved, c.caller, epoch, ch.ends)
	ends := int64(len(l.kinds))
	back := set(ch.joins)
	for _, did := range ch.settled {
		if !back[did] {
			l.add(stream.KindMembership, "", noEdge, stream.Body{DID: did, Action: stream.ActionRemoved, Actor: c.caller, Epoch: epoch})
		}
	}
	l.joined(c.convoID, c.caller, epoch, ch.joins, owners(ch.packages), true)
	if len(l.kinds) == 0 {
		return logged{}, nil
	}
	row, err := l.store(ctx, c.q, c.convoID, c.now)
	return logged{gen: row.Gen, pos: row.LastPos, endN: row.Base + ends, beginN: row.Base + int64(len(l.kinds))}, err
}

// moveMembers ends and begins memberships. A window ends with the commit that
// ends it, and begins after the one that begins it.
func (c *commitTx) moveMembers(ctx context.Context, ch *change, seq int64, log logged) error {
	var gone []string
	if len(ch.ends) > 0 {
		if err := c.q.EndMemberships(ctx, db.EndMembershipsParams{
			Seq: seq, At: c.now, ConvoID: c.convoID, Dids: ch.ends, N: log.endN, Gen: log.gen, Pos: log.pos,
		}); err != nil {
			return fmt.Errorf("end memberships: %w", err)
		}
		gone = append(gone, ch.ends...)
	}
	if len(ch.settled) > 0 {
		if err := c.q.ClearPendingRemovals(ctx, c.convoID, ch.settled); err != nil {
			return fmt.Errorf("clear pending removals: %w", err)
		}
		gone = append(gone, ch.settled...)
	}
	gone = append(gone, ch.replaced...)
	if len(gone) > 0 && ch.roster.next == nil {
		if err := c.q.DeleteLeaves(ctx, c.convoID, gone); err != nil {
			return fmt.Errorf("delete leaves: %w", err)
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
	dids := append([]string(nil), ch.ends...)
	for _, p := range ch.packages {
		dids = append(dids, p.Did)
	}
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

// placeCommitter records the device that made the commit, where it shows. Which
// leaf an external commit removes cannot be told here; where its owner had only
// one, it is that one.
func (c *commitTx) placeCommitter(ctx context.Context, leaf *mls.LeafNode) error {
	if leaf == nil {
		return nil
	}
	id := leaf.DeviceID()
	if c.joiner != nil && c.joiner.Removed != nil {
		if err := c.q.DeleteOnlyOtherLeaf(ctx, c.convoID, c.caller, id); err != nil {
			return fmt.Errorf("delete old leaf: %w", err)
		}
	}
	if err := c.showDevice(ctx, device{c.caller, id}, "the device that made it"); err != nil {
		return err
	}
	if err := c.q.InsertLeaves(ctx, c.convoID, []string{c.caller}, []string{id}); err != nil {
		return fmt.Errorf("insert leaf: %w", err)
	}
	if c.joiner == nil {
		return nil
	}
	return c.checkDevices(ctx)
}

// recordDevice records a device that shows itself by a leaf. deleted ones stay
// deleted.
func recordDevice(ctx context.Context, q *db.Queries, d device, at time.Time) (deleted bool, err error) {
	end, err := q.RecordCommitter(ctx, d.did, d.id, at)
	if err != nil {
		return false, fmt.Errorf("record device: %w", err)
	}
	return end != nil, nil
}

// newWelcome is a Welcome to be stored with its recipients.
type newWelcome struct {
	convoID              string
	seq, epoch           int64
	welcome, ratchetTree []byte
	packages             []db.LockPackagesRow
	at                   time.Time
}

// store spends the packages, makes their devices leaves, and the Welcome theirs
// to fetch in place of older ones.
func (w *newWelcome) store(ctx context.Context, q *db.Queries) error {
	var dids, devices []string
	var refs [][]byte
	for _, p := range w.packages {
		dids, devices, refs = append(dids, p.Did), append(devices, p.DeviceID), append(refs, p.Ref)
	}
	if err := q.SpendPackages(ctx, w.at, refs); err != nil {
		return fmt.Errorf("spend key packages: %w", err)
	}
	if err := q.InsertLeaves(ctx, w.convoID, dids, devices); err != nil {
		return fmt.Errorf("insert leaves: %w", err)
	}
	if err := q.InsertWelcome(ctx, db.InsertWelcomeParams{
		ConvoID: w.convoID, Seq: w.seq, Epoch: w.epoch, Welcome: w.welcome, RatchetTree: w.ratchetTree, At: w.at,
	}); err != nil {
		return fmt.Errorf("store Welcome: %w", err)
	}
	if err := q.SupersedeWelcomes(ctx, db.SupersedeWelcomesParams{At: w.at, ConvoID: w.convoID, Dids: dids, DeviceIds: devices}); err != nil {
		return fmt.Errorf("supersede Welcomes: %w", err)
	}
	if err := q.InsertWelcomeRecipients(ctx, db.InsertWelcomeRecipientsParams{
		ConvoID: w.convoID, Dids: dids, DeviceIds: devices, Seq: w.seq, Refs: refs,
	}); err != nil {
		return fmt.Errorf("store Welcome's recipients: %w", err)
	}
	return nil
}

// store keeps a GroupInfo as the one of its epoch; nothing where there is none.
// One without tree is of use with the tree that is known.
func (e *evidence) store(ctx context.Context, q *db.Queries, convoID string, at time.Time) error {
	if e.info == nil {
		return nil
	}
	tree := e.ratchetTree
	if e.knownTree != nil {
		tree = e.knownTree.Bytes()
	}
	if err := q.PutGroupInfo(ctx, db.PutGroupInfoParams{
		ConvoID: convoID, Epoch: e.epoch(), GroupInfo: e.groupInfo, RatchetTree: tree, At: at,
	}); err != nil {
		return fmt.Errorf("store GroupInfo: %w", err)
	}
	return nil
}
