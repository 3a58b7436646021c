-- name: SendMessage :one
-- Numbers and stores an application message in one statement, or returns why
-- not. The row of the conversation decides. While the UPDATE waits for it,
-- convo and twin (the duplicate) keep what they read before the wait. Therefore
-- the UPDATE requires the roster_version that convo read together with the
-- members, their roles and the policy, so that an account removed during the wait
-- cannot send, nor one that lost the right to send. A message id
-- taken during the wait is a unique violation. No row: the conversation does
-- not exist or the account was never a member, and nothing else is looked up.
-- convo_full: the rate of the conversation is used up. seq 0: nothing was
-- stored. request: the account has not accepted the conversation yet.
WITH convo AS (
    SELECT w.convo_id, w.active, w.request, w.active AND NOT sqlc.arg(convo_full)::boolean AND c.locked_at IS NULL AND (w.admin OR NOT c.admins_send) AS writes,
        c.locked_at IS NOT NULL AS locked, w.admin OR NOT c.admins_send AS may_send, c.epoch, c.roster_version
    FROM (
        SELECT m.convo_id, m.left_seq IS NULL AND m.consent = 'accepted' AS active, m.left_seq IS NULL AND m.consent <> 'accepted' AS request,
            m.role = 'admin' AS admin
        FROM memberships m
        WHERE m.convo_id = sqlc.arg(convo_id) AND m.did = sqlc.arg(did)
        ORDER BY m.joined_seq DESC
        LIMIT 1
    ) w
    CROSS JOIN LATERAL (
        SELECT k.epoch, k.roster_version, k.locked_at, k.admins_send FROM conversations k WHERE k.convo_id = w.convo_id OFFSET 0
    ) c
), twin AS (
    SELECT m.seq, m.created_at,
        m.kind = 'app' AND m.epoch = sqlc.arg(epoch)::bigint AND m.ciphertext = sqlc.arg(ciphertext)::bytea
            AND m.blobs IS NOT DISTINCT FROM sqlc.narg(blobs)::text[] AS same
    FROM convo
    CROSS JOIN LATERAL (
        SELECT x.seq, x.created_at, x.kind, x.epoch, x.ciphertext, x.blobs FROM messages x
        WHERE x.convo_id = convo.convo_id AND x.message_id = sqlc.arg(message_id)
        OFFSET 0
    ) m
    WHERE convo.active
), numbered AS (
    UPDATE conversations c
    SET last_seq = c.last_seq + 1,
        last_pos = greatest(c.last_pos, log_own_xid()),
        last_message_at = greatest(c.last_message_at, sqlc.arg(now)::timestamptz),
        last_activity_at = greatest(c.last_activity_at, sqlc.arg(now)::timestamptz)
    FROM convo
    WHERE c.convo_id = convo.convo_id
        AND convo.writes
        AND c.roster_version = convo.roster_version
        AND sqlc.arg(epoch)::bigint BETWEEN c.epoch - sqlc.arg(past_epochs)::bigint AND c.epoch
        AND NOT EXISTS (SELECT FROM twin)
    RETURNING c.last_seq, c.gen, c.last_pos
), stored AS (
    INSERT INTO messages (convo_id, seq, message_id, kind, epoch, ciphertext, blobs, created_at, gen, pos)
    SELECT sqlc.arg(convo_id), numbered.last_seq, sqlc.arg(message_id), 'app', sqlc.arg(epoch)::bigint,
        sqlc.arg(ciphertext)::bytea, sqlc.narg(blobs)::text[], sqlc.arg(now)::timestamptz, numbered.gen, numbered.last_pos
    FROM numbered
    RETURNING seq
)
SELECT
    coalesce((SELECT stored.seq FROM stored), 0)::bigint AS seq,
    convo.active::boolean AS active,
    convo.request::boolean AS request,
    convo.locked::boolean AS locked,
    convo.may_send::boolean AS may_send,
    convo.epoch AS current_epoch,
    (sqlc.arg(epoch)::bigint BETWEEN convo.epoch - sqlc.arg(past_epochs)::bigint AND convo.epoch)::boolean AS in_window,
    coalesce(twin.seq, 0)::bigint AS twin_seq,
    coalesce(twin.same, FALSE)::boolean AS twin_same,
    coalesce(twin.created_at, 'epoch')::timestamptz AS twin_created_at
FROM convo LEFT JOIN twin ON TRUE;

