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

-- name: PutCommitFailure :execrows
INSERT INTO commit_failures (convo_id, epoch, did, reported_at)
VALUES (sqlc.arg(convo_id), sqlc.arg(epoch), sqlc.arg(did), sqlc.arg(at))
ON CONFLICT (convo_id, epoch, did) DO NOTHING;

-- name: EndCommitFailures :exec
-- Who leaves has no say any more. IS TRUE has the list hashed: by the index each
-- of it would be looked for in all epochs.
DELETE FROM commit_failures
WHERE convo_id = sqlc.arg(convo_id) AND (did IN (SELECT unnest(sqlc.arg(dids)::text[]))) IS TRUE;

-- name: CommitDamage :one
-- How many of the members other than the commit's sender there are, and how many
-- of them could not apply it.
SELECT count(*) AS others, count(f.did) AS failed
FROM messages c
JOIN memberships m ON m.convo_id = c.convo_id AND m.left_seq IS NULL AND m.did <> c.sender_did
LEFT JOIN commit_failures f ON f.convo_id = c.convo_id AND f.epoch = c.epoch AND f.did = m.did
WHERE c.convo_id = sqlc.arg(convo_id) AND c.kind = 'commit' AND c.epoch = sqlc.arg(epoch);
