package contacts

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// BlockAccount blocks an account for the caller. The caller's account row is locked,
// so concurrent calls count each other's blocks.
func (s *Service) BlockAccount(ctx context.Context, caller xrpc.Caller, in *gen.BlockAccountInput) (*gen.BlockAccountOutput, error) {
	if in.DID == caller.DID {
		return nil, xrpc.Invalid("did", "is the caller's own account")
	}
	now := s.Timestamp()
	err := s.InTx(ctx, func(tx pgx.Tx) error {
		q := db.New(tx)
		if err := q.HoldAccount(ctx, caller.DID, now); err != nil {
			return fmt.Errorf("lock the account: %w", err)
		}
		others, err := q.CountOtherBlocks(ctx, caller.DID, in.DID)
		if err != nil {
			return fmt.Errorf("count blocks: %w", err)
		}
		if others >= limit.Blocks.Amount {
			s.Storage.Bill(caller.DID).Refused(limit.Blocks)
			return gen.Errorf(gen.ErrTooManyBlocks, "an account may block %d accounts", limit.Blocks.Amount)
		}
		return q.PutBlock(ctx, caller.DID, in.DID, now)
	})
	if err != nil {
		return nil, err
	}
	return &gen.BlockAccountOutput{}, nil
}

// UnblockAccount ends a block of the caller, and forgets declined requests, two of
// which count as one.
func (s *Service) UnblockAccount(ctx context.Context, caller xrpc.Caller, in *gen.UnblockAccountInput) (*gen.UnblockAccountOutput, error) {
	err := s.InTx(ctx, func(tx pgx.Tx) error {
		q := db.New(tx)
		if err := q.ForgetDeclines(ctx, caller.DID, in.DID); err != nil {
			return fmt.Errorf("forget declined requests: %w", err)
		}
		return q.DeleteBlock(ctx, caller.DID, in.DID)
	})
	if err != nil {
		return nil, err
	}
	return &gen.UnblockAccountOutput{}, nil
}

// ListBlocks lists the caller's blocks, the newest first.
func (s *Service) ListBlocks(ctx context.Context, caller xrpc.Caller, p *gen.ListBlocksParams) (*gen.ListBlocksOutput, error) {
	after := blocksCursor{at: farFuture}
	if p.Cursor != nil {
		var err error
		if after, err = parseBlocksCursor(*p.Cursor); err != nil {
			return nil, gen.Errorf(gen.ErrInvalidCursor, "cursor: not one of this method")
		}
	}
	rows, err := db.New(s.Pool).ListBlocks(ctx, db.ListBlocksParams{Did: caller.DID, Before: after.at, BeforeDid: after.did, MaxRows: p.Limit + 1})
	if err != nil {
		return nil, err
	}
	out := &gen.ListBlocksOutput{Blocks: []gen.ListBlocksBlock{}}
	for i, r := range rows {
		if int64(i) == p.Limit {
			last := rows[i-1]
			out.Cursor = new(blocksCursor{at: last.CreatedAt, did: last.BlockedDid}.String())
			break
		}
		out.Blocks = append(out.Blocks, gen.ListBlocksBlock{DID: r.BlockedDid, CreatedAt: xrpc.FormatTime(r.CreatedAt)})
	}
	return out, nil
}

// farFuture is later than every block.
var farFuture = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// blocksCursor is the last block of a page. It is opaque to clients, but holds no
// secret.
type blocksCursor struct {
	at  time.Time
	did string
}

func (c blocksCursor) String() string { return strconv.FormatInt(c.at.UnixMicro(), 36) + "." + c.did }

func parseBlocksCursor(s string) (c blocksCursor, err error) {
	at, did, found := strings.Cut(s, ".")
	micros, err := strconv.ParseInt(at, 36, 64)
	if !found || err != nil || micros < 0 || micros > farFuture.UnixMicro() {
		return c, fmt.Errorf("want a time and a DID")
	}
	return blocksCursor{at: time.UnixMicro(micros), did: did}, nil
}
