//! The frame of every page: its language, its navigation, who is signed in, and the style sheet.

use reqwest::StatusCode;
use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_TYPE};

use crate::desk::{self, Desk, PAYER, READER, RESOLVER, Service};
use crate::support::assert_has;

const PLACES: [&str; 7] = [
    "/",
    "/alarms",
    "/inbox",
    "/payouts",
    "/reconciliations",
    "/deliveries",
    "/today",
];

/// A service with an open alarm, and a callback in the inbox.
async fn service() -> Service {
    let (folder, port) = desk::folder();
    let running = folder.serve().await.with_customer().await;
    let payment = running.announced(10_000).await;
    running.succeed(&payment, 9_000, 1).await;
    running.succeed("nobody-announced-it", 9_000, 2).await;
    Service { running, port }
}

#[tokio::test]
async fn every_page_has_one_heading_its_title_and_neither_script_nor_inline_style() {
    let service = service().await;
    let person = Desk::signed_in(&service).await;
    for path in PLACES {
        let page = person.page(path).await;
        let between = |begin: &str, end: &str| {
            let (_, rest) = page
                .split_once(begin)
                .unwrap_or_else(|| panic!("{begin} in {path}"));
            rest.split(end).next().unwrap().to_owned()
        };
        assert_eq!(page.matches("<h1").count(), 1, "{path}");
        let heading = between("<h1>", "</h1>");
        assert_eq!(
            between("<title>", "</title>"),
            format!("{heading} · JetPay"),
            "{path}"
        );
        let lower = page.to_lowercase();
        for forbidden in [
            "<script",
            " style=",
            "<style",
            " onclick",
            "javascript:",
            "placeholder=",
        ] {
            assert!(!lower.contains(forbidden), "{forbidden} in {path}");
        }
        assert_has(
            &page,
            &[
                "<a class=\"skip\" href=\"#main\">Skip to the content</a>",
                "<main id=\"main\" tabindex=\"-1\">",
                "<link rel=\"stylesheet\" href=\"/style.css?v=",
            ],
        );
        assert_has(
            &page,
            &[&format!("<a href=\"{path}\" aria-current=\"page\">")],
        );
        let navigation = between("<nav", "</nav>");
        assert_eq!(navigation.matches("aria-current").count(), 1, "{path}");
    }
}

#[tokio::test]
async fn navigation_says_how_much_waits_in_words_that_a_screen_reader_reads() {
    let service = service().await;
    let person = Desk::with_token(&service, READER).await;
    assert_has(
        &person.page("/today").await,
        &[
            "<nav aria-label=\"Pages\">",
            "<span aria-hidden=\"true\">1</span><span class=\"unseen\">1 open</span>",
            "<span aria-hidden=\"true\">1</span><span class=\"unseen\">1 waiting</span>",
            "Times are those of Asia/Almaty, with UTC beside them.",
        ],
    );
    assert_has(
        &person.page("/today?lang=ru").await,
        &[
            "<span class=\"unseen\">1 открытый</span>",
            "<span class=\"unseen\">1 ждёт</span>",
        ],
    );
}

#[tokio::test]
async fn page_names_the_person_with_what_the_role_permits() {
    let service = service().await;
    for (token, shown) in [
        (READER, "<bdi>reader</bdi> · sees, and decides nothing"),
        (RESOLVER, "<bdi>resolver</bdi> · decides about payments"),
        (PAYER, "<bdi>payer</bdi> · makes payouts"),
        (
            crate::support::TOKEN,
            "<bdi>admin</bdi> · may do everything",
        ),
    ] {
        let person = Desk::with_token(&service, token).await;
        assert_has(&person.page("/").await, &[shown]);
    }
}

#[tokio::test]
async fn language_is_the_browsers_or_that_of_the_address_and_the_links_to_others_keep_the_filters()
{
    let service = service().await;
    let person = Desk::signed_in(&service).await;
    for (path, header, lang, word) in [
        ("/today", "kk-KZ,ru;q=0.5", "kk", "Бүгін"),
        ("/today?lang=ru", "kk-KZ", "ru", "Сегодня"),
        ("/today?lang=xx", "en-GB", "en", "Today"),
        ("/today", "de", "ru", "Сегодня"),
    ] {
        let request = person.get(path).header(ACCEPT_LANGUAGE, header);
        let page = desk::text(request.send().await.unwrap()).await;
        assert_has(&page, &[&format!("<html lang=\"{lang}\">"), word]);
    }
    let page = person.page("/today?a=%3Cb%3E&lang=en&b=1").await;
    let link =
        "<a href=\"/today?a=%3Cb%3E&amp;b=1&amp;lang=kk\" lang=\"kk\" hreflang=\"kk\">Қазақша</a>";
    assert_has(&page, &[link]);
}

#[tokio::test]
async fn page_that_does_not_exist_says_so_in_the_same_frame() {
    let service = service().await;
    let person = Desk::signed_in(&service).await;
    for path in ["/no-such-page", "/alarms/%3Cscript%3E/x", "/%ff%00"] {
        let answer = person.get(path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        let page = desk::text(answer).await;
        assert_has(
            &page,
            &["<nav aria-label=\"Pages\">", "There is no such page."],
        );
        assert!(!page.contains("<script"), "{page}");
    }
}

#[tokio::test]
async fn style_sheet_is_there_before_the_sign_in_too() {
    let service = desk::desk().await;
    let address = format!("http://127.0.0.1:{}/style.css", service.port);
    let answer = desk::client().get(address).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()[CONTENT_TYPE], "text/css; charset=utf-8");
    assert!(
        desk::text(answer)
            .await
            .contains("prefers-color-scheme: dark")
    );
}
