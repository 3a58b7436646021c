-- name: MeasureTables :many
-- Rows of each table as the statistics of PostgreSQL estimate them, and its bytes on disk with indexes and TOAST.
SELECT s.relname::text AS name, s.n_live_tup::bigint AS row_count, pg_total_relation_size(s.relid)::bigint AS bytes,
    (pg_relation_size(s.relid) / current_setting('block_size')::bigint)::bigint AS pages
FROM pg_catalog.pg_stat_user_tables s
WHERE s.schemaname = current_schema()
ORDER BY s.relname;

-- name: OldestTransactions :many
-- The age in seconds of the oldest transaction that writes, by application name, in all databases of the cluster:
-- such a transaction holds back the log. A prepared transaction counts as the application "prepared". A role that
-- is neither that of the transaction nor a member of pg_read_all_stats sees neither its name nor its age.
SELECT coalesce(a.application_name, '')::text AS application,
    max(extract(epoch FROM clock_timestamp() - a.xact_start))::double precision AS seconds
FROM pg_catalog.pg_stat_activity a
WHERE a.backend_xid IS NOT NULL AND a.xact_start IS NOT NULL AND a.pid <> pg_backend_pid()
GROUP BY 1
UNION ALL
SELECT 'prepared'::text, coalesce(max(extract(epoch FROM clock_timestamp() - p.prepared)), 0)::double precision
FROM pg_catalog.pg_prepared_xacts p
ORDER BY 1;

-- name: SampleBlobBytes :one
-- Bytes of blobs on a part of the pages of their table, in percent.
SELECT coalesce(sum(b.size), 0)::bigint FROM blobs b TABLESAMPLE SYSTEM (sqlc.arg(percent)::real);

-- name: SamplePackagePools :many
-- How many devices have how many key packages that can be claimed (200 at most), of the devices on a part of the pages
-- of their table, in percent.
SELECT p.available, count(*)::bigint AS devices
FROM devices d TABLESAMPLE SYSTEM (sqlc.arg(percent)::real)
CROSS JOIN LATERAL (
    SELECT count(*)::bigint AS available FROM (
        SELECT 1 FROM key_packages k
        WHERE k.did = d.did AND k.device_id = d.device_id AND k.spent_at IS NULL AND NOT k.last_resort
            AND k.expires_at > now() AND (k.lease_ends_at IS NULL OR k.lease_ends_at <= now())
        LIMIT 200
    ) a
) p
WHERE d.deleted_at IS NULL
GROUP BY p.available
ORDER BY p.available;
