package live

import (
	"context"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/stream"
	"catbird.blue/mls/xrpc"
)

// StreamConvoEvents streams the caller's events as server-sent events.
func (s *Service) StreamConvoEvents(ctx context.Context, caller xrpc.Caller, p *gen.StreamConvoEventsParams, out *xrpc.Stream) error {
	var ids []xrpc.ConvoID
	if p.ConvoID != nil {
		ids = []xrpc.ConvoID{*p.ConvoID}
	}
	want, err := s.want(caller, ids, p.Cursor)
	if err != nil {
		return err
	}
	return s.streams.SSE(ctx, want, out)
}

// SubscribeConvoEvents streams the caller's events as frames.
func (s *Service) SubscribeConvoEvents(ctx context.Context, caller xrpc.Caller, p *gen.SubscribeConvoEventsParams, out *xrpc.Stream) error {
	want, err := s.want(caller, p.ConvoIDs, p.Cursor)
	if err != nil {
		return err
	}
	return s.streams.WebSocket(ctx, want, out)
}

// want says what a stream is for. A ticket for one conversation opens no other.
func (s *Service) want(caller xrpc.Caller, ids []xrpc.ConvoID, cursor *string) (stream.Want, error) {
	w := stream.Want{DID: caller.DID}
	if s.streams == nil {
		return w, xrpc.Errorf(503, xrpc.ServiceUnavailable, "this instance has no streams")
	}
	if cursor != nil {
		w.Cursor = *cursor
	}
	for _, id := range ids {
		if caller.Scope != "" && id != caller.Scope {
			return w, convo.NotFound()
		}
		w.ConvoIDs = append(w.ConvoIDs, id)
	}
	if caller.Scope != "" && len(w.ConvoIDs) == 0 {
		w.ConvoIDs = []xrpc.ConvoID{caller.Scope}
	}
	return w, nil
}
