-- name: PageConvos :many
-- The conversations that an account is an accepted member of, as of one moment, by
-- most recent activity.
-- Those that became active later come last, ordered by id, so that reading the
-- list page by page misses none. bytes is about the size of a conversation's
-- view.
WITH mine AS (
    SELECT c.convo_id, c.last_activity_at
    FROM memberships m
    JOIN conversations c ON c.convo_id = m.convo_id
    WHERE m.did = sqlc.arg(did) AND m.left_seq IS NULL AND m.consent = 'accepted'
), moment AS (
    SELECT coalesce(sqlc.narg(as_of)::timestamptz, greatest(max(mine.last_activity_at), sqlc.arg(now)::timestamptz)) AS as_of
    FROM mine
), page AS (
    SELECT mine.convo_id, mine.last_activity_at, moment.as_of, mine.last_activity_at > moment.as_of AS late
    FROM mine CROSS JOIN moment
    WHERE sqlc.narg(after_id)::bytea IS NULL
        OR CASE WHEN mine.last_activity_at > moment.as_of
            THEN NOT sqlc.arg(after_late)::boolean OR mine.convo_id > sqlc.narg(after_id)::bytea
            ELSE NOT sqlc.arg(after_late)::boolean AND (mine.last_activity_at < sqlc.arg(after_activity)::timestamptz
                OR mine.last_activity_at = sqlc.arg(after_activity)::timestamptz AND mine.convo_id > sqlc.narg(after_id)::bytea)
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
    )::bigint AS bytes
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
