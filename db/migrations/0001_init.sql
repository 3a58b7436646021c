-- The schema of the delivery service. Keys of conversation data lead with
-- convo_id and keys of account data with did, so that either can be sharded.
-- Numbers are BIGINT, times TIMESTAMPTZ, ids compare by byte (COLLATE "C").
--
-- Ids are stored as the bytes that they stand for, and are text for clients only
-- (xrpc.ConvoID, xrpc.MessageID). convo_id is the MLS group id. message_id is the
-- 16 bytes of a UUID, where the id is one in its canonical form (RFC 9562, section
-- 4): 8-4-4-4-12 lower-case hexadecimal digits. Any other id is its text, in UTF-8.
-- Text of 16 bytes has a zero byte before it, which no text begins with, so that 16
-- bytes are always a UUID.
--
-- What is already compressed or encrypted is STORAGE EXTERNAL: trying to
-- compress it only costs time.
--
-- The log is what streams and sync tell from. Every durable event is a row that
-- is written in the transaction of what it reports, at a position
-- (gen, pos, lane, seq, n). Positions order the events of one conversation as
-- its row was locked, and no row can appear below the oldest transaction that
-- still runs: pos is the writing transaction's id, or a later one's.

-- +goose Up

-- One row: the generation that positions belong to. Where the database was
-- taken back to an earlier state, transaction ids repeat, so a new generation
-- begins, and cursors of the one before are outdated.
CREATE TABLE log_generation (
    only_row          BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (only_row),
    gen               BIGINT NOT NULL CHECK (gen > 0),
    -- The key of the check value in cursors: two histories that both have, say,
    -- a generation 3 do not take each other's cursors.
    secret            UUID NOT NULL,
    -- Where it was begun: another cluster, database or timeline is another
    -- history. NULL until a server has looked.
    system_identifier BIGINT,
    database_oid      BIGINT,
    timeline          BIGINT,
    -- The position of the last row that retention removed: cursors before it are
    -- outdated. It rises in the transaction that removes.
    floor_pos         BIGINT NOT NULL DEFAULT 0,
    floor_lane        BYTEA NOT NULL DEFAULT '',
    floor_seq         BIGINT NOT NULL DEFAULT 0,
    floor_n           BIGINT NOT NULL DEFAULT 0,
    began_at          TIMESTAMPTZ NOT NULL
);
INSERT INTO log_generation (gen, secret, began_at) VALUES (1, gen_random_uuid(), now());

-- +goose StatementBegin
CREATE FUNCTION log_current_generation() RETURNS BIGINT LANGUAGE sql VOLATILE AS
    'SELECT gen FROM log_generation';
-- +goose StatementEnd
-- +goose StatementBegin
-- The id of the own transaction, which gets one here if it has none.
CREATE FUNCTION log_own_xid() RETURNS BIGINT LANGUAGE sql VOLATILE AS
    'SELECT pg_current_xact_id()::text::bigint';
-- +goose StatementEnd
-- +goose StatementBegin
-- Every transaction below has ended, and this statement sees what it wrote.
CREATE FUNCTION log_horizon() RETURNS BIGINT LANGUAGE sql STABLE AS
    'SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint';
-- +goose StatementEnd
-- +goose StatementBegin
-- The first transaction id that nobody has yet.
CREATE FUNCTION log_next_xid() RETURNS BIGINT LANGUAGE sql STABLE AS
    'SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint';
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION log_system_identifier() RETURNS BIGINT LANGUAGE sql STABLE AS
    'SELECT system_identifier FROM pg_control_system()';
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION log_database_oid() RETURNS BIGINT LANGUAGE sql STABLE AS
    'SELECT oid::bigint FROM pg_database WHERE datname = current_database()';
-- +goose StatementEnd
-- +goose StatementBegin
-- A standby that was promoted names its new timeline in what it writes before
-- the control file does.
CREATE FUNCTION log_timeline() RETURNS BIGINT LANGUAGE sql VOLATILE AS
    'SELECT (''x'' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint';
-- +goose StatementEnd

