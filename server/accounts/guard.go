package accounts

import (
	"context"

	"catbird.blue/mls/server/stream"
)

// Guard returns a source that refuses the streams of accounts that are refused. A
// call may be admitted just before a suspension, and open its stream just after
// the streams of the account were ended. So the account is checked before and after
// its stream is among those that a suspension ends.
func (s *States) Guard(source stream.Source) stream.Source { return &guarded{source, s} }

type guarded struct {
	stream.Source
	states *States
}

// Attach implements stream.Source.
func (g *guarded) Attach(ctx context.Context, want stream.Want, sink stream.Sink) (func(), error) {
	if err := g.states.Check(ctx, want.DID); err != nil {
		return nil, err
	}
	detach, err := g.Source.Attach(ctx, want, sink)
	if err != nil {
		return nil, err
	}
	if err := g.states.Check(ctx, want.DID); err != nil {
		detach()
		return nil, err
	}
	return detach, nil
}
