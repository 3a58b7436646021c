-- Whether an account may be added by another one, and as what (server/consent).

-- name: Relations :many
-- The facts that decide about adding each of these accounts to a conversation (empty for none
-- yet). An account that does not exist gets a row too.
-- known: both are accepted members of another conversation of at most 50 accounts
-- which the account created or accepted itself, or to which it added the adder; one
-- that either of them entered by a link does not count.
-- acquainted: both are accepted members of a conversation that the account accepted
-- itself. Both are found from the adder's conversations, so that the time depends on
-- the adder and not on an account that the adder may learn nothing about.
-- accounts: how many the conversation has with all of them.
-- here: the conversation, if the adder is a member. Otherwise nothing is looked up in it.
-- IS TRUE makes the planner hash the list.
WITH here AS MATERIALIZED (
    SELECT h.convo_id FROM memberships h
    WHERE h.convo_id = sqlc.arg(convo) AND h.did = sqlc.arg(adder)::text AND h.left_seq IS NULL
), shared AS MATERIALIZED (
    SELECT m.did, bool_or(m.accepted_at IS NOT NULL) AS acquainted,
        bool_or(m.convo_id <> sqlc.arg(convo) AND NOT m.by_link AND NOT own.by_link AND (m.accepted_at IS NOT NULL OR own.added_by = m.did)
            AND (SELECT count(*) FROM (SELECT FROM memberships x WHERE x.convo_id = m.convo_id AND x.left_seq IS NULL LIMIT 51) few) <= 50) AS known
    FROM (SELECT a.convo_id, a.added_by, a.by_link FROM memberships a
        WHERE a.did = sqlc.arg(adder)::text AND a.left_seq IS NULL AND a.consent = 'accepted' OFFSET 0) own
    CROSS JOIN LATERAL (
        SELECT s.did, s.convo_id, s.accepted_at, s.by_link FROM memberships s
        WHERE s.convo_id = own.convo_id AND (s.did IN (SELECT unnest(sqlc.arg(dids)::text[]))) IS TRUE AND s.left_seq IS NULL AND s.consent = 'accepted'
        OFFSET 0
    ) m
    WHERE m.did <> sqlc.arg(adder)::text
    GROUP BY m.did
), wanted AS MATERIALIZED (
    SELECT x.did, bool_or(x.known) AS known, bool_or(x.acquainted) AS acquainted
    FROM (
        SELECT shared.did, shared.known, shared.acquainted FROM shared
        UNION ALL
        SELECT unnest(sqlc.arg(dids)::text[]), FALSE, FALSE
    ) x
    GROUP BY x.did
)
SELECT w.did::text AS did,
    w.known::boolean AS known,
    w.acquainted::boolean AS acquainted,
    coalesce(p.allow_incoming, 'all')::text AS allow_incoming,
    coalesce(p.accept_from, 'known')::text AS accept_from,
    coalesce(p.allow_group_invites, 'all')::text AS allow_group_invites,
    coalesce(p.accept_group_invites_from, 'known')::text AS accept_group_invites_from,
    (EXISTS (SELECT 1 FROM blocks b WHERE b.did = w.did AND b.blocked_did = sqlc.arg(adder)::text OFFSET 0)
        OR EXISTS (SELECT 1 FROM declines d WHERE d.did = w.did AND d.adder_did = sqlc.arg(adder)::text AND d.declined >= 2 OFFSET 0)
        OR EXISTS (SELECT 1 FROM convo_blocks cb WHERE cb.did = w.did AND cb.convo_id = (SELECT here.convo_id FROM here) OFFSET 0))::boolean AS blocked,
    EXISTS (SELECT 1 FROM memberships m WHERE m.convo_id = (SELECT here.convo_id FROM here) AND m.did = w.did AND m.left_seq IS NULL OFFSET 0)::boolean AS member,
    EXISTS (SELECT 1 FROM memberships m WHERE m.convo_id = (SELECT here.convo_id FROM here) AND m.did = w.did AND m.left_seq IS NOT NULL OFFSET 0)::boolean AS left_before,
    (SELECT count(*) FROM (SELECT r.added_by FROM memberships r WHERE r.did = w.did AND r.consent <> 'accepted' AND r.left_seq IS NULL OFFSET 0) o
        WHERE o.added_by = sqlc.arg(adder)::text)::bigint AS open_requests,
    (SELECT count(*) FROM (
        SELECT x.did FROM memberships x WHERE x.convo_id = (SELECT here.convo_id FROM here) AND x.left_seq IS NULL
        UNION SELECT unnest(sqlc.arg(dids)::text[]) UNION SELECT sqlc.arg(adder)::text
    ) accounts)::bigint AS accounts
