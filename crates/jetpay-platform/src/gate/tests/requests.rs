//! Checks that come before any plan.

use super::*;

#[test]
fn request_of_the_document_is_accepted_with_a_signed_answer_that_has_its_ids() {
    let body = jetpay_testing::Manifest::of("qiwi-kz")
        .fixture("payout-request.json")
        .body();
    let reply = state(Plan::default()).receive(NOW, PAYOUT, &body);
    assert_eq!(reply.status(), Some(200));
    let json = reply.json().unwrap();
    assert_eq!(json["status"], "success");
    assert_eq!(json["project_id"], 35);
    assert_eq!(json["payment_id"], "test_123");
    assert!(!json["request_id"].as_str().unwrap().is_empty());
    let Reply::Answer { body, .. } = reply else {
        panic!("dropped");
    };
    let received = jetpay_core::message::Received::parse(&body).unwrap();
    received.authenticate(&keyring()).unwrap();
}

/// The HTTP status and the code of an answer.
fn rejected(reply: &Reply) -> (u16, String) {
    (reply.status().unwrap(), code(reply).unwrap())
}

#[test]
fn bad_or_missing_signature_is_answered_with_401_and_nothing_is_recorded() {
    let mut state = state(Plan::default());
    let unsigned = order("p-1").to_string();
    let other = sign(unsigned.as_bytes(), &Key::new("other").unwrap()).unwrap();
    for (body, code) in [(&other[..], "3261"), (unsigned.as_bytes(), "3262")] {
        let reply = state.receive(NOW, PAYOUT, body);
        assert_eq!(rejected(&reply), (401, code.to_owned()));
    }
    assert!(state.log().is_empty() && state.accounts().is_empty());
}

#[test]
fn wrong_path_is_answered_with_404_and_another_method_is_rejected() {
    let mut state = state(Plan::default());
    let body = signed(&order("p-1"));
    for path in [
        "/",
        "/v2/payment",
        "/v2/payment/wallet/payout",
        "/v2/payment/status/",
        "/v2/payment/wallet/qiwi-kz/sale",
    ] {
        assert_eq!(
            state.receive(NOW, path, &body).status(),
            Some(404),
            "{path}"
        );
    }
    let reply = state.receive(NOW, "/v2/payment/wallet/other/payout", &body);
    assert_eq!(rejected(&reply), (400, "2541".to_owned()));
    assert!(state.log().is_empty());
}

