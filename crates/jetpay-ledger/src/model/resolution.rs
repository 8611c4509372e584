//! Resolutions: what operators decided. Recorded like entries: only ever added.

use jetpay_core::Money;
use jetpay_core::id::{OperationId, PaymentId};
use jetpay_rules::EntryKind;
use serde::{Serialize, Serializer};

use super::entry::Entry;
use super::numbers::{Millis, digits};
use super::reason::Reason;

/// What an operator decides about an alarm, about callbacks of an unknown payment, about a payment whose callback is lost, or
/// about an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The money came in and is the customer's: credit this amount, in minor units of the payment's currency. It is what a
    /// signed callback or the payment says.
    Credit(Money),
    /// The same, with an amount that neither a callback nor the payment says, or for a payment that is credited already.
    Override(Money),
    /// Looked at; there is nothing to do here.
    Dismiss,
    /// The payment is not ours.
    Foreign,
    /// The platform's answer to a status request, signed with the project's secret, is applied like callbacks. It resolves no
    /// alarm.
    Confirm,
    /// An entry is wrong, and this amount undoes it. It resolves no alarm.
    Correct {
        /// The `seq` of the entry.
        entry: i64,
        /// The amount of the entry with the other sign.
        amount: Money,
    },
}

/// What an operator decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Resolution {
    /// The order in which they were made.
    pub seq: i64,
    /// The alarm that it resolves; none when it is about the inbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm_seq: Option<i64>,
    /// The payment, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// The operation, where it is known.
    #[serde(serialize_with = "digits", skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<OperationId>,
    /// What was decided. In JSON its word, with `amount` and `currency` beside it for a credit or a correction, `override` for
    /// one that the operator overrode, and `corrects` for a correction.
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

/// What became of the alarms that an operator resolved together: the numbers of the alarms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResolvedAlarms {
    /// They are resolved by this decision.
    pub resolved: Vec<i64>,
    /// They were resolved before, and stay as they were.
    pub already_resolved: Vec<i64>,
    /// No alarm has these numbers.
    pub not_found: Vec<i64>,
}

impl Resolution {
    /// Whether it made this credit. One about the inbox can name the same operation and makes no such entry: the callbacks do.
    #[must_use]
    pub fn made(&self, entry: &Entry) -> bool {
        entry.kind == EntryKind::ManualCredit
            && self.operation_id == Some(entry.operation_id)
            && self.verdict.amount() == Some(entry.amount)
            && self.time == entry.time
    }

    /// A decision about nothing yet, to be recorded. The store gives its number.
    pub(crate) fn new(verdict: Verdict, reason: &Reason, time: Millis) -> Self {
        Self {
            seq: 0,
            alarm_seq: None,
            payment_id: None,
            operation_id: None,
            verdict,
            reason: reason.text.clone(),
            by: reason.by.clone(),
            events_before: 0,
            time,
        }
    }
}

impl Verdict {
    /// Its word, as JSON has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credit(_) | Self::Override(_) => "credit",
            Self::Dismiss => "dismiss",
            Self::Foreign => "foreign",
            Self::Confirm => "confirm",
            Self::Correct { .. } => "correct",
        }
    }

    /// Its word, as databases have it.
    pub(crate) const fn stored(self) -> &'static str {
        match self {
            Self::Override(_) => "override",
            _ => self.as_str(),
        }
    }

    /// The amount of a credit or a correction.
    #[must_use]
    pub const fn amount(self) -> Option<Money> {
        match self {
            Self::Credit(amount) | Self::Override(amount) | Self::Correct { amount, .. } => {
                Some(amount)
            }
            Self::Dismiss | Self::Foreign | Self::Confirm => None,
        }
    }

    /// The `seq` of the entry that it corrects.
    #[must_use]
    pub const fn corrects(self) -> Option<i64> {
        match self {
            Self::Correct { entry, .. } => Some(entry),
            _ => None,
        }
    }

    /// From its word in a database, its amount and the entry that it corrects. None: they do not belong together.
    pub(crate) fn from_stored(
        word: &str,
        amount: Option<Money>,
        corrects: Option<i64>,
    ) -> Option<Self> {
        match (word, amount, corrects) {
            ("credit", Some(amount), None) => Some(Self::Credit(amount)),
            ("override", Some(amount), None) => Some(Self::Override(amount)),
            ("dismiss", None, None) => Some(Self::Dismiss),
            ("foreign", None, None) => Some(Self::Foreign),
            ("confirm", None, None) => Some(Self::Confirm),
            ("correct", Some(amount), Some(entry)) => Some(Self::Correct { entry, amount }),
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
            #[serde(rename = "override", skip_serializing_if = "std::ops::Not::not")]
            overrides: bool,
            #[serde(skip_serializing_if = "Option::is_none")]
            corrects: Option<i64>,
        }
        let parts = Parts {
            verdict: self.as_str(),
            amount: self.amount(),
            overrides: matches!(self, Self::Override(_)),
            corrects: self.corrects(),
        };
        parts.serialize(serializer)
    }
}
