//! Which payments a debt includes.

use std::task::{Context, Waker};

use jetpay_billing::client::BillingUrl;
use jetpay_billing::dialect::Dialect;
use jetpay_kaspi::Kaspi;
use jetpay_ledger::{DeliveryProgress, DeliveryStream, Feed, Flag, Millis, Waiting, WaitingState};
use jetpay_qiwi_kz::QiwiKz;
use jetpay_server::config::{DeliverConfig, DeliverKind};
use jiff::tz::TimeZone;
use serde_json::json;

use crate::stand_in::{SECOND, Says, debt, owing, shop, shop_with};
use crate::support::CUSTOMER;

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
        may_be_there: false,
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
