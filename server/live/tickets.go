package live

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// GetSubscriptionTicket issues a ticket that opens one stream without a token. The
// database stores its hash, so that every instance accepts it and a reader of the
// database cannot use it.
func (s *Service) GetSubscriptionTicket(ctx context.Context, caller xrpc.Caller, in *gen.GetSubscriptionTicketInput) (*gen.GetSubscriptionTicketOutput, error) {
	q := db.New(s.Pool)
	if in.ConvoID != nil {
		if err := convo.RequireMember(ctx, q, *in.ConvoID, caller.DID); err != nil {
			return nil, err
		}
	}
	ticket := rand.Text()
	expires := s.Timestamp().Add(limit.TicketTime)
	if err := q.InsertTicket(ctx, db.InsertTicketParams{
		TicketHash: ticketHash(ticket), Did: caller.DID, ConvoID: in.ConvoID, ExpiresAt: expires,
	}); err != nil {
		return nil, fmt.Errorf("keep ticket: %w", err)
	}
	events := strings.TrimSuffix(s.publicURL, "/") + "/xrpc/" + gen.NSIDStreamConvoEvents
	return &gen.GetSubscriptionTicketOutput{
		Ticket: ticket, Endpoint: s.subscribeURL(), EventsEndpoint: &events, ExpiresAt: xrpc.FormatTime(expires),
	}, nil
}

// subscribeURL returns the URL of subscribeConvoEvents, with ws for http and wss for
// https.
func (s *Service) subscribeURL() string {
	return "ws" + strings.TrimPrefix(strings.TrimSuffix(s.publicURL, "/"), "http") + "/xrpc/" + gen.NSIDSubscribeConvoEvents
}

func ticketHash(ticket string) []byte {
	sum := sha256.Sum256([]byte(ticket))
	return sum[:]
}

// Tickets accepts the tickets of GetSubscriptionTicket, from any instance.
type Tickets struct {
	pool *pgxpool.Pool
	now  func() time.Time
}

// NewTickets returns Tickets that are stored in pool's database. A nil clock is
// time.Now.
func NewTickets(pool *pgxpool.Pool, clock func() time.Time) *Tickets {
	if clock == nil {
		clock = time.Now
	}
	return &Tickets{pool: pool, now: clock}
}

var _ xrpc.Tickets = (*Tickets)(nil)

// Find implements xrpc.Tickets. Of several attempts with one ticket only one succeeds
// to spend it.
func (t *Tickets) Find(ctx context.Context, ticket string, _ *xrpc.Method) (xrpc.Proof, error) {
	hash := ticketHash(ticket)
	row, err := db.New(t.pool).GetTicket(ctx, hash)
	if err := t.refusal(err, row.ExpiresAt); err != nil {
		return xrpc.Proof{}, err
	}
	proof := xrpc.Proof{Caller: xrpc.Caller{DID: row.Did}, Spend: func(ctx context.Context) error {
		expires, err := db.New(t.pool).RedeemTicket(ctx, hash)
		return t.refusal(err, expires)
	}}
	if row.ConvoID != nil {
		proof.Caller.Scope = *row.ConvoID
	}
	return proof, nil
}

// refusal returns the error for a ticket that is unknown, used or expired, given the
// result of its query.
func (t *Tickets) refusal(err error, expires time.Time) error {
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !expires.After(t.now()) {
		return xrpc.Errorf(http.StatusUnauthorized, gen.ErrInvalidTicket, "ticket: unknown, used, or expired; get another one")
	}
	if err != nil {
		return fmt.Errorf("redeem ticket: %w", err)
	}
	return nil
}
