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
-- Columns with compressed or encrypted content are STORAGE EXTERNAL: trying to
-- compress them only costs time.
--
-- Streams and sync read from the log. Every durable event is a row that is
-- written in the transaction that causes it, at a position (gen, pos, stream_key,
-- seq, n). stream_key is the stream key: a conversation or an account. Positions
-- order the events of one conversation as its row was locked. pos is the id of
-- the writing transaction or a later one, so no row can appear below the oldest
-- running transaction.

-- One row: the newest migration that a server must know to work with this schema.
-- A migration that servers before it cannot work with raises it.
CREATE TABLE schema_needs (
    only_row  BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (only_row),
    migration BIGINT NOT NULL
);
INSERT INTO schema_needs (migration) VALUES (1);

-- One row: the generation to which positions belong. If the database is
-- restored to an earlier state, transaction ids repeat. Then a new generation
-- begins, and cursors of earlier ones are outdated.
CREATE TABLE log_generation (
    only_row          BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (only_row),
    gen               BIGINT NOT NULL CHECK (gen > 0),
    -- The key of the check value in cursors. It differs between two histories
    -- that both have, say, a generation 3, so that neither accepts the cursors
    -- of the other.
    secret            UUID NOT NULL,
    -- The identity of the database in which the generation began: another
    -- cluster, database or timeline has another history. NULL until a server
    -- has recorded it.
    system_identifier BIGINT,
    database_oid      BIGINT,
    timeline          BIGINT,
    -- The retention low-water mark: the position of the last row that retention
    -- removed. Cursors before it are outdated. It rises in the transaction that
    -- removes.
    low_water_pos         BIGINT NOT NULL DEFAULT 0,
    low_water_stream_key        BYTEA NOT NULL DEFAULT '',
    low_water_seq         BIGINT NOT NULL DEFAULT 0,
    low_water_n           BIGINT NOT NULL DEFAULT 0,
    began_at          TIMESTAMPTZ NOT NULL
);
INSERT INTO log_generation (gen, secret, began_at) VALUES (1, gen_random_uuid(), now());

CREATE FUNCTION log_current_generation() RETURNS BIGINT LANGUAGE sql VOLATILE AS
    'SELECT gen FROM log_generation';
-- The id of the current transaction, which gets one here if it has none.
CREATE FUNCTION log_own_xid() RETURNS BIGINT LANGUAGE sql VOLATILE AS
    'SELECT pg_current_xact_id()::text::bigint';
-- The visibility horizon (xmin): every transaction below it has ended, and this
-- statement sees its writes.
CREATE FUNCTION log_horizon() RETURNS BIGINT LANGUAGE sql STABLE AS
    'SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint';
-- The next transaction id to be assigned.
CREATE FUNCTION log_next_xid() RETURNS BIGINT LANGUAGE sql STABLE AS
    'SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint';

-- The cluster. Where the role may not ask for it, the table of generations stands
-- for it, below zero: a dump restored elsewhere makes another table, whose number
-- is likely to be another one (docs/postgresql.md).
CREATE FUNCTION log_system_identifier() RETURNS BIGINT LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF has_function_privilege(to_regprocedure('pg_control_system()'), 'EXECUTE') THEN
        RETURN (SELECT system_identifier FROM pg_control_system());
    END IF;
    RETURN -(to_regclass('log_generation')::oid::bigint);
END $$;
CREATE FUNCTION log_database_oid() RETURNS BIGINT LANGUAGE sql STABLE AS
    'SELECT oid::bigint FROM pg_database WHERE datname = current_database()';
-- After the promotion of a standby the WAL has the new timeline earlier than
-- the control file.
CREATE FUNCTION log_timeline() RETURNS BIGINT LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF has_function_privilege(to_regprocedure('pg_current_wal_lsn()'), 'EXECUTE')
        AND has_function_privilege(to_regprocedure('pg_walfile_name(pg_lsn)'), 'EXECUTE') THEN
        RETURN ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint;
    END IF;
    RETURN 0;
