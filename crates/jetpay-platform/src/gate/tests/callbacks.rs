//! Which callbacks are sent, when, and in which order.

use jetpay_core::Money;
use jetpay_core::message::Received;
use jetpay_core::status::{OperationType, PaymentType};

use super::*;

/// The callbacks after a send: the second of each, and its status.
fn reported(plan: Plan) -> String {
    let mut state = state(plan);
    send(&mut state, NOW, "p-1");
    let due = state.due(NOW + 99 * SECOND);
    let reported = due
        .iter()
        .map(|it| format!("{} {}", (it.at - NOW) / SECOND, it.status));
    reported.collect::<Vec<_>>().join(", ")
}

#[test]
fn callback_is_signed_and_reads_as_a_payout() {
    let mut state = state(Plan::default());
    send(&mut state, NOW, "p-1");
    assert!(state.due(NOW).is_empty());
    assert_eq!(state.next_due(), Some(NOW + SECOND));
    let due = state.due(NOW + SECOND);
    assert_eq!((due.len(), state.next_due()), (1, None));
    assert!(state.due(NOW + 100 * SECOND).is_empty());

    let keyring = keyring();
    let received = Received::parse(&due[0].body).unwrap();
    let callback = received.authenticate(&keyring).unwrap().callback().unwrap();
    assert_eq!(callback.payment.id.as_str(), "p-1");
    assert_eq!(callback.payment.kind, Some(PaymentType::Payout));
    assert_eq!(callback.payment.method.as_deref(), Some("qiwi-kz"));
    assert_eq!(callback.operation.kind, Some(OperationType::Payout));
    assert_eq!(callback.operation.sum_initial.map(Money::minor), Some(100));
    let json: Value = serde_json::from_slice(&due[0].body).unwrap();
    assert_eq!(json["account"]["number"], ACCOUNT);
}

