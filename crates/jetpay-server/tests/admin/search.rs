//! `/v1/search`, and the history of a payment.

use std::fs::File;
use std::process::Command;

use jetpay_core::{Currency, Money};
use jetpay_platform::{KASPI, messages};
use serde_json::{Value, json};

use crate::credit;
use crate::running::{CUSTOMER, Folder, JETPAY, PROJECT, Running};

/// A service with a credited payment, one that is pending, and a callback in the inbox; the ids of the two payments.
async fn with_payments() -> (Running, [String; 2]) {
    let running = Folder::new().serve().await.with_customer().await;
    credit(&running, 1_000).await;
    let (_, all) = running.get("/v1/payments").await;
    let credited = all["payments"][0]["payment_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let pending = running.announced(5_000).await;
    let amount = Money::new(700, Currency::KZT);
    let waiting = messages::Callback::success(&KASPI, PROJECT.into(), "of the old system", amount)
        .with_operation_id(4711);
    let answer = running.platform().call("/callback", &waiting).await;
    assert_eq!(answer.unwrap().status, 404);
    (running, [credited, pending])
}

#[actix_web::test]
async fn word_of_every_kind_is_found_with_state_and_amount_newest_first() {
    let (running, [credited, pending]) = with_payments().await;
    let (_, payment) = running.get(&format!("/v1/payments/{credited}")).await;
    let operation = &payment["operations"][0];
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let customer = ("customer", String::new());
    let both = [("payment", pending.clone()), ("payment", credited.clone())];
    let of_customer = [&[customer][..], &both].concat();
    let (_, found) = running.get("/v1/search?q=4711").await;
    let receipt = word(&found["hits"][0]["provider_payment_id"]);
    let waiting = [("inbox", "of the old system".to_owned())];
    for (word, found) in [
        (word(&operation["provider_payment_id"]), &both[1..]),
        (word(&operation["id"]), &both[1..]),
        (credited.clone(), &both[1..]),
        (pending.clone(), &both[..1]),
        (CUSTOMER.to_owned(), &of_customer),
        ("12345".to_owned(), &of_customer),
        ("1234_ABC".to_owned(), &of_customer),
        ("%20+1234_ABC%0A".to_owned(), &of_customer),
        ("4711".to_owned(), &waiting),
        (receipt.clone(), &waiting),
        ("of%20the+old%20system".to_owned(), &waiting),
        ("1234_AB".to_owned(), &[]),
    ] {
        let (status, answer) = running.get(&format!("/v1/search?q={word}")).await;
        let hits = answer["hits"].as_array().unwrap().iter();
        let hits: Vec<_> = hits
            .map(|hit| {
                let id = hit["payment_id"].as_str().unwrap_or_default();
                (hit["kind"].as_str().unwrap(), id.to_owned())
            })
            .collect();
        assert_eq!((status, &hits[..]), (200, found), "{word}");
        assert_eq!(answer.get("next"), None, "{word}");
    }
    let mut waiting = found["hits"][0].clone();
    assert!(waiting["time"].as_str().unwrap().ends_with('Z'));
    waiting.as_object_mut().unwrap().remove("time");
    let expected = json!({"kind": "inbox", "matched": ["operation"], "payment_id": "of the old system",
        "project_id": PROJECT, "operation_id": "4711", "provider_payment_id": receipt, "amount": 700,
        "currency": "KZT", "state": "unmatched"});
    assert_eq!(waiting, expected);

    let (mut before, mut pages) = (String::new(), Vec::new());
    for _ in 0..3 {
        let (_, page) = running
            .get(&format!("/v1/search?q={CUSTOMER}&limit=1{before}"))
            .await;
        pages.push(page["hits"][0]["kind"].as_str().unwrap().to_owned());
        before = page["next"]
            .as_str()
            .map_or(String::new(), |next| format!("&before={next}"));
    }
    assert_eq!(
        (pages.join(" "), before.as_str()),
        ("customer payment payment".into(), "")
    );
}

#[actix_web::test]
async fn word_or_place_that_cannot_be_searched_for_is_refused_with_its_field_and_never_logged() {
    let folder = Folder::new();
    let log = folder.write("log", "");
    let process = Command::new(JETPAY)
        .args(["serve", "--config"])
        .arg(folder.path("jetpay.toml"))
        .stderr(File::create(&log).unwrap())
        .spawn();
    let running = folder.served_by(process.unwrap()).await;
    let long = "x".repeat(256);
    for (query, field, message) in [
        ("", "q", "is required: a receipt, or"),
        ("q=", "q", "is required: a receipt, or"),
        ("q=%20%09", "q", "is required: a receipt, or"),
        (&format!("q={long}"), "q", "must have at most 255 bytes"),
        ("q=a%00b", "q", "must have no control character"),
        ("q=a%1Bb", "q", "must have no control character"),
        ("q=a&limit=0", "limit", "must be between 1 and 1000"),
        (
            "q=a&before=7",
            "before",
            "must be the `next` of the page before",
        ),
        (
            "q=a&before=payment.1.2",
            "before",
            "must be the `next` of the page before",
        ),
        ("q=a&colour=red", "colour", "unknown field"),
    ] {
        let (status, error) = running.get(&format!("/v1/search?{query}")).await;
        let error = &error["error"];
        assert_eq!((status, &error["field"]), (422, &json!(field)), "{query}");
        let shown = error["message"].as_str().unwrap();
        assert!(shown.starts_with(message), "{query}: {shown}");
    }
    for query in [
        "q=name-of-a-payer",
        "q=name-of-a-payer%00",
        "colour=name-of-a-payer",
    ] {
        running.get(&format!("/v1/search?{query}")).await;
    }
    let _folder = running.stop();
    let log = std::fs::read_to_string(log).unwrap();
    assert!(
        log.contains("serv") && !log.contains("name-of-a-payer"),
        "{log}"
    );
}

#[actix_web::test]
async fn history_of_a_payment_has_its_callbacks_entries_alarms_and_resolutions() {
    let (running, [credited, _]) = with_payments().await;
    let correct = json!({"reason": "another payer's"});
    assert_eq!(running.post("/v1/entries/1/correct", &correct).await.0, 200);
    let (status, history) = running
        .get(&format!("/v1/payments/{credited}/history"))
        .await;
    let (_, payment) = running.get(&format!("/v1/payments/{credited}")).await;
    assert_eq!(
        (status, &history["operations"]),
        (200, &payment["operations"])
    );
    let last = history["callbacks"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["outcome"], &last["amount"]),
        (&json!("applied"), &json!(100_000))
    );
    let entries = history["entries"].as_array().unwrap().iter();
    let kinds: Vec<_> = entries.map(|entry| &entry["kind"]).collect();
    assert_eq!(kinds, ["credit", "correction"]);
    assert_eq!(history["alarms"], json!([]));
    assert_eq!(history["resolutions"][0]["reason"], "another payer's");
    assert_eq!(running.get("/v1/payments/none/history").await.0, 404);
}
