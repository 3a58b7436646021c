package server

import (
	"context"
	"fmt"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/stream"
	"catbird.blue/mls/xrpc"
)

// StreamConvoEvents streams the caller's events as server-sent events.
func (s *liveService) StreamConvoEvents(ctx context.Context, caller xrpc.Caller, p *gen.StreamConvoEventsParams, out *xrpc.Stream) error {
	var ids []string
	if p.ConvoID != nil {
		ids = []string{*p.ConvoID}
	}
	want, err := s.want(caller, ids, "convoId", p.Cursor)
	if err != nil {
		return err
	}
	return s.streams.SSE(ctx, want, out)
}

// SubscribeConvoEvents streams the caller's events as frames.
func (s *liveService) SubscribeConvoEvents(ctx context.Context, caller xrpc.Caller, p *gen.SubscribeConvoEventsParams, out *xrpc.Stream) error {
	want, err := s.want(caller, p.ConvoIDs, "convoIds[%d]", p.Cursor)
	if err != nil {
		return err
	}
	return s.streams.WebSocket(ctx, want, out)
}

// want says what a stream is for. A ticket for one conversation opens no other.
func (s *liveService) want(caller xrpc.Caller, ids []string, field string, cursor *string) (stream.Want, error) {
	w := stream.Want{DID: caller.DID}
	if s.streams == nil {
		return w, xrpc.Errorf(503, xrpc.ServiceUnavailable, "this instance has no streams")
	}
	if cursor != nil {
		w.Cursor = *cursor
	}
	for i, id := range ids {
		path := field
		if len(ids) > 1 || field != "convoId" {
			path = fmt.Sprintf(field, i)
		}
		convo, err := parseConvoID(path, id)
		if err != nil {
			return w, err
		}
		if caller.Scope != "" && convo != caller.Scope {
			return w, convoNotFound()
		}
		w.ConvoIDs = append(w.ConvoIDs, convo)
	}
	if caller.Scope != "" && len(w.ConvoIDs) == 0 {
		w.ConvoIDs = []string{caller.Scope}
	}
	return w, nil
}
