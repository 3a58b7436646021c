-- The order of the log among messages. Apart, because it is made without
-- keeping anybody from writing, which no transaction can do.

-- +goose NO TRANSACTION
-- +goose Up

CREATE INDEX CONCURRENTLY IF NOT EXISTS messages_log ON messages (gen, pos, convo_id, seq);

-- +goose Down

DROP INDEX CONCURRENTLY IF EXISTS messages_log;
