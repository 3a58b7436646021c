package pgtime

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// Statement bounds a statement whose context has no earlier deadline. It is
	// longer than statement_timeout, so that only a commit or a connection that
	// does not answer reaches it.
	Statement = 40 * time.Second
	// Acquire bounds the wait for a connection of the pool.
	Acquire = 15 * time.Second
	// Ping bounds the check of an idle connection before its next use.
	Ping = 2 * time.Second
	// Connect bounds the opening of a connection to one host.
	Connect = 5 * time.Second
	// hangUp is how long a statement may still take after its caller has gone.
	hangUp = 3 * time.Second
	// UserTimeout is how long sent data may stay without an acknowledgement of
	// the peer (TCP_USER_TIMEOUT, Linux only).
	UserTimeout = 10 * time.Second
	// keepAlive probes an idle connection, so that a peer that has vanished is
	// found within about 20 s.
	keepAliveIdle, keepAliveInterval, keepAliveCount = 10 * time.Second, 3 * time.Second, 3
)

// errNoCancel refuses the connection for a cancel request.
var errNoCancel = errors.New("statements are not cancelled: a cancelled wait for a standby would make the commit visible")

// Apply puts the deadlines on the connections of a pool. tracer may not be nil.
func Apply(cfg *pgxpool.Config, tracer *Tracer) {
	c := cfg.ConnConfig
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = Connect
	}
	cfg.PingTimeout = Ping
	c.Tracer = tracer
	c.DialFunc = dial
	c.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &watcher{conn: conn.Conn(), tracer: tracer}
	}
}

type dialKey struct{}

// dial connects with the TCP options of this package. Only connections that
// pgx.ConnectConfig opens have the mark of Tracer.TraceConnectStart; the others
// would carry cancel requests.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	if ctx.Value(dialKey{}) == nil {
		return nil, errNoCancel
	}
	d := net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: keepAliveIdle, Interval: keepAliveInterval, Count: keepAliveCount},
		Control: func(network, _ string, raw syscall.RawConn) error {
			if !strings.HasPrefix(network, "tcp") {
				return nil
			}
			return setUserTimeout(raw, UserTimeout)
		},
	}
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c}, nil
}

// watcher interrupts a wait for the server when its context ends.
type watcher struct {
	conn   net.Conn
	tracer *Tracer
}

// HandleCancel implements ctxwatch.Handler.
func (w *watcher) HandleCancel(ctx context.Context) {
	if errors.Is(ctx.Err(), context.Canceled) {
		_ = w.conn.SetDeadline(time.Now().Add(hangUp))
		return
	}
	w.tracer.late()
	_ = w.conn.SetDeadline(time.Now())
}

// HandleUnwatchAfterCancel implements ctxwatch.Handler.
func (w *watcher) HandleUnwatchAfterCancel() { _ = w.conn.SetDeadline(time.Time{}) }
