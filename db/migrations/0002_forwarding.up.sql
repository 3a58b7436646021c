-- Reports are forwarded to a moderation service (MLS_REPORT_SERVICE). forward_after
-- says when the next attempt may be made, and is NULL for a report that is not, or no
-- longer, to be forwarded. A server before this migration writes none of it.
ALTER TABLE reports
    ADD COLUMN forward_after    TIMESTAMPTZ,
    ADD COLUMN forward_attempts BIGINT NOT NULL DEFAULT 0,
    -- When the moderation service accepted the report, and the number that it gave.
    ADD COLUMN forwarded_at     TIMESTAMPTZ,
    ADD COLUMN forwarded_id     BIGINT;
