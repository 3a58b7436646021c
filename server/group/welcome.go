package group

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// States of a Welcome that the code refers to.
const (
	// welcomeOpen: its device has not confirmed it yet.
	welcomeOpen = "open"
	// welcomeConfirmed: its device has joined by it.
	welcomeConfirmed = "confirmed"
)

// GetWelcome returns the open Welcome for a device of the caller or, without
// deviceId, the newest open Welcome of the caller. It stays open until it is
// confirmed.
func (s *Service) GetWelcome(ctx context.Context, caller xrpc.Caller, p *gen.GetWelcomeParams) (*gen.GetWelcomeOutput, error) {
	q := db.New(s.Pool)
	welcomes, err := findWelcomes(ctx, q, caller.DID, p.ConvoID, p.DeviceID)
	if err != nil {
		return nil, err
	}
	open := welcomes.open()
	if len(open) == 0 {
		return nil, welcomes.ended()
	}
	w, err := q.GetWelcome(ctx, caller.DID, welcomes.convoID, open[0].Seq)
	if err != nil {
		return nil, err
	}
	return &gen.GetWelcomeOutput{
		ConvoID: welcomes.convoID, Welcome: w.Welcome, RatchetTree: w.RatchetTree,
		Epoch: &w.Epoch, Seq: &open[0].Seq, KeyPackageHashes: w.Refs,
	}, nil
}

// openWelcomeBytes is about the size of an entry of ListWelcomes without the bytes
// of the Welcome and the tree.
const openWelcomeBytes = 500

// ListWelcomes returns the open Welcomes of the caller in all its conversations, in
// the order of conversations and devices. A page ends before limit.MaxAnswer is
// exceeded, but has at least one entry.
func (s *Service) ListWelcomes(ctx context.Context, caller xrpc.Caller, p *gen.ListWelcomesParams) (*gen.ListWelcomesOutput, error) {
	args := db.PageWelcomesParams{
		Did: caller.DID, AfterConvo: []byte{}, MaxRows: p.Limit + 1, RowBytes: openWelcomeBytes, MaxBytes: limit.MaxAnswer,
	}
	if p.DeviceID != nil {
		args.DeviceID = *p.DeviceID
	}
	if p.Cursor != nil {
		after, device, ok := strings.Cut(*p.Cursor, ".")
		id := xrpc.ConvoID(after)
		if !ok || !id.Valid() {
			return nil, gen.Errorf(gen.ErrInvalidCursor, "cursor: not one of this method")
		}
		args.AfterConvo, args.AfterDevice = id.Stored(), device
	}
	rows, err := db.New(s.Pool).PageWelcomes(ctx, args)
	if err != nil {
		return nil, fmt.Errorf("list Welcomes: %w", err)
	}
	out := &gen.ListWelcomesOutput{Welcomes: []gen.ListWelcomesOpenWelcome{}}
	for i, r := range rows {
		if !r.Fits || int64(i) == p.Limit {
			out.Cursor = new(string(rows[i-1].ConvoID) + "." + rows[i-1].DeviceID)
			break
		}
		out.Welcomes = append(out.Welcomes, gen.ListWelcomesOpenWelcome{
			ConvoID: r.ConvoID, DeviceID: r.DeviceID, KeyPackageHash: r.Ref,
			Welcome: r.Welcome, RatchetTree: r.RatchetTree, Epoch: r.Epoch, Seq: r.Seq,
		})
	}
	return out, nil
}

// ConfirmWelcome closes a Welcome by which a device has joined. With success
// false, the Welcome stays open and the reason is stored. A client that did not
// receive the response may repeat a confirmation.
func (s *Service) ConfirmWelcome(ctx context.Context, caller xrpc.Caller, in *gen.ConfirmWelcomeInput) (*gen.ConfirmWelcomeOutput, error) {
	// If the Welcome ends between the read and the write, it is read again. A
	// newer Welcome can supersede the next one too, hence several attempts.
	for range 5 {
		out, err := s.confirmWelcome(ctx, caller, in)
		if out != nil || err != nil {
			return out, err
		}
	}
	return nil, errors.New("confirm a Welcome: it changed at every try")
}

