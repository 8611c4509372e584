//! The end of the demo: the ledger against the platform's own books.

use std::path::Path;
use std::time::Duration;

use anyhow::ensure;
use jetpay_core::id::PaymentId;
use jetpay_ledger::{Alarm, Ledger};
use jetpay_reconcile::{Finding, Interval};
use jiff::Timestamp;

use super::scenes::{BAD, GOOD, heading};
use super::setup::{PROJECT, program};
use crate::config::DataApiConfig;
use crate::reconcile::Comparison;

/// Fetches what the platform recorded since `from`, in seconds since 1970, compares, and shows what differs.
pub(super) async fn play(
    data_api: &DataApiConfig,
    ledger: &Ledger,
    from: i64,
    config: &Path,
) -> anyhow::Result<()> {
    heading("Reconciliation with the platform's own books — POST /v1/operations/get");
    let to = Timestamp::now().as_second() + 1;
    let comparison = Comparison {
        api: &data_api.client()?,
        projects: &[PROJECT.into()],
        is_covered: true,
        interval: Interval { from, to },
        now: to,
        // What happened a second ago counts.
        grace: Duration::ZERO,
    };
    let report = comparison.run(ledger, &mut |_, _| ()).await?;
    let rows: u64 = report.sources.iter().map(|source| source.rows).sum();
    println!(
        "  {rows} operations of the platform against the ledger up to entry {}",
        report.ledger_seq
    );
    for (kind, count) in &report.counts {
        println!("  {count:>4}  {kind}");
    }
    let differences: Vec<&Finding> = (report.results.iter())
        .filter(|it| it.kind.is_difference())
        .collect();
    let alarms = ledger.alarms_after(0, 10).await?;
    for finding in &differences {
        let of = |alarm: &&Alarm| {
            let payment = alarm.payment_id.as_ref().map(PaymentId::as_str);
            payment.is_some() && payment == finding.payment_id.as_deref()
        };
        show(finding, alarms.iter().find(of), config);
    }
    ensure!(
        report.adds_up(),
        "the sums of the reconciliation do not add up"
    );
    let (style, mark) = if differences.is_empty() {
        (GOOD, '✓')
    } else {
        (BAD, '✗')
    };
    println!(
        "  {style}{mark}{style:#} {} to look at; the sums of both sides differ by what is listed, to the unit",
        differences.len()
    );
    Ok(())
}

/// Shows a difference, and the command that follows from it: where there is an alarm, a person decides about that.
fn show(finding: &Finding, alarm: Option<&Alarm>, config: &Path) {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let payment = text(&finding.payment_id);
    let operation = finding.operation_id.map(|id| id.to_string());
    let amount = finding.amount.map(|amount| amount.to_string());
    println!(
        "\n  {BAD}{}{BAD:#}: operation {}, {} of payment {payment}",
        finding.kind,
        operation.unwrap_or_default(),
        amount.unwrap_or_default(),
    );
    println!("    {}", text(&finding.why));
    let (what, command) = match alarm {
        Some(Alarm { seq, .. }) => (
            "decide about the alarm, in a browser or here",
            format!("alarms resolve {seq} --verdict credit --reason \"the receipt says so\""),
        ),
        None => (
            "apply the status that the platform signs",
            format!("payments confirm {payment} --reason \"the callback was lost\""),
        ),
    };
    println!(
        "    what to do, while the service runs: {what}\n      {} {command} --config {}\n",
        program().display(),
        config.display()
    );
}
