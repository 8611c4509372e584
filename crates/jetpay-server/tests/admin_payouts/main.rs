//! `/v1/payouts` of the real binary, over real HTTP.

mod account;
#[path = "../paying/mod.rs"]
mod paying;
mod refused;
#[path = "../running/mod.rs"]
mod running;

use futures_util::future::join_all;
use paying::{WALLET, accepted, payout_request, payouts};
use reqwest::Method;
use running::{CUSTOMER, PROJECT, Running, answer};
use serde_json::json;

paying::on_every_store! {
    payout_is_accepted_shown_and_listed(""),
    same_key_gives_the_same_payout_and_another_request_a_conflict(""),
    second_payout_like_one_of_the_day_is_accepted_with_a_warning(""),
    twenty_requests_at_once_with_one_key_make_one_payout(""),
    text_that_a_store_cannot_keep_does_no_harm(""),
}

async fn payout_is_accepted_shown_and_listed(running: &Running) {
    let (status, payout) = running
        .post("/v1/payouts", &payout_request("k1", 10_000))
        .await;
    assert_eq!(status, 202, "{payout}");
    for (field, value) in [
        ("project_id", json!(PROJECT)),
        ("method", json!("qiwi-kz")),
        ("customer_id", json!(CUSTOMER)),
        ("account_number", json!(WALLET)),
        ("amount", json!(10_000)),
        ("currency", json!("KZT")),
        ("idempotency_key", json!("k1")),
        ("reserved", json!(10_000)),
        ("paid", json!(0)),
        ("from_balance", json!(false)),
        ("overdue", json!(false)),
    ] {
        assert_eq!(payout[field], value, "{field} in {payout}");
    }
    let id = payout["payment_id"].as_str().unwrap();
    let first = &payout["history"][0];
    assert_eq!(
        (&first["what"], &first["entry"], &first["amount"]),
        (&json!("created"), &json!("reserve"), &json!(10_000))
    );
    let (status, shown) = running.get(&format!("/v1/payouts/{id}")).await;
    assert_eq!((status, &shown["payment_id"]), (200, &json!(id)));
    assert_eq!(shown["history"][0], *first);
    assert_eq!(running.get("/v1/payouts/nobody").await.0, 404);

    let second = accepted(running, "k2", 1).await;
    let (_, page) = running.get("/v1/payouts?limit=1").await;
    assert_eq!(
        (&page["payouts"][0]["payment_id"], &page["next"]),
        (&json!(id), &json!(id))
    );
    assert!(page["payouts"][0].get("history").is_none());
    for (query, found) in [
        ("", vec![id, &second]),
        (&format!("after={id}"), vec![&*second]),
        ("idempotency_key=k1", vec![id]),
        (
            &format!("idempotency_key=k1&project_id={PROJECT}"),
            vec![id],
        ),
        ("idempotency_key=k1&project_id=1", vec![]),
        ("idempotency_key=k", vec![]),
        (&format!("customer_id={CUSTOMER}"), vec![id, &second]),
        ("customer_id=nobody", vec![]),
        ("state=paid", vec![]),
        (&format!("account_number={WALLET}&amount=1"), vec![&*second]),
        ("account_number=9182221134", vec![]),
        ("from=2026-01-01T00:00:00Z", vec![id, &second]),
        ("from=2999-01-01T00:00:00Z", vec![]),
    ] {
        let (status, list) = running.get(&format!("/v1/payouts?{query}")).await;
        let list = list["payouts"].as_array().unwrap();
        let ids: Vec<_> = list
            .iter()
            .map(|payout| payout["payment_id"].as_str().unwrap())
            .collect();
        assert_eq!((status, ids), (200, found), "{query}");
    }
    for (query, field) in [
        ("state=lost", "state"),
        ("limit=0", "limit"),
        ("from=today", "from"),
        ("idempotency_key=k1%C2%AD", "idempotency_key"),
        ("colour=red", "colour"),
    ] {
        let (status, error) = running.get(&format!("/v1/payouts?{query}")).await;
        assert_eq!(
            (status, &error["error"]["field"]),
            (422, &json!(field)),
            "{error}"
        );
    }
    let deleted = answer(running.admin(Method::DELETE, &format!("/v1/payouts/{id}"))).await;
    assert_eq!(deleted.0, 405);
}

