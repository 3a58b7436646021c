package pgtime

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// farewell is how long pgx may still use an abandoned connection to end it.
// Otherwise it waits 15 s for the server, and the pool cannot replace the
// connection before.
const farewell = 500 * time.Millisecond

// conn is a connection that is abandoned once a read got no answer in time.
type conn struct {
	net.Conn
	// until is the last deadline of an abandoned connection, in nanoseconds since
	// 1970; 0 while the connection is used.
	until atomic.Int64
}

// Read implements net.Conn.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if errors.Is(err, os.ErrDeadlineExceeded) && c.until.Load() == 0 {
		until := time.Now().Add(farewell)
		c.until.Store(until.UnixNano())
		_ = c.Conn.SetDeadline(until)
	}
	return n, err
}

// SetDeadline implements net.Conn.
func (c *conn) SetDeadline(t time.Time) error {
	if until := c.until.Load(); until != 0 && (t.IsZero() || t.UnixNano() > until) {
		t = time.Unix(0, until)
	}
	return c.Conn.SetDeadline(t)
}
