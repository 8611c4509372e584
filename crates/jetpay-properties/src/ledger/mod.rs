//! Of the ledger: whatever is announced and told, in whatever order, the money is right after every step.

mod steps;

use std::collections::{BTreeMap, BTreeSet};

use jetpay_ledger::{CallbackOutcome, Entry, EntryKind, Payment, PaymentState};

use self::steps::{Announced, Books, Contents, Step, Told, customer_id, payment_id, steps};

/// What was done to the ledger so far, and what it said last.
#[derive(Default)]
struct Check {
    announced: BTreeMap<u8, Announced>,
    dismissed: BTreeSet<u8>,
    /// The first of each identity: only that one counts.
    facts: Vec<Told>,
    entries: Vec<Entry>,
    states: BTreeMap<String, PaymentState>,
}

impl Check {
    fn is_announced(&self, payment: u8) -> bool {
        self.announced.contains_key(&payment)
    }

    fn announced(&mut self, announced: Announced) {
        self.announced.entry(announced.payment).or_insert(announced);
    }

    fn dismissed(&mut self, payment: u8) {
        if !self.is_announced(payment) {
            self.dismissed.insert(payment);
        }
    }

    fn told(&mut self, told: Told, recorded: CallbackOutcome) {
        let known = self.is_announced(told.payment);
        let first = self
            .facts
            .iter()
            .find(|fact| identity(fact) == identity(&told));
        match first {
            None => assert_eq!(recorded == CallbackOutcome::Unmatched, !known),
            Some(_) if !known => {}
            Some(first) if says_the_same(*first, told) => {
                assert_eq!(recorded, CallbackOutcome::Repeated)
            }
            Some(_) => assert_eq!(
                recorded,
                CallbackOutcome::Quarantined,
                "one fact, told in two ways"
            ),
        }
        if first.is_none() {
            self.facts.push(told);
        }
    }

    /// Whether it is the first of its identity. Another may be new where its payment was not known when it first came.
    fn is_first(&self, told: &Told) -> bool {
        self.facts.contains(told)
    }

    /// The first of an identity came again.
    fn repeated(&self, told: Told, recorded: CallbackOutcome) {
        let known = self.is_announced(told.payment) || self.dismissed.contains(&told.payment);
        match recorded {
            CallbackOutcome::Repeated => assert!(known),
            CallbackOutcome::Unmatched => assert!(!self.is_announced(told.payment)),
            other => panic!("a repeat was {other:?}"),
        }
    }

