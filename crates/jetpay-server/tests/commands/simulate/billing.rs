//! `jetpay simulate billing`: a billing, a web service of the merchant's own, and what is refused.

use std::time::{Duration, Instant};

use jetpay_testing::free_port;
use reqwest::{RequestBuilder, Response};
use standardwebhooks::Webhook;

use super::Serving;
use crate::support::{CUSTOMER, Folder, assert_has, plain_client};

const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Sends a request, once there is a listener.
async fn send(request: RequestBuilder) -> Response {
    let begun = Instant::now();
    loop {
        match request.try_clone().unwrap().send().await {
            Err(error) if error.is_connect() && begun.elapsed() < Duration::from_secs(30) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            answered => return answered.unwrap(),
        }
    }
}

#[actix_web::test]
async fn billing_answers_and_prints_its_books_at_the_end() {
    let folder = Folder::new();
    folder.write("login", "jetpay:a password\n");
    let port = free_port();
    let line = format!(
        "simulate billing --listen 127.0.0.1:{port} --customer {CUSTOMER}=125000 --customer 72 --secret-file login \
         --quirk windows-1251 --fault answer,answer,done-and-drop"
    );
    let serving = Serving::begin(&folder, &line);
    let get = |query: &str| {
        let url = format!("http://127.0.0.1:{port}/payments?{query}");
        plain_client()
            .get(url)
            .basic_auth("jetpay", Some("a password"))
    };
    let check = format!("command=check&txn_id=1&account={CUSTOMER}&sum=1.00");
    let answer = send(get(&check)).await.bytes().await.unwrap();
    let (answer, ..) = encoding_rs::WINDOWS_1251.decode(&answer);
    assert_has(&answer, &[">1250.00<", "Успешно", "<result>0</result>"]);
    let other = get("command=check&txn_id=2&account=73&sum=1.00");
    let other = send(other).await.bytes().await.unwrap();
    let other = String::from_utf8_lossy(&other).into_owned();
    assert_has(&other, &["<result>5</result>"]);
    let pay =
        format!("command=pay&txn_id=28&account={CUSTOMER}&sum=200.00&txn_date=20240801120000");
    get(&pay).send().await.unwrap_err();

    let out = serving.stop();
    assert!(!out.contains("a password"), "{out}");
    let booked = ["28", CUSTOMER, "20000", "1000001"].join("  ");
    let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_has(
        &out,
        &[
            &format!("A simulated billing at http://127.0.0.1:{port}/payments;"),
            &check,
            &pay,
            "it is done, and the connection breaks",
            &format!(
                "TXN_ID ACCOUNT SUM (MINOR UNITS) PRV_TXN {}",
                booked.replace("  ", " ")
            ),
        ],
    );
}

#[actix_web::test]
async fn web_service_accepts_what_is_signed_and_says_what_was_not() {
    let folder = Folder::new();
    folder.write("webhooks", WEBHOOK_SECRET);
    let port = free_port();
    let line = format!(
        "simulate billing --dialect webhook --listen 127.0.0.1:{port} --customer {CUSTOMER}=125000 --secret-file webhooks"
    );
    let serving = Serving::begin(&folder, &line);
    let post = |secret: &str, path: &str, body: &str| {
        let now = jiff::Timestamp::now().as_second();
        let signature = Webhook::new(secret).unwrap();
        let signature = signature.sign("entry_1_1_credit", now, body.as_bytes());
        plain_client()
            .post(format!("http://127.0.0.1:{port}{path}"))
            .header("webhook-id", "entry_1_1_credit")
            .header("webhook-timestamp", now.to_string())
            .header("webhook-signature", signature.unwrap())
            .body(body.to_owned())
    };
    let credit = format!(
        r#"{{"type":"entry.credit","timestamp":"2024-08-01T12:00:00Z","data":{{"seq":1,"customer_id":"{CUSTOMER}","amount":90000}}}}"#
    );
    for status in [200, 200] {
        let answer = send(post(WEBHOOK_SECRET, "/webhooks", &credit)).await;
        assert_eq!(answer.status().as_u16(), status);
    }
    let other = "whsec_c2VjcmV0IG9mIG90aGVyIHJlY2VpdmVycyE=";
    let refused = send(post(other, "/webhooks", &credit)).await;
    assert_eq!(refused.status().as_u16(), 401);
    for (customer, status, word) in [(CUSTOMER, 200, "125000"), ("73", 404, "unknown_customer")] {
        let asked = format!(r#"{{"customer_id":"{customer}","project_id":1234,"method":"kaspi"}}"#);
        let answer = send(post(WEBHOOK_SECRET, "/lookup", &asked)).await;
        assert_eq!(answer.status().as_u16(), status);
        assert_has(&answer.text().await.unwrap(), &[word]);
    }
    let out = serving.stop();
    assert!(!out.contains(WEBHOOK_SECRET), "{out}");
    let row = format!("entry_1_1_credit  entry.credit  {CUSTOMER}  1    90000");
    assert_has(
        &out,
        &[&row, "that came again: 1\n", "wrong: BadSignature\n"],
    );
    assert_eq!(out.matches(&row).count(), 1, "{out}");
}

#[test]
fn what_cannot_be_played_is_refused_without_showing_the_secret() {
    let folder = Folder::new();
    for (arguments, code, why) in [
        ("--listen 192.0.2.1:9092", 1, "listens on loopback only"),
        (
            "--dialect webhook",
            1,
            "the secret is missing: give --secret-env NAME",
        ),
        (
            "--dialect webhook --secret-env SECRET",
            1,
            "write whsec_ and the base64",
        ),
        (
            "--dialect webhook --quirk pay-on-check",
            1,
            "a web service has no quirks",
        ),
        ("--secret-env SECRET", 1, "write USER:PASSWORD"),
        ("--secret-env NO_SUCH", 1, "export NO_SUCH="),
        ("--secret-file no-such", 1, "cannot read no-such"),
        ("--customer 71=1.50", 2, "the debt in minor units"),
        (
            "--fault slow",
            2,
            "unknown fault; write one of: answer, slow=SECONDS",
        ),
        ("--latency-ms 1s", 2, "write a whole number"),
    ] {
        let said = folder.run(&format!("simulate billing --customer 71 {arguments}"));
        assert_eq!((said.code, &*said.out), (Some(code), ""), "{arguments}");
        assert_has(&said.err, &[why]);
        assert!(!said.err.contains("a secret of tests"), "{arguments}");
    }
}
