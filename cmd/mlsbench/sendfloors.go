package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/mls/mlstest"
)

// sendScript is the script with which pgbench runs the statement of sendMessage.
func sendScript(convos int) (string, error) {
	sql, err := statement("messages.sql", "SendMessage")
	if err != nil {
		return "", err
	}
	id, err := hex.DecodeString(convoID(1))
	if err != nil {
		return "", err
	}
	sql, err = bind(sql, map[string]string{
		"did":         "replace('did-plc-member' || lpad((:sender::int)::text, 18, '0'), '-', chr(58))",
		"convo_id":    "decode(lpad(to_hex(:convo::int), 32, '0'), 'hex')",
		"epoch":       "0",
		"past_epochs": "0",
		"convo_full":  "FALSE",
		"message_id":  "decode(lpad(to_hex(:id::bigint), 32, '0'), 'hex')",
		"ciphertext":  literal(application(id, messageLen)),
		"blobs":       "NULL",
		"now":         "now()",
	})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("\\set sender random(1, %d)\n\\set convo random(1, %d)\n\\set id random(1, 9000000000000000000)\n%s\n", senders, convos, sql), nil
}

// bareInserts stores the bytes of a message in a table with one key, over the
// connections that an instance has. They stay open, so that their start costs
// PostgreSQL nothing in a turn.
type bareInserts struct {
	pool *pgxpool.Pool
	body []byte
}

func (w *world) newBareInserts(ctx context.Context) (*bareInserts, error) {
	for _, q := range []string{
		"DROP TABLE IF EXISTS bench_bare",
		"CREATE TABLE bench_bare (id BYTEA PRIMARY KEY, ciphertext BYTEA NOT NULL)",
		"ALTER TABLE bench_bare ALTER COLUMN ciphertext SET STORAGE EXTERNAL",
	} {
		if _, err := w.Pool.Exec(ctx, q); err != nil {
			return nil, fmt.Errorf("%s: %w", q, err)
		}
	}
	id, err := hex.DecodeString(convoID(1))
	if err != nil {
		return nil, err
	}
	pool, err := w.connections(ctx, poolSize)
	if err != nil {
		return nil, err
	}
	b := &bareInserts{pool, application(id, messageLen)}
	_, err = b.run(ctx, 50*poolSize) // every connection plans
	return b, err
}

// run inserts n rows.
func (b *bareInserts) run(ctx context.Context, n int) (loadResult, error) {
	var next atomic.Int64
	errs := make([]error, poolSize)
	var wg sync.WaitGroup
	start := time.Now()
	for i := range errs {
		wg.Go(func() {
			errs[i] = b.pool.AcquireFunc(ctx, func(c *pgxpool.Conn) error {
				for next.Add(1) <= int64(n) {
					if _, err := c.Exec(ctx, "INSERT INTO bench_bare (id, ciphertext) VALUES ($1, $2)", mlstest.Random(16), b.body); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
	wg.Wait()
	return loadResult{calls: n, took: time.Since(start)}, errors.Join(errs...)
}

// bestConnections returns the number of connections with which pgbench runs the
// statement fastest. The runs also warm the table up.
func (b *sendBench) bestConnections(ctx context.Context) (int, error) {
	best, fastest := 0, 0.0
	for _, n := range b.sizes.connections {
		res, err := b.pgbench(ctx, b.statement, n, b.sizes.turn())
		if err != nil {
			return 0, err
		}
		b.stored += res.calls
		b.r.note("  pgbench, same statement, %2d connections: %.0f/s", n, res.perSecond())
		if rate := res.perSecond(); rate > fastest {
			best, fastest = n, rate
		}
	}
	return best, nil
}

// warmEndpoint lets the endpoint look the keys of the senders up.
func (b *sendBench) warmEndpoint(ctx context.Context) error {
	plan := b.plan
	plan.n = 4 * senders
	calls, err := b.sendCalls(plan)
	if err != nil {
		return err
	}
	_, err = runCalls(ctx, b.endpoint.addr, senders, calls)
	return err
}
