-- 4a743fd1804f9a11b83454aea59be2e95dd89f0d31c6a12c6979ed57b70c96ac
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

INSERT INTO public.account_keys VALUES ('did:plc:account1', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account2', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account3', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account4', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account5', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account6', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account7', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account8', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account9', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account10', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account11', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account12', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account13', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account14', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account15', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account16', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account17', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account18', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account19', 'zkey', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_keys VALUES ('did:plc:account20', 'zkey', '2026-11-27 13:46:22.152053+00');


--
-- Data for Name: account_origins; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.account_origins VALUES ('did:plc:account1', 'pds.example', '2026-11-27 13:46:22.152053+00', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_origins VALUES ('did:plc:account2', 'pds.example', '2026-11-27 13:46:22.152053+00', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.account_origins VALUES ('did:plc:account3', 'pds.example', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.account_origins VALUES ('did:plc:account4', 'pds.example', '2026-11-27 13:46:22.152053+00', NULL);


--
-- Data for Name: accounts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.accounts VALUES ('did:plc:account1', '2026-11-27 13:46:22.152053+00', 0, 1, 0, 0);
INSERT INTO public.accounts VALUES ('did:plc:account2', '2026-11-27 13:46:22.152053+00', 0, 1, 0, 0);
INSERT INTO public.accounts VALUES ('did:plc:account3', '2026-11-27 13:46:22.152053+00', 0, 1, 0, 0);
INSERT INTO public.accounts VALUES ('did:plc:account4', '2026-11-27 13:46:22.152053+00', 0, 1, 0, 0);


--
-- Data for Name: blobs; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.blobs VALUES ('did:plc:account1', 'bafkreic4ca4238a0b923820dcc509a6f75849b', 'b41b7d0929fa5a77668a205b0d0802df', 1000, 'application/octet-stream', '2026-11-27 13:46:22.152053+00', false);
INSERT INTO public.blobs VALUES ('did:plc:account2', 'bafkreic4ca4238a0b923820dcc509a6f75849b', '16a56f84e71f639caf93e52a51abbf18', 1000, 'application/octet-stream', '2026-11-27 13:46:22.152053+00', false);
INSERT INTO public.blobs VALUES ('did:plc:account3', 'bafkreic4ca4238a0b923820dcc509a6f75849b', 'e0ca7c9dfe5480e4c058f04de24655a4', 1000, 'application/octet-stream', '2026-11-27 13:46:22.152053+00', false);
INSERT INTO public.blobs VALUES ('did:plc:account4', 'bafkreic4ca4238a0b923820dcc509a6f75849b', '9a1fde9cce96838c63c5e5a00e3cb3cc', 1000, 'application/octet-stream', '2026-11-27 13:46:22.152053+00', false);
INSERT INTO public.blobs VALUES ('did:plc:account1', 'bafkreic81e728d9d4c2f636f067f89cc14862c', '08a8473e24b9c8d1e509cbf787a44aff', 1000, 'application/octet-stream', '2026-11-27 13:46:22.152053+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account2', 'bafkreic81e728d9d4c2f636f067f89cc14862c', '0cc60aff4fcfd64b0e5d6eae8925d62d', 1000, 'application/octet-stream', '2026-11-27 13:46:22.152053+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account3', 'bafkreic81e728d9d4c2f636f067f89cc14862c', '43122850fca4ddb0efab71e567907676', 1000, 'application/octet-stream', '2026-11-27 13:46:22.152053+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account4', 'bafkreic81e728d9d4c2f636f067f89cc14862c', '6d87b84bfce2c053c42aec7e27b7cf30', 1000, 'application/octet-stream', '2026-11-27 13:46:22.152053+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account1', 'bafkreieccbc87e4b5ce2fe28308fd9f2a7baf3', 'f131507ed37a552172e1fc383f6952c5', 1000, 'application/octet-stream', '2026-11-27 13:46:22.152053+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account2', 'bafkreieccbc87e4b5ce2fe28308fd9f2a7baf3', 'ebbee208febfaf720643d2dd05bd3996', 1000, 'application/octet-stream', '2026-11-27 13:46:22.152053+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account3', 'bafkreieccbc87e4b5ce2fe28308fd9f2a7baf3', '419779f182212c0e5a2bf72da6a7f496', 1000, 'application/octet-stream', '2026-11-27 13:46:22.152053+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account4', 'bafkreieccbc87e4b5ce2fe28308fd9f2a7baf3', 'b81a764c8d103928b2a32db9efa2d990', 1000, 'application/octet-stream', '2026-11-27 13:46:22.152053+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account1', 'bafkreia87ff679a2f3e71d9181a67b7542122c', '773e42ddcb5d8d1986ccdb12e1a48cbf', 1000, 'application/octet-stream', '2026-11-27 13:46:22.152053+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account2', 'bafkreia87ff679a2f3e71d9181a67b7542122c', '0c3ce914823a55585b1fa0644fe6a181', 1000, 'application/octet-stream', '2026-11-27 13:46:22.152053+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account3', 'bafkreia87ff679a2f3e71d9181a67b7542122c', '0150e7f16af390d281ee02b6224cb42f', 1000, 'application/octet-stream', '2026-11-27 13:46:22.152053+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account4', 'bafkreia87ff679a2f3e71d9181a67b7542122c', '99589b0ffb97bc1869039fd0a14e49e7', 1000, 'application/octet-stream', '2026-11-27 13:46:22.152053+00', true);


--
-- Data for Name: commit_failures; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.commit_failures VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, 'did:plc:account1', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, 'did:plc:account1', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 'did:plc:account1', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, 'did:plc:account1', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, 'did:plc:account1', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, 'did:plc:account2', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, 'did:plc:account2', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 'did:plc:account2', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, 'did:plc:account2', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, 'did:plc:account2', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, 'did:plc:account3', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, 'did:plc:account3', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 'did:plc:account3', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, 'did:plc:account3', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, 'did:plc:account3', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, 'did:plc:account4', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, 'did:plc:account4', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 'did:plc:account4', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, 'did:plc:account4', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, 'did:plc:account4', '2026-11-27 13:46:22.152053+00', NULL);


--
-- Data for Name: conversations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.conversations VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 1, 2, 20, 0, NULL, NULL, '2026-11-27 13:46:22.152053+00', NULL, '2026-11-27 13:46:22.152053+00', NULL, '2026-11-27 13:46:22.152053+00', NULL, NULL, NULL, 1, 0, 0);
INSERT INTO public.conversations VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 1, 2, 20, 0, NULL, NULL, '2026-11-27 13:46:22.152053+00', NULL, '2026-11-27 13:46:22.152053+00', NULL, '2026-11-27 13:46:22.152053+00', NULL, NULL, NULL, 1, 0, 0);
INSERT INTO public.conversations VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 1, 2, 20, 0, NULL, NULL, '2026-11-27 13:46:22.152053+00', NULL, '2026-11-27 13:46:22.152053+00', NULL, '2026-11-27 13:46:22.152053+00', NULL, NULL, NULL, 1, 0, 0);
INSERT INTO public.conversations VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 1, 2, 20, 0, NULL, NULL, '2026-11-27 13:46:22.152053+00', NULL, '2026-11-27 13:46:22.152053+00', '2026-11-27 13:46:22.152053+00', '2026-11-27 13:46:22.152053+00', NULL, NULL, NULL, 1, 0, 0);
INSERT INTO public.conversations VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 1, 2, 20, 0, NULL, NULL, '2026-11-27 13:46:22.152053+00', NULL, '2026-11-27 13:46:22.152053+00', '2026-11-27 13:46:22.152053+00', '2026-11-27 13:46:22.152053+00', NULL, NULL, NULL, 1, 0, 0);
INSERT INTO public.conversations VALUES ('\x349e686330723975502e9ef4f939a5ac', 'did:plc:account1', 1, 0, 0, 0, NULL, NULL, '2026-11-27 13:46:22.152053+00', NULL, '2026-11-27 13:46:22.152053+00', NULL, '2026-11-27 13:46:22.152053+00', NULL, NULL, NULL, 1, 0, 0);


