//! A bare client: it asks for what the connector has asked for, ten requests at a time, reads the
//! answers to their ends, and makes nothing of them.
//!
//! `bench-client BASE_URL KEY FILE`, where the file has a path and its query on each line.

use std::error::Error;
use std::{env, fs};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

/// As many as the connector has under way.
const AT_A_TIME: usize = 10;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [base_url, key, file] = &args[..] else { return Err("BASE_URL KEY FILE".into()) };
    let requests = fs::read_to_string(file)?;
    // A client has to have one, even if it speaks without.
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[expect(clippy::disallowed_methods, reason = "nothing of a client but that it asks")]
    let client = reqwest::Client::builder().no_proxy().build()?;
    let bytes = stream::iter(requests.lines())
        .map(|target| {
            let request = client.get(format!("{base_url}{target}")).bearer_auth(key);
            async move {
                let mut answer = request.send().await?.error_for_status()?;
                let mut bytes = 0;
                while let Some(chunk) = answer.chunk().await? {
                    bytes += chunk.len();
                }
                Ok::<_, reqwest::Error>(bytes)
            }
        })
        .buffer_unordered(AT_A_TIME)
        .try_fold(0, async |sum, bytes| Ok(sum + bytes))
        .await?;
    connector_cli::print(&format!("{bytes} bytes"))?;
    Ok(())
}
