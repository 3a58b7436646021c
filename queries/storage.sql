-- name: DatabaseSize :one
-- The size of the database on disk, in bytes.
SELECT pg_database_size(current_database())::bigint;

-- name: CountOtherStores :one
-- The number of sessions of instances that keep attachments elsewhere. The name
-- of a session is visible to every role.
SELECT count(*) FROM pg_catalog.pg_stat_activity
WHERE datname = current_database() AND starts_with(application_name, sqlc.arg(prefix)::text)
  AND application_name <> sqlc.arg(own)::text;
