//! A real ledger: after every step of any sequence of announcements and callbacks, it has what the model says. Almost every
//! change of a byte gives another meaningful sequence.

use std::collections::BTreeMap;

use jetpay_core::id::OperationId;
use jetpay_core::message::Received;
use jetpay_core::signature::sign;
use jetpay_core::{Callback, Currency, Money};
use jetpay_ledger::{
    AlarmFilter, CallbackOutcome, EntryKind, Error, Ledger, Millis, NewPayment, PaymentFilter,
    PaymentState,
};
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{KEY, KEYRING};
use crate::model::{self, Event};

/// What a sequence reached. Tests use it to see that a corpus reaches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reached {
    /// The kinds of the entries, in commit order.
    pub entries: Vec<EntryKind>,
    /// The outcome of each callback, in order.
    pub outcomes: Vec<CallbackOutcome>,
}

/// Reads the bytes as a sequence of announcements and callbacks, gives them to a real ledger in a temporary file, and
/// checks the ledger after each step.
///
/// # Panics
/// If a property does not hold.
#[must_use]
pub fn ledger(bytes: &[u8]) -> Reached {
    let mut ledger = TestLedger::open();
    let mut expected = Expected::default();
    let mut delivered: Vec<(u8, Event)> = Vec::new();
    let mut reached = Reached::default();
    for step in steps(bytes) {
        let callback = match step {
            Step::Callback(payment, event) => Some((payment, event)),
            Step::Repeat(which) => delivered.get(which % delivered.len().max(1)).copied(),
            Step::Announce(announced) => {
                let new = expected.announce(announced);
                assert_eq!(ledger.announce(announced), new, "an id is used once");
                None
            }
            Step::Dismiss(payment) => {
                ledger.dismiss(payment);
                expected.dismiss(payment);
                None
            }
            Step::Reopen => {
                ledger = ledger.reopen();
                None
            }
        };
        if let Some((payment, event)) = callback {
            let outcome = ledger.deliver(payment, event);
            assert_eq!(outcome, expected.callback(payment, event), "{event:?}");
            delivered.push((payment, event));
            reached.outcomes.push(outcome);
        }
        let checked = ledger.runtime.block_on(expected.check(&ledger.ledger));
        checked.expect("the store works");
    }
    reached.entries = expected.entries.iter().map(|(_, entry)| entry.1).collect();
    reached
}

/// What the ledger must have: the payments of the model, and what lies between several of them.
#[derive(Default)]
struct Expected {
    payments: BTreeMap<u8, (Announcement, model::Payment)>,
    /// The first callback of each identity. Only the first one counts.
    events: BTreeMap<(u8, model::Identity), Event>,
    /// The callbacks of unknown payments, in the order of their arrival; whether each was dismissed.
    inbox: BTreeMap<u8, Vec<(Event, bool)>>,
    /// In commit order, each with its payment.
    entries: Vec<(u8, model::Entry)>,
    alarms: Vec<(u8, Option<u64>, &'static str)>,
    /// Callbacks that contradict an earlier one of their identity.
    contradictions: Vec<(u8, Event)>,
}

impl Expected {
    /// Whether the id was free. What waited in the inbox is decided now.
    fn announce(&mut self, announced: Announcement) -> bool {
        let Announcement {
            payment,
            project,
            amount,
            ..
        } = announced;
        if self.payments.contains_key(&payment) {
            return false;
        }
        let of_model = model::Payment::announced(project, amount);
        self.payments.insert(payment, (announced, of_model));
        for (event, _) in self.inbox.remove(&payment).unwrap_or_default() {
            self.decide(payment, event);
        }
        true
    }

    fn dismiss(&mut self, payment: u8) {
        for (_, dismissed) in self.inbox.entry(payment).or_default() {
            *dismissed = true;
        }
    }

    fn callback(&mut self, payment: u8, event: Event) -> CallbackOutcome {
        let known = self.payments.contains_key(&payment);
        let identity = (payment, event.identity());
        let Some(first) = self.events.get(&identity) else {
            self.events.insert(identity, event);
            if known {
                return self.decide(payment, event);
            }
            self.inbox.entry(payment).or_default().push((event, false));
            return CallbackOutcome::Unmatched;
        };
        let contradicts = event.operation.is_some()
            && (event.words[0], event.amount) != (first.words[0], first.amount);
        if !known {
            let mut waiting = self.inbox[&payment].iter();
            let dismissed = waiting.any(|(event, dismissed)| event == first && *dismissed);
            return if dismissed {
                CallbackOutcome::Repeated
            } else {
                CallbackOutcome::Unmatched
            };
        }
        if !contradicts {
            return CallbackOutcome::Repeated;
        }
        if !self.contradictions.contains(&(payment, event)) {
            self.contradictions.push((payment, event));
            let alarm = (payment, event.operation, "contradictory_repeat");
            self.alarms.push(alarm);
        }
        CallbackOutcome::Quarantined
    }

