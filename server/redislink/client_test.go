package redislink_test

import (
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/redislink"
)

// TestSentinel kills the server that Sentinels watch. The same client must then
// write to the promoted replica, and a subscription must arrive there.
func TestSentinel(t *testing.T) {
	primary, replica, sentinels := dbtest.RedisSentinel(t)
	client, err := redislink.NewClient(sentinels)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	if err := client.Set(t.Context(), "before", 1, 0).Err(); err != nil {
		t.Fatal(err)
	}
	if in := inspect(t, primary); in != "role:master" {
		t.Fatalf("the watched server is %s", in)
	}
	primary.Kill()
	eventually(t, "a write after the failover", func() error { return client.Set(t.Context(), "after", 2, 0).Err() })
	if in := inspect(t, replica); in != "role:master" {
		t.Errorf("the write was accepted, and the replica is %s", in)
	}
	sub := client.SSubscribe(t.Context(), "channel")
	defer func() { _ = sub.Close() }()
	eventually(t, "a subscription", func() error {
		_, err := sub.ReceiveTimeout(t.Context(), time.Second)
		return err
	})
	if err := client.SPublish(t.Context(), "channel", "hello").Err(); err != nil {
		t.Fatal(err)
	}
	if m, err := sub.ReceiveMessage(t.Context()); err != nil || m.Payload != "hello" {
		t.Errorf("received %v, %v", m, err)
	}
}

// inspect returns the role of a server.
func inspect(t *testing.T, n *dbtest.RedisNode) string {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: n.Addr()})
	defer func() { _ = c.Close() }()
	info, err := c.Info(t.Context(), "replication").Result()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(info) {
		if strings.HasPrefix(line, "role:") {
			return strings.TrimSpace(line)
		}
	}
	return info
}

func eventually(t *testing.T, what string, f func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err = f(); err == nil {
			return
		}
	}
	t.Fatalf("waited in vain for %s: %v", what, err)
}

// TestURLs checks which client a URL makes, and the errors.
func TestURLs(t *testing.T) {
	for in, want := range map[string]string{
		"redis://127.0.0.1:1/0":                "*redis.Client",
		"rediss://u:p@h:1":                     "*redis.Client",
		"redis://127.0.0.1:1?addr=127.0.0.1:2": "*redis.ClusterClient",
		"redis+sentinel://s1:26379/2?master_name=mls&addr=s2:26379&password=x": "*redis.Client FailoverClient 2",
		"rediss+sentinel://:p@s1:26379?master_name=mls":                        "*redis.Client FailoverClient 0 TLS",
		"redis+sentinel://s1:26379":                                            "needs ?master_name=",
		"redis+sentinel://s1:26379?master_name=mls&nonsense=1":                 "unexpected option",
		"redis+sentinels://s1:26379?master_name=mls":                           "invalid URL scheme",
		"redis://h:1?nonsense=1":                                               "unexpected option",
		"redis://h:x":                                                          "cannot be read",
	} {
		if got := describe(in); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// describe describes the client that a URL makes, or returns the error.
func describe(rawURL string) string {
	client, err := redislink.NewClient(rawURL)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = client.Close() }()
	switch c := client.(type) {
	case *redis.ClusterClient:
		return "*redis.ClusterClient"
	case *redis.Client:
		o := c.Options()
		text := "*redis.Client " + o.Addr
		if o.Addr == "FailoverClient" {
			text += " " + string(rune('0'+o.DB))
		}
		if o.TLSConfig != nil {
			text += " TLS"
		}
		return text
	}
	return "another client"
}
