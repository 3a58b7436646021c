-- no transaction

-- The ids of removed messages are forgotten after some time. A server of the version
-- before works with this: it removes messages without the column, by its default, and
-- forgets nothing. The rows that are here count as removed now.
ALTER TABLE removed_messages ADD COLUMN IF NOT EXISTS removed_at TIMESTAMPTZ NOT NULL DEFAULT now();

-- Many rows have the same time, and PostgreSQL stores a key once for many rows, so an
-- entry takes about 7 bytes.
DROP INDEX CONCURRENTLY IF EXISTS removed_messages_age;
CREATE INDEX CONCURRENTLY removed_messages_age ON removed_messages (removed_at);
