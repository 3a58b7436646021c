-- Only the service can put a tree together that has changed since it was stored whole.
DO $$
BEGIN
    IF EXISTS (SELECT FROM group_infos WHERE tree_change IS NOT NULL) THEN
        RAISE EXCEPTION 'trees have changed since the migration, and older versions cannot read them: restore the backup from before it';
    END IF;
END $$;

ALTER TABLE group_infos ADD COLUMN ratchet_tree BYTEA;
ALTER TABLE group_infos ALTER COLUMN ratchet_tree SET STORAGE EXTERNAL;
DELETE FROM group_infos g USING group_infos n WHERE n.convo_id = g.convo_id AND n.epoch > g.epoch;
UPDATE group_infos g SET
    group_info = CASE WHEN g.tree_at IS NULL THEN g.group_info ELSE substr(g.group_info, 1, g.tree_at::int) || t.tree || substr(g.group_info, g.tree_at::int + 1) END,
    ratchet_tree = CASE WHEN g.tree_at IS NULL THEN nullif(t.tree, '') END
FROM trees t WHERE t.convo_id = g.convo_id;
ALTER TABLE group_infos
    DROP COLUMN tree_at,
    DROP COLUMN tree_change,
    DROP CONSTRAINT group_infos_pkey,
    ADD PRIMARY KEY (convo_id),
    ADD FOREIGN KEY (convo_id) REFERENCES conversations;
DROP TABLE trees;
UPDATE schema_needs SET migration = 1;
