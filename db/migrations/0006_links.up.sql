-- Links by which accounts join a conversation, and the accounts that asked to join by
-- them. A server of the version before works with this: it knows no links.

-- CASCADE, here and below: a server from before these tables removes conversations
-- without knowing them.
CREATE TABLE join_links (
    convo_id         BYTEA NOT NULL REFERENCES conversations ON DELETE CASCADE,
    -- SHA-256 of the code, which the service does not store.
    code_hash        BYTEA NOT NULL,
    -- The member whose right to make links a join uses.
    maker_did        TEXT COLLATE "C" NOT NULL,
    join_rule        TEXT COLLATE "C" NOT NULL CHECK (join_rule IN ('anyone', 'followedByAdmin')),
    require_approval BOOLEAN NOT NULL,
    expires_at       TIMESTAMPTZ,
    max_uses         BIGINT CHECK (max_uses > 0),
    uses             BIGINT NOT NULL DEFAULT 0,
    -- Shown to accounts that have the code; clients encrypt it.
    preview          BYTEA,
    created_at       TIMESTAMPTZ NOT NULL,
    disabled_at      TIMESTAMPTZ,
    PRIMARY KEY (convo_id, code_hash)
);
ALTER TABLE join_links ALTER COLUMN preview SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX join_links_by_code ON join_links (code_hash);
CREATE INDEX join_links_ended ON join_links (least(disabled_at, expires_at));

-- Accounts that asked to join by a link that requires an approval. A rejected request
-- stays as long as its link, so that the account cannot ask again.
CREATE TABLE join_requests (
    convo_id  BYTEA NOT NULL,
    did       TEXT COLLATE "C" NOT NULL,
    code_hash BYTEA NOT NULL,
    state     TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'approved', 'rejected')),
    -- When it came into this state.
    since     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (convo_id, did),
    FOREIGN KEY (convo_id, code_hash) REFERENCES join_links ON DELETE CASCADE
);
CREATE INDEX join_requests_by_link ON join_requests (convo_id, code_hash);
CREATE INDEX join_requests_by_did ON join_requests (did);
CREATE INDEX join_requests_age ON join_requests (since) WHERE state <> 'rejected';

-- NOT VALID: the old rows satisfy it, and are not read for it.
ALTER TABLE events DROP CONSTRAINT events_kind_check;
ALTER TABLE events ADD CONSTRAINT events_kind_check CHECK (kind IN ('membership', 'welcome', 'rejoin-requested',
    'convo-damaged', 'key-packages-low', 'read', 'preferences', 'role', 'policy', 'lock',
    'info', 'info-key-requested', 'request', 'accepted', 'request-ended', 'join-requests', 'join-answered')) NOT VALID;
