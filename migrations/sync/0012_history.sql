-- Which tables have a history, and of which times it is known how they were.

create table sync.history (
  connection text not null,
  resource text not null,
  since timestamptz not null,
  until timestamptz,
  keep_versions bigint,
  primary key (connection, resource, since)
);
comment on table sync.history is 'The times of which it is known how the rows of a table were';
comment on column sync.history.connection is 'The connection''s name';
comment on column sync.history.resource is 'The resource; beside its table are those that end in _history, _versions and _as_of';
comment on column sync.history.since is 'From this time on: when the history was turned on, or what is left of it begins';
comment on column sync.history.until is 'Until this time, when it was turned off; null as long as it is on';
comment on column sync.history.keep_versions is 'The number of closed versions that each row has at the most; null if all are kept';

create function sync.has_history(connection text, resource text, at timestamptz) returns boolean
language plpgsql stable parallel safe as $$
begin
  if exists (select from sync.history h where h.connection = $1 and h.resource = $2
             and h.since <= $3 and (h.until is null or h.until > $3)) then
    return true;
  end if;
  raise exception 'it is not known how % was at %', $2, $3 using errcode = 'no_data_found', hint = coalesce(
    (select 'It is known of these times: ' || string_agg(h.since || ' to ' || coalesce(h.until::text, 'now'), ', ' order by h.since)
     from sync.history h where h.connection = $1 and h.resource = $2), 'It has no history.');
end $$;
comment on function sync.has_history is 'True if it is known how a table was at a time; fails if not';

alter table sync.resources add column versions bigint not null default 0;
comment on column sync.resources.versions is 'Versions of rows that were closed, and are in the history now';
