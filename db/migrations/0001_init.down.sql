DROP FUNCTION log_messages, log_events, log_told_until;
DROP TABLE tickets, idempotency_records, message_blobs, orphan_objects, blobs, package_claims, account_keys, key_packages, devices, account_origins, accounts, commit_failures, rejoin_requests,
    welcome_recipients, welcomes, events, lapsed_proposals, removed_messages, messages, group_infos, leaves, read_positions, memberships, conversations;
DROP FUNCTION log_timeline, log_database_oid, log_system_identifier, log_next_xid, log_horizon, log_own_xid, log_current_generation;
DROP TABLE log_generation;
DROP TABLE schema_needs;
