-- Where a campaign runs, which the published specification has and the document has not.

alter table campaigns add column primary_url text;
alter table campaigns add column urls jsonb;

comment on column campaigns.primary_url is 'Address of the page that it mostly runs on.';
comment on column campaigns.urls is 'Addresses of the pages that it runs on: `type` and `value` of each.';
