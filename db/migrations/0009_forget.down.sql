DROP INDEX removed_messages_age;
ALTER TABLE removed_messages DROP COLUMN removed_at;
