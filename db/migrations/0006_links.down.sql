DROP TABLE join_requests, join_links;
DELETE FROM events WHERE kind IN ('join-requests', 'join-answered');
ALTER TABLE events DROP CONSTRAINT events_kind_check;
ALTER TABLE events ADD CONSTRAINT events_kind_check CHECK (kind IN ('membership', 'welcome', 'rejoin-requested',
    'convo-damaged', 'key-packages-low', 'read', 'preferences', 'role', 'policy', 'lock',
    'info', 'info-key-requested', 'request', 'accepted', 'request-ended')) NOT VALID;
