package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/gen/client"
	"catbird.blue/mls/internal/testbed"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/xrpc"
)

// scene is what a flood happens in.
type scene struct {
	*testbed.World
	server *testbed.Instance
	// redis is nil for an instance without one.
	redis *testbed.Redis
	// full: in full size and time.
	full bool
}

// size picks a flood's size: the smaller one, or that of the full run.
func (s *scene) size(small, full int) int {
	if s.full {
		return full
	}
	return small
}

// length picks a flood's time.
func (s *scene) length(small, full time.Duration) time.Duration {
	if s.full {
		return full
	}
	return small
}

// person is an account with one device.
type person struct {
	*authtest.Account
	s      *scene
	device *mlstest.Client
}

func (s *scene) newPerson() *person {
	a := s.PLC.NewAccount()
	return &person{Account: a, s: s, device: mlstest.NewClient(a.DID)}
}

// connections of honest people, kept open as a PDS keeps its own.
var connections = &http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute}}

// from makes a client whose connections come from an address of loopback, so
// that floods can have as many sources as they like.
func from(address string, most int) *http.Client {
	d := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}, Timeout: 10 * time.Second}
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		DialContext: d.DialContext, MaxConnsPerHost: most, MaxIdleConnsPerHost: most}}
}

// over calls the service as the person, over these connections.
func (p *person) over(c *http.Client) *client.Client {
	return &client.Client{Client: &xrpc.Client{Service: "http://" + p.s.server.Addr(), HTTP: c,
		Authorize: func(r *http.Request, nsid string) error {
			r.Header.Set("Authorization", "Bearer "+p.Token(p.s.server.ServiceDID, nsid))
			return nil
		}}}
}

func (p *person) client() *client.Client { return p.over(connections) }

// publish gives the service n packages of a device, and one of last resort.
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
	_, err := p.client().PublishKeyPackages(ctx, in)
	return err
}

// refused tells an answer of the service from a broken connection.
func refused(err error, names ...string) bool {
	e, ok := errors.AsType[*xrpc.Error](err)
	if !ok {
		return false
	}
	for _, n := range names {
		if e.Name == n {
			return true
		}
	}
	return len(names) == 0
}
