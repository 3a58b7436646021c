-- name: GetWelcomeAccess :one
-- The beginning of the account's current window, -1 if it is not a member now, and
-- the number of its windows.
SELECT COALESCE(max(joined_seq) FILTER (WHERE left_seq IS NULL), -1)::bigint AS joined_seq, count(*) AS windows
FROM memberships WHERE convo_id = $1 AND did = $2;

-- name: ListWelcomes :many
-- The newest Welcome for each device of the account, in the order of their
-- commits.
SELECT newest.device_id, newest.seq, newest.state FROM (
    SELECT DISTINCT ON (r.device_id) r.device_id, r.seq, r.state
    FROM welcome_recipients r
    WHERE r.convo_id = sqlc.arg(convo_id) AND r.did = sqlc.arg(did)
      AND (sqlc.arg(device_id)::text = '' OR r.device_id = sqlc.arg(device_id)::text)
    ORDER BY r.device_id, r.seq DESC
) newest
ORDER BY newest.seq DESC, newest.device_id;

-- name: GetWelcome :one
-- With the refs of all packages of the account that it names.
SELECT w.epoch, w.welcome, w.ratchet_tree,
    ARRAY(SELECT encode(r.ref, 'hex') FROM welcome_recipients r
          WHERE r.convo_id = w.convo_id AND r.did = sqlc.arg(did) AND r.seq = w.seq
          ORDER BY r.device_id)::text[] AS refs
FROM welcomes w
WHERE w.convo_id = sqlc.arg(convo_id) AND w.seq = sqlc.arg(seq);

-- name: ConfirmWelcome :execrows
UPDATE welcome_recipients SET state = 'confirmed', ended_at = sqlc.arg(now)::timestamptz
WHERE convo_id = sqlc.arg(convo_id) AND did = sqlc.arg(did) AND device_id = sqlc.arg(device_id)
  AND seq = sqlc.arg(seq) AND state = 'open';

-- name: NoteWelcomeFailed :execrows
-- The Welcome stays open: the device may try again.
UPDATE welcome_recipients SET error_details = sqlc.narg(error_details), failed_at = sqlc.arg(now)::timestamptz
WHERE convo_id = sqlc.arg(convo_id) AND did = sqlc.arg(did) AND device_id = sqlc.arg(device_id)
  AND seq = sqlc.arg(seq) AND state = 'open';
