-- Links by which accounts join conversations (server/links).

-- name: LockConvoOfLink :one
-- LockConvo, for an account that has the code of a link.
SELECT c.convo_id, c.creator_did, c.cipher_suite, c.epoch, c.last_seq, c.roster_version, c.closed_at, c.reserved_for,
    c.locked_at, c.locked_by_admin, c.locked_by_operator, c.add_by, c.admins_remove, c.admins_change_info, c.admins_make_links, c.admins_send,
    greatest(0, extract(epoch FROM c.reserved_until - clock_timestamp()) * 1000)::bigint AS reserved_ms,
    greatest(0, extract(epoch FROM clock_timestamp() - c.epoch_began_at) * 1000)::bigint AS epoch_age_ms
FROM conversations c
WHERE c.convo_id = (SELECT l.convo_id FROM join_links l WHERE l.code_hash = sqlc.arg(code_hash))
FOR NO KEY UPDATE OF c;

-- name: LinkAccess :one
-- A link, and what decides whether an account may join by it. open is false for a link
-- that is disabled, expired or used up, or whose maker does not have the right to make
-- links now. welcome is false for an account that was removed or suspended, or that
-- the maker has blocked.
SELECT l.convo_id, l.code_hash, l.maker_did, l.join_rule, l.require_approval, l.preview,
    (l.disabled_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > clock_timestamp()) AND (l.max_uses IS NULL OR l.uses < l.max_uses)
        AND EXISTS (SELECT 1 FROM memberships m WHERE m.convo_id = l.convo_id AND m.did = l.maker_did AND m.left_seq IS NULL
            AND m.consent = 'accepted' AND (m.role = 'admin' OR NOT c.admins_make_links)))::boolean AS open,
    (NOT EXISTS (SELECT 1 FROM blocks b WHERE b.did = l.maker_did AND b.blocked_did = sqlc.arg(did))
        AND NOT coalesce((SELECT m.ended_by_other FROM memberships m WHERE m.convo_id = l.convo_id AND m.did = sqlc.arg(did)
            ORDER BY m.joined_seq DESC LIMIT 1), FALSE))::boolean AS welcome,
    EXISTS (SELECT 1 FROM memberships m WHERE m.convo_id = l.convo_id AND m.did = sqlc.arg(did) AND m.left_seq IS NULL) AS member,
    coalesce(r.state, '')::text AS request,
    coalesce(r.code_hash = l.code_hash, FALSE)::boolean AS request_of_link,
    (c.locked_at IS NOT NULL)::boolean AS locked
FROM join_links l
JOIN conversations c ON c.convo_id = l.convo_id
LEFT JOIN join_requests r ON r.convo_id = l.convo_id AND r.did = sqlc.arg(did)
WHERE l.code_hash = sqlc.arg(code_hash);

-- name: GroupInfoOfLink :one
-- CurrentGroupInfo, for an account that has the code of a link.
SELECT g.epoch, g.group_info, g.tree_at, g.updated_at, c.cipher_suite, t.tree,
    (SELECT coalesce(array_agg(p.tree_change ORDER BY p.epoch), '{}') FROM group_infos p WHERE p.convo_id = t.convo_id AND p.tree_change IS NOT NULL)::bytea[] AS changes
FROM trees t
JOIN conversations c ON c.convo_id = t.convo_id
CROSS JOIN LATERAL (
    SELECT n.epoch, n.group_info, n.tree_at, n.updated_at FROM group_infos n WHERE n.convo_id = t.convo_id ORDER BY n.epoch DESC LIMIT 1
) g
WHERE t.convo_id = (SELECT l.convo_id FROM join_links l WHERE l.code_hash = sqlc.arg(code_hash));

-- name: UseLink :execrows
-- Counts a join. No row: the link is disabled, expired or used up.
UPDATE join_links SET uses = uses + 1
WHERE convo_id = sqlc.arg(convo_id) AND code_hash = sqlc.arg(code_hash) AND disabled_at IS NULL
    AND (expires_at IS NULL OR expires_at > clock_timestamp()) AND (max_uses IS NULL OR uses < max_uses);

