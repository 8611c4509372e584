//! The real binary with a billing or a web service of the merchant's, over real HTTP.

use std::sync::Mutex;
use std::time::Duration;

use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use jetpay_billing::webhook::Secrets;
use jetpay_platform::billing::{BillingState, Dialect, OnRequest, Quirks, Server, serve};
use jetpay_testing::free_port;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{CUSTOMER, Folder, PROJECT, Running, Said, assert_has};

const LOGIN: &str = "jetpay:a long password";
const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
/// A key in the query of the configured URL.
const HIDDEN: &str = "a-key-in-the-url";

/// A billing that knows the customer, who owes 123.45.
async fn billing(dialect: Dialect, quirks: Quirks) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut state = BillingState::new(dialect)
        .with_quirks(quirks)
        .with_login(LOGIN);
    state.put_account(CUSTOMER, Some(12_345));
    serve(listener, state).unwrap()
}

/// A folder whose `[lookup]` asks this billing, with these further lines.
fn asking(kind: &str, url: &str, lines: &str) -> Folder {
    let folder = Folder::new().configured(&format!(
        "[lookup]\nkind = \"{kind}\"\nurl = \"{url}?key={HIDDEN}\"\nsecret_file = \"lookup.secret\"\n{lines}\n"
    ));
    let secret = if kind == "http" { SECRET } else { LOGIN };
    folder.write("lookup.secret", secret);
    folder
}

/// Runs a command while this thread serves.
async fn run(folder: &Folder, line: &str) -> Said {
    let mut command = folder.command(line);
    let output = web::block(move || command.output().unwrap()).await;
    let said = Said::of(output.unwrap());
    let all = said.all();
    assert!(
        !all.contains("a long password") && !all.contains(HIDDEN) && !all.contains(SECRET),
        "{all}"
    );
    said
}

/// The answer to `verify` of Kaspi.
async fn verify(running: &Running, customer: &str) -> Value {
    let message = json!({"type": "verify", "project_id": PROJECT, "customer_id": customer});
    let exchange = running.platform().call("/kaspi", &message).await.unwrap();
    serde_json::from_str(&exchange.text()).unwrap()
}

#[actix_web::test]
async fn billing_in_each_dialect_says_who_exists_and_what_is_owed() {
    for (dialect, kind, field) in [
        (Dialect::Osmp, "osmp", "debt"),
        (Dialect::KaspiJson, "kaspi", "sum"),
        (Dialect::KaspiXml, "kaspi", "sum"),
    ] {
        let windows_1251 = dialect == Dialect::Osmp;
        let quirks = Quirks {
            windows_1251,
            ..Quirks::default()
        };
        let billing = billing(dialect, quirks).await;
        let lines =
            format!("cache_seconds = 0\nunknown_cache_seconds = 0\ndebt_field = \"{field}\"");
        let running = asking(kind, &billing.url(), &lines).serve().await;
        let answer = verify(&running, CUSTOMER).await;
        assert_eq!(
            answer["entities"][0]["payment"], 12_345,
            "{dialect:?} {answer}"
        );
        assert_eq!(
            verify(&running, "70000000000").await["code"],
            404,
            "{dialect:?}"
        );
        assert_eq!(billing.state().requests(), 2);
        billing
            .state()
            .script([OnRequest::Drop, OnRequest::Fail(503), OnRequest::Result(90)]);
        for _ in 0..3 {
            assert_eq!(verify(&running, CUSTOMER).await["code"], 0, "{dialect:?}");
        }
        billing.state().script([OnRequest::Fail(503)]);
        assert_eq!(
            verify(&running, "70000000000").await["code"],
            500,
            "{dialect:?}"
        );
        for (metric, value) in [
            ("jetpay_lookups_total{outcome=\"answered\"}", 1.0),
            ("jetpay_lookups_total{outcome=\"unknown\"}", 1.0),
            ("jetpay_lookups_total{outcome=\"connection\"}", 1.0),
            ("jetpay_lookups_total{outcome=\"status\"}", 2.0),
            ("jetpay_lookups_total{outcome=\"not_now\"}", 1.0),
            ("jetpay_lookup_fallbacks_total{outcome=\"stale\"}", 3.0),
            ("jetpay_lookup_fallbacks_total{outcome=\"refused\"}", 1.0),
            ("jetpay_lookup_seconds_count", 6.0),
            ("jetpay_lookup_breaker_open", 0.0),
        ] {
            assert_eq!(running.metric(metric).await, Some(value), "{metric}");
        }
        let log = running.until_logged("HTTP status 503").await;
        let hidden = [CUSTOMER, HIDDEN, "a long password", "70000000000"];
        assert!(!hidden.iter().any(|hidden| log.contains(hidden)), "{log}");
        assert!(billing.state().booked().is_empty());
    }
}

