-- name: GetConvoInfo :one
-- The info of a conversation, for a call that has locked the conversation. No row:
-- it was never set.
SELECT version, info, info_key, key_epoch FROM convo_infos WHERE convo_id = $1;

-- name: PutConvoInfo :exec
INSERT INTO convo_infos (convo_id, version, info, info_key, key_epoch, updated_at)
VALUES (sqlc.arg(convo_id), sqlc.arg(version), sqlc.arg(info), sqlc.arg(info_key), sqlc.arg(key_epoch), sqlc.arg(at))
ON CONFLICT (convo_id) DO UPDATE SET
    version = excluded.version, info = excluded.info, info_key = excluded.info_key, key_epoch = excluded.key_epoch,
    requested_epoch = NULL, updated_at = excluded.updated_at;

-- name: PutInfoKey :exec
-- A wrap for an epoch answers the requests of that epoch and of earlier ones. A
-- conversation without info has no key to wrap, and the key of another version is
-- not that of the info.
UPDATE convo_infos SET info_key = sqlc.arg(info_key), key_epoch = sqlc.arg(key_epoch), requested_epoch = NULL
WHERE convo_id = sqlc.arg(convo_id) AND version = coalesce(sqlc.narg(version), version);

-- name: RequestInfoKey :execrows
-- No row: the conversation has no info, or a wrap for the epoch.
UPDATE convo_infos SET requested_epoch = sqlc.arg(epoch)::bigint
WHERE convo_id = sqlc.arg(convo_id) AND key_epoch < sqlc.arg(epoch)::bigint;

-- name: InfosForView :many
SELECT convo_id, version, info, info_key, key_epoch, requested_epoch
FROM convo_infos
WHERE convo_id = ANY(sqlc.arg(convo_ids)::bytea[]);
