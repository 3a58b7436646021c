-- name: GetBlobBytes :one
SELECT blob_bytes FROM accounts WHERE did = $1;

-- name: BlobRoom :one
-- The bytes of an account's blobs, and the bytes reserved for its uploads.
-- Uploads of an instance that crashed count until they time out. (The condition
-- on age is not in WHERE: the planner would prefer the index on it.)
SELECT blob_bytes,
    (SELECT coalesce(sum(o.reserved) FILTER (WHERE NOT o.marked AND o.since > sqlc.arg(after)::timestamptz), 0)
     FROM orphan_objects o WHERE o.did = a.did)::bigint AS reserved
FROM accounts a WHERE a.did = sqlc.arg(did);

-- name: AddOrphanObject :exec
-- Records the object of an upload that begins, and reserves space in the
-- account's quota.
INSERT INTO orphan_objects (object_key, since, marked, did, reserved)
VALUES (sqlc.arg(object_key), sqlc.arg(since), FALSE, sqlc.arg(did)::text, sqlc.arg(reserved)::bigint);

-- name: ClaimOrphanObject :execrows
-- Removes the record of a finished upload, whose object now has an owner. No
-- row: the upload took too long and its object was marked for deletion.
DELETE FROM orphan_objects WHERE object_key = $1 AND NOT marked;

-- name: ForgetOrphanObject :exec
-- After the object was deleted.
DELETE FROM orphan_objects WHERE object_key = $1;

-- name: MarkOrphanObject :execrows
-- Marks an orphan object for deletion.
UPDATE orphan_objects SET marked = TRUE WHERE object_key = $1;

-- name: MarkOrphanObjects :many
-- Returns a batch of objects to delete: those marked for deletion, and those
-- not claimed in time, which this marks.
UPDATE orphan_objects SET marked = TRUE
WHERE object_key IN (
    SELECT object_key FROM orphan_objects
    WHERE marked OR since < sqlc.arg(before)::timestamptz
    ORDER BY since
    LIMIT sqlc.arg(batch)::bigint
    FOR UPDATE SKIP LOCKED
)
RETURNING object_key;

-- name: RenewBlob :one
-- Finds the blob that an account uploaded before, and keeps it for another
-- hour, even if messages refer to it, since the last of them may be removed
-- soon.
UPDATE blobs SET created_at = greatest(created_at, sqlc.arg(now)::timestamptz)
WHERE did = sqlc.arg(did) AND cid = sqlc.arg(cid)
RETURNING size, mime_type;

-- name: InsertBlob :exec
INSERT INTO blobs (did, cid, object_key, size, mime_type, created_at)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: AddBlobBytes :exec
UPDATE accounts SET blob_bytes = blob_bytes + sqlc.arg(bytes)::bigint WHERE did = sqlc.arg(did);

-- name: AttachBlobs :many
-- Attaches blobs of an account to a message and returns those found. Rows are
-- locked in one order; a blob that is being collected is not found. attached is
-- read from the locked row, since the snapshot may be older than the wait for
-- the lock.
WITH held AS (
    SELECT b.cid, b.attached FROM blobs b
    WHERE b.did = sqlc.arg(owner_did) AND b.cid = ANY(sqlc.arg(cids)::text[])
    ORDER BY b.cid
    FOR NO KEY UPDATE
), kept AS (
    UPDATE blobs b SET attached = TRUE
    FROM held
    WHERE b.did = sqlc.arg(owner_did) AND b.cid = held.cid AND NOT held.attached
)
INSERT INTO message_blobs (convo_id, seq, cid, owner_did)
SELECT sqlc.arg(convo_id), sqlc.arg(seq), held.cid, sqlc.arg(owner_did)
FROM held
RETURNING cid;

-- name: FindBlob :one
-- Whether the account was ever a member, and the blob if the account owns it or
-- a message in one of its windows refers to it. The inner LIMIT makes the
-- planner look up each owner by the key.
SELECT
    EXISTS (
        SELECT FROM memberships m WHERE m.convo_id = sqlc.arg(convo_id) AND m.did = sqlc.arg(did)
    ) AS known,
    coalesce(f.object_key, '')::text AS object_key,
    coalesce(f.size, 0)::bigint AS size
FROM (SELECT 1) one
LEFT JOIN LATERAL (
    SELECT found.object_key, found.size FROM (
        SELECT sqlc.arg(did)::text AS did
        UNION
        SELECT a.owner_did
        FROM memberships w
        CROSS JOIN LATERAL (
            SELECT x.owner_did FROM message_blobs x
            WHERE x.convo_id = w.convo_id AND x.cid = sqlc.arg(cid)
                AND x.seq > w.joined_seq AND (x.seq <= w.left_seq OR w.left_seq IS NULL)
            OFFSET 0
        ) a
        WHERE w.convo_id = sqlc.arg(convo_id) AND w.did = sqlc.arg(did)
    ) owners
    CROSS JOIN LATERAL (
        SELECT b.object_key, b.size FROM blobs b WHERE b.did = owners.did AND b.cid = sqlc.arg(cid) LIMIT 1
    ) found
    LIMIT 1
) f ON TRUE;

-- name: AccountsWithOldBlobs :many
SELECT DISTINCT did FROM (
    SELECT did FROM blobs
    WHERE NOT attached AND created_at < sqlc.arg(before)::timestamptz
    ORDER BY created_at
    LIMIT sqlc.arg(batch)::bigint
) old;

-- name: CollectBlobs :one
-- Deletes blobs of an account that no message refers to, while the account's
-- row is locked; their objects become orphans. A blob that a message is being
-- attached to is kept.
WITH gone AS (
    DELETE FROM blobs
    WHERE (did, cid) IN (
        SELECT b.did, b.cid FROM blobs b
        WHERE b.did = sqlc.arg(did) AND NOT b.attached AND b.created_at < sqlc.arg(before)::timestamptz
        LIMIT sqlc.arg(batch)::bigint
        FOR UPDATE SKIP LOCKED
    )
    RETURNING object_key, size
), orphan AS (
    INSERT INTO orphan_objects (object_key, since, marked)
    SELECT object_key, sqlc.arg(since)::timestamptz, TRUE FROM gone
)
SELECT count(*)::bigint AS blobs, coalesce(sum(size), 0)::bigint AS bytes FROM gone;
