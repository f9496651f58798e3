-- Cookies of one domain, path and name that are kept apart by the site that they were set below.

alter table browser_cookies add column partition_key jsonb;

comment on column browser_cookies.partition_key is 'Site below which the cookie is kept apart, as `topLevelSite` and `hasCrossSiteAncestor`, or as text.';
comment on column browser_cookies.uuid is 'Documented as the key; the live API sends none, and domain, path, name and partition stand in.';
