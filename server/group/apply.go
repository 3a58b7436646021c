package group

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/storage"
	eventlog "catbird.blue/mls/server/stream/log"
)

// applier writes an accepted commit and what it changes.
type applier struct {
	handshake *handshakeTx
	req       *commitRequest
	parsed    *parsedCommit
	verified  *verifiedCommit
	change    *change
}

// amount returns what apply is going to store.
func (a *applier) amount() storage.Amount {
	out := storage.Amount{Kept: int64(len(a.req.commit)), Removes: a.onlyRemoves()}
	out.Bytes = out.Kept + int64(len(a.req.infoKey)) + max(0, a.parsed.groupInfo.bytes(a.verified.tree.bytes)-a.verified.base.bytes)
	if a.parsed.welcome != nil {
		out.Bytes += int64(len(a.req.welcome) + len(a.req.ratchetTree))
	}
	return out
}

// onlyRemoves reports whether the commit removes leaves and adds none.
func (a *applier) onlyRemoves() bool {
	removes := false
	for _, l := range a.change.leaves {
		switch l.Kind {
		case mls.LeafAdded:
			return false
		case mls.LeafRemoved:
			removes = true
		}
	}
	return removes && a.parsed.welcome == nil
}

// apply writes the commit and returns its sequence number.
func (a *applier) apply(ctx context.Context) (seq int64, err error) {
	h := a.handshake
	if seq, err = a.storeCommit(ctx); err != nil {
		return 0, err
	}
	if err := a.lapseProposals(ctx); err != nil {
		return 0, err
	}
	if err := a.updateMembers(ctx, seq); err != nil {
		return 0, err
	}
	leaves := &leafUpdate{
		handshake: h, commitField: a.req.commitField, external: a.parsed.external != nil,
		signer: a.verified.next.Tree.Leaf(a.verified.signer), changes: a.change.leaves,
	}
	if err := leaves.recordDevices(ctx); err != nil {
		return 0, err
	}
	if a.parsed.welcome != nil {
		w := &newWelcome{
			convoID: h.convoID, seq: seq, epoch: a.parsed.epoch + 1, welcome: a.req.welcome, ratchetTree: a.req.ratchetTree,
			packages: a.change.packages, now: h.now,
		}
		if err := w.store(ctx, h.q); err != nil {
			return 0, err
		}
	}
	if err := leaves.store(ctx); err != nil {
		return 0, err
	}
	return seq, a.parsed.groupInfo.store(ctx, h.q, h.convoID, a.newTree(), h.now)
}

// newTree returns the tree as it is to be stored: whole if the commit removes the
// leaf of an erased account, so that nothing is left of it.
func (a *applier) newTree() *newTree {
	tree := *a.verified.tree
	for _, ch := range a.change.leaves {
		if _, erased := a.handshake.erased.found[didOf(ch.Old)]; erased {
			tree.whole = true
		}
	}
	return &tree
}

// didOf returns the DID of a leaf, "" for none.
func didOf(m *mls.Member) string {
	if m == nil {
		return ""
	}
	return m.DID
}

