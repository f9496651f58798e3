-- What a person can do about a resource, for those who look later.

alter table sync.resources add column next text;
comment on column sync.resources.next is 'What to do about what kept it from being complete';