#[test]
fn each_missing_or_odd_field_is_rejected_with_its_code_and_name() {
    let cases = [
        ("/general/payment_id", Value::Null, "2004"),
        ("/general/payment_id", json!("a\nb"), "3024"),
        ("/customer/id", json!(""), "2004"),
        ("/customer/ip_address", json!("here"), "2004"),
        ("/customer/first_name", Value::Null, "2004"),
        ("/customer/last_name", json!(7), "2004"),
        ("/customer/email", json!("nobody"), "2426"),
        ("/account/number", Value::Null, "3242"),
        ("/account/number", json!("1234"), "3102"),
        ("/account/number", json!("123456789012345678901"), "3102"),
        ("/account/number", json!("+77001234567"), "3102"),
        ("/payment/amount", json!("100"), "3286"),
        ("/payment/amount", json!(1.5), "3286"),
        ("/payment/amount", json!(0), "3358"),
        ("/payment/currency", Value::Null, "3287"),
        ("/payment/currency", json!("USD"), "3121"),
    ];
    let mut state = state(Plan::default());
    for (pointer, value, expected) in cases {
        let mut body = order("p-1");
        *body.pointer_mut(pointer).unwrap() = value;
        let reply = state.receive(NOW, PAYOUT, &signed(&body));
        assert_eq!(rejected(&reply), (400, expected.to_owned()), "{pointer}");
        let message = reply.json().unwrap()["message"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(
            message.contains(&pointer[1..].replace('/', ".")),
            "{message}"
        );
    }
    assert!(state.log().is_empty());
}

#[test]
fn unknown_project_and_invalid_json_are_rejected() {
    let mut state = state(Plan::default());
    let mut foreign = order("p-1");
    foreign["general"]["project_id"] = json!(36);
    assert_eq!(
        code(&state.receive(NOW, PAYOUT, &signed(&foreign))).as_deref(),
        Some("2442")
    );
    assert_eq!(
        code(&state.receive(NOW, PAYOUT, b"{")).as_deref(),
        Some("2003")
    );
}

#[test]
fn conventions_change_only_the_form_of_answers() {
    let conventions = Conventions {
        signs_answers: false,
        codes_are_numbers: true,
        rejects_with: 200,
        ..Conventions::default()
    };
    let mut state = state(Plan::default()).with_conventions(conventions);
    let reply = ask(&mut state, NOW, "p-1");
    let json = reply.json().unwrap();
    assert_eq!((reply.status(), &json["code"]), (Some(200), &json!(3061)));
    assert_eq!(json.get("signature"), None);
    let accepted = send(&mut state, NOW, "p-1").json().unwrap();
    assert_eq!(accepted.get("signature"), None);
    assert_eq!(accepted["status"], "success");
}

/// The answer before the second send of an id that allows it.
fn reason_before_second_send(
    plan: Plan,
    between: impl FnOnce(&mut GateState),
) -> (usize, Option<ResendReason>) {
    let mut state = state(plan);
    send(&mut state, NOW, "p-1");
    between(&mut state);
    send(&mut state, NOW + SECOND, "p-1");
    let second = state.sends_of("p-1").nth(1).unwrap();
    assert_eq!(second.earlier_sends, 1);
    (state.unsafe_resends().count(), second.may_resend)
}

fn ask_later(state: &mut GateState) {
    ask(state, NOW + SECOND, "p-1");
}

#[test]
fn second_send_without_a_permitting_answer_is_unsafe() {
    let nothing = |_: &mut GateState| ();
    let declined = Plan::ending(Ending::Decline { code: 100 });
    for (plan, between) in [
        (Plan::default(), nothing as fn(&mut GateState)),
        (Plan::once(OnSend::DropBefore), nothing),
        (Plan::once(OnSend::DropAfter), ask_later),
        (Plan::once(OnSend::FailBefore(503)), nothing),
        (Plan::once(OnSend::Reject { code: 3104 }), nothing),
        (declined, ask_later),
    ] {
        let sent = reason_before_second_send(plan.clone(), between);
        assert_eq!(sent, (1, None), "{plan:?}");
    }
}

#[test]
fn second_send_after_3061_3613_error_or_a_refusal_is_safe() {
    let nothing = |_: &mut GateState| ();
    let told = |state: &mut GateState| drop(state.due(NOW + SECOND));
    let error = || Plan::ending(Ending::Error);
    for (plan, between, reason) in [
        (
            Plan::once(OnSend::DropBefore),
            ask_later as fn(&mut GateState),
            ResendReason::Unknown,
        ),
        (
            Plan::ending(Ending::Forget),
            ask_later,
            ResendReason::Unknown,
        ),
        (error(), ask_later, ResendReason::Error),
        (error(), told, ResendReason::Error),
        (
            Plan::once(OnSend::InFlight),
            nothing,
            ResendReason::InFlight,
        ),
        (
            Plan::once(OnSend::Refuse(429)),
            nothing,
            ResendReason::Refused(429),
        ),
    ] {
        let sent = reason_before_second_send(plan.clone(), between);
        assert_eq!(sent, (0, Some(reason)), "{plan:?}");
    }
}

#[test]
fn answer_that_was_not_delivered_permits_nothing() {
    for asked in [OnStatus::Drop, OnStatus::Unreadable, OnStatus::Fail(401)] {
        let plan = Plan {
            status_requests: vec![asked],
            ..Plan::once(OnSend::DropBefore)
        };
        assert_eq!(
            reason_before_second_send(plan, ask_later),
            (1, None),
            "{asked:?}"
        );
    }
}

#[test]
fn permission_ends_with_the_next_send() {
    let mut state = state(Plan {
        sends: vec![OnSend::DropBefore; 2],
        ..Plan::default()
    });
    send(&mut state, NOW, "p-1");
    ask(&mut state, NOW, "p-1");
    send(&mut state, NOW, "p-1");
    assert_eq!(state.unsafe_resends().count(), 0);
    send(&mut state, NOW, "p-1");
    assert_eq!(state.unsafe_resends().count(), 1);
}

#[test]
fn two_ids_to_one_account_are_listed_even_when_one_was_never_accepted() {
    let mut state = state(Plan::once(OnSend::DropBefore));
    send(&mut state, NOW, "p-1");
    send(&mut state, NOW, "p-2");
    assert_eq!(state.payment_ids(ACCOUNT), ["p-1", "p-2"]);
    assert_eq!(state.accounts(), [ACCOUNT]);
    let bodies: Vec<&[u8]> = state
        .sends_of("p-1")
        .map(|entry| entry.body.as_slice())
        .collect();
    assert_eq!(bodies, [signed(&order("p-1"))]);
}

#[test]
fn debug_and_display_show_neither_account_nor_customer() {
    let mut state = state(Plan::once(OnSend::DropAfter));
    send(&mut state, NOW, "p-1");
    let due = state.due(NOW + SECOND);
    let reply = ask(&mut state, NOW + SECOND, "p-1");
    let shown = format!(
        "{state:?} {:?} {} {due:?} {reply:?}",
        state.log(),
        state.log()[0]
    );
    assert!(
        shown.ends_with('}') && shown.contains("payout p-1: accepted, but the connection broke")
    );
    for hidden in [ACCOUNT, "12345", "John", "example.com", "198.51"] {
        assert!(!shown.contains(hidden), "{hidden}");
    }
}

#[test]
fn status_of_a_top_up_is_that_of_its_last_callback_with_each_operation_as_it_was_last() {
    use crate::KASPI;
    use crate::messages::{Callback, Operation};
    use jetpay_core::message::Received;
    use jetpay_core::{Currency, Money};

    let mut state = GateState::new(keyring());
    assert_eq!(status_of(&ask(&mut state, NOW, "t-1")), "3061");
    let mut sale = Operation::new("sale", "processing", Money::new(100, Currency::KZT));
    let made = |status: &str, operation: &Operation| {
        Callback::new(&KASPI, 35.into(), "t-1", status, operation.clone())
    };
    state.has_made(made("processing", &sale));
    sale.status = "success".to_owned();
    state.has_made(made("success", &sale));
    let refund = Operation::new("refund", "success", Money::new(30, Currency::KZT));
    state.has_made(made("partially refunded", &refund));

    let Reply::Answer { body, .. } = ask(&mut state, NOW, "t-1") else {
        panic!("no answer");
    };
    let keyring = keyring();
    let message = Received::parse(&body).unwrap().authenticate(&keyring);
    let callbacks = message.unwrap().status_answer().unwrap();
    assert_eq!(callbacks.len(), 2);
    assert_eq!(callbacks[0].paid(), Some(Money::new(100, Currency::KZT)));
    assert_eq!(callbacks[1].payment.status.as_str(), "partially refunded");
    assert_eq!(
        state.log().last().unwrap().to_string(),
        "status of t-1: the top-up is partially refunded"
    );
}
