-- The schema of the delivery service. Keys of conversation data lead with
-- convo_id and keys of account data with did, so that either can be sharded.
-- Numbers are BIGINT, times TIMESTAMPTZ, ids compare by byte (COLLATE "C").
-- What is already compressed or encrypted is STORAGE EXTERNAL: trying to
-- compress it only costs time.

-- +goose Up

CREATE TABLE conversations (
    -- The MLS group id in lower-case hexadecimal.
    convo_id        TEXT COLLATE "C" PRIMARY KEY,
    creator_did     TEXT COLLATE "C" NOT NULL,
    cipher_suite    BIGINT NOT NULL,
    epoch           BIGINT NOT NULL CHECK (epoch >= 0),
    -- Nothing has stated the epoch yet: createConvo came without GroupInfo and
    -- without currentEpoch. The creator's next object settles it.
    epoch_assumed   BOOLEAN NOT NULL,
    -- The number of the newest stored message: never goes back, no gaps.
    last_seq        BIGINT NOT NULL DEFAULT 0 CHECK (last_seq >= 0),
    -- Rises in the same row update as every change of membership. A statement
    -- that read the members before it waited for this row sees by it that what
    -- it read is old.
    roster_version  BIGINT NOT NULL DEFAULT 0,
    roster          TEXT COLLATE "C" NOT NULL CHECK (roster IN ('verified', 'claimed')),
    name            TEXT,
    description     TEXT,
    created_at      TIMESTAMPTZ NOT NULL,
    -- When the newest application message arrived.
    last_message_at TIMESTAMPTZ,
    -- When anything happened last: the order of getConvos.
    last_activity_at TIMESTAMPTZ NOT NULL,
    -- The last member has left.
    closed_at       TIMESTAMPTZ
) WITH (fillfactor = 50); -- room for HOT updates; hence no index on what changes

-- A membership is a window of numbers: a member sees joined_seq < seq <= left_seq.
-- Who comes back gets a new row.
CREATE TABLE memberships (
    convo_id    TEXT COLLATE "C" NOT NULL REFERENCES conversations,
    did         TEXT COLLATE "C" NOT NULL,
    joined_seq  BIGINT NOT NULL,
    joined_at   TIMESTAMPTZ NOT NULL,
    left_seq    BIGINT CHECK (left_seq >= joined_seq),
    left_at     TIMESTAMPTZ,
    -- Left without a commit: the leaf still awaits the commit that removes it.
    pending_removal BOOLEAN NOT NULL DEFAULT FALSE CHECK (NOT pending_removal OR left_seq IS NOT NULL),
    PRIMARY KEY (convo_id, did, joined_seq),
    CHECK ((left_seq IS NULL) = (left_at IS NULL))
);
CREATE UNIQUE INDEX memberships_one_active ON memberships (convo_id, did) WHERE left_seq IS NULL;
CREATE INDEX memberships_by_did ON memberships (did, convo_id);

-- Read positions outlive a membership's window.
CREATE TABLE read_positions (
    convo_id    TEXT COLLATE "C" NOT NULL REFERENCES conversations,
    did         TEXT COLLATE "C" NOT NULL,
    seq         BIGINT NOT NULL CHECK (seq >= 0),
    updated_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (convo_id, did)
);

-- The devices of a group as far as the service knows them. Of a verified roster
-- they are the leaves of its tree. A claimed one has them from the packages that
-- Welcomes named and from external commits, without what only a tree tells.
CREATE TABLE leaves (
    convo_id      TEXT COLLATE "C" NOT NULL REFERENCES conversations,
    did           TEXT COLLATE "C" NOT NULL,
    device_id     TEXT COLLATE "C" NOT NULL,
    leaf_index    BIGINT CHECK (leaf_index >= 0),
    signature_key BYTEA,
    -- Encoded as in the leaf node (RFC 9420, section 5.3).
    credential    BYTEA,
    PRIMARY KEY (convo_id, did, device_id),
    CHECK ((leaf_index IS NULL) = (signature_key IS NULL) AND (leaf_index IS NULL) = (credential IS NULL))
);
CREATE INDEX leaves_by_device ON leaves (did, device_id);

-- The group as an outsider knows it in the conversation's epoch. There is a row
-- where the roster is verified, and none where it is claimed.
CREATE TABLE group_states (
    convo_id      TEXT COLLATE "C" PRIMARY KEY REFERENCES conversations,
    epoch         BIGINT NOT NULL,
    -- As the extension ratchet_tree holds it (RFC 9420, section 12.4.3.3).
    tree          BYTEA NOT NULL,
    group_context BYTEA NOT NULL,
    -- The interim transcript hash (RFC 9420, section 8.2).
    interim       BYTEA NOT NULL
);
ALTER TABLE group_states ALTER COLUMN tree SET STORAGE EXTERNAL;

