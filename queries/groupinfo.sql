-- name: AddGroupInfo :exec
-- The GroupInfo of a new epoch, without its tree, and what the epoch changes in the
-- tree; NULL for nothing, and where PutTree has stored the tree.
INSERT INTO group_infos (convo_id, epoch, group_info, tree_at, tree_change, updated_at)
VALUES (sqlc.arg(convo_id), sqlc.arg(epoch), sqlc.arg(group_info), sqlc.narg(tree_at), sqlc.narg(tree_change), sqlc.arg(at));

-- name: ReplaceGroupInfo :exec
-- Another GroupInfo of an epoch. The tree is the same.
UPDATE group_infos SET group_info = sqlc.arg(group_info), tree_at = sqlc.narg(tree_at), updated_at = sqlc.arg(at)
WHERE convo_id = sqlc.arg(convo_id) AND epoch = sqlc.arg(epoch);

-- name: PutTree :exec
-- Stores a tree whole. The epochs before are not needed any more.
WITH past AS (DELETE FROM group_infos g WHERE g.convo_id = sqlc.arg(convo_id))
INSERT INTO trees (convo_id, tree) VALUES (sqlc.arg(convo_id), sqlc.arg(tree))
ON CONFLICT (convo_id) DO UPDATE SET tree = excluded.tree;

-- name: SettleTree :exec
-- Stores the tree of the newest epoch whole, and removes the epochs before.
WITH past AS (
    DELETE FROM group_infos g WHERE g.convo_id = sqlc.arg(convo_id) AND g.epoch < sqlc.arg(epoch)
), newest AS (
    UPDATE group_infos n SET tree_change = NULL WHERE n.convo_id = sqlc.arg(convo_id) AND n.epoch = sqlc.arg(epoch)
)
UPDATE trees SET tree = sqlc.arg(tree) WHERE trees.convo_id = sqlc.arg(convo_id);

-- name: CurrentGroupInfo :one
-- The GroupInfo of the current epoch, for a member: without its tree, which is tree
-- with the changes.
SELECT g.epoch, g.group_info, g.tree_at, g.updated_at, c.cipher_suite, t.tree,
    (SELECT coalesce(array_agg(p.tree_change ORDER BY p.epoch), '{}') FROM group_infos p WHERE p.convo_id = t.convo_id AND p.tree_change IS NOT NULL)::bytea[] AS changes
FROM trees t
JOIN conversations c ON c.convo_id = t.convo_id
CROSS JOIN LATERAL (
    SELECT n.epoch, n.group_info, n.tree_at, n.updated_at FROM group_infos n WHERE n.convo_id = t.convo_id ORDER BY n.epoch DESC LIMIT 1
) g
WHERE t.convo_id = (SELECT m.convo_id FROM memberships m
    WHERE m.convo_id = sqlc.arg(convo_id) AND m.did = sqlc.arg(did) AND m.left_seq IS NULL);

-- name: GroupInfoWithoutTree :one
-- The GroupInfo of the current epoch as it is stored.
SELECT group_info, tree_at FROM group_infos WHERE convo_id = $1 ORDER BY epoch DESC LIMIT 1;

-- name: StoredTree :one
-- The tree of a conversation, as CurrentGroupInfo has it.
SELECT c.epoch, c.cipher_suite, t.tree,
    (SELECT coalesce(array_agg(p.tree_change ORDER BY p.epoch), '{}') FROM group_infos p WHERE p.convo_id = t.convo_id AND p.tree_change IS NOT NULL)::bytea[] AS changes
FROM trees t
JOIN conversations c ON c.convo_id = t.convo_id
WHERE t.convo_id = sqlc.arg(convo_id);
