//! Traffic against a small merchant. A right merchant gives no unexpected answer; a wrong one is noticed. Only HTTP 200
//! acknowledges a callback, and every other status refuses it: the documents leave that to the merchant.

use std::collections::HashSet;
use std::future::{pending, ready};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jetpay_platform::traffic::{Fault as Goes, MessageKind, Route, Runner, Tally, Traffic};
use jetpay_platform::{KASPI, METHODS};
use tokio::time::sleep;

use crate::merchant::{Answer, PAYER, serve_by, serve_constant};
use crate::{platform, right_merchant};

const GOOD: &str = r#"{"code":0,"currency":"KZT","additional_customer_id":"1","payment_id":"payment_1",
    "entities":[{"id":"1","number":"1"}]}"#;

/// This many top-ups by every method, as fast as possible.
fn traffic(base_url: &str, faults: &str, count: u64) -> Traffic {
    let routes = METHODS
        .iter()
        .map(|method| Route::new(method, platform(&format!("{base_url}/{}", method.name))));
    by(routes.collect(), faults, count)
}

fn by(routes: Vec<Route>, faults: &str, count: u64) -> Traffic {
    let mut traffic = Traffic::new(routes, vec![PAYER.to_owned()]).unwrap();
    traffic.faults = faults.parse().unwrap();
    traffic.rate = "500".parse().unwrap();
    traffic.hurry = 1000;
    traffic.seed = 3;
    traffic.count = Some(count);
    traffic
}

async fn play(traffic: Traffic) -> Tally {
    Runner::new(traffic).run(pending()).await
}

fn of_fault(tally: &Tally, fault: Goes) -> (u64, u64) {
    let row = tally.rows.get(&MessageKind::Fault(fault)).cloned();
    let row = row.unwrap_or_default();
    (row.sent, row.unexpected)
}

#[tokio::test]
async fn right_merchant_gives_no_unexpected_answer_whatever_goes_wrong() {
    let tally = play(traffic(&right_merchant(), "all=200", 300)).await;
    assert_eq!(tally.total().unexpected, 0, "{tally}");
    assert_eq!((tally.begun, tally.ended, tally.cut_short), (300, 300, 0));
    assert_eq!((tally.repeats, tally.given_up, tally.left_out), (0, 0, 0));
    for fault in Goes::ALL {
        assert!(of_fault(&tally, fault).0 > 20, "{fault}: {tally}");
    }
    let cut = of_fault(&tally, Goes::Cut).0;
    assert_eq!(
        tally.total().sent,
        tally.total().expected + cut,
        "only a cut one is not judged"
    );
    assert!(tally.total().times.percentile(990) > Some(0));
}

#[tokio::test]
async fn same_seed_sends_the_same_messages() {
    let sent = |tally: Tally| -> Vec<(MessageKind, u64)> {
        let rows = tally.rows.into_iter();
        rows.map(|(kind, row)| (kind, row.sent)).collect()
    };
    let one = sent(play(traffic(&right_merchant(), "all=100", 60)).await);
    let other = sent(play(traffic(&right_merchant(), "all=100", 60)).await);
    assert_eq!(one, other);
}

#[tokio::test]
async fn endpoint_that_believes_everything_is_noticed() {
    let url = serve_constant(200, GOOD);
    let tally = play(traffic(&url, "all=200", 100)).await;
    for fault in [
        Goes::BadSignature,
        Goes::Tampered,
        Goes::UnknownPayment,
        Goes::UnknownCustomer,
        Goes::Garbage,
    ] {
        let (sent, unexpected) = of_fault(&tally, fault);
        assert!(sent > 0 && sent == unexpected, "{fault}: {tally}");
    }
    assert_eq!(
        tally.rows[&MessageKind::CheckDeposit].expected,
        1,
        "all but the first have the payment id of another: {tally}"
    );
    assert_eq!(tally.rows[&MessageKind::Success].unexpected, 0);
    assert_eq!(tally.first_unexpected.len(), 10);
}

