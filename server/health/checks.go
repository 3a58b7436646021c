package health

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/server/blob"
)

const (
	// logAge is how long the log may not have been read. A read has 15 s.
	logAge = 20 * time.Second
	// blobInterval is the time between two probes of the blob store, and blobTime
	// what one may take.
	blobInterval, blobTime = time.Minute, 10 * time.Second
	// redisInterval is the time between two probes of Redis.
	redisInterval = 15 * time.Second
	// redisKey is written by the probe of Redis.
	redisKey = "mls:health"
)

// Log is the check "log": the reader of the log has read it a short while ago.
// read returns when that was and with which error the last attempt ended.
func Log(read func() (last time.Time, err error), now func() time.Time) Check {
	if now == nil {
		now = time.Now
	}
	begun := now()
	return Check{Name: "log", Run: func(context.Context) error {
		last, err := read()
		switch {
		case last.IsZero() && err == nil && now().Sub(begun) < logAge:
			return nil // the first read is about to come
		case last.IsZero() && err == nil:
			return errors.New("the log of events was not read yet")
		case last.IsZero():
			return fmt.Errorf("the log of events was not read yet: %w", err)
		}
		age := now().Sub(last)
		switch {
		case age < logAge:
			return nil
		case err == nil:
			err = errors.New("the read does not end")
		}
		return fmt.Errorf("the log of events was last read %d s ago: %w", int64(age.Seconds()), err)
	}}
}

// Blobs is the check "blobs": an object is written and deleted.
func Blobs(store *blob.Store) Check {
	return Check{Name: "blobs", Every: blobInterval, Run: func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, blobTime)
		defer cancel()
		return store.Probe(ctx)
	}}
}

// Redis is what an instance knows about Redis: which of its parts work without
// it, and whether it keeps a value.
type Redis struct {
	client redis.UniversalClient

	mu   sync.Mutex
	lost map[string]error
}

// NewRedis makes a Redis.
func NewRedis(client redis.UniversalClient) *Redis {
	return &Redis{client: client, lost: map[string]error{}}
}

// Note is told when a part of the instance loses Redis and when it has it again.
func (r *Redis) Note(part string, up bool, reason error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.lost, part)
	if !up {
		r.lost[part] = reason
	}
}

// Check is the check "redis". Without Redis requests are answered, see
// docs/operations.md.
func (r *Redis) Check() Check {
	return Check{Name: "redis", Fails: Degraded, Every: redisInterval, Run: r.run}
}

func (r *Redis) run(ctx context.Context) error {
	if err := r.client.Set(ctx, redisKey, time.Now().Unix(), time.Minute).Err(); err != nil {
		return fmt.Errorf("write to Redis: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	parts := slices.Sorted(maps.Keys(r.lost))
	if len(parts) == 0 {
		return nil
	}
	return fmt.Errorf("without Redis this instance %s by itself: %w", strings.Join(parts, " and "), r.lost[parts[0]])
}
