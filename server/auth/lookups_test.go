package auth

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// hangs is a directory that does not respond. It counts concurrent requests.
type hangs struct {
	mu               sync.Mutex
	now, most, asked int
}

func (c *hangs) RoundTrip(r *http.Request) (*http.Response, error) {
	c.add(1)
	defer c.add(-1)
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func (c *hangs) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now += n
	c.asked += max(n, 0)
	c.most = max(c.most, c.now)
}

// The number of concurrent look-ups is bounded whatever the number of DIDs, and
// none waits longer than LookupTimeout for its turn.
func TestLookupsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newTestDirectory(t, DirectoryConfig{PLCURL: "http://plc.test", Dev: true})
		client := &hangs{}
		d.resolver.plc.Transport = client
		start := time.Now()
		var wg sync.WaitGroup
		for range 3 * limit.LookupPLC.Amount {
			wg.Go(func() {
				var e *xrpc.Error
				if _, err := d.SigningKey(t.Context(), authtest.NewDID()); !errors.Is(err, ErrUpstream) && !errors.As(err, &e) {
					t.Errorf("%v", err)
				}
			})
		}
		wg.Wait()
		if took := time.Since(start); took > 2*LookupTimeout {
			t.Errorf("it took %s", took)
		}
		if client.most != int(limit.LookupPLC.Amount) {
			t.Errorf("%d requests were in flight at once", client.most)
		}
	})
}

// A caller that is cancelled does not cancel the look-up for the others.
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
