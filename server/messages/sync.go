package messages

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// Sync returns the news of an account: messages since the cursor or after the
// positions that the client names, conversations that it joined, and conversations
// that it is no longer a member of. With waitMs it waits until there are any. The
// cursor of the answer is the position of the newest row of the log that the answer
// takes into account, so a stream from that cursor misses nothing.
func (s *Service) Sync(ctx context.Context, caller xrpc.Caller, in *gen.SyncInput) (*gen.SyncOutput, error) {
	r, err := newSyncRequest(caller.DID, in)
	if err != nil {
		return nil, err
	}
	a, leave, err := s.syncs.enter(caller.DID)
	if err != nil {
		return nil, err
	}
	defer leave()
	if in.WaitMs > 0 && s.hub != nil {
		return s.waitFor(ctx, a, r, time.Duration(in.WaitMs)*time.Millisecond)
	}
	found, err := a.read(ctx, a.join(), r.question, s.reader(r))
	return found.out, err
}

// syncRequest is a call of sync.
type syncRequest struct {
	did string
	// named has the positions that the client names: for a conversation, the
	// sequence number up to which the client has all messages.
	named    map[xrpc.ConvoID]int64
	question syncQuestion
}

// syncQuestion has everything in a call that its answer depends on, apart from the
// account. Calls of an account with equal questions share an answer.
type syncQuestion struct {
	limit   int64
	resumes bool
	cursor  string
	// positions has the named positions as JSON, in which equal positions are
	// always the same text.
	positions string
}

func newSyncRequest(did string, in *gen.SyncInput) (*syncRequest, error) {
	r := &syncRequest{did: did, named: make(map[xrpc.ConvoID]int64, len(in.Positions)), question: syncQuestion{limit: in.Limit}}
	for _, p := range in.Positions {
		if seq, twice := r.named[p.ConvoID]; !twice || p.Seq < seq {
			r.named[p.ConvoID] = p.Seq
		}
	}
	positions, err := json.Marshal(r.named)
	if err != nil {
		return nil, fmt.Errorf("name positions: %w", err)
	}
	r.question.positions = string(positions)
	if in.Cursor != nil {
		r.question.resumes, r.question.cursor = true, *in.Cursor
	}
	return r, nil
}

// isNews reports whether the answer may contain something new because of an event.
func (r *syncRequest) isNews(ev gen.ConvoEvent) bool {
	switch ev := ev.(type) {
	case *gen.MessageEvent:
		seq, named := r.named[ev.Message.ConvoID]
		return !named || ev.Message.Seq > seq
	case *gen.MembershipChangeEvent:
		return ev.DID == r.did
	case *gen.AcceptedEvent:
		return true
	}
	return false
}

// syncFound is an answer; hasNews reports whether it has anything but a cursor.
type syncFound struct {
	out     *gen.SyncOutput
	hasNews bool
}

// reader returns the function that reads the answer to r, and to all calls that
// share it.
func (s *Service) reader(r *syncRequest) func(context.Context) (syncFound, error) {
	return func(ctx context.Context) (syncFound, error) {
		l := &syncRead{syncRequest: r, pool: s.Pool}
		out, err := l.read(ctx)
		if err != nil {
			return syncFound{}, err
		}
		// The last of several parts may be empty, though the parts before had news.
		return syncFound{out: out, hasNews: l.after != "" || len(out.Convos)+len(out.NewConvos)+len(out.Removed) > 0}, nil
	}
}

// syncRead reads one answer from the database.
type syncRead struct {
	*syncRequest
	pool   *pgxpool.Pool
	logEnd db.ReadPlaceRow
	codec  *eventlog.Codec
	// from is the position of the cursor; it is valid if resumes is true.
	from    eventlog.Position
	resumes bool
	// after and until are set while an answer comes in several parts: after is the
	// last conversation of the part before, until the log position (pos) up to which
	// all parts report.
	after eventlog.StreamKey
	until int64
}

