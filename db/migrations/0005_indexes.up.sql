-- no transaction

-- Indexes of what the migrations before this one add, made while servers write. An
-- attempt that failed leaves an index that is not valid, so each is dropped first.

-- The reports that are to be forwarded.
DROP INDEX CONCURRENTLY IF EXISTS reports_to_forward;
CREATE INDEX CONCURRENTLY reports_to_forward ON reports (forward_after) WHERE forward_after IS NOT NULL;

-- The open requests of an account, and all of them by age.
DROP INDEX CONCURRENTLY IF EXISTS memberships_requests;
CREATE INDEX CONCURRENTLY memberships_requests ON memberships (did, joined_at, convo_id)
    WHERE consent <> 'accepted' AND left_seq IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS memberships_requests_age;
CREATE INDEX CONCURRENTLY memberships_requests_age ON memberships (joined_at)
    WHERE consent <> 'accepted' AND left_seq IS NULL;
