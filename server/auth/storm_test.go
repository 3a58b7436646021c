package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// registry is a PLC directory without a network, so that it works with the
// clock of synctest. It responds after a delay.
type registry struct {
	takes time.Duration
	asked atomic.Int64

	mu   sync.Mutex
	docs map[string][]byte
}

func newRegistry() *registry {
	return &registry{takes: 50 * time.Millisecond, docs: map[string][]byte{}}
}

func (r *registry) account(t testing.TB) *authtest.Account {
	t.Helper()
	a := authtest.Unregistered()
	raw, err := json.Marshal(authtest.Document(a.DID, a.Key))
	if err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.docs[a.DID] = raw
	return a
}

// RoundTrip answers GET /{did}.
func (r *registry) RoundTrip(req *http.Request) (*http.Response, error) {
	r.asked.Add(1)
	select {
	case <-time.After(r.takes):
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	doc, ok := r.docs[strings.TrimPrefix(req.URL.Path, "/")]
	res := &http.Response{StatusCode: http.StatusNotFound, Request: req, Body: io.NopCloser(bytes.NewReader(doc))}
	if ok {
		res.StatusCode = http.StatusOK
	}
	return res, nil
}

// stormy is an instance whose look-ups are limited.
type stormy struct {
	*registry
	t    *testing.T
	auth *Authenticator
	dir  *Directory
}

func newStormy(t *testing.T, store KeyStore) *stormy {
	t.Helper()
	limits, err := limit.New(limit.Config{})
	if err != nil {
		t.Fatal(err)
	}
	s := &stormy{registry: newRegistry(), t: t}
	s.dir = newTestDirectory(t, DirectoryConfig{PLCURL: "http://plc.test", Dev: true, Limits: limits, Store: store})
	s.dir.resolver.plc.Transport = s.registry
	if s.auth, err = New(Config{Audiences: Audiences(service), Directory: s.dir, Replay: newMemoryReplay(MemoryReplayConfig{})}); err != nil {
		t.Fatal(err)
	}
	return s
}

// call makes a call with a token of an account from an address.
func (s *stormy) call(a *authtest.Account, address string) error {
	r := request(a.Token(service, getMessages.NSID))
	r.RemoteAddr = address + ":1234"
	_, err := s.auth.Authenticate(s.t.Context(), r, getMessages)
	return err
}

// storm sends tokens of unknown DIDs from 50 addresses, at twice the rate of
// look-ups, until ctx ends.
func (s *stormy) storm(ctx context.Context) {
	for i := range 50 {
		go func() {
			for n := 0; ctx.Err() == nil; n++ {
				go func() { _, _ = s.dir.lookup(ctx, fmt.Sprintf("198.51.%d.0/24", i), authtest.NewDID()) }()
				time.Sleep(500 * time.Millisecond)
			}
		}()
	}
}

// TestStormOfLookups: 100 tokens a second from 50 addresses name unknown DIDs.
// 39 new accounts of two PDSes are accepted, both in the first seconds of the
// storm and later, and the directory is not asked more often than the rate.
func TestStormOfLookups(t *testing.T) {
	for _, after := range []time.Duration{0, 10 * time.Second} {
		t.Run(after.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStormy(t, nil)
				ctx, end := context.WithCancel(t.Context())
				s.storm(ctx)
				time.Sleep(after)
				start := time.Now()
				var wg sync.WaitGroup
				for i := range 39 {
					a := s.account(t)
					wg.Go(func() {
						if err := s.call(a, fmt.Sprintf("203.0.%d.7", i%2)); err != nil {
							t.Errorf("newcomer %d: %v", i, err)
						}
					})
					time.Sleep(20 * time.Millisecond)
				}
				wg.Wait()
				if took := time.Since(start); took > 2*LookupTimeout {
					t.Errorf("it took %s", took)
				}
				end()
				time.Sleep(time.Minute) // until the queued requests of the storm have ended
				if most := limit.LookupNew.Amount + int64((after+time.Since(start)).Seconds())*limit.LookupNew.Refill; s.asked.Load() > most {
					t.Errorf("the directory was asked %d times", s.asked.Load())
				}
				s.dir.Close()
			})
		})
	}
}

// someKnown is a store that knows some accounts and stores nothing.
type someKnown struct {
	noKeyStore
	sync.Map
}

