-- name: ListPublishedKeyPackages :many
-- Which of these packages are stored already: spent packages stay spent, and an
-- expired one may be published again.
SELECT ref FROM key_packages
WHERE did = $1 AND ref = ANY(sqlc.arg(refs)::bytea[])
  AND (spent_at IS NOT NULL OR expires_at > sqlc.arg(now)::timestamptz);

-- name: CountLiveKeyPackages :many
-- The packages that the limits count: unspent ones by device and suite, last-resort ones
-- apart, and devices that have only leaves, with suite 0 and no package. Leaves
-- count as in CountDevices.
SELECT k.device_id, k.cipher_suite, FALSE::boolean AS last_resort, count(*) AS packages FROM key_packages k
WHERE k.did = sqlc.arg(did) AND k.spent_at IS NULL AND NOT k.last_resort AND k.expires_at > sqlc.arg(now)::timestamptz
GROUP BY k.device_id, k.cipher_suite
UNION ALL
SELECT k.device_id, k.cipher_suite, TRUE, count(*) FROM key_packages k
WHERE k.did = sqlc.arg(did) AND k.last_resort AND k.expires_at > sqlc.arg(now)::timestamptz
GROUP BY k.device_id, k.cipher_suite
UNION ALL
SELECT DISTINCT l.device_id, 0::bigint, FALSE, 0::bigint FROM leaves l
JOIN devices d ON d.did = l.did AND d.device_id = l.device_id AND d.deleted_at IS NULL
WHERE l.did = sqlc.arg(did);

-- name: InsertKeyPackages :exec
INSERT INTO key_packages (did, ref, device_id, cipher_suite, key_package, last_resort, expires_at, created_at)
SELECT sqlc.arg(did), unnest(sqlc.arg(refs)::bytea[]), unnest(sqlc.arg(device_ids)::text[]),
    unnest(sqlc.arg(cipher_suites)::bigint[]), unnest(sqlc.arg(key_packages)::bytea[]),
    unnest(sqlc.arg(last_resorts)::boolean[]), unnest(sqlc.arg(expires)::timestamptz[]), sqlc.arg(now)::timestamptz
ON CONFLICT (did, ref) DO UPDATE
SET key_package = excluded.key_package, expires_at = excluded.expires_at, created_at = excluded.created_at
WHERE key_packages.spent_at IS NULL AND key_packages.expires_at <= excluded.created_at;

-- name: ListClaimableDevices :many
-- The devices of these accounts, each with the suite to serve: the one asked
-- for, or its lowest (suite 1 is the lowest that exists). A device counts if it
-- has an unspent package or a leaf. Suite 0: it has no package to serve.
-- seated: it has a leaf in the conversation that the holder, a member, names, and
-- its account has not asked to be added again. Accounts that are refused have no
-- devices here, and of those that the holder may not add (hidden) only devices of
-- which it has leased a package before. The devices of an account without packages
-- that is none of members would tell it from one that does not exist.
-- OFFSET 0 makes the planner look up every device: in a small table it would
-- otherwise scan all packages and leaves.
SELECT d.did, d.device_id, suite.number::bigint AS cipher_suite,
    EXISTS (
        SELECT 1 FROM key_packages k
        WHERE k.did = d.did AND k.device_id = d.device_id AND k.cipher_suite = suite.number
          AND k.spent_at IS NULL AND NOT k.last_resort AND k.expires_at > sqlc.arg(horizon)::timestamptz
          AND (k.lease_ends_at IS NULL OR k.lease_ends_at <= sqlc.arg(now)::timestamptz)
    ) AS available,
    EXISTS (
        SELECT 1 FROM leaves l
        JOIN memberships m ON m.convo_id = l.convo_id AND m.did = l.did AND m.left_seq IS NULL
        WHERE l.convo_id = (SELECT h.convo_id FROM memberships h
                WHERE h.convo_id = sqlc.arg(convo) AND h.did = sqlc.arg(holder)::text AND h.left_seq IS NULL)
          AND l.did = d.did AND l.device_id = d.device_id
          AND NOT EXISTS (SELECT 1 FROM rejoin_requests r WHERE r.convo_id = l.convo_id AND r.did = l.did OFFSET 0)
    ) AS seated
