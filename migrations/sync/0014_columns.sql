-- Which columns a person leaves out, so that a new choice is applied to rows that are there, once.

alter table sync.connections add column columns jsonb;
comment on column sync.connections.columns is 'By resource, the columns that are left out of rows, and those that are kept as fingerprints';
