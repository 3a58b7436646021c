package faults

import (
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// cable carries connections, and may reset each of them at a byte of chance.
type cable struct {
	listener net.Listener
	dial     func() (net.Conn, error)
	// within is how many bytes a connection carries at most before it is
	// reset, 0 for any number.
	within atomic.Int64
	resets atomic.Int64
	serves sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]bool
	ended bool
}

func newCable(dial func() (net.Conn, error)) (*cable, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &cable{listener: l, dial: dial, conns: map[net.Conn]bool{}}
	c.serves.Go(c.serve)
	return c, nil
}

func (c *cable) addr() string { return c.listener.Addr().String() }

func (c *cable) serve() {
	for {
		near, err := c.listener.Accept()
		if err != nil {
			return
		}
		c.serves.Go(func() { c.carry(near) })
	}
}

// keep notes a connection, so that close can end it; false where it is too late.
func (c *cable) keep(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return false
	}
	c.conns[conn] = true
	return true
}

func (c *cable) forget(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.conns, conn)
	conn.Close()
}

func (c *cable) carry(near net.Conn) {
	defer c.forget(near)
	far, err := c.dial()
	if err != nil {
		return
	}
	defer c.forget(far)
	if !c.keep(near) || !c.keep(far) {
		return
	}
	cut := &cutter{cable: c}
	var both sync.WaitGroup
	both.Go(func() { cut.copy(far, near) })
	both.Go(func() { cut.copy(near, far) })
	both.Wait()
}

// cutter counts the bytes of a connection, both ways.
type cutter struct {
	cable *cable

	mu sync.Mutex
	// left is how many bytes may still pass; drawn when the cable begins to cut.
	left  int64
	drawn bool
}

// allow says how many of n bytes pass, and whether the connection ends there.
func (k *cutter) allow(n int) (int, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	within := k.cable.within.Load()
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

// copy carries bytes until an end is reached; then both connections end.
func (k *cutter) copy(to, from net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		pass, end := k.allow(n)
		if _, werr := to.Write(buffer[:pass]); err == nil {
			err = werr
		}
		if end && n > 0 {
			k.cable.resets.Add(1)
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

// reset has the other end see a connection reset instead of an end.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}

// cut resets every connection within so many bytes, until there were enough.
func (c *cable) cut(within, enough int64) error {
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

func (c *cable) close() {
	c.listener.Close()
	c.mu.Lock()
	c.ended = true
	for conn := range c.conns {
		conn.Close()
	}
	c.mu.Unlock()
	c.serves.Wait()
}