-- name: EnterByLink :exec
-- Marks the membership that began by a link. The account accepts by joining, nobody has
-- added it, and its request has been answered.
WITH answered AS (
    DELETE FROM join_requests r WHERE r.convo_id = sqlc.arg(convo_id) AND r.did = sqlc.arg(did)
)
UPDATE memberships m SET accepted_at = sqlc.arg(at)::timestamptz, by_link = TRUE, added_by = NULL
WHERE m.convo_id = sqlc.arg(convo_id) AND m.did = sqlc.arg(did) AND m.left_seq IS NULL;

-- name: OnlyAdminsMakeLinks :one
SELECT admins_make_links FROM conversations WHERE convo_id = $1;

-- name: InsertLink :exec
INSERT INTO join_links (convo_id, code_hash, maker_did, join_rule, require_approval, expires_at, max_uses, preview, created_at)
VALUES (sqlc.arg(convo_id), sqlc.arg(code_hash), sqlc.arg(maker_did), sqlc.arg(join_rule), sqlc.arg(require_approval), sqlc.narg(expires_at),
    sqlc.narg(max_uses), sqlc.narg(preview), sqlc.arg(at));

-- name: CountLinks :one
SELECT count(*) FROM join_links WHERE convo_id = $1;

-- name: RemoveOldestEndedLink :exec
-- Makes room for another link.
DELETE FROM join_links o WHERE o.convo_id = sqlc.arg(convo_id) AND o.code_hash = (
    SELECT l.code_hash FROM join_links l
    WHERE l.convo_id = sqlc.arg(convo_id) AND (l.disabled_at IS NOT NULL OR l.expires_at <= clock_timestamp() OR l.uses >= l.max_uses)
    ORDER BY l.created_at, l.code_hash LIMIT 1);

-- name: ListLinks :many
SELECT code_hash, maker_did, join_rule, require_approval, expires_at, max_uses, uses, preview, created_at, disabled_at
FROM join_links WHERE convo_id = $1 ORDER BY created_at DESC, code_hash;

-- name: GetLink :one
SELECT code_hash, maker_did, join_rule, require_approval, expires_at, max_uses, uses, preview, created_at, disabled_at
FROM join_links WHERE convo_id = sqlc.arg(convo_id) AND code_hash = sqlc.arg(code_hash);

-- name: UpdateLink :exec
UPDATE join_links SET join_rule = sqlc.arg(join_rule), require_approval = sqlc.arg(require_approval), expires_at = sqlc.narg(expires_at),
    max_uses = sqlc.narg(max_uses), preview = sqlc.narg(preview), disabled_at = sqlc.narg(disabled_at)
WHERE convo_id = sqlc.arg(convo_id) AND code_hash = sqlc.arg(code_hash);

-- name: PutJoinRequest :execrows
-- Stores a request. No row: the account has one. If that waits, or was approved for
-- another link, it moves to this link and waits.
WITH moved AS (
    UPDATE join_requests r SET code_hash = sqlc.arg(code_hash), state = 'pending'
    WHERE r.convo_id = sqlc.arg(convo_id) AND r.did = sqlc.arg(did) AND r.state <> 'rejected' AND r.code_hash <> sqlc.arg(code_hash)
)
INSERT INTO join_requests (convo_id, did, code_hash, state, since)
VALUES (sqlc.arg(convo_id), sqlc.arg(did), sqlc.arg(code_hash), 'pending', sqlc.arg(at))
ON CONFLICT (convo_id, did) DO NOTHING;

