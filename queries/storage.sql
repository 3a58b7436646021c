-- name: DatabaseSize :one
-- The size of the database on disk, in bytes.
SELECT pg_database_size(current_database())::bigint;
