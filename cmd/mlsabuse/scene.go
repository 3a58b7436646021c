package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/gen/client"
	"catbird.blue/mls/internal/testbed"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/xrpc"
)

// scene is the environment of a flood.
type scene struct {
	*testbed.World
	server *testbed.Instance
	// env tells the instance where its database and its directory are.
	env []string
	// redis is nil if the instance runs without Redis.
	redis *testbed.Redis
	// full says that the flood runs with full size and duration.
	full bool
	// database is the database of this flood.
	database string
	// home is the host of the honest accounts. hosts are all hosts.
	home  *pds
	hosts []*pds
}

func newScene(ctx context.Context, bed *testbed.World, name string, full bool) (*scene, error) {
	s := &scene{World: bed, full: full, database: "abuse_" + strings.ReplaceAll(name, "-", "_")}
	if _, err := bed.Pool.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{s.database}.Sanitize()); err != nil {
		return nil, fmt.Errorf("make a database: %w", err)
	}
	s.env = []string{"DATABASE_URL=" + bed.PG.URL(s.database), "MLS_DATA_DIR=" + filepath.Join(bed.Dir, s.database)}
	var err error
	s.home, err = s.newPDS(ctx, "203.0.113.7")
	return s, err
}

func (s *scene) close() error {
	var err error
	if s.server != nil {
		err = s.server.Stop()
	}
	if s.redis != nil {
		s.redis.Kill()
	}
	for _, h := range s.hosts {
		_ = h.server.Close()
	}
	connections.CloseIdleConnections()
	return err
}

// sql runs a statement in the database of the flood. It replaces preparations
// that would take hours.
func (s *scene) sql(ctx context.Context, statement string, args ...any) error {
	conn, err := pgx.Connect(ctx, s.PG.URL(s.database))
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, statement, args...); err != nil {
		return fmt.Errorf("run a statement: %w", err)
	}
	return nil
}

// settle makes accounts look as if they had been known for a long time. They
// must not have made any call yet.
func (s *scene) settle(ctx context.Context, people ...*person) error {
	var dids []string
	for _, p := range people {
		dids = append(dids, p.DID)
	}
	return s.sql(ctx, `INSERT INTO account_origins (did, settled_at) SELECT unnest($1::text[]), now() - interval '1 day'`, dids)
}

// size returns the size of a flood: small, or full in a full run.
func (s *scene) size(small, full int) int {
	if s.full {
		return full
	}
	return small
}

// length returns the duration of a flood: small, or full in a full run.
func (s *scene) length(small, full time.Duration) time.Duration {
	if s.full {
		return full
	}
	return small
}

// metric adds up the values of a metric of the instance over all labels.
func (s *scene) metric(ctx context.Context, name string) (sum float64, err error) {
	all, err := s.server.Counters(ctx)
	for series, v := range all {
		if bare, _, _ := strings.Cut(series, "{"); bare == name {
			sum += v
		}
	}
	return sum, err
}

// person is an account with one device.
type person struct {
	*authtest.Account
	s      *scene
	device *mlstest.Client
	// from is the address from which its calls come, according to the proxy.
	from string
	// delay is the network time of a call together with its answer.
	delay time.Duration
}

// newPerson creates an honest account.
func (s *scene) newPerson() *person { return s.home.newPerson() }

// connections is the HTTP client of honest accounts. It keeps connections open,
// as a PDS does.
var connections = &http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute}}

// from returns an HTTP client whose connections come from a loopback address,
// so that a flood can have any number of sources.
func from(address string, most int) *http.Client {
	d := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}, Timeout: 10 * time.Second}
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		DialContext: d.DialContext, MaxConnsPerHost: most, MaxIdleConnsPerHost: most}}
}

// clientOver returns a client that calls the service as the person with an HTTP
// client.
func (p *person) clientOver(c *http.Client) *client.Client {
	if p.delay > 0 {
		c = &http.Client{Timeout: c.Timeout, Transport: &distant{c.Transport, p.delay}}
	}
	return &client.Client{Client: &xrpc.Client{Service: "http://" + p.s.server.Addr(), HTTP: c,
		Authorize: func(r *http.Request, nsid string) error {
			r.Header.Set("Authorization", "Bearer "+p.Token(p.s.server.ServiceDID, nsid))
			r.Header.Set("X-Forwarded-For", p.from)
			return nil
		}}}
}

func (p *person) client() *client.Client { return p.clientOver(connections) }

// distant delays calls on the way to the service and answers on the way back.
type distant struct {
	http.RoundTripper
	delay time.Duration
}

func (d *distant) RoundTrip(r *http.Request) (*http.Response, error) {
	rest(r.Context(), d.delay/2)
	res, err := d.RoundTripper.RoundTrip(r)
	rest(r.Context(), d.delay/2)
	return res, err
}

// publish publishes n key packages of a device and one of last resort.
func (p *person) publish(ctx context.Context, device *mlstest.Client, n int) error {
	in := &gen.PublishKeyPackagesInput{}
	for i := range n + 1 {
		var opts []mlstest.KPOption
		if i == 0 {
			opts = append(opts, mlstest.LastResort())
		}
		in.KeyPackages = append(in.KeyPackages, gen.PublishKeyPackagesKeyPackageItem{
			KeyPackage: mlstest.Wrap(device.KeyPackage(opts...)), CipherSuite: mls.SuiteX25519AES128.String()})
	}
	if _, err := p.client().PublishKeyPackages(ctx, in); err != nil {
		return fmt.Errorf("publish packages: %w", err)
	}
	return p.befriend(ctx)
}

// befriend makes the account accept additions by anybody at once, and lets it add any
// number of strangers, as an operator can. Floods that are about something else begin
// with such accounts.
func (p *person) befriend(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, p.s.PG.URL(p.s.database))
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if err := db.New(conn).AllowStrangers(ctx, p.DID, 1_000_000); err != nil {
		return fmt.Errorf("allow strangers: %w", err)
	}
	_, err = p.client().UpdatePreferences(ctx, &gen.UpdatePreferencesInput{AcceptFrom: new("all"), AcceptGroupInvitesFrom: new("all")})
	if err != nil {
		return fmt.Errorf("accept additions: %w", err)
	}
	return nil
}