-- What members state of a group whose roster is claimed: two that state the same
-- of one epoch settle it.
CREATE TABLE roster_claims (
    convo_id   TEXT COLLATE "C" NOT NULL REFERENCES conversations,
    did        TEXT COLLATE "C" NOT NULL,
    epoch      BIGINT NOT NULL,
    -- Hash of group context and interim transcript hash.
    state_hash BYTEA NOT NULL,
    PRIMARY KEY (convo_id, did)
);

-- Application messages, commits and proposals, in one order.
CREATE TABLE messages (
    convo_id    TEXT COLLATE "C" NOT NULL,
    seq         BIGINT NOT NULL CHECK (seq > 0),
    message_id  TEXT COLLATE "C" NOT NULL,
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
    PRIMARY KEY (convo_id, seq)
);
ALTER TABLE messages ALTER COLUMN ciphertext SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX messages_message_id ON messages (convo_id, message_id);
-- One commit an epoch, whatever the code above does.
CREATE UNIQUE INDEX messages_one_commit ON messages (convo_id, epoch) WHERE kind = 'commit';
CREATE INDEX messages_proposals ON messages (convo_id, epoch, seq) WHERE kind = 'proposal';
-- Pages of commits and proposals alone do not read past all that was said.
CREATE INDEX messages_handshake ON messages (convo_id, seq) WHERE kind <> 'app';

CREATE TABLE group_infos (
    convo_id     TEXT COLLATE "C" PRIMARY KEY REFERENCES conversations,
    epoch        BIGINT NOT NULL,
    group_info   BYTEA NOT NULL,
    ratchet_tree BYTEA,
    updated_at   TIMESTAMPTZ NOT NULL
);
ALTER TABLE group_infos ALTER COLUMN group_info SET STORAGE EXTERNAL;
ALTER TABLE group_infos ALTER COLUMN ratchet_tree SET STORAGE EXTERNAL;

-- seq is the number of the commit a Welcome came with, 0 for createConvo's.
CREATE TABLE welcomes (
    convo_id     TEXT COLLATE "C" NOT NULL REFERENCES conversations,
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
    convo_id      TEXT COLLATE "C" NOT NULL,
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

-- A member that asks to be added again.
CREATE TABLE rejoin_requests (
    convo_id     TEXT COLLATE "C" NOT NULL REFERENCES conversations,
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
    convo_id    TEXT COLLATE "C" NOT NULL REFERENCES conversations,
    epoch       BIGINT NOT NULL,
    did         TEXT COLLATE "C" NOT NULL,
    reported_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (convo_id, epoch, did)
);

-- An account. Its row is what calls that decide about one account lock.
CREATE TABLE accounts (
    did        TEXT COLLATE "C" PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL,
    -- Bytes of the account's blobs.
    blob_bytes BIGINT NOT NULL DEFAULT 0 CHECK (blob_bytes >= 0)
);

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
    -- It ends by the clock; the holder stays until another one takes it.
    lease_holder  TEXT COLLATE "C",
    lease_convo   TEXT COLLATE "C",
    lease_ends_at TIMESTAMPTZ,
    -- When an accepted commit's Welcome named it.
    spent_at     TIMESTAMPTZ,
    PRIMARY KEY (did, ref),
    FOREIGN KEY (did, device_id) REFERENCES devices,
    CHECK ((lease_holder IS NULL) = (lease_ends_at IS NULL)),
    CHECK ((lease_holder IS NULL) = (lease_convo IS NULL)),
    CHECK (NOT last_resort OR (lease_holder IS NULL AND spent_at IS NULL))
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
CREATE INDEX key_packages_unspent_age ON key_packages (expires_at) WHERE spent_at IS NULL;
CREATE INDEX key_packages_spent_age ON key_packages (expires_at) WHERE spent_at IS NOT NULL;

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
    doomed     BOOLEAN NOT NULL
);
CREATE INDEX loose_objects_since ON loose_objects (since);

-- Which messages name a blob: who may read it.
CREATE TABLE message_blobs (
    convo_id  TEXT COLLATE "C" NOT NULL,
    seq       BIGINT NOT NULL,
    cid       TEXT COLLATE "C" NOT NULL,
    owner_did TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (convo_id, seq, cid),
    FOREIGN KEY (convo_id, seq) REFERENCES messages
);
CREATE INDEX message_blobs_by_cid ON message_blobs (convo_id, cid);

-- First answers, to be given again. The record's id is a hash of caller, method
-- and key, so that no row ties an account to an application message.
CREATE TABLE idempotency_records (
    record_id    BYTEA PRIMARY KEY,
    content_hash BYTEA NOT NULL,
    answer       BYTEA NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX idempotency_records_age ON idempotency_records (created_at);

-- +goose Down

DROP TABLE idempotency_records, message_blobs, loose_objects, blobs, key_packages, devices, accounts, commit_failures, rejoin_requests,
    welcome_recipients, welcomes, group_infos, messages, roster_claims, group_states, leaves, read_positions, memberships, conversations;
