package dbtest

import (
	"context"
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// SilentProxy forwards connections to a PostgreSQL server and can make them
// silent: open, without an answer and without a reset, as behind a network that
// drops packets.
type SilentProxy struct {
	// URL is the connection string of the database through the proxy.
	URL string

	mu    sync.Mutex
	pairs []*silentPair
}

// silentPair is one connection of a client and that to the server.
type silentPair struct {
	near, far net.Conn

	mu     sync.Mutex
	silent bool
}

// Proxy starts a proxy in front of the database of a connection string. It ends
// with the test.
func Proxy(t testing.TB, target string) *SilentProxy {
	t.Helper()
	cfg, err := pgx.ParseConfig(target)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	network, address := pgconn.NetworkAddress(cfg.Host, cfg.Port)
	u := url.URL{Scheme: "postgres", User: url.UserPassword(cfg.User, cfg.Password), Host: l.Addr().String(), Path: "/" + cfg.Database, RawQuery: "sslmode=disable"}
	p := &SilentProxy{URL: u.String()}
	var done sync.WaitGroup
	done.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			done.Go(func() { p.carry(near, network, address) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		p.close()
		done.Wait()
	})
	return p
}

// Silence makes all connections silent that are open now. Later connections
// work.
func (p *SilentProxy) Silence() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, pair := range p.pairs {
		pair.mu.Lock()
		pair.silent = true
		pair.mu.Unlock()
	}
}

func (p *SilentProxy) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, pair := range p.pairs {
		pair.near.Close()
		pair.far.Close()
	}
}

func (p *SilentProxy) carry(near net.Conn, network, address string) {
	defer near.Close()
	far, err := new(net.Dialer).DialContext(context.Background(), network, address)
	if err != nil {
		return
	}
	defer far.Close()
	pair := &silentPair{near: near, far: far}
	p.mu.Lock()
	p.pairs = append(p.pairs, pair)
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { pair.copy(far, near) })
	both.Go(func() { pair.copy(near, far) })
	both.Wait()
}

// copy forwards bytes until one side ends. While the pair is silent it reads and
// drops them.
func (p *silentPair) copy(to, from net.Conn) {
	defer to.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		p.mu.Lock()
		silent := p.silent
		p.mu.Unlock()
		if n > 0 && !silent {
			if _, werr := to.Write(buffer[:n]); werr != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