-- name: SendMessages :many
-- SendMessage for the messages of a batch, which have no blobs and no two of which
-- have the same id in one conversation. It waits for no row, and updates each
-- conversation once. ord is the place of a message in the arrays. In a conversation
-- the messages are numbered in that order.
-- fresh: the message can be stored, by what the snapshot says. The rows of these
-- conversations are then locked, which is later than the snapshot. Therefore a row
-- must still have the epoch, the roster_version (members, roles, policy and locks)
-- and the last_seq (message ids) that the snapshot has. If it was changed meanwhile,
-- or another transaction has locked it, nothing is stored in the conversation, and
-- its fresh messages have no row in the result.
-- known: the account is or was a member; if not, nothing else is looked up.
-- The estimated size of an array in a subquery does not depend on the argument, so
-- that a plan for the values is never estimated to cost less than the one that is
-- kept.
WITH sent AS (
    SELECT unnest((SELECT sqlc.arg(ords)::bigint[])) AS ord,
        unnest((SELECT sqlc.arg(convo_ids)::bytea[])) AS convo_id,
        unnest((SELECT sqlc.arg(dids)::text[])) AS did,
        unnest((SELECT sqlc.arg(message_ids)::bytea[])) AS message_id,
        unnest((SELECT sqlc.arg(epochs)::bigint[])) AS epoch,
        unnest((SELECT sqlc.arg(convo_fulls)::boolean[])) AS convo_full,
        unnest((SELECT sqlc.arg(nows)::timestamptz[])) AS now
), checked AS (
    SELECT s.ord, s.now, w.convo_id, w.active, w.request, c.locked_at IS NOT NULL AS locked, w.admin OR NOT c.admins_send AS may_send,
        c.epoch, c.roster_version, c.last_seq, s.epoch BETWEEN c.epoch - sqlc.arg(past_epochs)::bigint AND c.epoch AS in_window,
        t.seq AS twin_seq, t.same AS twin_same, t.created_at AS twin_created_at,
        coalesce(w.active AND NOT s.convo_full AND c.locked_at IS NULL AND (w.admin OR NOT c.admins_send) AND t.seq IS NULL
            AND s.epoch BETWEEN c.epoch - sqlc.arg(past_epochs)::bigint AND c.epoch, FALSE) AS fresh
    FROM sent s
    LEFT JOIN LATERAL (
        SELECT m.convo_id, m.left_seq IS NULL AND m.consent = 'accepted' AS active, m.left_seq IS NULL AND m.consent <> 'accepted' AS request,
            m.role = 'admin' AS admin
        FROM memberships m
        WHERE m.convo_id = s.convo_id AND m.did = s.did
        ORDER BY m.joined_seq DESC
        LIMIT 1
    ) w ON TRUE
    LEFT JOIN LATERAL (
        SELECT k.epoch, k.roster_version, k.last_seq, k.locked_at, k.admins_send FROM conversations k WHERE k.convo_id = w.convo_id OFFSET 0
    ) c ON TRUE
    LEFT JOIN LATERAL (
        SELECT x.seq, x.created_at,
            x.kind = 'app' AND x.epoch = s.epoch AND x.ciphertext = (sqlc.arg(ciphertexts)::bytea[])[s.ord] AND x.blobs IS NULL AS same
        FROM messages x
        WHERE w.active AND x.convo_id = w.convo_id AND x.message_id = s.message_id
        OFFSET 0
    ) t ON TRUE
), wanted AS (
    SELECT f.convo_id, min(f.epoch) AS epoch, min(f.roster_version) AS roster_version, min(f.last_seq) AS last_seq,
        max(f.now) AS now, array_agg(f.ord) AS ords
    FROM (SELECT checked.* FROM checked WHERE checked.fresh ORDER BY checked.convo_id, checked.ord) f
    GROUP BY f.convo_id
), free AS (
    SELECT w.convo_id, w.now, w.ords
    FROM wanted w
    JOIN conversations c ON c.convo_id = w.convo_id
    WHERE c.epoch = w.epoch AND c.roster_version = w.roster_version AND c.last_seq = w.last_seq
    FOR NO KEY UPDATE OF c SKIP LOCKED
), numbered AS (
    UPDATE conversations c
    SET last_seq = c.last_seq + cardinality(free.ords),
        last_pos = greatest(c.last_pos, log_own_xid()),
        last_message_at = greatest(c.last_message_at, free.now),
        last_activity_at = greatest(c.last_activity_at, free.now)
    FROM free
    WHERE c.convo_id = free.convo_id
    RETURNING c.convo_id, c.last_seq - cardinality(free.ords) AS before, c.gen, c.last_pos, free.ords
), placed AS (
    SELECT n.convo_id, n.gen, n.last_pos, o.ord, n.before + o.place AS seq
    FROM numbered n
    CROSS JOIN LATERAL unnest(n.ords) WITH ORDINALITY AS o (ord, place)
), stored AS (
    INSERT INTO messages (convo_id, seq, message_id, kind, epoch, ciphertext, created_at, gen, pos)
    SELECT p.convo_id, p.seq, (sqlc.arg(message_ids)::bytea[])[p.ord], 'app', (sqlc.arg(epochs)::bigint[])[p.ord],
        (sqlc.arg(ciphertexts)::bytea[])[p.ord], (sqlc.arg(nows)::timestamptz[])[p.ord], p.gen, p.last_pos
    FROM placed p
)
SELECT p.ord::bigint AS ord, p.seq::bigint AS seq, TRUE AS known, TRUE AS active, FALSE AS request, FALSE AS locked, TRUE AS may_send,
    0::bigint AS current_epoch, TRUE AS in_window, 0::bigint AS twin_seq, FALSE AS twin_same, 'epoch'::timestamptz AS twin_created_at
