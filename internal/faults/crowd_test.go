package faults

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/server/stream/streamtest"
	"catbird.blue/mls/xrpc"
)

// size is the size of a crowd and the pace of its traffic.
type size struct {
	convos, people int
	// members is the approximate number of members of a conversation.
	members int
	// senders is the number of goroutines that send messages, each with a
	// random pause of about pause between messages. change is the pause between
	// changes of members.
	senders       int
	pause, change time.Duration
	// stay is the longest time that a stream stays open.
	stay time.Duration
}

// crowd is a set of users with conversations. Each user has a stream that is
// opened and closed again and again.
type crowd struct {
	t          *testing.T
	deployment *testDeployment
	size       size
	codec      *eventlog.Codec
	ledger     *streamtest.Ledger
	people     []*person
	convos     []*convo

	sent, changed atomic.Int64
	// unknown counts the attempts that ended without an answer.
	unknown atomic.Int64

	// resting is set when no stream may be opened with an earlier cursor any
	// more.
	resting atomic.Bool

	ctx     context.Context
	leave   context.CancelFunc
	streams sync.WaitGroup
	// failed is closed at the first failure.
	failed chan struct{}
	once   sync.Once
}

// convo is a conversation. Only its epoch may be read without the lock.
type convo struct {
	id      xrpc.ConvoID
	raw     []byte
	creator *person
	epoch   atomic.Int64

	mu      sync.RWMutex
	members []*person
	// group is the state after all accepted commits.
	group *mlstest.Group
	// removed holds the members that the creator removed. Only the creator adds
	// them again.
	removed map[*person]bool
	// quiet is set if only the test itself sends to the conversation.
	quiet bool
}

func newCrowd(t *testing.T, s size) *crowd {
	t.Helper()
	return newCrowdAt(t, sharedDeployment(t), s)
}

func newCrowdAt(t *testing.T, p *testDeployment, s size) *crowd {
	t.Helper()
	c := &crowd{t: t, deployment: p, size: s, ledger: streamtest.NewLedger(), failed: make(chan struct{})}
	c.ctx, c.leave = context.WithCancel(context.Background())
	t.Cleanup(func() {
		c.leave()
		c.streams.Wait()
	})
	var err error
	if c.codec, err = streamtest.Codec(t.Context(), p.pool); err != nil {
		t.Fatal(err)
	}
	for i := range s.people {
		c.people = append(c.people, c.newPerson(i))
	}
	c.each(len(c.people), func(i int) error { return c.people[i].publish(c) })
	c.convos = make([]*convo, s.convos)
	c.each(len(c.convos), func(i int) (err error) {
		c.convos[i], err = c.create(i)
		return err
	})
	for _, p := range c.people {
		c.streams.Go(func() { p.follow(c) })
	}
	c.await("every stream to begin", func() bool {
		return !slices.ContainsFunc(c.people, func(p *person) bool { return p.Info("connected") == 0 })
	})
	return c
}

// each calls f for 0..n-1, several of them at the same time.
func (c *crowd) each(n int, f func(i int) error) {
	c.t.Helper()
	const atOnce = 8
	errs := make(chan error, n)
	var wg sync.WaitGroup
	for w := range atOnce {
		wg.Go(func() {
			for i := w; i < n; i += atOnce {
				if err := f(i); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		c.t.Fatal(err)
	default:
	}
}

// fail records the first failure and ends the run.
func (c *crowd) fail(err error) {
	c.once.Do(func() {
		c.t.Error(err)
		close(c.failed)
	})
}

func (c *crowd) isFailed() bool {
	select {
	case <-c.failed:
		return true
	default:
		return false
	}
}

func (c *crowd) await(what string, done func() bool) {
	c.t.Helper()
	for end := time.Now().Add(startTime); !done(); time.Sleep(10 * time.Millisecond) {
		if c.isFailed() || time.Now().After(end) {
			c.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// create creates a conversation with randomly chosen members, the first of whom
// is the creator.
func (c *crowd) create(n int) (*convo, error) {
	raw := mlstest.Random(16)
	co := &convo{id: xrpc.ConvoID(hex.EncodeToString(raw)), raw: raw}
	for _, i := range rand.Perm(len(c.people))[:c.size.members] {
		co.members = append(co.members, c.people[i])
	}
	co.creator = co.members[0]
	co.epoch.Store(1)
	in := &gen.CreateConvoInput{GroupID: co.id, CipherSuite: mls.SuiteX25519AES128.String(), IdempotencyKey: new(fmt.Sprintf("create-%d", n))}
	g := mlstest.NewGroup(co.creator.device, raw)
	var packages []*mls.KeyPackage
	for _, m := range co.members[1:] {
		in.InitialMembers = append(in.InitialMembers, m.DID)
		packages = append(packages, m.pkg)
		g = g.With(m.device)
	}
	first := g.Commit(co.creator.device, mlstest.Plan{Add: packages})
	in.WelcomeMessage, in.GroupInfo = first.Welcome, first.GroupInfo
	co.group = first.Next
	return co, c.untilKnown(func(i *instance) error {
		_, err := co.creator.client(i).CreateConvo(c.ctx, in)
		return err
	})
}

// message returns an application message with random content.
func (co *convo) message(epoch int64, length int) []byte {
	m := &mls.Message{WireFormat: mls.WireFormatPrivateMessage, Private: &mls.PrivateMessage{
		GroupID: co.raw, Epoch: uint64(epoch), ContentType: mls.ContentTypeApplication,
		EncryptedSenderData: mlstest.Random(28), Ciphertext: mlstest.Random(length),
	}}
	return m.Append(nil)
}

// anyMember returns a random member.
func (co *convo) anyMember() *person {
	co.mu.RLock()
	defer co.mu.RUnlock()
	return co.members[rand.IntN(len(co.members))]
}

// settled waits until every stream has delivered everything, and then checks
// all of them. Nothing is sent meanwhile.
func (c *crowd) settled(patience time.Duration) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 10*patience)
	defer cancel()
	histories := make([]*streamtest.History, len(c.people))
	for i, p := range c.people {
		histories[i] = p.History
	}
	if c.isFailed() {
		c.t.FailNow()
	}
	c.resting.Store(true)
	defer c.resting.Store(false)
	if err := streamtest.Wait(ctx, c.deployment.pool, patience, histories...); err != nil {
		c.t.Fatalf("%v\nthe logs of the instances end with\n%s\n%s", err, c.deployment.instances[0].logTail(), c.deployment.instances[1].logTail())
	}
	if err := c.ledger.Check(ctx, c.deployment.pool); err != nil {
		c.t.Fatal(err)
	}
	for _, p := range c.people {
		if n := p.Info("OutdatedCursor"); n > 0 {
			c.t.Errorf("a cursor was outdated %d times", n)
		}
	}
}