END $$;

CREATE TABLE conversations (
    -- The MLS group id.
    convo_id        BYTEA PRIMARY KEY CHECK (octet_length(convo_id) BETWEEN 16 AND 64),
    creator_did     TEXT COLLATE "C" NOT NULL,
    cipher_suite    BIGINT NOT NULL,
    epoch           BIGINT NOT NULL CHECK (epoch >= 0),
    -- The sequence number of the newest stored message: it never goes back and
    -- has no gaps.
    last_seq        BIGINT NOT NULL DEFAULT 0 CHECK (last_seq >= 0),
    -- Rises in the same update as every change of memberships, roles and the
    -- policy. A statement that read these, and then waited for this row, finds out
    -- by it that they have changed.
    roster_version  BIGINT NOT NULL DEFAULT 0,
    name            TEXT,
    description     TEXT,
    created_at      TIMESTAMPTZ NOT NULL,
    -- When the newest application message arrived.
    last_message_at TIMESTAMPTZ,
    -- The time of the last activity: the order of getConvos.
    last_activity_at TIMESTAMPTZ NOT NULL,
    -- When the last member left.
    closed_at       TIMESTAMPTZ,
    -- When it was locked: since then members can only leave, be removed, and come
    -- back with their own devices. Each who locked it has to unlock it again.
    locked_at       TIMESTAMPTZ,
    locked_by_admin BOOLEAN NOT NULL DEFAULT FALSE,
    locked_by_operator BOOLEAN NOT NULL DEFAULT FALSE,
    -- The policy: who may do what. add_by 'membersUpTo50' lets members add accounts
    -- as long as there are 50 at most. The others are TRUE where it takes an admin.
    -- Changes raise roster_version.
    add_by          TEXT COLLATE "C" NOT NULL DEFAULT 'membersUpTo50' CHECK (add_by IN ('membersUpTo50', 'members', 'admins')),
    admins_remove   BOOLEAN NOT NULL DEFAULT TRUE,
    admins_change_info BOOLEAN NOT NULL DEFAULT FALSE,
    admins_make_links BOOLEAN NOT NULL DEFAULT TRUE,
    admins_send     BOOLEAN NOT NULL DEFAULT FALSE,
    -- When the epoch began: when its commit was accepted.
    epoch_began_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
    -- The member for whose commit the current epoch is reserved, and until
    -- when: an admin that lost a race. reserved_at limits how often that happens.
    reserved_for    TEXT COLLATE "C",
    reserved_until  TIMESTAMPTZ,
    reserved_at     TIMESTAMPTZ,
    gen             BIGINT NOT NULL DEFAULT log_current_generation(),
    -- Never goes back in a generation, and is never below the transaction that
    -- set it. A transaction gets its id before it locks the row, so the order
    -- of ids alone would contradict the order of seq.
    last_pos        BIGINT NOT NULL DEFAULT 0,
    -- Counts the events that are not messages.
    last_n          BIGINT NOT NULL DEFAULT 0,
    CHECK ((locked_at IS NOT NULL) = (locked_by_admin OR locked_by_operator))
) WITH (fillfactor = 50); -- room for HOT updates; hence no index on what changes
CREATE INDEX conversations_closed ON conversations (closed_at) WHERE closed_at IS NOT NULL;

