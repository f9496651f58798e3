-- One table for each resource. A key is never null; any other column is where the
-- vendor sends nothing, or a value that does not fit, which is then in _extra.

create table items (
    id bigint not null,
    name text,
    updated_at timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table items is 'An item.';
comment on column items.id is 'Id of the item.';
comment on column items.name is 'Name of the item.';
comment on column items.updated_at is 'When the item was last edited.';
comment on column items._run_id is 'The run that last wrote the row.';
comment on column items._first_seen_at is 'When the row was first seen.';
comment on column items._last_changed_at is 'When a value of the row last changed.';
comment on column items._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column items._extra is 'Fields without a column, and values that do not fit theirs.';
