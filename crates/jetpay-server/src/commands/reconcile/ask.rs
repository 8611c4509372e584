//! `--ask`: what the platform says now about payments that it reports as paid and that are not credited. It changes nothing.

use anyhow::{Context, anyhow};
use jetpay_core::id::PaymentId;
use jetpay_gate::{Gate, StatusOutcome};
use jetpay_reconcile::Kind;

use crate::config::Config;
use crate::reconcile::view::ResultView;

/// Payments that one run asks about at most.
const MAX_ASKED: usize = 100;

/// The client for status questions.
pub(super) fn client(config: &Config) -> anyhow::Result<Gate> {
    let gate = config.gate.as_ref();
    let gate = gate.ok_or_else(|| anyhow!("--ask needs [gate] in the configuration"))?;
    let client =
        Gate::builder(gate.base_url.clone()).with_timeout(gate.retry_policy.answer_timeout);
    client.build().context("--ask")
}

/// Asks about each result of the kind `not_credited`, and notes the answer. Returns how many it left out.
pub(super) async fn ask(gate: &Gate, config: &Config, results: &mut [ResultView]) -> usize {
    let not_credited = |it: &&mut ResultView| it.finding.kind == Kind::NotCredited;
    let mut asked = results.iter_mut().filter(not_credited);
    for result in asked.by_ref().take(MAX_ASKED) {
        result.status = Some(status(gate, config, result).await);
    }
    asked.count()
}

async fn status(gate: &Gate, config: &Config, result: &ResultView) -> String {
    let finding = &result.finding;
    let mut projects = config.projects.iter();
    let project = projects.find(|project| Some(project.id) == finding.project_id);
    let id = finding.payment_id.as_deref().map(PaymentId::new);
    let (Some(project), Some(Ok(id))) = (project, id) else {
        return "the payment's id or project cannot be asked about".to_owned();
    };
    match gate.status(&project.project, &id).await {
        StatusOutcome::Known(status) => {
            let operations = status.operations.iter().map(|operation| {
                let amount = operation.amount.map(|amount| format!(" {amount}"));
                format!(
                    "; operation {}: {} {}{}",
                    operation.id,
                    operation.kind,
                    operation.status,
                    amount.unwrap_or_default()
                )
            });
            format!(
                "the payment is {}{}",
                status.payment_status,
                operations.collect::<String>()
            )
        }
        StatusOutcome::NotKnown => "the platform does not know the payment".to_owned(),
        StatusOutcome::Unanswered(why) => format!("no answer: {why}"),
    }
}
