-- Consent: an account to which the adder is unknown has a request until it accepts.
-- A server of the version before works with this: the accounts that it adds are
-- accepted at once.

-- consent: 'accepted'; 'request'; or 'hidden', a request that its account is never
-- told of, since the account has blocked the adder after it had leased a package.
-- A request keeps its value when it ends, so that a membership that never was
-- accepted appears in no stream.
-- told_*: where telling began, with the position of the acceptance. NULL: with the
-- membership itself, at joined_*. Reading always begins at joined_seq.
ALTER TABLE memberships
    ADD COLUMN consent  TEXT COLLATE "C" NOT NULL DEFAULT 'accepted' CHECK (consent IN ('accepted', 'request', 'hidden')),
    ADD COLUMN told_seq BIGINT,
    ADD COLUMN told_n   BIGINT,
    ADD COLUMN told_gen BIGINT,
    ADD COLUMN told_pos BIGINT,
    -- The account that added it; NULL for creators, and where it is not known.
    ADD COLUMN added_by TEXT COLLATE "C",
    -- It was entered by a link, which makes nobody known.
    ADD COLUMN by_link  BOOLEAN NOT NULL DEFAULT FALSE;

-- The preferences of accounts: which others may ask, and which are accepted at
-- once. No row: the defaults.
CREATE TABLE contact_preferences (
    did                 TEXT COLLATE "C" PRIMARY KEY,
    allow_incoming      TEXT COLLATE "C" NOT NULL DEFAULT 'all' CHECK (allow_incoming IN ('all', 'following', 'none')),
    accept_from         TEXT COLLATE "C" NOT NULL DEFAULT 'known' CHECK (accept_from IN ('all', 'known', 'following', 'nobody')),
    -- The same for conversations of more than two accounts.
    allow_group_invites TEXT COLLATE "C" NOT NULL DEFAULT 'all' CHECK (allow_group_invites IN ('all', 'following', 'none')),
    accept_group_invites_from TEXT COLLATE "C" NOT NULL DEFAULT 'known' CHECK (accept_group_invites_from IN ('all', 'known', 'following', 'nobody'))
);

-- How many requests of an adder an account has declined.
CREATE TABLE declines (
    did       TEXT COLLATE "C" NOT NULL,
    adder_did TEXT COLLATE "C" NOT NULL,
    declined  BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (did, adder_did)
);
CREATE INDEX declines_of ON declines (adder_did);

-- Conversations to which an account does not want to be added. CASCADE: a server from
-- before this table removes conversations without knowing it.
CREATE TABLE convo_blocks (
    did      TEXT COLLATE "C" NOT NULL,
    convo_id BYTEA NOT NULL REFERENCES conversations ON DELETE CASCADE,
    PRIMARY KEY (did, convo_id)
);
CREATE INDEX convo_blocks_by_convo ON convo_blocks (convo_id);

-- Which strangers an account has asked for or added within a day. stranger is a
-- keyed hash of both DIDs, so that a copy of the database does not reveal them.
CREATE TABLE strangers_asked (
    did      TEXT COLLATE "C" NOT NULL,
    stranger BYTEA NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (did, stranger)
);
CREATE INDEX strangers_asked_age ON strangers_asked (asked_at);

-- Accounts to which the operator allows more strangers in a day, such as bots.
CREATE TABLE stranger_allowances (
    did    TEXT COLLATE "C" PRIMARY KEY,
    amount BIGINT NOT NULL CHECK (amount > 0)
);

-- NOT VALID: the old rows satisfy it, and are not read for it.
ALTER TABLE events DROP CONSTRAINT events_kind_check;
ALTER TABLE events ADD CONSTRAINT events_kind_check CHECK (kind IN ('membership', 'welcome', 'rejoin-requested',
    'convo-damaged', 'key-packages-low', 'read', 'preferences', 'role', 'policy', 'lock',
    'info', 'info-key-requested', 'request', 'accepted', 'request-ended')) NOT VALID;
