//! The report for people, opened by Chromium with scripts off: it is shown whole, it loads nothing, and nothing in it
//! is refused.

mod browser;

use std::sync::{Arc, Mutex};

use actix_web::{App, HttpResponse, HttpServer, web};
use browser::{Browser, Seen};
use jetpay_simulator::KASPI;
use jetpay_simulator::conformance::{Customers, Group, Project, Report, Target, checks, run_these};

/// Whoever asks is told this, as if it were all right.
const ANSWER: &str = "{\"code\":0,\"message\":\"<script>document.title='\u{202e}owned'</script>\
    <img src=http://127.0.0.1:9/x onerror=alert(1)>\",\"payment_id\":\"'\\\"><b>\"}";

/// What was found of an endpoint that says yes to everything.
async fn report() -> Report {
    let asked = Arc::new(Mutex::new(0));
    let server = HttpServer::new(move || {
        let asked = Arc::clone(&asked);
        App::new().default_service(web::to(move || {
            let mut asked = asked.lock().unwrap();
            *asked += 1;
            // Now and then it breaks down.
            let mut answer = if *asked % 7 == 0 {
                HttpResponse::InternalServerError()
            } else {
                HttpResponse::Ok()
            };
            async move { answer.content_type("application/json").body(ANSWER) }
        }))
    });
    let server = server.workers(1).bind("127.0.0.1:0").unwrap();
    let url = format!("http://me:hidden@{}/pay/{{method}}", server.addrs()[0]);
    let server = server.run();
    let handle = server.handle();
    let running = tokio::spawn(server);
    let project = Project::new(1234, "secret").unwrap().only([&KASPI]);
    let target = Target::at(url, project, Customers::standard());
    // What takes long is not what is shown.
    let quick = checks(&target)
        .into_iter()
        .filter(|check| !matches!(check.group, Group::Time | Group::Robustness));
    let report = run_these(&target, quick, |_| ()).await;
    handle.stop(false).await;
    running.await.unwrap().unwrap();
    report
}

#[actix_web::test]
async fn report_is_shown_whole_without_scripts_and_without_network() {
    let report = report().await;
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
