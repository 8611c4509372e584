//! Tests of the Data API without a network.

use std::time::Duration;

use jetpay_core::report::ReportedOperation;
use jetpay_core::signature::{Canonical, Key, sign};
use jetpay_core::{Currency, Money};
use serde_json::{Value, json};

use super::*;
use crate::serving::Reply;

const TOKEN: &str = "ZOyTL5shY8ddhpxdQyplRPJYmGV7Kv";
/// 2024-08-01 00:00:00 UTC, in seconds since 1970.
const MIDNIGHT: i64 = 1_722_470_400;

fn key() -> Key {
    Key::new("secret").unwrap()
}

/// A sale of 100.00 KZT that the platform changed so many seconds after midnight.
fn sale(operation: u64, after: i64) -> ReportedOperation {
    let amount = Money::new(10_000, Currency::KZT);
    let payment = format!("p-{operation}");
    ReportedOperation::new(
        1234.into(),
        operation.into(),
        &payment,
        "sale".into(),
        "success".into(),
        amount,
    )
    .at(Some(MIDNIGHT + after))
}

/// Operations 1 to `count`, a minute apart.
fn data_api(count: u64) -> DataApiState {
    let record = PlatformRecord::new();
    for operation in 1..=count {
        record.put(sale(operation, i64::try_from(operation).unwrap() * 60));
    }
    DataApiState::new(TOKEN, key(), record)
}

/// A request for the whole day, with these fields too.
fn request(more: &Value) -> Value {
    let mut request = json!({
        "token": TOKEN,
        "interval": {"from": "2024-08-01 00:00:00", "to": "2024-08-01 23:59:59"},
        "tz": "UTC",
    });
    for (name, value) in more.as_object().unwrap() {
        request[name] = value.clone();
    }
    request
}

fn ask(data_api: &mut DataApiState, more: &Value) -> Reply {
    let body = sign(request(more).to_string().as_bytes(), &key()).unwrap();
    data_api.receive(PATH, &body)
}

/// The ids of the operations in an answer.
fn ids(reply: &Reply) -> Vec<u64> {
    let json = reply.json().unwrap();
    let operations = json["operations"].as_array().unwrap().iter();
    let ids = operations.map(|it| it["operation_id"].as_str().unwrap().parse().unwrap());
    ids.collect()
}

fn listed(data_api: &mut DataApiState, more: &Value) -> Vec<u64> {
    ids(&ask(data_api, more))
}

/// Whether a body is signed by the token's key, with its paths in natural order and in byte order.
fn signed(reply: &Reply) -> [bool; 2] {
    let Reply::Answer { body, .. } = reply else {
        panic!("no answer");
    };
    let canonical = Canonical::parse(body).unwrap();
    let Ok(signature) = canonical.signature().decode() else {
        return [false; 2];
    };
    let in_bytes = canonical.byte_ordered();
    let in_bytes = in_bytes.as_deref().unwrap_or(canonical.string_to_sign());
    [canonical.string_to_sign(), in_bytes].map(|text| key().verify(text, &signature))
}

#[test]
fn request_of_the_platforms_documentation_is_understood_with_its_signature() {
    let signature =
        "g0VyUEFD+T+jEoVgmoiFmxzAy6TeE+2w4erd6GHOzOooZxvHTev5J/fWJOxPSE7BwPIRrIkohuXefT5kcl81LA==";
    let body = json!({
        "token": TOKEN, "project_id": [1234], "limit": 1000, "offset": 0, "tz": "UTC", "signature": signature,
        "interval": {"from": "2024-08-01 00:00:00", "to": "2024-08-01 23:59:59"},
    });
    let reply = data_api(2).receive(PATH, body.to_string().as_bytes());
    assert_eq!(ids(&reply), [2, 1]);
}

#[test]
fn operations_of_the_interval_are_listed_newest_first_with_both_borders() {
    let mut data_api = data_api(0);
    for (operation, after) in [(1, -1), (2, 0), (3, 86_399), (4, 86_400), (5, 50)] {
        data_api.record().put(sale(operation, after));
    }
    assert_eq!(listed(&mut data_api, &json!({})), [3, 5, 2]);
}

