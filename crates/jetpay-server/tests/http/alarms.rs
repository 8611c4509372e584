//! `/v1/alarms` and `/v1/resolutions`, and the correction of an entry.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    CUSTOMER, Folder, PROJECT, Running, answer, assert_has, each, failed, refused,
};

const RESOLVE: &str = "/v1/alarms/1/resolve";

/// A payment of 1 000.00 KZT for which the platform reports 900.00 KZT. Returns its id.
async fn quarantined(running: &Running) -> String {
    let payment_id = running.announced(100_000).await;
    assert_eq!(running.succeed(&payment_id, 90_000, random()).await, 200);
    payment_id
}

/// The id of an operation that no other one has.
fn random() -> u64 {
    u64::from(jetpay_testing::free_port()) + 70_000
}

fn credit(minor: i64) -> Value {
    json!({"verdict": "credit", "amount": minor, "reason": "the payer has a receipt"})
}

#[actix_web::test]
async fn alarm_says_what_was_expected_and_a_credit_credits_the_customer_once_with_the_reason() {
    let running = Folder::new().serve().await.with_customer().await;
    let payment_id = quarantined(&running).await;
    assert_eq!(running.balance(CUSTOMER).await, 0);
    let (_, list) = running.get("/v1/alarms?resolved=false").await;
    let (_, one) = running.get("/v1/alarms/1").await;
    for alarm in [&list["alarms"][0], &one] {
        let fields = [
            "kind",
            "payment_id",
            "expected",
            "amount",
            "currency",
            "summary",
            "resolution",
        ];
        let announced = json!({"amount": 100_000, "currency": "KZT"});
        let summary = "announced 1 000.00 KZT, the callback says 900.00 KZT";
        let expected = json!([
            "amount_differs",
            payment_id,
            announced,
            90_000,
            "KZT",
            summary,
            null
        ]);
        assert_eq!(json!(fields.map(|field| &alarm[field])), expected);
    }
    let body: Value = serde_json::from_str(one["callbacks"][0].as_str().unwrap()).unwrap();
    assert_eq!(body["operation"]["sum_initial"]["amount"], 90_000);
    assert_has(
        one["advice"].as_str().unwrap(),
        &["Ask JetPay how much came in"],
    );
    let commands = json!([
        "jetpay alarms resolve 1 --verdict credit --amount 90000 --reason \"...\"",
        "jetpay alarms resolve 1 --verdict dismiss --reason \"...\"",
    ]);
    assert_eq!(one["commands"], commands);

    let (status, resolved) = running.post(RESOLVE, &credit(90_000)).await;
    assert_eq!(status, 200);
    let resolution = &resolved["resolution"];
    let decided = ["verdict", "amount", "currency", "reason"].map(|field| &resolution[field]);
    assert_eq!(
        json!(decided),
        json!(["credit", 90_000, "KZT", "the payer has a receipt"])
    );
    let (_, resolved) = running.get("/v1/alarms/1").await;
    assert_eq!(
        (resolved.get("advice"), resolved.get("commands")),
        (None, None)
    );
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
    let (_, feed) = running.get("/v1/entries").await;
    assert_eq!(each(&feed["entries"], "kind"), json!(["manual_credit"]));
    let (_, payment) = running.get(&format!("/v1/payments/{payment_id}")).await;
    assert_eq!(
        json!([payment["credited"], payment["remaining"]]),
        json!([90_000, 90_000])
    );
    let (_, resolutions) = running.get("/v1/resolutions").await;
    assert_eq!(&resolutions["resolutions"][0], resolution);
    failed(
        &running.post(RESOLVE, &credit(90_000)).await,
        409,
        "conflict",
    );
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
}

/// Raises this many alarms of the kind `unusable`.
async fn raise_unusable(running: &Running, count: usize) {
    for number in 0..count {
        let odd = json!({"project_id": PROJECT, "payment": {"id": format!("odd {number}")}});
        assert_eq!(running.deliver(&odd).await, 400);
    }
}

