package auth

import (
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/xrpc"
)

// TestLifetimes: the longest accepted lifetime of a token, by the kind of
// method.
func TestLifetimes(t *testing.T) {
	w := newWorld(t)
	now := time.Now()
	w.auth.now = func() time.Time { return now }
	w.replay.notBefore = 0
	const absent = 1 << 30
	for _, c := range []struct {
		name        string
		iat         int64
		once, query int64 // the latest exp that is accepted
	}{
		{"issued now", 0, 420, 3600},
		{"issued by a clock that is ahead", 120, 120 + 420, 120 + 3600},
		{"issued a while ago", -3600, 420, 3600},
		{"without iat", absent, 420, 3720},
	} {
		for _, m := range []*xrpc.Method{sendMessage, wsEvents, sseEvents, getMessages} {
			latest := c.once
			if m == getMessages {
				latest = c.query
			}
			for exp, want := range map[int64]bool{latest - 60: true, latest: true, latest + 1: false} {
				token := forge(w.plc.NewAccount(), m.NSID, func(_, claims map[string]any) {
					claims["exp"], claims["iat"] = now.Unix()+exp, now.Unix()+c.iat
					if c.iat == absent {
						delete(claims, "iat")
					}
				})
				_, err := w.auth.Authenticate(t.Context(), request(token), m)
				if (err == nil) != want {
					t.Errorf("%s, %s, for %d s: %v", c.name, m.NSID, exp, err)
				}
				if err != nil && !strings.Contains(err.Error(), m.NSID) {
					t.Errorf("the refusal does not say what the method takes: %v", err)
				}
			}
		}
	}
}
