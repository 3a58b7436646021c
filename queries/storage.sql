-- name: DatabaseSize :one
-- What the database takes on its disk, in bytes.
SELECT pg_database_size(current_database())::bigint;
