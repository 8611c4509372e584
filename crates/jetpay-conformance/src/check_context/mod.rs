//! What every check works with: a method, a project that supports it, and the platform that calls in the project's
//! name.

pub(crate) mod messages;
mod sending;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jetpay_core::Money;
use jetpay_platform::messages::Contract;
use jetpay_platform::{ContractFields, MethodFacts, Platform};

use super::target::Target;
use crate::check::{CheckResult, Stop};
use crate::target::{Kassa24Answers, Project};
use crate::transcript::Transcript;

/// The amount in most checks, in minor units.
const AMOUNT_MINOR: i64 = 10_000;
/// An answer after the time limit is late. After this additional time there is no answer.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct CheckContext<'t> {
    pub(crate) target: &'t Target,
    pub(crate) method: &'static MethodFacts,
    pub(crate) project: &'t Project,
    /// Calls the method's URL.
    pub(crate) platform: Platform,
    /// Sends callbacks to their URL.
    pub(crate) callbacks: Platform,
    /// What was sent and received so far.
    pub(crate) transcript: Transcript,
    /// Set when an effect could not be observed.
    unobserved: Arc<OnceLock<Stop>>,
}

impl<'t> CheckContext<'t> {
    /// The context of a method, with the first project that supports it.
    pub(crate) fn of(target: &'t Target, method: &'static MethodFacts) -> Option<Self> {
        let project = target
            .projects
            .iter()
            .find(|project| project.supports(method))?;
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
                .map_or_else(|| platform.clone(), |url| platform.with_base_url(url)),
            platform,
            transcript,
            unobserved: Arc::default(),
        }
    }

    /// Notes that an effect cannot be observed. The check continues with what it can see.
    pub(crate) fn note_unobserved(&self, stop: Stop) {
        // Any of the reasons will do, so the first one stays.
        let _ = self.unobserved.set(stop);
    }

    /// The result of a check that came to its end.
    pub(crate) fn finish(&self) -> CheckResult {
        self.unobserved.get().cloned().map_or(Ok(()), Err)
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

    /// The contract to pay.
    pub(crate) fn contract(&self) -> Option<&Contract> {
        self.has_contracts()
            .then_some(self.target.customers.contract.as_ref())
            .flatten()
    }
}

impl<'t> CheckContext<'t> {
    /// The same context with a project that gives these answers to Kassa24.
    pub(crate) fn in_project_answering(&self, answers: Kassa24Answers) -> CheckResult<Self> {
        let fits = |project: &Project| project.answers == answers;
        self.in_a_project(fits, "needs a project with the other answers to Kassa24")
    }

    /// The same context with a project that refuses unknown contracts.
    pub(crate) fn in_strict_project(&self) -> CheckResult<Self> {
        self.in_a_project(
            |project| project.strict,
            "needs a project with strict contracts",
        )
    }

    fn in_a_project(
        &self,
        fits: impl Fn(&Project) -> bool,
        why: &'static str,
    ) -> CheckResult<Self> {
        let mut projects = self.target.projects.iter();
        let project = projects.find(|project| project.supports(self.method) && fits(project));
        let project = project.ok_or(Stop::NotRun { why })?;
        let context = Self::with(self.target, self.method, project, self.transcript.clone());
        Ok(Self {
            unobserved: Arc::clone(&self.unobserved),
            ..context
        })
    }

    /// A project that does not support the method.
    pub(crate) fn project_without_the_method(&self) -> CheckResult<&'t Project> {
        let project = self
            .target
            .projects
            .iter()
            .find(|project| !project.supports(self.method));
        project.ok_or(Stop::NotRun {
            why: "needs a project that does not take the method",
        })
    }

    /// The platform in the name of another project.
    pub(crate) fn another_project(&self) -> CheckResult<Platform> {
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
            .with_project(project.id, project.keys[0].clone()))
    }

    /// A project id that does not exist.
    pub(crate) fn no_project(&self) -> u64 {
        let taken = |number: &u64| {
            let mut projects = self.target.projects.iter();
            projects.any(|project| project.id.number() == *number)
        };
        // There is one number more than there are projects, so one is free.
        let some = 987_654..=987_654 + self.target.projects.len() as u64;
        some.into_iter()
            .find(|number| !taken(number))
            .unwrap_or_default()
    }
}
