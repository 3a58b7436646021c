package convo

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

// ListConvoRequests lists the conversations that the caller has neither accepted nor
// declined. The page and its views are read in one snapshot.
func (s *Service) ListConvoRequests(ctx context.Context, caller xrpc.Caller, p *gen.ListConvoRequestsParams) (*gen.ListConvoRequestsOutput, error) {
	before, beforeID := farFuture, []byte{}
	if p.Cursor != nil {
		at, id, found := strings.Cut(*p.Cursor, ".")
		us, err := strconv.ParseInt(at, 36, 64)
		if !found || err != nil || !plausible(us) || !xrpc.ConvoID(id).Valid() {
			return nil, gen.Errorf(gen.ErrInvalidCursor, "cursor: not one of this method")
		}
		before, beforeID = time.UnixMicro(us), xrpc.ConvoID(id).Stored()
	}
	out := &gen.ListConvoRequestsOutput{Requests: []gen.ListConvoRequestsConvoRequest{}}
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.Pool, snapshot, func(tx pgx.Tx) error {
		q := db.New(tx)
		rows, err := q.PageRequests(ctx, db.PageRequestsParams{
			MemberBytes: MemberViewBytes, DeviceBytes: DeviceLeafBytes, Did: caller.DID, Before: before, BeforeID: beforeID, MaxRows: p.Limit + 1,
		})
		if err != nil {
			return fmt.Errorf("list requests: %w", err)
		}
		keep := cutRequests(rows, int(p.Limit))
		if keep < len(rows) {
			last := rows[keep-1]
			out.Cursor = new(micros(last.JoinedAt) + "." + string(last.ConvoID))
		}
		return appendRequests(ctx, q, caller.DID, rows[:keep], out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// farFuture is later than every request.
var farFuture = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// cutRequests returns how many of the rows go into the answer, as cutConvos.
func cutRequests(rows []db.PageRequestsRow, most int) int {
	var bytes int64
	for i, r := range rows {
		bytes += ConvoViewBytes + r.Bytes
		if i == most || i > 0 && bytes > limit.MaxAnswer {
			return i
		}
	}
	return len(rows)
}

func appendRequests(ctx context.Context, q *db.Queries, did string, rows []db.PageRequestsRow, out *gen.ListConvoRequestsOutput) error {
	ids := make([]xrpc.ConvoID, len(rows))
	for i := range rows {
		ids[i] = rows[i].ConvoID
	}
	views, err := Views(ctx, q, did, ids)
	if err != nil {
		return err
	}
	for i, r := range rows {
		one := gen.ListConvoRequestsConvoRequest{Convo: views[i], AddedAt: xrpc.FormatTime(r.JoinedAt)}
		if strings.HasPrefix(r.AddedBy, "did:") {
			one.AddedBy = &r.AddedBy
		}
		out.Requests = append(out.Requests, one)
	}
	return nil
}
