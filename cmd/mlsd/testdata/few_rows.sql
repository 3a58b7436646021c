-- A few rows in every table, as in a new service: as many conversations as
-- :convos says, with four members and 20 messages each.

INSERT INTO accounts (did, created_at)
SELECT 'did:plc:account' || a, now() FROM generate_series(1, 4) a;

INSERT INTO account_origins (did, origin, confirmed_at, settled_at)
SELECT did, 'pds.example', now(), CASE WHEN did < 'did:plc:account3' THEN now() END FROM accounts;

INSERT INTO blocks (did, blocked_did, created_at)
SELECT did, 'did:plc:blocked' || b, now() FROM accounts CROSS JOIN generate_series(1, 3) b;

INSERT INTO reports (reporter_did, reason_type, subject_did, evidence, created_at, resolved_at)
SELECT did, 'com.atproto.moderation.defs#reasonSpam', 'did:plc:reported' || r, decode(repeat('ab', 300), 'hex'), now(), CASE r WHEN 1 THEN now() END
FROM accounts CROSS JOIN generate_series(1, 3) r;
INSERT INTO account_states (did, suspended_at, version)
SELECT did, now(), row_number() OVER (ORDER BY did) FROM accounts WHERE did > 'did:plc:account3';

INSERT INTO account_states (did, host_status, host_status_at, erase_at, version)
VALUES ('did:plc:deleted', 'deleted', now(), now() + interval '7 days', 2);

UPDATE account_states_version SET version = 2;

INSERT INTO relay_cursors (relay, seq) VALUES ('relay.example', 7);

INSERT INTO admin_audit (actor, action, subject)
SELECT 'root', 'account suspend', sha256(convert_to(did, 'UTF8')) FROM accounts;

INSERT INTO devices (did, device_id, created_at)
SELECT did, 'device' || d, now() FROM accounts CROSS JOIN generate_series(1, 2) d;

INSERT INTO key_packages (did, ref, device_id, cipher_suite, key_package, last_resort, created_at, expires_at,
    lease_holder, lease_convo, lease_ends_at, spent_at)
SELECT did, sha256(convert_to(did || device_id || k, 'UTF8')), device_id, 1, decode(repeat('ab', 300), 'hex'), k = 1, now(), now() + interval '30 days',
    CASE WHEN k = 2 THEN 'did:plc:account1' END, CASE WHEN k = 2 THEN ''::bytea END, CASE WHEN k = 2 THEN now() END,
    CASE WHEN k = 3 THEN now() END
FROM devices CROSS JOIN generate_series(1, 4) k;

INSERT INTO package_claims (did, device_id, cipher_suite, requester, claimed_at, ends_at)
SELECT did, device_id, r, CASE WHEN r = 0 THEN '\x01'::bytea ELSE '' END, ARRAY[now(), now()], now() + interval '1 hour'
FROM devices CROSS JOIN generate_series(0, 1) r;

INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, last_seq, created_at, last_activity_at, closed_at)
SELECT decode(md5(c::text), 'hex'), 'did:plc:account1', 1, 2, 20, now(), now(), CASE WHEN c > 3 THEN now() END
FROM generate_series(1, :convos) c;

INSERT INTO memberships (convo_id, did, joined_seq, joined_at, accepted_at, joined_n, joined_gen, joined_pos, left_seq, left_at, left_n)
SELECT convo_id, did, 0, now(), now(), 0, 0, 0, CASE WHEN closed_at IS NOT NULL THEN 20 END, closed_at, CASE WHEN closed_at IS NOT NULL THEN 4 END
FROM conversations CROSS JOIN accounts;

INSERT INTO read_positions (convo_id, did, seq, updated_at)
SELECT convo_id, did, 7, now() FROM memberships;

INSERT INTO leaves (convo_id, did, device_id, leaf_index, signature_key, credential)
SELECT convo_id, did, device_id, 1, decode(repeat('ab', 32), 'hex'), decode(repeat('ab', 40), 'hex')
FROM memberships JOIN devices USING (did);

INSERT INTO messages (convo_id, seq, message_id, kind, epoch, sender_did, ciphertext, proposal_ref, created_at, gen, pos)
SELECT convo_id, s, uuid_send(gen_random_uuid()), k.kind, s / 10, CASE WHEN k.kind <> 'app' THEN creator_did END,
    decode(repeat('ab', 200), 'hex'), CASE WHEN k.kind = 'proposal' THEN '\x01'::bytea END, now(), 1, 100 + s
FROM conversations CROSS JOIN generate_series(1, 20) s
CROSS JOIN LATERAL (SELECT CASE s % 10 WHEN 0 THEN 'commit' WHEN 9 THEN 'proposal' ELSE 'app' END) k (kind);

INSERT INTO removed_messages (convo_id, id_hash, seq)
SELECT convo_id, substr(sha256(message_id), 1, 8), seq FROM messages;

INSERT INTO lapsed_proposals (convo_id, seq, lapsed_at)
SELECT convo_id, seq, now() FROM messages WHERE kind = 'proposal';

INSERT INTO trees (convo_id, tree)
SELECT convo_id, decode(repeat('ab', 600), 'hex') FROM conversations;

INSERT INTO group_infos (convo_id, epoch, group_info, tree_at, tree_change, updated_at)
SELECT convo_id, e, decode(repeat('ab', 200), 'hex'), 150, CASE WHEN e > 0 THEN decode(repeat('ab', 200), 'hex') END, now()
FROM conversations CROSS JOIN generate_series(0, 2) e;

