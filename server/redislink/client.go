package redislink

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Timeout bounds one call of Redis. It is short because every write of the
// service waits for Redis, and there is a fallback.
const Timeout = 500 * time.Millisecond

// NewClient makes a client for redis:// or rediss:// URLs. Further nodes in
// ?addr= make it a client of a cluster. It does not wait for the connection.
func NewClient(rawURL string) (redis.UniversalClient, error) {
	return NewPatientClient(rawURL, Timeout)
}

// NewPatientClient makes a client with another timeout for calls.
func NewPatientClient(rawURL string, d time.Duration) (redis.UniversalClient, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, errors.New("the Redis URL cannot be read")
	}
	if u.Query().Has("addr") {
		o, err := redis.ParseClusterURL(rawURL)
		if err != nil {
			return nil, fmt.Errorf("the Redis URL cannot be used: %w", err)
		}
		o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = d, d, d, d
		o.ContextTimeoutEnabled, o.MaxRetries = true, -1
		return redis.NewClusterClient(o), nil
	}
	o, err := redis.ParseURL(rawURL)
	if err != nil {
		return nil, fmt.Errorf("the Redis URL cannot be used: %w", err)
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = d, d, d, d
	o.ContextTimeoutEnabled, o.MaxRetries = true, -1
	return redis.NewClient(o), nil
}

// Within calls f with the timeout d, or with Timeout if d is 0. The context of f
// outlives that of the request: otherwise a client that hangs up would make Redis
// seem lost.
func Within(ctx context.Context, d time.Duration, f func(context.Context) error) error {
	if d == 0 {
		d = Timeout
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d)
	defer cancel()
	return f(ctx)
}

// EachMaster calls f for every node that accepts writes, one after the other.
func EachMaster(ctx context.Context, client redis.UniversalClient, f func(context.Context, redis.UniversalClient) error) error {
	cluster, ok := client.(*redis.ClusterClient)
	if !ok {
		return f(ctx, client)
	}
	var mu sync.Mutex
	return cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
		mu.Lock()
		defer mu.Unlock()
		return f(ctx, node)
	})
}
