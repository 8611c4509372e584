//! What a report shows of a failure: the guilty exchange, and each fault once.

use std::time::Duration;

use jetpay_conformance::{Level, Outcome, RecordedExchange, Report, Role, prepare, run_all};
use serde_json::json;

use crate::broken::named;
use crate::checked_as::kaspi;
use crate::merchant::{Answer, Change, Fault, Incoming, Instead};

/// The exchanges of a finding from the guilty one on.
fn evidence<'r>(report: &'r Report, id: &str) -> &'r [RecordedExchange] {
    let finding = report.findings.iter().find(|it| it.check.id == id).unwrap();
    let is_guilty = |it: &RecordedExchange| it.role == Some(Role::Guilty);
    let guilty = finding.exchanges.iter().position(is_guilty);
    &finding.exchanges[guilty.unwrap_or_else(|| panic!("{id}: {:?}", finding.outcome))..]
}

#[tokio::test(flavor = "multi_thread")]
async fn exchange_that_is_shown_is_the_one_that_broke_the_expectation() {
    let text_in_refusals = Fault::Answers(
        |_, answer| answer.is_refusal(),
        Change::Fields(|it| it["code"] = json!(it["code"].to_string())),
    );
    let small_currency = Fault::Answers(
        |incoming, _| incoming.is_verify(),
        Change::Text(|it| it.replace("\"KZT\"", "\"kzt\"")),
    );
    let fault = |name| named(name).fault;
    let (repeats, before) = (fault("credits-repeats"), fault("credits-before"));
    let (verify, deposit, success) = ("\"verify\"", "\"check_deposit\"", "\"success\"");
    let code = "shape-code-integer";
    let (twice, once) = ("\"credited\":40000", "\"credited\":10000");
    for (fault, id, sent, got, seen) in [
        (text_in_refusals, code, "7000000404", "\"404\"", ""),
        (small_currency, "shape-currency", verify, "kzt", ""),
        (repeats, "callback-repeated", success, "", twice),
        (before, "deposit-pending", deposit, "payment_id", once),
    ] {
        let report = run_all(&kaspi(fault).0, |_| ()).await;
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
    const LIMIT: Duration = Duration::from_millis(250);
    const LATE: Duration = Duration::from_millis(500);
    let late: fn(&mut Answer) = |answer| answer.wait = LATE;
    let never: fn(&mut Answer) = |answer| answer.wait = Duration::from_secs(3_600);
    let verify: fn(&Incoming, &Answer) -> bool = |it, _| it.is_verify();
    let deposit: fn(&Incoming, &Answer) -> bool = |it, _| it.is_check_deposit();
    let callback: fn(&Incoming, &Answer) -> bool = |it, _| it.is_callback();
    for (first, is_late, wait) in [
        ("kaspi/time-deposit", deposit, late),
        ("kaspi/time-callback", callback, late),
        ("kaspi/time-verify", verify, late),
        ("kaspi/time-callback", callback, never),
        ("kaspi/time-verify", verify, never),
    ] {
        let (mut target, merchant) = kaspi(Fault::Answers(is_late, Change::Answer(wait)));
        target.time_limit = LIMIT;
        target.patience = LATE * 10;
        prepare(&mut target).await.unwrap();
        // A late answer before the checks counts, too.
        let counted = target.patience < LATE * 10;
        assert_eq!(counted, first == "kaspi/time-verify", "{first}");
        let report = run_all(&target, |_| ()).await;
        let finding = &report.findings[0];
        assert_eq!(finding.check.full_id(), first, "{report}");
        assert!(
            matches!(&finding.outcome, Outcome::Failed { expected, .. } if expected.contains("within 250ms"))
        );
        assert!(
            !report.is_good() && report.summary().not_run > 50,
            "{report}"
        );
        let mut ids = report.findings.iter().skip(1).map(|it| it.check.full_id());
        assert!(ids.all(|id| id != first));
        let shown = report.terminal().brief().to_string();
        let place = shown.find(" must hold").unwrap();
        assert!(shown[..place].ends_with(first), "{shown}");
        let heard = merchant.heard();
        let any = Answer::default();
        let heard = heard.iter().filter(|it| is_late(it, &any)).count();
        assert!(heard < 120, "{first}: {heard}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_that_many_checks_meet_is_one_failure() {
    let page_for_refusals = Fault::Answers(
        |_, answer| answer.is_refusal(),
        Change::Answer(|it| *it = Answer::new(500, "<h1>Server Error</h1>")),
    );
    let gone = Fault::Stops(Incoming::is_verify, Instead::HangUp);
    let named_faults = [
        ("code-as-text", "shape-code-integer"),
        ("payment-id-as-number", "shape-payment-id"),
        ("created", "deposit-good"),
        ("acknowledges-with-202", "callback-success"),
        ("no-text", "shape-refusal-text-verify"),
        ("takes-any-signature", "callback-bad-signature"),
        ("never-credits", "callback-success"),
        ("credits-before", "deposit-pending"),
        ("credits-repeats", "callback-repeated"),
        ("one-id", "deposit-twice"),
        ("trusts-payment-status", "callback-failed-operation"),
        ("credits-part-payments", "callback-other-amount"),
        ("refunds-repeats", "callback-refund-repeated"),
    ];
    let faults = named_faults.map(|(name, root)| (named(name).fault, root));
    let unnamed = [(page_for_refusals, "verify-unknown"), (gone, "verify-good")];
    let mut running = tokio::task::JoinSet::new();
    for (fault, root) in faults.into_iter().chain(unnamed) {
        let (target, _) = kaspi(fault);
        running.spawn(async move { (root, run_all(&target, |_| ()).await) });
    }
    for (root, report) in running.join_all().await {
        let must = report.findings.iter().filter(|it| {
            let is_root = matches!(it.outcome, Outcome::Failed { follows: None, .. });
            is_root && it.check.level == Level::Must
        });
        let must: Vec<&str> = must.map(|it| it.check.id).collect();
        assert_eq!(must, [root], "{report}");
        assert_eq!(report.summary().failed, 1);
        assert!(report.summary().follow > 0, "{report}");
    }
}
