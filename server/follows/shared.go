package follows

import (
	"context"
	"encoding/base64"
	"errors"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/server/redislink"
)

const (
	keyPrefix = "mls:follows:"
	probeKey  = keyPrefix + "probe"
	// redisTimeout bounds the reading, for which calls of clients wait.
	redisTimeout = 100 * time.Millisecond
)

// shared is what the instances share in Redis: an entry for each pair, which expires
// at the age Usable. The age follows from the time that an entry has left, so the
// clocks of the instances need not agree.
type shared struct {
	client redis.UniversalClient
	watch  *redislink.Watch
	lost   atomic.Bool
}

func newShared(ctx context.Context, client redis.UniversalClient, onChange func(bool, error)) *shared {
	s := &shared{client: client}
	s.watch = redislink.NewWatch(ctx, redislink.WatchConfig{Restore: s.restore, OnChange: onChange})
	return s
}

// close ends the Watch. A nil shared has none.
func (s *shared) close() {
	if s != nil {
		s.watch.Close()
	}
}

// restore writes, since a Redis that only reads is of no use.
func (s *shared) restore(ctx context.Context) error {
	err := redislink.Within(ctx, 0, func(ctx context.Context) error { return s.client.Set(ctx, probeKey, "1", time.Minute).Err() })
	if err == nil {
		s.lost.Store(false)
	}
	return err
}

func (s *shared) failed(err error) {
	if s.lost.CompareAndSwap(false, true) {
		s.watch.Lost(err)
	}
}

func (k pairKey) name() string { return keyPrefix + base64.RawURLEncoding.EncodeToString(k[:]) }

// fromRedis adds what other instances know to the memory of this one.
func (a *AppView) fromRedis(ctx context.Context, pairs []pair) {
	s := a.shared
	if s == nil || s.lost.Load() {
		return
	}
	values, left := make([]*redis.StringCmd, len(pairs)), make([]*redis.DurationCmd, len(pairs))
	err := redislink.Within(ctx, redisTimeout, func(ctx context.Context) error {
		_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for i, pair := range pairs {
				values[i], left[i] = p.Get(ctx, pair.key.name()), p.PTTL(ctx, pair.key.name())
			}
			return nil
		})
		return err
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		s.failed(err)
		return
	}
	now := a.now()
	for i, p := range pairs {
		f, err := strconv.ParseUint(values[i].Val(), 10, 8)
		if err != nil || flags(f) > allFlags || left[i].Val() <= 0 || left[i].Val() > Usable {
			continue
		}
		a.keep(p.key, entry{flags: flags(f), at: now.Add(left[i].Val() - Usable)})
	}
}

// toRedis gives the other instances what was learned now.
func (a *AppView) toRedis(learned map[pairKey]flags) {
	s := a.shared
	if s == nil || s.lost.Load() {
		return
	}
	err := redislink.Within(a.ctx, 0, func(ctx context.Context) error {
		_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for key, f := range learned {
				p.Set(ctx, key.name(), strconv.Itoa(int(f)), Usable)
			}
			return nil
		})
		return err
	})
	if err != nil {
		s.failed(err)
	}
}