--
-- Data for Name: devices; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.devices VALUES ('did:plc:account1', 'device1', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account2', 'device1', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account3', 'device1', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account4', 'device1', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account1', 'device2', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account2', 'device2', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account3', 'device2', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account4', 'device2', '2026-11-27 13:46:22.152053+00', NULL);


--
-- Data for Name: events; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.events VALUES (1, 101, '\xc4ca4238a0b923820dcc509a6f75849b', 1, 1, 'membership', '\xc4ca4238a0b923820dcc509a6f75849b', NULL, 1, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 101, '\xc81e728d9d4c2f636f067f89cc14862c', 1, 1, 'membership', '\xc81e728d9d4c2f636f067f89cc14862c', NULL, 1, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 101, '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 1, 'membership', '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', NULL, 1, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 101, '\xa87ff679a2f3e71d9181a67b7542122c', 1, 1, 'membership', '\xa87ff679a2f3e71d9181a67b7542122c', NULL, 1, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 101, '\xe4da3b7fbbce2345d7772b0674a318d5', 1, 1, 'membership', '\xe4da3b7fbbce2345d7772b0674a318d5', NULL, 1, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 102, '\xc4ca4238a0b923820dcc509a6f75849b', 2, 2, 'membership', '\xc4ca4238a0b923820dcc509a6f75849b', NULL, 2, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 102, '\xc81e728d9d4c2f636f067f89cc14862c', 2, 2, 'membership', '\xc81e728d9d4c2f636f067f89cc14862c', NULL, 2, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 102, '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 2, 2, 'membership', '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', NULL, 2, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 102, '\xa87ff679a2f3e71d9181a67b7542122c', 2, 2, 'membership', '\xa87ff679a2f3e71d9181a67b7542122c', NULL, 2, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 102, '\xe4da3b7fbbce2345d7772b0674a318d5', 2, 2, 'membership', '\xe4da3b7fbbce2345d7772b0674a318d5', NULL, 2, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 103, '\xc4ca4238a0b923820dcc509a6f75849b', 3, 3, 'membership', '\xc4ca4238a0b923820dcc509a6f75849b', NULL, 3, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 103, '\xc81e728d9d4c2f636f067f89cc14862c', 3, 3, 'membership', '\xc81e728d9d4c2f636f067f89cc14862c', NULL, 3, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 103, '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 3, 3, 'membership', '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', NULL, 3, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 103, '\xa87ff679a2f3e71d9181a67b7542122c', 3, 3, 'membership', '\xa87ff679a2f3e71d9181a67b7542122c', NULL, 3, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 103, '\xe4da3b7fbbce2345d7772b0674a318d5', 3, 3, 'membership', '\xe4da3b7fbbce2345d7772b0674a318d5', NULL, 3, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 104, '\xc4ca4238a0b923820dcc509a6f75849b', 4, 4, 'membership', '\xc4ca4238a0b923820dcc509a6f75849b', NULL, 4, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 104, '\xc81e728d9d4c2f636f067f89cc14862c', 4, 4, 'membership', '\xc81e728d9d4c2f636f067f89cc14862c', NULL, 4, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 104, '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 4, 4, 'membership', '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', NULL, 4, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 104, '\xa87ff679a2f3e71d9181a67b7542122c', 4, 4, 'membership', '\xa87ff679a2f3e71d9181a67b7542122c', NULL, 4, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 104, '\xe4da3b7fbbce2345d7772b0674a318d5', 4, 4, 'membership', '\xe4da3b7fbbce2345d7772b0674a318d5', NULL, 4, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 101, '\xd5015eed6aba2bd470c22d6113693a', 0, 1, 'read', NULL, 'did:plc:account1', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 101, '\xd4ac180c5e82ffeca9efe18b34118b', 0, 1, 'read', NULL, 'did:plc:account2', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 101, '\xcb473c579a0982cf16d72b1b9a1afa', 0, 1, 'read', NULL, 'did:plc:account3', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 101, '\x7310cc378b154129ad0eeb9affd04e', 0, 1, 'read', NULL, 'did:plc:account4', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 102, '\xd5015eed6aba2bd470c22d6113693a', 0, 2, 'read', NULL, 'did:plc:account1', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 102, '\xd4ac180c5e82ffeca9efe18b34118b', 0, 2, 'read', NULL, 'did:plc:account2', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 102, '\xcb473c579a0982cf16d72b1b9a1afa', 0, 2, 'read', NULL, 'did:plc:account3', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 102, '\x7310cc378b154129ad0eeb9affd04e', 0, 2, 'read', NULL, 'did:plc:account4', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 103, '\xd5015eed6aba2bd470c22d6113693a', 0, 3, 'read', NULL, 'did:plc:account1', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 103, '\xd4ac180c5e82ffeca9efe18b34118b', 0, 3, 'read', NULL, 'did:plc:account2', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 103, '\xcb473c579a0982cf16d72b1b9a1afa', 0, 3, 'read', NULL, 'did:plc:account3', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 103, '\x7310cc378b154129ad0eeb9affd04e', 0, 3, 'read', NULL, 'did:plc:account4', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 104, '\xd5015eed6aba2bd470c22d6113693a', 0, 4, 'read', NULL, 'did:plc:account1', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 104, '\xd4ac180c5e82ffeca9efe18b34118b', 0, 4, 'read', NULL, 'did:plc:account2', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 104, '\xcb473c579a0982cf16d72b1b9a1afa', 0, 4, 'read', NULL, 'did:plc:account3', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.events VALUES (1, 104, '\x7310cc378b154129ad0eeb9affd04e', 0, 4, 'read', NULL, 'did:plc:account4', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-27 13:46:22.152053+00');


--
-- Data for Name: goose_db_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.goose_db_version VALUES (1, 0, true, '2026-11-27 13:46:19.45934');
INSERT INTO public.goose_db_version VALUES (2, 1, true, '2026-11-27 13:46:19.517838');


--
-- Data for Name: group_infos; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.group_infos VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 2, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.group_infos VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 2, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.group_infos VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 2, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.group_infos VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 2, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.group_infos VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 2, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 13:46:22.152053+00');


--
-- Data for Name: idempotency_records; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.idempotency_records VALUES ('\x6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\xd4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\x4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\x4b227777d4dd1fc61c6f884f48641d02b4d121d3fd328cb08b5531fcacdabf8a', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\xef2d127de37b942baad06145e54b0c619a1f22327b2ebbcfbec78f5564afe39d', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\xe7f6c011776e8db7cd330b54174fd76f7d0216b612387a5ffcfb81e6f0919683', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\x7902699be42c8a8e46fbbb4501726517e86b22c56a189f7625a6da49081b2451', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\x2c624232cdd221771294dfbb310aca000a0df6ac8b66b696d90ef06fdefb64a3', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\x19581e27de7ced00ff1ce50b2047e7a567c76b1cbaebabe5ef03f7c3017bb5b7', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\x4a44dc15364204a80fe80e9039455cc1608281820fe2b24f1e5233ade6af1dd5', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\x4fc82b26aecb47d2868c4efbe3581732a3e7cbcc6c2efb32062c08170a05eeb8', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\x6b51d431df5d7f141cbececcf79edf3dd861c3b4069f0b11661a3eefacbba918', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\x3fdba35f04dc8c462986c992bcf875546257113072a909c162f7e470e581e278', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\x8527a891e224136950ff32ca212b45bc93f69fbb801c3b1ebedac52775f99e61', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\xe629fa6598d732768f7c726b4b621285f9c3b85303900aa912017db7617d8bdb', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\xb17ef6d19c7a5b1ee83b907c595526dcb1eb06db8227d650d5dda0a9f4ce8cd9', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\x4523540f1504cd17100c4835e85b7eefd49911580f8efff0599a8f283be6b9e3', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\x4ec9599fc203d176a301536c2e091a19bc852759b255bd6818810a42c5fed14a', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\x9400f1b21cb527d7fa3d3eabba93557a18ebe7a2ca4e471cfe5e4c5b4ca7f767', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');
INSERT INTO public.idempotency_records VALUES ('\xf5ca38f748a1d6eaf726b8a42fb575c3c71f1864a8143301782de13da2d9202b', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-27 13:46:22.152053+00');


--
-- Data for Name: key_packages; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.key_packages VALUES ('did:plc:account1', '\x152100dafd9ad6d23ad3de8f7402536a4cd6a75d339a9e204a34c79ae5388b77', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\xe502aa9dedab61fca718201e481ff110d0ee0915ad110bc0f073e4d85b469507', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\x6269b3ff919b579d0075ae7c774dd4a09fbb972ac63d1ff8b01fd612e7c26119', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x586a9b35d9d0b282aac8e6ad94f4f00d80c63131582d139c7114bb8bd2ef6b6c', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\xb1004dd8d3ff357663572179c6022cb2cf2ea1e188639909390a088b288df549', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\xdb3a0a41da1bf6bad7484ebfe4086141443a17289706263a9cca8a3047f71e8c', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\xa38d25b7d868c3293ae6e9b3d6a407f1f4d3fc68764c0d8d1cf6491d7b56b4d6', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x62b16a6153b4f4d561f1f29dd876d066ab9404cf0c3e9f52e58ae2304be5cdfe', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\xff43b524a1acfdd9fdcb77790127985f8f2495bd47f11851c10c923c9090cff1', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', 'did:plc:account1', '\x', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\xd3fa83267976df5877e2700ccf312e62d44cdb38de0e464e9a286755cd007c2d', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', 'did:plc:account1', '\x', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\xa49d1f520289cad513ebbdf384e2a788b633121a489dc7fe864c2666e024f3c9', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', 'did:plc:account1', '\x', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x3d89189185d578e99f34bd94a340761689c243dc680adf6bf5e34b07565b9a80', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', 'did:plc:account1', '\x', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\x5a1c51526b51e1498018c63054fe34d7f288d636043de7369f3773fb669c825f', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', 'did:plc:account1', '\x', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\xf1506a9b8541ef6f02d34e02f5e58992fa391eb318572b3845db724dc482d6d9', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', 'did:plc:account1', '\x', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\x2d78774360f21317628dfdc5d87ccb7a117c235be114647455992fb4f8ecff81', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', 'did:plc:account1', '\x', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x8d4c810161dc9f51c163f23f45a949db84213418c952c5af87a4a30d3b37cb14', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', 'did:plc:account1', '\x', '2026-11-27 13:46:22.152053+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\xa199015e887e9c3cf84cb157b9c884365238ccd655185ea6c3c557ee41fdf322', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\x0c38925e1e35eda6a2f87de89eef6d2dcc47e9491fe1e50d59f375342af72ae4', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\x17cf3f38987001cdaf29365570bc61f6b5b4418c28c41fc8021aeea132c9eef0', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x5a9dadf06136104ad1c2b3974572ed99ed55e640615d1ea5d42f3f84316c3566', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\x87612e166479a82ab1c60aa7aa53bbe8792df1c6dedf8ff47b81eb96fa44f478', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\xc397e0c0d716d663f95dbaf161c585a6aa2baf30ec0af9a587898e2de93da1b9', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\x567610df72f93004103e4ab641d071fbb66dc056a020b957cf2fc7a26d9c0666', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x785ce57142336746d755d2d9986cda2437fcb18528a1ab4b7f2e4db02348b292', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\xd90b1229a698e6837d8a54916dabdd74e1879682224d23b127af8418aaaba799', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\xc4d9cc1ddf99456a08e701ab8462cde5bee6bc6bdc4fd35b05972dc040f22b48', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\xf8114abcb4e7b3b6ad0eda6f278d158b142267d859185ef9dff7de41caaa888e', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x01230b0cbd507ac936921da6f07160a9136a214ca0b595645a679424424e7dc7', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\x56a0a558b5ca32d16d75d2d774e7377cc03736aaf5eb5b39aedbd04a06caa0b7', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\x8002a9408d08c41bd2e45fe9f29ec71256bab52f48819d68e86d175d0f0ef7b3', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\x03b8b249de4a24b6d73cf7bc37cfb1d5f7e16f838bfc09d8e0c45d765f2675a0', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x82116c926d6f07f957c924c5eb43555f95d29e458f63becf55e6c9695a372139', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-27 13:46:22.152053+00', '2026-12-27 13:46:22.152053+00', NULL, NULL, NULL, NULL);


--
-- Data for Name: lapsed_proposals; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.lapsed_proposals VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 9, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.lapsed_proposals VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 19, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.lapsed_proposals VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 9, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.lapsed_proposals VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 19, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.lapsed_proposals VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 9, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.lapsed_proposals VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 19, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.lapsed_proposals VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 9, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.lapsed_proposals VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 19, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.lapsed_proposals VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 9, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.lapsed_proposals VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 19, '2026-11-27 13:46:22.152053+00');


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

INSERT INTO public.log_generation VALUES (true, 1, 'fe1c8951-c884-44ac-8a0a-7aed5906ec30', NULL, NULL, NULL, 0, '\x', 0, 0, '2026-11-27 13:46:19.517838+00');


--
-- Data for Name: memberships; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.memberships VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 0, '2026-11-27 13:46:22.152053+00', NULL, NULL, false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 0, '2026-11-27 13:46:22.152053+00', NULL, NULL, false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 0, '2026-11-27 13:46:22.152053+00', NULL, NULL, false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 0, '2026-11-27 13:46:22.152053+00', 20, '2026-11-27 13:46:22.152053+00', false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, 4, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 0, '2026-11-27 13:46:22.152053+00', 20, '2026-11-27 13:46:22.152053+00', false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, 4, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 0, '2026-11-27 13:46:22.152053+00', NULL, NULL, false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 0, '2026-11-27 13:46:22.152053+00', NULL, NULL, false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 0, '2026-11-27 13:46:22.152053+00', NULL, NULL, false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 0, '2026-11-27 13:46:22.152053+00', 20, '2026-11-27 13:46:22.152053+00', false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, 4, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 0, '2026-11-27 13:46:22.152053+00', 20, '2026-11-27 13:46:22.152053+00', false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, 4, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 0, '2026-11-27 13:46:22.152053+00', NULL, NULL, false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 0, '2026-11-27 13:46:22.152053+00', NULL, NULL, false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 0, '2026-11-27 13:46:22.152053+00', NULL, NULL, false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 0, '2026-11-27 13:46:22.152053+00', 20, '2026-11-27 13:46:22.152053+00', false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, 4, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 0, '2026-11-27 13:46:22.152053+00', 20, '2026-11-27 13:46:22.152053+00', false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, 4, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 0, '2026-11-27 13:46:22.152053+00', NULL, NULL, false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 0, '2026-11-27 13:46:22.152053+00', NULL, NULL, false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 0, '2026-11-27 13:46:22.152053+00', NULL, NULL, false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, NULL, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 0, '2026-11-27 13:46:22.152053+00', 20, '2026-11-27 13:46:22.152053+00', false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, 4, NULL, NULL);
INSERT INTO public.memberships VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 0, '2026-11-27 13:46:22.152053+00', 20, '2026-11-27 13:46:22.152053+00', false, false, '2026-11-27 13:46:22.152053+00', 0, 0, 0, 4, NULL, NULL);


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

INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, '\x2356ebc8486044ae8c2239bf6cd09d77', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 101);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, '\xec1114ea092245c79859f0fd179b8162', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 101);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, '\x04ed51ed8ebc4bf0b7a4b6b458d52aee', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 101);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, '\xd9e86daae17e4da99cfc54a7b5917541', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 101);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, '\x0a52880cec284f839645fc4e6c48933d', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 101);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 2, '\xead7b3eb56b64d8295f69f5c1b29950f', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 102);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 2, '\x528e293299e044eaa9184a8cacce2817', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 102);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 2, '\x52c5244fde8949a2b07a64f6dfb4135f', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 102);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 2, '\xc64fe65f094a4860ab17ab31a15051ca', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 102);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 2, '\x58aa30367f8946fbb294c5061c595314', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 102);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 3, '\x4f0912bf4fc6400286f8a50025d2ea68', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 103);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 3, '\xbadf3963f9ad4077a6ae14787846f203', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 103);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 3, '\xa294bb0488f2445cae5b4428529d2c54', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 103);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 3, '\xdb2faa3c1251457d89fd237479758169', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 103);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 3, '\x19df2782364146fcba5fd213cde0b984', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 103);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 4, '\xc3cc6c450dec4405a0c1ef24dafe2df7', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 104);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 4, '\x21f3a366df4144ce8e56f779674792c0', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 104);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 4, '\x0ad39edc961b48298eb75dc103542a5c', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 104);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 4, '\x63b1e48f473e4b38b62990dfb68836d6', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 104);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 4, '\x7118610ee0734d5c9c1b9eb7280ac5a3', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 104);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 5, '\x91ffc5d4b15a4ae09c197d026793b839', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 105);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 5, '\x492b238ed9564f02b0d0884f4072d91e', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 105);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 5, '\xf6283e04e8c3415bb827a2107f227420', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 105);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 5, '\x5111c352085f401eb80e6a7172c380a1', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 105);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 5, '\x77ff489a6096458790fbfee6f0f2907e', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 105);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 6, '\xced834145a4948268b8df560362550f6', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 106);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 6, '\xb7c6806b592047a99a1a20fccacfce81', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 106);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 6, '\xe8cb686546b94777a088efdf80c18ae2', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 106);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 6, '\x808bc35861814eeab85c2546d412e0a4', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 106);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 6, '\xc262d2a776984b81b60f4ce4319f029a', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 106);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 7, '\xea5803c853ac4657a62ae02f6841a9e8', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 107);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 7, '\x2b61c110afbb4ef8813bab4cfdcf3db4', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 107);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 7, '\xd45535edf8ec4eaa9a5224d63025f400', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 107);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 7, '\x44818d781a484e08b70badb7d4649566', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 107);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 7, '\x0bc2d782e02342a683d921a08aac5244', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 107);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 8, '\x14a7b8e0d1064038b4c2ca193d256f0c', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 108);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 8, '\x47efdce79bc849ff9e4931dbeda6d9af', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 108);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 8, '\xc8b2a87d665c4e8b831fb2b488fe7451', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 108);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 8, '\xed063a5cb88641198c44cd3ff38c8375', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 108);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 8, '\xc4b84503a6bd4c8d8a0dd4840e3579a3', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 108);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 9, '\x0d03bd993f56453aa7a3aeb89c226b8f', 'proposal', 0, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 13:46:22.152053+00', 1, 109);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 9, '\xb5ea0aa94a974784b8da9e796e8155bd', 'proposal', 0, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 13:46:22.152053+00', 1, 109);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 9, '\x728de19f6dc3480688e9e4a397297e8f', 'proposal', 0, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 13:46:22.152053+00', 1, 109);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 9, '\xeb70e0ae3f0a4ab3a5c36b357aa7dbd8', 'proposal', 0, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 13:46:22.152053+00', 1, 109);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 9, '\x513c83f5789648afa76c3102edc31171', 'proposal', 0, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 13:46:22.152053+00', 1, 109);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 10, '\x6d5ab1293a054de7afaae6e1d0c2b804', 'commit', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 110);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 10, '\x0a4e7655a07949bf8cfc0a1554a4aeb9', 'commit', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 110);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 10, '\x928e09a57249420e9d59854f70d9d1f2', 'commit', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 110);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 10, '\xc5c6ecb4000849c4bd8711f09603b2dd', 'commit', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 110);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 10, '\xf726b382db274d749c389e688510f378', 'commit', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 110);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 11, '\xb7d2cff171114403b3a0fff6b679f2a7', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 111);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 11, '\x3f280e8fd221428cbf4e401ea3e02188', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 111);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 11, '\x85d5b35a5bd9420e9bfc7e7fcf37609b', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 111);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 11, '\x2470200b251f41fc95a59401bd3ef7cb', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 111);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 11, '\x7b27b2f829c543e1a66cb18ce67724b4', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 111);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 12, '\xcec8d321bd804b74afe59d83ab51b60a', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 112);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 12, '\x32bacf1e7e6a4b8e80986fc67dd78306', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 112);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 12, '\x6abcf2c766f14d98802da56a30ad284a', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 112);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 12, '\x437b9302abab49b1b8887ee71c4e48b7', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 112);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 12, '\xd9e5d35f89104d6086a8a3e5390134b9', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 112);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 13, '\xcc779414e150464591520029c7009ba7', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 113);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 13, '\x3a74ee4ff9ce4c57815377ff27d5cac1', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 113);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 13, '\x236e5c2044a0452fa9f895563fdfac60', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 113);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 13, '\x81054c75e6db4d64a7224c1c88a15e32', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 113);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 13, '\x508de80749cb4f28957f5eb1b266ec50', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 113);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 14, '\x9dcbd8c95b5f479389f2ec190850f81e', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 114);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 14, '\xbfe3c34d74b54332824d381403f64a03', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 114);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 14, '\x65b65bad24a2452a92c557f870531372', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 114);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 14, '\x6cb01193e9094fc39a357f3362f1a78a', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 114);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 14, '\xc61f4e1a81884562a32fe06ee4b977a0', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 114);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 15, '\xbb922cc13abd46968786a22c853027b6', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 115);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 15, '\x807e7cf5bb9b4d38aa3287eac2dccd7e', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 115);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 15, '\xc9628669e7c3434585851dd6534a12ee', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 115);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 15, '\xb3fc2cf40e4f4d42a0107983c6f7628e', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 115);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 15, '\x87af651eca474d97accd24ebf97493ff', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 115);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 16, '\xe2bdb50dbdbe4ec4beac8a64863a5f77', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 116);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 16, '\x57d5810212884e71a8532b0a979a35d9', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 116);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 16, '\x243f6eb77c7f4d5581982ad78132b064', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 116);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 16, '\xbd9d2678be294d859562f9753e2d3864', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 116);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 16, '\xcb432c4e7e554922a10f1bc9ebf24a17', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 116);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 17, '\x5c7c0ac4646d470086ab9f9c1950a9e6', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 117);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 17, '\x94a1947ef3ef4936a0ba29d85578e6c7', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 117);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 17, '\xe861d554cb934a6d8ab82016fabf74c2', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 117);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 17, '\xab1d4cb0fe7443e7ae351cf73609a8ef', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 117);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 17, '\xda3a0544f87f412bb35f50595a821e4e', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 117);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 18, '\x21bbd8359744493abdd8cca6877d43c5', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 118);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 18, '\x3c237a0df7184ab080f91ec83b52dd79', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 118);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 18, '\xce79564025be4ee0b245d347f75c5e39', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 118);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 18, '\xafd82623a1d74c8db7b7b88b18ecadcc', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 118);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 18, '\x0bc822a21cde4a4f89567a137d168dc1', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 118);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 19, '\x2cc274fd2933482fae81316e46fbfada', 'proposal', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 13:46:22.152053+00', 1, 119);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 19, '\xb9b3001ecc9545d883e9a5f40529aa84', 'proposal', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 13:46:22.152053+00', 1, 119);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 19, '\x94d734f636b0493598496f63934ed913', 'proposal', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 13:46:22.152053+00', 1, 119);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 19, '\xae136622bac546a7afc898742784c771', 'proposal', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 13:46:22.152053+00', 1, 119);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 19, '\xef4776855c9844859cb7bdeb0fc22c02', 'proposal', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-27 13:46:22.152053+00', 1, 119);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 20, '\xd2e15b98a49e4e5f990c38cf6d201df5', 'commit', 2, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 120);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 20, '\xe16962f5dc5242188aa1866ae73ce291', 'commit', 2, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 120);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 20, '\x45287a1358af4e8a84e8b14e259c4a32', 'commit', 2, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 120);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 20, '\xb65767496e7446e390c47354306fb5b9', 'commit', 2, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 120);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 20, '\x3db036f962164f1b9809beefe957ebe3', 'commit', 2, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-27 13:46:22.152053+00', 1, 120);