#[actix_web::test]
async fn alarms_are_listed_and_counted_by_kind_and_an_unknown_kind_is_refused_with_the_known_ones()
{
    let running = Folder::new().serve().await.with_customer().await;
    raise_unusable(&running, 3).await;
    quarantined(&running).await;
    for (query, seqs) in [
        ("kind=unusable", json!([3, 2, 1])),
        ("kind=unusable&limit=1&before=3", json!([2])),
        ("kind=amount_differs", json!([4])),
        (
            "kind=amount_differs,unusable&resolved=false",
            json!([4, 3, 2, 1]),
        ),
        ("kind=unusable&resolved=true", json!([])),
    ] {
        let (_, list) = running.get(&format!("/v1/alarms?{query}")).await;
        assert_eq!(each(&list["alarms"], "seq"), seqs, "{query}");
    }
    let (_, counted) = running.get("/v1/alarms:count?resolved=false").await;
    let kinds = &counted["kinds"];
    assert_eq!(each(kinds, "kind"), json!(["amount_differs", "unusable"]));
    assert_eq!(each(kinds, "count"), json!([1, 3]));
    assert_eq!(each(kinds, "last"), json!([4, 3]));
    let (_, alarm) = running.get("/v1/alarms/1").await;
    assert_eq!(kinds[1]["oldest"], alarm["time"]);
    for path in [
        "alarms?kind=amount_difers",
        "alarms:count?kind=",
        "alarms?kind=unusable,",
    ] {
        let message = refused(&running.get(&format!("/v1/{path}")).await, "kind");
        assert_has(&message, &["amount_differs, currency_differs"]);
    }
}

#[actix_web::test]
async fn alarms_resolved_together_are_resolved_once_each_with_the_reason_and_the_token() {
    let running = Folder::new().serve().await.with_customer().await;
    raise_unusable(&running, 4).await;
    quarantined(&running).await;
    let up_to_3 = json!({"kind": "unusable", "up_to": 3});
    for (mut body, resolved, already, not_found) in [
        (json!({"alarms": [2, 99, 2]}), 1, json!([]), json!([99])),
        (json!({"alarms": [2, 1]}), 1, json!([2]), json!([])),
        (up_to_3.clone(), 1, json!([]), json!([])),
        (up_to_3, 0, json!([]), json!([])),
        (json!({"kind": "unusable"}), 1, json!([]), json!([])),
    ] {
        body["verdict"] = "foreign".into();
        body["reason"] = "a test of the platform".into();
        let expected = json!({
            "resolved": resolved, "already_resolved": already, "not_found": not_found, "more": false,
        });
        let answered = running.post("/v1/alarms:resolve", &body).await;
        assert_eq!(answered, (200, expected), "{body}");
    }
    let (_, resolutions) = running.get("/v1/resolutions").await;
    for (field, value) in [
        ("verdict", "foreign"),
        ("reason", "a test of the platform"),
        ("by", "admin"),
    ] {
        assert_eq!(
            each(&resolutions["resolutions"], field),
            json!(vec![value; 4])
        );
    }
    let (_, open) = running.get("/v1/alarms?resolved=false").await;
    assert_eq!(each(&open["alarms"], "seq"), json!([5]));
}

#[actix_web::test]
async fn request_that_resolves_alarms_together_and_has_a_wrong_field_resolves_none() {
    let running = Folder::new().serve().await.with_customer().await;
    quarantined(&running).await;
    let many: Vec<usize> = (1..=1001).collect();
    for (fields, field) in [
        (json!({"alarms": [1], "verdict": "credit"}), "verdict"),
        (
            json!({"alarms": [1], "verdict": "credit", "amount": 9}),
            "amount",
        ),
        (json!({"alarms": [1], "verdict": "pay"}), "verdict"),
        (json!({"alarms": [1], "reason": ""}), "reason"),
        (json!({"kind": "payout_overdue", "reason": " "}), "reason"),
        (json!({}), "alarms"),
        (json!({"alarms": []}), "alarms"),
        (json!({ "alarms": many }), "alarms"),
        (json!({"alarms": [1], "kind": "unusable"}), "alarms"),
        (json!({"alarms": [1], "up_to": 1}), "alarms"),
        (json!({"alarms": ["x"]}), "alarms[0]"),
        (json!({"kind": "amount"}), "kind"),
    ] {
        let mut body = json!({"verdict": "dismiss", "reason": "r"});
        let object = body.as_object_mut().unwrap();
        object.extend(fields.as_object().unwrap().clone());
        refused(&running.post("/v1/alarms:resolve", &body).await, field);
    }
    let (_, open) = running.get("/v1/alarms?resolved=false").await;
    assert_eq!(each(&open["alarms"], "seq"), json!([1]));
}

