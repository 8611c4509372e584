//! The clients against the simulated billing and the simulated receiver, which share no code with them.

use std::time::Duration;

use jetpay_billing::client::{BillingUrl, DialectClient, LookupAnswer, WebhookClient};
use jetpay_billing::dialect::{CheckAnswer, Dialect, PayOrder};
use jetpay_billing::webhook::Secrets;
use jetpay_billing::{Delivery, Failure};
use jetpay_platform::billing::receiver::{self, ReceiverState};
use jetpay_platform::billing::{self as simulated, BillingState, OnRequest, Quirks, Server, Spoil};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::wire::{TIMEOUT, order};

const DIALECTS: [(simulated::Dialect, Dialect); 3] = [
    (simulated::Dialect::Osmp, Dialect::Osmp),
    (simulated::Dialect::KaspiJson, Dialect::Kaspi),
    (simulated::Dialect::KaspiXml, Dialect::Kaspi),
];
const SPOILS: [Spoil; 7] = [
    Spoil::WrongEncoding,
    Spoil::EntityBomb,
    Spoil::OtherTxn,
    Spoil::TwoAnswers,
    Spoil::TwoResults,
    Spoil::Truncated,
    Spoil::TooLong,
];
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// The account of [`order`].
const ACCOUNT: &str = "client-77";

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// A billing whose one account owes 1250.00, and a client of it.
async fn billing(
    (dialect, spoken): (simulated::Dialect, Dialect),
    quirks: Quirks,
) -> (Server, DialectClient) {
    let mut state = BillingState::new(dialect).with_quirks(quirks);
    state.put_account(ACCOUNT, Some(125_000));
    let server = simulated::serve(listener().await, state).unwrap();
    let url = BillingUrl::parse(&server.url()).unwrap();
    let client = DialectClient::new(spoken, url, None, TIMEOUT).unwrap();
    (server, client)
}