#[tokio::test]
async fn endpoint_that_answers_200_without_a_body_gets_no_further_than_verify() {
    let tally = play(traffic(&serve_constant(200, ""), "none", 20)).await;
    assert_eq!(tally.rows.len(), 1, "{tally}");
    assert_eq!((tally.total().unexpected, tally.total().expected), (20, 0));
    let first = tally.first_unexpected[0].to_string();
    assert!(
        first.contains("verify: expected HTTP 200 and code 0"),
        "{first}"
    );
    assert!(first.ends_with(", got HTTP 200, no code"), "{first}");
}

#[tokio::test]
async fn missing_contract_is_noticed_and_a_given_contract_is_paid() {
    let without = r#"{"code":0,"currency":"KZT","additional_customer_id":"1","payment_id":"1"}"#;
    let url = serve_constant(200, without);
    let mut traffic = by(vec![Route::new(&KASPI, platform(&url))], "none", 1);
    let tally = play(traffic.clone()).await;
    assert_eq!(tally.total().unexpected, 1, "{tally}");
    assert!(tally.first_unexpected[0].expected.contains("entity"));

    let contract = jetpay_platform::messages::Contract {
        id: "12345".into(),
        number: "1234_ABC".into(),
    };
    traffic.contract = Some(contract);
    let tally = play(traffic).await;
    assert_eq!(tally.total().unexpected, 0, "{tally}");
    assert_eq!(tally.rows[&MessageKind::CheckDeposit].sent, 1);
}

#[tokio::test]
async fn unacknowledged_callback_is_repeated_while_other_top_ups_go_on() {
    let mut traffic = with_callbacks_to(&serve_constant(503, ""), 30);
    traffic.repeats = 6;
    traffic.hurry = 100;
    // There is room for 60 callbacks that wait, so none is given up early.
    traffic.concurrency = 3;
    let runner = Runner::new(traffic);
    let counters = runner.counters();
    let most_waiting = tokio::spawn(async move {
        let mut most = 0;
        while counters.now().ended < 30 {
            most = most.max(counters.now().waiting);
            sleep(Duration::from_millis(5)).await;
        }
        most
    });
    let tally = runner.run(pending()).await;
    assert!(
        most_waiting.await.unwrap() > 3,
        "what is only repeated lets others begin"
    );
    let told = tally.given_up;
    assert!(told >= 20, "{tally}");
    assert_eq!(tally.repeats, told * 6);
    assert_eq!(tally.total().unexpected, told * 7, "each try is unexpected");
    assert_eq!((tally.waiting, tally.ended), (0, 30));
}

/// Callbacks of every method go to another URL than the other messages.
fn with_callbacks_to(callbacks: &str, count: u64) -> Traffic {
    let base = right_merchant();
    let routes = METHODS.iter().map(|method| {
        let route = Route::new(method, platform(&format!("{base}/{}", method.name)));
        route.with_callbacks(platform(callbacks))
    });
    by(routes.collect(), "none", count)
}

#[tokio::test]
async fn closed_port_is_no_answer_with_the_reason() {
    let tally = play(traffic("http://127.0.0.1:1", "all=500", 20)).await;
    assert_eq!(tally.total().unanswered, tally.total().sent, "{tally}");
    assert_eq!(tally.total().unexpected, tally.total().sent);
    assert!(tally.first_unexpected[0].got.starts_with("no answer: "));
}

#[tokio::test]
async fn endpoint_that_never_answers_has_no_more_top_ups_in_progress_than_allowed() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let mut traffic = traffic(&url, "none", 1);
    traffic.count = None;
    traffic.concurrency = 3;
    let begun = Instant::now();
    let tally = Runner::new(traffic)
        .run(sleep(Duration::from_millis(500)))
        .await;
    assert_eq!((tally.begun, tally.under_way()), (3, 3), "{tally}");
    assert!(tally.left_out > 50, "{tally}");
    assert_eq!(tally.cut_short, 3);
    assert!(begun.elapsed() < Duration::from_secs(8));
}