#[actix_web::test]
async fn decision_is_answered_with_200_when_only_the_read_after_it_fails() {
    let running = Folder::new().serve().await.with_customer().await;
    quarantined(&running).await;
    running.folder.sql(
        "CREATE TRIGGER spoil AFTER INSERT ON settlements
         BEGIN UPDATE alarms SET kind = 'unreadable' WHERE seq = NEW.alarm_seq; END",
    );
    let answered = running.post(RESOLVE, &credit(90_000)).await;
    let made = json!({"seq": 1, "resolution": {"verdict": "credit", "by": "admin"}});
    assert_eq!(answered, (200, made));
    assert_eq!(running.get("/v1/alarms/1").await.0, 503);
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
}

#[actix_web::test]
async fn amount_that_nothing_says_is_refused_without_an_override_and_recorded_with_it() {
    let running = Folder::new().serve().await.with_customer().await;
    quarantined(&running).await;
    let message = refused(
        &running.post(RESOLVE, &credit(100_000_000_000)).await,
        "amount",
    );
    assert_has(&message, &["900.00 KZT", "override"]);
    assert_eq!(running.balance(CUSTOMER).await, 0);
    let mut other = credit(80_000);
    other["override"] = true.into();
    let (status, resolved) = running.post(RESOLVE, &other).await;
    assert_eq!(
        (status, &resolved["resolution"]["override"]),
        (200, &json!(true))
    );
    assert_eq!(running.balance(CUSTOMER).await, 80_000);
    let (_, recorded) = running.get("/v1/resolutions").await;
    assert_eq!(recorded["resolutions"][0], resolved["resolution"]);
}

#[actix_web::test]
async fn corrected_entry_is_undone_once_and_the_same_request_has_the_same_answer() {
    let running = Folder::new().serve().await.with_customer().await;
    quarantined(&running).await;
    running.post(RESOLVE, &credit(90_000)).await;
    let correct = async |seq: &str, reason: &str| {
        let path = format!("/v1/entries/{seq}/correct");
        running.post(&path, &json!({ "reason": reason })).await
    };
    let (status, correction) = correct("1", "another customer's").await;
    assert_eq!(status, 200, "{correction}");
    let shown = ["kind", "corrects", "amount"].map(|field| &correction[field]);
    assert_eq!(json!(shown), json!(["correction", 1, -90_000]));
    assert_eq!(
        correct("1", "another customer's").await,
        (200, correction.clone())
    );
    let (_, feed) = running.get("/v1/entries?after=1").await;
    assert_eq!(feed["entries"], json!([correction]));
    assert_eq!(running.balance(CUSTOMER).await, 0);
    let (_, recorded) = running.get("/v1/resolutions").await;
    let recorded = &recorded["resolutions"][0];
    let recorded = ["verdict", "corrects", "reason"].map(|field| &recorded[field]);
    assert_eq!(json!(recorded), json!(["correct", 1, "another customer's"]));
    for (seq, reason, status) in [
        ("1", "or not", 409),
        ("2", "a correction", 409),
        ("1", " ", 422),
        ("3", "none", 404),
        ("x", "none", 404),
    ] {
        assert_eq!(correct(seq, reason).await.0, status, "{seq} {reason}");
    }
}

#[actix_web::test]
async fn dismissed_or_foreign_alarm_credits_nothing_and_is_listed_by_pages_as_resolved() {
    let running = Folder::new().serve().await.with_customer().await;
    for (seq, verdict) in [(1, "dismiss"), (2, "foreign")] {
        quarantined(&running).await;
        let body = json!({"verdict": verdict, "reason": "asked the platform"});
        let (status, alarm) = running
            .post(&format!("/v1/alarms/{seq}/resolve"), &body)
            .await;
        assert_eq!(
            (status, &alarm["resolution"]["verdict"]),
            (200, &json!(verdict))
        );
    }
    assert_eq!(running.balance(CUSTOMER).await, 0);
    for (query, seqs) in [
        ("resolved=true", json!([2, 1])),
        ("resolved=false", json!([])),
        ("", json!([2, 1])),
    ] {
        let (_, list) = running.get(&format!("/v1/alarms?{query}")).await;
        assert_eq!(each(&list["alarms"], "seq"), seqs, "{query}");
    }
    for list in ["alarms", "resolutions"] {
        for (query, seq, next) in [
            ("limit=1", 2, json!(2)),
            ("limit=1&before=2", 1, Value::Null),
        ] {
            let (_, page) = running.get(&format!("/v1/{list}?{query}")).await;
            assert_eq!(each(&page[list], "seq"), json!([seq]), "{list} {query}");
            assert_eq!(page["next"], next, "{list} {query}");
        }
    }
}

