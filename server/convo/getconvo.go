package convo

import (
	"context"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// GetConvo returns one conversation of the caller. The membership and the view are
// read in one snapshot.
func (s *Service) GetConvo(ctx context.Context, caller xrpc.Caller, p *gen.GetConvoParams) (*gen.ConvoView, error) {
	var out *gen.ConvoView
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.Pool, snapshot, func(tx pgx.Tx) error {
		q := db.New(tx)
		if err := RequireReader(ctx, q, p.ConvoID, caller.DID); err != nil {
			return err
		}
		views, err := Views(ctx, q, caller.DID, []xrpc.ConvoID{p.ConvoID})
		if err != nil {
			return err
		}
		out = &views[0] // a conversation with a member exists
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
