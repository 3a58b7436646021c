package relay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

const (
	// maxFrame bounds a frame. The specification allows 5 MB.
	maxFrame = 8 << 20
	// dialTimeout bounds the opening of a connection, and pingTimeout the answer to
	// a ping, by which a connection whose peer has vanished is noticed.
	dialTimeout = 20 * time.Second
	pingTimeout = 20 * time.Second
)

// connection is one connection to the relay.
type connection struct {
	ws      *websocket.Conn
	handler Handler
	metrics *Metrics
	// seq is the number of the last event that was handled, -1 before the first.
	seq atomic.Int64
	// outdated is called if the relay no longer has some events after the cursor.
	outdated func()
	buffer   bytes.Buffer
}

// streamURL is the URL of subscribeRepos at a relay, from the event after seq on.
func streamURL(relay string, seq int64) string {
	u := "ws" + strings.TrimPrefix(relay, "http") + "/xrpc/com.atproto.sync.subscribeRepos"
	if seq >= 0 {
		u += "?" + url.Values{"cursor": {strconv.FormatInt(seq, 10)}}.Encode()
	}
	return u
}

// dial opens a connection that begins after seq.
func dial(ctx context.Context, relay string, seq int64, h Handler, m *Metrics) (*connection, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	ws, res, err := websocket.Dial(ctx, streamURL(relay, seq), &websocket.DialOptions{CompressionMode: websocket.CompressionDisabled})
	if res != nil && res.Body != nil {
		_ = res.Body.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("connect to the relay: %w", err)
	}
	ws.SetReadLimit(maxFrame)
	c := &connection{ws: ws, handler: h, metrics: m, outdated: func() {}}
	c.seq.Store(seq)
	return c, nil
}

// read handles events until the connection ends or ctx does.
func (c *connection) read(ctx context.Context) error {
	for {
		kind, r, err := c.ws.Reader(ctx)
		if err != nil {
			return fmt.Errorf("read from the relay: %w", err)
		}
		c.buffer.Reset()
		if _, err := c.buffer.ReadFrom(r); err != nil {
			return fmt.Errorf("read from the relay: %w", err)
		}
		if kind != websocket.MessageBinary {
			return errNotFrame
		}
		ev, err := decode(c.buffer.Bytes())
		if err != nil {
			return err
		}
		if err := c.handle(ctx, ev); err != nil {
			return err
		}
	}
}

// handle handles an event. An event without a number, #info, does not move the
// cursor.
func (c *connection) handle(ctx context.Context, ev event) error {
	var err error
	switch ev.kind {
	case "#account":
		c.metrics.events.WithLabelValues(kindAccount).Inc()
		err = c.handler.Account(ctx, ev.DID, ev.Active, ev.Status)
	case "#identity":
		c.metrics.events.WithLabelValues(kindIdentity).Inc()
		err = c.handler.Identity(ctx, ev.DID)
	case "#info":
		if ev.Name == "OutdatedCursor" {
			c.outdated()
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("handle an event of the relay: %w", err)
	}
	if ev.Seq > 0 {
		c.seq.Store(ev.Seq)
	}
	return nil
}

// ping fails if the relay does not answer. It needs a read at the same time.
func (c *connection) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	if err := c.ws.Ping(ctx); err != nil {
		return fmt.Errorf("ping the relay: %w", err)
	}
	return nil
}

// isFutureCursor reports whether the relay does not have the cursor yet: its numbers
// have begun anew.
func isFutureCursor(err error) bool {
	var e *relayError
	return errors.As(err, &e) && e.Code == "FutureCursor"
}
