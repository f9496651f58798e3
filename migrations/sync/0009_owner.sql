-- Whose rows a schema has, as far as the vendor's own answers tell.

alter table sync.connections add column owner jsonb;
comment on column sync.connections.owner is 'By resource, hashes of the values by which the vendor told whose rows they are; a run that is told none of them is refused';
