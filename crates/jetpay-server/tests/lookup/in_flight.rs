//! Questions in flight: one at a time for a customer, and few to a system that does not answer.

use std::task::{Context, Waker};

use futures_util::future::join_all;
use jetpay_billing::Failure;
use jetpay_qiwi_kz::QiwiKz;
use serde_json::json;

use crate::stand_in::{SECOND, Says, owing, shop};

#[actix_web::test]
async fn hundred_requests_for_one_customer_are_one_question() {
    let shop = shop().await;
    shop.system.stop();
    let mut requests: Vec<_> = (0..100)
        .map(|_| Box::pin(shop.verify::<QiwiKz>()))
        .collect();
    let mut context = Context::from_waker(Waker::noop());
    for request in &mut requests {
        assert!(request.as_mut().poll(&mut context).is_pending());
    }
    shop.system.go();
    let answers = join_all(requests).await;
    assert!(answers.iter().all(|answer| answer["code"] == 0));
    assert_eq!(shop.system.asked(), 1);
}

#[actix_web::test]
async fn caller_that_goes_away_takes_the_answer_from_no_other() {
    let shop = shop().await;
    shop.system.stop();
    let mut context = Context::from_waker(Waker::noop());
    let mut first = Box::pin(shop.verify::<QiwiKz>());
    let mut second = Box::pin(shop.verify::<QiwiKz>());
    assert!(first.as_mut().poll(&mut context).is_pending());
    assert!(second.as_mut().poll(&mut context).is_pending());
    drop(first);
    shop.system.go();
    assert_eq!(second.await["code"], 0);
    // Nor does the last one take it from those who come later.
    shop.pass(30 * SECOND);
    shop.system.stop();
    let mut only = Box::pin(shop.verify::<QiwiKz>());
    assert!(only.as_mut().poll(&mut context).is_pending());
    drop(only);
    shop.system.go();
    while shop.system.asked() < 2 || shop.seen_at().await != Some(0) {
        tokio::task::yield_now().await;
    }
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 0);
    assert_eq!(shop.system.asked(), 2);
}

#[actix_web::test]
async fn question_that_panics_fails_for_all_who_wait_and_the_next_one_is_asked() {
    let shop = shop().await;
    shop.system.says(Says::Panics);
    let answers = join_all((0..3).map(|_| shop.verify::<QiwiKz>())).await;
    for answer in answers {
        assert_eq!(answer["code"], 500);
    }
    assert_eq!(shop.system.asked(), 1);
    shop.system.says(owing(1));
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 0);
}

#[actix_web::test]
async fn system_that_does_not_answer_five_times_is_asked_once_in_ten_seconds() {
    let shop = shop().await;
    shop.system.says(Says::Fails(Failure::TimedOut));
    for customer in 0..20 {
        let answer = shop.verify_of::<QiwiKz>(&customer.to_string()).await;
        assert_eq!(answer["code"], 500);
    }
    assert_eq!(shop.system.asked(), 5);
    shop.pass(10 * SECOND);
    for _ in 0..2 {
        shop.verify::<QiwiKz>().await;
    }
    assert_eq!(shop.system.asked(), 6, "the probe");
    shop.system.says(owing(1));
    shop.pass(10 * SECOND);
    for customer in ["a", "b", "c"] {
        assert_eq!(shop.verify_of::<QiwiKz>(customer).await["code"], 0);
    }
    assert_eq!(shop.system.asked(), 9);
}

#[actix_web::test]
async fn system_that_refuses_or_knows_no_customer_answers_and_is_asked_on() {
    let shop = shop().await;
    let says = [
        Says::Fails(Failure::Said("79".to_owned())),
        Says::Fails(Failure::NotNow("300".to_owned())),
        Says::Unknown,
        Says::Customer(json!({"contracts": [{"id": "1", "number": "N", "payment": -1}]})),
    ];
    for (at, says) in says.iter().enumerate() {
        shop.system.says(says.clone());
        for customer in 0..6 {
            shop.verify_of::<QiwiKz>(&format!("{at}-{customer}")).await;
        }
        assert_eq!(shop.system.asked(), (at + 1) * 6, "{says:?}");
    }
}
