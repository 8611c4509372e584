//! What every check works with: a method, a project that supports it, the platform that calls in the project's name, and
//! the messages before they are changed and signed.

mod sending;

pub(crate) use sending::AFTERWARDS;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jetpay_core::Money;
use jetpay_platform::messages::{Callback, CheckDeposit, Contract, Operation, Verify};
use jetpay_platform::{CallbackKind, ContractFields, MethodFacts, Platform, next_operation_id};
use serde::Serialize;
use serde_json::Value;

use super::target::Target;
use crate::check::{CheckResult, Stop};
use crate::target::{Kassa24Answers, Project};
use crate::transcript::{Lateness, Transcript};

/// The amount in most checks, in minor units.
pub(crate) const AMOUNT_MINOR: i64 = 10_000;
/// An answer after the time limit is late. After this additional time there is no answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the checks wait for an answer.
pub(crate) fn timeout(target: &Target) -> Duration {
    target.time_limit + PATIENCE
}

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
    /// The context of a method, with the first project that supports it. `late` counts the late answers.
    pub(crate) fn of(
        target: &'t Target,
        method: &'static MethodFacts,
        late: &Lateness,
    ) -> Option<Self> {
        let project = target
            .projects
            .iter()
            .find(|project| project.supports(method))?;
        let transcript = Transcript::new(target.secrets(), late);
        Some(Self::with(target, method, project, transcript))
    }

    fn with(
        target: &'t Target,
        method: &'static MethodFacts,
        project: &'t Project,
        transcript: Transcript,
    ) -> Self {
        let platform = Platform::new(target.url_of(method), project.id, project.keys[0].clone())
            .with_timeout(timeout(target))
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
        let project = self.project_where(|it| it.supports(self.method) && fits(it), why)?;
        let context = Self::with(self.target, self.method, project, self.transcript.clone());
        Ok(Self {
            unobserved: Arc::clone(&self.unobserved),
            ..context
        })
    }

    /// The first project that fits. Without one the check needs what `why` says.
    fn project_where(
        &self,
        fits: impl Fn(&Project) -> bool,
        why: &'static str,
    ) -> CheckResult<&'t Project> {
        let mut projects = self.target.projects.iter();
        projects.find(|it| fits(it)).ok_or(Stop::NotRun { why })
    }

    /// A project that does not support the method.
    pub(crate) fn project_without_the_method(&self) -> CheckResult<&'t Project> {
        let why = "needs a project that does not take the method";
        self.project_where(|it| !it.supports(self.method), why)
    }

    /// The platform in the name of another project.
    pub(crate) fn another_project(&self) -> CheckResult<Platform> {
        let why = "needs a second project: name it with --other-project and --other-secret-env";
        let project = self.project_where(|it| it.id != self.project.id, why)?;
        let key = project.keys[0].clone();
        Ok(self.platform.with_project(project.id, key))
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

impl CheckContext<'_> {
    pub(crate) fn verify(&self, customer_id: &str) -> Verify {
        Verify::new(self.project.id, customer_id)
    }

    /// `verify` for the payer, as JSON.
    pub(crate) fn verify_json(&self) -> Value {
        as_json(&self.verify(&self.target.customers.payer))
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

    /// `check_deposit` for the payer, as JSON.
    pub(crate) fn check_deposit_json(&self) -> Value {
        as_json(&self.check_deposit(self.amount()))
    }

    /// Both requests for the payer, as JSON.
    pub(crate) fn requests(&self) -> [Value; 2] {
        [self.verify_json(), self.check_deposit_json()]
    }

    /// Both requests for another customer, as JSON.
    pub(crate) fn requests_for(&self, customer_id: &str) -> [Value; 2] {
        self.requests()
            .map(|it| with(it, "/customer_id", customer_id.into()))
    }

    /// `verify` for the payer, signed.
    pub(crate) fn signed_verify(&self) -> Vec<u8> {
        self.platform.sign(&self.verify_json())
    }

    /// `check_deposit` for the payer, signed.
    pub(crate) fn signed_deposit(&self) -> Vec<u8> {
        self.platform.sign(&self.check_deposit_json())
    }

    /// Both requests for the payer, signed.
    pub(crate) fn signed_requests(&self) -> [Vec<u8>; 2] {
        [self.signed_verify(), self.signed_deposit()]
    }

    pub(crate) fn success(&self, payment_id: &str) -> Callback {
        self.usual(CallbackKind::Success, payment_id, self.amount())
    }

    pub(crate) fn decline(&self, payment_id: &str) -> Callback {
        self.usual(CallbackKind::Decline, payment_id, self.amount())
    }

    pub(crate) fn processing(&self, payment_id: &str) -> Callback {
        self.usual(CallbackKind::Processing, payment_id, self.amount())
    }

    /// A callback of this kind about a payment of this amount.
    pub(crate) fn usual(&self, kind: CallbackKind, payment_id: &str, amount: Money) -> Callback {
        kind.callback(self.method, self.project.id, payment_id, amount)
    }

    /// A callback with this status of the payment.
    pub(crate) fn callback(
        &self,
        payment_id: &str,
        status: &str,
        operation: Operation,
    ) -> Callback {
        Callback::new(self.method, self.project.id, payment_id, status, operation)
    }

    /// A callback of a new payment that is refused or must change nothing. It is a success, or a decline if successes
    /// are not permitted.
    pub(crate) fn any_callback(&self, payment_id: &str) -> Callback {
        if self.target.credits {
            self.success(payment_id)
        } else {
            self.decline(payment_id)
        }
    }
}

/// A message that can still be changed.
pub(crate) fn as_json(message: &impl Serialize) -> Value {
    serde_json::to_value(message).unwrap_or_default()
}

/// The id of no payment.
pub(crate) fn unknown_payment_id() -> String {
    format!("unknown-{}", next_operation_id())
}

/// Sets the value at a JSON pointer. The last name may be new.
pub(crate) fn with(mut message: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
    if let Some(Value::Object(object)) = message.pointer_mut(parent) {
        object.insert(name.to_owned(), value);
    }
    message
}

/// Removes the field at a JSON pointer.
pub(crate) fn without(mut message: Value, pointer: &str) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
    if let Some(Value::Object(object)) = message.pointer_mut(parent) {
        object.remove(name);
    }
    message
}

/// Changes a signed body without changing its signature.
pub(crate) fn tampered(signed: &[u8], change: impl FnOnce(Value) -> Value) -> Vec<u8> {
    change(serde_json::from_slice(signed).unwrap_or_default())
        .to_string()
        .into_bytes()
}

/// Changes one field of a signed body without changing its signature.
pub(crate) fn edited(signed: &[u8], pointer: &str, value: impl Into<Value>) -> Vec<u8> {
    tampered(signed, |it| with(it, pointer, value.into()))
}

/// Adds the field `a` at the begin of a body. Its value is written as it is.
pub(crate) fn with_first(body: &[u8], value: &str) -> Vec<u8> {
    replaced(body, "{", &format!("{{\"a\":{value},"))
}

/// Replaces a text in a body once.
pub(crate) fn replaced(body: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8_lossy(body)
        .replacen(from, to, 1)
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn field_is_changed_added_and_removed_at_a_pointer() {
        let message = json!({"a": {"b": 1}});
        assert_eq!(
            with(message.clone(), "/a/b", json!(2)),
            json!({"a": {"b": 2}})
        );
        assert_eq!(
            with(message.clone(), "/c", json!(3)),
            json!({"a": {"b": 1}, "c": 3})
        );
        assert_eq!(without(message, "/a/b"), json!({"a": {}}));
    }
}
