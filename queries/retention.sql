-- Removal by age. Every statement works on few rows in a short transaction, and
-- skips rows that another instance is removing.

-- name: LockOldMessages :many
-- Application messages from before a time, the oldest first. Messages above the
-- visibility horizon are kept, since streams have not delivered them yet.
SELECT m.convo_id, m.seq, m.gen, m.pos, octet_length(m.ciphertext)::bigint AS size
FROM messages m
WHERE m.kind = 'app' AND m.created_at < sqlc.arg(before)::timestamptz
    AND (m.gen < (SELECT g.gen FROM log_generation g) OR m.pos < (SELECT log_horizon()))
ORDER BY m.created_at
LIMIT sqlc.arg(batch)::bigint
FOR UPDATE OF m SKIP LOCKED;

-- name: LockLapsedProposals :many
-- Like LockOldMessages, for proposals that lapsed before a time.
SELECT m.convo_id, m.seq, m.gen, m.pos, octet_length(m.ciphertext)::bigint AS size
FROM lapsed_proposals l
JOIN messages m ON m.convo_id = l.convo_id AND m.seq = l.seq
WHERE l.lapsed_at < sqlc.arg(before)::timestamptz
    AND (m.gen < (SELECT g.gen FROM log_generation g) OR m.pos < (SELECT log_horizon()))
ORDER BY l.lapsed_at
LIMIT sqlc.arg(batch)::bigint
FOR UPDATE OF l, m SKIP LOCKED;

-- name: ForgetLapsed :exec
DELETE FROM lapsed_proposals l
USING (SELECT unnest(sqlc.arg(convo_ids)::bytea[]) AS convo_id, unnest(sqlc.arg(seqs)::bigint[]) AS seq) k
WHERE l.convo_id = k.convo_id AND l.seq = k.seq;

-- name: LapseProposals :exec
-- Records the proposals of an epoch that its commit, a PublicMessage, does not
-- refer to. A proposal without ProposalRef is included: such a commit cannot
-- refer to it.
INSERT INTO lapsed_proposals (convo_id, seq, lapsed_at)
SELECT m.convo_id, m.seq, sqlc.arg(at)::timestamptz FROM messages m
WHERE m.convo_id = sqlc.arg(convo_id) AND m.epoch = sqlc.arg(epoch)::bigint AND m.kind = 'proposal'
    AND (m.proposal_ref IN (SELECT unnest(sqlc.arg(named)::bytea[]))) IS NOT TRUE;

-- name: DetachBlobs :many
-- Detaches blobs from messages that are removed.
DELETE FROM message_blobs a
USING (SELECT unnest(sqlc.arg(convo_ids)::bytea[]) AS convo_id, unnest(sqlc.arg(seqs)::bigint[]) AS seq) k
WHERE a.convo_id = k.convo_id AND a.seq = k.seq
RETURNING a.owner_did, a.cid;

-- name: LockBlobs :exec
-- In the order in which messages lock them.
SELECT FROM blobs b
WHERE (b.did, b.cid) IN (SELECT unnest(sqlc.arg(dids)::text[]), unnest(sqlc.arg(cids)::text[]))
ORDER BY b.did, b.cid
FOR NO KEY UPDATE;

-- name: ReleaseBlobs :exec
-- Makes blobs that no message refers to collectable. It runs after LockBlobs: a
-- message that was just attaching one is seen, and a later one waits and
-- attaches it again.
UPDATE blobs b SET attached = FALSE
WHERE (b.did, b.cid) IN (SELECT unnest(sqlc.arg(dids)::text[]), unnest(sqlc.arg(cids)::text[]))
    AND b.attached
    AND NOT EXISTS (SELECT FROM message_blobs a WHERE a.owner_did = b.did AND a.cid = b.cid);

-- name: RemoveMessages :exec
-- Removes messages and keeps only their sequence numbers, until ForgetRemoved. An
-- id that was used again after its message was removed stands for the later message.
WITH gone AS (
    DELETE FROM messages m
    USING (SELECT unnest(sqlc.arg(convo_ids)::bytea[]) AS convo_id, unnest(sqlc.arg(seqs)::bigint[]) AS seq) k
    WHERE m.convo_id = k.convo_id AND m.seq = k.seq
    RETURNING m.convo_id, m.seq, substr(sha256(m.message_id), 1, 8) AS id_hash
)
INSERT INTO removed_messages AS r (convo_id, id_hash, seq, removed_at)
SELECT g.convo_id, g.id_hash, max(g.seq), sqlc.arg(now)::timestamptz FROM gone g GROUP BY g.convo_id, g.id_hash
ON CONFLICT (convo_id, id_hash) DO UPDATE SET seq = greatest(r.seq, excluded.seq), removed_at = excluded.removed_at;

