//! The response to a status request, signed with the project's secret: which bodies are read, as which callbacks, and which
//! are refused.

mod support;

use jetpay_core::message::Received;
use jetpay_core::{Callback, Rejection};
use support::{fixture, keyring, read, signed};

/// The callbacks that a body stands for.
fn answer(body: impl AsRef<[u8]>) -> Result<Vec<Callback>, Rejection> {
    let keyring = keyring();
    Received::parse(body.as_ref())?
        .authenticate(&keyring)?
        .status_answer()
}

/// One operation, with a sum.
fn operation(id: u64, kind: &str, status: &str) -> String {
    format!(
        r#"{{"id": {id}, "type": "{kind}", "status": "{status}", "date": "2026-11-20T10:00:00+0000", "code": "0",
        "sum_initial": {{"amount": 10000, "currency": "KZT"}}, "provider": {{"payment_id": "receipt-{id}"}}}}"#
    )
}

/// A signed answer with this status and this list.
fn body(status: &str, operations: &str) -> String {
    signed(&format!(
        r#"{{"project_id": 1234, "payment": {{"id": "payment_47", "type": "purchase", "status": "{status}",
        "sum": {{"amount": 10000, "currency": "KZT"}}}}, "account": {{"number": "77001234567"}},
        "operations": {operations}}}"#
    ))
}

/// `what | status of the payment | operations: number, type and status | callbacks: number, type, operation's and payment's status`
const READ: &str = "
a success is the callback of its sale    | success            | 1 sale success | 1 sale success success
sale of a refunded payment succeeded     | refunded           | 1 sale success, 2 refund success | 1 sale success success, 2 refund success refunded
partly refunded, reversed: the same      | partially_refunded | 2 refund success, 1 sale success | 1 sale success success, 2 refund success partially refunded
a failed attempt follows the sale        | success            | 1 sale decline, 2 sale success | 2 sale success success, 1 sale decline success
a failed sale of a refunded payment      | refunded           | 1 sale decline, 2 sale success, 3 refund success | 2 sale success success, 1 sale decline refunded, 3 refund success refunded
a decline                                | decline            | 1 sale decline | 1 sale decline decline
a paid sale of a declined payment        | decline            | 1 sale success, 2 manual change success | 1 sale success decline, 2 manual change success decline
a paid sale of a payment in progress     | processing         | 1 sale success | 1 sale success processing
numbers are not texts                    | success            | 10 refund success, 9 sale success, 11 refund success | 9 sale success success, 10 refund success success, 11 refund success success
";

#[test]
fn each_listed_operation_becomes_one_callback_in_the_order_in_which_money_moved() {
    for row in READ.trim().lines() {
        let [what, status, operations, expected] =
            row.split('|').map(str::trim).collect::<Vec<_>>()[..]
        else {
            panic!("{row}")
        };
        let listed = operations.split(", ").map(|words| {
            let (id, rest) = words.split_once(' ').unwrap();
            let (kind, status) = rest.rsplit_once(' ').unwrap();
            operation(id.parse().unwrap(), kind, status)
        });
        let listed = listed.collect::<Vec<_>>().join(",");
        let body = body(status, &format!("[{listed}]"));
        let callbacks = answer(&body).unwrap_or_else(|error| panic!("{what}: {error}"));
        let shown = callbacks.iter().map(|callback| {
            let operation = &callback.operation;
            assert_eq!(callback.body[..], *body.as_bytes(), "{what}");
            assert_eq!(callback.payment.id.as_str(), "payment_47", "{what}");
            assert_eq!(operation.sum_initial.unwrap().minor(), 10_000, "{what}");
            let id = operation.id.unwrap().number();
            let receipt = operation.provider.payment_id.as_deref();
            assert_eq!(receipt, Some(&*format!("receipt-{id}")), "{what}");
            format!(
                "{id} {} {} {}",
                operation.kind.as_ref().unwrap(),
                operation.status.as_ref().unwrap(),
                callback.payment.status
            )
        });
        assert_eq!(shown.collect::<Vec<_>>().join(", "), expected, "{what}");
    }
}

#[test]
fn eleven_operations_are_read_whichever_order_of_paths_was_signed() {
    let sale = operation(1, "sale", "success");
    let refunds = (2..=11).map(|id| operation(id, "refund", "success"));
    let list = [sale].into_iter().chain(refunds).collect::<Vec<_>>();
    let natural = body("refunded", &format!("[{}]", list.join(",")));
    let canonical = jetpay_core::signature::Canonical::parse(natural.as_bytes()).unwrap();
    let bytes = canonical.byte_ordered().expect("the two orders differ");
    let in_bytes = natural.replace(
        canonical.signature().text().unwrap(),
        &support::key().sign(&bytes),
    );
    for body in [natural, in_bytes] {
        let ids = answer(&body).unwrap().into_iter();
        let ids = ids.map(|callback| callback.operation.id.unwrap().number());
        assert!(ids.eq(1..=11), "{body}");
    }
}