INSERT INTO convo_infos (convo_id, version, info, info_key, key_epoch, updated_at)
SELECT convo_id, 1, decode(repeat('ab', 400), 'hex'), decode(repeat('ab', 60), 'hex'), 2, now() FROM conversations;

INSERT INTO welcomes (convo_id, seq, epoch, welcome, created_at)
SELECT convo_id, s, s, decode(repeat('ab', 500), 'hex'), now() FROM conversations CROSS JOIN generate_series(0, 1) s;

INSERT INTO welcome_recipients (convo_id, did, device_id, seq, ref, state, ended_at)
SELECT convo_id, did, device_id, s, '\x01', CASE s WHEN 0 THEN 'confirmed' ELSE 'open' END, CASE s WHEN 0 THEN now() END
FROM leaves CROSS JOIN generate_series(0, 1) s;

INSERT INTO rejoin_requests (convo_id, did, reason, requested_at)
SELECT convo_id, did, 'lost-state', now() FROM memberships;

INSERT INTO commit_failures (convo_id, epoch, did, reported_at)
SELECT convo_id, 1, did, now() FROM memberships;

UPDATE memberships SET consent = 'request', added_by = 'did:plc:account1' WHERE did = 'did:plc:account2';

UPDATE memberships SET listed = TRUE, quiet_since = CASE WHEN did < 'did:plc:account4' THEN now() ELSE 'infinity' END WHERE did > 'did:plc:account2';

INSERT INTO contact_preferences (did, accept_from) SELECT did, 'nobody' FROM accounts LIMIT 4;
INSERT INTO declines (did, adder_did) SELECT did, 'did:plc:account1' FROM accounts LIMIT 4;
INSERT INTO convo_blocks (did, convo_id) SELECT 'did:plc:account1', convo_id FROM conversations LIMIT 4;
INSERT INTO strangers_asked (did, stranger, asked_at) SELECT 'did:plc:account1', sha256(convert_to(did, 'UTF8')), now() FROM accounts;
INSERT INTO join_links (convo_id, code_hash, maker_did, join_rule, require_approval, expires_at, max_uses, preview, created_at)
SELECT convo_id, sha256(convo_id || convert_to(l::text, 'UTF8')), creator_did, 'anyone', TRUE, now(), 10, decode(repeat('ab', 200), 'hex'), now()
FROM conversations CROSS JOIN generate_series(1, 2) l;
INSERT INTO join_requests (convo_id, did, code_hash, state, since)
SELECT convo_id, 'did:plc:asks' || r, code_hash, CASE r WHEN 1 THEN 'rejected' ELSE 'pending' END, now()
FROM (SELECT DISTINCT ON (convo_id) convo_id, code_hash FROM join_links ORDER BY convo_id, code_hash) l CROSS JOIN generate_series(1, 4) r;
INSERT INTO stranger_allowances (did, amount) SELECT did, 1000 FROM accounts LIMIT 4;

INSERT INTO blobs (did, cid, object_key, size, mime_type, created_at, attached)
SELECT did, 'bafkrei' || md5(b::text), md5(did || b), 1000, 'application/octet-stream', now(), b > 1 FROM accounts CROSS JOIN generate_series(1, 4) b;

INSERT INTO orphan_objects (object_key, since, marked, did, reserved)
SELECT md5(o::text), now(), o > 2, CASE WHEN o < 4 THEN 'did:plc:account1' END, CASE WHEN o < 4 THEN 1000 END FROM generate_series(1, 4) o;

INSERT INTO message_blobs (convo_id, seq, cid, owner_did)
SELECT convo_id, 1, cid, did FROM conversations CROSS JOIN blobs WHERE did = creator_did AND attached;

INSERT INTO account_keys (did, public_key, fetched_at)
SELECT 'did:plc:account' || k, 'zkey', now() FROM generate_series(1, 20) k;

INSERT INTO idempotency_records (record_id, content_hash, answer, created_at)
SELECT sha256(convert_to(r::text, 'UTF8')), sha256('x'), decode(repeat('ab', 100), 'hex'), now() FROM generate_series(1, 20) r;

INSERT INTO tickets (ticket_hash, did, expires_at)
SELECT sha256(convert_to(k::text, 'UTF8')), 'did:plc:account1', now() FROM generate_series(1, 4) k;

INSERT INTO events (gen, pos, stream_key, seq, n, kind, convo_id, edge, body, created_at)
SELECT 1, 100 + n, convo_id, n, n, 'membership', convo_id, n, '{"did": "did:plc:account1", "action": "joined", "epoch": 1}', now()
FROM conversations CROSS JOIN generate_series(1, 4) n;
INSERT INTO events (gen, pos, stream_key, seq, n, kind, target_did, body, created_at)
SELECT 1, 100 + n, substr(sha256(convert_to(did, 'UTF8')), 1, 15), 0, n, 'read', did, '{"convoId": "00", "seq": 1}', now()
FROM accounts CROSS JOIN generate_series(1, 4) n;

-- Objects that nothing refers to and that will be removed.
INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, created_at, last_activity_at)
VALUES (decode(md5('closed'), 'hex'), 'did:plc:account1', 1, 0, now(), now());
INSERT INTO welcomes (convo_id, seq, epoch, welcome, created_at) VALUES (decode(md5('1'), 'hex'), 9, 9, 'x', now());
