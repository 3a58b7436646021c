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
	"catbird.blue/mls/internal/pgplan"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/quiet"
	"catbird.blue/mls/xrpc"
)

// Estimated sizes of the parts of a convoView in bytes of JSON: its own fields, a
// member without its DID, a device without its credential.
const (
	ConvoViewBytes  = 2000
	MemberViewBytes = 200
	DeviceLeafBytes = 100
)

// GetConvos lists the conversations of which the caller is a member. The page and
// its views are read in one snapshot, so they agree.
func (s *Service) GetConvos(ctx context.Context, caller xrpc.Caller, p *gen.GetConvosParams) (*gen.GetConvosOutput, error) {
	args := db.PageConvosParams{
		Did: caller.DID, Now: s.Now(), MaxRows: p.Limit + 1,
		MemberBytes: MemberViewBytes, DeviceBytes: DeviceLeafBytes,
	}
	if p.Cursor != nil {
		c, err := parseConvosCursor(*p.Cursor)
		if err != nil {
			return nil, gen.Errorf(gen.ErrInvalidCursor, "cursor: not one of this method")
		}
		args.AsOf, args.AfterLate, args.AfterActivity, args.AfterID = &c.asOf, c.late, &c.activity, c.id.Stored()
	}
	out := &gen.GetConvosOutput{}
	err := pgx.BeginTxFunc(ctx, s.Pool, pgx.TxOptions{BeginQuery: pgplan.BeginPage}, func(tx pgx.Tx) error {
		q := db.New(tx)
		rows, err := q.PageConvos(ctx, args)
		if err != nil {
			return fmt.Errorf("list conversations: %w", err)
		}
		s.keepOrder(caller.DID, rows)
		keep := cutConvos(rows, int(p.Limit))
		ids := make([]xrpc.ConvoID, keep)
		for i := range ids {
			ids[i] = rows[i].ConvoID
		}
		if keep < len(rows) {
			r := rows[keep-1]
			out.Cursor = new(convosCursor{asOf: r.AsOf, late: r.Late, activity: r.LastActivityAt, id: r.ConvoID}.String())
		}
		out.Conversations, err = Views(ctx, q, caller.DID, ids)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// keepOrder asks for what makes the next pages cheaper.
func (s *Service) keepOrder(did string, rows []db.PageConvosRow) {
	switch {
	case len(rows) == 0:
	case rows[0].Unlisted > quiet.LongList:
		s.Quiet.Long(did)
	case rows[0].Quiet: // instances that do not follow the log may have written to it
		s.Quiet.Active()
	}
}

// cutConvos returns how many of the rows go into the answer: at most max rows and
// limit.MaxAnswer bytes, but at least one row.
func cutConvos(rows []db.PageConvosRow, max int) int {
	var bytes int64
	for i, r := range rows {
		bytes += ConvoViewBytes + r.Bytes
		if i == max || i > 0 && bytes > limit.MaxAnswer {
			return i
		}
	}
	return len(rows)
}

// convosCursor is the place in the list after which the next page begins. The list
// is ordered by the last activity as of one moment, asOf. Conversations that became
// active after asOf form the second part of the list, ordered by id; late says that
// the cursor is in that part.
type convosCursor struct {
	asOf     time.Time
	late     bool
	activity time.Time
	id       xrpc.ConvoID
}

// String encodes the cursor. It is opaque to clients, but holds no secret.
func (c convosCursor) String() string {
	part := "a"
	if c.late {
		part = "z"
	}
	return strings.Join([]string{part, micros(c.asOf), micros(c.activity), string(c.id)}, ".")
}

func micros(t time.Time) string { return strconv.FormatInt(t.UnixMicro(), 36) }

func parseConvosCursor(s string) (c convosCursor, err error) {
	parts := strings.Split(s, ".")
	if len(parts) != 4 || parts[0] != "a" && parts[0] != "z" || parts[3] == "" {
		return c, fmt.Errorf("want four parts")
	}
	asOf, err := strconv.ParseInt(parts[1], 36, 64)
	if err != nil {
		return c, err
	}
	activity, err := strconv.ParseInt(parts[2], 36, 64)
	if err != nil {
		return c, err
	}
	if c.id = xrpc.ConvoID(parts[3]); !c.id.Valid() {
		return c, fmt.Errorf("want a conversation id")
	}
	if !plausible(asOf) || !plausible(activity) {
		return c, fmt.Errorf("time out of range")
	}
	c.late, c.asOf, c.activity = parts[0] == "z", time.UnixMicro(asOf), time.UnixMicro(activity)
	return c, nil
}

// plausible reports whether the database can hold a time given in microseconds
// since 1970.
func plausible(us int64) bool { return us >= 0 && us < 1<<53 }