-- A membership is a window of sequence numbers: a member sees joined_seq < seq
-- <= left_seq, and of the events joined_n < n <= left_n. A member who rejoins
-- gets a new row.
CREATE TABLE memberships (
    convo_id    BYTEA NOT NULL REFERENCES conversations,
    did         TEXT COLLATE "C" NOT NULL,
    joined_seq  BIGINT NOT NULL,
    joined_at   TIMESTAMPTZ NOT NULL,
    left_seq    BIGINT CHECK (left_seq >= joined_seq),
    left_at     TIMESTAMPTZ,
    -- The account left or was suspended without a commit: the leaf awaits the
    -- commit that removes it.
    pending_removal BOOLEAN NOT NULL DEFAULT FALSE CHECK (NOT pending_removal OR left_seq IS NOT NULL),
    -- Another member ended it. Only an admin can add the account again.
    ended_by_other BOOLEAN NOT NULL DEFAULT FALSE,
    -- It ends with the membership: an account that is added again is a member.
    role        TEXT COLLATE "C" NOT NULL DEFAULT 'member' CHECK (role IN ('admin', 'member')),
    -- When the account accepted the conversation: created it, sent a commit or
    -- a proposal, or moved its read position. NULL: it has not. Being added and
    -- confirming a Welcome do not count.
    accepted_at TIMESTAMPTZ,
    -- The positions in the log at which the membership begins and ends.
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
-- The conversations that an account accepted, earliest first. Adding other
-- accounts makes no entries here.
CREATE INDEX memberships_accepted ON memberships (did, accepted_at) WHERE accepted_at IS NOT NULL;

-- What an account has for itself in a conversation: how far it has read, and what it
-- prefers. It is kept when a membership ends.
CREATE TABLE read_positions (
    convo_id    BYTEA NOT NULL REFERENCES conversations,
    did         TEXT COLLATE "C" NOT NULL,
    seq         BIGINT NOT NULL CHECK (seq >= 0),
    -- When seq last went forward.
    updated_at  TIMESTAMPTZ NOT NULL,
    muted       BOOLEAN NOT NULL DEFAULT FALSE,
    archived    BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (convo_id, did)
);

-- The leaves of a group's ratchet tree in the conversation's epoch.
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

-- The GroupInfo of the conversation's epoch, verified when it was received.
-- Every conversation has one.
CREATE TABLE group_infos (
    convo_id     BYTEA PRIMARY KEY REFERENCES conversations,
    epoch        BIGINT NOT NULL,
    -- As received.
    group_info   BYTEA NOT NULL,
    -- The tree in the encoding of the ratchet_tree extension (RFC 9420, section
    -- 12.4.3.3); NULL if the GroupInfo contains it.
    ratchet_tree BYTEA,
    updated_at   TIMESTAMPTZ NOT NULL
);
ALTER TABLE group_infos ALTER COLUMN group_info SET STORAGE EXTERNAL;
ALTER TABLE group_infos ALTER COLUMN ratchet_tree SET STORAGE EXTERNAL;

-- Application messages, commits and proposals, in one order. These rows are
-- also log entries, with the conversation as stream_key and n = 0.
CREATE TABLE messages (
    convo_id    BYTEA NOT NULL,
    seq         BIGINT NOT NULL CHECK (seq > 0),
    message_id  BYTEA NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL CHECK (kind IN ('app', 'commit', 'proposal')),
    -- The epoch in the framing: the epoch in which the message was sent.
    epoch       BIGINT NOT NULL CHECK (epoch >= 0),
    -- The sender of a commit or a proposal. The service does not store the
    -- sender of application messages.
    sender_did  TEXT COLLATE "C" CHECK ((kind = 'app') = (sender_did IS NULL)),
    ciphertext  BYTEA NOT NULL,
    -- ProposalRef of a proposal sent as PublicMessage (RFC 9420, section 5.2).
    proposal_ref BYTEA CHECK (proposal_ref IS NULL OR kind = 'proposal'),
    -- CIDs of the blobs that it refers to, in its order; NULL for none.
    blobs       TEXT[] COLLATE "C" CHECK (blobs <> '{}'),
    created_at  TIMESTAMPTZ NOT NULL,
    gen         BIGINT NOT NULL,
    pos         BIGINT NOT NULL,
    PRIMARY KEY (convo_id, seq)
);
ALTER TABLE messages ALTER COLUMN ciphertext SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX messages_message_id ON messages (convo_id, message_id);
-- Guarantees one commit per epoch, independent of the code.
CREATE UNIQUE INDEX messages_one_commit ON messages (convo_id, epoch) WHERE kind = 'commit';
CREATE INDEX messages_proposals ON messages (convo_id, epoch, seq) WHERE kind = 'proposal';
-- The proposals of one account in an epoch.
CREATE INDEX messages_proposers ON messages (convo_id, sender_did, epoch) WHERE kind = 'proposal';
-- For pages of commits and proposals alone, which would otherwise read all
-- application messages.
CREATE INDEX messages_handshake ON messages (convo_id, seq) WHERE kind <> 'app';
-- The order of the log.
CREATE INDEX messages_log ON messages (gen, pos, convo_id, seq);
-- Messages that are removed by age. Commits are never removed and proposals are
-- found by lapsed_proposals, so the index contains no old entries that every
-- scan would skip.
CREATE INDEX messages_age ON messages (created_at) WHERE kind = 'app';

-- The sequence numbers of messages that retention removed, so that their ids
-- still work as positions. Nothing else of them is kept.
CREATE TABLE removed_messages (
    convo_id BYTEA NOT NULL,
    -- The first 8 bytes of the SHA-256 of its id.
    id_hash  BYTEA NOT NULL,
    seq      BIGINT NOT NULL,
    PRIMARY KEY (convo_id, id_hash)
);

-- Proposals to which the commit of their epoch does not refer, for retention.
-- If the commit is a PrivateMessage, its references are not visible, and the
-- proposals are not listed here.
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
    -- The stream key, within which events are ordered: a conversation by its id,
    -- or for events of one account only the beginning of a SHA-256, which is
    -- shorter than any conversation id: 15 bytes of that of the DID for the
    -- account's own events, 14 of that of a device's id for the device's.
    stream_key       BYTEA NOT NULL,
    -- The newest message of the conversation at that time: the event comes
    -- after it.
    seq        BIGINT NOT NULL,
    -- Rises within a stream_key.
    n          BIGINT NOT NULL CHECK (n > 0),
    kind       TEXT COLLATE "C" NOT NULL CHECK (kind IN ('membership', 'welcome', 'rejoin-requested',
               'convo-damaged', 'key-packages-low', 'read', 'preferences', 'role', 'policy', 'lock')),
    -- The recipients: members whose window contains it, or one account.
    convo_id   BYTEA,
    target_did TEXT COLLATE "C",
    -- The boundary: joined_n or left_n of the membership that it begins or
    -- ends.
    edge       BIGINT,
    -- The content, with the names of the lexicon.
    body       JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (gen, pos, stream_key, seq, n),
    CHECK ((convo_id IS NULL) <> (target_did IS NULL))
);
CREATE INDEX events_by_convo ON events (convo_id, gen, pos, seq, n) WHERE convo_id IS NOT NULL;
CREATE INDEX events_by_target ON events (target_did, gen, pos) WHERE target_did IS NOT NULL;
CREATE INDEX events_target_age ON events (created_at) WHERE target_did IS NOT NULL;

