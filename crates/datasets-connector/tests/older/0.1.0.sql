CREATE SCHEMA datasets;

CREATE TABLE datasets._migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);

CREATE TABLE datasets.dataset (
    dataset_id text NOT NULL,
    id text NOT NULL,
    name text,
    user_id text,
    created_at timestamp with time zone,
    modified_at timestamp with time zone,
    accessed_at timestamp with time zone,
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
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE datasets.dataset IS 'A dataset, with more than the collection lists of it.';

COMMENT ON COLUMN datasets.dataset.dataset_id IS 'The key of the parent''s row.';

COMMENT ON COLUMN datasets.dataset.id IS 'Id of the dataset.';

COMMENT ON COLUMN datasets.dataset.name IS 'Name of the dataset; an unnamed one has none.';

COMMENT ON COLUMN datasets.dataset.user_id IS 'Id of the user that the dataset belongs to.';

COMMENT ON COLUMN datasets.dataset.created_at IS 'When the dataset was created.';

COMMENT ON COLUMN datasets.dataset.modified_at IS 'When the dataset was last modified.';

COMMENT ON COLUMN datasets.dataset.accessed_at IS 'When the dataset was last read or written.';

COMMENT ON COLUMN datasets.dataset.item_count IS 'Number of items; it can lag some seconds behind.';

COMMENT ON COLUMN datasets.dataset.clean_item_count IS 'Number of items that are not empty; it can lag some seconds behind.';

COMMENT ON COLUMN datasets.dataset.act_id IS 'Id of the actor whose run made the dataset.';

COMMENT ON COLUMN datasets.dataset.act_run_id IS 'Id of the run that made the dataset.';

COMMENT ON COLUMN datasets.dataset.title IS 'Title of the dataset.';

COMMENT ON COLUMN datasets.dataset.schema IS 'Schema of the dataset: an object, or text from older versions of the API.';

COMMENT ON COLUMN datasets.dataset.stats IS 'How much it was used: `readCount`, `writeCount`, `storageBytes` and `inflatedBytes`.';

COMMENT ON COLUMN datasets.dataset.fields IS 'Names of the fields that its items have.';

COMMENT ON COLUMN datasets.dataset.console_url IS 'Address of the dataset in the vendor''s console.';

COMMENT ON COLUMN datasets.dataset.items_public_url IS 'Address where anyone can read the items; as it is signed, only a fingerprint is kept.';

COMMENT ON COLUMN datasets.dataset.url_signing_secret_key IS 'Key that signs such addresses; only a fingerprint is kept.';

COMMENT ON COLUMN datasets.dataset.general_access IS 'Who can read it: `ANYONE_WITH_ID_CAN_READ`, `ANYONE_WITH_NAME_CAN_READ`, `FOLLOW_USER_SETTING` or `RESTRICTED`.';

COMMENT ON COLUMN datasets.dataset._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN datasets.dataset._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN datasets.dataset._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN datasets.dataset._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN datasets.dataset._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE datasets.dataset_collection (
    id text NOT NULL,
    name text,
    user_id text,
    username text,
    created_at timestamp with time zone,
    modified_at timestamp with time zone,
    accessed_at timestamp with time zone,
    item_count bigint,
    clean_item_count bigint,
    act_id text,
    act_run_id text,
    title text,
    schema jsonb,
    stats jsonb,
    fields jsonb,
    general_access text,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE datasets.dataset_collection IS 'A dataset, as the collection lists it.';

COMMENT ON COLUMN datasets.dataset_collection.id IS 'Id of the dataset.';

COMMENT ON COLUMN datasets.dataset_collection.name IS 'Name of the dataset; an unnamed one has none.';

COMMENT ON COLUMN datasets.dataset_collection.user_id IS 'Id of the user that the dataset belongs to.';

COMMENT ON COLUMN datasets.dataset_collection.username IS 'Name of the user that the dataset belongs to.';

COMMENT ON COLUMN datasets.dataset_collection.created_at IS 'When the dataset was created.';

COMMENT ON COLUMN datasets.dataset_collection.modified_at IS 'When the dataset was last modified.';

COMMENT ON COLUMN datasets.dataset_collection.accessed_at IS 'When the dataset was last read or written.';

COMMENT ON COLUMN datasets.dataset_collection.item_count IS 'Number of items; it can lag some seconds behind.';

COMMENT ON COLUMN datasets.dataset_collection.clean_item_count IS 'Number of items that are not empty; it can lag some seconds behind.';

COMMENT ON COLUMN datasets.dataset_collection.act_id IS 'Id of the actor whose run made the dataset.';

COMMENT ON COLUMN datasets.dataset_collection.act_run_id IS 'Id of the run that made the dataset.';

COMMENT ON COLUMN datasets.dataset_collection.title IS 'Title of the dataset.';

COMMENT ON COLUMN datasets.dataset_collection.schema IS 'Schema of the dataset: an object, or text from older versions of the API.';

COMMENT ON COLUMN datasets.dataset_collection.stats IS 'How much it was used: `readCount`, `writeCount`, `storageBytes` and `inflatedBytes`.';

COMMENT ON COLUMN datasets.dataset_collection.fields IS 'Names of the fields that its items have.';

COMMENT ON COLUMN datasets.dataset_collection.general_access IS 'Who can read it: `ANYONE_WITH_ID_CAN_READ`, `ANYONE_WITH_NAME_CAN_READ`, `FOLLOW_USER_SETTING` or `RESTRICTED`.';

COMMENT ON COLUMN datasets.dataset_collection._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN datasets.dataset_collection._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN datasets.dataset_collection._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN datasets.dataset_collection._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN datasets.dataset_collection._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE VIEW datasets.dataset_fields AS
 SELECT dataset.dataset_id,
    dataset.id,
    field.value AS field
   FROM datasets.dataset,
    LATERAL jsonb_array_elements_text(
        CASE
            WHEN (jsonb_typeof(dataset.fields) = 'array'::text) THEN dataset.fields
            ELSE '[]'::jsonb
        END) field(value)
  WHERE (dataset._deleted_at IS NULL);

COMMENT ON VIEW datasets.dataset_fields IS 'A field that the items of a dataset have.';

CREATE TABLE datasets.item_collection (
    dataset_id text NOT NULL,
    "offset" bigint NOT NULL,
    data jsonb,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE datasets.item_collection IS 'An item of a dataset, of whatever shape.';

COMMENT ON COLUMN datasets.item_collection.dataset_id IS 'The key of the parent''s row.';

COMMENT ON COLUMN datasets.item_collection."offset" IS 'Position of the item in its dataset, counted from 0.';

COMMENT ON COLUMN datasets.item_collection.data IS 'The item, as the vendor sent it.';

COMMENT ON COLUMN datasets.item_collection._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN datasets.item_collection._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN datasets.item_collection._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN datasets.item_collection._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN datasets.item_collection._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE datasets.item_collection_website_content_crawler (
    dataset_id text NOT NULL,
    "offset" bigint NOT NULL,
    url text,
    crawl jsonb,
    metadata jsonb,
    screenshot_url text,
    text text,
    markdown text,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE datasets.item_collection_website_content_crawler IS 'An item that a website content crawler collected; a field without a column is in `_extra`.';

COMMENT ON COLUMN datasets.item_collection_website_content_crawler.dataset_id IS 'The key of the parent''s row.';

COMMENT ON COLUMN datasets.item_collection_website_content_crawler."offset" IS 'Position of the item in its dataset, counted from 0.';

COMMENT ON COLUMN datasets.item_collection_website_content_crawler.url IS 'Address of the content; several items can have the same.';

COMMENT ON COLUMN datasets.item_collection_website_content_crawler.crawl IS 'How it was found: `depth`, `httpStatusCode`, `loadedTime`, `loadedUrl` and `referrerUrl`.';

COMMENT ON COLUMN datasets.item_collection_website_content_crawler.metadata IS 'What it says of itself: `canonicalUrl`, `description`, `languageCode` and `title`.';

COMMENT ON COLUMN datasets.item_collection_website_content_crawler.screenshot_url IS 'Address of a screenshot.';

COMMENT ON COLUMN datasets.item_collection_website_content_crawler.text IS 'The content as plain text; it can be megabytes long.';

COMMENT ON COLUMN datasets.item_collection_website_content_crawler.markdown IS 'The content as Markdown; it can be megabytes long.';

COMMENT ON COLUMN datasets.item_collection_website_content_crawler._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN datasets.item_collection_website_content_crawler._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN datasets.item_collection_website_content_crawler._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN datasets.item_collection_website_content_crawler._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN datasets.item_collection_website_content_crawler._extra IS 'Fields without a column, and values that do not fit theirs.';

INSERT INTO datasets._migrations VALUES
	(1, 'tables', '2026-11-29 13:25:54.205166+00', true, '\xdc63af90b277f5dcb424d0e2009c8ab59cefbd04a87cd34106aa30bacd682c5e4ce4b1f443dea65cd038b6ffcad1b319', 5817497),
	(2, 'views', '2026-11-29 13:25:54.205166+00', true, '\xc561f68c78eb3ebbc3b1d07d7dadbe9c86e597273645c63b00093deea729990af0e5b26eea36460d9a841a9423321e9a', 1236135);

INSERT INTO datasets.dataset VALUES
	('ExampleCrawl00001', 'ExampleCrawl00001', 'changed', 'ExampleUser000001', '2023-10-01 00:00:00+00', '2031-01-01 00:00:00+00', '2023-10-02 00:00:00.001+00', 5, 5, NULL, NULL, NULL, NULL, NULL, NULL, 'https://console.example.com/storage/datasets/ExampleCrawl00001', NULL, NULL, 'FOLLOW_USER_SETTING', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleCrawl00002', 'ExampleCrawl00002', 'changed', 'ExampleUser000002', '2023-10-03 10:20:30.4+00', '2031-01-01 00:00:00+00', '2023-10-05 10:20:30.4+00', 2, 2, 'ExampleActor00002', 'ExampleRun0000002', 'Handbuch: Übungen
zweite Auflage 📘', '"{\"views\": {}}"', '{"readCount": 0, "writeCount": 2}', '[]', 'https://console.example.com/storage/datasets/ExampleCrawl00002', 'hmac:41fba8cfa25689d77deec3dbbfe5926f', NULL, 'ANYONE_WITH_ID_CAN_READ', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleEmpty00001', 'ExampleEmpty00001', 'changed', 'ExampleUser000002', '2023-11-03 00:00:00+00', '2031-01-01 00:00:00+00', '2023-11-03 00:00:00+00', 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, 'https://console.example.com/storage/datasets/ExampleEmpty00001', NULL, NULL, NULL, 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleMixed00001', 'ExampleMixed00001', 'changed', 'ExampleUser000001', '2023-11-01 08:00:00+00', '2031-01-01 00:00:00+00', '2023-11-02 08:00:00+00', 4, 3, 'ExampleActor00001', 'ExampleRun0000003', '', NULL, '{"readCount": null, "writeCount": 4}', '["a", "A", "a b", "#error"]', 'https://console.example.com/storage/datasets/ExampleMixed00001', NULL, 'hmac:a80467967b92f00d135cb39e19e9611c', 'ANYONE_WITH_NAME_CAN_READ', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleRest000001', 'ExampleRest000001', 'changed', 'ExampleUser000001', '2023-11-04 23:59:59.999+00', '2031-01-01 00:00:00+00', '2023-11-05 00:00:01+00', 2, 2, 'ExampleActor00002', NULL, '例のデータ', NULL, NULL, NULL, 'https://console.example.com/storage/datasets/ExampleRest000001', NULL, NULL, 'RESTRICTED', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleShop000001', 'ExampleShop000001', 'changed', 'ExampleUser000001', '2023-08-25 16:49:30.287+00', '2031-01-01 00:00:00+00', '2023-09-01 06:00:00+00', 5, 4, 'ExampleActor00001', 'ExampleRun0000001', 'Prices: "today''s" shops', '{"views": {}, "fields": {"price": {"type": "number"}}, "actorSpecification": 1}', '{"readCount": 12, "writeCount": 5, "storageBytes": 9007199254740993}', '["name", "price", "größe"]', 'https://console.example.com/storage/datasets/ExampleShop000001', 'hmac:a0ba1bea7d82fd9dd509c52ea012cd85', 'hmac:e45b585e6ce4d225936b2ac8058dae0f', 'RESTRICTED', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleShop000001new', 'ExampleRest000001', 'changed', 'ExampleUser000001', '2023-11-04 23:59:59.999+00', '2031-01-01 00:00:00+00', '2023-11-05 00:00:01+00', 2, 2, 'ExampleActor00002', NULL, '例のデータ', NULL, NULL, NULL, 'https://console.example.com/storage/datasets/ExampleRest000001', NULL, NULL, 'RESTRICTED', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL);

INSERT INTO datasets.dataset_collection VALUES
	('ExampleCrawl00002', 'handbuch-für-übungen', 'ExampleUser000002', NULL, '2023-10-03 10:20:30.4+00', '2023-10-04 10:20:30.4+00', '2023-10-05 10:20:30.4+00', 2, 2, 'ExampleActor00002', 'ExampleRun0000002', 'Handbuch: Übungen
zweite Auflage 📘', '"{\"views\": {}}"', '{"readCount": 0, "writeCount": 2, "inflatedBytes": 0}', '[]', 'ANYONE_WITH_ID_CAN_READ', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('ExampleMixed00001', NULL, 'ExampleUser000001', 'ada-example', '2023-11-01 08:00:00+00', '2023-11-01 08:30:00+00', '2023-11-02 08:00:00+00', 4, 3, 'ExampleActor00001', 'ExampleRun0000003', '', NULL, '{"readCount": null, "writeCount": 4}', '["a", "A", "a b", "#error"]', 'ANYONE_WITH_NAME_CAN_READ', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('ExampleEmpty00001', NULL, 'ExampleUser000002', NULL, '2023-11-03 00:00:00+00', '2023-11-03 00:00:00+00', '2023-11-03 00:00:00+00', 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('ExampleRest000001', '例-データ', 'ExampleUser000001', 'ada-example', '2023-11-04 23:59:59.999+00', '2023-11-05 00:00:00+00', '2023-11-05 00:00:01+00', 2, 2, 'ExampleActor00002', NULL, '例のデータ', NULL, NULL, NULL, 'RESTRICTED', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('ExampleShop000001', 'changed', 'ExampleUser000001', 'ada-example', '2023-08-25 16:49:30.287+00', '2031-01-01 00:00:00+00', '2023-09-01 06:00:00+00', 5, 4, 'ExampleActor00001', 'ExampleRun0000001', 'Prices: "today''s" shops', '{"views": {}, "fields": {"price": {"type": "number"}}, "actorSpecification": 1}', '{"readCount": 12, "writeCount": 5, "storageBytes": 9007199254740993, "inflatedBytes": 4096}', '["name", "price", "größe"]', 'RESTRICTED', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleShop000001new', 'changed', 'ExampleUser000001', 'ada-example', '2023-08-25 16:49:30.287+00', '2031-01-01 00:00:00+00', '2023-09-01 06:00:00+00', 5, 4, 'ExampleActor00001', 'ExampleRun0000001', 'Prices: "today''s" shops', '{"views": {}, "fields": {"price": {"type": "number"}}, "actorSpecification": 1}', '{"readCount": 12, "writeCount": 5, "storageBytes": 9007199254740993, "inflatedBytes": 4096}', '["name", "price", "größe"]', 'RESTRICTED', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleCrawl00001', 'changed', 'ExampleUser000001', 'ada-example', '2023-10-01 00:00:00+00', '2031-01-01 00:00:00+00', '2023-10-02 00:00:00.001+00', 5, 5, NULL, NULL, NULL, NULL, NULL, NULL, 'FOLLOW_USER_SETTING', 3, '2025-06-15 15:06:40+00', '2025-06-15 15:10:00+00', NULL, NULL);

INSERT INTO datasets.item_collection VALUES
	('ExampleShop000001new', 0, '{"n": 1, "foo": "bar", "url": "changed"}', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleShop000001new', 1, '{"n": 1, "foo": "bar", "url": "changed"}', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleRest000001', 0, '{"n": 1, "foo": "bar", "url": "changed"}', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleRest000001', 1, '{"n": 1, "foo": "bar", "url": "changed"}', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleShop000001', 0, '{"url": "changed", "name": "Teapot \"Zum Beispiel\"", "shop": {"id": 9007199254740993, "name": "O''Example & Co"}, "tags": ["kitchen", "gift"], "price": 12.5, "größe": "M", "inStock": true}', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleShop000001', 1, '{"name": "Kettle", "price": 0.0000001, "#debug": {"url": "https://shop.example.com/kettle", "requestId": "r-3"}}', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleShop000001', 2, '{"name": "Kettle", "price": 18446744073709552000, "#debug": null, "größe": ""}', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleShop000001', 3, '{}', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleShop000001', 4, '{"url": "changed", "name": "Teapot \"Zum Beispiel\"", "shop": {"id": 9007199254740993, "name": "O''Example & Co"}, "tags": ["kitchen", "gift"], "price": 12.5, "größe": "M", "inStock": true}', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleCrawl00002', 0, '{"url": "changed", "text": "Übungen – Seite 1\r\nFünf kurze Übungen.", "crawl": {"depth": 0, "loadedUrl": "https://docs.example.com/übungen?page=1&lang=de", "loadedTime": "2023-10-03T11:00:00.000Z", "referrerUrl": null, "httpStatusCode": 200}, "markdown": "# Übungen – Seite 1\r\n\r\n1. Größe schätzen\r\n2. „Zitate“ setzen\r\n", "metadata": {"title": "Übungen – Seite 1", "description": "Fünf kurze Übungen.", "canonicalUrl": null, "languageCode": "de"}, "screenshotUrl": "https://files.example.com/shots/2.png"}', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleMixed00001', 0, '{"A": "upper case", "a": 1, "a b": null, "url": "changed"}', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleMixed00001', 2, '{"n": -0.5, "url": "https://www.example.com/mixed", "text": {"html": "<p>a <b>bold</b> claim</p>"}, "nested": [[1, [2, [3]]], {"x": {"y": {"z": null}}}]}', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleMixed00001', 3, '{"A": "upper case", "a": 1, "a b": null, "url": "changed"}', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleCrawl00001', 1, '{"url": "changed", "text": null, "crawl": null, "markdown": null, "metadata": null}', 3, '2025-06-15 15:06:40+00', '2025-06-15 15:10:00+00', NULL, NULL),
	('ExampleMixed00001', 1, '{"url": "changed", "#debug": {"retryCount": 3, "statusCode": 404, "errorMessages": ["it''s \"gone\"", "C:\\temp\ttab"]}, "#error": true}', 3, '2025-06-15 15:06:40+00', '2025-06-15 15:10:00+00', NULL, NULL),
	('ExampleCrawl00002', 1, '{"url": "changed", "text": "Übungen – Seite 1\r\nFünf kurze Übungen.", "crawl": {"depth": 0, "loadedUrl": "https://docs.example.com/übungen?page=1&lang=de", "loadedTime": "2023-10-03T11:00:00.000Z", "referrerUrl": null, "httpStatusCode": 200}, "markdown": "# Übungen – Seite 1\r\n\r\n1. Größe schätzen\r\n2. „Zitate“ setzen\r\n", "metadata": {"title": "Übungen – Seite 1", "description": "Fünf kurze Übungen.", "canonicalUrl": null, "languageCode": "de"}, "screenshotUrl": "https://files.example.com/shots/2.png"}', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleCrawl00001', 0, '{"url": "changed", "text": "The \"Example\" blog\nWhat we try out.\n\nFirst post\nIt''s about tea.", "crawl": {"depth": 0, "loadedUrl": "https://blog.example.com/", "loadedTime": "2023-10-01T12:00:00.000Z", "referrerUrl": "https://blog.example.com/", "httpStatusCode": 200}, "markdown": "# The \"Example\" blog\n\nWhat we try out.\n\n- [First post](/first)\n- It''s about *tea*.\n", "metadata": {"title": "The \"Example\" blog", "description": "What we try out.", "canonicalUrl": "https://blog.example.com/", "languageCode": "en"}, "screenshotUrl": "https://files.example.com/shots/1.png"}', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleCrawl00001', 2, '{"url": "https://blog.example.com/перший", "html": "<h1>Не знайдено</h1>", "text": "", "crawl": {"depth": 2, "loadedUrl": "https://blog.example.com/перший", "loadedTime": "2023-10-01T12:00:03.999Z", "referrerUrl": "https://blog.example.com/", "httpStatusCode": 404}, "debug": {"requestHandlerMode": "browser"}, "markdown": "", "metadata": {"title": null}, "screenshotUrl": ""}', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleCrawl00001', 3, '{"url": null, "#debug": {"url": "https://blog.example.com/gone", "errorMessages": ["timed out after 60 s"]}, "#error": true}', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleCrawl00001', 4, '{"url": "changed", "text": "The \"Example\" blog\nWhat we try out.\n\nFirst post\nIt''s about tea.", "crawl": {"depth": 0, "loadedUrl": "https://blog.example.com/", "loadedTime": "2023-10-01T12:00:00.000Z", "referrerUrl": "https://blog.example.com/", "httpStatusCode": 200}, "markdown": "# The \"Example\" blog\n\nWhat we try out.\n\n- [First post](/first)\n- It''s about *tea*.\n", "metadata": {"title": "The \"Example\" blog", "description": "What we try out.", "canonicalUrl": "https://blog.example.com/", "languageCode": "en"}, "screenshotUrl": "https://files.example.com/shots/1.png"}', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL);

INSERT INTO datasets.item_collection_website_content_crawler VALUES
	('ExampleShop000001new', 0, 'changed', NULL, NULL, NULL, NULL, NULL, 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, '{"n": 1, "foo": "bar"}'),
	('ExampleShop000001new', 1, 'changed', NULL, NULL, NULL, NULL, NULL, 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, '{"n": 1, "foo": "bar"}'),
	('ExampleCrawl00001', 0, 'changed', '{"depth": 0, "loadedUrl": "https://blog.example.com/", "loadedTime": "2023-10-01T12:00:00.000Z", "referrerUrl": "https://blog.example.com/", "httpStatusCode": 200}', '{"title": "The \"Example\" blog", "description": "What we try out.", "canonicalUrl": "https://blog.example.com/", "languageCode": "en"}', 'https://files.example.com/shots/1.png', 'The "Example" blog
What we try out.

First post
It''s about tea.', '# The "Example" blog

What we try out.

- [First post](/first)
- It''s about *tea*.
', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleCrawl00001', 1, 'https://blog.example.com/first', NULL, NULL, NULL, NULL, NULL, 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleCrawl00001', 2, 'https://blog.example.com/перший', '{"depth": 2, "loadedUrl": "https://blog.example.com/перший", "loadedTime": "2023-10-01T12:00:03.999Z", "referrerUrl": "https://blog.example.com/", "httpStatusCode": 404}', '{"title": null}', '', '', '', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, '{"html": "<h1>Не знайдено</h1>", "debug": {"requestHandlerMode": "browser"}}'),
	('ExampleCrawl00001', 3, NULL, NULL, NULL, NULL, NULL, NULL, 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, '{"#debug": {"url": "https://blog.example.com/gone", "errorMessages": ["timed out after 60 s"]}, "#error": true}'),
	('ExampleCrawl00001', 4, 'changed', '{"depth": 0, "loadedUrl": "https://blog.example.com/", "loadedTime": "2023-10-01T12:00:00.000Z", "referrerUrl": "https://blog.example.com/", "httpStatusCode": 200}', '{"title": "The \"Example\" blog", "description": "What we try out.", "canonicalUrl": "https://blog.example.com/", "languageCode": "en"}', 'https://files.example.com/shots/1.png', 'The "Example" blog
What we try out.

First post
It''s about tea.', '# The "Example" blog

What we try out.

- [First post](/first)
- It''s about *tea*.
', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleCrawl00002', 0, 'changed', '{"depth": 0, "loadedUrl": "https://docs.example.com/übungen?page=1&lang=de", "loadedTime": "2023-10-03T11:00:00.000Z", "referrerUrl": null, "httpStatusCode": 200}', '{"title": "Übungen – Seite 1", "description": "Fünf kurze Übungen.", "canonicalUrl": null, "languageCode": "de"}', 'https://files.example.com/shots/2.png', 'Übungen – Seite 1
Fünf kurze Übungen.', '# Übungen – Seite 1

1. Größe schätzen
2. „Zitate“ setzen
', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleShop000001', 3, NULL, NULL, NULL, NULL, NULL, NULL, 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleMixed00001', 0, 'changed', NULL, NULL, NULL, NULL, NULL, 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, '{"A": "upper case", "a": 1, "a b": null}'),
	('ExampleMixed00001', 1, NULL, NULL, NULL, NULL, NULL, NULL, 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, '{"#debug": {"retryCount": 3, "statusCode": 404, "errorMessages": ["it''s \"gone\"", "C:\\temp\ttab"]}, "#error": true}'),
	('ExampleMixed00001', 2, 'https://www.example.com/mixed', NULL, NULL, NULL, NULL, NULL, 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, '{"n": -0.5, "text": {"html": "<p>a <b>bold</b> claim</p>"}, "nested": [[1, [2, [3]]], {"x": {"y": {"z": null}}}]}'),
	('ExampleMixed00001', 3, 'changed', NULL, NULL, NULL, NULL, NULL, 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, '{"A": "upper case", "a": 1, "a b": null}'),
	('ExampleCrawl00002', 1, 'changed', '{"depth": 0, "loadedUrl": "https://docs.example.com/übungen?page=1&lang=de", "loadedTime": "2023-10-03T11:00:00.000Z", "referrerUrl": null, "httpStatusCode": 200}', '{"title": "Übungen – Seite 1", "description": "Fünf kurze Übungen.", "canonicalUrl": null, "languageCode": "de"}', 'https://files.example.com/shots/2.png', 'Übungen – Seite 1
Fünf kurze Übungen.', '# Übungen – Seite 1

1. Größe schätzen
2. „Zitate“ setzen
', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ExampleShop000001', 0, 'changed', NULL, NULL, NULL, NULL, NULL, 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, '{"name": "Teapot \"Zum Beispiel\"", "shop": {"id": 9007199254740993, "name": "O''Example & Co"}, "tags": ["kitchen", "gift"], "price": 12.5, "größe": "M", "inStock": true}'),
	('ExampleShop000001', 1, NULL, NULL, NULL, NULL, NULL, NULL, 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, '{"name": "Kettle", "price": 0.0000001, "#debug": {"url": "https://shop.example.com/kettle", "requestId": "r-3"}}'),
	('ExampleShop000001', 2, NULL, NULL, NULL, NULL, NULL, NULL, 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, '{"name": "Kettle", "price": 18446744073709552000, "#debug": null, "größe": ""}'),
	('ExampleShop000001', 4, 'changed', NULL, NULL, NULL, NULL, NULL, 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, '{"name": "Teapot \"Zum Beispiel\"", "shop": {"id": 9007199254740993, "name": "O''Example & Co"}, "tags": ["kitchen", "gift"], "price": 12.5, "größe": "M", "inStock": true}'),
	('ExampleRest000001', 0, 'changed', NULL, NULL, NULL, NULL, NULL, 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, '{"n": 1, "foo": "bar"}'),
	('ExampleRest000001', 1, 'changed', NULL, NULL, NULL, NULL, NULL, 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, '{"n": 1, "foo": "bar"}');

INSERT INTO sync._migrations VALUES
	(1, 'tables', '2026-11-29 13:25:54.156341+00', true, '\x01f7290b8b8d1d94fb6ecaff34f394c1cb5497836f081e2316cf1a51f29c8a6c13c8f54d6c390ed70eab554f49c723d8', 21521813),
	(2, 'walks', '2026-11-29 13:25:54.156341+00', true, '\x24be8601e709a3d658613ca2e8462c7c970f60b5bf55142990d2591ead65d30057b74a981823bfffe597e887088d9398', 2345983),
	(3, 'next', '2026-11-29 13:25:54.156341+00', true, '\xaaac19109c0ded30485e72b721cb49630e240592f4431cfb5d29f6925dd8a15f8724174d1f2547d050eeefed1e2975c0', 279465),
	(4, 'bounds', '2026-11-29 13:25:54.156341+00', true, '\xe3db5771b68e5a4ed084f3d851f00c8293d942a4153439b4db622ce237262b98e43ae8edf4bf25361b726de7c467db70', 1008658),
	(5, 'unnoted', '2026-11-29 13:25:54.156341+00', true, '\x794fb4852dd05f30fc2c82bf48d637834d4587b4ea1654e3d4ca9439dc3de7bbf76fbccec6bdab8625e9d8cacc6905c0', 812807);

INSERT INTO sync.connections VALUES
	('datasets', 'datasets', 3, 'f9d85733-cffc-441f-a3a8-263d4c9f1d012db83f38-35d1-421d-94bc-8f6dbf4f3c75', '2026-11-29 13:25:54.219165+00', 'the connection datasets');

INSERT INTO sync.drift VALUES
	('datasets', 'item_collection_website_content_crawler', 'A', 'unknown', 'string', 1, '2025-06-15 15:06:40+00', 'string'),
	('datasets', 'item_collection_website_content_crawler', 'a', 'unknown', 'number', 1, '2025-06-15 15:06:40+00', 'integer'),
	('datasets', 'item_collection_website_content_crawler', 'data', 'unknown', 'object', 1, '2025-06-15 15:06:40+00', '{data: []}'),
	('datasets', 'item_collection_website_content_crawler', 'dataset_id', 'unknown', 'string', 1, '2025-06-15 15:06:40+00', 'string'),
	('datasets', 'item_collection_website_content_crawler', 'debug', 'unknown', 'object', 1, '2025-06-15 15:06:40+00', '{requestHandlerMode: string}'),
	('datasets', 'item_collection_website_content_crawler', 'foo', 'unknown', 'string', 1, '2025-06-15 15:06:40+00', 'string'),
	('datasets', 'item_collection_website_content_crawler', 'html', 'unknown', 'string', 1, '2025-06-15 15:06:40+00', 'string'),
	('datasets', 'item_collection_website_content_crawler', 'id', 'unknown', 'string', 1, '2025-06-15 15:06:40+00', 'string'),
	('datasets', 'item_collection_website_content_crawler', 'inStock', 'unknown', 'boolean', 1, '2025-06-15 15:06:40+00', 'boolean'),
	('datasets', 'item_collection_website_content_crawler', 'n', 'unknown', 'number', 1, '2025-06-15 15:06:40+00', 'number'),
	('datasets', 'item_collection_website_content_crawler', 'name', 'unknown', 'string', 1, '2025-06-15 15:06:40+00', 'string'),
	('datasets', 'item_collection_website_content_crawler', 'nested', 'unknown', 'list', 1, '2025-06-15 15:06:40+00', '[[integer]]'),
	('datasets', 'item_collection_website_content_crawler', 'offset', 'unknown', 'number', 1, '2025-06-15 15:06:40+00', 'integer'),
	('datasets', 'item_collection_website_content_crawler', 'price', 'unknown', 'number', 1, '2025-06-15 15:06:40+00', 'number'),
	('datasets', 'item_collection_website_content_crawler', 'shop', 'unknown', 'null', 1, '2025-06-15 15:06:40+00', 'null'),
	('datasets', 'item_collection_website_content_crawler', 'shop', 'unknown', 'object', 1, '2025-06-15 15:06:40+00', '{id: integer, name: string}'),
	('datasets', 'item_collection_website_content_crawler', 'tags', 'unknown', 'list', 1, '2025-06-15 15:06:40+00', '[string]'),
	('datasets', 'item_collection_website_content_crawler', 'text', 'misfit', 'object', 1, '2025-06-15 15:06:40+00', '{html: string}'),
	('datasets', 'item_collection_website_content_crawler', '…', 'unknown', 'boolean', 1, '2025-06-15 15:06:40+00', 'boolean'),
	('datasets', 'item_collection_website_content_crawler', '…', 'unknown', 'null', 1, '2025-06-15 15:06:40+00', 'null'),
	('datasets', 'item_collection_website_content_crawler', '…', 'unknown', 'object', 1, '2025-06-15 15:06:40+00', '{statusCode: integer, retryCount: integer, errorMessages: [string]}'),
	('datasets', 'item_collection_website_content_crawler', '…', 'unknown', 'string', 1, '2025-06-15 15:06:40+00', 'string'),
	('datasets', 'dataset_collection', 'a_field_of_nobody', 'unknown', 'number', 2, '2025-06-15 15:08:20+00', 'integer');

INSERT INTO sync.resources VALUES
	(1, 'datasets', 'dataset_collection', '2025-06-15 15:06:40.088727+00', '2026-11-29 13:25:54.253478+00', 2, 2, 3911, 0, 0, 6, 6, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 6, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.118371+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 6, "inserted": 6, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'datasets', 'dataset', '2025-06-15 15:06:40.119564+00', '2026-11-29 13:25:54.277363+00', 6, 6, 3740, 0, 0, 6, 6, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 6, "total": null, "passes": 1, "endings": {"single_page": 6}, "repeats": 0, "resumed": 0, "distinct": 6, "left_out": 0, "problems": [], "vanished": 0, "partitions": 6, "total_moved": false}', NULL, '2025-06-15 15:06:40.140312+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 6, "inserted": 6, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'datasets', 'item_collection_website_content_crawler', '2025-06-15 15:06:40.121466+00', '2026-11-29 13:25:54.305663+00', 11, 11, 4727, 0, 0, 18, 18, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 11, "total": null, "passes": 1, "endings": {"last_row": 5, "empty_page": 1}, "repeats": 0, "resumed": 0, "distinct": 18, "left_out": 0, "problems": [], "vanished": 0, "partitions": 6, "total_moved": false}', NULL, '2025-06-15 15:06:40.170544+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 18, "inserted": 18, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'datasets', 'dataset', '2025-06-15 15:08:20.117488+00', '2026-11-29 13:25:54.51783+00', 7, 7, 3525, 0, 0, 7, 1, 6, 0, 0, 0, 'incomplete', '{"known": 0, "pages": 7, "total": null, "passes": 1, "endings": {"single_page": 7}, "repeats": 0, "resumed": 0, "distinct": 7, "left_out": 0, "problems": ["its parent is not complete, so listings may be missing"], "vanished": 0, "partitions": 7, "total_moved": false}', NULL, '2025-06-15 15:08:20.175537+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 6, "distinct": 7, "inserted": 1, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'datasets', 'item_collection', '2025-06-15 15:06:40.121552+00', '2026-11-29 13:25:54.32092+00', 11, 11, 4727, 0, 0, 18, 18, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 11, "total": null, "passes": 1, "endings": {"last_row": 5, "empty_page": 1}, "repeats": 0, "resumed": 0, "distinct": 18, "left_out": 0, "problems": [], "vanished": 0, "partitions": 6, "total_moved": false}', NULL, '2025-06-15 15:06:40.18469+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 18, "inserted": 18, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'datasets', 'dataset_collection', '2025-06-15 15:08:20.080144+00', '2026-11-29 13:25:54.448574+00', 2, 2, 3120, 0, 0, 8, 1, 1, 5, 0, 1, 'incomplete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": ["rows without a place in the table, kept in sync.quarantine: 1"], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.110881+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 1, "distinct": 0, "inserted": 1, "short_ids": [], "unchanged": 5, "quarantined": 1}, "number": 1}', 'look at `reason` and `raw` there; they are taken away when a whole listing comes without them', false),
	(2, 'datasets', 'item_collection_website_content_crawler', '2025-06-15 15:08:20.118729+00', '2026-11-29 13:25:54.641127+00', 18, 18, 6467, 0, 0, 20, 2, 18, 0, 0, 0, 'incomplete', '{"known": 0, "pages": 18, "total": null, "passes": 1, "endings": {"last_row": 6, "empty_page": 1}, "repeats": 0, "resumed": 0, "distinct": 20, "left_out": 0, "problems": ["its parent is not complete, so listings may be missing"], "vanished": 0, "partitions": 7, "total_moved": false}', NULL, '2025-06-15 15:08:20.297017+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 4, "distinct": 4, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 3}', NULL, false),
	(2, 'datasets', 'item_collection', '2025-06-15 15:08:20.118784+00', '2026-11-29 13:25:54.642458+00', 18, 18, 6467, 0, 0, 20, 2, 18, 0, 0, 0, 'incomplete', '{"known": 0, "pages": 18, "total": null, "passes": 1, "endings": {"last_row": 6, "empty_page": 1}, "repeats": 0, "resumed": 0, "distinct": 20, "left_out": 0, "problems": ["its parent is not complete, so listings may be missing"], "vanished": 0, "partitions": 7, "total_moved": false}', NULL, '2025-06-15 15:08:20.307365+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 4, "distinct": 18, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 3}', NULL, false),
	(3, 'datasets', 'item_collection', '2025-06-15 15:10:00.168765+00', '2026-11-29 13:25:54.934385+00', 4, 4, 1834, 0, 0, 6, 0, 2, 4, 0, 0, 'incomplete', '{"known": 0, "pages": 4, "total": null, "passes": 1, "endings": {"empty_page": 1}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 7, "total_moved": false}', 'stopped: the requests that it may make are used up (partition `dataset_id=ExampleRest000001`, page `1`)', '2025-06-15 15:10:00.264083+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 0, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 5}', 'run again without --full-refresh: it goes on from here', false),
	(3, 'datasets', 'dataset_collection', '2025-06-15 15:10:00.046613+00', '2026-11-29 13:25:54.835984+00', 7, 7, 5621, 0, 0, 7, 0, 1, 6, 0, 0, 'complete', '{"known": 0, "pages": 7, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 7, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:10:00.167628+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 7, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 7}', NULL, false),
	(3, 'datasets', 'item_collection_website_content_crawler', '2025-06-15 15:10:00.168751+00', '2026-11-29 13:25:54.89097+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'stopped: the requests that it may make are used up', '2025-06-15 15:10:00.215709+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 0, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', 'run again without --full-refresh: it goes on from here', false),
	(3, 'datasets', 'dataset', '2025-06-15 15:10:00.168717+00', '2026-11-29 13:25:55.053714+00', 7, 7, 3525, 0, 0, 7, 0, 0, 7, 0, 0, 'complete', '{"known": 0, "pages": 7, "total": null, "passes": 1, "endings": {"single_page": 7}, "repeats": 0, "resumed": 0, "distinct": 7, "left_out": 0, "problems": [], "vanished": 0, "partitions": 7, "total_moved": false}', NULL, '2025-06-15 15:10:00.384577+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 0, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 15}', NULL, false);

INSERT INTO sync.runs OVERRIDING SYSTEM VALUE VALUES
	(1, 'datasets', 'datasets', 'documented', '0.1.0', '2025-06-15 15:06:40+00', '2026-11-29 13:25:54.321598+00', 'complete', '43aafcb66c5416df', NULL, false),
	(2, 'datasets', 'datasets', 'documented', '0.1.0', '2025-06-15 15:08:20+00', '2026-11-29 13:25:54.646851+00', 'incomplete', '43aafcb66c5416df', NULL, false),
	(3, 'datasets', 'datasets', 'documented', '0.1.0', '2025-06-15 15:10:00+00', '2026-11-29 13:25:55.055668+00', 'incomplete', '43aafcb66c5416df', NULL, true);

INSERT INTO sync.seen OVERRIDING SYSTEM VALUE VALUES
	('datasets', 'item_collection', '["ExampleCrawl00001"]', 3, 14, '{-1377220377335924902,-9202431413940728335}'),
	('datasets', 'item_collection', '["ExampleCrawl00002"]', 3, 16, '{-5396950815134402108,5224582221970346075}'),
	('datasets', 'item_collection', '["ExampleMixed00001"]', 3, 17, '{-8308565378800805820,2312967658303942363}');

INSERT INTO sync.state VALUES
	('datasets', 'dataset', '["ExampleCrawl00002"]', 3, NULL, '2025-06-15 15:10:00+00', '2025-06-15 15:10:00.257805+00', -3040815393876492724, 3, -4565849508787139615, false),
	('datasets', 'item_collection', '["ExampleEmpty00001"]', 3, NULL, NULL, '2025-06-15 15:10:00.260494+00', NULL, 3, 1286288236539763269, false),
	('datasets', 'dataset', '["ExampleEmpty00001"]', 3, NULL, '2025-06-15 15:10:00+00', '2025-06-15 15:10:00.279341+00', -6599611650174761542, 3, -4565849508787139615, false),
	('datasets', 'dataset', '["ExampleMixed00001"]', 3, NULL, '2025-06-15 15:10:00+00', '2025-06-15 15:10:00.310558+00', 2342496515438438603, 3, -4565849508787139615, false),
	('datasets', 'dataset', '["ExampleRest000001"]', 3, NULL, '2025-06-15 15:10:00+00', '2025-06-15 15:10:00.326226+00', -5788474563043386783, 3, -4565849508787139615, false),
	('datasets', 'dataset_collection', '[]', 3, NULL, '2025-06-15 15:10:00+00', '2025-06-15 15:10:00.166864+00', -8617727175999292233, 3, -7207346219222416812, false),
	('datasets', 'dataset', '["ExampleCrawl00001"]', 3, NULL, '2025-06-15 15:10:00+00', '2025-06-15 15:10:00.223776+00', -6890153308986851859, 3, -4565849508787139615, false),
	('datasets', 'dataset', '["ExampleShop000001"]', 3, NULL, '2025-06-15 15:10:00+00', '2025-06-15 15:10:00.338515+00', 1233553093121152683, 3, -4565849508787139615, false),
	('datasets', 'dataset', '["ExampleShop000001new"]', 3, NULL, '2025-06-15 15:10:00+00', '2025-06-15 15:10:00.381368+00', 2273836990649307130, 3, -4565849508787139615, false),
	('datasets', 'item_collection', '["ExampleCrawl00001"]', 3, '{"asked": 11913782423434758329, "place": {"late": false, "seam": 18252959407955698336, "total": null, "position": {"offset": 2}, "received": 2}, "cursor": null, "repeats": 0, "rejected": 0, "first_run": 3}', NULL, '2025-06-15 15:10:00.227247+00', NULL, NULL, 1286288236539763269, false),
	('datasets', 'item_collection', '["ExampleCrawl00002"]', 3, '{"asked": 11913782423434758329, "place": {"late": false, "seam": 16341662831892029889, "total": null, "position": {"offset": 2}, "received": 2}, "cursor": null, "repeats": 0, "rejected": 0, "first_run": 3}', NULL, '2025-06-15 15:10:00.24049+00', NULL, NULL, 1286288236539763269, false),
	('datasets', 'item_collection', '["ExampleMixed00001"]', 3, '{"asked": 11913782423434758329, "place": {"late": false, "seam": 17891524163260149732, "total": null, "position": {"offset": 2}, "received": 2}, "cursor": null, "repeats": 0, "rejected": 0, "first_run": 3}', NULL, '2025-06-15 15:10:00.249728+00', NULL, NULL, 1286288236539763269, false);

SELECT pg_catalog.setval('sync.quarantine_id_seq', 1, true);

SELECT pg_catalog.setval('sync.runs_run_id_seq', 3, true);

SELECT pg_catalog.setval('sync.seen_batch_seq', 22, true);

ALTER TABLE ONLY datasets._migrations
    ADD CONSTRAINT _migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY datasets.dataset_collection
    ADD CONSTRAINT dataset_collection_pkey PRIMARY KEY (id);

ALTER TABLE ONLY datasets.dataset
    ADD CONSTRAINT dataset_pkey PRIMARY KEY (dataset_id, id);

ALTER TABLE ONLY datasets.item_collection
    ADD CONSTRAINT item_collection_pkey PRIMARY KEY (dataset_id, "offset");

ALTER TABLE ONLY datasets.item_collection_website_content_crawler
    ADD CONSTRAINT item_collection_website_content_crawler_pkey PRIMARY KEY (dataset_id, "offset");
