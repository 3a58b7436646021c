package bus_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/redislink"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// instance records the messages that it receives.
type instance struct {
	mu            sync.Mutex
	notifications int
	signals       []bus.Signal
	forgot        []bus.KeyID
}

func (i *instance) forget(id bus.KeyID) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.forgot = append(i.forgot, id)
}

func (i *instance) forgotten() []bus.KeyID {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.forgot)
}

func (i *instance) Notify() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.notifications++
}

func (i *instance) Signal(_ context.Context, s bus.Signal) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.signals = append(i.signals, s)
	return nil
}

func (i *instance) count() (notifications, signals int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.notifications, len(i.signals)
}

type node struct {
	*instance
	bus bus.Bus
}

// join makes an instance on a bus over Redis and waits until it has subscribed
// to all channels.
func join(t *testing.T, url string) *node {
	t.Helper()
	client, err := redislink.NewClient(url)
	if err != nil {
		t.Fatal(err)
	}
	i := &instance{}
	n := &node{i, bus.NewRedis(bus.RedisConfig{Client: client, To: i, Forget: i.forget})}
	t.Cleanup(func() {
		if err := n.bus.Close(); err != nil {
			t.Error(err)
		}
		_ = client.Close() // no call is in progress
	})
	n.waitNotifications(t, bus.Channels)
	return n
}