    /// A new event of a known payment.
    fn decide(&mut self, payment: u8, event: Event) -> CallbackOutcome {
        let project = self.payments[&payment].0.project;
        let others = self
            .entries
            .iter()
            .filter(|(other, _)| *other != payment && self.payments[other].0.project == project);
        let others: Vec<(u64, EntryKind)> = others.map(|(_, entry)| (entry.0, entry.1)).collect();
        let (_, of_model) = self.payments.get_mut(&payment).expect("it is known");
        let verdict = of_model.callback(&event, |operation, kind| {
            others.contains(&(operation, kind))
        });
        let verdict = verdict.expect("a new event");
        let entries = verdict.entries.into_iter();
        self.entries.extend(entries.map(|entry| (payment, entry)));
        for (operation, kind) in verdict.alarms {
            let alarm = (payment, operation, kind.as_str());
            // Without an operation, nothing says that a second decline is another one.
            let again = operation.is_none() && kind.as_str() == "decline_after_credit";
            if !again || !self.alarms.contains(&alarm) {
                self.alarms.push(alarm);
            }
        }
        verdict.status.into()
    }

    /// Checks that the ledger has all this and nothing else.
    async fn check(&self, ledger: &Ledger) -> Result<(), Error> {
        let entries = ledger.entries(0, 1_000).await?;
        let found = entries.iter().map(|it| {
            let entry = (it.operation_id.number(), it.kind, it.amount.minor());
            (it.payment_id.to_string(), entry)
        });
        let of_model = self.entries.iter();
        let of_model = of_model.map(|(payment, entry)| (payment_id(*payment), *entry));
        assert_eq!(found.collect::<Vec<_>>(), of_model.collect::<Vec<_>>());

        let payments = ledger.payments(&PaymentFilter::default()).await?;
        let found = payments
            .iter()
            .map(|it| (it.id.to_string(), (it.state, it.remaining)));
        let of_model = self.payments.iter().map(|(payment, (_, of_model))| {
            let outcome = of_model.outcome();
            (payment_id(*payment), (outcome.state, outcome.remaining))
        });
        let of_model: BTreeMap<_, _> = of_model.collect();
        assert_eq!(found.collect::<BTreeMap<_, _>>(), of_model);

        let all = AlarmFilter {
            limit: 1_000,
            ..AlarmFilter::default()
        };
        let found = ledger.alarms(all).await?.into_iter().map(|it| {
            let payment = it.payment_id.map(|id| id.to_string());
            (
                payment,
                it.operation_id.map(OperationId::number),
                it.kind.as_str(),
            )
        });
        let mut found: Vec<_> = found.collect();
        let of_model = self
            .alarms
            .iter()
            .map(|(payment, operation, kind)| (Some(payment_id(*payment)), *operation, *kind));
        let mut of_model: Vec<_> = of_model.collect();
        found.sort_unstable();
        of_model.sort_unstable();
        assert_eq!(found, of_model);

        for customer in [0, 1].map(customer_id) {
            let own = entries
                .iter()
                .filter(|it| it.customer_id.as_str() == customer);
            let sum: i64 = own.map(|it| it.amount.minor()).sum();
            assert_eq!(ledger.balance(&customer).await?, sum, "{customer}");
        }
        let pending = payments
            .iter()
            .filter(|it| it.state == PaymentState::Pending);
        let unmatched = self.inbox.values().flatten();
        let unmatched = unmatched.filter(|(_, dismissed)| !dismissed).count();
        let counts = ledger.counts().await?;
        assert_eq!(usize::try_from(counts.pending), Ok(pending.count()));
        assert_eq!(usize::try_from(counts.alarms), Ok(found.len()));
        assert_eq!(usize::try_from(counts.unmatched), Ok(unmatched));
        assert_eq!(ledger.inbox(1_000).await?.len(), unmatched);
        Ok(())
    }
}

/// The time that the ledger is given. No property depends on it.
const NOW: Millis = Millis(1_733_000_000_000);

/// The announcement of a payment.
#[derive(Debug, Clone, Copy)]
struct Announcement {
    payment: u8,
    customer: u8,
    project: u64,
    amount: Money,
}

/// A ledger in a temporary folder.
struct TestLedger {
    runtime: Runtime,
    ledger: Ledger,
    folder: TempDir,
}

fn payment_id(payment: u8) -> String {
    format!("payment_{payment}")
}

fn customer_id(customer: u8) -> String {
    format!("700000000{customer}")
}

fn money(minor: i64, currency: &str) -> Money {
    Money::new(minor, Currency::parse(currency).expect("a currency"))
}

impl TestLedger {
    fn open() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::open_in(folder)
    }

