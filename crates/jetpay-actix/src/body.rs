//! Reading a body: not more than fits, not longer than is patient.

use std::time::Duration;

use actix_web::rt::time::timeout;
use actix_web::web::{Bytes, Payload};
use jetpay_core::Rejection;

pub(crate) async fn read(
    payload: Payload,
    limit: usize,
    read_timeout: Duration,
) -> Result<Bytes, Rejection> {
    match timeout(read_timeout, payload.to_bytes_limited(limit)).await {
        Ok(Ok(Ok(bytes))) => Ok(bytes),
        Ok(Err(_)) => Err(Rejection::TooLarge { limit }),
        // Broken off, or late.
        Ok(Ok(Err(_))) | Err(_) => Err(Rejection::Incomplete),
    }
}
