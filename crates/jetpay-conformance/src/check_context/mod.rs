//! What every check has at hand: a method, a project that takes it, and the platform that calls in its name.

mod judging;
mod messages;
mod projects;
mod sending;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jetpay_core::Money;

use super::outcome::{Checked, Stop};
use super::project::{Kassa24Answers, Project};
use super::target::Target;
use crate::transcript::Transcript;
use jetpay_platform::Platform;
use jetpay_platform::messages::Contract;
use jetpay_platform::{ContractFields, MethodFacts};

/// What is paid in most checks, in minor units.
const AMOUNT_MINOR: i64 = 10_000;
/// Who takes longer than the time limit is late; who takes so much longer does not answer.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct CheckContext<'t> {
    pub(crate) target: &'t Target,
    pub(crate) method: &'static MethodFacts,
    pub(crate) project: &'t Project,
    /// Calls the method's URL.
    pub(crate) platform: Platform,
    /// Tells callbacks where they are taken.
    pub(crate) callbacks: Platform,
    /// What was sent so far.
    pub(crate) transcript: Transcript,
    /// Set when something could not be seen.
    unseen: Arc<OnceLock<Stop>>,
}

impl<'t> CheckContext<'t> {
    /// With the first project that takes the method.
    pub(crate) fn of(target: &'t Target, method: &'static MethodFacts) -> Option<Self> {
        let project = target
            .projects
            .iter()
            .find(|project| project.takes(method))?;
        let transcript = Transcript::new(target.secrets());
        Some(Self::with(target, method, project, transcript))
    }

    fn with(
        target: &'t Target,
        method: &'static MethodFacts,
        project: &'t Project,
        transcript: Transcript,
    ) -> Self {
        let platform = Platform::new(target.url_of(method), project.id, project.keys[0].clone())
            .with_timeout(target.time_limit + PATIENCE)
            .with_recorder(transcript.clone());
        let mut urls = target.callback_urls_of(method).into_iter();
        Self {
            target,
            method,
            project,
            callbacks: urls
                .next()
                .map_or_else(|| platform.clone(), |url| platform.at(url)),
            platform,
            transcript,
            unseen: Arc::default(),
        }
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
}