#[actix_web::test]
async fn resolution_with_a_wrong_field_is_refused_with_the_field_and_the_alarm_stays_open() {
    let running = Folder::new().serve().await.with_customer().await;
    quarantined(&running).await;
    let with = |field: &str, value: Value| {
        let mut body = credit(90_000);
        body[field] = value;
        body
    };
    let without = |verdict: &str, field: &str, value: Value| json!({"verdict": verdict, field: value, "reason": "x"});
    for (body, field) in [
        (with("verdict", json!("pay")), "verdict"),
        (with("verdict", json!("dismiss")), "amount"),
        (without("dismiss", "override", json!(true)), "override"),
        (without("foreign", "currency", json!("KZT")), "currency"),
        (json!({"reason": "x"}), "verdict"),
        (with("amount", Value::Null), "amount"),
        (with("amount", json!(-1)), "amount"),
        (with("amount", json!("90000")), "amount"),
        (with("currency", json!("USD")), "currency"),
        (with("currency", json!("tenge")), "currency"),
        (with("reason", json!("")), "reason"),
        (with("customer_id", json!(CUSTOMER)), "customer_id"),
    ] {
        refused(&running.post(RESOLVE, &body).await, field);
    }
    let (_, list) = running.get("/v1/alarms?resolved=false").await;
    assert_eq!(each(&list["alarms"], "seq"), json!([1]));
    for seq in ["2", "0", "one"] {
        failed(
            &running.get(&format!("/v1/alarms/{seq}")).await,
            404,
            "not_found",
        );
        let path = format!("/v1/alarms/{seq}/resolve");
        failed(&running.post(&path, &credit(1)).await, 404, "not_found");
    }
    assert_eq!(answer(running.admin(Method::GET, RESOLVE)).await.0, 405);
}

/// A success of this payment with these fields of its operation besides.
fn success(payment_id: &str, operation: &Value) -> Value {
    let sum = json!({"amount": 100_000, "currency": "KZT"});
    let mut whole = json!({"type": "sale", "status": "success", "sum_initial": sum});
    let fields = operation.as_object().unwrap().clone();
    whole.as_object_mut().unwrap().extend(fields);
    let payment = json!({"id": payment_id, "status": "success"});
    json!({"project_id": PROJECT, "payment": payment, "operation": whole})
}

#[actix_web::test]
async fn callback_that_is_not_usable_and_names_no_payment_is_one_alarm_that_says_why_and_takes_no_credit()
 {
    let running = Folder::new().serve().await.with_customer().await;
    let payment_id = running.announced(100_000).await;
    let mut without_id = success("", &json!({"id": 1}));
    without_id["payment"] = json!({});
    let mut recut = success(&payment_id, &json!({"id": 4711}));
    recut["payment"]["description"] = "for Anna;operation:id:1".into();
    let unknown = json!({"project_id": PROJECT, "payment": {"id": "p"}});
    let platform = running.platform();
    for (seq, callback) in [(1, without_id), (2, recut), (3, unknown)] {
        let body = platform.sign(&callback);
        for path in ["/kaspi", "/callback", "/kaspi"] {
            let answered = platform.send(path, body.clone()).await.unwrap();
            assert_eq!(answered.status, 400, "{path}");
        }
        let (_, list) = running.get("/v1/alarms").await;
        assert_eq!(
            list["alarms"].as_array().map(Vec::len),
            Some(seq),
            "one for all repeats"
        );
        let path = format!("/v1/alarms/{seq}");
        let (_, alarm) = running.get(&path).await;
        let named = (alarm.get("payment_id"), alarm.get("amount"));
        assert_eq!(named, (None, None), "{alarm}");
        let reason = alarm["reason"].as_str().filter(|reason| !reason.is_empty());
        let summary = format!("the callback is not usable: {}", reason.unwrap());
        assert_eq!(alarm["summary"], summary);
        assert_eq!(
            alarm["callbacks"],
            json!([String::from_utf8(body).unwrap()])
        );
        refused(
            &running.post(&format!("{path}/resolve"), &credit(1)).await,
            "verdict",
        );
    }
}

