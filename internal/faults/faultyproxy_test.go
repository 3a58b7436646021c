package faults

import (
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// faultyProxy forwards TCP connections and can reset each of them after a
// random number of bytes.
type faultyProxy struct {
	listener net.Listener
	dial     func() (net.Conn, error)
	// within is the largest number of bytes that a connection carries before it
	// is reset. 0 means that connections are not reset.
	within atomic.Int64
	resets atomic.Int64
	serves sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]bool
	ended bool
}

func newFaultyProxy(dial func() (net.Conn, error)) (*faultyProxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &faultyProxy{listener: l, dial: dial, conns: map[net.Conn]bool{}}
	c.serves.Go(c.serve)
	return c, nil
}

func (c *faultyProxy) addr() string { return c.listener.Addr().String() }

func (c *faultyProxy) serve() {
	for {
		near, err := c.listener.Accept()
		if err != nil {
			return
		}
		c.serves.Go(func() { c.carry(near) })
	}
}

// keep registers a connection, so that close can end it. It returns false if
// the proxy is closed already.
func (c *faultyProxy) keep(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return false
	}
	c.conns[conn] = true
	return true
}

func (c *faultyProxy) forget(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.conns, conn)
	conn.Close()
}

func (c *faultyProxy) carry(near net.Conn) {
	defer c.forget(near)
	far, err := c.dial()
	if err != nil {
		return
	}
	defer c.forget(far)
	if !c.keep(near) || !c.keep(far) {
		return
	}
	cut := &cutter{proxy: c}
	var both sync.WaitGroup
	both.Go(func() { cut.copy(far, near) })
	both.Go(func() { cut.copy(near, far) })
	both.Wait()
}

// cutter counts the bytes of a connection in both directions.
type cutter struct {
	proxy *faultyProxy

	mu sync.Mutex
	// left is the number of bytes that may still pass. It is drawn at random
	// when the proxy begins to reset connections.
	left  int64
	drawn bool
}

// allow returns how many of n bytes may pass, and whether the connection must
// then be reset.
func (k *cutter) allow(n int) (int, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	within := k.proxy.within.Load()
	if within == 0 {
		k.drawn = false
		return n, false
	}
	if !k.drawn {
		k.drawn, k.left = true, rand.Int64N(within)
	}
	if int64(n) < k.left {
		k.left -= int64(n)
		return n, false
	}
	return int(k.left), true
}

// copy forwards bytes until one side ends, then ends both connections.
func (k *cutter) copy(to, from net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		pass, end := k.allow(n)
		if _, werr := to.Write(buffer[:pass]); err == nil {
			err = werr
		}
		if end && n > 0 {
			k.proxy.resets.Add(1)
			reset(to)
			reset(from)
			err = errors.New("reset")
		}
		if err != nil {
			to.Close()
			from.Close()
			return
		}
	}
}

// reset makes Close send a TCP reset.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}

// cut resets connections after at most within bytes each, until enough
// connections have been reset.
func (c *faultyProxy) cut(within, enough int64) error {
	target := c.resets.Load() + enough
	c.within.Store(within)
	defer c.within.Store(0)
	for end := time.Now().Add(startTime); c.resets.Load() < target; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			return errors.New("too few connections to reset")
		}
	}
	return nil
}

func (c *faultyProxy) close() {
	c.listener.Close()
	c.mu.Lock()
	c.ended = true
	for conn := range c.conns {
		conn.Close()
	}
	c.mu.Unlock()
	c.serves.Wait()
}
