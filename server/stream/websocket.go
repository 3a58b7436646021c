package stream

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// wsConn is a WebSocket.
type wsConn struct {
	outbox  outbox
	ws      *websocket.Conn
	frames  *frames
	timeout time.Duration
	pinging atomic.Bool
}

// listen answers pings until the client leaves. A client that sends a message
// gets an error.
func (t *wsConn) listen(o *outbox) {
	if _, _, err := t.ws.Reader(context.Background()); err == nil {
		o.End(xrpc.Errorf(http.StatusBadRequest, xrpc.InvalidRequest, "this stream goes one way"))
		return
	}
	o.clientLeft()
}

var _ transport = (*wsConn)(nil)

// size implements transport.
func (t *wsConn) size(ev *Event) int { return len(t.frames.event(ev)) }

// admit implements transport. A WebSocket may have any length.
func (t *wsConn) admit(*Event) bool { return true }

// try implements transport. It writes nothing: the WebSocket library has no write
// that does not wait.
func (t *wsConn) try(ev *Event) ([]byte, error) { return t.frames.event(ev), nil }

// write implements transport.
func (t *wsConn) write(rest []byte, events []*Event) error {
	if len(rest) > 0 {
		if err := t.writeFrame(rest, t.timeout); err != nil {
			return err
		}
	}
	for _, ev := range events {
		if err := t.writeFrame(t.frames.event(ev), t.timeout); err != nil {
			return err
		}
	}
	return nil
}

func (t *wsConn) writeFrame(p []byte, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout+time.Duration(len(p))*time.Second/writeMinRate)
	defer cancel()
	if err := t.ws.Write(ctx, t.frames.kind, p); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("write frame: %w", ctx.Err())
		}
		return fmt.Errorf("write frame: %w", err)
	}
	t.outbox.counts.bytes.Add(float64(len(p)))
	return nil
}

// finish implements transport.
func (t *wsConn) finish(cursor string, cause *xrpc.Error, complete bool) {
	// Clients, such as that of @atproto/xrpc-server, reconnect after "going
	// away", and do not after a normal closure.
	code, text := websocket.StatusGoingAway, "closing"
	if complete {
		code = websocket.StatusNormalClosure
	}
	switch {
	case cause != nil:
		code, text = websocket.StatusPolicyViolation, cause.Name
		_ = t.writeFrame(t.frames.failure(cause.Name, cause.Told()), endTimeout)
	case cursor != "":
		_ = t.writeFrame(t.frames.closing(&gen.InfoEvent{Cursor: cursor, Info: "closing"}), endTimeout)
	}
	// Close waits up to 5 s for the close frame of the client.
	_ = t.ws.Close(code, text)
}

// abort implements transport.
func (t *wsConn) abort() {
	if t.ws != nil {
		_ = t.ws.CloseNow()
	}
}

// ping calls failed if the client does not answer a ping.
func (t *wsConn) ping(failed func()) {
	if !t.pinging.CompareAndSwap(false, true) {
		return
	}
	go func() {
		defer t.pinging.Store(false)
		ctx, cancel := context.WithTimeout(context.Background(), t.timeout)
		defer cancel()
		if t.ws.Ping(ctx) != nil {
			failed()
		}
	}()
}
