//! The one model of the rules of money: what a payment must be after a history of callbacks, and what each callback must
//! do. It is written in the words of the messages, and shares no code with the rules of `jetpay-rules` but the names of
//! what follows.
//!
//! Three proofs use it. Every short history is decided as the model says (`tests/simulation/histories.rs`); a real ledger
//! does what the model says, for any bytes (`properties/ledger.rs`); and the simulation holds each payment against it after
//! each step (`top_ups/checker`).

use std::borrow::Cow;

use jetpay_core::Money;
use jetpay_rules::{AlarmKind, EntryKind, EventStatus, PaymentState};

/// What a callback says about a payment, in the words of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// The project that signed it.
    pub project: u64,
    /// `payment.type`.
    pub payment_type: &'static str,
    /// `operation.type`, `operation.status` and `payment.status`; an empty text if it is absent.
    pub words: [&'static str; 3],
    /// `operation.id`.
    pub operation: Option<u64>,
    /// `operation.sum_initial`.
    pub amount: Option<Money>,
}

/// What makes two deliveries one event: the project, the operation and its status, and the status of the payment.
pub type Identity = (u64, Option<u64>, Cow<'static, str>, Cow<'static, str>);

impl Event {
    /// What identifies the event within its payment.
    #[must_use]
    pub fn identity(&self) -> Identity {
        let [_, operation, payment] = self.words.map(normal);
        (self.project, self.operation, operation, payment)
    }
}

/// An alarm, and the operation that it names.
pub type Alarm = (Option<u64>, AlarmKind);

/// An entry: its operation, its kind, and its amount in minor units, signed.
pub type Entry = (u64, EntryKind, i64);

/// What a callback must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The status of its event.
    pub status: EventStatus,
    /// The entries that it adds, in this order.
    pub entries: Vec<Entry>,
    /// The alarms that it raises.
    pub alarms: Vec<Alarm>,
}

/// What a payment must be after its history. Amounts are in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// All that was credited.
    pub credited: i64,
    /// The sum of its entries.
    pub remaining: i64,
    /// Its state.
    pub state: PaymentState,
}

/// A payment and all that it was told.
#[derive(Clone, Debug)]
pub struct Payment {
    project: u64,
    amount: Money,
    seen: Vec<Identity>,
    credited: i64,
    remaining: i64,
    /// By refunds, less what was returned.
    refunded: i64,
    /// The operation of the first credit.
    first: Option<u64>,
    /// The operations that have made their entry, each with its kind. A manual credit counts as a credit.
    used: Vec<(u64, EntryKind)>,
    /// What takes money back and came before the credit.
    early: Vec<Entry>,
    declined: bool,
    odd: bool,
    reversed: bool,
}

const FAILED: &[&str] = &[
    "decline",
    "error",
    "canceled",
    "invoice canceled",
    "expired",
    "internal error",
    "external error",
    "decline renewal",
];
const TAKEN_BACK: &[&str] = &[
    "refunded",
    "partially refunded",
    "reversed",
    "partially reversed",
];
const PAID_IN_PART: &[&str] = &["partially paid", "partially paid out"];
/// Of the statuses that go on, and of the operations that move no money, those that the histories have.
const UNDER_WAY: &[&str] = &["processing", "awaiting customer", "awaiting capture"];
const MOVES_NOTHING: &[&str] = &["auth", "commission"];
const UNEXPECTED: &[&str] = &["capture", "recurring"];

