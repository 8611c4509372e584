//! A payout in an answer. Of the payee's data it has only the customer's id and the wallet.

use jetpay_core::operation_code::OperationCode;
use jetpay_ledger::Payout;
use jetpay_ledger::payout::{PayoutEntry, PayoutStep};
use serde::Serialize;

/// A payout with its whole history.
#[derive(Serialize)]
pub(super) struct WithHistory<'a> {
    #[serde(flatten)]
    payout: &'a Payout,
    history: Vec<StepView<'a>>,
    /// What the merchant should look at, in the answer to a request for a payout.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) warnings: Vec<String>,
}

impl<'a> From<&'a Payout> for WithHistory<'a> {
    fn from(payout: &'a Payout) -> Self {
        Self {
            payout,
            history: payout.history.iter().map(StepView::from).collect(),
            warnings: Vec::new(),
        }
    }
}

/// A step of the history.
#[derive(Serialize)]
struct StepView<'a> {
    #[serde(flatten)]
    step: &'a PayoutStep,
    /// The kind of entry on the payouts account, when the step moves money.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<PayoutEntry>,
    /// What the code means.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'static str>,
}

impl<'a> From<&'a PayoutStep> for StepView<'a> {
    fn from(step: &'a PayoutStep) -> Self {
        Self {
            step,
            entry: step.what.entry(),
            text: step.code.as_ref().map(OperationCode::text),
        }
    }
}
