package health

import (
	"context"
	"net/http"
	"time"

	"catbird.blue/mls/xrpc"
)

// retryAfter is the Retry-After for calls that the Gate refuses.
const retryAfter = 5 * time.Second

// Gate refuses what cannot be written at the moment.
type Gate struct {
	database *Database
	clock    *Clock
}

// NewGate makes a Gate. Either part may be nil.
func NewGate(d *Database, c *Clock) *Gate { return &Gate{database: d, clock: c} }

// Closed returns why nothing can be written, or nil. It asks nobody.
func (g *Gate) Closed() error {
	if g.database != nil {
		if err := g.database.Hanging(); err != nil {
			return err
		}
	}
	if g.clock != nil {
		return g.clock.Wrong()
	}
	return nil
}

// Admit is an xrpc.Step. It refuses the calls that write while the gate is
// closed.
func (g *Gate) Admit(_ context.Context, call *xrpc.Call) error {
	if !writes(call.Method) {
		return nil
	}
	cause := g.Closed()
	if cause == nil {
		return nil
	}
	return &xrpc.Error{Status: http.StatusServiceUnavailable, Name: xrpc.ServiceUnavailable,
		Message: "the service cannot store anything at the moment", RetryAfter: retryAfter, Cause: cause}
}

// writes says whether a method writes to the database. The procedures of the
// class read, such as sync, do not.
func writes(m *xrpc.Method) bool { return m.Kind == xrpc.Procedure && m.Rate != xrpc.RateRead }
