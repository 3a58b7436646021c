package auth

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"catbird.blue/mls/server/auth/authtest"
)

// However many DIDs are asked about, look-ups in flight are bounded, and
// those that wait for a slot do not wait longer than the others.
func TestLookupsAreBounded(t *testing.T) {
	t.Parallel()
	plc := authtest.NewPLC()
	defer plc.Close()
	d := newTestDirectory(t, DirectoryConfig{PLCURL: plc.URL, Dev: true})
	// Counted at the client: the server learns of an ended request later
	// than the next one may begin.
	client := &inFlight{RoundTripper: d.resolver.plc.Transport}
	d.resolver.plc.Transport = client
	plc.Intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		<-r.Context().Done()
		return true
	})
	start := time.Now()
	var wg sync.WaitGroup
	for range 3 * plcSlots {
		wg.Go(func() {
			if _, err := d.SigningKey(t.Context(), authtest.NewDID()); !errors.Is(err, ErrUpstream) {
				t.Errorf("%v", err)
			}
		})
	}
	wg.Wait()
	if took := time.Since(start); took > 3*LookupTimeout/2 {
		t.Errorf("it took %s", took)
	}
	if client.most != plcSlots {
		t.Errorf("%d requests were in flight at once", client.most)
	}
}

// inFlight counts the requests of a client that are under way.
type inFlight struct {
	http.RoundTripper
	mu        sync.Mutex
	now, most int
}

func (c *inFlight) RoundTrip(r *http.Request) (*http.Response, error) {
	c.add(1)
	defer c.add(-1)
	return c.RoundTripper.RoundTrip(r)
}

func (c *inFlight) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now += n
	c.most = max(c.most, c.now)
}

// A caller that gives up does not take the answer away from others.
func TestJoinedLookups(t *testing.T) {
	w := newWorld(t)
	a := w.plc.NewAccount()
	entered, release := make(chan struct{}), make(chan struct{})
	w.plc.Intercept(func(http.ResponseWriter, *http.Request) bool {
		close(entered)
		<-release
		return false
	})
	const others = 10
	joined := make(chan struct{}, 1+others)
	w.dir.joined = func() { joined <- struct{}{} }
	first, cancel := context.WithCancel(t.Context())
	gaveUp := make(chan error)
	go func() {
		_, err := w.dir.SigningKey(first, a.DID)
		gaveUp <- err
	}()
	<-entered
	var wg sync.WaitGroup
	for range others {
		wg.Go(func() {
			if _, err := w.dir.SigningKey(t.Context(), a.DID); err != nil {
				t.Errorf("one that waited: %v", err)
			}
		})
	}
	for range 1 + others {
		<-joined
	}
	cancel()
	if err := <-gaveUp; !errors.Is(err, ErrUpstream) || !errors.Is(err, context.Canceled) {
		t.Errorf("the one that gave up: %v", err)
	}
	close(release)
	wg.Wait()
	if n := w.plc.Requests(); n != 1 {
		t.Errorf("%d look-ups", n)
	}
}