/// A word as the platform writes it, whatever the spelling of the message.
fn normal(word: &'static str) -> Cow<'static, str> {
    let other = |byte: u8| byte == b'_' || byte.is_ascii_uppercase();
    if !word.bytes().any(other) && !word.contains("cancelled") {
        return Cow::Borrowed(word);
    }
    let word = word.to_ascii_lowercase().replace('_', " ");
    Cow::Owned(word.replace("cancelled", "canceled"))
}

impl Payment {
    /// A payment that `check_deposit` announced.
    #[must_use]
    pub const fn announced(project: u64, amount: Money) -> Self {
        Self {
            project,
            amount,
            seen: Vec::new(),
            credited: 0,
            remaining: 0,
            refunded: 0,
            first: None,
            used: Vec::new(),
            early: Vec::new(),
            declined: false,
            odd: false,
            reversed: false,
        }
    }

    /// What it must be now.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        let Self {
            credited,
            remaining,
            ..
        } = *self;
        let state = match (credited, remaining) {
            (0, _) if self.odd => PaymentState::Quarantined,
            (0, _) if self.declined => PaymentState::Declined,
            (0, _) => PaymentState::Pending,
            (credited, remaining) if credited == remaining => PaymentState::Credited,
            (_, 0) if self.reversed => PaymentState::Reversed,
            (_, 0) => PaymentState::Refunded,
            _ => PaymentState::PartiallyRefunded,
        };
        Outcome {
            credited,
            remaining,
            state,
        }
    }

    /// What this callback must do; nothing if it is a repeat. `elsewhere`: whether an operation has made its entry in
    /// another payment.
    pub fn callback(
        &mut self,
        event: &Event,
        elsewhere: impl Fn(u64, EntryKind) -> bool,
    ) -> Option<Verdict> {
        let identity = event.identity();
        if self.seen.contains(&identity) {
            return None;
        }
        self.seen.push(identity);
        let mut verdict = Verdict::noted();
        let told = Told::new(event);
        if let Some(why) = self.misfit(event, &told) {
            self.quarantine(event, why, &mut verdict);
            return Some(verdict);
        }
        if told.declines(self.first.is_some()) {
            self.decline(event, &mut verdict);
        } else if told.succeeded {
            match told.kind {
                Some(EntryKind::Credit) => self.sale(event, &told, &elsewhere, &mut verdict),
                Some(kind) => self.take_back(event, &told, kind, &elsewhere, &mut verdict),
                None if UNEXPECTED.contains(&&*told.operation) => {
                    verdict.alarm(event, AlarmKind::UnexpectedOperation);
                }
                None => {}
            }
        }
        if verdict.alarms.is_empty()
            && verdict.status != EventStatus::Early
            && let Some(why) = told.must_be_seen(self.first.is_some())
        {
            verdict.alarm(event, why);
        }
        Some(verdict)
    }

    /// An operator credits an operation with an amount in minor units. Nothing happens if that is refused.
    pub fn credit_manually(&mut self, operation: u64, amount: i64) {
        if amount > 0 && !self.used.contains(&(operation, EntryKind::Credit)) {
            let credit = (operation, EntryKind::ManualCredit, amount);
            self.credit(credit, &|_, _| false, &mut Verdict::noted());
        }
    }

    /// Why a callback is not about this payment.
    fn misfit(&self, event: &Event, told: &Told) -> Option<AlarmKind> {
        if event.payment_type == "payout"
            || ["payout", "payout reversal"].contains(&&*told.operation)
        {
            return Some(AlarmKind::PayoutForTopUp);
        }
        if event.project != self.project {
            return Some(AlarmKind::ProjectDiffers);
        }
        let in_part = PAID_IN_PART.contains(&&*told.payment);
        in_part.then_some(AlarmKind::PartiallyPaid)
    }

    fn quarantine(&mut self, event: &Event, why: AlarmKind, verdict: &mut Verdict) {
        self.odd = true;
        verdict.status = EventStatus::Quarantined;
        verdict.alarm(event, why);
    }

    fn decline(&mut self, event: &Event, verdict: &mut Verdict) {
        if self.first.is_some() {
            verdict.alarm(event, AlarmKind::DeclineAfterCredit);
        } else if !self.odd && !self.declined {
            self.declined = true;
            verdict.status = EventStatus::Applied;
        }
    }

    fn sale(
        &mut self,
        event: &Event,
        told: &Told,
        elsewhere: &impl Fn(u64, EntryKind) -> bool,
        verdict: &mut Verdict,
    ) {
        if self.first.is_some() {
            if self.first != event.operation {
                verdict.alarm(event, AlarmKind::SecondSale);
            }
            return;
        }
        if told.payment != "success" {
            return verdict.alarm(event, AlarmKind::SaleWithoutSuccess);
        }
        let (Some(operation), Some(amount)) = (event.operation, event.amount) else {
            return;
        };
        if amount.currency() != self.amount.currency() {
            self.quarantine(event, AlarmKind::CurrencyDiffers, verdict);
        } else if amount != self.amount {
            self.quarantine(event, AlarmKind::AmountDiffers, verdict);
        } else if elsewhere(operation, EntryKind::Credit) {
            self.quarantine(event, AlarmKind::OperationOfAnotherPayment, verdict);
        } else {
            let credit = (operation, EntryKind::Credit, amount.minor());
            self.credit(credit, elsewhere, verdict);
        }
    }

    /// The money is there; what waited for it takes its part. What takes comes first, what takes all that is left comes
    /// last.
    fn credit(
        &mut self,
        credit: Entry,
        elsewhere: &impl Fn(u64, EntryKind) -> bool,
        verdict: &mut Verdict,
    ) {
        self.first = self.first.or(Some(credit.0));
        self.credited += credit.2;
        self.add(credit, verdict);
        let mut early = std::mem::take(&mut self.early);
        early.sort_by_key(|(_, kind, _)| {
            let order = [EntryKind::RefundReverse, EntryKind::ManualChange];
            order
                .iter()
                .position(|other| other == kind)
                .map(|at| at + 1)
        });
        for (operation, kind, amount) in early {
            if elsewhere(operation, kind) {
                let why = AlarmKind::OperationOfAnotherPayment;
                verdict.alarms.push((Some(operation), why));
            } else if let Some(amount) = self.fitting(kind, amount) {
                self.add((operation, kind, amount), verdict);
            } else if kind != EntryKind::ManualChange {
                let why = AlarmKind::CompensationTooLarge;
                verdict.alarms.push((Some(operation), why));
            }
        }
    }

    /// A refund, a reversal, a reversed refund, or a change by the platform's staff.
    fn take_back(
        &mut self,
        event: &Event,
        told: &Told,
        kind: EntryKind,
        elsewhere: &impl Fn(u64, EntryKind) -> bool,
        verdict: &mut Verdict,
    ) {
        let manual = kind == EntryKind::ManualChange;
        let used = |operation: &u64| self.used.contains(&(*operation, kind));
        if event.operation.as_ref().is_some_and(used) {
            return;
        }
        let taken = |operation: &u64| elsewhere(*operation, kind);
        if event.operation.as_ref().is_some_and(taken) {
            return self.quarantine(event, AlarmKind::OperationOfAnotherPayment, verdict);
        }
        let (Some(operation), Some(amount)) = (event.operation, event.amount) else {
            let lacking = [AlarmKind::UnknownOperation, AlarmKind::ManualChange];
            return verdict.alarm(event, lacking[usize::from(manual)]);
        };
        let minor = amount.minor();
        if manual && !told.failed {
            verdict.alarm(event, AlarmKind::ManualChange);
        } else if amount.currency() != self.amount.currency() {
            self.quarantine(event, AlarmKind::CurrencyDiffers, verdict);
        } else if !manual && minor <= 0 {
            self.quarantine(event, AlarmKind::AmountDiffers, verdict);
        } else {
            let fitting = self.fitting(kind, minor);
            if self.first.is_none() && (manual || minor <= self.amount.minor()) {
                let waits = |other: &Entry| (other.0, other.1) == (operation, kind);
                if !self.early.iter().any(waits) {
                    self.early.push((operation, kind, minor));
                    verdict.status = EventStatus::Early;
                }
            } else if let Some(amount) = fitting {
                self.add((operation, kind, amount), verdict);
            } else if !manual {
                self.quarantine(event, AlarmKind::CompensationTooLarge, verdict);
            }
            if manual {
                verdict.alarm(event, AlarmKind::ManualChange);
            }
        }
    }

    /// How much this moves, signed; nothing if it does not fit.
    fn fitting(&self, kind: EntryKind, amount: i64) -> Option<i64> {
        match kind {
            EntryKind::RefundReverse => (amount <= self.refunded).then_some(amount),
            EntryKind::ManualChange => (self.remaining > 0).then_some(-self.remaining),
            _ => (amount <= self.remaining).then_some(-amount),
        }
    }

    fn add(&mut self, entry: Entry, verdict: &mut Verdict) {
        let (operation, kind, amount) = entry;
        self.remaining += amount;
        if matches!(kind, EntryKind::Refund | EntryKind::RefundReverse) {
            self.refunded -= amount;
        }
        self.reversed = matches!(kind, EntryKind::Reversal | EntryKind::ManualChange);
        let kind = if kind.is_credit() {
            EntryKind::Credit
        } else {
            kind
        };
        self.used.push((operation, kind));
        verdict.entries.push(entry);
        verdict.status = EventStatus::Applied;
    }
}

