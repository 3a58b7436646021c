-- name: AdvanceEpoch :one
-- The only statement that advances the epoch of a group: exactly one commit of
-- an epoch finds its row.
UPDATE conversations SET
    epoch = sqlc.arg(framing)::bigint + 1,
    last_seq = last_seq + 1,
    last_pos = greatest(last_pos, log_own_xid()),
    roster_version = roster_version + sqlc.arg(roster_change)::bigint,
    epoch_began_at = clock_timestamp(), reserved_for = NULL, reserved_until = NULL,
    last_activity_at = greatest(last_activity_at, sqlc.arg(at))
WHERE convo_id = sqlc.arg(convo_id) AND closed_at IS NULL
  AND epoch = sqlc.arg(framing)::bigint
RETURNING last_seq, gen, last_pos, last_n;

-- name: TakeSeq :one
UPDATE conversations SET last_seq = last_seq + 1, last_pos = greatest(last_pos, log_own_xid()),
    last_activity_at = greatest(last_activity_at, sqlc.arg(at))
WHERE convo_id = sqlc.arg(convo_id)
RETURNING last_seq, gen, last_pos;

-- name: InsertHandshake :exec
-- Stores a commit or a proposal. Sending it accepts the conversation; a request has
-- been accepted before, unless it leaves with the proposal.
WITH accepted AS (
    UPDATE memberships m SET accepted_at = sqlc.arg(at)
    WHERE m.convo_id = sqlc.arg(convo_id) AND m.did = sqlc.arg(sender_did)::text AND m.left_seq IS NULL AND m.accepted_at IS NULL AND m.consent = 'accepted'
)
INSERT INTO messages (convo_id, seq, message_id, kind, epoch, sender_did, ciphertext, proposal_ref, created_at, gen, pos)
VALUES (sqlc.arg(convo_id), sqlc.arg(seq), sqlc.arg(message_id), sqlc.arg(kind), sqlc.arg(epoch), sqlc.arg(sender_did)::text,
        sqlc.arg(ciphertext), sqlc.narg(proposal_ref), sqlc.arg(at), sqlc.arg(gen), sqlc.arg(pos));

-- name: EpochProposals :one
-- The number of proposals of an account in an epoch, and their bytes.
SELECT count(*)::bigint AS proposals, coalesce(sum(octet_length(ciphertext)), 0)::bigint AS bytes FROM messages
WHERE convo_id = sqlc.arg(convo_id) AND sender_did = sqlc.arg(did)::text AND epoch = sqlc.arg(epoch) AND kind = 'proposal';

-- name: FindOwnCommit :one
-- The accepted commit of an epoch if the caller sent it with the same content.
SELECT seq FROM messages
WHERE convo_id = sqlc.arg(convo_id) AND kind = 'commit' AND epoch = sqlc.arg(epoch)
  AND sender_did = sqlc.arg(did)::text AND ciphertext = sqlc.arg(ciphertext);

-- name: ConflictCommits :many
-- Accepted commits of the epochs from..below that the caller may see, cut when
-- their encoded size exceeds the budget; the first one is always included.
-- total is their number, up to 1001.
WITH seen AS (
    SELECT m.seq, (octet_length(m.ciphertext)::bigint * 4 / 3 + 512)::bigint AS cost
    FROM messages m
    WHERE m.convo_id = sqlc.arg(convo_id) AND m.kind = 'commit'
      AND m.epoch >= sqlc.arg(from_epoch) AND m.epoch < sqlc.arg(below)
      AND EXISTS (SELECT 1 FROM memberships w WHERE w.convo_id = m.convo_id AND w.did = sqlc.arg(did)
                  AND m.seq > w.joined_seq AND (w.left_seq IS NULL OR m.seq <= w.left_seq))
    ORDER BY m.epoch LIMIT 1001
), summed AS (
    SELECT seq, sum(cost) OVER (ORDER BY seq) AS upto, row_number() OVER (ORDER BY seq) AS n, count(*) OVER () AS total
    FROM seen
)
SELECT m.seq, m.epoch, m.sender_did, m.ciphertext, m.created_at, s.upto::bigint AS upto, s.total::bigint AS total
FROM summed s JOIN messages m ON m.convo_id = sqlc.arg(convo_id) AND m.seq = s.seq
WHERE s.n = 1 OR (s.n <= 1000 AND s.upto <= sqlc.arg(budget)::bigint)
ORDER BY m.seq;

-- name: ConflictProposals :many
-- Proposals of one epoch that the caller may see, within the budget.
WITH seen AS (
    SELECT m.seq, (octet_length(m.ciphertext)::bigint * 4 / 3 + 512)::bigint AS cost
    FROM messages m
    WHERE m.convo_id = sqlc.arg(convo_id) AND m.kind = 'proposal' AND m.epoch = sqlc.arg(epoch)
      AND EXISTS (SELECT 1 FROM memberships w WHERE w.convo_id = m.convo_id AND w.did = sqlc.arg(did)
                  AND m.seq > w.joined_seq AND (w.left_seq IS NULL OR m.seq <= w.left_seq))
    ORDER BY m.seq LIMIT 1000
), summed AS (
    SELECT seq, sum(cost) OVER (ORDER BY seq) AS upto FROM seen
)
SELECT m.seq, m.message_id, m.epoch, m.sender_did, m.ciphertext, m.created_at
FROM summed s JOIN messages m ON m.convo_id = sqlc.arg(convo_id) AND m.seq = s.seq
WHERE s.upto <= sqlc.arg(budget)::bigint
ORDER BY m.seq;
