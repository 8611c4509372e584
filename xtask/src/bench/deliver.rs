//! How fast entries are delivered to a receiver of webhooks on the same machine: all credits of a ledger are replayed, and the
//! receiver checks each signature and keeps its own books.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use jetpay_core::signature::Key;
use jetpay_platform::Admin;
use jetpay_platform::billing::receiver::{self, ReceiverState};
use jetpay_platform::load::{Answer, Load};
use jetpay_testing::SECRET;
use serde_json::json;
use tokio::net::TcpListener;

use super::http::{is_good, payment_id};
use super::service::{Service, WEBHOOK_SECRET, customer_rows};
use super::table::{Row, Target, median};
use super::{Effort, messages};

/// The credits, each of a customer of its own: what is measured is not how long one customer's entries wait for each other.
const CREDITS: u32 = 10_000;
/// The deliveries of a second that are wanted.
const WANTED: f64 = 1_000.0;
const CONNECTIONS: usize = 32;
/// All credits must be delivered within this time.
const DELIVERED_WITHIN: Duration = Duration::from_secs(300);

pub(super) fn measure(effort: Effort) -> Result<Row> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let receiver = receiver::serve(listener, ReceiverState::new([WEBHOOK_SECRET])?)?;
        let url = receiver.webhooks_url();
        let deliver = format!(
            "\n[[deliver]]\nname = \"receiver\"\nkind = \"webhook\"\nurl = \"{url}\"\nsecret_env = [\"JETPAY_WEBHOOK_SECRET\"]\n"
        );
        let service = Service::with(&deliver, &customer_rows())?;
        credit(&service).await?;
        delivered(&service.admin).await?;
        let mut rates = Vec::new();
        for _ in 0..=effort.rounds {
            let replay = json!({"after": 0, "reason": "measured again"});
            let begun = Instant::now();
            let answer = service.admin.call("POST", "/v1/deliveries/receiver/replay", Some(&replay)).await?;
            receiver.state().forget_order();
            ensure!(answer.status == 200, "the replay is answered with {}", answer.text());
            delivered(&service.admin).await?;
            rates.push(f64::from(CREDITS) / begun.elapsed().as_secs_f64());
        }
        rates.remove(0); // It warmed up.
        let (state, all) = (receiver.state(), usize::try_from(CREDITS)?);
        let (once, again) = (state.arrivals().len(), state.repeats());
        ensure!(
            once == all && again == all * (effort.rounds + 1) && state.violations().is_empty(),
            "{once} credits came, {again} came again; what is wrong: {:?}",
            state.violations().first()
        );
        println!("  {:<30} measured", "deliveries");
        let rate = median(rates);
        Ok(Row {
            name: "deliveries, SQLite / wanted".to_owned(),
            target: Target::AtLeast(1.0),
            ratio: rate / WANTED,
            ours: format!("{rate:>6.0}/s"),
            bare: format!("{WANTED:>6.0}/s wanted"),
        })
    })
}

/// Tops up this many customers.
async fn credit(service: &Service) -> Result<()> {
    let key = Key::new(SECRET)?;
    let ids = RefCell::new(Vec::new());
    let deposits: Vec<_> = (0..usize::try_from(CREDITS)?)
        .map(|n| messages::check_deposit(n, &key))
        .collect::<Result<_>>()?;
    let takes_id = |answer: &Answer<'_>| {
        let id = payment_id(answer.body);
        ids.borrow_mut().extend(id.clone());
        id.is_some() && is_good(answer)
    };
    send(service, &deposits, &takes_id).await?;
    let ids = ids.into_inner();
    let callbacks = ids
        .iter()
        .enumerate()
        .map(|(n, id)| messages::callback(id, 1_000_000 + n, &key));
    let callbacks: Vec<_> = callbacks.collect::<Result<_>>()?;
    send(service, &callbacks, &|answer| answer.status == 200).await
}

/// Sends each request once.
async fn send(
    service: &Service,
    requests: &[Vec<u8>],
    is_right: &dyn Fn(&Answer<'_>) -> bool,
) -> Result<()> {
    let load = Load {
        requests,
        again: false,
        connections: CONNECTIONS,
        is_right,
    };
    let round = load.round(service.address, DELIVERED_WITHIN).await?;
    let (answers, wrong) = (round.answers, round.wrong);
    ensure!(
        answers as usize == requests.len() && wrong == 0,
        "{answers} of {} requests were answered, {wrong} of them wrongly: {}",
        requests.len(),
        round.example.unwrap_or_default()
    );
    Ok(())
}

/// Waits until nothing is left to deliver.
async fn delivered(admin: &Admin) -> Result<()> {
    let begun = Instant::now();
    loop {
        let answer = admin.call("GET", "/v1/deliveries", None).await?;
        let shown = answer.json.unwrap_or_default();
        let stream = &shown["deliveries"][0];
        if stream["last"].as_u64() >= Some(u64::from(CREDITS)) && stream["lag"] == 0 {
            return Ok(());
        }
        ensure!(
            begun.elapsed() < DELIVERED_WITHIN,
            "not all is delivered: {shown}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
