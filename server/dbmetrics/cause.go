package dbmetrics

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"
)

// Causes of errors: the values of the label "cause".
const (
	causeCanceled   = "canceled"
	causeConnection = "connection"
	causeConstraint = "constraint"
	causeDamaged    = "damaged"
	causeDeadline   = "deadline"
	causeDeadlock   = "deadlock"
	causeFull       = "disk-full"
	causeLock       = "lock-timeout"
	causeMemory     = "memory"
	causePermission = "permission"
	causePool       = "pool-wait"
	causeReadOnly   = "read-only"
	causeSerialize  = "serialization"
	causeShutdown   = "shutdown"
	causeTimeout    = "statement-timeout"
	causeTooMany    = "too-many-connections"
	causeOther      = "other"
)

var causes = []string{causeCanceled, causeConnection, causeConstraint, causeDamaged, causeDeadline, causeDeadlock, causeFull,
	causeLock, causeMemory, causePermission, causePool, causeReadOnly, causeSerialize, causeShutdown, causeTimeout, causeTooMany,
	causeOther}

// codes has the causes of single SQLSTATEs, and those of whole classes by their
// first two characters.
var codes = map[string]string{
	pgerrcode.DiskFull:                        causeFull,
	pgerrcode.OutOfMemory:                     causeMemory,
	pgerrcode.TooManyConnections:              causeTooMany,
	pgerrcode.SerializationFailure:            causeSerialize,
	pgerrcode.DeadlockDetected:                causeDeadlock,
	pgerrcode.LockNotAvailable:                causeLock,
	pgerrcode.QueryCanceled:                   causeTimeout,
	pgerrcode.IdleInTransactionSessionTimeout: causeTimeout,
	pgerrcode.ReadOnlySQLTransaction:          causeReadOnly,
	pgerrcode.InsufficientPrivilege:           causePermission,
	"08":                                      causeConnection,
	"23":                                      causeConstraint,
	"28":                                      causePermission,
	"57":                                      causeShutdown,
	"58":                                      causeDamaged, // the files of the database cannot be read or written
	"XX":                                      causeDamaged,
}

// cause returns the cause of an error of the database.
func cause(err error) string {
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	var network *net.OpError
	switch {
	case errors.As(err, &pg):
		return causeOf(pg.Code)
	case errors.Is(err, context.Canceled):
		return causeCanceled
	case errors.Is(err, context.DeadlineExceeded):
		return causeDeadline
	case errors.As(err, &connect), errors.As(err, &network), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF),
		errors.Is(err, net.ErrClosed), strings.Contains(err.Error(), "conn closed"):
		return causeConnection
	}
	return causeOther
}

func causeOf(code string) string {
	if c, ok := codes[code]; ok {
		return c
	}
	if len(code) == 5 {
		if c, ok := codes[code[:2]]; ok {
			return c
		}
	}
	return causeOther
}
