//! `/v1/payouts`: requests, lists, the payouts account, and resolutions.

use futures_util::future::join_all;
use jetpay_platform::KASPI;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Answer, CUSTOMER, Folder, PROJECT, Running, WALLET, answer, assert_has, each, failed,
    on_every_store, payout_request, refused,
};

async fn with_gate(folder: Folder) -> Running {
    folder.with_gate("").serve().await
}

async fn from_balance(folder: Folder) -> Running {
    folder.with_gate("from_balance = true").serve().await
}

on_every_store! {
    with_gate;
    payout_is_accepted_shown_and_listed,
    same_key_gives_the_same_payout_and_another_request_a_conflict,
    second_payout_like_one_of_the_day_is_accepted_with_a_warning,
    twenty_requests_at_once_with_one_key_make_one_payout,
    text_that_a_store_cannot_keep_does_no_harm,
    operator_resolves_a_payout_once,
    feed_gives_every_entry_once_in_order,
}

on_every_store! { from_balance; balance_is_spent_once_and_a_refusal_says_what_is_available, }

async fn request(running: &Running, key: &str, minor: i64) -> Answer {
    running
        .post("/v1/payouts", &payout_request(key, minor))
        .await
}

/// How many of these answers have this status.
fn count(answers: &[Answer], expected: u16) -> usize {
    answers
        .iter()
        .filter(|(status, _)| *status == expected)
        .count()
}

async fn payout_is_accepted_shown_and_listed(running: &Running) {
    let (status, payout) = request(running, "k1", 10_000).await;
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
    let step = ["what", "entry", "amount"].map(|field| &first[field]);
    assert_eq!(json!(step), json!(["created", "reserve", 10_000]));
    let (status, shown) = running.get(&format!("/v1/payouts/{id}")).await;
    assert_eq!((status, &shown["payment_id"]), (200, &json!(id)));
    assert_eq!(shown["history"][0], *first);
    assert_eq!(running.get("/v1/payouts/nobody").await.0, 404);

    let second = running.payout("k2", 1).await;
    let (_, page) = running.get("/v1/payouts?limit=1").await;
    assert_eq!(
        (&page["payouts"][0]["payment_id"], &page["next"]),
        (&json!(id), &json!(id))
    );
    assert!(page["payouts"][0].get("history").is_none());
    for (query, found) in [
        ("", json!([id, second])),
        (&format!("after={id}"), json!([second])),
        ("idempotency_key=k1", json!([id])),
        (
            &format!("idempotency_key=k1&project_id={PROJECT}"),
            json!([id]),
        ),
        ("idempotency_key=k1&project_id=1", json!([])),
        ("idempotency_key=k", json!([])),
        (&format!("customer_id={CUSTOMER}"), json!([id, second])),
        ("customer_id=nobody", json!([])),
        ("state=paid", json!([])),
        (
            &format!("account_number={WALLET}&amount=1"),
            json!([second]),
        ),
        ("account_number=9182221134", json!([])),
        ("from=2026-01-01T00:00:00Z", json!([id, second])),
        ("from=2999-01-01T00:00:00Z", json!([])),
    ] {
        let (status, list) = running.get(&format!("/v1/payouts?{query}")).await;
        assert_eq!(
            (status, each(&list["payouts"], "payment_id")),
            (200, found),
            "{query}"
        );
    }
    let odd = running.get("/v1/payouts?idempotency_key=k1%C2%AD").await;
    refused(&odd, "idempotency_key");
}

async fn second_payout_like_one_of_the_day_is_accepted_with_a_warning(running: &Running) {
    let (_, first) = request(running, "k1", 100).await;
    assert_eq!(first.get("warnings"), None);
    let mut to_another = payout_request("k2", 100);
    to_another["account_number"] = json!("9182221134");
    for other in [to_another, payout_request("k3", 101)] {
        let (status, payout) = running.post("/v1/payouts", &other).await;
        assert_eq!((status, payout.get("warnings")), (202, None), "{payout}");
    }
    let warned_of = |payout: &Value, other: &Value, key: &str| {
        let warnings = payout["warnings"].as_array().unwrap();
        assert_eq!(warnings.len(), 1, "{payout}");
        let id = other["payment_id"].as_str().unwrap();
        assert_has(warnings[0].as_str().unwrap(), &[id, &format!("`{key}`")]);
    };
    let (status, second) = request(running, "k4", 100).await;
    assert_eq!(status, 202);
    warned_of(&second, &first, "k1");
    // A client that lost the answer still gets the warning, and the first payout now has a second one.
    let (status, again) = request(running, "k4", 100).await;
    assert_eq!((status, &again["warnings"]), (200, &second["warnings"]));
    let (status, again) = request(running, "k1", 100).await;
    assert_eq!(status, 200);
    warned_of(&again, &second, "k4");
}

