package convo

import (
	"context"
	"errors"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// Constraints of the schema that a request can run into, by the names that the
// migrations give them.
const (
	conversationsPKey        = "conversations_pkey"
	membershipsPKey          = "memberships_pkey"
	membershipsOneActive     = "memberships_one_active"
	MessagesMessageID        = "messages_message_id"
	idempotencyRecordsPKey   = "idempotency_records_pkey"
	welcomeRecipientsOneOpen = "welcome_recipients_one_open"
	messagesOneCommit        = "messages_one_commit"
)

// constraintErrors is what a client is told where a constraint holds against
// its request. Handlers look first, so most of these show only in a race.
var constraintErrors = map[string]func() *xrpc.Error{
	conversationsPKey: Exists,
	membershipsPKey: func() *xrpc.Error {
		return gen.Errorf(gen.ErrAlreadyMember, "a member is added twice")
	},
	membershipsOneActive: func() *xrpc.Error {
		return gen.Errorf(gen.ErrAlreadyMember, "a member is added twice")
	},
	MessagesMessageID: func() *xrpc.Error {
		return gen.Errorf(gen.ErrIdempotencyConflict, "msgId: used before in this conversation")
	},
	idempotencyRecordsPKey: func() *xrpc.Error {
		return gen.Errorf(gen.ErrIdempotencyConflict, "idempotencyKey: used at the same time with other content")
	},
}

// retriedConstraints are those that only a concurrent transaction can have
// brought about: run again, the request finds what that one wrote.
var retriedConstraints = map[string]bool{
	idempotencyRecordsPKey:   true,
	welcomeRecipientsOneOpen: true,
	messagesOneCommit:        true,
}

func Exists() *xrpc.Error {
	return gen.Errorf(gen.ErrConvoExists, "a conversation with this group id exists")
}

// sqlError maps a violated constraint to the error of the lexicons; any other
// error it gives back as it is.
func SQLError(err error) error {
	if f := constraintErrors[ConstraintOf(err)]; f != nil {
		e := f()
		e.Cause = err
		return e
	}
	return err
}

// constraintOf names the constraint that err says is violated, "" for none.
func ConstraintOf(err error) string {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return ""
	}
	return pg.ConstraintName
}

// worthRetrying says whether a transaction lost against another one.
func worthRetrying(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	return pg.Code == pgerrcode.SerializationFailure || pg.Code == pgerrcode.DeadlockDetected || retriedConstraints[pg.ConstraintName]
}

// lockTimedOut says whether a lock was waited for too long.
func LockTimedOut(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == pgerrcode.LockNotAvailable
}

// inTx runs fn in a transaction, and again, three times at most, where another
// transaction got in its way. So fn starts from nothing each time. A violated
// constraint comes back as the lexicons' error.
func (s *Base) InTx(ctx context.Context, fn func(tx pgx.Tx) error) error {
	var err error
	for range 3 {
		if err = pgx.BeginFunc(ctx, s.Pool, fn); err == nil || !worthRetrying(err) {
			break
		}
	}
	return SQLError(err)
}