fn receipt(delivery: &Delivery) -> Option<&str> {
    match delivery {
        Delivery::Delivered { receipt } => receipt.as_deref(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn account_and_its_debt_are_read_in_every_dialect_and_character_set() {
    for dialect in DIALECTS {
        for windows_1251 in [false, true] {
            let quirks = Quirks {
                windows_1251,
                ..Quirks::default()
            };
            let (_server, client) = billing(dialect, quirks).await;
            let known = client.check(ACCOUNT, "900", "1.00").await.unwrap();
            let CheckAnswer::Known(account) = known else {
                panic!("{dialect:?}");
            };
            let field = |name: &str| {
                let field = account.fields.iter().find(|it| it.0 == name);
                field.map(|it| it.1.as_str())
            };
            let debt = field("debt").or(account.sum.as_deref());
            assert_eq!(debt, Some("1250.00"), "{dialect:?}");
            assert_eq!(field("fio"), Some("Абонент client-77"), "{dialect:?}");
            for unknown in ["72", "no account & so"] {
                let answer = client.check(unknown, "901", "1.00").await;
                assert_eq!(answer, Ok(CheckAnswer::Unknown), "{dialect:?} {unknown}");
            }
        }
    }
}

#[tokio::test]
async fn payment_is_delivered_once_and_taken_back() {
    for dialect in DIALECTS {
        let (server, client) = billing(dialect, Quirks::default()).await;
        server.state().script([OnRequest::DoneAndDrop]);
        let broken = client.pay(&order("28")).await;
        assert!(matches!(broken, Delivery::Again { .. }), "{broken:?}");
        let paid = client.pay(&order("28")).await;
        let booked = server.state().booked().to_vec();
        assert_eq!(
            (booked.len(), booked[0].minor),
            (1, order("28").sum.minor())
        );
        let number = receipt(&paid).unwrap();
        assert_eq!(number, booked[0].prv_txn);
        receipt(&client.cancel(&order("28"), number).await);
        assert!(server.state().booked()[0].cancelled, "{dialect:?}");
    }
}

#[tokio::test]
async fn double_request_is_delivered_only_when_it_is_a_repeat() {
    let quirks = Quirks {
        refuses_repeats: true,
        ..Quirks::default()
    };
    for dialect in DIALECTS {
        let (_server, client) = billing(dialect, quirks).await;
        receipt(&client.pay(&order("28")).await);
        let strange = client.pay(&order("28")).await;
        assert!(matches!(strange, Delivery::Refused { .. }), "{strange:?}");
        let repeat = PayOrder {
            is_repeat: true,
            ..order("28")
        };
        receipt(&client.pay(&repeat).await);
    }
}

#[tokio::test]
async fn spoiled_answer_is_neither_unknown_nor_delivered() {
    for dialect in DIALECTS {
        let (server, client) = billing(dialect, Quirks::default()).await;
        for spoil in SPOILS {
            let on_request = OnRequest::Spoil(spoil);
            server
                .state()
                .script([on_request.clone(), on_request.clone(), on_request]);
            for account in [ACCOUNT, "72"] {
                let answer = client.check(account, "900", "1.00").await;
                let unreadable = matches!(answer, Err(Failure::Unreadable(_)));
                assert!(unreadable, "{spoil:?} {dialect:?}: {answer:?}");
            }
            let paid = client.pay(&order("28")).await;
            let undecided = matches!(paid, Delivery::Again { .. } | Delivery::Refused { .. });
            assert!(undecided, "{spoil:?} {dialect:?}: {paid:?}");
        }
    }
}

#[tokio::test]
async fn webhook_is_accepted_once_and_its_failures_are_told_apart() {
    let state = ReceiverState::new([SECRET]).unwrap();
    let server = receiver::serve(listener().await, state).unwrap();
    let url = BillingUrl::parse(&server.webhooks_url()).unwrap();
    let client = WebhookClient::new(url, Secrets::parse([SECRET]).unwrap(), TIMEOUT).unwrap();
    let data = json!({"seq": 1, "customer_id": "71", "amount": 500});
    let body = json!({"type": "entry.credit", "timestamp": "2024-08-01T12:00:00Z", "data": data});
    let body = body.to_string();
    let deliver = || {
        let now = jiff::Timestamp::now().as_second();
        client.deliver("entry_1_1_credit", body.as_bytes(), now)
    };
    server.state().deliveries().extend([
        OnRequest::Fail(410),
        OnRequest::FailFor(503, 7),
        OnRequest::Fail(422),
        OnRequest::DoneAndDrop,
    ]);
    assert!(matches!(deliver().await, Delivery::Gone { .. }));
    let busy = deliver().await;
    let wait = Some(Duration::from_secs(7));
    assert!(matches!(busy, Delivery::Again { after, .. } if after == wait));
    assert!(matches!(deliver().await, Delivery::Refused { .. }));
    assert!(matches!(
        deliver().await,
        Delivery::Again { after: None, .. }
    ));
    receipt(&deliver().await);
    let state = server.state();
    assert_eq!((state.balance("71"), state.repeats()), (500, 1));
    assert_eq!(state.violations(), []);
}

#[tokio::test]
async fn customer_is_looked_up_and_trouble_is_not_unknown() {
    let mut state = ReceiverState::new([SECRET]).unwrap();
    state.put_customer("71", json!({"contracts": []}));
    state.lookups().extend([
        OnRequest::Fail(404),
        OnRequest::Drop,
        OnRequest::Spoil(Spoil::TooLong),
    ]);
    let server = receiver::serve(listener().await, state).unwrap();
    let url = BillingUrl::parse(&server.lookup_url()).unwrap();
    let client = WebhookClient::new(url, Secrets::parse([SECRET]).unwrap(), TIMEOUT).unwrap();
    let ask = async |customer: &str| {
        let body = json!({"customer_id": customer, "project_id": 1234, "method": "kaspi"});
        let now = jiff::Timestamp::now().as_second();
        client
            .ask("lookup_1", body.to_string().as_bytes(), now)
            .await
    };
    for _ in 0..3 {
        ask("72").await.unwrap_err();
    }
    assert_eq!(ask("72").await, Ok(LookupAnswer::Unknown));
    let Ok(LookupAnswer::Body(body)) = ask("71").await else {
        panic!("the customer is known");
    };
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body, json!({"contracts": []}));
    assert_eq!(server.state().violations(), []);
}