CREATE TABLE conversations (
    -- The MLS group id.
    convo_id        BYTEA PRIMARY KEY CHECK (octet_length(convo_id) BETWEEN 16 AND 64),
    creator_did     TEXT COLLATE "C" NOT NULL,
    cipher_suite    BIGINT NOT NULL,
    epoch           BIGINT NOT NULL CHECK (epoch >= 0),
    -- The number of the newest stored message: never goes back, no gaps.
    last_seq        BIGINT NOT NULL DEFAULT 0 CHECK (last_seq >= 0),
    -- Rises in the same row update as every change of membership. A statement
    -- that read the members before it waited for this row sees by it that what
    -- it read is old.
    roster_version  BIGINT NOT NULL DEFAULT 0,
    name            TEXT,
    description     TEXT,
    created_at      TIMESTAMPTZ NOT NULL,
    -- When the newest application message arrived.
    last_message_at TIMESTAMPTZ,
    -- When anything happened last: the order of getConvos.
    last_activity_at TIMESTAMPTZ NOT NULL,
    -- The last member has left.
    closed_at       TIMESTAMPTZ,
    -- When the epoch began: when its commit was accepted.
    epoch_began_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
    -- Whose commit the current epoch waits for, and until when: a member who may
    -- remove others, and lost a race. reserved_at keeps it from happening often.
    reserved_for    TEXT COLLATE "C",
    reserved_until  TIMESTAMPTZ,
    reserved_at     TIMESTAMPTZ,
    gen             BIGINT NOT NULL DEFAULT log_current_generation(),
    -- Never goes back in a generation, and is never below the transaction that
    -- set it. A transaction has its id before it wins the row: ids alone would
    -- contradict the order of seq.
    last_pos        BIGINT NOT NULL DEFAULT 0,
    -- Counts the events that are not messages.
    last_n          BIGINT NOT NULL DEFAULT 0
) WITH (fillfactor = 50); -- room for HOT updates; hence no index on what changes
CREATE INDEX conversations_closed ON conversations (closed_at) WHERE closed_at IS NOT NULL;

-- A membership is a window of numbers: a member sees joined_seq < seq <= left_seq,
-- and of the events joined_n < n <= left_n. Who comes back gets a new row.
CREATE TABLE memberships (
    convo_id    BYTEA NOT NULL REFERENCES conversations,
    did         TEXT COLLATE "C" NOT NULL,
    joined_seq  BIGINT NOT NULL,
    joined_at   TIMESTAMPTZ NOT NULL,
    left_seq    BIGINT CHECK (left_seq >= joined_seq),
    left_at     TIMESTAMPTZ,
    -- Left, or was suspended, without a commit: the leaf still awaits the commit
    -- that removes it.
    pending_removal BOOLEAN NOT NULL DEFAULT FALSE CHECK (NOT pending_removal OR left_seq IS NOT NULL),
    -- Another member ended it. The account comes back only by an addition of a
    -- member who may remove others.
    ended_by_other BOOLEAN NOT NULL DEFAULT FALSE,
    -- When the account first showed that it wants to be here: it created the
    -- conversation, sent a commit or a proposal, or moved its read position. NULL:
    -- it has not. Being added shows nothing, nor does confirming a Welcome.
    accepted_at TIMESTAMPTZ,
    -- Where the log tells of the beginning and the end.
    joined_n    BIGINT NOT NULL,
    joined_gen  BIGINT NOT NULL,
    joined_pos  BIGINT NOT NULL,
    left_n      BIGINT,
    left_gen    BIGINT,
    left_pos    BIGINT,
    PRIMARY KEY (convo_id, did, joined_seq),
    CHECK ((left_seq IS NULL) = (left_at IS NULL))
);
CREATE UNIQUE INDEX memberships_one_active ON memberships (convo_id, did) WHERE left_seq IS NULL;
CREATE INDEX memberships_by_did ON memberships (did, convo_id);
-- What an account accepted, the longest accepted first. Who adds strangers makes
-- no entry here.
CREATE INDEX memberships_accepted ON memberships (did, accepted_at) WHERE accepted_at IS NOT NULL;

-- Read positions outlive a membership's window.
CREATE TABLE read_positions (
    convo_id    BYTEA NOT NULL REFERENCES conversations,
    did         TEXT COLLATE "C" NOT NULL,
    seq         BIGINT NOT NULL CHECK (seq >= 0),
    updated_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (convo_id, did)
);