-- name: ForgetRemoved :one
-- Forgets the ids of messages that were removed before a time. Of each conversation
-- the newest of their numbers stays, in a row without an id, because CountHoles needs
-- it. These rows are written in the order of their conversations, so that two
-- instances do not wait for each other.
WITH old AS (
    DELETE FROM removed_messages r
    USING (
        SELECT o.convo_id, o.id_hash FROM removed_messages o
        WHERE o.removed_at < sqlc.arg(before)::timestamptz
        ORDER BY o.removed_at
        LIMIT sqlc.arg(batch)::bigint
        FOR UPDATE OF o SKIP LOCKED
    ) k
    WHERE r.convo_id = k.convo_id AND r.id_hash = k.id_hash
    RETURNING r.convo_id, r.seq
), newest AS (
    INSERT INTO removed_messages AS r (convo_id, id_hash, seq, removed_at)
    SELECT o.convo_id, ''::bytea, max(o.seq), 'infinity'::timestamptz FROM old o GROUP BY o.convo_id ORDER BY o.convo_id
    ON CONFLICT (convo_id, id_hash) DO UPDATE SET seq = greatest(r.seq, excluded.seq)
)
SELECT count(*) FROM old;

-- name: RemoveOldEvents :many
-- Removes events for one account from before a time, the oldest first.
DELETE FROM events e
USING (
    SELECT o.gen, o.pos, o.stream_key, o.seq, o.n FROM events o
    WHERE o.target_did IS NOT NULL AND o.created_at < sqlc.arg(before)::timestamptz
        AND (o.gen < (SELECT g.gen FROM log_generation g) OR o.pos < (SELECT log_horizon()))
    ORDER BY o.created_at
    LIMIT sqlc.arg(batch)::bigint
    FOR UPDATE OF o SKIP LOCKED
) k
WHERE e.gen = k.gen AND e.pos = k.pos AND e.stream_key = k.stream_key AND e.seq = k.seq AND e.n = k.n
RETURNING e.gen, e.pos, e.stream_key, e.seq, e.n;

-- name: RemoveEndedRecipients :many
-- Removes recipients whose Welcome ended before a time.
DELETE FROM welcome_recipients r
USING (
    SELECT o.convo_id, o.did, o.device_id, o.seq FROM welcome_recipients o
    WHERE o.ended_at < sqlc.arg(before)::timestamptz
    ORDER BY o.ended_at
    LIMIT sqlc.arg(batch)::bigint
    FOR UPDATE OF o SKIP LOCKED
) k
WHERE r.convo_id = k.convo_id AND r.did = k.did AND r.device_id = k.device_id AND r.seq = k.seq
RETURNING r.convo_id, r.seq;

-- name: LockWelcomes :exec
-- If two transactions remove the last recipients of a Welcome, the second one
-- sees what the first did.
SELECT FROM welcomes w
WHERE (w.convo_id, w.seq) IN (SELECT unnest(sqlc.arg(convo_ids)::bytea[]), unnest(sqlc.arg(seqs)::bigint[]))
ORDER BY w.convo_id, w.seq
FOR UPDATE;

-- name: RemoveEmptyWelcomes :exec
DELETE FROM welcomes w
USING (SELECT unnest(sqlc.arg(convo_ids)::bytea[]) AS convo_id, unnest(sqlc.arg(seqs)::bigint[]) AS seq) k
WHERE w.convo_id = k.convo_id AND w.seq = k.seq
    AND NOT EXISTS (SELECT FROM welcome_recipients r WHERE r.convo_id = k.convo_id AND r.seq = k.seq);

-- name: LockClosedConvo :one
-- A conversation that was closed before a time, with the last event that any
-- member may see. It does not change while its row is locked.
SELECT c.convo_id, (SELECT coalesce(max(m.left_n), 0) FROM memberships m WHERE m.convo_id = c.convo_id)::bigint AS last_n
FROM conversations c
WHERE c.closed_at < sqlc.arg(before)::timestamptz AND (c.gen < (SELECT g.gen FROM log_generation g) OR c.last_pos < (SELECT log_horizon()))
ORDER BY c.closed_at
LIMIT 1
FOR UPDATE OF c SKIP LOCKED;