FROM wanted w
LEFT JOIN LATERAL (
    SELECT cp.allow_incoming, cp.accept_from, cp.allow_group_invites, cp.accept_group_invites_from
    FROM contact_preferences cp WHERE cp.did = w.did OFFSET 0
) p ON TRUE;

-- name: AskStrangers :one
-- Notes strangers that an account asks for. used is how many different ones it has
-- asked for since a time, with these; the account's row is locked.
WITH asked AS MATERIALIZED (
    SELECT o.asked_at FROM strangers_asked o WHERE o.did = sqlc.arg(did)
), noted AS (
    INSERT INTO strangers_asked AS a (did, stranger, asked_at)
    SELECT sqlc.arg(did), unnest(sqlc.arg(strangers)::bytea[]), sqlc.arg(now)::timestamptz
    ON CONFLICT (did, stranger) DO UPDATE SET asked_at = excluded.asked_at WHERE a.asked_at <= sqlc.arg(since)::timestamptz
    RETURNING stranger
)
SELECT ((SELECT count(*) FROM asked b WHERE b.asked_at > sqlc.arg(since)::timestamptz)
    + (SELECT count(*) FROM noted))::bigint AS used,
    (SELECT count(*) FROM noted)::bigint AS added,
    coalesce((SELECT l.amount FROM stranger_allowances l WHERE l.did = sqlc.arg(did)), 0)::bigint AS allowance,
    coalesce((SELECT min(c.asked_at) FROM asked c WHERE c.asked_at > sqlc.arg(since)::timestamptz),
        sqlc.arg(now)::timestamptz)::timestamptz AS oldest;

-- name: DeleteOldStrangers :execrows
DELETE FROM strangers_asked WHERE (did, stranger) IN (
    SELECT s.did, s.stranger FROM strangers_asked s WHERE s.asked_at < sqlc.arg(before)::timestamptz
    ORDER BY s.asked_at LIMIT sqlc.arg(batch)::bigint FOR UPDATE SKIP LOCKED
);

-- name: GetContactPreferences :one
SELECT allow_incoming, accept_from, allow_group_invites, accept_group_invites_from FROM contact_preferences WHERE did = $1;

-- name: SetContactPreferences :one
-- NULL leaves a preference as it is.
INSERT INTO contact_preferences AS p (did, allow_incoming, accept_from, allow_group_invites, accept_group_invites_from)
VALUES (sqlc.arg(did), coalesce(sqlc.narg(allow_incoming), 'all'), coalesce(sqlc.narg(accept_from), 'known'),
    coalesce(sqlc.narg(allow_group_invites), 'all'), coalesce(sqlc.narg(accept_group_invites_from), 'known'))
ON CONFLICT (did) DO UPDATE SET
    allow_incoming = coalesce(sqlc.narg(allow_incoming), p.allow_incoming), accept_from = coalesce(sqlc.narg(accept_from), p.accept_from),
    allow_group_invites = coalesce(sqlc.narg(allow_group_invites), p.allow_group_invites),
    accept_group_invites_from = coalesce(sqlc.narg(accept_group_invites_from), p.accept_group_invites_from)
RETURNING allow_incoming, accept_from, allow_group_invites, accept_group_invites_from;

-- name: CountDecline :exec
INSERT INTO declines AS d (did, adder_did) VALUES (sqlc.arg(did), sqlc.arg(adder_did))
ON CONFLICT (did, adder_did) DO UPDATE SET declined = d.declined + 1;

-- name: ForgetDeclines :exec
DELETE FROM declines WHERE did = sqlc.arg(did) AND adder_did = sqlc.arg(adder_did);

