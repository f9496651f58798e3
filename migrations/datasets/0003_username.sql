-- Whose dataset it is, in words.

alter table dataset add column username text;

comment on column dataset.username is 'Name of the user that the dataset belongs to.';
