package eventlog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// attachment is the opening of a stream: its feed is registered, and it is not
// decided yet where the stream begins.
type attachment struct {
	*feed
	// resumes: the client gave a cursor.
	resumes bool
	// logEnd is the end of the log, read before the feed was registered.
	logEnd db.ReadPlaceRow
	// complete: the account has no open window in its scope. The stream ends
	// after the replay.
	complete bool
}

// checkScope refuses conversations of which the account was never a member, and
// those that it has not accepted. A former member may still replay what it saw. If the removal is behind the
// position of the feed, the tailer has not handed it out yet, and the stream
// ends when it does.
func (a *attachment) checkScope(ctx context.Context) error {
	if a.scope == nil {
		return nil
	}
	m, err := db.New(a.hub.pool).ScopeState(ctx, db.ScopeStateParams{
		ConvoIds: xrpc.StoredConvoIDs(slices.Collect(maps.Keys(a.scope))), Did: a.did, Gen: a.build.codec.gen,
		Pos: a.registeredAt.Pos, StreamKey: []byte(a.registeredAt.StreamKey), Seq: a.registeredAt.Seq, N: a.registeredAt.N,
	})
	switch {
	case err != nil:
		return fmt.Errorf("read memberships: %w", err)
	case m.Ever < int64(len(a.scope)):
		return gen.Errorf(gen.ErrConvoNotFound, "no such conversation")
	case m.Accepted < m.Ever:
		return gen.Errorf(gen.ErrNotMember, "the account has not accepted this conversation yet")
	case !m.Active && !a.resumes:
		return gen.Errorf(gen.ErrNotMember, "no longer a member of this conversation")
	}
	a.complete = !m.Open
	return nil
}

// start makes the stream live, or begins its replay.
func (a *attachment) start(ctx context.Context, cursor string) error {
	at := a.registeredAt
	if !a.resumes {
		a.goLive(at, a.build.info(infoConnected, at))
		return nil
	}
	from, err := a.decode(ctx, cursor)
	switch {
	case errors.Is(err, ErrMalformedCursor):
		return gen.Errorf(gen.ErrInvalidCursor, "cursor: was not made by this service")
	case errors.Is(err, ErrFutureCursor):
		return gen.Errorf(gen.ErrFutureCursor, "cursor: is ahead of what this service has; the database was taken back to an earlier state")
	case errors.Is(err, ErrOutdatedCursor):
		a.goLive(at, a.build.info(infoConnected, at), a.build.info(infoOutdated, at))
		if a.complete {
			a.end()
		}
		return nil
	case err != nil:
		return err
	}
	a.beginReplay(from, a.complete)
	a.sink.Deliver(a.build.info(infoConnected, from))
	go catchUp{a.feed}.run(from, at)
	return nil
}

// decode returns the position of a cursor from which a replay can begin.
func (a *attachment) decode(ctx context.Context, cursor string) (Position, error) {
	v, err := a.build.codec.Decode(cursor)
	if err != nil {
		return Position{}, err
	}
	if v.Pos >= a.logEnd.NextXid {
		// The check value proves that this service made the cursor, for a row
		// that the database does not have any more.
		if err := BeginGenerationAfterRewind(ctx, a.hub.pool, a.build.codec.gen); err != nil {
			return Position{}, err
		}
		a.hub.state.wake.send()
		return Position{}, ErrFutureCursor
	}
	lowWater := Position{Pos: a.logEnd.LowWaterPos, StreamKey: StreamKey(a.logEnd.LowWaterStreamKey), Seq: a.logEnd.LowWaterSeq, N: a.logEnd.LowWaterN}
	// A sync that began without a cursor and has reported only some of the
	// conversations has more to report of the others than the log has.
	unfinished := v.After != "" && v.Position == Position{}
	if v.Compare(lowWater) < 0 || unfinished {
		return Position{}, ErrOutdatedCursor
	}
	_, total, err := findRanges(ctx, a.feed, v.Position)
	if err != nil {
		return Position{}, err
	}
	if total > MaxReplay {
		return Position{}, ErrOutdatedCursor
	}
	return v.Position, nil
}
