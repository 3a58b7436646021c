-- name: RaiseAccountStates :one
-- Every change of account_states begins with this, and so waits for the change
-- before it. It returns the version of the change, and the time.
UPDATE account_states_version SET version = version + 1
RETURNING version, clock_timestamp()::timestamptz AS now;

-- name: ReadAccountState :one
-- The state of an account. The row of an erased account, which can only be
-- suspended, has its pseudonym.
SELECT did, suspended_at, host_status, host_status_at, erase_at, erasing FROM account_states
WHERE did = ANY(ARRAY[sqlc.arg(did)::text, sqlc.arg(pseudonym)::text])
ORDER BY did = sqlc.arg(did)::text DESC
LIMIT 1;

-- name: PutAccountState :exec
INSERT INTO account_states (did, suspended_at, host_status, host_status_at, erase_at, erasing, version)
VALUES (sqlc.arg(did), sqlc.narg(suspended_at), sqlc.narg(host_status), sqlc.narg(host_status_at), sqlc.narg(erase_at), sqlc.arg(erasing), sqlc.arg(version))
ON CONFLICT (did) DO UPDATE SET suspended_at = excluded.suspended_at, host_status = excluded.host_status,
    host_status_at = excluded.host_status_at, erase_at = excluded.erase_at, erasing = excluded.erasing, version = excluded.version;

-- name: DeleteAccountState :execrows
DELETE FROM account_states WHERE did = $1;

-- name: ChangedAccountStates :many
-- The newest version, and the accounts whose state changed after one. There is
-- at least one row; its did is empty if there is none.
SELECT v.version AS newest, coalesce(s.did, '')::text AS did, coalesce(s.version, 0)::bigint AS version
FROM account_states_version v
LEFT JOIN account_states s ON s.version > sqlc.arg(after)::bigint
ORDER BY s.version
LIMIT sqlc.arg(batch)::bigint;

-- name: KnowsAccount :one
-- Whether the service has anything of an account.
SELECT (EXISTS (SELECT FROM accounts a WHERE a.did = sqlc.arg(did))
    OR EXISTS (SELECT FROM memberships m WHERE m.did = sqlc.arg(did))
    OR EXISTS (SELECT FROM account_states s WHERE s.did = sqlc.arg(did)))::boolean;

-- name: ClaimErasure :one
-- An account whose next step of the erasure is due. The step is put off, so that
-- no other instance takes it meanwhile, and one that fails is repeated.
UPDATE account_states SET erase_at = clock_timestamp() + sqlc.arg(hold_ms)::bigint * interval '1 millisecond'
WHERE did = (
    SELECT s.did FROM account_states s
    WHERE s.erase_at <= clock_timestamp()
    ORDER BY s.erase_at
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING did, host_status, erasing;
