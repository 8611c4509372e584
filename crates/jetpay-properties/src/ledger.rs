//! Of the ledger: whatever is announced and told, in whatever order, the money is right after every step.

mod books;
mod check;
mod step;

use books::{Books, Told};
use check::Check;
use jetpay_ledger::{CallbackOutcome, EntryKind};
use step::Step;

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
    for step in step::steps(bytes) {
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
