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

// Timeout bounds one exchange with Redis. It is on the path of every write of
// the service, and there is something to fall back on.
const Timeout = 500 * time.Millisecond

// NewClient connects to redis:// or rediss:// URLs. Further nodes in ?addr=
// make it a client of a cluster. It does not wait for the connection.
func NewClient(rawURL string) (redis.UniversalClient, error) {
	return NewPatientClient(rawURL, Timeout)
}

// NewPatientClient is NewClient with another bound of one exchange.
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

// Within gives f the time of one exchange, 0 for Timeout, whatever becomes of
// the request it is for: a caller that hangs up must not look like a lost Redis.
func Within(ctx context.Context, d time.Duration, f func(context.Context) error) error {
	if d == 0 {
		d = Timeout
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d)
	defer cancel()
	return f(ctx)
}

// EachMaster calls f for every node that takes writes, one after the other.
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
