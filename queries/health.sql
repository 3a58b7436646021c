-- The health checks of an instance in the database (server/health).

-- name: HealthSession :one
-- Whether the session can write, its server process, and the database's clock.
SELECT (pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean)::boolean AS read_only,
    pg_backend_pid()::int AS pid, clock_timestamp()::timestamptz AS now;

-- name: HealthWrite :exec
-- A write that commits, waiting for the disk and for a synchronous standby as
-- every other one does.
UPDATE health_writes SET written_at = clock_timestamp();

-- name: HealthSettings :one
-- Makes the sort of HealthFile use a file on the disk of the database. The
-- settings hold for the transaction.
SELECT (set_config('work_mem', '64kB', TRUE) || set_config('temp_tablespaces', '', TRUE))::text AS settings;

-- name: HealthFile :one
-- Sorts a megabyte, for which the server writes a temporary file. On a full disk
-- this fails as an insert does. It leaves nothing behind and needs no rights.
SELECT count(*) AS sorted FROM (
    SELECT repeat(md5(n::text), 32) AS line FROM generate_series(1, 1000) n ORDER BY line OFFSET 0
) s;

-- name: HealthWait :one
-- The event that a server process of this role waits for while it runs a statement: '' if
-- for nothing, 'gone' if it runs none.
SELECT coalesce(health_wait(sqlc.arg(pid)::int), 'gone')::text AS wait_event;
