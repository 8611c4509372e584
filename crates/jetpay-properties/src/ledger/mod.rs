//! The ledger: after every step of any sequence of announcements and callbacks, the money is right.

mod steps;

use std::collections::{BTreeMap, BTreeSet};

use jetpay_ledger::{Alarm, CallbackOutcome, Entry, EntryKind, Payment, PaymentState};

use self::steps::{
    Announcement, CallbackContent, Contents, Step, TestLedger, customer_id, payment_id, steps,
};

/// What a sequence reached. Tests use it to see that a corpus reaches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
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
pub fn ledger(bytes: &[u8]) -> Tally {
    let mut ledger = TestLedger::open();
    let mut checker = Checker::default();
    let mut callbacks: Vec<CallbackContent> = Vec::new();
    let mut tally = Tally::default();
    for step in steps(bytes) {
        match step {
            Step::Announce(announced) => {
                let new = !checker.is_announced(announced.payment);
                assert_eq!(ledger.announce(announced), new, "an id is used once");
                checker.on_announcement(announced);
            }
            Step::Callback(content) => {
                let outcome = ledger.deliver(content);
                checker.on_callback(content, outcome);
                callbacks.push(content);
                tally.outcomes.push(outcome);
            }
            Step::Repeat(which) if !callbacks.is_empty() => {
                let content = callbacks[which % callbacks.len()];
                let before = ledger.read();
                let outcome = ledger.deliver(content);
                let after = ledger.read();
                assert_eq!(after.entries, before.entries, "a repeat moves no money");
                if checker.is_first(&content) {
                    assert_eq!(after, before, "a repeated event changes nothing");
                    checker.on_repeat(content, outcome);
                }
                tally.outcomes.push(outcome);
            }
            Step::Repeat(_) => {}
            Step::Dismiss(payment) => {
                let before = ledger.read();
                ledger.dismiss(payment);
                assert_eq!(
                    ledger.read().entries,
                    before.entries,
                    "a dismissal moves no money"
                );
                checker.on_dismissal(payment);
            }
            Step::Reopen => {
                let before = ledger.read();
                ledger = ledger.reopen();
                assert_eq!(ledger.read(), before, "a restart changes nothing");
            }
        }
        checker.check(&ledger.read());
    }
    tally.entries = ledger
        .read()
        .entries
        .iter()
        .map(|entry| entry.kind)
        .collect();
    tally
}

/// What the ledger was given so far, and its state after the last step. It computes what must hold from the
/// announcements and callbacks, not with the ledger's rules.
#[derive(Default)]
struct Checker {
    announced: BTreeMap<u8, Announcement>,
    dismissed: BTreeSet<u8>,
    /// The first callback of each identity. Only the first one counts.
    events: Vec<CallbackContent>,
    entries: Vec<Entry>,
    states: BTreeMap<String, PaymentState>,
}

impl Checker {
    fn is_announced(&self, payment: u8) -> bool {
        self.announced.contains_key(&payment)
    }

    fn on_announcement(&mut self, announced: Announcement) {
        self.announced.entry(announced.payment).or_insert(announced);
    }

    fn on_dismissal(&mut self, payment: u8) {
        if !self.is_announced(payment) {
            self.dismissed.insert(payment);
        }
    }

    fn on_callback(&mut self, content: CallbackContent, outcome: CallbackOutcome) {
        let known = self.is_announced(content.payment);
        let first = self
            .events
            .iter()
            .find(|event| identity(event) == identity(&content));
        match first {
            None => assert_eq!(outcome == CallbackOutcome::Unmatched, !known),
            Some(_) if !known => {}
            Some(first) if has_same_content(*first, content) => {
                assert_eq!(outcome, CallbackOutcome::Repeated);
            }
            Some(_) => assert_eq!(
                outcome,
                CallbackOutcome::Quarantined,
                "one event with two contents"
            ),
        }
        if first.is_none() {
            self.events.push(content);
        }
    }

    /// Whether this callback is the first of its identity. A later one may count as well if its payment was unknown
    /// when the first one came.
    fn is_first(&self, content: &CallbackContent) -> bool {
        self.events.contains(content)
    }

    /// Checks the outcome of a repeat of the first callback.
    fn on_repeat(&self, content: CallbackContent, outcome: CallbackOutcome) {
        let known = self.is_announced(content.payment) || self.dismissed.contains(&content.payment);
        match outcome {
            CallbackOutcome::Repeated => assert!(known),
            CallbackOutcome::Unmatched => assert!(!self.is_announced(content.payment)),
            other => panic!("the outcome of a repeat was {other:?}"),
        }
    }

    /// Checks the ledger after a step.
    fn check(&mut self, now: &Contents) {
        assert!(
            now.entries.starts_with(&self.entries),
            "entries are only added"
        );
        self.entries.clone_from(&now.entries);
        assert_eq!(now.payments.len(), self.announced.len());
        for payment in &now.payments {
            let own: Vec<&Entry> = entries_of(payment, &now.entries).collect();
            check_amounts(payment, &own);
            self.check_state_change(payment);
            self.check_reasons(payment, &own);
        }
        self.check_credits(now);
        self.check_silence(now);
        for (customer, balance) in (0..).zip(now.balances) {
            let own = |entry: &&Entry| entry.customer_id.as_str() == customer_id(customer);
            let sum: i64 = now
                .entries
                .iter()
                .filter(own)
                .map(|entry| entry.amount.minor())
                .sum();
            assert_eq!(balance, sum, "a balance is the sum of its entries");
        }
        let pending = now
            .payments
            .iter()
            .filter(|payment| payment.state == PaymentState::Pending);
        assert_eq!(usize::try_from(now.counts.pending), Ok(pending.count()));
        assert_eq!(usize::try_from(now.counts.alarms), Ok(now.alarms.len()));
        assert_eq!(usize::try_from(now.counts.unmatched), Ok(now.waiting));
    }

