//! What is told, when, and in which order.

use jetpay_core::message::Received;
use jetpay_core::status::{OperationType, PaymentType};

use super::*;

/// The statuses told in the first so many seconds after a send, with the second of each.
fn told(plan: Plan, within: i64) -> Vec<(i64, &'static str)> {
    let mut books = books(plan);
    send(&mut books, NOW, "p-1");
    let due = books.due(NOW + within * SECOND);
    due.iter()
        .map(|told| ((told.at - NOW) / SECOND, told.status))
        .collect()
}

fn telling(telling: Telling) -> Plan {
    Plan {
        telling,
        ..Plan::default()
    }
}

#[test]
fn a_callback_is_signed_and_reads_as_a_payout() {
    let mut books = books(Plan::default());
    send(&mut books, NOW, "p-1");
    assert!(books.due(NOW).is_empty());
    assert_eq!(books.next_due(), Some(NOW + SECOND));
    let due = books.due(NOW + SECOND);
    assert_eq!((due.len(), books.next_due()), (1, None));
    assert!(books.due(NOW + 100 * SECOND).is_empty());

    let keyring = keyring();
    let received = Received::parse(&due[0].body).unwrap();
    let callback = received.authenticate(&keyring).unwrap().callback().unwrap();
    assert_eq!(callback.payment.id.as_str(), "p-1");
    assert_eq!(callback.payment.kind, Some(PaymentType::Payout));
    assert_eq!(callback.payment.method.as_deref(), Some("qiwi-kz"));
    assert_eq!(callback.operation.kind, OperationType::Payout);
    assert_eq!(callback.operation.sum_initial.minor(), 100);
    let json: Value = serde_json::from_slice(&due[0].body).unwrap();
    assert_eq!(json["account"]["number"], ACCOUNT);
}

#[test]
fn a_callback_has_the_documents_fields() {
    let mut books = books(Plan::default());
    send(&mut books, NOW, "p-1");
    let ours: Value = serde_json::from_slice(&books.due(NOW + SECOND)[0].body).unwrap();
    let document = jetpay_testing::json("qiwi-kz", "payout-callback-success.json");
    let names = |json: &Value| {
        json.as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    for pointer in [
        "/payment",
        "/operation",
        "/operation/provider",
        "/operation/sum_initial",
    ] {
        let [ours, documents] =
            [&ours, &document].map(|json| names(json.pointer(pointer).unwrap()));
        assert_eq!(ours, documents, "{pointer}");
    }
}

#[test]
fn every_fact_is_told_when_it_happens() {
    let (ending, seconds) = (Plan::ending, seconds);
    assert_eq!(
        told(ending(Ending::SucceedThenReverse), 99),
        [(1, "success"), (6, "reversed")]
    );
    assert_eq!(
        told(ending(Ending::Decline { code: 100 }), 99),
        [(1, "decline")]
    );
    assert_eq!(told(ending(Ending::Error), 99), [(1, "error")]);
    assert_eq!(told(ending(Ending::Forget), 99), []);
    assert_eq!(told(ending(Ending::Never), 99), []);
    let lingers = Ending::Linger {
        code: 9999,
        how_long: seconds(10),
    };
    assert_eq!(told(ending(lingers), 99), [(11, "success")]);
}

#[test]
fn it_is_told_as_often_as_planned_and_the_dates_differ_by_a_second() {
    let plan = telling(Telling {
        times: 3,
        gap: seconds(2),
        ..Telling::default()
    });
    assert_eq!(
        told(plan.clone(), 99),
        [(1, "success"), (3, "success"), (5, "success")]
    );
    let mut books = books(plan);
    send(&mut books, NOW, "p-1");
    let due = books.due(NOW + 99 * SECOND);
    let dates: Vec<Value> = due
        .iter()
        .map(|told| {
            serde_json::from_slice::<Value>(&told.body).unwrap()["operation"]["date"].clone()
        })
        .collect();
    assert_eq!(
        dates[..2],
        ["2026-01-01T00:00:01+0000", "2026-01-01T00:00:02+0000"]
    );
    assert_eq!(
        told(
            telling(Telling {
                times: 0,
                ..Telling::default()
            }),
            99
        ),
        []
    );
}

#[test]
fn it_is_told_late_first_under_way_or_backwards_as_planned() {
    let usual = Telling::default();
    let late = Telling {
        delay: seconds(60),
        ..usual
    };
    assert_eq!(told(telling(late), 99), [(61, "success")]);
    let first = Telling {
        processing: true,
        ..usual
    };
    assert_eq!(
        told(telling(first), 99),
        [(0, "processing"), (1, "success")]
    );
    let backwards = Telling {
        backwards: true,
        ..first
    };
    assert_eq!(
        told(telling(backwards), 99),
        [(1, "success"), (1, "processing")]
    );
    let reversed = Plan {
        telling: Telling {
            backwards: true,
            ..usual
        },
        ..Plan::ending(Ending::SucceedThenReverse)
    };
    assert_eq!(told(reversed, 99), [(6, "reversed"), (6, "success")]);
}

#[test]
fn a_payout_made_by_hand_is_told_though_nobody_sent_it() {
    let mut books = books(Plan::default());
    let amount = jetpay_core::Money::new(700, jetpay_core::Currency::KZT);
    books.made_by_hand(NOW, 35, "by-hand", ACCOUNT, amount);
    let due = books.due(NOW + SECOND);
    assert_eq!(
        (due[0].payment_id.as_str(), due[0].status),
        ("by-hand", "success")
    );
    assert_eq!(books.money_out(ACCOUNT), 700);
}
