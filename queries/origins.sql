-- name: GetAccountState :one
-- The state of an account that limits depend on: its confirmed origin, with the
-- seconds since the confirmation as age, whether it is settled, and whether
-- that is stored (noted). It is settled when it and another account have
-- accepted the same conversation long enough ago. Only the first conversations
-- that it accepted are checked: an account usually has few in which nobody else
-- accepted.
SELECT o.origin, coalesce(extract(epoch FROM now() - o.confirmed_at), 0)::double precision AS age, (o.settled_at IS NOT NULL)::boolean AS noted,
    (o.settled_at IS NOT NULL OR EXISTS (
        SELECT 1 FROM (
            SELECT m.convo_id FROM memberships m
            WHERE m.did = sqlc.arg(did) AND m.accepted_at <= now() - make_interval(secs => sqlc.arg(new_for)::double precision)
            ORDER BY m.accepted_at
            LIMIT 50
        ) mine
        JOIN memberships other ON other.convo_id = mine.convo_id
        WHERE other.did <> sqlc.arg(did) AND other.accepted_at <= now() - make_interval(secs => sqlc.arg(new_for)::double precision)
    ))::boolean AS settled
FROM (SELECT sqlc.arg(did)::text AS did) a
LEFT JOIN account_origins o ON o.did = a.did;

-- name: NoteSettled :exec
INSERT INTO account_origins AS o (did, settled_at) VALUES (sqlc.arg(did), now())
ON CONFLICT (did) DO UPDATE SET settled_at = coalesce(o.settled_at, excluded.settled_at);

-- name: NoteOrigin :exec
INSERT INTO account_origins AS o (did, origin, confirmed_at) VALUES (sqlc.arg(did), sqlc.arg(origin)::text, now())
ON CONFLICT (did) DO UPDATE SET origin = excluded.origin, confirmed_at = excluded.confirmed_at;

-- name: ForgetOrigin :exec
-- The PDS of the stored origin denies that it has the account.
WITH gone AS (
    DELETE FROM account_origins d WHERE d.did = sqlc.arg(did) AND d.origin = sqlc.arg(origin)::text AND d.settled_at IS NULL
)
UPDATE account_origins o SET origin = NULL, confirmed_at = NULL
WHERE o.did = sqlc.arg(did) AND o.origin = sqlc.arg(origin)::text AND o.settled_at IS NOT NULL;

-- name: CountSettled :one
-- The settled accounts that an origin has confirmed recently.
SELECT count(*) FROM account_origins
WHERE origin = sqlc.arg(origin)::text AND settled_at IS NOT NULL AND confirmed_at > now() - make_interval(secs => sqlc.arg(max_age)::double precision);

-- name: RemoveOldOrigins :execrows
-- Of accounts that are not settled, only valid confirmations are kept.
DELETE FROM account_origins WHERE did IN (
    SELECT o.did FROM account_origins o
    WHERE o.settled_at IS NULL AND o.confirmed_at < now() - make_interval(secs => sqlc.arg(max_age)::double precision)
    ORDER BY o.confirmed_at
    LIMIT sqlc.arg(batch)::bigint
    FOR UPDATE SKIP LOCKED
);
