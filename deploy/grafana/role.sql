-- A role that reads what the dashboards and the alarms show, and nothing else: no row of a
-- vendor, and no row that was set aside. Its password is set apart: \password grafana
create role grafana login connection limit 10;
alter role grafana set default_transaction_read_only = on;
alter role grafana set statement_timeout = '30s';
grant usage on schema sync to grafana;
grant select on sync.runs, sync.resources, sync.status, sync.drift to grafana;
grant select (connection) on sync.connections to grafana;
grant select (connection, resource, reason, seen_at) on sync.quarantine to grafana;
grant select (run_id, rows_read, requests, updated_at) on sync.shards to grafana;
