//! What is recorded of one operation, ready to be compared: its effects without those that were corrected, and its time.

use jetpay_core::status::OperationType;
use jetpay_rules::EntryKind;

use crate::books::Listed;
use crate::effect::{Booked, Move, succeeded};
use crate::recorded::{BookedEntry, BookedKind, Facts, RecordedEvent};

/// The effects of an operation.
pub(crate) struct Ours<'f> {
    /// The one to be compared, if there is one.
    pub(crate) first: Option<Booked<'f>>,
    /// More effects under the same word of the platform.
    pub(crate) twice: Vec<Booked<'f>>,
    /// Effects under other words.
    pub(crate) other: Vec<Booked<'f>>,
    /// Whether an operator corrected an entry of it.
    pub(crate) corrected: bool,
    /// When it happened: by its callback, else when it was recorded.
    pub(crate) time: Option<i64>,
}

impl<'f> Ours<'f> {
    pub(crate) fn of(facts: &'f Facts, theirs: Option<&Listed<'_>>) -> Self {
        let (mut effects, corrected) = effects(&facts.entries);
        let kind = theirs.map(|theirs| theirs.kind);
        // What is most like the platform's version is compared with it, and the rest is too much.
        effects.sort_by_key(|effect| {
            let fits = kind.is_some_and(|kind| effect.fits(kind));
            let agrees = theirs.is_some_and(|theirs| effect.agrees(theirs));
            (!fits, !agrees)
        });
        let mut effects = effects.into_iter();
        let first = effects.next();
        let word = first.map(|first| first.word(kind));
        let (twice, other) = effects.partition(|effect| Some(effect.word(kind)) == word);
        Self {
            first,
            twice,
            other,
            corrected,
            time: time(facts),
        }
    }

    /// What they moved, all together.
    pub(crate) fn moves(&self, theirs: Option<&OperationType>) -> Vec<Move> {
        let effects = self.first.iter().chain(&self.twice).chain(&self.other);
        effects.map(|effect| effect.moved(theirs)).collect()
    }
}

/// The entries without corrections and what these undid, in an order of their own; and whether there was a correction.
fn effects(entries: &[BookedEntry]) -> (Vec<Booked<'_>>, bool) {
    let mut entries: Vec<_> = entries.iter().map(Booked::of).collect();
    entries.sort_by_cached_key(|booked| {
        let entry = booked.entry;
        let amount = (entry.amount.currency(), entry.amount.minor());
        (
            booked.word(None).to_string(),
            amount,
            &entry.payment_id,
            entry.time,
        )
    });
    let is_correction =
        |booked: &Booked<'_>| booked.entry.kind == BookedKind::Entry(EntryKind::Correction);
    let (corrections, mut effects): (Vec<_>, Vec<_>) = entries.into_iter().partition(is_correction);
    let corrected = !corrections.is_empty();
    for correction in corrections {
        let undone = effects.iter().position(|booked| {
            booked.entry.payment_id == correction.entry.payment_id
                && booked.entry.amount.checked_neg() == Ok(correction.entry.amount)
        });
        match undone {
            Some(undone) => drop(effects.remove(undone)),
            None => effects.push(correction),
        }
    }
    (effects, corrected)
}

/// Of the callbacks that report its success, else of all its callbacks, the latest date; without a callback, when the first
/// entry was recorded.
fn time(facts: &Facts) -> Option<i64> {
    let all = facts.events.iter();
    let successes = all.clone().filter(|event| is_success(event));
    let latest = successes.map(|event| event.time).max();
    let latest = latest.or_else(|| all.map(|event| event.time).max());
    let first = || facts.entries.iter().map(|entry| entry.time).min();
    latest.or_else(first)
}

/// Whether a callback reports the success of its operation.
pub(crate) fn is_success(event: &RecordedEvent) -> bool {
    event.status.as_ref().is_some_and(succeeded)
}