FROM placed p
UNION ALL
SELECT k.ord, 0, k.convo_id IS NOT NULL, coalesce(k.active, FALSE), coalesce(k.request, FALSE), coalesce(k.locked, FALSE), coalesce(k.may_send, FALSE),
    coalesce(k.epoch, 0), coalesce(k.in_window, FALSE), coalesce(k.twin_seq, 0), coalesce(k.twin_same, FALSE), coalesce(k.twin_created_at, 'epoch')
FROM checked k
WHERE NOT k.fresh;

-- name: GetWindows :many
-- The memberships of an account in a conversation, each with the last sequence
-- number that it may see. No row: it was never a member, or the conversation
-- does not exist.
SELECT m.joined_seq, coalesce(m.left_seq, c.last_seq)::bigint AS until_seq,
    (m.left_seq IS NULL)::boolean AS active, (m.consent = 'accepted')::boolean AS accepted, c.epoch
FROM memberships m
CROSS JOIN LATERAL (SELECT k.last_seq, k.epoch FROM conversations k WHERE k.convo_id = m.convo_id OFFSET 0) c
WHERE m.convo_id = sqlc.arg(convo_id) AND m.did = sqlc.arg(did)
ORDER BY m.joined_seq;

-- name: GetMessageSeq :one
-- The sequence number of a message id, even if the message was removed.
SELECT m.seq FROM messages m WHERE m.convo_id = sqlc.arg(convo_id) AND m.message_id = sqlc.arg(message_id)
UNION ALL
SELECT r.seq FROM removed_messages r
WHERE r.convo_id = sqlc.arg(convo_id) AND r.id_hash = substr(sha256(sqlc.arg(message_id)), 1, 8)
ORDER BY seq DESC
LIMIT 1;

-- name: PageMessages :many
-- Messages after a sequence number, oldest first, inside the windows of an
-- account. Each window is a range of the primary key, so a page costs the same
-- at any depth. A page is cut by bytes, but includes its first message. next is
-- the sequence number that follows a message on the uncut page, 0 for none. The
-- inner LIMIT, one more than the largest page, is a constant: with a parameter
-- the planner would plan at each call, which takes longer than the page.
-- last_seq is the newest number that the account may see, and joined_seq the
-- beginning of its first window that reaches past the start of the page: with
-- them, a page without a gap needs no second query.
WITH page AS (
    SELECT p.seq, p.message_id, p.kind, p.epoch, p.sender_did, p.ciphertext, p.created_at, p.blobs
    FROM memberships w
    CROSS JOIN LATERAL (
        SELECT m.seq, m.message_id, m.kind, m.epoch, m.sender_did, m.ciphertext, m.created_at, m.blobs
        FROM messages m
        WHERE m.convo_id = w.convo_id
            AND m.seq > greatest(w.joined_seq, sqlc.arg(after_seq)::bigint)
            AND m.seq <= least(w.left_seq, sqlc.arg(until_seq)::bigint)
            AND m.kind = ANY(sqlc.arg(kinds)::text[])
        ORDER BY m.seq
        LIMIT 101
    ) p
    WHERE w.convo_id = sqlc.arg(convo_id) AND w.did = sqlc.arg(did)
    ORDER BY p.seq
    LIMIT sqlc.arg(max_rows)::bigint
), sized AS (
    SELECT page.*,
        row_number() OVER walk AS n,
        lead(seq) OVER walk AS next,
        sum(octet_length(ciphertext) / 3 * 4 + coalesce(octet_length(sender_did), 0) + sqlc.arg(row_bytes)::int) OVER walk AS bytes
    FROM page
    WINDOW walk AS (ORDER BY seq ROWS UNBOUNDED PRECEDING)
), seen AS (
    SELECT max(coalesce(w.left_seq, c.last_seq)) AS last_seq,
        min(w.joined_seq) FILTER (WHERE w.left_seq IS NULL OR w.left_seq > sqlc.arg(after_seq)::bigint) AS joined_seq
    FROM memberships w
    CROSS JOIN LATERAL (SELECT k.last_seq FROM conversations k WHERE k.convo_id = w.convo_id OFFSET 0) c
    WHERE w.convo_id = sqlc.arg(convo_id) AND w.did = sqlc.arg(did)
)
SELECT s.seq, s.message_id, s.kind, s.epoch, s.sender_did, s.ciphertext, s.created_at, coalesce(s.next, 0)::bigint AS next, s.blobs,
    seen.last_seq::bigint AS last_seq, coalesce(seen.joined_seq, 0)::bigint AS joined_seq
