-- name: AddDevices :exec
-- Known devices keep their created_at, and deleted devices stay deleted.
INSERT INTO devices (did, device_id, created_at)
SELECT sqlc.arg(did), unnest(sqlc.arg(device_ids)::text[]), unnest(sqlc.arg(created_ats)::timestamptz[])
ON CONFLICT (did, device_id) DO NOTHING;

-- name: ListDeletedDevices :many
SELECT device_id FROM devices
WHERE did = $1 AND device_id = ANY(sqlc.arg(device_ids)::text[]) AND deleted_at IS NOT NULL;

-- name: UsesDevice :one
-- Whether an account has the device and has not deleted it. It locks nothing.
SELECT EXISTS (SELECT FROM devices WHERE did = sqlc.arg(did) AND device_id = sqlc.arg(device_id) AND deleted_at IS NULL)::boolean;

-- name: ListDevices :many
-- Available packages are those that expire after a lease that begins now.
SELECT d.device_id, d.created_at,
    ((SELECT count(*) FROM key_packages k
      WHERE k.did = d.did AND k.device_id = d.device_id AND k.spent_at IS NULL AND NOT k.last_resort
        AND k.expires_at > sqlc.arg(horizon)::timestamptz)
     + (SELECT count(*) FROM key_packages k
        WHERE k.did = d.did AND k.device_id = d.device_id AND k.last_resort
          AND k.expires_at > sqlc.arg(horizon)::timestamptz))::bigint AS key_packages,
    (SELECT count(*) FROM leaves l
     JOIN memberships m ON m.convo_id = l.convo_id AND m.did = l.did AND m.left_seq IS NULL
     WHERE l.did = d.did AND l.device_id = d.device_id) AS conversations
FROM devices d
WHERE d.did = sqlc.arg(did) AND d.deleted_at IS NULL
ORDER BY d.created_at DESC, d.device_id DESC
LIMIT sqlc.arg(max_devices)::bigint;

-- name: DeleteDevice :execrows
-- Writes a tombstone, so that the device stays deleted. It affects no row if
-- the account never had the device.
INSERT INTO devices (did, device_id, created_at, deleted_at)
SELECT sqlc.arg(did), sqlc.arg(device_id), sqlc.arg(now)::timestamptz, sqlc.arg(now)::timestamptz
WHERE EXISTS (SELECT 1 FROM devices d WHERE d.did = sqlc.arg(did) AND d.device_id = sqlc.arg(device_id))
   OR EXISTS (SELECT 1 FROM leaves l WHERE l.did = sqlc.arg(did) AND l.device_id = sqlc.arg(device_id))
ON CONFLICT (did, device_id) DO UPDATE SET deleted_at = COALESCE(devices.deleted_at, excluded.deleted_at);

-- name: DeleteDeviceKeyPackages :exec
-- Locks the rows in the order in which commits lock the packages that they
-- spend, and waits for such a commit: later statements of the transaction see
-- its Welcome.
DELETE FROM key_packages
WHERE (did, ref) IN (
    SELECT k.did, k.ref FROM key_packages k
    WHERE k.did = sqlc.arg(did) AND k.device_id = sqlc.arg(device_id)
    ORDER BY k.ref
    FOR UPDATE
);

-- name: EndDeviceWelcomes :exec
UPDATE welcome_recipients SET state = 'device-deleted', ended_at = sqlc.arg(now)::timestamptz
WHERE did = sqlc.arg(did) AND device_id = sqlc.arg(device_id) AND state = 'open';
