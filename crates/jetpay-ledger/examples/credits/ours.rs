//! What is credited: payments, and the platform's callbacks for them; and the ledger that credits them, as a service calls
//! it.

use std::error::Error;
use std::time::Instant;

use jetpay_core::message::Received;
use jetpay_core::signature::{Key, sign};
use jetpay_core::{Callback, Currency, Keyring, Money, Project};
use jetpay_ledger::{CallbackOutcome, Ledger, Millis, NewPayment};

use crate::{Took, p99};

pub(crate) const NOW: i64 = 1_733_000_000_000;
/// 1 000.00 KZT, in minor units.
pub(crate) const AMOUNT: i64 = 100_000;
const CUSTOMERS: usize = 10_000;

/// Payments of one round, and a success for each.
pub(crate) struct Batch {
    pub(crate) payments: Vec<NewPayment>,
    pub(crate) callbacks: Vec<Callback>,
    /// The number of the first operation.
    pub(crate) first: usize,
}

impl Batch {
    pub(crate) fn new(round: usize, credits: usize) -> Result<Self, Box<dyn Error>> {
        Self::among(round, credits, CUSTOMERS)
    }

    /// For customers among so many.
    pub(crate) fn among(
        round: usize,
        credits: usize,
        customers: usize,
    ) -> Result<Self, Box<dyn Error>> {
        let keyring = Keyring::from(Project::new(1234, "secret")?);
        let key = Key::new("secret")?;
        // Above the operations of books that have grown.
        let first = 1_000_000_000 + round * credits;
        let (mut payments, mut callbacks) = (Vec::new(), Vec::new());
        for number in first..first + credits {
            let id = format!("0193ad5c-0000-7000-8000-{number:012}");
            payments.push(NewPayment {
                id: id.as_str().try_into()?,
                project_id: 1234.into(),
                method: "kaspi".into(),
                customer_id: customer_id(number * 7919 % customers).as_str().try_into()?,
                contract_id: None,
                amount: Money::new(AMOUNT, Currency::KZT),
                flags: vec![],
                created_at: Millis(NOW),
            });
            let body = sign(body(&id, number).as_bytes(), &key)?;
            let callback = Received::parse(&body)?.authenticate(&keyring)?.callback()?;
            callbacks.push(callback);
        }
        Ok(Self {
            payments,
            callbacks,
            first,
        })
    }
}

pub(crate) fn customer_id(number: usize) -> String {
    format!("7{number:09}")
}

/// As long as the documents' callbacks are.
fn body(id: &str, operation: usize) -> String {
    format!(
        r#"{{"project_id":1234,"payment":{{"id":"{id}","type":"purchase","status":"success","date":"2022-03-25T11:08:45+0000",
        "method":"kaspi","sum":{{"amount":{AMOUNT},"currency":"KZT"}},"description":""}},"account":{{"number":"7123456789"}},
        "operation":{{"id":{operation},"type":"sale","status":"success","date":"2022-03-25T11:08:45+0000",
        "created_date":"2022-03-25T11:08:43+0000","request_id":"1a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b-00000001",
        "sum_initial":{{"amount":{AMOUNT},"currency":"KZT"}},"sum_converted":{{"amount":{AMOUNT},"currency":"KZT"}},
        "code":"0","message":"Success","provider":{{"id":1234,"payment_id":"{operation}"}}}}}}"#
    )
}

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
    measure(ledger, &batch.callbacks, callers, record_callback).await
}

pub(crate) async fn record_callback(ledger: Ledger, callback: Callback) {
    let recorded = ledger.record_callback(callback, Millis(NOW)).await;
    assert_eq!(recorded, Ok(CallbackOutcome::Applied));
}

/// Has so many callers do the work, each one piece after the other.
pub(crate) async fn measure<T, F>(
    ledger: &Ledger,
    work: &[T],
    callers: usize,
    call: fn(Ledger, T) -> F,
) -> Result<Took, Box<dyn Error>>
where
    T: Clone + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let mut shares: Vec<Vec<T>> = (0..callers).map(|_| Vec::new()).collect();
    for (number, piece) in work.iter().enumerate() {
        shares[number % callers].push(piece.clone());
    }
    let begun = Instant::now();
    let tasks = shares.into_iter().map(|share| {
        let ledger = ledger.clone();
        tokio::spawn(async move {
            let mut times = Vec::with_capacity(share.len());
            for piece in share {
                let asked = Instant::now();
                call(ledger.clone(), piece).await;
                times.push(asked.elapsed());
            }
            times
        })
    });
    let mut times = Vec::with_capacity(work.len());
    for task in tasks.collect::<Vec<_>>() {
        times.extend(task.await?);
    }
    Ok(Took {
        rate: work.len() as f64 / begun.elapsed().as_secs_f64(),
        p99: p99(times),
    })
}
