//! What the standard variables ask for.

use std::fmt;
use std::time::Duration;

use connector_core::foreign::keep_secret;
use url::Url;

/// Where a collector is looked for that is asked for without an address.
const NEARBY: &str = "http://localhost:4318";
/// How long a collector may take, where nobody says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) traces: Option<Signal>,
    pub(crate) metrics: Option<Signal>,
}

/// How one kind of what is told is sent.
#[derive(PartialEq, Eq)]
pub(crate) struct Signal {
    pub(crate) endpoint: String,
    pub(crate) timeout: Duration,
}

/// Without its address, which may have a secret.
impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

impl Asked {
    /// Whether nothing is.
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What these variables ask for, or which of them cannot be followed.
pub(crate) fn by(variable: &impl Fn(&str) -> Option<String>) -> Result<Asked, String> {
    if variable("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Ok(Asked::default());
    }
    Ok(Asked { traces: signal("TRACES", variable)?, metrics: signal("METRICS", variable)? })
}

fn signal(
    name: &str,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<Option<Signal>, String> {
    // The signal's own variable counts before the one for all.
    let set = |what: &str| {
        let names =
            [format!("OTEL_EXPORTER_OTLP_{name}_{what}"), format!("OTEL_EXPORTER_OTLP_{what}")];
        names.into_iter().find_map(|name| variable(&name).map(|value| (name, value)))
    };
    let endpoint = set("ENDPOINT");
    let exporter = format!("OTEL_{name}_EXPORTER");
    match variable(&exporter).as_deref() {
        Some("none") => return Ok(None),
        None if endpoint.is_none() => return Ok(None),
        None | Some("otlp") => {}
        Some(_) => return Err(format!("{exporter} is neither `otlp` nor `none`")),
    }
    if let Some((protocol, value)) = set("PROTOCOL")
        && value != "http/protobuf"
    {
        return Err(format!("{protocol} is not `http/protobuf`, which alone is spoken"));
    }
    let path = name.to_lowercase();
    let (name, endpoint) =
        endpoint.unwrap_or_else(|| ("OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(), NEARBY.to_owned()));
    // The signal's own address is whole.
    let endpoint = if name == "OTEL_EXPORTER_OTLP_ENDPOINT" {
        format!("{}/v1/{path}", endpoint.trim_end_matches('/'))
    } else {
        endpoint
    };
    let is_address = Url::parse(&endpoint).is_ok_and(|url| {
        if let Some(password) = url.password() {
            keep_secret(password);
        }
        matches!(url.scheme(), "http" | "https") && url.has_host()
    });
    if !is_address {
        return Err(format!("{name} is not an address that begins with http:// or https://"));
    }
    let timeout = match set("TIMEOUT") {
        None => PATIENCE,
        Some((name, value)) => {
            let millis = value.parse().map_err(|_| format!("{name} is not a number of ms"))?;
            Duration::from_millis(millis)
        }
    };
    if let Some((_, headers)) = set("HEADERS") {
        // The exporter reads them by itself.
        keep_secret(&headers);
    }
    Ok(Some(Signal { endpoint, timeout }))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn of(set: &[(&str, &str)]) -> Result<Asked, String> {
        let set: HashMap<&str, &str> = set.iter().copied().collect();
        by(&|name| set.get(name).map(|value| (*value).to_owned()))
    }

    const PLACE: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/");

    #[test]
    fn nothing_is_told_unless_a_variable_asks_for_it() {
        for set in [
            &[][..],
            &[("OTEL_SERVICE_NAME", "nightly"), ("TRACEPARENT", "00-1-2-01")],
            &[PLACE, ("OTEL_SDK_DISABLED", "true")],
            &[PLACE, ("OTEL_SDK_DISABLED", "TRUE")],
            &[PLACE, ("OTEL_TRACES_EXPORTER", "none"), ("OTEL_METRICS_EXPORTER", "none")],
            &[("OTEL_EXPORTER_OTLP_HEADERS", "a=b"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")],
        ] {
            assert!(of(set).unwrap().is_nothing(), "{set:?}");
        }
    }

    #[test]
    fn each_kind_goes_to_its_own_address_or_below_the_one_for_all() {
        let own = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://traces.example/otlp?x=1");
        let [all, traces] = ["http://collector:4318/v1/traces", own.1];
        let metrics = "http://collector:4318/v1/metrics";
        let near = ["http://localhost:4318/v1/traces", "http://localhost:4318/v1/metrics"];
        for (set, told, counted) in [
            (&[PLACE][..], Some(all), Some(metrics)),
            (&[PLACE, ("OTEL_SDK_DISABLED", "false")], Some(all), Some(metrics)),
            (&[PLACE, own], Some(traces), Some(metrics)),
            (&[own], Some(traces), None),
            (&[PLACE, ("OTEL_METRICS_EXPORTER", "none")], Some(all), None),
            (&[("OTEL_TRACES_EXPORTER", "otlp")], Some(near[0]), None),
            (&[("OTEL_METRICS_EXPORTER", "otlp")], None, Some(near[1])),
        ] {
            let asked = of(set).unwrap();
            let endpoint =
                |signal: &Option<Signal>| signal.as_ref().map(|one| one.endpoint.clone());
            assert_eq!(endpoint(&asked.traces).as_deref(), told, "{set:?}");
            assert_eq!(endpoint(&asked.metrics).as_deref(), counted, "{set:?}");
        }
    }

    #[test]
    fn the_patience_is_that_of_the_signal_or_of_all() {
        let millis = Duration::from_millis;
        let traces = ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1500");
        let all = ("OTEL_EXPORTER_OTLP_TIMEOUT", "20");
        let metrics = ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "30");
        for (set, of_traces, of_metrics) in [
            (&[PLACE][..], PATIENCE, PATIENCE),
            (&[PLACE, traces], millis(1_500), PATIENCE),
            (&[PLACE, all, metrics], millis(20), millis(30)),
        ] {
            let asked = of(set).unwrap();
            assert_eq!(asked.traces.unwrap().timeout, of_traces, "{set:?}");
            assert_eq!(asked.metrics.unwrap().timeout, of_metrics, "{set:?}");
        }
    }

    #[test]
    fn what_cannot_be_followed_is_named_and_not_shown() {
        for set in [
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc-s3cret"),
            ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/json-s3cret"),
            ("OTEL_TRACES_EXPORTER", "console-s3cret"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318/s3cret"),
            ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "ftp://s3cret"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "s3cret"),
        ] {
            let said = of(&[PLACE, set]).unwrap_err();
            assert!(said.starts_with(set.0) && !said.contains("s3cret"), "{said}");
        }
    }

    #[test]
    fn what_is_asked_for_shows_no_address() {
        let asked = of(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://u:s3cret@collector")]).unwrap();
        assert!(!format!("{asked:?}").contains("s3cret"));
    }
}
