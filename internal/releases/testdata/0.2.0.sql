-- 632b45a90607d2f5d47f02aeeb1d0fdbb1a62df51d7d3d81221a0238e1ecd85b
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
-- Name: health_wait(integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.health_wait(pid integer) RETURNS text
    LANGUAGE sql
    AS $_$SELECT coalesce(a.wait_event, '') FROM pg_stat_activity a WHERE a.pid = $1 AND a.state = 'active'$_$;


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
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    IF has_function_privilege(to_regprocedure('pg_control_system()'), 'EXECUTE') THEN
        RETURN (SELECT system_identifier FROM pg_control_system());
    END IF;
    RETURN -(to_regclass('log_generation')::oid::bigint);
END $$;


--
-- Name: log_timeline(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.log_timeline() RETURNS bigint
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF has_function_privilege(to_regprocedure('pg_current_wal_lsn()'), 'EXECUTE')
        AND has_function_privilege(to_regprocedure('pg_walfile_name(pg_lsn)'), 'EXECUTE') THEN
        RETURN ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint;
    END IF;
    RETURN 0;
END $$;


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
-- Name: account_states; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.account_states (
    did text NOT NULL COLLATE pg_catalog."C",
    suspended_at timestamp with time zone,
    host_status text COLLATE pg_catalog."C",
    host_status_at timestamp with time zone,
    erase_at timestamp with time zone,
    erasing boolean DEFAULT false NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT account_states_check CHECK (((NOT erasing) OR (erase_at IS NOT NULL))),
    CONSTRAINT account_states_check1 CHECK (((host_status IS NULL) = (host_status_at IS NULL))),
    CONSTRAINT account_states_check2 CHECK (((suspended_at IS NOT NULL) OR (host_status IS NOT NULL) OR (erase_at IS NOT NULL))),
    CONSTRAINT account_states_host_status_check CHECK ((host_status = ANY (ARRAY['deactivated'::text, 'suspended'::text, 'takendown'::text, 'deleted'::text])))
);


--
-- Name: account_states_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.account_states_version (
    only_row boolean DEFAULT true NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT account_states_version_only_row_check CHECK (only_row)
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
-- Name: admin_audit; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.admin_audit (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL COLLATE pg_catalog."C",
    action text NOT NULL COLLATE pg_catalog."C",
    subject bytea
);


--
-- Name: admin_audit_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.admin_audit ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.admin_audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
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
-- Name: contact_preferences; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.contact_preferences (
    did text NOT NULL COLLATE pg_catalog."C",
    allow_incoming text DEFAULT 'all'::text NOT NULL COLLATE pg_catalog."C",
    accept_from text DEFAULT 'known'::text NOT NULL COLLATE pg_catalog."C",
    allow_group_invites text DEFAULT 'all'::text NOT NULL COLLATE pg_catalog."C",
    accept_group_invites_from text DEFAULT 'known'::text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT contact_preferences_accept_from_check CHECK ((accept_from = ANY (ARRAY['all'::text, 'known'::text, 'following'::text, 'nobody'::text]))),
    CONSTRAINT contact_preferences_accept_group_invites_from_check CHECK ((accept_group_invites_from = ANY (ARRAY['all'::text, 'known'::text, 'following'::text, 'nobody'::text]))),
    CONSTRAINT contact_preferences_allow_group_invites_check CHECK ((allow_group_invites = ANY (ARRAY['all'::text, 'following'::text, 'none'::text]))),
    CONSTRAINT contact_preferences_allow_incoming_check CHECK ((allow_incoming = ANY (ARRAY['all'::text, 'following'::text, 'none'::text])))
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
    locked_at timestamp with time zone,
    locked_by_admin boolean DEFAULT false NOT NULL,
    locked_by_operator boolean DEFAULT false NOT NULL,
    add_by text DEFAULT 'membersUpTo50'::text NOT NULL COLLATE pg_catalog."C",
    admins_remove boolean DEFAULT true NOT NULL,
    admins_change_info boolean DEFAULT false NOT NULL,
    admins_make_links boolean DEFAULT true NOT NULL,
    admins_send boolean DEFAULT false NOT NULL,
    epoch_began_at timestamp with time zone DEFAULT now() NOT NULL,
    reserved_for text COLLATE pg_catalog."C",
    reserved_until timestamp with time zone,
    reserved_at timestamp with time zone,
    gen bigint DEFAULT public.log_current_generation() NOT NULL,
    last_pos bigint DEFAULT 0 NOT NULL,
    last_n bigint DEFAULT 0 NOT NULL,
    CONSTRAINT conversations_add_by_check CHECK ((add_by = ANY (ARRAY['membersUpTo50'::text, 'members'::text, 'admins'::text]))),
    CONSTRAINT conversations_check CHECK (((locked_at IS NOT NULL) = (locked_by_admin OR locked_by_operator))),
    CONSTRAINT conversations_convo_id_check CHECK (((octet_length(convo_id) >= 16) AND (octet_length(convo_id) <= 64))),
    CONSTRAINT conversations_epoch_check CHECK ((epoch >= 0)),
    CONSTRAINT conversations_last_seq_check CHECK ((last_seq >= 0))
)
WITH (fillfactor='50');


--
-- Name: convo_blocks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.convo_blocks (
    did text NOT NULL COLLATE pg_catalog."C",
    convo_id bytea NOT NULL
);


--
-- Name: convo_infos; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.convo_infos (
    convo_id bytea NOT NULL,
    version bigint NOT NULL,
    info bytea NOT NULL,
    info_key bytea NOT NULL,
    key_epoch bigint NOT NULL,
    requested_epoch bigint,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT convo_infos_key_epoch_check CHECK ((key_epoch >= 0)),
    CONSTRAINT convo_infos_version_check CHECK ((version > 0))
);
ALTER TABLE ONLY public.convo_infos ALTER COLUMN info SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.convo_infos ALTER COLUMN info_key SET STORAGE EXTERNAL;


--
-- Name: declines; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.declines (
    did text NOT NULL COLLATE pg_catalog."C",
    adder_did text NOT NULL COLLATE pg_catalog."C",
    declined bigint DEFAULT 1 NOT NULL
);


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
-- Name: group_infos; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.group_infos (
    convo_id bytea NOT NULL,
    epoch bigint NOT NULL,
    group_info bytea NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    tree_at bigint,
    tree_change bytea,
    CONSTRAINT group_infos_tree_at_check CHECK ((tree_at > 0))
);
ALTER TABLE ONLY public.group_infos ALTER COLUMN group_info SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.group_infos ALTER COLUMN tree_change SET STORAGE EXTERNAL;


--
-- Name: health_writes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.health_writes (
    only_row boolean DEFAULT true NOT NULL,
    written_at timestamp with time zone NOT NULL,
    CONSTRAINT health_writes_only_row_check CHECK (only_row)
);


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
-- Name: join_links; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.join_links (
    convo_id bytea NOT NULL,
    code_hash bytea NOT NULL,
    maker_did text NOT NULL COLLATE pg_catalog."C",
    join_rule text NOT NULL COLLATE pg_catalog."C",
    require_approval boolean NOT NULL,
    expires_at timestamp with time zone,
    max_uses bigint,
    uses bigint DEFAULT 0 NOT NULL,
    preview bytea,
    created_at timestamp with time zone NOT NULL,
    disabled_at timestamp with time zone,
    CONSTRAINT join_links_join_rule_check CHECK ((join_rule = ANY (ARRAY['anyone'::text, 'followedByAdmin'::text]))),
    CONSTRAINT join_links_max_uses_check CHECK ((max_uses > 0))
);
ALTER TABLE ONLY public.join_links ALTER COLUMN preview SET STORAGE EXTERNAL;


--
-- Name: join_requests; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.join_requests (
    convo_id bytea NOT NULL,
    did text NOT NULL COLLATE pg_catalog."C",
    code_hash bytea NOT NULL,
    state text NOT NULL COLLATE pg_catalog."C",
    since timestamp with time zone NOT NULL,
    CONSTRAINT join_requests_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'approved'::text, 'rejected'::text])))
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
    role text DEFAULT 'member'::text NOT NULL COLLATE pg_catalog."C",
    accepted_at timestamp with time zone,
    joined_n bigint NOT NULL,
    joined_gen bigint NOT NULL,
    joined_pos bigint NOT NULL,
    left_n bigint,
    left_gen bigint,
    left_pos bigint,
    consent text DEFAULT 'accepted'::text NOT NULL COLLATE pg_catalog."C",
    told_seq bigint,
    told_n bigint,
    told_gen bigint,
    told_pos bigint,
    added_by text COLLATE pg_catalog."C",
    by_link boolean DEFAULT false NOT NULL,
    listed boolean DEFAULT false NOT NULL,
    quiet_since timestamp with time zone DEFAULT 'infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT memberships_check CHECK ((left_seq >= joined_seq)),
    CONSTRAINT memberships_check1 CHECK (((NOT pending_removal) OR (left_seq IS NOT NULL))),
    CONSTRAINT memberships_check2 CHECK (((left_seq IS NULL) = (left_at IS NULL))),
    CONSTRAINT memberships_consent_check CHECK ((consent = ANY (ARRAY['accepted'::text, 'request'::text, 'hidden'::text]))),
    CONSTRAINT memberships_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'member'::text])))
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
-- Name: quiet_place; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.quiet_place (
    only_row boolean DEFAULT true NOT NULL,
    gen bigint NOT NULL,
    pos bigint NOT NULL,
    CONSTRAINT quiet_place_only_row_check CHECK (only_row)
);


--
-- Name: read_positions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.read_positions (
    convo_id bytea NOT NULL,
    did text NOT NULL COLLATE pg_catalog."C",
    seq bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    muted boolean DEFAULT false NOT NULL,
    archived boolean DEFAULT false NOT NULL,
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
-- Name: relay_cursors; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.relay_cursors (
    relay text NOT NULL COLLATE pg_catalog."C",
    seq bigint DEFAULT '-1'::integer NOT NULL,
    holder uuid,
    held_until timestamp with time zone,
    CONSTRAINT relay_cursors_check CHECK (((holder IS NULL) = (held_until IS NULL)))
);


--
-- Name: removed_messages; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.removed_messages (
    convo_id bytea NOT NULL,
    id_hash bytea NOT NULL,
    seq bigint NOT NULL,
    removed_at timestamp with time zone DEFAULT now() NOT NULL
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
    forward_after timestamp with time zone,
    forward_attempts bigint DEFAULT 0 NOT NULL,
    forwarded_at timestamp with time zone,
    forwarded_id bigint,
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
-- Name: schema_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.schema_migrations (
    version bigint NOT NULL,
    applied_at timestamp with time zone NOT NULL,
    postgres bigint NOT NULL,
    shape text NOT NULL
);


--
-- Name: schema_needs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.schema_needs (
    only_row boolean DEFAULT true NOT NULL,
    migration bigint NOT NULL,
    CONSTRAINT schema_needs_only_row_check CHECK (only_row)
);


--
-- Name: stranger_allowances; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.stranger_allowances (
    did text NOT NULL COLLATE pg_catalog."C",
    amount bigint NOT NULL,
    CONSTRAINT stranger_allowances_amount_check CHECK ((amount > 0))
);


--
-- Name: strangers_asked; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.strangers_asked (
    did text NOT NULL COLLATE pg_catalog."C",
    stranger bytea NOT NULL,
    asked_at timestamp with time zone NOT NULL
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
-- Name: trees; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.trees (
    convo_id bytea NOT NULL,
    tree bytea NOT NULL
);
ALTER TABLE ONLY public.trees ALTER COLUMN tree SET STORAGE EXTERNAL;


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

INSERT INTO public.account_keys VALUES ('did:plc:account1', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account2', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account3', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account4', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account5', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account6', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account7', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account8', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account9', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account10', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account11', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account12', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account13', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account14', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account15', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account16', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account17', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account18', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account19', 'zkey', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_keys VALUES ('did:plc:account20', 'zkey', '2026-11-28 08:12:55.684748+00');


--
-- Data for Name: account_origins; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.account_origins VALUES ('did:plc:account1', 'pds.example', '2026-11-28 08:12:55.684748+00', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_origins VALUES ('did:plc:account2', 'pds.example', '2026-11-28 08:12:55.684748+00', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.account_origins VALUES ('did:plc:account3', 'pds.example', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.account_origins VALUES ('did:plc:account4', 'pds.example', '2026-11-28 08:12:55.684748+00', NULL);


--
-- Data for Name: account_states; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.account_states VALUES ('did:plc:account4', '2026-11-28 08:12:55.684748+00', NULL, NULL, NULL, false, 1);
INSERT INTO public.account_states VALUES ('did:plc:deleted', NULL, 'deleted', '2026-11-28 08:12:55.684748+00', '2026-12-05 08:12:55.684748+00', false, 2);


--
-- Data for Name: account_states_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.account_states_version VALUES (true, 2);


--
-- Data for Name: accounts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.accounts VALUES ('did:plc:account1', '2026-11-28 08:12:55.684748+00', 0, 1, 0, 0);
INSERT INTO public.accounts VALUES ('did:plc:account2', '2026-11-28 08:12:55.684748+00', 0, 1, 0, 0);
INSERT INTO public.accounts VALUES ('did:plc:account3', '2026-11-28 08:12:55.684748+00', 0, 1, 0, 0);
INSERT INTO public.accounts VALUES ('did:plc:account4', '2026-11-28 08:12:55.684748+00', 0, 1, 0, 0);


--
-- Data for Name: admin_audit; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.admin_audit OVERRIDING SYSTEM VALUE VALUES (1, '2026-11-28 08:12:55.684748+00', 'root', 'account suspend', '\xd5015eed6aba2bd470c22d6113693aec5b6f63c1c7c14251000f6c2e26c14a17');
INSERT INTO public.admin_audit OVERRIDING SYSTEM VALUE VALUES (2, '2026-11-28 08:12:55.684748+00', 'root', 'account suspend', '\xd4ac180c5e82ffeca9efe18b34118b5cb9f85fa0ee20c045df25034c50629198');
INSERT INTO public.admin_audit OVERRIDING SYSTEM VALUE VALUES (3, '2026-11-28 08:12:55.684748+00', 'root', 'account suspend', '\xcb473c579a0982cf16d72b1b9a1afaee19f56cdaac6bcc49cdb2a96cedb4ee81');
INSERT INTO public.admin_audit OVERRIDING SYSTEM VALUE VALUES (4, '2026-11-28 08:12:55.684748+00', 'root', 'account suspend', '\x7310cc378b154129ad0eeb9affd04e7ec1f6ed3ce2f8014c51332f0ac927208f');


--
-- Data for Name: blobs; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.blobs VALUES ('did:plc:account1', 'bafkreic4ca4238a0b923820dcc509a6f75849b', 'b41b7d0929fa5a77668a205b0d0802df', 1000, 'application/octet-stream', '2026-11-28 08:12:55.684748+00', false);
INSERT INTO public.blobs VALUES ('did:plc:account2', 'bafkreic4ca4238a0b923820dcc509a6f75849b', '16a56f84e71f639caf93e52a51abbf18', 1000, 'application/octet-stream', '2026-11-28 08:12:55.684748+00', false);
INSERT INTO public.blobs VALUES ('did:plc:account3', 'bafkreic4ca4238a0b923820dcc509a6f75849b', 'e0ca7c9dfe5480e4c058f04de24655a4', 1000, 'application/octet-stream', '2026-11-28 08:12:55.684748+00', false);
INSERT INTO public.blobs VALUES ('did:plc:account4', 'bafkreic4ca4238a0b923820dcc509a6f75849b', '9a1fde9cce96838c63c5e5a00e3cb3cc', 1000, 'application/octet-stream', '2026-11-28 08:12:55.684748+00', false);
INSERT INTO public.blobs VALUES ('did:plc:account1', 'bafkreic81e728d9d4c2f636f067f89cc14862c', '08a8473e24b9c8d1e509cbf787a44aff', 1000, 'application/octet-stream', '2026-11-28 08:12:55.684748+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account2', 'bafkreic81e728d9d4c2f636f067f89cc14862c', '0cc60aff4fcfd64b0e5d6eae8925d62d', 1000, 'application/octet-stream', '2026-11-28 08:12:55.684748+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account3', 'bafkreic81e728d9d4c2f636f067f89cc14862c', '43122850fca4ddb0efab71e567907676', 1000, 'application/octet-stream', '2026-11-28 08:12:55.684748+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account4', 'bafkreic81e728d9d4c2f636f067f89cc14862c', '6d87b84bfce2c053c42aec7e27b7cf30', 1000, 'application/octet-stream', '2026-11-28 08:12:55.684748+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account1', 'bafkreieccbc87e4b5ce2fe28308fd9f2a7baf3', 'f131507ed37a552172e1fc383f6952c5', 1000, 'application/octet-stream', '2026-11-28 08:12:55.684748+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account2', 'bafkreieccbc87e4b5ce2fe28308fd9f2a7baf3', 'ebbee208febfaf720643d2dd05bd3996', 1000, 'application/octet-stream', '2026-11-28 08:12:55.684748+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account3', 'bafkreieccbc87e4b5ce2fe28308fd9f2a7baf3', '419779f182212c0e5a2bf72da6a7f496', 1000, 'application/octet-stream', '2026-11-28 08:12:55.684748+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account4', 'bafkreieccbc87e4b5ce2fe28308fd9f2a7baf3', 'b81a764c8d103928b2a32db9efa2d990', 1000, 'application/octet-stream', '2026-11-28 08:12:55.684748+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account1', 'bafkreia87ff679a2f3e71d9181a67b7542122c', '773e42ddcb5d8d1986ccdb12e1a48cbf', 1000, 'application/octet-stream', '2026-11-28 08:12:55.684748+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account2', 'bafkreia87ff679a2f3e71d9181a67b7542122c', '0c3ce914823a55585b1fa0644fe6a181', 1000, 'application/octet-stream', '2026-11-28 08:12:55.684748+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account3', 'bafkreia87ff679a2f3e71d9181a67b7542122c', '0150e7f16af390d281ee02b6224cb42f', 1000, 'application/octet-stream', '2026-11-28 08:12:55.684748+00', true);
INSERT INTO public.blobs VALUES ('did:plc:account4', 'bafkreia87ff679a2f3e71d9181a67b7542122c', '99589b0ffb97bc1869039fd0a14e49e7', 1000, 'application/octet-stream', '2026-11-28 08:12:55.684748+00', true);


--
-- Data for Name: blocks; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.blocks VALUES ('did:plc:account1', 'did:plc:blocked1', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.blocks VALUES ('did:plc:account2', 'did:plc:blocked1', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.blocks VALUES ('did:plc:account3', 'did:plc:blocked1', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.blocks VALUES ('did:plc:account4', 'did:plc:blocked1', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.blocks VALUES ('did:plc:account1', 'did:plc:blocked2', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.blocks VALUES ('did:plc:account2', 'did:plc:blocked2', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.blocks VALUES ('did:plc:account3', 'did:plc:blocked2', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.blocks VALUES ('did:plc:account4', 'did:plc:blocked2', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.blocks VALUES ('did:plc:account1', 'did:plc:blocked3', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.blocks VALUES ('did:plc:account2', 'did:plc:blocked3', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.blocks VALUES ('did:plc:account3', 'did:plc:blocked3', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.blocks VALUES ('did:plc:account4', 'did:plc:blocked3', '2026-11-28 08:12:55.684748+00');


--
-- Data for Name: commit_failures; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.commit_failures VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, 'did:plc:account1', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, 'did:plc:account1', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 'did:plc:account1', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, 'did:plc:account1', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, 'did:plc:account1', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, 'did:plc:account2', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, 'did:plc:account2', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 'did:plc:account2', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, 'did:plc:account2', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, 'did:plc:account2', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, 'did:plc:account3', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, 'did:plc:account3', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 'did:plc:account3', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, 'did:plc:account3', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, 'did:plc:account3', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, 'did:plc:account4', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, 'did:plc:account4', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 'did:plc:account4', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, 'did:plc:account4', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.commit_failures VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, 'did:plc:account4', '2026-11-28 08:12:55.684748+00', NULL);


--
-- Data for Name: contact_preferences; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.contact_preferences VALUES ('did:plc:account1', 'all', 'nobody', 'all', 'known');
INSERT INTO public.contact_preferences VALUES ('did:plc:account2', 'all', 'nobody', 'all', 'known');
INSERT INTO public.contact_preferences VALUES ('did:plc:account3', 'all', 'nobody', 'all', 'known');
INSERT INTO public.contact_preferences VALUES ('did:plc:account4', 'all', 'nobody', 'all', 'known');


--
-- Data for Name: conversations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.conversations VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 1, 2, 20, 0, NULL, NULL, '2026-11-28 08:12:55.684748+00', NULL, '2026-11-28 08:12:55.684748+00', NULL, NULL, false, false, 'membersUpTo50', true, false, true, false, '2026-11-28 08:12:55.684748+00', NULL, NULL, NULL, 1, 0, 0);
INSERT INTO public.conversations VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 1, 2, 20, 0, NULL, NULL, '2026-11-28 08:12:55.684748+00', NULL, '2026-11-28 08:12:55.684748+00', NULL, NULL, false, false, 'membersUpTo50', true, false, true, false, '2026-11-28 08:12:55.684748+00', NULL, NULL, NULL, 1, 0, 0);
INSERT INTO public.conversations VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 1, 2, 20, 0, NULL, NULL, '2026-11-28 08:12:55.684748+00', NULL, '2026-11-28 08:12:55.684748+00', NULL, NULL, false, false, 'membersUpTo50', true, false, true, false, '2026-11-28 08:12:55.684748+00', NULL, NULL, NULL, 1, 0, 0);
INSERT INTO public.conversations VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 1, 2, 20, 0, NULL, NULL, '2026-11-28 08:12:55.684748+00', NULL, '2026-11-28 08:12:55.684748+00', '2026-11-28 08:12:55.684748+00', NULL, false, false, 'membersUpTo50', true, false, true, false, '2026-11-28 08:12:55.684748+00', NULL, NULL, NULL, 1, 0, 0);
INSERT INTO public.conversations VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 1, 2, 20, 0, NULL, NULL, '2026-11-28 08:12:55.684748+00', NULL, '2026-11-28 08:12:55.684748+00', '2026-11-28 08:12:55.684748+00', NULL, false, false, 'membersUpTo50', true, false, true, false, '2026-11-28 08:12:55.684748+00', NULL, NULL, NULL, 1, 0, 0);
INSERT INTO public.conversations VALUES ('\x349e686330723975502e9ef4f939a5ac', 'did:plc:account1', 1, 0, 0, 0, NULL, NULL, '2026-11-28 08:12:55.684748+00', NULL, '2026-11-28 08:12:55.684748+00', NULL, NULL, false, false, 'membersUpTo50', true, false, true, false, '2026-11-28 08:12:55.684748+00', NULL, NULL, NULL, 1, 0, 0);


--
-- Data for Name: convo_blocks; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.convo_blocks VALUES ('did:plc:account1', '\xc4ca4238a0b923820dcc509a6f75849b');
INSERT INTO public.convo_blocks VALUES ('did:plc:account1', '\xc81e728d9d4c2f636f067f89cc14862c');
INSERT INTO public.convo_blocks VALUES ('did:plc:account1', '\xeccbc87e4b5ce2fe28308fd9f2a7baf3');
INSERT INTO public.convo_blocks VALUES ('did:plc:account1', '\xa87ff679a2f3e71d9181a67b7542122c');


--
-- Data for Name: convo_infos; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.convo_infos VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', 2, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.convo_infos VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', 2, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.convo_infos VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', 2, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.convo_infos VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', 2, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.convo_infos VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', 2, NULL, '2026-11-28 08:12:55.684748+00');


--
-- Data for Name: declines; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.declines VALUES ('did:plc:account1', 'did:plc:account1', 1);
INSERT INTO public.declines VALUES ('did:plc:account2', 'did:plc:account1', 1);
INSERT INTO public.declines VALUES ('did:plc:account3', 'did:plc:account1', 1);
INSERT INTO public.declines VALUES ('did:plc:account4', 'did:plc:account1', 1);


--
-- Data for Name: devices; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.devices VALUES ('did:plc:account1', 'device1', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account2', 'device1', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account3', 'device1', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account4', 'device1', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account1', 'device2', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account2', 'device2', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account3', 'device2', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.devices VALUES ('did:plc:account4', 'device2', '2026-11-28 08:12:55.684748+00', NULL);


--
-- Data for Name: events; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.events VALUES (1, 101, '\xc4ca4238a0b923820dcc509a6f75849b', 1, 1, 'membership', '\xc4ca4238a0b923820dcc509a6f75849b', NULL, 1, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 101, '\xc81e728d9d4c2f636f067f89cc14862c', 1, 1, 'membership', '\xc81e728d9d4c2f636f067f89cc14862c', NULL, 1, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 101, '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 1, 'membership', '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', NULL, 1, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 101, '\xa87ff679a2f3e71d9181a67b7542122c', 1, 1, 'membership', '\xa87ff679a2f3e71d9181a67b7542122c', NULL, 1, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 101, '\xe4da3b7fbbce2345d7772b0674a318d5', 1, 1, 'membership', '\xe4da3b7fbbce2345d7772b0674a318d5', NULL, 1, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 102, '\xc4ca4238a0b923820dcc509a6f75849b', 2, 2, 'membership', '\xc4ca4238a0b923820dcc509a6f75849b', NULL, 2, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 102, '\xc81e728d9d4c2f636f067f89cc14862c', 2, 2, 'membership', '\xc81e728d9d4c2f636f067f89cc14862c', NULL, 2, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 102, '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 2, 2, 'membership', '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', NULL, 2, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 102, '\xa87ff679a2f3e71d9181a67b7542122c', 2, 2, 'membership', '\xa87ff679a2f3e71d9181a67b7542122c', NULL, 2, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 102, '\xe4da3b7fbbce2345d7772b0674a318d5', 2, 2, 'membership', '\xe4da3b7fbbce2345d7772b0674a318d5', NULL, 2, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 103, '\xc4ca4238a0b923820dcc509a6f75849b', 3, 3, 'membership', '\xc4ca4238a0b923820dcc509a6f75849b', NULL, 3, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 103, '\xc81e728d9d4c2f636f067f89cc14862c', 3, 3, 'membership', '\xc81e728d9d4c2f636f067f89cc14862c', NULL, 3, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 103, '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 3, 3, 'membership', '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', NULL, 3, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 103, '\xa87ff679a2f3e71d9181a67b7542122c', 3, 3, 'membership', '\xa87ff679a2f3e71d9181a67b7542122c', NULL, 3, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 103, '\xe4da3b7fbbce2345d7772b0674a318d5', 3, 3, 'membership', '\xe4da3b7fbbce2345d7772b0674a318d5', NULL, 3, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 104, '\xc4ca4238a0b923820dcc509a6f75849b', 4, 4, 'membership', '\xc4ca4238a0b923820dcc509a6f75849b', NULL, 4, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 104, '\xc81e728d9d4c2f636f067f89cc14862c', 4, 4, 'membership', '\xc81e728d9d4c2f636f067f89cc14862c', NULL, 4, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 104, '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 4, 4, 'membership', '\xeccbc87e4b5ce2fe28308fd9f2a7baf3', NULL, 4, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 104, '\xa87ff679a2f3e71d9181a67b7542122c', 4, 4, 'membership', '\xa87ff679a2f3e71d9181a67b7542122c', NULL, 4, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 104, '\xe4da3b7fbbce2345d7772b0674a318d5', 4, 4, 'membership', '\xe4da3b7fbbce2345d7772b0674a318d5', NULL, 4, '{"did": "did:plc:account1", "epoch": 1, "action": "joined"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 101, '\xd5015eed6aba2bd470c22d6113693a', 0, 1, 'read', NULL, 'did:plc:account1', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 101, '\xd4ac180c5e82ffeca9efe18b34118b', 0, 1, 'read', NULL, 'did:plc:account2', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 101, '\xcb473c579a0982cf16d72b1b9a1afa', 0, 1, 'read', NULL, 'did:plc:account3', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 101, '\x7310cc378b154129ad0eeb9affd04e', 0, 1, 'read', NULL, 'did:plc:account4', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 102, '\xd5015eed6aba2bd470c22d6113693a', 0, 2, 'read', NULL, 'did:plc:account1', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 102, '\xd4ac180c5e82ffeca9efe18b34118b', 0, 2, 'read', NULL, 'did:plc:account2', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 102, '\xcb473c579a0982cf16d72b1b9a1afa', 0, 2, 'read', NULL, 'did:plc:account3', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 102, '\x7310cc378b154129ad0eeb9affd04e', 0, 2, 'read', NULL, 'did:plc:account4', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 103, '\xd5015eed6aba2bd470c22d6113693a', 0, 3, 'read', NULL, 'did:plc:account1', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 103, '\xd4ac180c5e82ffeca9efe18b34118b', 0, 3, 'read', NULL, 'did:plc:account2', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 103, '\xcb473c579a0982cf16d72b1b9a1afa', 0, 3, 'read', NULL, 'did:plc:account3', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 103, '\x7310cc378b154129ad0eeb9affd04e', 0, 3, 'read', NULL, 'did:plc:account4', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 104, '\xd5015eed6aba2bd470c22d6113693a', 0, 4, 'read', NULL, 'did:plc:account1', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 104, '\xd4ac180c5e82ffeca9efe18b34118b', 0, 4, 'read', NULL, 'did:plc:account2', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 104, '\xcb473c579a0982cf16d72b1b9a1afa', 0, 4, 'read', NULL, 'did:plc:account3', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.events VALUES (1, 104, '\x7310cc378b154129ad0eeb9affd04e', 0, 4, 'read', NULL, 'did:plc:account4', NULL, '{"seq": 1, "convoId": "00"}', '2026-11-28 08:12:55.684748+00');


--
-- Data for Name: group_infos; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.group_infos VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', 150, NULL);
INSERT INTO public.group_infos VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', 150, NULL);
INSERT INTO public.group_infos VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', 150, NULL);
INSERT INTO public.group_infos VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', 150, NULL);
INSERT INTO public.group_infos VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', 150, NULL);
INSERT INTO public.group_infos VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', 150, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.group_infos VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', 150, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.group_infos VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', 150, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.group_infos VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', 150, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.group_infos VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', 150, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.group_infos VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 2, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', 150, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.group_infos VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 2, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', 150, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.group_infos VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 2, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', 150, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.group_infos VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 2, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', 150, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.group_infos VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 2, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', 150, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab');


--
-- Data for Name: health_writes; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.health_writes VALUES (true, '2026-11-28 08:12:55.236651+00');


--
-- Data for Name: idempotency_records; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.idempotency_records VALUES ('\x6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\xd4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\x4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\x4b227777d4dd1fc61c6f884f48641d02b4d121d3fd328cb08b5531fcacdabf8a', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\xef2d127de37b942baad06145e54b0c619a1f22327b2ebbcfbec78f5564afe39d', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\xe7f6c011776e8db7cd330b54174fd76f7d0216b612387a5ffcfb81e6f0919683', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\x7902699be42c8a8e46fbbb4501726517e86b22c56a189f7625a6da49081b2451', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\x2c624232cdd221771294dfbb310aca000a0df6ac8b66b696d90ef06fdefb64a3', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\x19581e27de7ced00ff1ce50b2047e7a567c76b1cbaebabe5ef03f7c3017bb5b7', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\x4a44dc15364204a80fe80e9039455cc1608281820fe2b24f1e5233ade6af1dd5', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\x4fc82b26aecb47d2868c4efbe3581732a3e7cbcc6c2efb32062c08170a05eeb8', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\x6b51d431df5d7f141cbececcf79edf3dd861c3b4069f0b11661a3eefacbba918', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\x3fdba35f04dc8c462986c992bcf875546257113072a909c162f7e470e581e278', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\x8527a891e224136950ff32ca212b45bc93f69fbb801c3b1ebedac52775f99e61', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\xe629fa6598d732768f7c726b4b621285f9c3b85303900aa912017db7617d8bdb', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\xb17ef6d19c7a5b1ee83b907c595526dcb1eb06db8227d650d5dda0a9f4ce8cd9', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\x4523540f1504cd17100c4835e85b7eefd49911580f8efff0599a8f283be6b9e3', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\x4ec9599fc203d176a301536c2e091a19bc852759b255bd6818810a42c5fed14a', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\x9400f1b21cb527d7fa3d3eabba93557a18ebe7a2ca4e471cfe5e4c5b4ca7f767', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.idempotency_records VALUES ('\xf5ca38f748a1d6eaf726b8a42fb575c3c71f1864a8143301782de13da2d9202b', '\x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00');


--
-- Data for Name: join_links; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.join_links VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x7f2a1fccb77f17371c44bbfde93eeebdeb3eb99222cd843b1cc534e727c6522d', 'did:plc:account1', 'anyone', true, '2026-11-28 08:12:55.684748+00', 10, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.join_links VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x4d2e275c0686023d359d36575bd3a1059fc8720efee7e13dc0b49ebdcc547cb5', 'did:plc:account1', 'anyone', true, '2026-11-28 08:12:55.684748+00', 10, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.join_links VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x91cb0704605d9c4345b2f294054965fab83a3b7e1f4c4410974af07b9e0249dc', 'did:plc:account1', 'anyone', true, '2026-11-28 08:12:55.684748+00', 10, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.join_links VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xd9dcc31e9022c3c9e3d297a834f2693bc4ff5e1eee5c9886abfc18ee787923aa', 'did:plc:account1', 'anyone', true, '2026-11-28 08:12:55.684748+00', 10, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.join_links VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x07089a650bc9f3cb95b8ccbef75cb33a77f85e53691e89f8cf1d3215bb28f8a7', 'did:plc:account1', 'anyone', true, '2026-11-28 08:12:55.684748+00', 10, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.join_links VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x580f8bdf7181bcb7b6ea711699fd1baea214c58d0b3deb5ce8a62a93342e3e1b', 'did:plc:account1', 'anyone', true, '2026-11-28 08:12:55.684748+00', 10, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.join_links VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x68d7f950f4c3c374db4ea15852534d7a3bbbd64cc9a82cb1765b0176941ebc2a', 'did:plc:account1', 'anyone', true, '2026-11-28 08:12:55.684748+00', 10, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.join_links VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xc0627ff352c6a89a3bc8b8845f70ad27b9ced49604bf6e7b18dbc473fa2159fb', 'did:plc:account1', 'anyone', true, '2026-11-28 08:12:55.684748+00', 10, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.join_links VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x7bfbbb73f681ea619a0139874d615f7616551399e3be4b8205873288a7aa452b', 'did:plc:account1', 'anyone', true, '2026-11-28 08:12:55.684748+00', 10, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.join_links VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xd31324e4516adfd8eca74ae6089365421470e891a414b987e76fbea66c546b3b', 'did:plc:account1', 'anyone', true, '2026-11-28 08:12:55.684748+00', 10, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', NULL);


--
-- Data for Name: join_requests; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.join_requests VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:asks1', '\x7bfbbb73f681ea619a0139874d615f7616551399e3be4b8205873288a7aa452b', 'rejected', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:asks1', '\x580f8bdf7181bcb7b6ea711699fd1baea214c58d0b3deb5ce8a62a93342e3e1b', 'rejected', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:asks1', '\x4d2e275c0686023d359d36575bd3a1059fc8720efee7e13dc0b49ebdcc547cb5', 'rejected', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:asks1', '\x07089a650bc9f3cb95b8ccbef75cb33a77f85e53691e89f8cf1d3215bb28f8a7', 'rejected', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:asks1', '\x91cb0704605d9c4345b2f294054965fab83a3b7e1f4c4410974af07b9e0249dc', 'rejected', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:asks2', '\x7bfbbb73f681ea619a0139874d615f7616551399e3be4b8205873288a7aa452b', 'pending', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:asks2', '\x580f8bdf7181bcb7b6ea711699fd1baea214c58d0b3deb5ce8a62a93342e3e1b', 'pending', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:asks2', '\x4d2e275c0686023d359d36575bd3a1059fc8720efee7e13dc0b49ebdcc547cb5', 'pending', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:asks2', '\x07089a650bc9f3cb95b8ccbef75cb33a77f85e53691e89f8cf1d3215bb28f8a7', 'pending', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:asks2', '\x91cb0704605d9c4345b2f294054965fab83a3b7e1f4c4410974af07b9e0249dc', 'pending', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:asks3', '\x7bfbbb73f681ea619a0139874d615f7616551399e3be4b8205873288a7aa452b', 'pending', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:asks3', '\x580f8bdf7181bcb7b6ea711699fd1baea214c58d0b3deb5ce8a62a93342e3e1b', 'pending', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:asks3', '\x4d2e275c0686023d359d36575bd3a1059fc8720efee7e13dc0b49ebdcc547cb5', 'pending', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:asks3', '\x07089a650bc9f3cb95b8ccbef75cb33a77f85e53691e89f8cf1d3215bb28f8a7', 'pending', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:asks3', '\x91cb0704605d9c4345b2f294054965fab83a3b7e1f4c4410974af07b9e0249dc', 'pending', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:asks4', '\x7bfbbb73f681ea619a0139874d615f7616551399e3be4b8205873288a7aa452b', 'pending', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:asks4', '\x580f8bdf7181bcb7b6ea711699fd1baea214c58d0b3deb5ce8a62a93342e3e1b', 'pending', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:asks4', '\x4d2e275c0686023d359d36575bd3a1059fc8720efee7e13dc0b49ebdcc547cb5', 'pending', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:asks4', '\x07089a650bc9f3cb95b8ccbef75cb33a77f85e53691e89f8cf1d3215bb28f8a7', 'pending', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.join_requests VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:asks4', '\x91cb0704605d9c4345b2f294054965fab83a3b7e1f4c4410974af07b9e0249dc', 'pending', '2026-11-28 08:12:55.684748+00');


--
-- Data for Name: key_packages; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.key_packages VALUES ('did:plc:account1', '\x152100dafd9ad6d23ad3de8f7402536a4cd6a75d339a9e204a34c79ae5388b77', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\xe502aa9dedab61fca718201e481ff110d0ee0915ad110bc0f073e4d85b469507', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\x6269b3ff919b579d0075ae7c774dd4a09fbb972ac63d1ff8b01fd612e7c26119', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x586a9b35d9d0b282aac8e6ad94f4f00d80c63131582d139c7114bb8bd2ef6b6c', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\xb1004dd8d3ff357663572179c6022cb2cf2ea1e188639909390a088b288df549', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\xdb3a0a41da1bf6bad7484ebfe4086141443a17289706263a9cca8a3047f71e8c', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\xa38d25b7d868c3293ae6e9b3d6a407f1f4d3fc68764c0d8d1cf6491d7b56b4d6', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x62b16a6153b4f4d561f1f29dd876d066ab9404cf0c3e9f52e58ae2304be5cdfe', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', true, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\xff43b524a1acfdd9fdcb77790127985f8f2495bd47f11851c10c923c9090cff1', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', 'did:plc:account1', '\x', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\xd3fa83267976df5877e2700ccf312e62d44cdb38de0e464e9a286755cd007c2d', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', 'did:plc:account1', '\x', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\xa49d1f520289cad513ebbdf384e2a788b633121a489dc7fe864c2666e024f3c9', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', 'did:plc:account1', '\x', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x3d89189185d578e99f34bd94a340761689c243dc680adf6bf5e34b07565b9a80', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', 'did:plc:account1', '\x', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\x5a1c51526b51e1498018c63054fe34d7f288d636043de7369f3773fb669c825f', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', 'did:plc:account1', '\x', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\xf1506a9b8541ef6f02d34e02f5e58992fa391eb318572b3845db724dc482d6d9', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', 'did:plc:account1', '\x', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\x2d78774360f21317628dfdc5d87ccb7a117c235be114647455992fb4f8ecff81', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', 'did:plc:account1', '\x', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x8d4c810161dc9f51c163f23f45a949db84213418c952c5af87a4a30d3b37cb14', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', 'did:plc:account1', '\x', '2026-11-28 08:12:55.684748+00', NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\xa199015e887e9c3cf84cb157b9c884365238ccd655185ea6c3c557ee41fdf322', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\x0c38925e1e35eda6a2f87de89eef6d2dcc47e9491fe1e50d59f375342af72ae4', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\x17cf3f38987001cdaf29365570bc61f6b5b4418c28c41fc8021aeea132c9eef0', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x5a9dadf06136104ad1c2b3974572ed99ed55e640615d1ea5d42f3f84316c3566', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\x87612e166479a82ab1c60aa7aa53bbe8792df1c6dedf8ff47b81eb96fa44f478', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\xc397e0c0d716d663f95dbaf161c585a6aa2baf30ec0af9a587898e2de93da1b9', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\x567610df72f93004103e4ab641d071fbb66dc056a020b957cf2fc7a26d9c0666', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x785ce57142336746d755d2d9986cda2437fcb18528a1ab4b7f2e4db02348b292', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\xd90b1229a698e6837d8a54916dabdd74e1879682224d23b127af8418aaaba799', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\xc4d9cc1ddf99456a08e701ab8462cde5bee6bc6bdc4fd35b05972dc040f22b48', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\xf8114abcb4e7b3b6ad0eda6f278d158b142267d859185ef9dff7de41caaa888e', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x01230b0cbd507ac936921da6f07160a9136a214ca0b595645a679424424e7dc7', 'device1', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account1', '\x56a0a558b5ca32d16d75d2d774e7377cc03736aaf5eb5b39aedbd04a06caa0b7', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account2', '\x8002a9408d08c41bd2e45fe9f29ec71256bab52f48819d68e86d175d0f0ef7b3', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account3', '\x03b8b249de4a24b6d73cf7bc37cfb1d5f7e16f838bfc09d8e0c45d765f2675a0', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, NULL);
INSERT INTO public.key_packages VALUES ('did:plc:account4', '\x82116c926d6f07f957c924c5eb43555f95d29e458f63becf55e6c9695a372139', 'device2', 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', false, NULL, '2026-11-28 08:12:55.684748+00', '2026-12-28 08:12:55.684748+00', NULL, NULL, NULL, NULL);


--
-- Data for Name: lapsed_proposals; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.lapsed_proposals VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 9, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.lapsed_proposals VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 19, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.lapsed_proposals VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 9, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.lapsed_proposals VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 19, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.lapsed_proposals VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 9, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.lapsed_proposals VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 19, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.lapsed_proposals VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 9, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.lapsed_proposals VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 19, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.lapsed_proposals VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 9, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.lapsed_proposals VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 19, '2026-11-28 08:12:55.684748+00');


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

INSERT INTO public.log_generation VALUES (true, 1, '1a3d356f-79fe-46e7-b31d-eaafc8439e7e', NULL, NULL, NULL, 0, '\x', 0, 0, '2026-11-28 08:12:55.236651+00');


--
-- Data for Name: memberships; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.memberships VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 0, '2026-11-28 08:12:55.684748+00', NULL, NULL, false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, NULL, NULL, NULL, 'accepted', NULL, NULL, NULL, NULL, NULL, false, false, 'infinity');
INSERT INTO public.memberships VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 0, '2026-11-28 08:12:55.684748+00', NULL, NULL, false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, NULL, NULL, NULL, 'accepted', NULL, NULL, NULL, NULL, NULL, false, false, 'infinity');
INSERT INTO public.memberships VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 0, '2026-11-28 08:12:55.684748+00', NULL, NULL, false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, NULL, NULL, NULL, 'accepted', NULL, NULL, NULL, NULL, NULL, false, false, 'infinity');
INSERT INTO public.memberships VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 0, '2026-11-28 08:12:55.684748+00', 20, '2026-11-28 08:12:55.684748+00', false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, 4, NULL, NULL, 'accepted', NULL, NULL, NULL, NULL, NULL, false, false, 'infinity');
INSERT INTO public.memberships VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 0, '2026-11-28 08:12:55.684748+00', 20, '2026-11-28 08:12:55.684748+00', false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, 4, NULL, NULL, 'accepted', NULL, NULL, NULL, NULL, NULL, false, false, 'infinity');
INSERT INTO public.memberships VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 0, '2026-11-28 08:12:55.684748+00', 20, '2026-11-28 08:12:55.684748+00', false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, 4, NULL, NULL, 'request', NULL, NULL, NULL, NULL, 'did:plc:account1', false, false, 'infinity');
INSERT INTO public.memberships VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 0, '2026-11-28 08:12:55.684748+00', NULL, NULL, false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, NULL, NULL, NULL, 'request', NULL, NULL, NULL, NULL, 'did:plc:account1', false, false, 'infinity');
INSERT INTO public.memberships VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 0, '2026-11-28 08:12:55.684748+00', NULL, NULL, false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, NULL, NULL, NULL, 'request', NULL, NULL, NULL, NULL, 'did:plc:account1', false, false, 'infinity');
INSERT INTO public.memberships VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 0, '2026-11-28 08:12:55.684748+00', 20, '2026-11-28 08:12:55.684748+00', false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, 4, NULL, NULL, 'request', NULL, NULL, NULL, NULL, 'did:plc:account1', false, false, 'infinity');
INSERT INTO public.memberships VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 0, '2026-11-28 08:12:55.684748+00', NULL, NULL, false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, NULL, NULL, NULL, 'request', NULL, NULL, NULL, NULL, 'did:plc:account1', false, false, 'infinity');
INSERT INTO public.memberships VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 0, '2026-11-28 08:12:55.684748+00', NULL, NULL, false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, NULL, NULL, NULL, 'accepted', NULL, NULL, NULL, NULL, NULL, false, true, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.memberships VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 0, '2026-11-28 08:12:55.684748+00', NULL, NULL, false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, NULL, NULL, NULL, 'accepted', NULL, NULL, NULL, NULL, NULL, false, true, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.memberships VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 0, '2026-11-28 08:12:55.684748+00', NULL, NULL, false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, NULL, NULL, NULL, 'accepted', NULL, NULL, NULL, NULL, NULL, false, true, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.memberships VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 0, '2026-11-28 08:12:55.684748+00', 20, '2026-11-28 08:12:55.684748+00', false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, 4, NULL, NULL, 'accepted', NULL, NULL, NULL, NULL, NULL, false, true, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.memberships VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 0, '2026-11-28 08:12:55.684748+00', 20, '2026-11-28 08:12:55.684748+00', false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, 4, NULL, NULL, 'accepted', NULL, NULL, NULL, NULL, NULL, false, true, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.memberships VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 0, '2026-11-28 08:12:55.684748+00', NULL, NULL, false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, NULL, NULL, NULL, 'accepted', NULL, NULL, NULL, NULL, NULL, false, true, 'infinity');
INSERT INTO public.memberships VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 0, '2026-11-28 08:12:55.684748+00', NULL, NULL, false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, NULL, NULL, NULL, 'accepted', NULL, NULL, NULL, NULL, NULL, false, true, 'infinity');
INSERT INTO public.memberships VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 0, '2026-11-28 08:12:55.684748+00', NULL, NULL, false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, NULL, NULL, NULL, 'accepted', NULL, NULL, NULL, NULL, NULL, false, true, 'infinity');
INSERT INTO public.memberships VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 0, '2026-11-28 08:12:55.684748+00', 20, '2026-11-28 08:12:55.684748+00', false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, 4, NULL, NULL, 'accepted', NULL, NULL, NULL, NULL, NULL, false, true, 'infinity');
INSERT INTO public.memberships VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 0, '2026-11-28 08:12:55.684748+00', 20, '2026-11-28 08:12:55.684748+00', false, false, 'member', '2026-11-28 08:12:55.684748+00', 0, 0, 0, 4, NULL, NULL, 'accepted', NULL, NULL, NULL, NULL, NULL, false, true, 'infinity');


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

INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, '\x4f03f7bddb8c459abee3697743a47a78', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 101);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, '\x12ee35536c534ff0966658b6165d2e2e', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 101);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, '\x540e6ee65c534624a0187c9f4db8ca05', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 101);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, '\x35c2173bfd1e48c2ad0374df423b9ebd', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 101);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, '\x86383480a55746d5b285bd37c1c7d88c', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 101);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 2, '\x6f4d05cd85c84e1fb589172e26ae5cf2', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 102);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 2, '\x22c9164b52dd42e38153cebf64a058e5', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 102);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 2, '\x12116c9da8b2468baa29509c66efd78e', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 102);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 2, '\x6ba616f69d514f38baaa200aa7a07cf3', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 102);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 2, '\x52bb6a47bd8245948282ff0ed0bd52d6', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 102);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 3, '\x1512a1fc29ce43f3ad50d3fc74f11ebc', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 103);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 3, '\x007bb4faef1340288f656afbeecdc3e5', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 103);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 3, '\x8a76bbcad00c4ae7bf63d8b22243a7d8', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 103);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 3, '\x8a321d2a5d60400c85ea488839bb1b22', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 103);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 3, '\x8afae84c6c71459a97cbfe3ed224ec43', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 103);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 4, '\xfd52e05938564a9f97ebcf37dafa8d59', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 104);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 4, '\xff984e52c8704be486868090d08743a0', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 104);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 4, '\x32e3935fcaa04839ba39759408a7e828', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 104);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 4, '\x0f896290b1aa41acb8cf1b2bb3174ba1', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 104);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 4, '\xf021a8b149344d2b8386d543b212254c', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 104);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 5, '\x837867a63a534d418c8ae6e308e82c66', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 105);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 5, '\xf366b5a8df3b41c280371bfc7c43ed65', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 105);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 5, '\x1fec93efd0d048a2bab190ab9cae882d', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 105);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 5, '\x4fedd33a98024ab08b7b985ac2811c31', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 105);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 5, '\x3d8e58802e3847b990545b30c68d69ad', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 105);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 6, '\x9c0339ce42724f398d070af06bd2c335', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 106);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 6, '\x0dce10ef562c4da9a921aedf2ad0292e', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 106);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 6, '\x47f701a260664ffc8ccb85263c0c5f3c', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 106);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 6, '\x324e79188ce24c0f956362d5bce0d86e', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 106);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 6, '\xbac84312aeee41dc9671b88c4cfd9fb4', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 106);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 7, '\x7f6db9ab51f74211b1ff2009dbc481f4', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 107);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 7, '\x3c9502afb3f94413b021ee1128f42589', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 107);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 7, '\xd8661226e51f4d9fb0ff31146c080167', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 107);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 7, '\x90d7673925ce40979ba59c78421e69bc', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 107);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 7, '\xd64ed83cd0724701a01fa0a240c8a979', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 107);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 8, '\xb090b71e84aa43068cf122ab60052437', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 108);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 8, '\xc49a1165eaa34dcabea47a3ad255c2c2', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 108);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 8, '\x312be3d959c44912a1f09a39adcbe297', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 108);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 8, '\x6be08ec6dc59499cabec4b010f2a8b1f', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 108);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 8, '\xc12ac21abdfe471b90d2a6ffa92cc57b', 'app', 0, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 108);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 9, '\x193ba06f8421471b9304e3887d3c9bbd', 'proposal', 0, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-28 08:12:55.684748+00', 1, 109);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 9, '\xcdcdf31bb56b4b7690d96a9410bb7923', 'proposal', 0, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-28 08:12:55.684748+00', 1, 109);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 9, '\x2e720868dcf147ee903ad480d1e8b99b', 'proposal', 0, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-28 08:12:55.684748+00', 1, 109);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 9, '\x7586825abd20442cbe377580f2af5027', 'proposal', 0, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-28 08:12:55.684748+00', 1, 109);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 9, '\x38e8e9e2faa24e648fbe12a098b9bbb1', 'proposal', 0, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-28 08:12:55.684748+00', 1, 109);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 10, '\xfab27f25dc37426598727bca28c87a1c', 'commit', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 110);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 10, '\x297ae1b1ef594ef68f7c6a7a33ae89ce', 'commit', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 110);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 10, '\x7925499eecc04cf2b0e3e134966c280b', 'commit', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 110);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 10, '\xe3d5879bb0944b40afeea199f5a8b977', 'commit', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 110);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 10, '\xd3d432eaf6c24794b21795d831e773a3', 'commit', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 110);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 11, '\x94f15ad9eda64d08adeec481d33597c3', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 111);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 11, '\x204e2177e2874234941ebafd86dbdd8f', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 111);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 11, '\x67fc19ed0e9241b5831f197846874c42', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 111);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 11, '\x7481d580ff8a42d3b8498c5834a6fea5', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 111);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 11, '\x15c307c24c8646dfbcdbe0f125f02ee8', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 111);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 12, '\x4ee2c690339a46509f2fd5f0e70c90bc', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 112);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 12, '\x7928192016124d84b5d54d08f9d84d99', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 112);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 12, '\x2727aa5cd5bd4b928bfec1962bf3934f', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 112);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 12, '\x628954a2a3244c4791b03625c5813390', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 112);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 12, '\xad7757de0ad445558a29b380d1ff121a', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 112);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 13, '\x8330f96b2b4748199b49d0bdbd6ca99f', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 113);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 13, '\xb387318e5d2d4fbe98ee2ce15145cc99', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 113);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 13, '\x40aaef023961408094243a8886816d16', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 113);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 13, '\xa12128c7aa024df9ba2f9e28c84c9e39', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 113);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 13, '\xd0821ef7765045deabd8db158d160531', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 113);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 14, '\xc2fd4c01b6724f52af5ef3cb26d7057b', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 114);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 14, '\x576b21e5ee3e43bb9d58b50db26fd566', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 114);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 14, '\x0f0e027cac62435594914299b4bb5341', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 114);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 14, '\xdd3661fee0ac45929ebb226c303fc74e', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 114);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 14, '\xd0c5102e79284a3ba781f99b09f45367', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 114);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 15, '\xf46ccc2b7907406583df4d32a6da203b', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 115);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 15, '\x122a3bf55b50454d95fb0544469e4f8e', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 115);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 15, '\x6770e526c80145ee9cffb9c2bd734a56', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 115);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 15, '\x81057d3ad0f6414fad75401e5a572a55', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 115);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 15, '\x50b359ca3b57451ebb71fcee5fad355d', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 115);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 16, '\xc431b6b6e6c0479fb5fe788fa2c64de7', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 116);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 16, '\xefbf3184990e43bd9d9d3315ba4f4f94', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 116);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 16, '\x45960725bbe14311a624c49ca348b57f', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 116);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 16, '\x07f8c92908e94697ac6164e548ffb815', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 116);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 16, '\x9ce3e84c101449cfaa4e993723cf2826', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 116);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 17, '\xc260166fef70450d9c8657671580daae', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 117);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 17, '\x9736459e1aa8476cb660810c70d34d70', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 117);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 17, '\x7ded132c25cc44c98a1a05cf7099ae4e', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 117);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 17, '\xb5f1c0857667435cbdaae42438972038', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 117);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 17, '\x0ff9001aa10c415b822f98531fbb8936', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 117);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 18, '\x5ef2911c71fd4e5f9134adc318d19a4b', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 118);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 18, '\x9d79ebffc7574aa5b1cd275e53a46cb1', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 118);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 18, '\xc10f260db94b41bab6426c0266dfceaa', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 118);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 18, '\x40ea92da22f640dcb5205d731cd788a1', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 118);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 18, '\xa2a2f6c9765541f8bb3e850ce2d389d3', 'app', 1, NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 118);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 19, '\x03fc46a1afb54ee18ce8106b87b0d065', 'proposal', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-28 08:12:55.684748+00', 1, 119);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 19, '\xf3b9750f90074f3e8bfe42a520951218', 'proposal', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-28 08:12:55.684748+00', 1, 119);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 19, '\x14b8491468424d57a2213fe28d3ecddd', 'proposal', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-28 08:12:55.684748+00', 1, 119);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 19, '\x3c76e15578f5484eaa7eaf58bfc9da5f', 'proposal', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-28 08:12:55.684748+00', 1, 119);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 19, '\xeedbdd6e90e146d2873b91acaa9ae6e2', 'proposal', 1, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '\x01', NULL, '2026-11-28 08:12:55.684748+00', 1, 119);
INSERT INTO public.messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 20, '\x3fee833fcf6e4ded9eacb4873828aff0', 'commit', 2, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 120);
INSERT INTO public.messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 20, '\x8c16beb4e6414b9db55ed149dcedaff6', 'commit', 2, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 120);
INSERT INTO public.messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 20, '\x4f41d9960cd74774bc348921df1f1c63', 'commit', 2, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 120);
INSERT INTO public.messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 20, '\x85e96f841ac544c394e284b7e14ed20b', 'commit', 2, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 120);
INSERT INTO public.messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 20, '\x18681b4a77bf4f6d8629f53f2ae7c4c9', 'commit', 2, 'did:plc:account1', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, NULL, '2026-11-28 08:12:55.684748+00', 1, 120);


--
-- Data for Name: orphan_objects; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.orphan_objects VALUES ('c4ca4238a0b923820dcc509a6f75849b', '2026-11-28 08:12:55.684748+00', false, 'did:plc:account1', 1000);
INSERT INTO public.orphan_objects VALUES ('c81e728d9d4c2f636f067f89cc14862c', '2026-11-28 08:12:55.684748+00', false, 'did:plc:account1', 1000);
INSERT INTO public.orphan_objects VALUES ('eccbc87e4b5ce2fe28308fd9f2a7baf3', '2026-11-28 08:12:55.684748+00', true, 'did:plc:account1', 1000);
INSERT INTO public.orphan_objects VALUES ('a87ff679a2f3e71d9181a67b7542122c', '2026-11-28 08:12:55.684748+00', true, NULL, NULL);


--
-- Data for Name: package_claims; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.package_claims VALUES ('did:plc:account1', 'device1', 0, '\x01', '{"2026-11-28 08:12:55.684748+00","2026-11-28 08:12:55.684748+00"}', '2026-11-28 09:12:55.684748+00');
INSERT INTO public.package_claims VALUES ('did:plc:account2', 'device1', 0, '\x01', '{"2026-11-28 08:12:55.684748+00","2026-11-28 08:12:55.684748+00"}', '2026-11-28 09:12:55.684748+00');
INSERT INTO public.package_claims VALUES ('did:plc:account3', 'device1', 0, '\x01', '{"2026-11-28 08:12:55.684748+00","2026-11-28 08:12:55.684748+00"}', '2026-11-28 09:12:55.684748+00');
INSERT INTO public.package_claims VALUES ('did:plc:account4', 'device1', 0, '\x01', '{"2026-11-28 08:12:55.684748+00","2026-11-28 08:12:55.684748+00"}', '2026-11-28 09:12:55.684748+00');
INSERT INTO public.package_claims VALUES ('did:plc:account1', 'device2', 0, '\x01', '{"2026-11-28 08:12:55.684748+00","2026-11-28 08:12:55.684748+00"}', '2026-11-28 09:12:55.684748+00');
INSERT INTO public.package_claims VALUES ('did:plc:account2', 'device2', 0, '\x01', '{"2026-11-28 08:12:55.684748+00","2026-11-28 08:12:55.684748+00"}', '2026-11-28 09:12:55.684748+00');
INSERT INTO public.package_claims VALUES ('did:plc:account3', 'device2', 0, '\x01', '{"2026-11-28 08:12:55.684748+00","2026-11-28 08:12:55.684748+00"}', '2026-11-28 09:12:55.684748+00');
INSERT INTO public.package_claims VALUES ('did:plc:account4', 'device2', 0, '\x01', '{"2026-11-28 08:12:55.684748+00","2026-11-28 08:12:55.684748+00"}', '2026-11-28 09:12:55.684748+00');
INSERT INTO public.package_claims VALUES ('did:plc:account1', 'device1', 1, '\x', '{"2026-11-28 08:12:55.684748+00","2026-11-28 08:12:55.684748+00"}', '2026-11-28 09:12:55.684748+00');
INSERT INTO public.package_claims VALUES ('did:plc:account2', 'device1', 1, '\x', '{"2026-11-28 08:12:55.684748+00","2026-11-28 08:12:55.684748+00"}', '2026-11-28 09:12:55.684748+00');
INSERT INTO public.package_claims VALUES ('did:plc:account3', 'device1', 1, '\x', '{"2026-11-28 08:12:55.684748+00","2026-11-28 08:12:55.684748+00"}', '2026-11-28 09:12:55.684748+00');
INSERT INTO public.package_claims VALUES ('did:plc:account4', 'device1', 1, '\x', '{"2026-11-28 08:12:55.684748+00","2026-11-28 08:12:55.684748+00"}', '2026-11-28 09:12:55.684748+00');
INSERT INTO public.package_claims VALUES ('did:plc:account1', 'device2', 1, '\x', '{"2026-11-28 08:12:55.684748+00","2026-11-28 08:12:55.684748+00"}', '2026-11-28 09:12:55.684748+00');
INSERT INTO public.package_claims VALUES ('did:plc:account2', 'device2', 1, '\x', '{"2026-11-28 08:12:55.684748+00","2026-11-28 08:12:55.684748+00"}', '2026-11-28 09:12:55.684748+00');
INSERT INTO public.package_claims VALUES ('did:plc:account3', 'device2', 1, '\x', '{"2026-11-28 08:12:55.684748+00","2026-11-28 08:12:55.684748+00"}', '2026-11-28 09:12:55.684748+00');
INSERT INTO public.package_claims VALUES ('did:plc:account4', 'device2', 1, '\x', '{"2026-11-28 08:12:55.684748+00","2026-11-28 08:12:55.684748+00"}', '2026-11-28 09:12:55.684748+00');


--
-- Data for Name: quiet_place; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.quiet_place VALUES (true, 0, 0);


--
-- Data for Name: read_positions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.read_positions VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 7, '2026-11-28 08:12:55.684748+00', false, false);
INSERT INTO public.read_positions VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 7, '2026-11-28 08:12:55.684748+00', false, false);


--
-- Data for Name: rejoin_requests; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.rejoin_requests VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.rejoin_requests VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 'lost-state', NULL, '2026-11-28 08:12:55.684748+00');


--
-- Data for Name: relay_cursors; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.relay_cursors VALUES ('relay.example', 7, NULL, NULL);


--
-- Data for Name: removed_messages; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xfb6e927ad3f6c6d8', 1, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x8025b00e658305a9', 1, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xddb9234f3e52f397', 1, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x7f0b3fb4af865d1c', 1, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x4029175eef2f166f', 1, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x3b8c7324da825b77', 2, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x17d09e8f55a9b30b', 2, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x68bbe11ee92e392a', 2, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x0e1f075676f6b365', 2, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x8c8e3018f8f95bb2', 2, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x6ae03696949945d9', 3, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x3ff2bf40979576ac', 3, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xbb80d22b5d6e973c', 3, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x112e7fe5d70a0da0', 3, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xcf13d1be43762bd0', 3, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x290e4e0681a902a4', 4, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x1afe06f5bb51b9ce', 4, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xeb68698ef18b92be', 4, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xdfc3f33a038b9f19', 4, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xd616772bd1a82170', 4, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xdec6f1db4d808e7b', 5, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xca988dc9406a5381', 5, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x882ad6582d22648e', 5, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xa8f73d90edfa9be3', 5, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x194f2450e00fd699', 5, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x04fb46b91f603195', 6, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xfbb45a9864b858ea', 6, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x24980bb4dec9a9b0', 6, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xdd8a35dafec850e0', 6, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x2c530031dc924242', 6, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x10f0bf381347e20d', 7, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xd71c9e9a7f899654', 7, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x94c3eac0922bd3ee', 7, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x9114366c88b23790', 7, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xd53567d22772c987', 7, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x8798e5e9ad34d1e8', 8, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x2f44aa89bfea1d40', 8, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x7b060425876d9ffc', 8, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x6d35a96b0ac600f6', 8, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x7bc9510103400869', 8, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x3caeb4c1bb943b0b', 9, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x70406e150269454a', 9, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xc7b12bade9931690', 9, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x57fa9c2c94b011f7', 9, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x68500c2b1ced155f', 9, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x21bc722ec8189c2f', 10, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xfd204a581bb34c15', 10, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x0c79d654e5438efd', 10, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x7c44148c251a0afb', 10, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x9762906f14e736b9', 10, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x30665c786a085767', 11, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xf70e903115b25d60', 11, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x3c00b0174837b40c', 11, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x71dc5603a1ae5a34', 11, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x2c053f384c936f54', 11, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x1d47e8ea4f927e1f', 12, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x9e72696eaf33c013', 12, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x46952c3ac7661a86', 12, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xf79c231de16fc0be', 12, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x929f69881043c6cd', 12, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xefeda4a11cb1302c', 13, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x460f2ff9861b6b24', 13, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xac409d7704933809', 13, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x5c31034ac3a01d84', 13, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x5c362ac511340ed8', 13, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x6cbae3b2d3d49b93', 14, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xac3383912494e934', 14, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x8579623266e1223c', 14, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xdc198508dc00408c', 14, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x4bbee843956bd30e', 14, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xf595226461bc29f2', 15, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x81d9109f1041a77e', 15, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xb7de3fad4a336bdf', 15, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x0249c7c028b0f61f', 15, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x4e58b7ab53ae4f42', 15, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xbb06a2d4bbc802da', 16, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xa55bd8e32e480ed7', 16, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x0a31e660a43bbfe1', 16, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x400620b732354705', 16, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xd2c84dbfb53051ab', 16, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x2882bf2f15b04ff2', 17, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xe9f1f97a7632aef5', 17, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\x4652da89d23c80b7', 17, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x8f2bddc92d998fff', 17, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x11fb46db868f0e0b', 17, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\x00135979deb20b5f', 18, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x411803827ee1c602', 18, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xddbf1ef68ac5d6f1', 18, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x752c565f24f0ca30', 18, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x90661ba3aba7587b', 18, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xbac9435cf743a765', 19, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\x7f4d796ab56ce9ca', 19, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xd2597c454a23e2f2', 19, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xefbaf708803c8244', 19, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x2f7bd11a06561a1e', 19, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xa8d546b7f7cb4bcd', 20, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xf1b0e6db33625797', 20, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xbdd28dfee6c2d38e', 20, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\x96221b8bf3b66271', 20, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.removed_messages VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\x676188bcd9579bab', 20, '2026-11-28 08:12:55.684748+00');


--
-- Data for Name: reports; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (1, 'did:plc:account1', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported1', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', '2026-11-28 08:12:55.684748+00', NULL, 0, NULL, NULL);
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (2, 'did:plc:account2', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported1', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', '2026-11-28 08:12:55.684748+00', NULL, 0, NULL, NULL);
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (3, 'did:plc:account3', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported1', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', '2026-11-28 08:12:55.684748+00', NULL, 0, NULL, NULL);
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (4, 'did:plc:account4', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported1', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', '2026-11-28 08:12:55.684748+00', NULL, 0, NULL, NULL);
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (5, 'did:plc:account1', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported2', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', NULL, NULL, 0, NULL, NULL);
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (6, 'did:plc:account2', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported2', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', NULL, NULL, 0, NULL, NULL);
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (7, 'did:plc:account3', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported2', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', NULL, NULL, 0, NULL, NULL);
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (8, 'did:plc:account4', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported2', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', NULL, NULL, 0, NULL, NULL);
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (9, 'did:plc:account1', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported3', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', NULL, NULL, 0, NULL, NULL);
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (10, 'did:plc:account2', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported3', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', NULL, NULL, 0, NULL, NULL);
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (11, 'did:plc:account3', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported3', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', NULL, NULL, 0, NULL, NULL);
INSERT INTO public.reports OVERRIDING SYSTEM VALUE VALUES (12, 'did:plc:account4', 'com.atproto.moderation.defs#reasonSpam', NULL, NULL, 'did:plc:reported3', NULL, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-11-28 08:12:55.684748+00', NULL, NULL, 0, NULL, NULL);


--
-- Data for Name: schema_migrations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.schema_migrations VALUES (1, '2026-11-28 08:12:55.236651+00', 15, 'column account_keys.did text not null collate C	
column account_keys.fetched_at timestamp with time zone not null	
column account_keys.public_key text not null collate C	
column account_origins.confirmed_at timestamp with time zone	
column account_origins.did text not null collate C	
column account_origins.origin text collate C	
column account_origins.settled_at timestamp with time zone	
column account_states.did text not null collate C	
column account_states.erase_at timestamp with time zone	
column account_states.erasing boolean not null	false
column account_states.host_status text collate C	
column account_states.host_status_at timestamp with time zone	
column account_states.suspended_at timestamp with time zone	
column account_states.version bigint not null	
column account_states_version.only_row boolean not null	true
column account_states_version.version bigint not null	
column accounts.blob_bytes bigint not null	0
column accounts.created_at timestamp with time zone not null	
column accounts.did text not null collate C	
column accounts.gen bigint not null	log_current_generation()
column accounts.last_n bigint not null	0
column accounts.last_pos bigint not null	0
column admin_audit.action text not null collate C	
column admin_audit.actor text not null collate C	
column admin_audit.at timestamp with time zone not null	now()
column admin_audit.id bigint not null	
column admin_audit.subject bytea	
column admin_audit_id_seq.is_called boolean not null	
column admin_audit_id_seq.last_value bigint not null	
column admin_audit_id_seq.log_cnt bigint not null	
column blobs.attached boolean not null	false
column blobs.cid text not null collate C	
column blobs.created_at timestamp with time zone not null	
column blobs.did text not null collate C	
column blobs.mime_type text not null	
column blobs.object_key text not null collate C	
column blobs.size bigint not null	
column blocks.blocked_did text not null collate C	
column blocks.created_at timestamp with time zone not null	
column blocks.did text not null collate C	
column commit_failures.convo_id bytea not null	
column commit_failures.detail text collate C	
column commit_failures.did text not null collate C	
column commit_failures.epoch bigint not null	
column commit_failures.reported_at timestamp with time zone not null	
column conversations.add_by text not null collate C	''membersUpTo50''::text
column conversations.admins_change_info boolean not null	false
column conversations.admins_make_links boolean not null	true
column conversations.admins_remove boolean not null	true
column conversations.admins_send boolean not null	false
column conversations.cipher_suite bigint not null	
column conversations.closed_at timestamp with time zone	
column conversations.convo_id bytea not null	
column conversations.created_at timestamp with time zone not null	
column conversations.creator_did text not null collate C	
column conversations.description text	
column conversations.epoch bigint not null	
column conversations.epoch_began_at timestamp with time zone not null	now()
column conversations.gen bigint not null	log_current_generation()
column conversations.last_activity_at timestamp with time zone not null	
column conversations.last_message_at timestamp with time zone	
column conversations.last_n bigint not null	0
column conversations.last_pos bigint not null	0
column conversations.last_seq bigint not null	0
column conversations.locked_at timestamp with time zone	
column conversations.locked_by_admin boolean not null	false
column conversations.locked_by_operator boolean not null	false
column conversations.name text	
column conversations.reserved_at timestamp with time zone	
column conversations.reserved_for text collate C	
column conversations.reserved_until timestamp with time zone	
column conversations.roster_version bigint not null	0
column devices.created_at timestamp with time zone not null	
column devices.deleted_at timestamp with time zone	
column devices.device_id text not null collate C	
column devices.did text not null collate C	
column events.body jsonb not null	
column events.convo_id bytea	
column events.created_at timestamp with time zone not null	
column events.edge bigint	
column events.gen bigint not null	
column events.kind text not null collate C	
column events.n bigint not null	
column events.pos bigint not null	
column events.seq bigint not null	
column events.stream_key bytea not null	
column events.target_did text collate C	
column group_infos.convo_id bytea not null	
column group_infos.epoch bigint not null	
column group_infos.group_info bytea not null	
column group_infos.ratchet_tree bytea	
column group_infos.updated_at timestamp with time zone not null	
column health_writes.only_row boolean not null	true
column health_writes.written_at timestamp with time zone not null	
column idempotency_records.answer bytea not null	
column idempotency_records.content_hash bytea not null	
column idempotency_records.created_at timestamp with time zone not null	
column idempotency_records.record_id bytea not null	
column key_packages.cipher_suite bigint not null	
column key_packages.created_at timestamp with time zone not null	
column key_packages.device_id text not null collate C	
column key_packages.did text not null collate C	
column key_packages.expires_at timestamp with time zone not null	
column key_packages.key_package bytea not null	
column key_packages.last_resort boolean not null	
column key_packages.last_resort_used_at timestamp with time zone	
column key_packages.lease_convo bytea	
column key_packages.lease_ends_at timestamp with time zone	
column key_packages.lease_holder text collate C	
column key_packages.ref bytea not null	
column key_packages.spent_at timestamp with time zone	
column lapsed_proposals.convo_id bytea not null	
column lapsed_proposals.lapsed_at timestamp with time zone not null	
column lapsed_proposals.seq bigint not null	
column leaves.convo_id bytea not null	
column leaves.credential bytea not null	
column leaves.device_id text not null collate C	
column leaves.did text not null collate C	
column leaves.leaf_index bigint not null	
column leaves.signature_key bytea not null	
column log_generation.began_at timestamp with time zone not null	
column log_generation.database_oid bigint	
column log_generation.gen bigint not null	
column log_generation.low_water_n bigint not null	0
column log_generation.low_water_pos bigint not null	0
column log_generation.low_water_seq bigint not null	0
column log_generation.low_water_stream_key bytea not null	''\x''::bytea
column log_generation.only_row boolean not null	true
column log_generation.secret uuid not null	
column log_generation.system_identifier bigint	
column log_generation.timeline bigint	
column memberships.accepted_at timestamp with time zone	
column memberships.convo_id bytea not null	
column memberships.did text not null collate C	
column memberships.ended_by_other boolean not null	false
column memberships.joined_at timestamp with time zone not null	
column memberships.joined_gen bigint not null	
column memberships.joined_n bigint not null	
column memberships.joined_pos bigint not null	
column memberships.joined_seq bigint not null	
column memberships.left_at timestamp with time zone	
column memberships.left_gen bigint	
column memberships.left_n bigint	
column memberships.left_pos bigint	
column memberships.left_seq bigint	
column memberships.pending_removal boolean not null	false
column memberships.role text not null collate C	''member''::text
column message_blobs.cid text not null collate C	
column message_blobs.convo_id bytea not null	
column message_blobs.owner_did text not null collate C	
column message_blobs.seq bigint not null	
column messages.blobs text[] collate C	
column messages.ciphertext bytea not null	
column messages.convo_id bytea not null	
column messages.created_at timestamp with time zone not null	
column messages.epoch bigint not null	
column messages.gen bigint not null	
column messages.kind text not null collate C	
column messages.message_id bytea not null	
column messages.pos bigint not null	
column messages.proposal_ref bytea	
column messages.sender_did text collate C	
column messages.seq bigint not null	
column orphan_objects.did text collate C	
column orphan_objects.marked boolean not null	
column orphan_objects.object_key text not null collate C	
column orphan_objects.reserved bigint	
column orphan_objects.since timestamp with time zone not null	
column package_claims.cipher_suite bigint not null	
column package_claims.claimed_at timestamp with time zone[] not null	
column package_claims.device_id text not null collate C	
column package_claims.did text not null collate C	
column package_claims.ends_at timestamp with time zone not null	
column package_claims.requester bytea not null	
column read_positions.archived boolean not null	false
column read_positions.convo_id bytea not null	
column read_positions.did text not null collate C	
column read_positions.muted boolean not null	false
column read_positions.seq bigint not null	
column read_positions.updated_at timestamp with time zone not null	
column rejoin_requests.convo_id bytea not null	
column rejoin_requests.did text not null collate C	
column rejoin_requests.epoch bigint	
column rejoin_requests.reason text not null collate C	
column rejoin_requests.requested_at timestamp with time zone not null	
column relay_cursors.held_until timestamp with time zone	
column relay_cursors.holder uuid	
column relay_cursors.relay text not null collate C	
column relay_cursors.seq bigint not null	''-1''::integer
column removed_messages.convo_id bytea not null	
column removed_messages.id_hash bytea not null	
column removed_messages.seq bigint not null	
column reports.convo_id bytea	
column reports.created_at timestamp with time zone not null	
column reports.evidence bytea	
column reports.message_id bytea	
column reports.reason text	
column reports.reason_type text not null collate C	
column reports.report_id bigint not null	
column reports.reporter_did text not null collate C	
column reports.resolved_at timestamp with time zone	
column reports.subject_did text collate C	
column reports_report_id_seq.is_called boolean not null	
column reports_report_id_seq.last_value bigint not null	
column reports_report_id_seq.log_cnt bigint not null	
column schema_needs.migration bigint not null	
column schema_needs.only_row boolean not null	true
column tickets.convo_id bytea	
column tickets.did text not null collate C	
column tickets.expires_at timestamp with time zone not null	
column tickets.ticket_hash bytea not null	
column welcome_recipients.convo_id bytea not null	
column welcome_recipients.device_id text not null collate C	
column welcome_recipients.did text not null collate C	
column welcome_recipients.ended_at timestamp with time zone	
column welcome_recipients.error_details text	
column welcome_recipients.failed_at timestamp with time zone	
column welcome_recipients.ref bytea not null	
column welcome_recipients.seq bigint not null	
column welcome_recipients.state text not null collate C	''open''::text
column welcomes.convo_id bytea not null	
column welcomes.created_at timestamp with time zone not null	
column welcomes.epoch bigint not null	
column welcomes.ratchet_tree bytea	
column welcomes.seq bigint not null	
column welcomes.welcome bytea not null	
constraint account_keys_pkey on account_keys	PRIMARY KEY (did)
constraint account_origins_check on account_origins	CHECK (((origin IS NULL) = (confirmed_at IS NULL)))
constraint account_origins_check1 on account_origins	CHECK (((origin IS NOT NULL) OR (settled_at IS NOT NULL)))
constraint account_origins_pkey on account_origins	PRIMARY KEY (did)
constraint account_states_check on account_states	CHECK (((NOT erasing) OR (erase_at IS NOT NULL)))
constraint account_states_check1 on account_states	CHECK (((host_status IS NULL) = (host_status_at IS NULL)))
constraint account_states_check2 on account_states	CHECK (((suspended_at IS NOT NULL) OR (host_status IS NOT NULL) OR (erase_at IS NOT NULL)))
constraint account_states_host_status_check on account_states	CHECK ((host_status = ANY (ARRAY[''deactivated''::text, ''suspended''::text, ''takendown''::text, ''deleted''::text])))
constraint account_states_pkey on account_states	PRIMARY KEY (did)
constraint account_states_version_only_row_check on account_states_version	CHECK (only_row)
constraint account_states_version_pkey on account_states_version	PRIMARY KEY (only_row)
constraint accounts_blob_bytes_check on accounts	CHECK ((blob_bytes >= 0))
constraint accounts_pkey on accounts	PRIMARY KEY (did)
constraint admin_audit_pkey on admin_audit	PRIMARY KEY (id)
constraint blobs_pkey on blobs	PRIMARY KEY (did, cid)
constraint blobs_size_check on blobs	CHECK ((size >= 0))
constraint blocks_did_fkey on blocks	FOREIGN KEY (did) REFERENCES accounts(did)
constraint blocks_pkey on blocks	PRIMARY KEY (did, blocked_did)
constraint commit_failures_convo_id_fkey on commit_failures	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint commit_failures_pkey on commit_failures	PRIMARY KEY (convo_id, epoch, did)
constraint conversations_add_by_check on conversations	CHECK ((add_by = ANY (ARRAY[''membersUpTo50''::text, ''members''::text, ''admins''::text])))
constraint conversations_check on conversations	CHECK (((locked_at IS NOT NULL) = (locked_by_admin OR locked_by_operator)))
constraint conversations_convo_id_check on conversations	CHECK (((octet_length(convo_id) >= 16) AND (octet_length(convo_id) <= 64)))
constraint conversations_epoch_check on conversations	CHECK ((epoch >= 0))
constraint conversations_last_seq_check on conversations	CHECK ((last_seq >= 0))
constraint conversations_pkey on conversations	PRIMARY KEY (convo_id)
constraint devices_did_fkey on devices	FOREIGN KEY (did) REFERENCES accounts(did)
constraint devices_pkey on devices	PRIMARY KEY (did, device_id)
constraint events_check on events	CHECK (((convo_id IS NULL) <> (target_did IS NULL)))
constraint events_kind_check on events	CHECK ((kind = ANY (ARRAY[''membership''::text, ''welcome''::text, ''rejoin-requested''::text, ''convo-damaged''::text, ''key-packages-low''::text, ''read''::text, ''preferences''::text, ''role''::text, ''policy''::text, ''lock''::text])))
constraint events_n_check on events	CHECK ((n > 0))
constraint events_pkey on events	PRIMARY KEY (gen, pos, stream_key, seq, n)
constraint group_infos_convo_id_fkey on group_infos	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint group_infos_pkey on group_infos	PRIMARY KEY (convo_id)
constraint health_writes_only_row_check on health_writes	CHECK (only_row)
constraint health_writes_pkey on health_writes	PRIMARY KEY (only_row)
constraint idempotency_records_pkey on idempotency_records	PRIMARY KEY (record_id)
constraint key_packages_check on key_packages	CHECK (((lease_holder IS NULL) OR ((lease_ends_at IS NOT NULL) AND (spent_at IS NULL))))
constraint key_packages_check1 on key_packages	CHECK (((lease_holder IS NULL) = (lease_convo IS NULL)))
constraint key_packages_check2 on key_packages	CHECK (((NOT last_resort) OR ((lease_ends_at IS NULL) AND (spent_at IS NULL))))
constraint key_packages_did_device_id_fkey on key_packages	FOREIGN KEY (did, device_id) REFERENCES devices(did, device_id)
constraint key_packages_pkey on key_packages	PRIMARY KEY (did, ref)
constraint lapsed_proposals_convo_id_fkey on lapsed_proposals	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint lapsed_proposals_pkey on lapsed_proposals	PRIMARY KEY (convo_id, seq)
constraint leaves_convo_id_fkey on leaves	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint leaves_leaf_index_check on leaves	CHECK ((leaf_index >= 0))
constraint leaves_pkey on leaves	PRIMARY KEY (convo_id, did, device_id)
constraint log_generation_gen_check on log_generation	CHECK ((gen > 0))
constraint log_generation_only_row_check on log_generation	CHECK (only_row)
constraint log_generation_pkey on log_generation	PRIMARY KEY (only_row)
constraint memberships_check on memberships	CHECK ((left_seq >= joined_seq))
constraint memberships_check1 on memberships	CHECK (((NOT pending_removal) OR (left_seq IS NOT NULL)))
constraint memberships_check2 on memberships	CHECK (((left_seq IS NULL) = (left_at IS NULL)))
constraint memberships_convo_id_fkey on memberships	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint memberships_pkey on memberships	PRIMARY KEY (convo_id, did, joined_seq)
constraint memberships_role_check on memberships	CHECK ((role = ANY (ARRAY[''admin''::text, ''member''::text])))
constraint message_blobs_convo_id_seq_fkey on message_blobs	FOREIGN KEY (convo_id, seq) REFERENCES messages(convo_id, seq)
constraint message_blobs_pkey on message_blobs	PRIMARY KEY (convo_id, seq, cid)
constraint messages_blobs_check on messages	CHECK ((blobs <> ''{}''::text[]))
constraint messages_check on messages	CHECK (((kind = ''app''::text) = (sender_did IS NULL)))
constraint messages_check1 on messages	CHECK (((proposal_ref IS NULL) OR (kind = ''proposal''::text)))
constraint messages_epoch_check on messages	CHECK ((epoch >= 0))
constraint messages_kind_check on messages	CHECK ((kind = ANY (ARRAY[''app''::text, ''commit''::text, ''proposal''::text])))
constraint messages_pkey on messages	PRIMARY KEY (convo_id, seq)
constraint messages_seq_check on messages	CHECK ((seq > 0))
constraint orphan_objects_check on orphan_objects	CHECK (((did IS NULL) = (reserved IS NULL)))
constraint orphan_objects_pkey on orphan_objects	PRIMARY KEY (object_key)
constraint package_claims_pkey on package_claims	PRIMARY KEY (did, device_id, cipher_suite, requester)
constraint read_positions_convo_id_fkey on read_positions	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint read_positions_pkey on read_positions	PRIMARY KEY (convo_id, did)
constraint read_positions_seq_check on read_positions	CHECK ((seq >= 0))
constraint rejoin_requests_convo_id_fkey on rejoin_requests	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint rejoin_requests_pkey on rejoin_requests	PRIMARY KEY (convo_id, did)
constraint relay_cursors_check on relay_cursors	CHECK (((holder IS NULL) = (held_until IS NULL)))
constraint relay_cursors_pkey on relay_cursors	PRIMARY KEY (relay)
constraint removed_messages_pkey on removed_messages	PRIMARY KEY (convo_id, id_hash)
constraint reports_check on reports	CHECK (((convo_id IS NOT NULL) OR (subject_did IS NOT NULL)))
constraint reports_pkey on reports	PRIMARY KEY (report_id)
constraint schema_needs_only_row_check on schema_needs	CHECK (only_row)
constraint schema_needs_pkey on schema_needs	PRIMARY KEY (only_row)
constraint tickets_pkey on tickets	PRIMARY KEY (ticket_hash)
constraint welcome_recipients_check on welcome_recipients	CHECK (((state = ''open''::text) = (ended_at IS NULL)))
constraint welcome_recipients_convo_id_seq_fkey on welcome_recipients	FOREIGN KEY (convo_id, seq) REFERENCES welcomes(convo_id, seq)
constraint welcome_recipients_pkey on welcome_recipients	PRIMARY KEY (convo_id, did, device_id, seq)
constraint welcome_recipients_state_check on welcome_recipients	CHECK ((state = ANY (ARRAY[''open''::text, ''confirmed''::text, ''superseded''::text, ''device-deleted''::text])))
constraint welcomes_convo_id_fkey on welcomes	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint welcomes_pkey on welcomes	PRIMARY KEY (convo_id, seq)
function health_wait(pid integer) returns text	9e46829dd16d0b9d92d53f32bb7ef6c1
function log_current_generation() returns bigint	543f9a112ca507415f3313d551469401
function log_database_oid() returns bigint	9282770c3167611f1b34de8809820c3e
function log_events(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, at_n bigint, max_rows bigint) returns SETOF events	f968c8f6ff61c5bb6ef0041526bb01ff
function log_horizon() returns bigint	9ac6e79dc78bfa02fa22d8e5df983e0e
function log_messages(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, max_rows bigint) returns SETOF messages	3fb999ee8f21303701ee7dfde79d8ebf
function log_next_xid() returns bigint	ac5611f20a62a244967e08d9b380803d
function log_own_xid() returns bigint	98365b857681f8a84a241bf9dce68b1b
function log_system_identifier() returns bigint	9d61375f96554a7587065c9c5a0449d4
function log_timeline() returns bigint	870233518d034d71e51aa9a0ca0efd2d
function log_told_until(convo bytea, lo bigint, hi bigint, at_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint) returns bigint	fac36cc74a4d5e0f28b872c2f2d0c37d
index account_keys_age on account_keys	CREATE INDEX account_keys_age USING btree (fetched_at)
index account_keys_pkey on account_keys unique	CREATE UNIQUE INDEX account_keys_pkey USING btree (did)
index account_origins_age on account_origins	CREATE INDEX account_origins_age USING btree (confirmed_at) WHERE (settled_at IS NULL)
index account_origins_pkey on account_origins unique	CREATE UNIQUE INDEX account_origins_pkey USING btree (did)
index account_origins_settled on account_origins	CREATE INDEX account_origins_settled USING btree (origin, confirmed_at) WHERE (settled_at IS NOT NULL)
index account_states_erase on account_states	CREATE INDEX account_states_erase USING btree (erase_at) WHERE (erase_at IS NOT NULL)
index account_states_pkey on account_states unique	CREATE UNIQUE INDEX account_states_pkey USING btree (did)
index account_states_version_pkey on account_states_version unique	CREATE UNIQUE INDEX account_states_version_pkey USING btree (only_row)
index account_states_versions on account_states	CREATE INDEX account_states_versions USING btree (version)
index accounts_pkey on accounts unique	CREATE UNIQUE INDEX accounts_pkey USING btree (did)
index admin_audit_pkey on admin_audit unique	CREATE UNIQUE INDEX admin_audit_pkey USING btree (id)
index admin_audit_subject on admin_audit	CREATE INDEX admin_audit_subject USING btree (subject, id) WHERE (subject IS NOT NULL)
index blobs_by_age on blobs	CREATE INDEX blobs_by_age USING btree (created_at, object_key)
index blobs_by_object on blobs unique	CREATE UNIQUE INDEX blobs_by_object USING btree (object_key)
index blobs_pkey on blobs unique	CREATE UNIQUE INDEX blobs_pkey USING btree (did, cid)
index blobs_unattached on blobs	CREATE INDEX blobs_unattached USING btree (created_at) WHERE (NOT attached)
index blocks_by_age on blocks	CREATE INDEX blocks_by_age USING btree (did, created_at DESC, blocked_did DESC)
index blocks_of on blocks	CREATE INDEX blocks_of USING btree (blocked_did)
index blocks_pkey on blocks unique	CREATE UNIQUE INDEX blocks_pkey USING btree (did, blocked_did)
index commit_failures_pkey on commit_failures unique	CREATE UNIQUE INDEX commit_failures_pkey USING btree (convo_id, epoch, did)
index conversations_closed on conversations	CREATE INDEX conversations_closed USING btree (closed_at) WHERE (closed_at IS NOT NULL)
index conversations_pkey on conversations unique	CREATE UNIQUE INDEX conversations_pkey USING btree (convo_id)
index devices_pkey on devices unique	CREATE UNIQUE INDEX devices_pkey USING btree (did, device_id)
index events_by_convo on events	CREATE INDEX events_by_convo USING btree (convo_id, gen, pos, seq, n) WHERE (convo_id IS NOT NULL)
index events_by_target on events	CREATE INDEX events_by_target USING btree (target_did, gen, pos) WHERE (target_did IS NOT NULL)
index events_pkey on events unique	CREATE UNIQUE INDEX events_pkey USING btree (gen, pos, stream_key, seq, n)
index events_target_age on events	CREATE INDEX events_target_age USING btree (created_at) WHERE (target_did IS NOT NULL)
index group_infos_pkey on group_infos unique	CREATE UNIQUE INDEX group_infos_pkey USING btree (convo_id)
index health_writes_pkey on health_writes unique	CREATE UNIQUE INDEX health_writes_pkey USING btree (only_row)
index idempotency_records_age on idempotency_records	CREATE INDEX idempotency_records_age USING btree (created_at)
index idempotency_records_pkey on idempotency_records unique	CREATE UNIQUE INDEX idempotency_records_pkey USING btree (record_id)
index key_packages_available on key_packages	CREATE INDEX key_packages_available USING btree (did, device_id, cipher_suite, lease_ends_at NULLS FIRST, expires_at) WHERE ((spent_at IS NULL) AND (NOT last_resort))
index key_packages_by_ref on key_packages	CREATE INDEX key_packages_by_ref USING btree (ref)
index key_packages_last_resort on key_packages	CREATE INDEX key_packages_last_resort USING btree (did, device_id, cipher_suite, expires_at) WHERE last_resort
index key_packages_lease_ends on key_packages	CREATE INDEX key_packages_lease_ends USING btree (lease_ends_at) WHERE (lease_holder <> ''''::text)
index key_packages_leases on key_packages	CREATE INDEX key_packages_leases USING btree (lease_holder, did, lease_ends_at) WHERE ((lease_holder IS NOT NULL) AND (spent_at IS NULL))
index key_packages_pkey on key_packages unique	CREATE UNIQUE INDEX key_packages_pkey USING btree (did, ref)
index key_packages_spent on key_packages	CREATE INDEX key_packages_spent USING btree (did, device_id, cipher_suite, spent_at) WHERE (spent_at IS NOT NULL)
index key_packages_spent_age on key_packages	CREATE INDEX key_packages_spent_age USING btree (expires_at) WHERE (spent_at IS NOT NULL)
index key_packages_unspent_age on key_packages	CREATE INDEX key_packages_unspent_age USING btree (expires_at) WHERE (spent_at IS NULL)
index lapsed_proposals_age on lapsed_proposals	CREATE INDEX lapsed_proposals_age USING btree (lapsed_at)
index lapsed_proposals_pkey on lapsed_proposals unique	CREATE UNIQUE INDEX lapsed_proposals_pkey USING btree (convo_id, seq)
index leaves_by_device on leaves	CREATE INDEX leaves_by_device USING btree (did, device_id)
index leaves_pkey on leaves unique	CREATE UNIQUE INDEX leaves_pkey USING btree (convo_id, did, device_id)
index log_generation_pkey on log_generation unique	CREATE UNIQUE INDEX log_generation_pkey USING btree (only_row)
index memberships_accepted on memberships	CREATE INDEX memberships_accepted USING btree (did, accepted_at) WHERE (accepted_at IS NOT NULL)
index memberships_by_did on memberships	CREATE INDEX memberships_by_did USING btree (did, convo_id)
index memberships_one_active on memberships unique	CREATE UNIQUE INDEX memberships_one_active USING btree (convo_id, did) WHERE (left_seq IS NULL)
index memberships_pkey on memberships unique	CREATE UNIQUE INDEX memberships_pkey USING btree (convo_id, did, joined_seq)
index message_blobs_by_cid on message_blobs	CREATE INDEX message_blobs_by_cid USING btree (convo_id, cid)
index message_blobs_by_owner on message_blobs	CREATE INDEX message_blobs_by_owner USING btree (owner_did, cid)
index message_blobs_pkey on message_blobs unique	CREATE UNIQUE INDEX message_blobs_pkey USING btree (convo_id, seq, cid)
index messages_age on messages	CREATE INDEX messages_age USING btree (created_at) WHERE (kind = ''app''::text)
index messages_handshake on messages	CREATE INDEX messages_handshake USING btree (convo_id, seq) WHERE (kind <> ''app''::text)
index messages_log on messages	CREATE INDEX messages_log USING btree (gen, pos, convo_id, seq)
index messages_message_id on messages unique	CREATE UNIQUE INDEX messages_message_id USING btree (convo_id, message_id)
index messages_one_commit on messages unique	CREATE UNIQUE INDEX messages_one_commit USING btree (convo_id, epoch) WHERE (kind = ''commit''::text)
index messages_pkey on messages unique	CREATE UNIQUE INDEX messages_pkey USING btree (convo_id, seq)
index messages_proposals on messages	CREATE INDEX messages_proposals USING btree (convo_id, epoch, seq) WHERE (kind = ''proposal''::text)
index messages_proposers on messages	CREATE INDEX messages_proposers USING btree (convo_id, sender_did, epoch) WHERE (kind = ''proposal''::text)
index orphan_objects_pkey on orphan_objects unique	CREATE UNIQUE INDEX orphan_objects_pkey USING btree (object_key)
index orphan_objects_since on orphan_objects	CREATE INDEX orphan_objects_since USING btree (since)
index orphan_objects_uploads on orphan_objects	CREATE INDEX orphan_objects_uploads USING btree (did) WHERE (did IS NOT NULL)
index package_claims_ends on package_claims	CREATE INDEX package_claims_ends USING btree (ends_at)
index package_claims_pkey on package_claims unique	CREATE UNIQUE INDEX package_claims_pkey USING btree (did, device_id, cipher_suite, requester)
index read_positions_pkey on read_positions unique	CREATE UNIQUE INDEX read_positions_pkey USING btree (convo_id, did)
index rejoin_requests_pkey on rejoin_requests unique	CREATE UNIQUE INDEX rejoin_requests_pkey USING btree (convo_id, did)
index relay_cursors_pkey on relay_cursors unique	CREATE UNIQUE INDEX relay_cursors_pkey USING btree (relay)
index removed_messages_pkey on removed_messages unique	CREATE UNIQUE INDEX removed_messages_pkey USING btree (convo_id, id_hash)
index reports_about on reports	CREATE INDEX reports_about USING btree (subject_did) WHERE (subject_did IS NOT NULL)
index reports_by on reports	CREATE INDEX reports_by USING btree (reporter_did)
index reports_open on reports	CREATE INDEX reports_open USING btree (report_id) WHERE (resolved_at IS NULL)
index reports_pkey on reports unique	CREATE UNIQUE INDEX reports_pkey USING btree (report_id)
index reports_resolved on reports	CREATE INDEX reports_resolved USING btree (resolved_at) WHERE (resolved_at IS NOT NULL)
index schema_needs_pkey on schema_needs unique	CREATE UNIQUE INDEX schema_needs_pkey USING btree (only_row)
index tickets_expiry on tickets	CREATE INDEX tickets_expiry USING btree (expires_at)
index tickets_pkey on tickets unique	CREATE UNIQUE INDEX tickets_pkey USING btree (ticket_hash)
index welcome_recipients_by_device on welcome_recipients	CREATE INDEX welcome_recipients_by_device USING btree (did, device_id) WHERE (state = ''open''::text)
index welcome_recipients_ended on welcome_recipients	CREATE INDEX welcome_recipients_ended USING btree (ended_at) WHERE (ended_at IS NOT NULL)
index welcome_recipients_one_open on welcome_recipients unique	CREATE UNIQUE INDEX welcome_recipients_one_open USING btree (convo_id, did, device_id) WHERE (state = ''open''::text)
index welcome_recipients_pkey on welcome_recipients unique	CREATE UNIQUE INDEX welcome_recipients_pkey USING btree (convo_id, did, device_id, seq)
index welcomes_pkey on welcomes unique	CREATE UNIQUE INDEX welcomes_pkey USING btree (convo_id, seq)
table account_keys (r)
table account_origins (r)
table account_states (r)
table account_states_version (r)
table accounts (r)
table admin_audit (r)
table admin_audit_id_seq (S)
table blobs (r)
table blocks (r)
table commit_failures (r)
table conversations (r)
table devices (r)
table events (r)
table group_infos (r)
table health_writes (r)
table idempotency_records (r)
table key_packages (r)
table lapsed_proposals (r)
table leaves (r)
table log_generation (r)
table memberships (r)
table message_blobs (r)
table messages (r)
table orphan_objects (r)
table package_claims (r)
table read_positions (r)
table rejoin_requests (r)
table relay_cursors (r)
table removed_messages (r)
table reports (r)
table reports_report_id_seq (S)
table schema_needs (r)
table tickets (r)
table welcome_recipients (r)
table welcomes (r)');
INSERT INTO public.schema_migrations VALUES (2, '2026-11-28 08:12:55.365094+00', 15, 'column account_keys.did text not null collate C	
column account_keys.fetched_at timestamp with time zone not null	
column account_keys.public_key text not null collate C	
column account_origins.confirmed_at timestamp with time zone	
column account_origins.did text not null collate C	
column account_origins.origin text collate C	
column account_origins.settled_at timestamp with time zone	
column account_states.did text not null collate C	
column account_states.erase_at timestamp with time zone	
column account_states.erasing boolean not null	false
column account_states.host_status text collate C	
column account_states.host_status_at timestamp with time zone	
column account_states.suspended_at timestamp with time zone	
column account_states.version bigint not null	
column account_states_version.only_row boolean not null	true
column account_states_version.version bigint not null	
column accounts.blob_bytes bigint not null	0
column accounts.created_at timestamp with time zone not null	
column accounts.did text not null collate C	
column accounts.gen bigint not null	log_current_generation()
column accounts.last_n bigint not null	0
column accounts.last_pos bigint not null	0
column admin_audit.action text not null collate C	
column admin_audit.actor text not null collate C	
column admin_audit.at timestamp with time zone not null	now()
column admin_audit.id bigint not null	
column admin_audit.subject bytea	
column admin_audit_id_seq.is_called boolean not null	
column admin_audit_id_seq.last_value bigint not null	
column admin_audit_id_seq.log_cnt bigint not null	
column blobs.attached boolean not null	false
column blobs.cid text not null collate C	
column blobs.created_at timestamp with time zone not null	
column blobs.did text not null collate C	
column blobs.mime_type text not null	
column blobs.object_key text not null collate C	
column blobs.size bigint not null	
column blocks.blocked_did text not null collate C	
column blocks.created_at timestamp with time zone not null	
column blocks.did text not null collate C	
column commit_failures.convo_id bytea not null	
column commit_failures.detail text collate C	
column commit_failures.did text not null collate C	
column commit_failures.epoch bigint not null	
column commit_failures.reported_at timestamp with time zone not null	
column conversations.add_by text not null collate C	''membersUpTo50''::text
column conversations.admins_change_info boolean not null	false
column conversations.admins_make_links boolean not null	true
column conversations.admins_remove boolean not null	true
column conversations.admins_send boolean not null	false
column conversations.cipher_suite bigint not null	
column conversations.closed_at timestamp with time zone	
column conversations.convo_id bytea not null	
column conversations.created_at timestamp with time zone not null	
column conversations.creator_did text not null collate C	
column conversations.description text	
column conversations.epoch bigint not null	
column conversations.epoch_began_at timestamp with time zone not null	now()
column conversations.gen bigint not null	log_current_generation()
column conversations.last_activity_at timestamp with time zone not null	
column conversations.last_message_at timestamp with time zone	
column conversations.last_n bigint not null	0
column conversations.last_pos bigint not null	0
column conversations.last_seq bigint not null	0
column conversations.locked_at timestamp with time zone	
column conversations.locked_by_admin boolean not null	false
column conversations.locked_by_operator boolean not null	false
column conversations.name text	
column conversations.reserved_at timestamp with time zone	
column conversations.reserved_for text collate C	
column conversations.reserved_until timestamp with time zone	
column conversations.roster_version bigint not null	0
column devices.created_at timestamp with time zone not null	
column devices.deleted_at timestamp with time zone	
column devices.device_id text not null collate C	
column devices.did text not null collate C	
column events.body jsonb not null	
column events.convo_id bytea	
column events.created_at timestamp with time zone not null	
column events.edge bigint	
column events.gen bigint not null	
column events.kind text not null collate C	
column events.n bigint not null	
column events.pos bigint not null	
column events.seq bigint not null	
column events.stream_key bytea not null	
column events.target_did text collate C	
column group_infos.convo_id bytea not null	
column group_infos.epoch bigint not null	
column group_infos.group_info bytea not null	
column group_infos.ratchet_tree bytea	
column group_infos.updated_at timestamp with time zone not null	
column health_writes.only_row boolean not null	true
column health_writes.written_at timestamp with time zone not null	
column idempotency_records.answer bytea not null	
column idempotency_records.content_hash bytea not null	
column idempotency_records.created_at timestamp with time zone not null	
column idempotency_records.record_id bytea not null	
column key_packages.cipher_suite bigint not null	
column key_packages.created_at timestamp with time zone not null	
column key_packages.device_id text not null collate C	
column key_packages.did text not null collate C	
column key_packages.expires_at timestamp with time zone not null	
column key_packages.key_package bytea not null	
column key_packages.last_resort boolean not null	
column key_packages.last_resort_used_at timestamp with time zone	
column key_packages.lease_convo bytea	
column key_packages.lease_ends_at timestamp with time zone	
column key_packages.lease_holder text collate C	
column key_packages.ref bytea not null	
column key_packages.spent_at timestamp with time zone	
column lapsed_proposals.convo_id bytea not null	
column lapsed_proposals.lapsed_at timestamp with time zone not null	
column lapsed_proposals.seq bigint not null	
column leaves.convo_id bytea not null	
column leaves.credential bytea not null	
column leaves.device_id text not null collate C	
column leaves.did text not null collate C	
column leaves.leaf_index bigint not null	
column leaves.signature_key bytea not null	
column log_generation.began_at timestamp with time zone not null	
column log_generation.database_oid bigint	
column log_generation.gen bigint not null	
column log_generation.low_water_n bigint not null	0
column log_generation.low_water_pos bigint not null	0
column log_generation.low_water_seq bigint not null	0
column log_generation.low_water_stream_key bytea not null	''\x''::bytea
column log_generation.only_row boolean not null	true
column log_generation.secret uuid not null	
column log_generation.system_identifier bigint	
column log_generation.timeline bigint	
column memberships.accepted_at timestamp with time zone	
column memberships.convo_id bytea not null	
column memberships.did text not null collate C	
column memberships.ended_by_other boolean not null	false
column memberships.joined_at timestamp with time zone not null	
column memberships.joined_gen bigint not null	
column memberships.joined_n bigint not null	
column memberships.joined_pos bigint not null	
column memberships.joined_seq bigint not null	
column memberships.left_at timestamp with time zone	
column memberships.left_gen bigint	
column memberships.left_n bigint	
column memberships.left_pos bigint	
column memberships.left_seq bigint	
column memberships.pending_removal boolean not null	false
column memberships.role text not null collate C	''member''::text
column message_blobs.cid text not null collate C	
column message_blobs.convo_id bytea not null	
column message_blobs.owner_did text not null collate C	
column message_blobs.seq bigint not null	
column messages.blobs text[] collate C	
column messages.ciphertext bytea not null	
column messages.convo_id bytea not null	
column messages.created_at timestamp with time zone not null	
column messages.epoch bigint not null	
column messages.gen bigint not null	
column messages.kind text not null collate C	
column messages.message_id bytea not null	
column messages.pos bigint not null	
column messages.proposal_ref bytea	
column messages.sender_did text collate C	
column messages.seq bigint not null	
column orphan_objects.did text collate C	
column orphan_objects.marked boolean not null	
column orphan_objects.object_key text not null collate C	
column orphan_objects.reserved bigint	
column orphan_objects.since timestamp with time zone not null	
column package_claims.cipher_suite bigint not null	
column package_claims.claimed_at timestamp with time zone[] not null	
column package_claims.device_id text not null collate C	
column package_claims.did text not null collate C	
column package_claims.ends_at timestamp with time zone not null	
column package_claims.requester bytea not null	
column read_positions.archived boolean not null	false
column read_positions.convo_id bytea not null	
column read_positions.did text not null collate C	
column read_positions.muted boolean not null	false
column read_positions.seq bigint not null	
column read_positions.updated_at timestamp with time zone not null	
column rejoin_requests.convo_id bytea not null	
column rejoin_requests.did text not null collate C	
column rejoin_requests.epoch bigint	
column rejoin_requests.reason text not null collate C	
column rejoin_requests.requested_at timestamp with time zone not null	
column relay_cursors.held_until timestamp with time zone	
column relay_cursors.holder uuid	
column relay_cursors.relay text not null collate C	
column relay_cursors.seq bigint not null	''-1''::integer
column removed_messages.convo_id bytea not null	
column removed_messages.id_hash bytea not null	
column removed_messages.seq bigint not null	
column reports.convo_id bytea	
column reports.created_at timestamp with time zone not null	
column reports.evidence bytea	
column reports.forward_after timestamp with time zone	
column reports.forward_attempts bigint not null	0
column reports.forwarded_at timestamp with time zone	
column reports.forwarded_id bigint	
column reports.message_id bytea	
column reports.reason text	
column reports.reason_type text not null collate C	
column reports.report_id bigint not null	
column reports.reporter_did text not null collate C	
column reports.resolved_at timestamp with time zone	
column reports.subject_did text collate C	
column reports_report_id_seq.is_called boolean not null	
column reports_report_id_seq.last_value bigint not null	
column reports_report_id_seq.log_cnt bigint not null	
column schema_needs.migration bigint not null	
column schema_needs.only_row boolean not null	true
column tickets.convo_id bytea	
column tickets.did text not null collate C	
column tickets.expires_at timestamp with time zone not null	
column tickets.ticket_hash bytea not null	
column welcome_recipients.convo_id bytea not null	
column welcome_recipients.device_id text not null collate C	
column welcome_recipients.did text not null collate C	
column welcome_recipients.ended_at timestamp with time zone	
column welcome_recipients.error_details text	
column welcome_recipients.failed_at timestamp with time zone	
column welcome_recipients.ref bytea not null	
column welcome_recipients.seq bigint not null	
column welcome_recipients.state text not null collate C	''open''::text
column welcomes.convo_id bytea not null	
column welcomes.created_at timestamp with time zone not null	
column welcomes.epoch bigint not null	
column welcomes.ratchet_tree bytea	
column welcomes.seq bigint not null	
column welcomes.welcome bytea not null	
constraint account_keys_pkey on account_keys	PRIMARY KEY (did)
constraint account_origins_check on account_origins	CHECK (((origin IS NULL) = (confirmed_at IS NULL)))
constraint account_origins_check1 on account_origins	CHECK (((origin IS NOT NULL) OR (settled_at IS NOT NULL)))
constraint account_origins_pkey on account_origins	PRIMARY KEY (did)
constraint account_states_check on account_states	CHECK (((NOT erasing) OR (erase_at IS NOT NULL)))
constraint account_states_check1 on account_states	CHECK (((host_status IS NULL) = (host_status_at IS NULL)))
constraint account_states_check2 on account_states	CHECK (((suspended_at IS NOT NULL) OR (host_status IS NOT NULL) OR (erase_at IS NOT NULL)))
constraint account_states_host_status_check on account_states	CHECK ((host_status = ANY (ARRAY[''deactivated''::text, ''suspended''::text, ''takendown''::text, ''deleted''::text])))
constraint account_states_pkey on account_states	PRIMARY KEY (did)
constraint account_states_version_only_row_check on account_states_version	CHECK (only_row)
constraint account_states_version_pkey on account_states_version	PRIMARY KEY (only_row)
constraint accounts_blob_bytes_check on accounts	CHECK ((blob_bytes >= 0))
constraint accounts_pkey on accounts	PRIMARY KEY (did)
constraint admin_audit_pkey on admin_audit	PRIMARY KEY (id)
constraint blobs_pkey on blobs	PRIMARY KEY (did, cid)
constraint blobs_size_check on blobs	CHECK ((size >= 0))
constraint blocks_did_fkey on blocks	FOREIGN KEY (did) REFERENCES accounts(did)
constraint blocks_pkey on blocks	PRIMARY KEY (did, blocked_did)
constraint commit_failures_convo_id_fkey on commit_failures	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint commit_failures_pkey on commit_failures	PRIMARY KEY (convo_id, epoch, did)
constraint conversations_add_by_check on conversations	CHECK ((add_by = ANY (ARRAY[''membersUpTo50''::text, ''members''::text, ''admins''::text])))
constraint conversations_check on conversations	CHECK (((locked_at IS NOT NULL) = (locked_by_admin OR locked_by_operator)))
constraint conversations_convo_id_check on conversations	CHECK (((octet_length(convo_id) >= 16) AND (octet_length(convo_id) <= 64)))
constraint conversations_epoch_check on conversations	CHECK ((epoch >= 0))
constraint conversations_last_seq_check on conversations	CHECK ((last_seq >= 0))
constraint conversations_pkey on conversations	PRIMARY KEY (convo_id)
constraint devices_did_fkey on devices	FOREIGN KEY (did) REFERENCES accounts(did)
constraint devices_pkey on devices	PRIMARY KEY (did, device_id)
constraint events_check on events	CHECK (((convo_id IS NULL) <> (target_did IS NULL)))
constraint events_kind_check on events	CHECK ((kind = ANY (ARRAY[''membership''::text, ''welcome''::text, ''rejoin-requested''::text, ''convo-damaged''::text, ''key-packages-low''::text, ''read''::text, ''preferences''::text, ''role''::text, ''policy''::text, ''lock''::text])))
constraint events_n_check on events	CHECK ((n > 0))
constraint events_pkey on events	PRIMARY KEY (gen, pos, stream_key, seq, n)
constraint group_infos_convo_id_fkey on group_infos	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint group_infos_pkey on group_infos	PRIMARY KEY (convo_id)
constraint health_writes_only_row_check on health_writes	CHECK (only_row)
constraint health_writes_pkey on health_writes	PRIMARY KEY (only_row)
constraint idempotency_records_pkey on idempotency_records	PRIMARY KEY (record_id)
constraint key_packages_check on key_packages	CHECK (((lease_holder IS NULL) OR ((lease_ends_at IS NOT NULL) AND (spent_at IS NULL))))
constraint key_packages_check1 on key_packages	CHECK (((lease_holder IS NULL) = (lease_convo IS NULL)))
constraint key_packages_check2 on key_packages	CHECK (((NOT last_resort) OR ((lease_ends_at IS NULL) AND (spent_at IS NULL))))
constraint key_packages_did_device_id_fkey on key_packages	FOREIGN KEY (did, device_id) REFERENCES devices(did, device_id)
constraint key_packages_pkey on key_packages	PRIMARY KEY (did, ref)
constraint lapsed_proposals_convo_id_fkey on lapsed_proposals	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint lapsed_proposals_pkey on lapsed_proposals	PRIMARY KEY (convo_id, seq)
constraint leaves_convo_id_fkey on leaves	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint leaves_leaf_index_check on leaves	CHECK ((leaf_index >= 0))
constraint leaves_pkey on leaves	PRIMARY KEY (convo_id, did, device_id)
constraint log_generation_gen_check on log_generation	CHECK ((gen > 0))
constraint log_generation_only_row_check on log_generation	CHECK (only_row)
constraint log_generation_pkey on log_generation	PRIMARY KEY (only_row)
constraint memberships_check on memberships	CHECK ((left_seq >= joined_seq))
constraint memberships_check1 on memberships	CHECK (((NOT pending_removal) OR (left_seq IS NOT NULL)))
constraint memberships_check2 on memberships	CHECK (((left_seq IS NULL) = (left_at IS NULL)))
constraint memberships_convo_id_fkey on memberships	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint memberships_pkey on memberships	PRIMARY KEY (convo_id, did, joined_seq)
constraint memberships_role_check on memberships	CHECK ((role = ANY (ARRAY[''admin''::text, ''member''::text])))
constraint message_blobs_convo_id_seq_fkey on message_blobs	FOREIGN KEY (convo_id, seq) REFERENCES messages(convo_id, seq)
constraint message_blobs_pkey on message_blobs	PRIMARY KEY (convo_id, seq, cid)
constraint messages_blobs_check on messages	CHECK ((blobs <> ''{}''::text[]))
constraint messages_check on messages	CHECK (((kind = ''app''::text) = (sender_did IS NULL)))
constraint messages_check1 on messages	CHECK (((proposal_ref IS NULL) OR (kind = ''proposal''::text)))
constraint messages_epoch_check on messages	CHECK ((epoch >= 0))
constraint messages_kind_check on messages	CHECK ((kind = ANY (ARRAY[''app''::text, ''commit''::text, ''proposal''::text])))
constraint messages_pkey on messages	PRIMARY KEY (convo_id, seq)
constraint messages_seq_check on messages	CHECK ((seq > 0))
constraint orphan_objects_check on orphan_objects	CHECK (((did IS NULL) = (reserved IS NULL)))
constraint orphan_objects_pkey on orphan_objects	PRIMARY KEY (object_key)
constraint package_claims_pkey on package_claims	PRIMARY KEY (did, device_id, cipher_suite, requester)
constraint read_positions_convo_id_fkey on read_positions	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint read_positions_pkey on read_positions	PRIMARY KEY (convo_id, did)
constraint read_positions_seq_check on read_positions	CHECK ((seq >= 0))
constraint rejoin_requests_convo_id_fkey on rejoin_requests	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint rejoin_requests_pkey on rejoin_requests	PRIMARY KEY (convo_id, did)
constraint relay_cursors_check on relay_cursors	CHECK (((holder IS NULL) = (held_until IS NULL)))
constraint relay_cursors_pkey on relay_cursors	PRIMARY KEY (relay)
constraint removed_messages_pkey on removed_messages	PRIMARY KEY (convo_id, id_hash)
constraint reports_check on reports	CHECK (((convo_id IS NOT NULL) OR (subject_did IS NOT NULL)))
constraint reports_pkey on reports	PRIMARY KEY (report_id)
constraint schema_needs_only_row_check on schema_needs	CHECK (only_row)
constraint schema_needs_pkey on schema_needs	PRIMARY KEY (only_row)
constraint tickets_pkey on tickets	PRIMARY KEY (ticket_hash)
constraint welcome_recipients_check on welcome_recipients	CHECK (((state = ''open''::text) = (ended_at IS NULL)))
constraint welcome_recipients_convo_id_seq_fkey on welcome_recipients	FOREIGN KEY (convo_id, seq) REFERENCES welcomes(convo_id, seq)
constraint welcome_recipients_pkey on welcome_recipients	PRIMARY KEY (convo_id, did, device_id, seq)
constraint welcome_recipients_state_check on welcome_recipients	CHECK ((state = ANY (ARRAY[''open''::text, ''confirmed''::text, ''superseded''::text, ''device-deleted''::text])))
constraint welcomes_convo_id_fkey on welcomes	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint welcomes_pkey on welcomes	PRIMARY KEY (convo_id, seq)
function health_wait(pid integer) returns text	9e46829dd16d0b9d92d53f32bb7ef6c1
function log_current_generation() returns bigint	543f9a112ca507415f3313d551469401
function log_database_oid() returns bigint	9282770c3167611f1b34de8809820c3e
function log_events(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, at_n bigint, max_rows bigint) returns SETOF events	f968c8f6ff61c5bb6ef0041526bb01ff
function log_horizon() returns bigint	9ac6e79dc78bfa02fa22d8e5df983e0e
function log_messages(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, max_rows bigint) returns SETOF messages	3fb999ee8f21303701ee7dfde79d8ebf
function log_next_xid() returns bigint	ac5611f20a62a244967e08d9b380803d
function log_own_xid() returns bigint	98365b857681f8a84a241bf9dce68b1b
function log_system_identifier() returns bigint	9d61375f96554a7587065c9c5a0449d4
function log_timeline() returns bigint	870233518d034d71e51aa9a0ca0efd2d
function log_told_until(convo bytea, lo bigint, hi bigint, at_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint) returns bigint	fac36cc74a4d5e0f28b872c2f2d0c37d
index account_keys_age on account_keys	CREATE INDEX account_keys_age USING btree (fetched_at)
index account_keys_pkey on account_keys unique	CREATE UNIQUE INDEX account_keys_pkey USING btree (did)
index account_origins_age on account_origins	CREATE INDEX account_origins_age USING btree (confirmed_at) WHERE (settled_at IS NULL)
index account_origins_pkey on account_origins unique	CREATE UNIQUE INDEX account_origins_pkey USING btree (did)
index account_origins_settled on account_origins	CREATE INDEX account_origins_settled USING btree (origin, confirmed_at) WHERE (settled_at IS NOT NULL)
index account_states_erase on account_states	CREATE INDEX account_states_erase USING btree (erase_at) WHERE (erase_at IS NOT NULL)
index account_states_pkey on account_states unique	CREATE UNIQUE INDEX account_states_pkey USING btree (did)
index account_states_version_pkey on account_states_version unique	CREATE UNIQUE INDEX account_states_version_pkey USING btree (only_row)
index account_states_versions on account_states	CREATE INDEX account_states_versions USING btree (version)
index accounts_pkey on accounts unique	CREATE UNIQUE INDEX accounts_pkey USING btree (did)
index admin_audit_pkey on admin_audit unique	CREATE UNIQUE INDEX admin_audit_pkey USING btree (id)
index admin_audit_subject on admin_audit	CREATE INDEX admin_audit_subject USING btree (subject, id) WHERE (subject IS NOT NULL)
index blobs_by_age on blobs	CREATE INDEX blobs_by_age USING btree (created_at, object_key)
index blobs_by_object on blobs unique	CREATE UNIQUE INDEX blobs_by_object USING btree (object_key)
index blobs_pkey on blobs unique	CREATE UNIQUE INDEX blobs_pkey USING btree (did, cid)
index blobs_unattached on blobs	CREATE INDEX blobs_unattached USING btree (created_at) WHERE (NOT attached)
index blocks_by_age on blocks	CREATE INDEX blocks_by_age USING btree (did, created_at DESC, blocked_did DESC)
index blocks_of on blocks	CREATE INDEX blocks_of USING btree (blocked_did)
index blocks_pkey on blocks unique	CREATE UNIQUE INDEX blocks_pkey USING btree (did, blocked_did)
index commit_failures_pkey on commit_failures unique	CREATE UNIQUE INDEX commit_failures_pkey USING btree (convo_id, epoch, did)
index conversations_closed on conversations	CREATE INDEX conversations_closed USING btree (closed_at) WHERE (closed_at IS NOT NULL)
index conversations_pkey on conversations unique	CREATE UNIQUE INDEX conversations_pkey USING btree (convo_id)
index devices_pkey on devices unique	CREATE UNIQUE INDEX devices_pkey USING btree (did, device_id)
index events_by_convo on events	CREATE INDEX events_by_convo USING btree (convo_id, gen, pos, seq, n) WHERE (convo_id IS NOT NULL)
index events_by_target on events	CREATE INDEX events_by_target USING btree (target_did, gen, pos) WHERE (target_did IS NOT NULL)
index events_pkey on events unique	CREATE UNIQUE INDEX events_pkey USING btree (gen, pos, stream_key, seq, n)
index events_target_age on events	CREATE INDEX events_target_age USING btree (created_at) WHERE (target_did IS NOT NULL)
index group_infos_pkey on group_infos unique	CREATE UNIQUE INDEX group_infos_pkey USING btree (convo_id)
index health_writes_pkey on health_writes unique	CREATE UNIQUE INDEX health_writes_pkey USING btree (only_row)
index idempotency_records_age on idempotency_records	CREATE INDEX idempotency_records_age USING btree (created_at)
index idempotency_records_pkey on idempotency_records unique	CREATE UNIQUE INDEX idempotency_records_pkey USING btree (record_id)
index key_packages_available on key_packages	CREATE INDEX key_packages_available USING btree (did, device_id, cipher_suite, lease_ends_at NULLS FIRST, expires_at) WHERE ((spent_at IS NULL) AND (NOT last_resort))
index key_packages_by_ref on key_packages	CREATE INDEX key_packages_by_ref USING btree (ref)
index key_packages_last_resort on key_packages	CREATE INDEX key_packages_last_resort USING btree (did, device_id, cipher_suite, expires_at) WHERE last_resort
index key_packages_lease_ends on key_packages	CREATE INDEX key_packages_lease_ends USING btree (lease_ends_at) WHERE (lease_holder <> ''''::text)
index key_packages_leases on key_packages	CREATE INDEX key_packages_leases USING btree (lease_holder, did, lease_ends_at) WHERE ((lease_holder IS NOT NULL) AND (spent_at IS NULL))
index key_packages_pkey on key_packages unique	CREATE UNIQUE INDEX key_packages_pkey USING btree (did, ref)
index key_packages_spent on key_packages	CREATE INDEX key_packages_spent USING btree (did, device_id, cipher_suite, spent_at) WHERE (spent_at IS NOT NULL)
index key_packages_spent_age on key_packages	CREATE INDEX key_packages_spent_age USING btree (expires_at) WHERE (spent_at IS NOT NULL)
index key_packages_unspent_age on key_packages	CREATE INDEX key_packages_unspent_age USING btree (expires_at) WHERE (spent_at IS NULL)
index lapsed_proposals_age on lapsed_proposals	CREATE INDEX lapsed_proposals_age USING btree (lapsed_at)
index lapsed_proposals_pkey on lapsed_proposals unique	CREATE UNIQUE INDEX lapsed_proposals_pkey USING btree (convo_id, seq)
index leaves_by_device on leaves	CREATE INDEX leaves_by_device USING btree (did, device_id)
index leaves_pkey on leaves unique	CREATE UNIQUE INDEX leaves_pkey USING btree (convo_id, did, device_id)
index log_generation_pkey on log_generation unique	CREATE UNIQUE INDEX log_generation_pkey USING btree (only_row)
index memberships_accepted on memberships	CREATE INDEX memberships_accepted USING btree (did, accepted_at) WHERE (accepted_at IS NOT NULL)
index memberships_by_did on memberships	CREATE INDEX memberships_by_did USING btree (did, convo_id)
index memberships_one_active on memberships unique	CREATE UNIQUE INDEX memberships_one_active USING btree (convo_id, did) WHERE (left_seq IS NULL)
index memberships_pkey on memberships unique	CREATE UNIQUE INDEX memberships_pkey USING btree (convo_id, did, joined_seq)
index message_blobs_by_cid on message_blobs	CREATE INDEX message_blobs_by_cid USING btree (convo_id, cid)
index message_blobs_by_owner on message_blobs	CREATE INDEX message_blobs_by_owner USING btree (owner_did, cid)
index message_blobs_pkey on message_blobs unique	CREATE UNIQUE INDEX message_blobs_pkey USING btree (convo_id, seq, cid)
index messages_age on messages	CREATE INDEX messages_age USING btree (created_at) WHERE (kind = ''app''::text)
index messages_handshake on messages	CREATE INDEX messages_handshake USING btree (convo_id, seq) WHERE (kind <> ''app''::text)
index messages_log on messages	CREATE INDEX messages_log USING btree (gen, pos, convo_id, seq)
index messages_message_id on messages unique	CREATE UNIQUE INDEX messages_message_id USING btree (convo_id, message_id)
index messages_one_commit on messages unique	CREATE UNIQUE INDEX messages_one_commit USING btree (convo_id, epoch) WHERE (kind = ''commit''::text)
index messages_pkey on messages unique	CREATE UNIQUE INDEX messages_pkey USING btree (convo_id, seq)
index messages_proposals on messages	CREATE INDEX messages_proposals USING btree (convo_id, epoch, seq) WHERE (kind = ''proposal''::text)
index messages_proposers on messages	CREATE INDEX messages_proposers USING btree (convo_id, sender_did, epoch) WHERE (kind = ''proposal''::text)
index orphan_objects_pkey on orphan_objects unique	CREATE UNIQUE INDEX orphan_objects_pkey USING btree (object_key)
index orphan_objects_since on orphan_objects	CREATE INDEX orphan_objects_since USING btree (since)
index orphan_objects_uploads on orphan_objects	CREATE INDEX orphan_objects_uploads USING btree (did) WHERE (did IS NOT NULL)
index package_claims_ends on package_claims	CREATE INDEX package_claims_ends USING btree (ends_at)
index package_claims_pkey on package_claims unique	CREATE UNIQUE INDEX package_claims_pkey USING btree (did, device_id, cipher_suite, requester)
index read_positions_pkey on read_positions unique	CREATE UNIQUE INDEX read_positions_pkey USING btree (convo_id, did)
index rejoin_requests_pkey on rejoin_requests unique	CREATE UNIQUE INDEX rejoin_requests_pkey USING btree (convo_id, did)
index relay_cursors_pkey on relay_cursors unique	CREATE UNIQUE INDEX relay_cursors_pkey USING btree (relay)
index removed_messages_pkey on removed_messages unique	CREATE UNIQUE INDEX removed_messages_pkey USING btree (convo_id, id_hash)
index reports_about on reports	CREATE INDEX reports_about USING btree (subject_did) WHERE (subject_did IS NOT NULL)
index reports_by on reports	CREATE INDEX reports_by USING btree (reporter_did)
index reports_open on reports	CREATE INDEX reports_open USING btree (report_id) WHERE (resolved_at IS NULL)
index reports_pkey on reports unique	CREATE UNIQUE INDEX reports_pkey USING btree (report_id)
index reports_resolved on reports	CREATE INDEX reports_resolved USING btree (resolved_at) WHERE (resolved_at IS NOT NULL)
index schema_needs_pkey on schema_needs unique	CREATE UNIQUE INDEX schema_needs_pkey USING btree (only_row)
index tickets_expiry on tickets	CREATE INDEX tickets_expiry USING btree (expires_at)
index tickets_pkey on tickets unique	CREATE UNIQUE INDEX tickets_pkey USING btree (ticket_hash)
index welcome_recipients_by_device on welcome_recipients	CREATE INDEX welcome_recipients_by_device USING btree (did, device_id) WHERE (state = ''open''::text)
index welcome_recipients_ended on welcome_recipients	CREATE INDEX welcome_recipients_ended USING btree (ended_at) WHERE (ended_at IS NOT NULL)
index welcome_recipients_one_open on welcome_recipients unique	CREATE UNIQUE INDEX welcome_recipients_one_open USING btree (convo_id, did, device_id) WHERE (state = ''open''::text)
index welcome_recipients_pkey on welcome_recipients unique	CREATE UNIQUE INDEX welcome_recipients_pkey USING btree (convo_id, did, device_id, seq)
index welcomes_pkey on welcomes unique	CREATE UNIQUE INDEX welcomes_pkey USING btree (convo_id, seq)
table account_keys (r)
table account_origins (r)
table account_states (r)
table account_states_version (r)
table accounts (r)
table admin_audit (r)
table admin_audit_id_seq (S)
table blobs (r)
table blocks (r)
table commit_failures (r)
table conversations (r)
table devices (r)
table events (r)
table group_infos (r)
table health_writes (r)
table idempotency_records (r)
table key_packages (r)
table lapsed_proposals (r)
table leaves (r)
table log_generation (r)
table memberships (r)
table message_blobs (r)
table messages (r)
table orphan_objects (r)
table package_claims (r)
table read_positions (r)
table rejoin_requests (r)
table relay_cursors (r)
table removed_messages (r)
table reports (r)
table reports_report_id_seq (S)
table schema_needs (r)
table tickets (r)
table welcome_recipients (r)
table welcomes (r)');
INSERT INTO public.schema_migrations VALUES (3, '2026-11-28 08:12:55.373813+00', 15, 'column account_keys.did text not null collate C	
column account_keys.fetched_at timestamp with time zone not null	
column account_keys.public_key text not null collate C	
column account_origins.confirmed_at timestamp with time zone	
column account_origins.did text not null collate C	
column account_origins.origin text collate C	
column account_origins.settled_at timestamp with time zone	
column account_states.did text not null collate C	
column account_states.erase_at timestamp with time zone	
column account_states.erasing boolean not null	false
column account_states.host_status text collate C	
column account_states.host_status_at timestamp with time zone	
column account_states.suspended_at timestamp with time zone	
column account_states.version bigint not null	
column account_states_version.only_row boolean not null	true
column account_states_version.version bigint not null	
column accounts.blob_bytes bigint not null	0
column accounts.created_at timestamp with time zone not null	
column accounts.did text not null collate C	
column accounts.gen bigint not null	log_current_generation()
column accounts.last_n bigint not null	0
column accounts.last_pos bigint not null	0
column admin_audit.action text not null collate C	
column admin_audit.actor text not null collate C	
column admin_audit.at timestamp with time zone not null	now()
column admin_audit.id bigint not null	
column admin_audit.subject bytea	
column admin_audit_id_seq.is_called boolean not null	
column admin_audit_id_seq.last_value bigint not null	
column admin_audit_id_seq.log_cnt bigint not null	
column blobs.attached boolean not null	false
column blobs.cid text not null collate C	
column blobs.created_at timestamp with time zone not null	
column blobs.did text not null collate C	
column blobs.mime_type text not null	
column blobs.object_key text not null collate C	
column blobs.size bigint not null	
column blocks.blocked_did text not null collate C	
column blocks.created_at timestamp with time zone not null	
column blocks.did text not null collate C	
column commit_failures.convo_id bytea not null	
column commit_failures.detail text collate C	
column commit_failures.did text not null collate C	
column commit_failures.epoch bigint not null	
column commit_failures.reported_at timestamp with time zone not null	
column conversations.add_by text not null collate C	''membersUpTo50''::text
column conversations.admins_change_info boolean not null	false
column conversations.admins_make_links boolean not null	true
column conversations.admins_remove boolean not null	true
column conversations.admins_send boolean not null	false
column conversations.cipher_suite bigint not null	
column conversations.closed_at timestamp with time zone	
column conversations.convo_id bytea not null	
column conversations.created_at timestamp with time zone not null	
column conversations.creator_did text not null collate C	
column conversations.description text	
column conversations.epoch bigint not null	
column conversations.epoch_began_at timestamp with time zone not null	now()
column conversations.gen bigint not null	log_current_generation()
column conversations.last_activity_at timestamp with time zone not null	
column conversations.last_message_at timestamp with time zone	
column conversations.last_n bigint not null	0
column conversations.last_pos bigint not null	0
column conversations.last_seq bigint not null	0
column conversations.locked_at timestamp with time zone	
column conversations.locked_by_admin boolean not null	false
column conversations.locked_by_operator boolean not null	false
column conversations.name text	
column conversations.reserved_at timestamp with time zone	
column conversations.reserved_for text collate C	
column conversations.reserved_until timestamp with time zone	
column conversations.roster_version bigint not null	0
column convo_infos.convo_id bytea not null	
column convo_infos.info bytea not null	
column convo_infos.info_key bytea not null	
column convo_infos.key_epoch bigint not null	
column convo_infos.requested_epoch bigint	
column convo_infos.updated_at timestamp with time zone not null	
column convo_infos.version bigint not null	
column devices.created_at timestamp with time zone not null	
column devices.deleted_at timestamp with time zone	
column devices.device_id text not null collate C	
column devices.did text not null collate C	
column events.body jsonb not null	
column events.convo_id bytea	
column events.created_at timestamp with time zone not null	
column events.edge bigint	
column events.gen bigint not null	
column events.kind text not null collate C	
column events.n bigint not null	
column events.pos bigint not null	
column events.seq bigint not null	
column events.stream_key bytea not null	
column events.target_did text collate C	
column group_infos.convo_id bytea not null	
column group_infos.epoch bigint not null	
column group_infos.group_info bytea not null	
column group_infos.ratchet_tree bytea	
column group_infos.updated_at timestamp with time zone not null	
column health_writes.only_row boolean not null	true
column health_writes.written_at timestamp with time zone not null	
column idempotency_records.answer bytea not null	
column idempotency_records.content_hash bytea not null	
column idempotency_records.created_at timestamp with time zone not null	
column idempotency_records.record_id bytea not null	
column key_packages.cipher_suite bigint not null	
column key_packages.created_at timestamp with time zone not null	
column key_packages.device_id text not null collate C	
column key_packages.did text not null collate C	
column key_packages.expires_at timestamp with time zone not null	
column key_packages.key_package bytea not null	
column key_packages.last_resort boolean not null	
column key_packages.last_resort_used_at timestamp with time zone	
column key_packages.lease_convo bytea	
column key_packages.lease_ends_at timestamp with time zone	
column key_packages.lease_holder text collate C	
column key_packages.ref bytea not null	
column key_packages.spent_at timestamp with time zone	
column lapsed_proposals.convo_id bytea not null	
column lapsed_proposals.lapsed_at timestamp with time zone not null	
column lapsed_proposals.seq bigint not null	
column leaves.convo_id bytea not null	
column leaves.credential bytea not null	
column leaves.device_id text not null collate C	
column leaves.did text not null collate C	
column leaves.leaf_index bigint not null	
column leaves.signature_key bytea not null	
column log_generation.began_at timestamp with time zone not null	
column log_generation.database_oid bigint	
column log_generation.gen bigint not null	
column log_generation.low_water_n bigint not null	0
column log_generation.low_water_pos bigint not null	0
column log_generation.low_water_seq bigint not null	0
column log_generation.low_water_stream_key bytea not null	''\x''::bytea
column log_generation.only_row boolean not null	true
column log_generation.secret uuid not null	
column log_generation.system_identifier bigint	
column log_generation.timeline bigint	
column memberships.accepted_at timestamp with time zone	
column memberships.convo_id bytea not null	
column memberships.did text not null collate C	
column memberships.ended_by_other boolean not null	false
column memberships.joined_at timestamp with time zone not null	
column memberships.joined_gen bigint not null	
column memberships.joined_n bigint not null	
column memberships.joined_pos bigint not null	
column memberships.joined_seq bigint not null	
column memberships.left_at timestamp with time zone	
column memberships.left_gen bigint	
column memberships.left_n bigint	
column memberships.left_pos bigint	
column memberships.left_seq bigint	
column memberships.pending_removal boolean not null	false
column memberships.role text not null collate C	''member''::text
column message_blobs.cid text not null collate C	
column message_blobs.convo_id bytea not null	
column message_blobs.owner_did text not null collate C	
column message_blobs.seq bigint not null	
column messages.blobs text[] collate C	
column messages.ciphertext bytea not null	
column messages.convo_id bytea not null	
column messages.created_at timestamp with time zone not null	
column messages.epoch bigint not null	
column messages.gen bigint not null	
column messages.kind text not null collate C	
column messages.message_id bytea not null	
column messages.pos bigint not null	
column messages.proposal_ref bytea	
column messages.sender_did text collate C	
column messages.seq bigint not null	
column orphan_objects.did text collate C	
column orphan_objects.marked boolean not null	
column orphan_objects.object_key text not null collate C	
column orphan_objects.reserved bigint	
column orphan_objects.since timestamp with time zone not null	
column package_claims.cipher_suite bigint not null	
column package_claims.claimed_at timestamp with time zone[] not null	
column package_claims.device_id text not null collate C	
column package_claims.did text not null collate C	
column package_claims.ends_at timestamp with time zone not null	
column package_claims.requester bytea not null	
column read_positions.archived boolean not null	false
column read_positions.convo_id bytea not null	
column read_positions.did text not null collate C	
column read_positions.muted boolean not null	false
column read_positions.seq bigint not null	
column read_positions.updated_at timestamp with time zone not null	
column rejoin_requests.convo_id bytea not null	
column rejoin_requests.did text not null collate C	
column rejoin_requests.epoch bigint	
column rejoin_requests.reason text not null collate C	
column rejoin_requests.requested_at timestamp with time zone not null	
column relay_cursors.held_until timestamp with time zone	
column relay_cursors.holder uuid	
column relay_cursors.relay text not null collate C	
column relay_cursors.seq bigint not null	''-1''::integer
column removed_messages.convo_id bytea not null	
column removed_messages.id_hash bytea not null	
column removed_messages.seq bigint not null	
column reports.convo_id bytea	
column reports.created_at timestamp with time zone not null	
column reports.evidence bytea	
column reports.forward_after timestamp with time zone	
column reports.forward_attempts bigint not null	0
column reports.forwarded_at timestamp with time zone	
column reports.forwarded_id bigint	
column reports.message_id bytea	
column reports.reason text	
column reports.reason_type text not null collate C	
column reports.report_id bigint not null	
column reports.reporter_did text not null collate C	
column reports.resolved_at timestamp with time zone	
column reports.subject_did text collate C	
column reports_report_id_seq.is_called boolean not null	
column reports_report_id_seq.last_value bigint not null	
column reports_report_id_seq.log_cnt bigint not null	
column schema_needs.migration bigint not null	
column schema_needs.only_row boolean not null	true
column tickets.convo_id bytea	
column tickets.did text not null collate C	
column tickets.expires_at timestamp with time zone not null	
column tickets.ticket_hash bytea not null	
column welcome_recipients.convo_id bytea not null	
column welcome_recipients.device_id text not null collate C	
column welcome_recipients.did text not null collate C	
column welcome_recipients.ended_at timestamp with time zone	
column welcome_recipients.error_details text	
column welcome_recipients.failed_at timestamp with time zone	
column welcome_recipients.ref bytea not null	
column welcome_recipients.seq bigint not null	
column welcome_recipients.state text not null collate C	''open''::text
column welcomes.convo_id bytea not null	
column welcomes.created_at timestamp with time zone not null	
column welcomes.epoch bigint not null	
column welcomes.ratchet_tree bytea	
column welcomes.seq bigint not null	
column welcomes.welcome bytea not null	
constraint account_keys_pkey on account_keys	PRIMARY KEY (did)
constraint account_origins_check on account_origins	CHECK (((origin IS NULL) = (confirmed_at IS NULL)))
constraint account_origins_check1 on account_origins	CHECK (((origin IS NOT NULL) OR (settled_at IS NOT NULL)))
constraint account_origins_pkey on account_origins	PRIMARY KEY (did)
constraint account_states_check on account_states	CHECK (((NOT erasing) OR (erase_at IS NOT NULL)))
constraint account_states_check1 on account_states	CHECK (((host_status IS NULL) = (host_status_at IS NULL)))
constraint account_states_check2 on account_states	CHECK (((suspended_at IS NOT NULL) OR (host_status IS NOT NULL) OR (erase_at IS NOT NULL)))
constraint account_states_host_status_check on account_states	CHECK ((host_status = ANY (ARRAY[''deactivated''::text, ''suspended''::text, ''takendown''::text, ''deleted''::text])))
constraint account_states_pkey on account_states	PRIMARY KEY (did)
constraint account_states_version_only_row_check on account_states_version	CHECK (only_row)
constraint account_states_version_pkey on account_states_version	PRIMARY KEY (only_row)
constraint accounts_blob_bytes_check on accounts	CHECK ((blob_bytes >= 0))
constraint accounts_pkey on accounts	PRIMARY KEY (did)
constraint admin_audit_pkey on admin_audit	PRIMARY KEY (id)
constraint blobs_pkey on blobs	PRIMARY KEY (did, cid)
constraint blobs_size_check on blobs	CHECK ((size >= 0))
constraint blocks_did_fkey on blocks	FOREIGN KEY (did) REFERENCES accounts(did)
constraint blocks_pkey on blocks	PRIMARY KEY (did, blocked_did)
constraint commit_failures_convo_id_fkey on commit_failures	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint commit_failures_pkey on commit_failures	PRIMARY KEY (convo_id, epoch, did)
constraint conversations_add_by_check on conversations	CHECK ((add_by = ANY (ARRAY[''membersUpTo50''::text, ''members''::text, ''admins''::text])))
constraint conversations_check on conversations	CHECK (((locked_at IS NOT NULL) = (locked_by_admin OR locked_by_operator)))
constraint conversations_convo_id_check on conversations	CHECK (((octet_length(convo_id) >= 16) AND (octet_length(convo_id) <= 64)))
constraint conversations_epoch_check on conversations	CHECK ((epoch >= 0))
constraint conversations_last_seq_check on conversations	CHECK ((last_seq >= 0))
constraint conversations_pkey on conversations	PRIMARY KEY (convo_id)
constraint convo_infos_convo_id_fkey on convo_infos	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id) ON DELETE CASCADE
constraint convo_infos_key_epoch_check on convo_infos	CHECK ((key_epoch >= 0))
constraint convo_infos_pkey on convo_infos	PRIMARY KEY (convo_id)
constraint convo_infos_version_check on convo_infos	CHECK ((version > 0))
constraint devices_did_fkey on devices	FOREIGN KEY (did) REFERENCES accounts(did)
constraint devices_pkey on devices	PRIMARY KEY (did, device_id)
constraint events_check on events	CHECK (((convo_id IS NULL) <> (target_did IS NULL)))
constraint events_kind_check on events not valid	CHECK ((kind = ANY (ARRAY[''membership''::text, ''welcome''::text, ''rejoin-requested''::text, ''convo-damaged''::text, ''key-packages-low''::text, ''read''::text, ''preferences''::text, ''role''::text, ''policy''::text, ''lock''::text, ''info''::text, ''info-key-requested''::text]))) NOT VALID
constraint events_n_check on events	CHECK ((n > 0))
constraint events_pkey on events	PRIMARY KEY (gen, pos, stream_key, seq, n)
constraint group_infos_convo_id_fkey on group_infos	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint group_infos_pkey on group_infos	PRIMARY KEY (convo_id)
constraint health_writes_only_row_check on health_writes	CHECK (only_row)
constraint health_writes_pkey on health_writes	PRIMARY KEY (only_row)
constraint idempotency_records_pkey on idempotency_records	PRIMARY KEY (record_id)
constraint key_packages_check on key_packages	CHECK (((lease_holder IS NULL) OR ((lease_ends_at IS NOT NULL) AND (spent_at IS NULL))))
constraint key_packages_check1 on key_packages	CHECK (((lease_holder IS NULL) = (lease_convo IS NULL)))
constraint key_packages_check2 on key_packages	CHECK (((NOT last_resort) OR ((lease_ends_at IS NULL) AND (spent_at IS NULL))))
constraint key_packages_did_device_id_fkey on key_packages	FOREIGN KEY (did, device_id) REFERENCES devices(did, device_id)
constraint key_packages_pkey on key_packages	PRIMARY KEY (did, ref)
constraint lapsed_proposals_convo_id_fkey on lapsed_proposals	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint lapsed_proposals_pkey on lapsed_proposals	PRIMARY KEY (convo_id, seq)
constraint leaves_convo_id_fkey on leaves	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint leaves_leaf_index_check on leaves	CHECK ((leaf_index >= 0))
constraint leaves_pkey on leaves	PRIMARY KEY (convo_id, did, device_id)
constraint log_generation_gen_check on log_generation	CHECK ((gen > 0))
constraint log_generation_only_row_check on log_generation	CHECK (only_row)
constraint log_generation_pkey on log_generation	PRIMARY KEY (only_row)
constraint memberships_check on memberships	CHECK ((left_seq >= joined_seq))
constraint memberships_check1 on memberships	CHECK (((NOT pending_removal) OR (left_seq IS NOT NULL)))
constraint memberships_check2 on memberships	CHECK (((left_seq IS NULL) = (left_at IS NULL)))
constraint memberships_convo_id_fkey on memberships	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint memberships_pkey on memberships	PRIMARY KEY (convo_id, did, joined_seq)
constraint memberships_role_check on memberships	CHECK ((role = ANY (ARRAY[''admin''::text, ''member''::text])))
constraint message_blobs_convo_id_seq_fkey on message_blobs	FOREIGN KEY (convo_id, seq) REFERENCES messages(convo_id, seq)
constraint message_blobs_pkey on message_blobs	PRIMARY KEY (convo_id, seq, cid)
constraint messages_blobs_check on messages	CHECK ((blobs <> ''{}''::text[]))
constraint messages_check on messages	CHECK (((kind = ''app''::text) = (sender_did IS NULL)))
constraint messages_check1 on messages	CHECK (((proposal_ref IS NULL) OR (kind = ''proposal''::text)))
constraint messages_epoch_check on messages	CHECK ((epoch >= 0))
constraint messages_kind_check on messages	CHECK ((kind = ANY (ARRAY[''app''::text, ''commit''::text, ''proposal''::text])))
constraint messages_pkey on messages	PRIMARY KEY (convo_id, seq)
constraint messages_seq_check on messages	CHECK ((seq > 0))
constraint orphan_objects_check on orphan_objects	CHECK (((did IS NULL) = (reserved IS NULL)))
constraint orphan_objects_pkey on orphan_objects	PRIMARY KEY (object_key)
constraint package_claims_pkey on package_claims	PRIMARY KEY (did, device_id, cipher_suite, requester)
constraint read_positions_convo_id_fkey on read_positions	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint read_positions_pkey on read_positions	PRIMARY KEY (convo_id, did)
constraint read_positions_seq_check on read_positions	CHECK ((seq >= 0))
constraint rejoin_requests_convo_id_fkey on rejoin_requests	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint rejoin_requests_pkey on rejoin_requests	PRIMARY KEY (convo_id, did)
constraint relay_cursors_check on relay_cursors	CHECK (((holder IS NULL) = (held_until IS NULL)))
constraint relay_cursors_pkey on relay_cursors	PRIMARY KEY (relay)
constraint removed_messages_pkey on removed_messages	PRIMARY KEY (convo_id, id_hash)
constraint reports_check on reports	CHECK (((convo_id IS NOT NULL) OR (subject_did IS NOT NULL)))
constraint reports_pkey on reports	PRIMARY KEY (report_id)
constraint schema_needs_only_row_check on schema_needs	CHECK (only_row)
constraint schema_needs_pkey on schema_needs	PRIMARY KEY (only_row)
constraint tickets_pkey on tickets	PRIMARY KEY (ticket_hash)
constraint welcome_recipients_check on welcome_recipients	CHECK (((state = ''open''::text) = (ended_at IS NULL)))
constraint welcome_recipients_convo_id_seq_fkey on welcome_recipients	FOREIGN KEY (convo_id, seq) REFERENCES welcomes(convo_id, seq)
constraint welcome_recipients_pkey on welcome_recipients	PRIMARY KEY (convo_id, did, device_id, seq)
constraint welcome_recipients_state_check on welcome_recipients	CHECK ((state = ANY (ARRAY[''open''::text, ''confirmed''::text, ''superseded''::text, ''device-deleted''::text])))
constraint welcomes_convo_id_fkey on welcomes	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint welcomes_pkey on welcomes	PRIMARY KEY (convo_id, seq)
function health_wait(pid integer) returns text	9e46829dd16d0b9d92d53f32bb7ef6c1
function log_current_generation() returns bigint	543f9a112ca507415f3313d551469401
function log_database_oid() returns bigint	9282770c3167611f1b34de8809820c3e
function log_events(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, at_n bigint, max_rows bigint) returns SETOF events	f968c8f6ff61c5bb6ef0041526bb01ff
function log_horizon() returns bigint	9ac6e79dc78bfa02fa22d8e5df983e0e
function log_messages(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, max_rows bigint) returns SETOF messages	3fb999ee8f21303701ee7dfde79d8ebf
function log_next_xid() returns bigint	ac5611f20a62a244967e08d9b380803d
function log_own_xid() returns bigint	98365b857681f8a84a241bf9dce68b1b
function log_system_identifier() returns bigint	9d61375f96554a7587065c9c5a0449d4
function log_timeline() returns bigint	870233518d034d71e51aa9a0ca0efd2d
function log_told_until(convo bytea, lo bigint, hi bigint, at_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint) returns bigint	fac36cc74a4d5e0f28b872c2f2d0c37d
index account_keys_age on account_keys	CREATE INDEX account_keys_age USING btree (fetched_at)
index account_keys_pkey on account_keys unique	CREATE UNIQUE INDEX account_keys_pkey USING btree (did)
index account_origins_age on account_origins	CREATE INDEX account_origins_age USING btree (confirmed_at) WHERE (settled_at IS NULL)
index account_origins_pkey on account_origins unique	CREATE UNIQUE INDEX account_origins_pkey USING btree (did)
index account_origins_settled on account_origins	CREATE INDEX account_origins_settled USING btree (origin, confirmed_at) WHERE (settled_at IS NOT NULL)
index account_states_erase on account_states	CREATE INDEX account_states_erase USING btree (erase_at) WHERE (erase_at IS NOT NULL)
index account_states_pkey on account_states unique	CREATE UNIQUE INDEX account_states_pkey USING btree (did)
index account_states_version_pkey on account_states_version unique	CREATE UNIQUE INDEX account_states_version_pkey USING btree (only_row)
index account_states_versions on account_states	CREATE INDEX account_states_versions USING btree (version)
index accounts_pkey on accounts unique	CREATE UNIQUE INDEX accounts_pkey USING btree (did)
index admin_audit_pkey on admin_audit unique	CREATE UNIQUE INDEX admin_audit_pkey USING btree (id)
index admin_audit_subject on admin_audit	CREATE INDEX admin_audit_subject USING btree (subject, id) WHERE (subject IS NOT NULL)
index blobs_by_age on blobs	CREATE INDEX blobs_by_age USING btree (created_at, object_key)
index blobs_by_object on blobs unique	CREATE UNIQUE INDEX blobs_by_object USING btree (object_key)
index blobs_pkey on blobs unique	CREATE UNIQUE INDEX blobs_pkey USING btree (did, cid)
index blobs_unattached on blobs	CREATE INDEX blobs_unattached USING btree (created_at) WHERE (NOT attached)
index blocks_by_age on blocks	CREATE INDEX blocks_by_age USING btree (did, created_at DESC, blocked_did DESC)
index blocks_of on blocks	CREATE INDEX blocks_of USING btree (blocked_did)
index blocks_pkey on blocks unique	CREATE UNIQUE INDEX blocks_pkey USING btree (did, blocked_did)
index commit_failures_pkey on commit_failures unique	CREATE UNIQUE INDEX commit_failures_pkey USING btree (convo_id, epoch, did)
index conversations_closed on conversations	CREATE INDEX conversations_closed USING btree (closed_at) WHERE (closed_at IS NOT NULL)
index conversations_pkey on conversations unique	CREATE UNIQUE INDEX conversations_pkey USING btree (convo_id)
index convo_infos_pkey on convo_infos unique	CREATE UNIQUE INDEX convo_infos_pkey USING btree (convo_id)
index devices_pkey on devices unique	CREATE UNIQUE INDEX devices_pkey USING btree (did, device_id)
index events_by_convo on events	CREATE INDEX events_by_convo USING btree (convo_id, gen, pos, seq, n) WHERE (convo_id IS NOT NULL)
index events_by_target on events	CREATE INDEX events_by_target USING btree (target_did, gen, pos) WHERE (target_did IS NOT NULL)
index events_pkey on events unique	CREATE UNIQUE INDEX events_pkey USING btree (gen, pos, stream_key, seq, n)
index events_target_age on events	CREATE INDEX events_target_age USING btree (created_at) WHERE (target_did IS NOT NULL)
index group_infos_pkey on group_infos unique	CREATE UNIQUE INDEX group_infos_pkey USING btree (convo_id)
index health_writes_pkey on health_writes unique	CREATE UNIQUE INDEX health_writes_pkey USING btree (only_row)
index idempotency_records_age on idempotency_records	CREATE INDEX idempotency_records_age USING btree (created_at)
index idempotency_records_pkey on idempotency_records unique	CREATE UNIQUE INDEX idempotency_records_pkey USING btree (record_id)
index key_packages_available on key_packages	CREATE INDEX key_packages_available USING btree (did, device_id, cipher_suite, lease_ends_at NULLS FIRST, expires_at) WHERE ((spent_at IS NULL) AND (NOT last_resort))
index key_packages_by_ref on key_packages	CREATE INDEX key_packages_by_ref USING btree (ref)
index key_packages_last_resort on key_packages	CREATE INDEX key_packages_last_resort USING btree (did, device_id, cipher_suite, expires_at) WHERE last_resort
index key_packages_lease_ends on key_packages	CREATE INDEX key_packages_lease_ends USING btree (lease_ends_at) WHERE (lease_holder <> ''''::text)
index key_packages_leases on key_packages	CREATE INDEX key_packages_leases USING btree (lease_holder, did, lease_ends_at) WHERE ((lease_holder IS NOT NULL) AND (spent_at IS NULL))
index key_packages_pkey on key_packages unique	CREATE UNIQUE INDEX key_packages_pkey USING btree (did, ref)
index key_packages_spent on key_packages	CREATE INDEX key_packages_spent USING btree (did, device_id, cipher_suite, spent_at) WHERE (spent_at IS NOT NULL)
index key_packages_spent_age on key_packages	CREATE INDEX key_packages_spent_age USING btree (expires_at) WHERE (spent_at IS NOT NULL)
index key_packages_unspent_age on key_packages	CREATE INDEX key_packages_unspent_age USING btree (expires_at) WHERE (spent_at IS NULL)
index lapsed_proposals_age on lapsed_proposals	CREATE INDEX lapsed_proposals_age USING btree (lapsed_at)
index lapsed_proposals_pkey on lapsed_proposals unique	CREATE UNIQUE INDEX lapsed_proposals_pkey USING btree (convo_id, seq)
index leaves_by_device on leaves	CREATE INDEX leaves_by_device USING btree (did, device_id)
index leaves_pkey on leaves unique	CREATE UNIQUE INDEX leaves_pkey USING btree (convo_id, did, device_id)
index log_generation_pkey on log_generation unique	CREATE UNIQUE INDEX log_generation_pkey USING btree (only_row)
index memberships_accepted on memberships	CREATE INDEX memberships_accepted USING btree (did, accepted_at) WHERE (accepted_at IS NOT NULL)
index memberships_by_did on memberships	CREATE INDEX memberships_by_did USING btree (did, convo_id)
index memberships_one_active on memberships unique	CREATE UNIQUE INDEX memberships_one_active USING btree (convo_id, did) WHERE (left_seq IS NULL)
index memberships_pkey on memberships unique	CREATE UNIQUE INDEX memberships_pkey USING btree (convo_id, did, joined_seq)
index message_blobs_by_cid on message_blobs	CREATE INDEX message_blobs_by_cid USING btree (convo_id, cid)
index message_blobs_by_owner on message_blobs	CREATE INDEX message_blobs_by_owner USING btree (owner_did, cid)
index message_blobs_pkey on message_blobs unique	CREATE UNIQUE INDEX message_blobs_pkey USING btree (convo_id, seq, cid)
index messages_age on messages	CREATE INDEX messages_age USING btree (created_at) WHERE (kind = ''app''::text)
index messages_handshake on messages	CREATE INDEX messages_handshake USING btree (convo_id, seq) WHERE (kind <> ''app''::text)
index messages_log on messages	CREATE INDEX messages_log USING btree (gen, pos, convo_id, seq)
index messages_message_id on messages unique	CREATE UNIQUE INDEX messages_message_id USING btree (convo_id, message_id)
index messages_one_commit on messages unique	CREATE UNIQUE INDEX messages_one_commit USING btree (convo_id, epoch) WHERE (kind = ''commit''::text)
index messages_pkey on messages unique	CREATE UNIQUE INDEX messages_pkey USING btree (convo_id, seq)
index messages_proposals on messages	CREATE INDEX messages_proposals USING btree (convo_id, epoch, seq) WHERE (kind = ''proposal''::text)
index messages_proposers on messages	CREATE INDEX messages_proposers USING btree (convo_id, sender_did, epoch) WHERE (kind = ''proposal''::text)
index orphan_objects_pkey on orphan_objects unique	CREATE UNIQUE INDEX orphan_objects_pkey USING btree (object_key)
index orphan_objects_since on orphan_objects	CREATE INDEX orphan_objects_since USING btree (since)
index orphan_objects_uploads on orphan_objects	CREATE INDEX orphan_objects_uploads USING btree (did) WHERE (did IS NOT NULL)
index package_claims_ends on package_claims	CREATE INDEX package_claims_ends USING btree (ends_at)
index package_claims_pkey on package_claims unique	CREATE UNIQUE INDEX package_claims_pkey USING btree (did, device_id, cipher_suite, requester)
index read_positions_pkey on read_positions unique	CREATE UNIQUE INDEX read_positions_pkey USING btree (convo_id, did)
index rejoin_requests_pkey on rejoin_requests unique	CREATE UNIQUE INDEX rejoin_requests_pkey USING btree (convo_id, did)
index relay_cursors_pkey on relay_cursors unique	CREATE UNIQUE INDEX relay_cursors_pkey USING btree (relay)
index removed_messages_pkey on removed_messages unique	CREATE UNIQUE INDEX removed_messages_pkey USING btree (convo_id, id_hash)
index reports_about on reports	CREATE INDEX reports_about USING btree (subject_did) WHERE (subject_did IS NOT NULL)
index reports_by on reports	CREATE INDEX reports_by USING btree (reporter_did)
index reports_open on reports	CREATE INDEX reports_open USING btree (report_id) WHERE (resolved_at IS NULL)
index reports_pkey on reports unique	CREATE UNIQUE INDEX reports_pkey USING btree (report_id)
index reports_resolved on reports	CREATE INDEX reports_resolved USING btree (resolved_at) WHERE (resolved_at IS NOT NULL)
index schema_needs_pkey on schema_needs unique	CREATE UNIQUE INDEX schema_needs_pkey USING btree (only_row)
index tickets_expiry on tickets	CREATE INDEX tickets_expiry USING btree (expires_at)
index tickets_pkey on tickets unique	CREATE UNIQUE INDEX tickets_pkey USING btree (ticket_hash)
index welcome_recipients_by_device on welcome_recipients	CREATE INDEX welcome_recipients_by_device USING btree (did, device_id) WHERE (state = ''open''::text)
index welcome_recipients_ended on welcome_recipients	CREATE INDEX welcome_recipients_ended USING btree (ended_at) WHERE (ended_at IS NOT NULL)
index welcome_recipients_one_open on welcome_recipients unique	CREATE UNIQUE INDEX welcome_recipients_one_open USING btree (convo_id, did, device_id) WHERE (state = ''open''::text)
index welcome_recipients_pkey on welcome_recipients unique	CREATE UNIQUE INDEX welcome_recipients_pkey USING btree (convo_id, did, device_id, seq)
index welcomes_pkey on welcomes unique	CREATE UNIQUE INDEX welcomes_pkey USING btree (convo_id, seq)
table account_keys (r)
table account_origins (r)
table account_states (r)
table account_states_version (r)
table accounts (r)
table admin_audit (r)
table admin_audit_id_seq (S)
table blobs (r)
table blocks (r)
table commit_failures (r)
table conversations (r)
table convo_infos (r)
table devices (r)
table events (r)
table group_infos (r)
table health_writes (r)
table idempotency_records (r)
table key_packages (r)
table lapsed_proposals (r)
table leaves (r)
table log_generation (r)
table memberships (r)
table message_blobs (r)
table messages (r)
table orphan_objects (r)
table package_claims (r)
table read_positions (r)
table rejoin_requests (r)
table relay_cursors (r)
table removed_messages (r)
table reports (r)
table reports_report_id_seq (S)
table schema_needs (r)
table tickets (r)
table welcome_recipients (r)
table welcomes (r)');
INSERT INTO public.schema_migrations VALUES (4, '2026-11-28 08:12:55.384189+00', 15, 'column account_keys.did text not null collate C	
column account_keys.fetched_at timestamp with time zone not null	
column account_keys.public_key text not null collate C	
column account_origins.confirmed_at timestamp with time zone	
column account_origins.did text not null collate C	
column account_origins.origin text collate C	
column account_origins.settled_at timestamp with time zone	
column account_states.did text not null collate C	
column account_states.erase_at timestamp with time zone	
column account_states.erasing boolean not null	false
column account_states.host_status text collate C	
column account_states.host_status_at timestamp with time zone	
column account_states.suspended_at timestamp with time zone	
column account_states.version bigint not null	
column account_states_version.only_row boolean not null	true
column account_states_version.version bigint not null	
column accounts.blob_bytes bigint not null	0
column accounts.created_at timestamp with time zone not null	
column accounts.did text not null collate C	
column accounts.gen bigint not null	log_current_generation()
column accounts.last_n bigint not null	0
column accounts.last_pos bigint not null	0
column admin_audit.action text not null collate C	
column admin_audit.actor text not null collate C	
column admin_audit.at timestamp with time zone not null	now()
column admin_audit.id bigint not null	
column admin_audit.subject bytea	
column admin_audit_id_seq.is_called boolean not null	
column admin_audit_id_seq.last_value bigint not null	
column admin_audit_id_seq.log_cnt bigint not null	
column blobs.attached boolean not null	false
column blobs.cid text not null collate C	
column blobs.created_at timestamp with time zone not null	
column blobs.did text not null collate C	
column blobs.mime_type text not null	
column blobs.object_key text not null collate C	
column blobs.size bigint not null	
column blocks.blocked_did text not null collate C	
column blocks.created_at timestamp with time zone not null	
column blocks.did text not null collate C	
column commit_failures.convo_id bytea not null	
column commit_failures.detail text collate C	
column commit_failures.did text not null collate C	
column commit_failures.epoch bigint not null	
column commit_failures.reported_at timestamp with time zone not null	
column contact_preferences.accept_from text not null collate C	''known''::text
column contact_preferences.accept_group_invites_from text not null collate C	''known''::text
column contact_preferences.allow_group_invites text not null collate C	''all''::text
column contact_preferences.allow_incoming text not null collate C	''all''::text
column contact_preferences.did text not null collate C	
column conversations.add_by text not null collate C	''membersUpTo50''::text
column conversations.admins_change_info boolean not null	false
column conversations.admins_make_links boolean not null	true
column conversations.admins_remove boolean not null	true
column conversations.admins_send boolean not null	false
column conversations.cipher_suite bigint not null	
column conversations.closed_at timestamp with time zone	
column conversations.convo_id bytea not null	
column conversations.created_at timestamp with time zone not null	
column conversations.creator_did text not null collate C	
column conversations.description text	
column conversations.epoch bigint not null	
column conversations.epoch_began_at timestamp with time zone not null	now()
column conversations.gen bigint not null	log_current_generation()
column conversations.last_activity_at timestamp with time zone not null	
column conversations.last_message_at timestamp with time zone	
column conversations.last_n bigint not null	0
column conversations.last_pos bigint not null	0
column conversations.last_seq bigint not null	0
column conversations.locked_at timestamp with time zone	
column conversations.locked_by_admin boolean not null	false
column conversations.locked_by_operator boolean not null	false
column conversations.name text	
column conversations.reserved_at timestamp with time zone	
column conversations.reserved_for text collate C	
column conversations.reserved_until timestamp with time zone	
column conversations.roster_version bigint not null	0
column convo_blocks.convo_id bytea not null	
column convo_blocks.did text not null collate C	
column convo_infos.convo_id bytea not null	
column convo_infos.info bytea not null	
column convo_infos.info_key bytea not null	
column convo_infos.key_epoch bigint not null	
column convo_infos.requested_epoch bigint	
column convo_infos.updated_at timestamp with time zone not null	
column convo_infos.version bigint not null	
column declines.adder_did text not null collate C	
column declines.declined bigint not null	1
column declines.did text not null collate C	
column devices.created_at timestamp with time zone not null	
column devices.deleted_at timestamp with time zone	
column devices.device_id text not null collate C	
column devices.did text not null collate C	
column events.body jsonb not null	
column events.convo_id bytea	
column events.created_at timestamp with time zone not null	
column events.edge bigint	
column events.gen bigint not null	
column events.kind text not null collate C	
column events.n bigint not null	
column events.pos bigint not null	
column events.seq bigint not null	
column events.stream_key bytea not null	
column events.target_did text collate C	
column group_infos.convo_id bytea not null	
column group_infos.epoch bigint not null	
column group_infos.group_info bytea not null	
column group_infos.ratchet_tree bytea	
column group_infos.updated_at timestamp with time zone not null	
column health_writes.only_row boolean not null	true
column health_writes.written_at timestamp with time zone not null	
column idempotency_records.answer bytea not null	
column idempotency_records.content_hash bytea not null	
column idempotency_records.created_at timestamp with time zone not null	
column idempotency_records.record_id bytea not null	
column key_packages.cipher_suite bigint not null	
column key_packages.created_at timestamp with time zone not null	
column key_packages.device_id text not null collate C	
column key_packages.did text not null collate C	
column key_packages.expires_at timestamp with time zone not null	
column key_packages.key_package bytea not null	
column key_packages.last_resort boolean not null	
column key_packages.last_resort_used_at timestamp with time zone	
column key_packages.lease_convo bytea	
column key_packages.lease_ends_at timestamp with time zone	
column key_packages.lease_holder text collate C	
column key_packages.ref bytea not null	
column key_packages.spent_at timestamp with time zone	
column lapsed_proposals.convo_id bytea not null	
column lapsed_proposals.lapsed_at timestamp with time zone not null	
column lapsed_proposals.seq bigint not null	
column leaves.convo_id bytea not null	
column leaves.credential bytea not null	
column leaves.device_id text not null collate C	
column leaves.did text not null collate C	
column leaves.leaf_index bigint not null	
column leaves.signature_key bytea not null	
column log_generation.began_at timestamp with time zone not null	
column log_generation.database_oid bigint	
column log_generation.gen bigint not null	
column log_generation.low_water_n bigint not null	0
column log_generation.low_water_pos bigint not null	0
column log_generation.low_water_seq bigint not null	0
column log_generation.low_water_stream_key bytea not null	''\x''::bytea
column log_generation.only_row boolean not null	true
column log_generation.secret uuid not null	
column log_generation.system_identifier bigint	
column log_generation.timeline bigint	
column memberships.accepted_at timestamp with time zone	
column memberships.added_by text collate C	
column memberships.by_link boolean not null	false
column memberships.consent text not null collate C	''accepted''::text
column memberships.convo_id bytea not null	
column memberships.did text not null collate C	
column memberships.ended_by_other boolean not null	false
column memberships.joined_at timestamp with time zone not null	
column memberships.joined_gen bigint not null	
column memberships.joined_n bigint not null	
column memberships.joined_pos bigint not null	
column memberships.joined_seq bigint not null	
column memberships.left_at timestamp with time zone	
column memberships.left_gen bigint	
column memberships.left_n bigint	
column memberships.left_pos bigint	
column memberships.left_seq bigint	
column memberships.pending_removal boolean not null	false
column memberships.role text not null collate C	''member''::text
column memberships.told_gen bigint	
column memberships.told_n bigint	
column memberships.told_pos bigint	
column memberships.told_seq bigint	
column message_blobs.cid text not null collate C	
column message_blobs.convo_id bytea not null	
column message_blobs.owner_did text not null collate C	
column message_blobs.seq bigint not null	
column messages.blobs text[] collate C	
column messages.ciphertext bytea not null	
column messages.convo_id bytea not null	
column messages.created_at timestamp with time zone not null	
column messages.epoch bigint not null	
column messages.gen bigint not null	
column messages.kind text not null collate C	
column messages.message_id bytea not null	
column messages.pos bigint not null	
column messages.proposal_ref bytea	
column messages.sender_did text collate C	
column messages.seq bigint not null	
column orphan_objects.did text collate C	
column orphan_objects.marked boolean not null	
column orphan_objects.object_key text not null collate C	
column orphan_objects.reserved bigint	
column orphan_objects.since timestamp with time zone not null	
column package_claims.cipher_suite bigint not null	
column package_claims.claimed_at timestamp with time zone[] not null	
column package_claims.device_id text not null collate C	
column package_claims.did text not null collate C	
column package_claims.ends_at timestamp with time zone not null	
column package_claims.requester bytea not null	
column read_positions.archived boolean not null	false
column read_positions.convo_id bytea not null	
column read_positions.did text not null collate C	
column read_positions.muted boolean not null	false
column read_positions.seq bigint not null	
column read_positions.updated_at timestamp with time zone not null	
column rejoin_requests.convo_id bytea not null	
column rejoin_requests.did text not null collate C	
column rejoin_requests.epoch bigint	
column rejoin_requests.reason text not null collate C	
column rejoin_requests.requested_at timestamp with time zone not null	
column relay_cursors.held_until timestamp with time zone	
column relay_cursors.holder uuid	
column relay_cursors.relay text not null collate C	
column relay_cursors.seq bigint not null	''-1''::integer
column removed_messages.convo_id bytea not null	
column removed_messages.id_hash bytea not null	
column removed_messages.seq bigint not null	
column reports.convo_id bytea	
column reports.created_at timestamp with time zone not null	
column reports.evidence bytea	
column reports.forward_after timestamp with time zone	
column reports.forward_attempts bigint not null	0
column reports.forwarded_at timestamp with time zone	
column reports.forwarded_id bigint	
column reports.message_id bytea	
column reports.reason text	
column reports.reason_type text not null collate C	
column reports.report_id bigint not null	
column reports.reporter_did text not null collate C	
column reports.resolved_at timestamp with time zone	
column reports.subject_did text collate C	
column reports_report_id_seq.is_called boolean not null	
column reports_report_id_seq.last_value bigint not null	
column reports_report_id_seq.log_cnt bigint not null	
column schema_needs.migration bigint not null	
column schema_needs.only_row boolean not null	true
column stranger_allowances.amount bigint not null	
column stranger_allowances.did text not null collate C	
column strangers_asked.asked_at timestamp with time zone not null	
column strangers_asked.did text not null collate C	
column strangers_asked.stranger bytea not null	
column tickets.convo_id bytea	
column tickets.did text not null collate C	
column tickets.expires_at timestamp with time zone not null	
column tickets.ticket_hash bytea not null	
column welcome_recipients.convo_id bytea not null	
column welcome_recipients.device_id text not null collate C	
column welcome_recipients.did text not null collate C	
column welcome_recipients.ended_at timestamp with time zone	
column welcome_recipients.error_details text	
column welcome_recipients.failed_at timestamp with time zone	
column welcome_recipients.ref bytea not null	
column welcome_recipients.seq bigint not null	
column welcome_recipients.state text not null collate C	''open''::text
column welcomes.convo_id bytea not null	
column welcomes.created_at timestamp with time zone not null	
column welcomes.epoch bigint not null	
column welcomes.ratchet_tree bytea	
column welcomes.seq bigint not null	
column welcomes.welcome bytea not null	
constraint account_keys_pkey on account_keys	PRIMARY KEY (did)
constraint account_origins_check on account_origins	CHECK (((origin IS NULL) = (confirmed_at IS NULL)))
constraint account_origins_check1 on account_origins	CHECK (((origin IS NOT NULL) OR (settled_at IS NOT NULL)))
constraint account_origins_pkey on account_origins	PRIMARY KEY (did)
constraint account_states_check on account_states	CHECK (((NOT erasing) OR (erase_at IS NOT NULL)))
constraint account_states_check1 on account_states	CHECK (((host_status IS NULL) = (host_status_at IS NULL)))
constraint account_states_check2 on account_states	CHECK (((suspended_at IS NOT NULL) OR (host_status IS NOT NULL) OR (erase_at IS NOT NULL)))
constraint account_states_host_status_check on account_states	CHECK ((host_status = ANY (ARRAY[''deactivated''::text, ''suspended''::text, ''takendown''::text, ''deleted''::text])))
constraint account_states_pkey on account_states	PRIMARY KEY (did)
constraint account_states_version_only_row_check on account_states_version	CHECK (only_row)
constraint account_states_version_pkey on account_states_version	PRIMARY KEY (only_row)
constraint accounts_blob_bytes_check on accounts	CHECK ((blob_bytes >= 0))
constraint accounts_pkey on accounts	PRIMARY KEY (did)
constraint admin_audit_pkey on admin_audit	PRIMARY KEY (id)
constraint blobs_pkey on blobs	PRIMARY KEY (did, cid)
constraint blobs_size_check on blobs	CHECK ((size >= 0))
constraint blocks_did_fkey on blocks	FOREIGN KEY (did) REFERENCES accounts(did)
constraint blocks_pkey on blocks	PRIMARY KEY (did, blocked_did)
constraint commit_failures_convo_id_fkey on commit_failures	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint commit_failures_pkey on commit_failures	PRIMARY KEY (convo_id, epoch, did)
constraint contact_preferences_accept_from_check on contact_preferences	CHECK ((accept_from = ANY (ARRAY[''all''::text, ''known''::text, ''following''::text, ''nobody''::text])))
constraint contact_preferences_accept_group_invites_from_check on contact_preferences	CHECK ((accept_group_invites_from = ANY (ARRAY[''all''::text, ''known''::text, ''following''::text, ''nobody''::text])))
constraint contact_preferences_allow_group_invites_check on contact_preferences	CHECK ((allow_group_invites = ANY (ARRAY[''all''::text, ''following''::text, ''none''::text])))
constraint contact_preferences_allow_incoming_check on contact_preferences	CHECK ((allow_incoming = ANY (ARRAY[''all''::text, ''following''::text, ''none''::text])))
constraint contact_preferences_pkey on contact_preferences	PRIMARY KEY (did)
constraint conversations_add_by_check on conversations	CHECK ((add_by = ANY (ARRAY[''membersUpTo50''::text, ''members''::text, ''admins''::text])))
constraint conversations_check on conversations	CHECK (((locked_at IS NOT NULL) = (locked_by_admin OR locked_by_operator)))
constraint conversations_convo_id_check on conversations	CHECK (((octet_length(convo_id) >= 16) AND (octet_length(convo_id) <= 64)))
constraint conversations_epoch_check on conversations	CHECK ((epoch >= 0))
constraint conversations_last_seq_check on conversations	CHECK ((last_seq >= 0))
constraint conversations_pkey on conversations	PRIMARY KEY (convo_id)
constraint convo_blocks_convo_id_fkey on convo_blocks	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id) ON DELETE CASCADE
constraint convo_blocks_pkey on convo_blocks	PRIMARY KEY (did, convo_id)
constraint convo_infos_convo_id_fkey on convo_infos	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id) ON DELETE CASCADE
constraint convo_infos_key_epoch_check on convo_infos	CHECK ((key_epoch >= 0))
constraint convo_infos_pkey on convo_infos	PRIMARY KEY (convo_id)
constraint convo_infos_version_check on convo_infos	CHECK ((version > 0))
constraint declines_pkey on declines	PRIMARY KEY (did, adder_did)
constraint devices_did_fkey on devices	FOREIGN KEY (did) REFERENCES accounts(did)
constraint devices_pkey on devices	PRIMARY KEY (did, device_id)
constraint events_check on events	CHECK (((convo_id IS NULL) <> (target_did IS NULL)))
constraint events_kind_check on events not valid	CHECK ((kind = ANY (ARRAY[''membership''::text, ''welcome''::text, ''rejoin-requested''::text, ''convo-damaged''::text, ''key-packages-low''::text, ''read''::text, ''preferences''::text, ''role''::text, ''policy''::text, ''lock''::text, ''info''::text, ''info-key-requested''::text, ''request''::text, ''accepted''::text, ''request-ended''::text]))) NOT VALID
constraint events_n_check on events	CHECK ((n > 0))
constraint events_pkey on events	PRIMARY KEY (gen, pos, stream_key, seq, n)
constraint group_infos_convo_id_fkey on group_infos	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint group_infos_pkey on group_infos	PRIMARY KEY (convo_id)
constraint health_writes_only_row_check on health_writes	CHECK (only_row)
constraint health_writes_pkey on health_writes	PRIMARY KEY (only_row)
constraint idempotency_records_pkey on idempotency_records	PRIMARY KEY (record_id)
constraint key_packages_check on key_packages	CHECK (((lease_holder IS NULL) OR ((lease_ends_at IS NOT NULL) AND (spent_at IS NULL))))
constraint key_packages_check1 on key_packages	CHECK (((lease_holder IS NULL) = (lease_convo IS NULL)))
constraint key_packages_check2 on key_packages	CHECK (((NOT last_resort) OR ((lease_ends_at IS NULL) AND (spent_at IS NULL))))
constraint key_packages_did_device_id_fkey on key_packages	FOREIGN KEY (did, device_id) REFERENCES devices(did, device_id)
constraint key_packages_pkey on key_packages	PRIMARY KEY (did, ref)
constraint lapsed_proposals_convo_id_fkey on lapsed_proposals	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint lapsed_proposals_pkey on lapsed_proposals	PRIMARY KEY (convo_id, seq)
constraint leaves_convo_id_fkey on leaves	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint leaves_leaf_index_check on leaves	CHECK ((leaf_index >= 0))
constraint leaves_pkey on leaves	PRIMARY KEY (convo_id, did, device_id)
constraint log_generation_gen_check on log_generation	CHECK ((gen > 0))
constraint log_generation_only_row_check on log_generation	CHECK (only_row)
constraint log_generation_pkey on log_generation	PRIMARY KEY (only_row)
constraint memberships_check on memberships	CHECK ((left_seq >= joined_seq))
constraint memberships_check1 on memberships	CHECK (((NOT pending_removal) OR (left_seq IS NOT NULL)))
constraint memberships_check2 on memberships	CHECK (((left_seq IS NULL) = (left_at IS NULL)))
constraint memberships_consent_check on memberships	CHECK ((consent = ANY (ARRAY[''accepted''::text, ''request''::text, ''hidden''::text])))
constraint memberships_convo_id_fkey on memberships	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint memberships_pkey on memberships	PRIMARY KEY (convo_id, did, joined_seq)
constraint memberships_role_check on memberships	CHECK ((role = ANY (ARRAY[''admin''::text, ''member''::text])))
constraint message_blobs_convo_id_seq_fkey on message_blobs	FOREIGN KEY (convo_id, seq) REFERENCES messages(convo_id, seq)
constraint message_blobs_pkey on message_blobs	PRIMARY KEY (convo_id, seq, cid)
constraint messages_blobs_check on messages	CHECK ((blobs <> ''{}''::text[]))
constraint messages_check on messages	CHECK (((kind = ''app''::text) = (sender_did IS NULL)))
constraint messages_check1 on messages	CHECK (((proposal_ref IS NULL) OR (kind = ''proposal''::text)))
constraint messages_epoch_check on messages	CHECK ((epoch >= 0))
constraint messages_kind_check on messages	CHECK ((kind = ANY (ARRAY[''app''::text, ''commit''::text, ''proposal''::text])))
constraint messages_pkey on messages	PRIMARY KEY (convo_id, seq)
constraint messages_seq_check on messages	CHECK ((seq > 0))
constraint orphan_objects_check on orphan_objects	CHECK (((did IS NULL) = (reserved IS NULL)))
constraint orphan_objects_pkey on orphan_objects	PRIMARY KEY (object_key)
constraint package_claims_pkey on package_claims	PRIMARY KEY (did, device_id, cipher_suite, requester)
constraint read_positions_convo_id_fkey on read_positions	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint read_positions_pkey on read_positions	PRIMARY KEY (convo_id, did)
constraint read_positions_seq_check on read_positions	CHECK ((seq >= 0))
constraint rejoin_requests_convo_id_fkey on rejoin_requests	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint rejoin_requests_pkey on rejoin_requests	PRIMARY KEY (convo_id, did)
constraint relay_cursors_check on relay_cursors	CHECK (((holder IS NULL) = (held_until IS NULL)))
constraint relay_cursors_pkey on relay_cursors	PRIMARY KEY (relay)
constraint removed_messages_pkey on removed_messages	PRIMARY KEY (convo_id, id_hash)
constraint reports_check on reports	CHECK (((convo_id IS NOT NULL) OR (subject_did IS NOT NULL)))
constraint reports_pkey on reports	PRIMARY KEY (report_id)
constraint schema_needs_only_row_check on schema_needs	CHECK (only_row)
constraint schema_needs_pkey on schema_needs	PRIMARY KEY (only_row)
constraint stranger_allowances_amount_check on stranger_allowances	CHECK ((amount > 0))
constraint stranger_allowances_pkey on stranger_allowances	PRIMARY KEY (did)
constraint strangers_asked_pkey on strangers_asked	PRIMARY KEY (did, stranger)
constraint tickets_pkey on tickets	PRIMARY KEY (ticket_hash)
constraint welcome_recipients_check on welcome_recipients	CHECK (((state = ''open''::text) = (ended_at IS NULL)))
constraint welcome_recipients_convo_id_seq_fkey on welcome_recipients	FOREIGN KEY (convo_id, seq) REFERENCES welcomes(convo_id, seq)
constraint welcome_recipients_pkey on welcome_recipients	PRIMARY KEY (convo_id, did, device_id, seq)
constraint welcome_recipients_state_check on welcome_recipients	CHECK ((state = ANY (ARRAY[''open''::text, ''confirmed''::text, ''superseded''::text, ''device-deleted''::text])))
constraint welcomes_convo_id_fkey on welcomes	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint welcomes_pkey on welcomes	PRIMARY KEY (convo_id, seq)
function health_wait(pid integer) returns text	9e46829dd16d0b9d92d53f32bb7ef6c1
function log_current_generation() returns bigint	543f9a112ca507415f3313d551469401
function log_database_oid() returns bigint	9282770c3167611f1b34de8809820c3e
function log_events(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, at_n bigint, max_rows bigint) returns SETOF events	f968c8f6ff61c5bb6ef0041526bb01ff
function log_horizon() returns bigint	9ac6e79dc78bfa02fa22d8e5df983e0e
function log_messages(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, max_rows bigint) returns SETOF messages	3fb999ee8f21303701ee7dfde79d8ebf
function log_next_xid() returns bigint	ac5611f20a62a244967e08d9b380803d
function log_own_xid() returns bigint	98365b857681f8a84a241bf9dce68b1b
function log_system_identifier() returns bigint	9d61375f96554a7587065c9c5a0449d4
function log_timeline() returns bigint	870233518d034d71e51aa9a0ca0efd2d
function log_told_until(convo bytea, lo bigint, hi bigint, at_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint) returns bigint	fac36cc74a4d5e0f28b872c2f2d0c37d
index account_keys_age on account_keys	CREATE INDEX account_keys_age USING btree (fetched_at)
index account_keys_pkey on account_keys unique	CREATE UNIQUE INDEX account_keys_pkey USING btree (did)
index account_origins_age on account_origins	CREATE INDEX account_origins_age USING btree (confirmed_at) WHERE (settled_at IS NULL)
index account_origins_pkey on account_origins unique	CREATE UNIQUE INDEX account_origins_pkey USING btree (did)
index account_origins_settled on account_origins	CREATE INDEX account_origins_settled USING btree (origin, confirmed_at) WHERE (settled_at IS NOT NULL)
index account_states_erase on account_states	CREATE INDEX account_states_erase USING btree (erase_at) WHERE (erase_at IS NOT NULL)
index account_states_pkey on account_states unique	CREATE UNIQUE INDEX account_states_pkey USING btree (did)
index account_states_version_pkey on account_states_version unique	CREATE UNIQUE INDEX account_states_version_pkey USING btree (only_row)
index account_states_versions on account_states	CREATE INDEX account_states_versions USING btree (version)
index accounts_pkey on accounts unique	CREATE UNIQUE INDEX accounts_pkey USING btree (did)
index admin_audit_pkey on admin_audit unique	CREATE UNIQUE INDEX admin_audit_pkey USING btree (id)
index admin_audit_subject on admin_audit	CREATE INDEX admin_audit_subject USING btree (subject, id) WHERE (subject IS NOT NULL)
index blobs_by_age on blobs	CREATE INDEX blobs_by_age USING btree (created_at, object_key)
index blobs_by_object on blobs unique	CREATE UNIQUE INDEX blobs_by_object USING btree (object_key)
index blobs_pkey on blobs unique	CREATE UNIQUE INDEX blobs_pkey USING btree (did, cid)
index blobs_unattached on blobs	CREATE INDEX blobs_unattached USING btree (created_at) WHERE (NOT attached)
index blocks_by_age on blocks	CREATE INDEX blocks_by_age USING btree (did, created_at DESC, blocked_did DESC)
index blocks_of on blocks	CREATE INDEX blocks_of USING btree (blocked_did)
index blocks_pkey on blocks unique	CREATE UNIQUE INDEX blocks_pkey USING btree (did, blocked_did)
index commit_failures_pkey on commit_failures unique	CREATE UNIQUE INDEX commit_failures_pkey USING btree (convo_id, epoch, did)
index contact_preferences_pkey on contact_preferences unique	CREATE UNIQUE INDEX contact_preferences_pkey USING btree (did)
index conversations_closed on conversations	CREATE INDEX conversations_closed USING btree (closed_at) WHERE (closed_at IS NOT NULL)
index conversations_pkey on conversations unique	CREATE UNIQUE INDEX conversations_pkey USING btree (convo_id)
index convo_blocks_by_convo on convo_blocks	CREATE INDEX convo_blocks_by_convo USING btree (convo_id)
index convo_blocks_pkey on convo_blocks unique	CREATE UNIQUE INDEX convo_blocks_pkey USING btree (did, convo_id)
index convo_infos_pkey on convo_infos unique	CREATE UNIQUE INDEX convo_infos_pkey USING btree (convo_id)
index declines_of on declines	CREATE INDEX declines_of USING btree (adder_did)
index declines_pkey on declines unique	CREATE UNIQUE INDEX declines_pkey USING btree (did, adder_did)
index devices_pkey on devices unique	CREATE UNIQUE INDEX devices_pkey USING btree (did, device_id)
index events_by_convo on events	CREATE INDEX events_by_convo USING btree (convo_id, gen, pos, seq, n) WHERE (convo_id IS NOT NULL)
index events_by_target on events	CREATE INDEX events_by_target USING btree (target_did, gen, pos) WHERE (target_did IS NOT NULL)
index events_pkey on events unique	CREATE UNIQUE INDEX events_pkey USING btree (gen, pos, stream_key, seq, n)
index events_target_age on events	CREATE INDEX events_target_age USING btree (created_at) WHERE (target_did IS NOT NULL)
index group_infos_pkey on group_infos unique	CREATE UNIQUE INDEX group_infos_pkey USING btree (convo_id)
index health_writes_pkey on health_writes unique	CREATE UNIQUE INDEX health_writes_pkey USING btree (only_row)
index idempotency_records_age on idempotency_records	CREATE INDEX idempotency_records_age USING btree (created_at)
index idempotency_records_pkey on idempotency_records unique	CREATE UNIQUE INDEX idempotency_records_pkey USING btree (record_id)
index key_packages_available on key_packages	CREATE INDEX key_packages_available USING btree (did, device_id, cipher_suite, lease_ends_at NULLS FIRST, expires_at) WHERE ((spent_at IS NULL) AND (NOT last_resort))
index key_packages_by_ref on key_packages	CREATE INDEX key_packages_by_ref USING btree (ref)
index key_packages_last_resort on key_packages	CREATE INDEX key_packages_last_resort USING btree (did, device_id, cipher_suite, expires_at) WHERE last_resort
index key_packages_lease_ends on key_packages	CREATE INDEX key_packages_lease_ends USING btree (lease_ends_at) WHERE (lease_holder <> ''''::text)
index key_packages_leases on key_packages	CREATE INDEX key_packages_leases USING btree (lease_holder, did, lease_ends_at) WHERE ((lease_holder IS NOT NULL) AND (spent_at IS NULL))
index key_packages_pkey on key_packages unique	CREATE UNIQUE INDEX key_packages_pkey USING btree (did, ref)
index key_packages_spent on key_packages	CREATE INDEX key_packages_spent USING btree (did, device_id, cipher_suite, spent_at) WHERE (spent_at IS NOT NULL)
index key_packages_spent_age on key_packages	CREATE INDEX key_packages_spent_age USING btree (expires_at) WHERE (spent_at IS NOT NULL)
index key_packages_unspent_age on key_packages	CREATE INDEX key_packages_unspent_age USING btree (expires_at) WHERE (spent_at IS NULL)
index lapsed_proposals_age on lapsed_proposals	CREATE INDEX lapsed_proposals_age USING btree (lapsed_at)
index lapsed_proposals_pkey on lapsed_proposals unique	CREATE UNIQUE INDEX lapsed_proposals_pkey USING btree (convo_id, seq)
index leaves_by_device on leaves	CREATE INDEX leaves_by_device USING btree (did, device_id)
index leaves_pkey on leaves unique	CREATE UNIQUE INDEX leaves_pkey USING btree (convo_id, did, device_id)
index log_generation_pkey on log_generation unique	CREATE UNIQUE INDEX log_generation_pkey USING btree (only_row)
index memberships_accepted on memberships	CREATE INDEX memberships_accepted USING btree (did, accepted_at) WHERE (accepted_at IS NOT NULL)
index memberships_by_did on memberships	CREATE INDEX memberships_by_did USING btree (did, convo_id)
index memberships_one_active on memberships unique	CREATE UNIQUE INDEX memberships_one_active USING btree (convo_id, did) WHERE (left_seq IS NULL)
index memberships_pkey on memberships unique	CREATE UNIQUE INDEX memberships_pkey USING btree (convo_id, did, joined_seq)
index message_blobs_by_cid on message_blobs	CREATE INDEX message_blobs_by_cid USING btree (convo_id, cid)
index message_blobs_by_owner on message_blobs	CREATE INDEX message_blobs_by_owner USING btree (owner_did, cid)
index message_blobs_pkey on message_blobs unique	CREATE UNIQUE INDEX message_blobs_pkey USING btree (convo_id, seq, cid)
index messages_age on messages	CREATE INDEX messages_age USING btree (created_at) WHERE (kind = ''app''::text)
index messages_handshake on messages	CREATE INDEX messages_handshake USING btree (convo_id, seq) WHERE (kind <> ''app''::text)
index messages_log on messages	CREATE INDEX messages_log USING btree (gen, pos, convo_id, seq)
index messages_message_id on messages unique	CREATE UNIQUE INDEX messages_message_id USING btree (convo_id, message_id)
index messages_one_commit on messages unique	CREATE UNIQUE INDEX messages_one_commit USING btree (convo_id, epoch) WHERE (kind = ''commit''::text)
index messages_pkey on messages unique	CREATE UNIQUE INDEX messages_pkey USING btree (convo_id, seq)
index messages_proposals on messages	CREATE INDEX messages_proposals USING btree (convo_id, epoch, seq) WHERE (kind = ''proposal''::text)
index messages_proposers on messages	CREATE INDEX messages_proposers USING btree (convo_id, sender_did, epoch) WHERE (kind = ''proposal''::text)
index orphan_objects_pkey on orphan_objects unique	CREATE UNIQUE INDEX orphan_objects_pkey USING btree (object_key)
index orphan_objects_since on orphan_objects	CREATE INDEX orphan_objects_since USING btree (since)
index orphan_objects_uploads on orphan_objects	CREATE INDEX orphan_objects_uploads USING btree (did) WHERE (did IS NOT NULL)
index package_claims_ends on package_claims	CREATE INDEX package_claims_ends USING btree (ends_at)
index package_claims_pkey on package_claims unique	CREATE UNIQUE INDEX package_claims_pkey USING btree (did, device_id, cipher_suite, requester)
index read_positions_pkey on read_positions unique	CREATE UNIQUE INDEX read_positions_pkey USING btree (convo_id, did)
index rejoin_requests_pkey on rejoin_requests unique	CREATE UNIQUE INDEX rejoin_requests_pkey USING btree (convo_id, did)
index relay_cursors_pkey on relay_cursors unique	CREATE UNIQUE INDEX relay_cursors_pkey USING btree (relay)
index removed_messages_pkey on removed_messages unique	CREATE UNIQUE INDEX removed_messages_pkey USING btree (convo_id, id_hash)
index reports_about on reports	CREATE INDEX reports_about USING btree (subject_did) WHERE (subject_did IS NOT NULL)
index reports_by on reports	CREATE INDEX reports_by USING btree (reporter_did)
index reports_open on reports	CREATE INDEX reports_open USING btree (report_id) WHERE (resolved_at IS NULL)
index reports_pkey on reports unique	CREATE UNIQUE INDEX reports_pkey USING btree (report_id)
index reports_resolved on reports	CREATE INDEX reports_resolved USING btree (resolved_at) WHERE (resolved_at IS NOT NULL)
index schema_needs_pkey on schema_needs unique	CREATE UNIQUE INDEX schema_needs_pkey USING btree (only_row)
index stranger_allowances_pkey on stranger_allowances unique	CREATE UNIQUE INDEX stranger_allowances_pkey USING btree (did)
index strangers_asked_age on strangers_asked	CREATE INDEX strangers_asked_age USING btree (asked_at)
index strangers_asked_pkey on strangers_asked unique	CREATE UNIQUE INDEX strangers_asked_pkey USING btree (did, stranger)
index tickets_expiry on tickets	CREATE INDEX tickets_expiry USING btree (expires_at)
index tickets_pkey on tickets unique	CREATE UNIQUE INDEX tickets_pkey USING btree (ticket_hash)
index welcome_recipients_by_device on welcome_recipients	CREATE INDEX welcome_recipients_by_device USING btree (did, device_id) WHERE (state = ''open''::text)
index welcome_recipients_ended on welcome_recipients	CREATE INDEX welcome_recipients_ended USING btree (ended_at) WHERE (ended_at IS NOT NULL)
index welcome_recipients_one_open on welcome_recipients unique	CREATE UNIQUE INDEX welcome_recipients_one_open USING btree (convo_id, did, device_id) WHERE (state = ''open''::text)
index welcome_recipients_pkey on welcome_recipients unique	CREATE UNIQUE INDEX welcome_recipients_pkey USING btree (convo_id, did, device_id, seq)
index welcomes_pkey on welcomes unique	CREATE UNIQUE INDEX welcomes_pkey USING btree (convo_id, seq)
table account_keys (r)
table account_origins (r)
table account_states (r)
table account_states_version (r)
table accounts (r)
table admin_audit (r)
table admin_audit_id_seq (S)
table blobs (r)
table blocks (r)
table commit_failures (r)
table contact_preferences (r)
table conversations (r)
table convo_blocks (r)
table convo_infos (r)
table declines (r)
table devices (r)
table events (r)
table group_infos (r)
table health_writes (r)
table idempotency_records (r)
table key_packages (r)
table lapsed_proposals (r)
table leaves (r)
table log_generation (r)
table memberships (r)
table message_blobs (r)
table messages (r)
table orphan_objects (r)
table package_claims (r)
table read_positions (r)
table rejoin_requests (r)
table relay_cursors (r)
table removed_messages (r)
table reports (r)
table reports_report_id_seq (S)
table schema_needs (r)
table stranger_allowances (r)
table strangers_asked (r)
table tickets (r)
table welcome_recipients (r)
table welcomes (r)');
INSERT INTO public.schema_migrations VALUES (5, '2026-11-28 08:12:55.409137+00', 15, 'column account_keys.did text not null collate C	
column account_keys.fetched_at timestamp with time zone not null	
column account_keys.public_key text not null collate C	
column account_origins.confirmed_at timestamp with time zone	
column account_origins.did text not null collate C	
column account_origins.origin text collate C	
column account_origins.settled_at timestamp with time zone	
column account_states.did text not null collate C	
column account_states.erase_at timestamp with time zone	
column account_states.erasing boolean not null	false
column account_states.host_status text collate C	
column account_states.host_status_at timestamp with time zone	
column account_states.suspended_at timestamp with time zone	
column account_states.version bigint not null	
column account_states_version.only_row boolean not null	true
column account_states_version.version bigint not null	
column accounts.blob_bytes bigint not null	0
column accounts.created_at timestamp with time zone not null	
column accounts.did text not null collate C	
column accounts.gen bigint not null	log_current_generation()
column accounts.last_n bigint not null	0
column accounts.last_pos bigint not null	0
column admin_audit.action text not null collate C	
column admin_audit.actor text not null collate C	
column admin_audit.at timestamp with time zone not null	now()
column admin_audit.id bigint not null	
column admin_audit.subject bytea	
column admin_audit_id_seq.is_called boolean not null	
column admin_audit_id_seq.last_value bigint not null	
column admin_audit_id_seq.log_cnt bigint not null	
column blobs.attached boolean not null	false
column blobs.cid text not null collate C	
column blobs.created_at timestamp with time zone not null	
column blobs.did text not null collate C	
column blobs.mime_type text not null	
column blobs.object_key text not null collate C	
column blobs.size bigint not null	
column blocks.blocked_did text not null collate C	
column blocks.created_at timestamp with time zone not null	
column blocks.did text not null collate C	
column commit_failures.convo_id bytea not null	
column commit_failures.detail text collate C	
column commit_failures.did text not null collate C	
column commit_failures.epoch bigint not null	
column commit_failures.reported_at timestamp with time zone not null	
column contact_preferences.accept_from text not null collate C	''known''::text
column contact_preferences.accept_group_invites_from text not null collate C	''known''::text
column contact_preferences.allow_group_invites text not null collate C	''all''::text
column contact_preferences.allow_incoming text not null collate C	''all''::text
column contact_preferences.did text not null collate C	
column conversations.add_by text not null collate C	''membersUpTo50''::text
column conversations.admins_change_info boolean not null	false
column conversations.admins_make_links boolean not null	true
column conversations.admins_remove boolean not null	true
column conversations.admins_send boolean not null	false
column conversations.cipher_suite bigint not null	
column conversations.closed_at timestamp with time zone	
column conversations.convo_id bytea not null	
column conversations.created_at timestamp with time zone not null	
column conversations.creator_did text not null collate C	
column conversations.description text	
column conversations.epoch bigint not null	
column conversations.epoch_began_at timestamp with time zone not null	now()
column conversations.gen bigint not null	log_current_generation()
column conversations.last_activity_at timestamp with time zone not null	
column conversations.last_message_at timestamp with time zone	
column conversations.last_n bigint not null	0
column conversations.last_pos bigint not null	0
column conversations.last_seq bigint not null	0
column conversations.locked_at timestamp with time zone	
column conversations.locked_by_admin boolean not null	false
column conversations.locked_by_operator boolean not null	false
column conversations.name text	
column conversations.reserved_at timestamp with time zone	
column conversations.reserved_for text collate C	
column conversations.reserved_until timestamp with time zone	
column conversations.roster_version bigint not null	0
column convo_blocks.convo_id bytea not null	
column convo_blocks.did text not null collate C	
column convo_infos.convo_id bytea not null	
column convo_infos.info bytea not null	
column convo_infos.info_key bytea not null	
column convo_infos.key_epoch bigint not null	
column convo_infos.requested_epoch bigint	
column convo_infos.updated_at timestamp with time zone not null	
column convo_infos.version bigint not null	
column declines.adder_did text not null collate C	
column declines.declined bigint not null	1
column declines.did text not null collate C	
column devices.created_at timestamp with time zone not null	
column devices.deleted_at timestamp with time zone	
column devices.device_id text not null collate C	
column devices.did text not null collate C	
column events.body jsonb not null	
column events.convo_id bytea	
column events.created_at timestamp with time zone not null	
column events.edge bigint	
column events.gen bigint not null	
column events.kind text not null collate C	
column events.n bigint not null	
column events.pos bigint not null	
column events.seq bigint not null	
column events.stream_key bytea not null	
column events.target_did text collate C	
column group_infos.convo_id bytea not null	
column group_infos.epoch bigint not null	
column group_infos.group_info bytea not null	
column group_infos.ratchet_tree bytea	
column group_infos.updated_at timestamp with time zone not null	
column health_writes.only_row boolean not null	true
column health_writes.written_at timestamp with time zone not null	
column idempotency_records.answer bytea not null	
column idempotency_records.content_hash bytea not null	
column idempotency_records.created_at timestamp with time zone not null	
column idempotency_records.record_id bytea not null	
column key_packages.cipher_suite bigint not null	
column key_packages.created_at timestamp with time zone not null	
column key_packages.device_id text not null collate C	
column key_packages.did text not null collate C	
column key_packages.expires_at timestamp with time zone not null	
column key_packages.key_package bytea not null	
column key_packages.last_resort boolean not null	
column key_packages.last_resort_used_at timestamp with time zone	
column key_packages.lease_convo bytea	
column key_packages.lease_ends_at timestamp with time zone	
column key_packages.lease_holder text collate C	
column key_packages.ref bytea not null	
column key_packages.spent_at timestamp with time zone	
column lapsed_proposals.convo_id bytea not null	
column lapsed_proposals.lapsed_at timestamp with time zone not null	
column lapsed_proposals.seq bigint not null	
column leaves.convo_id bytea not null	
column leaves.credential bytea not null	
column leaves.device_id text not null collate C	
column leaves.did text not null collate C	
column leaves.leaf_index bigint not null	
column leaves.signature_key bytea not null	
column log_generation.began_at timestamp with time zone not null	
column log_generation.database_oid bigint	
column log_generation.gen bigint not null	
column log_generation.low_water_n bigint not null	0
column log_generation.low_water_pos bigint not null	0
column log_generation.low_water_seq bigint not null	0
column log_generation.low_water_stream_key bytea not null	''\x''::bytea
column log_generation.only_row boolean not null	true
column log_generation.secret uuid not null	
column log_generation.system_identifier bigint	
column log_generation.timeline bigint	
column memberships.accepted_at timestamp with time zone	
column memberships.added_by text collate C	
column memberships.by_link boolean not null	false
column memberships.consent text not null collate C	''accepted''::text
column memberships.convo_id bytea not null	
column memberships.did text not null collate C	
column memberships.ended_by_other boolean not null	false
column memberships.joined_at timestamp with time zone not null	
column memberships.joined_gen bigint not null	
column memberships.joined_n bigint not null	
column memberships.joined_pos bigint not null	
column memberships.joined_seq bigint not null	
column memberships.left_at timestamp with time zone	
column memberships.left_gen bigint	
column memberships.left_n bigint	
column memberships.left_pos bigint	
column memberships.left_seq bigint	
column memberships.pending_removal boolean not null	false
column memberships.role text not null collate C	''member''::text
column memberships.told_gen bigint	
column memberships.told_n bigint	
column memberships.told_pos bigint	
column memberships.told_seq bigint	
column message_blobs.cid text not null collate C	
column message_blobs.convo_id bytea not null	
column message_blobs.owner_did text not null collate C	
column message_blobs.seq bigint not null	
column messages.blobs text[] collate C	
column messages.ciphertext bytea not null	
column messages.convo_id bytea not null	
column messages.created_at timestamp with time zone not null	
column messages.epoch bigint not null	
column messages.gen bigint not null	
column messages.kind text not null collate C	
column messages.message_id bytea not null	
column messages.pos bigint not null	
column messages.proposal_ref bytea	
column messages.sender_did text collate C	
column messages.seq bigint not null	
column orphan_objects.did text collate C	
column orphan_objects.marked boolean not null	
column orphan_objects.object_key text not null collate C	
column orphan_objects.reserved bigint	
column orphan_objects.since timestamp with time zone not null	
column package_claims.cipher_suite bigint not null	
column package_claims.claimed_at timestamp with time zone[] not null	
column package_claims.device_id text not null collate C	
column package_claims.did text not null collate C	
column package_claims.ends_at timestamp with time zone not null	
column package_claims.requester bytea not null	
column read_positions.archived boolean not null	false
column read_positions.convo_id bytea not null	
column read_positions.did text not null collate C	
column read_positions.muted boolean not null	false
column read_positions.seq bigint not null	
column read_positions.updated_at timestamp with time zone not null	
column rejoin_requests.convo_id bytea not null	
column rejoin_requests.did text not null collate C	
column rejoin_requests.epoch bigint	
column rejoin_requests.reason text not null collate C	
column rejoin_requests.requested_at timestamp with time zone not null	
column relay_cursors.held_until timestamp with time zone	
column relay_cursors.holder uuid	
column relay_cursors.relay text not null collate C	
column relay_cursors.seq bigint not null	''-1''::integer
column removed_messages.convo_id bytea not null	
column removed_messages.id_hash bytea not null	
column removed_messages.seq bigint not null	
column reports.convo_id bytea	
column reports.created_at timestamp with time zone not null	
column reports.evidence bytea	
column reports.forward_after timestamp with time zone	
column reports.forward_attempts bigint not null	0
column reports.forwarded_at timestamp with time zone	
column reports.forwarded_id bigint	
column reports.message_id bytea	
column reports.reason text	
column reports.reason_type text not null collate C	
column reports.report_id bigint not null	
column reports.reporter_did text not null collate C	
column reports.resolved_at timestamp with time zone	
column reports.subject_did text collate C	
column reports_report_id_seq.is_called boolean not null	
column reports_report_id_seq.last_value bigint not null	
column reports_report_id_seq.log_cnt bigint not null	
column schema_needs.migration bigint not null	
column schema_needs.only_row boolean not null	true
column stranger_allowances.amount bigint not null	
column stranger_allowances.did text not null collate C	
column strangers_asked.asked_at timestamp with time zone not null	
column strangers_asked.did text not null collate C	
column strangers_asked.stranger bytea not null	
column tickets.convo_id bytea	
column tickets.did text not null collate C	
column tickets.expires_at timestamp with time zone not null	
column tickets.ticket_hash bytea not null	
column welcome_recipients.convo_id bytea not null	
column welcome_recipients.device_id text not null collate C	
column welcome_recipients.did text not null collate C	
column welcome_recipients.ended_at timestamp with time zone	
column welcome_recipients.error_details text	
column welcome_recipients.failed_at timestamp with time zone	
column welcome_recipients.ref bytea not null	
column welcome_recipients.seq bigint not null	
column welcome_recipients.state text not null collate C	''open''::text
column welcomes.convo_id bytea not null	
column welcomes.created_at timestamp with time zone not null	
column welcomes.epoch bigint not null	
column welcomes.ratchet_tree bytea	
column welcomes.seq bigint not null	
column welcomes.welcome bytea not null	
constraint account_keys_pkey on account_keys	PRIMARY KEY (did)
constraint account_origins_check on account_origins	CHECK (((origin IS NULL) = (confirmed_at IS NULL)))
constraint account_origins_check1 on account_origins	CHECK (((origin IS NOT NULL) OR (settled_at IS NOT NULL)))
constraint account_origins_pkey on account_origins	PRIMARY KEY (did)
constraint account_states_check on account_states	CHECK (((NOT erasing) OR (erase_at IS NOT NULL)))
constraint account_states_check1 on account_states	CHECK (((host_status IS NULL) = (host_status_at IS NULL)))
constraint account_states_check2 on account_states	CHECK (((suspended_at IS NOT NULL) OR (host_status IS NOT NULL) OR (erase_at IS NOT NULL)))
constraint account_states_host_status_check on account_states	CHECK ((host_status = ANY (ARRAY[''deactivated''::text, ''suspended''::text, ''takendown''::text, ''deleted''::text])))
constraint account_states_pkey on account_states	PRIMARY KEY (did)
constraint account_states_version_only_row_check on account_states_version	CHECK (only_row)
constraint account_states_version_pkey on account_states_version	PRIMARY KEY (only_row)
constraint accounts_blob_bytes_check on accounts	CHECK ((blob_bytes >= 0))
constraint accounts_pkey on accounts	PRIMARY KEY (did)
constraint admin_audit_pkey on admin_audit	PRIMARY KEY (id)
constraint blobs_pkey on blobs	PRIMARY KEY (did, cid)
constraint blobs_size_check on blobs	CHECK ((size >= 0))
constraint blocks_did_fkey on blocks	FOREIGN KEY (did) REFERENCES accounts(did)
constraint blocks_pkey on blocks	PRIMARY KEY (did, blocked_did)
constraint commit_failures_convo_id_fkey on commit_failures	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint commit_failures_pkey on commit_failures	PRIMARY KEY (convo_id, epoch, did)
constraint contact_preferences_accept_from_check on contact_preferences	CHECK ((accept_from = ANY (ARRAY[''all''::text, ''known''::text, ''following''::text, ''nobody''::text])))
constraint contact_preferences_accept_group_invites_from_check on contact_preferences	CHECK ((accept_group_invites_from = ANY (ARRAY[''all''::text, ''known''::text, ''following''::text, ''nobody''::text])))
constraint contact_preferences_allow_group_invites_check on contact_preferences	CHECK ((allow_group_invites = ANY (ARRAY[''all''::text, ''following''::text, ''none''::text])))
constraint contact_preferences_allow_incoming_check on contact_preferences	CHECK ((allow_incoming = ANY (ARRAY[''all''::text, ''following''::text, ''none''::text])))
constraint contact_preferences_pkey on contact_preferences	PRIMARY KEY (did)
constraint conversations_add_by_check on conversations	CHECK ((add_by = ANY (ARRAY[''membersUpTo50''::text, ''members''::text, ''admins''::text])))
constraint conversations_check on conversations	CHECK (((locked_at IS NOT NULL) = (locked_by_admin OR locked_by_operator)))
constraint conversations_convo_id_check on conversations	CHECK (((octet_length(convo_id) >= 16) AND (octet_length(convo_id) <= 64)))
constraint conversations_epoch_check on conversations	CHECK ((epoch >= 0))
constraint conversations_last_seq_check on conversations	CHECK ((last_seq >= 0))
constraint conversations_pkey on conversations	PRIMARY KEY (convo_id)
constraint convo_blocks_convo_id_fkey on convo_blocks	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id) ON DELETE CASCADE
constraint convo_blocks_pkey on convo_blocks	PRIMARY KEY (did, convo_id)
constraint convo_infos_convo_id_fkey on convo_infos	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id) ON DELETE CASCADE
constraint convo_infos_key_epoch_check on convo_infos	CHECK ((key_epoch >= 0))
constraint convo_infos_pkey on convo_infos	PRIMARY KEY (convo_id)
constraint convo_infos_version_check on convo_infos	CHECK ((version > 0))
constraint declines_pkey on declines	PRIMARY KEY (did, adder_did)
constraint devices_did_fkey on devices	FOREIGN KEY (did) REFERENCES accounts(did)
constraint devices_pkey on devices	PRIMARY KEY (did, device_id)
constraint events_check on events	CHECK (((convo_id IS NULL) <> (target_did IS NULL)))
constraint events_kind_check on events not valid	CHECK ((kind = ANY (ARRAY[''membership''::text, ''welcome''::text, ''rejoin-requested''::text, ''convo-damaged''::text, ''key-packages-low''::text, ''read''::text, ''preferences''::text, ''role''::text, ''policy''::text, ''lock''::text, ''info''::text, ''info-key-requested''::text, ''request''::text, ''accepted''::text, ''request-ended''::text]))) NOT VALID
constraint events_n_check on events	CHECK ((n > 0))
constraint events_pkey on events	PRIMARY KEY (gen, pos, stream_key, seq, n)
constraint group_infos_convo_id_fkey on group_infos	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint group_infos_pkey on group_infos	PRIMARY KEY (convo_id)
constraint health_writes_only_row_check on health_writes	CHECK (only_row)
constraint health_writes_pkey on health_writes	PRIMARY KEY (only_row)
constraint idempotency_records_pkey on idempotency_records	PRIMARY KEY (record_id)
constraint key_packages_check on key_packages	CHECK (((lease_holder IS NULL) OR ((lease_ends_at IS NOT NULL) AND (spent_at IS NULL))))
constraint key_packages_check1 on key_packages	CHECK (((lease_holder IS NULL) = (lease_convo IS NULL)))
constraint key_packages_check2 on key_packages	CHECK (((NOT last_resort) OR ((lease_ends_at IS NULL) AND (spent_at IS NULL))))
constraint key_packages_did_device_id_fkey on key_packages	FOREIGN KEY (did, device_id) REFERENCES devices(did, device_id)
constraint key_packages_pkey on key_packages	PRIMARY KEY (did, ref)
constraint lapsed_proposals_convo_id_fkey on lapsed_proposals	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint lapsed_proposals_pkey on lapsed_proposals	PRIMARY KEY (convo_id, seq)
constraint leaves_convo_id_fkey on leaves	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint leaves_leaf_index_check on leaves	CHECK ((leaf_index >= 0))
constraint leaves_pkey on leaves	PRIMARY KEY (convo_id, did, device_id)
constraint log_generation_gen_check on log_generation	CHECK ((gen > 0))
constraint log_generation_only_row_check on log_generation	CHECK (only_row)
constraint log_generation_pkey on log_generation	PRIMARY KEY (only_row)
constraint memberships_check on memberships	CHECK ((left_seq >= joined_seq))
constraint memberships_check1 on memberships	CHECK (((NOT pending_removal) OR (left_seq IS NOT NULL)))
constraint memberships_check2 on memberships	CHECK (((left_seq IS NULL) = (left_at IS NULL)))
constraint memberships_consent_check on memberships	CHECK ((consent = ANY (ARRAY[''accepted''::text, ''request''::text, ''hidden''::text])))
constraint memberships_convo_id_fkey on memberships	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint memberships_pkey on memberships	PRIMARY KEY (convo_id, did, joined_seq)
constraint memberships_role_check on memberships	CHECK ((role = ANY (ARRAY[''admin''::text, ''member''::text])))
constraint message_blobs_convo_id_seq_fkey on message_blobs	FOREIGN KEY (convo_id, seq) REFERENCES messages(convo_id, seq)
constraint message_blobs_pkey on message_blobs	PRIMARY KEY (convo_id, seq, cid)
constraint messages_blobs_check on messages	CHECK ((blobs <> ''{}''::text[]))
constraint messages_check on messages	CHECK (((kind = ''app''::text) = (sender_did IS NULL)))
constraint messages_check1 on messages	CHECK (((proposal_ref IS NULL) OR (kind = ''proposal''::text)))
constraint messages_epoch_check on messages	CHECK ((epoch >= 0))
constraint messages_kind_check on messages	CHECK ((kind = ANY (ARRAY[''app''::text, ''commit''::text, ''proposal''::text])))
constraint messages_pkey on messages	PRIMARY KEY (convo_id, seq)
constraint messages_seq_check on messages	CHECK ((seq > 0))
constraint orphan_objects_check on orphan_objects	CHECK (((did IS NULL) = (reserved IS NULL)))
constraint orphan_objects_pkey on orphan_objects	PRIMARY KEY (object_key)
constraint package_claims_pkey on package_claims	PRIMARY KEY (did, device_id, cipher_suite, requester)
constraint read_positions_convo_id_fkey on read_positions	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint read_positions_pkey on read_positions	PRIMARY KEY (convo_id, did)
constraint read_positions_seq_check on read_positions	CHECK ((seq >= 0))
constraint rejoin_requests_convo_id_fkey on rejoin_requests	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint rejoin_requests_pkey on rejoin_requests	PRIMARY KEY (convo_id, did)
constraint relay_cursors_check on relay_cursors	CHECK (((holder IS NULL) = (held_until IS NULL)))
constraint relay_cursors_pkey on relay_cursors	PRIMARY KEY (relay)
constraint removed_messages_pkey on removed_messages	PRIMARY KEY (convo_id, id_hash)
constraint reports_check on reports	CHECK (((convo_id IS NOT NULL) OR (subject_did IS NOT NULL)))
constraint reports_pkey on reports	PRIMARY KEY (report_id)
constraint schema_needs_only_row_check on schema_needs	CHECK (only_row)
constraint schema_needs_pkey on schema_needs	PRIMARY KEY (only_row)
constraint stranger_allowances_amount_check on stranger_allowances	CHECK ((amount > 0))
constraint stranger_allowances_pkey on stranger_allowances	PRIMARY KEY (did)
constraint strangers_asked_pkey on strangers_asked	PRIMARY KEY (did, stranger)
constraint tickets_pkey on tickets	PRIMARY KEY (ticket_hash)
constraint welcome_recipients_check on welcome_recipients	CHECK (((state = ''open''::text) = (ended_at IS NULL)))
constraint welcome_recipients_convo_id_seq_fkey on welcome_recipients	FOREIGN KEY (convo_id, seq) REFERENCES welcomes(convo_id, seq)
constraint welcome_recipients_pkey on welcome_recipients	PRIMARY KEY (convo_id, did, device_id, seq)
constraint welcome_recipients_state_check on welcome_recipients	CHECK ((state = ANY (ARRAY[''open''::text, ''confirmed''::text, ''superseded''::text, ''device-deleted''::text])))
constraint welcomes_convo_id_fkey on welcomes	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint welcomes_pkey on welcomes	PRIMARY KEY (convo_id, seq)
function health_wait(pid integer) returns text	9e46829dd16d0b9d92d53f32bb7ef6c1
function log_current_generation() returns bigint	543f9a112ca507415f3313d551469401
function log_database_oid() returns bigint	9282770c3167611f1b34de8809820c3e
function log_events(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, at_n bigint, max_rows bigint) returns SETOF events	f968c8f6ff61c5bb6ef0041526bb01ff
function log_horizon() returns bigint	9ac6e79dc78bfa02fa22d8e5df983e0e
function log_messages(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, max_rows bigint) returns SETOF messages	3fb999ee8f21303701ee7dfde79d8ebf
function log_next_xid() returns bigint	ac5611f20a62a244967e08d9b380803d
function log_own_xid() returns bigint	98365b857681f8a84a241bf9dce68b1b
function log_system_identifier() returns bigint	9d61375f96554a7587065c9c5a0449d4
function log_timeline() returns bigint	870233518d034d71e51aa9a0ca0efd2d
function log_told_until(convo bytea, lo bigint, hi bigint, at_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint) returns bigint	fac36cc74a4d5e0f28b872c2f2d0c37d
index account_keys_age on account_keys	CREATE INDEX account_keys_age USING btree (fetched_at)
index account_keys_pkey on account_keys unique	CREATE UNIQUE INDEX account_keys_pkey USING btree (did)
index account_origins_age on account_origins	CREATE INDEX account_origins_age USING btree (confirmed_at) WHERE (settled_at IS NULL)
index account_origins_pkey on account_origins unique	CREATE UNIQUE INDEX account_origins_pkey USING btree (did)
index account_origins_settled on account_origins	CREATE INDEX account_origins_settled USING btree (origin, confirmed_at) WHERE (settled_at IS NOT NULL)
index account_states_erase on account_states	CREATE INDEX account_states_erase USING btree (erase_at) WHERE (erase_at IS NOT NULL)
index account_states_pkey on account_states unique	CREATE UNIQUE INDEX account_states_pkey USING btree (did)
index account_states_version_pkey on account_states_version unique	CREATE UNIQUE INDEX account_states_version_pkey USING btree (only_row)
index account_states_versions on account_states	CREATE INDEX account_states_versions USING btree (version)
index accounts_pkey on accounts unique	CREATE UNIQUE INDEX accounts_pkey USING btree (did)
index admin_audit_pkey on admin_audit unique	CREATE UNIQUE INDEX admin_audit_pkey USING btree (id)
index admin_audit_subject on admin_audit	CREATE INDEX admin_audit_subject USING btree (subject, id) WHERE (subject IS NOT NULL)
index blobs_by_age on blobs	CREATE INDEX blobs_by_age USING btree (created_at, object_key)
index blobs_by_object on blobs unique	CREATE UNIQUE INDEX blobs_by_object USING btree (object_key)
index blobs_pkey on blobs unique	CREATE UNIQUE INDEX blobs_pkey USING btree (did, cid)
index blobs_unattached on blobs	CREATE INDEX blobs_unattached USING btree (created_at) WHERE (NOT attached)
index blocks_by_age on blocks	CREATE INDEX blocks_by_age USING btree (did, created_at DESC, blocked_did DESC)
index blocks_of on blocks	CREATE INDEX blocks_of USING btree (blocked_did)
index blocks_pkey on blocks unique	CREATE UNIQUE INDEX blocks_pkey USING btree (did, blocked_did)
index commit_failures_pkey on commit_failures unique	CREATE UNIQUE INDEX commit_failures_pkey USING btree (convo_id, epoch, did)
index contact_preferences_pkey on contact_preferences unique	CREATE UNIQUE INDEX contact_preferences_pkey USING btree (did)
index conversations_closed on conversations	CREATE INDEX conversations_closed USING btree (closed_at) WHERE (closed_at IS NOT NULL)
index conversations_pkey on conversations unique	CREATE UNIQUE INDEX conversations_pkey USING btree (convo_id)
index convo_blocks_by_convo on convo_blocks	CREATE INDEX convo_blocks_by_convo USING btree (convo_id)
index convo_blocks_pkey on convo_blocks unique	CREATE UNIQUE INDEX convo_blocks_pkey USING btree (did, convo_id)
index convo_infos_pkey on convo_infos unique	CREATE UNIQUE INDEX convo_infos_pkey USING btree (convo_id)
index declines_of on declines	CREATE INDEX declines_of USING btree (adder_did)
index declines_pkey on declines unique	CREATE UNIQUE INDEX declines_pkey USING btree (did, adder_did)
index devices_pkey on devices unique	CREATE UNIQUE INDEX devices_pkey USING btree (did, device_id)
index events_by_convo on events	CREATE INDEX events_by_convo USING btree (convo_id, gen, pos, seq, n) WHERE (convo_id IS NOT NULL)
index events_by_target on events	CREATE INDEX events_by_target USING btree (target_did, gen, pos) WHERE (target_did IS NOT NULL)
index events_pkey on events unique	CREATE UNIQUE INDEX events_pkey USING btree (gen, pos, stream_key, seq, n)
index events_target_age on events	CREATE INDEX events_target_age USING btree (created_at) WHERE (target_did IS NOT NULL)
index group_infos_pkey on group_infos unique	CREATE UNIQUE INDEX group_infos_pkey USING btree (convo_id)
index health_writes_pkey on health_writes unique	CREATE UNIQUE INDEX health_writes_pkey USING btree (only_row)
index idempotency_records_age on idempotency_records	CREATE INDEX idempotency_records_age USING btree (created_at)
index idempotency_records_pkey on idempotency_records unique	CREATE UNIQUE INDEX idempotency_records_pkey USING btree (record_id)
index key_packages_available on key_packages	CREATE INDEX key_packages_available USING btree (did, device_id, cipher_suite, lease_ends_at NULLS FIRST, expires_at) WHERE ((spent_at IS NULL) AND (NOT last_resort))
index key_packages_by_ref on key_packages	CREATE INDEX key_packages_by_ref USING btree (ref)
index key_packages_last_resort on key_packages	CREATE INDEX key_packages_last_resort USING btree (did, device_id, cipher_suite, expires_at) WHERE last_resort
index key_packages_lease_ends on key_packages	CREATE INDEX key_packages_lease_ends USING btree (lease_ends_at) WHERE (lease_holder <> ''''::text)
index key_packages_leases on key_packages	CREATE INDEX key_packages_leases USING btree (lease_holder, did, lease_ends_at) WHERE ((lease_holder IS NOT NULL) AND (spent_at IS NULL))
index key_packages_pkey on key_packages unique	CREATE UNIQUE INDEX key_packages_pkey USING btree (did, ref)
index key_packages_spent on key_packages	CREATE INDEX key_packages_spent USING btree (did, device_id, cipher_suite, spent_at) WHERE (spent_at IS NOT NULL)
index key_packages_spent_age on key_packages	CREATE INDEX key_packages_spent_age USING btree (expires_at) WHERE (spent_at IS NOT NULL)
index key_packages_unspent_age on key_packages	CREATE INDEX key_packages_unspent_age USING btree (expires_at) WHERE (spent_at IS NULL)
index lapsed_proposals_age on lapsed_proposals	CREATE INDEX lapsed_proposals_age USING btree (lapsed_at)
index lapsed_proposals_pkey on lapsed_proposals unique	CREATE UNIQUE INDEX lapsed_proposals_pkey USING btree (convo_id, seq)
index leaves_by_device on leaves	CREATE INDEX leaves_by_device USING btree (did, device_id)
index leaves_pkey on leaves unique	CREATE UNIQUE INDEX leaves_pkey USING btree (convo_id, did, device_id)
index log_generation_pkey on log_generation unique	CREATE UNIQUE INDEX log_generation_pkey USING btree (only_row)
index memberships_accepted on memberships	CREATE INDEX memberships_accepted USING btree (did, accepted_at) WHERE (accepted_at IS NOT NULL)
index memberships_by_did on memberships	CREATE INDEX memberships_by_did USING btree (did, convo_id)
index memberships_one_active on memberships unique	CREATE UNIQUE INDEX memberships_one_active USING btree (convo_id, did) WHERE (left_seq IS NULL)
index memberships_pkey on memberships unique	CREATE UNIQUE INDEX memberships_pkey USING btree (convo_id, did, joined_seq)
index memberships_requests on memberships	CREATE INDEX memberships_requests USING btree (did, joined_at, convo_id) WHERE ((consent <> ''accepted''::text) AND (left_seq IS NULL))
index memberships_requests_age on memberships	CREATE INDEX memberships_requests_age USING btree (joined_at) WHERE ((consent <> ''accepted''::text) AND (left_seq IS NULL))
index message_blobs_by_cid on message_blobs	CREATE INDEX message_blobs_by_cid USING btree (convo_id, cid)
index message_blobs_by_owner on message_blobs	CREATE INDEX message_blobs_by_owner USING btree (owner_did, cid)
index message_blobs_pkey on message_blobs unique	CREATE UNIQUE INDEX message_blobs_pkey USING btree (convo_id, seq, cid)
index messages_age on messages	CREATE INDEX messages_age USING btree (created_at) WHERE (kind = ''app''::text)
index messages_handshake on messages	CREATE INDEX messages_handshake USING btree (convo_id, seq) WHERE (kind <> ''app''::text)
index messages_log on messages	CREATE INDEX messages_log USING btree (gen, pos, convo_id, seq)
index messages_message_id on messages unique	CREATE UNIQUE INDEX messages_message_id USING btree (convo_id, message_id)
index messages_one_commit on messages unique	CREATE UNIQUE INDEX messages_one_commit USING btree (convo_id, epoch) WHERE (kind = ''commit''::text)
index messages_pkey on messages unique	CREATE UNIQUE INDEX messages_pkey USING btree (convo_id, seq)
index messages_proposals on messages	CREATE INDEX messages_proposals USING btree (convo_id, epoch, seq) WHERE (kind = ''proposal''::text)
index messages_proposers on messages	CREATE INDEX messages_proposers USING btree (convo_id, sender_did, epoch) WHERE (kind = ''proposal''::text)
index orphan_objects_pkey on orphan_objects unique	CREATE UNIQUE INDEX orphan_objects_pkey USING btree (object_key)
index orphan_objects_since on orphan_objects	CREATE INDEX orphan_objects_since USING btree (since)
index orphan_objects_uploads on orphan_objects	CREATE INDEX orphan_objects_uploads USING btree (did) WHERE (did IS NOT NULL)
index package_claims_ends on package_claims	CREATE INDEX package_claims_ends USING btree (ends_at)
index package_claims_pkey on package_claims unique	CREATE UNIQUE INDEX package_claims_pkey USING btree (did, device_id, cipher_suite, requester)
index read_positions_pkey on read_positions unique	CREATE UNIQUE INDEX read_positions_pkey USING btree (convo_id, did)
index rejoin_requests_pkey on rejoin_requests unique	CREATE UNIQUE INDEX rejoin_requests_pkey USING btree (convo_id, did)
index relay_cursors_pkey on relay_cursors unique	CREATE UNIQUE INDEX relay_cursors_pkey USING btree (relay)
index removed_messages_pkey on removed_messages unique	CREATE UNIQUE INDEX removed_messages_pkey USING btree (convo_id, id_hash)
index reports_about on reports	CREATE INDEX reports_about USING btree (subject_did) WHERE (subject_did IS NOT NULL)
index reports_by on reports	CREATE INDEX reports_by USING btree (reporter_did)
index reports_open on reports	CREATE INDEX reports_open USING btree (report_id) WHERE (resolved_at IS NULL)
index reports_pkey on reports unique	CREATE UNIQUE INDEX reports_pkey USING btree (report_id)
index reports_resolved on reports	CREATE INDEX reports_resolved USING btree (resolved_at) WHERE (resolved_at IS NOT NULL)
index reports_to_forward on reports	CREATE INDEX reports_to_forward USING btree (forward_after) WHERE (forward_after IS NOT NULL)
index schema_needs_pkey on schema_needs unique	CREATE UNIQUE INDEX schema_needs_pkey USING btree (only_row)
index stranger_allowances_pkey on stranger_allowances unique	CREATE UNIQUE INDEX stranger_allowances_pkey USING btree (did)
index strangers_asked_age on strangers_asked	CREATE INDEX strangers_asked_age USING btree (asked_at)
index strangers_asked_pkey on strangers_asked unique	CREATE UNIQUE INDEX strangers_asked_pkey USING btree (did, stranger)
index tickets_expiry on tickets	CREATE INDEX tickets_expiry USING btree (expires_at)
index tickets_pkey on tickets unique	CREATE UNIQUE INDEX tickets_pkey USING btree (ticket_hash)
index welcome_recipients_by_device on welcome_recipients	CREATE INDEX welcome_recipients_by_device USING btree (did, device_id) WHERE (state = ''open''::text)
index welcome_recipients_ended on welcome_recipients	CREATE INDEX welcome_recipients_ended USING btree (ended_at) WHERE (ended_at IS NOT NULL)
index welcome_recipients_one_open on welcome_recipients unique	CREATE UNIQUE INDEX welcome_recipients_one_open USING btree (convo_id, did, device_id) WHERE (state = ''open''::text)
index welcome_recipients_pkey on welcome_recipients unique	CREATE UNIQUE INDEX welcome_recipients_pkey USING btree (convo_id, did, device_id, seq)
index welcomes_pkey on welcomes unique	CREATE UNIQUE INDEX welcomes_pkey USING btree (convo_id, seq)
table account_keys (r)
table account_origins (r)
table account_states (r)
table account_states_version (r)
table accounts (r)
table admin_audit (r)
table admin_audit_id_seq (S)
table blobs (r)
table blocks (r)
table commit_failures (r)
table contact_preferences (r)
table conversations (r)
table convo_blocks (r)
table convo_infos (r)
table declines (r)
table devices (r)
table events (r)
table group_infos (r)
table health_writes (r)
table idempotency_records (r)
table key_packages (r)
table lapsed_proposals (r)
table leaves (r)
table log_generation (r)
table memberships (r)
table message_blobs (r)
table messages (r)
table orphan_objects (r)
table package_claims (r)
table read_positions (r)
table rejoin_requests (r)
table relay_cursors (r)
table removed_messages (r)
table reports (r)
table reports_report_id_seq (S)
table schema_needs (r)
table stranger_allowances (r)
table strangers_asked (r)
table tickets (r)
table welcome_recipients (r)
table welcomes (r)');
INSERT INTO public.schema_migrations VALUES (6, '2026-11-28 08:12:55.416528+00', 15, 'column account_keys.did text not null collate C	
column account_keys.fetched_at timestamp with time zone not null	
column account_keys.public_key text not null collate C	
column account_origins.confirmed_at timestamp with time zone	
column account_origins.did text not null collate C	
column account_origins.origin text collate C	
column account_origins.settled_at timestamp with time zone	
column account_states.did text not null collate C	
column account_states.erase_at timestamp with time zone	
column account_states.erasing boolean not null	false
column account_states.host_status text collate C	
column account_states.host_status_at timestamp with time zone	
column account_states.suspended_at timestamp with time zone	
column account_states.version bigint not null	
column account_states_version.only_row boolean not null	true
column account_states_version.version bigint not null	
column accounts.blob_bytes bigint not null	0
column accounts.created_at timestamp with time zone not null	
column accounts.did text not null collate C	
column accounts.gen bigint not null	log_current_generation()
column accounts.last_n bigint not null	0
column accounts.last_pos bigint not null	0
column admin_audit.action text not null collate C	
column admin_audit.actor text not null collate C	
column admin_audit.at timestamp with time zone not null	now()
column admin_audit.id bigint not null	
column admin_audit.subject bytea	
column admin_audit_id_seq.is_called boolean not null	
column admin_audit_id_seq.last_value bigint not null	
column admin_audit_id_seq.log_cnt bigint not null	
column blobs.attached boolean not null	false
column blobs.cid text not null collate C	
column blobs.created_at timestamp with time zone not null	
column blobs.did text not null collate C	
column blobs.mime_type text not null	
column blobs.object_key text not null collate C	
column blobs.size bigint not null	
column blocks.blocked_did text not null collate C	
column blocks.created_at timestamp with time zone not null	
column blocks.did text not null collate C	
column commit_failures.convo_id bytea not null	
column commit_failures.detail text collate C	
column commit_failures.did text not null collate C	
column commit_failures.epoch bigint not null	
column commit_failures.reported_at timestamp with time zone not null	
column contact_preferences.accept_from text not null collate C	''known''::text
column contact_preferences.accept_group_invites_from text not null collate C	''known''::text
column contact_preferences.allow_group_invites text not null collate C	''all''::text
column contact_preferences.allow_incoming text not null collate C	''all''::text
column contact_preferences.did text not null collate C	
column conversations.add_by text not null collate C	''membersUpTo50''::text
column conversations.admins_change_info boolean not null	false
column conversations.admins_make_links boolean not null	true
column conversations.admins_remove boolean not null	true
column conversations.admins_send boolean not null	false
column conversations.cipher_suite bigint not null	
column conversations.closed_at timestamp with time zone	
column conversations.convo_id bytea not null	
column conversations.created_at timestamp with time zone not null	
column conversations.creator_did text not null collate C	
column conversations.description text	
column conversations.epoch bigint not null	
column conversations.epoch_began_at timestamp with time zone not null	now()
column conversations.gen bigint not null	log_current_generation()
column conversations.last_activity_at timestamp with time zone not null	
column conversations.last_message_at timestamp with time zone	
column conversations.last_n bigint not null	0
column conversations.last_pos bigint not null	0
column conversations.last_seq bigint not null	0
column conversations.locked_at timestamp with time zone	
column conversations.locked_by_admin boolean not null	false
column conversations.locked_by_operator boolean not null	false
column conversations.name text	
column conversations.reserved_at timestamp with time zone	
column conversations.reserved_for text collate C	
column conversations.reserved_until timestamp with time zone	
column conversations.roster_version bigint not null	0
column convo_blocks.convo_id bytea not null	
column convo_blocks.did text not null collate C	
column convo_infos.convo_id bytea not null	
column convo_infos.info bytea not null	
column convo_infos.info_key bytea not null	
column convo_infos.key_epoch bigint not null	
column convo_infos.requested_epoch bigint	
column convo_infos.updated_at timestamp with time zone not null	
column convo_infos.version bigint not null	
column declines.adder_did text not null collate C	
column declines.declined bigint not null	1
column declines.did text not null collate C	
column devices.created_at timestamp with time zone not null	
column devices.deleted_at timestamp with time zone	
column devices.device_id text not null collate C	
column devices.did text not null collate C	
column events.body jsonb not null	
column events.convo_id bytea	
column events.created_at timestamp with time zone not null	
column events.edge bigint	
column events.gen bigint not null	
column events.kind text not null collate C	
column events.n bigint not null	
column events.pos bigint not null	
column events.seq bigint not null	
column events.stream_key bytea not null	
column events.target_did text collate C	
column group_infos.convo_id bytea not null	
column group_infos.epoch bigint not null	
column group_infos.group_info bytea not null	
column group_infos.ratchet_tree bytea	
column group_infos.updated_at timestamp with time zone not null	
column health_writes.only_row boolean not null	true
column health_writes.written_at timestamp with time zone not null	
column idempotency_records.answer bytea not null	
column idempotency_records.content_hash bytea not null	
column idempotency_records.created_at timestamp with time zone not null	
column idempotency_records.record_id bytea not null	
column join_links.code_hash bytea not null	
column join_links.convo_id bytea not null	
column join_links.created_at timestamp with time zone not null	
column join_links.disabled_at timestamp with time zone	
column join_links.expires_at timestamp with time zone	
column join_links.join_rule text not null collate C	
column join_links.maker_did text not null collate C	
column join_links.max_uses bigint	
column join_links.preview bytea	
column join_links.require_approval boolean not null	
column join_links.uses bigint not null	0
column join_requests.code_hash bytea not null	
column join_requests.convo_id bytea not null	
column join_requests.did text not null collate C	
column join_requests.since timestamp with time zone not null	
column join_requests.state text not null collate C	
column key_packages.cipher_suite bigint not null	
column key_packages.created_at timestamp with time zone not null	
column key_packages.device_id text not null collate C	
column key_packages.did text not null collate C	
column key_packages.expires_at timestamp with time zone not null	
column key_packages.key_package bytea not null	
column key_packages.last_resort boolean not null	
column key_packages.last_resort_used_at timestamp with time zone	
column key_packages.lease_convo bytea	
column key_packages.lease_ends_at timestamp with time zone	
column key_packages.lease_holder text collate C	
column key_packages.ref bytea not null	
column key_packages.spent_at timestamp with time zone	
column lapsed_proposals.convo_id bytea not null	
column lapsed_proposals.lapsed_at timestamp with time zone not null	
column lapsed_proposals.seq bigint not null	
column leaves.convo_id bytea not null	
column leaves.credential bytea not null	
column leaves.device_id text not null collate C	
column leaves.did text not null collate C	
column leaves.leaf_index bigint not null	
column leaves.signature_key bytea not null	
column log_generation.began_at timestamp with time zone not null	
column log_generation.database_oid bigint	
column log_generation.gen bigint not null	
column log_generation.low_water_n bigint not null	0
column log_generation.low_water_pos bigint not null	0
column log_generation.low_water_seq bigint not null	0
column log_generation.low_water_stream_key bytea not null	''\x''::bytea
column log_generation.only_row boolean not null	true
column log_generation.secret uuid not null	
column log_generation.system_identifier bigint	
column log_generation.timeline bigint	
column memberships.accepted_at timestamp with time zone	
column memberships.added_by text collate C	
column memberships.by_link boolean not null	false
column memberships.consent text not null collate C	''accepted''::text
column memberships.convo_id bytea not null	
column memberships.did text not null collate C	
column memberships.ended_by_other boolean not null	false
column memberships.joined_at timestamp with time zone not null	
column memberships.joined_gen bigint not null	
column memberships.joined_n bigint not null	
column memberships.joined_pos bigint not null	
column memberships.joined_seq bigint not null	
column memberships.left_at timestamp with time zone	
column memberships.left_gen bigint	
column memberships.left_n bigint	
column memberships.left_pos bigint	
column memberships.left_seq bigint	
column memberships.pending_removal boolean not null	false
column memberships.role text not null collate C	''member''::text
column memberships.told_gen bigint	
column memberships.told_n bigint	
column memberships.told_pos bigint	
column memberships.told_seq bigint	
column message_blobs.cid text not null collate C	
column message_blobs.convo_id bytea not null	
column message_blobs.owner_did text not null collate C	
column message_blobs.seq bigint not null	
column messages.blobs text[] collate C	
column messages.ciphertext bytea not null	
column messages.convo_id bytea not null	
column messages.created_at timestamp with time zone not null	
column messages.epoch bigint not null	
column messages.gen bigint not null	
column messages.kind text not null collate C	
column messages.message_id bytea not null	
column messages.pos bigint not null	
column messages.proposal_ref bytea	
column messages.sender_did text collate C	
column messages.seq bigint not null	
column orphan_objects.did text collate C	
column orphan_objects.marked boolean not null	
column orphan_objects.object_key text not null collate C	
column orphan_objects.reserved bigint	
column orphan_objects.since timestamp with time zone not null	
column package_claims.cipher_suite bigint not null	
column package_claims.claimed_at timestamp with time zone[] not null	
column package_claims.device_id text not null collate C	
column package_claims.did text not null collate C	
column package_claims.ends_at timestamp with time zone not null	
column package_claims.requester bytea not null	
column read_positions.archived boolean not null	false
column read_positions.convo_id bytea not null	
column read_positions.did text not null collate C	
column read_positions.muted boolean not null	false
column read_positions.seq bigint not null	
column read_positions.updated_at timestamp with time zone not null	
column rejoin_requests.convo_id bytea not null	
column rejoin_requests.did text not null collate C	
column rejoin_requests.epoch bigint	
column rejoin_requests.reason text not null collate C	
column rejoin_requests.requested_at timestamp with time zone not null	
column relay_cursors.held_until timestamp with time zone	
column relay_cursors.holder uuid	
column relay_cursors.relay text not null collate C	
column relay_cursors.seq bigint not null	''-1''::integer
column removed_messages.convo_id bytea not null	
column removed_messages.id_hash bytea not null	
column removed_messages.seq bigint not null	
column reports.convo_id bytea	
column reports.created_at timestamp with time zone not null	
column reports.evidence bytea	
column reports.forward_after timestamp with time zone	
column reports.forward_attempts bigint not null	0
column reports.forwarded_at timestamp with time zone	
column reports.forwarded_id bigint	
column reports.message_id bytea	
column reports.reason text	
column reports.reason_type text not null collate C	
column reports.report_id bigint not null	
column reports.reporter_did text not null collate C	
column reports.resolved_at timestamp with time zone	
column reports.subject_did text collate C	
column reports_report_id_seq.is_called boolean not null	
column reports_report_id_seq.last_value bigint not null	
column reports_report_id_seq.log_cnt bigint not null	
column schema_needs.migration bigint not null	
column schema_needs.only_row boolean not null	true
column stranger_allowances.amount bigint not null	
column stranger_allowances.did text not null collate C	
column strangers_asked.asked_at timestamp with time zone not null	
column strangers_asked.did text not null collate C	
column strangers_asked.stranger bytea not null	
column tickets.convo_id bytea	
column tickets.did text not null collate C	
column tickets.expires_at timestamp with time zone not null	
column tickets.ticket_hash bytea not null	
column welcome_recipients.convo_id bytea not null	
column welcome_recipients.device_id text not null collate C	
column welcome_recipients.did text not null collate C	
column welcome_recipients.ended_at timestamp with time zone	
column welcome_recipients.error_details text	
column welcome_recipients.failed_at timestamp with time zone	
column welcome_recipients.ref bytea not null	
column welcome_recipients.seq bigint not null	
column welcome_recipients.state text not null collate C	''open''::text
column welcomes.convo_id bytea not null	
column welcomes.created_at timestamp with time zone not null	
column welcomes.epoch bigint not null	
column welcomes.ratchet_tree bytea	
column welcomes.seq bigint not null	
column welcomes.welcome bytea not null	
constraint account_keys_pkey on account_keys	PRIMARY KEY (did)
constraint account_origins_check on account_origins	CHECK (((origin IS NULL) = (confirmed_at IS NULL)))
constraint account_origins_check1 on account_origins	CHECK (((origin IS NOT NULL) OR (settled_at IS NOT NULL)))
constraint account_origins_pkey on account_origins	PRIMARY KEY (did)
constraint account_states_check on account_states	CHECK (((NOT erasing) OR (erase_at IS NOT NULL)))
constraint account_states_check1 on account_states	CHECK (((host_status IS NULL) = (host_status_at IS NULL)))
constraint account_states_check2 on account_states	CHECK (((suspended_at IS NOT NULL) OR (host_status IS NOT NULL) OR (erase_at IS NOT NULL)))
constraint account_states_host_status_check on account_states	CHECK ((host_status = ANY (ARRAY[''deactivated''::text, ''suspended''::text, ''takendown''::text, ''deleted''::text])))
constraint account_states_pkey on account_states	PRIMARY KEY (did)
constraint account_states_version_only_row_check on account_states_version	CHECK (only_row)
constraint account_states_version_pkey on account_states_version	PRIMARY KEY (only_row)
constraint accounts_blob_bytes_check on accounts	CHECK ((blob_bytes >= 0))
constraint accounts_pkey on accounts	PRIMARY KEY (did)
constraint admin_audit_pkey on admin_audit	PRIMARY KEY (id)
constraint blobs_pkey on blobs	PRIMARY KEY (did, cid)
constraint blobs_size_check on blobs	CHECK ((size >= 0))
constraint blocks_did_fkey on blocks	FOREIGN KEY (did) REFERENCES accounts(did)
constraint blocks_pkey on blocks	PRIMARY KEY (did, blocked_did)
constraint commit_failures_convo_id_fkey on commit_failures	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint commit_failures_pkey on commit_failures	PRIMARY KEY (convo_id, epoch, did)
constraint contact_preferences_accept_from_check on contact_preferences	CHECK ((accept_from = ANY (ARRAY[''all''::text, ''known''::text, ''following''::text, ''nobody''::text])))
constraint contact_preferences_accept_group_invites_from_check on contact_preferences	CHECK ((accept_group_invites_from = ANY (ARRAY[''all''::text, ''known''::text, ''following''::text, ''nobody''::text])))
constraint contact_preferences_allow_group_invites_check on contact_preferences	CHECK ((allow_group_invites = ANY (ARRAY[''all''::text, ''following''::text, ''none''::text])))
constraint contact_preferences_allow_incoming_check on contact_preferences	CHECK ((allow_incoming = ANY (ARRAY[''all''::text, ''following''::text, ''none''::text])))
constraint contact_preferences_pkey on contact_preferences	PRIMARY KEY (did)
constraint conversations_add_by_check on conversations	CHECK ((add_by = ANY (ARRAY[''membersUpTo50''::text, ''members''::text, ''admins''::text])))
constraint conversations_check on conversations	CHECK (((locked_at IS NOT NULL) = (locked_by_admin OR locked_by_operator)))
constraint conversations_convo_id_check on conversations	CHECK (((octet_length(convo_id) >= 16) AND (octet_length(convo_id) <= 64)))
constraint conversations_epoch_check on conversations	CHECK ((epoch >= 0))
constraint conversations_last_seq_check on conversations	CHECK ((last_seq >= 0))
constraint conversations_pkey on conversations	PRIMARY KEY (convo_id)
constraint convo_blocks_convo_id_fkey on convo_blocks	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id) ON DELETE CASCADE
constraint convo_blocks_pkey on convo_blocks	PRIMARY KEY (did, convo_id)
constraint convo_infos_convo_id_fkey on convo_infos	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id) ON DELETE CASCADE
constraint convo_infos_key_epoch_check on convo_infos	CHECK ((key_epoch >= 0))
constraint convo_infos_pkey on convo_infos	PRIMARY KEY (convo_id)
constraint convo_infos_version_check on convo_infos	CHECK ((version > 0))
constraint declines_pkey on declines	PRIMARY KEY (did, adder_did)
constraint devices_did_fkey on devices	FOREIGN KEY (did) REFERENCES accounts(did)
constraint devices_pkey on devices	PRIMARY KEY (did, device_id)
constraint events_check on events	CHECK (((convo_id IS NULL) <> (target_did IS NULL)))
constraint events_kind_check on events not valid	CHECK ((kind = ANY (ARRAY[''membership''::text, ''welcome''::text, ''rejoin-requested''::text, ''convo-damaged''::text, ''key-packages-low''::text, ''read''::text, ''preferences''::text, ''role''::text, ''policy''::text, ''lock''::text, ''info''::text, ''info-key-requested''::text, ''request''::text, ''accepted''::text, ''request-ended''::text, ''join-requests''::text, ''join-answered''::text]))) NOT VALID
constraint events_n_check on events	CHECK ((n > 0))
constraint events_pkey on events	PRIMARY KEY (gen, pos, stream_key, seq, n)
constraint group_infos_convo_id_fkey on group_infos	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint group_infos_pkey on group_infos	PRIMARY KEY (convo_id)
constraint health_writes_only_row_check on health_writes	CHECK (only_row)
constraint health_writes_pkey on health_writes	PRIMARY KEY (only_row)
constraint idempotency_records_pkey on idempotency_records	PRIMARY KEY (record_id)
constraint join_links_convo_id_fkey on join_links	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id) ON DELETE CASCADE
constraint join_links_join_rule_check on join_links	CHECK ((join_rule = ANY (ARRAY[''anyone''::text, ''followedByAdmin''::text])))
constraint join_links_max_uses_check on join_links	CHECK ((max_uses > 0))
constraint join_links_pkey on join_links	PRIMARY KEY (convo_id, code_hash)
constraint join_requests_convo_id_code_hash_fkey on join_requests	FOREIGN KEY (convo_id, code_hash) REFERENCES join_links(convo_id, code_hash) ON DELETE CASCADE
constraint join_requests_pkey on join_requests	PRIMARY KEY (convo_id, did)
constraint join_requests_state_check on join_requests	CHECK ((state = ANY (ARRAY[''pending''::text, ''approved''::text, ''rejected''::text])))
constraint key_packages_check on key_packages	CHECK (((lease_holder IS NULL) OR ((lease_ends_at IS NOT NULL) AND (spent_at IS NULL))))
constraint key_packages_check1 on key_packages	CHECK (((lease_holder IS NULL) = (lease_convo IS NULL)))
constraint key_packages_check2 on key_packages	CHECK (((NOT last_resort) OR ((lease_ends_at IS NULL) AND (spent_at IS NULL))))
constraint key_packages_did_device_id_fkey on key_packages	FOREIGN KEY (did, device_id) REFERENCES devices(did, device_id)
constraint key_packages_pkey on key_packages	PRIMARY KEY (did, ref)
constraint lapsed_proposals_convo_id_fkey on lapsed_proposals	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint lapsed_proposals_pkey on lapsed_proposals	PRIMARY KEY (convo_id, seq)
constraint leaves_convo_id_fkey on leaves	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint leaves_leaf_index_check on leaves	CHECK ((leaf_index >= 0))
constraint leaves_pkey on leaves	PRIMARY KEY (convo_id, did, device_id)
constraint log_generation_gen_check on log_generation	CHECK ((gen > 0))
constraint log_generation_only_row_check on log_generation	CHECK (only_row)
constraint log_generation_pkey on log_generation	PRIMARY KEY (only_row)
constraint memberships_check on memberships	CHECK ((left_seq >= joined_seq))
constraint memberships_check1 on memberships	CHECK (((NOT pending_removal) OR (left_seq IS NOT NULL)))
constraint memberships_check2 on memberships	CHECK (((left_seq IS NULL) = (left_at IS NULL)))
constraint memberships_consent_check on memberships	CHECK ((consent = ANY (ARRAY[''accepted''::text, ''request''::text, ''hidden''::text])))
constraint memberships_convo_id_fkey on memberships	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint memberships_pkey on memberships	PRIMARY KEY (convo_id, did, joined_seq)
constraint memberships_role_check on memberships	CHECK ((role = ANY (ARRAY[''admin''::text, ''member''::text])))
constraint message_blobs_convo_id_seq_fkey on message_blobs	FOREIGN KEY (convo_id, seq) REFERENCES messages(convo_id, seq)
constraint message_blobs_pkey on message_blobs	PRIMARY KEY (convo_id, seq, cid)
constraint messages_blobs_check on messages	CHECK ((blobs <> ''{}''::text[]))
constraint messages_check on messages	CHECK (((kind = ''app''::text) = (sender_did IS NULL)))
constraint messages_check1 on messages	CHECK (((proposal_ref IS NULL) OR (kind = ''proposal''::text)))
constraint messages_epoch_check on messages	CHECK ((epoch >= 0))
constraint messages_kind_check on messages	CHECK ((kind = ANY (ARRAY[''app''::text, ''commit''::text, ''proposal''::text])))
constraint messages_pkey on messages	PRIMARY KEY (convo_id, seq)
constraint messages_seq_check on messages	CHECK ((seq > 0))
constraint orphan_objects_check on orphan_objects	CHECK (((did IS NULL) = (reserved IS NULL)))
constraint orphan_objects_pkey on orphan_objects	PRIMARY KEY (object_key)
constraint package_claims_pkey on package_claims	PRIMARY KEY (did, device_id, cipher_suite, requester)
constraint read_positions_convo_id_fkey on read_positions	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint read_positions_pkey on read_positions	PRIMARY KEY (convo_id, did)
constraint read_positions_seq_check on read_positions	CHECK ((seq >= 0))
constraint rejoin_requests_convo_id_fkey on rejoin_requests	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint rejoin_requests_pkey on rejoin_requests	PRIMARY KEY (convo_id, did)
constraint relay_cursors_check on relay_cursors	CHECK (((holder IS NULL) = (held_until IS NULL)))
constraint relay_cursors_pkey on relay_cursors	PRIMARY KEY (relay)
constraint removed_messages_pkey on removed_messages	PRIMARY KEY (convo_id, id_hash)
constraint reports_check on reports	CHECK (((convo_id IS NOT NULL) OR (subject_did IS NOT NULL)))
constraint reports_pkey on reports	PRIMARY KEY (report_id)
constraint schema_needs_only_row_check on schema_needs	CHECK (only_row)
constraint schema_needs_pkey on schema_needs	PRIMARY KEY (only_row)
constraint stranger_allowances_amount_check on stranger_allowances	CHECK ((amount > 0))
constraint stranger_allowances_pkey on stranger_allowances	PRIMARY KEY (did)
constraint strangers_asked_pkey on strangers_asked	PRIMARY KEY (did, stranger)
constraint tickets_pkey on tickets	PRIMARY KEY (ticket_hash)
constraint welcome_recipients_check on welcome_recipients	CHECK (((state = ''open''::text) = (ended_at IS NULL)))
constraint welcome_recipients_convo_id_seq_fkey on welcome_recipients	FOREIGN KEY (convo_id, seq) REFERENCES welcomes(convo_id, seq)
constraint welcome_recipients_pkey on welcome_recipients	PRIMARY KEY (convo_id, did, device_id, seq)
constraint welcome_recipients_state_check on welcome_recipients	CHECK ((state = ANY (ARRAY[''open''::text, ''confirmed''::text, ''superseded''::text, ''device-deleted''::text])))
constraint welcomes_convo_id_fkey on welcomes	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint welcomes_pkey on welcomes	PRIMARY KEY (convo_id, seq)
function health_wait(pid integer) returns text	9e46829dd16d0b9d92d53f32bb7ef6c1
function log_current_generation() returns bigint	543f9a112ca507415f3313d551469401
function log_database_oid() returns bigint	9282770c3167611f1b34de8809820c3e
function log_events(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, at_n bigint, max_rows bigint) returns SETOF events	f968c8f6ff61c5bb6ef0041526bb01ff
function log_horizon() returns bigint	9ac6e79dc78bfa02fa22d8e5df983e0e
function log_messages(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, max_rows bigint) returns SETOF messages	3fb999ee8f21303701ee7dfde79d8ebf
function log_next_xid() returns bigint	ac5611f20a62a244967e08d9b380803d
function log_own_xid() returns bigint	98365b857681f8a84a241bf9dce68b1b
function log_system_identifier() returns bigint	9d61375f96554a7587065c9c5a0449d4
function log_timeline() returns bigint	870233518d034d71e51aa9a0ca0efd2d
function log_told_until(convo bytea, lo bigint, hi bigint, at_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint) returns bigint	fac36cc74a4d5e0f28b872c2f2d0c37d
index account_keys_age on account_keys	CREATE INDEX account_keys_age USING btree (fetched_at)
index account_keys_pkey on account_keys unique	CREATE UNIQUE INDEX account_keys_pkey USING btree (did)
index account_origins_age on account_origins	CREATE INDEX account_origins_age USING btree (confirmed_at) WHERE (settled_at IS NULL)
index account_origins_pkey on account_origins unique	CREATE UNIQUE INDEX account_origins_pkey USING btree (did)
index account_origins_settled on account_origins	CREATE INDEX account_origins_settled USING btree (origin, confirmed_at) WHERE (settled_at IS NOT NULL)
index account_states_erase on account_states	CREATE INDEX account_states_erase USING btree (erase_at) WHERE (erase_at IS NOT NULL)
index account_states_pkey on account_states unique	CREATE UNIQUE INDEX account_states_pkey USING btree (did)
index account_states_version_pkey on account_states_version unique	CREATE UNIQUE INDEX account_states_version_pkey USING btree (only_row)
index account_states_versions on account_states	CREATE INDEX account_states_versions USING btree (version)
index accounts_pkey on accounts unique	CREATE UNIQUE INDEX accounts_pkey USING btree (did)
index admin_audit_pkey on admin_audit unique	CREATE UNIQUE INDEX admin_audit_pkey USING btree (id)
index admin_audit_subject on admin_audit	CREATE INDEX admin_audit_subject USING btree (subject, id) WHERE (subject IS NOT NULL)
index blobs_by_age on blobs	CREATE INDEX blobs_by_age USING btree (created_at, object_key)
index blobs_by_object on blobs unique	CREATE UNIQUE INDEX blobs_by_object USING btree (object_key)
index blobs_pkey on blobs unique	CREATE UNIQUE INDEX blobs_pkey USING btree (did, cid)
index blobs_unattached on blobs	CREATE INDEX blobs_unattached USING btree (created_at) WHERE (NOT attached)
index blocks_by_age on blocks	CREATE INDEX blocks_by_age USING btree (did, created_at DESC, blocked_did DESC)
index blocks_of on blocks	CREATE INDEX blocks_of USING btree (blocked_did)
index blocks_pkey on blocks unique	CREATE UNIQUE INDEX blocks_pkey USING btree (did, blocked_did)
index commit_failures_pkey on commit_failures unique	CREATE UNIQUE INDEX commit_failures_pkey USING btree (convo_id, epoch, did)
index contact_preferences_pkey on contact_preferences unique	CREATE UNIQUE INDEX contact_preferences_pkey USING btree (did)
index conversations_closed on conversations	CREATE INDEX conversations_closed USING btree (closed_at) WHERE (closed_at IS NOT NULL)
index conversations_pkey on conversations unique	CREATE UNIQUE INDEX conversations_pkey USING btree (convo_id)
index convo_blocks_by_convo on convo_blocks	CREATE INDEX convo_blocks_by_convo USING btree (convo_id)
index convo_blocks_pkey on convo_blocks unique	CREATE UNIQUE INDEX convo_blocks_pkey USING btree (did, convo_id)
index convo_infos_pkey on convo_infos unique	CREATE UNIQUE INDEX convo_infos_pkey USING btree (convo_id)
index declines_of on declines	CREATE INDEX declines_of USING btree (adder_did)
index declines_pkey on declines unique	CREATE UNIQUE INDEX declines_pkey USING btree (did, adder_did)
index devices_pkey on devices unique	CREATE UNIQUE INDEX devices_pkey USING btree (did, device_id)
index events_by_convo on events	CREATE INDEX events_by_convo USING btree (convo_id, gen, pos, seq, n) WHERE (convo_id IS NOT NULL)
index events_by_target on events	CREATE INDEX events_by_target USING btree (target_did, gen, pos) WHERE (target_did IS NOT NULL)
index events_pkey on events unique	CREATE UNIQUE INDEX events_pkey USING btree (gen, pos, stream_key, seq, n)
index events_target_age on events	CREATE INDEX events_target_age USING btree (created_at) WHERE (target_did IS NOT NULL)
index group_infos_pkey on group_infos unique	CREATE UNIQUE INDEX group_infos_pkey USING btree (convo_id)
index health_writes_pkey on health_writes unique	CREATE UNIQUE INDEX health_writes_pkey USING btree (only_row)
index idempotency_records_age on idempotency_records	CREATE INDEX idempotency_records_age USING btree (created_at)
index idempotency_records_pkey on idempotency_records unique	CREATE UNIQUE INDEX idempotency_records_pkey USING btree (record_id)
index join_links_by_code on join_links unique	CREATE UNIQUE INDEX join_links_by_code USING btree (code_hash)
index join_links_ended on join_links	CREATE INDEX join_links_ended USING btree (LEAST(disabled_at, expires_at))
index join_links_pkey on join_links unique	CREATE UNIQUE INDEX join_links_pkey USING btree (convo_id, code_hash)
index join_requests_age on join_requests	CREATE INDEX join_requests_age USING btree (since) WHERE (state <> ''rejected''::text)
index join_requests_by_did on join_requests	CREATE INDEX join_requests_by_did USING btree (did)
index join_requests_by_link on join_requests	CREATE INDEX join_requests_by_link USING btree (convo_id, code_hash)
index join_requests_pkey on join_requests unique	CREATE UNIQUE INDEX join_requests_pkey USING btree (convo_id, did)
index key_packages_available on key_packages	CREATE INDEX key_packages_available USING btree (did, device_id, cipher_suite, lease_ends_at NULLS FIRST, expires_at) WHERE ((spent_at IS NULL) AND (NOT last_resort))
index key_packages_by_ref on key_packages	CREATE INDEX key_packages_by_ref USING btree (ref)
index key_packages_last_resort on key_packages	CREATE INDEX key_packages_last_resort USING btree (did, device_id, cipher_suite, expires_at) WHERE last_resort
index key_packages_lease_ends on key_packages	CREATE INDEX key_packages_lease_ends USING btree (lease_ends_at) WHERE (lease_holder <> ''''::text)
index key_packages_leases on key_packages	CREATE INDEX key_packages_leases USING btree (lease_holder, did, lease_ends_at) WHERE ((lease_holder IS NOT NULL) AND (spent_at IS NULL))
index key_packages_pkey on key_packages unique	CREATE UNIQUE INDEX key_packages_pkey USING btree (did, ref)
index key_packages_spent on key_packages	CREATE INDEX key_packages_spent USING btree (did, device_id, cipher_suite, spent_at) WHERE (spent_at IS NOT NULL)
index key_packages_spent_age on key_packages	CREATE INDEX key_packages_spent_age USING btree (expires_at) WHERE (spent_at IS NOT NULL)
index key_packages_unspent_age on key_packages	CREATE INDEX key_packages_unspent_age USING btree (expires_at) WHERE (spent_at IS NULL)
index lapsed_proposals_age on lapsed_proposals	CREATE INDEX lapsed_proposals_age USING btree (lapsed_at)
index lapsed_proposals_pkey on lapsed_proposals unique	CREATE UNIQUE INDEX lapsed_proposals_pkey USING btree (convo_id, seq)
index leaves_by_device on leaves	CREATE INDEX leaves_by_device USING btree (did, device_id)
index leaves_pkey on leaves unique	CREATE UNIQUE INDEX leaves_pkey USING btree (convo_id, did, device_id)
index log_generation_pkey on log_generation unique	CREATE UNIQUE INDEX log_generation_pkey USING btree (only_row)
index memberships_accepted on memberships	CREATE INDEX memberships_accepted USING btree (did, accepted_at) WHERE (accepted_at IS NOT NULL)
index memberships_by_did on memberships	CREATE INDEX memberships_by_did USING btree (did, convo_id)
index memberships_one_active on memberships unique	CREATE UNIQUE INDEX memberships_one_active USING btree (convo_id, did) WHERE (left_seq IS NULL)
index memberships_pkey on memberships unique	CREATE UNIQUE INDEX memberships_pkey USING btree (convo_id, did, joined_seq)
index memberships_requests on memberships	CREATE INDEX memberships_requests USING btree (did, joined_at, convo_id) WHERE ((consent <> ''accepted''::text) AND (left_seq IS NULL))
index memberships_requests_age on memberships	CREATE INDEX memberships_requests_age USING btree (joined_at) WHERE ((consent <> ''accepted''::text) AND (left_seq IS NULL))
index message_blobs_by_cid on message_blobs	CREATE INDEX message_blobs_by_cid USING btree (convo_id, cid)
index message_blobs_by_owner on message_blobs	CREATE INDEX message_blobs_by_owner USING btree (owner_did, cid)
index message_blobs_pkey on message_blobs unique	CREATE UNIQUE INDEX message_blobs_pkey USING btree (convo_id, seq, cid)
index messages_age on messages	CREATE INDEX messages_age USING btree (created_at) WHERE (kind = ''app''::text)
index messages_handshake on messages	CREATE INDEX messages_handshake USING btree (convo_id, seq) WHERE (kind <> ''app''::text)
index messages_log on messages	CREATE INDEX messages_log USING btree (gen, pos, convo_id, seq)
index messages_message_id on messages unique	CREATE UNIQUE INDEX messages_message_id USING btree (convo_id, message_id)
index messages_one_commit on messages unique	CREATE UNIQUE INDEX messages_one_commit USING btree (convo_id, epoch) WHERE (kind = ''commit''::text)
index messages_pkey on messages unique	CREATE UNIQUE INDEX messages_pkey USING btree (convo_id, seq)
index messages_proposals on messages	CREATE INDEX messages_proposals USING btree (convo_id, epoch, seq) WHERE (kind = ''proposal''::text)
index messages_proposers on messages	CREATE INDEX messages_proposers USING btree (convo_id, sender_did, epoch) WHERE (kind = ''proposal''::text)
index orphan_objects_pkey on orphan_objects unique	CREATE UNIQUE INDEX orphan_objects_pkey USING btree (object_key)
index orphan_objects_since on orphan_objects	CREATE INDEX orphan_objects_since USING btree (since)
index orphan_objects_uploads on orphan_objects	CREATE INDEX orphan_objects_uploads USING btree (did) WHERE (did IS NOT NULL)
index package_claims_ends on package_claims	CREATE INDEX package_claims_ends USING btree (ends_at)
index package_claims_pkey on package_claims unique	CREATE UNIQUE INDEX package_claims_pkey USING btree (did, device_id, cipher_suite, requester)
index read_positions_pkey on read_positions unique	CREATE UNIQUE INDEX read_positions_pkey USING btree (convo_id, did)
index rejoin_requests_pkey on rejoin_requests unique	CREATE UNIQUE INDEX rejoin_requests_pkey USING btree (convo_id, did)
index relay_cursors_pkey on relay_cursors unique	CREATE UNIQUE INDEX relay_cursors_pkey USING btree (relay)
index removed_messages_pkey on removed_messages unique	CREATE UNIQUE INDEX removed_messages_pkey USING btree (convo_id, id_hash)
index reports_about on reports	CREATE INDEX reports_about USING btree (subject_did) WHERE (subject_did IS NOT NULL)
index reports_by on reports	CREATE INDEX reports_by USING btree (reporter_did)
index reports_open on reports	CREATE INDEX reports_open USING btree (report_id) WHERE (resolved_at IS NULL)
index reports_pkey on reports unique	CREATE UNIQUE INDEX reports_pkey USING btree (report_id)
index reports_resolved on reports	CREATE INDEX reports_resolved USING btree (resolved_at) WHERE (resolved_at IS NOT NULL)
index reports_to_forward on reports	CREATE INDEX reports_to_forward USING btree (forward_after) WHERE (forward_after IS NOT NULL)
index schema_needs_pkey on schema_needs unique	CREATE UNIQUE INDEX schema_needs_pkey USING btree (only_row)
index stranger_allowances_pkey on stranger_allowances unique	CREATE UNIQUE INDEX stranger_allowances_pkey USING btree (did)
index strangers_asked_age on strangers_asked	CREATE INDEX strangers_asked_age USING btree (asked_at)
index strangers_asked_pkey on strangers_asked unique	CREATE UNIQUE INDEX strangers_asked_pkey USING btree (did, stranger)
index tickets_expiry on tickets	CREATE INDEX tickets_expiry USING btree (expires_at)
index tickets_pkey on tickets unique	CREATE UNIQUE INDEX tickets_pkey USING btree (ticket_hash)
index welcome_recipients_by_device on welcome_recipients	CREATE INDEX welcome_recipients_by_device USING btree (did, device_id) WHERE (state = ''open''::text)
index welcome_recipients_ended on welcome_recipients	CREATE INDEX welcome_recipients_ended USING btree (ended_at) WHERE (ended_at IS NOT NULL)
index welcome_recipients_one_open on welcome_recipients unique	CREATE UNIQUE INDEX welcome_recipients_one_open USING btree (convo_id, did, device_id) WHERE (state = ''open''::text)
index welcome_recipients_pkey on welcome_recipients unique	CREATE UNIQUE INDEX welcome_recipients_pkey USING btree (convo_id, did, device_id, seq)
index welcomes_pkey on welcomes unique	CREATE UNIQUE INDEX welcomes_pkey USING btree (convo_id, seq)
table account_keys (r)
table account_origins (r)
table account_states (r)
table account_states_version (r)
table accounts (r)
table admin_audit (r)
table admin_audit_id_seq (S)
table blobs (r)
table blocks (r)
table commit_failures (r)
table contact_preferences (r)
table conversations (r)
table convo_blocks (r)
table convo_infos (r)
table declines (r)
table devices (r)
table events (r)
table group_infos (r)
table health_writes (r)
table idempotency_records (r)
table join_links (r)
table join_requests (r)
table key_packages (r)
table lapsed_proposals (r)
table leaves (r)
table log_generation (r)
table memberships (r)
table message_blobs (r)
table messages (r)
table orphan_objects (r)
table package_claims (r)
table read_positions (r)
table rejoin_requests (r)
table relay_cursors (r)
table removed_messages (r)
table reports (r)
table reports_report_id_seq (S)
table schema_needs (r)
table stranger_allowances (r)
table strangers_asked (r)
table tickets (r)
table welcome_recipients (r)
table welcomes (r)');
INSERT INTO public.schema_migrations VALUES (7, '2026-11-28 08:12:55.431538+00', 15, 'column account_keys.did text not null collate C	
column account_keys.fetched_at timestamp with time zone not null	
column account_keys.public_key text not null collate C	
column account_origins.confirmed_at timestamp with time zone	
column account_origins.did text not null collate C	
column account_origins.origin text collate C	
column account_origins.settled_at timestamp with time zone	
column account_states.did text not null collate C	
column account_states.erase_at timestamp with time zone	
column account_states.erasing boolean not null	false
column account_states.host_status text collate C	
column account_states.host_status_at timestamp with time zone	
column account_states.suspended_at timestamp with time zone	
column account_states.version bigint not null	
column account_states_version.only_row boolean not null	true
column account_states_version.version bigint not null	
column accounts.blob_bytes bigint not null	0
column accounts.created_at timestamp with time zone not null	
column accounts.did text not null collate C	
column accounts.gen bigint not null	log_current_generation()
column accounts.last_n bigint not null	0
column accounts.last_pos bigint not null	0
column admin_audit.action text not null collate C	
column admin_audit.actor text not null collate C	
column admin_audit.at timestamp with time zone not null	now()
column admin_audit.id bigint not null	
column admin_audit.subject bytea	
column admin_audit_id_seq.is_called boolean not null	
column admin_audit_id_seq.last_value bigint not null	
column admin_audit_id_seq.log_cnt bigint not null	
column blobs.attached boolean not null	false
column blobs.cid text not null collate C	
column blobs.created_at timestamp with time zone not null	
column blobs.did text not null collate C	
column blobs.mime_type text not null	
column blobs.object_key text not null collate C	
column blobs.size bigint not null	
column blocks.blocked_did text not null collate C	
column blocks.created_at timestamp with time zone not null	
column blocks.did text not null collate C	
column commit_failures.convo_id bytea not null	
column commit_failures.detail text collate C	
column commit_failures.did text not null collate C	
column commit_failures.epoch bigint not null	
column commit_failures.reported_at timestamp with time zone not null	
column contact_preferences.accept_from text not null collate C	''known''::text
column contact_preferences.accept_group_invites_from text not null collate C	''known''::text
column contact_preferences.allow_group_invites text not null collate C	''all''::text
column contact_preferences.allow_incoming text not null collate C	''all''::text
column contact_preferences.did text not null collate C	
column conversations.add_by text not null collate C	''membersUpTo50''::text
column conversations.admins_change_info boolean not null	false
column conversations.admins_make_links boolean not null	true
column conversations.admins_remove boolean not null	true
column conversations.admins_send boolean not null	false
column conversations.cipher_suite bigint not null	
column conversations.closed_at timestamp with time zone	
column conversations.convo_id bytea not null	
column conversations.created_at timestamp with time zone not null	
column conversations.creator_did text not null collate C	
column conversations.description text	
column conversations.epoch bigint not null	
column conversations.epoch_began_at timestamp with time zone not null	now()
column conversations.gen bigint not null	log_current_generation()
column conversations.last_activity_at timestamp with time zone not null	
column conversations.last_message_at timestamp with time zone	
column conversations.last_n bigint not null	0
column conversations.last_pos bigint not null	0
column conversations.last_seq bigint not null	0
column conversations.locked_at timestamp with time zone	
column conversations.locked_by_admin boolean not null	false
column conversations.locked_by_operator boolean not null	false
column conversations.name text	
column conversations.reserved_at timestamp with time zone	
column conversations.reserved_for text collate C	
column conversations.reserved_until timestamp with time zone	
column conversations.roster_version bigint not null	0
column convo_blocks.convo_id bytea not null	
column convo_blocks.did text not null collate C	
column convo_infos.convo_id bytea not null	
column convo_infos.info bytea not null	
column convo_infos.info_key bytea not null	
column convo_infos.key_epoch bigint not null	
column convo_infos.requested_epoch bigint	
column convo_infos.updated_at timestamp with time zone not null	
column convo_infos.version bigint not null	
column declines.adder_did text not null collate C	
column declines.declined bigint not null	1
column declines.did text not null collate C	
column devices.created_at timestamp with time zone not null	
column devices.deleted_at timestamp with time zone	
column devices.device_id text not null collate C	
column devices.did text not null collate C	
column events.body jsonb not null	
column events.convo_id bytea	
column events.created_at timestamp with time zone not null	
column events.edge bigint	
column events.gen bigint not null	
column events.kind text not null collate C	
column events.n bigint not null	
column events.pos bigint not null	
column events.seq bigint not null	
column events.stream_key bytea not null	
column events.target_did text collate C	
column group_infos.convo_id bytea not null	
column group_infos.epoch bigint not null	
column group_infos.group_info bytea not null	
column group_infos.tree_at bigint	
column group_infos.tree_change bytea	
column group_infos.updated_at timestamp with time zone not null	
column health_writes.only_row boolean not null	true
column health_writes.written_at timestamp with time zone not null	
column idempotency_records.answer bytea not null	
column idempotency_records.content_hash bytea not null	
column idempotency_records.created_at timestamp with time zone not null	
column idempotency_records.record_id bytea not null	
column join_links.code_hash bytea not null	
column join_links.convo_id bytea not null	
column join_links.created_at timestamp with time zone not null	
column join_links.disabled_at timestamp with time zone	
column join_links.expires_at timestamp with time zone	
column join_links.join_rule text not null collate C	
column join_links.maker_did text not null collate C	
column join_links.max_uses bigint	
column join_links.preview bytea	
column join_links.require_approval boolean not null	
column join_links.uses bigint not null	0
column join_requests.code_hash bytea not null	
column join_requests.convo_id bytea not null	
column join_requests.did text not null collate C	
column join_requests.since timestamp with time zone not null	
column join_requests.state text not null collate C	
column key_packages.cipher_suite bigint not null	
column key_packages.created_at timestamp with time zone not null	
column key_packages.device_id text not null collate C	
column key_packages.did text not null collate C	
column key_packages.expires_at timestamp with time zone not null	
column key_packages.key_package bytea not null	
column key_packages.last_resort boolean not null	
column key_packages.last_resort_used_at timestamp with time zone	
column key_packages.lease_convo bytea	
column key_packages.lease_ends_at timestamp with time zone	
column key_packages.lease_holder text collate C	
column key_packages.ref bytea not null	
column key_packages.spent_at timestamp with time zone	
column lapsed_proposals.convo_id bytea not null	
column lapsed_proposals.lapsed_at timestamp with time zone not null	
column lapsed_proposals.seq bigint not null	
column leaves.convo_id bytea not null	
column leaves.credential bytea not null	
column leaves.device_id text not null collate C	
column leaves.did text not null collate C	
column leaves.leaf_index bigint not null	
column leaves.signature_key bytea not null	
column log_generation.began_at timestamp with time zone not null	
column log_generation.database_oid bigint	
column log_generation.gen bigint not null	
column log_generation.low_water_n bigint not null	0
column log_generation.low_water_pos bigint not null	0
column log_generation.low_water_seq bigint not null	0
column log_generation.low_water_stream_key bytea not null	''\x''::bytea
column log_generation.only_row boolean not null	true
column log_generation.secret uuid not null	
column log_generation.system_identifier bigint	
column log_generation.timeline bigint	
column memberships.accepted_at timestamp with time zone	
column memberships.added_by text collate C	
column memberships.by_link boolean not null	false
column memberships.consent text not null collate C	''accepted''::text
column memberships.convo_id bytea not null	
column memberships.did text not null collate C	
column memberships.ended_by_other boolean not null	false
column memberships.joined_at timestamp with time zone not null	
column memberships.joined_gen bigint not null	
column memberships.joined_n bigint not null	
column memberships.joined_pos bigint not null	
column memberships.joined_seq bigint not null	
column memberships.left_at timestamp with time zone	
column memberships.left_gen bigint	
column memberships.left_n bigint	
column memberships.left_pos bigint	
column memberships.left_seq bigint	
column memberships.pending_removal boolean not null	false
column memberships.role text not null collate C	''member''::text
column memberships.told_gen bigint	
column memberships.told_n bigint	
column memberships.told_pos bigint	
column memberships.told_seq bigint	
column message_blobs.cid text not null collate C	
column message_blobs.convo_id bytea not null	
column message_blobs.owner_did text not null collate C	
column message_blobs.seq bigint not null	
column messages.blobs text[] collate C	
column messages.ciphertext bytea not null	
column messages.convo_id bytea not null	
column messages.created_at timestamp with time zone not null	
column messages.epoch bigint not null	
column messages.gen bigint not null	
column messages.kind text not null collate C	
column messages.message_id bytea not null	
column messages.pos bigint not null	
column messages.proposal_ref bytea	
column messages.sender_did text collate C	
column messages.seq bigint not null	
column orphan_objects.did text collate C	
column orphan_objects.marked boolean not null	
column orphan_objects.object_key text not null collate C	
column orphan_objects.reserved bigint	
column orphan_objects.since timestamp with time zone not null	
column package_claims.cipher_suite bigint not null	
column package_claims.claimed_at timestamp with time zone[] not null	
column package_claims.device_id text not null collate C	
column package_claims.did text not null collate C	
column package_claims.ends_at timestamp with time zone not null	
column package_claims.requester bytea not null	
column read_positions.archived boolean not null	false
column read_positions.convo_id bytea not null	
column read_positions.did text not null collate C	
column read_positions.muted boolean not null	false
column read_positions.seq bigint not null	
column read_positions.updated_at timestamp with time zone not null	
column rejoin_requests.convo_id bytea not null	
column rejoin_requests.did text not null collate C	
column rejoin_requests.epoch bigint	
column rejoin_requests.reason text not null collate C	
column rejoin_requests.requested_at timestamp with time zone not null	
column relay_cursors.held_until timestamp with time zone	
column relay_cursors.holder uuid	
column relay_cursors.relay text not null collate C	
column relay_cursors.seq bigint not null	''-1''::integer
column removed_messages.convo_id bytea not null	
column removed_messages.id_hash bytea not null	
column removed_messages.seq bigint not null	
column reports.convo_id bytea	
column reports.created_at timestamp with time zone not null	
column reports.evidence bytea	
column reports.forward_after timestamp with time zone	
column reports.forward_attempts bigint not null	0
column reports.forwarded_at timestamp with time zone	
column reports.forwarded_id bigint	
column reports.message_id bytea	
column reports.reason text	
column reports.reason_type text not null collate C	
column reports.report_id bigint not null	
column reports.reporter_did text not null collate C	
column reports.resolved_at timestamp with time zone	
column reports.subject_did text collate C	
column reports_report_id_seq.is_called boolean not null	
column reports_report_id_seq.last_value bigint not null	
column reports_report_id_seq.log_cnt bigint not null	
column schema_needs.migration bigint not null	
column schema_needs.only_row boolean not null	true
column stranger_allowances.amount bigint not null	
column stranger_allowances.did text not null collate C	
column strangers_asked.asked_at timestamp with time zone not null	
column strangers_asked.did text not null collate C	
column strangers_asked.stranger bytea not null	
column tickets.convo_id bytea	
column tickets.did text not null collate C	
column tickets.expires_at timestamp with time zone not null	
column tickets.ticket_hash bytea not null	
column trees.convo_id bytea not null	
column trees.tree bytea not null	
column welcome_recipients.convo_id bytea not null	
column welcome_recipients.device_id text not null collate C	
column welcome_recipients.did text not null collate C	
column welcome_recipients.ended_at timestamp with time zone	
column welcome_recipients.error_details text	
column welcome_recipients.failed_at timestamp with time zone	
column welcome_recipients.ref bytea not null	
column welcome_recipients.seq bigint not null	
column welcome_recipients.state text not null collate C	''open''::text
column welcomes.convo_id bytea not null	
column welcomes.created_at timestamp with time zone not null	
column welcomes.epoch bigint not null	
column welcomes.ratchet_tree bytea	
column welcomes.seq bigint not null	
column welcomes.welcome bytea not null	
constraint account_keys_pkey on account_keys	PRIMARY KEY (did)
constraint account_origins_check on account_origins	CHECK (((origin IS NULL) = (confirmed_at IS NULL)))
constraint account_origins_check1 on account_origins	CHECK (((origin IS NOT NULL) OR (settled_at IS NOT NULL)))
constraint account_origins_pkey on account_origins	PRIMARY KEY (did)
constraint account_states_check on account_states	CHECK (((NOT erasing) OR (erase_at IS NOT NULL)))
constraint account_states_check1 on account_states	CHECK (((host_status IS NULL) = (host_status_at IS NULL)))
constraint account_states_check2 on account_states	CHECK (((suspended_at IS NOT NULL) OR (host_status IS NOT NULL) OR (erase_at IS NOT NULL)))
constraint account_states_host_status_check on account_states	CHECK ((host_status = ANY (ARRAY[''deactivated''::text, ''suspended''::text, ''takendown''::text, ''deleted''::text])))
constraint account_states_pkey on account_states	PRIMARY KEY (did)
constraint account_states_version_only_row_check on account_states_version	CHECK (only_row)
constraint account_states_version_pkey on account_states_version	PRIMARY KEY (only_row)
constraint accounts_blob_bytes_check on accounts	CHECK ((blob_bytes >= 0))
constraint accounts_pkey on accounts	PRIMARY KEY (did)
constraint admin_audit_pkey on admin_audit	PRIMARY KEY (id)
constraint blobs_pkey on blobs	PRIMARY KEY (did, cid)
constraint blobs_size_check on blobs	CHECK ((size >= 0))
constraint blocks_did_fkey on blocks	FOREIGN KEY (did) REFERENCES accounts(did)
constraint blocks_pkey on blocks	PRIMARY KEY (did, blocked_did)
constraint commit_failures_convo_id_fkey on commit_failures	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint commit_failures_pkey on commit_failures	PRIMARY KEY (convo_id, epoch, did)
constraint contact_preferences_accept_from_check on contact_preferences	CHECK ((accept_from = ANY (ARRAY[''all''::text, ''known''::text, ''following''::text, ''nobody''::text])))
constraint contact_preferences_accept_group_invites_from_check on contact_preferences	CHECK ((accept_group_invites_from = ANY (ARRAY[''all''::text, ''known''::text, ''following''::text, ''nobody''::text])))
constraint contact_preferences_allow_group_invites_check on contact_preferences	CHECK ((allow_group_invites = ANY (ARRAY[''all''::text, ''following''::text, ''none''::text])))
constraint contact_preferences_allow_incoming_check on contact_preferences	CHECK ((allow_incoming = ANY (ARRAY[''all''::text, ''following''::text, ''none''::text])))
constraint contact_preferences_pkey on contact_preferences	PRIMARY KEY (did)
constraint conversations_add_by_check on conversations	CHECK ((add_by = ANY (ARRAY[''membersUpTo50''::text, ''members''::text, ''admins''::text])))
constraint conversations_check on conversations	CHECK (((locked_at IS NOT NULL) = (locked_by_admin OR locked_by_operator)))
constraint conversations_convo_id_check on conversations	CHECK (((octet_length(convo_id) >= 16) AND (octet_length(convo_id) <= 64)))
constraint conversations_epoch_check on conversations	CHECK ((epoch >= 0))
constraint conversations_last_seq_check on conversations	CHECK ((last_seq >= 0))
constraint conversations_pkey on conversations	PRIMARY KEY (convo_id)
constraint convo_blocks_convo_id_fkey on convo_blocks	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id) ON DELETE CASCADE
constraint convo_blocks_pkey on convo_blocks	PRIMARY KEY (did, convo_id)
constraint convo_infos_convo_id_fkey on convo_infos	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id) ON DELETE CASCADE
constraint convo_infos_key_epoch_check on convo_infos	CHECK ((key_epoch >= 0))
constraint convo_infos_pkey on convo_infos	PRIMARY KEY (convo_id)
constraint convo_infos_version_check on convo_infos	CHECK ((version > 0))
constraint declines_pkey on declines	PRIMARY KEY (did, adder_did)
constraint devices_did_fkey on devices	FOREIGN KEY (did) REFERENCES accounts(did)
constraint devices_pkey on devices	PRIMARY KEY (did, device_id)
constraint events_check on events	CHECK (((convo_id IS NULL) <> (target_did IS NULL)))
constraint events_kind_check on events not valid	CHECK ((kind = ANY (ARRAY[''membership''::text, ''welcome''::text, ''rejoin-requested''::text, ''convo-damaged''::text, ''key-packages-low''::text, ''read''::text, ''preferences''::text, ''role''::text, ''policy''::text, ''lock''::text, ''info''::text, ''info-key-requested''::text, ''request''::text, ''accepted''::text, ''request-ended''::text, ''join-requests''::text, ''join-answered''::text]))) NOT VALID
constraint events_n_check on events	CHECK ((n > 0))
constraint events_pkey on events	PRIMARY KEY (gen, pos, stream_key, seq, n)
constraint group_infos_pkey on group_infos	PRIMARY KEY (convo_id, epoch)
constraint group_infos_tree_at_check on group_infos	CHECK ((tree_at > 0))
constraint health_writes_only_row_check on health_writes	CHECK (only_row)
constraint health_writes_pkey on health_writes	PRIMARY KEY (only_row)
constraint idempotency_records_pkey on idempotency_records	PRIMARY KEY (record_id)
constraint join_links_convo_id_fkey on join_links	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id) ON DELETE CASCADE
constraint join_links_join_rule_check on join_links	CHECK ((join_rule = ANY (ARRAY[''anyone''::text, ''followedByAdmin''::text])))
constraint join_links_max_uses_check on join_links	CHECK ((max_uses > 0))
constraint join_links_pkey on join_links	PRIMARY KEY (convo_id, code_hash)
constraint join_requests_convo_id_code_hash_fkey on join_requests	FOREIGN KEY (convo_id, code_hash) REFERENCES join_links(convo_id, code_hash) ON DELETE CASCADE
constraint join_requests_pkey on join_requests	PRIMARY KEY (convo_id, did)
constraint join_requests_state_check on join_requests	CHECK ((state = ANY (ARRAY[''pending''::text, ''approved''::text, ''rejected''::text])))
constraint key_packages_check on key_packages	CHECK (((lease_holder IS NULL) OR ((lease_ends_at IS NOT NULL) AND (spent_at IS NULL))))
constraint key_packages_check1 on key_packages	CHECK (((lease_holder IS NULL) = (lease_convo IS NULL)))
constraint key_packages_check2 on key_packages	CHECK (((NOT last_resort) OR ((lease_ends_at IS NULL) AND (spent_at IS NULL))))
constraint key_packages_did_device_id_fkey on key_packages	FOREIGN KEY (did, device_id) REFERENCES devices(did, device_id)
constraint key_packages_pkey on key_packages	PRIMARY KEY (did, ref)
constraint lapsed_proposals_convo_id_fkey on lapsed_proposals	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint lapsed_proposals_pkey on lapsed_proposals	PRIMARY KEY (convo_id, seq)
constraint leaves_convo_id_fkey on leaves	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint leaves_leaf_index_check on leaves	CHECK ((leaf_index >= 0))
constraint leaves_pkey on leaves	PRIMARY KEY (convo_id, did, device_id)
constraint log_generation_gen_check on log_generation	CHECK ((gen > 0))
constraint log_generation_only_row_check on log_generation	CHECK (only_row)
constraint log_generation_pkey on log_generation	PRIMARY KEY (only_row)
constraint memberships_check on memberships	CHECK ((left_seq >= joined_seq))
constraint memberships_check1 on memberships	CHECK (((NOT pending_removal) OR (left_seq IS NOT NULL)))
constraint memberships_check2 on memberships	CHECK (((left_seq IS NULL) = (left_at IS NULL)))
constraint memberships_consent_check on memberships	CHECK ((consent = ANY (ARRAY[''accepted''::text, ''request''::text, ''hidden''::text])))
constraint memberships_convo_id_fkey on memberships	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint memberships_pkey on memberships	PRIMARY KEY (convo_id, did, joined_seq)
constraint memberships_role_check on memberships	CHECK ((role = ANY (ARRAY[''admin''::text, ''member''::text])))
constraint message_blobs_convo_id_seq_fkey on message_blobs	FOREIGN KEY (convo_id, seq) REFERENCES messages(convo_id, seq)
constraint message_blobs_pkey on message_blobs	PRIMARY KEY (convo_id, seq, cid)
constraint messages_blobs_check on messages	CHECK ((blobs <> ''{}''::text[]))
constraint messages_check on messages	CHECK (((kind = ''app''::text) = (sender_did IS NULL)))
constraint messages_check1 on messages	CHECK (((proposal_ref IS NULL) OR (kind = ''proposal''::text)))
constraint messages_epoch_check on messages	CHECK ((epoch >= 0))
constraint messages_kind_check on messages	CHECK ((kind = ANY (ARRAY[''app''::text, ''commit''::text, ''proposal''::text])))
constraint messages_pkey on messages	PRIMARY KEY (convo_id, seq)
constraint messages_seq_check on messages	CHECK ((seq > 0))
constraint orphan_objects_check on orphan_objects	CHECK (((did IS NULL) = (reserved IS NULL)))
constraint orphan_objects_pkey on orphan_objects	PRIMARY KEY (object_key)
constraint package_claims_pkey on package_claims	PRIMARY KEY (did, device_id, cipher_suite, requester)
constraint read_positions_convo_id_fkey on read_positions	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint read_positions_pkey on read_positions	PRIMARY KEY (convo_id, did)
constraint read_positions_seq_check on read_positions	CHECK ((seq >= 0))
constraint rejoin_requests_convo_id_fkey on rejoin_requests	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint rejoin_requests_pkey on rejoin_requests	PRIMARY KEY (convo_id, did)
constraint relay_cursors_check on relay_cursors	CHECK (((holder IS NULL) = (held_until IS NULL)))
constraint relay_cursors_pkey on relay_cursors	PRIMARY KEY (relay)
constraint removed_messages_pkey on removed_messages	PRIMARY KEY (convo_id, id_hash)
constraint reports_check on reports	CHECK (((convo_id IS NOT NULL) OR (subject_did IS NOT NULL)))
constraint reports_pkey on reports	PRIMARY KEY (report_id)
constraint schema_needs_only_row_check on schema_needs	CHECK (only_row)
constraint schema_needs_pkey on schema_needs	PRIMARY KEY (only_row)
constraint stranger_allowances_amount_check on stranger_allowances	CHECK ((amount > 0))
constraint stranger_allowances_pkey on stranger_allowances	PRIMARY KEY (did)
constraint strangers_asked_pkey on strangers_asked	PRIMARY KEY (did, stranger)
constraint tickets_pkey on tickets	PRIMARY KEY (ticket_hash)
constraint trees_convo_id_fkey on trees	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint trees_pkey on trees	PRIMARY KEY (convo_id)
constraint welcome_recipients_check on welcome_recipients	CHECK (((state = ''open''::text) = (ended_at IS NULL)))
constraint welcome_recipients_convo_id_seq_fkey on welcome_recipients	FOREIGN KEY (convo_id, seq) REFERENCES welcomes(convo_id, seq)
constraint welcome_recipients_pkey on welcome_recipients	PRIMARY KEY (convo_id, did, device_id, seq)
constraint welcome_recipients_state_check on welcome_recipients	CHECK ((state = ANY (ARRAY[''open''::text, ''confirmed''::text, ''superseded''::text, ''device-deleted''::text])))
constraint welcomes_convo_id_fkey on welcomes	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint welcomes_pkey on welcomes	PRIMARY KEY (convo_id, seq)
function health_wait(pid integer) returns text	9e46829dd16d0b9d92d53f32bb7ef6c1
function log_current_generation() returns bigint	543f9a112ca507415f3313d551469401
function log_database_oid() returns bigint	9282770c3167611f1b34de8809820c3e
function log_events(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, at_n bigint, max_rows bigint) returns SETOF events	f968c8f6ff61c5bb6ef0041526bb01ff
function log_horizon() returns bigint	9ac6e79dc78bfa02fa22d8e5df983e0e
function log_messages(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, max_rows bigint) returns SETOF messages	3fb999ee8f21303701ee7dfde79d8ebf
function log_next_xid() returns bigint	ac5611f20a62a244967e08d9b380803d
function log_own_xid() returns bigint	98365b857681f8a84a241bf9dce68b1b
function log_system_identifier() returns bigint	9d61375f96554a7587065c9c5a0449d4
function log_timeline() returns bigint	870233518d034d71e51aa9a0ca0efd2d
function log_told_until(convo bytea, lo bigint, hi bigint, at_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint) returns bigint	fac36cc74a4d5e0f28b872c2f2d0c37d
index account_keys_age on account_keys	CREATE INDEX account_keys_age USING btree (fetched_at)
index account_keys_pkey on account_keys unique	CREATE UNIQUE INDEX account_keys_pkey USING btree (did)
index account_origins_age on account_origins	CREATE INDEX account_origins_age USING btree (confirmed_at) WHERE (settled_at IS NULL)
index account_origins_pkey on account_origins unique	CREATE UNIQUE INDEX account_origins_pkey USING btree (did)
index account_origins_settled on account_origins	CREATE INDEX account_origins_settled USING btree (origin, confirmed_at) WHERE (settled_at IS NOT NULL)
index account_states_erase on account_states	CREATE INDEX account_states_erase USING btree (erase_at) WHERE (erase_at IS NOT NULL)
index account_states_pkey on account_states unique	CREATE UNIQUE INDEX account_states_pkey USING btree (did)
index account_states_version_pkey on account_states_version unique	CREATE UNIQUE INDEX account_states_version_pkey USING btree (only_row)
index account_states_versions on account_states	CREATE INDEX account_states_versions USING btree (version)
index accounts_pkey on accounts unique	CREATE UNIQUE INDEX accounts_pkey USING btree (did)
index admin_audit_pkey on admin_audit unique	CREATE UNIQUE INDEX admin_audit_pkey USING btree (id)
index admin_audit_subject on admin_audit	CREATE INDEX admin_audit_subject USING btree (subject, id) WHERE (subject IS NOT NULL)
index blobs_by_age on blobs	CREATE INDEX blobs_by_age USING btree (created_at, object_key)
index blobs_by_object on blobs unique	CREATE UNIQUE INDEX blobs_by_object USING btree (object_key)
index blobs_pkey on blobs unique	CREATE UNIQUE INDEX blobs_pkey USING btree (did, cid)
index blobs_unattached on blobs	CREATE INDEX blobs_unattached USING btree (created_at) WHERE (NOT attached)
index blocks_by_age on blocks	CREATE INDEX blocks_by_age USING btree (did, created_at DESC, blocked_did DESC)
index blocks_of on blocks	CREATE INDEX blocks_of USING btree (blocked_did)
index blocks_pkey on blocks unique	CREATE UNIQUE INDEX blocks_pkey USING btree (did, blocked_did)
index commit_failures_pkey on commit_failures unique	CREATE UNIQUE INDEX commit_failures_pkey USING btree (convo_id, epoch, did)
index contact_preferences_pkey on contact_preferences unique	CREATE UNIQUE INDEX contact_preferences_pkey USING btree (did)
index conversations_closed on conversations	CREATE INDEX conversations_closed USING btree (closed_at) WHERE (closed_at IS NOT NULL)
index conversations_pkey on conversations unique	CREATE UNIQUE INDEX conversations_pkey USING btree (convo_id)
index convo_blocks_by_convo on convo_blocks	CREATE INDEX convo_blocks_by_convo USING btree (convo_id)
index convo_blocks_pkey on convo_blocks unique	CREATE UNIQUE INDEX convo_blocks_pkey USING btree (did, convo_id)
index convo_infos_pkey on convo_infos unique	CREATE UNIQUE INDEX convo_infos_pkey USING btree (convo_id)
index declines_of on declines	CREATE INDEX declines_of USING btree (adder_did)
index declines_pkey on declines unique	CREATE UNIQUE INDEX declines_pkey USING btree (did, adder_did)
index devices_pkey on devices unique	CREATE UNIQUE INDEX devices_pkey USING btree (did, device_id)
index events_by_convo on events	CREATE INDEX events_by_convo USING btree (convo_id, gen, pos, seq, n) WHERE (convo_id IS NOT NULL)
index events_by_target on events	CREATE INDEX events_by_target USING btree (target_did, gen, pos) WHERE (target_did IS NOT NULL)
index events_pkey on events unique	CREATE UNIQUE INDEX events_pkey USING btree (gen, pos, stream_key, seq, n)
index events_target_age on events	CREATE INDEX events_target_age USING btree (created_at) WHERE (target_did IS NOT NULL)
index group_infos_pkey on group_infos unique	CREATE UNIQUE INDEX group_infos_pkey USING btree (convo_id, epoch)
index health_writes_pkey on health_writes unique	CREATE UNIQUE INDEX health_writes_pkey USING btree (only_row)
index idempotency_records_age on idempotency_records	CREATE INDEX idempotency_records_age USING btree (created_at)
index idempotency_records_pkey on idempotency_records unique	CREATE UNIQUE INDEX idempotency_records_pkey USING btree (record_id)
index join_links_by_code on join_links unique	CREATE UNIQUE INDEX join_links_by_code USING btree (code_hash)
index join_links_ended on join_links	CREATE INDEX join_links_ended USING btree (LEAST(disabled_at, expires_at))
index join_links_pkey on join_links unique	CREATE UNIQUE INDEX join_links_pkey USING btree (convo_id, code_hash)
index join_requests_age on join_requests	CREATE INDEX join_requests_age USING btree (since) WHERE (state <> ''rejected''::text)
index join_requests_by_did on join_requests	CREATE INDEX join_requests_by_did USING btree (did)
index join_requests_by_link on join_requests	CREATE INDEX join_requests_by_link USING btree (convo_id, code_hash)
index join_requests_pkey on join_requests unique	CREATE UNIQUE INDEX join_requests_pkey USING btree (convo_id, did)
index key_packages_available on key_packages	CREATE INDEX key_packages_available USING btree (did, device_id, cipher_suite, lease_ends_at NULLS FIRST, expires_at) WHERE ((spent_at IS NULL) AND (NOT last_resort))
index key_packages_by_ref on key_packages	CREATE INDEX key_packages_by_ref USING btree (ref)
index key_packages_last_resort on key_packages	CREATE INDEX key_packages_last_resort USING btree (did, device_id, cipher_suite, expires_at) WHERE last_resort
index key_packages_lease_ends on key_packages	CREATE INDEX key_packages_lease_ends USING btree (lease_ends_at) WHERE (lease_holder <> ''''::text)
index key_packages_leases on key_packages	CREATE INDEX key_packages_leases USING btree (lease_holder, did, lease_ends_at) WHERE ((lease_holder IS NOT NULL) AND (spent_at IS NULL))
index key_packages_pkey on key_packages unique	CREATE UNIQUE INDEX key_packages_pkey USING btree (did, ref)
index key_packages_spent on key_packages	CREATE INDEX key_packages_spent USING btree (did, device_id, cipher_suite, spent_at) WHERE (spent_at IS NOT NULL)
index key_packages_spent_age on key_packages	CREATE INDEX key_packages_spent_age USING btree (expires_at) WHERE (spent_at IS NOT NULL)
index key_packages_unspent_age on key_packages	CREATE INDEX key_packages_unspent_age USING btree (expires_at) WHERE (spent_at IS NULL)
index lapsed_proposals_age on lapsed_proposals	CREATE INDEX lapsed_proposals_age USING btree (lapsed_at)
index lapsed_proposals_pkey on lapsed_proposals unique	CREATE UNIQUE INDEX lapsed_proposals_pkey USING btree (convo_id, seq)
index leaves_by_device on leaves	CREATE INDEX leaves_by_device USING btree (did, device_id)
index leaves_pkey on leaves unique	CREATE UNIQUE INDEX leaves_pkey USING btree (convo_id, did, device_id)
index log_generation_pkey on log_generation unique	CREATE UNIQUE INDEX log_generation_pkey USING btree (only_row)
index memberships_accepted on memberships	CREATE INDEX memberships_accepted USING btree (did, accepted_at) WHERE (accepted_at IS NOT NULL)
index memberships_by_did on memberships	CREATE INDEX memberships_by_did USING btree (did, convo_id)
index memberships_one_active on memberships unique	CREATE UNIQUE INDEX memberships_one_active USING btree (convo_id, did) WHERE (left_seq IS NULL)
index memberships_pkey on memberships unique	CREATE UNIQUE INDEX memberships_pkey USING btree (convo_id, did, joined_seq)
index memberships_requests on memberships	CREATE INDEX memberships_requests USING btree (did, joined_at, convo_id) WHERE ((consent <> ''accepted''::text) AND (left_seq IS NULL))
index memberships_requests_age on memberships	CREATE INDEX memberships_requests_age USING btree (joined_at) WHERE ((consent <> ''accepted''::text) AND (left_seq IS NULL))
index message_blobs_by_cid on message_blobs	CREATE INDEX message_blobs_by_cid USING btree (convo_id, cid)
index message_blobs_by_owner on message_blobs	CREATE INDEX message_blobs_by_owner USING btree (owner_did, cid)
index message_blobs_pkey on message_blobs unique	CREATE UNIQUE INDEX message_blobs_pkey USING btree (convo_id, seq, cid)
index messages_age on messages	CREATE INDEX messages_age USING btree (created_at) WHERE (kind = ''app''::text)
index messages_handshake on messages	CREATE INDEX messages_handshake USING btree (convo_id, seq) WHERE (kind <> ''app''::text)
index messages_log on messages	CREATE INDEX messages_log USING btree (gen, pos, convo_id, seq)
index messages_message_id on messages unique	CREATE UNIQUE INDEX messages_message_id USING btree (convo_id, message_id)
index messages_one_commit on messages unique	CREATE UNIQUE INDEX messages_one_commit USING btree (convo_id, epoch) WHERE (kind = ''commit''::text)
index messages_pkey on messages unique	CREATE UNIQUE INDEX messages_pkey USING btree (convo_id, seq)
index messages_proposals on messages	CREATE INDEX messages_proposals USING btree (convo_id, epoch, seq) WHERE (kind = ''proposal''::text)
index messages_proposers on messages	CREATE INDEX messages_proposers USING btree (convo_id, sender_did, epoch) WHERE (kind = ''proposal''::text)
index orphan_objects_pkey on orphan_objects unique	CREATE UNIQUE INDEX orphan_objects_pkey USING btree (object_key)
index orphan_objects_since on orphan_objects	CREATE INDEX orphan_objects_since USING btree (since)
index orphan_objects_uploads on orphan_objects	CREATE INDEX orphan_objects_uploads USING btree (did) WHERE (did IS NOT NULL)
index package_claims_ends on package_claims	CREATE INDEX package_claims_ends USING btree (ends_at)
index package_claims_pkey on package_claims unique	CREATE UNIQUE INDEX package_claims_pkey USING btree (did, device_id, cipher_suite, requester)
index read_positions_pkey on read_positions unique	CREATE UNIQUE INDEX read_positions_pkey USING btree (convo_id, did)
index rejoin_requests_pkey on rejoin_requests unique	CREATE UNIQUE INDEX rejoin_requests_pkey USING btree (convo_id, did)
index relay_cursors_pkey on relay_cursors unique	CREATE UNIQUE INDEX relay_cursors_pkey USING btree (relay)
index removed_messages_pkey on removed_messages unique	CREATE UNIQUE INDEX removed_messages_pkey USING btree (convo_id, id_hash)
index reports_about on reports	CREATE INDEX reports_about USING btree (subject_did) WHERE (subject_did IS NOT NULL)
index reports_by on reports	CREATE INDEX reports_by USING btree (reporter_did)
index reports_open on reports	CREATE INDEX reports_open USING btree (report_id) WHERE (resolved_at IS NULL)
index reports_pkey on reports unique	CREATE UNIQUE INDEX reports_pkey USING btree (report_id)
index reports_resolved on reports	CREATE INDEX reports_resolved USING btree (resolved_at) WHERE (resolved_at IS NOT NULL)
index reports_to_forward on reports	CREATE INDEX reports_to_forward USING btree (forward_after) WHERE (forward_after IS NOT NULL)
index schema_needs_pkey on schema_needs unique	CREATE UNIQUE INDEX schema_needs_pkey USING btree (only_row)
index stranger_allowances_pkey on stranger_allowances unique	CREATE UNIQUE INDEX stranger_allowances_pkey USING btree (did)
index strangers_asked_age on strangers_asked	CREATE INDEX strangers_asked_age USING btree (asked_at)
index strangers_asked_pkey on strangers_asked unique	CREATE UNIQUE INDEX strangers_asked_pkey USING btree (did, stranger)
index tickets_expiry on tickets	CREATE INDEX tickets_expiry USING btree (expires_at)
index tickets_pkey on tickets unique	CREATE UNIQUE INDEX tickets_pkey USING btree (ticket_hash)
index trees_pkey on trees unique	CREATE UNIQUE INDEX trees_pkey USING btree (convo_id)
index welcome_recipients_by_device on welcome_recipients	CREATE INDEX welcome_recipients_by_device USING btree (did, device_id) WHERE (state = ''open''::text)
index welcome_recipients_ended on welcome_recipients	CREATE INDEX welcome_recipients_ended USING btree (ended_at) WHERE (ended_at IS NOT NULL)
index welcome_recipients_one_open on welcome_recipients unique	CREATE UNIQUE INDEX welcome_recipients_one_open USING btree (convo_id, did, device_id) WHERE (state = ''open''::text)
index welcome_recipients_pkey on welcome_recipients unique	CREATE UNIQUE INDEX welcome_recipients_pkey USING btree (convo_id, did, device_id, seq)
index welcomes_pkey on welcomes unique	CREATE UNIQUE INDEX welcomes_pkey USING btree (convo_id, seq)
table account_keys (r)
table account_origins (r)
table account_states (r)
table account_states_version (r)
table accounts (r)
table admin_audit (r)
table admin_audit_id_seq (S)
table blobs (r)
table blocks (r)
table commit_failures (r)
table contact_preferences (r)
table conversations (r)
table convo_blocks (r)
table convo_infos (r)
table declines (r)
table devices (r)
table events (r)
table group_infos (r)
table health_writes (r)
table idempotency_records (r)
table join_links (r)
table join_requests (r)
table key_packages (r)
table lapsed_proposals (r)
table leaves (r)
table log_generation (r)
table memberships (r)
table message_blobs (r)
table messages (r)
table orphan_objects (r)
table package_claims (r)
table read_positions (r)
table rejoin_requests (r)
table relay_cursors (r)
table removed_messages (r)
table reports (r)
table reports_report_id_seq (S)
table schema_needs (r)
table stranger_allowances (r)
table strangers_asked (r)
table tickets (r)
table trees (r)
table welcome_recipients (r)
table welcomes (r)');
INSERT INTO public.schema_migrations VALUES (8, '2026-11-28 08:12:55.454274+00', 15, 'column account_keys.did text not null collate C	
column account_keys.fetched_at timestamp with time zone not null	
column account_keys.public_key text not null collate C	
column account_origins.confirmed_at timestamp with time zone	
column account_origins.did text not null collate C	
column account_origins.origin text collate C	
column account_origins.settled_at timestamp with time zone	
column account_states.did text not null collate C	
column account_states.erase_at timestamp with time zone	
column account_states.erasing boolean not null	false
column account_states.host_status text collate C	
column account_states.host_status_at timestamp with time zone	
column account_states.suspended_at timestamp with time zone	
column account_states.version bigint not null	
column account_states_version.only_row boolean not null	true
column account_states_version.version bigint not null	
column accounts.blob_bytes bigint not null	0
column accounts.created_at timestamp with time zone not null	
column accounts.did text not null collate C	
column accounts.gen bigint not null	log_current_generation()
column accounts.last_n bigint not null	0
column accounts.last_pos bigint not null	0
column admin_audit.action text not null collate C	
column admin_audit.actor text not null collate C	
column admin_audit.at timestamp with time zone not null	now()
column admin_audit.id bigint not null	
column admin_audit.subject bytea	
column admin_audit_id_seq.is_called boolean not null	
column admin_audit_id_seq.last_value bigint not null	
column admin_audit_id_seq.log_cnt bigint not null	
column blobs.attached boolean not null	false
column blobs.cid text not null collate C	
column blobs.created_at timestamp with time zone not null	
column blobs.did text not null collate C	
column blobs.mime_type text not null	
column blobs.object_key text not null collate C	
column blobs.size bigint not null	
column blocks.blocked_did text not null collate C	
column blocks.created_at timestamp with time zone not null	
column blocks.did text not null collate C	
column commit_failures.convo_id bytea not null	
column commit_failures.detail text collate C	
column commit_failures.did text not null collate C	
column commit_failures.epoch bigint not null	
column commit_failures.reported_at timestamp with time zone not null	
column contact_preferences.accept_from text not null collate C	''known''::text
column contact_preferences.accept_group_invites_from text not null collate C	''known''::text
column contact_preferences.allow_group_invites text not null collate C	''all''::text
column contact_preferences.allow_incoming text not null collate C	''all''::text
column contact_preferences.did text not null collate C	
column conversations.add_by text not null collate C	''membersUpTo50''::text
column conversations.admins_change_info boolean not null	false
column conversations.admins_make_links boolean not null	true
column conversations.admins_remove boolean not null	true
column conversations.admins_send boolean not null	false
column conversations.cipher_suite bigint not null	
column conversations.closed_at timestamp with time zone	
column conversations.convo_id bytea not null	
column conversations.created_at timestamp with time zone not null	
column conversations.creator_did text not null collate C	
column conversations.description text	
column conversations.epoch bigint not null	
column conversations.epoch_began_at timestamp with time zone not null	now()
column conversations.gen bigint not null	log_current_generation()
column conversations.last_activity_at timestamp with time zone not null	
column conversations.last_message_at timestamp with time zone	
column conversations.last_n bigint not null	0
column conversations.last_pos bigint not null	0
column conversations.last_seq bigint not null	0
column conversations.locked_at timestamp with time zone	
column conversations.locked_by_admin boolean not null	false
column conversations.locked_by_operator boolean not null	false
column conversations.name text	
column conversations.reserved_at timestamp with time zone	
column conversations.reserved_for text collate C	
column conversations.reserved_until timestamp with time zone	
column conversations.roster_version bigint not null	0
column convo_blocks.convo_id bytea not null	
column convo_blocks.did text not null collate C	
column convo_infos.convo_id bytea not null	
column convo_infos.info bytea not null	
column convo_infos.info_key bytea not null	
column convo_infos.key_epoch bigint not null	
column convo_infos.requested_epoch bigint	
column convo_infos.updated_at timestamp with time zone not null	
column convo_infos.version bigint not null	
column declines.adder_did text not null collate C	
column declines.declined bigint not null	1
column declines.did text not null collate C	
column devices.created_at timestamp with time zone not null	
column devices.deleted_at timestamp with time zone	
column devices.device_id text not null collate C	
column devices.did text not null collate C	
column events.body jsonb not null	
column events.convo_id bytea	
column events.created_at timestamp with time zone not null	
column events.edge bigint	
column events.gen bigint not null	
column events.kind text not null collate C	
column events.n bigint not null	
column events.pos bigint not null	
column events.seq bigint not null	
column events.stream_key bytea not null	
column events.target_did text collate C	
column group_infos.convo_id bytea not null	
column group_infos.epoch bigint not null	
column group_infos.group_info bytea not null	
column group_infos.tree_at bigint	
column group_infos.tree_change bytea	
column group_infos.updated_at timestamp with time zone not null	
column health_writes.only_row boolean not null	true
column health_writes.written_at timestamp with time zone not null	
column idempotency_records.answer bytea not null	
column idempotency_records.content_hash bytea not null	
column idempotency_records.created_at timestamp with time zone not null	
column idempotency_records.record_id bytea not null	
column join_links.code_hash bytea not null	
column join_links.convo_id bytea not null	
column join_links.created_at timestamp with time zone not null	
column join_links.disabled_at timestamp with time zone	
column join_links.expires_at timestamp with time zone	
column join_links.join_rule text not null collate C	
column join_links.maker_did text not null collate C	
column join_links.max_uses bigint	
column join_links.preview bytea	
column join_links.require_approval boolean not null	
column join_links.uses bigint not null	0
column join_requests.code_hash bytea not null	
column join_requests.convo_id bytea not null	
column join_requests.did text not null collate C	
column join_requests.since timestamp with time zone not null	
column join_requests.state text not null collate C	
column key_packages.cipher_suite bigint not null	
column key_packages.created_at timestamp with time zone not null	
column key_packages.device_id text not null collate C	
column key_packages.did text not null collate C	
column key_packages.expires_at timestamp with time zone not null	
column key_packages.key_package bytea not null	
column key_packages.last_resort boolean not null	
column key_packages.last_resort_used_at timestamp with time zone	
column key_packages.lease_convo bytea	
column key_packages.lease_ends_at timestamp with time zone	
column key_packages.lease_holder text collate C	
column key_packages.ref bytea not null	
column key_packages.spent_at timestamp with time zone	
column lapsed_proposals.convo_id bytea not null	
column lapsed_proposals.lapsed_at timestamp with time zone not null	
column lapsed_proposals.seq bigint not null	
column leaves.convo_id bytea not null	
column leaves.credential bytea not null	
column leaves.device_id text not null collate C	
column leaves.did text not null collate C	
column leaves.leaf_index bigint not null	
column leaves.signature_key bytea not null	
column log_generation.began_at timestamp with time zone not null	
column log_generation.database_oid bigint	
column log_generation.gen bigint not null	
column log_generation.low_water_n bigint not null	0
column log_generation.low_water_pos bigint not null	0
column log_generation.low_water_seq bigint not null	0
column log_generation.low_water_stream_key bytea not null	''\x''::bytea
column log_generation.only_row boolean not null	true
column log_generation.secret uuid not null	
column log_generation.system_identifier bigint	
column log_generation.timeline bigint	
column memberships.accepted_at timestamp with time zone	
column memberships.added_by text collate C	
column memberships.by_link boolean not null	false
column memberships.consent text not null collate C	''accepted''::text
column memberships.convo_id bytea not null	
column memberships.did text not null collate C	
column memberships.ended_by_other boolean not null	false
column memberships.joined_at timestamp with time zone not null	
column memberships.joined_gen bigint not null	
column memberships.joined_n bigint not null	
column memberships.joined_pos bigint not null	
column memberships.joined_seq bigint not null	
column memberships.left_at timestamp with time zone	
column memberships.left_gen bigint	
column memberships.left_n bigint	
column memberships.left_pos bigint	
column memberships.left_seq bigint	
column memberships.listed boolean not null	false
column memberships.pending_removal boolean not null	false
column memberships.quiet_since timestamp with time zone not null	''infinity''::timestamp with time zone
column memberships.role text not null collate C	''member''::text
column memberships.told_gen bigint	
column memberships.told_n bigint	
column memberships.told_pos bigint	
column memberships.told_seq bigint	
column message_blobs.cid text not null collate C	
column message_blobs.convo_id bytea not null	
column message_blobs.owner_did text not null collate C	
column message_blobs.seq bigint not null	
column messages.blobs text[] collate C	
column messages.ciphertext bytea not null	
column messages.convo_id bytea not null	
column messages.created_at timestamp with time zone not null	
column messages.epoch bigint not null	
column messages.gen bigint not null	
column messages.kind text not null collate C	
column messages.message_id bytea not null	
column messages.pos bigint not null	
column messages.proposal_ref bytea	
column messages.sender_did text collate C	
column messages.seq bigint not null	
column orphan_objects.did text collate C	
column orphan_objects.marked boolean not null	
column orphan_objects.object_key text not null collate C	
column orphan_objects.reserved bigint	
column orphan_objects.since timestamp with time zone not null	
column package_claims.cipher_suite bigint not null	
column package_claims.claimed_at timestamp with time zone[] not null	
column package_claims.device_id text not null collate C	
column package_claims.did text not null collate C	
column package_claims.ends_at timestamp with time zone not null	
column package_claims.requester bytea not null	
column quiet_place.gen bigint not null	
column quiet_place.only_row boolean not null	true
column quiet_place.pos bigint not null	
column read_positions.archived boolean not null	false
column read_positions.convo_id bytea not null	
column read_positions.did text not null collate C	
column read_positions.muted boolean not null	false
column read_positions.seq bigint not null	
column read_positions.updated_at timestamp with time zone not null	
column rejoin_requests.convo_id bytea not null	
column rejoin_requests.did text not null collate C	
column rejoin_requests.epoch bigint	
column rejoin_requests.reason text not null collate C	
column rejoin_requests.requested_at timestamp with time zone not null	
column relay_cursors.held_until timestamp with time zone	
column relay_cursors.holder uuid	
column relay_cursors.relay text not null collate C	
column relay_cursors.seq bigint not null	''-1''::integer
column removed_messages.convo_id bytea not null	
column removed_messages.id_hash bytea not null	
column removed_messages.seq bigint not null	
column reports.convo_id bytea	
column reports.created_at timestamp with time zone not null	
column reports.evidence bytea	
column reports.forward_after timestamp with time zone	
column reports.forward_attempts bigint not null	0
column reports.forwarded_at timestamp with time zone	
column reports.forwarded_id bigint	
column reports.message_id bytea	
column reports.reason text	
column reports.reason_type text not null collate C	
column reports.report_id bigint not null	
column reports.reporter_did text not null collate C	
column reports.resolved_at timestamp with time zone	
column reports.subject_did text collate C	
column reports_report_id_seq.is_called boolean not null	
column reports_report_id_seq.last_value bigint not null	
column reports_report_id_seq.log_cnt bigint not null	
column schema_needs.migration bigint not null	
column schema_needs.only_row boolean not null	true
column stranger_allowances.amount bigint not null	
column stranger_allowances.did text not null collate C	
column strangers_asked.asked_at timestamp with time zone not null	
column strangers_asked.did text not null collate C	
column strangers_asked.stranger bytea not null	
column tickets.convo_id bytea	
column tickets.did text not null collate C	
column tickets.expires_at timestamp with time zone not null	
column tickets.ticket_hash bytea not null	
column trees.convo_id bytea not null	
column trees.tree bytea not null	
column welcome_recipients.convo_id bytea not null	
column welcome_recipients.device_id text not null collate C	
column welcome_recipients.did text not null collate C	
column welcome_recipients.ended_at timestamp with time zone	
column welcome_recipients.error_details text	
column welcome_recipients.failed_at timestamp with time zone	
column welcome_recipients.ref bytea not null	
column welcome_recipients.seq bigint not null	
column welcome_recipients.state text not null collate C	''open''::text
column welcomes.convo_id bytea not null	
column welcomes.created_at timestamp with time zone not null	
column welcomes.epoch bigint not null	
column welcomes.ratchet_tree bytea	
column welcomes.seq bigint not null	
column welcomes.welcome bytea not null	
constraint account_keys_pkey on account_keys	PRIMARY KEY (did)
constraint account_origins_check on account_origins	CHECK (((origin IS NULL) = (confirmed_at IS NULL)))
constraint account_origins_check1 on account_origins	CHECK (((origin IS NOT NULL) OR (settled_at IS NOT NULL)))
constraint account_origins_pkey on account_origins	PRIMARY KEY (did)
constraint account_states_check on account_states	CHECK (((NOT erasing) OR (erase_at IS NOT NULL)))
constraint account_states_check1 on account_states	CHECK (((host_status IS NULL) = (host_status_at IS NULL)))
constraint account_states_check2 on account_states	CHECK (((suspended_at IS NOT NULL) OR (host_status IS NOT NULL) OR (erase_at IS NOT NULL)))
constraint account_states_host_status_check on account_states	CHECK ((host_status = ANY (ARRAY[''deactivated''::text, ''suspended''::text, ''takendown''::text, ''deleted''::text])))
constraint account_states_pkey on account_states	PRIMARY KEY (did)
constraint account_states_version_only_row_check on account_states_version	CHECK (only_row)
constraint account_states_version_pkey on account_states_version	PRIMARY KEY (only_row)
constraint accounts_blob_bytes_check on accounts	CHECK ((blob_bytes >= 0))
constraint accounts_pkey on accounts	PRIMARY KEY (did)
constraint admin_audit_pkey on admin_audit	PRIMARY KEY (id)
constraint blobs_pkey on blobs	PRIMARY KEY (did, cid)
constraint blobs_size_check on blobs	CHECK ((size >= 0))
constraint blocks_did_fkey on blocks	FOREIGN KEY (did) REFERENCES accounts(did)
constraint blocks_pkey on blocks	PRIMARY KEY (did, blocked_did)
constraint commit_failures_convo_id_fkey on commit_failures	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint commit_failures_pkey on commit_failures	PRIMARY KEY (convo_id, epoch, did)
constraint contact_preferences_accept_from_check on contact_preferences	CHECK ((accept_from = ANY (ARRAY[''all''::text, ''known''::text, ''following''::text, ''nobody''::text])))
constraint contact_preferences_accept_group_invites_from_check on contact_preferences	CHECK ((accept_group_invites_from = ANY (ARRAY[''all''::text, ''known''::text, ''following''::text, ''nobody''::text])))
constraint contact_preferences_allow_group_invites_check on contact_preferences	CHECK ((allow_group_invites = ANY (ARRAY[''all''::text, ''following''::text, ''none''::text])))
constraint contact_preferences_allow_incoming_check on contact_preferences	CHECK ((allow_incoming = ANY (ARRAY[''all''::text, ''following''::text, ''none''::text])))
constraint contact_preferences_pkey on contact_preferences	PRIMARY KEY (did)
constraint conversations_add_by_check on conversations	CHECK ((add_by = ANY (ARRAY[''membersUpTo50''::text, ''members''::text, ''admins''::text])))
constraint conversations_check on conversations	CHECK (((locked_at IS NOT NULL) = (locked_by_admin OR locked_by_operator)))
constraint conversations_convo_id_check on conversations	CHECK (((octet_length(convo_id) >= 16) AND (octet_length(convo_id) <= 64)))
constraint conversations_epoch_check on conversations	CHECK ((epoch >= 0))
constraint conversations_last_seq_check on conversations	CHECK ((last_seq >= 0))
constraint conversations_pkey on conversations	PRIMARY KEY (convo_id)
constraint convo_blocks_convo_id_fkey on convo_blocks	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id) ON DELETE CASCADE
constraint convo_blocks_pkey on convo_blocks	PRIMARY KEY (did, convo_id)
constraint convo_infos_convo_id_fkey on convo_infos	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id) ON DELETE CASCADE
constraint convo_infos_key_epoch_check on convo_infos	CHECK ((key_epoch >= 0))
constraint convo_infos_pkey on convo_infos	PRIMARY KEY (convo_id)
constraint convo_infos_version_check on convo_infos	CHECK ((version > 0))
constraint declines_pkey on declines	PRIMARY KEY (did, adder_did)
constraint devices_did_fkey on devices	FOREIGN KEY (did) REFERENCES accounts(did)
constraint devices_pkey on devices	PRIMARY KEY (did, device_id)
constraint events_check on events	CHECK (((convo_id IS NULL) <> (target_did IS NULL)))
constraint events_kind_check on events not valid	CHECK ((kind = ANY (ARRAY[''membership''::text, ''welcome''::text, ''rejoin-requested''::text, ''convo-damaged''::text, ''key-packages-low''::text, ''read''::text, ''preferences''::text, ''role''::text, ''policy''::text, ''lock''::text, ''info''::text, ''info-key-requested''::text, ''request''::text, ''accepted''::text, ''request-ended''::text, ''join-requests''::text, ''join-answered''::text]))) NOT VALID
constraint events_n_check on events	CHECK ((n > 0))
constraint events_pkey on events	PRIMARY KEY (gen, pos, stream_key, seq, n)
constraint group_infos_pkey on group_infos	PRIMARY KEY (convo_id, epoch)
constraint group_infos_tree_at_check on group_infos	CHECK ((tree_at > 0))
constraint health_writes_only_row_check on health_writes	CHECK (only_row)
constraint health_writes_pkey on health_writes	PRIMARY KEY (only_row)
constraint idempotency_records_pkey on idempotency_records	PRIMARY KEY (record_id)
constraint join_links_convo_id_fkey on join_links	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id) ON DELETE CASCADE
constraint join_links_join_rule_check on join_links	CHECK ((join_rule = ANY (ARRAY[''anyone''::text, ''followedByAdmin''::text])))
constraint join_links_max_uses_check on join_links	CHECK ((max_uses > 0))
constraint join_links_pkey on join_links	PRIMARY KEY (convo_id, code_hash)
constraint join_requests_convo_id_code_hash_fkey on join_requests	FOREIGN KEY (convo_id, code_hash) REFERENCES join_links(convo_id, code_hash) ON DELETE CASCADE
constraint join_requests_pkey on join_requests	PRIMARY KEY (convo_id, did)
constraint join_requests_state_check on join_requests	CHECK ((state = ANY (ARRAY[''pending''::text, ''approved''::text, ''rejected''::text])))
constraint key_packages_check on key_packages	CHECK (((lease_holder IS NULL) OR ((lease_ends_at IS NOT NULL) AND (spent_at IS NULL))))
constraint key_packages_check1 on key_packages	CHECK (((lease_holder IS NULL) = (lease_convo IS NULL)))
constraint key_packages_check2 on key_packages	CHECK (((NOT last_resort) OR ((lease_ends_at IS NULL) AND (spent_at IS NULL))))
constraint key_packages_did_device_id_fkey on key_packages	FOREIGN KEY (did, device_id) REFERENCES devices(did, device_id)
constraint key_packages_pkey on key_packages	PRIMARY KEY (did, ref)
constraint lapsed_proposals_convo_id_fkey on lapsed_proposals	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint lapsed_proposals_pkey on lapsed_proposals	PRIMARY KEY (convo_id, seq)
constraint leaves_convo_id_fkey on leaves	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint leaves_leaf_index_check on leaves	CHECK ((leaf_index >= 0))
constraint leaves_pkey on leaves	PRIMARY KEY (convo_id, did, device_id)
constraint log_generation_gen_check on log_generation	CHECK ((gen > 0))
constraint log_generation_only_row_check on log_generation	CHECK (only_row)
constraint log_generation_pkey on log_generation	PRIMARY KEY (only_row)
constraint memberships_check on memberships	CHECK ((left_seq >= joined_seq))
constraint memberships_check1 on memberships	CHECK (((NOT pending_removal) OR (left_seq IS NOT NULL)))
constraint memberships_check2 on memberships	CHECK (((left_seq IS NULL) = (left_at IS NULL)))
constraint memberships_consent_check on memberships	CHECK ((consent = ANY (ARRAY[''accepted''::text, ''request''::text, ''hidden''::text])))
constraint memberships_convo_id_fkey on memberships	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint memberships_pkey on memberships	PRIMARY KEY (convo_id, did, joined_seq)
constraint memberships_role_check on memberships	CHECK ((role = ANY (ARRAY[''admin''::text, ''member''::text])))
constraint message_blobs_convo_id_seq_fkey on message_blobs	FOREIGN KEY (convo_id, seq) REFERENCES messages(convo_id, seq)
constraint message_blobs_pkey on message_blobs	PRIMARY KEY (convo_id, seq, cid)
constraint messages_blobs_check on messages	CHECK ((blobs <> ''{}''::text[]))
constraint messages_check on messages	CHECK (((kind = ''app''::text) = (sender_did IS NULL)))
constraint messages_check1 on messages	CHECK (((proposal_ref IS NULL) OR (kind = ''proposal''::text)))
constraint messages_epoch_check on messages	CHECK ((epoch >= 0))
constraint messages_kind_check on messages	CHECK ((kind = ANY (ARRAY[''app''::text, ''commit''::text, ''proposal''::text])))
constraint messages_pkey on messages	PRIMARY KEY (convo_id, seq)
constraint messages_seq_check on messages	CHECK ((seq > 0))
constraint orphan_objects_check on orphan_objects	CHECK (((did IS NULL) = (reserved IS NULL)))
constraint orphan_objects_pkey on orphan_objects	PRIMARY KEY (object_key)
constraint package_claims_pkey on package_claims	PRIMARY KEY (did, device_id, cipher_suite, requester)
constraint quiet_place_only_row_check on quiet_place	CHECK (only_row)
constraint quiet_place_pkey on quiet_place	PRIMARY KEY (only_row)
constraint read_positions_convo_id_fkey on read_positions	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint read_positions_pkey on read_positions	PRIMARY KEY (convo_id, did)
constraint read_positions_seq_check on read_positions	CHECK ((seq >= 0))
constraint rejoin_requests_convo_id_fkey on rejoin_requests	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint rejoin_requests_pkey on rejoin_requests	PRIMARY KEY (convo_id, did)
constraint relay_cursors_check on relay_cursors	CHECK (((holder IS NULL) = (held_until IS NULL)))
constraint relay_cursors_pkey on relay_cursors	PRIMARY KEY (relay)
constraint removed_messages_pkey on removed_messages	PRIMARY KEY (convo_id, id_hash)
constraint reports_check on reports	CHECK (((convo_id IS NOT NULL) OR (subject_did IS NOT NULL)))
constraint reports_pkey on reports	PRIMARY KEY (report_id)
constraint schema_needs_only_row_check on schema_needs	CHECK (only_row)
constraint schema_needs_pkey on schema_needs	PRIMARY KEY (only_row)
constraint stranger_allowances_amount_check on stranger_allowances	CHECK ((amount > 0))
constraint stranger_allowances_pkey on stranger_allowances	PRIMARY KEY (did)
constraint strangers_asked_pkey on strangers_asked	PRIMARY KEY (did, stranger)
constraint tickets_pkey on tickets	PRIMARY KEY (ticket_hash)
constraint trees_convo_id_fkey on trees	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint trees_pkey on trees	PRIMARY KEY (convo_id)
constraint welcome_recipients_check on welcome_recipients	CHECK (((state = ''open''::text) = (ended_at IS NULL)))
constraint welcome_recipients_convo_id_seq_fkey on welcome_recipients	FOREIGN KEY (convo_id, seq) REFERENCES welcomes(convo_id, seq)
constraint welcome_recipients_pkey on welcome_recipients	PRIMARY KEY (convo_id, did, device_id, seq)
constraint welcome_recipients_state_check on welcome_recipients	CHECK ((state = ANY (ARRAY[''open''::text, ''confirmed''::text, ''superseded''::text, ''device-deleted''::text])))
constraint welcomes_convo_id_fkey on welcomes	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint welcomes_pkey on welcomes	PRIMARY KEY (convo_id, seq)
function health_wait(pid integer) returns text	9e46829dd16d0b9d92d53f32bb7ef6c1
function log_current_generation() returns bigint	543f9a112ca507415f3313d551469401
function log_database_oid() returns bigint	9282770c3167611f1b34de8809820c3e
function log_events(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, at_n bigint, max_rows bigint) returns SETOF events	f968c8f6ff61c5bb6ef0041526bb01ff
function log_horizon() returns bigint	9ac6e79dc78bfa02fa22d8e5df983e0e
function log_messages(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, max_rows bigint) returns SETOF messages	3fb999ee8f21303701ee7dfde79d8ebf
function log_next_xid() returns bigint	ac5611f20a62a244967e08d9b380803d
function log_own_xid() returns bigint	98365b857681f8a84a241bf9dce68b1b
function log_system_identifier() returns bigint	9d61375f96554a7587065c9c5a0449d4
function log_timeline() returns bigint	870233518d034d71e51aa9a0ca0efd2d
function log_told_until(convo bytea, lo bigint, hi bigint, at_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint) returns bigint	fac36cc74a4d5e0f28b872c2f2d0c37d
index account_keys_age on account_keys	CREATE INDEX account_keys_age USING btree (fetched_at)
index account_keys_pkey on account_keys unique	CREATE UNIQUE INDEX account_keys_pkey USING btree (did)
index account_origins_age on account_origins	CREATE INDEX account_origins_age USING btree (confirmed_at) WHERE (settled_at IS NULL)
index account_origins_pkey on account_origins unique	CREATE UNIQUE INDEX account_origins_pkey USING btree (did)
index account_origins_settled on account_origins	CREATE INDEX account_origins_settled USING btree (origin, confirmed_at) WHERE (settled_at IS NOT NULL)
index account_states_erase on account_states	CREATE INDEX account_states_erase USING btree (erase_at) WHERE (erase_at IS NOT NULL)
index account_states_pkey on account_states unique	CREATE UNIQUE INDEX account_states_pkey USING btree (did)
index account_states_version_pkey on account_states_version unique	CREATE UNIQUE INDEX account_states_version_pkey USING btree (only_row)
index account_states_versions on account_states	CREATE INDEX account_states_versions USING btree (version)
index accounts_pkey on accounts unique	CREATE UNIQUE INDEX accounts_pkey USING btree (did)
index admin_audit_pkey on admin_audit unique	CREATE UNIQUE INDEX admin_audit_pkey USING btree (id)
index admin_audit_subject on admin_audit	CREATE INDEX admin_audit_subject USING btree (subject, id) WHERE (subject IS NOT NULL)
index blobs_by_age on blobs	CREATE INDEX blobs_by_age USING btree (created_at, object_key)
index blobs_by_object on blobs unique	CREATE UNIQUE INDEX blobs_by_object USING btree (object_key)
index blobs_pkey on blobs unique	CREATE UNIQUE INDEX blobs_pkey USING btree (did, cid)
index blobs_unattached on blobs	CREATE INDEX blobs_unattached USING btree (created_at) WHERE (NOT attached)
index blocks_by_age on blocks	CREATE INDEX blocks_by_age USING btree (did, created_at DESC, blocked_did DESC)
index blocks_of on blocks	CREATE INDEX blocks_of USING btree (blocked_did)
index blocks_pkey on blocks unique	CREATE UNIQUE INDEX blocks_pkey USING btree (did, blocked_did)
index commit_failures_pkey on commit_failures unique	CREATE UNIQUE INDEX commit_failures_pkey USING btree (convo_id, epoch, did)
index contact_preferences_pkey on contact_preferences unique	CREATE UNIQUE INDEX contact_preferences_pkey USING btree (did)
index conversations_closed on conversations	CREATE INDEX conversations_closed USING btree (closed_at) WHERE (closed_at IS NOT NULL)
index conversations_pkey on conversations unique	CREATE UNIQUE INDEX conversations_pkey USING btree (convo_id)
index convo_blocks_by_convo on convo_blocks	CREATE INDEX convo_blocks_by_convo USING btree (convo_id)
index convo_blocks_pkey on convo_blocks unique	CREATE UNIQUE INDEX convo_blocks_pkey USING btree (did, convo_id)
index convo_infos_pkey on convo_infos unique	CREATE UNIQUE INDEX convo_infos_pkey USING btree (convo_id)
index declines_of on declines	CREATE INDEX declines_of USING btree (adder_did)
index declines_pkey on declines unique	CREATE UNIQUE INDEX declines_pkey USING btree (did, adder_did)
index devices_pkey on devices unique	CREATE UNIQUE INDEX devices_pkey USING btree (did, device_id)
index events_by_convo on events	CREATE INDEX events_by_convo USING btree (convo_id, gen, pos, seq, n) WHERE (convo_id IS NOT NULL)
index events_by_target on events	CREATE INDEX events_by_target USING btree (target_did, gen, pos) WHERE (target_did IS NOT NULL)
index events_pkey on events unique	CREATE UNIQUE INDEX events_pkey USING btree (gen, pos, stream_key, seq, n)
index events_target_age on events	CREATE INDEX events_target_age USING btree (created_at) WHERE (target_did IS NOT NULL)
index group_infos_pkey on group_infos unique	CREATE UNIQUE INDEX group_infos_pkey USING btree (convo_id, epoch)
index health_writes_pkey on health_writes unique	CREATE UNIQUE INDEX health_writes_pkey USING btree (only_row)
index idempotency_records_age on idempotency_records	CREATE INDEX idempotency_records_age USING btree (created_at)
index idempotency_records_pkey on idempotency_records unique	CREATE UNIQUE INDEX idempotency_records_pkey USING btree (record_id)
index join_links_by_code on join_links unique	CREATE UNIQUE INDEX join_links_by_code USING btree (code_hash)
index join_links_ended on join_links	CREATE INDEX join_links_ended USING btree (LEAST(disabled_at, expires_at))
index join_links_pkey on join_links unique	CREATE UNIQUE INDEX join_links_pkey USING btree (convo_id, code_hash)
index join_requests_age on join_requests	CREATE INDEX join_requests_age USING btree (since) WHERE (state <> ''rejected''::text)
index join_requests_by_did on join_requests	CREATE INDEX join_requests_by_did USING btree (did)
index join_requests_by_link on join_requests	CREATE INDEX join_requests_by_link USING btree (convo_id, code_hash)
index join_requests_pkey on join_requests unique	CREATE UNIQUE INDEX join_requests_pkey USING btree (convo_id, did)
index key_packages_available on key_packages	CREATE INDEX key_packages_available USING btree (did, device_id, cipher_suite, lease_ends_at NULLS FIRST, expires_at) WHERE ((spent_at IS NULL) AND (NOT last_resort))
index key_packages_by_ref on key_packages	CREATE INDEX key_packages_by_ref USING btree (ref)
index key_packages_last_resort on key_packages	CREATE INDEX key_packages_last_resort USING btree (did, device_id, cipher_suite, expires_at) WHERE last_resort
index key_packages_lease_ends on key_packages	CREATE INDEX key_packages_lease_ends USING btree (lease_ends_at) WHERE (lease_holder <> ''''::text)
index key_packages_leases on key_packages	CREATE INDEX key_packages_leases USING btree (lease_holder, did, lease_ends_at) WHERE ((lease_holder IS NOT NULL) AND (spent_at IS NULL))
index key_packages_pkey on key_packages unique	CREATE UNIQUE INDEX key_packages_pkey USING btree (did, ref)
index key_packages_spent on key_packages	CREATE INDEX key_packages_spent USING btree (did, device_id, cipher_suite, spent_at) WHERE (spent_at IS NOT NULL)
index key_packages_spent_age on key_packages	CREATE INDEX key_packages_spent_age USING btree (expires_at) WHERE (spent_at IS NOT NULL)
index key_packages_unspent_age on key_packages	CREATE INDEX key_packages_unspent_age USING btree (expires_at) WHERE (spent_at IS NULL)
index lapsed_proposals_age on lapsed_proposals	CREATE INDEX lapsed_proposals_age USING btree (lapsed_at)
index lapsed_proposals_pkey on lapsed_proposals unique	CREATE UNIQUE INDEX lapsed_proposals_pkey USING btree (convo_id, seq)
index leaves_by_device on leaves	CREATE INDEX leaves_by_device USING btree (did, device_id)
index leaves_pkey on leaves unique	CREATE UNIQUE INDEX leaves_pkey USING btree (convo_id, did, device_id)
index log_generation_pkey on log_generation unique	CREATE UNIQUE INDEX log_generation_pkey USING btree (only_row)
index memberships_accepted on memberships	CREATE INDEX memberships_accepted USING btree (did, accepted_at) WHERE (accepted_at IS NOT NULL)
index memberships_awake on memberships	CREATE INDEX memberships_awake USING btree (convo_id, did) WHERE (listed AND (quiet_since = ''infinity''::timestamp with time zone) AND (left_seq IS NULL))
index memberships_by_did on memberships	CREATE INDEX memberships_by_did USING btree (did, convo_id)
index memberships_one_active on memberships unique	CREATE UNIQUE INDEX memberships_one_active USING btree (convo_id, did) WHERE (left_seq IS NULL)
index memberships_order on memberships	CREATE INDEX memberships_order USING btree (did, quiet_since DESC, convo_id) WHERE ((left_seq IS NULL) AND (consent = ''accepted''::text))
index memberships_pkey on memberships unique	CREATE UNIQUE INDEX memberships_pkey USING btree (convo_id, did, joined_seq)
index memberships_quiet on memberships	CREATE INDEX memberships_quiet USING btree (convo_id, did) WHERE ((quiet_since < ''infinity''::timestamp with time zone) AND (left_seq IS NULL))
index memberships_requests on memberships	CREATE INDEX memberships_requests USING btree (did, joined_at, convo_id) WHERE ((consent <> ''accepted''::text) AND (left_seq IS NULL))
index memberships_requests_age on memberships	CREATE INDEX memberships_requests_age USING btree (joined_at) WHERE ((consent <> ''accepted''::text) AND (left_seq IS NULL))
index message_blobs_by_cid on message_blobs	CREATE INDEX message_blobs_by_cid USING btree (convo_id, cid)
index message_blobs_by_owner on message_blobs	CREATE INDEX message_blobs_by_owner USING btree (owner_did, cid)
index message_blobs_pkey on message_blobs unique	CREATE UNIQUE INDEX message_blobs_pkey USING btree (convo_id, seq, cid)
index messages_age on messages	CREATE INDEX messages_age USING btree (created_at) WHERE (kind = ''app''::text)
index messages_handshake on messages	CREATE INDEX messages_handshake USING btree (convo_id, seq) WHERE (kind <> ''app''::text)
index messages_log on messages	CREATE INDEX messages_log USING btree (gen, pos, convo_id, seq)
index messages_message_id on messages unique	CREATE UNIQUE INDEX messages_message_id USING btree (convo_id, message_id)
index messages_one_commit on messages unique	CREATE UNIQUE INDEX messages_one_commit USING btree (convo_id, epoch) WHERE (kind = ''commit''::text)
index messages_pkey on messages unique	CREATE UNIQUE INDEX messages_pkey USING btree (convo_id, seq)
index messages_proposals on messages	CREATE INDEX messages_proposals USING btree (convo_id, epoch, seq) WHERE (kind = ''proposal''::text)
index messages_proposers on messages	CREATE INDEX messages_proposers USING btree (convo_id, sender_did, epoch) WHERE (kind = ''proposal''::text)
index orphan_objects_pkey on orphan_objects unique	CREATE UNIQUE INDEX orphan_objects_pkey USING btree (object_key)
index orphan_objects_since on orphan_objects	CREATE INDEX orphan_objects_since USING btree (since)
index orphan_objects_uploads on orphan_objects	CREATE INDEX orphan_objects_uploads USING btree (did) WHERE (did IS NOT NULL)
index package_claims_ends on package_claims	CREATE INDEX package_claims_ends USING btree (ends_at)
index package_claims_pkey on package_claims unique	CREATE UNIQUE INDEX package_claims_pkey USING btree (did, device_id, cipher_suite, requester)
index quiet_place_pkey on quiet_place unique	CREATE UNIQUE INDEX quiet_place_pkey USING btree (only_row)
index read_positions_pkey on read_positions unique	CREATE UNIQUE INDEX read_positions_pkey USING btree (convo_id, did)
index rejoin_requests_pkey on rejoin_requests unique	CREATE UNIQUE INDEX rejoin_requests_pkey USING btree (convo_id, did)
index relay_cursors_pkey on relay_cursors unique	CREATE UNIQUE INDEX relay_cursors_pkey USING btree (relay)
index removed_messages_pkey on removed_messages unique	CREATE UNIQUE INDEX removed_messages_pkey USING btree (convo_id, id_hash)
index reports_about on reports	CREATE INDEX reports_about USING btree (subject_did) WHERE (subject_did IS NOT NULL)
index reports_by on reports	CREATE INDEX reports_by USING btree (reporter_did)
index reports_open on reports	CREATE INDEX reports_open USING btree (report_id) WHERE (resolved_at IS NULL)
index reports_pkey on reports unique	CREATE UNIQUE INDEX reports_pkey USING btree (report_id)
index reports_resolved on reports	CREATE INDEX reports_resolved USING btree (resolved_at) WHERE (resolved_at IS NOT NULL)
index reports_to_forward on reports	CREATE INDEX reports_to_forward USING btree (forward_after) WHERE (forward_after IS NOT NULL)
index schema_needs_pkey on schema_needs unique	CREATE UNIQUE INDEX schema_needs_pkey USING btree (only_row)
index stranger_allowances_pkey on stranger_allowances unique	CREATE UNIQUE INDEX stranger_allowances_pkey USING btree (did)
index strangers_asked_age on strangers_asked	CREATE INDEX strangers_asked_age USING btree (asked_at)
index strangers_asked_pkey on strangers_asked unique	CREATE UNIQUE INDEX strangers_asked_pkey USING btree (did, stranger)
index tickets_expiry on tickets	CREATE INDEX tickets_expiry USING btree (expires_at)
index tickets_pkey on tickets unique	CREATE UNIQUE INDEX tickets_pkey USING btree (ticket_hash)
index trees_pkey on trees unique	CREATE UNIQUE INDEX trees_pkey USING btree (convo_id)
index welcome_recipients_by_device on welcome_recipients	CREATE INDEX welcome_recipients_by_device USING btree (did, device_id) WHERE (state = ''open''::text)
index welcome_recipients_ended on welcome_recipients	CREATE INDEX welcome_recipients_ended USING btree (ended_at) WHERE (ended_at IS NOT NULL)
index welcome_recipients_one_open on welcome_recipients unique	CREATE UNIQUE INDEX welcome_recipients_one_open USING btree (convo_id, did, device_id) WHERE (state = ''open''::text)
index welcome_recipients_pkey on welcome_recipients unique	CREATE UNIQUE INDEX welcome_recipients_pkey USING btree (convo_id, did, device_id, seq)
index welcomes_pkey on welcomes unique	CREATE UNIQUE INDEX welcomes_pkey USING btree (convo_id, seq)
table account_keys (r)
table account_origins (r)
table account_states (r)
table account_states_version (r)
table accounts (r)
table admin_audit (r)
table admin_audit_id_seq (S)
table blobs (r)
table blocks (r)
table commit_failures (r)
table contact_preferences (r)
table conversations (r)
table convo_blocks (r)
table convo_infos (r)
table declines (r)
table devices (r)
table events (r)
table group_infos (r)
table health_writes (r)
table idempotency_records (r)
table join_links (r)
table join_requests (r)
table key_packages (r)
table lapsed_proposals (r)
table leaves (r)
table log_generation (r)
table memberships (r)
table message_blobs (r)
table messages (r)
table orphan_objects (r)
table package_claims (r)
table quiet_place (r)
table read_positions (r)
table rejoin_requests (r)
table relay_cursors (r)
table removed_messages (r)
table reports (r)
table reports_report_id_seq (S)
table schema_needs (r)
table stranger_allowances (r)
table strangers_asked (r)
table tickets (r)
table trees (r)
table welcome_recipients (r)
table welcomes (r)');
INSERT INTO public.schema_migrations VALUES (9, '2026-11-28 08:12:55.463346+00', 15, 'column account_keys.did text not null collate C	
column account_keys.fetched_at timestamp with time zone not null	
column account_keys.public_key text not null collate C	
column account_origins.confirmed_at timestamp with time zone	
column account_origins.did text not null collate C	
column account_origins.origin text collate C	
column account_origins.settled_at timestamp with time zone	
column account_states.did text not null collate C	
column account_states.erase_at timestamp with time zone	
column account_states.erasing boolean not null	false
column account_states.host_status text collate C	
column account_states.host_status_at timestamp with time zone	
column account_states.suspended_at timestamp with time zone	
column account_states.version bigint not null	
column account_states_version.only_row boolean not null	true
column account_states_version.version bigint not null	
column accounts.blob_bytes bigint not null	0
column accounts.created_at timestamp with time zone not null	
column accounts.did text not null collate C	
column accounts.gen bigint not null	log_current_generation()
column accounts.last_n bigint not null	0
column accounts.last_pos bigint not null	0
column admin_audit.action text not null collate C	
column admin_audit.actor text not null collate C	
column admin_audit.at timestamp with time zone not null	now()
column admin_audit.id bigint not null	
column admin_audit.subject bytea	
column admin_audit_id_seq.is_called boolean not null	
column admin_audit_id_seq.last_value bigint not null	
column admin_audit_id_seq.log_cnt bigint not null	
column blobs.attached boolean not null	false
column blobs.cid text not null collate C	
column blobs.created_at timestamp with time zone not null	
column blobs.did text not null collate C	
column blobs.mime_type text not null	
column blobs.object_key text not null collate C	
column blobs.size bigint not null	
column blocks.blocked_did text not null collate C	
column blocks.created_at timestamp with time zone not null	
column blocks.did text not null collate C	
column commit_failures.convo_id bytea not null	
column commit_failures.detail text collate C	
column commit_failures.did text not null collate C	
column commit_failures.epoch bigint not null	
column commit_failures.reported_at timestamp with time zone not null	
column contact_preferences.accept_from text not null collate C	''known''::text
column contact_preferences.accept_group_invites_from text not null collate C	''known''::text
column contact_preferences.allow_group_invites text not null collate C	''all''::text
column contact_preferences.allow_incoming text not null collate C	''all''::text
column contact_preferences.did text not null collate C	
column conversations.add_by text not null collate C	''membersUpTo50''::text
column conversations.admins_change_info boolean not null	false
column conversations.admins_make_links boolean not null	true
column conversations.admins_remove boolean not null	true
column conversations.admins_send boolean not null	false
column conversations.cipher_suite bigint not null	
column conversations.closed_at timestamp with time zone	
column conversations.convo_id bytea not null	
column conversations.created_at timestamp with time zone not null	
column conversations.creator_did text not null collate C	
column conversations.description text	
column conversations.epoch bigint not null	
column conversations.epoch_began_at timestamp with time zone not null	now()
column conversations.gen bigint not null	log_current_generation()
column conversations.last_activity_at timestamp with time zone not null	
column conversations.last_message_at timestamp with time zone	
column conversations.last_n bigint not null	0
column conversations.last_pos bigint not null	0
column conversations.last_seq bigint not null	0
column conversations.locked_at timestamp with time zone	
column conversations.locked_by_admin boolean not null	false
column conversations.locked_by_operator boolean not null	false
column conversations.name text	
column conversations.reserved_at timestamp with time zone	
column conversations.reserved_for text collate C	
column conversations.reserved_until timestamp with time zone	
column conversations.roster_version bigint not null	0
column convo_blocks.convo_id bytea not null	
column convo_blocks.did text not null collate C	
column convo_infos.convo_id bytea not null	
column convo_infos.info bytea not null	
column convo_infos.info_key bytea not null	
column convo_infos.key_epoch bigint not null	
column convo_infos.requested_epoch bigint	
column convo_infos.updated_at timestamp with time zone not null	
column convo_infos.version bigint not null	
column declines.adder_did text not null collate C	
column declines.declined bigint not null	1
column declines.did text not null collate C	
column devices.created_at timestamp with time zone not null	
column devices.deleted_at timestamp with time zone	
column devices.device_id text not null collate C	
column devices.did text not null collate C	
column events.body jsonb not null	
column events.convo_id bytea	
column events.created_at timestamp with time zone not null	
column events.edge bigint	
column events.gen bigint not null	
column events.kind text not null collate C	
column events.n bigint not null	
column events.pos bigint not null	
column events.seq bigint not null	
column events.stream_key bytea not null	
column events.target_did text collate C	
column group_infos.convo_id bytea not null	
column group_infos.epoch bigint not null	
column group_infos.group_info bytea not null	
column group_infos.tree_at bigint	
column group_infos.tree_change bytea	
column group_infos.updated_at timestamp with time zone not null	
column health_writes.only_row boolean not null	true
column health_writes.written_at timestamp with time zone not null	
column idempotency_records.answer bytea not null	
column idempotency_records.content_hash bytea not null	
column idempotency_records.created_at timestamp with time zone not null	
column idempotency_records.record_id bytea not null	
column join_links.code_hash bytea not null	
column join_links.convo_id bytea not null	
column join_links.created_at timestamp with time zone not null	
column join_links.disabled_at timestamp with time zone	
column join_links.expires_at timestamp with time zone	
column join_links.join_rule text not null collate C	
column join_links.maker_did text not null collate C	
column join_links.max_uses bigint	
column join_links.preview bytea	
column join_links.require_approval boolean not null	
column join_links.uses bigint not null	0
column join_requests.code_hash bytea not null	
column join_requests.convo_id bytea not null	
column join_requests.did text not null collate C	
column join_requests.since timestamp with time zone not null	
column join_requests.state text not null collate C	
column key_packages.cipher_suite bigint not null	
column key_packages.created_at timestamp with time zone not null	
column key_packages.device_id text not null collate C	
column key_packages.did text not null collate C	
column key_packages.expires_at timestamp with time zone not null	
column key_packages.key_package bytea not null	
column key_packages.last_resort boolean not null	
column key_packages.last_resort_used_at timestamp with time zone	
column key_packages.lease_convo bytea	
column key_packages.lease_ends_at timestamp with time zone	
column key_packages.lease_holder text collate C	
column key_packages.ref bytea not null	
column key_packages.spent_at timestamp with time zone	
column lapsed_proposals.convo_id bytea not null	
column lapsed_proposals.lapsed_at timestamp with time zone not null	
column lapsed_proposals.seq bigint not null	
column leaves.convo_id bytea not null	
column leaves.credential bytea not null	
column leaves.device_id text not null collate C	
column leaves.did text not null collate C	
column leaves.leaf_index bigint not null	
column leaves.signature_key bytea not null	
column log_generation.began_at timestamp with time zone not null	
column log_generation.database_oid bigint	
column log_generation.gen bigint not null	
column log_generation.low_water_n bigint not null	0
column log_generation.low_water_pos bigint not null	0
column log_generation.low_water_seq bigint not null	0
column log_generation.low_water_stream_key bytea not null	''\x''::bytea
column log_generation.only_row boolean not null	true
column log_generation.secret uuid not null	
column log_generation.system_identifier bigint	
column log_generation.timeline bigint	
column memberships.accepted_at timestamp with time zone	
column memberships.added_by text collate C	
column memberships.by_link boolean not null	false
column memberships.consent text not null collate C	''accepted''::text
column memberships.convo_id bytea not null	
column memberships.did text not null collate C	
column memberships.ended_by_other boolean not null	false
column memberships.joined_at timestamp with time zone not null	
column memberships.joined_gen bigint not null	
column memberships.joined_n bigint not null	
column memberships.joined_pos bigint not null	
column memberships.joined_seq bigint not null	
column memberships.left_at timestamp with time zone	
column memberships.left_gen bigint	
column memberships.left_n bigint	
column memberships.left_pos bigint	
column memberships.left_seq bigint	
column memberships.listed boolean not null	false
column memberships.pending_removal boolean not null	false
column memberships.quiet_since timestamp with time zone not null	''infinity''::timestamp with time zone
column memberships.role text not null collate C	''member''::text
column memberships.told_gen bigint	
column memberships.told_n bigint	
column memberships.told_pos bigint	
column memberships.told_seq bigint	
column message_blobs.cid text not null collate C	
column message_blobs.convo_id bytea not null	
column message_blobs.owner_did text not null collate C	
column message_blobs.seq bigint not null	
column messages.blobs text[] collate C	
column messages.ciphertext bytea not null	
column messages.convo_id bytea not null	
column messages.created_at timestamp with time zone not null	
column messages.epoch bigint not null	
column messages.gen bigint not null	
column messages.kind text not null collate C	
column messages.message_id bytea not null	
column messages.pos bigint not null	
column messages.proposal_ref bytea	
column messages.sender_did text collate C	
column messages.seq bigint not null	
column orphan_objects.did text collate C	
column orphan_objects.marked boolean not null	
column orphan_objects.object_key text not null collate C	
column orphan_objects.reserved bigint	
column orphan_objects.since timestamp with time zone not null	
column package_claims.cipher_suite bigint not null	
column package_claims.claimed_at timestamp with time zone[] not null	
column package_claims.device_id text not null collate C	
column package_claims.did text not null collate C	
column package_claims.ends_at timestamp with time zone not null	
column package_claims.requester bytea not null	
column quiet_place.gen bigint not null	
column quiet_place.only_row boolean not null	true
column quiet_place.pos bigint not null	
column read_positions.archived boolean not null	false
column read_positions.convo_id bytea not null	
column read_positions.did text not null collate C	
column read_positions.muted boolean not null	false
column read_positions.seq bigint not null	
column read_positions.updated_at timestamp with time zone not null	
column rejoin_requests.convo_id bytea not null	
column rejoin_requests.did text not null collate C	
column rejoin_requests.epoch bigint	
column rejoin_requests.reason text not null collate C	
column rejoin_requests.requested_at timestamp with time zone not null	
column relay_cursors.held_until timestamp with time zone	
column relay_cursors.holder uuid	
column relay_cursors.relay text not null collate C	
column relay_cursors.seq bigint not null	''-1''::integer
column removed_messages.convo_id bytea not null	
column removed_messages.id_hash bytea not null	
column removed_messages.removed_at timestamp with time zone not null	now()
column removed_messages.seq bigint not null	
column reports.convo_id bytea	
column reports.created_at timestamp with time zone not null	
column reports.evidence bytea	
column reports.forward_after timestamp with time zone	
column reports.forward_attempts bigint not null	0
column reports.forwarded_at timestamp with time zone	
column reports.forwarded_id bigint	
column reports.message_id bytea	
column reports.reason text	
column reports.reason_type text not null collate C	
column reports.report_id bigint not null	
column reports.reporter_did text not null collate C	
column reports.resolved_at timestamp with time zone	
column reports.subject_did text collate C	
column reports_report_id_seq.is_called boolean not null	
column reports_report_id_seq.last_value bigint not null	
column reports_report_id_seq.log_cnt bigint not null	
column schema_needs.migration bigint not null	
column schema_needs.only_row boolean not null	true
column stranger_allowances.amount bigint not null	
column stranger_allowances.did text not null collate C	
column strangers_asked.asked_at timestamp with time zone not null	
column strangers_asked.did text not null collate C	
column strangers_asked.stranger bytea not null	
column tickets.convo_id bytea	
column tickets.did text not null collate C	
column tickets.expires_at timestamp with time zone not null	
column tickets.ticket_hash bytea not null	
column trees.convo_id bytea not null	
column trees.tree bytea not null	
column welcome_recipients.convo_id bytea not null	
column welcome_recipients.device_id text not null collate C	
column welcome_recipients.did text not null collate C	
column welcome_recipients.ended_at timestamp with time zone	
column welcome_recipients.error_details text	
column welcome_recipients.failed_at timestamp with time zone	
column welcome_recipients.ref bytea not null	
column welcome_recipients.seq bigint not null	
column welcome_recipients.state text not null collate C	''open''::text
column welcomes.convo_id bytea not null	
column welcomes.created_at timestamp with time zone not null	
column welcomes.epoch bigint not null	
column welcomes.ratchet_tree bytea	
column welcomes.seq bigint not null	
column welcomes.welcome bytea not null	
constraint account_keys_pkey on account_keys	PRIMARY KEY (did)
constraint account_origins_check on account_origins	CHECK (((origin IS NULL) = (confirmed_at IS NULL)))
constraint account_origins_check1 on account_origins	CHECK (((origin IS NOT NULL) OR (settled_at IS NOT NULL)))
constraint account_origins_pkey on account_origins	PRIMARY KEY (did)
constraint account_states_check on account_states	CHECK (((NOT erasing) OR (erase_at IS NOT NULL)))
constraint account_states_check1 on account_states	CHECK (((host_status IS NULL) = (host_status_at IS NULL)))
constraint account_states_check2 on account_states	CHECK (((suspended_at IS NOT NULL) OR (host_status IS NOT NULL) OR (erase_at IS NOT NULL)))
constraint account_states_host_status_check on account_states	CHECK ((host_status = ANY (ARRAY[''deactivated''::text, ''suspended''::text, ''takendown''::text, ''deleted''::text])))
constraint account_states_pkey on account_states	PRIMARY KEY (did)
constraint account_states_version_only_row_check on account_states_version	CHECK (only_row)
constraint account_states_version_pkey on account_states_version	PRIMARY KEY (only_row)
constraint accounts_blob_bytes_check on accounts	CHECK ((blob_bytes >= 0))
constraint accounts_pkey on accounts	PRIMARY KEY (did)
constraint admin_audit_pkey on admin_audit	PRIMARY KEY (id)
constraint blobs_pkey on blobs	PRIMARY KEY (did, cid)
constraint blobs_size_check on blobs	CHECK ((size >= 0))
constraint blocks_did_fkey on blocks	FOREIGN KEY (did) REFERENCES accounts(did)
constraint blocks_pkey on blocks	PRIMARY KEY (did, blocked_did)
constraint commit_failures_convo_id_fkey on commit_failures	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint commit_failures_pkey on commit_failures	PRIMARY KEY (convo_id, epoch, did)
constraint contact_preferences_accept_from_check on contact_preferences	CHECK ((accept_from = ANY (ARRAY[''all''::text, ''known''::text, ''following''::text, ''nobody''::text])))
constraint contact_preferences_accept_group_invites_from_check on contact_preferences	CHECK ((accept_group_invites_from = ANY (ARRAY[''all''::text, ''known''::text, ''following''::text, ''nobody''::text])))
constraint contact_preferences_allow_group_invites_check on contact_preferences	CHECK ((allow_group_invites = ANY (ARRAY[''all''::text, ''following''::text, ''none''::text])))
constraint contact_preferences_allow_incoming_check on contact_preferences	CHECK ((allow_incoming = ANY (ARRAY[''all''::text, ''following''::text, ''none''::text])))
constraint contact_preferences_pkey on contact_preferences	PRIMARY KEY (did)
constraint conversations_add_by_check on conversations	CHECK ((add_by = ANY (ARRAY[''membersUpTo50''::text, ''members''::text, ''admins''::text])))
constraint conversations_check on conversations	CHECK (((locked_at IS NOT NULL) = (locked_by_admin OR locked_by_operator)))
constraint conversations_convo_id_check on conversations	CHECK (((octet_length(convo_id) >= 16) AND (octet_length(convo_id) <= 64)))
constraint conversations_epoch_check on conversations	CHECK ((epoch >= 0))
constraint conversations_last_seq_check on conversations	CHECK ((last_seq >= 0))
constraint conversations_pkey on conversations	PRIMARY KEY (convo_id)
constraint convo_blocks_convo_id_fkey on convo_blocks	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id) ON DELETE CASCADE
constraint convo_blocks_pkey on convo_blocks	PRIMARY KEY (did, convo_id)
constraint convo_infos_convo_id_fkey on convo_infos	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id) ON DELETE CASCADE
constraint convo_infos_key_epoch_check on convo_infos	CHECK ((key_epoch >= 0))
constraint convo_infos_pkey on convo_infos	PRIMARY KEY (convo_id)
constraint convo_infos_version_check on convo_infos	CHECK ((version > 0))
constraint declines_pkey on declines	PRIMARY KEY (did, adder_did)
constraint devices_did_fkey on devices	FOREIGN KEY (did) REFERENCES accounts(did)
constraint devices_pkey on devices	PRIMARY KEY (did, device_id)
constraint events_check on events	CHECK (((convo_id IS NULL) <> (target_did IS NULL)))
constraint events_kind_check on events not valid	CHECK ((kind = ANY (ARRAY[''membership''::text, ''welcome''::text, ''rejoin-requested''::text, ''convo-damaged''::text, ''key-packages-low''::text, ''read''::text, ''preferences''::text, ''role''::text, ''policy''::text, ''lock''::text, ''info''::text, ''info-key-requested''::text, ''request''::text, ''accepted''::text, ''request-ended''::text, ''join-requests''::text, ''join-answered''::text]))) NOT VALID
constraint events_n_check on events	CHECK ((n > 0))
constraint events_pkey on events	PRIMARY KEY (gen, pos, stream_key, seq, n)
constraint group_infos_pkey on group_infos	PRIMARY KEY (convo_id, epoch)
constraint group_infos_tree_at_check on group_infos	CHECK ((tree_at > 0))
constraint health_writes_only_row_check on health_writes	CHECK (only_row)
constraint health_writes_pkey on health_writes	PRIMARY KEY (only_row)
constraint idempotency_records_pkey on idempotency_records	PRIMARY KEY (record_id)
constraint join_links_convo_id_fkey on join_links	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id) ON DELETE CASCADE
constraint join_links_join_rule_check on join_links	CHECK ((join_rule = ANY (ARRAY[''anyone''::text, ''followedByAdmin''::text])))
constraint join_links_max_uses_check on join_links	CHECK ((max_uses > 0))
constraint join_links_pkey on join_links	PRIMARY KEY (convo_id, code_hash)
constraint join_requests_convo_id_code_hash_fkey on join_requests	FOREIGN KEY (convo_id, code_hash) REFERENCES join_links(convo_id, code_hash) ON DELETE CASCADE
constraint join_requests_pkey on join_requests	PRIMARY KEY (convo_id, did)
constraint join_requests_state_check on join_requests	CHECK ((state = ANY (ARRAY[''pending''::text, ''approved''::text, ''rejected''::text])))
constraint key_packages_check on key_packages	CHECK (((lease_holder IS NULL) OR ((lease_ends_at IS NOT NULL) AND (spent_at IS NULL))))
constraint key_packages_check1 on key_packages	CHECK (((lease_holder IS NULL) = (lease_convo IS NULL)))
constraint key_packages_check2 on key_packages	CHECK (((NOT last_resort) OR ((lease_ends_at IS NULL) AND (spent_at IS NULL))))
constraint key_packages_did_device_id_fkey on key_packages	FOREIGN KEY (did, device_id) REFERENCES devices(did, device_id)
constraint key_packages_pkey on key_packages	PRIMARY KEY (did, ref)
constraint lapsed_proposals_convo_id_fkey on lapsed_proposals	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint lapsed_proposals_pkey on lapsed_proposals	PRIMARY KEY (convo_id, seq)
constraint leaves_convo_id_fkey on leaves	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint leaves_leaf_index_check on leaves	CHECK ((leaf_index >= 0))
constraint leaves_pkey on leaves	PRIMARY KEY (convo_id, did, device_id)
constraint log_generation_gen_check on log_generation	CHECK ((gen > 0))
constraint log_generation_only_row_check on log_generation	CHECK (only_row)
constraint log_generation_pkey on log_generation	PRIMARY KEY (only_row)
constraint memberships_check on memberships	CHECK ((left_seq >= joined_seq))
constraint memberships_check1 on memberships	CHECK (((NOT pending_removal) OR (left_seq IS NOT NULL)))
constraint memberships_check2 on memberships	CHECK (((left_seq IS NULL) = (left_at IS NULL)))
constraint memberships_consent_check on memberships	CHECK ((consent = ANY (ARRAY[''accepted''::text, ''request''::text, ''hidden''::text])))
constraint memberships_convo_id_fkey on memberships	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint memberships_pkey on memberships	PRIMARY KEY (convo_id, did, joined_seq)
constraint memberships_role_check on memberships	CHECK ((role = ANY (ARRAY[''admin''::text, ''member''::text])))
constraint message_blobs_convo_id_seq_fkey on message_blobs	FOREIGN KEY (convo_id, seq) REFERENCES messages(convo_id, seq)
constraint message_blobs_pkey on message_blobs	PRIMARY KEY (convo_id, seq, cid)
constraint messages_blobs_check on messages	CHECK ((blobs <> ''{}''::text[]))
constraint messages_check on messages	CHECK (((kind = ''app''::text) = (sender_did IS NULL)))
constraint messages_check1 on messages	CHECK (((proposal_ref IS NULL) OR (kind = ''proposal''::text)))
constraint messages_epoch_check on messages	CHECK ((epoch >= 0))
constraint messages_kind_check on messages	CHECK ((kind = ANY (ARRAY[''app''::text, ''commit''::text, ''proposal''::text])))
constraint messages_pkey on messages	PRIMARY KEY (convo_id, seq)
constraint messages_seq_check on messages	CHECK ((seq > 0))
constraint orphan_objects_check on orphan_objects	CHECK (((did IS NULL) = (reserved IS NULL)))
constraint orphan_objects_pkey on orphan_objects	PRIMARY KEY (object_key)
constraint package_claims_pkey on package_claims	PRIMARY KEY (did, device_id, cipher_suite, requester)
constraint quiet_place_only_row_check on quiet_place	CHECK (only_row)
constraint quiet_place_pkey on quiet_place	PRIMARY KEY (only_row)
constraint read_positions_convo_id_fkey on read_positions	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint read_positions_pkey on read_positions	PRIMARY KEY (convo_id, did)
constraint read_positions_seq_check on read_positions	CHECK ((seq >= 0))
constraint rejoin_requests_convo_id_fkey on rejoin_requests	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint rejoin_requests_pkey on rejoin_requests	PRIMARY KEY (convo_id, did)
constraint relay_cursors_check on relay_cursors	CHECK (((holder IS NULL) = (held_until IS NULL)))
constraint relay_cursors_pkey on relay_cursors	PRIMARY KEY (relay)
constraint removed_messages_pkey on removed_messages	PRIMARY KEY (convo_id, id_hash)
constraint reports_check on reports	CHECK (((convo_id IS NOT NULL) OR (subject_did IS NOT NULL)))
constraint reports_pkey on reports	PRIMARY KEY (report_id)
constraint schema_needs_only_row_check on schema_needs	CHECK (only_row)
constraint schema_needs_pkey on schema_needs	PRIMARY KEY (only_row)
constraint stranger_allowances_amount_check on stranger_allowances	CHECK ((amount > 0))
constraint stranger_allowances_pkey on stranger_allowances	PRIMARY KEY (did)
constraint strangers_asked_pkey on strangers_asked	PRIMARY KEY (did, stranger)
constraint tickets_pkey on tickets	PRIMARY KEY (ticket_hash)
constraint trees_convo_id_fkey on trees	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint trees_pkey on trees	PRIMARY KEY (convo_id)
constraint welcome_recipients_check on welcome_recipients	CHECK (((state = ''open''::text) = (ended_at IS NULL)))
constraint welcome_recipients_convo_id_seq_fkey on welcome_recipients	FOREIGN KEY (convo_id, seq) REFERENCES welcomes(convo_id, seq)
constraint welcome_recipients_pkey on welcome_recipients	PRIMARY KEY (convo_id, did, device_id, seq)
constraint welcome_recipients_state_check on welcome_recipients	CHECK ((state = ANY (ARRAY[''open''::text, ''confirmed''::text, ''superseded''::text, ''device-deleted''::text])))
constraint welcomes_convo_id_fkey on welcomes	FOREIGN KEY (convo_id) REFERENCES conversations(convo_id)
constraint welcomes_pkey on welcomes	PRIMARY KEY (convo_id, seq)
function health_wait(pid integer) returns text	9e46829dd16d0b9d92d53f32bb7ef6c1
function log_current_generation() returns bigint	543f9a112ca507415f3313d551469401
function log_database_oid() returns bigint	9282770c3167611f1b34de8809820c3e
function log_events(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, at_n bigint, max_rows bigint) returns SETOF events	f968c8f6ff61c5bb6ef0041526bb01ff
function log_horizon() returns bigint	9ac6e79dc78bfa02fa22d8e5df983e0e
function log_messages(in_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint, max_rows bigint) returns SETOF messages	3fb999ee8f21303701ee7dfde79d8ebf
function log_next_xid() returns bigint	ac5611f20a62a244967e08d9b380803d
function log_own_xid() returns bigint	98365b857681f8a84a241bf9dce68b1b
function log_system_identifier() returns bigint	9d61375f96554a7587065c9c5a0449d4
function log_timeline() returns bigint	870233518d034d71e51aa9a0ca0efd2d
function log_told_until(convo bytea, lo bigint, hi bigint, at_gen bigint, at_pos bigint, at_stream_key bytea, at_seq bigint) returns bigint	fac36cc74a4d5e0f28b872c2f2d0c37d
index account_keys_age on account_keys	CREATE INDEX account_keys_age USING btree (fetched_at)
index account_keys_pkey on account_keys unique	CREATE UNIQUE INDEX account_keys_pkey USING btree (did)
index account_origins_age on account_origins	CREATE INDEX account_origins_age USING btree (confirmed_at) WHERE (settled_at IS NULL)
index account_origins_pkey on account_origins unique	CREATE UNIQUE INDEX account_origins_pkey USING btree (did)
index account_origins_settled on account_origins	CREATE INDEX account_origins_settled USING btree (origin, confirmed_at) WHERE (settled_at IS NOT NULL)
index account_states_erase on account_states	CREATE INDEX account_states_erase USING btree (erase_at) WHERE (erase_at IS NOT NULL)
index account_states_pkey on account_states unique	CREATE UNIQUE INDEX account_states_pkey USING btree (did)
index account_states_version_pkey on account_states_version unique	CREATE UNIQUE INDEX account_states_version_pkey USING btree (only_row)
index account_states_versions on account_states	CREATE INDEX account_states_versions USING btree (version)
index accounts_pkey on accounts unique	CREATE UNIQUE INDEX accounts_pkey USING btree (did)
index admin_audit_pkey on admin_audit unique	CREATE UNIQUE INDEX admin_audit_pkey USING btree (id)
index admin_audit_subject on admin_audit	CREATE INDEX admin_audit_subject USING btree (subject, id) WHERE (subject IS NOT NULL)
index blobs_by_age on blobs	CREATE INDEX blobs_by_age USING btree (created_at, object_key)
index blobs_by_object on blobs unique	CREATE UNIQUE INDEX blobs_by_object USING btree (object_key)
index blobs_pkey on blobs unique	CREATE UNIQUE INDEX blobs_pkey USING btree (did, cid)
index blobs_unattached on blobs	CREATE INDEX blobs_unattached USING btree (created_at) WHERE (NOT attached)
index blocks_by_age on blocks	CREATE INDEX blocks_by_age USING btree (did, created_at DESC, blocked_did DESC)
index blocks_of on blocks	CREATE INDEX blocks_of USING btree (blocked_did)
index blocks_pkey on blocks unique	CREATE UNIQUE INDEX blocks_pkey USING btree (did, blocked_did)
index commit_failures_pkey on commit_failures unique	CREATE UNIQUE INDEX commit_failures_pkey USING btree (convo_id, epoch, did)
index contact_preferences_pkey on contact_preferences unique	CREATE UNIQUE INDEX contact_preferences_pkey USING btree (did)
index conversations_closed on conversations	CREATE INDEX conversations_closed USING btree (closed_at) WHERE (closed_at IS NOT NULL)
index conversations_pkey on conversations unique	CREATE UNIQUE INDEX conversations_pkey USING btree (convo_id)
index convo_blocks_by_convo on convo_blocks	CREATE INDEX convo_blocks_by_convo USING btree (convo_id)
index convo_blocks_pkey on convo_blocks unique	CREATE UNIQUE INDEX convo_blocks_pkey USING btree (did, convo_id)
index convo_infos_pkey on convo_infos unique	CREATE UNIQUE INDEX convo_infos_pkey USING btree (convo_id)
index declines_of on declines	CREATE INDEX declines_of USING btree (adder_did)
index declines_pkey on declines unique	CREATE UNIQUE INDEX declines_pkey USING btree (did, adder_did)
index devices_pkey on devices unique	CREATE UNIQUE INDEX devices_pkey USING btree (did, device_id)
index events_by_convo on events	CREATE INDEX events_by_convo USING btree (convo_id, gen, pos, seq, n) WHERE (convo_id IS NOT NULL)
index events_by_target on events	CREATE INDEX events_by_target USING btree (target_did, gen, pos) WHERE (target_did IS NOT NULL)
index events_pkey on events unique	CREATE UNIQUE INDEX events_pkey USING btree (gen, pos, stream_key, seq, n)
index events_target_age on events	CREATE INDEX events_target_age USING btree (created_at) WHERE (target_did IS NOT NULL)
index group_infos_pkey on group_infos unique	CREATE UNIQUE INDEX group_infos_pkey USING btree (convo_id, epoch)
index health_writes_pkey on health_writes unique	CREATE UNIQUE INDEX health_writes_pkey USING btree (only_row)
index idempotency_records_age on idempotency_records	CREATE INDEX idempotency_records_age USING btree (created_at)
index idempotency_records_pkey on idempotency_records unique	CREATE UNIQUE INDEX idempotency_records_pkey USING btree (record_id)
index join_links_by_code on join_links unique	CREATE UNIQUE INDEX join_links_by_code USING btree (code_hash)
index join_links_ended on join_links	CREATE INDEX join_links_ended USING btree (LEAST(disabled_at, expires_at))
index join_links_pkey on join_links unique	CREATE UNIQUE INDEX join_links_pkey USING btree (convo_id, code_hash)
index join_requests_age on join_requests	CREATE INDEX join_requests_age USING btree (since) WHERE (state <> ''rejected''::text)
index join_requests_by_did on join_requests	CREATE INDEX join_requests_by_did USING btree (did)
index join_requests_by_link on join_requests	CREATE INDEX join_requests_by_link USING btree (convo_id, code_hash)
index join_requests_pkey on join_requests unique	CREATE UNIQUE INDEX join_requests_pkey USING btree (convo_id, did)
index key_packages_available on key_packages	CREATE INDEX key_packages_available USING btree (did, device_id, cipher_suite, lease_ends_at NULLS FIRST, expires_at) WHERE ((spent_at IS NULL) AND (NOT last_resort))
index key_packages_by_ref on key_packages	CREATE INDEX key_packages_by_ref USING btree (ref)
index key_packages_last_resort on key_packages	CREATE INDEX key_packages_last_resort USING btree (did, device_id, cipher_suite, expires_at) WHERE last_resort
index key_packages_lease_ends on key_packages	CREATE INDEX key_packages_lease_ends USING btree (lease_ends_at) WHERE (lease_holder <> ''''::text)
index key_packages_leases on key_packages	CREATE INDEX key_packages_leases USING btree (lease_holder, did, lease_ends_at) WHERE ((lease_holder IS NOT NULL) AND (spent_at IS NULL))
index key_packages_pkey on key_packages unique	CREATE UNIQUE INDEX key_packages_pkey USING btree (did, ref)
index key_packages_spent on key_packages	CREATE INDEX key_packages_spent USING btree (did, device_id, cipher_suite, spent_at) WHERE (spent_at IS NOT NULL)
index key_packages_spent_age on key_packages	CREATE INDEX key_packages_spent_age USING btree (expires_at) WHERE (spent_at IS NOT NULL)
index key_packages_unspent_age on key_packages	CREATE INDEX key_packages_unspent_age USING btree (expires_at) WHERE (spent_at IS NULL)
index lapsed_proposals_age on lapsed_proposals	CREATE INDEX lapsed_proposals_age USING btree (lapsed_at)
index lapsed_proposals_pkey on lapsed_proposals unique	CREATE UNIQUE INDEX lapsed_proposals_pkey USING btree (convo_id, seq)
index leaves_by_device on leaves	CREATE INDEX leaves_by_device USING btree (did, device_id)
index leaves_pkey on leaves unique	CREATE UNIQUE INDEX leaves_pkey USING btree (convo_id, did, device_id)
index log_generation_pkey on log_generation unique	CREATE UNIQUE INDEX log_generation_pkey USING btree (only_row)
index memberships_accepted on memberships	CREATE INDEX memberships_accepted USING btree (did, accepted_at) WHERE (accepted_at IS NOT NULL)
index memberships_awake on memberships	CREATE INDEX memberships_awake USING btree (convo_id, did) WHERE (listed AND (quiet_since = ''infinity''::timestamp with time zone) AND (left_seq IS NULL))
index memberships_by_did on memberships	CREATE INDEX memberships_by_did USING btree (did, convo_id)
index memberships_one_active on memberships unique	CREATE UNIQUE INDEX memberships_one_active USING btree (convo_id, did) WHERE (left_seq IS NULL)
index memberships_order on memberships	CREATE INDEX memberships_order USING btree (did, quiet_since DESC, convo_id) WHERE ((left_seq IS NULL) AND (consent = ''accepted''::text))
index memberships_pkey on memberships unique	CREATE UNIQUE INDEX memberships_pkey USING btree (convo_id, did, joined_seq)
index memberships_quiet on memberships	CREATE INDEX memberships_quiet USING btree (convo_id, did) WHERE ((quiet_since < ''infinity''::timestamp with time zone) AND (left_seq IS NULL))
index memberships_requests on memberships	CREATE INDEX memberships_requests USING btree (did, joined_at, convo_id) WHERE ((consent <> ''accepted''::text) AND (left_seq IS NULL))
index memberships_requests_age on memberships	CREATE INDEX memberships_requests_age USING btree (joined_at) WHERE ((consent <> ''accepted''::text) AND (left_seq IS NULL))
index message_blobs_by_cid on message_blobs	CREATE INDEX message_blobs_by_cid USING btree (convo_id, cid)
index message_blobs_by_owner on message_blobs	CREATE INDEX message_blobs_by_owner USING btree (owner_did, cid)
index message_blobs_pkey on message_blobs unique	CREATE UNIQUE INDEX message_blobs_pkey USING btree (convo_id, seq, cid)
index messages_age on messages	CREATE INDEX messages_age USING btree (created_at) WHERE (kind = ''app''::text)
index messages_handshake on messages	CREATE INDEX messages_handshake USING btree (convo_id, seq) WHERE (kind <> ''app''::text)
index messages_log on messages	CREATE INDEX messages_log USING btree (gen, pos, convo_id, seq)
index messages_message_id on messages unique	CREATE UNIQUE INDEX messages_message_id USING btree (convo_id, message_id)
index messages_one_commit on messages unique	CREATE UNIQUE INDEX messages_one_commit USING btree (convo_id, epoch) WHERE (kind = ''commit''::text)
index messages_pkey on messages unique	CREATE UNIQUE INDEX messages_pkey USING btree (convo_id, seq)
index messages_proposals on messages	CREATE INDEX messages_proposals USING btree (convo_id, epoch, seq) WHERE (kind = ''proposal''::text)
index messages_proposers on messages	CREATE INDEX messages_proposers USING btree (convo_id, sender_did, epoch) WHERE (kind = ''proposal''::text)
index orphan_objects_pkey on orphan_objects unique	CREATE UNIQUE INDEX orphan_objects_pkey USING btree (object_key)
index orphan_objects_since on orphan_objects	CREATE INDEX orphan_objects_since USING btree (since)
index orphan_objects_uploads on orphan_objects	CREATE INDEX orphan_objects_uploads USING btree (did) WHERE (did IS NOT NULL)
index package_claims_ends on package_claims	CREATE INDEX package_claims_ends USING btree (ends_at)
index package_claims_pkey on package_claims unique	CREATE UNIQUE INDEX package_claims_pkey USING btree (did, device_id, cipher_suite, requester)
index quiet_place_pkey on quiet_place unique	CREATE UNIQUE INDEX quiet_place_pkey USING btree (only_row)
index read_positions_pkey on read_positions unique	CREATE UNIQUE INDEX read_positions_pkey USING btree (convo_id, did)
index rejoin_requests_pkey on rejoin_requests unique	CREATE UNIQUE INDEX rejoin_requests_pkey USING btree (convo_id, did)
index relay_cursors_pkey on relay_cursors unique	CREATE UNIQUE INDEX relay_cursors_pkey USING btree (relay)
index removed_messages_age on removed_messages	CREATE INDEX removed_messages_age USING btree (removed_at)
index removed_messages_pkey on removed_messages unique	CREATE UNIQUE INDEX removed_messages_pkey USING btree (convo_id, id_hash)
index reports_about on reports	CREATE INDEX reports_about USING btree (subject_did) WHERE (subject_did IS NOT NULL)
index reports_by on reports	CREATE INDEX reports_by USING btree (reporter_did)
index reports_open on reports	CREATE INDEX reports_open USING btree (report_id) WHERE (resolved_at IS NULL)
index reports_pkey on reports unique	CREATE UNIQUE INDEX reports_pkey USING btree (report_id)
index reports_resolved on reports	CREATE INDEX reports_resolved USING btree (resolved_at) WHERE (resolved_at IS NOT NULL)
index reports_to_forward on reports	CREATE INDEX reports_to_forward USING btree (forward_after) WHERE (forward_after IS NOT NULL)
index schema_needs_pkey on schema_needs unique	CREATE UNIQUE INDEX schema_needs_pkey USING btree (only_row)
index stranger_allowances_pkey on stranger_allowances unique	CREATE UNIQUE INDEX stranger_allowances_pkey USING btree (did)
index strangers_asked_age on strangers_asked	CREATE INDEX strangers_asked_age USING btree (asked_at)
index strangers_asked_pkey on strangers_asked unique	CREATE UNIQUE INDEX strangers_asked_pkey USING btree (did, stranger)
index tickets_expiry on tickets	CREATE INDEX tickets_expiry USING btree (expires_at)
index tickets_pkey on tickets unique	CREATE UNIQUE INDEX tickets_pkey USING btree (ticket_hash)
index trees_pkey on trees unique	CREATE UNIQUE INDEX trees_pkey USING btree (convo_id)
index welcome_recipients_by_device on welcome_recipients	CREATE INDEX welcome_recipients_by_device USING btree (did, device_id) WHERE (state = ''open''::text)
index welcome_recipients_ended on welcome_recipients	CREATE INDEX welcome_recipients_ended USING btree (ended_at) WHERE (ended_at IS NOT NULL)
index welcome_recipients_one_open on welcome_recipients unique	CREATE UNIQUE INDEX welcome_recipients_one_open USING btree (convo_id, did, device_id) WHERE (state = ''open''::text)
index welcome_recipients_pkey on welcome_recipients unique	CREATE UNIQUE INDEX welcome_recipients_pkey USING btree (convo_id, did, device_id, seq)
index welcomes_pkey on welcomes unique	CREATE UNIQUE INDEX welcomes_pkey USING btree (convo_id, seq)
table account_keys (r)
table account_origins (r)
table account_states (r)
table account_states_version (r)
table accounts (r)
table admin_audit (r)
table admin_audit_id_seq (S)
table blobs (r)
table blocks (r)
table commit_failures (r)
table contact_preferences (r)
table conversations (r)
table convo_blocks (r)
table convo_infos (r)
table declines (r)
table devices (r)
table events (r)
table group_infos (r)
table health_writes (r)
table idempotency_records (r)
table join_links (r)
table join_requests (r)
table key_packages (r)
table lapsed_proposals (r)
table leaves (r)
table log_generation (r)
table memberships (r)
table message_blobs (r)
table messages (r)
table orphan_objects (r)
table package_claims (r)
table quiet_place (r)
table read_positions (r)
table rejoin_requests (r)
table relay_cursors (r)
table removed_messages (r)
table reports (r)
table reports_report_id_seq (S)
table schema_needs (r)
table stranger_allowances (r)
table strangers_asked (r)
table tickets (r)
table trees (r)
table welcome_recipients (r)
table welcomes (r)');


--
-- Data for Name: schema_needs; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.schema_needs VALUES (true, 7);


--
-- Data for Name: stranger_allowances; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.stranger_allowances VALUES ('did:plc:account1', 1000);
INSERT INTO public.stranger_allowances VALUES ('did:plc:account2', 1000);
INSERT INTO public.stranger_allowances VALUES ('did:plc:account3', 1000);
INSERT INTO public.stranger_allowances VALUES ('did:plc:account4', 1000);


--
-- Data for Name: strangers_asked; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.strangers_asked VALUES ('did:plc:account1', '\xd5015eed6aba2bd470c22d6113693aec5b6f63c1c7c14251000f6c2e26c14a17', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.strangers_asked VALUES ('did:plc:account1', '\xd4ac180c5e82ffeca9efe18b34118b5cb9f85fa0ee20c045df25034c50629198', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.strangers_asked VALUES ('did:plc:account1', '\xcb473c579a0982cf16d72b1b9a1afaee19f56cdaac6bcc49cdb2a96cedb4ee81', '2026-11-28 08:12:55.684748+00');
INSERT INTO public.strangers_asked VALUES ('did:plc:account1', '\x7310cc378b154129ad0eeb9affd04e7ec1f6ed3ce2f8014c51332f0ac927208f', '2026-11-28 08:12:55.684748+00');


--
-- Data for Name: tickets; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.tickets VALUES ('\x6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b', 'did:plc:account1', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.tickets VALUES ('\xd4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35', 'did:plc:account1', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.tickets VALUES ('\x4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce', 'did:plc:account1', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.tickets VALUES ('\x4b227777d4dd1fc61c6f884f48641d02b4d121d3fd328cb08b5531fcacdabf8a', 'did:plc:account1', NULL, '2026-11-28 08:12:55.684748+00');


--
-- Data for Name: trees; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.trees VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.trees VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.trees VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.trees VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab');
INSERT INTO public.trees VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab');


--
-- Data for Name: welcome_recipients; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 'device1', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account1', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account1', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account1', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account1', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account1', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account2', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account2', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account2', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account2', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account2', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account3', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account3', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account3', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account3', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account3', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 'did:plc:account4', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 'did:plc:account4', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 'did:plc:account4', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 'did:plc:account4', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcome_recipients VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 'did:plc:account4', 'device2', 0, '\x01', 'confirmed', NULL, NULL, '2026-11-28 08:12:55.684748+00');
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

INSERT INTO public.welcomes VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 0, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcomes VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 0, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcomes VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 0, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcomes VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 0, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcomes VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 0, 0, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcomes VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 1, 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcomes VALUES ('\xc81e728d9d4c2f636f067f89cc14862c', 1, 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcomes VALUES ('\xeccbc87e4b5ce2fe28308fd9f2a7baf3', 1, 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcomes VALUES ('\xa87ff679a2f3e71d9181a67b7542122c', 1, 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcomes VALUES ('\xe4da3b7fbbce2345d7772b0674a318d5', 1, 1, '\xabababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', NULL, '2026-11-28 08:12:55.684748+00');
INSERT INTO public.welcomes VALUES ('\xc4ca4238a0b923820dcc509a6f75849b', 9, 9, '\x78', NULL, '2026-11-28 08:12:55.684748+00');


--
-- Name: admin_audit_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.admin_audit_id_seq', 4, true);


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
-- Name: account_states account_states_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account_states
    ADD CONSTRAINT account_states_pkey PRIMARY KEY (did);


--
-- Name: account_states_version account_states_version_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account_states_version
    ADD CONSTRAINT account_states_version_pkey PRIMARY KEY (only_row);


--
-- Name: accounts accounts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (did);


--
-- Name: admin_audit admin_audit_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.admin_audit
    ADD CONSTRAINT admin_audit_pkey PRIMARY KEY (id);


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
-- Name: contact_preferences contact_preferences_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.contact_preferences
    ADD CONSTRAINT contact_preferences_pkey PRIMARY KEY (did);


--
-- Name: conversations conversations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT conversations_pkey PRIMARY KEY (convo_id);


--
-- Name: convo_blocks convo_blocks_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.convo_blocks
    ADD CONSTRAINT convo_blocks_pkey PRIMARY KEY (did, convo_id);


--
-- Name: convo_infos convo_infos_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.convo_infos
    ADD CONSTRAINT convo_infos_pkey PRIMARY KEY (convo_id);


--
-- Name: declines declines_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.declines
    ADD CONSTRAINT declines_pkey PRIMARY KEY (did, adder_did);


--
-- Name: devices devices_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_pkey PRIMARY KEY (did, device_id);


--
-- Name: events events_kind_check; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE public.events
    ADD CONSTRAINT events_kind_check CHECK ((kind = ANY (ARRAY['membership'::text, 'welcome'::text, 'rejoin-requested'::text, 'convo-damaged'::text, 'key-packages-low'::text, 'read'::text, 'preferences'::text, 'role'::text, 'policy'::text, 'lock'::text, 'info'::text, 'info-key-requested'::text, 'request'::text, 'accepted'::text, 'request-ended'::text, 'join-requests'::text, 'join-answered'::text]))) NOT VALID;


--
-- Name: events events_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (gen, pos, stream_key, seq, n);


--
-- Name: group_infos group_infos_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.group_infos
    ADD CONSTRAINT group_infos_pkey PRIMARY KEY (convo_id, epoch);


--
-- Name: health_writes health_writes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.health_writes
    ADD CONSTRAINT health_writes_pkey PRIMARY KEY (only_row);


--
-- Name: idempotency_records idempotency_records_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.idempotency_records
    ADD CONSTRAINT idempotency_records_pkey PRIMARY KEY (record_id);


--
-- Name: join_links join_links_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.join_links
    ADD CONSTRAINT join_links_pkey PRIMARY KEY (convo_id, code_hash);


--
-- Name: join_requests join_requests_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.join_requests
    ADD CONSTRAINT join_requests_pkey PRIMARY KEY (convo_id, did);


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
-- Name: quiet_place quiet_place_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.quiet_place
    ADD CONSTRAINT quiet_place_pkey PRIMARY KEY (only_row);


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
-- Name: relay_cursors relay_cursors_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.relay_cursors
    ADD CONSTRAINT relay_cursors_pkey PRIMARY KEY (relay);


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
-- Name: schema_migrations schema_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);


--
-- Name: schema_needs schema_needs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schema_needs
    ADD CONSTRAINT schema_needs_pkey PRIMARY KEY (only_row);


--
-- Name: stranger_allowances stranger_allowances_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stranger_allowances
    ADD CONSTRAINT stranger_allowances_pkey PRIMARY KEY (did);


--
-- Name: strangers_asked strangers_asked_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.strangers_asked
    ADD CONSTRAINT strangers_asked_pkey PRIMARY KEY (did, stranger);


--
-- Name: tickets tickets_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT tickets_pkey PRIMARY KEY (ticket_hash);


--
-- Name: trees trees_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.trees
    ADD CONSTRAINT trees_pkey PRIMARY KEY (convo_id);


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
-- Name: account_states_erase; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX account_states_erase ON public.account_states USING btree (erase_at) WHERE (erase_at IS NOT NULL);


--
-- Name: account_states_versions; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX account_states_versions ON public.account_states USING btree (version);


--
-- Name: admin_audit_subject; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX admin_audit_subject ON public.admin_audit USING btree (subject, id) WHERE (subject IS NOT NULL);


--
-- Name: blobs_by_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX blobs_by_age ON public.blobs USING btree (created_at, object_key);


--
-- Name: blobs_by_object; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX blobs_by_object ON public.blobs USING btree (object_key);


--
-- Name: blobs_unattached; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX blobs_unattached ON public.blobs USING btree (created_at) WHERE (NOT attached);


--
-- Name: blocks_by_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX blocks_by_age ON public.blocks USING btree (did, created_at DESC, blocked_did DESC);


--
-- Name: blocks_of; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX blocks_of ON public.blocks USING btree (blocked_did);


--
-- Name: conversations_closed; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX conversations_closed ON public.conversations USING btree (closed_at) WHERE (closed_at IS NOT NULL);


--
-- Name: convo_blocks_by_convo; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX convo_blocks_by_convo ON public.convo_blocks USING btree (convo_id);


--
-- Name: declines_of; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX declines_of ON public.declines USING btree (adder_did);


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
-- Name: join_links_by_code; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX join_links_by_code ON public.join_links USING btree (code_hash);


--
-- Name: join_links_ended; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX join_links_ended ON public.join_links USING btree (LEAST(disabled_at, expires_at));


--
-- Name: join_requests_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX join_requests_age ON public.join_requests USING btree (since) WHERE (state <> 'rejected'::text);


--
-- Name: join_requests_by_did; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX join_requests_by_did ON public.join_requests USING btree (did);


--
-- Name: join_requests_by_link; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX join_requests_by_link ON public.join_requests USING btree (convo_id, code_hash);


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
-- Name: memberships_awake; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX memberships_awake ON public.memberships USING btree (convo_id, did) WHERE (listed AND (quiet_since = 'infinity'::timestamp with time zone) AND (left_seq IS NULL));


--
-- Name: memberships_by_did; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX memberships_by_did ON public.memberships USING btree (did, convo_id);


--
-- Name: memberships_one_active; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX memberships_one_active ON public.memberships USING btree (convo_id, did) WHERE (left_seq IS NULL);


--
-- Name: memberships_order; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX memberships_order ON public.memberships USING btree (did, quiet_since DESC, convo_id) WHERE ((left_seq IS NULL) AND (consent = 'accepted'::text));


--
-- Name: memberships_quiet; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX memberships_quiet ON public.memberships USING btree (convo_id, did) WHERE ((quiet_since < 'infinity'::timestamp with time zone) AND (left_seq IS NULL));


--
-- Name: memberships_requests; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX memberships_requests ON public.memberships USING btree (did, joined_at, convo_id) WHERE ((consent <> 'accepted'::text) AND (left_seq IS NULL));


--
-- Name: memberships_requests_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX memberships_requests_age ON public.memberships USING btree (joined_at) WHERE ((consent <> 'accepted'::text) AND (left_seq IS NULL));


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
-- Name: removed_messages_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX removed_messages_age ON public.removed_messages USING btree (removed_at);


--
-- Name: reports_about; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX reports_about ON public.reports USING btree (subject_did) WHERE (subject_did IS NOT NULL);


--
-- Name: reports_by; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX reports_by ON public.reports USING btree (reporter_did);


--
-- Name: reports_open; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX reports_open ON public.reports USING btree (report_id) WHERE (resolved_at IS NULL);


--
-- Name: reports_resolved; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX reports_resolved ON public.reports USING btree (resolved_at) WHERE (resolved_at IS NOT NULL);


--
-- Name: reports_to_forward; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX reports_to_forward ON public.reports USING btree (forward_after) WHERE (forward_after IS NOT NULL);


--
-- Name: strangers_asked_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX strangers_asked_age ON public.strangers_asked USING btree (asked_at);


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
-- Name: convo_blocks convo_blocks_convo_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.convo_blocks
    ADD CONSTRAINT convo_blocks_convo_id_fkey FOREIGN KEY (convo_id) REFERENCES public.conversations(convo_id) ON DELETE CASCADE;


--
-- Name: convo_infos convo_infos_convo_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.convo_infos
    ADD CONSTRAINT convo_infos_convo_id_fkey FOREIGN KEY (convo_id) REFERENCES public.conversations(convo_id) ON DELETE CASCADE;


--
-- Name: devices devices_did_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_did_fkey FOREIGN KEY (did) REFERENCES public.accounts(did);


--
-- Name: join_links join_links_convo_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.join_links
    ADD CONSTRAINT join_links_convo_id_fkey FOREIGN KEY (convo_id) REFERENCES public.conversations(convo_id) ON DELETE CASCADE;


--
-- Name: join_requests join_requests_convo_id_code_hash_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.join_requests
    ADD CONSTRAINT join_requests_convo_id_code_hash_fkey FOREIGN KEY (convo_id, code_hash) REFERENCES public.join_links(convo_id, code_hash) ON DELETE CASCADE;


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
-- Name: trees trees_convo_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.trees
    ADD CONSTRAINT trees_convo_id_fkey FOREIGN KEY (convo_id) REFERENCES public.conversations(convo_id);


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