FROM devices d
CROSS JOIN LATERAL (
    SELECT CASE WHEN sqlc.arg(cipher_suite)::bigint <> 0 THEN sqlc.arg(cipher_suite)::bigint
    ELSE COALESCE(LEAST(
        (SELECT min(k.cipher_suite) FROM key_packages k
         WHERE k.did = d.did AND k.device_id = d.device_id AND k.spent_at IS NULL AND NOT k.last_resort
           AND (k.expires_at > sqlc.arg(horizon)::timestamptz
                OR (k.lease_holder = sqlc.arg(holder)::text AND k.lease_ends_at > sqlc.arg(now)::timestamptz))),
        (SELECT min(k.cipher_suite) FROM key_packages k
         WHERE k.did = d.did AND k.device_id = d.device_id AND k.last_resort
           AND k.expires_at > sqlc.arg(horizon)::timestamptz)
    ), 0) END AS number
) suite
WHERE d.did = ANY(sqlc.arg(dids)::text[]) AND d.deleted_at IS NULL
  AND (d.did <> ALL(sqlc.arg(hidden)::text[])
    OR EXISTS (SELECT 1 FROM key_packages k WHERE k.lease_holder = sqlc.arg(holder)::text AND k.did = d.did AND k.device_id = d.device_id
               AND k.lease_convo = sqlc.arg(convo) AND k.lease_ends_at > sqlc.arg(now)::timestamptz AND k.spent_at IS NULL OFFSET 0))
  AND NOT EXISTS (SELECT 1 FROM account_states s WHERE s.did = d.did OFFSET 0)
  AND (EXISTS (SELECT 1 FROM key_packages k WHERE k.did = d.did AND k.device_id = d.device_id
               AND k.spent_at IS NULL AND NOT k.last_resort OFFSET 0)
    OR EXISTS (SELECT 1 FROM key_packages k WHERE k.did = d.did AND k.device_id = d.device_id AND k.last_resort OFFSET 0)
    OR EXISTS (SELECT 1 FROM leaves l WHERE l.did = d.did AND l.device_id = d.device_id OFFSET 0)
       AND (d.did = ANY(sqlc.arg(members)::text[]) OR EXISTS (SELECT 1 FROM key_packages k WHERE k.did = d.did AND k.spent_at IS NULL OFFSET 0)))
ORDER BY d.created_at, d.device_id;

-- name: ListLeases :many
-- The leases of the holder on these accounts, for one conversation or for none:
-- few rows for each device and suite, of which some may have ended.
SELECT did, device_id, cipher_suite, ref, lease_ends_at, octet_length(key_package)::bigint AS size
FROM key_packages
WHERE lease_holder = sqlc.arg(holder)::text AND did = ANY(sqlc.arg(dids)::text[])
  AND lease_convo = sqlc.arg(convo) AND spent_at IS NULL
ORDER BY did, device_id, ref;

-- name: LeaseKeyPackages :many
-- Leases one package of each device, never one that another transaction has
-- locked, so that nobody else gets it. Locked rows are skipped, so that this
-- cannot deadlock.
WITH wanted AS (
    SELECT unnest(sqlc.arg(dids)::text[]) AS did, unnest(sqlc.arg(device_ids)::text[]) AS device_id,
        unnest(sqlc.arg(cipher_suites)::bigint[]) AS cipher_suite
), taken AS (
    SELECT w.did, p.ref FROM wanted w CROSS JOIN LATERAL (
        SELECT k.ref FROM key_packages k
        WHERE k.did = w.did AND k.device_id = w.device_id AND k.cipher_suite = w.cipher_suite
          AND k.spent_at IS NULL AND NOT k.last_resort AND k.expires_at > sqlc.arg(horizon)::timestamptz
          AND (k.lease_ends_at IS NULL OR k.lease_ends_at <= sqlc.arg(now)::timestamptz)
        ORDER BY k.lease_ends_at NULLS FIRST, k.expires_at
        LIMIT 1
        FOR UPDATE SKIP LOCKED
    ) p
)
UPDATE key_packages k
SET lease_holder = sqlc.arg(holder)::text, lease_convo = sqlc.arg(convo),
    lease_ends_at = sqlc.arg(lease_ends_at)::timestamptz
FROM taken t
WHERE k.did = t.did AND k.ref = t.ref
RETURNING k.did, k.device_id, k.ref, octet_length(k.key_package)::bigint AS size;

