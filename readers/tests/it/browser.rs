//! Chromium, and what drives it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::night::variable;

/// How a person looks at a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) width: u32,
    pub(crate) dark: bool,
}

pub(crate) const LOOKS: [Look; 4] = [
    Look { width: 360, dark: false },
    Look { width: 360, dark: true },
    Look { width: 1280, dark: false },
    Look { width: 1280, dark: true },
];

pub(crate) struct Browser {
    pub(crate) client: Client,
    _driver: Driver,
}

/// What drives it, as long as it is not dropped.
struct Driver {
    program: Child,
    port: u16,
}

/// A command of the driver that is its own.
#[derive(Debug)]
struct Own(&'static str, Value);

impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.1.to_string()))
    }
}

impl Browser {
    /// Starts one that runs the scripts of pages.
    pub(crate) async fn start() -> Self {
        let browser = Self::start_with(&json!({})).await;
        // A breach of the policy is noted before the page's own script runs.
        let note = "window.breaches = []; addEventListener('securitypolicyviolation', (e) => window.breaches.push(e.violatedDirective + ' ' + e.blockedURI));";
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": note })).await;
        browser
    }

    /// Starts one that does not.
    pub(crate) async fn start_without_scripts() -> Self {
        Self::start_with(&json!({"profile.managed_default_content_settings.javascript": 2})).await
    }

    async fn start_with(preferences: &Value) -> Self {
        let driver = Driver::start();
        let capabilities = json!({
            "goog:chromeOptions": {
                "args": [
                    "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                    "--disable-background-networking", "--disable-component-update",
                    "--no-first-run", "--disable-dev-shm-usage"
                ],
                "prefs": preferences,
            },
            "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"},
        });
        let capabilities: Capabilities = serde_json::from_value(capabilities).unwrap();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .unwrap();
        Self { client, _driver: driver }
    }

    /// A command of the browser's own protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let own = Own("goog/cdp/execute", json!({"cmd": command, "params": parameters}));
        self.client.issue_cmd(own).await.unwrap()
    }

    /// Shows a page as a person looks at it.
    pub(crate) async fn show(&self, address: &str, look: Look) {
        let Look { width, dark } = look;
        let size =
            json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600});
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", media).await;
        self.client.goto(address).await.unwrap();
    }

    /// What a script says of the page that is shown.
    pub(crate) async fn eval(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// The addresses that were asked for since it was asked last.
    pub(crate) async fn asked_for(&self) -> Vec<String> {
        let log =
            self.client.issue_cmd(Own("se/log", json!({"type": "performance"}))).await.unwrap();
        let entries = log.as_array().unwrap().iter().map(|entry| {
            serde_json::from_str::<Value>(entry["message"].as_str().unwrap()).unwrap()
        });
        let sent =
            entries.filter(|entry| entry["message"]["method"] == "Network.requestWillBeSent");
        sent.map(|entry| entry["message"]["params"]["request"]["url"].as_str().unwrap().to_owned())
            .collect()
    }

    /// What it complained of.
    pub(crate) async fn complaints(&self) -> Vec<Value> {
        let log = self.client.issue_cmd(Own("se/log", json!({"type": "browser"}))).await.unwrap();
        log.as_array().unwrap().clone()
    }

    /// Writes a picture of all of the page where somebody can look at it.
    pub(crate) async fn picture(&self, name: &str) {
        let Ok(folder) = std::env::var("READERS_PICTURES") else { return };
        let height = self.eval("return document.documentElement.scrollHeight").await;
        let width = self.eval("return innerWidth").await;
        let clip = json!({"x": 0, "y": 0, "width": width, "height": height.as_u64().unwrap().min(2400), "scale": 1});
        let taken = json!({"captureBeyondViewport": true, "clip": clip});
        let taken = self.devtools("Page.captureScreenshot", taken).await;
        let python =
            "import base64,sys;open(sys.argv[1],'wb').write(base64.b64decode(sys.stdin.read()))";
        let mut write = Command::new("python3")
            .args(["-c", python, &format!("{folder}/{name}.png")])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = write.stdin.take().unwrap();
        std::io::Write::write_all(&mut input, taken["data"].as_str().unwrap().as_bytes()).unwrap();
        drop(input);
        assert!(write.wait().unwrap().success());
    }
}

impl Driver {
    fn start() -> Self {
        let mut program = Command::new(variable("READERS_DRIVER"))
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.unwrap();
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        // What it says later is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { program, port: port.expect("the driver says its port") }
    }
}

impl Drop for Driver {
    /// Ends it with its browsers, also where a test fails: if it is only killed, it leaves those
    /// behind.
    fn drop(&mut self) {
        let asked = TcpStream::connect(("127.0.0.1", self.port)).and_then(|mut driver| {
            driver.set_read_timeout(Some(Duration::from_secs(10)))?;
            driver.write_all(
                b"GET /shutdown HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n",
            )?;
            std::io::copy(&mut driver, &mut std::io::sink())
        });
        if asked.is_err() {
            let _ = self.program.kill();
        }
        let _ = self.program.wait();
    }
}
