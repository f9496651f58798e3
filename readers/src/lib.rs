//! Nothing but tests, which `cargo xtask readers` runs: what a browser makes of the page of
//! `status --html`, and Prometheus's own parser of the metrics of `status --prometheus`.
