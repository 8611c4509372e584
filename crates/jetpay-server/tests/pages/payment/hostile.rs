//! Texts that harm nothing, and payments with a long story.

use reqwest::StatusCode;

use super::made;
use crate::desk::{Desk, READER, folder, serve};
use crate::support::{assert_has, success};

const HOSTILE: &str = "<script>alert(1)</script>\" onload=x \u{202e}gnp.exe\u{2066}\u{200b}";

#[actix_web::test]
async fn html_and_hidden_characters_of_a_callback_are_shown_as_texts() {
    let service = serve(folder()).await;
    let running = service.running.with_customer().await;
    let id = running.announced(9_000).await;
    let mut failed = made(&id, "decline", "sale", 9_000);
    failed.operation.status = format!("decline {HOSTILE}");
    failed.operation.kind = HOSTILE.to_owned();
    failed.operation.code = HOSTILE.to_owned();
    failed.operation.provider.payment_id = HOSTILE.to_owned();
    failed.payment.description = HOSTILE.repeat(700);
    assert_eq!(running.deliver(&failed).await, 200);
    let service = crate::desk::Service {
        running,
        port: service.port,
    };
    for token in [crate::support::TOKEN, READER] {
        let person = Desk::with_token(&service, token).await;
        let page = person.page(&format!("/payments/{id}")).await;
        assert!(!page.contains("<script"), "{page}");
        assert!(!page.contains("\" onload"), "{page}");
        let hidden = ['\u{202e}', '\u{2066}', '\u{200b}'];
        assert!(!page.contains(hidden), "{page}");
        assert_has(&page, &["&lt;script&gt;"]);
    }
    let path = format!("/payments/{id}?message={}", "%3Cscript%3E");
    let person = Desk::signed_in(&service).await;
    let answer = person.get(&path).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert!(!answer.text().await.unwrap().contains("<script"));
}

#[actix_web::test]
async fn payment_with_a_thousand_callbacks_has_a_page_of_limited_size_and_a_link_to_each_message() {
    let service = serve(folder()).await;
    let mut running = service.running.with_customer().await;
    let id = running.announced(9_000).await;
    assert_eq!(running.deliver(&success(&id, 9_000)).await, 200);
    // As many operations as a test can wait for are written behind the back of the service, with bodies of 40 KB.
    running
        .while_stopped(|folder| {
            folder.sql(
                "INSERT INTO events SELECT seq + number, payment_id, project_id, operation_id + number, operation_status,
                     payment_status, payment_type, operation_type, amount, currency, code, provider_payment_id || number,
                     'noted', received_at + number, CAST(CAST(body AS TEXT) || printf('%40000s', '') AS BLOB), NULL, NULL
                 FROM events JOIN (WITH RECURSIVE numbers(number) AS (
                     SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 1100) SELECT * FROM numbers)",
            );
        })
        .await;
    let service = crate::desk::Service {
        running,
        port: service.port,
    };
    let person = Desk::signed_in(&service).await;
    let path = format!("/payments/{id}");
    let page = person.page(&path).await;
    assert!(page.len() < 2_000_000, "{}", page.len());
    assert_has(
        &page,
        &[
            "Only the first 1000 callbacks are shown.",
            "?message=900#message-900",
        ],
    );
    let page = person.page(&format!("{path}?message=900")).await;
    assert_has(&page, &["<details id=\"message-900\" open>"]);
}
