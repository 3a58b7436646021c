DROP INDEX reports_to_forward;
ALTER TABLE reports DROP COLUMN forward_after, DROP COLUMN forward_attempts, DROP COLUMN forwarded_at, DROP COLUMN forwarded_id;
