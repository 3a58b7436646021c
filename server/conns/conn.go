package conns

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// state is the state of a connection, see the package comment.
type state int

const (
	waiting state = iota
	active
	proven
	stream
	reserved
	states
)

var stateNames = [states]string{"waiting", "active", "proven", "stream", "reserve"}

// Conn is a connection that a Keeper has accepted.
type Conn struct {
	*net.TCPConn
	keeper *Keeper

	// state and the fields below are guarded by the keeper's mutex.
	state state
	since time.Time
	// own is the source of the connection, source that of its request. They
	// differ if proxy is set. The zero Prefix stands for none.
	own, source    netip.Prefix
	proxy, removed bool
	// elements are the connection's elements in the keeper's lists.
	elements []listElement
}

type listElement struct {
	list    *list.List
	element *list.Element
}

func (c *Conn) addTo(l *list.List) {
	c.elements = append(c.elements, listElement{l, l.PushBack(c)})
}

// Close closes the connection and removes it from the keeper.
func (c *Conn) Close() error {
	c.keeper.mu.Lock()
	c.keeper.forget(c)
	c.keeper.mu.Unlock()
	return c.TCPConn.Close()
}

// of unwraps a net.Conn of an http.Server to the Conn.
func of(c net.Conn) *Conn {
	for c != nil {
		if own, ok := c.(*Conn); ok {
			return own
		}
		wrapped, ok := c.(interface{ NetConn() net.Conn })
		if !ok {
			return nil
		}
		c = wrapped.NetConn()
	}
	return nil
}

type connKey struct{}

// Context is the ConnContext of an http.Server.
func (k *Keeper) Context(ctx context.Context, c net.Conn) context.Context {
	if own := of(c); own != nil {
		return context.WithValue(ctx, connKey{}, own)
	}
	return ctx
}

func from(ctx context.Context) *Conn {
	c, _ := ctx.Value(connKey{}).(*Conn)
	return c
}

// State is the ConnState of an http.Server.
func (k *Keeper) State(c net.Conn, s http.ConnState) {
	own := of(c)
	if own == nil {
		return
	}
	k.mu.Lock()
	switch s {
	case http.StateActive:
		if own.state == waiting {
			k.move(own, active)
		}
	case http.StateIdle:
		if own.state != reserved {
			k.move(own, waiting)
		}
	case http.StateHijacked:
		k.move(own, stream)
	case http.StateClosed:
		k.forget(own)
	}
	victims := k.trim()
	k.mu.Unlock()
	closeAll(victims)
}

// move changes the state of a connection.
func (k *Keeper) move(c *Conn, to state) {
	if c.removed {
		return
	}
	k.leave(c)
	c.state, c.since = to, k.now()
	if to == waiting {
		c.source = c.own
	}
	k.enter(c)
}

// enter counts a connection in its state and adds it to the lists.
func (k *Keeper) enter(c *Conn) {
	k.count[c.state]++
	if k.calm != nil {
		k.calm.Note(int64(k.open()) * Memory)
	}
	switch {
	case c.state == reserved:
		c.addTo(&k.reserved)
	case c.state == waiting && c.proxy:
		c.addTo(&k.proxied)
	case c.state == waiting:
		c.addTo(&k.waiting)
		c.addTo(&k.join(c.source).waiting)
	case c.state == active:
		c.addTo(&k.active)
		if c.source.IsValid() {
			c.addTo(&k.join(c.source).active)
		}
	}
}

// leave undoes enter.
func (k *Keeper) leave(c *Conn) {
	k.count[c.state]--
	for _, e := range c.elements {
		e.list.Remove(e.element)
	}
	c.elements = c.elements[:0]
	if k.shared(c) {
		k.sources.Add(c.source, -1)
		if k.sources.Held(c.source) == 0 {
			delete(k.groups, c.source)
		}
	}
}

// shared reports whether a connection counts for its source.
func (k *Keeper) shared(c *Conn) bool {
	return c.source.IsValid() && (c.state == active || c.state == waiting && !c.proxy)
}

// join counts one more connection of a source and returns its group.
func (k *Keeper) join(of netip.Prefix) *group {
	k.sources.Add(of, 1)
	g := k.groups[of]
	if g == nil {
		g = new(group)
		k.groups[of] = g
	}
	return g
}

// forget removes a closed connection.
func (k *Keeper) forget(c *Conn) {
	if c.removed {
		return
	}
	k.leave(c)
	c.removed = true
	if k.calm != nil {
		k.calm.Note(int64(k.open()) * Memory)
	}
}