-- The sequence number of the newest message of a conversation in (lo, hi] that
-- is not after a position, lo if there is none. Positions rise with seq, so it
-- is found by few probes of the primary key, the first of them near the end,
-- where it usually is.
CREATE FUNCTION log_told_until(convo BYTEA, lo BIGINT, hi BIGINT, at_gen BIGINT, at_pos BIGINT, at_stream_key BYTEA, at_seq BIGINT)
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
            OR (probe_pos, convo, probe_seq) <= (at_pos, at_stream_key, at_seq) THEN
            lo := mid;
            step := 0;
        ELSE
            hi := probe_seq - 1;
            step := step * 4;
        END IF;
    END LOOP;
    RETURN lo;
END $$;

-- The rows of the log after a position and below the visibility horizon, in
-- order. The planner's statistics end before the new rows, so it underestimates
-- their number and would collect and sort them: with a backlog, all of it for
-- every page. Therefore the settings leave it only the index scan.
CREATE FUNCTION log_messages(in_gen BIGINT, at_pos BIGINT, at_stream_key BYTEA, at_seq BIGINT, max_rows BIGINT) RETURNS SETOF messages
LANGUAGE sql STABLE ROWS 10 SET enable_bitmapscan = off SET enable_seqscan = off SET enable_sort = off AS $$
    SELECT m.* FROM messages m
    WHERE m.gen = in_gen AND (m.pos, m.convo_id, m.seq) > (at_pos, at_stream_key, at_seq) AND m.pos < log_horizon()
    ORDER BY m.pos, m.convo_id, m.seq
    LIMIT max_rows
