package messages

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// Kinds of stored messages, in messages.kind and in messageType.
const (
	kindApp      = "app"
	kindCommit   = "commit"
	kindProposal = "proposal"
)

// messageViewBytes is an upper bound of the JSON of a messageView without its
// ciphertext and its sender: field names, ids, times and ten CIDs.
const messageViewBytes = 1200

// GetMessages returns a page of a conversation's messages by sequence number, as far
// as they are in the windows of the caller's memberships.
func (s *Service) GetMessages(ctx context.Context, caller xrpc.Caller, p *gen.GetMessagesParams) (*gen.GetMessagesOutput, error) {
	if p.BeforeSeq != nil && (p.SinceSeq != nil || p.SinceMessage != nil) {
		return nil, xrpc.Invalid("beforeSeq", "not together with sinceSeq or sinceMessage")
	}
	kinds, err := kindsOf(p.Types)
	if err != nil {
		return nil, err
	}
	q := db.New(s.Pool)
	r := messageRange{convoID: p.ConvoID, did: caller.DID, kinds: kinds, limit: int(p.Limit)}
	if len(kinds) == 3 && p.BeforeSeq == nil && (p.SinceSeq != nil || p.SinceMessage == nil) {
		after := int64(0)
		if p.SinceSeq != nil {
			after = *p.SinceSeq
		}
		out, err := r.pageWithoutGaps(ctx, q, after)
		if out != nil || err != nil {
			return out, err
		}
	}
	if err := r.readWindows(ctx, q); err != nil {
		return nil, err
	}
	if p.BeforeSeq != nil {
		return r.before(ctx, q, *p.BeforeSeq)
	}
	after, err := r.startOf(ctx, q, p)
	if err != nil {
		return nil, err
	}
	return r.after(ctx, q, after)
}

func kindsOf(types []string) ([]string, error) {
	all := []string{kindApp, kindCommit, kindProposal}
	if len(types) == 0 {
		return all, nil
	}
	for i, t := range types {
		if !slices.Contains(all, t) {
			return nil, xrpc.Invalid(fmt.Sprintf("types[%d]", i), "must be app, commit or proposal")
		}
	}
	return convo.Unique(types), nil
}

// messageRange has the messages of a conversation that a caller may see and asks
// for.
type messageRange struct {
	convoID xrpc.ConvoID
	did     string
	kinds   []string
	limit   int
	windows []db.GetWindowsRow
	// last is the newest sequence number that the caller may see. It bounds every
	// query, so that page, gaps and lastSeq agree.
	last int64
}

func (r *messageRange) readWindows(ctx context.Context, q *db.Queries) (err error) {
	if r.windows, err = q.GetWindows(ctx, r.convoID, r.did); err != nil {
		return fmt.Errorf("read memberships: %w", err)
	}
	if len(r.windows) == 0 {
		return convo.NotFound()
	}
	for _, w := range r.windows {
		r.last = max(r.last, w.UntilSeq)
	}
	return nil
}

// pageWithoutGaps returns the page after a sequence number with a single query. It
// serves most calls, but returns nil for a page that is empty or has a gap: those
// need the windows.
func (r *messageRange) pageWithoutGaps(ctx context.Context, q *db.Queries, after int64) (*gen.GetMessagesOutput, error) {
	args := r.args(math.MaxInt64)
	args.AfterSeq = after
	found, err := q.PageMessages(ctx, args)
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	last := found[0].LastSeq
	expected := max(after, found[0].JoinedSeq) + 1
	found = found[:min(len(found), r.limit)]
	for i := range found {
		if found[i].Seq != expected {
			return nil, nil
		}
		expected++
	}
	end := &found[len(found)-1]
	out := &gen.GetMessagesOutput{Messages: r.views(mapSlice(found, pageRow)), LastSeq: &last}
	switch {
	case end.Next != 0:
		out.Cursor = new(string(end.MessageID))
	case end.Seq != last:
		return nil, nil
	}
	return out, nil
}

// pageRow drops the columns of PageMessages that describe the whole page.
func pageRow(m db.PageMessagesRow) db.PageHandshakesRow {
	return db.PageHandshakesRow{
		Seq: m.Seq, MessageID: m.MessageID, Kind: m.Kind, Epoch: m.Epoch, SenderDid: m.SenderDid,
		Ciphertext: m.Ciphertext, CreatedAt: m.CreatedAt, Next: m.Next, Blobs: m.Blobs,
	}
}

// startOf returns the sequence number after which the page begins.
func (r *messageRange) startOf(ctx context.Context, q *db.Queries, p *gen.GetMessagesParams) (int64, error) {
	if p.SinceSeq != nil {
		return min(*p.SinceSeq, r.last), nil // nothing is stored beyond last yet
	}
	if p.SinceMessage == nil {
		return 0, nil
	}
	seq, err := q.GetMessageSeq(ctx, r.convoID, xrpc.MessageID(*p.SinceMessage))
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("look up message id: %w", err)
	}
	if err != nil || !r.sees(seq) {
		return 0, gen.Errorf(gen.ErrInvalidCursor,
			"sinceMessage: no such message; if it was removed long ago, its number in sinceSeq is still a position")
	}
	return seq, nil
}