func (s *someKnown) Known(_ context.Context, did string) (bool, error) {
	_, ok := s.Load(did)
	return ok, nil
}

// TestKnownAccountsInAStorm: known accounts have a queue of their own, and
// neither wait nor are refused.
func TestKnownAccountsInAStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		known := &someKnown{}
		s := newStormy(t, known)
		ctx, end := context.WithCancel(t.Context())
		s.storm(ctx)
		time.Sleep(10 * time.Second)
		for range 50 {
			a := s.account(t)
			known.Store(a.DID, true)
			start := time.Now()
			// The address takes part in the storm, but known accounts have their own queue.
			if err := s.call(a, "198.51.3.4"); err != nil || time.Since(start) > time.Second {
				t.Errorf("%v after %s", err, time.Since(start))
			}
		}
		end()
		time.Sleep(time.Minute)
		s.dir.Close()
	})
}

// TestNamedByTheStorm: a storm names the DID of an honest account. Its request
// joins the look-up or finds it done, and does not wait in a queue of the
// storm.
func TestNamedByTheStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStormy(t, nil)
		ctx, end := context.WithCancel(t.Context())
		s.storm(ctx)
		time.Sleep(10 * time.Second)
		a := s.account(t)
		named := &authtest.Account{DID: a.DID, Key: authtest.Unregistered().Key}
		for range 20 {
			go func() { _ = s.call(named, "198.51.3.4") }()
		}
		start := time.Now()
		if err := s.call(a, "203.0.113.7"); err != nil || time.Since(start) > time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		end()
		time.Sleep(time.Minute)
		s.dir.Close()
	})
}

// TestStormRefusals: a refused request gets a Retry-After and no outage error,
// and the refusal is not cached: the same account may be accepted a moment
// later from another address.
func TestStormRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStormy(t, nil)
		ctx, end := context.WithCancel(t.Context())
		s.storm(ctx)
		time.Sleep(10 * time.Second)
		a := s.account(t)
		for range 10 {
			go func() { _, _ = s.dir.lookup(ctx, "198.51.3.0/24", authtest.NewDID()) }()
		}
		synctest.Wait()
		err := s.call(a, "198.51.3.4")
		var e *xrpc.Error
		if !errors.As(err, &e) || e.Status != http.StatusTooManyRequests || e.RetryAfter <= 0 {
			t.Errorf("from an address that storms: %v", err)
		}
		if err := s.call(a, "203.0.113.7"); err != nil {
			t.Errorf("from elsewhere: %v", err)
		}
		end()
		time.Sleep(time.Minute)
		s.dir.Close()
	})
}

// TestWebDomainHasItsOwnSlots: hosts of one domain that do not respond do not
// delay other domains, whatever number of names the domain has.
func TestWebDomainHasItsOwnSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newTestDirectory(t, DirectoryConfig{PLCURL: "https://plc.test"})
		slow := &hangs{}
		d.resolver.web.Transport = byHost{"slow.com": slow, "quick.org": roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusNotFound, Request: r, Body: http.NoBody}, nil
		})}
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() { _, _ = d.SigningKey(t.Context(), fmt.Sprintf("did:web:h%d.slow.com", i)) })
		}
		synctest.Wait()
		start := time.Now()
		if _, err := d.SigningKey(t.Context(), "did:web:a.quick.org"); !errors.Is(err, ErrUnknownIdentity) || time.Since(start) > 0 {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		wg.Wait()
		if slow.most != int(limit.LookupDomain.Amount) {
			t.Errorf("%d look-ups of one domain at once", slow.most)
		}
		asked := slow.asked
		for _, did := range d.failures.Keys() {
			if _, err := d.SigningKey(t.Context(), did); err == nil || slow.asked > asked {
				t.Error("a host that does not answer was asked again at once")
			}
		}
		if asked == 0 || d.failures.Len() < asked {
			t.Errorf("of %d hosts %d are left in peace", asked, d.failures.Len())
		}
		d.Close()
	})
}

// byHost responds for the hosts of some domains.
type byHost map[string]http.RoundTripper

func (b byHost) RoundTrip(r *http.Request) (*http.Response, error) {
	return b[Domain(r.URL.Hostname(), false)].RoundTrip(r)
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
