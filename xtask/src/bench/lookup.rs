//! What it costs to ask the merchant's billing: a `verify` whose customer was asked about a moment ago, beside the same
//! `verify` from the store alone; and `verify`s of customers that are asked about now, at a billing that takes its time.

use std::cell::Cell;
use std::fmt::Write;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, ensure};
use futures_util::future::try_join_all;
use jetpay_core::signature::Key;
use jetpay_platform::billing::{self, BillingState, Dialect, OnRequest};
use jetpay_platform::load::{Connection, Times};
use jetpay_testing::SECRET;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::time::Instant;

use super::http::is_good;
use super::rounds::Compared;
use super::service::{COLUMNS, CUSTOMERS, Service};
use super::table::{Row, Target, median};
use super::{Effort, messages};

/// What each customer owes, in minor units.
const DEBT: i64 = 100_000;
/// How long the billing takes for an answer.
const LATENCY: Duration = Duration::from_millis(20);
/// The `verify`s that are sent in a second, whether those before are answered or not.
const OFFERED: u32 = 2_000;
/// So many may be unanswered at a time. With 20 ms for an answer, some 45 are.
const CONNECTIONS: usize = 512;
/// The customers of the rounds with cached answers, each asked about within this time before.
const CACHED: usize = 2_000;
const WARM_UP: Duration = Duration::from_secs(60);

/// A billing in this process, on a thread of its own.
struct Billing {
    /// The billing serves as long as it lives.
    _runtime: Runtime,
    server: billing::Server,
}

impl Billing {
    fn open(latency: Duration) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let mut state = BillingState::new(Dialect::Osmp);
        for n in 0..CUSTOMERS {
            state.put_account(&messages::customer(n), Some(DEBT));
        }
        if !latency.is_zero() {
            state.always(OnRequest::Slowly(latency));
        }
        let server = runtime.block_on(async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            billing::serve(listener, state)
        })?;
        Ok(Self {
            _runtime: runtime,
            server,
        })
    }

    /// A service that asks this billing.
    fn service(&self) -> Result<Service> {
        let url = self.server.url();
        let lookup = format!(
            "\n[lookup]\nkind = \"osmp\"\nurl = \"{url}\"\ncache_seconds = 3600\ndebt_field = \"debt\"\n"
        );
        Service::with(&lookup, &customers())
    }
}

/// The customers as the look-up stores them: one contract, which has the customer's id.
fn customers() -> String {
    let mut text = format!("{COLUMNS}\n");
    for id in (0..CUSTOMERS).map(messages::customer) {
        writeln!(text, "{id},,{id},{id},{DEBT},,0").expect("writing to a String cannot fail");
    }
    text
}

pub(super) fn measure(effort: Effort) -> Result<Vec<Row>> {
    let key = Key::new(SECRET)?;
    Ok(vec![cached(effort, &key)?, asked(effort, &key)?])
}

/// The CPU of a `verify` whose answer is remembered, beside one from the store.
fn cached(effort: Effort, key: &Key) -> Result<Row> {
    let billing = Billing::open(Duration::ZERO)?;
    let asks = billing.service()?;
    let store = Service::with("", &customers())?;
    let numbers = (0..CACHED).map(|n| n * 7_919 % CUSTOMERS);
    let requests: Vec<_> = numbers
        .map(|n| messages::verify(n, key))
        .collect::<Result<_>>()?;
    // Each customer is asked about once before anything is measured.
    asks.side().round(WARM_UP, &requests, false, &is_good)?;
    let time = Duration::from_secs_f64(effort.seconds);
    let mut compared = Compared::default();
    for _ in 0..=effort.rounds {
        let [bare, ours] =
            [&store, &asks].map(|it| it.side().round(time, &requests, true, &is_good));
        compared.bare.push(bare?);
        compared.ours.push(ours?);
    }
    let questions = billing.server.state().requests();
    ensure!(
        questions == CACHED,
        "{CACHED} customers were asked about {questions} times: the answers were not remembered"
    );
    println!("  {:<30} measured", "verify, cached look-up");
    let name = "verify, cached look-up / store, CPU";
    Ok(compared.warm().row(name, Target::AtMost(1.15), |it| it.cpu))
}

