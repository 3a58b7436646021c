-- name: LockConvo :one
-- Locks a conversation; every change to it is decided under this lock. For an
-- account that was never a member it locks and finds nothing, as if the
-- conversation did not exist. Here and in every query for non-members the
-- membership is looked up first, so that the query takes the same time in both
-- cases.
-- Memberships must be read in a later statement: the snapshot of this one is older
-- than its wait for the lock.
SELECT c.convo_id, c.creator_did, c.cipher_suite, c.epoch, c.last_seq, c.roster_version, c.closed_at, c.reserved_for,
    c.locked_at, c.locked_by_admin, c.locked_by_operator, c.add_by, c.admins_remove, c.admins_change_info, c.admins_make_links, c.admins_send,
    -- Milliseconds by the clock of the database: how long the reservation still
    -- lasts, and the age of the epoch.
    greatest(0, extract(epoch FROM c.reserved_until - clock_timestamp()) * 1000)::bigint AS reserved_ms,
    greatest(0, extract(epoch FROM clock_timestamp() - c.epoch_began_at) * 1000)::bigint AS epoch_age_ms
FROM conversations c
WHERE c.convo_id = (SELECT m.convo_id FROM memberships m WHERE m.convo_id = sqlc.arg(convo_id) AND m.did = sqlc.arg(did) LIMIT 1)
FOR NO KEY UPDATE OF c;

-- name: MemberSuite :one
-- The cipher suite of a member's conversation. For non-members no row, as if
-- the conversation did not exist.
SELECT c.cipher_suite FROM conversations c
WHERE c.convo_id = (SELECT m.convo_id FROM memberships m
    WHERE m.convo_id = sqlc.arg(convo_id) AND m.did = sqlc.arg(did) AND m.left_seq IS NULL);

-- name: InsertConvo :execrows
-- Waits for a concurrent creation of the same group; no row if it exists.
INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, name, description, created_at, last_activity_at)
VALUES (sqlc.arg(convo_id), sqlc.arg(creator_did), sqlc.arg(cipher_suite), sqlc.arg(epoch),
        sqlc.narg(name), sqlc.narg(description), sqlc.arg(at), sqlc.arg(at))
ON CONFLICT (convo_id) DO NOTHING;

-- name: MembershipState :one
-- Whether the account is an accepted member, whether it is one that has not accepted
-- (request), whether it is an admin, and whether it ever was a member.
SELECT coalesce(bool_or(m.left_seq IS NULL AND m.consent = 'accepted'), FALSE)::boolean AS active,
       coalesce(bool_or(m.left_seq IS NULL AND m.consent <> 'accepted'), FALSE)::boolean AS request,
       coalesce(bool_or(m.left_seq IS NULL AND m.consent = 'accepted' AND m.role = 'admin'), FALSE)::boolean AS admin,
       (count(*) > 0)::boolean AS ever
FROM memberships m WHERE m.convo_id = sqlc.arg(convo_id) AND m.did = sqlc.arg(did);

-- name: MembershipStates :many
-- Which of dids are members, or have left and have a leaf that awaits its
-- removal.
SELECT did, (left_seq IS NULL)::boolean AS active
FROM memberships
WHERE convo_id = sqlc.arg(convo_id) AND did = ANY(sqlc.arg(dids)::text[]) AND (left_seq IS NULL OR pending_removal)
ORDER BY joined_seq;

-- name: Admins :many
SELECT did FROM memberships WHERE convo_id = $1 AND left_seq IS NULL AND role = 'admin' ORDER BY did;

-- name: SetRole :execrows
-- No row: the account is not a member, or has the role already.
UPDATE memberships SET role = sqlc.arg(role)
WHERE convo_id = sqlc.arg(convo_id) AND did = sqlc.arg(did) AND left_seq IS NULL AND consent = 'accepted' AND role <> sqlc.arg(role);

-- name: NextAdmin :many
-- The accepted member that becomes an admin when the account stops being one: the one
-- with the earliest membership, of several that joined at once the first by DID. No
-- row if there is another admin, or no other accepted member.
SELECT m.did FROM memberships m
WHERE m.convo_id = sqlc.arg(convo_id) AND m.left_seq IS NULL AND m.consent = 'accepted' AND m.did <> sqlc.arg(did)
  AND NOT EXISTS (SELECT FROM memberships a WHERE a.convo_id = sqlc.arg(convo_id) AND a.left_seq IS NULL AND a.role = 'admin' AND a.did <> sqlc.arg(did))
ORDER BY m.joined_seq, m.joined_at, m.did
LIMIT 1;

-- name: SetPolicy :exec
-- Raising roster_version makes statements fail that read the policy before.
UPDATE conversations SET add_by = sqlc.arg(add_by), admins_remove = sqlc.arg(admins_remove), admins_change_info = sqlc.arg(admins_change_info),
    admins_make_links = sqlc.arg(admins_make_links), admins_send = sqlc.arg(admins_send), roster_version = roster_version + 1
WHERE convo_id = sqlc.arg(convo_id);

-- name: SetLock :exec
-- locked_at is when it was locked first. Raising roster_version makes statements
-- fail that read the row before.
UPDATE conversations SET locked_by_admin = sqlc.arg(by_admin), locked_by_operator = sqlc.arg(by_operator),
    locked_at = CASE WHEN sqlc.arg(by_admin)::boolean OR sqlc.arg(by_operator)::boolean THEN coalesce(locked_at, now()) END,
    roster_version = roster_version + 1
WHERE convo_id = sqlc.arg(convo_id);

-- name: RaiseRosterVersion :exec
UPDATE conversations SET roster_version = roster_version + 1 WHERE convo_id = $1;

