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

-- name: PageWelcomes :many
-- The open Welcomes of an account, or of one of its devices, in the conversations
-- of which it is an accepted member, after a place in their order. Of those that exceed the
-- budget only the place is returned; the first one always fits.
WITH mine AS (
    SELECT r.convo_id, r.device_id, r.seq, r.ref
    FROM welcome_recipients r
    JOIN memberships m ON m.convo_id = r.convo_id AND m.did = r.did AND m.left_seq IS NULL AND m.consent = 'accepted' AND m.joined_seq <= r.seq
    WHERE r.did = sqlc.arg(did) AND r.state = 'open'
      AND (sqlc.arg(device_id)::text = '' OR r.device_id = sqlc.arg(device_id)::text)
      AND (r.did, r.convo_id, r.device_id) > (sqlc.arg(did), sqlc.arg(after_convo)::bytea, sqlc.arg(after_device)::text)
    ORDER BY r.convo_id, r.device_id
    LIMIT sqlc.arg(max_rows)::bigint
), sized AS (
    SELECT mine.convo_id, mine.device_id, mine.seq, mine.ref, w.epoch, w.welcome, w.ratchet_tree,
        row_number() OVER walk AS place,
        sum((octet_length(w.welcome) + coalesce(octet_length(w.ratchet_tree), 0)) / 3 * 4 + sqlc.arg(row_bytes)::int) OVER walk AS bytes
    FROM mine
    JOIN welcomes w ON w.convo_id = mine.convo_id AND w.seq = mine.seq
    WINDOW walk AS (ORDER BY mine.convo_id, mine.device_id ROWS UNBOUNDED PRECEDING)
)
SELECT s.convo_id, s.device_id, s.seq, encode(s.ref, 'hex') AS ref, s.epoch,
    (CASE WHEN s.place = 1 OR s.bytes <= sqlc.arg(max_bytes)::bigint THEN s.welcome END)::bytea AS welcome,
    (CASE WHEN s.place = 1 OR s.bytes <= sqlc.arg(max_bytes)::bigint THEN s.ratchet_tree END)::bytea AS ratchet_tree,
    (s.place = 1 OR s.bytes <= sqlc.arg(max_bytes)::bigint)::boolean AS fits
FROM sized s
ORDER BY s.place;

-- name: OpenWelcomesIn :many
-- The open Welcomes of an account in some conversations.
SELECT r.convo_id, r.device_id
FROM (SELECT unnest(sqlc.arg(convo_ids)::bytea[]) AS convo_id) k
CROSS JOIN LATERAL (
    SELECT w.convo_id, w.device_id FROM welcome_recipients w
    WHERE w.convo_id = k.convo_id AND w.did = sqlc.arg(did) AND w.state = 'open'
      AND w.seq >= (SELECT m.joined_seq FROM memberships m WHERE m.convo_id = w.convo_id AND m.did = w.did AND m.left_seq IS NULL)
    OFFSET 0
) r
ORDER BY r.convo_id, r.device_id
LIMIT sqlc.arg(max_rows)::bigint;

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