-- name: ExcessJoinRequest :exec
-- Ends the request that is too many: of the origin with most, the oldest.
WITH waiting AS (
    SELECT r.did, r.since, count(*) OVER (PARTITION BY coalesce(a.origin, r.did)) AS of_origin, count(*) OVER () AS total
    FROM join_requests r
    LEFT JOIN account_origins a ON a.did = r.did
    WHERE r.convo_id = sqlc.arg(convo_id) AND r.state = 'pending'
)
DELETE FROM join_requests x WHERE x.convo_id = sqlc.arg(convo_id) AND x.did = (
    SELECT w.did FROM waiting w WHERE w.total > sqlc.arg(most)::bigint
    ORDER BY w.of_origin DESC, w.since, w.did LIMIT 1);

-- name: WithdrawJoinRequest :execrows
-- A rejected request stays.
DELETE FROM join_requests WHERE convo_id = sqlc.arg(convo_id) AND did = sqlc.arg(did) AND state <> 'rejected';

-- name: CountJoinRequests :one
-- How many requests wait, of links by which accounts can join.
SELECT count(*) FROM join_requests r
CROSS JOIN LATERAL (
    SELECT FROM join_links o WHERE o.convo_id = r.convo_id AND o.code_hash = r.code_hash AND o.disabled_at IS NULL
        AND (o.expires_at IS NULL OR o.expires_at > clock_timestamp()) AND (o.max_uses IS NULL OR o.uses < o.max_uses)
    OFFSET 0
) l
WHERE r.convo_id = sqlc.arg(convo_id) AND r.state = 'pending';

-- name: ListJoinRequests :many
-- The requests that CountJoinRequests counts.
SELECT r.did, r.code_hash, r.since FROM join_requests r
CROSS JOIN LATERAL (
    SELECT FROM join_links o WHERE o.convo_id = r.convo_id AND o.code_hash = r.code_hash AND o.disabled_at IS NULL
        AND (o.expires_at IS NULL OR o.expires_at > clock_timestamp()) AND (o.max_uses IS NULL OR o.uses < o.max_uses)
    OFFSET 0
) l
WHERE r.convo_id = sqlc.arg(convo_id) AND r.state = 'pending' AND r.did > sqlc.arg(after)::text
ORDER BY r.did LIMIT sqlc.arg(max_rows)::bigint;

-- name: AnswerJoinRequest :exec
UPDATE join_requests SET state = sqlc.arg(state), since = sqlc.arg(at)::timestamptz
WHERE convo_id = sqlc.arg(convo_id) AND did = sqlc.arg(did);

-- name: JoinRequestState :one
-- The state of the request of an account; empty for none.
SELECT coalesce((SELECT r.state FROM join_requests r WHERE r.convo_id = sqlc.arg(convo_id) AND r.did = sqlc.arg(did)), '')::text;

-- name: DeleteEndedLinks :execrows
-- Removes links that ended before a time, with their requests.
DELETE FROM join_links o WHERE o.code_hash IN (
    SELECT l.code_hash FROM join_links l WHERE least(l.disabled_at, l.expires_at) < sqlc.arg(before)::timestamptz
    ORDER BY least(l.disabled_at, l.expires_at) LIMIT sqlc.arg(batch)::bigint FOR UPDATE SKIP LOCKED
);

-- name: DeleteOldJoinRequests :execrows
-- Removes requests that nobody has answered, and approvals that nobody has used.
DELETE FROM join_requests o WHERE (o.convo_id, o.did) IN (
    SELECT r.convo_id, r.did FROM join_requests r WHERE r.state <> 'rejected' AND r.since < sqlc.arg(before)::timestamptz
    ORDER BY r.since LIMIT sqlc.arg(batch)::bigint FOR UPDATE SKIP LOCKED
);

-- name: EraseLinks :exec
-- The links that the account made in a conversation, with their requests.
DELETE FROM join_links WHERE convo_id = sqlc.arg(convo_id) AND maker_did = sqlc.arg(did);

-- name: EraseJoinRequests :exec
-- The account's requests to join conversations.
DELETE FROM join_requests WHERE did = $1;
