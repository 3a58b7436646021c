-- The ratchet tree of a conversation is stored once: whole, as it once was, and what
-- each epoch since has changed. A commit writes what it changes.
--
-- ALL SERVERS ARE STOPPED FOR THIS MIGRATION: those of the versions before store a
-- whole tree with each epoch, and are refused by the schema after it. It moves the
-- bytes of every tree, which takes about as long as to copy the table group_infos.

CREATE TABLE trees (
    -- Every conversation has a tree.
    convo_id BYTEA PRIMARY KEY REFERENCES conversations,
    -- In the encoding of the ratchet_tree extension (RFC 9420, section 12.4.3.3).
    tree     BYTEA NOT NULL
);
ALTER TABLE trees ALTER COLUMN tree SET STORAGE EXTERNAL;

-- group_infos has a row for each epoch since the tree was stored whole. The newest is
-- the GroupInfo of the conversation's epoch; of the others tree_change is needed. There
-- is no foreign key: its check would lock the conversation's row again with each commit.
ALTER TABLE group_infos
    -- The offset at which the tree belongs in group_info, which does not contain it;
    -- NULL if the tree was sent beside it.
    ADD COLUMN tree_at     BIGINT CHECK (tree_at > 0),
    -- The epoch's change of the tree of the epoch before (mls.RatchetTree.ChangeFrom);
    -- NULL for none, and where the tree was stored whole in that epoch.
    ADD COLUMN tree_change BYTEA,
    DROP CONSTRAINT group_infos_convo_id_fkey,
    DROP CONSTRAINT group_infos_pkey,
    ADD PRIMARY KEY (convo_id, epoch);
ALTER TABLE group_infos ALTER COLUMN tree_change SET STORAGE EXTERNAL;

-- Takes the trees out of the GroupInfos.
DO $$
DECLARE
    g     RECORD;
    info  BYTEA;
    at    INT; -- the offset that is read
    field INT; -- 0 group_id, 1 tree_hash, 2 confirmed_transcript_hash, 3 extensions of the context, 4 extensions, 5 inside them
    type  INT; -- of an extension
    size  INT; -- of a vector, whose content begins at start
    start INT;
    stop  INT; -- where the extensions end
    found INT; -- where the tree begins
BEGIN
    FOR g IN SELECT convo_id, group_info, ratchet_tree FROM group_infos LOOP
        info := g.group_info || ''::bytea; -- read from disk once
        found := NULL;
        BEGIN
            -- MLSMessage begins with version and wire_format; then follow version and cipher_suite of the context.
            at := CASE WHEN substr(info, 1, 6) = '\x000100040001'::bytea THEN 8 ELSE 4 END;
            field := 0;
            stop := 0;
            WHILE field < 5 OR at < stop LOOP
                IF field = 5 THEN
                    type := get_byte(info, at) * 256 + get_byte(info, at + 1);
                    at := at + 2;
                END IF;
                size := get_byte(info, at) & 63;
                start := at + (1 << (get_byte(info, at) >> 6));
                FOR i IN at + 1 .. start - 1 LOOP
                    size := size * 256 + get_byte(info, i);
                END LOOP;
                IF field = 5 AND type = 2 THEN
                    found := start;
                    EXIT;
                END IF;
                CASE field
                    WHEN 4 THEN
                        at := start;
                        stop := start + size;
                    WHEN 0 THEN at := start + size + 8; -- epoch
                    ELSE at := start + size;
                END CASE;
                field := least(field + 1, 5);
            END LOOP;
        EXCEPTION WHEN array_subscript_error OR numeric_value_out_of_range THEN
            found := NULL; -- it is no GroupInfo, and stays as it is
        END;
        IF found IS NULL THEN
            INSERT INTO trees (convo_id, tree) VALUES (g.convo_id, coalesce(g.ratchet_tree, ''));
        ELSE
            INSERT INTO trees (convo_id, tree) VALUES (g.convo_id, substr(info, found + 1, size));
            UPDATE group_infos u SET tree_at = found, group_info = substr(info, 1, found) || substr(info, found + size + 1)
            WHERE u.convo_id = g.convo_id;
        END IF;
    END LOOP;
END $$;

ALTER TABLE group_infos DROP COLUMN ratchet_tree;

UPDATE schema_needs SET migration = 7;
