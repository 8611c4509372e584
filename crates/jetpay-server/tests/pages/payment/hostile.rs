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
async fn payment_with_a_thousand_callbacks_is_told_in_parts_of_limited_size_and_each_message_is_in_one()
 {
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
    assert!(page.len() < 1_000_000, "{}", page.len());
    let told = |page: &str| page.matches("<strong>Told.").count();
    assert_eq!(told(&page), 200);
    assert_has(
        &page,
        &[
            "callbacks 1 to 200 of 1000",
            "Only the first 1000 callbacks are shown.",
            "?message=200#message-200",
            "rel=\"next\" href=\"",
        ],
    );
    // The parts follow each other without a gap.
    let (mut page, mut seen) = (page, 200);
    while let Some((_, next)) = page.split_once("rel=\"next\" href=\"") {
        let next = next.split('"').next().unwrap();
        assert!(
            next.ends_with(&format!("?message={}#story", seen + 1)),
            "{next}"
        );
        page = person.page(next).await;
        seen += told(&page);
    }
    assert_eq!(seen, 1000);
    // A link to one message leads to the part that has it.
    let page = person.page(&format!("{path}?message=900")).await;
    assert_has(
        &page,
        &[
            "<details id=\"message-900\" open>",
            "callbacks 801 to 1000 of 1000",
            "rel=\"prev\"",
        ],
    );
}
