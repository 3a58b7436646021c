-- name: LogEvents :one
-- Writes events of a conversation, in their order, after its newest message. An
-- event with a target is for that account only, otherwise for members whose
-- window contains it. edge (the boundary of a window) is relative to base; -1
-- means none.
WITH placed AS (
    UPDATE conversations c
    SET last_pos = greatest(c.last_pos, log_own_xid()),
        last_n = c.last_n + cardinality(sqlc.arg(kinds)::text[])
    WHERE c.convo_id = sqlc.arg(convo_id)
    RETURNING c.gen, c.last_pos, c.last_seq, (c.last_n - cardinality(sqlc.arg(kinds)::text[]))::bigint AS base
), told AS (
    INSERT INTO events (gen, pos, stream_key, seq, n, kind, convo_id, target_did, edge, body, created_at)
    SELECT p.gen, p.last_pos, sqlc.arg(convo_id), p.last_seq, p.base + e.i, e.kind,
        CASE WHEN e.target = '' THEN sqlc.arg(convo_id) END, nullif(e.target, ''),
        CASE WHEN e.edge >= 0 THEN p.base + e.edge END,
        e.body::jsonb, sqlc.arg(at)::timestamptz
    FROM placed p CROSS JOIN (
        -- Taken apart once: an element of a text array is found by walking over those before it.
        SELECT generate_series(1, cardinality(sqlc.arg(kinds)::text[])) AS i, unnest(sqlc.arg(kinds)::text[]) AS kind,
            unnest(sqlc.arg(targets)::text[]) AS target, unnest(sqlc.arg(edges)::bigint[]) AS edge, unnest(sqlc.arg(bodies)::text[]) AS body
        OFFSET 0
    ) e
)
SELECT placed.gen, placed.last_pos, placed.last_seq, placed.base FROM placed;

-- name: LogKeyPackagesLow :execrows
-- Writes an event for each device and suite with fewer than low packages left
-- to lease. These events need no order, so no row is updated to position them.
-- More than low packages are not counted.
WITH named AS (
    SELECT unnest(sqlc.arg(dids)::text[]) AS did, unnest(sqlc.arg(device_ids)::text[]) AS device_id,
        unnest(sqlc.arg(cipher_suites)::bigint[]) AS cipher_suite, unnest(sqlc.arg(suite_names)::text[]) AS suite_name
), counted AS (
    SELECT w.did, w.device_id, w.suite_name, (
        SELECT count(*) FROM (
            SELECT FROM key_packages k
            WHERE k.did = w.did AND k.device_id = w.device_id AND k.cipher_suite = w.cipher_suite
              AND k.spent_at IS NULL AND NOT k.last_resort AND k.expires_at > sqlc.arg(horizon)::timestamptz
              AND (k.lease_ends_at IS NULL OR k.lease_ends_at <= sqlc.arg(now)::timestamptz)
            LIMIT sqlc.arg(low)::bigint
        ) few
    ) AS available
    FROM named w
)
INSERT INTO events (gen, pos, stream_key, seq, n, kind, target_did, body, created_at)
SELECT log_current_generation(), log_own_xid(), substr(sha256(convert_to(c.device_id, 'UTF8')), 1, 14), 0, 1 + row_number() OVER (ORDER BY c.did, c.device_id),
    'key-packages-low', c.did,
    jsonb_build_object('deviceId', c.device_id, 'cipherSuite', c.suite_name, 'available', c.available), sqlc.arg(now)::timestamptz
FROM counted c
WHERE c.available < sqlc.arg(low)::bigint;

-- name: ConvosWithLeaf :many
-- The conversations in which a device has a leaf, in the order in which they
-- are locked.
SELECT DISTINCT convo_id FROM leaves WHERE did = sqlc.arg(did) AND device_id = sqlc.arg(device_id) ORDER BY convo_id;

