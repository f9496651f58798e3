-- One table for each resource. A key is never null; any other column is where the
-- vendor sends nothing, or a value that does not fit, which is then in _extra.

create table dataset_collection (
    id text not null,
    name text,
    user_id text,
    username text,
    created_at timestamptz,
    modified_at timestamptz,
    accessed_at timestamptz,
    item_count bigint,
    clean_item_count bigint,
    act_id text,
    act_run_id text,
    title text,
    schema jsonb,
    stats jsonb,
    fields jsonb,
    general_access text,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table dataset_collection is 'A dataset, as the collection lists it.';
comment on column dataset_collection.id is 'Id of the dataset.';
comment on column dataset_collection.name is 'Name of the dataset; an unnamed one has none.';
comment on column dataset_collection.user_id is 'Id of the user that the dataset belongs to.';
comment on column dataset_collection.username is 'Name of the user that the dataset belongs to.';
comment on column dataset_collection.created_at is 'When the dataset was created.';
comment on column dataset_collection.modified_at is 'When the dataset was last modified.';
comment on column dataset_collection.accessed_at is 'When the dataset was last read or written.';
comment on column dataset_collection.item_count is 'Number of items; it can lag some seconds behind.';
comment on column dataset_collection.clean_item_count is 'Number of items that are not empty; it can lag some seconds behind.';
comment on column dataset_collection.act_id is 'Id of the actor whose run made the dataset.';
comment on column dataset_collection.act_run_id is 'Id of the run that made the dataset.';
comment on column dataset_collection.title is 'Title of the dataset.';
comment on column dataset_collection.schema is 'Schema of the dataset: an object, or text from older versions of the API.';
comment on column dataset_collection.stats is 'How much it was used: `readCount`, `writeCount`, `storageBytes` and `inflatedBytes`.';
comment on column dataset_collection.fields is 'Names of the fields that its items have.';
comment on column dataset_collection.general_access is 'Who can read it: `ANYONE_WITH_ID_CAN_READ`, `ANYONE_WITH_NAME_CAN_READ`, `FOLLOW_USER_SETTING` or `RESTRICTED`.';
comment on column dataset_collection._run_id is 'The run that last wrote the row.';
comment on column dataset_collection._first_seen_at is 'When the row was first seen.';
comment on column dataset_collection._last_changed_at is 'When a value of the row last changed.';
comment on column dataset_collection._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column dataset_collection._extra is 'Fields without a column, and values that do not fit theirs.';

create table dataset (
    dataset_id text not null,
    id text not null,
    name text,
    user_id text,
    created_at timestamptz,
    modified_at timestamptz,
    accessed_at timestamptz,
    item_count bigint,
    clean_item_count bigint,
    act_id text,
    act_run_id text,
    title text,
    schema jsonb,
    stats jsonb,
    fields jsonb,
    console_url text,
    items_public_url text,
    url_signing_secret_key text,
    general_access text,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (dataset_id, id)
);

comment on table dataset is 'A dataset, with more than the collection lists of it.';
comment on column dataset.dataset_id is 'The key of the parent''s row.';
comment on column dataset.id is 'Id of the dataset.';
comment on column dataset.name is 'Name of the dataset; an unnamed one has none.';
comment on column dataset.user_id is 'Id of the user that the dataset belongs to.';
comment on column dataset.created_at is 'When the dataset was created.';
comment on column dataset.modified_at is 'When the dataset was last modified.';
comment on column dataset.accessed_at is 'When the dataset was last read or written.';
comment on column dataset.item_count is 'Number of items; it can lag some seconds behind.';
comment on column dataset.clean_item_count is 'Number of items that are not empty; it can lag some seconds behind.';
comment on column dataset.act_id is 'Id of the actor whose run made the dataset.';
comment on column dataset.act_run_id is 'Id of the run that made the dataset.';
comment on column dataset.title is 'Title of the dataset.';
comment on column dataset.schema is 'Schema of the dataset: an object, or text from older versions of the API.';
comment on column dataset.stats is 'How much it was used: `readCount`, `writeCount`, `storageBytes` and `inflatedBytes`.';
comment on column dataset.fields is 'Names of the fields that its items have.';
comment on column dataset.console_url is 'Address of the dataset in the vendor''s console.';
comment on column dataset.items_public_url is 'Address where anyone can read the items; as it is signed, only a fingerprint is kept.';
comment on column dataset.url_signing_secret_key is 'Key that signs such addresses; only a fingerprint is kept.';
comment on column dataset.general_access is 'Who can read it: `ANYONE_WITH_ID_CAN_READ`, `ANYONE_WITH_NAME_CAN_READ`, `FOLLOW_USER_SETTING` or `RESTRICTED`.';
comment on column dataset._run_id is 'The run that last wrote the row.';
comment on column dataset._first_seen_at is 'When the row was first seen.';
comment on column dataset._last_changed_at is 'When a value of the row last changed.';
comment on column dataset._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column dataset._extra is 'Fields without a column, and values that do not fit theirs.';

create table item_collection_website_content_crawler (
    dataset_id text not null,
    "offset" bigint not null,
    url text,
    crawl jsonb,
    metadata jsonb,
    screenshot_url text,
    text text,
    markdown text,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (dataset_id, "offset")
);

comment on table item_collection_website_content_crawler is 'An item that a website content crawler collected; a field without a column is in `_extra`.';
comment on column item_collection_website_content_crawler.dataset_id is 'The key of the parent''s row.';
comment on column item_collection_website_content_crawler."offset" is 'Position of the item in its dataset, counted from 0.';
comment on column item_collection_website_content_crawler.url is 'Address of the content; several items can have the same.';
comment on column item_collection_website_content_crawler.crawl is 'How it was found: `depth`, `httpStatusCode`, `loadedTime`, `loadedUrl` and `referrerUrl`.';
comment on column item_collection_website_content_crawler.metadata is 'What it says of itself: `canonicalUrl`, `description`, `languageCode` and `title`.';
comment on column item_collection_website_content_crawler.screenshot_url is 'Address of a screenshot.';
comment on column item_collection_website_content_crawler.text is 'The content as plain text; it can be megabytes long.';
comment on column item_collection_website_content_crawler.markdown is 'The content as Markdown; it can be megabytes long.';
comment on column item_collection_website_content_crawler._run_id is 'The run that last wrote the row.';
comment on column item_collection_website_content_crawler._first_seen_at is 'When the row was first seen.';
comment on column item_collection_website_content_crawler._last_changed_at is 'When a value of the row last changed.';
comment on column item_collection_website_content_crawler._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column item_collection_website_content_crawler._extra is 'Fields without a column, and values that do not fit theirs.';

create table item_collection (
    dataset_id text not null,
    "offset" bigint not null,
    data jsonb,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (dataset_id, "offset")
);

comment on table item_collection is 'An item of a dataset, of whatever shape.';
comment on column item_collection.dataset_id is 'The key of the parent''s row.';
comment on column item_collection."offset" is 'Position of the item in its dataset, counted from 0.';
comment on column item_collection.data is 'The item, as the vendor sent it.';
comment on column item_collection._run_id is 'The run that last wrote the row.';
comment on column item_collection._first_seen_at is 'When the row was first seen.';
comment on column item_collection._last_changed_at is 'When a value of the row last changed.';
comment on column item_collection._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column item_collection._extra is 'Fields without a column, and values that do not fit theirs.';
