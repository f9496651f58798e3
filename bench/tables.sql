-- As `cargo xtask ddl` writes tables, without comments.

create table flat (
    id text not null,
    name text,
    email text,
    status text,
    description text,
    amount bigint,
    quantity bigint,
    score double precision,
    is_active boolean,
    is_verified boolean,
    created_at timestamptz,
    updated_at timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

create table flat_small_pages (like flat including all);

create table parents (like flat including all);

create table pages_with_total (like flat including all);

create table pages_without_total (like flat including all);

create table pages_by_token (like flat including all);

create table nested (
    id text not null,
    name text,
    email text,
    status text,
    description text,
    amount bigint,
    quantity bigint,
    score double precision,
    is_active boolean,
    is_verified boolean,
    created_at timestamptz,
    updated_at timestamptz,
    location jsonb,
    contact jsonb,
    tags jsonb,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

create table children (
    parent_id text not null,
    id bigint not null,
    name text,
    amount bigint,
    updated_at timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (parent_id, id)
);

create table children_with_total (like children including all);
