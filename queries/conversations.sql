-- name: LockConvo :one
-- Everything about a conversation is decided under this lock. Who was never in
-- it locks nothing and finds nothing, as where no such conversation exists.
-- Read memberships in a later statement: this one's snapshot is from before it
-- waited.
SELECT c.convo_id, c.creator_did, c.cipher_suite, c.epoch, c.epoch_assumed, c.last_seq, c.roster_version, c.roster, c.closed_at
FROM conversations c
WHERE c.convo_id = sqlc.arg(convo_id)
  AND EXISTS (SELECT 1 FROM memberships m WHERE m.convo_id = c.convo_id AND m.did = sqlc.arg(did))
FOR NO KEY UPDATE OF c;

-- name: InsertConvo :execrows
-- Waits for a concurrent creation of the same group; no row where it exists.
INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, epoch_assumed, roster, name, description, created_at, last_activity_at)
VALUES (sqlc.arg(convo_id), sqlc.arg(creator_did), sqlc.arg(cipher_suite), sqlc.arg(epoch), sqlc.arg(epoch_assumed),
        sqlc.arg(roster), sqlc.narg(name), sqlc.narg(description), sqlc.arg(at), sqlc.arg(at))
ON CONFLICT (convo_id) DO NOTHING;

-- name: SettleEpoch :exec
-- The creator has stated the epoch that createConvo left open.
WITH stated AS (
    UPDATE conversations c SET epoch = sqlc.arg(epoch), epoch_assumed = FALSE WHERE c.convo_id = sqlc.arg(convo_id)
)
UPDATE welcomes w SET epoch = sqlc.arg(epoch)
WHERE w.convo_id = sqlc.arg(convo_id) AND w.seq = 0 AND w.epoch <> sqlc.arg(epoch);

-- name: MembershipState :one
SELECT EXISTS (SELECT 1 FROM memberships a WHERE a.convo_id = sqlc.arg(convo_id) AND a.did = sqlc.arg(did) AND a.left_seq IS NULL) AS active,
       EXISTS (SELECT 1 FROM memberships e WHERE e.convo_id = sqlc.arg(convo_id) AND e.did = sqlc.arg(did)) AS ever;

-- name: Standings :many
-- Who of dids is a member, or has left with its leaf awaiting removal.
SELECT did, (left_seq IS NULL)::boolean AS active
FROM memberships
WHERE convo_id = sqlc.arg(convo_id) AND did = ANY(sqlc.arg(dids)::text[]) AND (left_seq IS NULL OR pending_removal)
ORDER BY joined_seq;

-- name: CountMembers :one
SELECT count(*) FROM memberships WHERE convo_id = $1 AND left_seq IS NULL;

-- name: SeniorMember :one
-- The longest-standing member; of those that joined together, the first by DID.
SELECT did FROM memberships
WHERE convo_id = $1 AND left_seq IS NULL
ORDER BY joined_seq, joined_at, did
LIMIT 1;

-- name: BeginMemberships :exec
INSERT INTO memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos)
SELECT sqlc.arg(convo_id), unnest(sqlc.arg(dids)::text[]), sqlc.arg(seq)::bigint, sqlc.arg(at)::timestamptz,
    sqlc.arg(n)::bigint, sqlc.arg(gen)::bigint, sqlc.arg(pos)::bigint;

-- name: AcceptConvo :exec
-- The account has shown that it wants to be in the conversation.
UPDATE memberships SET accepted_at = sqlc.arg(at)::timestamptz
WHERE convo_id = sqlc.arg(convo_id) AND did = sqlc.arg(did) AND left_seq IS NULL AND accepted_at IS NULL;

-- name: EndMemberships :exec
UPDATE memberships SET left_seq = sqlc.arg(seq)::bigint, left_at = sqlc.arg(at)::timestamptz, pending_removal = sqlc.arg(pending),
    left_n = sqlc.arg(n)::bigint, left_gen = sqlc.arg(gen)::bigint, left_pos = sqlc.arg(pos)::bigint
WHERE convo_id = sqlc.arg(convo_id) AND did = ANY(sqlc.arg(dids)::text[]) AND left_seq IS NULL;

-- name: ClearPendingRemovals :exec
-- The leaf is gone, or its owner is back.
UPDATE memberships SET pending_removal = FALSE
WHERE convo_id = sqlc.arg(convo_id) AND did = ANY(sqlc.arg(dids)::text[]) AND pending_removal;

-- name: LeaveConvo :exec
UPDATE conversations SET
    roster_version = roster_version + 1,
    last_activity_at = greatest(last_activity_at, sqlc.arg(at)),
    closed_at = CASE WHEN sqlc.arg(closes)::boolean THEN sqlc.arg(at)::timestamptz END
WHERE convo_id = sqlc.arg(convo_id);

-- name: LeavesOf :many
SELECT did, device_id FROM leaves
WHERE convo_id = sqlc.arg(convo_id) AND did = ANY(sqlc.arg(dids)::text[]);

-- name: CountLeaves :one
SELECT count(*) FROM leaves WHERE convo_id = $1;

-- name: InsertLeaves :exec
INSERT INTO leaves (convo_id, did, device_id)
SELECT sqlc.arg(convo_id), unnest(sqlc.arg(dids)::text[]), unnest(sqlc.arg(device_ids)::text[])
ON CONFLICT (convo_id, did, device_id) DO NOTHING;

-- name: DeleteLeaves :exec
DELETE FROM leaves WHERE convo_id = sqlc.arg(convo_id) AND did = ANY(sqlc.arg(dids)::text[]);

-- name: DeleteOnlyOtherLeaf :exec
-- The owner's one known leaf besides the device's; none where there are several.
DELETE FROM leaves l
WHERE l.convo_id = sqlc.arg(convo_id) AND l.did = sqlc.arg(did) AND l.device_id <> sqlc.arg(device_id)
  AND 1 = (SELECT count(*) FROM leaves o WHERE o.convo_id = l.convo_id AND o.did = l.did AND o.device_id <> sqlc.arg(device_id));

-- name: ConvosForView :many
SELECT c.convo_id, c.creator_did, c.cipher_suite, c.epoch, c.last_seq, c.roster, c.name, c.description,
       c.created_at, c.last_message_at, coalesce(r.seq, 0)::bigint AS read_seq
FROM conversations c
LEFT JOIN read_positions r ON r.convo_id = c.convo_id AND r.did = sqlc.arg(did)
WHERE c.convo_id = ANY(sqlc.arg(convo_ids)::text[]);

-- name: MembersForView :many
SELECT convo_id, did, joined_at, pending_removal
FROM memberships
WHERE convo_id = ANY(sqlc.arg(convo_ids)::text[]) AND (left_seq IS NULL OR pending_removal)
ORDER BY convo_id, joined_seq, joined_at, did;

-- name: LeavesForView :many
SELECT convo_id, did, device_id, leaf_index, credential
FROM leaves
WHERE convo_id = ANY(sqlc.arg(convo_ids)::text[])
ORDER BY convo_id, did, leaf_index, device_id;
