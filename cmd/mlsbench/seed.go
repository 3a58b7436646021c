package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// convoID returns the id of the n-th conversation of a benchmark. In pgbench
// the same is decode(lpad(to_hex(n), 32, '0'), 'hex').
func convoID(n int) string { return fmt.Sprintf("%032x", n) }

// seedPos is the log position of seeded rows. It is below that of any
// transaction of the service, so that no tailer takes them for new rows.
const seedPos = 3

// seedConvos creates the conversations first..last at epoch 0 with the given
// members.
func (w *world) seedConvos(ctx context.Context, first, last int, members []string) error {
	if err := w.insertConvos(ctx, first, last, members); err != nil {
		return err
	}
	return w.settle(ctx)
}

func (w *world) insertConvos(ctx context.Context, first, last int, members []string) error {
	_, err := w.Pool.Exec(ctx, `
		INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, created_at, last_activity_at, last_pos)
		SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), $3, 1, 0, now(), now(), $4
		FROM generate_series($1::int, $2::int) AS n`, first, last, members[0], seedPos)
	if err != nil {
		return fmt.Errorf("seed conversations: %w", err)
	}
	_, err = w.Pool.Exec(ctx, `
		INSERT INTO memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos)
		SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), did, 0, now(), 0, log_current_generation(), $4
		FROM generate_series($1::int, $2::int) AS n, unnest($3::text[]) AS did`, first, last, members, seedPos)
	if err != nil {
		return fmt.Errorf("seed memberships: %w", err)
	}
	return nil
}

// seedMessages inserts messages of the given size into the conversations
// first..last, the same number into each.
func (w *world) seedMessages(ctx context.Context, first, last, each, size int) error {
	if err := w.fillMessages(ctx, first, last, each, size); err != nil {
		return err
	}
	return w.settle(ctx)
}

func (w *world) fillMessages(ctx context.Context, first, last, each, size int) error {
	_, err := w.Pool.Exec(ctx, `
		INSERT INTO messages (convo_id, seq, message_id, kind, epoch, ciphertext, created_at, gen, pos)
		SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), s, uuid_send(gen_random_uuid()), 'app', 0, decode(repeat('a5', $4::int), 'hex'), now(), g.gen, $5
		FROM log_generation g, generate_series($1::int, $2::int) AS n, generate_series(1, $3::int) AS s`, first, last, each, size, seedPos)
	if err != nil {
		return fmt.Errorf("seed messages: %w", err)
	}
	_, err = w.Pool.Exec(ctx, `
		UPDATE conversations SET last_seq = $3
		WHERE convo_id BETWEEN decode(lpad(to_hex($1::int), 32, '0'), 'hex') AND decode(lpad(to_hex($2::int), 32, '0'), 'hex')`, first, last, each)
	if err != nil {
		return fmt.Errorf("seed numbers: %w", err)
	}
	return nil
}

// withoutIndexes drops the indexes of messages, runs fill and builds the
// indexes again. For many rows this takes half the time.
func (w *world) withoutIndexes(ctx context.Context, fill func() error) error {
	var drop, restore []string
	for _, q := range []string{
		// Foreign keys to the primary key must be dropped first and created
		// last.
		`SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
			format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
		FROM pg_constraint
		WHERE contype = 'f' AND confrelid = 'messages'::regclass OR contype = 'p' AND conrelid = 'messages'::regclass
		ORDER BY contype`,
		`SELECT 'DROP INDEX ' || indexrelid::regclass, pg_get_indexdef(indexrelid)
		FROM pg_index WHERE indrelid = 'messages'::regclass AND NOT indisprimary`,
	} {
		rows, err := w.Pool.Query(ctx, q)
		if err != nil {
			return err
		}
		var without, with string
		_, err = pgx.ForEachRow(rows, []any{&without, &with}, func() error {
			drop, restore = append(drop, without), append(restore, with)
			return nil
		})
		if err != nil {
			return fmt.Errorf("list indexes: %w", err)
		}
	}
	slices.Reverse(restore)
	if err := w.each(ctx, drop); err != nil {
		return err
	}
	if err := fill(); err != nil {
		return err
	}
	return w.each(ctx, restore)
}

// each runs statements on one connection, with much memory for sorting.
func (w *world) each(ctx context.Context, statements []string) error {
	return pgx.BeginFunc(ctx, w.Pool, func(tx pgx.Tx) error {
		for _, q := range append([]string{"SET LOCAL maintenance_work_mem = '1GB'"}, statements...) {
			if _, err := tx.Exec(ctx, q); err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
		}
		return nil
	})
}

// settle vacuums the tables of the service and checkpoints, so that no work caused
// by the seeding is left for the measurement. The catalog, which takes most of the
// time of a VACUUM of everything, has not changed.
func (w *world) settle(ctx context.Context) error {
	tables, err := w.tables(ctx, 0)
	if err != nil {
		return err
	}
	for _, q := range []string{"VACUUM (ANALYZE) " + tables, "CHECKPOINT"} {
		if _, err := w.Pool.Exec(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	return nil
}

// tables lists the tables of the service that have a number of bytes, or more.
func (w *world) tables(ctx context.Context, bytes int) (list string, err error) {
	err = w.Pool.QueryRow(ctx, `SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_class c
		WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND pg_relation_size(c.oid) >= $1`, bytes).Scan(&list)
	return list, err
}

// clear empties the tables of conversations.
func (w *world) clear(ctx context.Context) error {
	_, err := w.Pool.Exec(ctx, "TRUNCATE conversations, messages, memberships, events CASCADE")
	return err
}

// wantStored fails if the table holds fewer messages.
func (w *world) wantStored(ctx context.Context, want int) error {
	var n int
	if err := w.Pool.QueryRow(ctx, "SELECT count(*) FROM messages").Scan(&n); err != nil {
		return err
	}
	if n < want {
		return fmt.Errorf("%d messages were stored, %d sent", n, want)
	}
	return nil
}