/// `verify`s of customers that were not asked about before, as many a second as are offered.
fn asked(effort: Effort, key: &Key) -> Result<Row> {
    let billing = Billing::open(LATENCY)?;
    let service = billing.service()?;
    let mut numbers = 0..CUSTOMERS;
    let mut rounds = Vec::new();
    let seconds = Duration::from_secs_f64(effort.seconds);
    for _ in 0..=effort.rounds {
        let count = (seconds * OFFERED).as_secs();
        let numbers = numbers.by_ref().take(usize::try_from(count)?);
        let requests: Vec<_> = numbers
            .map(|n| messages::verify(n, key))
            .collect::<Result<_>>()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        rounds.push(runtime.block_on(offer(service.address, &requests))?);
    }
    rounds.remove(0); // It warmed up.
    println!("  {:<30} measured", "verify, asked");
    let of = |figure: fn(&Offered) -> f64| median(rounds.iter().map(figure).collect());
    let [first, last] = [0, 1].map(|half| {
        let most = rounds.iter().map(|it| it.most_in_flight[half]);
        most.max().unwrap_or_default()
    });
    Ok(Row {
        name: "verify, billing of 20 ms / offered".to_owned(),
        target: Target::AtLeast(0.99),
        ratio: of(|it| it.per_second) / f64::from(OFFERED),
        ours: format!(
            "{:>6.0}/s, p99 {:.1} ms, {first} in flight at most, {last} in the second half",
            of(|it| it.per_second),
            of(|it| it.p99)
        ),
        bare: format!("{OFFERED}/s offered"),
    })
}

/// What became of a round of requests that do not wait for each other.
struct Offered {
    per_second: f64,
    /// In milliseconds, from the moment when a request was due.
    p99: f64,
    /// The requests in flight, at most, in the first and in the second half of the round.
    most_in_flight: [usize; 2],
}

/// Sends [`OFFERED`] requests a second. One that finds no free connection waits, which its time shows.
async fn offer(server: SocketAddr, requests: &[Vec<u8>]) -> Result<Offered> {
    let (next, in_flight) = (Cell::new(0), Cell::new(0_usize));
    let most = [Cell::new(0), Cell::new(0)];
    let opened = (0..CONNECTIONS).map(|_| Connection::open(server));
    let connections = try_join_all(opened).await?;
    let begun = Instant::now();
    let drive = async |mut connection: Connection| -> Result<Times> {
        let mut times = Times::default();
        loop {
            let at = next.replace(next.get() + 1);
            let Some(request) = requests.get(at) else {
                return Ok(times);
            };
            let due = begun + Duration::from_secs(1) * u32::try_from(at)? / OFFERED;
            tokio::time::sleep_until(due).await;
            in_flight.set(in_flight.get() + 1);
            let half = &most[usize::from(at >= requests.len() / 2)];
            half.set(half.get().max(in_flight.get()));
            let answer = connection.exchange(request).await?;
            ensure!(is_good(&answer), "a verify is answered with {answer}");
            in_flight.set(in_flight.get() - 1);
            times.add(due.elapsed());
        }
    };
    let mut times = Times::default();
    for part in try_join_all(connections.into_iter().map(drive)).await? {
        times.merge(&part);
    }
    let count = f64::from(u32::try_from(requests.len())?);
    Ok(Offered {
        per_second: count / begun.elapsed().as_secs_f64(),
        p99: Duration::from_micros(times.percentile(990).unwrap_or_default()).as_secs_f64() * 1e3,
        most_in_flight: most.map(Cell::into_inner),
    })
}
