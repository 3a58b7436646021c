-- name: TakeReportToForward :one
-- Takes the report that has waited longest for an attempt. For the lease, no other
-- instance takes it. SKIP LOCKED lets instances take different ones at a time. A
-- report whose account was erased names a pseudonym, which is told to nobody.
WITH due AS (
    SELECT r.report_id FROM reports r
    WHERE r.forward_after <= clock_timestamp() AND r.resolved_at IS NULL
      AND NOT starts_with(r.subject_did, sqlc.arg(pseudonyms)::text)
    ORDER BY r.forward_after
    LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE reports r
SET forward_after = clock_timestamp() + make_interval(secs => sqlc.arg(lease)::float8), forward_attempts = r.forward_attempts + 1
FROM due WHERE r.report_id = due.report_id
RETURNING r.report_id, r.reason_type, r.subject_did::text AS subject_did, r.forward_attempts;

-- name: ForwardLater :exec
-- An attempt failed; the next one comes after a pause.
UPDATE reports SET forward_after = clock_timestamp() + make_interval(secs => sqlc.arg(pause)::float8)
WHERE report_id = sqlc.arg(report_id) AND forwarded_at IS NULL;

-- name: NoteForwarded :exec
UPDATE reports SET forwarded_at = clock_timestamp(), forwarded_id = sqlc.narg(forwarded_id), forward_after = NULL
WHERE report_id = sqlc.arg(report_id) AND forwarded_at IS NULL;

-- name: CountReportsToForward :one
SELECT count(*) FROM reports WHERE forward_after IS NOT NULL AND resolved_at IS NULL;
