-- Which conversations are quiet, for PageConvos. Every change of quiet_since is made in
-- a transaction that has the row of quiet_place.

-- name: LockQuietPlace :many
-- No row: another transaction has it.
SELECT only_row FROM quiet_place FOR UPDATE SKIP LOCKED;

-- name: ReadQuietPlace :one
-- Whether there are quiet memberships, and whether they can be trusted: the log from
-- the place on is whole, and of the same generation.
SELECT (q.gen = g.gen AND q.pos > g.low_water_pos)::boolean AS trusted,
    EXISTS (SELECT FROM memberships m WHERE m.quiet_since < 'infinity' AND m.left_seq IS NULL)::boolean AS any_quiet
FROM quiet_place q CROSS JOIN log_generation g;

-- name: BeginQuietPlace :exec
-- For when nothing is quiet: the place goes to the end of the log.
UPDATE quiet_place SET gen = g.gen, pos = log_horizon() FROM log_generation g;

-- name: AdvanceQuietPlace :exec
UPDATE quiet_place SET pos = sqlc.arg(pos)::bigint;

-- name: EndQuiet :one
-- Ends the quiet of the conversations that the next part of the log names: about 1000
-- messages and 1000 events, below the visibility horizon. Every event counts as
-- activity, though only those of memberships are one: that does no harm. until_pos is
-- where the part ends. Memberships that others have locked are skipped, and the part
-- has to be read again if fewer have ended than were found.
WITH part AS MATERIALIZED (
    SELECT q.gen, q.pos, least(
        (SELECT greatest(m.pos, q.pos + 1) FROM messages m WHERE m.gen = q.gen AND m.pos >= q.pos
            ORDER BY m.pos, m.convo_id, m.seq OFFSET 1000 LIMIT 1),
        (SELECT greatest(e.pos, q.pos + 1) FROM events e WHERE e.gen = q.gen AND e.pos >= q.pos
            ORDER BY e.pos, e.stream_key, e.seq, e.n OFFSET 1000 LIMIT 1),
        log_horizon()) AS until_pos
    FROM quiet_place q
), active AS MATERIALIZED (
    SELECT DISTINCT x.convo_id
    FROM part p
    CROSS JOIN LATERAL (
        SELECT m.convo_id FROM messages m WHERE m.gen = p.gen AND m.pos >= p.pos AND m.pos < p.until_pos
        UNION ALL
        SELECT e.stream_key FROM events e WHERE e.gen = p.gen AND e.pos >= p.pos AND e.pos < p.until_pos
    ) x
), quiet AS MATERIALIZED (
    SELECT a.convo_id
    FROM active a
    CROSS JOIN LATERAL (
        SELECT FROM memberships w WHERE w.convo_id = a.convo_id AND w.quiet_since < 'infinity' AND w.left_seq IS NULL
        OFFSET 0
    ) m
    LIMIT 1001
), free AS MATERIALIZED (
    SELECT a.convo_id, m.did, m.joined_seq
    FROM active a
    CROSS JOIN LATERAL (
        SELECT w.did, w.joined_seq FROM memberships w
        WHERE w.convo_id = a.convo_id AND w.quiet_since < 'infinity' AND w.left_seq IS NULL
        FOR NO KEY UPDATE SKIP LOCKED
    ) m
    LIMIT 1000
), ended AS (
    UPDATE memberships m SET quiet_since = 'infinity'
    FROM free f WHERE m.convo_id = f.convo_id AND m.did = f.did AND m.joined_seq = f.joined_seq
    RETURNING m.joined_seq
)
SELECT p.until_pos::bigint AS until_pos, (p.until_pos < log_horizon())::boolean AS more,
    (SELECT count(*) FROM quiet)::bigint AS found, (SELECT count(*) FROM ended)::bigint AS ended
FROM part p;

-- name: EndAllQuiet :execrows
UPDATE memberships m SET quiet_since = 'infinity'
FROM (
    SELECT w.convo_id, w.did, w.joined_seq FROM memberships w
    WHERE w.quiet_since < 'infinity' AND w.left_seq IS NULL
    LIMIT 1000
    FOR NO KEY UPDATE SKIP LOCKED
) f
WHERE m.convo_id = f.convo_id AND m.did = f.did AND m.joined_seq = f.joined_seq;

-- name: BeginQuiet :one
-- The next 1000 listed memberships that are not quiet, in the order of their key: those
-- whose conversation was not active for some seconds become quiet. What this statement
-- does not see of the log is at or above its horizon, and so above quiet_place.
WITH looked AS MATERIALIZED (
    SELECT w.convo_id, w.did, w.joined_seq FROM memberships w
    WHERE w.listed AND w.quiet_since = 'infinity' AND w.left_seq IS NULL
        AND (w.convo_id, w.did) > (sqlc.arg(after_convo)::bytea, sqlc.arg(after_did)::text)
    ORDER BY w.convo_id, w.did
    LIMIT 1000
), free AS MATERIALIZED (
    SELECT l.convo_id, l.did, l.joined_seq, c.last_activity_at
    FROM looked l
    CROSS JOIN LATERAL (
        SELECT k.convo_id, k.last_activity_at FROM conversations k
        WHERE k.convo_id = l.convo_id AND k.last_activity_at < now() - sqlc.arg(seconds)::double precision * interval '1 second'
        OFFSET 0
    ) c
    CROSS JOIN LATERAL (
        SELECT FROM memberships w WHERE w.convo_id = c.convo_id AND w.did = l.did AND w.left_seq IS NULL
        FOR NO KEY UPDATE SKIP LOCKED
    ) w
), begun AS (
    UPDATE memberships m SET quiet_since = f.last_activity_at
    FROM free f WHERE m.convo_id = f.convo_id AND m.did = f.did AND m.joined_seq = f.joined_seq
    RETURNING m.joined_seq
)
SELECT count(*)::bigint AS looked, (SELECT count(*) FROM begun)::bigint AS begun,
    coalesce((SELECT l.convo_id FROM looked l ORDER BY l.convo_id DESC, l.did DESC LIMIT 1), '')::bytea AS last_convo,
    coalesce((SELECT l.did FROM looked l ORDER BY l.convo_id DESC, l.did DESC LIMIT 1), '')::text AS last_did
FROM looked;

-- name: ListConvosOf :execrows
-- Lists up to 1000 more memberships of an account. Those of conversations that were not
-- active for some seconds become quiet.
UPDATE memberships m SET listed = TRUE,
    quiet_since = CASE WHEN f.last_activity_at < now() - sqlc.arg(seconds)::double precision * interval '1 second'
        THEN f.last_activity_at ELSE 'infinity' END
FROM (
    SELECT w.convo_id, w.did, w.joined_seq, c.last_activity_at
    FROM memberships w
    CROSS JOIN LATERAL (SELECT k.last_activity_at FROM conversations k WHERE k.convo_id = w.convo_id OFFSET 0) c
    WHERE w.did = sqlc.arg(did) AND w.left_seq IS NULL AND w.consent = 'accepted' AND w.quiet_since = 'infinity' AND NOT w.listed
    LIMIT 1000
    FOR NO KEY UPDATE OF w SKIP LOCKED
) f
WHERE m.convo_id = f.convo_id AND m.did = f.did AND m.joined_seq = f.joined_seq;
