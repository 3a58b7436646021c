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
-- Whether the account may see an accepted commit of that epoch.
SELECT EXISTS (
    SELECT 1 FROM messages m JOIN memberships w ON w.convo_id = m.convo_id AND w.did = sqlc.arg(did)
    WHERE m.convo_id = sqlc.arg(convo_id) AND m.kind = 'commit' AND m.epoch = sqlc.arg(epoch)
      AND m.seq > w.joined_seq AND (w.left_seq IS NULL OR m.seq <= w.left_seq)
);

-- name: PutCommitFailure :execrows
INSERT INTO commit_failures (convo_id, epoch, did, reported_at, detail)
VALUES (sqlc.arg(convo_id), sqlc.arg(epoch), sqlc.arg(did), sqlc.arg(at), sqlc.narg(detail))
ON CONFLICT (convo_id, epoch, did) DO NOTHING;

-- name: EndCommitFailures :exec
-- Reports of accounts that leave no longer count. IS TRUE makes the planner
-- hash the list: by the index, each entry would be looked up in all epochs.
DELETE FROM commit_failures
WHERE convo_id = sqlc.arg(convo_id) AND (did IN (SELECT unnest(sqlc.arg(dids)::text[]))) IS TRUE;

-- name: CommitDamage :one
-- The number of votes on a commit, and how many of them say that it cannot be
-- applied. Accepted members other than the commit's sender have a vote if they had
-- joined an hour before the commit or at the beginning of the conversation, so
-- accounts added for this purpose have none. Accounts that one account added
-- within the last day share one vote equally.
SELECT count(DISTINCT v.vote)::bigint AS votes, coalesce(sum(v.failed / v.accounts), 0)::float8 AS failed
FROM (
    SELECT w.vote, count(*) OVER (PARTITION BY w.vote)::float8 AS accounts, w.failed
    FROM (
        SELECT CASE WHEN m.joined_seq > 0 AND m.joined_at > sqlc.arg(now)::timestamptz - interval '1 day'
                    THEN coalesce('added by ' || adding.sender_did, m.did) ELSE m.did END AS vote,
            (f.did IS NOT NULL)::int::float8 AS failed
        FROM messages c
        JOIN memberships m ON m.convo_id = c.convo_id AND m.left_seq IS NULL AND m.consent = 'accepted' AND m.did <> c.sender_did
            AND (m.joined_seq = 0 OR m.joined_at <= c.created_at - interval '1 hour')
        LEFT JOIN messages adding ON adding.convo_id = m.convo_id AND adding.seq = m.joined_seq AND adding.kind = 'commit'
        LEFT JOIN commit_failures f ON f.convo_id = c.convo_id AND f.epoch = c.epoch AND f.did = m.did
        WHERE c.convo_id = sqlc.arg(convo_id) AND c.kind = 'commit' AND c.epoch = sqlc.arg(epoch)
    ) w
) v;

-- name: ReportedLately :one
-- Whether another member has reported a commit of this account recently.
SELECT EXISTS (
    SELECT 1 FROM commit_failures f
    JOIN messages c ON c.convo_id = f.convo_id AND c.kind = 'commit' AND c.epoch = f.epoch
    WHERE f.convo_id = sqlc.arg(convo_id) AND f.reported_at > sqlc.arg(since)::timestamptz
      AND c.sender_did = sqlc.arg(did)::text AND f.did <> sqlc.arg(did)::text
);
