package conns

import (
	"container/list"
	"errors"
	"net"
	"net/netip"
	"syscall"

	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/source"
)

// Reasons for which this side closes connections, as label of the metric.
const (
	reasonShare = "share" // another connection replaced it
	reasonIdle  = "idle"  // it waited too long for its next request
	reasonFiles = "files" // the process has no open files left
)

// Listener wraps l so that the keeper limits its connections.
func (k *Keeper) Listener(l net.Listener) net.Listener { return &listener{l, k} }

type listener struct {
	net.Listener
	keeper *Keeper
}

// Accept returns the next connection for which there is room. It closes the
// others.
func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			l.keeper.failed(err)
			return nil, err
		}
		tcp, ok := c.(*net.TCPConn)
		if !ok {
			return c, nil
		}
		if own := l.keeper.accept(tcp); own != nil {
			return own, nil
		}
		c.Close()
	}
}

// accept registers a connection, or returns nil if there is no room for it.
func (k *Keeper) accept(tcp *net.TCPConn) *Conn {
	c := &Conn{TCPConn: tcp, keeper: k}
	c.own, c.proxy = source.OfConn(k.remote(tcp), k.trusted)
	if c.proxy {
		c.own = netip.Prefix{}
	}
	c.source = c.own
	k.mu.Lock()
	c.since = k.now()
	victims := k.expire()
	ok := true
	if k.unproven() >= k.maxUnproven() {
		v := k.replace(c)
		if v == nil {
			v, ok = k.fromReserve(c)
		}
		if v != nil {
			victims = append(victims, v)
		}
	}
	if ok {
		k.enter(c)
	}
	k.mu.Unlock()
	closeAll(victims)
	if !ok {
		return nil
	}
	return c
}

// replace removes a connection to make room for c; nil if there is none that
// may be closed.
func (k *Keeper) replace(c *Conn) *Conn {
	k.warn("connections are at their limit: the longest waiting give way to new ones")
	most, held := k.sources.Most()
	own := k.sources.Held(c.own)
	var v *Conn
	switch fair := int64(k.maxUnproven() / (k.sources.Len() + 1)); {
	case own >= max(fair, 1):
		// The source of c has its share, so c replaces the oldest connection of
		// that source, which is likely to be the less useful one.
		v = oldest(&k.groups[c.own].waiting)
	case held > own+1 && k.groups[most].waiting.Len() > 0:
		v = oldest(&k.groups[most].waiting)
	case k.waiting.Len() > 0:
		v = oldest(&k.waiting)
	case k.proxied.Len() > 0:
		v = oldest(&k.proxied)
	default:
		v = k.stuck(most, held)
	}
	k.drop(v, reasonShare)
	return v
}

// stuck returns an unauthenticated connection in the middle of a request: one
// of the source with the most, if that has more than a quarter of all,
// otherwise any that has been in its request for a while.
func (k *Keeper) stuck(most netip.Prefix, held int64) *Conn {
	if held > int64(k.maxUnproven()/4) {
		if v := oldest(&k.groups[most].active); v != nil {
			return v
		}
	}
	if v := oldest(&k.active); v != nil && k.now().Sub(v.since) >= stuckAge {
		return v
	}
	return nil
}

// fromReserve puts a connection into the reserve. If the reserve is full, it
// replaces one that has not sent a request yet.
func (k *Keeper) fromReserve(c *Conn) (victim *Conn, ok bool) {
	c.state = reserved
	if k.count[reserved] < k.reserve {
		return nil, true
	}
	if victim = oldest(&k.reserved); victim != nil {
		k.drop(victim, reasonShare)
		return victim, true
	}
	k.refused()
	return nil, false
}

// expire removes connections that have waited too long for their next request.
func (k *Keeper) expire() (victims []*Conn) {
	limit := k.idleTime()
	if limit == 0 {
		return nil
	}
	now := k.now()
	for v := oldest(&k.waiting); v != nil && now.Sub(v.since) >= limit; v = oldest(&k.waiting) {
		k.drop(v, reasonIdle)
		victims = append(victims, v)
	}
	return victims
}

// trim removes surplus connections after an authenticated one has finished its
// request and waits again.
func (k *Keeper) trim() (victims []*Conn) {
	for k.unproven() > k.maxUnproven() {
		most, _ := k.sources.Most()
		var v *Conn
		if g := k.groups[most]; g != nil {
			v = oldest(&g.waiting)
		}
		if v == nil {
			v = oldest(&k.waiting)
		}
		if v == nil {
			return victims
		}
		k.drop(v, reasonShare)
		victims = append(victims, v)
	}
	return victims
}

// failed handles an error of Accept. If the process has no open files left,
// some waiting connections are closed; the HTTP server then accepts again.
func (k *Keeper) failed(err error) {
	if errors.Is(err, net.ErrClosed) {
		return
	}
	const some = 64
	var why syscall.Errno
	if !errors.As(err, &why) {
		why = 0
	}
	k.failures.Inc()
	k.mu.Lock()
	k.warn("connections cannot be accepted", "error", why.Error())
	var victims []*Conn
	for why == syscall.EMFILE || why == syscall.ENFILE {
		v := oldest(&k.waiting)
		if v == nil || len(victims) == some {
			break
		}
		k.drop(v, reasonFiles)
		victims = append(victims, v)
	}
	k.mu.Unlock()
	closeAll(victims)
}

// refused counts a connection that was refused.
func (k *Keeper) refused() {
	k.warn("connections are refused: all are in use")
	if k.limits != nil {
		k.limits.Refused(limit.OpenConnections)
	}
}

func oldest(l *list.List) *Conn {
	if e := l.Front(); e != nil {
		return e.Value.(*Conn)
	}
	return nil
}

// drop removes a connection, which the caller closes.
func (k *Keeper) drop(c *Conn, reason string) {
	if c == nil {
		return
	}
	k.forget(c)
	k.closed.WithLabelValues(reason).Inc()
}

func closeAll(victims []*Conn) {
	for _, v := range victims {
		_ = v.TCPConn.Close() // the server notices that it is closed
	}
}