-- name: LockConvos :many
SELECT convo_id, epoch FROM conversations
WHERE convo_id = ANY(sqlc.arg(convo_ids)::bytea[])
ORDER BY convo_id
FOR NO KEY UPDATE;

-- name: ReadLog :many
-- The rows of the log after a position and below the visibility horizon, in
-- order, at most 1000. There is at least one row, with the generation and the
-- horizon; its kind is empty if there is no row of the log. Ciphertexts larger
-- than inline are left out: ReplayMessages reads them. Adding up the sizes here,
-- to end a page at a budget, would cost as much as the rest.
-- behind: further rows are above the horizon.
-- It runs on a connection with the settings of pgplan.Reader. The planner's
-- statistics end before the new rows, so it underestimates their number and would
-- collect and sort them: with a backlog, all of it for every page. The settings
-- leave it only the index scan, by a plan that is made once.
WITH place AS (
    SELECT g.gen, g.low_water_pos, g.low_water_stream_key, g.low_water_seq, g.low_water_n, log_horizon() AS horizon,
        (EXISTS (SELECT 1 FROM messages b WHERE b.gen = sqlc.arg(gen)::bigint AND b.pos >= log_horizon())
        OR EXISTS (SELECT 1 FROM events b WHERE b.gen = sqlc.arg(gen)::bigint AND b.pos >= log_horizon())) AS behind
    FROM log_generation g
), entries AS (
    (
        SELECT m.pos, m.convo_id AS stream_key, m.seq, 0::bigint AS n, m.kind, m.message_id, m.epoch, m.sender_did,
            (CASE WHEN octet_length(m.ciphertext) <= sqlc.arg(inline)::bigint THEN m.ciphertext END)::bytea AS ciphertext, octet_length(m.ciphertext)::bigint AS size,
            m.blobs, m.created_at, NULL::bytea AS convo_id, NULL::text AS target_did, NULL::bigint AS edge, NULL::jsonb AS body
        FROM messages m
        WHERE m.gen = sqlc.arg(gen)::bigint AND m.pos < log_horizon()
            AND (m.pos, m.convo_id, m.seq) > (sqlc.arg(pos)::bigint, sqlc.arg(stream_key)::bytea, sqlc.arg(seq)::bigint)
        ORDER BY m.pos, m.convo_id, m.seq
        LIMIT 1000
    ) UNION ALL (
        SELECT e.pos, e.stream_key, e.seq, e.n, e.kind, NULL, 0, NULL, NULL, 0, NULL, e.created_at, e.convo_id, e.target_did, e.edge, e.body
        FROM events e
        WHERE e.gen = sqlc.arg(gen)::bigint AND e.pos < log_horizon()
            AND (e.pos, e.stream_key, e.seq, e.n) > (sqlc.arg(pos)::bigint, sqlc.arg(stream_key)::bytea, sqlc.arg(seq)::bigint, sqlc.arg(n)::bigint)
        ORDER BY e.pos, e.stream_key, e.seq, e.n
        LIMIT 1000
    )
    ORDER BY pos, stream_key, seq, n
    LIMIT 1000
)
SELECT p.gen, p.low_water_pos, p.low_water_stream_key, p.low_water_seq, p.low_water_n, p.horizon, p.behind::boolean AS behind,
    coalesce(s.pos, 0)::bigint AS pos, coalesce(s.stream_key, '')::bytea AS stream_key, coalesce(s.seq, 0)::bigint AS seq,
    coalesce(s.n, 0)::bigint AS n, coalesce(s.kind, '')::text AS kind, s.message_id,
    coalesce(s.epoch, 0)::bigint AS epoch, coalesce(s.sender_did, '')::text AS sender_did, s.ciphertext, coalesce(s.size, 0)::bigint AS size, s.blobs,
    coalesce(s.created_at, 'epoch')::timestamptz AS created_at, s.convo_id,
    coalesce(s.target_did, '')::text AS target_did, coalesce(s.edge, -1)::bigint AS edge, s.body
