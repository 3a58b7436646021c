package links

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

// settings are what a member can choose about a link; nil for what is not named.
type settings struct {
	rule     *string
	approval *bool
	expires  *string
	maxUses  *int64
	preview  []byte
}

// apply changes a link, and refuses what this service cannot do.
func (s settings) apply(l *db.GetLinkRow, withFollows bool) error {
	if s.rule != nil {
		switch {
		case *s.rule != ruleAnyone && *s.rule != ruleFollowed:
			return xrpc.Invalid("joinRule", "want %s or %s", ruleAnyone, ruleFollowed)
		case *s.rule == ruleFollowed && !withFollows:
			return xrpc.Invalid("joinRule", "%s needs an AppView, and the operator of this service has configured none", ruleFollowed)
		}
		l.JoinRule = *s.rule
	}
	if s.approval != nil {
		l.RequireApproval = *s.approval
	}
	if s.expires != nil {
		at, err := time.Parse(time.RFC3339, *s.expires)
		if err != nil {
			return xrpc.Invalid("expiresAt", "%v", err)
		}
		l.ExpiresAt = &at
	}
	if s.maxUses != nil {
		l.MaxUses = s.maxUses
	}
	if s.preview != nil {
		l.Preview = s.preview
	}
	return nil
}

// CreateJoinLink makes a link. The answer is the only place that has its code.
func (s *Service) CreateJoinLink(ctx context.Context, caller xrpc.Caller, in *gen.CreateJoinLinkInput) (*gen.CreateJoinLinkOutput, error) {
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, fmt.Errorf("make a code: %w", err)
	}
	code := base64.RawURLEncoding.EncodeToString(random[:])
	link := db.GetLinkRow{CodeHash: hash(code), MakerDid: caller.DID, JoinRule: ruleAnyone, CreatedAt: s.Timestamp()}
	wanted := settings{in.JoinRule, in.RequireApproval, in.ExpiresAt, in.MaxUses, in.Preview}
	if err := wanted.apply(&link, s.Follows.Configured()); err != nil {
		return nil, err
	}
	bill := s.Storage.Bill(caller.DID)
	err := s.manage(ctx, caller, in.ConvoID, true, func(m *manageTx) error {
		if err := bill.Pay(ctx, storage.Amount{Bytes: int64(len(in.Preview)) + 200}); err != nil {
			return err
		}
		return m.insert(ctx, &link)
	})
	bill.Settle(ctx, err == nil, err)
	if err != nil {
		return nil, err
	}
	return &gen.CreateJoinLinkOutput{Code: code, Link: view(&link)}, nil
}

// insert stores a link. If the conversation has as many as it may, the oldest that has
// ended makes room.
func (m *manageTx) insert(ctx context.Context, l *db.GetLinkRow) error {
	n, err := m.q.CountLinks(ctx, m.convoID)
	if err == nil && n >= limit.MaxLinks {
		if err = m.q.RemoveOldestEndedLink(ctx, m.convoID); err == nil {
			n, err = m.q.CountLinks(ctx, m.convoID)
		}
	}
	if err != nil {
		return fmt.Errorf("count links: %w", err)
	}
	if n >= limit.MaxLinks {
		return gen.Errorf(gen.ErrTooManyLinks, "the conversation has %d links, all of which can be used: disable one first", n)
	}
	if err := m.q.InsertLink(ctx, db.InsertLinkParams{
		ConvoID: m.convoID, CodeHash: l.CodeHash, MakerDid: l.MakerDid, JoinRule: l.JoinRule, RequireApproval: l.RequireApproval,
		ExpiresAt: l.ExpiresAt, MaxUses: l.MaxUses, Preview: l.Preview, At: l.CreatedAt,
	}); err != nil {
		return fmt.Errorf("store link: %w", err)
	}
	return nil
}

