//! The merchant of the service: answers every method from the ledger.

mod accounts;
mod contracts;
mod customers;

use std::collections::HashMap;
use std::sync::Arc;

use jetpay_core::id::{ContractId, PaymentId, ProjectId};
use jetpay_core::merchant::UnusableCallback;
use jetpay_core::{
    Acknowledged, Callback, CallbackError, Callbacks, Currency, Method, TopUp, Unavailable,
};
use jetpay_ledger::{CallbackOutcome, Customer, Flag, Ledger, NewPayment, NewUnusable};

use crate::config::{Config, Debts, Kassa24Answers, ProjectConfig};
use crate::deliver::Wake;
use crate::environment::{Environment, SystemEnvironment};
use crate::lookup::Lookup;
use crate::telemetry;

/// A merchant that keeps customers and payments in a ledger.
pub struct LedgerMerchant {
    ledger: Ledger,
    currency: Currency,
    debts: Debts,
    projects: HashMap<ProjectId, Settings>,
    environment: Arc<dyn Environment>,
    lookup: Option<Lookup>,
    wake: Option<Wake>,
}

/// The settings of a project.
#[derive(Clone, Copy, Default)]
struct Settings {
    kassa24_answers: Kassa24Answers,
    strict_contracts: bool,
}

impl LedgerMerchant {
    /// A merchant with the settings of `config`, but for `[lookup]`: [`with_lookup`](Self::with_lookup) takes that.
    #[must_use]
    pub fn new(config: &Config, ledger: Ledger) -> Self {
        let settings = |project: &ProjectConfig| Settings {
            kassa24_answers: project.kassa24_answers,
            strict_contracts: project.strict_contracts,
        };
        let projects = config
            .projects
            .iter()
            .map(|project| (project.id, settings(project)))
            .collect();
        Self {
            ledger,
            currency: config.currency,
            debts: config.debts,
            projects,
            environment: Arc::new(SystemEnvironment),
            lookup: None,
            wake: None,
        }
    }

    /// Replaces the clock and the source of payment ids.
    #[must_use]
    pub fn with_environment(mut self, environment: impl Environment + 'static) -> Self {
        self.environment = Arc::new(environment);
        self
    }

    /// Asks the merchant's own system about customers; without it, the store alone knows them.
    #[must_use]
    pub fn with_lookup(mut self, lookup: Option<Lookup>) -> Self {
        self.lookup = lookup;
        self
    }

    /// Tells the workers of deliveries about entries.
    pub(crate) fn with_wake(mut self, wake: Wake) -> Self {
        self.wake = Some(wake);
        self
    }

    fn settings(&self, project: ProjectId) -> Settings {
        self.projects.get(&project).copied().unwrap_or_default()
    }

    /// Records a top-up as a pending payment with a new id.
    ///
    /// A kiosk may already hold the payer's cash. Therefore unusual top-ups are flagged and not refused.
    async fn record<M: Method>(
        &self,
        top_up: TopUp,
        contract_id: Option<ContractId>,
        mut flags: Vec<Flag>,
    ) -> Result<PaymentId, Unavailable> {
        if M::LIMITS.is_some_and(|limits| !limits.contain(top_up.amount)) {
            flags.push(Flag::OVER_LIMIT);
        }
        let id = self.environment.fresh_payment_id();
        let payment = NewPayment {
            id: id.clone(),
            project_id: top_up.project_id,
            method: M::NAME.into(),
            customer_id: top_up.customer_id,
            contract_id,
            amount: top_up.amount,
            flags,
            created_at: self.environment.now(),
        };
        self.ledger
            .record_payment(payment)
            .await
            .map_err(Unavailable::new)?;
        Ok(id)
    }
}

/// The ledger stores a callback with its effect before the service acknowledges it.
impl Callbacks for LedgerMerchant {
    async fn callback(&self, callback: Callback) -> Result<Acknowledged, CallbackError> {
        telemetry::callback_is_unusual(&callback);
        telemetry::fields_ignored(callback.ignored_fields());
        let (payment, operation) = (callback.payment.id.clone(), callback.operation.id);
        let recorded = self
            .ledger
            .record_callback(callback, self.environment.now())
            .await
            .map_err(Unavailable::new)?;
        telemetry::callback_recorded(recorded, &payment, operation);
        if let (CallbackOutcome::Applied, Some(wake)) = (recorded, &self.wake) {
            wake.has_news();
        }
        match recorded {
            CallbackOutcome::Unmatched => Err(CallbackError::UnknownPayment),
            CallbackOutcome::Applied
            | CallbackOutcome::Repeated
            | CallbackOutcome::Noted
            | CallbackOutcome::Quarantined => Ok(Acknowledged),
        }
    }

    async fn unusable(&self, callback: UnusableCallback<'_>) -> Result<(), Unavailable> {
        let project_id = callback.project_id;
        let unusable = NewUnusable {
            project_id,
            body: callback.body.into(),
            reason: callback.rejection.to_string(),
            payment_id: callback.payment_id,
            operation_id: callback.operation_id,
            amount: callback.amount,
        };
        let stored = self
            .ledger
            .quarantine_unusable(unusable, self.environment.now())
            .await
            .map_err(Unavailable::new)?;
        telemetry::unusable_recorded(stored, project_id);
        Ok(())
    }
}

/// The id that the platform shows: the merchant's additional id, else the customer's id.
fn shown_id(customer: &Customer) -> &str {
    customer
        .additional_customer_id
        .as_deref()
        .unwrap_or(customer.customer_id.as_str())
}
