-- name: HoldKnownAccount :exec
-- Locks the account's row like HoldAccount, where there is one.
SELECT 1 FROM accounts WHERE did = $1 FOR NO KEY UPDATE;

-- name: HoldAccount :exec
-- Makes sure that the account's row exists and locks it for the rest of the
-- transaction, in one round trip: the conflicting row is locked although WHERE
-- FALSE leaves it as it is. Writing created_at and not the key makes it FOR NO
-- KEY UPDATE, which the checks of foreign keys do not wait for.
INSERT INTO accounts (did, created_at) VALUES (sqlc.arg(did), sqlc.arg(now))
ON CONFLICT (did) DO UPDATE SET created_at = accounts.created_at WHERE FALSE;
