package follows_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/follows"
	"catbird.blue/mls/server/follows/followstest"
	"catbird.blue/mls/server/redislink"
)

func stringReader(s string) io.Reader { return strings.NewReader(s) }

func connect(t testing.TB, url string) redis.UniversalClient {
	t.Helper()
	client, err := redislink.NewClient(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// TestShared lets a second instance use what the first one learned, without a call and
// with its age. Redis names no account.
func TestShared(t *testing.T) {
	client := connect(t, dbtest.Redis(t))
	peer := followstest.New(t)
	peer.Block(bob, alice, true)
	peer.Follow(bob, alice, true)
	one, two := newWorld(t, peer, client), newWorld(t, peer, client)
	one.Of(t.Context(), alice, []string{bob, carol})
	one.await("answered", 1)
	want := follows.Relationship{FollowedBy: true, Blocks: true}
	if got := two.Of(t.Context(), alice, []string{bob, carol}); got[bob] != want || len(got) != 2 {
		t.Errorf("the second instance knows %+v", got)
	}
	two.Idle()
	if n := len(peer.Questions()); n != 1 {
		t.Errorf("%d calls for two instances", n)
	}
	for _, key := range client.Keys(t.Context(), "*").Val() {
		if value := client.Get(t.Context(), key).Val(); strings.Contains(key+value, "did:") {
			t.Errorf("Redis has %s = %s", key, value)
		}
		if left := client.PTTL(t.Context(), key).Val(); left <= 0 || left > follows.Usable {
			t.Errorf("%s is kept for %s", key, left)
		}
	}
	// An entry of Redis that is older than a minute is asked for again.
	for _, key := range client.Keys(t.Context(), "*").Val() {
		client.PExpire(t.Context(), key, follows.Usable-follows.Fresh-time.Second)
	}
	three := newWorld(t, peer, client)
	if got := three.Of(t.Context(), alice, []string{bob}); got[bob] != want {
		t.Errorf("the third instance knows %+v", got)
	}
	three.await("answered", 1)
}

// TestSharedNonsense finds values in Redis that no instance wrote.
func TestSharedNonsense(t *testing.T) {
	client := connect(t, dbtest.Redis(t))
	peer := followstest.New(t)
	w := newWorld(t, peer, client)
	w.Of(t.Context(), alice, []string{bob})
	w.await("answered", 1)
	for _, value := range []string{"255", "8", "-1", "", "x"} {
		for _, key := range client.Keys(t.Context(), "*").Val() {
			client.Set(t.Context(), key, value, follows.Usable)
		}
		other := newWorld(t, peer, client)
		if got := other.Of(t.Context(), alice, []string{bob}); len(got) != 0 {
			t.Errorf("%q in Redis: %+v", value, got)
		}
		other.await("answered", 1)
	}
}

// TestRedisLost goes on without Redis and uses it again when it is back.
func TestRedisLost(t *testing.T) {
	node := dbtest.StartRedis(t)
	client := connect(t, node.URL())
	peer := followstest.New(t)
	w := newWorld(t, peer, client)
	node.Kill()
	w.Of(t.Context(), alice, []string{bob})
	w.await("answered", 1)
	if known := w.Of(t.Context(), alice, []string{bob}); len(known) != 1 {
		t.Errorf("without Redis: %v", known)
	}
	node.Start()
	eventually(t, "Redis is used again", func() bool {
		w.pass(2 * follows.Fresh)
		w.Of(context.Background(), alice, []string{bob})
		w.Idle()
		return len(client.Keys(t.Context(), "mls:follows:*").Val()) >= 2 // the probe and the pair
	})
}