#[test]
fn callback_has_the_fields_of_the_document() {
    let mut state = state(Plan::default());
    send(&mut state, NOW, "p-1");
    let ours: Value = serde_json::from_slice(&state.due(NOW + SECOND)[0].body).unwrap();
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
fn callbacks_come_when_as_often_and_in_the_order_that_the_plan_says() {
    let usual = CallbackPlan::default();
    let (times, gap, delay) = (3, seconds(2), seconds(60));
    let first = CallbackPlan {
        processing: true,
        ..usual
    };
    let backwards = |callbacks| CallbackPlan {
        backwards: true,
        ..callbacks
    };
    let lingers = Ending::Linger {
        code: 9999,
        how_long: seconds(10),
    };
    let reverses = Ending::SucceedThenReverse;
    for (ending, callbacks, statuses) in [
        (reverses, usual, "1 success, 6 reversed"),
        (reverses, backwards(usual), "6 reversed, 6 success"),
        (Ending::Decline { code: 100 }, usual, "1 decline"),
        (Ending::Error, usual, "1 error"),
        (Ending::Forget, usual, ""),
        (Ending::Never, usual, ""),
        (lingers, usual, "11 success"),
        (
            Ending::Succeed,
            CallbackPlan {
                times,
                gap,
                ..usual
            },
            "1 success, 3 success, 5 success",
        ),
        (Ending::Succeed, CallbackPlan { times: 0, ..usual }, ""),
        (
            Ending::Succeed,
            CallbackPlan { delay, ..usual },
            "61 success",
        ),
        (Ending::Succeed, first, "0 processing, 1 success"),
        (Ending::Succeed, backwards(first), "1 success, 1 processing"),
    ] {
        let plan = Plan {
            callbacks,
            ..Plan::ending(ending)
        };
        assert_eq!(reported(plan.clone()), statuses, "{plan:?}");
    }
}

#[test]
fn repeats_of_a_callback_have_dates_a_second_apart() {
    let callbacks = CallbackPlan {
        times: 2,
        ..CallbackPlan::default()
    };
    let mut state = state(Plan {
        callbacks,
        ..Plan::default()
    });
    send(&mut state, NOW, "p-1");
    let due = state.due(NOW + 99 * SECOND);
    let dates = due.iter().map(|reported| {
        let body: Value = serde_json::from_slice(&reported.body).unwrap();
        body["operation"]["date"].clone()
    });
    assert_eq!(
        dates.collect::<Vec<_>>(),
        ["2026-01-01T00:00:01+0000", "2026-01-01T00:00:02+0000"]
    );
}

#[test]
fn payout_made_in_the_dashboard_is_reported_without_a_send() {
    let mut state = state(Plan::default());
    let amount = jetpay_core::Money::new(700, jetpay_core::Currency::KZT);
    state.made_in_dashboard(NOW, 35, "by-hand", ACCOUNT, amount);
    let due = state.due(NOW + SECOND);
    assert_eq!(
        (due[0].payment_id.as_str(), due[0].status),
        ("by-hand", "success")
    );
    assert_eq!(state.money_out(ACCOUNT), 700);
}

/// Sends once, then requests the status after each of these seconds.
fn course(plan: Plan, after: &[i64]) -> Vec<String> {
    let mut state = state(plan);
    send(&mut state, NOW, "p-1");
    let answers = after.iter();
    answers
        .map(|after| status_of(&ask(&mut state, NOW + after * SECOND, "p-1")))
        .collect()
}

#[test]
fn each_ending_has_its_sequence_of_statuses() {
    let lingers = Ending::Linger {
        code: 20_802,
        how_long: seconds(60),
    };
    let external = "processing, external processing, external processing, success";
    for (ending, after, statuses) in [
        (
            Ending::Succeed,
            &[0, 1, 99][..],
            "processing, success, success",
        ),
        (
            Ending::Decline { code: 20_102 },
            &[0, 1, 99],
            "processing, decline, decline",
        ),
        (
            Ending::SucceedThenReverse,
            &[0, 1, 5, 6],
            "processing, success, success, reversed",
        ),
        (
            Ending::DeclineThenSucceed,
            &[0, 1, 6],
            "processing, decline, success",
        ),
        (lingers, &[0, 1, 60, 61], external),
        (Ending::Never, &[0, 100_000], "processing, processing"),
        (Ending::Error, &[0, 1], "processing, error"),
        (Ending::Forget, &[0, 1], "processing, 3061"),
    ] {
        let shown = course(Plan::ending(ending), after).join(", ");
        assert_eq!(shown, statuses, "{ending:?}");
    }
}

#[test]
fn operations_have_the_codes_of_the_plan() {
    let code_after = |plan: Plan| {
        let mut state = state(plan);
        send(&mut state, NOW, "p-1");
        ask(&mut state, NOW + SECOND, "p-1").json().unwrap()["operations"][0]["code"].clone()
    };
    assert_eq!(
        code_after(Plan::ending(Ending::Decline { code: 20_102 })),
        "20102"
    );
    let lingers = Ending::Linger {
        code: 29_999,
        how_long: seconds(1),
    };
    assert_eq!(code_after(Plan::ending(lingers)), "29999");
}

#[test]
fn after_error_the_same_id_is_accepted_again_and_both_operations_are_shown() {
    let mut state = state(Plan::ending(Ending::Error));
    send(&mut state, NOW, "p-1");
    assert_eq!(code(&send(&mut state, NOW, "p-1")).as_deref(), Some("3041"));
    assert_eq!(send(&mut state, NOW + SECOND, "p-1").status(), Some(200));
    let status = ask(&mut state, NOW + 2 * SECOND, "p-1").json().unwrap();
    assert_eq!(status["payment"]["status"], "success");
    let words: Vec<_> = status["operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["status"])
        .collect();
    assert_eq!(words, ["error", "success"]);
    assert_eq!(
        (state.accepted(35, "p-1"), state.money_out(ACCOUNT)),
        (2, 100)
    );
}

#[test]
fn forgotten_payout_is_accepted_again_and_paid_once() {
    let mut state = state(Plan::ending(Ending::Forget));
    send(&mut state, NOW, "p-1");
    assert_eq!(send(&mut state, NOW + SECOND, "p-1").status(), Some(200));
    let status = ask(&mut state, NOW + 2 * SECOND, "p-1").json().unwrap();
    assert_eq!(status["payment"]["status"], "success");
    assert_eq!(status["operations"].as_array().unwrap().len(), 1);
    assert_eq!(state.money_out(ACCOUNT), 100);
}

#[test]
fn reversal_is_a_separate_operation_and_the_money_comes_back() {
    let mut state = state(Plan::ending(Ending::SucceedThenReverse));
    send(&mut state, NOW, "p-1");
    ask(&mut state, NOW + SECOND, "p-1");
    assert_eq!(state.money_out(ACCOUNT), 100);
    let status = ask(&mut state, NOW + 6 * SECOND, "p-1").json().unwrap();
    let operations = &status["operations"];
    assert_eq!(
        (&operations[0]["type"], &operations[1]["type"]),
        (&json!("payout"), &json!("payout reversal"))
    );
    assert_ne!(operations[0]["id"], operations[1]["id"]);
    assert_eq!(operations[1]["sum_initial"]["amount"], 100);
    assert_eq!(status["payment"]["sum"]["amount"], 0);
    assert_eq!(state.money_out(ACCOUNT), 0);
}