#[actix_web::test]
async fn second_payout_is_noticed_whatever_the_project_and_the_clock_of_the_first() {
    let second = "[[project]]\nid = 5678\nsecret_file = \"secret\"\nmethods = [\"qiwi-kz\"]";
    let mut running = Folder::new().with_gate(second).serve().await;
    let (_, first) = request(&running, "k1", 100).await;
    let mut body = payout_request("k1", 100);
    body["project_id"] = json!(5678);
    let (status, second) = running.post("/v1/payouts", &body).await;
    let warnings = second["warnings"].as_array().unwrap();
    assert_eq!((status, warnings.len()), (202, 1), "{second}");
    let id = first["payment_id"].as_str().unwrap();
    let named = format!("payout {id} with the key `k1` in project 1234 of ");
    assert!(
        warnings[0].as_str().unwrap().starts_with(&named),
        "{second}"
    );
    // The clock of the server was a month ahead when it made both.
    let ahead = "DROP TRIGGER payout_steps_stay;
        UPDATE payouts SET payment_id = '1' || substr(payment_id, 2), created_at = created_at + 2592000000;
        UPDATE payout_steps SET payment_id = '1' || substr(payment_id, 2)";
    running.while_stopped(|folder| folder.sql(ahead)).await;
    let (_, third) = request(&running, "k2", 100).await;
    assert_eq!(third["warnings"].as_array().unwrap().len(), 2, "{third}");
    // A repeat of an old request is not compared with what came a month later.
    let (status, again) = request(&running, "k2", 100).await;
    assert_eq!((status, again.get("warnings")), (200, None));
}

async fn same_key_gives_the_same_payout_and_another_request_a_conflict(running: &Running) {
    let id = running.payout("k", 10_000).await;
    let (status, again) = request(running, "k", 10_000).await;
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
        let message = failed(&running.post("/v1/payouts", &other).await, 409, "conflict");
        assert_has(&message, &[&id]);
    }
    // Keys are compared letter by letter, with their case.
    assert_ne!(running.payout("K", 10_000).await, id);
    assert_eq!(running.payouts().await.len(), 2);
}

#[actix_web::test]
async fn payout_whose_next_time_a_wrong_clock_put_a_year_ahead_is_asked_about_at_once_with_an_alarm()
 {
    let mut running = with_gate(Folder::new()).await;
    let id = running.payout("k1", 100).await;
    let ahead = "UPDATE payouts SET due_at = due_at + 31536000000";
    running.while_stopped(|folder| folder.sql(ahead)).await;
    running.until_logged("clock_ahead").await;
    let (_, list) = running.get("/v1/alarms").await;
    assert_eq!(each(&list["alarms"], "kind"), json!(["clock_ahead"]));
    assert_eq!(each(&list["alarms"], "payment_id"), json!([id]));
}

async fn twenty_requests_at_once_with_one_key_make_one_payout(running: &Running) {
    let answers = join_all((0..20).map(|_| request(running, "k", 10_000))).await;
    assert_eq!(
        (count(&answers, 202), count(&answers, 200)),
        (1, 19),
        "{answers:?}"
    );
    let id = &answers[0].1["payment_id"];
    assert!(
        answers
            .iter()
            .all(|(_, payout)| payout["payment_id"] == *id)
    );
    let (_, feed) = running.get("/v1/payouts/entries").await;
    assert_eq!(each(&feed["entries"], "kind"), json!(["reserve"]));
    // Of different requests with one key, one is accepted.
    let answers = join_all((1..=20).map(|minor| request(running, "other", minor))).await;
    assert_eq!(
        (count(&answers, 202), count(&answers, 409)),
        (1, 19),
        "{answers:?}"
    );
    assert_eq!(running.payouts().await.len(), 2);
}

async fn text_that_a_store_cannot_keep_does_no_harm(running: &Running) {
    let id = running.payout("k", 100).await;
    let none = (200, json!({"payouts": []}));
    assert_eq!(running.get("/v1/payouts?customer_id=%00").await, none);
    let odd = running.get("/v1/payouts?idempotency_key=%00").await;
    assert_has(&refused(&odd, "idempotency_key"), &["U+0000 (NUL)"]);
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
    let mut odd = payout_request("й%_\\u0000 \"", 1);
    odd["customer"] = json!({"id": "й\u{fffd}", "ip_address": "2001:db8::1", "first_name": "Ұлжан \\ \"",
        "last_name": "'; DROP", "email": "ұ@й"});
    refused(
        &running.post("/v1/payouts", &odd).await,
        "customer.last_name",
    );
    odd["customer"]["last_name"] = json!("O'Neil");
    assert_eq!(running.post("/v1/payouts", &odd).await.0, 202);
    assert_eq!(running.post("/v1/payouts", &odd).await.0, 200);
}

