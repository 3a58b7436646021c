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

// Sync brings a client up to date: what is new in its conversations since the
// cursor, or beyond the numbers it names, which conversations it does not know,
// and which it is a member of no more. With waitMs it waits for something to
// tell. The cursor it gives is the position of the newest row of the log that
// it took into account, so a stream goes on from there without gap.
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
	found, err := a.look(ctx, a.join(), r.asked, s.reader(r))
	return found.out, err
}

// syncRequest is what a client asks of sync.
type syncRequest struct {
	did string
	// named are the positions that the client names: of a conversation, the
	// number up to which it has everything.
	named map[xrpc.ConvoID]int64
	asked syncAsked
}

// syncAsked is what an answer depends on, besides the account.
type syncAsked struct {
	limit   int64
	resumes bool
	cursor  string
	// positions are those that the client names, as JSON in which the same
	// positions are always the same text.
	positions string
}

func newSyncRequest(did string, in *gen.SyncInput) (*syncRequest, error) {
	r := &syncRequest{did: did, named: make(map[xrpc.ConvoID]int64, len(in.Positions)), asked: syncAsked{limit: in.Limit}}
	for _, p := range in.Positions {
		if seq, twice := r.named[p.ConvoID]; !twice || p.Seq < seq {
			r.named[p.ConvoID] = p.Seq
		}
	}
	positions, err := json.Marshal(r.named)
	if err != nil {
		return nil, fmt.Errorf("name positions: %w", err)
	}
	r.asked.positions = string(positions)
	if in.Cursor != nil {
		r.asked.resumes, r.asked.cursor = true, *in.Cursor
	}
	return r, nil
}

// tells says whether sync has something to tell of an event, as far as the event
// shows.
func (r *syncRequest) tells(ev gen.ConvoEvent) bool {
	switch ev := ev.(type) {
	case *gen.MessageEvent:
		seq, named := r.named[ev.Message.ConvoID]
		return !named || ev.Message.Seq > seq
	case *gen.MembershipChangeEvent:
		return ev.DID == r.did
	}
	return false
}

// syncFound is the answer of a sync; tells says that there is something in it.
type syncFound struct {
	out   *gen.SyncOutput
	tells bool
}

// reader reads what is asked, for one call or several.
func (s *Service) reader(r *syncRequest) func(context.Context) (syncFound, error) {
	return func(ctx context.Context) (syncFound, error) {
		l := &syncLook{syncRequest: r, pool: s.Pool}
		out, err := l.read(ctx)
		if err != nil {
			return syncFound{}, err
		}
		// What is new does not show in the last of several parts.
		return syncFound{out: out, tells: l.after != "" || len(out.Convos)+len(out.NewConvos)+len(out.Removed) > 0}, nil
	}
}

// syncLook is one look at the database.
type syncLook struct {
	*syncRequest
	pool  *pgxpool.Pool
	place db.ReadPlaceRow
	codec *eventlog.Codec
	// from is the cursor where resumes.
	from    eventlog.Position
	resumes bool
	// after is how far conversations have been told, where not all were, and
	// until how far in the log.
	after eventlog.StreamKey
	until int64
}

