-- name: LockPackages :many
-- In the order of refs, as every transaction locks them. Packages of accounts that the
-- caller may not add (hidden) are left out, except those that it has leased.
SELECT did, ref, device_id, cipher_suite, last_resort, spent_at, lease_holder, lease_ends_at
FROM key_packages
WHERE ref = ANY(sqlc.arg(refs)::bytea[])
  AND (did NOT IN (SELECT unnest(sqlc.arg(hidden)::text[])) OR lease_holder = sqlc.arg(caller)::text AND lease_ends_at > sqlc.arg(now)::timestamptz)
ORDER BY ref, did
FOR NO KEY UPDATE;

-- name: DeletedDevices :many
-- Must be read after the packages are locked, since the deletion of a device
-- locks its packages too.
SELECT d.did, d.device_id FROM devices d
WHERE d.did = ANY(sqlc.arg(dids)::text[]) AND d.device_id = ANY(sqlc.arg(device_ids)::text[]) AND d.deleted_at IS NOT NULL;

-- name: SpendPackages :exec
-- Spending a package ends its lease, so that it no longer refers to the
-- requester. Packages are named by their whole key, which LockPackages has read.
UPDATE key_packages SET spent_at = sqlc.arg(at)::timestamptz, lease_holder = NULL, lease_convo = NULL, lease_ends_at = NULL
WHERE (did, ref) IN (SELECT unnest(sqlc.arg(dids)::text[]), unnest(sqlc.arg(refs)::bytea[])) AND NOT last_resort;

-- name: InsertWelcome :exec
INSERT INTO welcomes (convo_id, seq, epoch, welcome, ratchet_tree, created_at)
VALUES (sqlc.arg(convo_id), sqlc.arg(seq), sqlc.arg(epoch), sqlc.arg(welcome), sqlc.narg(ratchet_tree), sqlc.arg(at));

-- name: SupersedeWelcomes :exec
-- The list is hashed as in DeleteDeviceLeaves.
UPDATE welcome_recipients SET state = 'superseded', ended_at = sqlc.arg(at)::timestamptz
WHERE convo_id = sqlc.arg(convo_id) AND state = 'open'
  AND ((did, device_id) IN (SELECT unnest(sqlc.arg(dids)::text[]), unnest(sqlc.arg(device_ids)::text[]))) IS TRUE;

-- name: InsertWelcomeRecipients :exec
INSERT INTO welcome_recipients (convo_id, did, device_id, seq, ref)
SELECT sqlc.arg(convo_id), unnest(sqlc.arg(dids)::text[]), unnest(sqlc.arg(device_ids)::text[]), sqlc.arg(seq)::bigint,
       unnest(sqlc.arg(refs)::bytea[]);

-- name: RecordCommitter :one
-- A leaf shows that the account uses the device. Its row is locked, so that a
-- deletion comes before or after. deleted is whether it is deleted.
WITH account AS (
    INSERT INTO accounts (did, created_at) VALUES (sqlc.arg(did), sqlc.arg(at)) ON CONFLICT (did) DO NOTHING
), device AS (
    -- The row that is there is locked, and written only if it is that of a deleted device.
    INSERT INTO devices AS d (did, device_id, created_at) VALUES (sqlc.arg(did), sqlc.arg(device_id), sqlc.arg(at))
    ON CONFLICT (did, device_id) DO UPDATE SET created_at = d.created_at WHERE d.deleted_at IS NOT NULL
    RETURNING d.deleted_at
)
SELECT EXISTS (SELECT FROM device WHERE deleted_at IS NOT NULL) AS deleted;
