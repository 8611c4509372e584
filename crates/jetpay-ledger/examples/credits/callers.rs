//! Payments and credits a second, and the CPU that each takes, with 1 to 128 callers at once.

use std::error::Error;

use jetpay_ledger::{Ledger, NewPayment};

use crate::Effort;
use crate::ours::{self, Batch, record_callback};

pub(crate) async fn measure(effort: Effort) -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let ledger = Ledger::open(&directory.path().join("ledger.db"))?;
    println!(" callers           payments                            credits");
    for (round, callers) in [1, 8, 32, 128].into_iter().enumerate() {
        let batch = Batch::new(round, effort.credits)?;
        let begun = cpu();
        let payments = ours::measure(&ledger, &batch.payments, callers, record_payment).await?;
        let announced = cpu();
        let credits = ours::measure(&ledger, &batch.callbacks, callers, record_callback).await?;
        let each = |seconds: f64| seconds * 1e6 / effort.credits as f64;
        println!(
            "{callers:>8} {:>9.0}/s {:>5.1} µs CPU, p99 {:.2?}; {:>9.0}/s {:>5.1} µs CPU, p99 {:.2?}",
            payments.rate,
            each(announced - begun),
            payments.p99,
            credits.rate,
            each(cpu() - announced),
            credits.p99
        );
    }
    ledger.close().await;
    Ok(())
}

async fn record_payment(ledger: Ledger, payment: NewPayment) {
    ledger.record_payment(payment).await.expect("recorded");
}

/// Seconds of CPU that the threads of this process have used; nothing where there is no such `/proc`.
fn cpu() -> f64 {
    let threads = std::fs::read_dir("/proc/self/task");
    let threads = threads.into_iter().flatten().flatten();
    let nanoseconds = threads.filter_map(|thread| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_ascii_whitespace().next()?.parse::<u64>().ok()
    });
    nanoseconds.sum::<u64>() as f64 / 1e9
}
