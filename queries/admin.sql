-- name: AddAudit :exec
INSERT INTO admin_audit (actor, action, subject) VALUES (sqlc.arg(actor), sqlc.arg(action), sqlc.narg(subject));

-- name: ListAudit :many
-- The newest entries about an account or a conversation.
SELECT at, actor, action FROM admin_audit WHERE subject = sqlc.arg(subject) ORDER BY id DESC LIMIT 20;

-- name: ShowAccount :one
-- The state and the sizes of an account.
SELECT
    coalesce((SELECT a.created_at FROM accounts a WHERE a.did = sqlc.arg(did)), 'epoch')::timestamptz AS created_at,
    (SELECT o.settled_at FROM account_origins o WHERE o.did = sqlc.arg(did)) AS settled_at,
    (SELECT count(*) FROM memberships m WHERE m.did = sqlc.arg(did) AND m.left_seq IS NULL)::bigint AS convos,
    (SELECT count(*) FROM memberships m WHERE m.did = sqlc.arg(did) AND m.left_seq IS NOT NULL)::bigint AS former_convos,
    (SELECT count(*) FROM devices d WHERE d.did = sqlc.arg(did) AND d.deleted_at IS NULL)::bigint AS devices,
    (SELECT count(*) FROM key_packages k WHERE k.did = sqlc.arg(did) AND k.spent_at IS NULL)::bigint AS key_packages,
    (SELECT count(*) FROM blobs b WHERE b.did = sqlc.arg(did))::bigint AS blobs,
    (SELECT coalesce(sum(b.size), 0) FROM blobs b WHERE b.did = sqlc.arg(did))::bigint AS blob_bytes;

-- name: ShowConvo :one
-- The sizes of a conversation.
SELECT c.epoch, c.last_seq, c.created_at, c.last_activity_at, c.closed_at, c.locked_at, c.locked_by_admin, c.locked_by_operator,
    (SELECT count(*) FROM memberships m WHERE m.convo_id = c.convo_id AND m.left_seq IS NULL)::bigint AS members,
    (SELECT count(*) FROM memberships m WHERE m.convo_id = c.convo_id AND m.pending_removal)::bigint AS pending_removals,
    (SELECT count(*) FROM leaves l WHERE l.convo_id = c.convo_id)::bigint AS leaves,
    (SELECT count(*) FROM messages m WHERE m.convo_id = c.convo_id)::bigint AS messages,
    (SELECT coalesce(sum(octet_length(m.ciphertext)), 0) FROM messages m WHERE m.convo_id = c.convo_id)::bigint AS message_bytes,
    (SELECT count(*) FROM message_blobs b WHERE b.convo_id = c.convo_id)::bigint AS attachments,
    (coalesce((SELECT sum(octet_length(g.group_info) + coalesce(octet_length(g.tree_change), 0)) FROM group_infos g WHERE g.convo_id = c.convo_id), 0)
        + coalesce((SELECT octet_length(t.tree) FROM trees t WHERE t.convo_id = c.convo_id), 0))::bigint AS group_info_bytes
FROM conversations c WHERE c.convo_id = sqlc.arg(convo_id);

-- name: TableSizes :many
-- The tables of the service with the number of rows as the planner estimates it,
-- and their bytes with indexes.
SELECT c.relname::text AS name, greatest(c.reltuples, 0)::bigint AS estimate, pg_total_relation_size(c.oid)::bigint AS bytes
FROM pg_catalog.pg_class c
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
ORDER BY bytes DESC, name;

-- name: CountAccountStates :one
SELECT count(*) FILTER (WHERE suspended_at IS NOT NULL)::bigint AS suspended,
    count(*) FILTER (WHERE host_status IS NOT NULL)::bigint AS inactive,
    count(*) FILTER (WHERE erase_at IS NOT NULL)::bigint AS to_erase
FROM account_states;

-- name: ListRelays :many
SELECT relay, seq, coalesce(held_until > clock_timestamp(), FALSE)::boolean AS held FROM relay_cursors ORDER BY relay;

-- name: ListSessions :many
-- The sessions that have a transaction open, of all databases of the cluster,
-- and those of this database. holds: the transaction keeps the horizon of VACUUM
-- or of the log back.
SELECT a.pid::bigint AS pid, coalesce(a.datname, '')::text AS database, coalesce(a.usename, '')::text AS role, a.application_name::text AS application,
    coalesce(host(a.client_addr), 'local')::text AS client, coalesce(a.state, '')::text AS state,
    coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0)::bigint AS transaction_seconds,
    coalesce(extract(epoch FROM clock_timestamp() - a.backend_start), 0)::bigint AS session_seconds,
    (a.backend_xid IS NOT NULL)::boolean AS writes,
    (a.backend_xmin IS NOT NULL)::boolean AS snapshot,
    coalesce(a.datname = current_database(), FALSE)::boolean AS here
FROM pg_catalog.pg_stat_activity a
WHERE a.pid <> pg_backend_pid() AND (a.xact_start IS NOT NULL OR a.datname = current_database() OR a.backend_type = 'walsender')
ORDER BY a.xact_start NULLS LAST, a.pid;

-- name: ListPreparedTransactions :many
SELECT p.gid::text AS name, p.database::text AS database, p.owner::text AS role, extract(epoch FROM clock_timestamp() - p.prepared)::bigint AS seconds
FROM pg_catalog.pg_prepared_xacts p
ORDER BY p.prepared;

-- name: ListReplicationSlots :many
SELECT s.slot_name::text AS name, coalesce(s.slot_type, '')::text AS type, coalesce(s.active, FALSE)::boolean AS active,
    (s.xmin IS NOT NULL OR s.catalog_xmin IS NOT NULL)::boolean AS holds,
    coalesce(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, s.restart_lsn), 0)::bigint AS kept_bytes
FROM pg_catalog.pg_replication_slots s
ORDER BY s.slot_name;
