//! Clients that ask for payouts, again and again until they are answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jetpay_platform::Admin;
use tokio::task::JoinSet;

use crate::crash::chance::Chance;
use crate::crash::world::World;

/// How long one waits after there was no answer.
const PAUSE: Duration = Duration::from_millis(5);

/// So many wait for an answer at most: then nobody asks for a new payout.
const WAITING: usize = 20;

/// Asks until it is over.
pub(in crate::crash) async fn ask(world: Arc<World>, over: Arc<AtomicBool>, mut chance: Chance) {
    while !over.load(Ordering::Relaxed) {
        let waiting = world.payouts.book().waiting();
        let answered = match chance.below(100) {
            0..50 if waiting >= WAITING => again(&world, &mut chance).await,
            0..40 => new(&world, &mut chance, 1).await,
            // The same on several connections, and to several services, at once.
            40..50 => new(&world, &mut chance, 3).await,
            50..80 => again(&world, &mut chance).await,
            80..95 => repeat(&world, &mut chance).await,
            _ => other_under_the_key(&world, &mut chance).await,
        };
        let pause = if answered {
            chance.millis(4, 24)
        } else {
            PAUSE
        };
        tokio::time::sleep(pause).await;
    }
}

/// Asks for a new payout, `copies` times at once. Some clients do not come again when there is no answer.
async fn new(world: &Arc<World>, chance: &mut Chance, copies: usize) -> bool {
    let number = {
        let mut book = world.payouts.book();
        let number = book.wish(chance);
        let wish = &book.asked[number].wish;
        let (account, plan) = (wish.account.clone(), wish.plan.clone());
        drop(book);
        world.payouts.gate.books().plan(account, plan);
        number
    };
    let mut sent = JoinSet::new();
    for _ in 0..copies {
        let (world, mut chance) = (Arc::clone(world), chance.fork());
        sent.spawn(async move { post(&world, any(&world, &mut chance), number).await });
    }
    let answered = sent.join_all().await.contains(&true);
    if !answered && !chance.of(20) {
        world.payouts.book().not_answered(number);
    }
    answered
}

/// Asks again for what was not answered.
async fn again(world: &Arc<World>, chance: &mut Chance) -> bool {
    let open = world.payouts.book().take_open(chance);
    let Some(number) = open else {
        return new(world, chance, 1).await;
    };
    let answered = post(world, any(world, chance), number).await;
    if !answered {
        world.payouts.book().not_answered(number);
    }
    answered
}

/// Asks once more for what was answered: the client may have lost it.
async fn repeat(world: &World, chance: &mut Chance) -> bool {
    let number = world.payouts.book().any_answered(chance);
    match number {
        Some(number) => post(world, any(world, chance), number).await,
        None => true,
    }
}

/// Asks for something else under a key that is taken.
async fn other_under_the_key(world: &World, chance: &mut Chance) -> bool {
    let body = {
        let book = world.payouts.book();
        book.any_answered(chance)
            .map(|number| book.asked[number].wish.other_body())
    };
    let Some(body) = body else {
        return true;
    };
    let asked = any(world, chance).call("POST", "/v1/payouts", Some(&body));
    match asked.await.map(|answer| answer.status) {
        Ok(409) => true,
        Ok(503) | Err(_) => false,
        Ok(status) => {
            let key = &body["idempotency_key"];
            world.violated(format!(
                "another payout under {key} was answered with HTTP {status}"
            ));
            true
        }
    }
}

/// Asks for a payout; whether that was answered.
pub(super) async fn post(world: &World, admin: &Admin, number: usize) -> bool {
    let (body, was_answered) = {
        let book = world.payouts.book();
        let asked = &book.asked[number];
        (asked.wish.body(), asked.id.is_some())
    };
    let answer = match admin.call("POST", "/v1/payouts", Some(&body)).await {
        Ok(answer) if answer.status != 503 => answer,
        _ => return false,
    };
    let problem = match (answer.status, answer.payment_id()) {
        (202, Some(id)) if was_answered => Some(format!("{id}: what was known is answered as new")),
        (status @ (200 | 202), Some(id)) => {
            world.payouts.book().answered(number, id, status == 202)
        }
        (status, _) => Some(format!(
            "a payout was answered with HTTP {status}: {}",
            answer.text()
        )),
    };
    if let Some(problem) = problem {
        world.violated(problem);
    }
    true
}

/// Any service, running or not.
fn any<'a>(world: &'a World, chance: &mut Chance) -> &'a Admin {
    &world.admins[chance.below(world.admins.len())]
}
