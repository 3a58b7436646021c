-- name: PutBlock :exec
INSERT INTO blocks (did, blocked_did, created_at)
VALUES (sqlc.arg(did), sqlc.arg(blocked_did), sqlc.arg(now)::timestamptz)
ON CONFLICT (did, blocked_did) DO NOTHING;

-- name: CountOtherBlocks :one
-- How many accounts an account has blocked, one account left out.
SELECT count(*) FROM blocks WHERE did = sqlc.arg(did) AND blocked_did <> sqlc.arg(except_did)::text;

-- name: DeleteBlock :exec
DELETE FROM blocks WHERE did = $1 AND blocked_did = $2;

-- name: ListBlocks :many
-- The blocks of an account, the newest first, after a position or from the start.
SELECT blocked_did, created_at FROM blocks
WHERE did = sqlc.arg(did)
  AND (created_at, blocked_did) < (sqlc.arg(before)::timestamptz, sqlc.arg(before_did)::text)
ORDER BY created_at DESC, blocked_did DESC
LIMIT sqlc.arg(max_rows)::bigint;
