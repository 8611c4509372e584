//! The comparison: first everything plainly, then the doubtful operations with all that is recorded of them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jetpay_core::id::{OperationId, ProjectId};
use jetpay_core::status::{OperationStatus, OperationType, StatusClass};

use crate::books::{Listed, PlatformBooks};
use crate::compare::{Terms, compare};
use crate::effect::{Booked, Move, reported, succeeded};
use crate::ours::is_success;
use crate::recorded::{BookedEntry, Facts, OpenDifference, RecordedEvent};
use crate::report::{Interval, Kind, Report};
use crate::results::{Results, Verdict};

/// The identity of an operation, and the payment that the platform names for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "it is an identity")]
pub struct Key {
    /// The project.
    pub project_id: ProjectId,
    /// The operation.
    pub operation_id: OperationId,
    /// The payment that the platform names; none if the platform does not list the operation.
    pub payment_id: Option<Box<str>>,
}

/// Compares the platform's books with what was recorded.
///
/// Of an operation that the platform lists it keeps one byte, of any other some thirty.
#[derive(Debug)]
pub struct Matcher<'b> {
    books: &'b PlatformBooks,
    terms: Terms,
    projects: Vec<ProjectId>,
    /// What was given of each operation of the books, in their order.
    listed: Vec<Given>,
    /// What was given of operations that the platform does not list.
    unlisted: HashMap<(ProjectId, OperationId), Given>,
    /// For each class of the books, the money of entries that agree.
    agreed: Vec<i128>,
    judged: BTreeMap<(ProjectId, OperationId), Verdict>,
    open: Vec<OpenDifference>,
}

/// What was given of an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Given(u8);

impl Given {
    /// One entry that says what the platform says. Its money is counted as agreed.
    const AGREES: u8 = 1;
    /// What needs a closer look: more than one entry, or one that says something else.
    const DOUBT: u8 = 2;
    /// A callback that reports the success, with a time inside the interval.
    const INSIDE: u8 = 4;
    /// The same with a time outside the interval.
    const OUTSIDE: u8 = 8;

    const fn has(self, what: u8) -> bool {
        self.0 & what != 0
    }

    const fn add(&mut self, what: u8) {
        self.0 |= what;
    }
}

/// How an operation of the books looks by what was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Plain(Kind),
    Doubtful,
}

/// How much the clocks of the platform and of the merchant may differ, in seconds.
const CLOCKS_DIFFER: i64 = 86_400;

impl<'b> Matcher<'b> {
    /// Begins a comparison of the operations inside `interval` and of these projects. Operations after `fresh_from` (in whole
    /// seconds since 1970-01-01 00:00 UTC) are too fresh to be differences.
    #[must_use]
    pub fn new(
        books: &'b PlatformBooks,
        interval: Interval,
        fresh_from: i64,
        projects: &[ProjectId],
    ) -> Self {
        Self {
            books,
            terms: Terms {
                interval,
                fresh_from,
                is_unreadable: false,
            },
            projects: projects.to_vec(),
            listed: vec![Given::default(); books.len()],
            unlisted: HashMap::new(),
            agreed: vec![0; books.classes()],
            judged: BTreeMap::new(),
            open: Vec::new(),
        }
    }

    /// Takes a recorded event. Give those of the interval and around it, in any order.
    pub fn event(&mut self, event: &RecordedEvent) {
        if !self.projects.contains(&event.project_id) || !is_success(event) {
            return;
        }
        let side = if self.terms.interval.contains(event.time) {
            Given::INSIDE
        } else {
            Given::OUTSIDE
        };
        let (project, operation) = (event.project_id, event.operation_id);
        match self.books.find(project, operation) {
            Some(place) => self.listed[place].add(side),
            None => self
                .unlisted
                .entry((project, operation))
                .or_default()
                .add(side),
        }
    }

    /// Takes a recorded movement of money. Give those from the beginning of the interval on, in any order: a correction can
    /// come long after the operation.
    pub fn entry(&mut self, entry: &BookedEntry) {
        if !self.projects.contains(&entry.project_id) {
            return;
        }
        let (project, operation) = (entry.project_id, entry.operation_id);
        let Some(place) = self.books.find(project, operation) else {
            let given = self.unlisted.entry((project, operation)).or_default();
            if entry.time >= self.terms.interval.from.saturating_sub(CLOCKS_DIFFER) {
                given.add(Given::DOUBT);
            }
            return;
        };
        let theirs = self.books.operation(place);
        let given = &mut self.listed[place];
        let is_first = !given.has(Given::AGREES | Given::DOUBT);
        if is_first && succeeded(theirs.status) && Booked::of(entry).agrees(&theirs) {
            given.add(Given::AGREES);
            self.agreed[theirs.class.place()] += Booked::of(entry).moved(None).amount;
        } else {
            self.withdraw(place);
            self.listed[place].add(Given::DOUBT);
        }
    }