// storeCommit advances the epoch and stores the commit under the next sequence
// number.
func (a *applier) storeCommit(ctx context.Context) (seq int64, err error) {
	h := a.handshake
	rosterChange := int64(0)
	if len(a.change.joins)+len(a.change.ends) > 0 {
		rosterChange = 1
	}
	row, err := h.q.AdvanceEpoch(ctx, db.AdvanceEpochParams{
		Framing: a.parsed.epoch, RosterChange: rosterChange, At: h.now, ConvoID: h.convoID,
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, &epochConflict{framing: a.parsed.epoch, current: h.convo.Epoch}
	}
	if err != nil {
		return 0, fmt.Errorf("advance epoch: %w", err)
	}
	id, err := convo.NewMessageID()
	if err != nil {
		return 0, err
	}
	if err := h.q.InsertHandshake(ctx, db.InsertHandshakeParams{
		ConvoID: h.convoID, Seq: row.LastSeq, MessageID: id, Kind: "commit", Epoch: a.parsed.epoch, SenderDid: h.caller,
		Ciphertext: a.req.commit, At: h.now, Gen: row.Gen, Pos: row.LastPos,
	}); err != nil {
		return 0, fmt.Errorf("store commit: %w", err)
	}
	return row.LastSeq, nil
}

// lapseProposals records the proposals of its epoch that the commit does not
// refer to. Only members can see what a PrivateMessage refers to: for such a
// commit it records nothing.
func (a *applier) lapseProposals(ctx context.Context) error {
	if a.parsed.public == nil {
		return nil
	}
	h := a.handshake
	if err := h.q.LapseProposals(ctx, db.LapseProposalsParams{
		At: h.now, ConvoID: h.convoID, Epoch: a.parsed.epoch, Named: a.parsed.proposalRefs(),
	}); err != nil {
		return fmt.Errorf("note lapsed proposals: %w", err)
	}
	return nil
}

// updateMembers ends and begins memberships. The window of a member that is
// removed ends with the commit, that of a member that is added begins after it.
func (a *applier) updateMembers(ctx context.Context, seq int64) error {
	h, ch := a.handshake, a.change
	position, err := a.logEvents(ctx)
	if err != nil {
		return err
	}
	if len(ch.ends) > 0 {
		if err := h.q.EndMemberships(ctx, db.EndMembershipsParams{
			Seq: seq, At: h.now, ByOther: true, ConvoID: h.convoID, Dids: ch.ends,
			N: position.endN, Gen: position.gen, Pos: position.pos,
		}); err != nil {
			return fmt.Errorf("end memberships: %w", err)
		}
	}
	if len(ch.settled) > 0 {
		if err := h.q.ClearPendingRemovals(ctx, h.convoID, h.erased.with(ch.settled)); err != nil {
			return fmt.Errorf("clear pending removals: %w", err)
		}
	}
	if len(ch.joins) > 0 {
		if err := h.q.BeginMemberships(ctx, db.BeginMembershipsParams{
			ConvoID: h.convoID, Dids: ch.joins, Consents: ch.consents, AddedBy: &h.caller, Seq: seq, At: h.now,
			N: position.beginN, Gen: position.gen, Pos: position.pos,
		}); err != nil {
			return fmt.Errorf("begin memberships: %w", err)
		}
	}
	if a.req.link != nil {
		if err := a.req.link.Use(ctx, h.q, h.caller, h.now); err != nil {
			return err
		}
	}
	return a.endRejoinRequests(ctx)
}

// logPosition is the position of a commit's events in the log, and the numbers
// of the events at which windows end and begin.
type logPosition struct{ gen, pos, endN, beginN int64 }

// logEvents logs the events about members: first those of members that are
// removed, then those of members that are added.
func (a *applier) logEvents(ctx context.Context) (logPosition, error) {
	h, ch := a.handshake, a.change
	var events convo.Events
	epoch := a.parsed.epoch + 1
	events.Ends(eventlog.ActionRemoved, h.caller, epoch, ch.ends)
	ends := int64(len(events.Kinds))
	rejoins := convo.SetOf(ch.joins)
	for _, did := range ch.settled {
		if !rejoins[did] {
			events.Add(eventlog.KindMembership, "", convo.NoEdge, eventlog.Body{DID: h.erased.public(did), Action: eventlog.ActionRemoved, Actor: h.caller, Epoch: epoch})
		}
	}
	welcomed, err := a.welcomed(ctx, &events)
	if err != nil {
		return logPosition{}, err
	}
	if err := a.storeInfoKey(ctx, &events); err != nil {
		return logPosition{}, err
	}
	events.Joined(&convo.Joining{
		ConvoID: h.convoID, Actor: h.caller, Epoch: epoch, DIDs: ch.joins, Consents: ch.consents, Welcomed: welcomed, Members: true, At: h.now,
	})
	if len(events.Kinds) == 0 {
		return logPosition{}, nil
	}
	row, err := events.Store(ctx, h.q, h.convoID, h.now)
	return logPosition{gen: row.Gen, pos: row.LastPos, endN: row.Base + ends, beginN: row.Base + int64(len(events.Kinds))}, err
}

// welcomed returns the devices whose accounts are told of the Welcome: accounts that
// have not accepted are told when they do. It also tells the accounts of open requests
// that the commit removes.
func (a *applier) welcomed(ctx context.Context, events *convo.Events) ([]convo.Device, error) {
	devices := recipients(a.change.packages)
	if len(devices) == 0 && len(a.change.ends) == 0 {
		return nil, nil
	}
	ends := convo.SetOf(a.change.ends)
	if _, err := a.handshake.endRequests(ctx, events, func(did string) bool { return ends[did] }); err != nil {
		return nil, err
	}
	open, err := a.handshake.q.RequestsIn(ctx, a.handshake.convoID)
	if err != nil {
		return nil, fmt.Errorf("read requests: %w", err)
	}
	silent := convo.SetOf(a.change.requests())
	for _, r := range open {
		silent[r.Did] = true
	}
	return slices.DeleteFunc(devices, func(d convo.Device) bool { return silent[d.DID] }), nil
}

// storeInfoKey stores the key of the info, wrapped for the new epoch. If devices enter
// without it, an event asks the members for it: the devices cannot compute the secrets
// of the epochs before.
func (a *applier) storeInfoKey(ctx context.Context, events *convo.Events) error {
	h, epoch := a.handshake, a.parsed.epoch+1
	if a.req.infoKey != nil {
		if err := h.q.PutInfoKey(ctx, db.PutInfoKeyParams{
			ConvoID: h.convoID, InfoKey: a.req.infoKey, KeyEpoch: epoch, Version: a.req.infoVersion,
		}); err != nil {
			return fmt.Errorf("store info key: %w", err)
		}
	}
	entered := owners(a.change.packages)
	if a.parsed.external != nil {
		entered = []string{h.caller}
	}
	if len(entered) == 0 {
		return nil
	}
	asked, err := h.q.RequestInfoKey(ctx, epoch, h.convoID)
	if err != nil {
		return fmt.Errorf("ask for the info key: %w", err)
	}
	if asked > 0 {
		events.Add(eventlog.KindInfoKeyAsked, "", convo.NoEdge, eventlog.Body{DID: entered[0], Epoch: epoch})
	}
	return nil
}

// endRejoinRequests ends the requests of members that are removed, of those that
// the Welcome adds again, and of a caller that rejoins by an external commit. It
// also withdraws the reports of members that are removed.
func (a *applier) endRejoinRequests(ctx context.Context) error {
	h := a.handshake
	if err := h.endReports(ctx, a.change.ends); err != nil {
		return err
	}
	dids := slices.Concat(a.change.ends, owners(a.change.packages))
	if a.parsed.external != nil {
		dids = append(dids, h.caller)
	}
	if len(dids) == 0 {
		return nil
	}
	if err := h.q.EndRejoinRequests(ctx, h.convoID, dids); err != nil {
		return fmt.Errorf("end rejoin requests: %w", err)
	}
	return nil
}
