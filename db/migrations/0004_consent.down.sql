DELETE FROM events WHERE kind IN ('request', 'accepted', 'request-ended');
ALTER TABLE events DROP CONSTRAINT events_kind_check;
ALTER TABLE events ADD CONSTRAINT events_kind_check CHECK (kind IN ('membership', 'welcome', 'rejoin-requested',
    'convo-damaged', 'key-packages-low', 'read', 'preferences', 'role', 'policy', 'lock', 'info', 'info-key-requested')) NOT VALID;
DROP TABLE stranger_allowances, strangers_asked, convo_blocks, declines, contact_preferences;
ALTER TABLE memberships
    DROP COLUMN by_link, DROP COLUMN added_by,
    DROP COLUMN told_pos, DROP COLUMN told_gen, DROP COLUMN told_n, DROP COLUMN told_seq, DROP COLUMN consent;
