package main

import (
	"context"
	"encoding/hex"
	"fmt"
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

// bareInsert makes a table with one key and returns a script that stores the
// bytes of a message in it.
func (w *world) bareInsert(ctx context.Context) (string, error) {
	for _, q := range []string{
		"DROP TABLE IF EXISTS bench_bare",
		"CREATE TABLE bench_bare (id BYTEA PRIMARY KEY, ciphertext BYTEA NOT NULL)",
		"ALTER TABLE bench_bare ALTER COLUMN ciphertext SET STORAGE EXTERNAL",
	} {
		if _, err := w.Pool.Exec(ctx, q); err != nil {
			return "", fmt.Errorf("%s: %w", q, err)
		}
	}
	id, err := hex.DecodeString(convoID(1))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("\\set id random(1, 9000000000000000000)\nINSERT INTO bench_bare (id, ciphertext) VALUES (decode(lpad(to_hex(:id::bigint), 32, '0'), 'hex'), %s);\n",
		literal(application(id, messageLen))), nil
}

// bestConnections returns the number of connections with which pgbench runs the
// statement fastest. The runs also warm the table and the bare one up.
func (b *sendBench) bestConnections(ctx context.Context) (int, error) {
	best, fastest := 0, 0.0
	for _, n := range []int{4, 8, 16, 32, 64} {
		res, err := b.world.pgbench(ctx, b.statement, n, max(256, b.plan.n/2))
		if err != nil {
			return 0, err
		}
		b.stored += res.calls
		b.r.note("  pgbench, same statement, %2d connections: %.0f/s", n, res.perSecond())
		if rate := res.perSecond(); rate > fastest {
			best, fastest = n, rate
		}
	}
	_, err := b.world.pgbench(ctx, b.insert, best, b.plan.n/2)
	return best, err
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
