package origin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

type memoryRow struct {
	origin    string
	confirmed time.Time
	settled   bool
}

// memory is a store with the clock of the test.
type memory struct {
	mu       sync.Mutex
	rows     map[string]memoryRow
	accepted map[string]time.Time
	// asked counts queries for accounts; fails is the error that they return.
	asked int
	fails error
}

func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fails = err
}

func (m *memory) GetAccountState(_ context.Context, did string, newFor float64) (db.GetAccountStateRow, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked++
	row := m.rows[did]
	at, ok := m.accepted[did]
	out := db.GetAccountStateRow{Noted: row.settled, Settled: row.settled || ok && time.Since(at).Seconds() >= newFor}
	if row.origin != "" {
		out.Origin, out.Age = &row.origin, time.Since(row.confirmed).Seconds()
	}
	return out, m.fails
}

func (m *memory) NoteSettled(_ context.Context, did string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	row := m.rows[did]
	row.settled = true
	m.rows[did] = row
	return m.fails
}

func (m *memory) NoteOrigin(_ context.Context, did, origin string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	row := m.rows[did]
	row.origin, row.confirmed = origin, time.Now()
	m.rows[did] = row
	return m.fails
}

func (m *memory) ForgetOrigin(_ context.Context, did, origin string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if row := m.rows[did]; row.origin == origin {
		row.origin = ""
		m.rows[did] = row
	}
	return m.fails
}

func (m *memory) CountSettled(_ context.Context, origin string, maxAge float64) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := int64(0)
	for _, row := range m.rows {
		if row.settled && row.origin == origin && time.Since(row.confirmed).Seconds() < maxAge {
			n++
		}
	}
	return n, m.fails
}

// network is the PDSes. Each knows its accounts and responds after a delay.
type network struct {
	mu       sync.Mutex
	accounts map[string]map[string]bool
	status   int // if not 0, the status of every response
	takes    time.Duration
	asked    map[string]int
}

var errNoHost = errors.New("no such host")

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case <-time.After(n.takes):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked[r.URL.Host]++
	accounts, ok := n.accounts[r.URL.Host]
	did := r.URL.Query().Get("did")
	switch {
	case !ok:
		return nil, errNoHost
	case r.URL.Path != "/xrpc/com.atproto.sync.getRepoStatus" || r.Method != http.MethodGet:
		return answer(r, http.StatusNotImplemented, nil), nil
	case n.status != 0:
		return answer(r, n.status, nil), nil
	case !accounts[did]:
		return answer(r, http.StatusBadRequest, map[string]any{"error": "RepoNotFound", "message": "no"}), nil
	}
	return answer(r, http.StatusOK, map[string]any{"did": did, "active": true, "rev": "3l"}), nil
}

func answer(r *http.Request, status int, body any) *http.Response {
	raw, _ := json.Marshal(body)
	return &http.Response{StatusCode: status, Request: r, Body: io.NopCloser(strings.NewReader(string(raw)))}
}

// world is one instance, some PDSes, and accounts.
type world struct {
	t       testing.TB
	store   *memory
	network *network
	origins *Origins
	// pds is the PDS in each DID document.
	mu      sync.Mutex
	pds     map[string]string
	refused map[string]int
}

// newWorld must be called within synctest.Test.
func newWorld(t testing.TB, sizes Sizes) *world {
	t.Helper()
	w := &world{
		t: t, store: &memory{rows: map[string]memoryRow{}, accepted: map[string]time.Time{}},
		network: &network{accounts: map[string]map[string]bool{}, takes: 200 * time.Millisecond, asked: map[string]int{}},
		pds:     map[string]string{}, refused: map[string]int{},
	}
	limits, err := limit.New(limit.Config{})
	if err != nil {
		t.Fatal(err)
	}
	w.origins = New(Config{
		Limits: limits, Client: &http.Client{Transport: w.network, Timeout: 3 * time.Second}, Sizes: sizes, CPUs: 2,
		Endpoint: func(did string) (string, bool) {
			w.mu.Lock()
			defer w.mu.Unlock()
			pds, ok := w.pds[did]
			return pds, ok
		},
	})
	w.origins.store = w.store
	return w
}

// account makes an account whose document names a host; known says whether the
// host knows it.
func (w *world) account(name, host string, known bool) string {
	did := "did:plc:" + name
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pds[did] = "https://" + host
	w.network.mu.Lock()
	defer w.network.mu.Unlock()
	if known {
		if w.network.accounts[host] == nil {
			w.network.accounts[host] = map[string]bool{}
		}
		w.network.accounts[host][did] = true
	}
	return did
}

var methods = map[xrpc.RateClass]*xrpc.Method{
	xrpc.RateRead:    gen.MethodGetConvos,
	xrpc.RateSend:    gen.MethodSendMessage,
	xrpc.RateChange:  gen.MethodCreateConvo,
	xrpc.RatePublish: gen.MethodPublishKeyPackages,
	xrpc.RateClaim:   gen.MethodGetKeyPackages,
	xrpc.RateStream:  gen.MethodSubscribeConvoEvents,
}

// call makes one call of an account from an address.
func (w *world) call(did, address string, class xrpc.RateClass) error {
	r := &http.Request{RemoteAddr: address + ":1"}
	return w.origins.Admit(w.t.Context(), &xrpc.Call{Method: methods[class], Caller: xrpc.Caller{DID: did}, Request: r})
}

// flood makes each account call until it is refused, at most as often as its
// own burst allows, and returns how many calls were accepted.
func (w *world) flood(dids []string, class xrpc.RateClass) int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	total := 0
	for i, did := range dids {
		wg.Go(func() {
			for range limit.AccountRow(class).Amount {
				if w.call(did, fmt.Sprintf("198.51.%d.1", i%50), class) != nil {
					break
				}
				mu.Lock()
				total++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return total
}

// firstDay is the calls of a new account's client in its first minutes.
var firstDay = []xrpc.RateClass{
	xrpc.RatePublish, xrpc.RateRead, xrpc.RateStream, xrpc.RateRead, xrpc.RateClaim, xrpc.RateChange,
	xrpc.RateSend, xrpc.RateSend, xrpc.RatePublish, xrpc.RateSend, xrpc.RateRead, xrpc.RateSend,
}

// newcomer makes the calls of firstDay, pause apart, and counts refusals.
func (w *world) newcomer(did, address string, pause time.Duration) {
	for _, class := range firstDay {
		start := time.Now()
		if err := w.call(did, address, class); err != nil {
			w.t.Errorf("%s: %s: %v", did, class, err)
		}
		if took := time.Since(start); took > answerTimeout {
			w.t.Errorf("%s: %s took %s", did, class, took)
		}
		time.Sleep(pause)
	}
}
