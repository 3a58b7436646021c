-- name: PageConvos :many
-- The conversations that an account is an accepted member of, as of one moment, by
-- most recent activity.
-- Those that became active later come last, ordered by id, so that reading the
-- list page by page misses none. bytes is about the size of a conversation's
-- view.
-- The quiet conversations of an account in many are read from the index
-- memberships_order, as many as a page can have; the rest, which are few, are looked up
-- and sorted with them: those that are not quiet (awake), and the quiet ones that the
-- log names from quiet_place on (fresh). If that part of the log is too long, or
-- quiet_place cannot be trusted, all are looked up.
-- unlisted is how many conversations are looked up because the account is not known to
-- be in many; quiet says that some are quiet.
-- It runs in a transaction of pgplan.BeginPage. OFFSET 0 keeps the order of the loops.
WITH place AS MATERIALIZED (
    SELECT q.gen, q.pos
    FROM quiet_place q JOIN log_generation g ON g.gen = q.gen AND g.low_water_pos < q.pos
    WHERE EXISTS (
        SELECT FROM memberships m
        WHERE m.did = sqlc.arg(did) AND m.left_seq IS NULL AND m.consent = 'accepted' AND m.quiet_since < 'infinity')
), fresh AS MATERIALIZED (
    SELECT x.convo_id, count(*) AS entries
    FROM place p
    CROSS JOIN LATERAL (
        (
            SELECT m.convo_id FROM messages m WHERE m.gen = p.gen AND m.pos >= p.pos
            ORDER BY m.pos, m.convo_id, m.seq LIMIT 2001
        ) UNION ALL (
            SELECT e.stream_key FROM events e WHERE e.gen = p.gen AND e.pos >= p.pos
            ORDER BY e.pos, e.stream_key, e.seq, e.n LIMIT 2001
        )
    ) x
    GROUP BY x.convo_id
), known AS MATERIALIZED (
    SELECT EXISTS (SELECT FROM place) AND coalesce(sum(f.entries), 0) <= 2000 AS ok FROM fresh f
), awake AS MATERIALIZED (
    SELECT m.convo_id, c.last_activity_at, m.listed
    FROM memberships m
    CROSS JOIN LATERAL (SELECT k.last_activity_at FROM conversations k WHERE k.convo_id = m.convo_id OFFSET 0) c
    WHERE m.did = sqlc.arg(did) AND m.left_seq IS NULL AND m.consent = 'accepted' AND m.quiet_since = 'infinity'
), looked_up AS MATERIALIZED (
    SELECT a.convo_id, a.last_activity_at FROM awake a
    UNION ALL
    SELECT f.convo_id, c.last_activity_at
    FROM fresh f
    CROSS JOIN LATERAL (
        SELECT FROM memberships m
        WHERE m.convo_id = f.convo_id AND m.did = sqlc.arg(did) AND m.left_seq IS NULL AND m.consent = 'accepted' AND m.quiet_since < 'infinity'
        OFFSET 0
    ) w
    CROSS JOIN LATERAL (SELECT k.last_activity_at FROM conversations k WHERE k.convo_id = f.convo_id OFFSET 0) c
    WHERE (SELECT n.ok FROM known n)
    UNION ALL
    SELECT m.convo_id, c.last_activity_at
    FROM memberships m
    CROSS JOIN LATERAL (SELECT k.last_activity_at FROM conversations k WHERE k.convo_id = m.convo_id OFFSET 0) c
    WHERE m.did = sqlc.arg(did) AND m.left_seq IS NULL AND m.consent = 'accepted' AND m.quiet_since < 'infinity'
        AND NOT (SELECT n.ok FROM known n)
), moment AS MATERIALIZED (
    SELECT coalesce(sqlc.narg(as_of)::timestamptz, greatest(
        (SELECT max(l.last_activity_at) FROM looked_up l),
        (SELECT m.quiet_since FROM memberships m
            WHERE m.did = sqlc.arg(did) AND m.left_seq IS NULL AND m.consent = 'accepted' AND m.quiet_since < 'infinity'
            ORDER BY m.quiet_since DESC, m.convo_id LIMIT 1),
        sqlc.arg(now)::timestamptz)) AS as_of
), mine AS (
    SELECT l.convo_id, l.last_activity_at FROM looked_up l
    UNION ALL
    SELECT q.convo_id, q.quiet_since
    FROM moment t
    CROSS JOIN LATERAL (
        SELECT m.convo_id, m.quiet_since FROM memberships m
        WHERE m.did = sqlc.arg(did) AND m.left_seq IS NULL AND m.consent = 'accepted' AND m.quiet_since < 'infinity'
            AND m.quiet_since <= least(t.as_of, sqlc.narg(after_activity)::timestamptz)
            AND (sqlc.narg(after_id)::bytea IS NULL OR m.quiet_since < sqlc.narg(after_activity)::timestamptz OR m.convo_id > sqlc.narg(after_id)::bytea)
            AND m.convo_id NOT IN (SELECT f.convo_id FROM fresh f)
        ORDER BY m.quiet_since DESC, m.convo_id
        LIMIT 101
    ) q
    WHERE (SELECT n.ok FROM known n) AND NOT sqlc.arg(after_late)::boolean
    UNION ALL
    SELECT q.convo_id, q.quiet_since
    FROM moment t
    CROSS JOIN LATERAL (
        SELECT m.convo_id, m.quiet_since FROM memberships m
        WHERE m.did = sqlc.arg(did) AND m.left_seq IS NULL AND m.consent = 'accepted' AND m.quiet_since < 'infinity'
            AND m.quiet_since > t.as_of
            AND (NOT sqlc.arg(after_late)::boolean OR m.convo_id > sqlc.narg(after_id)::bytea)
            AND m.convo_id NOT IN (SELECT f.convo_id FROM fresh f)
        ORDER BY m.convo_id
        LIMIT 101
    ) q
    WHERE (SELECT n.ok FROM known n)
), page AS (
    SELECT mine.convo_id, mine.last_activity_at, moment.as_of, mine.last_activity_at > moment.as_of AS late
    FROM mine CROSS JOIN moment
    WHERE sqlc.narg(after_id)::bytea IS NULL
        OR CASE WHEN mine.last_activity_at > moment.as_of
            THEN NOT sqlc.arg(after_late)::boolean OR mine.convo_id > sqlc.narg(after_id)::bytea
            ELSE NOT sqlc.arg(after_late)::boolean AND (mine.last_activity_at < sqlc.narg(after_activity)::timestamptz
                OR mine.last_activity_at = sqlc.narg(after_activity)::timestamptz AND mine.convo_id > sqlc.narg(after_id)::bytea)
        END
    ORDER BY late, CASE WHEN mine.last_activity_at <= moment.as_of THEN mine.last_activity_at END DESC, mine.convo_id
    LIMIT sqlc.arg(max_rows)::bigint
)
SELECT p.convo_id, p.last_activity_at, p.as_of::timestamptz AS as_of, p.late::boolean AS late,
    (
        (SELECT coalesce(sum(octet_length(m.did) + sqlc.arg(member_bytes)::bigint), 0) FROM memberships m
            WHERE m.convo_id = p.convo_id AND (m.left_seq IS NULL OR m.pending_removal))
        + (SELECT coalesce(sum(sqlc.arg(device_bytes)::bigint + coalesce(octet_length(l.credential), 0) * 4 / 3), 0) FROM leaves l WHERE l.convo_id = p.convo_id)
        + coalesce((SELECT octet_length(i.info) + octet_length(i.info_key) FROM convo_infos i WHERE i.convo_id = p.convo_id), 0) * 4 / 3
    )::bigint AS bytes,
    (SELECT count(*) FROM awake a WHERE NOT a.listed)::bigint AS unlisted,
    EXISTS (SELECT FROM place)::boolean AS quiet
