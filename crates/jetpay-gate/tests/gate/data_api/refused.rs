//! Answers that are late, refused or not to be believed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jetpay_core::signature::{Key, sign};
use jetpay_gate::{DataApi, DataApiError};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::books::{
    DAY, Edition, HOUR, KEY, TOKEN, ask, books, client, entries, numbers, ok, page, respond, signed,
};
use crate::wire::{Does, Server};

/// A server that sends this to every request.
async fn always(response: String) -> Server {
    Server::start(Does::Call(Arc::new(move |_, _| response.clone()))).await
}

/// Sends this to the first two requests, and good answers afterwards.
async fn twice(response: String) -> Server {
    Server::start(Does::Call(Arc::new(move |request, turn| {
        if turn <= 2 {
            response.clone()
        } else {
            page(Edition::A, &entries(1), request)
        }
    })))
    .await
}

/// The error of a day's question, after which nothing may have been given.
async fn error(server: &Server) -> DataApiError {
    let (fetched, rows) = ask(client(server), DAY, DAY + 24 * HOUR).await;
    assert_eq!(rows, []);
    fetched.unwrap_err()
}

#[tokio::test]
async fn temporary_refusal_or_a_lost_connection_is_asked_again_until_it_answers() {
    for response in [
        respond(429, "", r#"{"status":429,"message":"Request rate error"}"#),
        respond(408, "", ""),
        respond(500, "", "<html>"),
        respond(503, "retry-after: 0\r\n", ""),
        String::new(),
        "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{".to_owned(),
    ] {
        let server = twice(response.clone()).await;
        let (fetched, rows) = ask(client(&server), DAY, DAY + 24 * HOUR).await;
        assert_eq!(fetched.unwrap().rows, 1, "{response}");
        assert_eq!(numbers(&rows), [(1, 100)]);
        assert_eq!(server.requests().len(), 4, "{response}");
    }
}

#[tokio::test]
async fn pauses_grow_and_attempts_end() {
    let server = always(respond(500, "", "")).await;
    let pause = Duration::from_millis(10);
    let begun = Instant::now();
    let (fetched, _) = ask(client(&server).with_first_pause(pause), DAY, DAY + HOUR).await;
    let why = "HTTP 500".to_owned();
    assert_eq!(fetched, Err(DataApiError::Unanswered { attempts: 6, why }));
    assert!(
        begun.elapsed() >= pause * (1 + 2 + 4 + 8 + 16),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn retry_after_is_waited_for_and_a_very_long_one_ends_the_question() {
    let server = twice(respond(429, "retry-after: 1\r\n", "")).await;
    let begun = Instant::now();
    let (fetched, _) = ask(client(&server), DAY, DAY + HOUR).await;
    assert_eq!(fetched.unwrap().rows, 1);
    assert!(
        begun.elapsed() >= Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );

    let server = always(respond(429, "retry-after: 601\r\n", "")).await;
    let error = error(&server).await;
    assert!(
        matches!(error, DataApiError::Unanswered { attempts: 1, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn late_answer_is_given_up_within_the_time_limit() {
    let (limit, late) = (Duration::from_millis(100), Duration::from_secs(20));
    let server = Server::start(Does::RespondLate(late, 200, String::new())).await;
    let begun = Instant::now();
    let (fetched, _) = ask(client(&server).with_timeout(limit), DAY, DAY + HOUR).await;
    let text = fetched.unwrap_err().to_string();
    assert!(
        text.contains("asked 6 times (no answer within 100ms)"),
        "{text}"
    );
    assert!(begun.elapsed() < late, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn server_that_does_not_listen_is_unanswered_with_the_cause() {
    let server = Server::start(Does::CloseUnread).await;
    let text = error(&server).await.to_string();
    assert!(text.contains("the connection broke"), "{text}");
    assert_eq!(server.connections(), 6);
}

#[tokio::test]
async fn final_refusal_is_asked_once_and_says_what_to_do_without_the_token() {
    let elsewhere = Server::start(books(Edition::A, entries(1), |_, _| {})).await;
    let redirect = format!("location: {}\r\n", elsewhere.url);
    let quotes = json!({"name": "Error", "message": format!("no token {TOKEN}!\n"), "status": 4});
    for (http_status, head, begins, advice) in [
        (
            400,
            "",
            "the Data API refused the question (HTTP 400: no token ***!)",
            "check the base URL",
        ),
        (
            401,
            "",
            "the Data API does not accept the token (HTTP 401: no token ***!)",
            "last token",
        ),
        (
            403,
            "",
            "the Data API does not permit the question (HTTP 403: no",
            "rights to these projects",
        ),
        (
            404,
            "",
            "the Data API refused the question (HTTP 404: no token",
            "ends before /v1",
        ),
        (
            307,
            redirect.as_str(),
            "the Data API refused the question (HTTP 307",
            "check the base URL",
        ),
        (
            204,
            "",
            "the Data API refused the question (HTTP 204",
            "check the base URL",
        ),
    ] {
        let body = if http_status == 204 {
            String::new()
        } else {
            quotes.to_string()
        };
        let server = always(respond(http_status, head, &body)).await;
        let error = error(&server).await;
        let (text, debug) = (error.to_string(), format!("{error:?}"));
        assert!(text.starts_with(begins) && text.contains(advice), "{text}");
        assert!(!text.contains(TOKEN) && !debug.contains(TOKEN), "{debug}");
        assert_eq!(server.requests().len(), 1, "{http_status}");
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn answer_that_is_unsigned_or_signed_with_another_key_is_refused_at_once() {
    let row = json!({"project_id": "1", "operation_id": "2"});
    let body = json!({"operations": [row]}).to_string();
    let another = sign(body.as_bytes(), &Key::new("the key of a project").unwrap()).unwrap();
    let another = String::from_utf8(another).unwrap();
    for (body, expected) in [
        (&body, DataApiError::NotSigned),
        (&another, DataApiError::BadSignature),
    ] {
        let server = always(ok(body)).await;
        assert_eq!(error(&server).await, expected);
        assert_eq!(server.requests().len(), 1);
    }
    assert!(
        DataApiError::BadSignature
            .to_string()
            .contains("wrong signature")
    );
}

#[tokio::test]
async fn answer_without_operations_is_an_error_that_names_the_day() {
    let server = always(ok(&signed(Edition::A, &json!({"status": 200})))).await;
    let text = error(&server).await.to_string();
    let expected =
        "the Data API's answer for 2024-08-01 00:00:00 UTC cannot be read: it has no list";
    assert!(text.starts_with(expected), "{text}");
}

#[tokio::test]
async fn answer_of_16_mib_is_read_and_a_longer_one_is_refused() {
    let body = signed(Edition::A, &json!({"operations": []}));
    let padded = |bytes: usize| ok(&format!("{}{body}", " ".repeat(bytes - body.len())));
    let within = always(padded(16 * 1024 * 1024)).await;
    let (fetched, _) = ask(client(&within), DAY, DAY + HOUR).await;
    assert_eq!(fetched.unwrap().rows, 0);
    let above = always(padded(16 * 1024 * 1024 + 1)).await;
    let error = error(&above).await;
    assert!(matches!(error, DataApiError::Unreadable { .. }), "{error}");
}

#[tokio::test]
async fn unreadable_operations_are_given_with_the_others_and_counted() {
    let good = json!({"project_id": "1", "operation_id": "2", "payment_id": "a", "operation_type": "sale",
        "operation_status": "success", "operation_completed_at": "2024-08-01 01:02:03",
        "sum_initial": {"amount": "100", "currency": "KZT"}});
    let mut no_amount = good.clone();
    no_amount["operation_id"] = json!("1");
    no_amount["sum_initial"]["amount"] = json!("1.00");
    let rows = json!([{"operation_id": "3", "account_number": "77001234567"}, good, no_amount]);
    let body = signed(Edition::A, &json!({ "operations": rows }));
    let server = always(ok(&body)).await;
    // The answer comes for each of two days: what can be identified is one operation, and counts as read last.
    let (fetched, rows) = ask(client(&server), DAY, DAY + 48 * HOUR).await;
    let fetched = fetched.unwrap();
    assert_eq!(fetched.rows, 4);
    let hash = Sha256::digest([body.as_bytes(), body.as_bytes()].concat());
    let hash: Vec<_> = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(fetched.sha256, hash.concat());
    let shown: Vec<_> = rows
        .iter()
        .map(|row| match row {
            Ok(operation) => operation.operation_id.to_string(),
            Err(it) => format!("{} {}: {}", it.number, it.field, it.why),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "6 sum_initial.amount: operation 1 of project 1: it is no whole number of minor units",
            "2",
            "1 project_id: it is missing",
            "4 project_id: it is missing",
        ]
    );
}

#[tokio::test]
async fn client_moves_between_threads_and_debug_shows_neither_token_nor_key() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let server = Server::start(books(Edition::A, entries(1), |_, _| {})).await;
    let builder = client(&server);
    let api: DataApi = builder.clone().build().unwrap();
    drop(is_send(api.operations(DAY, DAY + 1, &[], &mut |_| {})));
    let shown = format!("{builder:?} {api:?}");
    assert!(!shown.contains(TOKEN) && !shown.contains(KEY), "{shown}");
}
