-- name: SetReadPosition :one
-- Sets the read position of an active member. It never goes back. updated_at is
-- when it last went forward, which streams of the account get as an event.
-- Moving it accepts the conversation. No row: the account is not an active
-- member.
-- placed depends on accepted so that the membership is locked before the account,
-- as commits do.
WITH stood AS (
    INSERT INTO read_positions AS r (convo_id, did, seq, updated_at)
    SELECT m.convo_id, m.did, sqlc.arg(seq)::bigint, sqlc.arg(now)::timestamptz
    FROM memberships m
    WHERE m.convo_id = sqlc.arg(convo_id) AND m.did = sqlc.arg(did) AND m.left_seq IS NULL AND m.consent = 'accepted'
    ON CONFLICT (convo_id, did) DO UPDATE
    SET seq = greatest(r.seq, excluded.seq),
        updated_at = CASE WHEN excluded.seq > r.seq THEN excluded.updated_at ELSE r.updated_at END
    RETURNING r.updated_at
), accepted AS (
    UPDATE memberships a SET accepted_at = sqlc.arg(now)::timestamptz
    FROM stood
    WHERE a.convo_id = sqlc.arg(convo_id) AND a.did = sqlc.arg(did) AND a.left_seq IS NULL AND a.accepted_at IS NULL
        AND sqlc.arg(seq)::bigint > 0 AND stood.updated_at = sqlc.arg(now)::timestamptz
    RETURNING 1
), placed AS (
    INSERT INTO accounts AS a (did, created_at, last_pos, last_n)
    SELECT sqlc.arg(did), sqlc.arg(now)::timestamptz, log_own_xid(), 1
    FROM stood WHERE stood.updated_at = sqlc.arg(now)::timestamptz AND (SELECT count(*) FROM accepted) >= 0
    ON CONFLICT (did) DO UPDATE
    SET last_pos = greatest(a.last_pos, excluded.last_pos), last_n = a.last_n + 1
    RETURNING a.gen, a.last_pos, a.last_n
), told AS (
    INSERT INTO events (gen, pos, stream_key, seq, n, kind, target_did, body, created_at)
    SELECT placed.gen, placed.last_pos, sqlc.arg(stream_key), 0, placed.last_n, 'read', sqlc.arg(did),
        jsonb_build_object('convoId', encode(sqlc.arg(convo_id), 'hex'), 'seq', sqlc.arg(seq)::bigint), sqlc.arg(now)::timestamptz
    FROM placed
)
SELECT updated_at FROM stood;

-- name: SetPreferences :one
-- Sets what an active member prefers for a conversation; NULL leaves a preference as
-- it is. Streams of the account get an event if something changed. No row: the
-- account is not an active member.
WITH stood AS (
    INSERT INTO read_positions AS r (convo_id, did, seq, updated_at, muted, archived)
    SELECT m.convo_id, m.did, 0, sqlc.arg(now)::timestamptz,
        coalesce(sqlc.narg(muted)::boolean, FALSE), coalesce(sqlc.narg(archived)::boolean, FALSE)
    FROM memberships m
    WHERE m.convo_id = sqlc.arg(convo_id) AND m.did = sqlc.arg(did) AND m.left_seq IS NULL AND m.consent = 'accepted'
    ON CONFLICT (convo_id, did) DO UPDATE
    SET muted = coalesce(sqlc.narg(muted)::boolean, r.muted), archived = coalesce(sqlc.narg(archived)::boolean, r.archived)
    WHERE r.muted <> coalesce(sqlc.narg(muted)::boolean, r.muted) OR r.archived <> coalesce(sqlc.narg(archived)::boolean, r.archived)
    RETURNING r.muted, r.archived
), placed AS (
    INSERT INTO accounts AS a (did, created_at, last_pos, last_n)
    SELECT sqlc.arg(did), sqlc.arg(now)::timestamptz, log_own_xid(), 1
    FROM stood
    ON CONFLICT (did) DO UPDATE
    SET last_pos = greatest(a.last_pos, excluded.last_pos), last_n = a.last_n + 1
    RETURNING a.gen, a.last_pos, a.last_n
), told AS (
    INSERT INTO events (gen, pos, stream_key, seq, n, kind, target_did, body, created_at)
    SELECT placed.gen, placed.last_pos, sqlc.arg(stream_key), 0, placed.last_n, 'preferences', sqlc.arg(did),
        jsonb_build_object('convoId', encode(sqlc.arg(convo_id), 'hex'), 'muted', stood.muted, 'archived', stood.archived), sqlc.arg(now)::timestamptz
    FROM placed CROSS JOIN stood
)
SELECT coalesce(s.muted, r.muted, FALSE)::boolean AS muted, coalesce(s.archived, r.archived, FALSE)::boolean AS archived
FROM memberships m
LEFT JOIN read_positions r ON r.convo_id = m.convo_id AND r.did = m.did
LEFT JOIN stood s ON TRUE
WHERE m.convo_id = sqlc.arg(convo_id) AND m.did = sqlc.arg(did) AND m.left_seq IS NULL AND m.consent = 'accepted';

-- name: PagePreferences :many
-- The conversations of an account that it has muted or archived, after an id.
SELECT r.convo_id, r.muted, r.archived
FROM memberships m
CROSS JOIN LATERAL (SELECT p.convo_id, p.muted, p.archived FROM read_positions p WHERE p.convo_id = m.convo_id AND p.did = m.did OFFSET 0) r
WHERE m.did = sqlc.arg(did) AND m.left_seq IS NULL AND m.consent = 'accepted' AND (r.muted OR r.archived)
    AND (m.did, m.convo_id) > (sqlc.arg(did), sqlc.arg(after_convo)::bytea)
ORDER BY m.convo_id
LIMIT sqlc.arg(max_rows)::bigint;

-- name: PageUnread :many
-- The next conversations of an account with anything after its read position, and how
-- many application messages are among the newest of that.
WITH mine AS (
    SELECT m.convo_id, greatest(m.joined_seq, r.seq)::bigint AS read_seq, c.last_seq
    FROM memberships m
    JOIN conversations c ON c.convo_id = m.convo_id
    LEFT JOIN read_positions r ON r.convo_id = m.convo_id AND r.did = m.did
    WHERE m.did = sqlc.arg(did) AND m.left_seq IS NULL AND m.consent = 'accepted' AND (m.did, m.convo_id) > (sqlc.arg(did), sqlc.arg(after_convo)::bytea)
        AND c.last_seq > greatest(m.joined_seq, r.seq)
    ORDER BY m.convo_id
    LIMIT sqlc.arg(max_rows)::bigint
)
SELECT mine.convo_id, mine.read_seq, mine.last_seq, (
    SELECT count(*) FILTER (WHERE n.kind = 'app')
    FROM (
        SELECT x.kind FROM messages x
        WHERE x.convo_id = mine.convo_id AND x.seq > mine.read_seq
        ORDER BY x.seq DESC
        LIMIT sqlc.arg(newest)::bigint
    ) n
) AS unread
FROM mine
ORDER BY mine.convo_id;
