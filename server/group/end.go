package group

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/xrpc"
)

// Leave ends the membership of an account as its own leaveConvo does, without a
// call of it: the account is being erased. It does nothing where the account is
// not a member.
func (s *Service) Leave(ctx context.Context, did string, convoID xrpc.ConvoID) error {
	err := s.InTx(ctx, func(tx pgx.Tx) error {
		h := &handshakeTx{q: db.New(tx), convoID: convoID, caller: did, now: s.Timestamp()}
		_, err := leaveInTx(ctx, h, &verifiedProposal{}, nil)
		return err
	})
	var e *xrpc.Error
	if errors.As(err, &e) && (e.Name == convo.NotMember().Name || e.Name == convo.NotFound().Name) {
		return nil
	}
	if err != nil {
		return err
	}
	s.Notify(string(convoID))
	return nil
}
