//! Delivering a callback until it is acknowledged.

use std::time::Duration;

use crate::acknowledgement::is_acknowledged;
use crate::exchange::{Exchange, NoAnswer};
use crate::platform::Platform;

/// What became of a callback.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Delivered {
    /// Whether the last answer was HTTP 200, the only one that ends the repeats.
    pub acknowledged: bool,
    /// Every try in turn.
    pub tries: Vec<Result<Exchange, NoAnswer>>,
}

/// Sends a callback, and again after each of `waits` as long as it is not answered with HTTP 200.
///
/// The platform's own waits are [`schedule::waits`](crate::schedule::waits); a test maps them to shorter ones.
pub async fn deliver(
    platform: &Platform,
    path: &str,
    body: &[u8],
    waits: impl IntoIterator<Item = Duration>,
) -> Delivered {
    let mut tries = vec![platform.send(path, body).await];
    let mut waits = waits.into_iter();
    loop {
        let acknowledged =
            matches!(tries.last(), Some(Ok(exchange)) if is_acknowledged(exchange.status));
        match waits.next() {
            Some(wait) if !acknowledged => tokio::time::sleep(wait).await,
            _ => {
                return Delivered {
                    acknowledged,
                    tries,
                };
            }
        }
        tries.push(platform.send(path, body).await);
    }
}