FROM place p
LEFT JOIN entries s ON TRUE
ORDER BY s.pos, s.stream_key, s.seq, s.n;

-- name: GetGeneration :one
-- The stored generation, and the identity of the database of this connection.
-- max_pos is the newest position. It is below next_xid unless the database was
-- restored to an earlier state.
SELECT g.gen, g.system_identifier, g.database_oid, g.timeline,
    log_system_identifier() AS here_system, log_database_oid() AS here_database, log_timeline() AS here_timeline,
    log_next_xid() AS next_xid,
    greatest(
        coalesce((SELECT m.pos FROM messages m WHERE m.gen = g.gen ORDER BY m.pos DESC LIMIT 1), 0),
        coalesce((SELECT e.pos FROM events e WHERE e.gen = g.gen ORDER BY e.pos DESC LIMIT 1), 0),
        g.low_water_pos
    )::bigint AS max_pos
FROM log_generation g;

-- name: PlaceGeneration :execrows
-- Records the identity of the database to which the generation belongs, once.
UPDATE log_generation
SET system_identifier = sqlc.arg(system_identifier), database_oid = sqlc.arg(database_oid), timeline = sqlc.arg(timeline)
WHERE system_identifier IS NULL;

-- name: LockLog :exec
-- Waits for every transaction that writes to the log, and blocks new ones.
LOCK TABLE conversations, accounts, messages, events IN SHARE ROW EXCLUSIVE MODE;

-- name: BeginGeneration :execrows
-- No row: another instance has begun the generation meanwhile.
UPDATE log_generation
SET gen = gen + 1, secret = gen_random_uuid(), system_identifier = sqlc.arg(system_identifier)::bigint,
    database_oid = sqlc.arg(database_oid)::bigint, timeline = sqlc.arg(timeline)::bigint, low_water_pos = 0, low_water_stream_key = '', low_water_seq = 0, low_water_n = 0,
    began_at = now()
WHERE gen = sqlc.arg(gen)::bigint;

-- name: BeginGenerationOfConvos :exec
-- The sequence numbers after the restored ones may have been delivered before
-- the restore, so they are skipped.
UPDATE conversations SET gen = log_current_generation(), last_pos = 0, last_seq = last_seq + sqlc.arg(skip)::bigint;

-- name: BeginGenerationOfAccounts :exec
UPDATE accounts SET gen = log_current_generation(), last_pos = 0;

-- name: ReadPlace :one
-- The generation, and the last row of its log below the visibility horizon,
-- even if retention has removed it. behind: further rows are above the horizon.
SELECT g.gen, g.secret, g.low_water_pos, g.low_water_stream_key, g.low_water_seq, g.low_water_n, log_horizon() AS horizon, log_next_xid() AS next_xid,
    (greatest(
        coalesce((SELECT m.pos FROM messages m WHERE m.gen = g.gen ORDER BY m.pos DESC LIMIT 1), 0),
        coalesce((SELECT e.pos FROM events e WHERE e.gen = g.gen ORDER BY e.pos DESC LIMIT 1), 0)
    ) >= log_horizon())::boolean AS behind,
    (CASE WHEN top.stands THEN top.pos ELSE g.low_water_pos END)::bigint AS pos,
    (CASE WHEN top.stands THEN top.stream_key ELSE g.low_water_stream_key END)::bytea AS stream_key,
    (CASE WHEN top.stands THEN top.seq ELSE g.low_water_seq END)::bigint AS seq,
    (CASE WHEN top.stands THEN top.n ELSE g.low_water_n END)::bigint AS n