    /// Checks that a credited payment stays credited, and that a payment with an outcome does not become pending
    /// again.
    fn check_state_change(&mut self, payment: &Payment) {
        let state = payment.state;
        if let Some(before) = self.states.insert(payment.id.to_string(), state) {
            assert!(
                state.was_credited() || !before.was_credited(),
                "{before:?} to {state:?}"
            );
            assert!(
                state != PaymentState::Pending || before == PaymentState::Pending,
                "{before:?} to {state:?}"
            );
        }
    }

    /// Checks that each entry has a callback with its payment, project, operation and amount.
    fn check_reasons(&self, payment: &Payment, own: &[&Entry]) {
        for entry in own {
            let word = entry
                .kind
                .as_str()
                .replace('_', " ")
                .replace("credit", "sale");
            let reason = self.events.iter().find(|content| {
                payment_id(content.payment) == payment.id.as_str()
                    && !content.bare
                    && content.operation == entry.operation_id.number()
                    && content.project == payment.project_id.number()
                    && content.currency == payment.amount.currency().code()
                    && content.statuses[0] == word
                    && content.statuses[1] == "success"
                    && (content.amount == entry.amount.minor().abs()
                        || entry.kind == EntryKind::ManualChange)
                    && (content.statuses[2] == "success" || entry.kind != EntryKind::Credit)
            });
            assert!(reason.is_some(), "no callback is a reason for {entry:?}");
        }
    }

    /// Checks that every callback that fits its payment led to a credit, unless its operation credited another
    /// payment.
    fn check_credits(&self, now: &Contents) {
        for content in self.events.iter().filter(|content| !content.payout) {
            let Some(announced) = self.announced.get(&content.payment) else {
                continue;
            };
            let fits = !content.bare
                && content.statuses == ["sale", "success", "success"]
                && (content.amount, content.currency) == (announced.amount, announced.currency)
                && content.project == announced.project;
            let used = |entry: &Entry| {
                entry.kind == EntryKind::Credit
                    && entry.operation_id.number() == content.operation
                    && entry.project_id.number() == content.project
            };
            let id = payment_id(content.payment);
            let credited =
                |payment: &Payment| payment.id.as_str() == id && payment.state.was_credited();
            assert!(
                !fits || now.payments.iter().any(credited) || now.entries.iter().any(used),
                "{content:?} was not credited"
            );
        }
    }

    /// Checks that no success is silent: its payment is credited, or an alarm names the payment, or a compensation waits.
    fn check_silence(&self, now: &Contents) {
        for content in &self.events {
            let id = payment_id(content.payment);
            let Some(payment) = now.payments.iter().find(|it| it.id.as_str() == id) else {
                continue;
            };
            let [kind, status, payment_status] = content.statuses;
            let waits = status == "success" && kind.starts_with("refund");
            let alarmed = |alarm: &Alarm| alarm.payment_id.as_ref() == Some(&payment.id);
            assert!(
                payment_status != "success"
                    || waits && !content.bare
                    || payment.state.was_credited()
                    || now.alarms.iter().any(alarmed),
                "{content:?} is silent"
            );
        }
    }
}

/// Checks that the payment, its state and its entries agree.
fn check_amounts(payment: &Payment, own: &[&Entry]) {
    let (amount, remaining) = (payment.amount.minor(), payment.remaining);
    let sum: i64 = own.iter().map(|entry| entry.amount.minor()).sum();
    assert_eq!(sum, remaining);
    let credits: Vec<i64> = own
        .iter()
        .filter(|entry| entry.kind == EntryKind::Credit)
        .map(|entry| entry.amount.minor())
        .collect();
    assert_eq!(
        credits,
        if payment.state.was_credited() {
            vec![amount]
        } else {
            vec![]
        }
    );
    let fits = match payment.state {
        PaymentState::Credited => remaining == amount,
        PaymentState::PartiallyRefunded => (1..amount).contains(&remaining),
        PaymentState::Pending
        | PaymentState::Declined
        | PaymentState::Quarantined
        | PaymentState::Refunded
        | PaymentState::Reversed => remaining == 0,
    };
    assert!(fits, "{:?} with {remaining} of {amount}", payment.state);
}

fn entries_of<'a>(payment: &'a Payment, entries: &'a [Entry]) -> impl Iterator<Item = &'a Entry> {
    entries
        .iter()
        .filter(|entry| entry.payment_id == payment.id)
}

/// Two callbacks with the same identity report one event.
fn identity(content: &CallbackContent) -> (u8, u64, Option<(u64, &str)>, &str) {
    let [_, operation_status, payment_status] = content.statuses;
    (
        content.payment,
        content.project,
        (!content.bare).then_some((content.operation, operation_status)),
        payment_status,
    )
}

fn has_same_content(one: CallbackContent, other: CallbackContent) -> bool {
    one.bare
        || one.statuses[0] == other.statuses[0]
            && (one.amount, one.currency) == (other.amount, other.currency)
}
