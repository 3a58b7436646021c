-- 2115be435c853aefffea214d0e26179603aca8f24bbe90aa4fb4e95dd1974db2
--
-- PostgreSQL database dump
--



SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: log_current_generation(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.log_current_generation() RETURNS bigint
    LANGUAGE sql
    AS $$SELECT gen FROM log_generation$$;


--
-- Name: log_database_oid(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.log_database_oid() RETURNS bigint
    LANGUAGE sql STABLE
    AS $$SELECT oid::bigint FROM pg_database WHERE datname = current_database()$$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: events; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.events (
    gen bigint NOT NULL,
    pos bigint NOT NULL,
    stream_key bytea NOT NULL,
    seq bigint NOT NULL,
    n bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    convo_id bytea,
    target_did text COLLATE pg_catalog."C",
    edge bigint,
    body jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT events_check CHECK (((convo_id IS NULL) <> (target_did IS NULL))),
    CONSTRAINT events_kind_check CHECK ((kind = ANY (ARRAY['membership'::text, 'welcome'::text, 'rejoin-requested'::text, 'convo-damaged'::text, 'key-packages-low'::text, 'read'::text]))),
    CONSTRAINT events_n_check CHECK ((n > 0))
);


--
-- Name: log_events(bigint, bigint, bytea, bigint, bigint, bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.log_events(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, at_n bigint, max_rows bigint) RETURNS SETOF public.events
    LANGUAGE sql STABLE ROWS 10
    SET enable_bitmapscan TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
    SELECT e.* FROM events e
    WHERE e.gen = in_gen AND (e.pos, e.stream_key, e.seq, e.n) > (at_pos, at_stream_key, at_seq, at_n) AND e.pos < log_horizon()
    ORDER BY e.pos, e.stream_key, e.seq, e.n
    LIMIT max_rows
$$;


--
-- Name: log_horizon(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.log_horizon() RETURNS bigint
    LANGUAGE sql STABLE
    AS $$SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint$$;


--
-- Name: messages; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.messages (
    convo_id bytea NOT NULL,
    seq bigint NOT NULL,
    message_id bytea NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    epoch bigint NOT NULL,
    sender_did text COLLATE pg_catalog."C",
    ciphertext bytea NOT NULL,
    proposal_ref bytea,
    blobs text[] COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    gen bigint NOT NULL,
    pos bigint NOT NULL,
    CONSTRAINT messages_blobs_check CHECK ((blobs <> '{}'::text[])),
    CONSTRAINT messages_check CHECK (((kind = 'app'::text) = (sender_did IS NULL))),
    CONSTRAINT messages_check1 CHECK (((proposal_ref IS NULL) OR (kind = 'proposal'::text))),
    CONSTRAINT messages_epoch_check CHECK ((epoch >= 0)),
    CONSTRAINT messages_kind_check CHECK ((kind = ANY (ARRAY['app'::text, 'commit'::text, 'proposal'::text]))),
    CONSTRAINT messages_seq_check CHECK ((seq > 0))
);
ALTER TABLE ONLY public.messages ALTER COLUMN ciphertext SET STORAGE EXTERNAL;


--
-- Name: log_messages(bigint, bigint, bytea, bigint, bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.log_messages(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, max_rows bigint) RETURNS SETOF public.messages
    LANGUAGE sql STABLE ROWS 10
    SET enable_bitmapscan TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
    SELECT m.* FROM messages m
    WHERE m.gen = in_gen AND (m.pos, m.convo_id, m.seq) > (at_pos, at_stream_key, at_seq) AND m.pos < log_horizon()
    ORDER BY m.pos, m.convo_id, m.seq
    LIMIT max_rows
$$;


--
-- Name: log_next_xid(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.log_next_xid() RETURNS bigint
    LANGUAGE sql STABLE
    AS $$SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint$$;


--
-- Name: log_own_xid(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.log_own_xid() RETURNS bigint
    LANGUAGE sql
    AS $$SELECT pg_current_xact_id()::text::bigint$$;


--
-- Name: log_system_identifier(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.log_system_identifier() RETURNS bigint
    LANGUAGE sql STABLE
    AS $$SELECT system_identifier FROM pg_control_system()$$;


--
-- Name: log_timeline(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.log_timeline() RETURNS bigint
    LANGUAGE sql
    AS $$SELECT ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint$$;


--
-- Name: log_told_until(bytea, bigint, bigint, bigint, bigint, bytea, bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.log_told_until(convo bytea, lo bigint, hi bigint, at_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint) RETURNS bigint
    LANGUAGE plpgsql STABLE
    AS $$
DECLARE
    step BIGINT := 16;
    mid BIGINT;
    probe_seq BIGINT;
    probe_gen BIGINT;
    probe_pos BIGINT;
BEGIN
    WHILE lo < hi LOOP
        mid := CASE WHEN step > 0 THEN greatest(hi - step, lo + 1) ELSE (lo + hi + 1) / 2 END;
        SELECT m.seq, m.gen, m.pos INTO probe_seq, probe_gen, probe_pos
        FROM messages m WHERE m.convo_id = convo AND m.seq > lo AND m.seq <= mid
        ORDER BY m.seq DESC LIMIT 1;
        IF NOT FOUND OR probe_gen < at_gen
            OR (probe_pos, convo, probe_seq) <= (at_pos, at_stream_key, at_seq) THEN
            lo := mid;
            step := 0;
        ELSE
            hi := probe_seq - 1;
            step := step * 4;
        END IF;
    END LOOP;
    RETURN lo;
END $$;


--
-- Name: account_keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.account_keys (
    did text NOT NULL COLLATE pg_catalog."C",
    public_key text NOT NULL COLLATE pg_catalog."C",
    fetched_at timestamp with time zone NOT NULL
);


--
-- Name: account_origins; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.account_origins (
    did text NOT NULL COLLATE pg_catalog."C",
    origin text COLLATE pg_catalog."C",
    confirmed_at timestamp with time zone,
    settled_at timestamp with time zone,
    CONSTRAINT account_origins_check CHECK (((origin IS NULL) = (confirmed_at IS NULL))),
    CONSTRAINT account_origins_check1 CHECK (((origin IS NOT NULL) OR (settled_at IS NOT NULL)))
);


--
-- Name: accounts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.accounts (
    did text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    blob_bytes bigint DEFAULT 0 NOT NULL,
    gen bigint DEFAULT public.log_current_generation() NOT NULL,
    last_pos bigint DEFAULT 0 NOT NULL,
    last_n bigint DEFAULT 0 NOT NULL,
    CONSTRAINT accounts_blob_bytes_check CHECK ((blob_bytes >= 0))
);


--
-- Name: blobs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.blobs (
    did text NOT NULL COLLATE pg_catalog."C",
    cid text NOT NULL COLLATE pg_catalog."C",
    object_key text NOT NULL COLLATE pg_catalog."C",
    size bigint NOT NULL,
    mime_type text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    attached boolean DEFAULT false NOT NULL,
    CONSTRAINT blobs_size_check CHECK ((size >= 0))
);


--
-- Name: blocks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.blocks (
    did text NOT NULL COLLATE pg_catalog."C",
    blocked_did text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL
);


--
-- Name: commit_failures; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.commit_failures (
    convo_id bytea NOT NULL,
    epoch bigint NOT NULL,
    did text NOT NULL COLLATE pg_catalog."C",
    reported_at timestamp with time zone NOT NULL,
    detail text COLLATE pg_catalog."C"
);


--
-- Name: conversations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.conversations (
    convo_id bytea NOT NULL,
    creator_did text NOT NULL COLLATE pg_catalog."C",
    cipher_suite bigint NOT NULL,
    epoch bigint NOT NULL,
    last_seq bigint DEFAULT 0 NOT NULL,
    roster_version bigint DEFAULT 0 NOT NULL,
    name text,
    description text,
    created_at timestamp with time zone NOT NULL,
    last_message_at timestamp with time zone,
    last_activity_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    epoch_began_at timestamp with time zone DEFAULT now() NOT NULL,
    reserved_for text COLLATE pg_catalog."C",
    reserved_until timestamp with time zone,
    reserved_at timestamp with time zone,
    gen bigint DEFAULT public.log_current_generation() NOT NULL,
    last_pos bigint DEFAULT 0 NOT NULL,
    last_n bigint DEFAULT 0 NOT NULL,
    CONSTRAINT conversations_convo_id_check CHECK (((octet_length(convo_id) >= 16) AND (octet_length(convo_id) <= 64))),
    CONSTRAINT conversations_epoch_check CHECK ((epoch >= 0)),
    CONSTRAINT conversations_last_seq_check CHECK ((last_seq >= 0))
)
WITH (fillfactor='50');


--
-- Name: devices; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.devices (
    did text NOT NULL COLLATE pg_catalog."C",
    device_id text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone
);


--
-- Name: goose_db_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.goose_db_version (
    id integer NOT NULL,
    version_id bigint NOT NULL,
    is_applied boolean NOT NULL,
    tstamp timestamp without time zone DEFAULT now() NOT NULL
);


--
-- Name: goose_db_version_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.goose_db_version ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.goose_db_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: group_infos; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.group_infos (
    convo_id bytea NOT NULL,
    epoch bigint NOT NULL,
    group_info bytea NOT NULL,
    ratchet_tree bytea,
    updated_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.group_infos ALTER COLUMN group_info SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.group_infos ALTER COLUMN ratchet_tree SET STORAGE EXTERNAL;


--
-- Name: idempotency_records; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.idempotency_records (
    record_id bytea NOT NULL,
    content_hash bytea NOT NULL,
    answer bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);


--
-- Name: key_packages; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.key_packages (
    did text NOT NULL COLLATE pg_catalog."C",
    ref bytea NOT NULL,
    device_id text NOT NULL COLLATE pg_catalog."C",
    cipher_suite bigint NOT NULL,
    key_package bytea NOT NULL,
    last_resort boolean NOT NULL,
    last_resort_used_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    lease_holder text COLLATE pg_catalog."C",
    lease_convo bytea,
    lease_ends_at timestamp with time zone,
    spent_at timestamp with time zone,
    CONSTRAINT key_packages_check CHECK (((lease_holder IS NULL) OR ((lease_ends_at IS NOT NULL) AND (spent_at IS NULL)))),
    CONSTRAINT key_packages_check1 CHECK (((lease_holder IS NULL) = (lease_convo IS NULL))),
    CONSTRAINT key_packages_check2 CHECK (((NOT last_resort) OR ((lease_ends_at IS NULL) AND (spent_at IS NULL))))
);
ALTER TABLE ONLY public.key_packages ALTER COLUMN key_package SET STORAGE EXTERNAL;


--
-- Name: lapsed_proposals; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.lapsed_proposals (
    convo_id bytea NOT NULL,
    seq bigint NOT NULL,
    lapsed_at timestamp with time zone NOT NULL
);


--
-- Name: leaves; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.leaves (
    convo_id bytea NOT NULL,
    did text NOT NULL COLLATE pg_catalog."C",
    device_id text NOT NULL COLLATE pg_catalog."C",
    leaf_index bigint NOT NULL,
    signature_key bytea NOT NULL,
    credential bytea NOT NULL,
    CONSTRAINT leaves_leaf_index_check CHECK ((leaf_index >= 0))
);


--
-- Name: log_generation; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.log_generation (
    only_row boolean DEFAULT true NOT NULL,
    gen bigint NOT NULL,
    secret uuid NOT NULL,
    system_identifier bigint,
    database_oid bigint,
    timeline bigint,
    low_water_pos bigint DEFAULT 0 NOT NULL,
    low_water_stream_key bytea DEFAULT '\x'::bytea NOT NULL,
    low_water_seq bigint DEFAULT 0 NOT NULL,
    low_water_n bigint DEFAULT 0 NOT NULL,
    began_at timestamp with time zone NOT NULL,
    CONSTRAINT log_generation_gen_check CHECK ((gen > 0)),
    CONSTRAINT log_generation_only_row_check CHECK (only_row)
);


--
-- Name: memberships; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.memberships (
    convo_id bytea NOT NULL,
    did text NOT NULL COLLATE pg_catalog."C",
    joined_seq bigint NOT NULL,
    joined_at timestamp with time zone NOT NULL,
    left_seq bigint,
    left_at timestamp with time zone,
    pending_removal boolean DEFAULT false NOT NULL,
    ended_by_other boolean DEFAULT false NOT NULL,
    accepted_at timestamp with time zone,
    joined_n bigint NOT NULL,
    joined_gen bigint NOT NULL,
    joined_pos bigint NOT NULL,
    left_n bigint,
    left_gen bigint,
    left_pos bigint,
    CONSTRAINT memberships_check CHECK ((left_seq >= joined_seq)),
    CONSTRAINT memberships_check1 CHECK (((NOT pending_removal) OR (left_seq IS NOT NULL))),
    CONSTRAINT memberships_check2 CHECK (((left_seq IS NULL) = (left_at IS NULL)))
);


--
-- Name: message_blobs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.message_blobs (
    convo_id bytea NOT NULL,
    seq bigint NOT NULL,
    cid text NOT NULL COLLATE pg_catalog."C",
    owner_did text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: orphan_objects; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.orphan_objects (
    object_key text NOT NULL COLLATE pg_catalog."C",
    since timestamp with time zone NOT NULL,
    marked boolean NOT NULL,
    did text COLLATE pg_catalog."C",
    reserved bigint,
    CONSTRAINT orphan_objects_check CHECK (((did IS NULL) = (reserved IS NULL)))
);


--
-- Name: package_claims; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.package_claims (
    did text NOT NULL COLLATE pg_catalog."C",
    device_id text NOT NULL COLLATE pg_catalog."C",
    cipher_suite bigint NOT NULL,
    requester bytea NOT NULL,
    claimed_at timestamp with time zone[] NOT NULL,
    ends_at timestamp with time zone NOT NULL
);


--
-- Name: read_positions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.read_positions (
    convo_id bytea NOT NULL,
    did text NOT NULL COLLATE pg_catalog."C",
    seq bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT read_positions_seq_check CHECK ((seq >= 0))
);


--
-- Name: rejoin_requests; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.rejoin_requests (
    convo_id bytea NOT NULL,
    did text NOT NULL COLLATE pg_catalog."C",
    reason text NOT NULL COLLATE pg_catalog."C",
    epoch bigint,
    requested_at timestamp with time zone NOT NULL
);


--
-- Name: removed_messages; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.removed_messages (
    convo_id bytea NOT NULL,
    id_hash bytea NOT NULL,
    seq bigint NOT NULL
);


--
-- Name: reports; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.reports (
    report_id bigint NOT NULL,
    reporter_did text NOT NULL COLLATE pg_catalog."C",
    reason_type text NOT NULL COLLATE pg_catalog."C",
    reason text,
    convo_id bytea,
    subject_did text COLLATE pg_catalog."C",
    message_id bytea,
    evidence bytea,
    created_at timestamp with time zone NOT NULL,
    resolved_at timestamp with time zone,
    CONSTRAINT reports_check CHECK (((convo_id IS NOT NULL) OR (subject_did IS NOT NULL)))
);


--
-- Name: reports_report_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.reports ALTER COLUMN report_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.reports_report_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: tickets; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tickets (
    ticket_hash bytea NOT NULL,
    did text NOT NULL COLLATE pg_catalog."C",
    convo_id bytea,
    expires_at timestamp with time zone NOT NULL
);


--
-- Name: welcome_recipients; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.welcome_recipients (
    convo_id bytea NOT NULL,
    did text NOT NULL COLLATE pg_catalog."C",
    device_id text NOT NULL COLLATE pg_catalog."C",
    seq bigint NOT NULL,
    ref bytea NOT NULL,
    state text DEFAULT 'open'::text NOT NULL COLLATE pg_catalog."C",
    error_details text,
    failed_at timestamp with time zone,
    ended_at timestamp with time zone,
    CONSTRAINT welcome_recipients_check CHECK (((state = 'open'::text) = (ended_at IS NULL))),
    CONSTRAINT welcome_recipients_state_check CHECK ((state = ANY (ARRAY['open'::text, 'confirmed'::text, 'superseded'::text, 'device-deleted'::text])))
);


--
-- Name: welcomes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.welcomes (
    convo_id bytea NOT NULL,
    seq bigint NOT NULL,
    epoch bigint NOT NULL,
    welcome bytea NOT NULL,
    ratchet_tree bytea,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.welcomes ALTER COLUMN welcome SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.welcomes ALTER COLUMN ratchet_tree SET STORAGE EXTERNAL;


--
-- Data for Name: account_keys; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.account_keys VALUES ('did:plc:account1', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account2', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account3', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account4', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account5', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account6', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account7', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account8', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account9', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account10', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account11', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account12', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account13', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account14', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account15', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account16', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account17', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account18', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account19', 'zkey', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_keys VALUES ('did:plc:account20', 'zkey', '2026-11-27 14:44:54.248821+00');


--
-- Data for Name: account_origins; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.account_origins VALUES ('did:plc:account1', 'pds.example', '2026-11-27 14:44:54.248821+00', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_origins VALUES ('did:plc:account2', 'pds.example', '2026-11-27 14:44:54.248821+00', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.account_origins VALUES ('did:plc:account3', 'pds.example', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.account_origins VALUES ('did:plc:account4', 'pds.example', '2026-11-27 14:44:54.248821+00', NULL);


--
-- Data for Name: accounts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.accounts VALUES ('did:plc:account1', '2026-11-27 14:44:54.248821+00', 0, 1, 0, 0);
INSERT INTO public.accounts VALUES ('did:plc:account2', '2026-11-27 14:44:54.248821+00', 0, 1, 0, 0);
INSERT INTO public.accounts VALUES ('did:plc:account3', '2026-11-27 14:44:54.248821+00', 0, 1, 0, 0);
INSERT INTO public.accounts VALUES ('did:plc:account4', '2026-11-27 14:44:54.248821+00', 0, 1, 0, 0);


--
-- Data for Name: blobs; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.blobs VALUES ('did:plc:account1', 'bafkreic4ca4238a0b923820dcc509a6f75849b', 'b41b7d0929fa5a77668a205b0d0802df', 1000, 'application/octet-stream', '2026-11-27 14:44:54.248821+00', false);
INSERT INTO public.blobs VALUES ('did:plc:account2', 'bafkreic4ca4238a0b923820dcc509a6f75849b', '16a56f84e71f639caf93e52a51abbf18', 1000, 'application/octet-stream', '2026-11-27 14:44:54.248821+00', false);
INSERT INTO public.blobs VALUES ('did:plc:account3', 'bafkreic4ca4238a0b923820dcc509a6f75849b', 'e0ca7c9dfe5480e4c058f04de24655a4', 1000, 'application/octet-stream', '2026-11-27 14:44:54.248821+00', false);
INSERT INTO public.blobs VALUES ('did:plc:account4', 'bafkreic4ca4238a0b923820dcc509a6f75849b', '9a1fde9cce96838c63c5e5a00e3cb3cc', 1000, 'application/octet-stream', '2026-11-27 14:44:54.248821+00', false);
INSERT INTO public.blobs VALUES ('did:plc:account1', 'bafkreic81e728d9d4c2f636f067f89cc14862c', '08a8473e24b9c8d1e509cbf787a44aff', 1000, 'application/octet-stream', '2026-11-27 14:44:54.248821+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account2', 'bafkreic81e728d9d4c2f636f067f89cc14862c', '0cc60aff4fcfd64b0e5d6eae8925d62d', 1000, 'application/octet-stream', '2026-11-27 14:44:54.248821+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account3', 'bafkreic81e728d9d4c2f636f067f89cc14862c', '43122850fca4ddb0efab71e567907676', 1000, 'application/octet-stream', '2026-11-27 14:44:54.248821+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account4', 'bafkreic81e728d9d4c2f636f067f89cc14862c', '6d87b84bfce2c053c42aec7e27b7cf30', 1000, 'application/octet-stream', '2026-11-27 14:44:54.248821+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account1', 'bafkreieccbc87e4b5ce2fe28308fd9f2a7baf3', 'f131507ed37a552172e1fc383f6952c5', 1000, 'application/octet-stream', '2026-11-27 14:44:54.248821+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account2', 'bafkreieccbc87e4b5ce2fe28308fd9f2a7baf3', 'ebbee208febfaf720643d2dd05bd3996', 1000, 'application/octet-stream', '2026-11-27 14:44:54.248821+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account3', 'bafkreieccbc87e4b5ce2fe28308fd9f2a7baf3', '419779f182212c0e5a2bf72da6a7f496', 1000, 'application/octet-stream', '2026-11-27 14:44:54.248821+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account4', 'bafkreieccbc87e4b5ce2fe28308fd9f2a7baf3', 'b81a764c8d103928b2a32db9efa2d990', 1000, 'application/octet-stream', '2026-11-27 14:44:54.248821+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account1', 'bafkreia87ff679a2f3e71d9181a67b7542122c', '773e42ddcb5d8d1986ccdb12e1a48cbf', 1000, 'application/octet-stream', '2026-11-27 14:44:54.248821+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account2', 'bafkreia87ff679a2f3e71d9181a67b7542122c', '0c3ce914823a55585b1fa0644fe6a181', 1000, 'application/octet-stream', '2026-11-27 14:44:54.248821+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account3', 'bafkreia87ff679a2f3e71d9181a67b7542122c', '0150e7f16af390d281ee02b6224cb42f', 1000, 'application/octet-stream', '2026-11-27 14:44:54.248821+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account4', 'bafkreia87ff679a2f3e71d9181a67b7542122c', '99589b0ffb97bc1869039fd0a14e49e7', 1000, 'application/octet-stream', '2026-11-27 14:44:54.248821+00', true);


--
-- Data for Name: blocks; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.blocks VALUES ('did:plc:account1', 'did:plc:blocked1', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.blocks VALUES ('did:plc:account2', 'did:plc:blocked1', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.blocks VALUES ('did:plc:account3', 'did:plc:blocked1', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.blocks VALUES ('did:plc:account4', 'did:plc:blocked1', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.blocks VALUES ('did:plc:account1', 'did:plc:blocked2', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.blocks VALUES ('did:plc:account2', 'did:plc:blocked2', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.blocks VALUES ('did:plc:account3', 'did:plc:blocked2', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.blocks VALUES ('did:plc:account4', 'did:plc:blocked2', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.blocks VALUES ('did:plc:account1', 'did:plc:blocked3', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.blocks VALUES ('did:plc:account2', 'did:plc:blocked3', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.blocks VALUES ('did:plc:account3', 'did:plc:blocked3', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.blocks VALUES ('did:plc:account4', 'did:plc:blocked3', '2026-11-27 14:44:54.248821+00');


--
-- Data for Name: commit_failures; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.commit_failures VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, 'did:plc:account1', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, 'did:plc:account1', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 'did:plc:account1', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, 'did:plc:account1', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, 'did:plc:account1', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, 'did:plc:account2', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, 'did:plc:account2', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 'did:plc:account2', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, 'did:plc:account2', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, 'did:plc:account2', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, 'did:plc:account3', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, 'did:plc:account3', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 'did:plc:account3', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, 'did:plc:account3', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, 'did:plc:account3', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, 'did:plc:account4', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, 'did:plc:account4', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 'did:plc:account4', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, 'did:plc:account4', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, 'did:plc:account4', '2026-11-27 14:44:54.248821+00', NULL);


--
-- Data for Name: conversations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.conversations VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 1, 2, 20, 0, NULL, NULL, '2026-11-27 14:44:54.248821+00', NULL, '2026-11-27 14:44:54.248821+00', NULL, '2026-11-27 14:44:54.248821+00', NULL, NULL, NULL, 1, 0, 0);
INSERT INTO public.conversations VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 1, 2, 20, 0, NULL, NULL, '2026-11-27 14:44:54.248821+00', NULL, '2026-11-27 14:44:54.248821+00', NULL, '2026-11-27 14:44:54.248821+00', NULL, NULL, NULL, 1, 0, 0);
INSERT INTO public.conversations VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 1, 2, 20, 0, NULL, NULL, '2026-11-27 14:44:54.248821+00', NULL, '2026-11-27 14:44:54.248821+00', NULL, '2026-11-27 14:44:54.248821+00', NULL, NULL, NULL, 1, 0, 0);
INSERT INTO public.conversations VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 1, 2, 20, 0, NULL, NULL, '2026-11-27 14:44:54.248821+00', NULL, '2026-11-27 14:44:54.248821+00', '2026-11-27 14:44:54.248821+00', '2026-11-27 14:44:54.248821+00', NULL, NULL, NULL, 1, 0, 0);
INSERT INTO public.conversations VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 1, 2, 20, 0, NULL, NULL, '2026-11-27 14:44:54.248821+00', NULL, '2026-11-27 14:44:54.248821+00', '2026-11-27 14:44:54.248821+00', '2026-11-27 14:44:54.248821+00', NULL, NULL, NULL, 1, 0, 0);
INSERT INTO public.conversations VALUES ('\x349e686330723975502e9ef4f939a5ac', 'did:plc:account1', 1, 0, 0, 0, NULL, NULL, '2026-11-27 14:44:54.248821+00', NULL, '2026-11-27 14:44:54.248821+00', NULL, '2026-11-27 14:44:54.248821+00', NULL, NULL, NULL, 1, 0, 0);


--
-- Data for Name: devices; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.devices VALUES ('did:plc:account1', 'device1', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account2', 'device1', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account3', 'device1', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account4', 'device1', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account1', 'device2', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account2', 'device2', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account3', 'device2', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account4', 'device2', '2026-11-27 14:44:54.248821+00', NULL);


--
-- Data for Name: events; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.events VALUES (1, 101, '\xc4ca4238a0b923820dcc509a6f75849b', 1, 1, 'membership', '\xc4ca4238a0b923820dcc509a6f75849b', NULL, 1, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 101, '\xc81e728d9d4c2f636f067f89cc14862c', 1, 1, 'membership', '\xc81e728d9d4c2f636f067f89cc14862c', NULL, 1, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 101, '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 1, 'membership', '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', NULL, 1, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 101, '\xa87ff679a2f3e71d9181a67b7542122c', 1, 1, 'membership', '\xa87ff679a2f3e71d9181a67b7542122c', NULL, 1, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 101, '\xe4da3b7fbbce2345d7772b0674a318d5', 1, 1, 'membership', '\xe4da3b7fbbce2345d7772b0674a318d5', NULL, 1, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 102, '\xc4ca4238a0b923820dcc509a6f75849b', 2, 2, 'membership', '\xc4ca4238a0b923820dcc509a6f75849b', NULL, 2, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 102, '\xc81e728d9d4c2f636f067f89cc14862c', 2, 2, 'membership', '\xc81e728d9d4c2f636f067f89cc14862c', NULL, 2, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 102, '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 2, 2, 'membership', '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', NULL, 2, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 102, '\xa87ff679a2f3e71d9181a67b7542122c', 2, 2, 'membership', '\xa87ff679a2f3e71d9181a67b7542122c', NULL, 2, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 102, '\xe4da3b7fbbce2345d7772b0674a318d5', 2, 2, 'membership', '\xe4da3b7fbbce2345d7772b0674a318d5', NULL, 2, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 103, '\xc4ca4238a0b923820dcc509a6f75849b', 3, 3, 'membership', '\xc4ca4238a0b923820dcc509a6f75849b', NULL, 3, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 103, '\xc81e728d9d4c2f636f067f89cc14862c', 3, 3, 'membership', '\xc81e728d9d4c2f636f067f89cc14862c', NULL, 3, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 103, '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 3, 3, 'membership', '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', NULL, 3, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 103, '\xa87ff679a2f3e71d9181a67b7542122c', 3, 3, 'membership', '\xa87ff679a2f3e71d9181a67b7542122c', NULL, 3, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 103, '\xe4da3b7fbbce2345d7772b0674a318d5', 3, 3, 'membership', '\xe4da3b7fbbce2345d7772b0674a318d5', NULL, 3, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 104, '\xc4ca4238a0b923820dcc509a6f75849b', 4, 4, 'membership', '\xc4ca4238a0b923820dcc509a6f75849b', NULL, 4, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 104, '\xc81e728d9d4c2f636f067f89cc14862c', 4, 4, 'membership', '\xc81e728d9d4c2f636f067f89cc14862c', NULL, 4, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 104, '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 4, 4, 'membership', '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', NULL, 4, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 104, '\xa87ff679a2f3e71d9181a67b7542122c', 4, 4, 'membership', '\xa87ff679a2f3e71d9181a67b7542122c', NULL, 4, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 104, '\xe4da3b7fbbce2345d7772b0674a318d5', 4, 4, 'membership', '\xe4da3b7fbbce2345d7772b0674a318d5', NULL, 4, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 101, '\xd5015eed6aba2bd470c22d6113693a', 0, 1, 'read', NULL, 'did:plc:account1', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 101, '\xd4ac180c5e82ffeca9efe18b34118b', 0, 1, 'read', NULL, 'did:plc:account2', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 101, '\xcb473c579a0982cf16d72b1b9a1afa', 0, 1, 'read', NULL, 'did:plc:account3', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 101, '\x7310cc378b154129ad0eeb9affd04e', 0, 1, 'read', NULL, 'did:plc:account4', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 102, '\xd5015eed6aba2bd470c22d6113693a', 0, 2, 'read', NULL, 'did:plc:account1', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 102, '\xd4ac180c5e82ffeca9efe18b34118b', 0, 2, 'read', NULL, 'did:plc:account2', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 102, '\xcb473c579a0982cf16d72b1b9a1afa', 0, 2, 'read', NULL, 'did:plc:account3', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 102, '\x7310cc378b154129ad0eeb9affd04e', 0, 2, 'read', NULL, 'did:plc:account4', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 103, '\xd5015eed6aba2bd470c22d6113693a', 0, 3, 'read', NULL, 'did:plc:account1', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 103, '\xd4ac180c5e82ffeca9efe18b34118b', 0, 3, 'read', NULL, 'did:plc:account2', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 103, '\xcb473c579a0982cf16d72b1b9a1afa', 0, 3, 'read', NULL, 'did:plc:account3', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 103, '\x7310cc378b154129ad0eeb9affd04e', 0, 3, 'read', NULL, 'did:plc:account4', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 104, '\xd5015eed6aba2bd470c22d6113693a', 0, 4, 'read', NULL, 'did:plc:account1', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 104, '\xd4ac180c5e82ffeca9efe18b34118b', 0, 4, 'read', NULL, 'did:plc:account2', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 104, '\xcb473c579a0982cf16d72b1b9a1afa', 0, 4, 'read', NULL, 'did:plc:account3', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.events VALUES (1, 104, '\x7310cc378b154129ad0eeb9affd04e', 0, 4, 'read', NULL, 'did:plc:account4', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 14:44:54.248821+00');


--
-- Data for Name: goose_db_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.goose_db_version VALUES (1, 0, true, '2026-11-27 14:44:50.688193');
INSERT INTO public.goose_db_version VALUES (2, 1, true, '2026-11-27 14:44:50.82182');


--
-- Data for Name: group_infos; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.group_infos VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 2, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.group_infos VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 2, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.group_infos VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 2, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.group_infos VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 2, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.group_infos VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 2, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 14:44:54.248821+00');


--
-- Data for Name: idempotency_records; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.idempotency_records VALUES ('\x6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\xd4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\x4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\x4b227777d4dd1fc61c6f884f48641d02b4d121d3fd328cb08b5531fcacdabf8a', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\xef2d127de37b942baad06145e54b0c619a1f22327b2ebbcfbec78f5564afe39d', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\xe7f6c011776e8db7cd330b54174fd76f7d0216b612387a5ffcfb81e6f0919683', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\x7902699be42c8a8e46fbbb4501726517e86b22c56a189f7625a6da49081b2451', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\x2c624232cdd221771294dfbb310aca000a0df6ac8b66b696d90ef06fdefb64a3', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\x19581e27de7ced00ff1ce50b2047e7a567c76b1cbaebabe5ef03f7c3017bb5b7', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\x4a44dc15364204a80fe80e9039455cc1608281820fe2b24f1e5233ade6af1dd5', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\x4fc82b26aecb47d2868c4efbe3581732a3e7cbcc6c2efb32062c08170a05eeb8', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\x6b51d431df5d7f141cbececcf79edf3dd861c3b4069f0b11661a3eefacbba918', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\x3fdba35f04dc8c462986c992bcf875546257113072a909c162f7e470e581e278', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\x8527a891e224136950ff32ca212b45bc93f69fbb801c3b1ebedac52775f99e61', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\xe629fa6598d732768f7c726b4b621285f9c3b85303900aa912017db7617d8bdb', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\xb17ef6d19c7a5b1ee83b907c595526dcb1eb06db8227d650d5dda0a9f4ce8cd9', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\x4523540f1504cd17100c4835e85b7eefd49911580f8efff0599a8f283be6b9e3', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\x4ec9599fc203d176a301536c2e091a19bc852759b255bd6818810a42c5fed14a', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\x9400f1b21cb527d7fa3d3eabba93557a18ebe7a2ca4e471cfe5e4c5b4ca7f767', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.idempotency_records VALUES ('\xf5ca38f748a1d6eaf726b8a42fb575c3c71f1864a8143301782de13da2d9202b', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00');


--
-- Data for Name: key_packages; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.key_packages VALUES ('did:plc:account1', '\x152100dafd9ad6d23ad3de8f7402536a4cd6a75d339a9e204a34c79ae5388b77', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\xe502aa9dedab61fca718201e481ff110d0ee0915ad110bc0f073e4d85b469507', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\x6269b3ff919b579d0075ae7c774dd4a09fbb972ac63d1ff8b01fd612e7c26119', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x586a9b35d9d0b282aac8e6ad94f4f00d80c63131582d139c7114bb8bd2ef6b6c', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\xb1004dd8d3ff357663572179c6022cb2cf2ea1e188639909390a088b288df549', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\xdb3a0a41da1bf6bad7484ebfe4086141443a17289706263a9cca8a3047f71e8c', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\xa38d25b7d868c3293ae6e9b3d6a407f1f4d3fc68764c0d8d1cf6491d7b56b4d6', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x62b16a6153b4f4d561f1f29dd876d066ab9404cf0c3e9f52e58ae2304be5cdfe', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\xff43b524a1acfdd9fdcb77790127985f8f2495bd47f11851c10c923c9090cff1', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', 'did:plc:account1', '\x', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\xd3fa83267976df5877e2700ccf312e62d44cdb38de0e464e9a286755cd007c2d', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', 'did:plc:account1', '\x', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\xa49d1f520289cad513ebbdf384e2a788b633121a489dc7fe864c2666e024f3c9', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', 'did:plc:account1', '\x', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x3d89189185d578e99f34bd94a340761689c243dc680adf6bf5e34b07565b9a80', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', 'did:plc:account1', '\x', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\x5a1c51526b51e1498018c63054fe34d7f288d636043de7369f3773fb669c825f', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', 'did:plc:account1', '\x', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\xf1506a9b8541ef6f02d34e02f5e58992fa391eb318572b3845db724dc482d6d9', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', 'did:plc:account1', '\x', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\x2d78774360f21317628dfdc5d87ccb7a117c235be114647455992fb4f8ecff81', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', 'did:plc:account1', '\x', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x8d4c810161dc9f51c163f23f45a949db84213418c952c5af87a4a30d3b37cb14', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', 'did:plc:account1', '\x', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\xa199015e887e9c3cf84cb157b9c884365238ccd655185ea6c3c557ee41fdf322', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\x0c38925e1e35eda6a2f87de89eef6d2dcc47e9491fe1e50d59f375342af72ae4', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\x17cf3f38987001cdaf29365570bc61f6b5b4418c28c41fc8021aeea132c9eef0', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x5a9dadf06136104ad1c2b3974572ed99ed55e640615d1ea5d42f3f84316c3566', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\x87612e166479a82ab1c60aa7aa53bbe8792df1c6dedf8ff47b81eb96fa44f478', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\xc397e0c0d716d663f95dbaf161c585a6aa2baf30ec0af9a587898e2de93da1b9', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\x567610df72f93004103e4ab641d071fbb66dc056a020b957cf2fc7a26d9c0666', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x785ce57142336746d755d2d9986cda2437fcb18528a1ab4b7f2e4db02348b292', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\xd90b1229a698e6837d8a54916dabdd74e1879682224d23b127af8418aaaba799', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\xc4d9cc1ddf99456a08e701ab8462cde5bee6bc6bdc4fd35b05972dc040f22b48', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\xf8114abcb4e7b3b6ad0eda6f278d158b142267d859185ef9dff7de41caaa888e', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x01230b0cbd507ac936921da6f07160a9136a214ca0b595645a679424424e7dc7', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\x56a0a558b5ca32d16d75d2d774e7377cc03736aaf5eb5b39aedbd04a06caa0b7', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\x8002a9408d08c41bd2e45fe9f29ec71256bab52f48819d68e86d175d0f0ef7b3', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\x03b8b249de4a24b6d73cf7bc37cfb1d5f7e16f838bfc09d8e0c45d765f2675a0', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x82116c926d6f07f957c924c5eb43555f95d29e458f63becf55e6c9695a372139', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 14:44:54.248821+00', '2026-12-27 14:44:54.248821+00', NULL, NULL, NULL, NULL);


--
-- Data for Name: lapsed_proposals; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.lapsed_proposals VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 9, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.lapsed_proposals VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 19, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.lapsed_proposals VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 9, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.lapsed_proposals VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 19, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.lapsed_proposals VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 9, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.lapsed_proposals VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 19, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.lapsed_proposals VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 9, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.lapsed_proposals VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 19, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.lapsed_proposals VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 9, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.lapsed_proposals VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 19, '2026-11-27 14:44:54.248821+00');


--
-- Data for Name: leaves; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.leaves VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 'device1', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.leaves VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 'device2', 1, '\xabababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababab');


--
-- Data for Name: log_generation; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.log_generation VALUES (true, 1, 'e9c017e3-ede6-4212-a475-10470d3ce78c', NULL, NULL, NULL, 0, '\x', 0, 0, '2026-11-27 14:44:50.82182+00');


--
-- Data for Name: memberships; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.memberships VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 0, '2026-11-27 14:44:54.248821+00', NULL, NULL, false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 0, '2026-11-27 14:44:54.248821+00', NULL, NULL, false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 0, '2026-11-27 14:44:54.248821+00', NULL, NULL, false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 0, '2026-11-27 14:44:54.248821+00', 20, '2026-11-27 14:44:54.248821+00', false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, 4, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 0, '2026-11-27 14:44:54.248821+00', 20, '2026-11-27 14:44:54.248821+00', false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, 4, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 0, '2026-11-27 14:44:54.248821+00', NULL, NULL, false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 0, '2026-11-27 14:44:54.248821+00', NULL, NULL, false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 0, '2026-11-27 14:44:54.248821+00', NULL, NULL, false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 0, '2026-11-27 14:44:54.248821+00', 20, '2026-11-27 14:44:54.248821+00', false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, 4, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 0, '2026-11-27 14:44:54.248821+00', 20, '2026-11-27 14:44:54.248821+00', false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, 4, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 0, '2026-11-27 14:44:54.248821+00', NULL, NULL, false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 0, '2026-11-27 14:44:54.248821+00', NULL, NULL, false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 0, '2026-11-27 14:44:54.248821+00', NULL, NULL, false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 0, '2026-11-27 14:44:54.248821+00', 20, '2026-11-27 14:44:54.248821+00', false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, 4, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 0, '2026-11-27 14:44:54.248821+00', 20, '2026-11-27 14:44:54.248821+00', false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, 4, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 0, '2026-11-27 14:44:54.248821+00', NULL, NULL, false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 0, '2026-11-27 14:44:54.248821+00', NULL, NULL, false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 0, '2026-11-27 14:44:54.248821+00', NULL, NULL, false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 0, '2026-11-27 14:44:54.248821+00', 20, '2026-11-27 14:44:54.248821+00', false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, 4, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 0, '2026-11-27 14:44:54.248821+00', 20, '2026-11-27 14:44:54.248821+00', false, false, '2026-11-27 14:44:54.248821+00', 0, 0, 0, 4, NULL, NULL);


--
-- Data for Name: message_blobs; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.message_blobs VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, 'bafkreic81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1');
INSERT INTO public.message_blobs VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, 'bafkreic81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1');
INSERT INTO public.message_blobs VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 'bafkreic81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1');
INSERT INTO public.message_blobs VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, 'bafkreic81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1');
INSERT INTO public.message_blobs VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, 'bafkreic81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1');
INSERT INTO public.message_blobs VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, 'bafkreieccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1');
INSERT INTO public.message_blobs VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, 'bafkreieccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1');
INSERT INTO public.message_blobs VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 'bafkreieccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1');
INSERT INTO public.message_blobs VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, 'bafkreieccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1');
INSERT INTO public.message_blobs VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, 'bafkreieccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1');
INSERT INTO public.message_blobs VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, 'bafkreia87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1');
INSERT INTO public.message_blobs VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, 'bafkreia87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1');
INSERT INTO public.message_blobs VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 'bafkreia87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1');
INSERT INTO public.message_blobs VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, 'bafkreia87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1');
INSERT INTO public.message_blobs VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, 'bafkreia87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1');


--
-- Data for Name: messages; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, '\xcb7282478d674c129247df59e2c76b82', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 101);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, '\xca858bccf2574450a35655369cbaac0d', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 101);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, '\xd271ae7ee42d4ac199e4beaa9f2fc728', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 101);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, '\xbd125d2b600544d68eff597fedd26370', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 101);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, '\x9ffae9f27cd1448ba3977ed3333f2db5', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 101);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 2, '\x022eadbe108747269f3d338318852eab', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 102);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 2, '\xe64827d811144e618246eca596a55ad7', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 102);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 2, '\x41cf94dfd564450fa419bb2733b937bf', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 102);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 2, '\x64c2ad05977f47258035800fec2943fd', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 102);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 2, '\x33819fb9e76c4569b9a20f9ec3bd2087', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 102);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 3, '\x4a23abf2ba244e369d8c44634c64e2ed', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 103);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 3, '\x8bc6433a76644e80a7cc50732bb8d61a', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 103);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 3, '\xdc11d3e365e843428bc9c4fdcc7fab28', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 103);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 3, '\x04aafe5dbe054f43ba54a55d46097767', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 103);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 3, '\xa75986d63c5946ffaafb64e59fa672e9', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 103);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 4, '\xa2ab0afe452c4dfca7b519db9be1bfa9', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 104);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 4, '\xe862b5149eeb4e3593606d73c71e7eb0', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 104);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 4, '\x476c1ad8c9bd479095b93f12cbb5003f', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 104);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 4, '\x1ccc13aedb6f479887fc68268f62d9aa', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 104);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 4, '\x228c3234085142d3a85539ac80cb5c7d', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 104);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 5, '\x344101c864414ccb8eafca94669c0276', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 105);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 5, '\x39ca7c216e474398a9cda1480200d384', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 105);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 5, '\x5b53e044fa16428288d9d70d9f5753aa', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 105);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 5, '\x4eeb29c294144980a833305424d58171', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 105);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 5, '\x501735d60b564ce98554f0b837875d31', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 105);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 6, '\x08ec102a77a746d39a944886b492a3f9', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 106);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 6, '\x631e101d29114c32bf588d71ad436dc2', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 106);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 6, '\x7dbadf9c3b8347e4803723a9d6c27683', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 106);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 6, '\x96419187c3b94fea805d3960d8368ed0', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 106);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 6, '\x0bc162488ba04b9c9c9f80f7b892b2cd', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 106);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 7, '\xa375b78b2672447ab97788dfbc544612', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 107);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 7, '\x314a9fc1c5344de188fa93cea63dccb4', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 107);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 7, '\x537c04de124941da863632ee04b599fa', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 107);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 7, '\x43ebd63dd298485cb6a630aae315815c', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 107);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 7, '\x612d08d6d279416ba2786e5a1de6b12b', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 107);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 8, '\xac0d6650df554cc0ba1ccec1e743a858', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 108);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 8, '\x38b1ea9c3849484a8669a800d8ca305a', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 108);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 8, '\x65fedb89e2c64fff9fa134e14fb99f66', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 108);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 8, '\x58862732aab147b896615718edcff652', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 108);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 8, '\xbf2db6c28c3940f6af850c76d7393558', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 108);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 9, '\xac8dd5d4571043e084a601cfc50e0494', 'proposal', 0, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 14:44:54.248821+00', 1, 109);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 9, '\xa499b83b1a1c41da9b32982079ebd07b', 'proposal', 0, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 14:44:54.248821+00', 1, 109);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 9, '\xf4c012d723524f76a10344239ad8aa1d', 'proposal', 0, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 14:44:54.248821+00', 1, 109);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 9, '\xef39d6ce0d23480fa89690195848f478', 'proposal', 0, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 14:44:54.248821+00', 1, 109);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 9, '\xe545e72388de41efbcab4cac93cb5582', 'proposal', 0, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 14:44:54.248821+00', 1, 109);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 10, '\x7443733325254ffb9fd8010918839ed7', 'commit', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 110);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 10, '\xae44c0c3da1e46f9ae9955545cec45c9', 'commit', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 110);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 10, '\x7e3e670a22224a43892077008e0f45ec', 'commit', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 110);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 10, '\x7febcaf5e7db48129fb0f49fe9273b1b', 'commit', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 110);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 10, '\xa581f07fca0b4d0a8e8591e2d18d5dca', 'commit', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 110);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 11, '\x6e9f0e9758d04919977edcaba47fd8ab', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 111);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 11, '\x4406cd5a65f74f0aa75e73d826198014', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 111);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 11, '\x46211b756adb4fe78fadb6afb2c8f12d', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 111);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 11, '\x3de3c23c8a754c86a015c9abfaa93738', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 111);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 11, '\x673a688d8a8c4f6cb5485ebec9934d80', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 111);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 12, '\x49ac974474c1444c8ea1533265d6ad2c', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 112);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 12, '\x8b3046542a4141569698769ee63af982', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 112);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 12, '\xc11ff8adf73246b199f98847e9b6fdb8', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 112);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 12, '\x16e1608d272945b18b969d9082757cf0', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 112);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 12, '\xb3b5e793d0ae41ba90cb61104bcf4608', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 112);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 13, '\xb21f3a4b88924ff685ff9bbf2df52e41', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 113);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 13, '\x3490771473c54bc8ace06e27d17f7fd3', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 113);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 13, '\x0562ab931d7d4553a9419812150e538b', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 113);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 13, '\x5d56dc26f5c94c008d06a1ea487af5ab', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 113);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 13, '\x7f2b7cfb8c494af69282a27b2cd867a1', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 113);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 14, '\x819905fec0094943bc0415a1210a6e5b', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 114);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 14, '\x8859f026b92641e396010e5bdb971b54', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 114);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 14, '\xb07cbf23065547138d88a5ec73bc1a20', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 114);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 14, '\x2aa5ae4dc1134bdcbeba6a87241457cb', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 114);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 14, '\x220d6152d3f14f259b5c5a51da7810ea', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 114);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 15, '\x288efa6dba51419b9498315b3a9c6578', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 115);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 15, '\x29e4ae0f37684463abb2680b6380e2f8', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 115);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 15, '\x9738452edf094096946f172ee92052e8', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 115);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 15, '\x5f646c426f6b4d7ba7a68cab24093fda', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 115);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 15, '\xe37b065525a54973bc78e2ee59e15917', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 115);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 16, '\xfa68a7888bce46b590cee77f86e8a785', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 116);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 16, '\x8c0f133ff78b461fb1217bc6cc68e22f', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 116);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 16, '\xf5797417fa43445db29b5b66d9e13edf', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 116);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 16, '\x5ea4246fd76c4394ab12711271b5355c', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 116);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 16, '\x44f089ff0489456d8f9d9488be094d4e', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 116);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 17, '\xb8d7aad26f3d493fadbfe6d8a73e6e4f', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 117);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 17, '\xbc36c375531141db813645994abfb7b8', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 117);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 17, '\x93d9f93efdd949b29c767749dbd155ef', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 117);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 17, '\x949645d936ae499e968dae7538ea0999', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 117);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 17, '\x0fc09cc00200406bb4d47be772aa7ffc', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 117);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 18, '\x5d266a69d74c4f3bb8ba6b26c0281dd0', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 118);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 18, '\x823a6d91f6b24718bb3351dc29ee66a8', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 118);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 18, '\xf485e32ca9dc479e939e56179f432855', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 118);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 18, '\x89e87ef50aa3440892f6139828a789ba', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 118);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 18, '\x896cab2d782a404d91219a994f5258e4', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 118);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 19, '\xcd21c595734248768edf92ca5b7d94f6', 'proposal', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 14:44:54.248821+00', 1, 119);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 19, '\xffe9ca7ce3534d6f84c1eb342206e123', 'proposal', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 14:44:54.248821+00', 1, 119);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 19, '\xe75773b770f0489181811edceace158b', 'proposal', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 14:44:54.248821+00', 1, 119);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 19, '\x0e5ac8351ad4456eb9fd63d5380101d2', 'proposal', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 14:44:54.248821+00', 1, 119);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 19, '\xbe010d195f2641aa9c74337681132bce', 'proposal', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 14:44:54.248821+00', 1, 119);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 20, '\xda27a8da39c847ba8da221247af48e36', 'commit', 2, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 120);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 20, '\x824e2dffe763407b8c6480cd86fe1737', 'commit', 2, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 120);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 20, '\x9baecae4f90c4ca2a13db07eb8b72380', 'commit', 2, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 120);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 20, '\xbc2cd851a450452dac9c50826dd2af6e', 'commit', 2, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 120);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 20, '\x2097e8b8ce7d4f2e965cf241670461e7', 'commit', 2, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 14:44:54.248821+00', 1, 120);


