-- The order of the log among messages, and what retention finds by. Apart,
-- because they are made without keeping anybody from writing, which no
-- transaction can do.

-- +goose NO TRANSACTION
-- +goose Up

CREATE INDEX CONCURRENTLY IF NOT EXISTS messages_log ON messages (gen, pos, convo_id, seq);
-- What goes by its age. Commits never do, and proposals are found elsewhere, so
-- nothing old stays here to be passed over again.
CREATE INDEX CONCURRENTLY IF NOT EXISTS messages_age ON messages (created_at) WHERE kind = 'app';
-- Whether any message still names a blob.
CREATE INDEX CONCURRENTLY IF NOT EXISTS message_blobs_by_owner ON message_blobs (owner_did, cid);
CREATE INDEX CONCURRENTLY IF NOT EXISTS conversations_closed ON conversations (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS welcome_recipients_ended ON welcome_recipients (ended_at) WHERE ended_at IS NOT NULL;

-- +goose Down

DROP INDEX CONCURRENTLY IF EXISTS welcome_recipients_ended;
DROP INDEX CONCURRENTLY IF EXISTS conversations_closed;
DROP INDEX CONCURRENTLY IF EXISTS message_blobs_by_owner;
DROP INDEX CONCURRENTLY IF EXISTS messages_age;
DROP INDEX CONCURRENTLY IF EXISTS messages_log;