FROM page p
ORDER BY p.late, CASE WHEN NOT p.late THEN p.last_activity_at END DESC, p.convo_id;

-- name: ConvosForView :many
SELECT c.convo_id, c.creator_did, c.cipher_suite, c.epoch, c.last_seq, c.name, c.description,
       c.created_at, c.last_message_at, coalesce(r.seq, 0)::bigint AS read_seq,
       c.locked_by_admin, c.locked_by_operator, c.add_by, c.admins_remove, c.admins_change_info, c.admins_make_links, c.admins_send,
       coalesce(r.muted, FALSE)::boolean AS muted, coalesce(r.archived, FALSE)::boolean AS archived
FROM conversations c
LEFT JOIN read_positions r ON r.convo_id = c.convo_id AND r.did = sqlc.arg(did)
WHERE c.convo_id = ANY(sqlc.arg(convo_ids)::bytea[]);

-- name: MembersForView :many
SELECT convo_id, did, joined_at, pending_removal, role, (consent = 'accepted')::boolean AS accepted
FROM memberships
WHERE convo_id = ANY(sqlc.arg(convo_ids)::bytea[]) AND (left_seq IS NULL OR pending_removal)
ORDER BY convo_id, joined_seq, joined_at, did;

-- name: LeavesForView :many
SELECT convo_id, did, device_id, leaf_index, credential
FROM leaves
WHERE convo_id = ANY(sqlc.arg(convo_ids)::bytea[])
ORDER BY convo_id, did, leaf_index, device_id;