-- name: LockConvoForOperator :one
-- Locks the row of a conversation for the operator.
SELECT locked_by_admin, locked_by_operator FROM conversations WHERE convo_id = $1 FOR NO KEY UPDATE;

-- name: CountMembers :one
-- With those that have not accepted.
SELECT count(*) FROM memberships WHERE convo_id = $1 AND left_seq IS NULL;

-- name: CountAccepted :one
SELECT count(*) FROM memberships WHERE convo_id = $1 AND left_seq IS NULL AND consent = 'accepted';

-- name: RequestsIn :many
-- The open requests in a conversation, and whether their accounts were told of them.
SELECT did, (consent = 'request')::boolean AS shown FROM memberships
WHERE convo_id = $1 AND left_seq IS NULL AND consent <> 'accepted'
ORDER BY did;

-- name: EndedByOthers :many
-- Which of these accounts were last removed or suspended by another member.
SELECT a.did::text AS did FROM unnest(sqlc.arg(dids)::text[]) AS a(did)
CROSS JOIN LATERAL (
    SELECT m.ended_by_other FROM memberships m
    WHERE m.convo_id = sqlc.arg(convo_id) AND m.did = a.did
    ORDER BY m.joined_seq DESC
    LIMIT 1
) newest
WHERE newest.ended_by_other;

-- name: ReserveEpoch :exec
-- Reserves the current epoch for the commit of one member, unless that was done
-- a short time ago.
UPDATE conversations SET reserved_for = sqlc.arg(did), reserved_at = clock_timestamp(),
    reserved_until = clock_timestamp() + sqlc.arg(hold_ms)::bigint * interval '1 millisecond'
WHERE convo_id = sqlc.arg(convo_id)
  AND (reserved_at IS NULL OR reserved_at <= clock_timestamp() - sqlc.arg(pause_ms)::bigint * interval '1 millisecond');

-- name: BeginMemberships :exec
INSERT INTO memberships (convo_id, did, consent, added_by, joined_seq, joined_at, joined_n, joined_gen, joined_pos)
SELECT sqlc.arg(convo_id), unnest(sqlc.arg(dids)::text[]), unnest(sqlc.arg(consents)::text[]), sqlc.narg(added_by)::text,
    sqlc.arg(seq)::bigint, sqlc.arg(at)::timestamptz, sqlc.arg(n)::bigint, sqlc.arg(gen)::bigint, sqlc.arg(pos)::bigint;

-- name: BeginAsAdmin :exec
-- The creator of a conversation: it has accepted it, and is its first admin.
UPDATE memberships SET accepted_at = sqlc.arg(at)::timestamptz, role = 'admin', added_by = NULL
WHERE convo_id = sqlc.arg(convo_id) AND did = sqlc.arg(did) AND left_seq IS NULL;

-- name: AcceptConvo :one
-- The account accepts the conversation that it is a member of. The result is where
-- its window begins, and where telling began.
UPDATE memberships SET accepted_at = coalesce(accepted_at, sqlc.arg(at)::timestamptz)
WHERE convo_id = sqlc.arg(convo_id) AND did = sqlc.arg(did) AND left_seq IS NULL
RETURNING joined_seq, coalesce(told_seq, joined_seq)::bigint AS told_seq;

-- name: JoinedSeq :one
-- The sequence number after which a member sees messages.
SELECT joined_seq FROM memberships WHERE convo_id = sqlc.arg(convo_id) AND did = sqlc.arg(did) AND left_seq IS NULL;

-- name: AcceptRequest :exec
-- A request becomes an accepted membership. Telling begins at this position.
UPDATE memberships SET consent = 'accepted', accepted_at = coalesce(accepted_at, sqlc.arg(at)::timestamptz),
    told_seq = sqlc.arg(seq)::bigint, told_n = sqlc.arg(n)::bigint, told_gen = sqlc.arg(gen)::bigint, told_pos = sqlc.arg(pos)::bigint
WHERE convo_id = sqlc.arg(convo_id) AND did = sqlc.arg(did) AND left_seq IS NULL AND consent <> 'accepted';

-- name: EndMemberships :exec
UPDATE memberships SET left_seq = sqlc.arg(seq)::bigint, left_at = sqlc.arg(at)::timestamptz, pending_removal = sqlc.arg(pending),
    ended_by_other = sqlc.arg(by_other),
    left_n = sqlc.arg(n)::bigint, left_gen = sqlc.arg(gen)::bigint, left_pos = sqlc.arg(pos)::bigint
WHERE convo_id = sqlc.arg(convo_id) AND did = ANY(sqlc.arg(dids)::text[]) AND left_seq IS NULL;

-- name: BarLeaver :exec
-- An account that has left, and whose leaf awaits removal, counts as suspended.
UPDATE memberships SET ended_by_other = TRUE
WHERE convo_id = sqlc.arg(convo_id) AND did = ANY(sqlc.arg(dids)::text[]) AND pending_removal;

-- name: ClearPendingRemovals :exec
-- The leaf was removed, or the account is a member again.
UPDATE memberships SET pending_removal = FALSE
WHERE convo_id = sqlc.arg(convo_id) AND did = ANY(sqlc.arg(dids)::text[]) AND pending_removal;

-- name: LeaveConvo :exec
UPDATE conversations SET
    roster_version = roster_version + 1,
    last_activity_at = greatest(last_activity_at, sqlc.arg(at)),
    closed_at = CASE WHEN sqlc.arg(closes)::boolean THEN sqlc.arg(at)::timestamptz END
WHERE convo_id = sqlc.arg(convo_id);
