-- name: IsKnownAccount :one
-- Whether an account has shown by its own actions that it uses the service.
-- Rows that anyone can cause at once do not count.
SELECT (EXISTS (SELECT FROM account_keys k WHERE k.did = sqlc.arg(did))
    OR EXISTS (SELECT FROM memberships m WHERE m.did = sqlc.arg(did) AND m.accepted_at IS NOT NULL)
    OR EXISTS (SELECT FROM key_packages p WHERE p.did = sqlc.arg(did) AND p.created_at < now() - INTERVAL '1 hour'))::boolean;

-- name: KeepAccountKey :one
-- Stores a signing key that a directory returned some seconds ago, if the
-- account is known: it has accepted a conversation, or has had key packages for
-- an hour. An empty key means that the DID has none. changed reports that a
-- different key was stored before.
WITH account AS (
    SELECT EXISTS (SELECT FROM account_keys k WHERE k.did = sqlc.arg(did))
        OR EXISTS (SELECT FROM memberships m WHERE m.did = sqlc.arg(did) AND m.accepted_at IS NOT NULL)
        OR EXISTS (SELECT FROM key_packages p WHERE p.did = sqlc.arg(did) AND p.created_at < now() - INTERVAL '1 hour') AS known,
        now() - make_interval(secs => sqlc.arg(age)::double precision) AS fetched_at
), kept AS (
    INSERT INTO account_keys (did, public_key, fetched_at)
    SELECT sqlc.arg(did), sqlc.arg(public_key), account.fetched_at FROM account WHERE account.known
    ON CONFLICT (did) DO UPDATE SET public_key = excluded.public_key, fetched_at = excluded.fetched_at
    WHERE account_keys.fetched_at < excluded.fetched_at
        AND (account_keys.public_key <> excluded.public_key OR account_keys.fetched_at < now() - INTERVAL '1 hour')
)
SELECT account.known::boolean AS known, EXISTS (
    SELECT FROM account_keys k
    WHERE k.did = sqlc.arg(did) AND k.public_key <> sqlc.arg(public_key) AND k.fetched_at < account.fetched_at
) AS changed
FROM account;

-- name: GetAccountKey :one
-- age is in seconds.
SELECT public_key, EXTRACT(EPOCH FROM now() - fetched_at)::double precision AS age
FROM account_keys
WHERE did = sqlc.arg(did) AND public_key <> '' AND fetched_at > now() - make_interval(secs => sqlc.arg(max_age)::double precision);

-- name: DeleteOldAccountKeys :execrows
DELETE FROM account_keys
WHERE did IN (
    SELECT did FROM account_keys
    WHERE fetched_at < now() - make_interval(secs => sqlc.arg(max_age)::double precision)
    ORDER BY fetched_at
    LIMIT sqlc.arg(batch)::bigint
    FOR UPDATE SKIP LOCKED
);
