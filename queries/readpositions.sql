-- name: SetReadPosition :one
-- The read position of an active member: it never goes back, and updated_at is
-- when it last went forward. No row: not an active member.
INSERT INTO read_positions AS r (convo_id, did, seq, updated_at)
SELECT m.convo_id, m.did, sqlc.arg(seq)::bigint, sqlc.arg(now)::timestamptz
FROM memberships m
WHERE m.convo_id = sqlc.arg(convo_id) AND m.did = sqlc.arg(did) AND m.left_seq IS NULL
ON CONFLICT (convo_id, did) DO UPDATE
SET seq = greatest(r.seq, excluded.seq),
    updated_at = CASE WHEN excluded.seq > r.seq THEN excluded.updated_at ELSE r.updated_at END
RETURNING updated_at;