#[actix_web::test]
async fn copies_of_an_unusable_callback_are_one_alarm_with_its_amount_and_an_operator_credits_it_once()
 {
    let running = Folder::new().serve().await.with_customer().await;
    let platform = running.platform();
    let payment_id = running.announced(10_000).await;
    let sum = json!({"amount": 9_000, "currency": "KZT"});
    let good = success(&payment_id, &json!({"id": 4711, "sum_initial": sum}));
    let mut odd = good.clone();
    odd["operation"].as_object_mut().unwrap().remove("type");
    let body = String::from_utf8(platform.sign(&odd)).unwrap();
    for number in 0..30 {
        let copy = body.replacen('{', &format!("{{\"frame_mode\": {number}, "), 1);
        assert_eq!(platform.send("/callback", copy).await.unwrap().status, 400);
    }
    let (_, list) = running.get("/v1/alarms").await;
    assert_eq!(list["alarms"].as_array().map(Vec::len), Some(1), "{list}");
    let alarm = &list["alarms"][0];
    let fields = [
        "kind",
        "payment_id",
        "operation_id",
        "amount",
        "currency",
        "summary",
    ];
    let summary = "announced 100.00 KZT, the callback says 90.00 KZT, and is not usable: the field `operation:type` is missing";
    let expected = json!(["unusable", payment_id, "4711", 9_000, "KZT", summary]);
    assert_eq!(json!(fields.map(|field| &alarm[field])), expected);
    let message = refused(&running.post(RESOLVE, &credit(8_000)).await, "amount");
    assert_has(&message, &["90.00 KZT"]);
    let (status, resolved) = running.post(RESOLVE, &credit(9_000)).await;
    assert_eq!(status, 200, "{resolved}");
    assert_eq!(resolved["resolution"].get("override"), None);
    // Then the platform sends it as it should be.
    assert_eq!(running.deliver(&good).await, 200);
    assert_eq!(running.balance(CUSTOMER).await, 9_000);
}

#[actix_web::test]
async fn stale_alarm_of_a_credited_payment_takes_a_credit_only_with_an_override() {
    let running = Folder::new().serve().await.with_customer().await;
    let payment_id = running.announced(100_000).await;
    for operation in [json!({"id": 1, "type": "purchase"}), json!({"id": 2})] {
        assert_eq!(
            running.deliver(&success(&payment_id, &operation)).await,
            200
        );
    }
    let mut again = credit(100_000);
    let message = failed(&running.post(RESOLVE, &again).await, 409, "conflict");
    assert_has(
        &message,
        &["credited already", "\"override\": true", "--override"],
    );
    assert_eq!(running.balance(CUSTOMER).await, 100_000);
    again["override"] = true.into();
    let (status, resolved) = running.post(RESOLVE, &again).await;
    assert_eq!(
        (status, &resolved["resolution"]["override"]),
        (200, &json!(true))
    );
    assert_eq!(running.balance(CUSTOMER).await, 200_000);
}

#[actix_web::test]
async fn alarm_without_an_operation_takes_a_credit_for_the_one_that_is_named() {
    let running = Folder::new().serve().await.with_customer().await;
    let payment_id = running.announced(100_000).await;
    assert_eq!(
        running.deliver(&success(&payment_id, &json!({}))).await,
        400
    );
    let named = |operation: &str| {
        let mut body = credit(100_000);
        body["operation_id"] = operation.into();
        body
    };
    for body in [credit(100_000), named("x"), named("99999999999999999999")] {
        refused(&running.post(RESOLVE, &body).await, "operation_id");
    }
    let (status, resolved) = running.post(RESOLVE, &named("4711")).await;
    assert_eq!(
        (status, &resolved["resolution"]["operation_id"]),
        (200, &json!("4711"))
    );
    assert_eq!(running.balance(CUSTOMER).await, 100_000);
}
