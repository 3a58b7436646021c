package convo

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// NotFound answers a non-member. The answer is the same, byte by byte, whether the
// conversation exists or not, so that it does not reveal conversations.
func NotFound() *xrpc.Error {
	return gen.Errorf(gen.ErrConvoNotFound, "no such conversation")
}

// NotMember answers a former member that calls a method for members.
func NotMember() *xrpc.Error {
	return gen.Errorf(gen.ErrNotMember, "no longer a member of this conversation")
}

// NotAccepted answers a member that has not accepted the conversation, where that is
// needed.
func NotAccepted() *xrpc.Error {
	return gen.Errorf(gen.ErrNotMember, "the account has not accepted this conversation yet")
}

// Locked answers a member that would change a conversation which an admin or the
// operator has locked.
func Locked() *xrpc.Error {
	return xrpc.Errorf(http.StatusForbidden, xrpc.ConvoLocked,
		"an admin or the operator of this service has locked the conversation: it can be read and left, members can be removed, and own devices can come back")
}

// AdminsOnly answers a member that would do what takes an admin.
func AdminsOnly(what string) *xrpc.Error {
	return gen.Errorf(gen.ErrNotAllowed, "%s: only admins of the conversation may do that", what)
}

// AdminsSend answers a member that would send in an announcement group.
func AdminsSend() *xrpc.Error {
	return AdminsOnly("send messages")
}

// Exists answers a createConvo whose group id is taken.
func Exists() *xrpc.Error {
	return gen.Errorf(gen.ErrConvoExists, "a conversation with this group id exists")
}

// Unique indexes of the schema that a request can violate.
const (
	conversationsPKey        = "conversations_pkey"
	membershipsPKey          = "memberships_pkey"
	membershipsOneActive     = "memberships_one_active"
	MessagesMessageID        = "messages_message_id"
	idempotencyRecordsPKey   = "idempotency_records_pkey"
	welcomeRecipientsOneOpen = "welcome_recipients_one_open"
	messagesOneCommit        = "messages_one_commit"
)

// constraintErrors maps a violated constraint to the error of the lexicons.
// Handlers check before they write, so most of these occur only in a race.
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

// retriedConstraints has the constraints that a request violates only if a
// concurrent transaction wrote the same key. When the transaction runs again, it
// finds the row that the other one wrote.
var retriedConstraints = map[string]bool{
	idempotencyRecordsPKey:   true,
	welcomeRecipientsOneOpen: true,
	messagesOneCommit:        true,
}

// sqlError maps a violated constraint to the error of the lexicons, and returns
// any other error unchanged.
func sqlError(err error) error {
	if f := constraintErrors[ConstraintOf(err)]; f != nil {
		e := f()
		e.Cause = err
		return e
	}
	return err
}

// ConstraintOf returns the name of the constraint that err reports as violated,
// or "".
func ConstraintOf(err error) string {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return ""
	}
	return pg.ConstraintName
}

// worthRetrying reports whether a concurrent transaction caused err.
func worthRetrying(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	return pg.Code == pgerrcode.SerializationFailure || pg.Code == pgerrcode.DeadlockDetected || retriedConstraints[pg.ConstraintName]
}

// LockTimedOut reports whether err is that of a statement whose wait for a lock
// exceeded lock_timeout.
func LockTimedOut(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == pgerrcode.LockNotAvailable
}

// commitTimeout bounds a COMMIT, which does not end when its caller hangs up.
const commitTimeout = 30 * time.Second

// InTx runs fn in a transaction. If a concurrent transaction makes it fail, InTx
// runs fn again, three times in all, so fn must not keep state of an earlier run.
// A violated constraint is returned as the error of the lexicons. A caller that hangs
// up during the COMMIT does not stop it, and what has to follow the change can follow:
// otherwise nobody would know whether PostgreSQL made it.
func (s *Base) InTx(ctx context.Context, fn func(tx pgx.Tx) error) error {
	var err error
	for range 3 {
		if err = pgx.BeginFunc(ctx, committing{s.Pool}, fn); err == nil || !worthRetrying(err) {
			break
		}
	}
	return sqlError(err)
}

// committing begins transactions whose COMMIT does not heed the context.
type committing struct{ pool *pgxpool.Pool }

// Begin implements what pgx.BeginFunc asks for.
func (c committing) Begin(ctx context.Context) (pgx.Tx, error) {
	tx, err := c.pool.Begin(ctx)
	return committingTx{tx}, err
}

type committingTx struct{ pgx.Tx }

// Commit commits, unless the context has ended already: pgx.BeginFunc rolls back then.
func (t committingTx) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer cancel()
	return t.Tx.Commit(ctx) //nolint:wrapcheck // the callers of InTx say what failed
}
