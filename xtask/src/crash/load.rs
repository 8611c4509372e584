//! The traffic: top-ups, callbacks with repeats and duplicates, refunds, payouts, and a reader of the feed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jetpay_platform::{Exchange, NoAnswer, deliver, schedule};
use tokio::task::JoinSet;

use super::audit::Feed;
use super::journal::TopUp;
use super::payouts;
use super::run::{Random, Run};

const WORKERS: usize = 8;
/// The number of clients that request payouts.
const PAYOUT_CLIENTS: usize = 2;
/// The pause after a request without an answer, and between two reads of the feed.
const PAUSE: Duration = Duration::from_millis(2);

pub(super) struct Load {
    over: Arc<AtomicBool>,
    workers: JoinSet<()>,
}

/// Starts the traffic. It runs until [`Load::end`].
pub(super) fn begin(run: &Arc<Run>, random: &mut Random) -> Load {
    let over = Arc::new(AtomicBool::new(false));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        workers.spawn(work(Arc::clone(run), Arc::clone(&over), random.fork()));
    }
    for _ in 0..PAYOUT_CLIENTS {
        let (run, over) = (Arc::clone(run), Arc::clone(&over));
        workers.spawn(payouts::load::request_payouts(run, over, random.fork()));
    }
    workers.spawn(read_feed(Arc::clone(run), Arc::clone(&over), random.fork()));
    Load { over, workers }
}

impl Load {
    /// Sends no new requests, and waits for those that were sent.
    pub(super) async fn end(self) {
        self.over.store(true, Ordering::Relaxed);
        self.workers.join_all().await;
    }
}

async fn work(run: Arc<Run>, over: Arc<AtomicBool>, mut random: Random) {
    while !over.load(Ordering::Relaxed) {
        let answered = match random.below(100) {
            0..30 => begin_top_up(&run, &mut random).await,
            30..70 => deliver_open(&run, &mut random, 1).await,
            // The same callback on three connections at once.
            70..80 => deliver_open(&run, &mut random, 3).await,
            80..92 => repeat(&run, &mut random).await,
            _ => {
                run.journal().refund(&mut random);
                true
            }
        };
        if !answered {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn begin_top_up(run: &Run, random: &mut Random) -> bool {
    let top_up = TopUp::random(random);
    let platform = run.platform(random);
    let body = top_up.check_deposit(platform);
    let Ok(exchange) = platform.send(&top_up.method.path(), body).await else {
        return false;
    };
    match (exchange.status, exchange.code(), exchange.payment_id()) {
        (200, Some(0), Some(id)) => {
            if !run.journal().issued(id, top_up, random) {
                run.violated(format!("{id}: this payment id was issued twice"));
            }
        }
        (503, ..) => return false,
        (status, ..) => {
            let text = exchange.text();
            run.violated(format!(
                "check_deposit was answered with HTTP {status}: {text}"
            ));
        }
    }
    true
}

/// Delivers an open event, `copies` times at once. Returns whether a copy was acknowledged.
async fn deliver_open(run: &Arc<Run>, random: &mut Random, copies: usize) -> bool {
    let Some(event) = run.journal().take_open(random) else {
        return begin_top_up(run, random).await;
    };
    let acknowledged = send(run, random, event, copies).await;
    run.journal().delivered(event, acknowledged);
    acknowledged
}

/// Delivers an acknowledged event once more, as if its answer had been lost.
async fn repeat(run: &Arc<Run>, random: &mut Random) -> bool {
    let event = run.journal().any_acknowledged(random);
    match event {
        Some(event) => send(run, random, event, 1).await,
        None => deliver_open(run, random, 1).await,
    }
}

/// Returns whether any copy was acknowledged.
async fn send(run: &Arc<Run>, random: &mut Random, event: usize, copies: usize) -> bool {
    let mut sent = JoinSet::new();
    for _ in 0..copies {
        sent.spawn(send_one(Arc::clone(run), random.fork(), event, 2));
    }
    sent.join_all().await.contains(&true)
}

/// Delivers an event to a random service and repeats it there up to `repeats` times. Returns whether it was acknowledged.
pub(super) async fn send_one(
    run: Arc<Run>,
    mut random: Random,
    event: usize,
    repeats: usize,
) -> bool {
    let platform = run.platform(&mut random);
    let (path, body, id) = {
        let journal = run.journal();
        let event = &journal.events[event];
        let payment = &journal.payments[event.payment];
        let (top_up, id) = (payment.top_up, &payment.id);
        let body = top_up.callback(platform, id, event.kind, event.operation, event.amount);
        (top_up.method.path(), body, id.clone())
    };
    // The platform's waits, 5,000 times shorter.
    let waits = schedule::waits().take(repeats).map(|wait| wait / 5000);
    let delivered = deliver(platform, &path, &body, waits).await;
    for answer in &delivered.attempts {
        count(&run, &id, answer);
    }
    delivered.acknowledged
}

fn count(run: &Run, id: &str, answer: &Result<Exchange, NoAnswer>) {
    run.deliveries.fetch_add(1, Ordering::Relaxed);
    match answer.as_ref().map(|exchange| exchange.status) {
        Ok(200) => {}
        Ok(503) => {
            run.unavailable.fetch_add(1, Ordering::Relaxed);
        }
        // Above all 404, which means that the payment was lost.
        Ok(status) => run.violated(format!("{id}: a callback was answered with HTTP {status}")),
        Err(_) => {
            run.unanswered.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The merchant's billing. It reads from a random service each time and must not miss an entry.
async fn read_feed(run: Arc<Run>, over: Arc<AtomicBool>, mut random: Random) {
    while !over.load(Ordering::Relaxed) {
        let after = run.feed().next();
        let admin = &run.admins[random.below(run.admins.len())];
        let page = admin.call("GET", &Feed::path(after), None).await;
        if let Ok(page) = page.as_ref()
            && page.status != 503
            && let Err(error) = run.feed().take(after, page)
        {
            run.violated(format!("{error:#}"));
        }
        tokio::time::sleep(PAUSE).await;
    }
}
