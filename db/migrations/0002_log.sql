-- The log: what streams and sync tell from. Every durable event is a row that
-- is written in the transaction of what it reports, at a position
-- (gen, pos, lane, seq, n). Positions order the events of one conversation as
-- its row was locked, and no row can appear below the oldest transaction that
-- still runs: pos is the writing transaction's id, or a later one's.
--
-- Servers of the version before work on this schema. What they leave out is
-- filled in by the triggers, which fire for nothing else.

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
    floor_lane        TEXT COLLATE "C" NOT NULL DEFAULT '',
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

-- last_pos never goes back in a generation, and is never below the transaction
-- that set it. A transaction has its id before it wins the row: ids alone would
-- contradict the order of seq. last_n counts events that are not messages.
ALTER TABLE conversations
    ADD COLUMN gen      BIGINT NOT NULL DEFAULT 1,
    ADD COLUMN last_pos BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN last_n   BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ALTER COLUMN gen SET DEFAULT log_current_generation();
ALTER TABLE accounts
    ADD COLUMN gen      BIGINT NOT NULL DEFAULT 1,
    ADD COLUMN last_pos BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN last_n   BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ALTER COLUMN gen SET DEFAULT log_current_generation();

-- Messages are their own log, with the conversation as lane and n = 0. What was
-- stored before has generation 0: it is history.
ALTER TABLE messages
    ADD COLUMN gen BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN pos BIGINT NOT NULL DEFAULT 0;
ALTER TABLE messages ALTER COLUMN gen DROP DEFAULT, ALTER COLUMN pos DROP DEFAULT;

-- A window as events see it: joined_n < n <= left_n; and where the log told of
-- its beginning and end.
ALTER TABLE memberships
    ADD COLUMN joined_n   BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN joined_gen BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN joined_pos BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN left_n     BIGINT,
    ADD COLUMN left_gen   BIGINT,
    ADD COLUMN left_pos   BIGINT;
ALTER TABLE memberships ALTER COLUMN joined_n DROP DEFAULT;

