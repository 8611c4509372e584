//! Webhooks: what a receiver gets, and what its status means.

use std::time::Duration;

use jetpay_billing::Delivery;
use jetpay_billing::client::WebhookClient;
use jetpay_billing::webhook::Secrets;
use jiff::Timestamp;
use standardwebhooks::Webhook;

use crate::wire::{Does, SECRET, Server, TIMEOUT, ok};

const OTHER: &str = "whsec_plJ3nmyCDGBKInavdOK15jsl4RpLPEnUpWHqE4Zr7Xk=";
const ID: &str = "entry_35_28_credit";
const BODY: &[u8] = "{\"type\":\"entry.credit\",\"data\":{\"x\":\"я\"}}".as_bytes();

#[test]
fn signature_is_that_of_the_specification() {
    // The sample of the specification's own test vectors.
    let secrets = Secrets::parse([SECRET]).unwrap();
    let signature = secrets.sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        br#"{"test": 2432232314}"#,
    );
    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn published_library_signs_the_same() {
    for body in [BODY, b"", b"{}"] {
        let ours = Secrets::parse([OTHER])
            .unwrap()
            .sign(ID, 1_796_000_000, body);
        let theirs = Webhook::new(OTHER).unwrap().sign(ID, 1_796_000_000, body);
        assert_eq!(ours, theirs.unwrap());
    }
}

#[tokio::test]
async fn published_library_accepts_a_delivery_with_either_secret_and_no_other_body() {
    let server = Server::start(ok("")).await;
    let secrets = Secrets::parse([SECRET, OTHER]).unwrap();
    let client = WebhookClient::new(server.url(), secrets, TIMEOUT).unwrap();
    let now = Timestamp::now().as_second();
    let delivered = Delivery::Delivered { receipt: None };
    assert_eq!(client.deliver(ID, BODY, now).await, delivered);

    let request = &server.requests()[0];
    assert_eq!(request.first_line(), "POST / HTTP/1.1");
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("webhook-id"), Some(ID));
    assert_eq!(request.header("webhook-timestamp"), Some(&*now.to_string()));
    assert_eq!(request.body, BODY);
    let mut heads = reqwest::header::HeaderMap::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        heads.insert(name, request.header(name).unwrap().parse().unwrap());
    }
    for secret in [SECRET, OTHER] {
        let library = Webhook::new(secret).unwrap();
        library.verify(&request.body, &heads).unwrap();
        assert!(library.verify(b"{}", &heads).is_err());
    }
    let unknown = Webhook::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx").unwrap();
    assert!(unknown.verify(&request.body, &heads).is_err());
}

#[tokio::test]
async fn status_says_what_becomes_of_a_delivery() {
    for (status, heads, expected) in [
        (200, "", "delivered"),
        (202, "", "delivered"),
        (204, "", "delivered"),
        (301, "location: http://127.0.0.1:1/\r\n", "again"),
        (307, "location: http://127.0.0.1:1/\r\n", "again"),
        (400, "", "refused"),
        (401, "", "refused"),
        (403, "", "refused"),
        (404, "", "refused"),
        (408, "", "again"),
        (409, "", "again"),
        (410, "retry-after: 7\r\n", "gone"),
        (413, "", "refused"),
        (422, "", "refused"),
        (425, "", "again"),
        (429, "retry-after: 7\r\n", "again in 7"),
        (500, "", "again"),
        (502, "", "again"),
        (503, "retry-after: 90\r\n", "again in 90"),
        (599, "", "again"),
        (999, "", "again"),
    ] {
        let body = b"said: payer's name".to_vec();
        let body = if status == 204 { Vec::new() } else { body };
        let server = Server::start(Does::Answer(status, heads, body)).await;
        let (outcome, why) = match server.receiver().deliver(ID, BODY, 0).await {
            Delivery::Delivered { receipt } => {
                assert_eq!(receipt, None);
                ("delivered".to_owned(), None)
            }
            Delivery::Again {
                why,
                after,
                may_have_arrived,
            } => {
                assert_eq!(may_have_arrived, !(300..500).contains(&status), "{status}");
                let after = after.as_ref().map(Duration::as_secs);
                let after = after.map_or(String::new(), |it| format!(" in {it}"));
                (format!("again{after}"), Some(why))
            }
            Delivery::Refused { why } => ("refused".to_owned(), Some(why.to_string())),
            Delivery::Gone { why } => ("gone".to_owned(), Some(why)),
        };
        assert_eq!(outcome, expected, "{status}");
        assert_eq!(server.requests().len(), 1, "{status}");
        if let Some(why) = why {
            assert!(why.starts_with(&format!("HTTP status {status}")), "{why}");
            let quotes = outcome == "refused";
            assert_eq!(why.ends_with(" (\"said: payer's name\")"), quotes, "{why}");
            assert_eq!(why.contains("said"), quotes, "{why}");
            assert_eq!(why.contains("redirect"), status / 100 == 3, "{why}");
        }
    }
}
