//! The payouts account: balances, the feed, and resolutions.

use futures_util::future::join_all;
use jetpay_core::{Currency, Money};
use jetpay_platform::{CallbackKind, KASPI, TopUp, top_up};
use serde_json::json;

use crate::paying::{self, accepted, payout_request, wait_until_sent};
use crate::running::{CUSTOMER, PROJECT, Running};

paying::on_every_store! {
    balance_is_spent_once_and_a_refusal_says_what_is_available("from_balance = true"),
    operator_resolves_a_payout_once(""),
    feed_gives_every_entry_once_in_order(""),
}

async fn balance_is_spent_once_and_a_refusal_says_what_is_available(running: &Running) {
    assert_eq!(running.put_customer(CUSTOMER, &json!({})).await.0, 201);
    let credit = TopUp::new(&KASPI, CUSTOMER, Money::new(10_000, Currency::KZT));
    let credit = credit.then(CallbackKind::Success);
    top_up(&running.platform(), &credit, |_| {}).await.unwrap();
    assert_eq!(running.balance(CUSTOMER).await, 10_000);

    let (status, error) = running
        .post("/v1/payouts", &payout_request("much", 10_001))
        .await;
    assert_eq!((status, &error["error"]["field"]), (422, &json!("amount")));
    let message = error["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("balance of 10000 minor units"),
        "{message}"
    );

    let requests = (0..5).map(|number| async move {
        running
            .post("/v1/payouts", &payout_request(&format!("k{number}"), 4_000))
            .await
    });
    let answers = join_all(requests).await;
    let new = answers.iter().filter(|(status, _)| *status == 202).count();
    let refused = answers.iter().filter(|(status, _)| *status == 422).count();
    assert_eq!((new, refused), (2, 3), "{answers:?}");
    assert_eq!(running.balance(CUSTOMER).await, 2_000);
    let (_, payout) = answers.iter().find(|(status, _)| *status == 202).unwrap();
    assert_eq!(payout["from_balance"], true);
    // A repeat takes nothing more from the balance, which is now too small for it.
    let key = payout["idempotency_key"].as_str().unwrap();
    let (status, again) = running
        .post("/v1/payouts", &payout_request(key, 4_000))
        .await;
    assert_eq!((status, &again["payment_id"]), (200, &payout["payment_id"]));
    // A declined payout returns its amount to the customer.
    let id = payout["payment_id"].as_str().unwrap();
    wait_until_sent(running, id).await;
    let path = format!("/v1/payouts/{id}/resolve");
    let (status, ended) = running
        .post(&path, &json!({"as": "declined", "reason": "a test"}))
        .await;
    assert_eq!(status, 200, "{ended}");
    assert_eq!(running.balance(CUSTOMER).await, 6_000);
    // A refused request does not use its key up.
    let (status, _) = running
        .post("/v1/payouts", &payout_request("much", 6_000))
        .await;
    assert_eq!(status, 202);
    assert_eq!(running.balance(CUSTOMER).await, 0);
}

async fn operator_resolves_a_payout_once(running: &Running) {
    let id = accepted(running, "k", 10_000).await;
    let path = format!("/v1/payouts/{id}/resolve");
    for (body, field) in [
        (json!({"reason": "a test"}), "as"),
        (json!({"as": "reversed", "reason": "a test"}), "as"),
        (json!({"as": "declined"}), "reason"),
        (json!({"as": "declined", "reason": " "}), "reason"),
        (json!({"as": 1, "reason": "a test"}), "as"),
        (
            json!({"as": "declined", "reason": "a test", "verdict": "credit"}),
            "verdict",
        ),
    ] {
        let (status, error) = running.post(&path, &body).await;
        assert_eq!(
            (status, &error["error"]["field"]),
            (422, &json!(field)),
            "{body}"
        );
    }
    let body = json!({"as": "declined", "reason": "support says so"});
    let (status, ended) = running.post(&path, &body).await;
    assert_eq!((status, &ended["state"]), (200, &json!("declined")));
    assert_eq!(ended["reserved"], 0);
    let last = ended["history"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (
            &last["what"],
            &last["entry"],
            &last["amount"],
            &last["message"]
        ),
        (
            &json!("declined"),
            &json!("release"),
            &json!(10_000),
            &json!("support says so")
        )
    );
    for ending in ["declined", "paid"] {
        let (status, error) = running
            .post(&path, &json!({"as": ending, "reason": "again"}))
            .await;
        assert_eq!((status, &error["error"]["code"]), (409, &json!("conflict")));
    }
    for unknown in ["nobody", "%00", "a%3Bb"] {
        let path = format!("/v1/payouts/{unknown}/resolve");
        assert_eq!(running.post(&path, &body).await.0, 404, "{unknown}");
    }
}

async fn feed_gives_every_entry_once_in_order(running: &Running) {
    let mut ids = Vec::new();
    for (key, minor) in [("a", 100), ("b", 200), ("c", 300)] {
        ids.push(accepted(running, key, minor).await);
    }
    let path = format!("/v1/payouts/{}/resolve", ids[1]);
    let resolved = running
        .post(&path, &json!({"as": "declined", "reason": "a test"}))
        .await;
    assert_eq!(resolved.0, 200);
    let (mut after, mut moved) = (0, Vec::new());
    loop {
        let path = format!("/v1/payouts/entries?after={after}&limit=3");
        let (status, feed) = running.get(&path).await;
        assert_eq!(status, 200);
        let entries = feed["entries"].as_array().unwrap();
        if entries.is_empty() {
            assert_eq!(feed["next"], after);
            break;
        }
        for entry in entries {
            let seq = entry["seq"].as_i64().unwrap();
            assert!(seq > after);
            after = seq;
            assert_eq!(
                (&entry["customer_id"], &entry["method"]),
                (&json!(CUSTOMER), &json!("qiwi-kz"))
            );
            assert_eq!(
                (&entry["project_id"], &entry["currency"]),
                (&json!(PROJECT), &json!("KZT"))
            );
            assert!(entry["time"].as_str().unwrap().ends_with('Z'));
            moved.push((
                entry["kind"].as_str().unwrap().to_owned(),
                entry["payment_id"].as_str().unwrap().to_owned(),
                entry["amount"].as_i64().unwrap(),
            ));
        }
        assert_eq!(feed["next"], after);
    }
    let entry = |kind: &str, place: usize, minor| (kind.to_owned(), ids[place].clone(), minor);
    let expected = [
        entry("reserve", 0, 100),
        entry("reserve", 1, 200),
        entry("reserve", 2, 300),
        entry("release", 1, 200),
    ];
    assert_eq!(moved, expected);
    assert_eq!(running.get("/v1/payouts/entries?limit=0").await.0, 422);
}
