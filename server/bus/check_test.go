package bus_test

import (
	"errors"
	"net/url"
	"testing"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/redislink"
)

// TestCheck: what a Redis lacks is named before the service starts.
func TestCheck(t *testing.T) {
	good := dbtest.Redis(t)
	client, err := redislink.NewClient(good)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, acl := range [][]any{
		{"acl", "setuser", "nochannels", "on", ">pw", "~*", "+@all", "resetchannels"},
		{"acl", "setuser", "nopublish", "on", ">pw", "~*", "&*", "+@all", "-spublish"},
		{"acl", "setuser", "enough", "on", ">pw", "~*", "+@all", "resetchannels", "&mls:bus:*"},
	} {
		if err := client.Do(t.Context(), acl...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	old := dbtest.StartRedis(t, "--rename-command", "SPUBLISH", "", "--rename-command", "SSUBSCRIBE", "")
	for name, c := range map[string]struct {
		url  string
		want error
	}{
		"all rights":         {good, nil},
		"just enough rights": {as(t, good, "enough"), nil},
		"no channels":        {as(t, good, "nochannels"), bus.ErrRedisRights},
		"no command":         {as(t, good, "nopublish"), bus.ErrRedisRights},
		"older than 7":       {"redis://" + old.Addr(), bus.ErrOldRedis},
		"down":               {"redis://127.0.0.1:1", nil},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := redislink.NewClient(c.url)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			if err := bus.Check(t.Context(), client); !errors.Is(err, c.want) || (c.want == nil && err != nil) {
				t.Errorf("error is %v, want %v", err, c.want)
			}
		})
	}
}

func as(t *testing.T, rawURL, user string) string {
	t.Helper()
	u, err := url.Parse(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(user, "pw")
	return u.String()
}