$$;
CREATE FUNCTION log_events(in_gen BIGINT, at_pos BIGINT, at_stream_key BYTEA, at_seq BIGINT, at_n BIGINT, max_rows BIGINT) RETURNS SETOF events
LANGUAGE sql STABLE ROWS 10 SET enable_bitmapscan = off SET enable_seqscan = off SET enable_sort = off AS $$
    SELECT e.* FROM events e
    WHERE e.gen = in_gen AND (e.pos, e.stream_key, e.seq, e.n) > (at_pos, at_stream_key, at_seq, at_n) AND e.pos < log_horizon()
    ORDER BY e.pos, e.stream_key, e.seq, e.n
    LIMIT max_rows
$$;

-- seq is the sequence number of the commit with which a Welcome came, 0 for
-- that of createConvo.
CREATE TABLE welcomes (
    convo_id     BYTEA NOT NULL REFERENCES conversations,
    seq          BIGINT NOT NULL,
    -- The epoch that it joins.
    epoch        BIGINT NOT NULL,
    welcome      BYTEA NOT NULL,
    ratchet_tree BYTEA,
    created_at   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (convo_id, seq)
);
ALTER TABLE welcomes ALTER COLUMN welcome SET STORAGE EXTERNAL;
ALTER TABLE welcomes ALTER COLUMN ratchet_tree SET STORAGE EXTERNAL;

-- The devices for which a Welcome is. It does not end with its package, nor
-- when it is read, but by a confirmation, a newer Welcome for the same device,
-- or the deletion of the device.
CREATE TABLE welcome_recipients (
    convo_id      BYTEA NOT NULL,
    did           TEXT COLLATE "C" NOT NULL,
    device_id     TEXT COLLATE "C" NOT NULL,
    seq           BIGINT NOT NULL,
    -- KeyPackageRef.
    ref           BYTEA NOT NULL,
    state         TEXT COLLATE "C" NOT NULL DEFAULT 'open'
                  CHECK (state IN ('open', 'confirmed', 'superseded', 'device-deleted')),
    -- Why the device could not join, as it reported.
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
    -- For commit-failed: the epoch, in the framing, of the commit that it
    -- cannot apply.
    epoch        BIGINT,
    requested_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (convo_id, did)
);

-- Members that cannot apply a commit, by the epoch in the commit's framing. The
-- row outlives the request, and excludes the commit from retention as evidence.
CREATE TABLE commit_failures (
    convo_id    BYTEA NOT NULL REFERENCES conversations,
    epoch       BIGINT NOT NULL,
    did         TEXT COLLATE "C" NOT NULL,
    reported_at TIMESTAMPTZ NOT NULL,
    -- The fault as the client reported it; NULL if it did not.
    detail      TEXT COLLATE "C",
    PRIMARY KEY (convo_id, epoch, did)
);

-- An account. Calls that decide about one account lock its row.
CREATE TABLE accounts (
    did        TEXT COLLATE "C" PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL,
    -- The bytes of the account's blobs.
    blob_bytes BIGINT NOT NULL DEFAULT 0 CHECK (blob_bytes >= 0),
    -- As in conversations, for the events of the account.
    gen        BIGINT NOT NULL DEFAULT log_current_generation(),
    last_pos   BIGINT NOT NULL DEFAULT 0,
    last_n     BIGINT NOT NULL DEFAULT 0
);