async fn second_payout_like_one_of_the_day_is_accepted_with_a_warning(running: &Running) {
    let (_, first) = running
        .post("/v1/payouts", &payout_request("k1", 100))
        .await;
    assert_eq!(first.get("warnings"), None);
    let mut to_another = payout_request("k2", 100);
    to_another["account_number"] = json!("9182221134");
    for other in [to_another, payout_request("k3", 101)] {
        let (status, payout) = running.post("/v1/payouts", &other).await;
        assert_eq!((status, payout.get("warnings")), (202, None), "{payout}");
    }
    let body = payout_request("k4", 100);
    let (status, second) = running.post("/v1/payouts", &body).await;
    assert_eq!(status, 202);
    let warnings = second["warnings"].as_array().unwrap();
    let warning = warnings[0].as_str().unwrap();
    let id = first["payment_id"].as_str().unwrap();
    assert!(
        warnings.len() == 1 && warning.contains(id) && warning.contains("`k1`"),
        "{second}"
    );
    // A client that lost the answer still gets the warning, and the first payout now has a second one.
    let (status, again) = running.post("/v1/payouts", &body).await;
    assert_eq!((status, &again["warnings"]), (200, &second["warnings"]));
    let (status, again) = running
        .post("/v1/payouts", &payout_request("k1", 100))
        .await;
    let warning = again["warnings"][0].as_str().unwrap();
    let id = second["payment_id"].as_str().unwrap();
    assert!(status == 200 && warning.contains(id), "{again}");
}

#[actix_web::test]
async fn second_payout_is_noticed_whatever_the_project_and_the_clock_of_the_first() {
    let mut paying = paying::Paying::sqlite(SECOND_PROJECT).await;
    let (_, first) = paying
        .running
        .post("/v1/payouts", &payout_request("k1", 100))
        .await;
    let of_another_project = |key| {
        let mut body = payout_request(key, 100);
        body["project_id"] = json!(5678);
        body
    };
    let body = of_another_project("k1");
    let (status, second) = paying.running.post("/v1/payouts", &body).await;
    let warnings = second["warnings"].as_array().unwrap();
    assert_eq!((status, warnings.len()), (202, 1), "{second}");
    let id = first["payment_id"].as_str().unwrap();
    let named = format!("payout {id} with the key `k1` in project 1234 of ");
    let warning = warnings[0].as_str().unwrap();
    assert!(warning.starts_with(&named), "{warning}");
    // The clock of the server was a month ahead when it made both.
    let ahead = |folder: &running::Folder| {
        let database = rusqlite::Connection::open(folder.path("jetpay.db")).unwrap();
        let sql = "DROP TRIGGER payout_steps_stay;
            UPDATE payouts SET payment_id = '1' || substr(payment_id, 2), created_at = created_at + 2592000000;
            UPDATE payout_steps SET payment_id = '1' || substr(payment_id, 2)";
        database.execute_batch(sql).unwrap();
    };
    paying.running.while_stopped(ahead).await;
    let body = payout_request("k2", 100);
    let (_, third) = paying.running.post("/v1/payouts", &body).await;
    assert_eq!(third["warnings"].as_array().unwrap().len(), 2, "{third}");
    // A repeat of an old request is not compared with what came a month later.
    let (status, again) = paying.running.post("/v1/payouts", &body).await;
    assert_eq!((status, again.get("warnings")), (200, None));
}

const SECOND_PROJECT: &str =
    "[[project]]\nid = 5678\nsecret_file = \"secret\"\nmethods = [\"qiwi-kz\"]";

async fn same_key_gives_the_same_payout_and_another_request_a_conflict(running: &Running) {
    let id = accepted(running, "k", 10_000).await;
    let (status, again) = running
        .post("/v1/payouts", &payout_request("k", 10_000))
        .await;
    assert_eq!((status, &again["payment_id"]), (200, &json!(id)));
    for (place, value) in [
        ("/amount", json!(10_001)),
        ("/account_number", json!("9182221134")),
        ("/customer/id", json!("8")),
        ("/customer/ip_address", json!("198.51.100.48")),
        ("/customer/first_name", json!("Anna")),
        ("/customer/last_name", json!("Anna")),
        ("/customer/email", json!("anna@example.com")),
    ] {
        let mut other = payout_request("k", 10_000);
        *other.pointer_mut(place).unwrap() = value;
        let (status, error) = running.post("/v1/payouts", &other).await;
        assert_eq!(
            (status, &error["error"]["code"]),
            (409, &json!("conflict")),
            "{place}"
        );
        assert!(
            error["error"]["message"].as_str().unwrap().contains(&id),
            "{error}"
        );
    }
    // Keys are compared letter by letter, with their case.
    assert_ne!(accepted(running, "K", 10_000).await, id);
    assert_eq!(payouts(running).await.len(), 2);
}

