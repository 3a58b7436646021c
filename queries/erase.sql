-- Erasure of an account. Where other members need a row, its DID is replaced by
-- a pseudonym; everything else is removed.

-- name: ActiveConvosOf :many
SELECT convo_id FROM memberships WHERE did = $1 AND left_seq IS NULL ORDER BY convo_id;

-- name: ConvosOf :many
SELECT DISTINCT convo_id FROM memberships WHERE did = $1 ORDER BY convo_id;

-- name: EraseFromConvo :exec
UPDATE conversations SET
    creator_did = CASE WHEN creator_did = sqlc.arg(did) THEN sqlc.arg(pseudonym) ELSE creator_did END,
    reserved_for = nullif(reserved_for, sqlc.arg(did)),
    roster_version = roster_version + 1
WHERE convo_id = sqlc.arg(convo_id);

-- name: EraseConvoEvents :exec
-- The events of a conversation that name the account.
UPDATE events SET body = replace(body::text, to_json(sqlc.arg(did)::text)::text, to_json(sqlc.arg(pseudonym)::text)::text)::jsonb
WHERE convo_id = sqlc.arg(convo_id) AND (body ->> 'did' = sqlc.arg(did)::text OR body ->> 'actor' = sqlc.arg(did)::text);

-- name: EraseMembersEvents :exec
-- The events of single members of a conversation that name the account: it has
-- added them.
UPDATE events e SET body = replace(body::text, to_json(sqlc.arg(did)::text)::text, to_json(sqlc.arg(pseudonym)::text)::text)::jsonb
FROM memberships m
CROSS JOIN LATERAL (
    SELECT o.gen, o.pos, o.stream_key, o.seq, o.n FROM events o
    WHERE o.target_did = m.did AND (o.body ->> 'did' = sqlc.arg(did)::text OR o.body ->> 'actor' = sqlc.arg(did)::text)
    OFFSET 0
) k
WHERE m.convo_id = sqlc.arg(convo_id)
  AND e.gen = k.gen AND e.pos = k.pos AND e.stream_key = k.stream_key AND e.seq = k.seq AND e.n = k.n;

-- name: EraseMemberships :exec
UPDATE memberships SET did = sqlc.arg(pseudonym) WHERE convo_id = sqlc.arg(convo_id) AND did = sqlc.arg(did) AND left_seq IS NOT NULL;

-- name: EraseLeaves :exec
UPDATE leaves SET did = sqlc.arg(pseudonym), credential = '' WHERE convo_id = sqlc.arg(convo_id) AND did = sqlc.arg(did);

-- name: EraseSender :one
-- A batch of the account's commits and proposals in a conversation, after a
-- sequence number. The result is the last number that was looked at, 0 for none.
WITH looked AS (
    SELECT m.seq, m.sender_did FROM messages m
    WHERE m.convo_id = sqlc.arg(convo_id) AND m.kind <> 'app' AND m.seq > sqlc.arg(after)::bigint
    ORDER BY m.seq
    LIMIT sqlc.arg(batch)::bigint
), changed AS (
    UPDATE messages m SET sender_did = sqlc.arg(pseudonym)::text
    FROM looked
    WHERE m.convo_id = sqlc.arg(convo_id) AND m.seq = looked.seq AND looked.sender_did = sqlc.arg(did)::text
)
SELECT coalesce(max(looked.seq), 0)::bigint FROM looked;

-- name: EraseRecipients :many
DELETE FROM welcome_recipients WHERE convo_id = sqlc.arg(convo_id) AND did = sqlc.arg(did) RETURNING convo_id, seq;

-- name: EraseRestOfConvo :exec
WITH a AS (DELETE FROM read_positions r WHERE r.convo_id = sqlc.arg(convo_id) AND r.did = sqlc.arg(did)),
b AS (DELETE FROM rejoin_requests q WHERE q.convo_id = sqlc.arg(convo_id) AND q.did = sqlc.arg(did))
DELETE FROM commit_failures f WHERE f.convo_id = sqlc.arg(convo_id) AND f.did = sqlc.arg(did);