--
-- Data for Name: orphan_objects; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.orphan_objects VALUES ('c4ca4238a0b923820dcc509a6f75849b', '2026-11-27 13:46:22.152053+00', false, 'did:plc:account1', 1000);
INSERT INTO public.orphan_objects VALUES ('c81e728d9d4c2f636f067f89cc14862c', '2026-11-27 13:46:22.152053+00', false, 'did:plc:account1', 1000);
INSERT INTO public.orphan_objects VALUES ('eccbc87e4b5ce2fe28308fd9f2a7baf3', '2026-11-27 13:46:22.152053+00', true, 'did:plc:account1', 1000);
INSERT INTO public.orphan_objects VALUES ('a87ff679a2f3e71d9181a67b7542122c', '2026-11-27 13:46:22.152053+00', true, NULL, NULL);


--
-- Data for Name: package_claims; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.package_claims VALUES ('did:plc:account1', 'device1', 0, '\x01', '{"2026-11-27 13:46:22.152053+00","2026-11-27 13:46:22.152053+00"}', '2026-11-27 14:46:22.152053+00');
INSERT INTO public.package_claims VALUES ('did:plc:account2', 'device1', 0, '\x01', '{"2026-11-27 13:46:22.152053+00","2026-11-27 13:46:22.152053+00"}', '2026-11-27 14:46:22.152053+00');
INSERT INTO public.package_claims VALUES ('did:plc:account3', 'device1', 0, '\x01', '{"2026-11-27 13:46:22.152053+00","2026-11-27 13:46:22.152053+00"}', '2026-11-27 14:46:22.152053+00');
INSERT INTO public.package_claims VALUES ('did:plc:account4', 'device1', 0, '\x01', '{"2026-11-27 13:46:22.152053+00","2026-11-27 13:46:22.152053+00"}', '2026-11-27 14:46:22.152053+00');
INSERT INTO public.package_claims VALUES ('did:plc:account1', 'device2', 0, '\x01', '{"2026-11-27 13:46:22.152053+00","2026-11-27 13:46:22.152053+00"}', '2026-11-27 14:46:22.152053+00');
INSERT INTO public.package_claims VALUES ('did:plc:account2', 'device2', 0, '\x01', '{"2026-11-27 13:46:22.152053+00","2026-11-27 13:46:22.152053+00"}', '2026-11-27 14:46:22.152053+00');
INSERT INTO public.package_claims VALUES ('did:plc:account3', 'device2', 0, '\x01', '{"2026-11-27 13:46:22.152053+00","2026-11-27 13:46:22.152053+00"}', '2026-11-27 14:46:22.152053+00');
INSERT INTO public.package_claims VALUES ('did:plc:account4', 'device2', 0, '\x01', '{"2026-11-27 13:46:22.152053+00","2026-11-27 13:46:22.152053+00"}', '2026-11-27 14:46:22.152053+00');
INSERT INTO public.package_claims VALUES ('did:plc:account1', 'device1', 1, '\x', '{"2026-11-27 13:46:22.152053+00","2026-11-27 13:46:22.152053+00"}', '2026-11-27 14:46:22.152053+00');
INSERT INTO public.package_claims VALUES ('did:plc:account2', 'device1', 1, '\x', '{"2026-11-27 13:46:22.152053+00","2026-11-27 13:46:22.152053+00"}', '2026-11-27 14:46:22.152053+00');
INSERT INTO public.package_claims VALUES ('did:plc:account3', 'device1', 1, '\x', '{"2026-11-27 13:46:22.152053+00","2026-11-27 13:46:22.152053+00"}', '2026-11-27 14:46:22.152053+00');
INSERT INTO public.package_claims VALUES ('did:plc:account4', 'device1', 1, '\x', '{"2026-11-27 13:46:22.152053+00","2026-11-27 13:46:22.152053+00"}', '2026-11-27 14:46:22.152053+00');
INSERT INTO public.package_claims VALUES ('did:plc:account1', 'device2', 1, '\x', '{"2026-11-27 13:46:22.152053+00","2026-11-27 13:46:22.152053+00"}', '2026-11-27 14:46:22.152053+00');
INSERT INTO public.package_claims VALUES ('did:plc:account2', 'device2', 1, '\x', '{"2026-11-27 13:46:22.152053+00","2026-11-27 13:46:22.152053+00"}', '2026-11-27 14:46:22.152053+00');
INSERT INTO public.package_claims VALUES ('did:plc:account3', 'device2', 1, '\x', '{"2026-11-27 13:46:22.152053+00","2026-11-27 13:46:22.152053+00"}', '2026-11-27 14:46:22.152053+00');
INSERT INTO public.package_claims VALUES ('did:plc:account4', 'device2', 1, '\x', '{"2026-11-27 13:46:22.152053+00","2026-11-27 13:46:22.152053+00"}', '2026-11-27 14:46:22.152053+00');


