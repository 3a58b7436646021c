package xrpc

import (
	"context"
	"io"
	"net"
	"syscall"
)

// Answers longer than the buffer of net/http, 4 KiB, would leave it in two
// pieces, each with a system call and a segment of its own: the first one wakes
// the client for less than it waits for. So a connection of WholeListener holds
// the first piece back until the second comes.
type wholeConn struct {
	tcpConn
	holds bool
	held  []byte
}

// tcpConn is a *net.TCPConn, or what is made of one: what net/http and streams
// ask a connection for.
type tcpConn interface {
	net.Conn
	syscall.Conn
	io.ReaderFrom
	CloseWrite() error
}

// NetConn gives the connection below.
func (c *wholeConn) NetConn() net.Conn { return c.tcpConn }

// heldMost is what is held back at most, in bytes: what net/http gathers.
const heldMost = 4 << 10

// WholeListener is l, whose connections are to be known to handlers: see
// WholeContext.
func WholeListener(l net.Listener) net.Listener { return wholeListener{l} }

type wholeListener struct{ net.Listener }

func (l wholeListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(tcpConn); ok {
		return &wholeConn{tcpConn: tcp}, err
	}
	return c, err
}

type wholeKey struct{}

// WholeContext is the ConnContext of an http.Server on a WholeListener.
func WholeContext(ctx context.Context, c net.Conn) context.Context {
	if whole, ok := c.(*wholeConn); ok {
		return context.WithValue(ctx, wholeKey{}, whole)
	}
	return ctx
}

// inOnePiece writes an answer by write.
func inOnePiece(ctx context.Context, write func() error) (err error) {
	c, ok := ctx.Value(wholeKey{}).(*wholeConn)
	if !ok {
		return write()
	}
	c.holds = true
	defer func() {
		if failed := c.letGo(); err == nil {
			err = failed
		}
	}()
	return write()
}

// Write holds a first piece back, and writes it with what comes then.
func (c *wholeConn) Write(p []byte) (int, error) {
	switch {
	case c.holds && len(c.held)+len(p) <= heldMost:
		c.held = append(c.held, p...)
		return len(p), nil
	case len(c.held) == 0:
		return c.tcpConn.Write(p)
	}
	before := len(c.held)
	both := net.Buffers{c.held, p}
	n, err := both.WriteTo(c.tcpConn)
	c.held = c.held[:0]
	return max(0, int(n)-before), err
}

// letGo writes what is still held back.
func (c *wholeConn) letGo() error {
	c.holds = false
	if len(c.held) == 0 {
		return nil
	}
	_, err := c.tcpConn.Write(c.held)
	c.held = c.held[:0]
	return err
}