// read makes the answer in one snapshot.
func (c *syncRead) read(ctx context.Context) (*gen.SyncOutput, error) {
	var out *gen.SyncOutput
	err := pgx.BeginTxFunc(ctx, c.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		q := db.New(tx)
		var err error
		if c.logEnd, err = q.ReadPlace(ctx); err != nil {
			return fmt.Errorf("find the end of the log: %w", err)
		}
		if err := c.readCursor(); err != nil {
			return err
		}
		out, err = c.answer(ctx, q)
		return err
	})
	if errors.Is(err, eventlog.ErrFutureCursor) {
		// A cursor ahead of the database means that the database was restored to an
		// earlier state.
		if err := eventlog.BeginGenerationAfterRewind(ctx, c.pool, c.logEnd.Gen); err != nil {
			return nil, err
		}
		return nil, gen.Errorf(gen.ErrFutureCursor, "cursor: is ahead of what this service has; the database was taken back to an earlier state")
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// readCursor decodes the cursor. An outdated cursor is treated as none: the answer
// then begins at the named positions and at the beginnings of windows.
func (c *syncRead) readCursor() error {
	c.codec = eventlog.NewCodec(c.logEnd.Gen, c.logEnd.Secret.Bytes)
	if !c.question.resumes {
		return nil
	}
	v, err := c.codec.Decode(c.question.cursor)
	switch {
	case errors.Is(err, eventlog.ErrOutdatedCursor):
		return nil
	case err != nil:
		return gen.Errorf(gen.ErrInvalidCursor, "cursor: was not made by this service")
	case v.Pos >= c.logEnd.NextXid:
		return eventlog.ErrFutureCursor
	}
	c.after, c.until = v.After, v.Until
	// A zero position with After set is the cursor between the parts of an answer
	// to a client that began without a cursor.
	lowWater := eventlog.Position{Pos: c.logEnd.LowWaterPos, StreamKey: eventlog.StreamKey(c.logEnd.LowWaterStreamKey), Seq: c.logEnd.LowWaterSeq, N: c.logEnd.LowWaterN}
	c.resumes = v.Compare(lowWater) >= 0 && (v.After == "" || v.Position != eventlog.Position{})
	if c.resumes {
		c.from = v.Position
	}
	return nil
}

// replayRange is a range of messages of a conversation, in one window of the account,
// that the answer has to report.
type replayRange struct {
	db.SyncConvosRow
	// count is the share of the call's limit that the range has, found the number of
	// messages that were found for it, and last the sequence number of the last one.
	count, found, last int64
	// more says that messages did not fit into the answer.
	more bool
	// messages has those that fit.
	messages []gen.MessageView
}

func (c *syncRead) answer(ctx context.Context, q *db.Queries) (*gen.SyncOutput, error) {
	end := eventlog.Position{Pos: c.logEnd.Pos, StreamKey: eventlog.StreamKey(c.logEnd.StreamKey), Seq: c.logEnd.Seq, N: c.logEnd.N}
	horizon := c.logEnd.Horizon
	if c.after == "" {
		c.until = end.Pos
	} else {
		// All parts report up to the position of the first part. Otherwise the cursor
		// at the end would be ahead of what the first parts reported.
		end, horizon = eventlog.EndOf(c.until), c.until+1
	}
	rows, err := q.SyncConvos(ctx, db.SyncConvosParams{
		MemberBytes: convo.MemberViewBytes, DeviceBytes: convo.DeviceLeafBytes, Named: []byte(c.question.positions), Resumes: c.resumes,
		Gen: c.logEnd.Gen, Pos: c.from.Pos, StreamKey: []byte(c.from.StreamKey), Seq: c.from.Seq, N: c.from.N, Horizon: horizon, Did: c.did,
	})
	if err != nil {
		return nil, fmt.Errorf("find what is new: %w", err)
	}
	rows, cut := c.part(rows)
	out := &gen.SyncOutput{Convos: []gen.SyncConvoSync{}, NewConvos: []gen.ConvoView{}, Removed: []xrpc.ConvoID{}}
	var fresh []xrpc.ConvoID
	var ranges []replayRange
	for _, r := range rows {
		if r.Fresh {
			fresh = append(fresh, r.ConvoID)
		}
		if n := len(out.Removed); !r.Member && (n == 0 || out.Removed[n-1] != r.ConvoID) {
			out.Removed = append(out.Removed, r.ConvoID)
		}
		if r.AfterSeq < r.UntilSeq {
			ranges = append(ranges, replayRange{SyncConvosRow: r})
		}
	}
	if out.NewConvos, err = convo.Views(ctx, q, c.did, fresh); err != nil {
		return nil, err
	}
	if out.Welcomes, err = c.welcomes(ctx, q, rows); err != nil {
		return nil, err
	}
	if out.Convos, err = c.messages(ctx, q, ranges, limit.MaxAnswer/2-welcomeRefBytes*int64(len(out.Welcomes))); err != nil {
		return nil, err
	}
	cursor := eventlog.Cursor{Position: end}
	if cut {
		cursor = eventlog.Cursor{Position: c.from, After: max(c.after, eventlog.StreamKeyOf(rows[len(rows)-1].ConvoID)), Until: c.until}
	}
	out.Cursor = c.codec.Encode(cursor)
	return out, nil
}

// welcomeRefBytes is the size of an entry of welcomes, at most.
const welcomeRefBytes = 256

// welcomes reads the open Welcomes of the account in the conversations of the
// answer. A commit that brings one is in the answer, or the membership that begins
// with it, so none is missed; those of other devices may occur again.
func (c *syncRead) welcomes(ctx context.Context, q *db.Queries, rows []db.SyncConvosRow) ([]gen.WelcomeRef, error) {
	var ids [][]byte
	for i, r := range rows {
		if r.Member && (i == 0 || rows[i-1].ConvoID != r.ConvoID) {
			ids = append(ids, r.ConvoID.Stored())
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	open, err := q.OpenWelcomesIn(ctx, ids, c.did, maxSyncConvos)
	if err != nil {
		return nil, fmt.Errorf("read open Welcomes: %w", err)
	}
	var out []gen.WelcomeRef
	for _, w := range open {
		out = append(out, gen.WelcomeRef{ConvoID: w.ConvoID, DeviceID: w.DeviceID})
	}
	return out, nil
}

// maxSyncConvos bounds the conversations of one answer. It is the bound of the
// lexicon for each of the lists.
const maxSyncConvos = 1000

// part picks the rows that this part of the answer reports, whole conversations at a
// time: at most maxSyncConvos, and only as many new ones as fit into half of
// limit.MaxAnswer. cut reports whether rows are left for the next part. Named
// conversations are in every part.
func (c *syncRead) part(rows []db.SyncConvosRow) (part []db.SyncConvosRow, cut bool) {
	room, convos, fresh := int64(limit.MaxAnswer/2), 0, 0
	for len(rows) > 0 {
		id, n, cost := rows[0].ConvoID, 0, int64(0)
		for ; n < len(rows) && rows[n].ConvoID == id; n++ {
			if rows[n].Fresh {
				cost = rows[n].Bytes + convo.ConvoViewBytes
			}
		}
		group := rows[:n]
		rows = rows[n:]
		if _, named := c.named[id]; eventlog.StreamKeyOf(id) <= c.after && !named {
			continue
		}
		if convos == maxSyncConvos || cost > room && fresh > 0 {
			return part, true
		}
		if cost > 0 {
			fresh++
		}
		convos, room, part = convos+1, room-cost, append(part, group...)
	}
	return part, false
}