impl Verdict {
    fn noted() -> Self {
        Self {
            status: EventStatus::Noted,
            entries: Vec::new(),
            alarms: Vec::new(),
        }
    }

    fn alarm(&mut self, event: &Event, why: AlarmKind) {
        self.alarms.push((event.operation, why));
    }
}

/// The words of a callback, and what they say.
struct Told {
    operation: Cow<'static, str>,
    status: Cow<'static, str>,
    payment: Cow<'static, str>,
    kind: Option<EntryKind>,
    succeeded: bool,
    failed: bool,
}

impl Told {
    fn new(event: &Event) -> Self {
        let [operation, status, payment] = event.words.map(normal);
        let kind = match &*operation {
            "sale" => Some(EntryKind::Credit),
            "refund" => Some(EntryKind::Refund),
            "reversal" => Some(EntryKind::Reversal),
            "refund reverse" => Some(EntryKind::RefundReverse),
            "manual change" => Some(EntryKind::ManualChange),
            _ => None,
        };
        Self {
            kind,
            succeeded: status == "success",
            failed: FAILED.contains(&&*payment),
            operation,
            status,
            payment,
        }
    }

    /// Whether it says that the payment failed. An attempt to take money back says nothing of it.
    fn declines(&self, credited: bool) -> bool {
        let sale = self.kind == Some(EntryKind::Credit);
        let of_payment = match self.kind {
            _ if self.operation.is_empty() => true,
            Some(_) if !sale => false,
            _ => !self.succeeded || sale && credited,
        };
        self.failed && of_payment
    }

    /// Why an operator must see it although nothing followed: it does not come again.
    fn must_be_seen(&self, credited: bool) -> Option<AlarmKind> {
        if self.payment == "success" && !credited {
            return Some(AlarmKind::SuccessNotCredited);
        }
        let (status, payment) = (&*self.status, &*self.payment);
        let taken_back = TAKEN_BACK.contains(&payment);
        let of_attempt = FAILED.contains(&status) || UNDER_WAY.contains(&status);
        let known_status = of_attempt || ["success", "unknown", ""].contains(&status);
        let known_payment =
            payment == "success" || taken_back || self.failed || UNDER_WAY.contains(&payment);
        let known_operation = self.kind.is_some()
            || UNEXPECTED.contains(&&*self.operation)
            || MOVES_NOTHING.contains(&&*self.operation)
            || self.operation == "cancel" && !credited;
        let odd_operation = self.succeeded && !known_operation
            || !known_status && (payment == "success" || taken_back);
        let odd_payment = taken_back && status.is_empty() || !known_payment && !of_attempt;
        (odd_operation || credited && odd_payment).then_some(AlarmKind::UnknownOperation)
    }
}
