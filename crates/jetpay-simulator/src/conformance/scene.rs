//! What every check has at hand: a method, a project that takes it, and the platform that calls in its name.

use jetpay_core::Money;
use jetpay_core::private::Private;
use serde::Serialize;
use serde_json::Value;

use super::expect::{self, Refusal};
use super::outcome::{Checked, Stop};
use super::target::{Kassa24Answers, Project, Target};
use crate::exchange::Exchange;
use crate::messages::{Callback, CheckDeposit, Contract, Verify};
use crate::methods::{ContractFields, MethodFacts};
use crate::platform::Platform;

/// What is paid in most checks, in minor units.
const AMOUNT_MINOR: i64 = 10_000;

pub(crate) struct Scene<'t> {
    pub(crate) target: &'t Target,
    pub(crate) method: &'static MethodFacts,
    pub(crate) project: &'t Project,
    pub(crate) platform: Platform,
}

impl<'t> Scene<'t> {
    /// With the first project that takes the method.
    pub(crate) fn of(target: &'t Target, method: &'static MethodFacts) -> Option<Self> {
        let project = target
            .projects
            .iter()
            .find(|project| project.takes(method))?;
        Some(Self::with(target, method, project))
    }

    fn with(target: &'t Target, method: &'static MethodFacts, project: &'t Project) -> Self {
        let platform = Platform::new(&target.base_url, project.id, project.keys[0].clone());
        Self {
            target,
            method,
            project,
            platform,
        }
    }

    /// The same with a project that answers Kassa24 so.
    pub(crate) fn answering(&self, answers: Kassa24Answers) -> Checked<Self> {
        let fits = |project: &Project| project.answers == answers;
        self.in_a_project(fits, "needs a project with the other answers to Kassa24")
    }

    /// The same with a project that refuses contracts that it does not know.
    pub(crate) fn strict(&self) -> Checked<Self> {
        self.in_a_project(
            |project| project.strict,
            "needs a project with strict contracts",
        )
    }

    fn in_a_project(&self, fits: impl Fn(&Project) -> bool, why: &'static str) -> Checked<Self> {
        let mut projects = self.target.projects.iter();
        let project = projects.find(|project| project.takes(self.method) && fits(project));
        Ok(Self::with(
            self.target,
            self.method,
            project.ok_or(Stop::Skipped { why })?,
        ))
    }

    /// A project that does not take the method.
    pub(crate) fn project_without_the_method(&self) -> Checked<&'t Project> {
        let project = self
            .target
            .projects
            .iter()
            .find(|project| !project.takes(self.method));
        project.ok_or(Stop::Skipped {
            why: "needs a project that does not take the method",
        })
    }

    /// The platform in the name of another project.
    pub(crate) fn another_project(&self) -> Checked<Platform> {
        let project = self
            .target
            .projects
            .iter()
            .find(|project| project.id != self.project.id);
        let project = project.ok_or(Stop::Skipped {
            why: "needs a second project",
        })?;
        Ok(self
            .platform
            .in_the_name_of(project.id, project.keys[0].clone()))
    }

    /// A number that no project has.
    pub(crate) fn no_project(&self) -> u64 {
        self.target
            .projects
            .iter()
            .map(|project| project.id.number())
            .max()
            .unwrap_or_default()
            + 987_654
    }

    pub(crate) fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.target.currency)
    }

    pub(crate) fn amount(&self) -> Money {
        self.money(AMOUNT_MINOR)
    }

    /// Whether the answers have contracts.
    pub(crate) fn has_contracts(&self) -> bool {
        match self.method.contract_fields {
            ContractFields::None => false,
            ContractFields::EntityId => true,
            ContractFields::EntityIdAndNumber => self.project.answers == Kassa24Answers::Contracts,
        }
    }

    /// The contract that is paid.
    pub(crate) fn contract(&self) -> Option<&Contract> {
        self.has_contracts()
            .then_some(&self.target.customers.contract)
    }

    pub(crate) fn verify(&self, customer_id: &str) -> Verify {
        Verify::new(self.project.id, customer_id)
    }

    /// `verify` of the payer as JSON, to be changed.
    pub(crate) fn verify_json(&self) -> Value {
        serde_json::to_value(self.verify(&self.target.customers.payer)).unwrap_or_default()
    }

    pub(crate) fn check_deposit(&self, amount: Money) -> CheckDeposit {
        CheckDeposit::new(
            self.method,
            self.project.id,
            &self.target.customers.payer,
            amount,
            self.contract(),
        )
    }

    /// `check_deposit` of the payer as JSON, to be changed.
    pub(crate) fn check_deposit_json(&self) -> Value {
        serde_json::to_value(self.check_deposit(self.amount())).unwrap_or_default()
    }

    /// Signs a message and posts it to the method's URL.
    pub(crate) async fn call(&self, message: &(impl Serialize + Sync)) -> Checked<Exchange> {
        self.send(self.platform.sign(message)).await
    }

    /// Posts a body as it stands to the method's URL.
    pub(crate) async fn send(&self, body: impl Into<Vec<u8>>) -> Checked<Exchange> {
        self.send_to(&self.method.path(), body).await
    }

    /// Posts a body as it stands; whatever comes back tells nothing of the inside.
    pub(crate) async fn send_to(&self, path: &str, body: impl Into<Vec<u8>>) -> Checked<Exchange> {
        let exchange = self.platform.send(path, body).await?;
        let secrets = self
            .target
            .projects
            .iter()
            .flat_map(|project| &project.secrets);
        expect::nothing_told(&exchange, secrets.map(Private::as_str))?;
        Ok(exchange)
    }

    /// A fresh top-up of the usual amount; its payment id.
    pub(crate) async fn pending(&self) -> Checked<String> {
        let exchange = self.call(&self.check_deposit(self.amount())).await?;
        expect::answer(&exchange, 0)?;
        let payment_id = exchange
            .payment_id()
            .filter(|id| !id.is_empty())
            .map(str::to_owned);
        payment_id.ok_or_else(|| Stop::failed("a text in `payment_id`", expect::brief(&exchange)))
    }

    /// A fresh top-up that was credited; its payment id and the callback that said so.
    pub(crate) async fn credited(&self) -> Checked<(String, Callback)> {
        let payment_id = self.pending().await?;
        let success = self.success(&payment_id);
        self.tell(&success).await?;
        Ok((payment_id, success))
    }

    pub(crate) fn success(&self, payment_id: &str) -> Callback {
        Callback::success(self.method, self.project.id, payment_id, self.amount())
    }

    /// Signs a callback and posts it to the method's URL, where it is acknowledged.
    pub(crate) async fn tell(&self, callback: &(impl Serialize + Sync)) -> Checked {
        expect::bare(&self.call(callback).await?, 200)
    }

    /// Each of these bodies is refused so.
    pub(crate) async fn expect_refused(&self, bodies: Vec<Vec<u8>>, refusal: Refusal) -> Checked {
        for body in bodies {
            self.expect_refusal(&self.send(body).await?, refusal)?;
        }
        Ok(())
    }

    /// The answer is this refusal, in the method's shape.
    pub(crate) fn expect_refusal(&self, exchange: &Exchange, refusal: Refusal) -> Checked {
        let allowed = self.method.refusal_texts;
        let required = if self.has_contracts() && !refusal.all_texts {
            self.method.refusal_texts_with_contracts
        } else {
            allowed
        };
        refusal.check(exchange, required, allowed)
    }
}
