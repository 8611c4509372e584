//! Alarms: what an operator must look at.

use jetpay_core::Money;
use jetpay_core::id::{OperationId, PaymentId, ProjectId};
use jetpay_reconcile::Kind;
use jetpay_rules::{EntryKind, OperationEvent, alarm_words};
use serde::Serialize;

use super::numbers::{Millis, digits};
use super::resolution::Resolution;

alarm_words! {
    /// Why an operator must look. The first sixteen come from [`jetpay_rules::AlarmKind`].
    AlarmKind {
        /// A top-up's callback has the id of a payout.
        TopUpForPayout = "top_up_for_payout",
        /// The platform gave no outcome of a payout in time. The service still asks; do not assume that the payout failed.
        PayoutOverdue = "payout_overdue",
        /// A payout succeeded after it had failed and its money had been released: was it paid a second time elsewhere?
        PaidAfterRelease = "paid_after_release",
        /// A failure came after the payout had been paid: ask the platform.
        DeclineAfterPaid = "decline_after_paid",
        /// The platform accepted a payout whose money had been released: it may still be paid.
        AcceptedAfterRelease = "accepted_after_release",
        /// The platform contradicts itself about a payout: it failed and is paid, or was refused after it was accepted.
        PayoutContradicts = "payout_contradicts",
        /// The payout was sent to another Gate than the configured one.
        PayoutOfAnotherGate = "payout_of_another_gate",
        /// A time that is stored with a payout lies further ahead than the service ever waits: a clock was wrong. The service
        /// acts on the payout now.
        ClockAhead = "clock_ahead",
        /// A second operation paid the same payout.
        SecondPayout = "second_payout",
        /// A signed callback is not usable: a field is missing, or the message was malleated.
        Unusable = "unusable",
        /// A reconciliation found that money is recorded for an operation that the platform's books do not list.
        NotThere = "not_there",
        /// A reconciliation found that the platform's books have a success for which nothing is recorded.
        NotCredited = "not_credited",
        /// A reconciliation found that the platform's books have another amount than the ledger.
        AmountDiffersThere = "amount_differs_there",
        /// The merchant's billing refused an entry, which is parked: it holds back later entries of the same customer.
        DeliveryParked = "delivery_parked",
        /// An endpoint of the merchant's does not take entries: the oldest one waits for 15 minutes.
        DeliveryLate = "delivery_late",
        /// The merchant's billing cannot be told of an entry: its protocol has no such thing, for example a refund.
        NotDeliverable = "not_deliverable",
    }
}

impl From<jetpay_rules::AlarmKind> for AlarmKind {
    fn from(kind: jetpay_rules::AlarmKind) -> Self {
        let same = |known: &&Self| known.as_str() == kind.as_str();
        let known = Self::ALL.iter().find(same);
        *known.expect("this set begins with the words of the rules")
    }
}

/// What an operator must look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// The order in which they were raised.
    pub seq: i64,
    /// Why.
    pub kind: AlarmKind,
    /// The project that signed.
    pub project_id: ProjectId,
    /// The payment, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// The operation, where it is known.
    #[serde(serialize_with = "digits", skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<OperationId>,
    /// The amount that the alarm itself keeps: that of a message which is no event.
    #[serde(skip)]
    pub amount: Option<Money>,
    /// What is wrong, where the kind does not say it all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The id of the difference that it is about, if a reconciliation raised it.
    #[serde(skip)]
    pub difference: Option<String>,
    /// The delivery that it is about, if it is about one.
    #[serde(skip)]
    pub delivery: Option<AlarmDelivery>,
    /// When.
    pub time: Millis,
    /// The stored event that it is about, where there is one: the first one, if a repeat contradicts it.
    #[serde(skip)]
    pub event: Option<OperationEvent>,
    /// What is recorded under the payment id, as of now.
    #[serde(skip)]
    pub subject: Option<AlarmSubject>,
    /// The payment whose money the operation has moved, for an operation of another payment.
    #[serde(skip)]
    pub other_payment: Option<PaymentId>,
    /// What an operator decided about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
}

/// The payment or payout that an alarm names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmSubject {
    /// The project that announced the payment, or requested the payout.
    pub project_id: ProjectId,
    /// The announced or requested amount, in minor units.
    pub amount: Money,
    /// How much was credited in all, or paid out, in minor units.
    pub credited: i64,
    /// How much of it was not taken back, in minor units.
    pub remaining: i64,
    /// How much refunds took back, in minor units. 0 for a payout.
    pub refunded: i64,
    /// The operation that credited the payment first, or paid the payout.
    pub operation_id: Option<OperationId>,
    /// The state of a payout; none for a payment.
    pub payout_state: Option<String>,
}

impl Alarm {
    /// The kind of the entry that its event would make.
    #[must_use]
    pub fn entry_kind(&self) -> Option<EntryKind> {
        self.event.as_ref().and_then(OperationEvent::entry_kind)
    }

    /// What the callback says, or the platform's status answer: in minor units, where it says so.
    #[must_use]
    pub fn received(&self) -> Option<Money> {
        self.amount.or_else(|| self.event.as_ref()?.amount)
    }

