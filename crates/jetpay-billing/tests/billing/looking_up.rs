//! Questions to the merchant's own web service.

use jetpay_billing::Failure;
use jetpay_billing::client::LookupAnswer;
use jiff::Timestamp;
use standardwebhooks::Webhook;

use crate::wire::{Does, SECRET, Server, ok};

const QUESTION: &[u8] = br#"{"customer_id":"77"}"#;

#[tokio::test]
async fn question_is_signed_and_status_200_is_the_answer() {
    let server = Server::start(ok("{\"name\": \"A\"}")).await;
    let now = Timestamp::now().as_second();
    let answer = server.receiver().ask("lookup_1", QUESTION, now).await;
    assert_eq!(
        answer,
        Ok(LookupAnswer::Body(b"{\"name\": \"A\"}".to_vec()))
    );
    assert_eq!(format!("{answer:?}"), "Ok(Body(13 bytes))");

    let request = &server.requests()[0];
    let mut heads = reqwest::header::HeaderMap::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        heads.insert(name, request.header(name).unwrap().parse().unwrap());
    }
    assert_eq!(request.body, QUESTION);
    Webhook::new(SECRET)
        .unwrap()
        .verify(QUESTION, &heads)
        .unwrap();
}

#[tokio::test]
async fn only_404_with_the_code_means_unknown() {
    for (status, body, unknown) in [
        (404, r#"{"error": {"code": "unknown_customer"}}"#, true),
        (
            404,
            r#"{"error": {"code": "unknown_customer", "message": "x"}, "more": 1}"#,
            true,
        ),
        (404, r#"{"error": {"code": "not_found"}}"#, false),
        (404, r#"{"code": "unknown_customer"}"#, false),
        (404, r#"{"error": "unknown_customer"}"#, false),
        (404, r#"{"error": {"code": "unknown_customer"}} x"#, false),
        (404, "unknown_customer", false),
        (404, "", false),
        (400, r#"{"error": {"code": "unknown_customer"}}"#, false),
        (410, r#"{"error": {"code": "unknown_customer"}}"#, false),
        (500, r#"{"error": {"code": "unknown_customer"}}"#, false),
        (201, "{}", false),
        (204, "", false),
        (302, "", false),
    ] {
        let server = Server::start(Does::Answer(status, "", body.into())).await;
        let answer = server.receiver().ask("lookup_1", QUESTION, 0).await;
        let expected = if unknown {
            Ok(LookupAnswer::Unknown)
        } else {
            Err(Failure::Status(status))
        };
        assert_eq!(answer, expected, "{status} {body}");
    }
}

#[tokio::test]
async fn answer_of_more_than_64_kib_is_unreadable() {
    for (length, is_read) in [(64 * 1024, true), (64 * 1024 + 1, false)] {
        let server = Server::start(ok(vec![b' '; length])).await;
        let answer = server.receiver().ask("lookup_1", QUESTION, 0).await;
        assert_eq!(answer.is_ok(), is_read, "{length}");
        if let Err(failure) = answer {
            assert!(matches!(failure, Failure::Unreadable(_)), "{failure}");
        }
    }
}
