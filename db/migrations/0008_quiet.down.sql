-- no transaction

DROP INDEX CONCURRENTLY IF EXISTS memberships_awake;
DROP INDEX CONCURRENTLY IF EXISTS memberships_quiet;
DROP INDEX CONCURRENTLY IF EXISTS memberships_order;
DROP TABLE IF EXISTS quiet_place;
ALTER TABLE memberships DROP COLUMN IF EXISTS quiet_since, DROP COLUMN IF EXISTS listed;
