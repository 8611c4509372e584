//! What every check has at hand: a method, a project that takes it, and the platform that calls in its name.

use std::sync::{Arc, OnceLock};

use jetpay_core::Money;
use jetpay_core::private::Private;
use serde::Serialize;
use serde_json::{Map, Value};

use super::expect::{self, Refusal};
use super::outcome::{Checked, Stop};
use super::project::{Kassa24Answers, Project};
use super::target::Target;
use crate::exchange::Exchange;
use crate::messages::{Callback, CheckDeposit, Contract, Verify};
use crate::methods::{ContractFields, MethodFacts};
use crate::platform::Platform;
use crate::tape::Tape;

/// What is paid in most checks, in minor units.
const AMOUNT_MINOR: i64 = 10_000;

pub(crate) struct Scene<'t> {
    pub(crate) target: &'t Target,
    pub(crate) method: &'static MethodFacts,
    pub(crate) project: &'t Project,
    /// Calls the method's URL.
    pub(crate) platform: Platform,
    /// Tells callbacks where they are taken.
    pub(crate) callbacks: Platform,
    /// What was sent so far.
    pub(crate) tape: Tape,
    /// Set when something could not be seen.
    unseen: Arc<OnceLock<Stop>>,
}

impl<'t> Scene<'t> {
    /// With the first project that takes the method.
    pub(crate) fn of(target: &'t Target, method: &'static MethodFacts) -> Option<Self> {
        let project = target
            .projects
            .iter()
            .find(|project| project.takes(method))?;
        let secrets = target.projects.iter().flat_map(|project| &project.secrets);
        let tape = Tape::new(secrets.cloned());
        Some(Self::with(target, method, project, tape))
    }

    fn with(
        target: &'t Target,
        method: &'static MethodFacts,
        project: &'t Project,
        tape: Tape,
    ) -> Self {
        let platform = Platform::new(target.url_of(method), project.id, project.keys[0].clone())
            .recorded_on(tape.clone());
        let mut urls = target.callback_urls_of(method).into_iter();
        Self {
            target,
            method,
            project,
            callbacks: urls
                .next()
                .map_or_else(|| platform.clone(), |url| platform.at(url)),
            platform,
            tape,
            unseen: Arc::default(),
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
        let project = project.ok_or(Stop::NotRun { why })?;
        let scene = Self::with(self.target, self.method, project, self.tape.clone());
        Ok(Self {
            unseen: Arc::clone(&self.unseen),
            ..scene
        })
    }

    /// What follows cannot be seen; the check goes on with what can.
    pub(crate) fn blind(&self, stop: Stop) {
        // The first reason is as good as the others.
        let _ = self.unseen.set(stop);
    }

    /// How a check ended that came to its end.
    pub(crate) fn ended(&self) -> Checked {
        self.unseen.get().cloned().map_or(Ok(()), Err)
    }

    /// A project that does not take the method.
    pub(crate) fn project_without_the_method(&self) -> Checked<&'t Project> {
        let project = self
            .target
            .projects
            .iter()
            .find(|project| !project.takes(self.method));
        project.ok_or(Stop::NotRun {
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
        let project = project.ok_or(Stop::NotRun {
            why: "needs a second project: name it with --other-project and --other-secret-env",
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
            .then_some(self.target.customers.contract.as_ref())
            .flatten()
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
        self.post(&self.platform, body).await
    }

    /// Posts a body as it stands to a URL.
    pub(crate) async fn send_at(&self, url: &str, body: impl Into<Vec<u8>>) -> Checked<Exchange> {
        self.post(&self.platform.at(url), body).await
    }

    /// Posts a body to the URL that takes callbacks alone, where there is one.
    pub(crate) async fn send_callbacks_own(&self, body: impl Into<Vec<u8>>) -> Checked<Exchange> {
        let url = self.callback_urls().pop().unwrap_or_default();
        self.send_at(&url, body).await
    }

    /// Posts a body as it stands to where callbacks are taken.
    pub(crate) async fn send_callback(&self, body: impl Into<Vec<u8>>) -> Checked<Exchange> {
        self.post(&self.callbacks, body).await
    }

    /// Whatever comes back tells no secret, and nothing of the inside.
    async fn post(&self, platform: &Platform, body: impl Into<Vec<u8>>) -> Checked<Exchange> {
        let exchange = platform.send("", body).await?;
        let secrets = self
            .target
            .projects
            .iter()
            .flat_map(|project| &project.secrets);
        expect::no_secret(&exchange, secrets.map(Private::as_str))?;
        if self.target.strict {
            expect::nothing_told(&exchange)?;
        }
        Ok(exchange)
    }

    /// All URLs at which callbacks are taken.
    pub(crate) fn callback_urls(&self) -> Vec<String> {
        self.target.callback_urls_of(self.method)
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

    /// A callback of a fresh top-up that is refused, or must change nothing: a success, or, where none may be sent, a
    /// decline.
    pub(crate) fn any_callback(&self, payment_id: &str) -> Callback {
        if self.target.credits {
            self.success(payment_id)
        } else {
            Callback::decline(self.method, self.project.id, payment_id, self.amount())
        }
    }

    /// Signs a callback and posts it where it is acknowledged.
    pub(crate) async fn tell(&self, callback: &(impl Serialize + Sync)) -> Checked {
        self.expect_status(&self.told(callback).await?, 200)
    }

    /// Signs a callback and posts it; the answer.
    pub(crate) async fn told(&self, callback: &(impl Serialize + Sync)) -> Checked<Exchange> {
        self.send_callback(self.callbacks.sign(callback)).await
    }

    /// How a callback is answered. Only HTTP 200 ends its repeats; which other status is given is our own decision, and
    /// so is that there is no body.
    pub(crate) fn expect_status(&self, exchange: &Exchange, status: u16) -> Checked {
        let (right, wanted) = if self.target.strict {
            let right = exchange.status == status && exchange.body.is_empty();
            (right, format!("HTTP {status}, no body"))
        } else if status == 200 {
            (exchange.status == 200, "HTTP 200".to_owned())
        } else {
            (
                exchange.status != 200,
                format!("no HTTP 200, but HTTP {status}"),
            )
        };
        if right {
            return Ok(());
        }
        Err(Stop::failed(wanted, expect::brief(exchange)))
    }

    /// No fields but these, where the target is held to it.
    pub(crate) fn expect_only(
        &self,
        answer: &Map<String, Value>,
        required: &[&str],
        allowed: &[&str],
        exchange: &Exchange,
    ) -> Checked {
        if self.target.strict {
            expect::only(answer, required, allowed, exchange)
        } else {
            Ok(())
        }
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
        if self.target.strict {
            refusal.check_strictly(exchange, required, allowed)
        } else {
            refusal.check(exchange, required)
        }
    }
}
