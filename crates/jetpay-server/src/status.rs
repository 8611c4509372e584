//! What the platform says about a payment: a question to its Gate.

use std::time::Duration;

use jetpay_core::Keyring;
use jetpay_core::id::{PaymentId, ProjectId};
use jetpay_gate::{Gate, GateError, Reason, StatusOutcome};

use crate::config::Config;
use crate::reload::Live;

/// A person waits for the answer, so the Gate has at most so long.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// Asks the Gate for the status of payments, with the projects' secrets.
#[derive(Clone)]
pub struct StatusClient {
    gate: Gate,
    keyring: Live<Keyring>,
}

impl StatusClient {
    /// A client of a configuration; `None` without `[gate]`.
    ///
    /// # Errors
    /// When this machine has no certificates for a connection to the Gate.
    pub(crate) fn new(config: &Config, keyring: &Live<Keyring>) -> Result<Option<Self>, GateError> {
        let Some(settings) = &config.gate else {
            return Ok(None);
        };
        let timeout = settings.retry_policy.answer_timeout.min(LONGEST_WAIT);
        Ok(Some(Self {
            gate: settings.client().with_timeout(timeout).build()?,
            keyring: keyring.clone(),
        }))
    }

    /// Asks for the status of a payment of this project, once.
    pub(crate) async fn status(&self, project: ProjectId, payment_id: &PaymentId) -> StatusOutcome {
        let keyring = self.keyring.get();
        match keyring.project(project) {
            Some(project) => self.gate.status(project, payment_id).await,
            None => StatusOutcome::Unanswered(
                Reason::Unsendable("the payment's project is not in the configuration").into(),
            ),
        }
    }

    /// The project with its secrets, if it is configured.
    pub(crate) fn project(&self, id: ProjectId) -> Option<jetpay_core::Project> {
        self.keyring.get().project(id).cloned()
    }
}
