-- name: PutGroupInfo :exec
INSERT INTO group_infos (convo_id, epoch, group_info, ratchet_tree, updated_at)
VALUES (sqlc.arg(convo_id), sqlc.arg(epoch), sqlc.arg(group_info), sqlc.narg(ratchet_tree), sqlc.arg(at))
ON CONFLICT (convo_id) DO UPDATE SET
    epoch = excluded.epoch, group_info = excluded.group_info, ratchet_tree = excluded.ratchet_tree, updated_at = excluded.updated_at;

-- name: CurrentGroupInfo :one
-- The GroupInfo of the current epoch, for a member.
SELECT g.epoch, g.group_info, g.ratchet_tree, g.updated_at
FROM group_infos g
WHERE g.convo_id = sqlc.arg(convo_id)
  AND EXISTS (SELECT 1 FROM memberships m WHERE m.convo_id = g.convo_id AND m.did = sqlc.arg(did) AND m.left_seq IS NULL);