-- Events that are not messages.
CREATE TABLE events (
    gen        BIGINT NOT NULL,
    pos        BIGINT NOT NULL,
    -- What the event is in order with: a conversation, or for what concerns one
    -- account alone a name with a colon, which no conversation id has.
    lane       TEXT COLLATE "C" NOT NULL,
    -- The newest message of the conversation then: the event is after it.
    seq        BIGINT NOT NULL,
    -- Rises within a lane.
    n          BIGINT NOT NULL CHECK (n > 0),
    kind       TEXT COLLATE "C" NOT NULL CHECK (kind IN ('membership', 'welcome', 'group-info-requested',
               'rejoin-requested', 'convo-damaged', 'key-packages-low', 'read')),
    -- For whom: members whose window has it, or one account.
    convo_id   TEXT COLLATE "C",
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
CREATE FUNCTION log_told_until(convo TEXT, lo BIGINT, hi BIGINT, at_gen BIGINT, at_pos BIGINT, at_lane TEXT, at_seq BIGINT)
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
            OR (probe_pos, convo COLLATE "C", probe_seq) <= (at_pos, at_lane COLLATE "C", at_seq) THEN
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
CREATE FUNCTION log_messages(in_gen BIGINT, at_pos BIGINT, at_lane TEXT, at_seq BIGINT, max_rows BIGINT) RETURNS SETOF messages
LANGUAGE sql STABLE ROWS 10 SET enable_bitmapscan = off SET enable_seqscan = off SET enable_sort = off AS $$
    SELECT m.* FROM messages m
    WHERE m.gen = in_gen AND (m.pos, m.convo_id, m.seq) > (at_pos, at_lane COLLATE "C", at_seq) AND m.pos < log_horizon()
    ORDER BY m.pos, m.convo_id, m.seq
    LIMIT max_rows
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION log_events(in_gen BIGINT, at_pos BIGINT, at_lane TEXT, at_seq BIGINT, at_n BIGINT, max_rows BIGINT) RETURNS SETOF events
LANGUAGE sql STABLE ROWS 10 SET enable_bitmapscan = off SET enable_seqscan = off SET enable_sort = off AS $$
    SELECT e.* FROM events e
    WHERE e.gen = in_gen AND (e.pos, e.lane, e.seq, e.n) > (at_pos, at_lane COLLATE "C", at_seq, at_n) AND e.pos < log_horizon()
    ORDER BY e.pos, e.lane, e.seq, e.n
    LIMIT max_rows
$$;
-- +goose StatementEnd

-- Where a message was that retention removed: its id still works as a position.
-- Of the message nothing is kept but this.
CREATE TABLE removed_messages (
    convo_id TEXT COLLATE "C" NOT NULL,
    -- The first 8 bytes of the SHA-256 of its id.
    id_hash  BYTEA NOT NULL,
    seq      BIGINT NOT NULL,
    PRIMARY KEY (convo_id, id_hash)
);

-- Proposals that the commit of their epoch left out, for retention. Where nobody
-- outside can see what a commit names, its proposals are not here.
CREATE TABLE lapsed_proposals (
    convo_id  TEXT COLLATE "C" NOT NULL REFERENCES conversations,
    seq       BIGINT NOT NULL,
    -- When that commit was accepted.
    lapsed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (convo_id, seq)
);
CREATE INDEX lapsed_proposals_age ON lapsed_proposals (lapsed_at);

-- Single use tickets for streams, by their SHA-256.
CREATE TABLE tickets (
    ticket_hash BYTEA PRIMARY KEY,
    did         TEXT COLLATE "C" NOT NULL,
    -- The only conversation it is good for.
    convo_id    TEXT COLLATE "C",
    expires_at  TIMESTAMPTZ NOT NULL
);
CREATE INDEX tickets_expiry ON tickets (expires_at);

-- +goose StatementBegin
-- For a message that comes without position.
CREATE FUNCTION log_place_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE conversations SET last_pos = greatest(last_pos, log_own_xid())
    WHERE convo_id = NEW.convo_id
    RETURNING gen, last_pos INTO NEW.gen, NEW.pos;
    IF NOT FOUND THEN
        SELECT 0, 0 INTO NEW.gen, NEW.pos;
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER messages_place BEFORE INSERT ON messages
    FOR EACH ROW WHEN (NEW.pos IS NULL) EXECUTE FUNCTION log_place_message();

-- +goose StatementBegin
-- For a membership that begins or ends without position: it is told of here.
CREATE FUNCTION log_place_membership() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    c conversations%ROWTYPE;
    action TEXT := 'joined';
BEGIN
    UPDATE conversations SET last_pos = greatest(last_pos, log_own_xid()), last_n = last_n + 1
    WHERE convo_id = NEW.convo_id
    RETURNING * INTO c;
    IF NOT FOUND THEN -- the foreign key will say so
        NEW.joined_n := 0;
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        NEW.joined_n := c.last_n - 1;
        NEW.joined_gen := c.gen;
        NEW.joined_pos := c.last_pos;
    ELSE
        action := CASE WHEN NEW.pending_removal OR c.closed_at IS NOT NULL THEN 'left' ELSE 'removed' END;
        NEW.left_n := c.last_n;
        NEW.left_gen := c.gen;
        NEW.left_pos := c.last_pos;
    END IF;
    INSERT INTO events (gen, pos, lane, seq, n, kind, convo_id, edge, body, created_at)
    VALUES (c.gen, c.last_pos, c.convo_id, c.last_seq, c.last_n, 'membership', c.convo_id,
        CASE WHEN TG_OP = 'INSERT' THEN NEW.joined_n ELSE NEW.left_n END,
        jsonb_build_object('did', NEW.did, 'action', action, 'epoch', c.epoch), now());
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER memberships_place_start BEFORE INSERT ON memberships
    FOR EACH ROW WHEN (NEW.joined_n IS NULL) EXECUTE FUNCTION log_place_membership();
CREATE TRIGGER memberships_place_end BEFORE UPDATE OF left_seq ON memberships
    FOR EACH ROW WHEN (OLD.left_seq IS NULL AND NEW.left_seq IS NOT NULL AND NEW.left_n IS NULL)
    EXECUTE FUNCTION log_place_membership();

-- +goose Down

DROP TRIGGER memberships_place_end ON memberships;
DROP TRIGGER memberships_place_start ON memberships;
DROP TRIGGER messages_place ON messages;
DROP FUNCTION log_place_membership, log_place_message;
DROP FUNCTION log_messages, log_events;
DROP TABLE tickets, events, removed_messages, lapsed_proposals;
ALTER TABLE memberships DROP COLUMN joined_n, DROP COLUMN joined_gen, DROP COLUMN joined_pos,
    DROP COLUMN left_n, DROP COLUMN left_gen, DROP COLUMN left_pos;
ALTER TABLE messages DROP COLUMN gen, DROP COLUMN pos;
ALTER TABLE accounts DROP COLUMN gen, DROP COLUMN last_pos, DROP COLUMN last_n;
ALTER TABLE conversations DROP COLUMN gen, DROP COLUMN last_pos, DROP COLUMN last_n;
DROP FUNCTION log_told_until, log_timeline, log_database_oid, log_system_identifier, log_next_xid, log_horizon, log_own_xid, log_current_generation;
DROP TABLE log_generation;
