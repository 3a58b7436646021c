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
	"catbird.blue/mls/xrpc"
)

// Kinds of stored messages, as the column and as messageType.
const (
	kindApp      = "app"
	kindCommit   = "commit"
	kindProposal = "proposal"
)

// messageViewBytes is more than a messageView takes besides its ciphertext and
// its sender: names, ids, times and ten CIDs.
const messageViewBytes = 1200

// GetMessages gives a page of a conversation's messages by number, inside the
// windows of the caller's memberships.
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
		out, err := r.whole(ctx, q, after)
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
	after, err := r.position(ctx, q, p)
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

// messageRange is what a caller may see of a conversation, and which kinds it
// asks for.
type messageRange struct {
	convoID xrpc.ConvoID
	did     string
	kinds   []string
	limit   int
	windows []db.GetWindowsRow
	// last is the newest number the caller may see. It bounds every query, so
	// that page, gaps and lastSeq speak of one moment.
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

// whole gives the page after a number in one query, which is all that most
// pages need: those that are not empty and miss no number. It gives nil for any
// other page.
func (r *messageRange) whole(ctx context.Context, q *db.Queries, after int64) (*gen.GetMessagesOutput, error) {
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
	out := &gen.GetMessagesOutput{Messages: make([]gen.MessageView, len(found)), LastSeq: &last}
	for i := range found {
		row := &found[i]
		out.Messages[i] = gen.MessageView{
			ID: string(row.MessageID), ConvoID: r.convoID, Ciphertext: row.Ciphertext, Epoch: row.Epoch, Seq: row.Seq,
			CreatedAt: xrpc.FormatTime(row.CreatedAt), Sender: row.SenderDid, MessageType: &row.Kind, Blobs: row.Blobs,
		}
	}
	switch {
	case end.Next != 0:
		out.Cursor = new(string(end.MessageID))
	case end.Seq != last:
		return nil, nil
	}
	return out, nil
}

// pageRow drops from a row what PageMessages says of the whole page.
func pageRow(m db.PageMessagesRow) db.PageHandshakesRow {
	return db.PageHandshakesRow{
		Seq: m.Seq, MessageID: m.MessageID, Kind: m.Kind, Epoch: m.Epoch, SenderDid: m.SenderDid,
		Ciphertext: m.Ciphertext, CreatedAt: m.CreatedAt, Next: m.Next, Blobs: m.Blobs,
	}
}

// position is the number a page starts after.
func (r *messageRange) position(ctx context.Context, q *db.Queries, p *gen.GetMessagesParams) (int64, error) {
	if p.SinceSeq != nil {
		return min(*p.SinceSeq, r.last), nil // what lies beyond is no position
	}
	if p.SinceMessage == nil {
		return 0, nil
	}
	seq, err := q.GetMessageSeq(ctx, r.convoID, xrpc.MessageID(*p.SinceMessage))
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("look up message id: %w", err)
	}
	if err != nil || !r.sees(seq) {
		return 0, gen.Errorf(gen.ErrInvalidCursor, "sinceMessage: no such message")
	}
	return seq, nil
}

func (r *messageRange) sees(seq int64) bool {
	return slices.ContainsFunc(r.windows, func(w db.GetWindowsRow) bool { return w.JoinedSeq < seq && seq <= w.UntilSeq })
}

// handshakeOnly tells that no application messages are asked for.
func (r *messageRange) handshakeOnly() bool { return !slices.Contains(r.kinds, kindApp) }

// after gives the oldest messages after a number. One row more than asked for
// tells whether there are further ones.
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

// before gives the newest messages before a number.
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
	return alike(rows, pageRow), err
}

func (r *messageRange) pageBefore(ctx context.Context, q *db.Queries, a db.PageMessagesParams) ([]db.PageHandshakesRow, error) {
	b := db.PageMessagesBeforeParams{
		ConvoID: a.ConvoID, Did: a.Did, Kinds: a.Kinds, UntilSeq: a.UntilSeq, MaxRows: a.MaxRows,
		MaxBytes: a.MaxBytes, RowBytes: a.RowBytes,
	}
	if !r.handshakeOnly() {
		rows, err := q.PageMessagesBefore(ctx, b)
		return alike(rows, func(row db.PageMessagesBeforeRow) db.PageHandshakesRow { return db.PageHandshakesRow(row) }), err
	}
	rows, err := q.PageHandshakesBefore(ctx, db.PageHandshakesBeforeParams(b))
	return alike(rows, func(row db.PageHandshakesBeforeRow) db.PageHandshakesRow { return db.PageHandshakesRow(row) }), err
}

// alike turns the rows of one page query into those of another.
func alike[A, B any](rows []A, convert func(A) B) []B {
	out := make([]B, len(rows))
	for i, row := range rows {
		out[i] = convert(row)
	}
	return out
}

func (r *messageRange) views(rows []db.PageHandshakesRow) []gen.MessageView {
	out := make([]gen.MessageView, len(rows))
	for i := range rows {
		row := &rows[i]
		out[i] = gen.MessageView{
			ID: string(row.MessageID), ConvoID: r.convoID, Ciphertext: row.Ciphertext, Epoch: row.Epoch, Seq: row.Seq,
			CreatedAt: xrpc.FormatTime(row.CreatedAt), Sender: row.SenderDid, MessageType: &row.Kind, Blobs: row.Blobs,
		}
	}
	return out
}

// gap tells which numbers in (after, until] are gone: the first and the last of
// those that lie in a window and are nowhere stored. A page without application
// messages says nothing: nobody can tell what had a number that is gone, and of
// the rest only proposals that came to nothing are ever removed.
func (r *messageRange) gap(ctx context.Context, q *db.Queries, rows []db.PageHandshakesRow, after, until int64) (*gen.GetMessagesGap, error) {
	if r.handshakeOnly() {
		return nil, nil
	}
	present := make([]int64, len(rows))
	for i, row := range rows {
		present[i] = row.Seq
	}
	gap := missing(r.windows, present, after, until)
	if gap == nil || len(r.kinds) == 3 {
		return gap, nil
	}
	others, err := q.GetHandshakeSeqs(ctx, db.GetHandshakeSeqsParams{
		ConvoID: r.convoID, Kinds: r.kinds, AfterSeq: after, UntilSeq: until,
	})
	if err != nil {
		return nil, fmt.Errorf("read numbers: %w", err)
	}
	present = append(present, others...)
	slices.Sort(present)
	return missing(r.windows, present, after, until), nil
}

// missing gives the first and the last number in (after, until] that lies in
// one of the windows and is not present. All arguments are ascending.
func missing(windows []db.GetWindowsRow, present []int64, after, until int64) *gen.GetMessagesGap {
	var gap *gen.GetMessagesGap
	lacks := func(from, to int64) {
		switch {
		case from > to:
		case gap == nil:
			gap = &gen.GetMessagesGap{From: from, To: to}
		default:
			gap.To = to
		}
	}
	for _, w := range windows {
		next, end := max(w.JoinedSeq, after)+1, min(w.UntilSeq, until)
		for _, seq := range present {
			if seq >= next && seq <= end {
				lacks(next, seq-1)
				next = seq + 1
			}
		}
		lacks(next, end)
	}
	return gap
}