-- name: EraseAttachments :exec
-- The account's attachments: the objects are deleted by the cleaner.
WITH named AS (DELETE FROM message_blobs a WHERE a.owner_did = sqlc.arg(did)),
uploads AS (UPDATE orphan_objects o SET did = NULL, reserved = NULL, marked = TRUE WHERE o.did = sqlc.arg(did)),
gone AS (DELETE FROM blobs b WHERE b.did = sqlc.arg(did) RETURNING b.object_key)
INSERT INTO orphan_objects (object_key, since, marked)
SELECT gone.object_key, now(), TRUE FROM gone
ON CONFLICT (object_key) DO NOTHING;

-- name: EraseTargetedEvents :execrows
DELETE FROM events e
USING (
    SELECT o.gen, o.pos, o.stream_key, o.seq, o.n FROM events o WHERE o.target_did = sqlc.arg(did)::text LIMIT sqlc.arg(batch)::bigint
) k
WHERE e.gen = k.gen AND e.pos = k.pos AND e.stream_key = k.stream_key AND e.seq = k.seq AND e.n = k.n;

-- name: EraseLeases :exec
-- The account's leases of other accounts' packages. A spent package has no lease.
UPDATE key_packages SET lease_holder = NULL, lease_convo = NULL WHERE lease_holder = sqlc.arg(did)::text AND spent_at IS NULL;

-- name: ErasePackages :exec
WITH claims AS (DELETE FROM package_claims c WHERE c.did = sqlc.arg(did))
DELETE FROM key_packages k WHERE k.did = sqlc.arg(did);

-- name: EraseDevices :exec
DELETE FROM devices WHERE did = $1;

-- name: EraseTickets :exec
DELETE FROM tickets WHERE did = $1;

-- name: EraseBlocks :exec
-- The account's blocks, and those of others against it.
DELETE FROM blocks WHERE did = sqlc.arg(did) OR blocked_did = sqlc.arg(did);

-- name: EraseReports :exec
-- Reports stay for the operator, with the pseudonym.
UPDATE reports SET
    reporter_did = CASE WHEN reporter_did = sqlc.arg(did)::text THEN sqlc.arg(pseudonym)::text ELSE reporter_did END,
    subject_did = CASE WHEN subject_did = sqlc.arg(did)::text THEN sqlc.arg(pseudonym)::text ELSE subject_did END,
    forward_after = CASE WHEN subject_did = sqlc.arg(did)::text THEN NULL ELSE forward_after END,
    reason = replace(reason, sqlc.arg(did)::text, sqlc.arg(pseudonym)::text)
WHERE reporter_did = sqlc.arg(did)::text OR subject_did = sqlc.arg(did)::text OR position(sqlc.arg(did)::text IN reason) > 0;

-- name: EraseAccount :exec
WITH a AS (DELETE FROM account_origins o WHERE o.did = sqlc.arg(did)),
b AS (DELETE FROM account_keys k WHERE k.did = sqlc.arg(did))
DELETE FROM accounts WHERE accounts.did = sqlc.arg(did);

-- name: AnswersNaming :many
-- A page of idempotency records in the order of their ids. Those whose answer
-- names the account have the answer, others NULL.
SELECT p.record_id, (CASE WHEN position(convert_to(sqlc.arg(did)::text, 'UTF8') IN p.answer) > 0 THEN p.answer END)::bytea AS answer
FROM (
    SELECT r.record_id, r.answer FROM idempotency_records r
    WHERE r.record_id > sqlc.arg(after)::bytea
    ORDER BY r.record_id
    LIMIT sqlc.arg(batch)::bigint
) p
ORDER BY p.record_id;

-- name: ReplaceAnswer :exec
UPDATE idempotency_records SET answer = sqlc.arg(answer) WHERE record_id = sqlc.arg(record_id);

-- name: OwnXID :one
-- The id of this transaction.
SELECT log_own_xid()::bigint;

-- name: Horizon :one
-- The visibility horizon of the log.
SELECT log_horizon()::bigint;
