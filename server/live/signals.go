package live

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/follows"
	"catbird.blue/mls/xrpc"
)

// SendEphemeral delivers a signal to the streams that members have open now, on all
// instances. It is not stored.
func (s *Service) SendEphemeral(ctx context.Context, caller xrpc.Caller, in *gen.SendEphemeralInput) (*gen.SendEphemeralOutput, error) {
	return convo.WithinRate(s.Base, in.ConvoID, gen.MethodSendEphemeral, func(full bool) (*gen.SendEphemeralOutput, bool, error) {
		out, err := s.sendEphemeral(ctx, caller, in, full)
		return out, true, err
	})
}

func (s *Service) sendEphemeral(ctx context.Context, caller xrpc.Caller, in *gen.SendEphemeralInput, full bool) (*gen.SendEphemeralOutput, error) {
	a, err := db.New(s.Pool).EphemeralAccess(ctx, caller.DID, s.membersToAsk(), in.ConvoID)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, convo.NotFound()
	case err != nil:
		return nil, fmt.Errorf("read membership: %w", err)
	case !a.Active:
		return nil, convo.NotMember()
	case a.Locked:
		return nil, convo.Locked()
	case !a.MaySend:
		return nil, convo.AdminsSend()
	case full:
		return nil, convo.ErrRateUsedUp
	case in.Epoch > a.Epoch || in.Epoch < a.Epoch-s.PastEpochs:
		return nil, gen.Errorf(gen.ErrEpochMismatch, "the current epoch is %d, the signal is of epoch %d", a.Epoch, in.Epoch)
	}
	if s.Bus == nil {
		return &gen.SendEphemeralOutput{}, nil
	}
	signal := bus.Signal{ConvoID: string(in.ConvoID), RosterVersion: a.RosterVersion, Epoch: in.Epoch, Ciphertext: in.Ciphertext, Except: s.except(ctx, caller.DID, a)}
	if err := s.Bus.Signal(ctx, signal); err != nil {
		return nil, fmt.Errorf("send signal: %w", err)
	}
	return &gen.SendEphemeralOutput{}, nil
}

// maxAsked bounds the members whose relationships to the sender of a signal are asked
// for. In larger conversations only the blocks of this service count for signals.
const maxAsked = 50

// membersToAsk returns how many members are read to find out whether they are too many.
func (s *Service) membersToAsk() int64 {
	if !s.Follows.Configured() {
		return 0
	}
	return maxAsked + 1
}

// except returns the members that do not get a signal of an account.
func (s *Service) except(ctx context.Context, sender string, a db.EphemeralAccessRow) []string {
	if len(a.Members) > maxAsked {
		return a.Blockers
	}
	return append(a.Blockers, follows.Blocked(s.Follows.Of(ctx, sender, a.Members), a.Members)...)
}
