//! What is checked before any plan is looked at.

use super::*;

#[test]
fn the_documents_request_is_accepted_and_answered_with_its_ids_signed() {
    let body = jetpay_testing::Manifest::of("qiwi-kz")
        .fixture("payout-request.json")
        .body();
    let reply = books(Plan::default()).receive(NOW, PAYOUT, &body);
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

#[test]
fn a_bad_or_missing_signature_is_answered_401_and_nothing_is_recorded() {
    let mut books = books(Plan::default());
    let other = sign(
        order("p-1").to_string().as_bytes(),
        &Key::new("other").unwrap(),
    )
    .unwrap();
    let reply = books.receive(NOW, PAYOUT, &other);
    assert_eq!(
        (reply.status(), code(&reply).as_deref()),
        (Some(401), Some("3261"))
    );
    let unsigned = order("p-1").to_string();
    let reply = books.receive(NOW, PAYOUT, unsigned.as_bytes());
    assert_eq!(
        (reply.status(), code(&reply).as_deref()),
        (Some(401), Some("3262"))
    );
    assert!(books.seen().is_empty() && books.accounts().is_empty());
}

#[test]
fn a_wrong_path_is_answered_404_and_another_method_rejected() {
    let mut books = books(Plan::default());
    let body = signed(&order("p-1"));
    for path in [
        "/",
        "/v2/payment",
        "/v2/payment/wallet/payout",
        "/v2/payment/status/",
        "/v2/payment/wallet/qiwi-kz/sale",
    ] {
        assert_eq!(
            books.receive(NOW, path, &body).status(),
            Some(404),
            "{path}"
        );
    }
    let reply = books.receive(NOW, "/v2/payment/wallet/other/payout", &body);
    assert_eq!(
        (reply.status(), code(&reply).as_deref()),
        (Some(400), Some("2541"))
    );
    assert!(books.seen().is_empty());
}

#[test]
fn each_missing_or_odd_field_is_rejected_by_its_code_and_named() {
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
    let mut books = books(Plan::default());
    for (pointer, value, expected) in cases {
        let mut body = order("p-1");
        *body.pointer_mut(pointer).unwrap() = value;
        let reply = books.receive(NOW, PAYOUT, &signed(&body));
        assert_eq!(
            (reply.status(), code(&reply).as_deref()),
            (Some(400), Some(expected)),
            "{pointer}"
        );
        let message = reply.json().unwrap()["message"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(
            message.contains(&pointer[1..].replace('/', ".")),
            "{message}"
        );
    }
    assert!(books.seen().is_empty());
}

#[test]
fn a_project_that_nobody_configured_and_what_is_no_json_are_rejected() {
    let mut books = books(Plan::default());
    let mut foreign = order("p-1");
    foreign["general"]["project_id"] = json!(36);
    assert_eq!(
        code(&books.receive(NOW, PAYOUT, &signed(&foreign))).as_deref(),
        Some("2442")
    );
    assert_eq!(
        code(&books.receive(NOW, PAYOUT, b"{")).as_deref(),
        Some("2003")
    );
}

#[test]
fn habits_change_the_form_of_answers_and_nothing_else() {
    let habits = Habits {
        signs_answers: false,
        codes_are_numbers: true,
        rejects_with: 200,
        ..Habits::default()
    };
    let mut books = books(Plan::default()).with_habits(habits);
    let reply = ask(&mut books, NOW, "p-1");
    let json = reply.json().unwrap();
    assert_eq!((reply.status(), &json["code"]), (Some(200), &json!(3061)));
    assert_eq!(json.get("signature"), None);
    let accepted = send(&mut books, NOW, "p-1").json().unwrap();
    assert_eq!(accepted.get("signature"), None);
    assert_eq!(accepted["status"], "success");
}
