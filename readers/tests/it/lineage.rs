//! The events of runs, built once more by OpenLineage's own client, and compared with the tables.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use connector_testkit::{Content, Database, Vendor};
use serde_json::{Value, json};
use vendor_connectors::connectors;

use crate::night::{python, run};

/// What is sent to a receiver.
fn receive() -> (String, Arc<Mutex<Vec<Value>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let events = Arc::new(Mutex::new(Vec::new()));
    let all = Arc::clone(&events);
    thread::spawn(move || {
        for socket in listener.incoming() {
            let all = Arc::clone(&all);
            thread::spawn(move || all.lock().unwrap().push(event(socket.unwrap())));
        }
    });
    (url, events)
}

fn event(socket: TcpStream) -> Value {
    let mut reader = BufReader::new(socket);
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line).unwrap() > 2 {
        if let Some(said) = line.strip_prefix("content-length: ") {
            length = said.trim().parse().unwrap();
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let answer = b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    reader.into_inner().write_all(answer).unwrap();
    serde_json::from_slice(&body).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

/// The names of the fields of a set of rows.
fn fields(set: &Value) -> Vec<&str> {
    let fields = list(&set["facets"]["schema"]["fields"]).iter();
    fields.map(|field| field["name"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_events_of_all_connectors_are_those_of_openlineage_and_name_the_columns_that_there_are()
{
    let database = Database::create().await;
    let folder = tempfile::tempdir().unwrap();
    let (mut vendors, mut file) = (Vec::new(), String::new());
    for connector in connectors::ALL {
        let vendor = Vendor::start(connector, Content::generated(7, |_| 3)).unwrap();
        let (name, url, key) = (connector.name, vendor.base_url(), vendor.key());
        let _ = write!(
            file,
            "[connections.{name}]\nconnector = \"{name}\"\nbase_url = \"{url}\"\napi_key = \"{key}\"\nrequests_per_second = 1000\n"
        );
        if name == "session_recording" {
            file += "[connections.session_recording.params]\nuid = [\"demo\"]\n";
        }
        vendors.push(vendor);
    }
    fs::write(folder.path().join("connectors.toml"), file).unwrap();
    let (url, events) = receive();
    let sync = |variables: &[(&str, &str)]| run(folder.path(), &database, "sync --all", variables);
    let (status, said) = sync(&[("OPENLINEAGE_URL", &url), ("OPENLINEAGE_NAMESPACE", "nightly")]);
    assert_eq!(status, Some(0), "{said}");
    let told = events.lock().unwrap().clone();
    assert_eq!(python(include_str!("lineage.py"), &json!(told).to_string()), json!(10));

    let mut runs: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for event in &told {
        assert_eq!(event["job"]["namespace"], "nightly");
        runs.entry(event["run"]["runId"].as_str().unwrap()).or_default().push(event);
    }
    assert_eq!(runs.len(), 5);
    for events in runs.values() {
        let [start, end] = events[..] else { panic!("a run begins and ends: {events:?}") };
        assert_eq!((&start["eventType"], &end["eventType"]), (&json!("START"), &json!("COMPLETE")));
        assert_eq!(start["job"], end["job"]);
        let name_of = |set: &Value| (set["namespace"].to_string(), set["name"].to_string());
        let inputs = list(&end["inputs"]).iter().map(|input| (name_of(input), input));
        let inputs: BTreeMap<(String, String), &Value> = inputs.collect();
        assert_eq!(inputs.len(), list(&end["inputs"]).len(), "each listing has a name of its own");
        for output in list(&end["outputs"]) {
            let name = output["name"].as_str().unwrap();
            let [_, schema, table] = name.split('.').collect::<Vec<_>>()[..] else {
                panic!("{name}")
            };
            let columns = format!(
                "select json_agg(json_build_object('name', column_name, 'type', case data_type when 'timestamp with time zone' then 'timestamptz' else data_type end) order by column_name) as all \
                 from information_schema.columns where table_schema = '{schema}' and table_name = '{table}'"
            );
            let mut told = list(&output["facets"]["schema"]["fields"]).to_vec();
            for field in &mut told {
                field.as_object_mut().unwrap().remove("description");
            }
            told.sort_by_key(|field| field["name"].as_str().unwrap().to_owned());
            assert_eq!(database.rows(&columns).await[0]["all"], json!(told), "{name}");
            let lineage = output["facets"]["columnLineage"]["fields"].as_object().unwrap();
            assert!(!lineage.is_empty(), "{name}");
            for (column, from) in lineage {
                assert!(fields(output).contains(&&column[..]), "{name}.{column}");
                for from in list(&from["inputFields"]) {
                    let input = inputs[&name_of(from)];
                    let field = from["field"].as_str().unwrap();
                    assert!(fields(input).contains(&field), "{name}.{column} from {from}");
                }
            }
            let rows = format!("select count(*) as rows from {schema}.{table}");
            let written = &output["outputFacets"]["outputStatistics"]["rowCount"];
            assert_eq!(database.rows(&rows).await[0]["rows"], *written, "{name}");
        }
    }
    // Who does not want it has it off.
    sync(&[("OPENLINEAGE_URL", &url), ("OPENLINEAGE_DISABLED", "TRUE")]);
    sync(&[]);
    assert_eq!(events.lock().unwrap().len(), 10);
    vendors.into_iter().for_each(Vendor::finish);
    database.drop().await;
}