#[actix_web::test]
async fn wrong_login_is_a_failure_that_the_log_explains() {
    let billing = billing(Dialect::Osmp, Quirks::default()).await;
    let folder = asking("osmp", &billing.url(), "");
    folder.write("lookup.secret", "jetpay:wrong");
    let running = folder.serve().await;
    assert_eq!(verify(&running, CUSTOMER).await["code"], 500);
    running
        .until_logged("HTTP status 401: check the login")
        .await;
}

/// A web service of the merchant's: the answer to each question, and the questions that came. It refuses those that are not signed.
struct WebService {
    answer: Mutex<(u16, Value)>,
    questions: Mutex<Vec<Value>>,
}

impl WebService {
    fn answers(&self, status: u16, body: Value) {
        *self.answer.lock().unwrap() = (status, body);
    }
}

async fn answer(service: web::Data<WebService>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let header = |name| request.headers().get(name).unwrap().to_str().unwrap();
    let id = header("webhook-id");
    let time: i64 = header("webhook-timestamp").parse().unwrap();
    let signature = Secrets::parse([SECRET]).unwrap().sign(id, time, &body);
    if header("webhook-signature") != signature || !id.starts_with("lookup_") {
        return HttpResponse::Unauthorized().finish();
    }
    let question = serde_json::from_slice(&body).unwrap();
    service.questions.lock().unwrap().push(question);
    let (status, body) = service.answer.lock().unwrap().clone();
    HttpResponse::build(status.try_into().unwrap()).json(body)
}

/// The web service and its URL.
fn web_service() -> (web::Data<WebService>, String) {
    let service = web::Data::new(WebService {
        answer: Mutex::new((404, json!({"error": {"code": "unknown_customer"}}))),
        questions: Mutex::default(),
    });
    let shared = service.clone();
    let app = move || {
        let app = App::new().app_data(shared.clone());
        app.route("/customers", web::post().to(answer))
    };
    let server = HttpServer::new(app).workers(1).disable_signals();
    let server = server.bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/customers", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    (service, url)
}

#[actix_web::test]
async fn web_service_gets_signed_questions_and_only_its_own_404_is_unknown() {
    let (service, url) = web_service();
    let lines = "cache_seconds = 0\nunknown_cache_seconds = 0";
    let running = asking("http", &url, lines).serve().await;
    assert_eq!(verify(&running, CUSTOMER).await["code"], 404);
    let expected = json!({"customer_id": CUSTOMER, "project_id": PROJECT, "method": "kaspi"});
    assert_eq!(*service.questions.lock().unwrap(), [expected]);
    for (status, body) in [
        (404, json!({"error": {"code": "not_found"}})),
        (404, Value::Null),
        (200, json!([])),
        (200, json!({"contracts": [{"id": "1"}]})),
        (302, json!({})),
    ] {
        service.answers(status, body.clone());
        assert_eq!(
            verify(&running, CUSTOMER).await["code"],
            500,
            "{status} {body}"
        );
        // An answer in between keeps the breaker closed.
        service.answers(404, json!({"error": {"code": "unknown_customer"}}));
        assert_eq!(verify(&running, "2").await["code"], 404);
    }
    let contract = json!({"id": "1", "number": "N1", "payment": 500});
    service.answers(
        200,
        json!({"additional_customer_id": "A", "contracts": [contract]}),
    );
    let shown = verify(&running, CUSTOMER).await;
    assert_eq!(shown["entities"][0]["payment"], 500, "{shown}");
    let (_, stored) = running.get(&format!("/v1/customers/{CUSTOMER}")).await;
    assert_eq!(stored["additional_customer_id"], "A");
    let log = running.until_logged("contracts[0].number is missing").await;
    assert!(!log.contains(CUSTOMER), "{log}");
}

