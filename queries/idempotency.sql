-- name: GetIdempotencyRecord :one
SELECT content_hash, answer FROM idempotency_records WHERE record_id = $1;

-- name: InsertIdempotencyRecord :exec
INSERT INTO idempotency_records (record_id, content_hash, answer, created_at)
VALUES ($1, $2, $3, $4);

-- name: DeleteOldIdempotencyRecords :execrows
-- In small batches, so that transactions are short.
DELETE FROM idempotency_records
WHERE record_id IN (
    SELECT record_id FROM idempotency_records
    WHERE created_at < sqlc.arg(before)::timestamptz
    ORDER BY created_at
    LIMIT sqlc.arg(batch)::bigint
    FOR UPDATE SKIP LOCKED
);