-- The accounts that an account has blocked.
CREATE TABLE blocks (
    did         TEXT COLLATE "C" NOT NULL REFERENCES accounts,
    blocked_did TEXT COLLATE "C" NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (did, blocked_did)
);
CREATE INDEX blocks_of ON blocks (blocked_did);
-- The blocks of an account in the order of listBlocks.
CREATE INDEX blocks_by_age ON blocks (did, created_at DESC, blocked_did DESC);

-- Reports of accounts to the operator. What they say is the statement of the reporter.
CREATE TABLE reports (
    report_id    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reporter_did TEXT COLLATE "C" NOT NULL,
    reason_type  TEXT COLLATE "C" NOT NULL,
    reason       TEXT,
    convo_id     BYTEA,
    subject_did  TEXT COLLATE "C",
    message_id   BYTEA,
    -- An age file; the service has no key for it.
    evidence     BYTEA,
    created_at   TIMESTAMPTZ NOT NULL,
    resolved_at  TIMESTAMPTZ,
    CHECK (convo_id IS NOT NULL OR subject_did IS NOT NULL)
);
CREATE INDEX reports_by ON reports (reporter_did);
CREATE INDEX reports_about ON reports (subject_did) WHERE subject_did IS NOT NULL;
CREATE INDEX reports_open ON reports (report_id) WHERE resolved_at IS NULL;
CREATE INDEX reports_resolved ON reports (resolved_at) WHERE resolved_at IS NOT NULL;

-- The origin of an account, for limits that the new accounts of one origin
-- share.
CREATE TABLE account_origins (
    did          TEXT COLLATE "C" PRIMARY KEY,
    -- The registrable domain of its PDS or of its did:web, and when it was
    -- confirmed: the PDS said that it has the account, or the did:web was used.
    origin       TEXT COLLATE "C",
    confirmed_at TIMESTAMPTZ,
    -- When the account was found to be no longer new. NULL: not yet.
    settled_at   TIMESTAMPTZ,
    CHECK ((origin IS NULL) = (confirmed_at IS NULL)),
    CHECK (origin IS NOT NULL OR settled_at IS NOT NULL)
);
CREATE INDEX account_origins_settled ON account_origins (origin, confirmed_at) WHERE settled_at IS NOT NULL;
CREATE INDEX account_origins_age ON account_origins (confirmed_at) WHERE settled_at IS NULL;

-- Accounts that are refused: those that the operator suspended, those that are
-- not active at their PDS, and those that are being erased. Accounts that may
-- call have no row.
CREATE TABLE account_states (
    did            TEXT COLLATE "C" PRIMARY KEY,
    suspended_at   TIMESTAMPTZ,
    -- The status of which the PDS or a relay told, and when this service read it.
    host_status    TEXT COLLATE "C" CHECK (host_status IN ('deactivated', 'suspended', 'takendown', 'deleted')),
    host_status_at TIMESTAMPTZ,
    -- When the next step of the erasure is due. NULL: it is not to be erased.
    erase_at       TIMESTAMPTZ,
    -- The first step is done: the account has left its conversations.
    erasing        BOOLEAN NOT NULL DEFAULT FALSE CHECK (NOT erasing OR erase_at IS NOT NULL),
    -- The version of account_states_version at the row's last change.
    version        BIGINT NOT NULL,
    CHECK ((host_status IS NULL) = (host_status_at IS NULL)),
    CHECK (suspended_at IS NOT NULL OR host_status IS NOT NULL OR erase_at IS NOT NULL)
);
CREATE INDEX account_states_versions ON account_states (version);
CREATE INDEX account_states_erase ON account_states (erase_at) WHERE erase_at IS NOT NULL;

-- One row, which every change of account_states locks and raises by one, so that
-- versions are committed in their order, and a version without a row shows that
-- a row was removed.
CREATE TABLE account_states_version (
    only_row BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (only_row),
    version  BIGINT NOT NULL
);
INSERT INTO account_states_version (version) VALUES (0);

