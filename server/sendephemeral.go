package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/xrpc"
)

// SendEphemeral hands a signal to the streams that members have open at this
// moment. It is stored nowhere.
func (s *liveService) SendEphemeral(ctx context.Context, caller xrpc.Caller, in *gen.SendEphemeralInput) (*gen.SendEphemeralOutput, error) {
	convoID, err := parseConvoID("convoId", in.ConvoID)
	if err != nil {
		return nil, err
	}
	return paced(s.base, convoID, gen.MethodSendEphemeral, func(full bool) (*gen.SendEphemeralOutput, bool, error) {
		out, err := s.sendEphemeral(ctx, caller, convoID, in, full)
		return out, true, err
	})
}

func (s *liveService) sendEphemeral(ctx context.Context, caller xrpc.Caller, convoID string, in *gen.SendEphemeralInput, full bool) (*gen.SendEphemeralOutput, error) {
	a, err := db.New(s.pool).EphemeralAccess(ctx, caller.DID, convoID)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, convoNotFound()
	case err != nil:
		return nil, fmt.Errorf("read membership: %w", err)
	case !a.Active:
		return nil, notMember()
	case full:
		return nil, errConvoFull
	case in.Epoch > a.Epoch || in.Epoch < a.Epoch-s.pastEpochs:
		return nil, gen.Errorf(gen.ErrEpochMismatch, "the current epoch is %d, the signal is of epoch %d", a.Epoch, in.Epoch)
	}
	if s.bus == nil {
		return &gen.SendEphemeralOutput{}, nil
	}
	signal := bus.Signal{ConvoID: convoID, RosterVersion: a.RosterVersion, Epoch: in.Epoch, Ciphertext: in.Ciphertext}
	if err := s.bus.Signal(ctx, signal); err != nil {
		return nil, fmt.Errorf("send signal: %w", err)
	}
	return &gen.SendEphemeralOutput{}, nil
}