FROM log_generation g
LEFT JOIN LATERAL (
    SELECT t.pos, t.stream_key, t.seq, t.n, (t.pos, t.stream_key, t.seq, t.n) > (g.low_water_pos, g.low_water_stream_key, g.low_water_seq, g.low_water_n) AS stands
    FROM (
        (
            SELECT m.pos, m.convo_id AS stream_key, m.seq, 0::bigint AS n FROM messages m
            WHERE m.gen = g.gen AND m.pos < log_horizon()
            ORDER BY m.pos DESC, m.convo_id DESC, m.seq DESC LIMIT 1
        ) UNION ALL (
            SELECT e.pos, e.stream_key, e.seq, e.n FROM events e
            WHERE e.gen = g.gen AND e.pos < log_horizon()
            ORDER BY e.pos DESC, e.stream_key DESC, e.seq DESC, e.n DESC LIMIT 1
        )
    ) t
    ORDER BY t.pos DESC, t.stream_key DESC, t.seq DESC, t.n DESC LIMIT 1
) top ON TRUE;

-- name: ReadLowWater :one
SELECT gen, low_water_pos, low_water_stream_key, low_water_seq, low_water_n FROM log_generation;

-- name: RaiseLowWater :exec
-- Runs in the transaction that removes rows of the log, for the last of them,
-- so that the removal and the low-water mark become visible together.
UPDATE log_generation
SET low_water_pos = sqlc.arg(pos)::bigint, low_water_stream_key = sqlc.arg(stream_key)::bytea, low_water_seq = sqlc.arg(seq)::bigint, low_water_n = sqlc.arg(n)::bigint
WHERE gen = sqlc.arg(gen)::bigint
    AND (low_water_pos, low_water_stream_key, low_water_seq, low_water_n) < (sqlc.arg(pos)::bigint, sqlc.arg(stream_key)::bytea, sqlc.arg(seq)::bigint, sqlc.arg(n)::bigint);

-- name: WindowsOf :many
-- The windows of an account in which a stream that begins at a position can
-- show something, and the visibility horizon: the windows include all changes
-- below it. A window of a stream begins where telling began; a request has none.
SELECT m.convo_id, coalesce(m.told_seq, m.joined_seq)::bigint AS told_seq, coalesce(m.told_n, m.joined_n)::bigint AS told_n,
    m.left_seq, coalesce(m.left_n, 0)::bigint AS left_n, log_horizon() AS horizon
FROM memberships m
WHERE m.did = sqlc.arg(did) AND m.consent = 'accepted'
    AND (m.left_seq IS NULL OR m.left_gen = sqlc.arg(gen)::bigint AND m.left_pos >= sqlc.arg(pos)::bigint);

-- name: ScopeState :one
-- The relation of an account to some conversations: of how many it was ever a
-- member, of how many an accepted one, whether it is a member of any now, and whether it still is one at a
-- position of the log, where its removal was not delivered yet. Each is looked
-- up by key, since the account may be in thousands of others.
SELECT count(DISTINCT m.convo_id) AS ever,
    count(DISTINCT m.convo_id) FILTER (WHERE m.consent = 'accepted') AS accepted,
    coalesce(bool_or(m.left_seq IS NULL AND m.consent = 'accepted'), FALSE)::boolean AS active,
    coalesce(bool_or(m.consent = 'accepted' AND (m.left_seq IS NULL OR m.left_gen = sqlc.arg(gen)::bigint
        AND (m.left_pos, m.convo_id, m.left_seq, m.left_n) > (sqlc.arg(pos)::bigint, sqlc.arg(stream_key)::bytea, sqlc.arg(seq)::bigint, sqlc.arg(n)::bigint))),
        FALSE)::boolean AS open
FROM (SELECT unnest(sqlc.arg(convo_ids)::bytea[]) AS convo_id) s
CROSS JOIN LATERAL (
    SELECT w.convo_id, w.consent, w.left_seq, w.left_gen, w.left_pos, w.left_n FROM memberships w
    WHERE w.convo_id = s.convo_id AND w.did = sqlc.arg(did)
    OFFSET 0
) m;