-- How far the events of a relay or PDS were read, and which instance reads them.
CREATE TABLE relay_cursors (
    relay      TEXT COLLATE "C" PRIMARY KEY,
    -- The sequence number of the last event that was handled; -1 before the first.
    seq        BIGINT NOT NULL DEFAULT -1,
    -- The instance that reads, until its lease ends.
    holder     UUID,
    held_until TIMESTAMPTZ,
    CHECK ((holder IS NULL) = (held_until IS NULL))
);

-- What operators did with mlsd admin, and what was done to accounts because of
-- events of the relay.
CREATE TABLE admin_audit (
    id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    -- The name of the operating system's user, or "mlsd serve".
    actor   TEXT COLLATE "C" NOT NULL,
    action  TEXT COLLATE "C" NOT NULL,
    -- A keyed hash of the account or the conversation, so that the table names
    -- neither. NULL for commands about none.
    subject BYTEA
);
CREATE INDEX admin_audit_subject ON admin_audit (subject, id) WHERE subject IS NOT NULL;

-- A device is a leaf signature key. Deleted devices keep their row, so that
-- they stay deleted.
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
    -- As published.
    key_package  BYTEA NOT NULL,
    last_resort  BOOLEAN NOT NULL,
    -- When a last-resort package was last given out.
    last_resort_used_at TIMESTAMPTZ,
    created_at   TIMESTAMPTZ NOT NULL,
    expires_at   TIMESTAMPTZ NOT NULL,
    -- The lease: its holder, the conversation ('' for none), and its end. It
    -- ends by the clock. Holder and conversation are cleared after that, and
    -- when the package is spent. The end stays while the package is unspent, to
    -- distinguish packages that were leased before from those that nobody has
    -- received.
    lease_holder  TEXT COLLATE "C",
    lease_convo   BYTEA,
    lease_ends_at TIMESTAMPTZ,
    -- When a Welcome of an accepted commit named it.
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
-- In the order in which claims take them: first those never leased, then those
-- whose lease ended first; among equals, the first to expire.
CREATE INDEX key_packages_available ON key_packages
    (did, device_id, cipher_suite, lease_ends_at NULLS FIRST, expires_at) WHERE spent_at IS NULL AND NOT last_resort;
CREATE INDEX key_packages_last_resort ON key_packages (did, device_id, cipher_suite, expires_at) WHERE last_resort;
CREATE INDEX key_packages_leases ON key_packages (lease_holder, did, lease_ends_at)
    WHERE lease_holder IS NOT NULL AND spent_at IS NULL;
-- For cleaning only: the condition keeps queries for one holder from using it.
CREATE INDEX key_packages_lease_ends ON key_packages (lease_ends_at) WHERE lease_holder <> '';
CREATE INDEX key_packages_spent ON key_packages (did, device_id, cipher_suite, spent_at) WHERE spent_at IS NOT NULL;
CREATE INDEX key_packages_unspent_age ON key_packages (expires_at) WHERE spent_at IS NULL;
CREATE INDEX key_packages_spent_age ON key_packages (expires_at) WHERE spent_at IS NOT NULL;