/// What `jetpay lookup probe` says, with its exit code.
#[actix_web::test]
async fn probe_says_what_is_wrong_before_it_costs_money() {
    let probe = format!("lookup probe {CUSTOMER} --times 3");
    let pay_on_check = Quirks {
        pay_on_check: true,
        ..Quirks::default()
    };
    for (quirks, lines, turns, customer, code, parts) in [
        (
            Quirks::default(),
            "debt_field = \"debt\"",
            None,
            CUSTOMER,
            0,
            &[
                "ok      an answer takes ",
                "ok      it does not know a customer that does not exist",
                "ok      it knows the customer: 3 of 3 answers",
                "ok      checks change no amount in its answers",
                "7123456789  7123456789  123.45 KZT",
            ][..],
        ),
        (
            Quirks::default(),
            "",
            None,
            CUSTOMER,
            0,
            &["the account 7123456789, without contracts and debts"],
        ),
        (
            pay_on_check,
            "",
            None,
            CUSTOMER,
            1,
            &[
                "FAILED  an amount changed from one check to the next: balance",
                "payOnCheck",
            ],
        ),
        (
            Quirks::default(),
            "",
            None,
            "70000000000",
            1,
            &["FAILED  it says that there is no such customer: 3 of 3"],
        ),
        (
            Quirks::default(),
            "debt_field = \"fio\"",
            None,
            CUSTOMER,
            1,
            &[
                "FAILED  it did not answer about the customer: 3 of 3",
                "debt_field \"fio\"",
            ],
        ),
        (
            Quirks::default(),
            "",
            Some(OnRequest::Fail(500)),
            CUSTOMER,
            1,
            &[
                "FAILED  it did not say that a customer that does not exist is unknown",
                "HTTP status 500",
            ],
        ),
        (
            Quirks::default(),
            "timeout_seconds = 1",
            Some(OnRequest::Slowly(Duration::from_millis(600))),
            CUSTOMER,
            0,
            &[
                "WARNING an answer takes ",
                "more than half of timeout_seconds",
            ],
        ),
    ] {
        let billing = billing(Dialect::Osmp, quirks).await;
        if let Some(turn) = turns {
            billing.state().always(turn);
        }
        let folder = asking("osmp", &billing.url(), lines);
        let said = run(&folder, &probe.replace(CUSTOMER, customer)).await;
        assert_eq!(said.code, Some(code), "{said:?}");
        assert_has(&said.out, parts);
    }
}

#[actix_web::test]
async fn probe_of_a_web_service_shows_the_contracts_or_each_wrong_field() {
    let (service, url) = web_service();
    let folder = asking("http", &url, "");
    let contract =
        json!({"id": "1", "number": "N1", "payment": 500, "min_payment": 100, "status_code": 7});
    let answers = [
        (
            json!({"contracts": [contract]}),
            "1         N1      5.00 KZT  1.00 KZT  7: cannot be paid",
        ),
        (
            json!({"contracts": [{"id": "", "number": "N"}]}),
            "its answer is wrong: contracts[0].id is wrong",
        ),
    ];
    for (body, part) in answers {
        service.answers(200, body);
        let said = run(&folder, "lookup probe 7").await;
        // The web service knows also a customer that does not exist.
        assert_eq!(said.code, Some(1), "{said:?}");
        assert_has(
            &said.out,
            &["FAILED  it knows a customer that does not exist", part],
        );
    }
    let folder = Folder::new();
    let said = run(&folder, "lookup probe 7").await.bad();
    assert_has(&said, &["the store knows the customers", "kind = \"http\""]);
}

#[actix_web::test]
async fn check_says_what_is_asked_and_connect_asks_once() {
    let billing = billing(Dialect::KaspiJson, Quirks::default()).await;
    let url = billing.url();
    let folder = asking("kaspi", &url, "debt_field = \"sum\"\nsum = \"5.00\"");
    let said = run(&folder, "check").await.good();
    let asks = format!("ask about customers           at {url}, kind kaspi");
    assert_has(
        &said,
        &[
            &asks,
            "the debt is in sum",
            "a check of 5.00 KZT",
            "for 24 h",
        ],
    );
    assert_eq!(billing.state().requests(), 0);
    let said = run(&folder, "check --connect").await.good();
    assert_has(
        &said,
        &[
            "ok     your system at",
            "a customer that does not exist is unknown",
        ],
    );
    assert_eq!(billing.state().requests(), 1);
    billing.state().script([OnRequest::Fail(401)]);
    let said = run(&folder, "check --connect").await;
    assert_eq!(said.code, Some(1));
    assert_has(
        &said.out,
        &["FAILED your system at", "HTTP status 401: check the login"],
    );

    let (service, url) = web_service();
    let folder = asking("http", &url, "");
    assert_has(
        &run(&folder, "check --connect").await.good(),
        &["ok     your system at"],
    );
    service.answers(200, json!({}));
    let said = run(&folder, "check --connect").await;
    assert_has(&said.out, &["FAILED your system at", "unknown_customer"]);
    folder.change(&url, &format!("http://127.0.0.1:{}/customers", free_port()));
    let said = run(&folder, "check --connect").await;
    assert_has(&said.out, &["FAILED your system at", "no connection"]);

    let said = run(&Folder::new(), "check").await.good();
    assert_has(
        &said,
        &["know the customers            from what you write and import"],
    );
}
