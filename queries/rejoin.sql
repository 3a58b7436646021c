-- name: PutRejoinRequest :exec
INSERT INTO rejoin_requests (convo_id, did, reason, epoch, requested_at)
VALUES (sqlc.arg(convo_id), sqlc.arg(did), sqlc.arg(reason), sqlc.narg(epoch), sqlc.arg(at))
ON CONFLICT (convo_id, did) DO UPDATE SET
    reason = excluded.reason, epoch = excluded.epoch, requested_at = excluded.requested_at;

-- name: EndRejoinRequests :exec
DELETE FROM rejoin_requests WHERE convo_id = sqlc.arg(convo_id) AND did = ANY(sqlc.arg(dids)::text[]);

-- name: RejoinRequested :many
SELECT did FROM rejoin_requests WHERE convo_id = sqlc.arg(convo_id) AND did = ANY(sqlc.arg(dids)::text[]);

-- name: SeesCommit :one
-- Whether there is an accepted commit of that epoch within the windows of did.
SELECT EXISTS (
    SELECT 1 FROM messages m JOIN memberships w ON w.convo_id = m.convo_id AND w.did = sqlc.arg(did)
    WHERE m.convo_id = sqlc.arg(convo_id) AND m.kind = 'commit' AND m.epoch = sqlc.arg(epoch)
      AND m.seq > w.joined_seq AND (w.left_seq IS NULL OR m.seq <= w.left_seq)
);
