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
SET default_tablespace = '';
SET default_table_access_method = heap;

CREATE SCHEMA sync;

CREATE TABLE sync._migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);

CREATE TABLE sync.connections (
    connection text NOT NULL,
    connector text NOT NULL,
    run_id bigint NOT NULL,
    fingerprint_key text DEFAULT ((gen_random_uuid())::text || (gen_random_uuid())::text) NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    scope text
);

COMMENT ON TABLE sync.connections IS 'Who may write: only the newest run of a connection';

COMMENT ON COLUMN sync.connections.connection IS 'The connection''s name, which is also its schema';

COMMENT ON COLUMN sync.connections.connector IS 'The connector that fills the schema';

COMMENT ON COLUMN sync.connections.run_id IS 'The newest run; every commit checks that it is still this one';

COMMENT ON COLUMN sync.connections.fingerprint_key IS 'The key of the fingerprints that stand for secret values';

COMMENT ON COLUMN sync.connections.created_at IS 'When the connection was used for the first time';

COMMENT ON COLUMN sync.connections.scope IS 'Whose rows they are: the connection in the settings, and parameters that are part of all addresses, such as the account';

CREATE TABLE sync.drift (
    connection text NOT NULL,
    resource text NOT NULL,
    field text NOT NULL,
    kind text NOT NULL,
    json_type text NOT NULL,
    first_run_id bigint NOT NULL,
    first_seen_at timestamp with time zone NOT NULL,
    shape text,
    CONSTRAINT drift_kind_check CHECK ((kind = ANY (ARRAY['unknown'::text, 'misfit'::text, 'missing'::text, 'repeated'::text])))
);

COMMENT ON TABLE sync.drift IS 'Where a model and the vendor''s answers disagree, at first sight';

COMMENT ON COLUMN sync.drift.connection IS 'The connection''s name';

COMMENT ON COLUMN sync.drift.resource IS 'The resource';

COMMENT ON COLUMN sync.drift.field IS 'The field''s name in the JSON';

COMMENT ON COLUMN sync.drift.kind IS 'unknown to the model, a misfit for its column, missing though promised, or repeated in one row';

COMMENT ON COLUMN sync.drift.json_type IS 'The JSON type that came';

COMMENT ON COLUMN sync.drift.first_run_id IS 'The run that saw it first';

COMMENT ON COLUMN sync.drift.first_seen_at IS 'When it was seen first';

COMMENT ON COLUMN sync.drift.shape IS 'The types in the first value that was seen, without the value';

CREATE TABLE sync.resources (
    run_id bigint NOT NULL,
    connection text NOT NULL,
    resource text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    requests bigint DEFAULT 0 NOT NULL,
    pages bigint DEFAULT 0 NOT NULL,
    bytes bigint DEFAULT 0 NOT NULL,
    retries bigint DEFAULT 0 NOT NULL,
    waited_ms bigint DEFAULT 0 NOT NULL,
    rows_read bigint DEFAULT 0 NOT NULL,
    inserted bigint DEFAULT 0 NOT NULL,
    updated bigint DEFAULT 0 NOT NULL,
    unchanged bigint DEFAULT 0 NOT NULL,
    deleted bigint DEFAULT 0 NOT NULL,
    quarantined bigint DEFAULT 0 NOT NULL,
    verdict text DEFAULT 'incomplete'::text NOT NULL,
    evidence jsonb,
    error text,
    updated_at timestamp with time zone,
    last_commit jsonb,
    next text,
    ranged boolean DEFAULT false NOT NULL,
    CONSTRAINT resources_verdict_check CHECK ((verdict = ANY (ARRAY['complete'::text, 'incomplete'::text, 'failed'::text, 'skipped'::text])))
);

COMMENT ON TABLE sync.resources IS 'One row for each resource of a run: what it cost, what it brought, and how it is known to be whole';

COMMENT ON COLUMN sync.resources.run_id IS 'The run';

COMMENT ON COLUMN sync.resources.connection IS 'The connection''s name';

COMMENT ON COLUMN sync.resources.resource IS 'The resource, as the document names it';

COMMENT ON COLUMN sync.resources.started_at IS 'When it began';

COMMENT ON COLUMN sync.resources.finished_at IS 'When it ended; null while it runs, and if the run was killed';

