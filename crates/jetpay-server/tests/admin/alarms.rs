//! `/v1/alarms` and `/v1/resolutions`.

use jetpay_core::{Currency, Money};
use jetpay_platform::{KASPI, messages};
use serde_json::{Value, json};

use crate::running::{CUSTOMER, Folder, PROJECT, Running, answer};

/// A payment of 1 000.00 KZT for which the platform reports 900.00 KZT. Returns its id.
async fn quarantined(running: &Running) -> String {
    let payment_id = running.announced(100_000).await;
    let less = Money::new(90_000, Currency::KZT);
    let callback = messages::Callback::success(&KASPI, PROJECT.into(), &payment_id, less);
    let exchange = running.platform().call("/callback", &callback).await;
    assert_eq!(exchange.unwrap().status, 200);
    payment_id
}

fn credit(minor: i64) -> Value {
    json!({"verdict": "credit", "amount": minor, "reason": "the payer has a receipt"})
}

#[actix_web::test]
async fn alarm_resolved_with_a_credit_credits_the_customer_once_with_the_reason() {
    let running = Folder::new().serve().await.with_customer().await;
    let payment_id = quarantined(&running).await;
    assert_eq!(running.balance(CUSTOMER).await, 0);

    let (_, list) = running.get("/v1/alarms?resolved=false").await;
    let alarm = &list["alarms"][0];
    assert_eq!(
        (&alarm["kind"], &alarm["payment_id"]),
        (&json!("amount_differs"), &json!(payment_id))
    );
    assert_eq!(alarm.get("resolution"), None);
    let (status, one) = running.get("/v1/alarms/1").await;
    assert_eq!((status, &one["seq"]), (200, &alarm["seq"]));
    let body: Value = serde_json::from_str(one["callbacks"][0].as_str().unwrap()).unwrap();
    assert_eq!(body["operation"]["sum_initial"]["amount"], 90_000);

    let (status, resolved) = running.post("/v1/alarms/1/resolve", &credit(90_000)).await;
    assert_eq!(status, 200);
    let resolution = &resolved["resolution"];
    assert_eq!(
        (&resolution["verdict"], &resolution["amount"]),
        (&json!("credit"), &json!(90_000))
    );
    assert_eq!(resolution["currency"], "KZT");
    assert_eq!(resolution["reason"], "the payer has a receipt");

    assert_eq!(running.balance(CUSTOMER).await, 90_000);
    let (_, feed) = running.get("/v1/entries").await;
    assert_eq!(feed["entries"].as_array().unwrap().len(), 1);
    assert_eq!(feed["entries"][0]["kind"], "manual_credit");
    let (_, payment) = running.get(&format!("/v1/payments/{payment_id}")).await;
    assert_eq!(
        (&payment["credited"], &payment["remaining"]),
        (&json!(90_000), &json!(90_000))
    );
    let (_, resolutions) = running.get("/v1/resolutions").await;
    assert_eq!(&resolutions["resolutions"][0], resolution);

    let (status, error) = running.post("/v1/alarms/1/resolve", &credit(90_000)).await;
    assert_eq!((status, &error["error"]["code"]), (409, &json!("conflict")));
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
}

/// Raises this many alarms of the kind `unusable`.
async fn raise_unusable(running: &Running, count: usize) {
    for number in 0..count {
        let odd = json!({"project_id": PROJECT, "payment": {"id": format!("odd {number}")}});
        let body = running.platform().sign(&odd);
        let exchange = running.platform().send("/callback", body).await;
        assert_eq!(exchange.unwrap().status, 400);
    }
}