// confirmWelcome makes one attempt. It returns neither output nor error where the
// Welcome ended between the read and the write.
func (s *Service) confirmWelcome(ctx context.Context, caller xrpc.Caller, in *gen.ConfirmWelcomeInput) (*gen.ConfirmWelcomeOutput, error) {
	q, did := db.New(s.Pool), caller.DID
	welcomes, err := findWelcomes(ctx, q, did, in.ConvoID, in.DeviceID)
	if err != nil {
		return nil, err
	}
	open := welcomes.open()
	switch {
	case len(open) > 1:
		return nil, xrpc.Invalid("deviceId", "needed, as Welcomes for %d devices are open", len(open))
	case len(open) == 0 && in.Success && welcomes.lastConfirmed():
		return &gen.ConfirmWelcomeOutput{Confirmed: true}, nil
	case len(open) == 0:
		return nil, welcomes.ended()
	}
	var n int64
	if in.Success {
		n, err = q.ConfirmWelcome(ctx, db.ConfirmWelcomeParams{
			Now: s.Now(), ConvoID: welcomes.convoID, Did: did, DeviceID: open[0].DeviceID, Seq: open[0].Seq,
		})
	} else {
		if err := s.MayWrite(ctx, caller); err != nil { // a successful confirmation needs no room: it ends a Welcome
			return nil, err
		}
		n, err = q.NoteWelcomeFailed(ctx, db.NoteWelcomeFailedParams{
			Now: s.Now(), ConvoID: welcomes.convoID, Did: did, DeviceID: open[0].DeviceID, Seq: open[0].Seq,
			ErrorDetails: in.ErrorDetails,
		})
	}
	if err != nil || n == 0 {
		return nil, err
	}
	return &gen.ConfirmWelcomeOutput{Confirmed: in.Success}, nil
}

// memberWelcomes are the newest Welcomes for each device of a member, ordered by
// their commits, the newest first.
type memberWelcomes struct {
	convoID xrpc.ConvoID
	// joinedSeq is the sequence number at which the current membership began.
	joinedSeq int64
	newest    []db.ListWelcomesRow
}

// findWelcomes reads the Welcomes of a member, or those of one device. It refuses
// an account that is not a member.
func findWelcomes(ctx context.Context, q *db.Queries, did string, convoID xrpc.ConvoID, deviceID *string) (*memberWelcomes, error) {
	access, err := q.GetWelcomeAccess(ctx, convoID, did)
	switch {
	case err != nil:
		return nil, err
	case access.Windows == 0:
		return nil, convo.NotFound()
	case access.JoinedSeq < 0:
		return nil, convo.NotMember()
	}
	device := ""
	if deviceID != nil {
		device = *deviceID
	}
	newest, err := q.ListWelcomes(ctx, convoID, did, device)
	if err != nil {
		return nil, err
	}
	return &memberWelcomes{convoID, access.JoinedSeq, newest}, nil
}

// open returns the Welcomes by which a device can join. A Welcome that an earlier
// membership left open is not among them: its device was removed from the group
// since.
func (w *memberWelcomes) open() []db.ListWelcomesRow {
	var open []db.ListWelcomesRow
	for _, r := range w.newest {
		if r.State == welcomeOpen && r.Seq >= w.joinedSeq {
			open = append(open, r)
		}
	}
	return open
}

// lastConfirmed reports whether the newest Welcome was confirmed in the current
// membership.
func (w *memberWelcomes) lastConfirmed() bool {
	return len(w.newest) > 0 && w.newest[0].State == welcomeConfirmed && w.newest[0].Seq >= w.joinedSeq
}

// ended returns the error for the case that no Welcome is open.
func (w *memberWelcomes) ended() error {
	if len(w.newest) == 0 {
		return gen.Errorf(gen.ErrWelcomeNotFound, "no Welcome for this account in this conversation")
	}
	reason := map[string]string{
		welcomeOpen:      "it belonged to an earlier membership",
		welcomeConfirmed: "it was confirmed",
		"superseded":     "a newer one superseded it",
		"device-deleted": "its device was deleted",
	}[w.newest[0].State]
	return gen.Errorf(gen.ErrWelcomeExpired, "the Welcome has ended: %s", reason)
}
