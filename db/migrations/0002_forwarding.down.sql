ALTER TABLE reports DROP COLUMN forward_after, DROP COLUMN forward_attempts, DROP COLUMN forwarded_at, DROP COLUMN forwarded_id;
