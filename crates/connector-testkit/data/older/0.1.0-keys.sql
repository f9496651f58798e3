ALTER TABLE ONLY sync._migrations
    ADD CONSTRAINT _migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY sync.connections
    ADD CONSTRAINT connections_pkey PRIMARY KEY (connection);

ALTER TABLE ONLY sync.drift
    ADD CONSTRAINT drift_pkey PRIMARY KEY (connection, resource, field, kind, json_type);

ALTER TABLE ONLY sync.quarantine
    ADD CONSTRAINT quarantine_connection_resource_partition_raw_hash_key UNIQUE (connection, resource, partition, raw_hash);

ALTER TABLE ONLY sync.quarantine
    ADD CONSTRAINT quarantine_pkey PRIMARY KEY (id);

ALTER TABLE ONLY sync.resources
    ADD CONSTRAINT resources_pkey PRIMARY KEY (run_id, resource);

ALTER TABLE ONLY sync.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY sync.seen
    ADD CONSTRAINT seen_pkey PRIMARY KEY (connection, resource, partition, batch);

ALTER TABLE ONLY sync.state
    ADD CONSTRAINT state_pkey PRIMARY KEY (connection, resource, partition);

CREATE INDEX runs_connection_run_id_idx ON sync.runs USING btree (connection, run_id);

ALTER TABLE ONLY sync.resources
    ADD CONSTRAINT resources_run_id_fkey FOREIGN KEY (run_id) REFERENCES sync.runs(run_id);
