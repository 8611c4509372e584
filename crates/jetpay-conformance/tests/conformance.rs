//! A right merchant passes the checks.

#[path = "../../jetpay-platform/tests/merchant/mod.rs"]
mod merchant;

use std::sync::Arc;
use std::time::Duration;

use jetpay_conformance::{
    Customers, Kassa24Answers, Level, Observation, Outcome, Project, RecordedExchange, Report,
    Role, Target, Verdict, checks, prepare, run_all,
};
use jetpay_platform::{Admin, KASPI, KASSA24, QIWI_KZ};
use merchant::{
    ACCOUNT_PROJECT, Answer, Fault, Heard, Incoming, LedgerFault, OTHER_PROJECT, PAYER, PROJECT,
    SECRETS, STRICT_PROJECT, TestMerchant, keyring, serve, serve_constant,
};
use serde_json::json;

/// The merchant as the service `jetpay`: all projects, all methods, everything observed.
fn target(base_url: &str) -> Target {
    let project = |id, secret| jetpay_conformance::Project::new(id, secret).unwrap();
    Target::service(
        base_url,
        project(PROJECT, SECRETS[0])
            .with_secret(SECRETS[1])
            .unwrap(),
    )
    .with_project(
        project(ACCOUNT_PROJECT, SECRETS[2])
            .with_methods([&KASSA24])
            .with_kassa24_answers(Kassa24Answers::Account),
    )
    .with_project(
        project(STRICT_PROJECT, SECRETS[2])
            .with_methods([&KASPI, &KASSA24])
            .with_strict_contracts(),
    )
    .with_project(project(OTHER_PROJECT, SECRETS[2]).with_methods([&QIWI_KZ]))
    .with_observer(Admin::new(base_url, "token"))
}

/// The URL of the right merchant.
fn right_merchant() -> String {
    let customers = jetpay_conformance::Customers::standard();
    serve(
        TestMerchant::new(Fault::None, customers.as_json()),
        keyring(),
    )
}

fn failed(report: &Report) -> Vec<String> {
    let failed = report
        .findings
        .iter()
        .filter(|finding| matches!(finding.outcome, Outcome::Failed { .. }));
    failed.map(|finding| finding.check.full_id()).collect()
}

#[actix_web::test]
async fn right_merchant_passes_every_check() {
    let report = run_all(&target(&right_merchant()), |_| ()).await;
    let summary = report.summary();
    assert!(
        report.is_good() && summary.not_run + summary.not_observed == 0,
        "{report}"
    );
    assert!(summary.passed >= 60);
}

#[actix_web::test]
async fn closed_port_fails_every_check() {
    // No program listens on port 1.
    let report = run_all(&target("http://127.0.0.1:1"), |_| ()).await;
    let summary = report.summary();
    assert_eq!(
        summary.passed + summary.not_run + summary.not_observed,
        0,
        "{report}"
    );
}

#[actix_web::test]
async fn invalid_url_fails_every_check() {
    let report = run_all(&target("not an address"), |_| ()).await;
    let summary = report.summary();
    assert_eq!(
        summary.passed + summary.not_run + summary.not_observed,
        0,
        "{report}"
    );
}

#[test]
fn every_check_has_a_unique_id_and_a_source() {
    let checks = checks(&target("http://127.0.0.1:1"));
    let mut ids: Vec<String> = checks
        .iter()
        .map(jetpay_conformance::Check::full_id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), checks.len());
    let kebab = |id: &str| {
        id.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    assert!(
        checks.iter().all(|check| kebab(check.id)
            && !check.sentence.is_empty()
            && !check.section.is_empty())
    );
}

#[actix_web::test]
async fn right_merchant_without_an_observer_fails_nothing_and_effects_are_not_observed() {
    let mut target = target(&right_merchant());
    target.observer = None;
    let report = run_all(&target, |_| ()).await;
    let summary = report.summary();
    assert!(report.is_good(), "{report}");
    assert!(
        summary.not_observed > 0 && summary.passed > 0 && summary.not_run == 0,
        "{report}"
    );
}

#[actix_web::test]
async fn endpoint_that_gives_the_same_answer_to_everything_never_passes_a_method() {
    let answers = [
        (200, ""),
        (
            200,
            "{\"code\":0,\"payment_id\":\"1\",\"currency\":\"KZT\",\"additional_customer_id\":\"1\"}",
        ),
        (200, "{\"code\":[],\"payment_id\":{},\"entities\":7}"),
        (200, "[[[["),
        (
            400,
            "{\"code\":500,\"message\":\"no\",\"error_description\":\"no\",\"errors\":{\"message\":\"no\"}}",
        ),
        (500, "panicked at src/main.rs:1"),
        (302, "\u{0}\u{feff}"),
    ];
    let mut running = tokio::task::JoinSet::new();
    for (status, body) in answers {
        let target = target(&merchant::serve_constant(status, body));
        running.spawn(async move { (status, body, run_all(&target, |_| ()).await) });
    }
    for (status, body, report) in running.join_all().await {
        assert!(
            failed(&report).len() > report.summary().passed,
            "{status} {body}: {report}"
        );
    }
}