COMMENT ON COLUMN sync.resources.requests IS 'Requests sent, repetitions included';

COMMENT ON COLUMN sync.resources.pages IS 'Pages read';

COMMENT ON COLUMN sync.resources.bytes IS 'Bytes received, decompressed';

COMMENT ON COLUMN sync.resources.retries IS 'Requests that were repetitions';

COMMENT ON COLUMN sync.resources.waited_ms IS 'Milliseconds of waiting for the rate limit and before repetitions';

COMMENT ON COLUMN sync.resources.rows_read IS 'Rows that the vendor sent';

COMMENT ON COLUMN sync.resources.inserted IS 'Rows that were new';

COMMENT ON COLUMN sync.resources.updated IS 'Rows that differed, or came back after a deletion';

COMMENT ON COLUMN sync.resources.unchanged IS 'Rows that were not written, because they were the same';

COMMENT ON COLUMN sync.resources.deleted IS 'Rows that got a _deleted_at, because the vendor no longer lists them';

COMMENT ON COLUMN sync.resources.quarantined IS 'Rows that have no place in the table';

COMMENT ON COLUMN sync.resources.verdict IS 'complete only if it is proved that the listing was read to its end';

COMMENT ON COLUMN sync.resources.evidence IS 'The proof: how each walk ended, rows against totals, keys, repeats';

COMMENT ON COLUMN sync.resources.error IS 'What went wrong, in words; never a value';

COMMENT ON COLUMN sync.resources.updated_at IS 'When its newest commit was made';

COMMENT ON COLUMN sync.resources.last_commit IS 'The number of its newest commit and what that did, by which a run whose session was lost knows whether it was made';

COMMENT ON COLUMN sync.resources.next IS 'What to do about what kept it from being complete';

COMMENT ON COLUMN sync.resources.ranged IS 'Whether a part was asked for (--since, --until, --changed-parents-only), which says nothing about how fresh the rest is';

CREATE VIEW sync.last_complete AS
 SELECT DISTINCT ON (resources.connection, resources.resource) resources.connection,
    resources.resource,
    resources.run_id,
    resources.started_at,
    resources.finished_at
   FROM sync.resources
  WHERE ((resources.verdict = 'complete'::text) AND (NOT resources.ranged))
  ORDER BY resources.connection, resources.resource, resources.run_id DESC;

COMMENT ON VIEW sync.last_complete IS 'The last complete run of each resource; rows with a higher _run_id were written after it';

CREATE TABLE sync.quarantine (
    id bigint NOT NULL,
    connection text NOT NULL,
    resource text NOT NULL,
    partition text NOT NULL,
    run_id bigint NOT NULL,
    reason text NOT NULL,
    raw text NOT NULL,
    raw_hash bigint GENERATED ALWAYS AS (hashtextextended(raw, (0)::bigint)) STORED,
    seen_at timestamp with time zone NOT NULL,
    page bigint
);

COMMENT ON TABLE sync.quarantine IS 'Rows that have no place in their table';

COMMENT ON COLUMN sync.quarantine.id IS 'A number';

COMMENT ON COLUMN sync.quarantine.connection IS 'The connection''s name';

COMMENT ON COLUMN sync.quarantine.resource IS 'The resource';

COMMENT ON COLUMN sync.quarantine.partition IS 'The partition';

COMMENT ON COLUMN sync.quarantine.run_id IS 'The run that set it aside last';

COMMENT ON COLUMN sync.quarantine.reason IS 'What is wrong with it';

COMMENT ON COLUMN sync.quarantine.raw IS 'The row as the vendor sent it; U+0000 is written as an escape';

COMMENT ON COLUMN sync.quarantine.raw_hash IS 'Tells equal rows apart from others, so that each is kept once';

COMMENT ON COLUMN sync.quarantine.seen_at IS 'When it came last';

COMMENT ON COLUMN sync.quarantine.page IS 'The page of the walk that the row came in';

ALTER TABLE sync.quarantine ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME sync.quarantine_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE sync.runs (
    run_id bigint NOT NULL,
    connection text NOT NULL,
    connector text NOT NULL,
    preset text NOT NULL,
    connector_version text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    verdict text DEFAULT 'incomplete'::text NOT NULL,
    asked text,
    continues bigint,
    interrupted boolean DEFAULT false NOT NULL,
    CONSTRAINT runs_verdict_check CHECK ((verdict = ANY (ARRAY['complete'::text, 'incomplete'::text, 'failed'::text, 'skipped'::text])))
);

