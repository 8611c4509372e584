//! `--ask`: what the platform says now about payments that it reports as paid and that are not credited. It changes nothing.

use std::fmt::Write;

use anyhow::{Context, anyhow};
use jetpay_core::id::PaymentId;
use jetpay_gate::{Status, StatusOutcome};
use jetpay_reconcile::Kind;

use crate::config::Config;
use crate::reconcile::view::ResultView;
use crate::reload::Live;
use crate::status::StatusClient;

/// Payments that one run asks about at most.
const MAX_ASKED: usize = 100;

/// The client for status questions.
pub(super) fn client(config: &Config) -> anyhow::Result<StatusClient> {
    let client = StatusClient::new(config, &Live::new(config.keyring()));
    let client = client.context("--ask")?;
    client.ok_or_else(|| anyhow!("--ask needs [gate] in the configuration"))
}

/// Asks about each result of the kind `not_credited`, and notes the answer. Returns how many it left out.
pub(super) async fn ask(client: &StatusClient, results: &mut [ResultView]) -> usize {
    let not_credited = |it: &&mut ResultView| it.finding.kind == Kind::NotCredited;
    let mut asked = results.iter_mut().filter(not_credited);
    for result in asked.by_ref().take(MAX_ASKED) {
        result.status = Some(answer(client, result).await);
    }
    asked.count()
}

/// The answer about a result's payment, in one line.
async fn answer(client: &StatusClient, result: &ResultView) -> String {
    let finding = &result.finding;
    let id = finding.payment_id.as_deref().map(PaymentId::new);
    let (Some(project), Some(Ok(id))) = (finding.project_id, id) else {
        return "the payment's id cannot be asked about".to_owned();
    };
    match client.status(project, &id).await {
        StatusOutcome::Known(status) => known(&status),
        StatusOutcome::NotKnown => "the platform does not know the payment".to_owned(),
        StatusOutcome::Unanswered(why) => format!("no answer: {why}"),
    }
}

fn known(status: &Status) -> String {
    let mut text = format!("the payment is {}", status.payment_status);
    for operation in &status.operations {
        let amount = operation.amount.map(|amount| format!(" {amount}"));
        let _ = write!(
            text,
            "; operation {}: {} {}{}",
            operation.id,
            operation.kind,
            operation.status,
            amount.unwrap_or_default()
        );
    }
    text + if status.signed.is_some() {
        "; signed with the project's secret"
    } else {
        "; not signed: it proves nothing"
    }
}