#[test]
fn filters_pages_and_zones_choose_what_is_listed() {
    let mut data_api = data_api(5);
    let mut refund = sale(6, 360);
    refund.kind = "refund".into();
    refund.status = "decline".into();
    refund.project_id = 35.into();
    data_api.record().put(refund);
    let one_hour = |from: &str| json!({"tz": "+05:00", "interval": {"from": from, "to": "2024-08-01 05:02:00"}});
    for (more, expected) in [
        (json!({"limit": 2}), vec![6_u64, 5]),
        (json!({"limit": "2", "offset": "4"}), vec![2, 1]),
        (json!({"limit": 0}), vec![]),
        (json!({"offset": 7}), vec![]),
        (json!({"project_id": [35]}), vec![6]),
        (json!({"project_id": [1, 1234], "offset": 3}), vec![2, 1]),
        (json!({"operation_type": "refund"}), vec![6]),
        (
            json!({"operation_status": ["success"], "limit": 1}),
            vec![5],
        ),
        (one_hour("2024-08-01 05:00:00"), vec![2, 1]),
        (one_hour("2024-08-01T05:02:00"), vec![2]),
        (json!({"interval": null}), vec![6, 5, 4, 3, 2, 1]),
    ] {
        assert_eq!(listed(&mut data_api, &more), expected, "{more}");
    }
}

#[test]
fn editions_write_dates_and_amounts_in_their_own_ways() {
    let fields = json!({"tz": "+05:00", "interval": null, "fields":
        ["operation_created_at", "operation_completed_at", "sum_initial.amount", "sum_initial.currency", "rrn"]});
    let written = |conventions: Conventions| {
        let mut data_api = data_api(1).with_conventions(conventions);
        data_api.record().put(sale(1, 3600));
        ask(&mut data_api, &fields).json().unwrap()["operations"][0].clone()
    };
    let a = json!({"operation_created_at": "2024-08-01T05:01:00+05:00", "rrn": "",
        "operation_completed_at": "2024-08-01T06:00:00+05:00", "sum_initial": {"amount": 10_000, "currency": "KZT"}});
    assert_eq!(written(Conventions::of(Edition::A)), a);
    let b = json!({"operation_created_at": "2024-08-01 05:01:00", "rrn": "",
        "operation_completed_at": "2024-08-01 06:00:00", "sum_initial": {"amount": "10000", "currency": "KZT"}});
    assert_eq!(written(Conventions::of(Edition::B)), b);
    let empty = Conventions {
        completed_at_is_empty: true,
        ..Conventions::of(Edition::A)
    };
    assert_eq!(written(empty)["operation_completed_at"], "");
}

#[test]
fn without_fields_an_operation_has_the_required_ones() {
    let reply = ask(&mut data_api(1), &json!({}));
    let json = reply.json().unwrap();
    let operation = json["operations"][0].as_object().unwrap();
    let mut names: Vec<&str> = operation.keys().map(String::as_str).collect();
    let mut required = answer::DEFAULT_FIELDS;
    names.sort_unstable();
    required.sort_unstable();
    assert_eq!(names, required);
    assert_eq!(operation["project_id"], "1234");
    assert_eq!(
        operation["sum_initial"],
        json!({"amount": 10_000, "currency": "KZT"})
    );
}

#[test]
fn only_an_answer_of_eleven_operations_shows_the_order_of_its_signature() {
    for (count, orders) in [(0, [true, true]), (10, [true, true]), (11, [true, false])] {
        let reply = ask(&mut data_api(count), &json!({}));
        assert_eq!(signed(&reply), orders, "{count}");
    }
}

