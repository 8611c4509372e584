//! The report of a real run, in every format, and its HTML opened by Chromium with scripts off. The endpoint accepts
//! everything, sometimes crashes, and answers texts that harm a careless reader; other endpoints disconnect.

mod browser;

use std::net::TcpListener as StdListener;
use std::sync::{Arc, Mutex};

use actix_web::{App, HttpResponse, HttpServer, web};
use boon::{Compiler, Schemas};
use browser::{Browser, Seen};
use jetpay_conformance::{
    Customers, Group, Observation, Project, Report, Target, checks, run_all, run_checks,
};
use jetpay_platform::KASPI;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
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
    let report = report().await;
    for (format, text) in formats(&report) {
        assert!(text.contains("kaspi/verify-good"), "{format} says nothing");
        for secret in [SECRET, "me:hidden", "hidden@"] {
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
async fn real_report_matches_the_published_schema_and_has_a_case_for_each_check() {
    let report = report().await;
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
    let xml = report.to_junit();
    let document = roxmltree::Document::parse(&xml).unwrap();
    let cases = document.descendants();
    let cases = cases.filter(|it| it.has_tag_name("testcase"));
    assert_eq!(cases.count(), report.findings.len());
}

#[actix_web::test]
async fn report_is_shown_whole_without_scripts_and_without_network() {
    let report = report().await;
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

/// The project's secret, which no report shows.
const SECRET: &str = "secret-of-the-merchant";

/// The answer to every request.
const ANSWER: &str = "{\"code\":0,\"message\":\"<script>document.title='\u{202e}owned'</script>\
    <img src=http://127.0.0.1:9/x onerror=alert(1)>\",\"payment_id\":\"'\\\"><b>\"}";

/// The report about an endpoint that accepts everything.
async fn report() -> Report {
    let asked = Arc::new(Mutex::new(0));
    let server = HttpServer::new(move || {
        let asked = Arc::clone(&asked);
        App::new().default_service(web::to(move || {
            let mut asked = asked.lock().unwrap();
            *asked += 1;
            // Sometimes it crashes and reveals too much.
            let (mut answer, body) = if *asked % 7 == 0 {
                let told = format!("hmac('{SECRET}') failed");
                (HttpResponse::InternalServerError(), told)
            } else {
                (HttpResponse::Ok(), ANSWER.to_owned())
            };
            async move { answer.content_type("application/json").body(body) }
        }))
    });
    let server = server.workers(1).bind("127.0.0.1:0").unwrap();
    let url = format!("http://me:hidden@{}/pay/{{method}}", server.addrs()[0]);
    let server = server.run();
    let handle = server.handle();
    let running = tokio::spawn(server);
    let project = Project::new(1234, SECRET).unwrap().with_methods([&KASPI]);
    let target = Target::new(url, project, Customers::standard());
    // Slow checks are not needed here.
    let quick = checks(&target)
        .into_iter()
        .filter(|check| !matches!(check.group, Group::Time | Group::Robustness));
    let report = run_checks(&target, quick, |_| ()).await;
    handle.stop(false).await;
    running.await.unwrap().unwrap();
    report
}

/// Secrets in the URLs and in the token of the observer, which no report shows.
const HIDDEN: [&str; 4] = [
    "pw-of-bob",
    "TOK-of-bob",
    "bearer-of-bob",
    "Ym9iOnB3LW9mLWJv",
];

/// How an endpoint disconnects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaves {
    /// Accepts a connection and closes it.
    AtOnce,
    /// Reads a little and closes the connection.
    InTheRequest,
    /// Closes the connection in the middle of its answer.
    InTheAnswer,
    /// Answers something that is not HTTP.
    SpeakingOtherwise,
    /// No program listens there.
    Before,
    /// The address is invalid.
    NoAddress,
    /// The URL has another protocol.
    OtherProtocol,
}

impl Leaves {
    const ALL: [Self; 7] = [
        Self::AtOnce,
        Self::InTheRequest,
        Self::InTheAnswer,
        Self::SpeakingOtherwise,
        Self::Before,
        Self::NoAddress,
        Self::OtherProtocol,
    ];

    /// The address after the user in the URL: a host, and a port if it has one.
    fn opened(self) -> String {
        let listener = StdListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        match self {
            Self::NoAddress => return "127.0.0.1:no-port".to_owned(),
            Self::Before => return address.to_string(),
            _ => {}
        }
        listener.set_nonblocking(true).unwrap();
        let listener = TcpListener::from_std(listener).unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(self.leave(stream));
            }
        });
        address.to_string()
    }

    /// Serves one connection.
    async fn leave(self, mut stream: TcpStream) {
        let says: &[u8] = match self {
            Self::InTheAnswer => b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"code\":0",
            Self::SpeakingOtherwise => b"220 mail.shop.example ESMTP\r\n",
            _ => b"",
        };
        if self != Self::AtOnce {
            // What arrives does not matter.
            let _ = stream.read(&mut [0; 64]).await;
        }
        // Whether the client reads it does not matter.
        let _ = stream.write_all(says).await;
    }

    /// The report about it, with all chapters.
    async fn report(self) -> Report {
        let scheme = if self == Self::OtherProtocol {
            "ftp"
        } else {
            "http"
        };
        let at = format!("{scheme}://bob:pw-of-bob@{}", self.opened());
        let url = format!("{at}/kaspi?token=TOK-of-bob");
        let project = Project::new(1234, SECRET).unwrap().with_methods([&KASPI]);
        let observation = format!("{at}/seen/{{payment_id}}?token=TOK-of-bob");
        let mut target = Target::new(url, project, Customers::standard())
            .with_observer(Observation::new(observation, Some("bearer-of-bob")));
        target.credits = true;
        run_all(&target, |_| ()).await
    }
}
