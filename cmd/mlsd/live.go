package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/server/accounts"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/redislink"
	"catbird.blue/mls/server/stream"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// events holds what streams need: the reader of the log, the writer of streams,
// and the connection to the other instances.
type events struct {
	hub     *eventlog.Hub
	streams *stream.Streams
	bus     bus.Bus
}

func (a *app) openLive(ctx context.Context, pool, reader *pgxpool.Pool) (*events, error) {
	m := stream.NewMetrics(a.metrics.Registry)
	l := &events{}
	l.hub = eventlog.NewHub(eventlog.Config{
		Pool: pool, Reader: reader, StreamMetrics: m, Metrics: eventlog.NewMetrics(a.metrics.Registry), Log: a.log,
	})
	a.accounts = accounts.New(accounts.Config{Pool: pool, Pseudonyms: a.pseudonyms, Log: a.log,
		Refused: func(did string, why *xrpc.Error) { l.streams.Refuse(did, why) }}) // streams are set before it runs
	l.streams = stream.New(stream.Config{Source: a.accounts.Guard(l.hub), Metrics: m, Limits: a.limits})
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
	if err := bus.Check(ctx, client); err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	l.bus = bus.NewRedis(bus.RedisConfig{Client: client, To: l.hub, Up: up, Forget: a.directory.Forget, AccountsChanged: a.accounts.Changed, Log: a.log})
	a.onClose(l.bus.Close)
	return l, nil
}
