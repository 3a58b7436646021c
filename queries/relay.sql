-- name: LeaseRelay :one
-- Makes an instance the one that reads a relay's events, until a time by the
-- clock of the database, unless another one is. No row: another one is.
INSERT INTO relay_cursors AS r (relay, holder, held_until)
VALUES (sqlc.arg(relay), sqlc.arg(holder)::uuid, clock_timestamp() + sqlc.arg(hold_ms)::bigint * interval '1 millisecond')
ON CONFLICT (relay) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
WHERE r.holder IS NULL OR r.holder = excluded.holder OR r.held_until < clock_timestamp()
RETURNING r.seq;

-- name: AdvanceRelay :execrows
-- Records how far the holder has read, and extends its lease. No row: another
-- instance has taken the lease.
UPDATE relay_cursors SET seq = greatest(seq, sqlc.arg(seq)::bigint),
    held_until = clock_timestamp() + sqlc.arg(hold_ms)::bigint * interval '1 millisecond'
WHERE relay = sqlc.arg(relay) AND holder = sqlc.arg(holder)::uuid;

-- name: RestartRelay :exec
-- The relay's numbers have begun anew.
UPDATE relay_cursors SET seq = sqlc.arg(seq)::bigint WHERE relay = sqlc.arg(relay) AND holder = sqlc.arg(holder)::uuid;

-- name: ReleaseRelay :exec
UPDATE relay_cursors SET holder = NULL, held_until = NULL WHERE relay = sqlc.arg(relay) AND holder = sqlc.arg(holder)::uuid;

-- name: ForgetAccountKey :exec
DELETE FROM account_keys WHERE did = $1;