#[actix_web::test]
async fn alarm_says_what_was_announced_what_the_callback_says_and_what_to_do() {
    let running = Folder::new().serve().await.with_customer().await;
    quarantined(&running).await;
    let (_, list) = running.get("/v1/alarms").await;
    let (_, one) = running.get("/v1/alarms/1").await;
    for alarm in [&list["alarms"][0], &one] {
        let amounts = (&alarm["expected"], &alarm["amount"], &alarm["currency"]);
        let announced = json!({"amount": 100_000, "currency": "KZT"});
        assert_eq!(amounts, (&announced, &json!(90_000), &json!("KZT")));
        let summary = "announced 1 000.00 KZT, the callback says 900.00 KZT";
        assert_eq!(alarm["summary"], summary);
    }
    let advice = one["advice"].as_str().unwrap();
    assert!(
        advice.starts_with("Ask JetPay how much came in"),
        "{advice}"
    );
    let commands = json!([
        "jetpay alarms resolve 1 --verdict credit --amount 90000 --reason \"...\"",
        "jetpay alarms resolve 1 --verdict dismiss --reason \"...\"",
    ]);
    assert_eq!(one["commands"], commands);
    running.post("/v1/alarms/1/resolve", &credit(90_000)).await;
    let (_, resolved) = running.get("/v1/alarms/1").await;
    assert_eq!(
        (resolved.get("advice"), resolved.get("commands")),
        (None, None)
    );
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
        let listed = list["alarms"].as_array().unwrap().iter();
        let listed: Vec<_> = listed.map(|alarm| &alarm["seq"]).collect();
        assert_eq!(json!(listed), seqs, "{query}");
    }
    let (_, counted) = running.get("/v1/alarms:count?resolved=false").await;
    let counts = counted["kinds"].as_array().unwrap().iter();
    let counts: Vec<_> = counts
        .map(|kind| (&kind["kind"], &kind["count"], &kind["last"]))
        .collect();
    assert_eq!(
        json!(counts),
        json!([["amount_differs", 1, 4], ["unusable", 3, 3]])
    );
    let (_, alarm) = running.get("/v1/alarms/1").await;
    assert_eq!(counted["kinds"][1]["oldest"], alarm["time"]);
    for path in [
        "alarms?kind=amount_difers",
        "alarms:count?kind=",
        "alarms?kind=unusable,",
    ] {
        let (status, error) = running.get(&format!("/v1/{path}")).await;
        assert_eq!(
            (status, &error["error"]["field"]),
            (422, &json!("kind")),
            "{path}"
        );
        let message = error["error"]["message"].as_str().unwrap();
        assert!(
            message.contains("amount_differs, currency_differs"),
            "{message}"
        );
    }
}