/// A merchant of Kaspi as any merchant's endpoint, with the money observed.
fn kaspi(fault: Fault, heard: &Heard) -> Target {
    let customers = Customers::standard();
    let merchant = TestMerchant::new(fault, customers.as_json()).heard_by(Arc::clone(heard));
    let url = serve(merchant, keyring());
    let project = Project::new(PROJECT, SECRETS[0]).unwrap();
    let project = project.with_methods([&KASPI]);
    let mut target = Target::new(format!("{url}/kaspi"), project, customers)
        .with_observer(Observation::new(format!("{url}/seen/{{payment_id}}"), None));
    target.credits = true;
    target
}

#[tokio::test]
async fn merchant_that_credits_repeats_is_amber_unless_the_money_is_observed() {
    let mut target = kaspi(
        Fault::Ledger(LedgerFault::CreditsRepeats),
        &Heard::default(),
    );
    let report = run_all(&target, |_| ()).await;
    assert!(matches!(report.verdict(), Verdict::Fails(_)), "{report}");
    target.observer = None;
    for (credits, options) in [
        (true, &["--observe"][..]),
        (false, &["--observe", "--allow-credits"]),
    ] {
        target.credits = credits;
        target.require_observed = false;
        let mut report = run_all(&target, |_| ()).await;
        let verdict = report.verdict().to_string();
        assert!(
            verdict.starts_with("Exactly-once was not checked"),
            "{verdict}"
        );
        assert!(options.iter().all(|it| verdict.contains(it)), "{verdict}");
        assert!(report.to_html().contains("class=\"verdict advice\""));
        assert!(report.is_good());
        report.subject.require_observed = true;
        assert!(!report.is_good());
    }
}

/// The exchanges of a finding from the guilty one on.
fn evidence<'r>(report: &'r Report, id: &str) -> &'r [RecordedExchange] {
    let finding = report.findings.iter().find(|it| it.check.id == id).unwrap();
    let is_guilty = |it: &RecordedExchange| it.role == Some(Role::Guilty);
    let guilty = finding.exchanges.iter().position(is_guilty);
    &finding.exchanges[guilty.unwrap_or_else(|| panic!("{id}: {:?}", finding.outcome))..]
}

