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

// WebSocket answers a request with frames of an AT Protocol event stream
// (https://atproto.com/specs/event-stream). It returns when the stream runs.
// What the source refuses is told in an error frame: browsers show nothing of
// an answer that is no WebSocket.
func (s *Streams) WebSocket(ctx context.Context, want Want, out *xrpc.Stream) error {
	t := &wsConn{timeout: s.writeTimeout}
	o := &t.box
	err := s.open(o, want.DID, "websocket", t)
	if err != nil {
		return err
	}
	o.cursor = want.Cursor
	out.Begin(http.StatusSwitchingProtocols)
	// Any page may connect: it proves who it is by a token or ticket, and no
	// cookie does.
	t.ws, err = websocket.Accept(out.W, out.R, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		s.discard(o)
		return fmt.Errorf("WebSocket handshake: %w", err)
	}
	go t.listen(o)
	detach, err := s.source.Attach(ctx, want, o)
	if err != nil {
		o.End(err)
		detach = nil
	}
	o.start(detach)
	return nil
}

// wsConn is a WebSocket.
type wsConn struct {
	box     outbox
	ws      *websocket.Conn
	timeout time.Duration
	pinging atomic.Bool
}

// listen answers pings until the client leaves. A client that says anything
// else has misunderstood.
func (t *wsConn) listen(o *outbox) {
	if _, _, err := t.ws.Reader(context.Background()); err == nil {
		o.End(xrpc.Errorf(http.StatusBadRequest, xrpc.InvalidRequest, "this stream goes one way"))
		return
	}
	o.gone()
}

func (t *wsConn) size(ev *Event) int { return len(ev.cbor()) }

func (t *wsConn) admit(*Event) bool { return true }

// try leaves the event to a goroutine: a WebSocket has no way to write without
// waiting.
func (t *wsConn) try(ev *Event) ([]byte, error) { return ev.cbor(), nil }

func (t *wsConn) write(rest []byte, events []*Event) error {
	if len(rest) > 0 {
		if err := t.frame(rest, t.timeout); err != nil {
			return err
		}
	}
	for _, ev := range events {
		if err := t.frame(ev.cbor(), t.timeout); err != nil {
			return err
		}
	}
	return nil
}

func (t *wsConn) frame(p []byte, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout+time.Duration(len(p))*time.Second/writeMinRate)
	defer cancel()
	if err := t.ws.Write(ctx, websocket.MessageBinary, p); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("write frame: %w", ctx.Err())
		}
		return fmt.Errorf("write frame: %w", err)
	}
	t.box.counts.bytes.Add(float64(len(p)))
	return nil
}

func (t *wsConn) finish(cursor string, why *xrpc.Error, complete bool) {
	// Clients, that of @atproto/xrpc-server among them, come back after
	// "going away" and take a normal closure for the end of all.
	code, text := websocket.StatusGoingAway, "closing"
	if complete {
		code = websocket.StatusNormalClosure
	}
	switch {
	case why != nil:
		code, text = websocket.StatusPolicyViolation, why.Name
		_ = t.frame(xrpc.ErrorFrame(why.Name, why.Message), goodbye)
	case cursor != "":
		_ = t.frame(xrpc.EventFrame(&gen.InfoEvent{Cursor: cursor, Info: "closing"}), goodbye)
	}
	// Close waits for the other side to agree, up to 5 s.
	_ = t.ws.Close(code, text)
}

func (t *wsConn) abort() {
	if t.ws != nil {
		_ = t.ws.CloseNow()
	}
}

// ping asks the other side for a sign of life.
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