    /// Takes payouts that are recorded as paid, without an operation: a person said so. Of each, the last payout of the books
    /// is doubtful.
    pub fn paid_without_operation(&mut self, payments: &BTreeSet<String>) {
        for place in self.last_places(|id| payments.contains(id)).into_values() {
            self.withdraw(place);
            self.listed[place].add(Given::DOUBT);
        }
    }

    /// The last payout of the books for each payment of a doubtful payout, in its project: the operation of a payout that is
    /// recorded as paid without one.
    #[must_use]
    pub fn last_payouts(&self, doubtful: &[Key]) -> HashMap<(ProjectId, &'b str), OperationId> {
        let places = doubtful
            .iter()
            .filter_map(|key| self.books.find(key.project_id, key.operation_id));
        let payouts = places.map(|place| self.books.operation(place));
        let payouts = payouts.filter(|theirs| *theirs.kind == OperationType::Payout);
        let payments: HashSet<&str> = payouts.map(|theirs| theirs.payment_id).collect();
        if payments.is_empty() {
            return HashMap::new();
        }
        let last = self.last_places(|id| payments.contains(id)).into_iter();
        last.map(|(payment, place)| (payment, self.books.operation(place).operation_id))
            .collect()
    }

    /// The place of the last payout of the books for each payment that `wanted` picks, in its project.
    fn last_places(&self, wanted: impl Fn(&str) -> bool) -> HashMap<(ProjectId, &'b str), usize> {
        let books = self.books;
        let listed = (0..books.len()).map(|place| (place, books.operation(place)));
        let payouts = listed.filter(|(_, theirs)| {
            *theirs.kind == OperationType::Payout && wanted(theirs.payment_id)
        });
        payouts
            .map(|(place, theirs)| ((theirs.project_id, theirs.payment_id), place))
            .collect()
    }

    /// Takes a difference that is open: its operation is doubtful, so that the report can say whether it still differs.
    pub fn open(&mut self, difference: OpenDifference) {
        let (project, operation) = (difference.project_id, difference.operation_id);
        if !self.projects.contains(&project) {
            return;
        }
        if let Some(place) = self.books.find(project, operation) {
            self.withdraw(place);
            self.listed[place].add(Given::DOUBT);
        } else {
            let given = self.unlisted.entry((project, operation)).or_default();
            given.add(Given::DOUBT);
        }
        self.open.push(difference);
    }

    /// Whether this comparison can say that a difference no longer is one: the platform lists the operation inside the
    /// interval, or what it lacks is no longer booked. That a row is missing says nothing about the operation.
    fn looked_at(&self, difference: &OpenDifference) -> bool {
        let identity = (difference.project_id, difference.operation_id);
        if self.books.is_unreadable(identity) {
            return false;
        }
        let verdict = self.judged.get(&identity);
        let undone = matches!(difference.kind, Kind::NotThere | Kind::TwiceHere);
        match self.books.find(identity.0, identity.1) {
            Some(_) => verdict.is_some_and(|verdict| verdict.inside),
            None => undone && verdict.is_some_and(|verdict| verdict.undone),
        }
    }

    /// No longer counts the money of an entry as agreed.
    fn withdraw(&mut self, place: usize) {
        let given = &mut self.listed[place];
        if given.has(Given::AGREES) {
            given.0 &= !Given::AGREES;
            let theirs = self.books.operation(place);
            self.agreed[theirs.class.place()] -= reported(&theirs).amount;
        }
    }

    fn terms_of(&self, operation: (ProjectId, OperationId)) -> Terms {
        Terms {
            is_unreadable: self.books.is_unreadable(operation),
            ..self.terms
        }
    }

