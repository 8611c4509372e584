//! The merchant of the ready service: answers every method from the ledger.

mod callbacks;
mod cashin_kz;
mod contracts;
mod kaspi;
mod kassa24;
mod kassa24_bvu;
mod qiwi_kz;

use std::collections::HashMap;

use jetpay_core::id::{ContractId, CustomerId, PaymentId, ProjectId};
use jetpay_core::merchant::HandlerError;
use jetpay_core::response::AccountResponse;
use jetpay_core::{Currency, Method, Refused, TopUp, Unavailable};
use jetpay_ledger::{Customer, Flag, Ledger, NewPayment};

use crate::config::{Config, Kassa24Answers};
use crate::environment::{Environment, SystemEnvironment};

/// The merchant: customers and payments in a ledger.
pub struct LedgerMerchant {
    ledger: Ledger,
    currency: Currency,
    projects: HashMap<ProjectId, Settings>,
    environment: Box<dyn Environment>,
}

/// How a project is served.
#[derive(Clone, Copy, Default)]
struct Settings {
    kassa24_answers: Kassa24Answers,
    strict_contracts: bool,
}

impl LedgerMerchant {
    /// A shop that keeps its books in `ledger`.
    #[must_use]
    pub fn new(config: &Config, ledger: Ledger) -> Self {
        let settings = |project: &crate::config::ProjectConfig| Settings {
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
            projects,
            environment: Box::new(SystemEnvironment),
        }
    }

    /// The same shop with another clock and other ids.
    #[must_use]
    pub fn with_environment(mut self, environment: impl Environment + 'static) -> Self {
        self.environment = Box::new(environment);
        self
    }

    fn settings(&self, project: ProjectId) -> Settings {
        self.projects.get(&project).copied().unwrap_or_default()
    }

    async fn customer<R: From<Refused>>(
        &self,
        id: &CustomerId,
    ) -> Result<Customer, HandlerError<R>> {
        let found = self
            .ledger
            .customer(id.as_str())
            .await
            .map_err(unavailable)?;
        found.ok_or_else(|| Refused::not_found("no such customer account").into())
    }

    /// The good answer to `verify` of the methods without contracts.
    async fn account<R: From<Refused>>(
        &self,
        id: &CustomerId,
    ) -> Result<AccountResponse, HandlerError<R>> {
        Ok(AccountResponse::new(
            self.currency,
            shown_id(&self.customer(id).await?),
        ))
    }

    /// Records a top-up of a known customer as pending under a fresh id.
    ///
    /// The cash may be in the machine already, so what is odd is flagged and not refused.
    async fn record<M: Method>(
        &self,
        top_up: TopUp,
        contract_id: Option<ContractId>,
        mut flags: Vec<Flag>,
    ) -> Result<PaymentId, Unavailable> {
        if M::LIMITS.is_some_and(|limits| !limits.contain(top_up.amount)) {
            flags.push(Flag::OverLimit);
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
            .map_err(unavailable)?;
        Ok(id)
    }
}

/// The id by which the platform shall know a customer: its own, unless the merchant gave another.
fn shown_id(customer: &Customer) -> &str {
    customer
        .additional_customer_id
        .as_deref()
        .unwrap_or(customer.customer_id.as_str())
}

#[expect(clippy::needless_pass_by_value, reason = "made for map_err")]
fn unavailable(error: jetpay_ledger::Error) -> Unavailable {
    Unavailable(error.to_string())
}
