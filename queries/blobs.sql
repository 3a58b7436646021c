-- name: GetBlobBytes :one
SELECT blob_bytes FROM accounts WHERE did = $1;

-- name: BlobRoom :one
-- How many bytes the blobs of an account take, and how many are reserved for its
-- uploads. Uploads of an instance that crashed count until their time is over. (No condition on age
-- in WHERE: the index on it would be taken for the better one.)
SELECT blob_bytes,
    (SELECT coalesce(sum(o.reserved) FILTER (WHERE NOT o.doomed AND o.since > sqlc.arg(after)::timestamptz), 0)
     FROM loose_objects o WHERE o.did = a.did)::bigint AS reserved
FROM accounts a WHERE a.did = sqlc.arg(did);

-- name: AddLooseObject :exec
-- The object of an upload that begins, with room for it in the account's quota.
INSERT INTO loose_objects (object_key, since, doomed, did, reserved)
VALUES (sqlc.arg(object_key), sqlc.arg(since), FALSE, sqlc.arg(did)::text, sqlc.arg(reserved)::bigint);

-- name: ClaimLooseObject :execrows
-- The object of a finished upload gets an owner. None: it took so long that the
-- object was given up.
DELETE FROM loose_objects WHERE object_key = $1 AND NOT doomed;

-- name: ForgetLooseObject :exec
-- After the object is gone.
DELETE FROM loose_objects WHERE object_key = $1;

-- name: DoomLooseObject :execrows
-- Gives up an object that is still loose.
UPDATE loose_objects SET doomed = TRUE WHERE object_key = $1;

-- name: DoomLooseObjects :many
-- Names objects to delete, some at a time: those given up, and those that nobody
-- claimed in time, which are given up by this.
UPDATE loose_objects SET doomed = TRUE
WHERE object_key IN (
    SELECT object_key FROM loose_objects
    WHERE doomed OR since < sqlc.arg(before)::timestamptz
    ORDER BY since
    LIMIT sqlc.arg(batch)::bigint
    FOR UPDATE SKIP LOCKED
)
RETURNING object_key;

-- name: RenewBlob :one
-- Finds the blob an account uploaded before, and gives it another hour: also one
-- that messages name, since the last of them may be about to go.
UPDATE blobs SET created_at = greatest(created_at, sqlc.arg(now)::timestamptz)
WHERE did = sqlc.arg(did) AND cid = sqlc.arg(cid)
RETURNING size, mime_type;

-- name: InsertBlob :exec
INSERT INTO blobs (did, cid, object_key, size, mime_type, created_at)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: AddBlobBytes :exec
UPDATE accounts SET blob_bytes = blob_bytes + sqlc.arg(bytes)::bigint WHERE did = sqlc.arg(did);

-- name: AttachBlobs :many
-- Ties blobs of an account to a message and gives back those it found. Rows are
-- locked in one order; one that is being collected is not found. attached comes
-- from the locked row: what this statement saw before it waited may be old.
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
-- Whether the account was ever a member, and the blob, where it owns it or a
-- message in one of its windows attached it. The inner limit, of one row by one
-- key, has every owner looked up.
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
-- Deletes what an account uploaded and no message named, under the account's
-- row; the objects become loose. One that a message is just naming stays.
WITH gone AS (
    DELETE FROM blobs
    WHERE (did, cid) IN (
        SELECT b.did, b.cid FROM blobs b
        WHERE b.did = sqlc.arg(did) AND NOT b.attached AND b.created_at < sqlc.arg(before)::timestamptz
        LIMIT sqlc.arg(batch)::bigint
        FOR UPDATE SKIP LOCKED
    )
    RETURNING object_key, size
), loose AS (
    INSERT INTO loose_objects (object_key, since, doomed)
    SELECT object_key, sqlc.arg(since)::timestamptz, TRUE FROM gone
)
SELECT count(*)::bigint AS blobs, coalesce(sum(size), 0)::bigint AS bytes FROM gone;