COMMENT ON TABLE sync.runs IS 'One row for each run of a connection';

COMMENT ON COLUMN sync.runs.run_id IS 'The run''s number; rows carry it as _run_id';

COMMENT ON COLUMN sync.runs.connection IS 'The connection''s name, which is also its schema';

COMMENT ON COLUMN sync.runs.connector IS 'The connector';

COMMENT ON COLUMN sync.runs.preset IS 'The preset that the run used';

COMMENT ON COLUMN sync.runs.connector_version IS 'The version of the program';

COMMENT ON COLUMN sync.runs.started_at IS 'When the run began';

COMMENT ON COLUMN sync.runs.finished_at IS 'When the run ended; null while it runs, and if it was killed';

COMMENT ON COLUMN sync.runs.verdict IS 'The worst verdict of its resources; incomplete until the run ends';

COMMENT ON COLUMN sync.runs.asked IS 'Hash of what the run asks for, by which a later run knows whether it can go on with it';

COMMENT ON COLUMN sync.runs.continues IS 'The interrupted run that this one goes on with; null if it began anew';

COMMENT ON COLUMN sync.runs.interrupted IS 'Whether it was asked to stop before its end';

ALTER TABLE sync.runs ALTER COLUMN run_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME sync.runs_run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE sync.seen (
    connection text NOT NULL,
    resource text NOT NULL,
    partition text NOT NULL,
    run_id bigint NOT NULL,
    batch bigint NOT NULL,
    keys bigint[] NOT NULL
);

ALTER TABLE ONLY sync.seen ALTER COLUMN keys SET STORAGE EXTERNAL;

COMMENT ON TABLE sync.seen IS 'Hashes of the keys that an unfinished walk has seen, one row for each commit';

COMMENT ON COLUMN sync.seen.connection IS 'The connection''s name';

COMMENT ON COLUMN sync.seen.resource IS 'The resource';

COMMENT ON COLUMN sync.seen.partition IS 'The partition';

COMMENT ON COLUMN sync.seen.run_id IS 'The run whose walk it is';

COMMENT ON COLUMN sync.seen.batch IS 'The commit';

COMMENT ON COLUMN sync.seen.keys IS 'hash_record_extended of each primary key';

ALTER TABLE sync.seen ALTER COLUMN batch ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME sync.seen_batch_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE sync.state (
    connection text NOT NULL,
    resource text NOT NULL,
    partition text NOT NULL,
    run_id bigint NOT NULL,
    "position" jsonb,
    cursor_reached timestamp with time zone,
    updated_at timestamp with time zone NOT NULL,
    tail bigint,
    whole_run_id bigint,
    asked bigint,
    unnoted boolean DEFAULT false NOT NULL
);

COMMENT ON TABLE sync.state IS 'How far each listing was read';

COMMENT ON COLUMN sync.state.connection IS 'The connection''s name';

COMMENT ON COLUMN sync.state.resource IS 'The resource';

COMMENT ON COLUMN sync.state.partition IS 'The partition, a JSON list of its keys; [] for a resource without a parent';

COMMENT ON COLUMN sync.state.run_id IS 'The run that wrote this last';

COMMENT ON COLUMN sync.state."position" IS 'Where an unfinished walk is, so that the next run can go on there; null once it ended';

COMMENT ON COLUMN sync.state.cursor_reached IS 'The highest value of the cursor column in a complete walk; it never moves back';

COMMENT ON COLUMN sync.state.updated_at IS 'When this was written';

COMMENT ON COLUMN sync.state.tail IS 'Hash of the last row of a listing that was read whole, by which the next run finds its place in one that only grows';

COMMENT ON COLUMN sync.state.whole_run_id IS 'The newest run in which the listing was proved whole';

COMMENT ON COLUMN sync.state.asked IS 'Hash of the listing''s address, parameters and paging; what is known of another one is forgotten';

COMMENT ON COLUMN sync.state.unnoted IS 'Whether the walk has seen all rows that the table has of its listing, and sync.seen has none of them';
