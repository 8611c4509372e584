//! The rules of look-ups, with a system that answers as the test says.

use std::sync::Arc;
use std::task::{Context, Waker};

use futures_util::future::join_all;
use jetpay_billing::Failure;
use jetpay_billing::client::BillingUrl;
use jetpay_billing::dialect::Dialect;
use jetpay_kaspi::Kaspi;
use jetpay_ledger::{
    Customer, DeliveryProgress, DeliveryStream, Feed, Flag, Millis, Waiting, WaitingState,
};
use jetpay_qiwi_kz::QiwiKz;
use jetpay_server::config::{DeliverConfig, DeliverKind};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::stand_in::{HOUR, SECOND, Says, Shop, shop, shop_with, web_service};
use crate::support::{CUSTOMER, assert_has};

/// The body of a customer with one contract and this debt.
fn owing(payment: i64) -> Says {
    Says::Customer(json!({"contracts": [{"id": "1", "number": "N1", "payment": payment}]}))
}

/// The debt that `verify` of Kaspi shows.
async fn debt(shop: &Shop) -> Value {
    let answer = shop.verify::<Kaspi>().await;
    assert_eq!(answer["code"], 0, "{answer}");
    answer["entities"][0]["payment"].clone()
}

fn failures() -> [Failure; 7] {
    let text = "of a test".to_owned();
    [
        Failure::NotConnected(text.clone()),
        Failure::TimedOut,
        Failure::Broken(text.clone()),
        Failure::Status(404),
        Failure::Status(500),
        Failure::Unreadable(text.clone()),
        Failure::NotNow(text),
    ]
}

/// The merchant wrote the customer without a look-up.
async fn import(shop: &Shop) {
    let customer = Customer {
        customer_id: CUSTOMER.try_into().unwrap(),
        additional_customer_id: None,
        contracts: Vec::new(),
    };
    shop.ledger.put_customer(customer).await.unwrap();
}

#[actix_web::test]
async fn answer_is_shown_stored_and_good_for_thirty_seconds() {
    let shop = shop().await;
    shop.system.says(owing(100));
    assert_eq!(debt(&shop).await, 100);
    shop.system.says(owing(200));
    shop.pass(30 * SECOND - 1);
    assert_eq!((debt(&shop).await, shop.system.asked()), (json!(100), 1));
    shop.pass(1);
    assert_eq!((debt(&shop).await, shop.system.asked()), (json!(200), 2));
}

#[actix_web::test]
async fn unknown_customer_is_404_and_that_is_good_for_five_seconds() {
    let shop = shop().await;
    shop.system.says(Says::Unknown);
    import(&shop).await;
    let deposit = async || shop.check_deposit::<QiwiKz>(json!({})).await;
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 404);
    assert_eq!(deposit().await["code"], 404);
    shop.system.says(owing(1));
    shop.pass(5 * SECOND - 1);
    assert_eq!(deposit().await["code"], 404);
    assert_eq!(shop.system.asked(), 1);
    shop.pass(1);
    assert_eq!(deposit().await["code"], 0);
    assert_eq!(shop.system.asked(), 2);
}

/// What the service knows when the system fails, and the codes of `verify` and `check_deposit`.
#[actix_web::test]
async fn failure_is_never_404_and_is_answered_from_what_is_known() {
    for failure in failures() {
        for (known, verify, deposit) in [
            ("nothing", 500, 500),
            ("imported", 500, 0),
            ("seen now", 0, 0),
            ("seen a millisecond less than a day ago", 0, 0),
            ("seen a day ago", 500, 0),
        ] {
            let mut shop = shop().await;
            match known {
                "nothing" => {}
                "imported" => import(&shop).await,
                _ => assert_eq!(shop.verify::<QiwiKz>().await["code"], 0),
            }
            match known {
                "seen a millisecond less than a day ago" => shop.pass(24 * HOUR - 1),
                "seen a day ago" => shop.pass(24 * HOUR),
                _ => shop.restart(),
            }
            shop.system.says(Says::Fails(failure.clone()));
            let place = format!("{failure}, {known}");
            let answer = shop.verify::<QiwiKz>().await;
            assert_eq!(answer["code"], verify, "{place}: {answer}");
            if verify == 500 {
                assert_has(&answer.to_string(), &["try again later"]);
            }
            let answer = shop.check_deposit::<QiwiKz>(json!({})).await;
            assert_eq!(answer["code"], deposit, "{place}: {answer}");
            if deposit == 0 {
                assert_eq!(shop.flags(&answer).await, [Flag::NOT_LOOKED_UP], "{place}");
            }
        }
    }
}