    /// Holds all of it against what the ledger says now.
    fn hold(&mut self, now: &Contents) {
        assert!(
            now.entries.starts_with(&self.entries),
            "entries are only added"
        );
        self.entries.clone_from(&now.entries);
        assert_eq!(now.payments.len(), self.announced.len());
        for payment in &now.payments {
            let own: Vec<&Entry> = of(payment, &now.entries).collect();
            adds_up(payment, &own);
            self.goes_on(payment);
            self.has_a_reason(payment, &own);
        }
        self.everything_fitting_is_credited(now);
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

    /// Once credited, a payment was credited; once it has an outcome, it is not pending again.
    fn goes_on(&mut self, payment: &Payment) {
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

    /// Every entry was told by a callback that says exactly so, of this payment and this project.
    fn has_a_reason(&self, payment: &Payment, own: &[&Entry]) {
        for entry in own {
            let word = entry
                .kind
                .as_str()
                .replace('_', " ")
                .replace("credit", "sale");
            let reason = self.facts.iter().find(|fact| {
                payment_id(fact.payment) == payment.id.as_str()
                    && fact.operation == entry.operation_id.number()
                    && fact.project == payment.project_id.number()
                    && fact.currency == payment.amount.currency().code()
                    && fact.words[0] == word
                    && fact.words[1] == "success"
                    && (fact.amount == entry.amount.minor().abs()
                        || entry.kind == EntryKind::ManualChange)
                    && (fact.words[2] == "success" || entry.kind != EntryKind::Credit)
            });
            assert!(reason.is_some(), "nobody told of {entry:?}");
        }
    }

    /// Nothing that fits stays without its credit, unless the operation has credited another payment.
    fn everything_fitting_is_credited(&self, now: &Contents) {
        for fact in self.facts.iter().filter(|fact| !fact.payout) {
            let Some(announced) = self.announced.get(&fact.payment) else {
                continue;
            };
            let fits = fact.words == ["sale", "success", "success"]
                && (fact.amount, fact.currency) == (announced.amount, announced.currency)
                && fact.project == announced.project;
            let used = |entry: &Entry| {
                entry.kind == EntryKind::Credit
                    && entry.operation_id.number() == fact.operation
                    && entry.project_id.number() == fact.project
            };
            let id = payment_id(fact.payment);
            let credited =
                |payment: &Payment| payment.id.as_str() == id && payment.state.was_credited();
            assert!(
                !fits || now.payments.iter().any(credited) || now.entries.iter().any(used),
                "{fact:?} was not credited"
            );
        }
    }
}

/// The payment, its state and its entries say one thing.
fn adds_up(payment: &Payment, own: &[&Entry]) {
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

fn of<'a>(payment: &'a Payment, entries: &'a [Entry]) -> impl Iterator<Item = &'a Entry> {
    entries
        .iter()
        .filter(|entry| entry.payment_id == payment.id)
}

/// By what two callbacks are one fact.
fn identity(told: &Told) -> (u8, u64, u64, &str, &str) {
    let [_, operation_status, payment_status] = told.words;
    (
        told.payment,
        told.project,
        told.operation,
        operation_status,
        payment_status,
    )
}

fn says_the_same(one: Told, other: Told) -> bool {
    one.words[0] == other.words[0] && (one.amount, one.currency) == (other.amount, other.currency)
}

/// What a sequence came to, so that a test can see that a corpus reaches all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// The entries' kinds, in the order of commit.
    pub entries: Vec<EntryKind>,
    /// What became of the callbacks, in their order.
    pub recorded: Vec<CallbackOutcome>,
}

/// Reads the bytes as a sequence of payments announced and callbacks told, plays it to a real ledger in a file of its
/// own, and looks after each step whether all of it still agrees.
///
/// # Panics
/// When it does not.
#[must_use]
pub fn ledger(bytes: &[u8]) -> Tally {
    let mut books = Books::open();
    let mut check = Check::default();
    let mut told: Vec<Told> = Vec::new();
    let mut tally = Tally::default();
    for step in steps(bytes) {
        match step {
            Step::Announce(announced) => {
                let new = !check.is_announced(announced.payment);
                assert_eq!(books.announce(announced), new, "an id is taken once");
                check.announced(announced);
            }
            Step::Tell(fact) => {
                let recorded = books.tell(fact);
                check.told(fact, recorded);
                told.push(fact);
                tally.recorded.push(recorded);
            }
            Step::Repeat(which) if !told.is_empty() => {
                let fact = told[which % told.len()];
                let before = books.read();
                let recorded = books.tell(fact);
                let after = books.read();
                assert_eq!(
                    after.entries, before.entries,
                    "what comes again moves no money"
                );
                if check.is_first(&fact) {
                    assert_eq!(after, before, "a repeated fact changes nothing");
                    check.repeated(fact, recorded);
                }
                tally.recorded.push(recorded);
            }
            Step::Repeat(_) => {}
            Step::Dismiss(payment) => {
                let before = books.read();
                books.dismiss(payment);
                assert_eq!(
                    books.read().entries,
                    before.entries,
                    "a person moves no money"
                );
                check.dismissed(payment);
            }
            Step::Reopen => {
                let before = books.read();
                books = books.reopen();
                assert_eq!(books.read(), before, "a restart changes nothing");
            }
        }
        check.hold(&books.read());
    }
    tally.entries = books
        .read()
        .entries
        .iter()
        .map(|entry| entry.kind)
        .collect();
    tally
}