/// `what | the list | what the rejection says`; `@` is a good operation, `#` its fields without the braces.
const REFUSED: &str = r#"
no list                    | null | `operations` is missing
an empty list              | [] | `operations` is missing
a list of nothing          | [{}] | `operations` is missing
a list of texts            | ["x"] | `operations` must be a list
a text                     | "0:id:1" | `operations` must be a list
a text as the first        | ["id:1", @] | `operations` must be a list
an object                  | {"a": @} | `operations` must be a list
an index with a zero       | {"00": @} | `operations` must be a list
a text as the operation    | [@, "x"] | `operations` must be a list
no number                  | [{"type": "sale", "status": "success"}] | `operation:id` is missing
no type                    | [{"id": 1, "status": "decline"}] | `operation:type` is missing
no status                  | [{"id": 1, "type": "sale"}] | `operation:status` is missing
no sum of a success        | [{"id": 1, "type": "sale", "status": "success"}] | `operation:sum_initial:amount` is missing
an amount as a text        | [{"id": 1, "type": "sale", "status": "success", "sum_initial": {"amount": "1", "currency": "KZT"}}] | `operation:sum_initial:amount` must be an integer
a fraction                 | [{"id": 1, "type": "sale", "status": "success", "sum_initial": {"amount": 1.5, "currency": "KZT"}}] | `operation:sum_initial:amount` must be an integer
one of two is odd          | [@, {"id": 2, "type": "refund", "status": "success"}] | `operation:sum_initial:amount` is missing
a number with a sign       | [{"id": -1, "type": "sale", "status": "decline"}] | `operation:id` must be
a type with a semicolon    | [{"id": 1, "type": "sale;z:1", "status": "decline"}] | `operation:type` must be a word
a text with another field  | [{"id": 1, "type": "sale", "status": "decline", "message": "x;operations:0:status:success"}] | would also read as the field `operations`
a text with an operation   | [{"id": 1, "type": "sale", "status": "decline", "message": "x;operations:1:id:5"}] | would also read as the field `operations`
a text with the status     | [{"id": 1, "type": "sale", "status": "decline", "message": "x;payment:status:success"}] | would also read as the field `payment:status`
a text with a callback     | [{"id": 1, "type": "sale", "status": "decline", "message": "x;operation:id:5"}] | would also read as the field `operation`
"#;

#[test]
fn odd_or_recut_list_is_refused_as_a_whole() {
    let good = operation(1, "sale", "success");
    for row in REFUSED.trim().lines() {
        let mut cells = row.split(" | ").map(str::trim);
        let [what, list, expected] = [(); 3].map(|()| cells.next().unwrap());
        let body = body("success", &list.replace('@', &good));
        let error = answer(&body).expect_err(what).to_string();
        assert!(error.contains(expected), "{what}: {error}");
    }
    let many = vec![operation(1, "sale", "success"); 101].join(",");
    let error = answer(body("success", &format!("[{many}]"))).unwrap_err();
    assert!(error.to_string().contains("at most 100"), "{error}");
    // A declined attempt needs no sum, and unknown fields are allowed.
    let short =
        r#"[{"id": 1, "type": "sale", "status": "decline", "anything": [1], "message": "a; b:c"}]"#;
    assert_eq!(answer(body("decline", short)).unwrap().len(), 1);
}

#[test]
fn payment_without_an_id_or_status_is_refused() {
    let good = body("success", &format!("[{}]", operation(1, "sale", "success")));
    for (from, to, expected) in [
        (r#""id": "payment_47","#, "", "`payment:id` is missing"),
        (r#""payment_47""#, "47", "`payment:id` must be a text"),
        (r#""status": "success","#, "", "`payment:status` is missing"),
        ("1234", r#""1234""#, "`project_id` must be an integer"),
    ] {
        let changed = signed(&good.replacen(from, to, 1));
        let error = answer(&changed).expect_err(from).to_string();
        assert!(error.contains(expected), "{from}: {error}");
    }
}

#[test]
fn other_signed_messages_are_no_status_answer_and_a_status_answer_is_no_other() {
    for file in [
        "kaspi/verify-request.json",
        "kaspi/check_deposit-request.json",
        "kaspi/callback-success.json",
    ] {
        assert!(read(fixture(file)).is_ok(), "{file}");
        assert!(answer(fixture(file)).is_err(), "{file}");
    }
    let list = format!("[{}]", operation(1, "sale", "success"));
    let good = body("success", &list);
    assert!(answer(&good).is_ok() && read(&good).is_err());
    for foreign in [
        r#""operation": {"id": 1}"#,
        r#""type": "verify""#,
        r#""general": {"project_id": 1234}"#,
    ] {
        let both = signed(&good.replacen('{', &format!("{{{foreign},"), 1));
        let error = answer(&both).expect_err(foreign).to_string();
        assert!(error.contains("must be absent"), "{foreign}: {error}");
    }
}

#[test]
fn answer_that_another_secret_signed_or_none_did_is_not_read() {
    let good = body("success", &format!("[{}]", operation(1, "sale", "success")));
    let forged = good.replace(r#""amount": 10000"#, r#""amount": 99999"#);
    assert_eq!(answer(forged), Err(Rejection::WrongSignature));
    let json: serde_json::Value = serde_json::from_str(&good).unwrap();
    let mut unsigned = json;
    unsigned.as_object_mut().unwrap().remove("signature");
    assert!(matches!(
        answer(unsigned.to_string()),
        Err(Rejection::Malformed(_))
    ));
}
