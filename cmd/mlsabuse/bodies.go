package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/testbed"
)

const (
	slowBodies = 100
	slowSize   = 10 << 20
	// bodiesMost is how much memory a flood by one account may take: its share
	// of 64 MiB, plus garbage that is not collected yet.
	bodiesMost = 256 << 20
)

// slowly starts to send a body and does not complete it.
func (p *person) slowly(ctx context.Context, nsid string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.s.server.Addr())
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	if _, err := fmt.Fprintf(conn, "POST /xrpc/%s HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: %s\r\nContent-Type: application/json\r\n"+
		"Content-Length: %d\r\nAuthorization: Bearer %s\r\n\r\n", nsid, p.from, slowSize, p.Token(p.s.server.ServiceDID, nsid)); err != nil {
		return nil, fmt.Errorf("begin a body: %w", err)
	}
	go func() { _, _ = conn.Write(bytes.Repeat([]byte(" "), slowSize/2)) }() // until the service stops reading
	return conn, nil
}

func floodBodies(ctx context.Context, s *scene) (*outcome, error) {
	before, err := testbed.ResidentOf(s.server.PID())
	if err != nil {
		return nil, err
	}
	p := s.home.newPerson()
	var open []net.Conn
	shut := func() {
		for _, c := range open {
			_ = c.Close()
		}
	}
	defer shut()
	for range slowBodies {
		c, err := p.slowly(ctx, gen.NSIDSendMessage)
		if err != nil {
			return nil, err
		}
		open = append(open, c)
	}
	held, most, err := s.heaviest(ctx, s.length(4*time.Second, 20*time.Second))
	if err != nil {
		return nil, err
	}
	shut()
	after, took := int64(0), time.Duration(0)
	for start := time.Now(); took < time.Minute && ctx.Err() == nil; rest(ctx, time.Second) {
		if after, err = testbed.ResidentOf(s.server.PID()); err != nil {
			return nil, err
		}
		if took = time.Since(start); after <= before*3/2 {
			break
		}
	}
	out := &outcome{tried: slowBodies, achieved: fmt.Sprintf("%d MiB of bodies; the process had %d MiB before, %d MiB in the flood, %d MiB %s after it",
		int(held)>>20, before>>20, most>>20, after>>20, took.Round(time.Second))}
	switch {
	case held < 16<<20:
		out.idle = fmt.Sprintf("bodies took %d MiB", int(held)>>20)
	case most > before+bodiesMost:
		out.excess = fmt.Sprintf("the process grew by %d MiB", (most-before)>>20)
	case after > before*3/2:
		out.excess = "the memory did not go back within a minute"
	}
	return out, ctx.Err()
}

// heaviest returns the largest memory use during a time: that of request
// bodies, and the resident memory of the process.
func (s *scene) heaviest(ctx context.Context, d time.Duration) (bodies float64, resident int64, err error) {
	for start := time.Now(); time.Since(start) < d && ctx.Err() == nil; rest(ctx, 100*time.Millisecond) {
		held, err := s.metric(ctx, "mls_body_bytes")
		if err != nil {
			return 0, 0, err
		}
		now, err := testbed.ResidentOf(s.server.PID())
		if err != nil {
			return 0, 0, err
		}
		bodies, resident = max(bodies, held), max(resident, now)
	}
	return bodies, resident, ctx.Err()
}

func bodyFloods() []flood {
	return []flood{{name: "bodies", what: "100 slow bodies of one account", run: floodBodies}}
}
