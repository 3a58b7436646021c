-- name: InsertReport :one
INSERT INTO reports (reporter_did, reason_type, reason, convo_id, subject_did, message_id, evidence, created_at, forward_after)
VALUES (sqlc.arg(reporter_did), sqlc.arg(reason_type), sqlc.narg(reason), sqlc.narg(convo_id), sqlc.narg(subject_did),
    sqlc.narg(message_id), sqlc.narg(evidence), sqlc.arg(now)::timestamptz, CASE WHEN sqlc.arg(forward)::boolean THEN clock_timestamp() END)
RETURNING report_id;

-- name: WasMember :one
-- Whether an account is or was a member of a conversation.
SELECT EXISTS (SELECT 1 FROM memberships WHERE convo_id = sqlc.arg(convo_id) AND did = sqlc.arg(did));

-- name: DeleteResolvedReports :execrows
DELETE FROM reports WHERE report_id IN (
    SELECT r.report_id FROM reports r WHERE r.resolved_at < sqlc.arg(before)::timestamptz
    ORDER BY r.resolved_at LIMIT sqlc.arg(batch)::bigint FOR UPDATE SKIP LOCKED
);

-- name: ListReports :many
-- Reports that are not resolved, the oldest first, without reason and evidence.
SELECT report_id, reason_type, convo_id, subject_did, message_id, created_at, forwarded_at, forward_after
FROM reports
WHERE resolved_at IS NULL
ORDER BY report_id
LIMIT sqlc.arg(max_rows)::bigint;

-- name: CountOpenReports :one
SELECT count(*) FROM reports WHERE resolved_at IS NULL;

-- name: GetReport :one
SELECT report_id, reporter_did, reason_type, reason, convo_id, subject_did, message_id, evidence, created_at, resolved_at,
    forward_after, forward_attempts, forwarded_at, forwarded_id
FROM reports WHERE report_id = $1;

-- name: ResolveReport :execrows
-- The cleaner removes the report after its time. It is not forwarded any more.
UPDATE reports SET resolved_at = clock_timestamp(), forward_after = NULL WHERE report_id = $1 AND resolved_at IS NULL;
