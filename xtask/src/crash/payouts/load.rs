//! Clients that request payouts and repeat each request until it is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jetpay_platform::Admin;
use tokio::task::JoinSet;

use crate::crash::run::{Random, Run};

/// The pause after a request without an answer.
const PAUSE: Duration = Duration::from_millis(5);

/// While this many orders wait for an answer, clients do not request new payouts.
const MOST_OPEN: usize = 20;

/// Requests payouts until the load ends.
pub(in crate::crash) async fn request_payouts(
    run: Arc<Run>,
    over: Arc<AtomicBool>,
    mut random: Random,
) {
    while !over.load(Ordering::Relaxed) {
        let open = run.payouts.journal().open.len();
        let answered = match random.below(100) {
            0..50 if open >= MOST_OPEN => again(&run, &mut random).await,
            0..40 => request_new(&run, &mut random, 1).await,
            // The same request on three connections at once, to random services.
            40..50 => request_new(&run, &mut random, 3).await,
            50..80 => again(&run, &mut random).await,
            80..95 => repeat(&run, &mut random).await,
            _ => request_conflicting(&run, &mut random).await,
        };
        let pause = if answered {
            random.millis(4, 24)
        } else {
            PAUSE
        };
        tokio::time::sleep(pause).await;
    }
}

/// Requests a new payout, `copies` times at once. A fifth of the clients give up if no copy is answered.
async fn request_new(run: &Arc<Run>, random: &mut Random, copies: usize) -> bool {
    let number = {
        let mut journal = run.payouts.journal();
        let number = journal.order(random);
        let request = &journal.orders[number].request;
        let (account, plan) = (request.account.clone(), request.plan.clone());
        drop(journal);
        run.payouts.gate.state().plan(account, plan);
        number
    };
    let mut sent = JoinSet::new();
    for _ in 0..copies {
        let (run, mut random) = (Arc::clone(run), random.fork());
        sent.spawn(async move { post(&run, any(&run, &mut random), number).await });
    }
    let answered = sent.join_all().await.contains(&true);
    if !answered && !random.percent(20) {
        run.payouts.journal().not_answered(number);
    }
    answered
}

/// Repeats a request that was not answered.
async fn again(run: &Arc<Run>, random: &mut Random) -> bool {
    let open = run.payouts.journal().take_open(random);
    let Some(number) = open else {
        return request_new(run, random, 1).await;
    };
    let answered = post(run, any(run, random), number).await;
    if !answered {
        run.payouts.journal().not_answered(number);
    }
    answered
}

/// Repeats a request that was answered, as a client that lost the answer does.
async fn repeat(run: &Run, random: &mut Random) -> bool {
    let number = run.payouts.journal().any_answered(random);
    match number {
        Some(number) => post(run, any(run, random), number).await,
        None => true,
    }
}

/// Requests a different payout under a key that is in use. The answer must be HTTP 409.
async fn request_conflicting(run: &Run, random: &mut Random) -> bool {
    let body = {
        let journal = run.payouts.journal();
        journal
            .any_answered(random)
            .map(|number| journal.orders[number].request.conflicting_body())
    };
    let Some(body) = body else {
        return true;
    };
    let sent = any(run, random).call("POST", "/v1/payouts", Some(&body));
    match sent.await.map(|answer| answer.status) {
        Ok(409) => true,
        Ok(503) | Err(_) => false,
        Ok(status) => {
            let key = &body["idempotency_key"];
            run.violated(format!(
                "another payout under {key} was answered with HTTP {status}"
            ));
            true
        }
    }
}

/// Requests a payout. Returns whether the request was answered.
pub(super) async fn post(run: &Run, admin: &Admin, number: usize) -> bool {
    let (body, was_answered) = {
        let journal = run.payouts.journal();
        let order = &journal.orders[number];
        (order.request.body(), order.id.is_some())
    };
    let answer = match admin.call("POST", "/v1/payouts", Some(&body)).await {
        Ok(answer) if answer.status != 503 => answer,
        _ => return false,
    };
    let problem = match (answer.status, answer.payment_id()) {
        (202, Some(id)) if was_answered => {
            Some(format!("{id}: a known payout was answered as new"))
        }
        (status @ (200 | 202), Some(id)) => {
            run.payouts.journal().answered(number, id, status == 202)
        }
        (status, _) => Some(format!(
            "a payout was answered with HTTP {status}: {}",
            answer.text()
        )),
    };
    if let Some(problem) = problem {
        run.violated(problem);
    }
    true
}

/// Picks a service, running or not.
fn any<'a>(run: &'a Run, random: &mut Random) -> &'a Admin {
    &run.admins[random.below(run.admins.len())]
}
