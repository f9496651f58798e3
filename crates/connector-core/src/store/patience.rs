//! A database that is away for a moment: what can be done again is done again.

use std::time::Duration;

use tracing::warn;

use crate::error::Result;

/// How long the first wait is; each one is twice as long as that before it.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// How long the last wait is.
const LAST_WAIT: Duration = Duration::from_secs(16);

/// Does `work`, and does it again while what keeps it from working passes by itself.
///
/// The work has to be such that doing it twice does it once: the answer to what
/// was done may have been lost.
pub(crate) async fn patiently<T, F>(work: impl Fn() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let mut wait = FIRST_WAIT;
    loop {
        match work().await {
            Err(error) if error.passes() && wait <= LAST_WAIT => {
                warn!("trying again in {:.2} s: {error}", wait.as_secs_f64());
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
            done => return done,
        }
    }
}