// EditJoinLink changes a link. What the input does not name stays.
func (s *Service) EditJoinLink(ctx context.Context, caller xrpc.Caller, in *gen.EditJoinLinkInput) (*gen.JoinLink, error) {
	bill := s.Storage.Bill(caller.DID)
	wanted := settings{in.JoinRule, in.RequireApproval, in.ExpiresAt, in.MaxUses, in.Preview}
	out, err := s.change(ctx, caller, in.ConvoID, in.LinkID, true, func(l *db.GetLinkRow) error {
		if err := bill.Pay(ctx, storage.Amount{Bytes: int64(len(in.Preview))}); err != nil {
			return err
		}
		return wanted.apply(l, s.Follows.Configured())
	})
	bill.Settle(ctx, err == nil, err)
	return out, err
}

// DisableJoinLink ends a link for good. A repeated call succeeds.
func (s *Service) DisableJoinLink(ctx context.Context, caller xrpc.Caller, in *gen.DisableJoinLinkInput) (*gen.JoinLink, error) {
	return s.change(ctx, caller, in.ConvoID, in.LinkID, false, func(l *db.GetLinkRow) error {
		if l.DisabledAt == nil {
			l.DisabledAt = new(s.Timestamp())
		}
		return nil
	})
}

// change reads a link under the lock of its conversation, and stores it as fn leaves it.
func (s *Service) change(ctx context.Context, caller xrpc.Caller, convoID xrpc.ConvoID, linkID string, grows bool, fn func(*db.GetLinkRow) error) (*gen.JoinLink, error) {
	codeHash, err := hex.DecodeString(linkID)
	if err != nil {
		return nil, xrpc.Invalid("linkId", "want 64 hexadecimal digits")
	}
	var out gen.JoinLink
	err = s.manage(ctx, caller, convoID, grows, func(m *manageTx) error {
		l, err := m.q.GetLink(ctx, convoID, codeHash)
		if errors.Is(err, pgx.ErrNoRows) {
			return gen.Errorf(gen.ErrLinkNotFound, "linkId: the conversation has no such link")
		}
		if err != nil {
			return fmt.Errorf("read link: %w", err)
		}
		if err := fn(&l); err != nil {
			return err
		}
		out = view(&l)
		return m.q.UpdateLink(ctx, db.UpdateLinkParams{
			ConvoID: convoID, CodeHash: codeHash, JoinRule: l.JoinRule, RequireApproval: l.RequireApproval, ExpiresAt: l.ExpiresAt,
			MaxUses: l.MaxUses, Preview: l.Preview, DisabledAt: l.DisabledAt,
		})
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// ListJoinLinks lists the links of a conversation.
func (s *Service) ListJoinLinks(ctx context.Context, caller xrpc.Caller, p *gen.ListJoinLinksParams) (*gen.ListJoinLinksOutput, error) {
	q := db.New(s.Pool)
	if err := requireRight(ctx, q, p.ConvoID, caller.DID); err != nil {
		return nil, err
	}
	rows, err := q.ListLinks(ctx, p.ConvoID)
	if err != nil {
		return nil, fmt.Errorf("list links: %w", err)
	}
	out := &gen.ListJoinLinksOutput{Links: []gen.JoinLink{}}
	for _, l := range rows {
		out.Links = append(out.Links, view(new(db.GetLinkRow(l))))
	}
	return out, nil
}

// view returns a link as members see it.
func view(l *db.GetLinkRow) gen.JoinLink {
	v := gen.JoinLink{
		LinkID: hex.EncodeToString(l.CodeHash), JoinRule: l.JoinRule, RequireApproval: l.RequireApproval, MaxUses: l.MaxUses, Uses: l.Uses,
		Preview: l.Preview, CreatedBy: l.MakerDid, CreatedAt: xrpc.FormatTime(l.CreatedAt),
	}
	if l.ExpiresAt != nil {
		v.ExpiresAt = new(xrpc.FormatTime(*l.ExpiresAt))
	}
	if l.DisabledAt != nil {
		v.DisabledAt = new(xrpc.FormatTime(*l.DisabledAt))
	}
	return v
}