FROM sized s
CROSS JOIN seen
WHERE s.n = 1 OR s.bytes <= sqlc.arg(max_bytes)::bigint
ORDER BY s.seq;

-- name: PageMessagesBefore :many
-- Like PageMessages, for the newest messages up to a sequence number; next
-- leads backwards. It is a query of its own because one with a branch for each
-- direction is planned anew at each call where conversations are large: the
-- generic plan counts the cost of both branches.
WITH page AS (
    SELECT p.seq, p.message_id, p.kind, p.epoch, p.sender_did, p.ciphertext, p.created_at, p.blobs
    FROM memberships w
    CROSS JOIN LATERAL (
        SELECT m.seq, m.message_id, m.kind, m.epoch, m.sender_did, m.ciphertext, m.created_at, m.blobs
        FROM messages m
        WHERE m.convo_id = w.convo_id
            AND m.seq > w.joined_seq
            AND m.seq <= least(w.left_seq, sqlc.arg(until_seq)::bigint)
            AND m.kind = ANY(sqlc.arg(kinds)::text[])
        ORDER BY m.seq DESC
        LIMIT 101
    ) p
    WHERE w.convo_id = sqlc.arg(convo_id) AND w.did = sqlc.arg(did)
    ORDER BY p.seq DESC
    LIMIT sqlc.arg(max_rows)::bigint
), sized AS (
    SELECT page.*,
        row_number() OVER walk AS n,
        lead(seq) OVER walk AS next,
        sum(octet_length(ciphertext) / 3 * 4 + coalesce(octet_length(sender_did), 0) + sqlc.arg(row_bytes)::int) OVER walk AS bytes
    FROM page
    WINDOW walk AS (ORDER BY seq DESC ROWS UNBOUNDED PRECEDING)
)
SELECT s.seq, s.message_id, s.kind, s.epoch, s.sender_did, s.ciphertext, s.created_at, coalesce(s.next, 0)::bigint AS next, s.blobs
FROM sized s
WHERE s.n = 1 OR s.bytes <= sqlc.arg(max_bytes)::bigint
ORDER BY s.seq;

-- name: PageHandshakes :many
-- Like PageMessages, without application messages, by an index that omits them.
WITH page AS (
    SELECT p.seq, p.message_id, p.kind, p.epoch, p.sender_did, p.ciphertext, p.created_at, p.blobs
    FROM memberships w
    CROSS JOIN LATERAL (
        SELECT m.seq, m.message_id, m.kind, m.epoch, m.sender_did, m.ciphertext, m.created_at, m.blobs
        FROM messages m
        WHERE m.convo_id = w.convo_id
            AND m.seq > greatest(w.joined_seq, sqlc.arg(after_seq)::bigint)
            AND m.seq <= least(w.left_seq, sqlc.arg(until_seq)::bigint)
            AND m.kind <> 'app' AND m.kind = ANY(sqlc.arg(kinds)::text[])
        ORDER BY m.seq
        LIMIT 101
    ) p
    WHERE w.convo_id = sqlc.arg(convo_id) AND w.did = sqlc.arg(did)
    ORDER BY p.seq
    LIMIT sqlc.arg(max_rows)::bigint
), sized AS (
    SELECT page.*,
        row_number() OVER walk AS n,
        lead(seq) OVER walk AS next,
        sum(octet_length(ciphertext) / 3 * 4 + coalesce(octet_length(sender_did), 0) + sqlc.arg(row_bytes)::int) OVER walk AS bytes
    FROM page
    WINDOW walk AS (ORDER BY seq ROWS UNBOUNDED PRECEDING)
)
SELECT s.seq, s.message_id, s.kind, s.epoch, s.sender_did, s.ciphertext, s.created_at, coalesce(s.next, 0)::bigint AS next, s.blobs
FROM sized s
WHERE s.n = 1 OR s.bytes <= sqlc.arg(max_bytes)::bigint
ORDER BY s.seq;