-- name: ReplaySources :many
-- The windows of an account with rows after a position, and the sequence number
-- of the last message that is not after it.
SELECT m.convo_id, coalesce(m.told_n, m.joined_n)::bigint AS told_n, m.left_seq, coalesce(m.left_n, 0)::bigint AS left_n,
    least(m.left_seq, c.last_seq)::bigint AS until_seq,
    log_told_until(m.convo_id, coalesce(m.told_seq, m.joined_seq), least(m.left_seq, c.last_seq), sqlc.arg(gen)::bigint, sqlc.arg(pos)::bigint,
        sqlc.arg(stream_key)::bytea, sqlc.arg(seq)::bigint) AS after_seq
FROM memberships m
CROSS JOIN LATERAL (SELECT k.last_seq, k.gen, k.last_pos FROM conversations k WHERE k.convo_id = m.convo_id OFFSET 0) c
WHERE m.did = sqlc.arg(did) AND m.consent = 'accepted'
    AND c.gen = sqlc.arg(gen)::bigint AND c.last_pos >= sqlc.arg(pos)::bigint
    AND (m.left_seq IS NULL OR m.left_gen = sqlc.arg(gen)::bigint AND m.left_pos >= sqlc.arg(pos)::bigint);

-- name: ReplayKeys :many
-- The next messages of each replay range up to a position, without ciphertexts.
SELECT s.place::bigint AS place, k.pos, k.seq, k.size
FROM (
    SELECT unnest(sqlc.arg(places)::bigint[]) AS place, unnest(sqlc.arg(convo_ids)::bytea[]) AS convo_id,
        unnest(sqlc.arg(after_seqs)::bigint[]) AS after_seq, unnest(sqlc.arg(until_seqs)::bigint[]) AS until_seq
) s
CROSS JOIN LATERAL (
    SELECT m.pos, m.seq, octet_length(m.ciphertext)::bigint AS size
    FROM messages m
    WHERE m.convo_id = s.convo_id AND m.seq > s.after_seq AND m.seq <= s.until_seq
        AND m.gen = sqlc.arg(gen)::bigint
        AND (m.pos, m.convo_id, m.seq) <= (sqlc.arg(pos)::bigint, sqlc.arg(stream_key)::bytea, sqlc.arg(seq)::bigint)
    ORDER BY m.seq
    LIMIT sqlc.arg(each)::bigint
) k
ORDER BY s.place, k.seq;

-- name: ReplayMessages :many
SELECT m.pos, m.convo_id, m.seq, m.kind, m.message_id, m.epoch, m.sender_did, m.ciphertext, m.blobs, m.created_at
FROM (SELECT unnest(sqlc.arg(convo_ids)::bytea[]) AS convo_id, unnest(sqlc.arg(seqs)::bigint[]) AS seq) k
JOIN messages m ON m.convo_id = k.convo_id AND m.seq = k.seq
ORDER BY m.pos, m.convo_id, m.seq;