-- name: PutConvoBlock :exec
INSERT INTO convo_blocks (did, convo_id) VALUES (sqlc.arg(did), sqlc.arg(convo_id)) ON CONFLICT DO NOTHING;

-- name: NewestMembership :one
-- The newest membership of an account in a conversation.
SELECT consent, (left_seq IS NULL)::boolean AS active, coalesce(added_by, '')::text AS added_by
FROM memberships
WHERE convo_id = sqlc.arg(convo_id) AND did = sqlc.arg(did)
ORDER BY joined_seq DESC
LIMIT 1;

-- name: PageRequests :many
-- The open requests of an account that it was told of, the newest first. The first
-- condition on consent is that of the index.
SELECT m.convo_id, m.joined_at, coalesce(m.added_by, '')::text AS added_by,
    (
        (SELECT coalesce(sum(octet_length(v.did) + sqlc.arg(member_bytes)::bigint), 0) FROM memberships v
            WHERE v.convo_id = m.convo_id AND (v.left_seq IS NULL OR v.pending_removal))
        + (SELECT coalesce(sum(sqlc.arg(device_bytes)::bigint + coalesce(octet_length(l.credential), 0) * 4 / 3), 0) FROM leaves l WHERE l.convo_id = m.convo_id)
    )::bigint AS bytes
FROM memberships m
WHERE m.did = sqlc.arg(did) AND m.consent <> 'accepted' AND m.left_seq IS NULL AND m.consent = 'request'
    AND (m.joined_at, m.convo_id) < (sqlc.arg(before)::timestamptz, sqlc.arg(before_id)::bytea)
ORDER BY m.joined_at DESC, m.convo_id DESC
LIMIT sqlc.arg(max_rows)::bigint;

-- name: ExcessRequest :many
-- The request that ends because an account has more open ones than it may: the oldest
-- of the adder with most, of several the one whose origin has most. No row if it has
-- no more than it may.
WITH open AS (
    SELECT m.convo_id, m.joined_at, m.added_by, o.origin,
        count(*) OVER (PARTITION BY m.added_by) AS of_adder,
        count(*) OVER (PARTITION BY coalesce(o.origin, m.added_by)) AS of_origin,
        count(*) OVER () AS total
    FROM memberships m
    LEFT JOIN account_origins o ON o.did = m.added_by
    WHERE m.did = sqlc.arg(did) AND m.consent <> 'accepted' AND m.left_seq IS NULL
)
SELECT open.convo_id FROM open
WHERE open.total > sqlc.arg(most)::bigint
ORDER BY open.of_adder DESC, open.of_origin DESC, open.joined_at, open.convo_id
LIMIT 1;

-- name: ExpiredRequests :many
-- Open requests that nobody has answered in time.
SELECT convo_id, did FROM memberships
WHERE consent <> 'accepted' AND left_seq IS NULL AND joined_at < sqlc.arg(before)::timestamptz
ORDER BY joined_at
LIMIT sqlc.arg(batch)::bigint;

-- name: EraseConsent :exec
-- Removes the decisions of an account about others, and those of others about it.
WITH a AS (DELETE FROM contact_preferences p WHERE p.did = sqlc.arg(did)),
b AS (DELETE FROM declines d WHERE d.did = sqlc.arg(did) OR d.adder_did = sqlc.arg(did)),
c AS (DELETE FROM convo_blocks k WHERE k.did = sqlc.arg(did)),
e AS (DELETE FROM strangers_asked s WHERE s.did = sqlc.arg(did))
DELETE FROM stranger_allowances l WHERE l.did = sqlc.arg(did);

-- name: EraseAdder :exec
UPDATE memberships SET added_by = sqlc.arg(pseudonym)::text WHERE convo_id = sqlc.arg(convo_id) AND added_by = sqlc.arg(did)::text;

-- name: AllowStrangers :exec
INSERT INTO stranger_allowances (did, amount) VALUES (sqlc.arg(did), sqlc.arg(amount))
ON CONFLICT (did) DO UPDATE SET amount = excluded.amount;

-- name: ForgetAllowance :exec
DELETE FROM stranger_allowances WHERE did = $1;