// read answers as of one moment.
func (c *syncLook) read(ctx context.Context) (*gen.SyncOutput, error) {
	var out *gen.SyncOutput
	err := pgx.BeginTxFunc(ctx, c.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		q := db.New(tx)
		var err error
		if c.place, err = q.ReadPlace(ctx); err != nil {
			return fmt.Errorf("find the end of the log: %w", err)
		}
		if err := c.readCursor(); err != nil {
			return err
		}
		out, err = c.answer(ctx, q)
		return err
	})
	if errors.Is(err, eventlog.ErrFutureCursor) {
		// Only a database that was taken back does not know its own cursor.
		if err := eventlog.BeginGenerationAfterRewind(ctx, c.pool, c.place.Gen); err != nil {
			return nil, err
		}
		return nil, gen.Errorf(gen.ErrFutureCursor, "cursor: is ahead of what this service has; the database was taken back to an earlier state")
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// readCursor takes a cursor that is outdated for none: positions, and the
// beginnings of windows, say what to tell then.
func (c *syncLook) readCursor() error {
	c.codec = eventlog.NewCodec(c.place.Gen, c.place.Secret.Bytes)
	if !c.asked.resumes {
		return nil
	}
	v, err := c.codec.Decode(c.asked.cursor)
	switch {
	case errors.Is(err, eventlog.ErrOutdatedCursor):
		return nil
	case err != nil:
		return gen.Errorf(gen.ErrInvalidCursor, "cursor: was not made by this service")
	case v.Pos >= c.place.NextXid:
		return eventlog.ErrFutureCursor
	}
	c.after, c.until = v.After, v.Until
	// The zero position with something after it is that of a client that began
	// without cursor and has not been told of all its conversations yet.
	floor := eventlog.Position{Pos: c.place.FloorPos, StreamKey: eventlog.StreamKey(c.place.FloorLane), Seq: c.place.FloorSeq, N: c.place.FloorN}
	c.resumes = v.Compare(floor) >= 0 && (v.After == "" || v.Position != eventlog.Position{})
	if c.resumes {
		c.from = v.Position
	}
	return nil
}

// stretch is messages to tell of a conversation.
type stretch struct {
	db.SyncConvosRow
	// count is how many messages of it may be told, found how many of these
	// there are, up to the number last; more says that some did not fit.
	count, found, last int64
	more               bool
	messages           []gen.MessageView
}

func (c *syncLook) answer(ctx context.Context, q *db.Queries) (*gen.SyncOutput, error) {
	end := eventlog.Position{Pos: c.place.Pos, StreamKey: eventlog.StreamKey(c.place.Lane), Seq: c.place.Seq, N: c.place.N}
	horizon := c.place.Horizon
	if c.after == "" {
		c.until = end.Pos
	} else {
		// Each part is as of the moment of the first one: what is told of one
		// conversation must not be behind what the cursor says of another.
		end, horizon = eventlog.EndOf(c.until), c.until+1
	}
	rows, err := q.SyncConvos(ctx, db.SyncConvosParams{
		MemberBytes: convo.MemberViewBytes, DeviceBytes: convo.DeviceLeafBytes, Named: []byte(c.asked.positions), Resumes: c.resumes,
		Gen: c.place.Gen, Pos: c.from.Pos, Lane: []byte(c.from.StreamKey), Seq: c.from.Seq, N: c.from.N, Horizon: horizon, Did: c.did,
	})
	if err != nil {
		return nil, fmt.Errorf("find what is new: %w", err)
	}
	rows, cut := c.part(rows)
	out := &gen.SyncOutput{Convos: []gen.SyncConvoSync{}, NewConvos: []gen.ConvoView{}, Removed: []xrpc.ConvoID{}}
	var fresh []xrpc.ConvoID
	var stretches []stretch
	for _, r := range rows {
		if r.Fresh {
			fresh = append(fresh, r.ConvoID)
		}
		if n := len(out.Removed); !r.Member && (n == 0 || out.Removed[n-1] != r.ConvoID) {
			out.Removed = append(out.Removed, r.ConvoID)
		}
		if r.AfterSeq < r.UntilSeq {
			stretches = append(stretches, stretch{SyncConvosRow: r})
		}
	}
	if out.NewConvos, err = convo.Views(ctx, q, c.did, fresh); err != nil {
		return nil, err
	}
	if out.Convos, err = c.messages(ctx, q, stretches); err != nil {
		return nil, err
	}
	cursor := eventlog.Cursor{Position: end}
	if cut {
		cursor = eventlog.Cursor{Position: c.from, After: max(c.after, eventlog.StreamKeyOf(rows[len(rows)-1].ConvoID)), Until: c.until}
	}
	out.Cursor = c.codec.Encode(cursor)
	return out, nil
}

// maxSyncConvos is how many conversations one answer tells of: what the lexicon
// allows in each of its lists.
const maxSyncConvos = 1000

// part picks the rows that this answer tells of, by conversation: no more than
// the lists hold, and no more new ones than fit into half an answer. cut says
// that there are others. What the client names is told in every part.
func (c *syncLook) part(rows []db.SyncConvosRow) (part []db.SyncConvosRow, cut bool) {
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
