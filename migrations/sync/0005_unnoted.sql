-- A table that began empty has itself what its walks have seen.

alter table sync.state add column unnoted boolean not null default false;
comment on column sync.state.unnoted is 'Whether the walk has seen all rows that the table has of its listing, and sync.seen has none of them';
