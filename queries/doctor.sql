-- name: DoctorDatabase :one
-- Settings and states of PostgreSQL that a deployment must have right. clock is its
-- time.
SELECT clock_timestamp()::timestamptz AS clock,
    current_setting('server_version_num')::bigint AS version,
    current_setting('fsync')::text AS fsync,
    current_setting('full_page_writes')::text AS full_page_writes,
    current_setting('synchronous_commit')::text AS synchronous_commit,
    current_setting('synchronous_standby_names')::text AS synchronous_standby_names,
    current_setting('default_transaction_isolation')::text AS isolation,
    pg_is_in_recovery()::boolean AS standby,
    has_schema_privilege('public', 'CREATE')::boolean AS may_create,
    has_database_privilege(current_database(), 'TEMPORARY')::boolean AS may_temporary,
    pg_database_size(current_database())::bigint AS bytes,
    (SELECT count(*) FROM pg_catalog.pg_stat_replication r
        WHERE r.application_name <> 'mls_backup' OR r.sync_state IN ('sync', 'quorum'))::bigint AS replicas,
    (SELECT count(*) FROM pg_catalog.pg_stat_replication r WHERE r.sync_state IN ('sync', 'quorum'))::bigint AS synchronous_replicas,
    (SELECT count(*) FROM pg_catalog.pg_prepared_xacts)::bigint AS prepared,
    coalesce((SELECT max(extract(epoch FROM clock_timestamp() - a.xact_start)) FROM pg_catalog.pg_stat_activity a WHERE a.backend_xid IS NOT NULL), 0)::bigint AS oldest_seconds;