    /// The operations that do not agree as far as was given: in their order. Look up all that is recorded of each, and give it
    /// to [`judge`](Self::judge).
    #[must_use]
    pub fn doubtful(&self) -> Vec<Key> {
        let listed = (0..self.books.len()).filter_map(|place| {
            let theirs = self.books.operation(place);
            let is_doubtful = self.look(place, &theirs) == Look::Doubtful;
            is_doubtful.then(|| Key {
                project_id: theirs.project_id,
                operation_id: theirs.operation_id,
                payment_id: Some(theirs.payment_id.into()),
            })
        });
        let unlisted = self.unlisted.iter().filter(|(_, given)| {
            // The callback's time decides. Only without one, the entry's time does.
            given.has(Given::INSIDE) || given.has(Given::DOUBT) && !given.has(Given::OUTSIDE)
        });
        let unlisted = unlisted.map(|(&(project_id, operation_id), _)| Key {
            project_id,
            operation_id,
            payment_id: None,
        });
        let mut keys: Vec<Key> = listed.chain(unlisted).collect();
        keys.sort_unstable();
        keys
    }

    /// How an operation of the books looks by what was given.
    fn look(&self, place: usize, theirs: &Listed<'_>) -> Look {
        let given = self.listed[place];
        if !self.projects.contains(&theirs.project_id) {
            return Look::Plain(Kind::Outside);
        }
        let inside = match theirs.time {
            Some(time) => self.terms.interval.contains(time),
            None => match (given.has(Given::INSIDE), given.has(Given::OUTSIDE)) {
                (false, true) => false,
                (true, false) => true,
                _ => return Look::Doubtful,
            },
        };
        if !inside {
            return Look::Plain(Kind::Outside);
        }
        let nothing = given == Given::default();
        match theirs.status.class() {
            StatusClass::Succeeded if given.has(Given::AGREES) => Look::Plain(Kind::Matched),
            StatusClass::Failed if nothing => Look::Plain(Kind::DeclinedBoth),
            StatusClass::Intermediate if nothing => Look::Plain(Kind::NotFinal),
            StatusClass::Unknown if nothing && *theirs.status == OperationStatus::Unknown => {
                Look::Plain(Kind::NotFinal)
            }
            _ => Look::Doubtful,
        }
    }

    /// Judges a doubtful operation by all that is recorded of it. What was given of it before no longer counts.
    ///
    /// A doubtful operation that is not judged counts as one of which nothing is recorded.
    pub fn judge(&mut self, key: &Key, facts: &Facts) {
        let identity = (key.project_id, key.operation_id);
        if !self.projects.contains(&key.project_id) {
            return;
        }
        let place = self.books.find(key.project_id, key.operation_id);
        if let Some(place) = place {
            self.withdraw(place);
            self.listed[place].add(Given::DOUBT);
        }
        let theirs = place.map(|place| self.books.operation(place));
        let terms = self.terms_of(identity);
        let verdict = compare(identity, theirs.as_ref(), facts, terms);
        self.judged.insert(identity, verdict);
    }

    /// The report of a ledger that was read up to this entry.
    #[must_use]
    pub fn report(self, ledger_seq: i64) -> Report {
        let (books, interval) = (self.books, self.terms.interval);
        self.results().report(books, interval, ledger_seq)
    }

    /// Puts the results of all operations together.
    pub(crate) fn results(mut self) -> Results {
        let books = self.books;
        let mut open = std::mem::take(&mut self.open);
        open.retain(|difference| self.looked_at(difference));
        let mut results = Results::of(open);
        let mut versions = books.versions().peekable();
        for place in 0..books.len() {
            let theirs = books.operation(place);
            let verdict = self.verdict(place, &theirs);
            let contents = versions.next_if(|(versioned, _)| *versioned == place);
            if !verdict.inside {
                self.withdraw(place);
                results.count(Kind::Outside);
                continue;
            }
            results.add_theirs(theirs.project_id, &reported(&theirs));
            results.add(theirs.project_id, verdict);
            if let Some((_, contents)) = contents {
                results.add_versions(books, &contents);
            }
        }
        for ((project, _), verdict) in self.judged {
            results.add(project, verdict);
        }
        for (agreed, (project, moved)) in self.agreed.into_iter().zip(books.class_moves()) {
            let amount = agreed;
            results.add_ours(project, &Move { amount, ..moved });
        }
        results
    }

    /// What is said about an operation of the books.
    fn verdict(&mut self, place: usize, theirs: &Listed<'_>) -> Verdict {
        let identity = (theirs.project_id, theirs.operation_id);
        if let Some(verdict) = self.judged.remove(&identity) {
            return verdict;
        }
        match self.look(place, theirs) {
            Look::Doubtful => {
                self.withdraw(place);
                let terms = self.terms_of(identity);
                compare(identity, Some(theirs), &Facts::default(), terms)
            }
            Look::Plain(kind) => Verdict {
                inside: kind != Kind::Outside,
                counted: Some(kind),
                ..Verdict::default()
            },
        }
    }
}