// sees reports whether a sequence number is in one of the windows.
func (r *messageRange) sees(seq int64) bool {
	return slices.ContainsFunc(r.windows, func(w db.GetWindowsRow) bool { return w.JoinedSeq < seq && seq <= w.UntilSeq })
}

// handshakeOnly reports whether the caller asks for no application messages.
func (r *messageRange) handshakeOnly() bool { return !slices.Contains(r.kinds, kindApp) }

// after returns the page of the oldest messages after a sequence number.
func (r *messageRange) after(ctx context.Context, q *db.Queries, seq int64) (*gen.GetMessagesOutput, error) {
	args := r.args(r.last)
	args.AfterSeq = seq
	rows, err := r.pageAfter(ctx, q, args)
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	rows = rows[:min(len(rows), r.limit)]
	until := r.last
	out := &gen.GetMessagesOutput{Messages: r.views(rows), LastSeq: &r.last}
	if n := len(rows); n > 0 && rows[n-1].Next != 0 {
		until = rows[n-1].Seq
		out.Cursor = new(string(rows[n-1].MessageID))
	}
	out.GapInfo, err = r.gap(ctx, q, rows, seq, until)
	return out, err
}

// before returns the page of the newest messages before a sequence number.
func (r *messageRange) before(ctx context.Context, q *db.Queries, seq int64) (*gen.GetMessagesOutput, error) {
	until := min(seq-1, r.last)
	rows, err := r.pageBefore(ctx, q, r.args(until))
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	rows = rows[max(0, len(rows)-r.limit):]
	out := &gen.GetMessagesOutput{Messages: r.views(rows), LastSeq: &r.last}
	after := int64(0)
	if n := len(rows); n > 0 {
		if rows[0].Next != 0 {
			after = rows[0].Seq - 1
		}
		if rows[n-1].Seq < r.last {
			out.Cursor = new(string(rows[n-1].MessageID))
		}
	}
	out.GapInfo, err = r.gap(ctx, q, rows, after, until)
	return out, err
}

func (r *messageRange) args(until int64) db.PageMessagesParams {
	return db.PageMessagesParams{
		ConvoID: r.convoID, Did: r.did, Kinds: r.kinds, UntilSeq: until, MaxRows: int64(r.limit) + 1,
		MaxBytes: limit.MaxAnswer, RowBytes: messageViewBytes,
	}
}

func (r *messageRange) pageAfter(ctx context.Context, q *db.Queries, a db.PageMessagesParams) ([]db.PageHandshakesRow, error) {
	if r.handshakeOnly() {
		return q.PageHandshakes(ctx, db.PageHandshakesParams(a))
	}
	rows, err := q.PageMessages(ctx, a)
	return mapSlice(rows, pageRow), err
}

func (r *messageRange) pageBefore(ctx context.Context, q *db.Queries, a db.PageMessagesParams) ([]db.PageHandshakesRow, error) {
	b := db.PageMessagesBeforeParams{
		ConvoID: a.ConvoID, Did: a.Did, Kinds: a.Kinds, UntilSeq: a.UntilSeq, MaxRows: a.MaxRows,
		MaxBytes: a.MaxBytes, RowBytes: a.RowBytes,
	}
	if !r.handshakeOnly() {
		rows, err := q.PageMessagesBefore(ctx, b)
		return mapSlice(rows, func(row db.PageMessagesBeforeRow) db.PageHandshakesRow { return db.PageHandshakesRow(row) }), err
	}
	rows, err := q.PageHandshakesBefore(ctx, db.PageHandshakesBeforeParams(b))
	return mapSlice(rows, func(row db.PageHandshakesBeforeRow) db.PageHandshakesRow { return db.PageHandshakesRow(row) }), err
}

// mapSlice returns the results of convert for each of the rows.
func mapSlice[A, B any](rows []A, convert func(A) B) []B {
	out := make([]B, len(rows))
	for i, row := range rows {
		out[i] = convert(row)
	}
	return out
}

func (r *messageRange) views(rows []db.PageHandshakesRow) []gen.MessageView {
	return mapSlice(rows, func(row db.PageHandshakesRow) gen.MessageView {
		return eventlog.MessageView(db.ReplayMessagesRow{
			ConvoID: r.convoID, Seq: row.Seq, Kind: row.Kind, MessageID: row.MessageID, Epoch: row.Epoch, SenderDid: row.SenderDid,
			Ciphertext: row.Ciphertext, Blobs: row.Blobs, CreatedAt: row.CreatedAt,
		})
	})
}
