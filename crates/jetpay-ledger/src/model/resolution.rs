//! Resolutions: what operators decided. Recorded like entries: only ever added.

use jetpay_core::Money;
use jetpay_core::id::{OperationId, PaymentId};
use jetpay_rules::ManualCreditError;
use serde::{Serialize, Serializer};
use thiserror::Error;

use super::millis::Millis;

/// What an operator decides about an alarm, or about callbacks of an unknown payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The money came in and is the customer's: credit this amount, in minor units of the payment's currency.
    Credit(Money),
    /// Looked at; there is nothing to do here.
    Dismiss,
    /// The payment is not ours.
    Foreign,
}

/// Why an operator decided something, and who did. The ledger records both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Why, in the operator's words. The ledger refuses an empty text.
    pub text: String,
    /// The name of the token with which the decision came, where it is known.
    pub by: Option<String>,
}

impl Reason {
    pub(crate) fn checked(self) -> Result<Self, ResolveError> {
        if self.text.trim().is_empty() {
            return Err(ResolveError::NoReason);
        }
        Ok(self)
    }
}

/// A reason without the name of a token.
impl From<&str> for Reason {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// A reason without the name of a token.
impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self { text, by: None }
    }
}

/// A resolution to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewResolution {
    /// The alarm that it resolves.
    pub alarm_seq: Option<i64>,
    /// The payment, where it is known.
    pub payment_id: Option<PaymentId>,
    /// The operation, where it is known.
    pub operation_id: Option<OperationId>,
    /// What was decided.
    pub verdict: Verdict,
    /// Why, and who decided.
    pub reason: Reason,
    /// How many events the payment had before the credit.
    pub events_before: u64,
}

/// What an operator decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Resolution {
    /// The order in which they were made.
    pub seq: i64,
    /// The alarm that it resolves; none when it is about the inbox.
    pub alarm_seq: Option<i64>,
    /// The payment, where it is known.
    pub payment_id: Option<PaymentId>,
    /// The operation, where it is known.
    pub operation_id: Option<OperationId>,
    /// What was decided. In JSON its word, with `amount` and `currency` beside it for a credit.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Why, in the operator's words.
    pub reason: String,
    /// The name of the token with which the decision came; none for older resolutions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// How many events the payment had before the credit.
    #[serde(skip)]
    pub events_before: u64,
    /// When.
    pub time: Millis,
}

/// Why a resolution was refused. Nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// No alarm has this number.
    #[error("there is no such alarm")]
    NoSuchAlarm,
    /// The alarm was resolved before.
    #[error("this alarm is resolved already")]
    AlreadyResolved,
    /// The alarm is not about money that came in for a payment of ours.
    #[error(
        "this alarm is not about money that came in for a known payment: dismiss it, or call it foreign"
    )]
    NothingToCredit,
    /// A callback or an operator has credited the operation already.
    #[error("this operation has credited a payment already")]
    AlreadyCredited,
    /// The amount is zero, negative, or too large to be counted.
    #[error("the amount to credit must be positive, in minor units")]
    NotPositive,
    /// The payment has another currency.
    #[error("the payment has another currency")]
    OtherCurrency,
    /// No callback waits for this payment.
    #[error("no callback waits for this payment")]
    NothingWaits,
    /// No payout has this id.
    #[error("there is no payout with this id")]
    NoSuchPayout,
    /// The payout has an outcome.
    #[error("this payout has ended already")]
    PayoutEnded,
    /// The payout was never sent, so it cannot have been paid.
    #[error("this payout was never sent, so it cannot have been paid: it can be declined")]
    NeverSent,
    /// The service is sending the payout.
    #[error("this payout is being sent right now: try again in two minutes")]
    BeingSent,
    /// The reason is empty.
    #[error("a reason is needed")]
    NoReason,
}

impl From<ManualCreditError> for ResolveError {
    fn from(error: ManualCreditError) -> Self {
        match error {
            ManualCreditError::AlreadyCredited => Self::AlreadyCredited,
            // The set is open; every other reason is about the amount.
            _ => Self::NotPositive,
        }
    }
}

impl NewResolution {
    /// The resolution as it will be, without its number.
    #[cfg(feature = "postgres")]
    pub(crate) fn at(&self, time: Millis) -> Resolution {
        Resolution {
            seq: 0,
            alarm_seq: self.alarm_seq,
            payment_id: self.payment_id.clone(),
            operation_id: self.operation_id,
            verdict: self.verdict,
            reason: self.reason.text.clone(),
            by: self.reason.by.clone(),
            events_before: self.events_before,
            time,
        }
    }
}

impl Verdict {
    /// Its word, as JSON and the database have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credit(_) => "credit",
            Self::Dismiss => "dismiss",
            Self::Foreign => "foreign",
        }
    }

    /// The amount of a credit.
    #[must_use]
    pub const fn amount(self) -> Option<Money> {
        match self {
            Self::Credit(amount) => Some(amount),
            Self::Dismiss | Self::Foreign => None,
        }
    }

    /// From its word and, for a credit, the amount. None: an unknown word, a credit without an amount, or an amount
    /// without a credit.
    #[must_use]
    pub fn from_parts(word: &str, amount: Option<Money>) -> Option<Self> {
        match (word, amount) {
            ("credit", Some(amount)) => Some(Self::Credit(amount)),
            ("dismiss", None) => Some(Self::Dismiss),
            ("foreign", None) => Some(Self::Foreign),
            _ => None,
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Parts {
            verdict: &'static str,
            #[serde(flatten)]
            amount: Option<Money>,
        }
        let (verdict, amount) = (self.as_str(), self.amount());
        Parts { verdict, amount }.serialize(serializer)
    }
}