--
-- Data for Name: orphan_objects; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.orphan_objects VALUES ('c4ca4238a0b923820dcc509a6f75849b', '2026-11-27 14:44:54.248821+00', false, 'did:plc:account1', 1000);
INSERT INTO public.orphan_objects VALUES ('c81e728d9d4c2f636f067f89cc14862c', '2026-11-27 14:44:54.248821+00', false, 'did:plc:account1', 1000);
INSERT INTO public.orphan_objects VALUES ('eccbc87e4b5ce2fe28308fd9f2a7baf3', '2026-11-27 14:44:54.248821+00', true, 'did:plc:account1', 1000);
INSERT INTO public.orphan_objects VALUES ('a87ff679a2f3e71d9181a67b7542122c', '2026-11-27 14:44:54.248821+00', true, NULL, NULL);


--
-- Data for Name: package_claims; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.package_claims VALUES ('did:plc:account1', 'device1', 0, '\x01', '{"2026-11-27 14:44:54.248821+00","2026-11-27 14:44:54.248821+00"}', '2026-11-27 15:44:54.248821+00');
INSERT INTO public.package_claims VALUES ('did:plc:account2', 'device1', 0, '\x01', '{"2026-11-27 14:44:54.248821+00","2026-11-27 14:44:54.248821+00"}', '2026-11-27 15:44:54.248821+00');
INSERT INTO public.package_claims VALUES ('did:plc:account3', 'device1', 0, '\x01', '{"2026-11-27 14:44:54.248821+00","2026-11-27 14:44:54.248821+00"}', '2026-11-27 15:44:54.248821+00');
INSERT INTO public.package_claims VALUES ('did:plc:account4', 'device1', 0, '\x01', '{"2026-11-27 14:44:54.248821+00","2026-11-27 14:44:54.248821+00"}', '2026-11-27 15:44:54.248821+00');
INSERT INTO public.package_claims VALUES ('did:plc:account1', 'device2', 0, '\x01', '{"2026-11-27 14:44:54.248821+00","2026-11-27 14:44:54.248821+00"}', '2026-11-27 15:44:54.248821+00');
INSERT INTO public.package_claims VALUES ('did:plc:account2', 'device2', 0, '\x01', '{"2026-11-27 14:44:54.248821+00","2026-11-27 14:44:54.248821+00"}', '2026-11-27 15:44:54.248821+00');
INSERT INTO public.package_claims VALUES ('did:plc:account3', 'device2', 0, '\x01', '{"2026-11-27 14:44:54.248821+00","2026-11-27 14:44:54.248821+00"}', '2026-11-27 15:44:54.248821+00');
INSERT INTO public.package_claims VALUES ('did:plc:account4', 'device2', 0, '\x01', '{"2026-11-27 14:44:54.248821+00","2026-11-27 14:44:54.248821+00"}', '2026-11-27 15:44:54.248821+00');
INSERT INTO public.package_claims VALUES ('did:plc:account1', 'device1', 1, '\x', '{"2026-11-27 14:44:54.248821+00","2026-11-27 14:44:54.248821+00"}', '2026-11-27 15:44:54.248821+00');
INSERT INTO public.package_claims VALUES ('did:plc:account2', 'device1', 1, '\x', '{"2026-11-27 14:44:54.248821+00","2026-11-27 14:44:54.248821+00"}', '2026-11-27 15:44:54.248821+00');
INSERT INTO public.package_claims VALUES ('did:plc:account3', 'device1', 1, '\x', '{"2026-11-27 14:44:54.248821+00","2026-11-27 14:44:54.248821+00"}', '2026-11-27 15:44:54.248821+00');
INSERT INTO public.package_claims VALUES ('did:plc:account4', 'device1', 1, '\x', '{"2026-11-27 14:44:54.248821+00","2026-11-27 14:44:54.248821+00"}', '2026-11-27 15:44:54.248821+00');
INSERT INTO public.package_claims VALUES ('did:plc:account1', 'device2', 1, '\x', '{"2026-11-27 14:44:54.248821+00","2026-11-27 14:44:54.248821+00"}', '2026-11-27 15:44:54.248821+00');
INSERT INTO public.package_claims VALUES ('did:plc:account2', 'device2', 1, '\x', '{"2026-11-27 14:44:54.248821+00","2026-11-27 14:44:54.248821+00"}', '2026-11-27 15:44:54.248821+00');
INSERT INTO public.package_claims VALUES ('did:plc:account3', 'device2', 1, '\x', '{"2026-11-27 14:44:54.248821+00","2026-11-27 14:44:54.248821+00"}', '2026-11-27 15:44:54.248821+00');
INSERT INTO public.package_claims VALUES ('did:plc:account4', 'device2', 1, '\x', '{"2026-11-27 14:44:54.248821+00","2026-11-27 14:44:54.248821+00"}', '2026-11-27 15:44:54.248821+00');