-- name: ConvoMessages :many
SELECT m.convo_id, m.seq, m.gen, m.pos, octet_length(m.ciphertext)::bigint AS size
FROM messages m WHERE m.convo_id = sqlc.arg(convo_id) ORDER BY m.seq LIMIT sqlc.arg(batch)::bigint;

-- name: RemoveConvoEvents :many
DELETE FROM events e
USING (
    SELECT o.gen, o.pos, o.stream_key, o.seq, o.n FROM events o WHERE o.convo_id = sqlc.arg(convo_id)
    ORDER BY o.gen, o.pos, o.seq, o.n
    LIMIT sqlc.arg(batch)::bigint
) k
WHERE e.gen = k.gen AND e.pos = k.pos AND e.stream_key = k.stream_key AND e.seq = k.seq AND e.n = k.n
RETURNING e.gen, e.pos, e.stream_key, e.seq, e.n;

-- name: RemoveConvoIDs :execrows
-- The row without an id is the last one, because ForgetRemoved writes it after it
-- has locked others.
DELETE FROM removed_messages r
USING (
    SELECT o.id_hash FROM removed_messages o WHERE o.convo_id = sqlc.arg(convo_id) ORDER BY o.id_hash DESC LIMIT sqlc.arg(batch)::bigint
) k
WHERE r.convo_id = sqlc.arg(convo_id) AND r.id_hash = k.id_hash;

-- name: RemoveConvoRecipients :execrows
DELETE FROM welcome_recipients r
USING (
    SELECT o.did, o.device_id, o.seq FROM welcome_recipients o WHERE o.convo_id = sqlc.arg(convo_id) LIMIT sqlc.arg(batch)::bigint
) k
WHERE r.convo_id = sqlc.arg(convo_id) AND r.did = k.did AND r.device_id = k.device_id AND r.seq = k.seq;

-- name: RemoveConvoWelcomes :execrows
DELETE FROM welcomes w
USING (SELECT o.seq FROM welcomes o WHERE o.convo_id = sqlc.arg(convo_id) ORDER BY o.seq LIMIT sqlc.arg(batch)::bigint) k
WHERE w.convo_id = sqlc.arg(convo_id) AND w.seq = k.seq;

-- name: RemoveConvoMemberships :execrows
DELETE FROM memberships m
USING (SELECT o.did, o.joined_seq FROM memberships o WHERE o.convo_id = sqlc.arg(convo_id) LIMIT sqlc.arg(batch)::bigint) k
WHERE m.convo_id = sqlc.arg(convo_id) AND m.did = k.did AND m.joined_seq = k.joined_seq;

-- name: RemoveConvoRest :exec
-- The tables with at most a few rows for each member or, as group_infos, each epoch
-- since the tree was stored whole, and the row that ForgetRemoved may have written
-- meanwhile.
WITH a AS (DELETE FROM read_positions WHERE convo_id = sqlc.arg(convo_id)),
b AS (DELETE FROM leaves WHERE convo_id = sqlc.arg(convo_id)),
c AS (DELETE FROM group_infos WHERE convo_id = sqlc.arg(convo_id)),
d AS (DELETE FROM rejoin_requests WHERE convo_id = sqlc.arg(convo_id)),
e AS (DELETE FROM commit_failures WHERE convo_id = sqlc.arg(convo_id)),
f AS (DELETE FROM lapsed_proposals WHERE convo_id = sqlc.arg(convo_id)),
g AS (DELETE FROM convo_blocks WHERE convo_id = sqlc.arg(convo_id)),
h AS (DELETE FROM convo_infos WHERE convo_id = sqlc.arg(convo_id)),
i AS (DELETE FROM join_links WHERE convo_id = sqlc.arg(convo_id)),
j AS (DELETE FROM removed_messages WHERE convo_id = sqlc.arg(convo_id)),
k AS (DELETE FROM trees WHERE convo_id = sqlc.arg(convo_id))
DELETE FROM conversations WHERE conversations.convo_id = sqlc.arg(convo_id);

-- name: DatabaseTime :one
-- The clock by which rows are old enough to be removed.
SELECT clock_timestamp()::timestamptz AS now;
