//! The report for people, opened by Chromium with scripts off: it is shown whole, it loads nothing, and nothing in it
//! is refused.

mod browser;
mod stranger;

use browser::{Browser, Seen};

#[actix_web::test]
async fn report_is_shown_whole_without_scripts_and_without_network() {
    let report = stranger::report().await;
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
    // A page of one colour is a few hundred bytes.
    assert!(seen.picture.starts_with(b"\x89PNG") && seen.picture.len() > 20_000);
}

/// Else the test above could not fail.
#[actix_web::test]
async fn page_that_loads_something_or_is_refused_something_is_found_out() {
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
