package rolling

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/gen/client"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/xrpc"
)

// convos is the number of conversations, members the number of members of each,
// who all read a stream.
const convos, members = 8, 5

// crowd is a set of accounts that send and read through a proxy.
type crowd struct {
	proxy *proxy
	calls *http.Client
	// tries counts the calls, refused those without an answer of the service.
	tries, refused atomic.Int64

	mu       sync.Mutex
	refusals []string
	acked    map[xrpc.ConvoID]map[string]bool
	readers  []*reader
}

// reader is a member with a stream.
type reader struct {
	*authtest.Account
	convo *convo
	// calm are the times to open a stream while nothing is restarted, resumed
	// those from the end of a stream to the first event of the next one.
	mu            sync.Mutex
	calm, resumed []time.Duration
	seqs          []int64
	got           map[string]int
}

type convo struct {
	id      xrpc.ConvoID
	raw     []byte
	members []*reader
}

func newCrowd(t *testing.T, s *setup, p *proxy, cert *certificate) *crowd {
	t.Helper()
	c := &crowd{proxy: p, calls: &http.Client{Transport: p.transport(), Timeout: time.Minute}, acked: map[xrpc.ConvoID]map[string]bool{}}
	for n := range convos {
		if err := c.create(t.Context(), s, n); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// create makes a conversation of new accounts.
func (c *crowd) create(ctx context.Context, s *setup, n int) error {
	raw := mlstest.Random(16)
	co := &convo{id: xrpc.ConvoID(hex.EncodeToString(raw)), raw: raw}
	var devices []*mlstest.Client
	var packages []*mls.KeyPackage
	for range members {
		r := &reader{Account: s.world.PLC.NewAccountP256(), convo: co, got: map[string]int{}}
		device := mlstest.NewClient(r.DID)
		pkg := device.KeyPackage()
		_, err := c.client(r).PublishKeyPackage(ctx, &gen.PublishKeyPackageInput{KeyPackage: mlstest.Wrap(pkg), CipherSuite: mls.SuiteX25519AES128.String()})
		if err != nil {
			return fmt.Errorf("publish: %w", err)
		}
		accept := &gen.UpdatePreferencesInput{AcceptFrom: new("all"), AcceptGroupInvitesFrom: new("all")}
		if _, err := c.client(r).UpdatePreferences(ctx, accept); err != nil {
			return fmt.Errorf("accept additions: %w", err)
		}
		co.members, devices, packages = append(co.members, r), append(devices, device), append(packages, pkg)
	}
	in := &gen.CreateConvoInput{GroupID: co.id, CipherSuite: mls.SuiteX25519AES128.String(), IdempotencyKey: new(fmt.Sprintf("create-%d", n))}
	group := mlstest.NewGroup(devices[0], raw)
	for i := 1; i < members; i++ {
		in.InitialMembers = append(in.InitialMembers, co.members[i].DID)
		group = group.With(devices[i])
	}
	commit := group.Commit(devices[0], mlstest.Plan{Add: packages[1:]})
	in.WelcomeMessage, in.GroupInfo = commit.Welcome, commit.GroupInfo
	if _, err := c.client(co.members[0]).CreateConvo(ctx, in); err != nil {
		return fmt.Errorf("create: %w", err)
	}
	c.readers = append(c.readers, co.members...)
	c.acked[co.id] = map[string]bool{}
	return nil
}

// client returns a client that calls through the proxy as this account.
func (c *crowd) client(r *reader) *client.Client {
	return &client.Client{Client: &xrpc.Client{Service: c.proxy.url, HTTP: c.calls, Authorize: r.authorize}}
}

func (r *reader) authorize(req *http.Request, nsid string) error {
	req.Header.Set("Authorization", "Bearer "+r.Token(serviceDID, nsid))
	return nil
}

// traffic sends and reads while during runs, and until enough calls were made.
func (c *crowd) traffic(during func()) {
	reading, stopReading := context.WithCancel(context.Background())
	var streams, senders sync.WaitGroup
	var connected sync.WaitGroup
	for _, r := range c.readers {
		connected.Add(1)
		first := sync.OnceFunc(connected.Done)
		streams.Go(func() { c.read(reading, r, first) })
	}
	connected.Wait()
	sending, stopSending := context.WithCancel(context.Background())
	for _, r := range c.readers {
		senders.Go(func() {
			for sending.Err() == nil {
				c.send(r)
				time.Sleep(time.Duration(rand.Int64N(int64(40 * time.Millisecond))))
			}
		})
	}
	during()
	for c.tries.Load() < leastCalls {
		time.Sleep(10 * time.Millisecond)
	}
	stopSending()
	senders.Wait()
	c.awaitDelivery()
	stopReading()
	streams.Wait()
}

// send sends one message, and repeats the call with the same id until it is
// acknowledged.
func (c *crowd) send(r *reader) {
	id := uuid.NewString()
	m := &mls.Message{WireFormat: mls.WireFormatPrivateMessage, Private: &mls.PrivateMessage{
		GroupID: r.convo.raw, Epoch: 1, ContentType: mls.ContentTypeApplication, EncryptedSenderData: mlstest.Random(28), Ciphertext: mlstest.Random(300),
	}}
	in := &gen.SendMessageInput{ConvoID: r.convo.id, Epoch: 1, MsgID: &id, IdempotencyKey: &id, Ciphertext: m.Append(nil)}
	for {
		c.tries.Add(1)
		_, err := c.client(r).SendMessage(context.Background(), in)
		if err == nil {
			c.mu.Lock()
			c.acked[r.convo.id][id] = true
			c.mu.Unlock()
			return
		}
		c.refused.Add(1)
		c.mu.Lock()
		c.refusals = append(c.refusals, err.Error())
		c.mu.Unlock()
		time.Sleep(20 * time.Millisecond)
	}
}

// read keeps a stream open until ctx ends.
func (c *crowd) read(ctx context.Context, r *reader, connected func()) {
	transport := c.proxy.transport()
	transport.DisableKeepAlives = true
	streams := &client.Client{Client: &xrpc.Client{Service: c.proxy.url, HTTP: &http.Client{Transport: transport}, Authorize: r.authorize}}
	cursor, began := "", time.Now()
	times := &r.calm
	for ctx.Err() == nil {
		params := &gen.StreamConvoEventsParams{}
		if cursor != "" {
			params.Cursor = &cursor
		}
		events, err := streams.StreamConvoEvents(ctx, params)
		if err != nil {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		for first := true; ; first = false {
			ev, err := events.Next()
			if err != nil {
				break
			}
			if first {
				r.mu.Lock()
				*times = append(*times, time.Since(began))
				r.mu.Unlock()
				connected()
			}
			if next := r.take(ev); next != "" {
				cursor = next
			}
		}
		_ = events.Close()
		began, times = time.Now(), &r.resumed
	}
}

// take records an event and returns its cursor.
func (r *reader) take(ev gen.ConvoEvent) string {
	switch ev := ev.(type) {
	case *gen.InfoEvent:
		return ev.Cursor
	case *gen.MessageEvent:
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got[ev.Message.ID]++
		r.seqs = append(r.seqs, ev.Message.Seq)
		return ev.Cursor
	}
	return ""
}

// awaitDelivery waits until every reader has every acknowledged message. What is
// missing after that time, check reports.
func (c *crowd) awaitDelivery() {
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if !slices.ContainsFunc(c.readers, func(r *reader) bool { return c.missing(r) > 0 }) {
			return
		}
	}
}

func (c *crowd) missing(r *reader) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for id := range c.acked[r.convo.id] {
		if r.got[id] == 0 {
			n++
		}
	}
	return n
}

// check compares what was measured with what is promised: every acknowledged
// message arrives once and in order, at most one call in a thousand is refused,
// and streams go on within a second, beside the time that opening one takes on
// this machine anyway.
func (c *crowd) check(t *testing.T) {
	t.Helper()
	var calm, resumed []time.Duration
	for _, r := range c.readers {
		if n := c.missing(r); n > 0 {
			t.Errorf("a reader lacks %d acknowledged messages", n)
		}
		for id, n := range r.got {
			if n != 1 {
				t.Errorf("message %s came %d times", id, n)
			}
		}
		if !slices.IsSorted(r.seqs) {
			t.Errorf("messages are out of order: %v", r.seqs)
		}
		calm, resumed = append(calm, r.calm...), append(resumed, r.resumed...)
	}
	tries, refused := c.tries.Load(), c.refused.Load()
	t.Logf("%d calls, %d refused; %d streams resumed in %v (median), %v (p99); opening one takes %v (p99)",
		tries, refused, len(resumed), quantile(resumed, 0.5), quantile(resumed, 0.99), quantile(calm, 0.99))
	if refused*1000 > tries {
		t.Errorf("more than 0.1 %% of the calls were refused: %v", errors.New(c.refusals[0]))
	}
	if len(resumed) < len(c.readers) {
		t.Errorf("only %d streams were interrupted: nothing was restarted", len(resumed))
	}
	if late := quantile(resumed, 0.99); late > time.Second+4*quantile(calm, 0.99) {
		t.Errorf("streams go on after %v", late)
	}
}

func quantile(times []time.Duration, q float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	times = slices.Sorted(slices.Values(times))
	return times[int(q*float64(len(times)-1))]
}