#[tokio::test]
async fn after_the_stop_no_top_up_begins_and_those_in_progress_end() {
    let mut traffic = traffic(&right_merchant(), "repeat=500", 1);
    traffic.count = None;
    traffic.rate = "50".parse().unwrap();
    let tally = Runner::new(traffic)
        .run(sleep(Duration::from_millis(700)))
        .await;
    // The average is 35.
    assert!((10..70).contains(&tally.begun), "{tally}");
    assert_eq!((tally.ended, tally.cut_short), (tally.begun, 0));
    assert_eq!(tally.left_out, 0, "{tally}");
    assert_eq!(tally.total().unexpected, 0, "{tally}");
}

#[test]
fn traffic_without_routes_or_customers_is_refused() {
    let route = Route::new(&KASPI, platform("http://127.0.0.1:1"));
    assert!(Traffic::new(vec![], vec!["7123456789".into()]).is_err());
    assert!(Traffic::new(vec![route], vec![]).is_err());
}

#[tokio::test]
async fn callback_that_is_finally_acknowledged_is_not_repeated_any_more() {
    let sent = Arc::new(AtomicU32::new(0));
    let url = serve_by(move |_| {
        let status = match sent.fetch_add(1, Relaxed) % 2 {
            0 => 503,
            _ => 200,
        };
        ready(Answer::new(status, ""))
    });
    let tally = play(with_callbacks_to(&url, 30)).await;
    assert!(tally.repeats >= 10, "{tally}");
    assert_eq!(
        tally.total().unexpected,
        tally.repeats,
        "a repeat for each 503"
    );
    assert_eq!((tally.given_up, tally.waiting), (0, 0));
}

#[tokio::test]
async fn one_acknowledgement_of_several_is_enough_and_refused_ones_are_repeated() {
    let in_work = Arc::new(Mutex::new(HashSet::new()));
    let url = serve_by(move |callback| {
        let in_work = Arc::clone(&in_work);
        async move {
            if !in_work.lock().unwrap().insert(callback.body.clone()) {
                return Answer::new(409, "");
            }
            sleep(Duration::from_millis(50)).await;
            in_work.lock().unwrap().remove(&callback.body);
            Answer::new(200, "")
        }
    });
    let mut traffic = with_callbacks_to(&url, 20);
    traffic.faults = "at-once=1000".parse().unwrap();
    traffic.hurry = 100;
    let tally = play(traffic).await;
    let (sent, unexpected) = of_fault(&tally, Goes::AtOnce);
    assert!(sent > 30 && unexpected == 0, "{tally}");
    assert!(tally.repeats >= 10, "{tally}");
    assert_eq!(
        (tally.total().unexpected, tally.given_up),
        (0, 0),
        "{tally}"
    );
}

#[tokio::test]
async fn any_status_but_200_refuses_a_forgery() {
    let lies = [
        Goes::BadSignature,
        Goes::Tampered,
        Goes::UnknownPayment,
        Goes::Garbage,
        Goes::WrongAmount,
    ];
    for status in [302, 404, 500] {
        let mut traffic = with_callbacks_to(&serve_constant(status, ""), 20);
        traffic.repeats = 0;
        for fault in lies.into_iter().chain([Goes::AtOnce]) {
            traffic.faults = traffic.faults.with(fault, 1000);
        }
        let tally = play(traffic).await;
        for fault in lies {
            let (sent, unexpected) = of_fault(&tally, fault);
            assert!(sent > 10 && unexpected == 0, "{status} {fault}: {tally}");
        }
        let (sent, unexpected) = of_fault(&tally, Goes::AtOnce);
        assert!(sent > 10 && unexpected == sent, "{status}: {tally}");
        let state =
            format!("expected HTTP 200 to at least one of them, got HTTP {status}, no code");
        assert!(tally.to_string().contains(&state), "{tally}");
    }
}
