-- name: Roster :many
-- All members, and accounts that have left with a leaf that awaits its removal.
SELECT did, (left_seq IS NULL)::boolean AS active
FROM memberships
WHERE convo_id = $1 AND (left_seq IS NULL OR pending_removal)
ORDER BY joined_seq, did;

-- name: ProposalBytesByRef :one
-- How many bytes ProposalsByRef would read.
SELECT coalesce(sum(octet_length(ciphertext)), 0)::bigint FROM messages
WHERE convo_id = sqlc.arg(convo_id) AND kind = 'proposal' AND epoch = sqlc.arg(epoch)
    AND (proposal_ref IN (SELECT unnest(sqlc.arg(refs)::bytea[]))) IS TRUE;

-- name: ProposalsByRef :many
-- IS TRUE makes the planner hash the list: an array would be searched for each
-- proposal.
SELECT proposal_ref, ciphertext FROM messages
WHERE convo_id = sqlc.arg(convo_id) AND kind = 'proposal' AND epoch = sqlc.arg(epoch)
    AND (proposal_ref IN (SELECT unnest(sqlc.arg(refs)::bytea[]))) IS TRUE
ORDER BY seq;

-- name: PackageBytesByRef :one
-- How many bytes PackagesByRef would read, and the accounts of the packages.
SELECT coalesce(sum(octet_length(key_package)), 0)::bigint AS bytes, coalesce(array_agg(DISTINCT did), '{}')::text[] AS owners
FROM key_packages WHERE ref = ANY(sqlc.arg(refs)::bytea[]);

-- name: PackagesByRef :many
-- The package of a reference never changes. Those of accounts that the caller may not
-- add (hidden) are left out, as if they did not exist, except those that it has leased.
SELECT k.ref, k.key_package FROM key_packages k
WHERE k.ref = ANY(sqlc.arg(refs)::bytea[])
  AND (k.did NOT IN (SELECT unnest(sqlc.arg(hidden)::text[])) OR k.lease_holder = sqlc.arg(caller)::text AND k.lease_ends_at > sqlc.arg(now)::timestamptz)
ORDER BY k.ref, k.did;

-- name: DeleteDeviceLeaves :exec
-- IS TRUE makes the planner hash the list: as a join it would be compared with
-- every leaf. All leaves of the group are read, even for one device.
DELETE FROM leaves
WHERE convo_id = sqlc.arg(convo_id)
  AND ((did, device_id) IN (SELECT unnest(sqlc.arg(dids)::text[]), unnest(sqlc.arg(device_ids)::text[]))) IS TRUE;

-- name: PutLeaves :exec
INSERT INTO leaves (convo_id, did, device_id, leaf_index, signature_key, credential)
SELECT sqlc.arg(convo_id), unnest(sqlc.arg(dids)::text[]), unnest(sqlc.arg(device_ids)::text[]),
       unnest(sqlc.arg(leaf_indexes)::bigint[]), unnest(sqlc.arg(signature_keys)::bytea[]), unnest(sqlc.arg(credentials)::bytea[])
ON CONFLICT (convo_id, did, device_id) DO UPDATE SET
    leaf_index = excluded.leaf_index, signature_key = excluded.signature_key, credential = excluded.credential;

-- name: CountDevices :one
-- Devices of an account with live packages or leaves. A leaf counts only if the
-- account itself has used the device: what other members state must not use up
-- its number of devices.
SELECT count(*) FROM (
    SELECT k.device_id FROM key_packages k
    WHERE k.did = sqlc.arg(did) AND k.spent_at IS NULL AND NOT k.last_resort AND k.expires_at > sqlc.arg(now)::timestamptz
    UNION
    SELECT k.device_id FROM key_packages k
    WHERE k.did = sqlc.arg(did) AND k.last_resort AND k.expires_at > sqlc.arg(now)::timestamptz
    UNION
    SELECT l.device_id FROM leaves l
    JOIN devices d ON d.did = l.did AND d.device_id = l.device_id AND d.deleted_at IS NULL
    WHERE l.did = sqlc.arg(did)
) live;
