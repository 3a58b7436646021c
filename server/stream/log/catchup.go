package eventlog

import (
	"context"
	"errors"

	"catbird.blue/mls/server/stream"
)

// catchUp replays for a feed until the feed is live.
type catchUp struct{ *feed }

// run replays what is after from; at is the position at which the feed was
// registered. It returns when the feed is live or its stream is over.
func (c catchUp) run(from, at Position) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-c.sink.Done():
			cancel()
		case <-stop:
		}
	}()
	// This instance may be behind the one that made the cursor. Then there is
	// nothing to replay, and the feed ignores what is handed out up to from.
	to := at
	if to.Compare(from) < 0 {
		to = from
	}
	if err := c.replayToLive(ctx, from, to); err != nil && ctx.Err() == nil && !errors.Is(err, stream.ErrOver) {
		c.hub.log.Warn("replaying for a stream failed", "error", err)
		c.sink.End(err)
	}
}

// replayToLive replays from one position to another, and on until the feed is
// live. If retention removes rows before they are sent, the client gets
// OutdatedCursor, and the stream goes on where the replay would have ended.
func (c catchUp) replayToLive(ctx context.Context, from, to Position) error {
	for {
		err := sendReplay(ctx, c.feed, from, to)
		if errors.Is(err, ErrOutdatedCursor) {
			err = c.sink.Send(ctx, c.build.info(infoOutdated, to))
		}
		if err != nil {
			return err
		}
		if from.Compare(to) < 0 {
			from = to
		}
		done, err := c.sendHeld(ctx, &from)
		if err != nil || done {
			return err
		}
		to = c.hub.state.holdAgain(c.feed)
	}
}

// sendHeld sends the held events until there are none and the feed is live. at
// is the position up to which the stream has all events. It returns false if
// held events were dropped.
func (c catchUp) sendHeld(ctx context.Context, at *Position) (bool, error) {
	for {
		held, done, overflowed := c.takeHeld(*at)
		if done || overflowed {
			return done, nil
		}
		for _, e := range held {
			if e.Compare(*at) <= 0 {
				continue
			}
			if err := c.sink.Send(ctx, e.event); err != nil {
				return false, err
			}
			*at = e.Position
		}
	}
}