-- name: PickLastResortKeyPackages :many
-- The last-resort package of each device that expires last.
WITH wanted AS (
    SELECT unnest(sqlc.arg(dids)::text[]) AS did, unnest(sqlc.arg(device_ids)::text[]) AS device_id,
        unnest(sqlc.arg(cipher_suites)::bigint[]) AS cipher_suite
)
SELECT w.did::text AS did, w.device_id::text AS device_id, p.ref, p.size
FROM wanted w CROSS JOIN LATERAL (
    SELECT k.ref, octet_length(k.key_package)::bigint AS size FROM key_packages k
    WHERE k.did = w.did AND k.device_id = w.device_id AND k.cipher_suite = w.cipher_suite
      AND k.last_resort AND k.expires_at > sqlc.arg(horizon)::timestamptz
    ORDER BY k.expires_at DESC, k.ref
    LIMIT 1
) p
ORDER BY w.did, w.device_id;

-- name: MarkLastResortUsed :exec
-- Skips rows that another transaction has locked: the time that it writes is
-- nearly the same, and skipping cannot deadlock.
UPDATE key_packages SET last_resort_used_at = sqlc.arg(now)::timestamptz
WHERE (did, ref) IN (
    SELECT k.did, k.ref FROM key_packages k
    WHERE (k.did, k.ref) IN (SELECT unnest(sqlc.arg(dids)::text[]), unnest(sqlc.arg(refs)::bytea[]))
    FOR UPDATE SKIP LOCKED
);

-- name: GetKeyPackageBytes :many
SELECT k.did, k.ref, k.key_package FROM key_packages k
WHERE (k.did, k.ref) IN (SELECT unnest(sqlc.arg(dids)::text[]), unnest(sqlc.arg(refs)::bytea[]));

-- name: CountKeyPackages :many
-- A row for each device and suite with packages, and one with suite 0 for a
-- device without any. 1970 means never.
SELECT d.device_id, COALESCE(k.cipher_suite, 0)::bigint AS cipher_suite,
    count(*) FILTER (WHERE k.spent_at IS NULL AND NOT k.last_resort AND k.expires_at > sqlc.arg(horizon)::timestamptz
        AND (k.lease_ends_at IS NULL OR k.lease_ends_at <= sqlc.arg(now)::timestamptz)) AS available,
    count(*) FILTER (WHERE k.spent_at IS NULL AND k.lease_ends_at > sqlc.arg(now)::timestamptz) AS leased,
    count(*) FILTER (WHERE k.last_resort AND k.expires_at > sqlc.arg(horizon)::timestamptz) AS last_resort,
    COALESCE(max(k.last_resort_used_at), 'epoch')::timestamptz AS last_resort_used_at
FROM (
    SELECT newest.did, newest.device_id, newest.created_at FROM devices newest
    WHERE newest.did = sqlc.arg(did) AND newest.deleted_at IS NULL
    ORDER BY newest.created_at DESC, newest.device_id DESC
    LIMIT sqlc.arg(max_devices)::bigint
) d
LEFT JOIN key_packages k ON k.did = d.did AND k.device_id = d.device_id
    AND (sqlc.arg(cipher_suite)::bigint = 0 OR k.cipher_suite = sqlc.arg(cipher_suite)::bigint)
GROUP BY d.created_at, d.device_id, k.cipher_suite
ORDER BY d.created_at, d.device_id, k.cipher_suite;

-- name: ClearEndedLeases :execrows
-- Clears holder and conversation of leases that have ended.
UPDATE key_packages SET lease_holder = NULL, lease_convo = NULL
WHERE (did, ref) IN (
    SELECT k.did, k.ref FROM key_packages k
    WHERE k.lease_holder <> '' AND k.lease_ends_at < sqlc.arg(now)::timestamptz
    ORDER BY k.lease_ends_at
    LIMIT sqlc.arg(batch)::bigint
    FOR UPDATE SKIP LOCKED
);

-- name: DeleteExpiredKeyPackages :execrows
-- In small batches, so that transactions are short.
DELETE FROM key_packages
WHERE (did, ref) IN (
    SELECT k.did, k.ref FROM key_packages k
    WHERE k.spent_at IS NULL AND k.expires_at < sqlc.arg(before)::timestamptz
    ORDER BY k.expires_at
    LIMIT sqlc.arg(batch)::bigint
    FOR UPDATE SKIP LOCKED
);

-- name: DeleteSpentKeyPackages :execrows
DELETE FROM key_packages
WHERE (did, ref) IN (
    SELECT k.did, k.ref FROM key_packages k
    WHERE k.spent_at IS NOT NULL AND k.expires_at < sqlc.arg(before)::timestamptz
    ORDER BY k.expires_at
    LIMIT sqlc.arg(batch)::bigint
    FOR UPDATE SKIP LOCKED
);