#[actix_web::test]
async fn alarms_resolved_together_are_resolved_once_each_with_the_reason_and_the_token() {
    let running = Folder::new().serve().await.with_customer().await;
    raise_unusable(&running, 4).await;
    quarantined(&running).await;
    let reason = "a test of the platform";
    let path = "/v1/alarms:resolve";
    let outcome = |resolved: usize, already: Value, not_found: Value| {
        json!({
            "resolved": resolved, "already_resolved": already, "not_found": not_found, "more": false,
        })
    };
    for (body, expected) in [
        (
            json!({"alarms": [2, 99, 2]}),
            outcome(1, json!([]), json!([99])),
        ),
        (json!({"alarms": [2, 1]}), outcome(1, json!([2]), json!([]))),
        (
            json!({"kind": "unusable", "up_to": 3}),
            outcome(1, json!([]), json!([])),
        ),
        (
            json!({"kind": "unusable", "up_to": 3}),
            outcome(0, json!([]), json!([])),
        ),
        (
            json!({"kind": "unusable"}),
            outcome(1, json!([]), json!([])),
        ),
    ] {
        let mut body = body;
        body["verdict"] = "foreign".into();
        body["reason"] = reason.into();
        assert_eq!(running.post(path, &body).await, (200, expected), "{body}");
    }
    let (_, resolutions) = running.get("/v1/resolutions").await;
    let resolutions = resolutions["resolutions"].as_array().unwrap();
    assert_eq!(resolutions.len(), 4);
    for resolution in resolutions {
        let told = (
            &resolution["verdict"],
            &resolution["reason"],
            &resolution["by"],
        );
        assert_eq!(told, (&json!("foreign"), &json!(reason), &json!("admin")));
    }
    let (_, open) = running.get("/v1/alarms?resolved=false").await;
    assert_eq!(open["alarms"][0]["seq"], 5);
    assert_eq!(open["alarms"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn request_that_resolves_alarms_together_and_has_a_wrong_field_resolves_none() {
    let running = Folder::new().serve().await.with_customer().await;
    quarantined(&running).await;
    let many: Vec<usize> = (1..=1001).collect();
    for (body, field) in [
        (
            json!({"alarms": [1], "verdict": "credit", "reason": "r"}),
            "verdict",
        ),
        (
            json!({"alarms": [1], "verdict": "credit", "reason": "r", "amount": 9}),
            "amount",
        ),
        (
            json!({"alarms": [1], "verdict": "pay", "reason": "r"}),
            "verdict",
        ),
        (json!({"alarms": [1], "verdict": "dismiss"}), "reason"),
        (
            json!({"kind": "payout_overdue", "verdict": "dismiss", "reason": " "}),
            "reason",
        ),
        (json!({"verdict": "dismiss", "reason": "r"}), "alarms"),
        (
            json!({"alarms": [], "verdict": "dismiss", "reason": "r"}),
            "alarms",
        ),
        (
            json!({"alarms": many, "verdict": "dismiss", "reason": "r"}),
            "alarms",
        ),
        (
            json!({"alarms": [1], "kind": "unusable", "verdict": "dismiss", "reason": "r"}),
            "alarms",
        ),
        (
            json!({"alarms": [1], "up_to": 1, "verdict": "dismiss", "reason": "r"}),
            "alarms",
        ),
        (
            json!({"alarms": ["x"], "verdict": "dismiss", "reason": "r"}),
            "alarms[0]",
        ),
        (
            json!({"kind": "amount", "verdict": "dismiss", "reason": "r"}),
            "kind",
        ),
    ] {
        let (status, error) = running.post("/v1/alarms:resolve", &body).await;
        assert_eq!(
            (status, &error["error"]["field"]),
            (422, &json!(field)),
            "{body}"
        );
    }
    let (_, open) = running.get("/v1/alarms?resolved=false").await;
    assert_eq!(open["alarms"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn decision_is_answered_with_200_when_only_the_read_after_it_fails() {
    let running = Folder::new().serve().await.with_customer().await;
    quarantined(&running).await;
    let database = rusqlite::Connection::open(running.folder.path("jetpay.db")).unwrap();
    let spoil = "CREATE TRIGGER spoil AFTER INSERT ON settlements
                 BEGIN UPDATE alarms SET kind = 'unreadable' WHERE seq = NEW.alarm_seq; END";
    database.execute_batch(spoil).unwrap();
    let (status, answered) = running.post("/v1/alarms/1/resolve", &credit(90_000)).await;
    assert_eq!(status, 200, "{answered}");
    assert_eq!(
        answered,
        json!({"seq": 1, "resolution": {"verdict": "credit", "by": "admin"}})
    );
    assert_eq!(running.get("/v1/alarms/1").await.0, 503);
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
}

#[actix_web::test]
async fn amount_that_nothing_says_is_refused_without_an_override_and_recorded_with_it() {
    let running = Folder::new().serve().await.with_customer().await;
    quarantined(&running).await;
    let path = "/v1/alarms/1/resolve";
    let (status, error) = running.post(path, &credit(100_000_000_000)).await;
    assert_eq!((status, &error["error"]["field"]), (422, &json!("amount")));
    let message = error["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("900.00 KZT") && message.contains("override"),
        "{message}"
    );
    assert_eq!(running.balance(CUSTOMER).await, 0);
    let mut other = credit(80_000);
    other["override"] = true.into();
    let (status, resolved) = running.post(path, &other).await;
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
    running.post("/v1/alarms/1/resolve", &credit(90_000)).await;
    let correct = async |seq: &str, reason: &str| {
        let path = format!("/v1/entries/{seq}/correct");
        running.post(&path, &json!({ "reason": reason })).await
    };
    let (status, correction) = correct("1", "another customer's").await;
    assert_eq!(status, 200, "{correction}");
    assert_eq!(
        (
            &correction["kind"],
            &correction["corrects"],
            &correction["amount"]
        ),
        (&json!("correction"), &json!(1), &json!(-90_000))
    );
    assert_eq!(
        correct("1", "another customer's").await,
        (200, correction.clone())
    );
    let (_, feed) = running.get("/v1/entries?after=1").await;
    assert_eq!(feed["entries"], json!([correction]));
    assert_eq!(running.balance(CUSTOMER).await, 0);
    let (_, recorded) = running.get("/v1/resolutions").await;
    let recorded = &recorded["resolutions"][0];
    assert_eq!(
        (
            &recorded["verdict"],
            &recorded["corrects"],
            &recorded["reason"]
        ),
        (&json!("correct"), &json!(1), &json!("another customer's"))
    );
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
async fn dismissed_or_foreign_alarm_credits_nothing_and_is_listed_as_resolved() {
    let running = Folder::new().serve().await.with_customer().await;
    for (seq, verdict) in [(1, "dismiss"), (2, "foreign")] {
        quarantined(&running).await;
        let body = json!({"verdict": verdict, "reason": "asked the platform"});
        let path = format!("/v1/alarms/{seq}/resolve");
        let (status, alarm) = running.post(&path, &body).await;
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
        let listed = list["alarms"].as_array().unwrap().iter();
        let listed: Vec<_> = listed.map(|alarm| &alarm["seq"]).collect();
        assert_eq!(json!(listed), seqs, "{query}");
    }
}

#[actix_web::test]
async fn alarms_and_resolutions_are_listed_by_pages_and_the_last_page_has_no_next() {
    let running = Folder::new().serve().await.with_customer().await;
    for seq in 1..=2 {
        quarantined(&running).await;
        let body = json!({"verdict": "dismiss", "reason": "a test"});
        let path = format!("/v1/alarms/{seq}/resolve");
        assert_eq!(running.post(&path, &body).await.0, 200);
    }
    for list in ["alarms", "resolutions"] {
        let (_, first) = running.get(&format!("/v1/{list}?limit=1")).await;
        assert_eq!(
            (&first[list][0]["seq"], &first["next"]),
            (&json!(2), &json!(2))
        );
        let (_, last) = running.get(&format!("/v1/{list}?limit=1&before=2")).await;
        assert_eq!((&last[list][0]["seq"], last.get("next")), (&json!(1), None));
        for query in ["resolved=perhaps", "before=x", "limit=0", "colour=red"] {
            assert_eq!(
                running.get(&format!("/v1/{list}?{query}")).await.0,
                422,
                "{query}"
            );
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
    for (body, field) in [
        (with("verdict", json!("pay")), "verdict"),
        (with("verdict", json!("dismiss")), "amount"),
        (
            json!({"verdict": "dismiss", "override": true, "reason": "x"}),
            "override",
        ),
        (
            json!({"verdict": "foreign", "currency": "KZT", "reason": "x"}),
            "currency",
        ),
        (json!({"reason": "x"}), "verdict"),
        (with("amount", Value::Null), "amount"),
        (with("amount", json!(-1)), "amount"),
        (with("amount", json!("90000")), "amount"),
        (with("currency", json!("USD")), "currency"),
        (with("currency", json!("tenge")), "currency"),
        (with("reason", json!("")), "reason"),
        (with("customer_id", json!(CUSTOMER)), "customer_id"),
    ] {
        let (status, error) = running.post("/v1/alarms/1/resolve", &body).await;
        assert_eq!(
            (status, &error["error"]["field"]),
            (422, &json!(field)),
            "{body} {error}"
        );
    }
    let (_, list) = running.get("/v1/alarms?resolved=false").await;
    assert_eq!(list["alarms"].as_array().unwrap().len(), 1);
    for seq in ["2", "0", "one"] {
        assert_eq!(
            running.get(&format!("/v1/alarms/{seq}")).await.0,
            404,
            "{seq}"
        );
        let path = format!("/v1/alarms/{seq}/resolve");
        assert_eq!(running.post(&path, &credit(1)).await.0, 404, "{seq}");
    }
    let resolve = running.admin(reqwest::Method::GET, "/v1/alarms/1/resolve");
    assert_eq!(answer(resolve).await.0, 405);
}

#[actix_web::test]
async fn signed_callback_without_a_payment_is_stored_with_one_alarm_and_not_acknowledged() {
    let running = Folder::new().serve().await;
    let platform = running.platform();
    let sum = json!({"amount": 1, "currency": "KZT"});
    let operation = json!({"id": 1, "type": "sale", "status": "success", "sum_initial": sum});
    let body =
        platform.sign(&json!({"project_id": PROJECT, "payment": {}, "operation": operation}));
    for path in ["/kaspi", "/callback", "/kaspi"] {
        assert_eq!(
            platform.send(path, body.clone()).await.unwrap().status,
            400,
            "{path}"
        );
    }
    let (_, alarms) = running.get("/v1/alarms").await;
    assert_eq!(
        alarms["alarms"].as_array().unwrap().len(),
        1,
        "one alarm for all repeats"
    );
}

#[actix_web::test]
async fn unusable_callback_of_an_unknown_payment_says_why_and_cannot_be_credited() {
    let running = Folder::new().serve().await;
    let platform = running.platform();
    let body = platform.sign(&json!({"project_id": PROJECT, "payment": {"id": "p"}}));
    assert_eq!(
        platform
            .send("/callback", body.clone())
            .await
            .unwrap()
            .status,
        400
    );
    let (_, alarm) = running.get("/v1/alarms/1").await;
    assert!(
        alarm["reason"]
            .as_str()
            .is_some_and(|reason| !reason.is_empty())
    );
    let summary = format!(
        "the callback is not usable: {}",
        alarm["reason"].as_str().unwrap()
    );
    assert_eq!(alarm["summary"], summary);
    assert_eq!(
        alarm["callbacks"],
        json!([String::from_utf8(body).unwrap()])
    );
    let (status, error) = running.post("/v1/alarms/1/resolve", &credit(1)).await;
    assert_eq!((status, &error["error"]["field"]), (422, &json!("verdict")));
}

/// A success of this payment with these fields of its operation besides.
fn success(payment_id: &str, operation: &Value) -> Value {
    let sum = json!({"amount": 100_000, "currency": "KZT"});
    let mut whole = json!({"type": "sale", "status": "success", "sum_initial": sum});
    for (field, value) in operation.as_object().unwrap() {
        whole[field] = value.clone();
    }
    json!({
        "project_id": PROJECT, "payment": {"id": payment_id, "status": "success"}, "operation": whole,
    })
}

#[actix_web::test]
async fn copies_of_an_unusable_callback_are_one_alarm_and_an_operator_credits_it_once() {
    let running = Folder::new().serve().await.with_customer().await;
    let platform = running.platform();
    let payment_id = running.announced(100_000).await;
    let send = async |body: Vec<u8>| platform.send("/callback", body).await.unwrap().status;
    // The amount is a text: that signs as the number does.
    let sum = json!({"amount": "100000", "currency": "KZT"});
    let odd = success(&payment_id, &json!({"id": 4711, "sum_initial": sum}));
    let body = platform.sign(&odd);
    for number in 0..30 {
        let object = std::str::from_utf8(&body)
            .unwrap()
            .strip_prefix('{')
            .unwrap();
        let copy = format!("{{\"frame_mode\": {number}, {object}");
        assert_eq!(send(copy.into_bytes()).await, 400);
    }
    let (_, list) = running.get("/v1/alarms").await;
    assert_eq!(list["alarms"].as_array().unwrap().len(), 1, "{list}");
    let alarm = &list["alarms"][0];
    assert_eq!(
        (&alarm["kind"], &alarm["payment_id"], &alarm["operation_id"]),
        (&json!("unusable"), &json!(payment_id), &json!("4711"))
    );
    let (status, _) = running.post("/v1/alarms/1/resolve", &credit(100_000)).await;
    assert_eq!(status, 200);
    // Then the platform sends it as it should be.
    let good = platform.sign(&success(&payment_id, &json!({"id": 4711})));
    assert_eq!(send(good).await, 200);
    assert_eq!(running.balance(CUSTOMER).await, 100_000);
}

#[actix_web::test]
async fn unusable_callback_is_shown_with_its_amount_and_takes_a_credit_of_it() {
    let running = Folder::new().serve().await.with_customer().await;
    let platform = running.platform();
    let payment_id = running.announced(10_000).await;
    let sum = json!({"amount": 9_000, "currency": "KZT"});
    let mut odd = success(&payment_id, &json!({"id": 4711, "sum_initial": sum}));
    odd["operation"].as_object_mut().unwrap().remove("type");
    let body = platform.sign(&odd);
    assert_eq!(platform.send("/callback", body).await.unwrap().status, 400);
    let (_, alarm) = running.get("/v1/alarms/1").await;
    assert_eq!(
        (&alarm["kind"], &alarm["amount"], &alarm["currency"]),
        (&json!("unusable"), &json!(9_000), &json!("KZT"))
    );
    assert_eq!(
        alarm["summary"],
        "announced 100.00 KZT, the callback says 90.00 KZT, and is not usable: the field `operation:type` is missing"
    );
    let path = "/v1/alarms/1/resolve";
    let (status, error) = running.post(path, &credit(8_000)).await;
    assert_eq!(status, 422);
    let message = error["error"]["message"].as_str().unwrap();
    assert!(message.contains("90.00 KZT"), "{message}");
    let (status, resolved) = running.post(path, &credit(9_000)).await;
    assert_eq!(status, 200, "{resolved}");
    assert_eq!(resolved["resolution"].get("override"), None);
    assert_eq!(running.balance(CUSTOMER).await, 9_000);
}

#[actix_web::test]
async fn stale_alarm_of_a_credited_payment_takes_a_credit_only_with_an_override() {
    let running = Folder::new().serve().await.with_customer().await;
    let platform = running.platform();
    let payment_id = running.announced(100_000).await;
    for operation in [json!({"id": 1, "type": "purchase"}), json!({"id": 2})] {
        let body = platform.sign(&success(&payment_id, &operation));
        assert_eq!(platform.send("/callback", body).await.unwrap().status, 200);
    }
    let path = "/v1/alarms/1/resolve";
    let mut again = credit(100_000);
    let (status, error) = running.post(path, &again).await;
    assert_eq!((status, &error["error"]["code"]), (409, &json!("conflict")));
    let message = error["error"]["message"].as_str().unwrap();
    for part in ["credited already", "\"override\": true", "--override"] {
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(running.balance(CUSTOMER).await, 100_000);
    again["override"] = true.into();
    let (status, resolved) = running.post(path, &again).await;
    assert_eq!(status, 200, "{resolved}");
    assert_eq!(resolved["resolution"]["override"], true);
    assert_eq!(running.balance(CUSTOMER).await, 200_000);
}

#[actix_web::test]
async fn alarm_without_an_operation_takes_a_credit_for_the_one_that_is_named() {
    let running = Folder::new().serve().await.with_customer().await;
    let platform = running.platform();
    let payment_id = running.announced(100_000).await;
    let body = platform.sign(&success(&payment_id, &json!({})));
    assert_eq!(platform.send("/callback", body).await.unwrap().status, 400);
    let path = "/v1/alarms/1/resolve";
    let named = |operation: &str| {
        let mut body = credit(100_000);
        body["operation_id"] = operation.into();
        body
    };
    for body in [credit(100_000), named("x"), named("99999999999999999999")] {
        let (status, error) = running.post(path, &body).await;
        let field = &error["error"]["field"];
        assert_eq!((status, field), (422, &json!("operation_id")), "{body}");
    }
    let (status, resolved) = running.post(path, &named("4711")).await;
    assert_eq!(status, 200, "{resolved}");
    assert_eq!(resolved["resolution"]["operation_id"], "4711");
    assert_eq!(running.balance(CUSTOMER).await, 100_000);
}

#[actix_web::test]
async fn recut_callback_of_a_known_payment_takes_no_credit() {
    let running = Folder::new().serve().await.with_customer().await;
    let platform = running.platform();
    let payment_id = running.announced(100_000).await;
    let mut recut = success(&payment_id, &json!({"id": 4711}));
    recut["payment"]["description"] = "for Anna;operation:id:1".into();
    let body = platform.sign(&recut);
    assert_eq!(platform.send("/callback", body).await.unwrap().status, 400);
    let (_, alarm) = running.get("/v1/alarms/1").await;
    assert_eq!(alarm.get("payment_id"), None, "{alarm}");
    assert_eq!(alarm.get("amount"), None, "{alarm}");
    let (status, error) = running.post("/v1/alarms/1/resolve", &credit(1)).await;
    assert_eq!((status, &error["error"]["field"]), (422, &json!("verdict")));
}
