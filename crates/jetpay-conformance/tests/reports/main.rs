//! The report of a real run, in every format, and its HTML opened by Chromium with scripts off.

mod browser;
mod endpoints;

use boon::{Compiler, Schemas};
use browser::{Browser, Seen};
use endpoints::{HIDDEN, Leaves};
use jetpay_conformance::Report;
use serde_json::Value;
use tokio::task::JoinSet;

const SCHEMA: &str = include_str!("../../../../docs/conformance-report.schema.json");

fn formats(report: &Report) -> [(&'static str, String); 4] {
    [
        ("terminal", report.terminal().to_string()),
        ("HTML", report.to_html()),
        ("JSON", report.to_json()),
        ("JUnit", report.to_junit()),
    ]
}

/// The longest run of characters that a signature can have.
fn longest_word(text: &str) -> usize {
    let is_of_a_signature = |it: char| it.is_ascii_alphanumeric() || matches!(it, '+' | '/');
    let words = text.split(|it| !is_of_a_signature(it));
    words.map(str::len).max().unwrap_or(0)
}

#[actix_web::test]
async fn no_format_shows_a_secret_a_signature_or_a_password() {
    let report = endpoints::report().await;
    for (format, text) in formats(&report) {
        assert!(text.contains("kaspi/verify-good"), "{format} says nothing");
        for secret in [endpoints::SECRET, "me:hidden", "hidden@"] {
            assert!(!text.contains(secret), "{format} shows {secret}");
        }
        assert!(longest_word(&text) < 80, "{format} shows a signature");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_format_shows_the_secrets_in_the_url_of_an_endpoint_that_disconnects() {
    let mut running = JoinSet::new();
    for leaves in Leaves::ALL {
        running.spawn(async move { (leaves, leaves.report().await) });
    }
    for (leaves, report) in running.join_all().await {
        assert_eq!(report.summary().passed, 0, "{leaves:?}: {report}");
        for (format, text) in formats(&report) {
            assert!(text.contains("kaspi/connection-cut"), "{format} is short");
            for hidden in HIDDEN {
                assert!(
                    !text.contains(hidden),
                    "{leaves:?}: {format} shows {hidden}"
                );
            }
        }
    }
}

#[actix_web::test]
async fn real_report_matches_the_published_schema() {
    let report = endpoints::report().await;
    let summary = report.summary();
    let least = [
        summary.passed,
        summary.failed,
        summary.failed_should,
        summary.not_run,
        summary.not_observed,
    ];
    assert!(least.iter().all(|count| *count > 0), "{summary}");
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    compiler.add_resource("report.json", schema).unwrap();
    let schema = compiler.compile("report.json", &mut schemas).unwrap();
    let json: Value = serde_json::from_str(&report.to_json()).unwrap();
    if let Err(refused) = schemas.validate(&json, schema) {
        panic!("{refused:#}");
    }
}

#[actix_web::test]
async fn real_report_is_xml_with_a_case_for_each_check() {
    let report = endpoints::report().await;
    let xml = report.to_junit();
    let document = roxmltree::Document::parse(&xml).unwrap();
    let cases = document
        .descendants()
        .filter(|it| it.has_tag_name("testcase"));
    assert_eq!(cases.count(), report.findings.len());
}

#[actix_web::test]
async fn report_is_shown_whole_without_scripts_and_without_network() {
    let report = endpoints::report().await;
    let summary = report.summary();
    let least = [
        summary.passed,
        summary.failed,
        summary.not_run,
        summary.not_observed,
    ];
    assert!(least.iter().all(|count| *count > 0), "{summary}");
    let html = report.to_html();
    assert!(!html.contains("hidden@") && html.contains("&lt;script&gt;"));
    let Some(browser) = Browser::found_or_skip() else {
        return;
    };
    let seen = browser.open("report", &html);
    assert_eq!(seen.console, Vec::<String>::new());
    assert_eq!(seen.requests, Vec::<String>::new());
    let url = report.subject.url.replace("{method}", "kaspi");
    let title = format!("<title>Conformance of {url}</title>");
    assert!(seen.dom.contains(&title), "{}", &seen.dom[..2_000]);
    let shown = report
        .findings
        .iter()
        .filter(|finding| {
            seen.dom
                .contains(&format!("id=\"{}\"", finding.check.full_id()))
        })
        .count();
    assert_eq!(shown, report.findings.len());
    assert!(seen.dom.contains("</footer>"));
    // A picture with one colour has only a few hundred bytes.
    assert!(seen.picture.starts_with(b"\x89PNG") && seen.picture.len() > 20_000);
}

/// Shows that the test above can fail.
#[actix_web::test]
async fn page_that_loads_something_is_noticed() {
    let Some(browser) = Browser::found_or_skip() else {
        return;
    };
    let loads = "<!DOCTYPE html><title>a</title><img src=\"http://127.0.0.1:9/x.png\">";
    let Seen { requests, .. } = browser.open("loads", loads);
    assert_eq!(requests, ["http://127.0.0.1:9/x.png"]);
    let refused = "<!DOCTYPE html><title>a</title>\
        <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\"><style>p { color: red }</style>";
    let Seen { console, dom, .. } = browser.open("refused", refused);
    assert_eq!(console.len(), 1, "{console:?}");
    assert!(
        console[0].contains("Content Security Policy"),
        "{console:?}"
    );
    let script = "<!DOCTYPE html><title>a</title><script>document.title = 'b'</script>";
    assert!(dom.contains("<title>a</title>"), "{dom}");
    let Seen { dom, .. } = browser.open("script", script);
    assert!(dom.contains("<title>a</title>"), "{dom}");
}