#[actix_web::test]
async fn top_up_that_was_looked_up_has_no_flag_also_when_the_answer_is_a_remembered_one() {
    let shop = shop().await;
    for _ in 0..2 {
        let answer = shop.check_deposit::<QiwiKz>(json!({})).await;
        assert_eq!(shop.flags(&answer).await, []);
        shop.system.says(Says::Fails(Failure::TimedOut));
    }
    assert_eq!(shop.system.asked(), 1);
}

#[actix_web::test]
async fn account_to_which_the_system_refuses_payments_is_told_so_and_a_top_up_is_flagged() {
    let shop = shop().await;
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 0);
    shop.pass(30 * SECOND);
    shop.system
        .says(Says::Fails(Failure::Said("79: not active".to_owned())));
    let answer = shop.verify::<QiwiKz>().await;
    assert_eq!(answer["code"], 500);
    assert_has(&answer.to_string(), &["does not accept payments"]);
    let answer = shop.check_deposit::<QiwiKz>(json!({})).await;
    assert_eq!(shop.flags(&answer).await, [Flag::NOT_LOOKED_UP]);
}

#[actix_web::test]
async fn contracts_of_a_top_up_are_those_of_the_answer() {
    let shop = shop().await;
    shop.system.says(owing(100));
    for (contract, flags) in [("1", vec![]), ("2", vec![Flag::UNKNOWN_CONTRACT])] {
        let answer = shop
            .check_deposit::<Kaspi>(json!({"entity_id": contract}))
            .await;
        assert_eq!(shop.flags(&answer).await, flags);
    }
    shop.pass(30 * SECOND);
    shop.system.says(Says::Fails(Failure::TimedOut));
    let answer = shop.check_deposit::<Kaspi>(json!({"entity_id": "2"})).await;
    let flags = [Flag::NOT_LOOKED_UP, Flag::UNKNOWN_CONTRACT];
    assert_eq!(shop.flags(&answer).await, flags);
}

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

#[actix_web::test]
async fn answer_that_is_shown_already_is_not_written_again_for_an_hour() {
    let shop = shop().await;
    shop.system.says(owing(100));
    debt(&shop).await;
    shop.pass(HOUR - 1);
    assert_eq!((debt(&shop).await, shop.system.asked()), (json!(100), 2));
    assert_eq!(shop.seen_at().await, Some(0));
    shop.pass(30 * SECOND);
    debt(&shop).await;
    assert_eq!(shop.seen_at().await, Some(HOUR - 1 + 30 * SECOND));
}

#[actix_web::test]
async fn customer_that_the_merchant_wrote_is_seen_when_the_system_answers_the_same() {
    let shop = shop().await;
    import(&shop).await;
    assert_eq!(shop.seen_at().await, None);
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 0);
    assert_eq!(shop.seen_at().await, Some(0));
}

/// What came in after the question lowers the debt; what came in before it is in the answer already.
#[actix_web::test]
async fn debt_is_that_of_the_answer_less_what_came_in_since() {
    let shop = shop().await;
    shop.system.says(owing(100_000));
    let pay = async |operation| {
        let answer = shop.check_deposit::<Kaspi>(json!({"entity_id": "1"})).await;
        shop.paid(&answer, operation, 10_000).await;
    };
    pay(1).await;
    assert_eq!(
        debt(&shop).await,
        90_000,
        "the answer came before the payment"
    );
    shop.pass(30 * SECOND);
    // The net debt of the ledger, but for another reason: the system does not know of the payment yet.
    shop.system.says(Says::Customer(
        json!({"as_of_seq": 0, "contracts": [{"id": "1", "number": "N1", "payment": 90_000}]}),
    ));
    assert_eq!(debt(&shop).await, 80_000);
    shop.pass(30 * SECOND);
    shop.system.says(owing(90_000));
    assert_eq!(
        debt(&shop).await,
        90_000,
        "it includes what came in before the question"
    );
    pay(2).await;
    assert_eq!(debt(&shop).await, 80_000);
}

