package messages

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// UpdatePreferences sets what the caller prefers for a conversation. The streams of the
// account get an event.
func (s *Service) UpdatePreferences(ctx context.Context, caller xrpc.Caller, in *gen.UpdatePreferencesInput) (*gen.ConvoPreferences, error) {
	q := db.New(s.Pool)
	if err := convo.RequireMember(ctx, q, in.ConvoID, caller.DID); err != nil {
		return nil, err
	}
	if in.Muted == nil && in.Archived == nil {
		return nil, xrpc.Invalid("muted", "missing, and archived too: one of them is needed")
	}
	if err := s.MayWrite(ctx, caller); err != nil {
		return nil, err
	}
	row, err := q.SetPreferences(ctx, db.SetPreferencesParams{
		ConvoID: in.ConvoID, Did: caller.DID, Muted: in.Muted, Archived: in.Archived,
		Now: s.Timestamp(), StreamKey: []byte(eventlog.AccountStreamKey(caller.DID)),
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, convo.NotMember() // removed after the check above
	}
	if err != nil {
		return nil, fmt.Errorf("set preferences: %w", err)
	}
	s.Notify(string(eventlog.AccountStreamKey(caller.DID)))
	return &gen.ConvoPreferences{ConvoID: in.ConvoID, Muted: row.Muted, Archived: row.Archived}, nil
}

// GetPreferences lists the conversations that the caller has muted or archived.
func (s *Service) GetPreferences(ctx context.Context, caller xrpc.Caller, p *gen.GetPreferencesParams) (*gen.GetPreferencesOutput, error) {
	after, err := afterConvo(p.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := db.New(s.Pool).PagePreferences(ctx, caller.DID, after, p.Limit+1)
	if err != nil {
		return nil, fmt.Errorf("list preferences: %w", err)
	}
	out := &gen.GetPreferencesOutput{Conversations: []gen.ConvoPreferences{}}
	for i, r := range rows {
		if int64(i) == p.Limit {
			out.Cursor = new(string(rows[i-1].ConvoID))
			break
		}
		out.Conversations = append(out.Conversations, gen.ConvoPreferences{ConvoID: r.ConvoID, Muted: r.Muted, Archived: r.Archived})
	}
	return out, nil
}

// unreadNewest bounds the messages of a conversation that are counted.
const unreadNewest = 200

// GetUnreadCounts counts the application messages after the caller's read positions.
func (s *Service) GetUnreadCounts(ctx context.Context, caller xrpc.Caller, p *gen.GetUnreadCountsParams) (*gen.GetUnreadCountsOutput, error) {
	after, err := afterConvo(p.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := db.New(s.Pool).PageUnread(ctx, db.PageUnreadParams{Did: caller.DID, AfterConvo: after, MaxRows: p.Limit, Newest: unreadNewest})
	if err != nil {
		return nil, fmt.Errorf("count unread messages: %w", err)
	}
	out := &gen.GetUnreadCountsOutput{Counts: []gen.GetUnreadCountsUnreadCount{}}
	for _, r := range rows {
		if r.Unread > 0 {
			out.Counts = append(out.Counts, gen.GetUnreadCountsUnreadCount{ConvoID: r.ConvoID, Unread: r.Unread, ReadSeq: r.ReadSeq, LastSeq: r.LastSeq})
		}
	}
	if n := len(rows); n > 0 && int64(n) == p.Limit {
		out.Cursor = new(string(rows[n-1].ConvoID))
	}
	return out, nil
}

// afterConvo returns the id after which a page begins, as it is stored.
func afterConvo(cursor *string) ([]byte, error) {
	if cursor == nil {
		return []byte{}, nil
	}
	id := xrpc.ConvoID(*cursor)
	if !id.Valid() {
		return nil, gen.Errorf(gen.ErrInvalidCursor, "cursor: not one of this method")
	}
	return id.Stored(), nil
}
