package accounts

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
)

var errNoChange = errors.New("nothing changes")

// AuditKey is the use of the service's secret as the key of an Audit.
const AuditKey = "admin audit"

// Audit records what operators do, in the table admin_audit.
type Audit struct {
	// Key keys the hashes of subjects.
	Key []byte
	// Actor is the name of the operating system's user.
	Actor string
}

// Subject is the keyed hash by which the table refers to an account or a
// conversation.
func (a Audit) Subject(id string) []byte {
	h := hmac.New(sha256.New, a.Key)
	h.Write([]byte(id))
	return h.Sum(nil)
}

// Record records an action by itself. subject is a DID, a conversation id, or ""
// for actions on neither.
func (a Audit) Record(ctx context.Context, pool *pgxpool.Pool, action, subject string) error {
	return a.record(ctx, db.New(pool), action, subject)
}

// RecordIn records an action in a transaction.
func (a Audit) RecordIn(ctx context.Context, q *db.Queries, action, subject string) error {
	return a.record(ctx, q, action, subject)
}

func (a Audit) record(ctx context.Context, q *db.Queries, action, subject string) error {
	var hash []byte
	if subject != "" {
		hash = a.Subject(subject)
	}
	if err := q.AddAudit(ctx, a.Actor, action, hash); err != nil {
		return fmt.Errorf("write admin_audit: %w", err)
	}
	return nil
}