--
-- Data for Name: read_positions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.read_positions VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 7, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.read_positions VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 7, '2026-11-27 14:44:54.248821+00');


--
-- Data for Name: rejoin_requests; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.rejoin_requests VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.rejoin_requests VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 'lost-state', NULL, '2026-11-27 14:44:54.248821+00');


--
-- Data for Name: removed_messages; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xb9ec98981a9103d0', 1);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x84a31144821f8ed3', 1);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x710ccf09d33e7909', 1);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xf08a784d3427804a', 1);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x615101a0128f9a49', 1);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xc911eda0f4e00fef', 2);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xcbdbbf79aea7c9ca', 2);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x2dd1a337488a1204', 2);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x4a0e66b4a404cae5', 2);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xe68588abd12120c8', 2);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xeb14e52ed6a037ad', 3);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x61ac709d691d7c04', 3);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xc7fd7368af2db267', 3);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xdcc6858b1f6e6bed', 3);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x874aaf4ee99498c7', 3);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x7a2e77bd49c17bb8', 4);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xcc9e011de6fd6446', 4);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xfb24b4044df5015c', 4);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xada45baccf549a49', 4);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xd8013ae1d3465716', 4);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x71f40f6c8e2e7053', 5);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x13fefc9edfcd344e', 5);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x1c19c7485bcaa74a', 5);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xd36ba288a824dc40', 5);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x405bd609de807007', 5);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x5d2bc546e1888d87', 6);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x38aa6a0021d39e4a', 6);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x506f85e1bb185bb1', 6);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x23da2128cf92cb1a', 6);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x024804276c0db237', 6);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x69180539a348e6d3', 7);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x3239f5910b85ad25', 7);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xd7055a443170eaeb', 7);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xc1535a0f8ad4906c', 7);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x0c3cfa6f4a23788e', 7);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xc1fef29a7f0c59fb', 8);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x5ecc4f2808271a89', 8);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x433c274c549fbec1', 8);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xb768de1c5f8a6e70', 8);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x964a357c92b7b83c', 8);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x0a2e8f63b57f0bb0', 9);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xb717f5e8271aaf1f', 9);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x6dc09fd91d6d09c1', 9);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xbc8e5dd7b5807933', 9);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x6cc4309cee90d90e', 9);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xc1e4fd89fbc30df4', 10);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x03cca28886f2ff89', 10);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x1826eb2d0d14fcf5', 10);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xc9180898d36c31d4', 10);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x7955316cd9f32bcb', 10);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x4544986a3d5b3e32', 11);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xf9c73831ff125ccc', 11);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x7db7b651b23888f6', 11);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x1a73dd9d898ab240', 11);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x09054db7b8a56626', 11);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x1cbbd6b20de655a2', 12);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x9de9fa8ffabcaec9', 12);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x3f1843ecfabaca7a', 12);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xbd3fab45e6b82f2f', 12);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x98484c66899b7f35', 12);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x08fac6f43860e115', 13);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x8cd875253a598513', 13);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x2942e2808de469cc', 13);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xe80fc7da280eab1b', 13);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x507970b151758d5f', 13);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x512e411b50cdaa9b', 14);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x6c389ef203237d2e', 14);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x8251be379b2a8a27', 14);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xb3f765f110bd3c66', 14);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x7525682c99c17dd3', 14);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x03b0981264290ef9', 15);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x07778c76517b2b20', 15);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x2f990ead02be655b', 15);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xe820e4e1378ca27b', 15);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xfee3c4889d98548a', 15);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xf7a20308417e401a', 16);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x848888cf0a5509c9', 16);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xe263724d6b1a3a1a', 16);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x008ad773def67c99', 16);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xacacd2802b77a870', 16);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x74d0cb613714a7b4', 17);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x0bc6c172f1316281', 17);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x3907a182f2b8eda6', 17);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xdf8277243238d3ea', 17);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x43e4d7caed01e45e', 17);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xdf8bca86111c0695', 18);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x4158d1ec6598084e', 18);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xad4559e4b6ce2872', 18);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x0c3b8d4799c2a9a0', 18);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x15eafc8c49fb38d8', 18);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x4672a0261c860176', 19);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xd6619e4a1675d64e', 19);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x7686dc57150a5750', 19);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xe178dc20cbbcf016', 19);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x559ef30f5b82afaa', 19);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xd3826429e402f23f', 20);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x0099278836263e01', 20);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x2563b2f124efe7f7', 20);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x74a233a2742e9398', 20);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xc891549e95165d2c', 20);


