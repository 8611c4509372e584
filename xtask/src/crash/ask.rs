//! Questions to a service that is ready: its store may still be coming back.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use jetpay_platform::{Admin, Exchange};

const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(10);

/// The answer, whatever it says; asked again while there is none, or HTTP 503.
pub(super) async fn get(admin: &Admin, path: &str) -> Result<Exchange> {
    let begun = Instant::now();
    loop {
        let why = match admin.call("GET", path, None).await {
            Ok(answer) if answer.status != 503 => return Ok(answer),
            Ok(answer) => answer.text(),
            Err(no_answer) => no_answer.to_string(),
        };
        if begun.elapsed() > PATIENCE {
            bail!("{path} is not answered for {PATIENCE:?}: {why}");
        }
        tokio::time::sleep(PAUSE).await;
    }
}