-- The signing keys of known accounts as their directories returned them, for
-- outages of a directory. A row is written when the key has changed or after an
-- hour, and removed a day after that.
CREATE TABLE account_keys (
    did        TEXT COLLATE "C" PRIMARY KEY,
    -- A Multikey in base58. Empty if the directory said that there is no key.
    public_key TEXT COLLATE "C" NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX account_keys_age ON account_keys (fetched_at);

-- When packages of a device were given to other accounts, for the limits on
-- that. Claims lock the rows of their limits, in the order of the key.
CREATE TABLE package_claims (
    did          TEXT COLLATE "C" NOT NULL,
    device_id    TEXT COLLATE "C" NOT NULL,
    -- 0 in the rows of requesters, whose limit is per device.
    cipher_suite BIGINT NOT NULL,
    -- A keyed hash of requester and did, so that a copy of the database does
    -- not reveal who asked for whom. Empty for all requesters together that
    -- share no accepted conversation with did.
    requester    BYTEA NOT NULL,
    claimed_at   TIMESTAMPTZ[] NOT NULL,
    -- When the last of these no longer counts.
    ends_at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (did, device_id, cipher_suite, requester)
);
CREATE INDEX package_claims_ends ON package_claims (ends_at);

-- Encrypted attachments, by owner. The bytes are the object object_key in the
-- blob storage; a row is written when its object is complete.
CREATE TABLE blobs (
    did         TEXT COLLATE "C" NOT NULL,
    -- CIDv1, raw, SHA-256, in base32.
    cid         TEXT COLLATE "C" NOT NULL,
    object_key  TEXT COLLATE "C" NOT NULL,
    size        BIGINT NOT NULL CHECK (size >= 0),
    mime_type   TEXT NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    -- A message refers to it. A blob that is not attached is collected after an
    -- hour.
    attached    BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (did, cid)
);
CREATE INDEX blobs_unattached ON blobs (created_at) WHERE NOT attached;
-- For backups: all attachments in order, and those that are new.
CREATE UNIQUE INDEX blobs_by_object ON blobs (object_key);
CREATE INDEX blobs_by_age ON blobs (created_at, object_key);

-- Orphan objects: objects in the blob storage that belong to no blob, because
-- they are being written or must be deleted. An object is listed here before it
-- exists and until it is deleted, so that none is lost in a crash.
CREATE TABLE orphan_objects (
    object_key TEXT COLLATE "C" PRIMARY KEY,
    since      TIMESTAMPTZ NOT NULL,
    -- Marked for deletion: no upload may claim it any more.
    marked     BOOLEAN NOT NULL,
    -- For an upload: the account, and how many bytes of its quota are reserved.
    did        TEXT COLLATE "C",
    reserved   BIGINT,
    CHECK ((did IS NULL) = (reserved IS NULL))
);
CREATE INDEX orphan_objects_since ON orphan_objects (since);
CREATE INDEX orphan_objects_uploads ON orphan_objects (did) WHERE did IS NOT NULL;

-- The messages that refer to a blob, which determine who may read it.
CREATE TABLE message_blobs (
    convo_id  BYTEA NOT NULL,
    seq       BIGINT NOT NULL,
    cid       TEXT COLLATE "C" NOT NULL,
    owner_did TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (convo_id, seq, cid),
    FOREIGN KEY (convo_id, seq) REFERENCES messages
);
CREATE INDEX message_blobs_by_cid ON message_blobs (convo_id, cid);
-- Whether any message still refers to a blob.
CREATE INDEX message_blobs_by_owner ON message_blobs (owner_did, cid);

-- Idempotency records: the first answer to a call, which is returned again.
-- record_id is a hash of caller, method and key, so that no row links an
-- account to an application message.
CREATE TABLE idempotency_records (
    record_id    BYTEA PRIMARY KEY,
    content_hash BYTEA NOT NULL,
    answer       BYTEA NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX idempotency_records_age ON idempotency_records (created_at);

-- Single-use tickets for streams, by their SHA-256.
CREATE TABLE tickets (
    ticket_hash BYTEA PRIMARY KEY,
    did         TEXT COLLATE "C" NOT NULL,
    -- The only conversation for which it is valid.
    convo_id    BYTEA,
    expires_at  TIMESTAMPTZ NOT NULL
);
CREATE INDEX tickets_expiry ON tickets (expires_at);

-- One row, which the health checks of all instances write.
CREATE TABLE health_writes (
    only_row   BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (only_row),
    written_at TIMESTAMPTZ NOT NULL
);
INSERT INTO health_writes (written_at) VALUES (now());

-- What a server process waits for while it runs a statement, '' if for nothing.
-- NULL if it runs none.
CREATE FUNCTION health_wait(pid INT) RETURNS TEXT LANGUAGE sql VOLATILE AS
    $$SELECT coalesce(a.wait_event, '') FROM pg_stat_activity a WHERE a.pid = $1 AND a.state = 'active'$$;