/// A billing knows of the payments that it was told about, and of no others.
#[actix_web::test]
async fn debt_of_a_billing_includes_what_was_delivered_to_it() {
    let lines =
        "[lookup]\nkind = \"osmp\"\nurl = \"https://billing.example/pay\"\ndebt_field = \"sum\"\n";
    let mut shop = shop_with(lines).await;
    shop.config.deliver.push(billing_endpoint());
    shop.restart();
    let stream = DeliveryStream {
        name: "billing".to_owned(),
        feed: Feed::Entries,
    };
    let until = || Millis(shop.now().0 + 60 * SECOND);
    let leased = shop
        .ledger
        .lease_deliveries(&stream, shop.now(), until())
        .await;
    let token = leased.unwrap().unwrap().fencing_token;
    let record = async |cursor, waiting, done| {
        let progress = DeliveryProgress {
            cursor,
            waiting,
            done,
            ..DeliveryProgress::default()
        };
        let recorded = shop
            .ledger
            .record_deliveries(&stream, token, progress, shop.now(), until());
        assert!(recorded.await.unwrap().is_some());
    };
    shop.system.says(owing(100_000));
    let answer = shop.check_deposit::<Kaspi>(json!({"entity_id": "1"})).await;
    shop.paid(&answer, 1, 10_000).await;
    shop.pass(30 * SECOND);
    assert_eq!(debt(&shop).await, 90_000, "it was not told");
    // Parked: the cursor passes it, and it is not delivered.
    let parked = Waiting {
        seq: 1,
        lane: CUSTOMER.to_owned(),
        state: WaitingState::Parked,
        attempts: 1,
        since: shop.now(),
        due_at: shop.now(),
        why: None,
    };
    record(1, vec![parked], vec![]).await;
    shop.pass(30 * SECOND);
    assert_eq!(debt(&shop).await, 90_000, "it refused that payment");
    record(1, vec![], vec![1]).await;
    shop.pass(30 * SECOND);
    assert_eq!(
        debt(&shop).await,
        100_000,
        "it was told, and says what is owed after that"
    );
}

/// An endpoint that tells a billing.
fn billing_endpoint() -> DeliverConfig {
    DeliverConfig {
        name: "billing".to_owned(),
        kind: DeliverKind::Dialect {
            dialect: Dialect::Osmp,
            login: None,
            cancel: false,
            zone: TimeZone::UTC,
            prefixes: Vec::new(),
        },
        url: BillingUrl::parse("https://billing.example/pay").unwrap(),
        projects: Vec::new(),
        alarms: false,
    }
}

/// The system may have learned of an entry that the ledger got after the question began.
#[actix_web::test]
async fn as_of_seq_of_an_answer_may_be_later_than_the_question_and_not_later_than_the_ledger() {
    let shop = shop().await;
    let answer = shop.check_deposit::<QiwiKz>(json!({})).await;
    shop.pass(30 * SECOND);
    let of = |seq| {
        let contract = json!({"id": "1", "number": "N1", "payment": 5});
        Says::Customer(json!({"as_of_seq": seq, "contracts": [contract]}))
    };
    shop.system.stop();
    shop.system.says(of(1));
    let mut verify = Box::pin(shop.verify::<Kaspi>());
    while shop.system.asked() < 2 {
        let _ = verify
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        tokio::task::yield_now().await;
    }
    shop.paid(&answer, 1, 10_000).await;
    shop.system.go();
    assert_eq!(verify.await["code"], 0);
    shop.pass(30 * SECOND);
    shop.system.says(of(2));
    // It cannot be read, so the stored answer is shown.
    assert_eq!(debt(&shop).await, 5);
    let deposit = shop.check_deposit::<QiwiKz>(json!({})).await;
    assert_eq!(shop.flags(&deposit).await, [Flag::NOT_LOOKED_UP]);
}