// waitNotifications waits for a number of notifications; each new subscription is
// one.
func (n *node) waitNotifications(t *testing.T, want int) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d notifications", want), func() bool { h, _ := n.count(); return h >= want })
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for start := time.Now(); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Since(start) > 2*time.Minute {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// carries sends over all channels and checks what arrives.
func carries(t *testing.T, from, to *node) {
	t.Helper()
	h0, s0 := to.count()
	const each = 300 // more stream keys than channels, so several on each
	for i := range each {
		s := bus.Signal{ConvoID: fmt.Sprintf("%032x", i), RosterVersion: int64(i), Epoch: 1 << 40, Ciphertext: bytes.Repeat([]byte{byte(i)}, i)}
		if err := from.bus.Signal(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 20 {
		before, _ := to.count()
		from.bus.Notify(fmt.Sprintf("%032x", i))
		to.waitNotifications(t, before+1)
	}
	eventually(t, "all signals", func() bool { _, s := to.count(); return s == s0+each })
	if h, _ := to.count(); h < h0+20 {
		t.Errorf("%d notifications of 20", h-h0)
	}
	to.mu.Lock()
	defer to.mu.Unlock()
	seen := map[string]bool{}
	for _, s := range to.signals[s0:] {
		if len(s.Ciphertext) != int(s.RosterVersion) || s.Epoch != 1<<40 || seen[s.ConvoID] {
			t.Fatalf("a signal came wrong: %+v", s)
		}
		seen[s.ConvoID] = true
	}
}

func TestLocal(t *testing.T) {
	i := &instance{}
	b := bus.NewLocal(i)
	b.Notify("00")
	if err := b.Signal(t.Context(), bus.Signal{ConvoID: "00"}); err != nil {
		t.Fatal(err)
	}
	if h, s := i.count(); h != 1 || s != 1 {
		t.Errorf("%d notifications, %d signals", h, s)
	}
}

func TestSingleRedis(t *testing.T) {
	url := dbtest.Redis(t)
	a, b := join(t, url), join(t, url)
	carries(t, a, b)
	carries(t, b, a)
	carries(t, a, a)
}

// TestForget: all instances are notified but the one that sends.
func TestForget(t *testing.T) {
	url := dbtest.Redis(t)
	a, b, c := join(t, url), join(t, url), join(t, url)
	var want []bus.KeyID
	for i := range 100 {
		id := bus.KeyID{byte(i), byte(i)}
		want = append(want, id)
		a.bus.Forget(id)
	}
	for _, n := range []*node{b, c} {
		eventually(t, "all ids", func() bool { return len(n.forgotten()) >= len(want) })
		got := n.forgotten()
		slices.SortFunc(got, func(x, y bus.KeyID) int { return bytes.Compare(x[:], y[:]) })
		if !slices.Equal(got, want) {
			t.Errorf("heard %d ids, or others", len(got))
		}
	}
	// The message of b reaches a after that of a itself.
	b.bus.Forget(bus.KeyID{255})
	eventually(t, "the id of another", func() bool { return len(a.forgotten()) > 0 })
	if got := a.forgotten(); !slices.Equal(got, []bus.KeyID{{255}}) {
		t.Errorf("an instance heard itself: %x", got)
	}
	bus.NewLocal(a.instance).Forget(bus.KeyID{1})
}

func TestRedisCluster(t *testing.T) {
	nodes, url := dbtest.RedisCluster(t)
	a, b := join(t, url), join(t, url)
	carries(t, a, b)
	carries(t, b, a)
	spread(t, nodes)
}

// spread checks that the channels are on all nodes.
func spread(t *testing.T, nodes []*dbtest.RedisNode) {
	t.Helper()
	total := 0
	for _, n := range nodes {
		c := redis.NewClient(&redis.Options{Addr: n.Addr()})
		defer c.Close()
		channels, err := c.PubSubShardChannels(t.Context(), "*").Result()
		if err != nil {
			t.Fatal(err)
		}
		if len(channels) == 0 {
			t.Errorf("no channel is on %s", n.Addr())
		}
		for _, name := range channels {
			if !strings.Contains(name, "{") {
				t.Errorf("channel %s has no hash tag", name)
			}
		}
		total += len(channels)
	}
	if total != bus.Channels {
		t.Errorf("%d channels are heard, want %d", total, bus.Channels)
	}
}

// TestRedisLost: while Redis is lost an instance still notifies itself, and
// afterwards all instances reach each other again.
func TestRedisLost(t *testing.T) {
	n := dbtest.StartRedis(t)
	a, b := join(t, n.URL()), join(t, n.URL())
	n.Kill()
	h, s := a.count()
	a.bus.Notify("00")
	if got, _ := a.count(); got != h+1 {
		t.Error("an instance does not notify itself")
	}
	if err := a.bus.Signal(t.Context(), bus.Signal{ConvoID: "00"}); err != nil {
		t.Errorf("a signal without Redis: %v", err)
	}
	if _, got := a.count(); got != s+1 {
		t.Error("a signal without Redis does not reach the own instance")
	}
	ha, _ := a.count()
	hb, _ := b.count()
	n.Start()
	a.waitNotifications(t, ha+bus.Channels)
	b.waitNotifications(t, hb+bus.Channels)
	carries(t, a, b)
}

// TestRedisPaused: while Redis does not respond, callers are not blocked for
// long, and afterwards messages arrive again.
func TestRedisPaused(t *testing.T) {
	n := dbtest.StartRedis(t)
	a, b := join(t, n.URL()), join(t, n.URL())
	n.Signal(syscall.SIGSTOP)
	start := time.Now()
	for range 1000 {
		a.bus.Notify("00")
	}
	if d := time.Since(start); d > 500*time.Millisecond {
		t.Errorf("1000 notifications took %v", d)
	}
	if err := a.bus.Signal(t.Context(), bus.Signal{ConvoID: "00"}); err != nil {
		t.Error(err)
	}
	n.Signal(syscall.SIGCONT)
	time.Sleep(100 * time.Millisecond)
	eventually(t, "notifications again", func() bool {
		before, _ := b.count()
		a.bus.Notify("00")
		time.Sleep(20 * time.Millisecond)
		after, _ := b.count()
		return after > before
	})
}

// TestChannelMoves: when a node gives the slot of a channel away, it ends the
// subscription, and the channel is received from its new node.
func TestChannelMoves(t *testing.T) {
	nodes, url := dbtest.RedisCluster(t)
	a, b := join(t, url), join(t, url)
	var clients []*redis.Client
	for _, n := range nodes {
		c := redis.NewClient(&redis.Options{Addr: n.Addr()})
		defer c.Close()
		clients = append(clients, c)
	}
	// Move the slot of one channel from its node to the next.
	const convo = "00"
	name := bus.ChannelOf(convo)
	slot, err := clients[0].ClusterKeySlot(t.Context(), name).Result()
	if err != nil {
		t.Fatal(err)
	}
	from := -1
	for i, c := range clients {
		names, err := c.PubSubShardChannels(t.Context(), name).Result()
		if err != nil {
			t.Fatal(err)
		}
		if len(names) == 1 {
			from = i
		}
	}
	giver, taker := clients[from], clients[(from+1)%len(clients)]
	old, new := nodeID(t, giver), nodeID(t, taker)
	setSlot := func(c *redis.Client, how, node string) {
		t.Helper()
		if err := c.Do(t.Context(), "CLUSTER", "SETSLOT", slot, how, node).Err(); err != nil {
			t.Fatal(err)
		}
	}
	setSlot(taker, "IMPORTING", old)
	setSlot(giver, "MIGRATING", new)
	setSlot(taker, "NODE", new)
	setSlot(giver, "NODE", new)
	eventually(t, "a signal over the channel", func() bool {
		_, before := b.count()
		if err := a.bus.Signal(t.Context(), bus.Signal{ConvoID: convo}); err != nil {
			t.Error(err)
		}
		time.Sleep(20 * time.Millisecond)
		_, after := b.count()
		return after > before
	})
}

func nodeID(t *testing.T, c *redis.Client) string {
	t.Helper()
	id, err := c.ClusterMyID(t.Context()).Result()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestClusterLosesANode: messages on the channels of the other nodes arrive.
func TestClusterLosesANode(t *testing.T) {
	nodes, url := dbtest.RedisCluster(t)
	a, b := join(t, url), join(t, url)
	nodes[2].Kill()
	eventually(t, "a notification over a node that is left", func() bool {
		before, _ := b.count()
		for i := range 10 {
			a.bus.Notify(fmt.Sprint(i))
			time.Sleep(5 * time.Millisecond)
		}
		after, _ := b.count()
		return after > before
	})
}
