-- Whose rows a schema has, so that those of another account do not replace them.

alter table sync.connections add column scope text;
comment on column sync.connections.scope is 'The parameters that are part of all addresses, such as the account';
