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
    WHERE m.convo_id = sqlc.arg(convo_id) AND m.did = sqlc.arg(did) AND m.left_seq IS NULL
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