-- The leaves of a group's tree in the conversation's epoch.
CREATE TABLE leaves (
    convo_id      BYTEA NOT NULL REFERENCES conversations,
    did           TEXT COLLATE "C" NOT NULL,
    device_id     TEXT COLLATE "C" NOT NULL,
    leaf_index    BIGINT NOT NULL CHECK (leaf_index >= 0),
    signature_key BYTEA NOT NULL,
    -- Encoded as in the leaf node (RFC 9420, section 5.3).
    credential    BYTEA NOT NULL,
    PRIMARY KEY (convo_id, did, device_id)
);
CREATE INDEX leaves_by_device ON leaves (did, device_id);

-- The group as an outsider knows it in the conversation's epoch: a GroupInfo,
-- which was verified when it came. Every conversation has one.
CREATE TABLE group_infos (
    convo_id     BYTEA PRIMARY KEY REFERENCES conversations,
    epoch        BIGINT NOT NULL,
    -- As it came.
    group_info   BYTEA NOT NULL,
    -- The tree, as the extension ratchet_tree holds it (RFC 9420, section
    -- 12.4.3.3); NULL where the GroupInfo has it inside.
    ratchet_tree BYTEA,
    updated_at   TIMESTAMPTZ NOT NULL
);
ALTER TABLE group_infos ALTER COLUMN group_info SET STORAGE EXTERNAL;
ALTER TABLE group_infos ALTER COLUMN ratchet_tree SET STORAGE EXTERNAL;

-- Application messages, commits and proposals, in one order. They are their own
-- log, with the conversation as lane and n = 0.
CREATE TABLE messages (
    convo_id    BYTEA NOT NULL,
    seq         BIGINT NOT NULL CHECK (seq > 0),
    message_id  BYTEA NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL CHECK (kind IN ('app', 'commit', 'proposal')),
    -- The framing epoch: the epoch the message was sent in.
    epoch       BIGINT NOT NULL CHECK (epoch >= 0),
    -- Who sent a commit or a proposal. The service keeps no sender of
    -- application messages.
    sender_did  TEXT COLLATE "C" CHECK ((kind = 'app') = (sender_did IS NULL)),
    ciphertext  BYTEA NOT NULL,
    -- ProposalRef of a readable proposal (RFC 9420, section 5.2).
    proposal_ref BYTEA CHECK (proposal_ref IS NULL OR kind = 'proposal'),
    -- CIDs of the blobs it names, in its order; NULL for none.
    blobs       TEXT[] COLLATE "C" CHECK (blobs <> '{}'),
    created_at  TIMESTAMPTZ NOT NULL,
    gen         BIGINT NOT NULL,
    pos         BIGINT NOT NULL,
    PRIMARY KEY (convo_id, seq)
);
ALTER TABLE messages ALTER COLUMN ciphertext SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX messages_message_id ON messages (convo_id, message_id);
-- One commit an epoch, whatever the code above does.
CREATE UNIQUE INDEX messages_one_commit ON messages (convo_id, epoch) WHERE kind = 'commit';
CREATE INDEX messages_proposals ON messages (convo_id, epoch, seq) WHERE kind = 'proposal';
-- What one account has proposed in an epoch.
CREATE INDEX messages_proposers ON messages (convo_id, sender_did, epoch) WHERE kind = 'proposal';
-- Pages of commits and proposals alone do not read past all that was said.
CREATE INDEX messages_handshake ON messages (convo_id, seq) WHERE kind <> 'app';
-- The order of the log.
CREATE INDEX messages_log ON messages (gen, pos, convo_id, seq);
-- What goes by its age. Commits never do, and proposals are found elsewhere, so
-- nothing old stays here to be passed over again.
CREATE INDEX messages_age ON messages (created_at) WHERE kind = 'app';

-- Where a message was that retention removed: its id still works as a position.
-- Of the message nothing is kept but this.
CREATE TABLE removed_messages (
    convo_id BYTEA NOT NULL,
    -- The first 8 bytes of the SHA-256 of its id.
    id_hash  BYTEA NOT NULL,
    seq      BIGINT NOT NULL,
    PRIMARY KEY (convo_id, id_hash)
);

-- Proposals that the commit of their epoch left out, for retention. Where nobody
-- outside can see what a commit names, its proposals are not here.
CREATE TABLE lapsed_proposals (
    convo_id  BYTEA NOT NULL REFERENCES conversations,
    seq       BIGINT NOT NULL,
    -- When that commit was accepted.
    lapsed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (convo_id, seq)
);
CREATE INDEX lapsed_proposals_age ON lapsed_proposals (lapsed_at);

