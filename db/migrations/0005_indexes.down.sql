-- no transaction

DROP INDEX CONCURRENTLY IF EXISTS memberships_requests_age;
DROP INDEX CONCURRENTLY IF EXISTS memberships_requests;
DROP INDEX CONCURRENTLY IF EXISTS reports_to_forward;
