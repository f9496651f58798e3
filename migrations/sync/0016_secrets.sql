-- Whether secrets were stored as they are, so that they are veiled in rows that are there, once.

alter table sync.connections add column secrets_kept boolean;
comment on column sync.connections.secrets_kept is 'Whether the last run stored secrets as they came; null before the first run that notes it';