#[test]
fn wrong_request_is_refused_in_the_shape_of_the_data_api() {
    let mut data_api = data_api(1);
    for (more, status, why) in [
        (json!({"token": "another"}), 401, "the token is not valid"),
        (json!({"token": null}), 401, "the token is not valid"),
        (json!({"limit": 1001}), 400, "limit is at most 1000"),
        (json!({"limit": -1}), 400, "limit is not a whole number"),
        (json!({"offset": "x"}), 400, "offset is not a whole number"),
        (json!({"tz": "Mars/Olympus"}), 400, "tz is not a time zone"),
        (json!({"tz": "+99:00"}), 400, "tz is not a time zone"),
        (
            json!({"project_id": 1234}),
            400,
            "project_id is not a list of numbers",
        ),
        (
            json!({"fields": ["sum_initial.sum"]}),
            400,
            "no operation has the field sum_initial.sum",
        ),
        (
            json!({"operation_type": 1}),
            400,
            "operation_type is not a text or a list of texts",
        ),
        (
            json!({"interval": {"from": "2024-08-01", "to": "2024-08-01 23:59:59"}}),
            400,
            "interval.from is not a date and a time of day",
        ),
    ] {
        let reply = ask(&mut data_api, &more);
        let json = reply.json().unwrap();
        let said = (
            reply.status(),
            json["status"].as_u64(),
            json["message"].as_str(),
        );
        assert_eq!(
            said,
            (Some(status), Some(u64::from(status)), Some(why)),
            "{more}"
        );
        assert!(json.get("signature").is_none() && json["name"].is_string());
    }
    let forged = sign(
        request(&json!({})).to_string().as_bytes(),
        &Key::new("other").unwrap(),
    );
    for body in [
        forged.unwrap(),
        request(&json!({})).to_string().into_bytes(),
    ] {
        assert_eq!(data_api.receive(PATH, &body).status(), Some(401));
    }
    assert_eq!(data_api.receive(PATH, b"{").status(), Some(400));
    assert_eq!(
        data_api.receive("/v1/balance/get", b"{}").status(),
        Some(404)
    );
}

#[test]
fn script_makes_requests_go_wrong_one_after_the_other() {
    let mut data_api = data_api(1);
    let five_minutes = Duration::from_secs(300);
    data_api.script([
        OnRequest::Fail(429),
        OnRequest::Fail(500),
        OnRequest::Drop,
        OnRequest::WrongSignature,
        OnRequest::Unsigned,
        OnRequest::Unreadable,
        OnRequest::Slowly(five_minutes),
    ]);
    let mut next = || ask(&mut data_api, &json!({}));
    assert_eq!(next().json().unwrap()["name"], "Request rate error");
    assert_eq!(next().status(), Some(500));
    assert_eq!(next(), Reply::Dropped { accepted: false });
    let (forged, unsigned) = (next(), next());
    assert_eq!((signed(&forged), ids(&forged)), ([false; 2], vec![1]));
    assert_eq!((signed(&unsigned), ids(&unsigned)), ([false; 2], vec![1]));
    let unreadable = next();
    assert_eq!((unreadable.status(), unreadable.json()), (Some(200), None));
    assert!(matches!(next(), Reply::Answer { after, .. } if after == five_minutes));
    assert_eq!(signed(&next()), [true; 2]);
}

#[test]
fn change_while_pages_are_read_repeats_an_operation_or_hides_one() {
    for (change, second) in [
        // It comes into the interval: the page behind begins with an operation that was read.
        (sale(9, 10_000), [3, 2]),
        // It leaves the interval: the page behind skips one.
        (sale(4, 100_000), [1, 0]),
        // Nothing moves.
        (sale(4, 250), [2, 1]),
    ] {
        let mut data_api = data_api(4);
        data_api.record().put(sale(0, 1));
        data_api.script([
            OnRequest::Answer,
            OnRequest::Change(Box::new(change.clone())),
        ]);
        assert_eq!(listed(&mut data_api, &json!({"limit": 2})), [4, 3]);
        assert_eq!(
            listed(&mut data_api, &json!({"limit": 2, "offset": 2})),
            second,
            "{change:?}"
        );
    }
}

#[test]
fn record_keeps_the_newest_version_and_the_time_of_the_first() {
    let record = PlatformRecord::new();
    record.put(sale(1, 100));
    let mut declined = sale(1, 50);
    declined.status = "decline".into();
    record.put(declined.clone());
    assert_eq!(record.operations(), [sale(1, 100)], "it is older");
    let declined = declined.at(Some(MIDNIGHT + 200));
    record.put(declined.clone());
    assert_eq!(record.operations(), [declined]);
    assert_eq!(
        record.newest_first(|_| true)[0].created,
        Some(MIDNIGHT + 100)
    );
}

#[test]
fn debug_shows_neither_token_nor_key_nor_operations() {
    let shown = format!("{:?}", data_api(1));
    for hidden in [TOKEN, "secret", "p-1"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