-- Events that are not messages.
CREATE TABLE events (
    gen        BIGINT NOT NULL,
    pos        BIGINT NOT NULL,
    -- What the event is in order with: a conversation, by its id, or what
    -- concerns one account alone. The latter is the beginning of a SHA-256, which
    -- is shorter than any conversation id: 15 bytes for the account's own events,
    -- of its DID, and 14 for those of one of its devices, of the device's id.
    lane       BYTEA NOT NULL,
    -- The newest message of the conversation then: the event is after it.
    seq        BIGINT NOT NULL,
    -- Rises within a lane.
    n          BIGINT NOT NULL CHECK (n > 0),
    kind       TEXT COLLATE "C" NOT NULL CHECK (kind IN ('membership', 'welcome', 'rejoin-requested',
               'convo-damaged', 'key-packages-low', 'read')),
    -- For whom: members whose window has it, or one account.
    convo_id   BYTEA,
    target_did TEXT COLLATE "C",
    -- joined_n or left_n of the membership that it begins or ends.
    edge       BIGINT,
    -- What it says, by the names of the lexicon.
    body       JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (gen, pos, lane, seq, n),
    CHECK ((convo_id IS NULL) <> (target_did IS NULL))
);
CREATE INDEX events_by_convo ON events (convo_id, gen, pos, seq, n) WHERE convo_id IS NOT NULL;
CREATE INDEX events_by_target ON events (target_did, gen, pos) WHERE target_did IS NOT NULL;
CREATE INDEX events_target_age ON events (created_at) WHERE target_did IS NOT NULL;

-- +goose StatementBegin
-- The number of the newest message of a conversation in (lo, hi] that is not
-- after a position, lo for none. Positions rise with seq, so few probes of the
-- primary key find it: first near the end, where it is as a rule.
CREATE FUNCTION log_told_until(convo BYTEA, lo BIGINT, hi BIGINT, at_gen BIGINT, at_pos BIGINT, at_lane BYTEA, at_seq BIGINT)
RETURNS BIGINT LANGUAGE plpgsql STABLE AS $$
DECLARE
    step BIGINT := 16;
    mid BIGINT;
    probe_seq BIGINT;
    probe_gen BIGINT;
    probe_pos BIGINT;
BEGIN
    WHILE lo < hi LOOP
        mid := CASE WHEN step > 0 THEN greatest(hi - step, lo + 1) ELSE (lo + hi + 1) / 2 END;
        SELECT m.seq, m.gen, m.pos INTO probe_seq, probe_gen, probe_pos
        FROM messages m WHERE m.convo_id = convo AND m.seq > lo AND m.seq <= mid
        ORDER BY m.seq DESC LIMIT 1;
        IF NOT FOUND OR probe_gen < at_gen
            OR (probe_pos, convo, probe_seq) <= (at_pos, at_lane, at_seq) THEN
            lo := mid;
            step := 0;
        ELSE
            hi := probe_seq - 1;
            step := step * 4;
        END IF;
    END LOOP;
    RETURN lo;
END $$;
-- +goose StatementEnd

-- Rows of the log after a position and below the horizon, in its order. The
-- planner takes what is new for little, since its statistics end before it, and
-- would rather collect and sort it than walk the index: with a backlog, all of
-- it for every page. So it is not given the choice.
-- +goose StatementBegin
CREATE FUNCTION log_messages(in_gen BIGINT, at_pos BIGINT, at_lane BYTEA, at_seq BIGINT, max_rows BIGINT) RETURNS SETOF messages
LANGUAGE sql STABLE ROWS 10 SET enable_bitmapscan = off SET enable_seqscan = off SET enable_sort = off AS $$
    SELECT m.* FROM messages m
    WHERE m.gen = in_gen AND (m.pos, m.convo_id, m.seq) > (at_pos, at_lane, at_seq) AND m.pos < log_horizon()
    ORDER BY m.pos, m.convo_id, m.seq
    LIMIT max_rows
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION log_events(in_gen BIGINT, at_pos BIGINT, at_lane BYTEA, at_seq BIGINT, at_n BIGINT, max_rows BIGINT) RETURNS SETOF events
LANGUAGE sql STABLE ROWS 10 SET enable_bitmapscan = off SET enable_seqscan = off SET enable_sort = off AS $$
    SELECT e.* FROM events e
    WHERE e.gen = in_gen AND (e.pos, e.lane, e.seq, e.n) > (at_pos, at_lane, at_seq, at_n) AND e.pos < log_horizon()
    ORDER BY e.pos, e.lane, e.seq, e.n
    LIMIT max_rows
