//! The traffic: top-ups, callbacks, their repeats and duplicates, refunds, a reader of the feed; and payouts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jetpay_platform::{Exchange, NoAnswer, deliver, schedule};
use tokio::task::JoinSet;

use super::chance::Chance;
use super::feed::Feed;
use super::messages::Wish;
use super::payouts;
use super::world::World;

const WORKERS: usize = 8;
/// Clients that ask for payouts.
const PAYING: usize = 2;
/// How long one waits after there was no answer, and between two looks at the feed.
const PAUSE: Duration = Duration::from_millis(2);

pub(super) struct Load {
    over: Arc<AtomicBool>,
    workers: JoinSet<()>,
}

/// Begins at once and does not end by itself.
pub(super) fn begin(world: &Arc<World>, chance: &mut Chance) -> Load {
    let over = Arc::new(AtomicBool::new(false));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        workers.spawn(work(Arc::clone(world), Arc::clone(&over), chance.fork()));
    }
    for _ in 0..PAYING {
        let (world, over) = (Arc::clone(world), Arc::clone(&over));
        workers.spawn(payouts::load::ask(world, over, chance.fork()));
    }
    workers.spawn(read_on(Arc::clone(world), Arc::clone(&over), chance.fork()));
    Load { over, workers }
}

impl Load {
    /// No new requests; those under way are awaited.
    pub(super) async fn end(self) {
        self.over.store(true, Ordering::Relaxed);
        self.workers.join_all().await;
    }
}

async fn work(world: Arc<World>, over: Arc<AtomicBool>, mut chance: Chance) {
    while !over.load(Ordering::Relaxed) {
        let answered = match chance.below(100) {
            0..30 => top_up(&world, &mut chance).await,
            30..70 => tell(&world, &mut chance, 1).await,
            // The same callback on several connections at once.
            70..80 => tell(&world, &mut chance, 3).await,
            80..92 => repeat(&world, &mut chance).await,
            _ => {
                world.book().refund(&mut chance);
                true
            }
        };
        if !answered {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn top_up(world: &World, chance: &mut Chance) -> bool {
    let wish = Wish::any(chance);
    let platform = world.platform(chance);
    let body = wish.check_deposit(platform);
    let Ok(exchange) = platform.send(&wish.method.path(), body).await else {
        return false;
    };
    match (exchange.status, exchange.code(), exchange.payment_id()) {
        (200, Some(0), Some(id)) => {
            if !world.book().issued(id, wish, chance) {
                world.violated(format!("{id}: this payment id was given twice"));
            }
        }
        (503, ..) => return false,
        (status, ..) => {
            let text = exchange.text();
            world.violated(format!(
                "check_deposit was answered with HTTP {status}: {text}"
            ));
        }
    }
    true
}

/// Delivers a fact that is not acknowledged, `copies` times at once.
async fn tell(world: &Arc<World>, chance: &mut Chance, copies: usize) -> bool {
    let Some(fact) = world.book().take_open(chance) else {
        return top_up(world, chance).await;
    };
    let acknowledged = send(world, chance, fact, copies).await;
    world.book().delivered(fact, acknowledged);
    acknowledged
}

/// Delivers once more what was acknowledged: the answer may have been lost on its way.
async fn repeat(world: &Arc<World>, chance: &mut Chance) -> bool {
    let fact = world.book().any_acknowledged(chance);
    match fact {
        Some(fact) => send(world, chance, fact, 1).await,
        None => tell(world, chance, 1).await,
    }
}

/// Whether any copy was acknowledged.
async fn send(world: &Arc<World>, chance: &mut Chance, fact: usize, copies: usize) -> bool {
    let mut sent = JoinSet::new();
    for _ in 0..copies {
        sent.spawn(send_one(Arc::clone(world), chance.fork(), fact, 2));
    }
    sent.join_all().await.contains(&true)
}

/// Delivers a fact to any service, and repeats it there up to so many times; whether it was acknowledged.
pub(super) async fn send_one(
    world: Arc<World>,
    mut chance: Chance,
    fact: usize,
    repeats: usize,
) -> bool {
    let platform = world.platform(&mut chance);
    let (path, body, id) = {
        let book = world.book();
        let fact = &book.facts[fact];
        let payment = &book.payments[fact.payment];
        let (wish, id) = (payment.wish, &payment.id);
        let body = wish.callback(platform, id, fact.kind, fact.operation, fact.amount);
        (wish.method.path(), body, id.clone())
    };
    // Its own waits, in a five thousandth of the time.
    let waits = schedule::waits().take(repeats).map(|wait| wait / 5000);
    let delivered = deliver(platform, &path, &body, waits).await;
    for answer in &delivered.attempts {
        count(&world, &id, answer);
    }
    delivered.acknowledged
}

fn count(world: &World, id: &str, answer: &Result<Exchange, NoAnswer>) {
    world.deliveries.fetch_add(1, Ordering::Relaxed);
    match answer.as_ref().map(|exchange| exchange.status) {
        Ok(200) => {}
        Ok(503) => {
            world.unavailable.fetch_add(1, Ordering::Relaxed);
        }
        // 404 above all: the payment was lost.
        Ok(status) => world.violated(format!("{id}: a callback was answered with HTTP {status}")),
        Err(_) => {
            world.unanswered.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The merchant's billing: it must not miss an entry, however it asks and whomever.
async fn read_on(world: Arc<World>, over: Arc<AtomicBool>, mut chance: Chance) {
    while !over.load(Ordering::Relaxed) {
        let after = world.feed().next();
        let admin = &world.admins[chance.below(world.admins.len())];
        let page = admin.call("GET", &Feed::path(after), None).await;
        if let Ok(page) = page.as_ref()
            && page.status != 503
            && let Err(error) = world.feed().take(after, page)
        {
            world.violated(format!("{error:#}"));
        }
        tokio::time::sleep(PAUSE).await;
    }
}
