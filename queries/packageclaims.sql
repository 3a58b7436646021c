-- How many key packages of a device were given to other accounts.

-- name: LockPackageClaims :exec
-- Creates these rows if needed, and locks them for the rest of the transaction in
-- the order of their key, as every transaction does. A row that exists is locked and
-- not written: RecordPackageClaims writes it, if at all.
INSERT INTO package_claims AS c (did, device_id, cipher_suite, requester, claimed_at, ends_at)
SELECT w.did, w.device_id, w.cipher_suite, w.requester, '{}',
    CASE WHEN w.requester = '' THEN sqlc.arg(day_ends)::timestamptz ELSE sqlc.arg(hour_ends)::timestamptz END
FROM (
    SELECT unnest(sqlc.arg(dids)::text[]) AS did, unnest(sqlc.arg(device_ids)::text[]) AS device_id,
        unnest(sqlc.arg(cipher_suites)::bigint[]) AS cipher_suite, unnest(sqlc.arg(requesters)::bytea[]) AS requester
) w
ORDER BY w.did COLLATE "C", w.device_id COLLATE "C", w.cipher_suite, w.requester
ON CONFLICT (did, device_id, cipher_suite, requester) DO UPDATE SET ends_at = c.ends_at WHERE FALSE;

-- name: CountPackageClaims :many
-- The claims in these rows: those of an hour in the rows of requesters, those of a day
-- in the others. It follows LockPackageClaims as a statement of its own, so that it
-- sees what the transactions wrote for which that one waited.
SELECT c.did, c.device_id, c.requester, (
    SELECT count(*) FROM unnest(c.claimed_at) AS t (at)
    WHERE t.at > CASE WHEN c.requester = '' THEN sqlc.arg(day_ago)::timestamptz ELSE sqlc.arg(hour_ago)::timestamptz END
)::bigint AS claimed
FROM (
    SELECT unnest(sqlc.arg(dids)::text[]) AS did, unnest(sqlc.arg(device_ids)::text[]) AS device_id,
        unnest(sqlc.arg(cipher_suites)::bigint[]) AS cipher_suite, unnest(sqlc.arg(requesters)::bytea[]) AS requester
) w
JOIN package_claims c USING (did, device_id, cipher_suite, requester);

-- name: CountDevicePackages :many
-- How many packages these devices have had in a day, in these suites: the
-- unspent ones, and those spent within it. Counting stops where the claims of all
-- requesters together are less than percent of the count: a share is then not
-- used up, whatever the rest.
WITH wanted AS (
    SELECT unnest(sqlc.arg(dids)::text[]) AS did, unnest(sqlc.arg(device_ids)::text[]) AS device_id,
        unnest(sqlc.arg(cipher_suites)::bigint[]) AS cipher_suite
)
SELECT w.did::text AS did, w.device_id::text AS device_id, (
    SELECT count(*) FROM (
        SELECT k.did FROM key_packages k
        WHERE k.did = w.did AND k.device_id = w.device_id AND k.cipher_suite = w.cipher_suite
          AND k.spent_at IS NULL AND NOT k.last_resort AND k.expires_at > sqlc.arg(horizon)::timestamptz
        UNION ALL
        SELECT k.did FROM key_packages k
        WHERE k.did = w.did AND k.device_id = w.device_id AND k.cipher_suite = w.cipher_suite
          AND k.spent_at IS NOT NULL AND k.spent_at > sqlc.arg(day_ago)::timestamptz
        LIMIT (
            SELECT count(*) FROM package_claims c CROSS JOIN LATERAL unnest(c.claimed_at) AS t (at)
            WHERE c.did = w.did AND c.device_id = w.device_id AND c.cipher_suite = w.cipher_suite AND c.requester = ''
              AND t.at > sqlc.arg(day_ago)::timestamptz
        ) * 100 / nullif(sqlc.arg(percent)::bigint, 0) + 1
    ) few
)::bigint AS packages
FROM wanted w;

-- name: RecordPackageClaims :exec
-- Adds a claim to each of these rows, which are locked, and drops those that no
-- longer count.
UPDATE package_claims c
SET claimed_at = ARRAY(
        SELECT t.at FROM unnest(c.claimed_at) AS t (at)
        WHERE t.at > CASE WHEN c.requester = '' THEN sqlc.arg(day_ago)::timestamptz ELSE sqlc.arg(hour_ago)::timestamptz END
    ) || sqlc.arg(now)::timestamptz,
    ends_at = CASE WHEN c.requester = '' THEN sqlc.arg(day_ends)::timestamptz ELSE sqlc.arg(hour_ends)::timestamptz END
FROM (
    SELECT unnest(sqlc.arg(dids)::text[]) AS did, unnest(sqlc.arg(device_ids)::text[]) AS device_id,
        unnest(sqlc.arg(cipher_suites)::bigint[]) AS cipher_suite, unnest(sqlc.arg(requesters)::bytea[]) AS requester
) w
WHERE c.did = w.did AND c.device_id = w.device_id AND c.cipher_suite = w.cipher_suite AND c.requester = w.requester;

-- name: DeleteEndedPackageClaims :execrows
DELETE FROM package_claims
WHERE (did, device_id, cipher_suite, requester) IN (
    SELECT c.did, c.device_id, c.cipher_suite, c.requester FROM package_claims c
    WHERE c.ends_at < sqlc.arg(now)::timestamptz
    ORDER BY c.ends_at
    LIMIT sqlc.arg(batch)::bigint
    FOR UPDATE SKIP LOCKED
);