$$;
-- +goose StatementEnd

-- seq is the number of the commit a Welcome came with, 0 for createConvo's.
CREATE TABLE welcomes (
    convo_id     BYTEA NOT NULL REFERENCES conversations,
    seq          BIGINT NOT NULL,
    -- The epoch it joins.
    epoch        BIGINT NOT NULL,
    welcome      BYTEA NOT NULL,
    ratchet_tree BYTEA,
    created_at   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (convo_id, seq)
);
ALTER TABLE welcomes ALTER COLUMN welcome SET STORAGE EXTERNAL;
ALTER TABLE welcomes ALTER COLUMN ratchet_tree SET STORAGE EXTERNAL;

-- Which devices a Welcome is for. Its life is apart from the package's: reading
-- never ends it; a confirmation, a newer Welcome for the same device, or the
-- device's deletion does.
CREATE TABLE welcome_recipients (
    convo_id      BYTEA NOT NULL,
    did           TEXT COLLATE "C" NOT NULL,
    device_id     TEXT COLLATE "C" NOT NULL,
    seq           BIGINT NOT NULL,
    -- KeyPackageRef.
    ref           BYTEA NOT NULL,
    state         TEXT COLLATE "C" NOT NULL DEFAULT 'open'
                  CHECK (state IN ('open', 'confirmed', 'superseded', 'device-deleted')),
    -- Why the device could not join, as it said.
    error_details TEXT,
    failed_at     TIMESTAMPTZ,
    ended_at      TIMESTAMPTZ,
    PRIMARY KEY (convo_id, did, device_id, seq),
    FOREIGN KEY (convo_id, seq) REFERENCES welcomes,
    CHECK ((state = 'open') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX welcome_recipients_one_open ON welcome_recipients (convo_id, did, device_id) WHERE state = 'open';
CREATE INDEX welcome_recipients_by_device ON welcome_recipients (did, device_id) WHERE state = 'open';
CREATE INDEX welcome_recipients_ended ON welcome_recipients (ended_at) WHERE ended_at IS NOT NULL;

-- A member that asks to be added again.
CREATE TABLE rejoin_requests (
    convo_id     BYTEA NOT NULL REFERENCES conversations,
    did          TEXT COLLATE "C" NOT NULL,
    reason       TEXT COLLATE "C" NOT NULL,
    -- With commit-failed: the framing epoch of the commit it cannot apply.
    epoch        BIGINT,
    requested_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (convo_id, did)
);

-- Who cannot apply a commit, by the commit's framing epoch. The row keeps the
-- commit as evidence from retention, and outlives the request.
CREATE TABLE commit_failures (
    convo_id    BYTEA NOT NULL REFERENCES conversations,
    epoch       BIGINT NOT NULL,
    did         TEXT COLLATE "C" NOT NULL,
    reported_at TIMESTAMPTZ NOT NULL,
    -- What is wrong with it, where the client knows; NULL where it does not.
    detail      TEXT COLLATE "C",
    PRIMARY KEY (convo_id, epoch, did)
);

-- An account. Its row is what calls that decide about one account lock.
CREATE TABLE accounts (
    did        TEXT COLLATE "C" PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL,
    -- Bytes of the account's blobs.
    blob_bytes BIGINT NOT NULL DEFAULT 0 CHECK (blob_bytes >= 0),
    -- As in conversations, for the events of the account.
    gen        BIGINT NOT NULL DEFAULT log_current_generation(),
    last_pos   BIGINT NOT NULL DEFAULT 0,
    last_n     BIGINT NOT NULL DEFAULT 0
);

-- Where an account comes from, for limits that new accounts of one origin share.
CREATE TABLE account_origins (
    did          TEXT COLLATE "C" PRIMARY KEY,
    -- The registrable domain of its PDS, or of its did:web, and when that was
    -- shown: the PDS said that it has the account, or the did:web was used.
    origin       TEXT COLLATE "C",
    confirmed_at TIMESTAMPTZ,
    -- When it was seen that the account is no longer new. NULL: not yet.
    settled_at   TIMESTAMPTZ,
    CHECK ((origin IS NULL) = (confirmed_at IS NULL)),
    CHECK (origin IS NOT NULL OR settled_at IS NOT NULL)
);
CREATE INDEX account_origins_settled ON account_origins (origin, confirmed_at) WHERE settled_at IS NOT NULL;
CREATE INDEX account_origins_age ON account_origins (confirmed_at) WHERE settled_at IS NULL;

-- A device is a leaf signature key. Deleted ones stay, so that they stay deleted.
CREATE TABLE devices (
    did        TEXT COLLATE "C" NOT NULL REFERENCES accounts,
    device_id  TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    PRIMARY KEY (did, device_id)
);

CREATE TABLE key_packages (
    did          TEXT COLLATE "C" NOT NULL,
    -- KeyPackageRef (RFC 9420, section 5.2).
    ref          BYTEA NOT NULL,
    device_id    TEXT COLLATE "C" NOT NULL,
    cipher_suite BIGINT NOT NULL,
    -- As it was published.
    key_package  BYTEA NOT NULL,
    last_resort  BOOLEAN NOT NULL,
    -- When a last-resort package was last handed out.
    last_resort_used_at TIMESTAMPTZ,
    created_at   TIMESTAMPTZ NOT NULL,
    expires_at   TIMESTAMPTZ NOT NULL,
    -- The lease: for whom, for which conversation ('' for none), until when.
    -- It ends by the clock. Holder and conversation are cleared after that, and
    -- when the package is spent; the time stays for as long as it is unspent, so
    -- that what was leased before is told from what nobody has seen.
    lease_holder  TEXT COLLATE "C",
    lease_convo   BYTEA,
    lease_ends_at TIMESTAMPTZ,
    -- When an accepted commit's Welcome named it.
    spent_at     TIMESTAMPTZ,
    PRIMARY KEY (did, ref),
    FOREIGN KEY (did, device_id) REFERENCES devices,
    CHECK (lease_holder IS NULL OR (lease_ends_at IS NOT NULL AND spent_at IS NULL)),
    CHECK ((lease_holder IS NULL) = (lease_convo IS NULL)),
    CHECK (NOT last_resort OR (lease_ends_at IS NULL AND spent_at IS NULL))
);
ALTER TABLE key_packages ALTER COLUMN key_package SET STORAGE EXTERNAL;
-- A Welcome names packages by reference alone.
CREATE INDEX key_packages_by_ref ON key_packages (ref);
-- Ordered as claims take them: the never leased first, then the longest back in
-- the pool; of those the first to expire.
CREATE INDEX key_packages_available ON key_packages
    (did, device_id, cipher_suite, lease_ends_at NULLS FIRST, expires_at) WHERE spent_at IS NULL AND NOT last_resort;
CREATE INDEX key_packages_last_resort ON key_packages (did, device_id, cipher_suite, expires_at) WHERE last_resort;
CREATE INDEX key_packages_leases ON key_packages (lease_holder, did, lease_ends_at)
    WHERE lease_holder IS NOT NULL AND spent_at IS NULL;
-- For cleaning alone: by this condition no query for one holder reads it.
CREATE INDEX key_packages_lease_ends ON key_packages (lease_ends_at) WHERE lease_holder <> '';
CREATE INDEX key_packages_spent ON key_packages (did, device_id, cipher_suite, spent_at) WHERE spent_at IS NOT NULL;
CREATE INDEX key_packages_unspent_age ON key_packages (expires_at) WHERE spent_at IS NULL;
CREATE INDEX key_packages_spent_age ON key_packages (expires_at) WHERE spent_at IS NOT NULL;

-- The signing keys of accounts that are known here, as their directories gave
-- them, for when a directory does not answer. A row is written when the key has
-- changed, or once an hour, and removed a day after that.
CREATE TABLE account_keys (
    did        TEXT COLLATE "C" PRIMARY KEY,
    -- A Multikey in base58. Empty where the directory said that there is no key.
    public_key TEXT COLLATE "C" NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX account_keys_age ON account_keys (fetched_at);

-- When packages of a device were given to others, for the limits on that. A row
-- is also what claims that such a limit concerns lock, in the order of the key.
CREATE TABLE package_claims (
    did          TEXT COLLATE "C" NOT NULL,
    device_id    TEXT COLLATE "C" NOT NULL,
    -- 0 in the rows of requesters, whose limit is for the device.
    cipher_suite BIGINT NOT NULL,
    -- A keyed hash of requester and did, so that a copy of the database does not
    -- tell who asked for whom. Empty for all requesters together that share no
    -- accepted conversation with did.
    requester    BYTEA NOT NULL,
    claimed_at   TIMESTAMPTZ[] NOT NULL,
    -- When the last of these counts no more.
    ends_at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (did, device_id, cipher_suite, requester)
);
CREATE INDEX package_claims_ends ON package_claims (ends_at);

-- Encrypted attachments, kept for each owner. The bytes are in the blob store,
-- as the object object_key: a row is written when its object is complete.
CREATE TABLE blobs (
    did         TEXT COLLATE "C" NOT NULL,
    -- CIDv1, raw, SHA-256, in base32.
    cid         TEXT COLLATE "C" NOT NULL,
    object_key  TEXT COLLATE "C" NOT NULL,
    size        BIGINT NOT NULL CHECK (size >= 0),
    mime_type   TEXT NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    -- A message names it; until then it is collected after an hour.
    attached    BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (did, cid)
);
CREATE INDEX blobs_unattached ON blobs (created_at) WHERE NOT attached;

-- Objects in the blob store that no blob owns: being written, or to be deleted.
-- An object is named here before it exists and until it is gone, so that a
-- crash at any moment leaves nothing behind that is not known.
CREATE TABLE loose_objects (
    object_key TEXT COLLATE "C" PRIMARY KEY,
    since      TIMESTAMPTZ NOT NULL,
    -- No upload may claim it any more.
    doomed     BOOLEAN NOT NULL,
    -- Of an upload: whose it is, and how many bytes of its account's quota are
    -- kept for it.
    did        TEXT COLLATE "C",
    reserved   BIGINT,
    CHECK ((did IS NULL) = (reserved IS NULL))
);
CREATE INDEX loose_objects_since ON loose_objects (since);
CREATE INDEX loose_objects_uploads ON loose_objects (did) WHERE did IS NOT NULL;

-- Which messages name a blob: who may read it.
CREATE TABLE message_blobs (
    convo_id  BYTEA NOT NULL,
    seq       BIGINT NOT NULL,
    cid       TEXT COLLATE "C" NOT NULL,
    owner_did TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (convo_id, seq, cid),
    FOREIGN KEY (convo_id, seq) REFERENCES messages
);
CREATE INDEX message_blobs_by_cid ON message_blobs (convo_id, cid);
-- Whether any message still names a blob.
CREATE INDEX message_blobs_by_owner ON message_blobs (owner_did, cid);

-- First answers, to be given again. The record's id is a hash of caller, method
-- and key, so that no row ties an account to an application message.
CREATE TABLE idempotency_records (
    record_id    BYTEA PRIMARY KEY,
    content_hash BYTEA NOT NULL,
    answer       BYTEA NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX idempotency_records_age ON idempotency_records (created_at);

-- Single use tickets for streams, by their SHA-256.
CREATE TABLE tickets (
    ticket_hash BYTEA PRIMARY KEY,
    did         TEXT COLLATE "C" NOT NULL,
    -- The only conversation it is good for.
    convo_id    BYTEA,
    expires_at  TIMESTAMPTZ NOT NULL
);
CREATE INDEX tickets_expiry ON tickets (expires_at);

-- +goose Down

DROP FUNCTION log_messages, log_events, log_told_until;
DROP TABLE tickets, idempotency_records, message_blobs, loose_objects, blobs, package_claims, account_keys, key_packages, devices, account_origins, accounts, commit_failures, rejoin_requests,
    welcome_recipients, welcomes, events, lapsed_proposals, removed_messages, messages, group_infos, leaves, read_positions, memberships, conversations;
DROP FUNCTION log_timeline, log_database_oid, log_system_identifier, log_next_xid, log_horizon, log_own_xid, log_current_generation;
DROP TABLE log_generation;
