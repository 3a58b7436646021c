package messages

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/consent"
	"catbird.blue/mls/server/convo"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// UpdatePreferences sets what the caller prefers for a conversation, who may add the
// caller to conversations, or both. The streams of the account get an event of what it
// prefers for a conversation.
func (s *Service) UpdatePreferences(ctx context.Context, caller xrpc.Caller, in *gen.UpdatePreferencesInput) (*gen.UpdatePreferencesOutput, error) {
	if in.ConvoID != nil {
		if err := convo.RequireMember(ctx, db.New(s.Pool), *in.ConvoID, caller.DID); err != nil {
			return nil, err
		}
	}
	if err := s.checkPreferences(in); err != nil {
		return nil, err
	}
	if err := s.MayWrite(ctx, caller); err != nil {
		return nil, err
	}
	out := &gen.UpdatePreferencesOutput{ConvoID: in.ConvoID}
	err := s.InTx(ctx, func(tx pgx.Tx) error {
		q := db.New(tx)
		if err := setContacts(ctx, q, caller.DID, in, out); err != nil {
			return err
		}
		return s.setConvo(ctx, q, caller.DID, in, out)
	})
	if err != nil {
		return nil, err
	}
	s.Notify(string(eventlog.AccountStreamKey(caller.DID)))
	return out, nil
}

// checkPreferences refuses values that do not exist, those that need an AppView where
// there is none, and a call that sets nothing.
func (s *Service) checkPreferences(in *gen.UpdatePreferencesInput) error {
	contacts := false
	for _, p := range []struct {
		field  string
		value  *string
		values []string
	}{
		{"allowIncoming", in.AllowIncoming, allowValues}, {"acceptFrom", in.AcceptFrom, acceptValues},
		{"allowGroupInvites", in.AllowGroupInvites, allowValues}, {"acceptGroupInvitesFrom", in.AcceptGroupInvitesFrom, acceptValues},
	} {
		switch {
		case p.value == nil:
			continue
		case !slices.Contains(p.values, *p.value):
			return xrpc.Invalid(p.field, "want one of %s", strings.Join(p.values, ", "))
		case *p.value == consent.Following && !s.Follows.Configured():
			return gen.Errorf(gen.ErrNotAllowed, "%s: this service has no AppView, so it does not know whom accounts follow", p.field)
		}
		contacts = true
	}
	forConvo := in.Muted != nil || in.Archived != nil
	switch {
	case forConvo && in.ConvoID == nil:
		return xrpc.Invalid("convoId", "missing; muted and archived are those of a conversation")
	case !forConvo && in.ConvoID != nil:
		return xrpc.Invalid("muted", "missing, and archived too: one of them is needed with convoId")
	case !forConvo && !contacts:
		return xrpc.Invalid("muted", "missing, and all other preferences too: one of them is needed")
	}
	return nil
}

// The values of preferences about who may add the account.
var (
	allowValues  = []string{consent.All, consent.Following, consent.None}
	acceptValues = []string{consent.All, consent.Known, consent.Following, consent.Nobody}
)

// setContacts sets who may add the account, and reads it.
func setContacts(ctx context.Context, q *db.Queries, did string, in *gen.UpdatePreferencesInput, out *gen.UpdatePreferencesOutput) error {
	c, err := contactPreferences(ctx, q, did)
	if in.AllowIncoming != nil || in.AcceptFrom != nil || in.AllowGroupInvites != nil || in.AcceptGroupInvitesFrom != nil {
		var set db.SetContactPreferencesRow
		set, err = q.SetContactPreferences(ctx, db.SetContactPreferencesParams{
			Did: did, AllowIncoming: in.AllowIncoming, AcceptFrom: in.AcceptFrom,
			AllowGroupInvites: in.AllowGroupInvites, AcceptGroupInvitesFrom: in.AcceptGroupInvitesFrom,
		})
		c = db.GetContactPreferencesRow(set)
	}
	if err != nil {
		return fmt.Errorf("set preferences: %w", err)
	}
	out.AllowIncoming, out.AcceptFrom = c.AllowIncoming, c.AcceptFrom
	out.AllowGroupInvites, out.AcceptGroupInvitesFrom = c.AllowGroupInvites, c.AcceptGroupInvitesFrom
	return nil
}

// setConvo sets what the account prefers for a conversation.
func (s *Service) setConvo(ctx context.Context, q *db.Queries, did string, in *gen.UpdatePreferencesInput, out *gen.UpdatePreferencesOutput) error {
	if in.ConvoID == nil {
		return nil
	}
	row, err := q.SetPreferences(ctx, db.SetPreferencesParams{
		ConvoID: *in.ConvoID, Did: did, Muted: in.Muted, Archived: in.Archived,
		Now: s.Timestamp(), StreamKey: []byte(eventlog.AccountStreamKey(did)),
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return convo.NotMember() // removed after the first check
	}
	if err != nil {
		return fmt.Errorf("set preferences: %w", err)
	}
	out.Muted, out.Archived = &row.Muted, &row.Archived
	return nil
}

// contactPreferences reads who may add an account.
func contactPreferences(ctx context.Context, q *db.Queries, did string) (db.GetContactPreferencesRow, error) {
	row, err := q.GetContactPreferences(ctx, did)
	if errors.Is(err, pgx.ErrNoRows) {
		return db.GetContactPreferencesRow{
			AllowIncoming: consent.All, AcceptFrom: consent.Known, AllowGroupInvites: consent.All, AcceptGroupInvitesFrom: consent.Known,
		}, nil
	}
	return row, err
}

// GetPreferences returns who may add the caller, and the conversations that the caller has muted or archived.
func (s *Service) GetPreferences(ctx context.Context, caller xrpc.Caller, p *gen.GetPreferencesParams) (*gen.GetPreferencesOutput, error) {
	after, err := afterConvo(p.Cursor)
	if err != nil {
		return nil, err
	}
	q := db.New(s.Pool)
	contacts, err := contactPreferences(ctx, q, caller.DID)
	if err != nil {
		return nil, fmt.Errorf("read preferences: %w", err)
	}
	rows, err := q.PagePreferences(ctx, caller.DID, after, p.Limit+1)
	if err != nil {
		return nil, fmt.Errorf("list preferences: %w", err)
	}
	out := &gen.GetPreferencesOutput{
		Conversations: []gen.ConvoPreferences{}, AllowIncoming: &contacts.AllowIncoming, AcceptFrom: &contacts.AcceptFrom,
		AllowGroupInvites: &contacts.AllowGroupInvites, AcceptGroupInvitesFrom: &contacts.AcceptGroupInvitesFrom,
	}
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
