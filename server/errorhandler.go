package server

import (
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/labstack/echo/v4"

	"catbird.blue/mls/xrpc"
)

// handleError is echo's error handler: it writes the envelope, unless an answer
// has begun.
func handleError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	c.Response().Header().Set("X-Content-Type-Options", "nosniff")
	// A client that is gone has no use for an answer, nor for an error of
	// writing it.
	_ = xrpc.WriteError(c.Response(), toXRPC(err))
}

// toXRPC gives an error its name. Those of handlers have one; echo's own get
// that of the protocol; anything else is an internal error, or a database that
// is away for the moment, and tells the client nothing more.
func toXRPC(err error) *xrpc.Error {
	var he *echo.HTTPError
	if errors.As(err, &he) {
		return fromEcho(he)
	}
	e := xrpc.AsError(err)
	if e.Name == xrpc.InternalServerError && databaseAway(e.Cause) {
		return &xrpc.Error{Status: http.StatusServiceUnavailable, Name: xrpc.ServiceUnavailable,
			Message: "the database does not answer; try again in a second", RetryAfter: time.Second, Cause: e.Cause}
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

// awayCodes are SQLSTATEs of a database that will answer again, at another
// node or a little later.
var awayCodes = map[string]bool{
	pgerrcode.ReadOnlySQLTransaction:          true, // a write on a standby
	pgerrcode.TooManyConnections:              true,
	pgerrcode.LockNotAvailable:                true,
	pgerrcode.QueryCanceled:                   true, // by a timeout of ours
	pgerrcode.AdminShutdown:                   true,
	pgerrcode.CrashShutdown:                   true,
	pgerrcode.CannotConnectNow:                true,
	pgerrcode.IdleSessionTimeout:              true,
	pgerrcode.IdleInTransactionSessionTimeout: true,
}

func databaseAway(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return awayCodes[pg.Code] || pgerrcode.IsConnectionException(pg.Code)
	}
	var connect *pgconn.ConnectError
	var network *net.OpError
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}