-- name: ReplayEvents :many
-- The next events up to a position: those of each window, and those of the
-- account.
SELECT x.pos, x.stream_key, x.seq, x.n, x.kind, x.convo_id, x.target_did, x.edge, x.body, x.created_at
FROM (
    SELECT e.pos, e.stream_key, e.seq, e.n, e.kind, s.convo_id::bytea AS convo_id, ''::text AS target_did, e.edge, e.body, e.created_at
    FROM (
        SELECT unnest(sqlc.arg(convo_ids)::bytea[]) AS convo_id, unnest(sqlc.arg(told_ns)::bigint[]) AS told_n,
            unnest(sqlc.arg(left_ns)::bigint[]) AS left_n
    ) s
    CROSS JOIN LATERAL (
        SELECT c.pos, c.stream_key, c.seq, c.n, c.kind, c.edge, c.body, c.created_at
        FROM events c
        WHERE c.convo_id = s.convo_id AND c.gen = sqlc.arg(gen)::bigint
            AND c.pos >= sqlc.arg(after_pos)::bigint AND c.pos <= sqlc.arg(pos)::bigint
            AND (c.pos, c.stream_key, c.seq, c.n) > (sqlc.arg(after_pos)::bigint, sqlc.arg(after_stream_key)::bytea, sqlc.arg(after_seq)::bigint, sqlc.arg(after_n)::bigint)
            AND (c.pos, c.stream_key, c.seq, c.n) <= (sqlc.arg(pos)::bigint, sqlc.arg(stream_key)::bytea, sqlc.arg(seq)::bigint, sqlc.arg(n)::bigint)
            AND c.n > s.told_n AND c.n <= s.left_n
        ORDER BY c.gen, c.pos, c.seq, c.n
        LIMIT sqlc.arg(max_rows)::bigint
    ) e
    UNION ALL
    (
        SELECT t.pos, t.stream_key, t.seq, t.n, t.kind, ''::bytea, t.target_did, t.edge, t.body, t.created_at
        FROM events t
        WHERE t.target_did = sqlc.arg(did)::text AND t.gen = sqlc.arg(gen)::bigint
            AND t.pos >= sqlc.arg(after_pos)::bigint AND t.pos <= sqlc.arg(pos)::bigint
            AND (t.pos, t.stream_key, t.seq, t.n) > (sqlc.arg(after_pos)::bigint, sqlc.arg(after_stream_key)::bytea, sqlc.arg(after_seq)::bigint, sqlc.arg(after_n)::bigint)
            AND (t.pos, t.stream_key, t.seq, t.n) <= (sqlc.arg(pos)::bigint, sqlc.arg(stream_key)::bytea, sqlc.arg(seq)::bigint, sqlc.arg(n)::bigint)
        ORDER BY t.pos, t.stream_key, t.seq, t.n
        LIMIT sqlc.arg(max_rows)::bigint
    )
) x
ORDER BY x.pos, x.stream_key, x.seq, x.n
LIMIT sqlc.arg(max_rows)::bigint;

-- name: EphemeralMembers :many
-- The accepted members of a conversation, and the roster version of this list.
SELECT m.did, c.roster_version FROM conversations c
JOIN memberships m ON m.convo_id = c.convo_id AND m.left_seq IS NULL AND m.consent = 'accepted'
WHERE c.convo_id = $1;

-- name: EphemeralAccess :one
-- The epoch and roster version that a signal is checked against, whether the
-- account is a member and may send, the members that have blocked it, and all members if
-- they are wanted and no more than that. No row if it never was a member.
SELECT c.epoch, c.roster_version, (c.locked_at IS NOT NULL)::boolean AS locked,
    ARRAY(SELECT m.did FROM memberships m
          WHERE m.convo_id = c.convo_id AND m.left_seq IS NULL
            AND EXISTS (SELECT 1 FROM blocks b WHERE b.did = m.did AND b.blocked_did = sqlc.arg(did) OFFSET 0))::text[] AS blockers,
    ARRAY(SELECT m.did FROM memberships m WHERE m.convo_id = c.convo_id AND m.left_seq IS NULL AND m.consent = 'accepted'
          LIMIT sqlc.arg(max_members)::bigint)::text[] AS members,
    EXISTS (SELECT 1 FROM memberships m WHERE m.convo_id = c.convo_id AND m.did = sqlc.arg(did) AND m.left_seq IS NULL AND m.consent = 'accepted') AS active,
    (NOT c.admins_send OR EXISTS (SELECT 1 FROM memberships m
        WHERE m.convo_id = c.convo_id AND m.did = sqlc.arg(did) AND m.left_seq IS NULL AND m.role = 'admin'))::boolean AS may_send
FROM conversations c
WHERE c.convo_id = (SELECT m.convo_id FROM memberships m WHERE m.convo_id = sqlc.arg(convo_id) AND m.did = sqlc.arg(did) LIMIT 1);

-- name: InsertTicket :exec
INSERT INTO tickets (ticket_hash, did, convo_id, expires_at) VALUES ($1, $2, $3, $4);

