-- no transaction

-- For getConvos of accounts in many conversations: which conversations are quiet, so
-- that a page is read from an index in its order, and not found by sorting all. A
-- server of the version before works with this: the memberships that it adds are
-- neither listed nor quiet, and what it sends is in the log.

-- listed: the service looks after quiet_since. It does for accounts in many
-- conversations.
-- quiet_since: the exact last activity of a conversation that was active neither in the
-- last minutes, nor below quiet_place; else infinity.
ALTER TABLE memberships
    ADD COLUMN IF NOT EXISTS listed      BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN IF NOT EXISTS quiet_since TIMESTAMPTZ NOT NULL DEFAULT 'infinity';

-- One row: the position in the log below which all activity has ended the quiet of its
-- conversation. If it is of another generation, or if retention has removed rows at or
-- above it, no quiet_since is trusted until all of them have ended.
CREATE TABLE IF NOT EXISTS quiet_place (
    only_row BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (only_row),
    gen      BIGINT NOT NULL,
    pos      BIGINT NOT NULL
);
INSERT INTO quiet_place (gen, pos) VALUES (0, 0) ON CONFLICT DO NOTHING;

-- Indexes are made while servers write. An attempt that failed leaves an index that is
-- not valid, so each is dropped first.

-- The order of getConvos.
DROP INDEX CONCURRENTLY IF EXISTS memberships_order;
CREATE INDEX CONCURRENTLY memberships_order ON memberships (did, quiet_since DESC, convo_id)
    WHERE left_seq IS NULL AND consent = 'accepted';
-- The memberships whose quiet an activity ends, and those that may become quiet again.
DROP INDEX CONCURRENTLY IF EXISTS memberships_quiet;
CREATE INDEX CONCURRENTLY memberships_quiet ON memberships (convo_id, did)
    WHERE quiet_since < 'infinity' AND left_seq IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS memberships_awake;
CREATE INDEX CONCURRENTLY memberships_awake ON memberships (convo_id, did)
    WHERE listed AND quiet_since = 'infinity' AND left_seq IS NULL;