#[actix_web::test]
async fn payout_whose_next_time_a_wrong_clock_put_a_year_ahead_is_asked_about_at_once_with_an_alarm()
 {
    let mut paying = paying::Paying::sqlite("").await;
    let id = accepted(&paying.running, "k1", 100).await;
    let put_ahead = |folder: &running::Folder| {
        let database = rusqlite::Connection::open(folder.path("jetpay.db")).unwrap();
        let sql = "UPDATE payouts SET due_at = due_at + 31536000000";
        database.execute(sql, ()).unwrap();
    };
    paying.running.while_stopped(put_ahead).await;
    let running = &paying.running;
    for _ in 0..500 {
        let (_, list) = running.get("/v1/alarms").await;
        if let Some(alarm) = list["alarms"].get(0) {
            let (kind, payment_id) = (&alarm["kind"], &alarm["payment_id"]);
            assert_eq!((kind, payment_id), (&json!("clock_ahead"), &json!(id)));
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the service does not ask about payout {id}");
}

async fn twenty_requests_at_once_with_one_key_make_one_payout(running: &Running) {
    let requests = (0..20).map(|_| async {
        running
            .post("/v1/payouts", &payout_request("k", 10_000))
            .await
    });
    let answers = join_all(requests).await;
    let new = answers.iter().filter(|(status, _)| *status == 202).count();
    let known = answers.iter().filter(|(status, _)| *status == 200).count();
    assert_eq!((new, known), (1, 19), "{answers:?}");
    let id = &answers[0].1["payment_id"];
    assert!(
        answers
            .iter()
            .all(|(_, payout)| payout["payment_id"] == *id)
    );
    let (_, feed) = running.get("/v1/payouts/entries").await;
    let reserved = feed["entries"].as_array().unwrap();
    assert_eq!(
        reserved
            .iter()
            .filter(|entry| entry["kind"] == "reserve")
            .count(),
        1
    );

    // Of different requests with one key, one is accepted.
    let requests = (1..=20).map(|minor| async move {
        running
            .post("/v1/payouts", &payout_request("other", minor))
            .await
    });
    let answers = join_all(requests).await;
    let conflicts = answers.iter().filter(|(status, _)| *status == 409).count();
    assert_eq!(conflicts, 19, "{answers:?}");
    assert_eq!(payouts(running).await.len(), 2);
}

async fn text_that_a_store_cannot_keep_does_no_harm(running: &Running) {
    let id = accepted(running, "k", 100).await;
    let (status, list) = running.get("/v1/payouts?customer_id=%00").await;
    assert_eq!((status, &list["payouts"]), (200, &json!([])));
    let (status, error) = running.get("/v1/payouts?idempotency_key=%00").await;
    assert!(
        status == 422 && error.to_string().contains("U+0000 (NUL)"),
        "{error}"
    );
    assert_eq!(running.get("/v1/payouts?after=%00").await.0, 200);
    assert_eq!(running.get("/v1/payouts/%00").await.0, 404);
    let reason = json!({"as": "declined", "reason": "a\u{0}b"});
    let (status, ended) = running
        .post(&format!("/v1/payouts/{id}/resolve"), &reason)
        .await;
    assert_eq!(
        (status, &ended["state"]),
        (200, &json!("declined")),
        "{ended}"
    );
    let names = json!({"id": "й\u{fffd}", "ip_address": "2001:db8::1", "first_name": "Ұлжан \\ \"",
        "last_name": "'; DROP", "email": "ұ@й"});
    let mut odd = payout_request("й%_\\u0000 \"", 1);
    odd["customer"] = names;
    let (status, error) = running.post("/v1/payouts", &odd).await;
    assert_eq!(
        (status, &error["error"]["field"]),
        (422, &json!("customer.last_name"))
    );
    odd["customer"]["last_name"] = json!("O'Neil");
    assert_eq!(running.post("/v1/payouts", &odd).await.0, 202);
    assert_eq!(running.post("/v1/payouts", &odd).await.0, 200);
}
