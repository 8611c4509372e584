//! How fast the ledger is: payments and credits a second through the async API, each on the disk before it is
//! answered, with 1 to 128 callers at once and 100,000 customers.
//!
//! ```text
//! cargo run --release -p jetpay-ledger --example throughput [directory]
//! ```
#![allow(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "figures for people; no money among them"
)]

use std::error::Error;
use std::fmt::Write as _;
use std::future::Future;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jetpay_core::message::Received;
use jetpay_core::signature::{Key, sign};
use jetpay_core::{Callback, Currency, Keyring, Money, Project};
use jetpay_ledger::{CallbackOutcome, Customer, Ledger, Millis, NewPayment};

const CUSTOMERS: usize = 100_000;
const CALLERS: [usize; 4] = [1, 8, 32, 128];

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let parent = std::env::args_os()
        .nth(1)
        .map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = tempfile::tempdir_in(parent)?;
    let ledger = Ledger::open(&directory.path().join("ledger.db"))?;
    ledger
        .import_customers((0..CUSTOMERS).map(customer).collect::<Result<_, _>>()?)
        .await?;
    reads(&ledger).await?;

    println!(
        "{:>8} {:>12} {:>8} {:>8} {:>12} {:>8} {:>8}",
        "callers", "payments/s", "µs CPU", "p99 ms", "credits/s", "µs CPU", "p99 ms"
    );
    let keyring = Keyring::from(Project::new(1234, "secret")?);
    let mut first = 0;
    for callers in CALLERS {
        let each = if callers == 1 {
            2_000
        } else {
            40_000 / callers
        };
        let numbers = first..first + each * callers;
        first = numbers.end;
        let callbacks = numbers
            .clone()
            .map(|number| callback(number, &keyring))
            .collect::<Result<Vec<_>, _>>()?;
        let payments = numbers.map(payment).collect::<Result<Vec<_>, _>>()?;
        let mut line = format!("{callers:>8}");
        let recorded = measure(&ledger, payments, callers, |ledger, payment| async move {
            ledger.record_payment(payment).await.expect("recorded");
        });
        write!(line, "{}", recorded.await)?;
        let credited = measure(&ledger, callbacks, callers, |ledger, callback| async move {
            let recorded = ledger
                .record_callback(callback, Millis(1_733_000_000_000))
                .await;
            assert_eq!(recorded, Ok(CallbackOutcome::Applied));
        });
        write!(line, "{}", credited.await)?;
        println!("{line}");
    }
    ledger.close().await;
    for file in std::fs::read_dir(directory.path())? {
        let file = file?;
        println!(
            "{}: {} KiB",
            file.file_name().display(),
            file.metadata()?.len() / 1024
        );
    }
    Ok(())
}

/// Point reads, on one thread.
async fn reads(ledger: &Ledger) -> Result<(), Box<dyn Error>> {
    let begun = cpu();
    for number in 0..CUSTOMERS {
        let id = customer_id(number * 7919 % CUSTOMERS);
        assert!(ledger.customer(&id).await?.is_some());
    }
    println!(
        "customer: {:.2} µs CPU a read",
        (cpu() - begun) * 1e6 / CUSTOMERS as f64
    );
    Ok(())
}

/// Has `callers` tasks do the work; a line of what it took.
async fn measure<T, F>(
    ledger: &Ledger,
    work: Vec<T>,
    callers: usize,
    call: fn(Ledger, T) -> F,
) -> String
where
    T: Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let count = work.len();
    let mut shares: Vec<Vec<T>> = (0..callers).map(|_| Vec::new()).collect();
    work.into_iter()
        .enumerate()
        .for_each(|(number, item)| shares[number % callers].push(item));
    let (begun, cpu) = (Instant::now(), cpu());
    let tasks: Vec<_> = shares
        .into_iter()
        .map(|share| {
            let ledger = ledger.clone();
            tokio::spawn(async move {
                let mut times = Vec::with_capacity(share.len());
                for item in share {
                    let begun = Instant::now();
                    call(ledger.clone(), item).await;
                    times.push(begun.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times: Vec<Duration> = Vec::with_capacity(count);
    for task in tasks {
        times.extend(task.await.expect("no caller panics"));
    }
    let (took, cpu) = (begun.elapsed().as_secs_f64(), self::cpu() - cpu);
    times.sort();
    let p99 = times[count * 99 / 100].as_secs_f64() * 1e3;
    format!(
        " {:>12.0} {:>8.1} {p99:>8.2}",
        count as f64 / took,
        cpu * 1e6 / count as f64
    )
}

/// Seconds of CPU that the threads of this process have used; nothing where there is no such `/proc`.
fn cpu() -> f64 {
    let threads = std::fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten();
    let nanoseconds = threads.filter_map(|thread| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_ascii_whitespace().next()?.parse::<u64>().ok()
    });
    nanoseconds.sum::<u64>() as f64 / 1e9
}

fn customer_id(number: usize) -> String {
    format!("77{number:09}")
}

fn customer(number: usize) -> Result<Customer, Box<dyn Error>> {
    let id = customer_id(number);
    let json = format!(
        r#"{{"customer_id":"{id}","additional_customer_id":"A{id}",
            "contracts":[{{"id":"{number}","number":"N-{number}","payment":150000}}]}}"#
    );
    Ok(serde_json::from_str(&json)?)
}

/// In the shape of a `UUIDv7`: time first, then what looks random.
fn payment_id(number: usize) -> String {
    let random = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let millis = 0x0193_ad5c_0000_u64 + number as u64 / 8;
    format!(
        "{:08x}-{:04x}-7{:03x}-8{:03x}-{:012x}",
        millis >> 16,
        millis & 0xffff,
        random >> 52,
        number % 8,
        random & 0xffff_ffff_ffff
    )
}

fn payment(number: usize) -> Result<NewPayment, Box<dyn Error>> {
    Ok(NewPayment {
        id: payment_id(number).as_str().try_into()?,
        project_id: 1234.into(),
        method: "kaspi".into(),
        customer_id: customer_id(number.wrapping_mul(7919) % CUSTOMERS)
            .as_str()
            .try_into()?,
        contract_id: Some("1".try_into()?),
        amount: Money::new(100_000, Currency::KZT),
        flags: vec![],
        created_at: Millis(1_733_000_000_000),
    })
}

fn callback(number: usize, keyring: &Keyring) -> Result<Callback, Box<dyn Error>> {
    let id = payment_id(number);
    let body = format!(
        r#"{{"project_id":1234,"payment":{{"id":"{id}","type":"purchase","status":"success",
            "date":"2022-03-25T11:08:45+0000","method":"kaspi","sum":{{"amount":100000,"currency":"KZT"}},"description":""}},
            "customer":{{"id":"2"}},"operation":{{"id":{operation},"type":"sale","status":"success",
            "date":"2022-03-25T11:08:45+0000","created_date":"2022-03-25T11:08:42+0000",
            "request_id":"7b2c3f0e2f4d1c4e8f5a6b7c8d9e0f1a2b3c4d5e-00000001","sum_initial":{{"amount":100000,"currency":"KZT"}},
            "sum_converted":{{"amount":100000,"currency":"KZT"}},"code":"0","message":"Success",
            "provider":{{"id":4211,"payment_id":"{provider}","auth_code":""}}}}}}"#,
        operation = 2_802_000_000 + number,
        provider = 5_000_000_000_u64 + (number as u64 * 7919) % 1_000_000_007,
    );
    let body = sign(body.as_bytes(), &Key::new("secret")?)?;
    Ok(Received::parse(&body)?.authenticate(keyring)?.callback()?)
}
