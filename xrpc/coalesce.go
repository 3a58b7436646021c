package xrpc

import (
	"context"
	"io"
	"net"
	"syscall"
)

// coalescingConn joins the two pieces in which net/http sends an answer that is
// longer than its buffer of 4 KiB. Each piece would need a system call and a
// TCP segment of its own, and the first would wake up the client before the
// answer is complete. The connection holds the first piece back until the
// second comes.
type coalescingConn struct {
	tcpConn
	holds bool
	held  []byte
}

// tcpConn contains the methods of *net.TCPConn that net/http and the streams
// use, so that wrapped connections qualify too.
type tcpConn interface {
	net.Conn
	syscall.Conn
	io.ReaderFrom
	CloseWrite() error
}

// NetConn returns the wrapped connection.
func (c *coalescingConn) NetConn() net.Conn { return c.tcpConn }

// maxHeld is the largest number of bytes that are held back: the buffer size of
// net/http.
const maxHeld = 4 << 10

// CoalescingListener wraps the connections of l, so that answers on them can be
// joined. The server needs CoalescingContext as its ConnContext.
func CoalescingListener(l net.Listener) net.Listener { return coalescingListener{l} }

type coalescingListener struct{ net.Listener }

func (l coalescingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(tcpConn); ok {
		return &coalescingConn{tcpConn: tcp}, err
	}
	return c, err
}

type coalescingKey struct{}

// CoalescingContext is the ConnContext of an http.Server on a
// CoalescingListener.
func CoalescingContext(ctx context.Context, c net.Conn) context.Context {
	if coalescing, ok := c.(*coalescingConn); ok {
		return context.WithValue(ctx, coalescingKey{}, coalescing)
	}
	return ctx
}

// writeCoalesced calls write, which writes an answer, and joins the pieces of
// the answer.
func writeCoalesced(ctx context.Context, write func() error) (err error) {
	c, ok := ctx.Value(coalescingKey{}).(*coalescingConn)
	if !ok {
		return write()
	}
	c.holds = true
	defer func() {
		if failed := c.flush(); err == nil {
			err = failed
		}
	}()
	return write()
}

// Write holds a first piece back and writes it together with the next one.
func (c *coalescingConn) Write(p []byte) (int, error) {
	switch {
	case c.holds && len(c.held)+len(p) <= maxHeld:
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

// flush writes what is still held back.
func (c *coalescingConn) flush() error {
	c.holds = false
	if len(c.held) == 0 {
		return nil
	}
	_, err := c.tcpConn.Write(c.held)
	c.held = c.held[:0]
	return err
}
