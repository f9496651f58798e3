-- What the published specification says of profiles and their stored versions.

alter table profiles add column webgl_metadata jsonb;
alter table profiles add column fonts jsonb;
alter table profiles add column host text;
alter table profiles add column port bigint;

comment on column profiles.webgl_metadata is 'What it tells websites of its graphics: `vendor`, `renderer` and `mode`.';
comment on column profiles.fonts is 'Fonts that it shows, and whether they are masked.';
comment on column profiles.host is 'Host of the proxy, as it stands beside `proxy`.';
comment on column profiles.port is 'Port of the proxy, as it stands beside `proxy`.';

comment on table browser_history is 'A stored version of a profile''s data; not a page that was visited.';
comment on column browser_history.id is 'Id of the version, within its profile.';
comment on column browser_history.size is 'Size of the stored data.';
comment on column browser_history.last_modified is 'When the version was stored.';
comment on column browser_cookies.creation_date is 'When the cookie was created; an edit does not move it. Null where the vendor sends none, or counts from 1601 as browsers do.';
