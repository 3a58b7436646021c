package convoinfo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/storage"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// Service implements updateConvoInfo.
type Service struct{ *convo.Base }

// New makes the service.
func New(b *convo.Base) *Service { return &Service{b} }

// UpdateConvoInfo stores a new info with its key, or the key of the present info for
// the members of the current epoch.
func (s *Service) UpdateConvoInfo(ctx context.Context, caller xrpc.Caller, in *gen.UpdateConvoInfoInput) (*gen.UpdateConvoInfoOutput, error) {
	bill := s.Storage.Bill(caller.DID)
	u := &update{}
	err := s.InTx(ctx, func(tx pgx.Tx) error {
		u = &update{q: db.New(tx), in: in, caller: caller.DID, now: s.Timestamp(), bill: bill}
		return u.run(ctx)
	})
	convo.SettleBill(ctx, bill, u.stored, err)
	if err != nil {
		return nil, err
	}
	if u.stored {
		s.Notify(string(in.ConvoID))
	}
	return &gen.UpdateConvoInfoOutput{Version: u.version, KeyEpoch: u.keyEpoch}, nil
}

// update is a call of updateConvoInfo in its transaction.
type update struct {
	q      *db.Queries
	in     *gen.UpdateConvoInfoInput
	caller string
	now    time.Time
	bill   *storage.Bill

	// convo is the conversation's row, as it was read under the lock, and admin says
	// that the caller is an admin.
	convo db.LockConvoRow
	admin bool
	// stored says that something was written. version and keyEpoch are what is stored.
	stored            bool
	version, keyEpoch int64
}

func (u *update) run(ctx context.Context) (err error) {
	u.convo, err = u.q.LockConvo(ctx, u.in.ConvoID, u.caller)
	if errors.Is(err, pgx.ErrNoRows) {
		return convo.NotFound()
	}
	if err != nil {
		return fmt.Errorf("lock conversation: %w", err)
	}
	if u.admin, err = convo.MemberRole(ctx, u.q, u.in.ConvoID, u.caller); err != nil {
		return err
	}
	if err := u.checkRight(); err != nil {
		return err
	}
	was, err := u.q.GetConvoInfo(ctx, u.in.ConvoID)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("read info: %w", err)
	}
	u.version, u.keyEpoch = was.Version, was.KeyEpoch
	if u.isDone(&was) {
		return nil
	}
	if err := u.checkVersion(); err != nil {
		return err
	}
	return u.store(ctx)
}

// checkRight refuses a new info of a caller that may not change it. To wrap the key
// for others needs no right. It also works in a locked conversation, where devices of
// members come back.
func (u *update) checkRight() error {
	switch {
	case u.in.Info == nil:
		return nil
	case u.convo.LockedAt != nil:
		return convo.Locked()
	case !u.admin && convo.PolicyOf(&u.convo).AdminsChangeInfo:
		return convo.AdminsOnly("info: change name, description and picture")
	}
	return nil
}

// isDone reports whether the call would change nothing: it repeats a call whose answer
// was lost, or another member was first to wrap the key for the epoch. An admin may
// replace that wrap, since nobody outside the group can tell which one is right.
func (u *update) isDone(was *db.GetConvoInfoRow) bool {
	if u.in.Info != nil {
		return was.Version == u.in.BaseVersion+1 && bytes.Equal(was.Info, u.in.Info)
	}
	return was.Version > 0 && was.Version == u.in.BaseVersion && was.KeyEpoch == u.in.Epoch && u.in.Epoch == u.convo.Epoch &&
		(!u.admin || bytes.Equal(was.InfoKey, u.in.InfoKey))
}

// checkVersion requires the current version and the current epoch.
func (u *update) checkVersion() error {
	switch {
	case u.in.BaseVersion != u.version:
		return gen.Errorf(gen.ErrInfoVersionMismatch, "baseVersion: is %d, the current version of the info is %d", u.in.BaseVersion, u.version)
	case u.in.Info == nil && u.version == 0:
		return xrpc.Invalid("info", "missing; the conversation has no info yet whose key could be wrapped")
	case u.in.Epoch != u.convo.Epoch:
		return gen.Errorf(gen.ErrEpochMismatch, "epoch: infoKey is for epoch %d, the current epoch is %d", u.in.Epoch, u.convo.Epoch)
	}
	return nil
}

// store writes the info or the key alone, and logs the event.
func (u *update) store(ctx context.Context) (err error) {
	if err := u.bill.Pay(ctx, storage.Amount{Bytes: int64(len(u.in.Info) + len(u.in.InfoKey))}); err != nil {
		return err
	}
	if u.in.Info == nil {
		err = u.q.PutInfoKey(ctx, db.PutInfoKeyParams{ConvoID: u.in.ConvoID, InfoKey: u.in.InfoKey, KeyEpoch: u.in.Epoch})
	} else {
		u.version++
		err = u.q.PutConvoInfo(ctx, db.PutConvoInfoParams{
			ConvoID: u.in.ConvoID, Version: u.version, Info: u.in.Info, InfoKey: u.in.InfoKey, KeyEpoch: u.in.Epoch, At: u.now,
		})
	}
	if err != nil {
		return fmt.Errorf("store info: %w", err)
	}
	u.stored, u.keyEpoch = true, u.in.Epoch
	var events convo.Events
	events.Add(eventlog.KindInfo, "", convo.NoEdge, eventlog.Body{Version: u.version, KeyEpoch: u.keyEpoch, Actor: u.caller})
	_, err = events.Store(ctx, u.q, u.in.ConvoID, u.now)
	return err
}