    fn open_in(folder: TempDir) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let ledger = Ledger::open(&folder.path().join("ledger.db"));
        Self {
            runtime: runtime.expect("a runtime"),
            ledger: ledger.expect("the file can be opened"),
            folder,
        }
    }

    /// Closes the file and opens it again.
    fn reopen(self) -> Self {
        self.runtime.block_on(self.ledger.close());
        Self::open_in(self.folder)
    }

    /// Records the payment. False if the id is in use.
    fn announce(&self, announced: Announcement) -> bool {
        let payment = NewPayment {
            id: payment_id(announced.payment)
                .as_str()
                .try_into()
                .expect("an id"),
            project_id: announced.project.into(),
            method: "kaspi".into(),
            customer_id: customer_id(announced.customer)
                .as_str()
                .try_into()
                .expect("an id"),
            contract_id: None,
            amount: announced.amount,
            flags: vec![],
            created_at: NOW,
        };
        match self.runtime.block_on(self.ledger.record_payment(payment)) {
            Ok(()) => true,
            Err(Error::PaymentExists) => false,
            Err(error) => panic!("the store failed: {error}"),
        }
    }

    fn deliver(&self, payment: u8, event: Event) -> CallbackOutcome {
        let outcome = self.ledger.record_callback(callback(payment, &event), NOW);
        self.runtime.block_on(outcome).expect("the store works")
    }

    fn dismiss(&self, payment: u8) {
        let id = payment_id(payment).as_str().try_into().expect("an id");
        let dismissed = self.ledger.dismiss_unmatched(&id, "not ours".into(), NOW);
        self.runtime.block_on(dismissed).expect("the store works");
    }
}

/// The callback as the service gets it: signed, then read.
fn callback(payment: u8, event: &Event) -> Callback {
    let [operation_type, operation_status, payment_status] = event.words;
    let operation = event.operation.zip(event.amount).map(|(id, amount)| {
        json!({"id": id, "type": operation_type, "status": operation_status, "sum_initial": amount})
    });
    let body = json!({
        "project_id": event.project,
        "payment": {"id": payment_id(payment), "type": event.payment_type, "status": payment_status},
        "operation": operation,
    });
    let body = sign(body.to_string().as_bytes(), &KEY).expect("it is JSON");
    let message = Received::parse(&body).expect("it was signed");
    let message = message.authenticate(&KEYRING).expect("it was signed");
    message.callback().expect("it is a callback")
}

/// Longer sequences do not reach more than this many steps do.
const STEPS: usize = 48;

/// One step on the ledger.
#[derive(Debug, Clone, Copy)]
enum Step {
    Announce(Announcement),
    Callback(u8, Event),
    /// An earlier callback arrives again.
    Repeat(usize),
    Dismiss(u8),
    Reopen,
}

/// Five bytes make a step. Missing bytes at the end are zero.
fn steps(bytes: &[u8]) -> impl Iterator<Item = Step> {
    bytes.chunks(5).take(STEPS).map(|chunk| {
        let mut five = [0; 5];
        five[..chunk.len()].copy_from_slice(chunk);
        step(five)
    })
}

fn step([what, whose, statuses, amount, odd]: [u8; 5]) -> Step {
    let payment = whose % 4;
    match what % 16 {
        0..=3 => Step::Announce(Announcement {
            payment,
            customer: whose / 4 % 2,
            project: pick([1234, 1234, 1234, 111], odd),
            amount: money(
                pick([1000, 300, 1], amount),
                pick(["KZT", "KZT", "USD"], odd / 4),
            ),
        }),
        4 => Step::Dismiss(payment),
        5 => Step::Reopen,
        6 | 7 => Step::Repeat(statuses.into()),
        _ => {
            let [operation, status, of_payment] = pick(STATUSES, statuses);
            let minor = pick([1000, 1000, 300, 700, 1, 0, -1000, i64::MAX], amount);
            // Nothing of its operation is needed for a callback that moves no money.
            let bare = what >= 208;
            let event = Event {
                project: pick([1234, 1234, 1234, 1234, 1234, 1234, 1234, 111], odd),
                payment_type: if odd >= 224 { "payout" } else { "purchase" },
                words: if bare {
                    ["", "", of_payment]
                } else {
                    [operation, status, of_payment]
                },
                // One operation arrives with several statuses and amounts.
                operation: (!bare).then_some(u64::from(whose / 4 % 6)),
                amount: (!bare).then(|| money(minor, pick(["KZT", "KZT", "KZT", "USD"], odd / 8))),
            };
            Step::Callback(payment, event)
        }
    }
}

fn pick<T: Copy, const N: usize>(from: [T; N], by: u8) -> T {
    from[usize::from(by) % N]
}

/// Type and status of the operation, and status of the payment: those the platform sends, and some that are unlikely.
const STATUSES: [[&str; 3]; 22] = [
    ["sale", "success", "success"],
    ["sale", "success", "success"],
    ["sale", "decline", "decline"],
    ["sale", "processing", "processing"],
    ["sale", "success", "decline"],
    ["sale", "decline", "success"],
    ["sale", "success", "partially paid"],
    ["sale", "success", "refunded"],
    ["sale", "awaiting customer", "awaiting customer"],
    ["sale", "expired", "expired"],
    ["refund", "success", "partially refunded"],
    ["refund", "success", "refunded"],
    ["refund", "decline", "success"],
    ["refund", "processing", "success"],
    ["reversal", "success", "reversed"],
    ["refund reverse", "success", "success"],
    ["manual change", "success", "decline"],
    ["manual change", "success", "success"],
    ["payout", "success", "success"],
    ["capture", "success", "success"],
    ["recurring", "success", "success"],
    ["Sale", "SUCCESS", "no_such_word"],
];
