//! The gateway to the platform's Gate.

use jetpay_core::payout::Payouts;
use jetpay_core::{Keyring, Method};
use jetpay_gate::{Gate, Outcome, Rejected, StatusOutcome};
use jetpay_ledger::payout::{Lease, SendOutcome, Status, StatusAnswer, StatusOperation};
use jetpay_qiwi_kz::QiwiKz;

use super::Gateway;
use crate::reload::Live;

/// A client of the Gate, with the projects' secrets.
pub(crate) struct GateClient {
    pub(super) gate: Gate,
    pub(super) keyring: Live<Keyring>,
}

/// The result when this service lacks the project, the method or the request. The payout continues as soon as a service
/// is configured for it.
const NOT_CONFIGURED: &str =
    "nothing was sent: this service is not configured for the payout's project";

/// The path of a method's payouts at the Gate.
fn path(method: &str) -> Option<&'static str> {
    [(QiwiKz::NAME, QiwiKz::PATH)]
        .into_iter()
        .find_map(|(name, path)| (name == method).then_some(path))
}

impl Gateway for GateClient {
    async fn send(&self, payout: &Lease) -> SendOutcome {
        let keyring = self.keyring.get();
        let request = payout.request.as_deref().filter(|it| !it.is_empty());
        let (Some(project), Some(path), Some(request)) = (
            keyring.project(payout.project_id),
            path(&payout.method),
            request,
        ) else {
            return SendOutcome::NotNow {
                code: None,
                message: NOT_CONFIGURED.into(),
            };
        };
        match self.gate.send(project, path, request.as_bytes()).await {
            Outcome::Accepted(accepted) => SendOutcome::Accepted {
                request_id: accepted.request_id,
            },
            Outcome::Rejected(rejected) => {
                let (code, message) = (rejected.code.clone(), why(&rejected));
                if rejected.same_id_later {
                    SendOutcome::NotNow { code, message }
                } else {
                    SendOutcome::Rejected { code, message }
                }
            }
            Outcome::Unknown(unknown) => SendOutcome::Unknown {
                reason: unknown.to_string(),
            },
            // The status query that follows compares the sums.
            Outcome::OtherPayout(other) => SendOutcome::Unknown {
                reason: other.to_string(),
            },
        }
    }

    async fn status(&self, payout: &Lease) -> StatusAnswer {
        let keyring = self.keyring.get();
        let Some(project) = keyring.project(payout.project_id) else {
            return StatusAnswer::Unanswered {
                reason: NOT_CONFIGURED.into(),
            };
        };
        match self.gate.status(project, &payout.payment_id).await {
            StatusOutcome::Known(status) => StatusAnswer::Found(Status {
                payment_status: status.payment_status,
                payment_type: status.payment_type,
                sum: status.sum,
                operations: status.operations.into_iter().map(operation).collect(),
            }),
            StatusOutcome::NotKnown => StatusAnswer::NotFound,
            StatusOutcome::Unanswered(why) => StatusAnswer::Unanswered {
                reason: why.to_string(),
            },
        }
    }
}

/// The platform's message, with the HTTP status unless that is 200.
fn why(rejected: &Rejected) -> String {
    let status = rejected.http_status;
    match (status, rejected.message.is_empty()) {
        (200, _) => rejected.message.clone(),
        (_, true) => format!("HTTP {status}"),
        (_, false) => format!("HTTP {status}: {}", rejected.message),
    }
}

fn operation(operation: jetpay_gate::Operation) -> StatusOperation {
    StatusOperation {
        id: operation.id,
        kind: operation.kind,
        status: operation.status,
        amount: operation.amount,
        code: operation.code,
    }
}
