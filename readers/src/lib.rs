//! Nothing but tests, which `cargo xtask readers` runs: what a browser makes of the page of
//! `status --html`, Prometheus's own parser of the metrics of `status --prometheus`, the tables and
//! these metrics of what Grafana's dashboards ask, OpenLineage's own client of the events of runs, and
//! the messages of OpenTelemetry of what runs tell by OTLP, and the files for Airflow and Dagster of
//! reports. These schedulers themselves need minutes, and run their files where somebody asks for it
//! (`deploy/airflow/README.md`).
