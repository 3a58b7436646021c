package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"catbird.blue/mls/gen"
)

// idle opens connections from 100 networks and sends nothing, until ctx ends.
// It closes its end of connections that the service closes.
func (s *scene) idle(ctx context.Context, n int) (opened int, shut func()) {
	var wg sync.WaitGroup
	ctx, end := context.WithCancel(ctx)
	for i := range n {
		d := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, byte(100+i%100), byte(1+i/100%200))}, Timeout: 2 * time.Second}
		conn, err := d.DialContext(ctx, "tcp", s.server.Addr())
		if err != nil {
			continue
		}
		opened++
		wg.Go(func() {
			stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
			defer stop()
			_, _ = io.Copy(io.Discard, conn)
			_ = conn.Close()
		})
	}
	return opened, func() {
		end()
		wg.Wait()
	}
}

func idleConnections(ctx context.Context, s *scene) (*outcome, error) {
	most, err := s.metric(ctx, "mls_connections_limit")
	if err != nil {
		return nil, err
	}
	opened, shut := s.idle(ctx, s.size(3000, 20_000))
	defer shut()
	// Each of these calls uses a new connection.
	answers := &sent{}
	lone := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for range s.size(10, 100) {
		p := s.newPerson()
		_, err := p.clientOver(lone).GetSubscriptionTicket(ctx, &gen.GetSubscriptionTicketInput{})
		answers.add(err)
		answers.add(healthy(ctx, lone, s.server.Addr()))
		rest(ctx, 50*time.Millisecond)
	}
	open, err := s.metric(ctx, "mls_connections_open")
	if err != nil {
		return nil, err
	}
	closed, err := s.metric(ctx, "mls_connections_closed_total")
	if err != nil {
		return nil, err
	}
	out := &outcome{tried: opened, achieved: fmt.Sprintf("%d idle connections, of which %.0f gave way; %.0f of at most %.0f are open; newcomers and health over new connections: %s",
		opened, closed, open, most, answers)}
	if closed < float64(opened)/4 {
		out.idle = fmt.Sprintf("%.0f connections gave way", closed)
	}
	switch {
	case open > most+64:
		out.excess = fmt.Sprintf("%.0f connections are open", open)
	case answers.of("ok") < answers.total():
		out.excess = "over new connections: " + answers.String()
	}
	return out, ctx.Err()
}

// healthy asks the service for its health.
func healthy(ctx context.Context, c *http.Client, addr string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/health", nil)
	if err != nil {
		return fmt.Errorf("ask for health: %w", err)
	}
	res, err := c.Do(r)
	if err != nil {
		return fmt.Errorf("ask for health: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("health: %s", res.Status)
	}
	return nil
}

func connectionFloods() []flood {
	return []flood{{name: "connections", what: "idle connections without a token, from 100 networks", run: idleConnections,
		env: func(full bool) []string {
			env := []string{"MLS_TRUSTED_PROXIES=none"}
			if !full {
				env = append(env, "MLS_MAX_CONNECTIONS=1000")
			}
			return env
		}}}
}
