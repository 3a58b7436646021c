package httpd

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/labstack/echo/v4"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// handleError is echo's error handler. It writes the XRPC error envelope, unless
// the handler has already begun an answer.
func handleError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	c.Response().Header().Set("X-Content-Type-Options", "nosniff")
	// Writing fails only where the client has closed the connection.
	_ = xrpc.WriteError(c.Response(), toXRPC(err))
}

// toXRPC converts an error to an XRPC error. Errors of handlers have a name; an
// error of echo gets the name that the protocol has for its status. Any other
// error is InternalServerError, or ServiceUnavailable where the database does
// not answer. The client is told no details of those.
func toXRPC(err error) *xrpc.Error {
	var he *echo.HTTPError
	if errors.As(err, &he) {
		return fromEcho(he)
	}
	e := xrpc.AsError(err)
	if e.Name == xrpc.InternalServerError && databaseUnavailable(e.Cause) {
		return &xrpc.Error{Status: http.StatusServiceUnavailable, Name: xrpc.ServiceUnavailable,
			Message: "the database does not answer", RetryAfter: time.Second, Cause: e.Cause}
	}
	return e
}

func fromEcho(he *echo.HTTPError) *xrpc.Error {
	e := &xrpc.Error{Status: he.Code, Message: http.StatusText(he.Code), Cause: he.Internal}
	switch {
	case he.Code == http.StatusNotFound:
		return noSuchPage()
	case he.Code == http.StatusUnauthorized:
		e.Name = xrpc.AuthenticationRequired
	case he.Code == http.StatusRequestEntityTooLarge:
		e.Name = xrpc.PayloadTooLarge
	case he.Code == http.StatusTooManyRequests:
		e.Name = xrpc.RateLimitExceeded
	case he.Code == http.StatusServiceUnavailable:
		e.Name = xrpc.ServiceUnavailable
	case he.Code >= http.StatusInternalServerError:
		e.Name, e.Message = xrpc.InternalServerError, "internal server error"
	default:
		e.Name = xrpc.InvalidRequest
	}
	return e
}

// unavailableCodes are the SQLSTATEs after which another attempt can succeed,
// at another node or a little later.
var unavailableCodes = map[string]bool{
	pgerrcode.ReadOnlySQLTransaction:          true, // a write on a standby
	pgerrcode.LockNotAvailable:                true,
	pgerrcode.QueryCanceled:                   true, // by a timeout of ours
	pgerrcode.AdminShutdown:                   true,
	pgerrcode.CrashShutdown:                   true,
	pgerrcode.CannotConnectNow:                true,
	pgerrcode.IdleSessionTimeout:              true,
	pgerrcode.IdleInTransactionSessionTimeout: true,
	pgerrcode.SerializationFailure:            true,
	pgerrcode.DeadlockDetected:                true,
	pgerrcode.IOError:                         true,
}

// databaseUnavailable says whether err means that the database cannot be reached
// or cannot serve at the moment.
func databaseUnavailable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return unavailableCodes[pg.Code] || pgerrcode.IsConnectionException(pg.Code) || pgerrcode.IsInsufficientResources(pg.Code)
	}
	var connect *pgconn.ConnectError
	var network *net.OpError
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// fullRetry is the Retry-After while the disk of the database is full.
const fullRetry = time.Minute

// storageFull converts the error of a full disk of the database: StorageFull for
// a method that declares it.
func storageFull(e *xrpc.Error, m *xrpc.Method) *xrpc.Error {
	var pg *pgconn.PgError
	if !errors.As(e.Cause, &pg) || pg.Code != pgerrcode.DiskFull {
		return e
	}
	full := &xrpc.Error{Status: http.StatusServiceUnavailable, Name: limit.StorageFull, RetryAfter: fullRetry, Cause: e.Cause,
		Message: "the storage of this service is full: try again in 60 s"}
	if !m.Declares(full) {
		full.Name = xrpc.ServiceUnavailable
	}
	return full
}

// methodOf returns the method of a route.
func methodOf(route string) *xrpc.Method {
	name := strings.TrimPrefix(route, "/xrpc/")
	for _, m := range gen.Methods {
		if m.NSID == name {
			return m
		}
	}
	return xrpc.Unknown
}