    /// What the service expected: in minor units, as recorded now. A compensation is compared with what remains of the
    /// payment, a reversed refund with what is refunded, and a contradictory repeat with the first callback. All else is
    /// compared with the announced or requested amount.
    #[must_use]
    pub fn expected(&self) -> Option<Money> {
        let subject = self.subject.as_ref();
        let recorded = subject.map(|subject| subject.amount);
        match (self.kind, subject) {
            (AlarmKind::ContradictoryRepeat, _) => self.event.as_ref()?.amount.or(recorded),
            (AlarmKind::CompensationTooLarge, Some(subject)) if subject.credited > 0 => {
                let minor = match self.entry_kind() {
                    Some(EntryKind::RefundReverse) => subject.refunded,
                    _ => subject.remaining,
                };
                Some(Money::new(minor, subject.amount.currency()))
            }
            _ => recorded,
        }
    }
}

/// The delivery that an alarm is about. At most one alarm of a kind is open about it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AlarmDelivery {
    /// The name of the endpoint.
    pub endpoint: String,
    /// The `seq` of the entry; none if the endpoint is late.
    pub entry: Option<i64>,
}

/// How many alarms of one kind a filter lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AlarmCount {
    /// The kind.
    pub kind: AlarmKind,
    /// How many they are.
    pub count: i64,
    /// The number of the last one.
    pub last: i64,
    /// When the oldest one was raised.
    pub oldest: Millis,
    /// When the newest one was raised.
    pub newest: Millis,
}

/// Which alarms to read: the newest first, or the oldest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmFilter {
    /// Only alarms of these kinds; of every kind, if there is none.
    pub kinds: Vec<AlarmKind>,
    /// Only resolved alarms, or only open ones.
    pub resolved: Option<bool>,
    /// Newer than this one: of the oldest first, the last of the page before.
    pub after: Option<i64>,
    /// Older than this one: the last of the page before.
    pub before: Option<i64>,
    /// The oldest first.
    pub oldest_first: bool,
    /// At most this many.
    pub limit: usize,
}

impl Default for AlarmFilter {
    fn default() -> Self {
        Self {
            kinds: Vec::new(),
            resolved: None,
            after: None,
            before: None,
            oldest_first: false,
            limit: 100,
        }
    }
}

/// An alarm to be raised.
#[derive(Clone, Copy, Debug)]
pub struct AlarmCause<'a> {
    /// Why.
    pub kind: AlarmKind,
    /// The project that signed.
    pub project_id: ProjectId,
    /// The payment, where it is known.
    pub payment_id: Option<&'a PaymentId>,
    /// The operation, where it is known.
    pub operation_id: Option<OperationId>,
    /// The amount that a message says which is no event; of any other one, its event has it.
    pub amount: Option<Money>,
    /// What is wrong, where the kind does not say it all.
    pub reason: Option<&'a str>,
    /// The id of the difference that it is about, if a reconciliation raises it.
    pub difference: Option<&'a str>,
    /// The delivery that it is about, if it is about one.
    pub delivery: Option<&'a AlarmDelivery>,
    /// A message that is stored nowhere else.
    pub message: Option<SignedMessage<'a>>,
}

/// A signed message that an alarm keeps.
#[derive(Clone, Copy, Debug)]
pub struct SignedMessage<'a> {
    /// The verified signature, in base64. The alarm is unique under it and the reason: a stranger who has one signed message
    /// can send any number of bodies that differ in what is not signed.
    pub signature: &'a str,
    /// The bytes as first received.
    pub body: &'a [u8],
}

impl<'a> AlarmCause<'a> {
    /// An alarm about an event, which is stored with its bytes.
    #[must_use]
    pub const fn of(kind: AlarmKind, event: &'a OperationEvent) -> Self {
        Self {
            kind,
            project_id: event.project_id,
            payment_id: Some(&event.payment_id),
            operation_id: event.operation_id,
            amount: None,
            reason: None,
            difference: None,
            delivery: None,
            message: None,
        }
    }
}

impl AlarmKind {
    /// The alarm about an open difference of this kind, if it raises one.
    #[must_use]
    pub const fn of_difference(kind: Kind) -> Option<Self> {
        match kind {
            Kind::NotThere => Some(Self::NotThere),
            Kind::NotCredited => Some(Self::NotCredited),
            Kind::AmountDiffers => Some(Self::AmountDiffersThere),
            _ => None,
        }
    }

    /// Whether it may be about money that the customer should have: an operator can resolve it with a credit. A reversed
    /// refund that came before its refund looks too large, so that kind is one of them. A callback that is not usable names
    /// its payment only if it was not recut.
    #[must_use]
    pub const fn can_be_credited(self) -> bool {
        matches!(
            self,
            Self::ProjectDiffers
                | Self::AmountDiffers
                | Self::CurrencyDiffers
                | Self::PartiallyPaid
                | Self::SecondSale
                | Self::SaleWithoutSuccess
                | Self::OperationOfAnotherPayment
                | Self::UnexpectedOperation
                | Self::SuccessNotCredited
                | Self::UnknownOperation
                | Self::CompensationTooLarge
                | Self::BalanceOverflow
                | Self::Unusable
        )
    }

    /// Whether it does not say if its money is that of a credit that came meanwhile: then an operator credits a payment that
    /// is credited already only with an override.
    #[must_use]
    pub const fn may_be_credited_already(self) -> bool {
        matches!(
            self,
            Self::UnexpectedOperation
                | Self::SuccessNotCredited
                | Self::UnknownOperation
                | Self::Unusable
        )
    }
}
