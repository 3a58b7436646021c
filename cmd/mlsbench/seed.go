package main

import (
	"context"
	"fmt"
)

// convoID is the id of the n-th conversation of a benchmark: pgbench writes the
// same with lpad(to_hex(n), 32, '0').
func convoID(n int) string { return fmt.Sprintf("%032x", n) }

// seedConvos makes conversations first..last at epoch 0 with these members.
func (w *world) seedConvos(ctx context.Context, first, last int, members []string) error {
	_, err := w.pool.Exec(ctx, `
		INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, epoch_assumed, roster, created_at, last_activity_at)
		SELECT lpad(to_hex(n), 32, '0'), $3, 1, 0, false, 'claimed', now(), now()
		FROM generate_series($1::int, $2::int) AS n`, first, last, members[0])
	if err != nil {
		return fmt.Errorf("seed conversations: %w", err)
	}
	_, err = w.pool.Exec(ctx, `
		INSERT INTO memberships (convo_id, did, joined_seq, joined_at)
		SELECT lpad(to_hex(n), 32, '0'), did, 0, now()
		FROM generate_series($1::int, $2::int) AS n, unnest($3::text[]) AS did`, first, last, members)
	if err != nil {
		return fmt.Errorf("seed memberships: %w", err)
	}
	return w.settle(ctx)
}

// seedMessages puts messages of size bytes into conversations first..last, the
// same number into each.
func (w *world) seedMessages(ctx context.Context, first, last, each, size int) error {
	_, err := w.pool.Exec(ctx, `
		INSERT INTO messages (convo_id, seq, message_id, kind, epoch, ciphertext, created_at)
		SELECT lpad(to_hex(n), 32, '0'), s, 'seed-' || s, 'app', 0, decode(repeat('a5', $4::int), 'hex'), now()
		FROM generate_series($1::int, $2::int) AS n, generate_series(1, $3::int) AS s`, first, last, each, size)
	if err != nil {
		return fmt.Errorf("seed messages: %w", err)
	}
	_, err = w.pool.Exec(ctx, `
		UPDATE conversations SET last_seq = $3
		WHERE convo_id BETWEEN lpad(to_hex($1::int), 32, '0') AND lpad(to_hex($2::int), 32, '0')`, first, last, each)
	if err != nil {
		return fmt.Errorf("seed numbers: %w", err)
	}
	return w.settle(ctx)
}

// settle leaves no work of seeding to be done while the clock runs.
func (w *world) settle(ctx context.Context) error {
	for _, q := range []string{"VACUUM ANALYZE", "CHECKPOINT"} {
		if _, err := w.pool.Exec(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	return nil
}

// clear empties the tables of conversations.
func (w *world) clear(ctx context.Context) error {
	_, err := w.pool.Exec(ctx, "TRUNCATE conversations, messages, memberships CASCADE")
	return err
}

// wantStored fails where there are fewer messages in the table.
func (w *world) wantStored(ctx context.Context, want int) error {
	var n int
	if err := w.pool.QueryRow(ctx, "SELECT count(*) FROM messages").Scan(&n); err != nil {
		return err
	}
	if n < want {
		return fmt.Errorf("%d messages were stored, %d sent", n, want)
	}
	return nil
}
