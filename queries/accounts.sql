-- name: HoldKnownAccount :exec
-- Locks the account's row like HoldAccount, if it exists.
SELECT 1 FROM accounts WHERE did = $1 FOR NO KEY UPDATE;

-- name: HoldAccount :exec
-- Creates the account's row if needed and locks it for the rest of the
-- transaction, in one round trip: a conflicting row is locked although WHERE
-- FALSE leaves it unchanged. Setting created_at and not the key takes the lock
-- FOR NO KEY UPDATE, for which checks of foreign keys do not wait.
INSERT INTO accounts (did, created_at) VALUES (sqlc.arg(did), sqlc.arg(now))
ON CONFLICT (did) DO UPDATE SET created_at = accounts.created_at WHERE FALSE;