-- name: GetTicket :one
SELECT did, convo_id, expires_at FROM tickets WHERE ticket_hash = $1;

-- name: RedeemTicket :one
-- Spends a ticket: of any number of concurrent attempts only one gets the row.
DELETE FROM tickets WHERE ticket_hash = $1
RETURNING expires_at;

-- name: DeleteOldTickets :execrows
DELETE FROM tickets WHERE ticket_hash IN (
    SELECT ticket_hash FROM tickets WHERE expires_at < sqlc.arg(before)::timestamptz
    LIMIT sqlc.arg(batch)::bigint FOR UPDATE SKIP LOCKED
);

-- name: SyncConvos :many
-- The messages and changes that sync may have to return, for each window of an
-- account. With a position to resume from, they are those after it, up to the end
-- of the log. A sequence number that the client names takes precedence over that
-- and over the beginning of the window. A window that begins or ends after the end
-- of the log has not changed yet: the answer's cursor is before it, so the next
-- answer includes it. A request is no window here, even if it is named. A window that
-- was accepted after the position to resume from is new, and is told from its
-- beginning, although positions of its messages are before that position.
-- bytes is about the size of the view of a new conversation.
-- The numbers that the client names come as one JSON object by conversation: its
-- keys are found by bisection, while a join would compare all with all.
WITH mine AS (
    SELECT m.convo_id, m.joined_seq, m.left_seq, c.epoch, c.last_pos, n.seq AS named_seq, t.later,
        (m.left_seq IS NULL) AS active,
        bool_or(m.left_seq IS NULL OR m.left_gen = sqlc.arg(gen)::bigint AND m.left_pos >= sqlc.arg(horizon)::bigint)
            OVER (PARTITION BY m.convo_id) AS member,
        n.seq IS NULL AND m.left_seq IS NULL
            AND NOT (m.joined_gen = sqlc.arg(gen)::bigint AND m.joined_pos >= sqlc.arg(horizon)::bigint)
            AND (NOT sqlc.arg(resumes)::boolean OR t.later) AS fresh,
        CASE WHEN c.last_pos < sqlc.arg(horizon)::bigint THEN least(m.left_seq, c.last_seq)
            ELSE log_told_until(m.convo_id, m.joined_seq, least(m.left_seq, c.last_seq), sqlc.arg(gen)::bigint, sqlc.arg(horizon)::bigint, '', 0)
        END AS until_seq
    FROM memberships m
    JOIN conversations c ON c.convo_id = m.convo_id
    CROSS JOIN LATERAL (SELECT (sqlc.arg(named)::jsonb ->> encode(m.convo_id, 'hex'))::bigint AS seq) n
    CROSS JOIN LATERAL (SELECT coalesce(m.told_gen, m.joined_gen) = sqlc.arg(gen)::bigint
        AND (coalesce(m.told_pos, m.joined_pos), m.convo_id, coalesce(m.told_seq, m.joined_seq), coalesce(m.told_n, 0))
            > (sqlc.arg(pos)::bigint, sqlc.arg(stream_key)::bytea, sqlc.arg(seq)::bigint, sqlc.arg(n)::bigint) AS later) t
    WHERE m.did = sqlc.arg(did) AND m.consent = 'accepted'
        AND (m.told_gen IS DISTINCT FROM sqlc.arg(gen)::bigint OR m.told_pos < sqlc.arg(horizon)::bigint)
        AND (m.left_seq IS NULL OR n.seq IS NOT NULL
            OR sqlc.arg(resumes)::boolean AND m.left_gen = sqlc.arg(gen)::bigint
                AND (m.left_pos, m.convo_id, m.left_seq, m.left_n) > (sqlc.arg(pos)::bigint, sqlc.arg(stream_key)::bytea, sqlc.arg(seq)::bigint, sqlc.arg(n)::bigint))
), told AS (
    SELECT mine.*,
        CASE
            WHEN named_seq IS NOT NULL THEN greatest(named_seq, joined_seq)
            WHEN NOT sqlc.arg(resumes)::boolean OR later THEN joined_seq
            WHEN last_pos < sqlc.arg(pos)::bigint THEN until_seq
            ELSE log_told_until(convo_id, joined_seq, until_seq, sqlc.arg(gen)::bigint, sqlc.arg(pos)::bigint, sqlc.arg(stream_key)::bytea, sqlc.arg(seq)::bigint)
        END AS after_seq
    FROM mine
)
SELECT t.convo_id, t.member::boolean AS member, t.fresh::boolean AS fresh, t.after_seq::bigint AS after_seq, t.until_seq::bigint AS until_seq,
    (CASE WHEN t.active THEN t.epoch
        ELSE coalesce((SELECT CASE WHEN l.kind = 'commit' THEN l.epoch + 1 ELSE l.epoch END
            FROM messages l WHERE l.convo_id = t.convo_id AND l.seq <= t.left_seq ORDER BY l.seq DESC LIMIT 1), 0)
    END)::bigint AS epoch,
    (CASE WHEN NOT t.fresh THEN 0 ELSE
        (SELECT coalesce(sum(octet_length(v.did) + sqlc.arg(member_bytes)::bigint), 0) FROM memberships v
            WHERE v.convo_id = t.convo_id AND (v.left_seq IS NULL OR v.pending_removal))
        + (SELECT count(*) * sqlc.arg(device_bytes)::bigint FROM leaves d WHERE d.convo_id = t.convo_id)
        + coalesce((SELECT octet_length(i.info) + octet_length(i.info_key) FROM convo_infos i WHERE i.convo_id = t.convo_id), 0) * 4 / 3
    END)::bigint AS bytes
