-- For backups: which attachments there are, and whether a restored database
-- is whole.

-- name: ListBlobObjects :many
-- A page of all attachments, in the order of their objects.
SELECT object_key, cid, size FROM blobs
WHERE object_key > sqlc.arg(after) ORDER BY object_key LIMIT sqlc.arg(batch)::bigint;

-- name: ListNewBlobObjects :many
-- A page of the attachments that were uploaded at a time or later. A key alone
-- would not do as position: several are uploaded in one microsecond.
SELECT object_key, created_at FROM blobs
WHERE (created_at, object_key) > (sqlc.arg(since)::timestamptz, sqlc.arg(after)::text)
ORDER BY created_at, object_key LIMIT sqlc.arg(batch)::bigint;

-- name: LockForMark :exec
-- Waits for every transaction that writes to the tables that CountRows counts,
-- and blocks new ones. Reads go on.
LOCK TABLE conversations, accounts, messages, events, memberships, blobs, message_blobs IN SHARE MODE;

-- name: CountRows :one
SELECT
    (SELECT count(*) FROM conversations)::bigint AS conversations,
    (SELECT coalesce(sum(last_seq), 0) FROM conversations)::bigint AS numbers,
    (SELECT count(*) FROM accounts)::bigint AS accounts,
    (SELECT count(*) FROM messages)::bigint AS messages,
    (SELECT count(*) FROM events)::bigint AS events,
    (SELECT count(*) FROM memberships)::bigint AS memberships,
    (SELECT count(*) FROM blobs)::bigint AS blobs,
    (SELECT count(*) FROM message_blobs)::bigint AS message_blobs;

-- name: CountHoles :one
-- Sequence numbers that should have a message and have none. They are checked
-- above the newest number that retention removed from the conversation, because
-- an id that was used again takes its earlier number out of removed_messages. A
-- generation leaves a gap of whole skips.
WITH used AS (
    SELECT convo_id, seq FROM messages
    UNION ALL
    SELECT convo_id, last_seq + 1 FROM conversations
    UNION ALL
    SELECT c.convo_id, coalesce(max(r.seq), 0) FROM conversations c
    LEFT JOIN removed_messages r ON r.convo_id = c.convo_id
    GROUP BY c.convo_id
), steps AS (
    SELECT u.convo_id, u.seq, u.seq - lag(u.seq) OVER (PARTITION BY u.convo_id ORDER BY u.seq) - 1 AS gap FROM used u
), removed AS (
    SELECT r.convo_id, max(r.seq) AS seq FROM removed_messages r GROUP BY r.convo_id
)
SELECT count(*)::bigint AS holes
FROM steps s LEFT JOIN removed r ON r.convo_id = s.convo_id
WHERE s.gap % sqlc.arg(skip)::bigint <> 0 AND s.seq > coalesce(r.seq, 0);

-- name: CountOrphans :one
-- Rows that refer to others which are not there, where no foreign key says so.
SELECT
    (SELECT count(*) FROM messages m WHERE NOT EXISTS (SELECT FROM conversations c WHERE c.convo_id = m.convo_id))::bigint AS messages,
    (SELECT count(*) FROM message_blobs a
        WHERE NOT EXISTS (SELECT FROM blobs b WHERE b.did = a.owner_did AND b.cid = a.cid))::bigint AS attachments;
