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
	a, err := db.New(s.Pool).EphemeralAccess(ctx, caller.DID, in.ConvoID)
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
	signal := bus.Signal{ConvoID: string(in.ConvoID), RosterVersion: a.RosterVersion, Epoch: in.Epoch, Ciphertext: in.Ciphertext, Except: a.Blockers}
	if err := s.Bus.Signal(ctx, signal); err != nil {
		return nil, fmt.Errorf("send signal: %w", err)
	}
	return &gen.SendEphemeralOutput{}, nil
}
