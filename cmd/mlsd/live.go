package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/redislink"
	"catbird.blue/mls/server/stream"
	eventlog "catbird.blue/mls/server/stream/log"
)

// events holds what streams need: the reader of the log, the writer of streams,
// and the connection to the other instances.
type events struct {
	hub     *eventlog.Hub
	streams *stream.Streams
	bus     bus.Bus
}

func (a *app) openLive(pool *pgxpool.Pool) (*events, error) {
	m := stream.NewMetrics(a.metrics.Registry)
	l := &events{}
	l.hub = eventlog.NewHub(eventlog.Config{
		Pool: pool, StreamMetrics: m, Metrics: eventlog.NewMetrics(a.metrics.Registry), Log: a.log,
	})
	l.streams = stream.New(stream.Config{Source: l.hub, Metrics: m, Limits: a.limits})
	up := bus.Up()
	a.metrics.Registry.MustRegister(up)
	if a.config.RedisURL == "" {
		l.bus = bus.NewLocal(l.hub)
		return l, nil
	}
	client, err := redislink.NewClient(a.config.RedisURL)
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	a.onClose(client.Close)
	l.bus = bus.NewRedis(bus.RedisConfig{Client: client, To: l.hub, Up: up, Forget: a.directory.Forget, Log: a.log})
	a.onClose(l.bus.Close)
	return l, nil
}

// admin runs maintenance commands of the operator.
func (p *program) admin(ctx context.Context, args []string) error {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") || args[0] != "new-generation" {
		return &configError{errors.New("usage: mlsd admin new-generation [flags]")}
	}
	c, err := p.config("admin "+args[0], args[1:])
	if err != nil {
		return err
	}
	store, err := openDatabase(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return errors.Join(p.newGeneration(ctx, store.url), store.stop())
}

// newGeneration invalidates all cursors. The operator calls it after the
// database was put back to an earlier state by external means, such as a
// snapshot of its volume.
func (p *program) newGeneration(ctx context.Context, url string) error {
	pool, err := openPool(ctx, url, 1)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := eventlog.BeginGeneration(ctx, pool); err != nil {
		return err
	}
	fmt.Fprintln(p.out, "a new generation has begun: clients will fetch anew what they missed")
	return nil
}
