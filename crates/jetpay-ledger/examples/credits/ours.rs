//! The ledger, as a service calls it.

use std::error::Error;
use std::time::Instant;

use jetpay_ledger::{CallbackOutcome, Ledger, Millis};

use crate::given::{Batch, NOW};
use crate::row::{Took, p99};

/// Announces the payments, then has so many callers credit them; only the credits are timed.
pub(crate) async fn credit(
    ledger: &Ledger,
    batch: &Batch,
    callers: usize,
) -> Result<Took, Box<dyn Error>> {
    for payments in batch.payments.chunks(1_000) {
        let imported = ledger
            .import_payments(payments.to_vec(), Millis(NOW))
            .await?;
        assert_eq!(imported.new, payments.len() as u64);
    }
    let mut shares: Vec<Vec<_>> = (0..callers).map(|_| Vec::new()).collect();
    for (number, callback) in batch.callbacks.iter().enumerate() {
        shares[number % callers].push(callback.clone());
    }
    let begun = Instant::now();
    let callers: Vec<_> = shares
        .into_iter()
        .map(|share| {
            let ledger = ledger.clone();
            tokio::spawn(async move {
                let mut times = Vec::with_capacity(share.len());
                for callback in share {
                    let asked = Instant::now();
                    let recorded = ledger.record_callback(callback, Millis(NOW)).await;
                    assert_eq!(recorded, Ok(CallbackOutcome::Applied));
                    times.push(asked.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::with_capacity(batch.callbacks.len());
    for caller in callers {
        times.extend(caller.await?);
    }
    Ok(Took {
        rate: batch.callbacks.len() as f64 / begun.elapsed().as_secs_f64(),
        p99: p99(times),
    })
}
