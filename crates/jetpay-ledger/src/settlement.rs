//! Settlements: what persons decided, recorded like entries: only ever added.

use jetpay_core::Money;
use jetpay_core::id::{OperationId, PaymentId};
use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::millis::Millis;
use crate::payout::Unsettleable;

/// What a person decides about an alarm, or about callbacks that nobody announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The money came in and is the customer's: credit so much of it, in minor units of the payment's currency.
    Credit(Money),
    /// Looked at; nothing is to be done here.
    Dismiss,
    /// It is not ours.
    Foreign,
}

/// A settlement to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSettlement {
    /// The alarm that it settles.
    pub alarm_seq: Option<i64>,
    /// The payment, where it is known.
    pub payment_id: Option<PaymentId>,
    /// The operation, where it is known.
    pub operation_id: Option<OperationId>,
    /// What was decided.
    pub verdict: Verdict,
    /// Why, in the person's words.
    pub reason: String,
    /// How many events the payment had by then: the credit comes after those.
    pub events_before: u64,
}

/// What a person decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Settlement {
    /// The order in which they were made.
    pub seq: i64,
    /// The alarm that it settles; none when it is about the inbox.
    pub alarm_seq: Option<i64>,
    /// The payment, where it is known.
    pub payment_id: Option<PaymentId>,
    /// The operation, where it is known.
    pub operation_id: Option<OperationId>,
    /// What was decided. In JSON its word, and a credit's `amount` and `currency` beside it.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Why, in the person's words.
    pub reason: String,
    /// How many events the payment had by then.
    #[serde(skip)]
    pub events_before: u64,
    /// When.
    pub time: Millis,
}

/// Why nothing was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unsettled {
    /// No alarm has this number.
    #[error("there is no such alarm")]
    NoSuchAlarm,
    /// Somebody settled it before.
    #[error("this alarm is settled already")]
    SettledAlready,
    /// It is not about money that came in for a payment of ours.
    #[error(
        "this alarm is not of money that came in for a known payment: dismiss it, or call it foreign"
    )]
    NothingToCredit,
    /// The operation has credited a payment already.
    #[error("this operation has credited a payment already")]
    CreditedAlready,
    /// Nothing, less, or more than can be counted.
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
    /// The payout was never sent.
    #[error("this payout was never sent, so that nobody can have paid it: it can be declined")]
    NeverSent,
    /// The payout is being sent.
    #[error("this payout is being sent right now: try again in two minutes")]
    BeingSent,
    /// A decision without a reason is none.
    #[error("a reason is needed")]
    NoReason,
}

impl From<Unsettleable> for Unsettled {
    fn from(why: Unsettleable) -> Self {
        match why {
            Unsettleable::Ended => Self::PayoutEnded,
            Unsettleable::NeverSent => Self::NeverSent,
            Unsettleable::Sending => Self::BeingSent,
        }
    }
}

impl NewSettlement {
    /// The settlement as it will be, but for its number.
    #[cfg(feature = "postgres")]
    pub(crate) fn at(&self, time: Millis) -> Settlement {
        Settlement {
            seq: 0,
            alarm_seq: self.alarm_seq,
            payment_id: self.payment_id.clone(),
            operation_id: self.operation_id,
            verdict: self.verdict,
            reason: self.reason.clone(),
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

    /// What is credited.
    #[must_use]
    pub const fn amount(self) -> Option<Money> {
        match self {
            Self::Credit(amount) => Some(amount),
            Self::Dismiss | Self::Foreign => None,
        }
    }

    /// From its word and, for a credit, the amount. None: no such word, or the amount is missing or too many.
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