#[actix_web::test]
async fn customer_that_was_deleted_while_an_answer_is_good_is_asked_about_again_and_never_404() {
    let shop = shop().await;
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 0);
    let id = CUSTOMER.try_into().unwrap();
    assert!(shop.ledger.delete_customer(&id).await.unwrap());
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 500);
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 0);
    assert_eq!(shop.system.asked(), 2);
}

#[actix_web::test]
async fn store_that_is_away_is_503_and_not_the_fault_of_the_system() {
    let shop = shop().await;
    shop.ledger.clone().close().await;
    for _ in 0..2 {
        let answer = shop.verify::<QiwiKz>().await;
        assert_has(&answer.to_string(), &["try again later"]);
        assert_eq!(answer["code"], 500);
    }
}

#[actix_web::test]
async fn times_of_the_configuration_are_used_and_none_of_them_may_be_zero_for_ever() {
    let lines = "cache_seconds = 0\nunknown_cache_seconds = 0\nstale_hours = 0\n";
    let shop = shop_with(&web_service(lines)).await;
    for asked in 1..=3 {
        assert_eq!(shop.verify::<QiwiKz>().await["code"], 0);
        assert_eq!(shop.system.asked(), asked);
    }
    shop.system.says(Says::Fails(Failure::TimedOut));
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 500);
    let answer = shop.check_deposit::<QiwiKz>(json!({})).await;
    assert_eq!(shop.flags(&answer).await, [Flag::NOT_LOOKED_UP]);
}

#[actix_web::test]
async fn with_the_store_alone_nothing_is_asked() {
    let shop = shop_with("[lookup]\nkind = \"store\"\n").await;
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 404);
    import(&shop).await;
    assert_eq!(shop.verify::<QiwiKz>().await["code"], 0);
    assert_eq!(shop.system.asked(), 0);
    assert_eq!(Arc::strong_count(&shop.system), 1, "there is no look-up");
}

/// A step of a history.
#[derive(Clone, Debug)]
enum Step {
    Says(Says),
    Pass(i64),
    Verify,
    CheckDeposit,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let failure = prop::sample::select(failures().to_vec()).prop_map(Says::Fails);
    let refusal = Just(Says::Fails(Failure::Said("79".to_owned())));
    let says = prop_oneof![
        2 => (0..3_i64).prop_map(owing),
        2 => Just(Says::Unknown),
        3 => failure,
        1 => refusal,
        1 => Just(Says::Panics),
    ];
    let times = vec![1, 4 * SECOND, 10 * SECOND, 30 * SECOND, 12 * HOUR];
    prop_oneof![
        3 => says.prop_map(Step::Says),
        3 => prop::sample::select(times).prop_map(Step::Pass),
        4 => Just(Step::Verify),
        2 => Just(Step::CheckDeposit),
        1 => Just(Step::Restart),
    ]
}

/// Follows a history. An answer is 404 exactly if the system says that the customer is unknown, or said so less than five
/// seconds ago.
async fn follow(steps: Vec<Step>) {
    let mut shop = shop().await;
    let (mut says, mut unknown_until) = (Says::Customer(json!({})), None);
    for step in &steps {
        let asked = shop.system.asked();
        let answer = match step {
            Step::Says(what) => {
                says = what.clone();
                shop.system.says(says.clone());
                continue;
            }
            Step::Pass(millis) => {
                shop.pass(*millis);
                continue;
            }
            Step::Restart => {
                shop.restart();
                unknown_until = None;
                continue;
            }
            Step::Verify => shop.verify::<QiwiKz>().await,
            Step::CheckDeposit => shop.check_deposit::<QiwiKz>(json!({})).await,
        };
        if shop.system.asked() > asked {
            let until = shop.now().0 + 5 * SECOND;
            unknown_until = matches!(says, Says::Unknown).then_some(until);
        }
        let is_unknown = unknown_until.is_some_and(|until| shop.now().0 < until);
        let place = format!("{step:?} of {steps:#?}: {answer}");
        assert_eq!(answer["code"] == 404, is_unknown, "{place}");
        assert!(
            [0, 404, 500].contains(&answer["code"].as_i64().unwrap()),
            "{place}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_happens_404_means_that_the_system_says_unknown(steps in prop::collection::vec(step(), 1..40)) {
        actix_web::rt::System::new().block_on(follow(steps));
    }
}