async fn balance_is_spent_once_and_a_refusal_says_what_is_available(running: &Running) {
    assert_eq!(running.put_customer(CUSTOMER, &json!({})).await.0, 201);
    running.paid(&KASPI, 10_000).await;
    assert_eq!(running.balance(CUSTOMER).await, 10_000);
    let message = refused(&request(running, "much", 10_001).await, "amount");
    assert_has(&message, &["balance of 10000 minor units"]);

    let keys = ["k0", "k1", "k2", "k3", "k4"];
    let answers = join_all(keys.map(|key| request(running, key, 4_000))).await;
    assert_eq!(
        (count(&answers, 202), count(&answers, 422)),
        (2, 3),
        "{answers:?}"
    );
    assert_eq!(running.balance(CUSTOMER).await, 2_000);
    let (_, payout) = answers.iter().find(|(status, _)| *status == 202).unwrap();
    assert_eq!(payout["from_balance"], true);
    // A repeat takes nothing more from the balance, which is now too small for it.
    let key = payout["idempotency_key"].as_str().unwrap();
    let (status, again) = request(running, key, 4_000).await;
    assert_eq!((status, &again["payment_id"]), (200, &payout["payment_id"]));
    // A declined payout returns its amount to the customer.
    let id = payout["payment_id"].as_str().unwrap();
    running.wait_until_sent(id).await;
    let declined = json!({"as": "declined", "reason": "a test"});
    let (status, ended) = running
        .post(&format!("/v1/payouts/{id}/resolve"), &declined)
        .await;
    assert_eq!(status, 200, "{ended}");
    assert_eq!(running.balance(CUSTOMER).await, 6_000);
    // A refused request does not use its key up.
    assert_eq!(request(running, "much", 6_000).await.0, 202);
    assert_eq!(running.balance(CUSTOMER).await, 0);
}

async fn operator_resolves_a_payout_once(running: &Running) {
    let id = running.payout("k", 10_000).await;
    let path = format!("/v1/payouts/{id}/resolve");
    for (body, field) in [
        (json!({"reason": "a test"}), "as"),
        (json!({"as": "reversed", "reason": "a test"}), "as"),
        (json!({"as": "declined"}), "reason"),
        (json!({"as": "declined", "reason": " "}), "reason"),
        (
            json!({"as": "declined", "reason": "a test", "verdict": "credit"}),
            "verdict",
        ),
    ] {
        refused(&running.post(&path, &body).await, field);
    }
    let body = json!({"as": "declined", "reason": "support says so"});
    let (status, ended) = running.post(&path, &body).await;
    assert_eq!((status, &ended["state"]), (200, &json!("declined")));
    assert_eq!(ended["reserved"], 0);
    let last = ended["history"]
        .as_array()
        .and_then(|all| all.last())
        .unwrap();
    let step = ["what", "entry", "amount", "message"].map(|field| &last[field]);
    assert_eq!(
        json!(step),
        json!(["declined", "release", 10_000, "support says so"])
    );
    for ending in ["declined", "paid"] {
        let again = running
            .post(&path, &json!({"as": ending, "reason": "again"}))
            .await;
        failed(&again, 409, "conflict");
    }
    for unknown in ["nobody", "%00", "a%3Bb"] {
        let path = format!("/v1/payouts/{unknown}/resolve");
        assert_eq!(running.post(&path, &body).await.0, 404, "{unknown}");
    }
    let deleted = answer(running.admin(Method::DELETE, &format!("/v1/payouts/{id}"))).await;
    assert_eq!(deleted.0, 405);
}

async fn feed_gives_every_entry_once_in_order(running: &Running) {
    let mut ids = Vec::new();
    for (key, minor) in [("a", 100), ("b", 200), ("c", 300)] {
        ids.push(running.payout(key, minor).await);
    }
    let declined = json!({"as": "declined", "reason": "a test"});
    let path = format!("/v1/payouts/{}/resolve", ids[1]);
    assert_eq!(running.post(&path, &declined).await.0, 200);
    let (mut after, mut moved) = (json!(0), Vec::new());
    for count in [3, 1, 0] {
        let path = format!("/v1/payouts/entries?after={after}&limit=3");
        let (status, feed) = running.get(&path).await;
        let entries = feed["entries"].as_array().unwrap();
        assert_eq!((status, entries.len()), (200, count), "{feed}");
        let last = entries.last().map_or(after, |entry| entry["seq"].clone());
        assert_eq!(feed["next"], last);
        after = last;
        for entry in entries {
            assert!(entry["time"].as_str().unwrap().ends_with('Z'));
            let fields = ["customer_id", "method", "project_id", "currency"];
            let of_payout = json!([CUSTOMER, "qiwi-kz", PROJECT, "KZT"]);
            assert_eq!(json!(fields.map(|field| &entry[field])), of_payout);
            moved.push(json!(
                ["kind", "payment_id", "amount"].map(|field| &entry[field])
            ));
        }
    }
    let expected = json!([
        ["reserve", ids[0], 100],
        ["reserve", ids[1], 200],
        ["reserve", ids[2], 300],
        ["release", ids[1], 200],
    ]);
    assert_eq!(json!(moved), expected);
}