#[tokio::test(flavor = "multi_thread")]
async fn exchange_that_is_shown_is_the_one_that_broke_the_expectation() {
    let text_in_refusals = |_: &Incoming, answer: &mut Answer| {
        if answer.is_refusal() {
            answer.edit(|it| it["code"] = json!(it["code"].to_string()));
        }
    };
    let small_currency = |incoming: &Incoming, answer: &mut Answer| {
        if incoming.is_verify() {
            answer.rewrite(|it| it.replace("\"KZT\"", "\"kzt\""));
        }
    };
    for (fault, id, sent, got, seen) in [
        (
            Fault::Answers(text_in_refusals),
            "shape-code-integer",
            "7000000404",
            "\"404\"",
            "",
        ),
        (
            Fault::Answers(small_currency),
            "shape-currency",
            "\"verify\"",
            "kzt",
            "",
        ),
        (
            Fault::Ledger(LedgerFault::CreditsRepeats),
            "callback-repeated",
            "\"success\"",
            "",
            "\"credited\":40000",
        ),
        (
            Fault::Ledger(LedgerFault::CreditsBefore),
            "deposit-pending",
            "\"check_deposit\"",
            "payment_id",
            "\"credited\":10000",
        ),
    ] {
        let report = run_all(&kaspi(fault, &Heard::default()), |_| ()).await;
        let [guilty, observed @ ..] = evidence(&report, id) else {
            panic!("{id}")
        };
        assert!(
            guilty.sent.contains(sent) && guilty.got.contains(got),
            "{id}: {guilty:?}"
        );
        let last = observed.last().map_or("", |it| it.got.as_str());
        assert!(
            last.contains(seen) && last.is_empty() == seen.is_empty(),
            "{id}: {observed:?}"
        );
        let terminal = report.terminal().to_string();
        assert!(terminal.contains(seen), "{id}: {terminal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn late_answers_end_the_run_with_their_finding_first() {
    const LATE: Duration = Duration::from_millis(100);
    fn late(answer: &mut Answer) {
        answer.wait = LATE;
    }
    let deposit: fn(&Incoming, &mut Answer) = |incoming, answer| {
        if incoming.is_check_deposit() {
            late(answer);
        }
    };
    let callback: fn(&Incoming, &mut Answer) = |incoming, answer| {
        if incoming.is_callback() {
            late(answer);
        }
    };
    let verify: fn(&Incoming, &mut Answer) = |incoming, answer| {
        if incoming.is_verify() {
            late(answer);
        }
    };
    let never: fn(&Incoming, &mut Answer) = |incoming, answer| {
        if incoming.is_callback() {
            answer.wait = Duration::from_secs(3_600);
        }
    };
    let never_verify: fn(&Incoming, &mut Answer) = |incoming, answer| {
        if incoming.is_verify() {
            answer.wait = Duration::from_secs(3_600);
        }
    };
    for (answers, first, is_late) in [
        (
            deposit,
            "kaspi/time-deposit",
            Incoming::is_check_deposit as fn(&Incoming) -> bool,
        ),
        (callback, "kaspi/time-callback", Incoming::is_callback),
        (verify, "kaspi/time-verify", Incoming::is_verify),
        (never, "kaspi/time-callback", Incoming::is_callback),
        (never_verify, "kaspi/time-verify", Incoming::is_verify),
    ] {
        let heard = Heard::default();
        let mut target = kaspi(Fault::Answers(answers), &heard);
        target.time_limit = Duration::from_millis(50);
        target.patience = LATE * 10;
        prepare(&mut target).await.unwrap();
        // A late answer before the checks counts, too.
        assert_eq!(
            target.patience < LATE * 10,
            first == "kaspi/time-verify",
            "{first}"
        );
        let report = run_all(&target, |_| ()).await;
        let finding = &report.findings[0];
        assert_eq!(finding.check.full_id(), first, "{report}");
        assert!(
            matches!(&finding.outcome, Outcome::Failed { expected, .. } if expected.contains("within 50ms"))
        );
        assert!(
            !report.is_good() && report.summary().not_run > 50,
            "{report}"
        );
        let same = report
            .findings
            .iter()
            .filter(|it| it.check.full_id() == first);
        assert_eq!(same.count(), 1);
        let shown = report.terminal().brief().to_string();
        let place = shown.find(" must hold").unwrap();
        assert!(shown[..place].ends_with(first), "{shown}");
        let heard = heard.lock().unwrap();
        let heard = heard.iter().filter(|it| is_late(it)).count();
        assert!(heard < 120, "{first}: {heard}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn run_cannot_begin_with_an_endpoint_that_refuses_verify_or_is_none() {
    let (signature, customer) = ("refuses the signature", "does not know the customer");
    let (filter, path, page) = ("a login or a filter", "does not serve it", "a page came");
    let refused = "refuses the customer";
    let note = "should be answered with HTTP 200 and code 0, but got";
    for (status, body, says) in [
        (200, "{\"code\":400,\"message\":\"no\"}", signature),
        (
            400,
            "{\"code\":400,\"message\":\"HMAC with the first/of secrets\"}",
            signature,
        ),
        (
            200,
            "{\"code\":500,\"message\":\"unknown project\"}",
            signature,
        ),
        (200, "{\"code\":\"400\"}", signature),
        (
            200,
            "{\"code\":500,\"message\":\"Неверная подпись\"}",
            signature,
        ),
        (
            403,
            "{\"code\":403,\"message\":\"Bad signature\"}",
            signature,
        ),
        (401, "{\"error\":\"invalid signature\"}", signature),
        (400, "{\"error\":\"no\"}", signature),
        (
            401,
            "{\"code\":401,\"message\":\"Unauthorized\"}",
            signature,
        ),
        (403, "{\"code\":500,\"message\":\"Forbidden\"}", signature),
        (200, "{\"code\":404,\"message\":\"no\"}", customer),
        (404, "{\"code\":404}", customer),
        (200, "{\"code\":\"404\"}", customer),
        (
            200,
            "{\"code\":500,\"message\":\"Абонент не найден\"}",
            customer,
        ),
        (404, "{\"code\":1,\"message\":\"no\"}", customer),
        (200, "{\"code\":204,\"message\":\"no\"}", "owes nothing"),
        (301, "", "a redirect"),
        (308, "<html>", "a redirect"),
        (401, "", filter),
        (403, "<html>Forbidden</html>", filter),
        (404, "Not Found", path),
        (405, "", path),
        (200, "<!DOCTYPE html><form>a signature</form>", page),
        (
            400,
            "<html>The plain HTTP request was sent to HTTPS port</html>",
            page,
        ),
        (500, "<html>signature.php failed</html>", note),
        (503, "", note),
        (200, "hello", note),
        (200, "{\"code\":500,\"message\":\"closed\"}", refused),
        (422, "{\"code\":7,\"message\":\"\"}", refused),
        (500, "{\"code\":500,\"message\":\"closed\"}", note),
        (201, "{\"code\":0}", note),
    ] {
        let project = Project::new(PROJECT, SECRETS[0]).unwrap();
        let project = project.with_methods([&KASPI]);
        let customers = Customers::new(PAYER, "0");
        let mut target = Target::new(serve_constant(status, body), project, customers);
        let prepared = prepare(&mut target).await;
        let got = match prepared {
            Ok(()) => target.notes[0].clone(),
            Err(error) => error.to_string(),
        };
        assert!(got.contains(says), "{status} {body}: {got}");
        assert_eq!(prepare(&mut target).await.is_ok(), says == note, "{got}");
        assert!(got.contains("7123456789 in project 1234"), "{got}");
        assert!(
            got.contains(&format!("HTTP {status}")) && !got.contains(SECRETS[0]),
            "{got}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_that_many_checks_meet_is_one_failure() {
    let code_as_text = |_: &Incoming, answer: &mut Answer| {
        answer.edit(|it| it["code"] = json!(it["code"].to_string()));
    };
    let id_as_number = |_: &Incoming, answer: &mut Answer| {
        if answer.json().get("payment_id").is_some() {
            answer.edit(|it| it["payment_id"] = json!(47));
        }
    };
    let created = |incoming: &Incoming, answer: &mut Answer| {
        if incoming.is_check_deposit() && answer.is_good() {
            answer.status = 201;
        }
    };
    let accepted = |incoming: &Incoming, answer: &mut Answer| {
        if incoming.is_callback() && answer.status == 200 {
            answer.status = 202;
        }
    };
    let page_for_refusals = |_: &Incoming, answer: &mut Answer| {
        if answer.is_refusal() {
            *answer = Answer::new(500, "<h1>Server Error</h1>");
        }
    };
    let no_text = |_: &Incoming, answer: &mut Answer| {
        if answer.is_refusal() {
            answer.edit(|it| it["message"] = json!(""));
        }
    };
    let gone = |incoming: &Incoming| incoming.is_verify().then(Answer::hang_up);
    let mut running = tokio::task::JoinSet::new();
    for (fault, roots) in [
        (Fault::Answers(code_as_text), &["shape-code-integer"][..]),
        (Fault::Answers(id_as_number), &["shape-payment-id"]),
        (Fault::Answers(created), &["deposit-good"]),
        (Fault::Answers(accepted), &["callback-success"]),
        (Fault::Answers(page_for_refusals), &["verify-unknown"]),
        (Fault::Answers(no_text), &["shape-refusal-text-verify"]),
        (Fault::Stops(gone), &["verify-good"]),
        (Fault::Comes(Incoming::sign), &["callback-bad-signature"]),
        (
            Fault::Ledger(LedgerFault::NeverCredits),
            &["callback-success"],
        ),
        (
            Fault::Ledger(LedgerFault::CreditsBefore),
            &["deposit-pending"],
        ),
        (
            Fault::Ledger(LedgerFault::CreditsRepeats),
            &["callback-repeated"],
        ),
        (Fault::Ledger(LedgerFault::OneId), &["deposit-twice"]),
        (
            Fault::Ledger(LedgerFault::TrustsThePayment),
            &["callback-failed-operation"],
        ),
        (
            Fault::Ledger(LedgerFault::CreditsPartPayments),
            &["callback-other-amount"],
        ),
        (
            Fault::Ledger(LedgerFault::RefundsRepeats),
            &["callback-refund-repeated"],
        ),
    ] {
        let target = kaspi(fault, &Heard::default());
        running.spawn(async move { (roots, run_all(&target, |_| ()).await) });
    }
    for (roots, report) in running.join_all().await {
        let must = report.findings.iter().filter(|it| {
            let is_root = matches!(it.outcome, Outcome::Failed { follows: None, .. });
            is_root && it.check.level == Level::Must
        });
        let mut must: Vec<&str> = must.map(|it| it.check.id).collect();
        must.sort_unstable_by_key(|id| roots.iter().position(|root| root == id));
        assert_eq!(must, roots, "{report}");
        assert_eq!(report.summary().failed, roots.len());
        assert!(report.summary().follow > 0, "{report}");
    }
}

#[test]
fn secret_of_fewer_than_eight_characters_is_refused() {
    for secret in ["", "code", "seven77", "пароль7"] {
        assert!(Project::new(1, secret).is_err(), "{secret}");
    }
    for secret in ["password", "пароль77"] {
        assert!(
            Project::new(1, secret)
                .unwrap()
                .with_secret("short")
                .is_err()
        );
    }
}
