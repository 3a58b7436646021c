-- The encrypted info of conversations: name, description and picture under a key
-- that members have.

-- The rows that are there have the kinds of before, so they need not be checked.
ALTER TABLE events DROP CONSTRAINT IF EXISTS events_kind_check;
ALTER TABLE events ADD CONSTRAINT events_kind_check CHECK (kind IN ('membership', 'welcome', 'rejoin-requested',
    'convo-damaged', 'key-packages-low', 'read', 'preferences', 'role', 'policy', 'lock', 'info', 'info-key-requested')) NOT VALID;

-- A conversation has a row once its info was set. CASCADE: a server from before this
-- table removes conversations without knowing it.
CREATE TABLE convo_infos (
    convo_id        BYTEA PRIMARY KEY REFERENCES conversations ON DELETE CASCADE,
    -- Rises by one with every change of info.
    version         BIGINT NOT NULL CHECK (version > 0),
    -- The ciphertext of clients.
    info            BYTEA NOT NULL,
    -- The key of info, wrapped by a member for the members of key_epoch.
    info_key        BYTEA NOT NULL,
    key_epoch       BIGINT NOT NULL CHECK (key_epoch >= 0),
    -- The epoch that a device entered without a wrap for that epoch. It is answered
    -- when key_epoch has reached it.
    requested_epoch BIGINT,
    updated_at      TIMESTAMPTZ NOT NULL
);
ALTER TABLE convo_infos ALTER COLUMN info SET STORAGE EXTERNAL;
ALTER TABLE convo_infos ALTER COLUMN info_key SET STORAGE EXTERNAL;