--
-- Data for Name: read_positions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.read_positions VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 7, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.read_positions VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 7, '2026-11-27 13:46:22.152053+00');


--
-- Data for Name: rejoin_requests; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.rejoin_requests VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.rejoin_requests VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 'lost-state', NULL, '2026-11-27 13:46:22.152053+00');


--
-- Data for Name: removed_messages; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x28f8ee912cc6d36b', 1);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x3d6980a210cfc212', 1);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x5f6844e280bf9d66', 1);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x0b5740e855bc3a7c', 1);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x3b57845d814d97dc', 1);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x650b1595096f76a5', 2);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x31270aa70d3a8431', 2);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x2f17f59ec6945bed', 2);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xc0be3dce298601ee', 2);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x17584fd007124924', 2);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x84e01857faafeb97', 3);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x5b7578b699f10819', 3);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xc0c63464b4db36c3', 3);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x176d11067c084931', 3);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x072426348c25b396', 3);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x44a9893b80ef6abe', 4);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xec3d211974b73fb3', 4);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x593762a27761da3a', 4);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x0dc80635feea3602', 4);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xb27454234e34f186', 4);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x6d6245db3bd1eb2e', 5);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x87d242076c966c9e', 5);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xb423371412fc40cc', 5);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xf5cf2b2d1b28149d', 5);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xf0d84cc99d86f700', 5);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xe553dc01b45f0772', 6);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x4017acd709d25c02', 6);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x3cb859701aa8de97', 6);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x39e31bdcac3c631e', 6);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x96d0d983d1fb81e5', 6);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x6bbe7d8dc407a83f', 7);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x2e9724c6a7c83196', 7);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x69ab16db0b623a2b', 7);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x275ed4584f83278b', 7);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x6d36cac3507beb23', 7);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x8d6a46200f6807be', 8);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x7353c1d3b23c793b', 8);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x6cdab9ffbfc35edf', 8);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x510740df8aaa8c8f', 8);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xd58f3cee8330884c', 8);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x663c2e58dd50a61b', 9);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x2cbf153ba426cbd7', 9);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x2fbc696005ecf931', 9);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x03f856efe27bb527', 9);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xdaa8820aa3ebe318', 9);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x7cf4613e15028637', 10);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xf31a71da1854c610', 10);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xb1cdd8ed6919b3d6', 10);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x5933a6e734b3b58b', 10);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xc703a646cecb8a0f', 10);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xf4eba6a4643cc481', 11);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x6796a716f346f3a4', 11);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x36826c70cd3c7c50', 11);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x7e122b76e1ebd472', 11);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x866f351f8c53b047', 11);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xafab396bd5d84220', 12);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x6efb5fa8e0db2d4b', 12);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xc8da248019102150', 12);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x0b36627d8e6c29aa', 12);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x6bf6b1f1edc9e569', 12);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xc5e5a62098fc1b6d', 13);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x447ed7c3cfd0ba73', 13);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x62aef3e72b4de6e5', 13);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x06701ed4b07eb2c7', 13);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xde433d07a8428ee1', 13);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x300258181545d743', 14);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x89966c6c4fb1b2c3', 14);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x228c61978d44eb54', 14);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x0d8ac73ca686ab3d', 14);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xb8fe3e370d14e9bc', 14);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x37dcb47547042f4a', 15);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x62275c55515f0775', 15);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xdb3a0d23bf2273c9', 15);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x9f5fd9d86bb57a42', 15);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xc32f1642e8d5f2e7', 15);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x33c3d90bcf73a9f5', 16);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xd6c5cee737687f18', 16);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x6ce9dfe7b1368f86', 16);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xab472724907c4916', 16);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xd94bf4cd1a80825e', 16);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x328bddeb0c4b0df9', 17);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x0e07f766c7cbdf42', 17);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x7df1e715af167c9d', 17);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x6f0a028104e0fc60', 17);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x8d91a992563dd117', 17);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x4c9a33a74396472e', 18);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x8f1170c71958a720', 18);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xbd5256f32ad97d18', 18);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x1e41148d7514ae96', 18);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x23d30f0b2ff59908', 18);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x6be4476ca38c8a22', 19);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xdc819c7db4d793fc', 19);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x95edb01261a5bfa3', 19);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x6c48505483873618', 19);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x9879135015f09894', 19);
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xd57d535451d52345', 20);
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xfe287b3c8fcbe794', 20);
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xa93284dde3dc48a4', 20);
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x4d4d5241e8dc31a3', 20);
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x3511af4bb6023b0b', 20);


--
-- Data for Name: tickets; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.tickets VALUES ('\x6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b', 'did:plc:account1', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.tickets VALUES ('\xd4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35', 'did:plc:account1', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.tickets VALUES ('\x4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce', 'did:plc:account1', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.tickets VALUES ('\x4b227777d4dd1fc61c6f884f48641d02b4d121d3fd328cb08b5531fcacdabf8a', 'did:plc:account1', NULL, '2026-11-27 13:46:22.152053+00');


--
-- Data for Name: welcome_recipients; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-27 13:46:22.152053+00');
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

INSERT INTO public.welcomes VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 0, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcomes VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 0, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcomes VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 0, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcomes VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 0, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcomes VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 0, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcomes VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcomes VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcomes VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcomes VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcomes VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-27 13:46:22.152053+00');
INSERT INTO public.welcomes VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 9, 9, '\x78', NULL, '2026-11-27 13:46:22.152053+00');


--
-- Name: goose_db_version_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.goose_db_version_id_seq', 2, true);


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