-- name: PageHandshakesBefore :many
-- Like PageMessagesBefore, without application messages.
WITH page AS (
    SELECT p.seq, p.message_id, p.kind, p.epoch, p.sender_did, p.ciphertext, p.created_at, p.blobs
    FROM memberships w
    CROSS JOIN LATERAL (
        SELECT m.seq, m.message_id, m.kind, m.epoch, m.sender_did, m.ciphertext, m.created_at, m.blobs
        FROM messages m
        WHERE m.convo_id = w.convo_id
            AND m.seq > w.joined_seq
            AND m.seq <= least(w.left_seq, sqlc.arg(until_seq)::bigint)
            AND m.kind <> 'app' AND m.kind = ANY(sqlc.arg(kinds)::text[])
        ORDER BY m.seq DESC
        LIMIT 101
    ) p
    WHERE w.convo_id = sqlc.arg(convo_id) AND w.did = sqlc.arg(did)
    ORDER BY p.seq DESC
    LIMIT sqlc.arg(max_rows)::bigint
), sized AS (
    SELECT page.*,
        row_number() OVER walk AS n,
        lead(seq) OVER walk AS next,
        sum(octet_length(ciphertext) / 3 * 4 + coalesce(octet_length(sender_did), 0) + sqlc.arg(row_bytes)::int) OVER walk AS bytes
    FROM page
    WINDOW walk AS (ORDER BY seq DESC ROWS UNBOUNDED PRECEDING)
)
SELECT s.seq, s.message_id, s.kind, s.epoch, s.sender_did, s.ciphertext, s.created_at, coalesce(s.next, 0)::bigint AS next, s.blobs
FROM sized s
WHERE s.n = 1 OR s.bytes <= sqlc.arg(max_bytes)::bigint
ORDER BY s.seq;

-- name: GetHandshakeSeqs :many
-- Sequence numbers of commits and proposals in a range. A page of application
-- messages omits them although they were not removed.
SELECT seq FROM messages
WHERE convo_id = sqlc.arg(convo_id) AND kind <> 'app' AND NOT kind = ANY(sqlc.arg(kinds)::text[])
    AND seq > sqlc.arg(after_seq) AND seq <= sqlc.arg(until_seq)
ORDER BY seq;

-- name: PageCommits :many
-- Accepted commits of a range of epochs (those of their framing), inside the
-- windows of an account, cut as in PageMessages; more reports that another one
-- follows.
WITH page AS (
    SELECT p.seq, p.epoch, p.sender_did, p.ciphertext, p.created_at
    FROM memberships w
    CROSS JOIN LATERAL (
        SELECT m.seq, m.epoch, m.sender_did, m.ciphertext, m.created_at
        FROM messages m
        WHERE m.convo_id = w.convo_id AND m.kind = 'commit'
            AND m.epoch BETWEEN sqlc.arg(from_epoch)::bigint AND sqlc.arg(to_epoch)::bigint
            AND m.seq > w.joined_seq AND (m.seq <= w.left_seq OR w.left_seq IS NULL)
        ORDER BY m.epoch
        LIMIT 1001
    ) p
    WHERE w.convo_id = sqlc.arg(convo_id) AND w.did = sqlc.arg(did)
    ORDER BY p.epoch
    LIMIT sqlc.arg(max_rows)::bigint
), sized AS (
    SELECT page.*,
        row_number() OVER walk AS n,
        lead(epoch) OVER walk AS next,
        sum(octet_length(ciphertext) / 3 * 4 + octet_length(sender_did) + sqlc.arg(row_bytes)::int) OVER walk AS bytes
    FROM page
    WINDOW walk AS (ORDER BY epoch ROWS UNBOUNDED PRECEDING)
)
SELECT s.seq, s.epoch, coalesce(s.sender_did, '')::text AS sender, s.ciphertext, s.created_at, (s.next IS NOT NULL)::boolean AS more
FROM sized s
WHERE s.n = 1 OR s.bytes <= sqlc.arg(max_bytes)::bigint
ORDER BY s.epoch;