--
-- Data for Name: reports; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (1, 'did:plc:account1', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported1', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (2, 'did:plc:account2', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported1', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (3, 'did:plc:account3', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported1', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (4, 'did:plc:account4', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported1', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00', '2026-11-27 14:44:54.248821+00');
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (5, 'did:plc:account1', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported2', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (6, 'did:plc:account2', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported2', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (7, 'did:plc:account3', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported2', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (8, 'did:plc:account4', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported2', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (9, 'did:plc:account1', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported3', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (10, 'did:plc:account2', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported3', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (11, 'did:plc:account3', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported3', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00', NULL);
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (12, 'did:plc:account4', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported3', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 14:44:54.248821+00', NULL);


--
-- Data for Name: tickets; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.tickets VALUES ('\x6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b', 'did:plc:account1', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.tickets VALUES ('\xd4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35', 'did:plc:account1', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.tickets VALUES ('\x4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce', 'did:plc:account1', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.tickets VALUES ('\x4b227777d4dd1fc61c6f884f48641d02b4d121d3fd328cb08b5531fcacdabf8a', 'did:plc:account1', NULL, '2026-11-27 14:44:54.248821+00');


--
-- Data for Name: welcome_recipients; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 'device1', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 'device2', 1, '\x01', 'open', NULL, NULL, NULL);


--
-- Data for Name: welcomes; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.welcomes VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 0, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcomes VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 0, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcomes VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 0, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcomes VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 0, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcomes VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 0, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcomes VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcomes VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcomes VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcomes VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcomes VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 14:44:54.248821+00');
INSERT INTO public.welcomes VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 9, 9, '\x78', NULL, '2026-11-27 14:44:54.248821+00');


--
-- Name: goose_db_version_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.goose_db_version_id_seq', 2, true);


--
-- Name: reports_report_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.reports_report_id_seq', 12, true);


--
-- Name: account_keys account_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account_keys
    ADD CONSTRAINT account_keys_pkey PRIMARY KEY (did);


--
-- Name: account_origins account_origins_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account_origins
    ADD CONSTRAINT account_origins_pkey PRIMARY KEY (did);


--
-- Name: accounts accounts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (did);


--
-- Name: blobs blobs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.blobs
    ADD CONSTRAINT blobs_pkey PRIMARY KEY (did, cid);


--
-- Name: blocks blocks_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.blocks
    ADD CONSTRAINT blocks_pkey PRIMARY KEY (did, blocked_did);


--
-- Name: commit_failures commit_failures_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.commit_failures
    ADD CONSTRAINT commit_failures_pkey PRIMARY KEY (convo_id, epoch, did);


--
-- Name: conversations conversations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT conversations_pkey PRIMARY KEY (convo_id);


--
-- Name: devices devices_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_pkey PRIMARY KEY (did, device_id);


--
-- Name: events events_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (gen, pos, stream_key, seq, n);


--
-- Name: goose_db_version goose_db_version_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.goose_db_version
    ADD CONSTRAINT goose_db_version_pkey PRIMARY KEY (id);


--
-- Name: group_infos group_infos_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.group_infos
    ADD CONSTRAINT group_infos_pkey PRIMARY KEY (convo_id);


--
-- Name: idempotency_records idempotency_records_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.idempotency_records
    ADD CONSTRAINT idempotency_records_pkey PRIMARY KEY (record_id);


--
-- Name: key_packages key_packages_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.key_packages
    ADD CONSTRAINT key_packages_pkey PRIMARY KEY (did, ref);


--
-- Name: lapsed_proposals lapsed_proposals_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.lapsed_proposals
    ADD CONSTRAINT lapsed_proposals_pkey PRIMARY KEY (convo_id, seq);


--
-- Name: leaves leaves_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.leaves
    ADD CONSTRAINT leaves_pkey PRIMARY KEY (convo_id, did, device_id);


--
-- Name: log_generation log_generation_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.log_generation
    ADD CONSTRAINT log_generation_pkey PRIMARY KEY (only_row);


--
-- Name: memberships memberships_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (convo_id, did, joined_seq);


--
-- Name: message_blobs message_blobs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.message_blobs
    ADD CONSTRAINT message_blobs_pkey PRIMARY KEY (convo_id, seq, cid);


--
-- Name: messages messages_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (convo_id, seq);


--
-- Name: orphan_objects orphan_objects_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orphan_objects
    ADD CONSTRAINT orphan_objects_pkey PRIMARY KEY (object_key);


--
-- Name: package_claims package_claims_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.package_claims
    ADD CONSTRAINT package_claims_pkey PRIMARY KEY (did, device_id, cipher_suite, requester);


--
-- Name: read_positions read_positions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.read_positions
    ADD CONSTRAINT read_positions_pkey PRIMARY KEY (convo_id, did);


--
-- Name: rejoin_requests rejoin_requests_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rejoin_requests
    ADD CONSTRAINT rejoin_requests_pkey PRIMARY KEY (convo_id, did);


--
-- Name: removed_messages removed_messages_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.removed_messages
    ADD CONSTRAINT removed_messages_pkey PRIMARY KEY (convo_id, id_hash);


--
-- Name: reports reports_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_pkey PRIMARY KEY (report_id);


--
-- Name: tickets tickets_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT tickets_pkey PRIMARY KEY (ticket_hash);


--
-- Name: welcome_recipients welcome_recipients_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.welcome_recipients
    ADD CONSTRAINT welcome_recipients_pkey PRIMARY KEY (convo_id, did, device_id, seq);


--
-- Name: welcomes welcomes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.welcomes
    ADD CONSTRAINT welcomes_pkey PRIMARY KEY (convo_id, seq);


--
-- Name: account_keys_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX account_keys_age ON public.account_keys USING btree (fetched_at);


--
-- Name: account_origins_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX account_origins_age ON public.account_origins USING btree (confirmed_at) WHERE (settled_at IS NULL);


--
-- Name: account_origins_settled; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX account_origins_settled ON public.account_origins USING btree (origin, confirmed_at) WHERE (settled_at IS NOT NULL);


--
-- Name: blobs_unattached; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX blobs_unattached ON public.blobs USING btree (created_at) WHERE (NOT attached);


--
-- Name: blocks_by_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX blocks_by_age ON public.blocks USING btree (did, created_at DESC, blocked_did DESC);


--
-- Name: conversations_closed; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX conversations_closed ON public.conversations USING btree (closed_at) WHERE (closed_at IS NOT NULL);


--
-- Name: events_by_convo; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX events_by_convo ON public.events USING btree (convo_id, gen, pos, seq, n) WHERE (convo_id IS NOT NULL);


--
-- Name: events_by_target; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX events_by_target ON public.events USING btree (target_did, gen, pos) WHERE (target_did IS NOT NULL);


--
-- Name: events_target_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX events_target_age ON public.events USING btree (created_at) WHERE (target_did IS NOT NULL);


--
-- Name: idempotency_records_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idempotency_records_age ON public.idempotency_records USING btree (created_at);


--
-- Name: key_packages_available; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX key_packages_available ON public.key_packages USING btree (did, device_id, cipher_suite, lease_ends_at NULLS FIRST, expires_at) WHERE ((spent_at IS NULL) AND (NOT last_resort));


--
-- Name: key_packages_by_ref; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX key_packages_by_ref ON public.key_packages USING btree (ref);


--
-- Name: key_packages_last_resort; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX key_packages_last_resort ON public.key_packages USING btree (did, device_id, cipher_suite, expires_at) WHERE last_resort;


--
-- Name: key_packages_lease_ends; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX key_packages_lease_ends ON public.key_packages USING btree (lease_ends_at) WHERE (lease_holder <> ''::text);


--
-- Name: key_packages_leases; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX key_packages_leases ON public.key_packages USING btree (lease_holder, did, lease_ends_at) WHERE ((lease_holder IS NOT NULL) AND (spent_at IS NULL));


--
-- Name: key_packages_spent; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX key_packages_spent ON public.key_packages USING btree (did, device_id, cipher_suite, spent_at) WHERE (spent_at IS NOT NULL);


--
-- Name: key_packages_spent_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX key_packages_spent_age ON public.key_packages USING btree (expires_at) WHERE (spent_at IS NOT NULL);


--
-- Name: key_packages_unspent_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX key_packages_unspent_age ON public.key_packages USING btree (expires_at) WHERE (spent_at IS NULL);


--
-- Name: lapsed_proposals_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX lapsed_proposals_age ON public.lapsed_proposals USING btree (lapsed_at);


--
-- Name: leaves_by_device; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX leaves_by_device ON public.leaves USING btree (did, device_id);


--
-- Name: memberships_accepted; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX memberships_accepted ON public.memberships USING btree (did, accepted_at) WHERE (accepted_at IS NOT NULL);


--
-- Name: memberships_by_did; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX memberships_by_did ON public.memberships USING btree (did, convo_id);


--
-- Name: memberships_one_active; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX memberships_one_active ON public.memberships USING btree (convo_id, did) WHERE (left_seq IS NULL);


--
-- Name: message_blobs_by_cid; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX message_blobs_by_cid ON public.message_blobs USING btree (convo_id, cid);


--
-- Name: message_blobs_by_owner; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX message_blobs_by_owner ON public.message_blobs USING btree (owner_did, cid);


--
-- Name: messages_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX messages_age ON public.messages USING btree (created_at) WHERE (kind = 'app'::text);


--
-- Name: messages_handshake; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX messages_handshake ON public.messages USING btree (convo_id, seq) WHERE (kind <> 'app'::text);


--
-- Name: messages_log; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX messages_log ON public.messages USING btree (gen, pos, convo_id, seq);


--
-- Name: messages_message_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX messages_message_id ON public.messages USING btree (convo_id, message_id);


--
-- Name: messages_one_commit; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX messages_one_commit ON public.messages USING btree (convo_id, epoch) WHERE (kind = 'commit'::text);


--
-- Name: messages_proposals; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX messages_proposals ON public.messages USING btree (convo_id, epoch, seq) WHERE (kind = 'proposal'::text);


--
-- Name: messages_proposers; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX messages_proposers ON public.messages USING btree (convo_id, sender_did, epoch) WHERE (kind = 'proposal'::text);


--
-- Name: orphan_objects_since; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX orphan_objects_since ON public.orphan_objects USING btree (since);


--
-- Name: orphan_objects_uploads; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX orphan_objects_uploads ON public.orphan_objects USING btree (did) WHERE (did IS NOT NULL);


--
-- Name: package_claims_ends; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX package_claims_ends ON public.package_claims USING btree (ends_at);


--
-- Name: reports_open; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX reports_open ON public.reports USING btree (report_id) WHERE (resolved_at IS NULL);


--
-- Name: reports_resolved; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX reports_resolved ON public.reports USING btree (resolved_at) WHERE (resolved_at IS NOT NULL);


--
-- Name: tickets_expiry; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_expiry ON public.tickets USING btree (expires_at);


--
-- Name: welcome_recipients_by_device; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX welcome_recipients_by_device ON public.welcome_recipients USING btree (did, device_id) WHERE (state = 'open'::text);


--
-- Name: welcome_recipients_ended; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX welcome_recipients_ended ON public.welcome_recipients USING btree (ended_at) WHERE (ended_at IS NOT NULL);


--
-- Name: welcome_recipients_one_open; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX welcome_recipients_one_open ON public.welcome_recipients USING btree (convo_id, did, device_id) WHERE (state = 'open'::text);


--
-- Name: blocks blocks_did_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.blocks
    ADD CONSTRAINT blocks_did_fkey FOREIGN KEY (did) REFERENCES public.accounts(did);


--
-- Name: commit_failures commit_failures_convo_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.commit_failures
    ADD CONSTRAINT commit_failures_convo_id_fkey FOREIGN KEY (convo_id) REFERENCES public.conversations(convo_id);


--
-- Name: devices devices_did_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_did_fkey FOREIGN KEY (did) REFERENCES public.accounts(did);


--
-- Name: group_infos group_infos_convo_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.group_infos
    ADD CONSTRAINT group_infos_convo_id_fkey FOREIGN KEY (convo_id) REFERENCES public.conversations(convo_id);


--
-- Name: key_packages key_packages_did_device_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.key_packages
    ADD CONSTRAINT key_packages_did_device_id_fkey FOREIGN KEY (did, device_id) REFERENCES public.devices(did, device_id);


--
-- Name: lapsed_proposals lapsed_proposals_convo_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.lapsed_proposals
    ADD CONSTRAINT lapsed_proposals_convo_id_fkey FOREIGN KEY (convo_id) REFERENCES public.conversations(convo_id);


--
-- Name: leaves leaves_convo_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.leaves
    ADD CONSTRAINT leaves_convo_id_fkey FOREIGN KEY (convo_id) REFERENCES public.conversations(convo_id);


--
-- Name: memberships memberships_convo_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_convo_id_fkey FOREIGN KEY (convo_id) REFERENCES public.conversations(convo_id);


--
-- Name: message_blobs message_blobs_convo_id_seq_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.message_blobs
    ADD CONSTRAINT message_blobs_convo_id_seq_fkey FOREIGN KEY (convo_id, seq) REFERENCES public.messages(convo_id, seq);


--
-- Name: read_positions read_positions_convo_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.read_positions
    ADD CONSTRAINT read_positions_convo_id_fkey FOREIGN KEY (convo_id) REFERENCES public.conversations(convo_id);


--
-- Name: rejoin_requests rejoin_requests_convo_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rejoin_requests
    ADD CONSTRAINT rejoin_requests_convo_id_fkey FOREIGN KEY (convo_id) REFERENCES public.conversations(convo_id);


--
-- Name: welcome_recipients welcome_recipients_convo_id_seq_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.welcome_recipients
    ADD CONSTRAINT welcome_recipients_convo_id_seq_fkey FOREIGN KEY (convo_id, seq) REFERENCES public.welcomes(convo_id, seq);


--
-- Name: welcomes welcomes_convo_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.welcomes
    ADD CONSTRAINT welcomes_convo_id_fkey FOREIGN KEY (convo_id) REFERENCES public.conversations(convo_id);


--
-- PostgreSQL database dump complete
--


