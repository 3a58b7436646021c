package group

import (
	"context"
	"errors"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/xrpc"
)

// welcomeOpen is the state of a Welcome that waits for its device.
const (
	welcomeOpen      = "open"
	welcomeConfirmed = "confirmed"
)

// GetWelcome gives a Welcome of the caller. Reading does not consume it. It is
// the one for deviceId, or where that is absent the newest open one.
func (s *Service) GetWelcome(ctx context.Context, caller xrpc.Caller, p *gen.GetWelcomeParams) (*gen.GetWelcomeOutput, error) {
	q := db.New(s.Pool)
	mine, err := findWelcomes(ctx, q, caller.DID, p.ConvoID, p.DeviceID)
	if err != nil {
		return nil, err
	}
	open := mine.open()
	if len(open) == 0 {
		return nil, mine.ended()
	}
	w, err := q.GetWelcome(ctx, caller.DID, mine.convoID, open[0].Seq)
	if err != nil {
		return nil, err
	}
	return &gen.GetWelcomeOutput{
		ConvoID: mine.convoID, Welcome: w.Welcome, RatchetTree: w.RatchetTree,
		Epoch: &w.Epoch, Seq: &open[0].Seq, KeyPackageHashes: w.Refs,
	}, nil
}

// ConfirmWelcome closes a Welcome that its device has applied. With success
// false it stays open, and the reason is kept. A confirmation whose answer was
// lost may be repeated.
func (s *Service) ConfirmWelcome(ctx context.Context, caller xrpc.Caller, in *gen.ConfirmWelcomeInput) (*gen.ConfirmWelcomeOutput, error) {
	// Whoever ends it between reading and writing makes us read again; as a
	// newer Welcome may supersede that one too, this has a bound and not one try.
	for range 5 {
		out, err := s.confirmWelcome(ctx, caller, in)
		if out != nil || err != nil {
			return out, err
		}
	}
	return nil, errors.New("confirm a Welcome: it changed at every try")
}

// confirmWelcome gives nothing at all where the Welcome ended meanwhile.
func (s *Service) confirmWelcome(ctx context.Context, caller xrpc.Caller, in *gen.ConfirmWelcomeInput) (*gen.ConfirmWelcomeOutput, error) {
	q, did := db.New(s.Pool), caller.DID
	mine, err := findWelcomes(ctx, q, did, in.ConvoID, in.DeviceID)
	if err != nil {
		return nil, err
	}
	open := mine.open()
	switch {
	case len(open) > 1:
		return nil, xrpc.Invalid("deviceId", "needed, as Welcomes for %d devices are open", len(open))
	case len(open) == 0 && in.Success && mine.lastConfirmed():
		return &gen.ConfirmWelcomeOutput{Confirmed: true}, nil
	case len(open) == 0:
		return nil, mine.ended()
	}
	var n int64
	if in.Success {
		n, err = q.ConfirmWelcome(ctx, db.ConfirmWelcomeParams{
			Now: s.Now(), ConvoID: mine.convoID, Did: did, DeviceID: open[0].DeviceID, Seq: open[0].Seq,
		})
	} else {
		if err := s.MayWrite(ctx, caller); err != nil { // a confirmation ends something
			return nil, err
		}
		n, err = q.NoteWelcomeFailed(ctx, db.NoteWelcomeFailedParams{
			Now: s.Now(), ConvoID: mine.convoID, Did: did, DeviceID: open[0].DeviceID, Seq: open[0].Seq,
			ErrorDetails: in.ErrorDetails,
		})
	}
	if err != nil || n == 0 {
		return nil, err
	}
	return &gen.ConfirmWelcomeOutput{Confirmed: in.Success}, nil
}

// welcomesOf are the newest Welcomes for the devices of a member, the newest
// commit's first.
type welcomesOf struct {
	convoID   xrpc.ConvoID
	joinedSeq int64
	newest    []db.ListWelcomesRow
}

// findWelcomes reads the member's Welcomes, or one device's. It refuses who is
// no member.
func findWelcomes(ctx context.Context, q *db.Queries, did string, convoID xrpc.ConvoID, deviceID *string) (*welcomesOf, error) {
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
	return &welcomesOf{convoID, access.JoinedSeq, newest}, nil
}

// open gives those that can be applied. What was left open by an earlier
// membership joins a group that has moved on without its device.
func (w *welcomesOf) open() []db.ListWelcomesRow {
	var open []db.ListWelcomesRow
	for _, r := range w.newest {
		if r.State == welcomeOpen && r.Seq >= w.joinedSeq {
			open = append(open, r)
		}
	}
	return open
}

// lastConfirmed reports whether the newest was confirmed, by this caller's
// words.
func (w *welcomesOf) lastConfirmed() bool {
	return len(w.newest) > 0 && w.newest[0].State == welcomeConfirmed && w.newest[0].Seq >= w.joinedSeq
}

// ended is the error where none is open.
func (w *welcomesOf) ended() error {
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