FROM told t
WHERE t.after_seq < t.until_seq OR t.fresh OR NOT t.member
ORDER BY t.convo_id, t.joined_seq;

-- name: SyncMessages :many
-- The first messages of each replay range, up to its limit. When their encoded
-- size exceeds the budget, only the sequence numbers are returned; the first
-- message always fits.
WITH page AS (
    SELECT s.place, m.convo_id, m.seq, m.message_id, m.kind, m.epoch, m.sender_did, m.ciphertext, m.blobs, m.created_at
    FROM (
        SELECT unnest(sqlc.arg(places)::bigint[]) AS place, unnest(sqlc.arg(convo_ids)::bytea[]) AS convo_id,
            unnest(sqlc.arg(after_seqs)::bigint[]) AS after_seq, unnest(sqlc.arg(until_seqs)::bigint[]) AS until_seq,
            unnest(sqlc.arg(counts)::bigint[]) AS max_rows
    ) s
    CROSS JOIN LATERAL (
        SELECT x.convo_id, x.seq, x.message_id, x.kind, x.epoch, x.sender_did, x.ciphertext, x.blobs, x.created_at
        FROM messages x
        WHERE x.convo_id = s.convo_id AND x.seq > s.after_seq AND x.seq <= s.until_seq
        ORDER BY x.seq
        LIMIT s.max_rows
    ) m
), sized AS (
    SELECT page.*, row_number() OVER walk AS n,
        sum(octet_length(ciphertext) / 3 * 4 + coalesce(octet_length(sender_did), 0) + sqlc.arg(row_bytes)::int) OVER walk AS bytes
    FROM page
    WINDOW walk AS (ORDER BY place, seq ROWS UNBOUNDED PRECEDING)
)
SELECT s.place::bigint AS place, s.convo_id, s.seq, s.message_id, s.kind, s.epoch, s.sender_did,
    (CASE WHEN s.n = 1 OR s.bytes <= sqlc.arg(max_bytes)::bigint THEN s.ciphertext END)::bytea AS ciphertext,
    s.blobs, s.created_at, (s.n = 1 OR s.bytes <= sqlc.arg(max_bytes)::bigint)::boolean AS fits
FROM sized s
ORDER BY s.place, s.seq;
