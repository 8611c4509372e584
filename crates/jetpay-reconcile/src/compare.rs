//! One operation: what the platform lists against all that is recorded.

use std::fmt::Display;

use jetpay_core::Money;
use jetpay_core::id::{OperationId, ProjectId};
use jetpay_core::status::{OperationStatus, OperationType, StatusClass};
use jetpay_rules::EntryKind;

use crate::books::Listed;
use crate::effect::{Booked, Move, direction, reported};
use crate::ours::Ours;
use crate::recorded::{BookedKind, Facts};
use crate::report::{Finding, Interval, Kind};
use crate::results::{Found, Verdict};
use crate::why::nothing_booked;

/// What a comparison is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) interval: Interval,
    pub(crate) fresh_from: i64,
    /// A row of the operation cannot be read.
    pub(crate) is_unreadable: bool,
}

/// Compares one operation.
pub(crate) fn compare(
    identity: (ProjectId, OperationId),
    theirs: Option<&Listed<'_>>,
    facts: &Facts,
    terms: Terms,
) -> Verdict {
    let ours = Ours::of(facts, theirs);
    let time = theirs.and_then(|theirs| theirs.time).or(ours.time);
    if !time.map_or(theirs.is_some(), |time| terms.interval.contains(time)) {
        return Verdict::default();
    }
    let mut comparison = Comparison {
        identity,
        theirs,
        facts,
        time,
        is_fresh: time.is_some_and(|time| time >= terms.fresh_from),
        is_unreadable: terms.is_unreadable,
        found: Vec::new(),
    };
    let counted = comparison.judge(&ours);
    let found = comparison.found;
    Verdict {
        inside: true,
        counted: counted.filter(|_| found.is_empty()),
        found,
        ours: ours.moves(theirs.map(|theirs| theirs.kind)),
        undone: theirs.is_none() && ours.first.is_none() && ours.corrected,
    }
}

struct Comparison<'c> {
    identity: (ProjectId, OperationId),
    theirs: Option<&'c Listed<'c>>,
    facts: &'c Facts,
    time: Option<i64>,
    is_fresh: bool,
    is_unreadable: bool,
    found: Vec<Found>,
}

/// What a finding says.
#[derive(Default)]
struct Words {
    field: Option<&'static str>,
    ours: Option<String>,
    theirs: Option<String>,
    why: Option<String>,
}

impl Comparison<'_> {
    /// Adds what is found, and returns what is counted if nothing is.
    fn judge(&mut self, ours: &Ours<'_>) -> Option<Kind> {
        let kind = self.theirs.map(|theirs| theirs.kind);
        if !ours.twice.is_empty() {
            let booked = ours.first.iter().chain(&ours.twice);
            let words = Words {
                ours: Some(join(booked.map(|booked| text(booked.entry.amount)))),
                ..Words::default()
            };
            let moves = ours.twice.iter().map(|booked| undo(booked.moved(kind)));
            self.add(Kind::TwiceHere, ours.first, words, moves.collect());
        }
        match (self.theirs, ours.first) {
            (None, None) => None,
            (None, Some(first)) => {
                self.not_there(first, &ours.other);
                None
            }
            (Some(theirs), None) => self.not_booked(theirs, ours.corrected),
            (Some(theirs), Some(first)) if theirs.status.class() == StatusClass::Succeeded => {
                self.fields(theirs, first, &ours.other);
                Some(Kind::Matched)
            }
            (Some(theirs), Some(first)) => {
                self.no_success(theirs, first, &ours.other);
                None
            }
        }
    }

    /// The platform does not list what is booked.
    fn not_there(&mut self, first: Booked<'_>, other: &[Booked<'_>]) {
        let by_operator = first.entry.kind == BookedKind::Entry(EntryKind::ManualCredit);
        let words = Words {
            ours: Some(text(first.entry.amount)),
            why: by_operator.then(|| "an operator credited it".to_owned()),
            ..Words::default()
        };
        let moves = std::iter::once(&first).chain(other);
        let moves = moves.map(|booked| undo(booked.moved(None))).collect();
        if self.is_unreadable {
            let why = "the platform lists it in a row that cannot be read";
            let why = Some(why.to_owned());
            return self.add(Kind::Unreadable, Some(first), Words { why, ..words }, moves);
        }
        self.add_alone(Kind::NotThere, Some(first), words, moves);
    }

    /// The platform lists what is not booked.
    fn not_booked(&mut self, theirs: &Listed<'_>, corrected: bool) -> Option<Kind> {
        match theirs.status.class() {
            StatusClass::Succeeded => {}
            StatusClass::Failed => return Some(Kind::DeclinedBoth),
            _ if !matches!(theirs.status, OperationStatus::Other(_)) => {
                return Some(Kind::NotFinal);
            }
            _ => {
                let words = Words {
                    field: Some("operation_status"),
                    theirs: Some(theirs.status.to_string()),
                    why: Some(
                        "the status is unknown here: map it to a word of the platform".into(),
                    ),
                    ..Words::default()
                };
                self.add(Kind::Unreadable, None, words, Vec::new());
                return None;
            }
        }
        let words = Words {
            theirs: Some(text(theirs.amount)),
            why: Some(nothing_booked(theirs, self.facts, corrected)),
            ..Words::default()
        };
        let takes_back = direction(theirs.kind) == Some(-1);
        let moves = vec![reported(theirs)];
        match (takes_back, corrected) {
            (true, _) => self.add_alone(Kind::TakenBackThere, None, words, moves),
            (false, true) => self.add(Kind::TakenBackHere, None, words, moves),
            (false, false) => self.add_alone(Kind::NotCredited, None, words, moves),
        }
        None
    }

    /// Both have an effect. Each finding explains one step of the way from what is booked to what the platform says.
    fn fields(&mut self, theirs: &Listed<'_>, first: Booked<'_>, other: &[Booked<'_>]) {
        let kind = first.word(Some(theirs.kind));
        let (mine, yours) = (first.entry.amount.currency(), theirs.amount.currency());
        let (size, reported_size) = (first.size(), i128::from(theirs.amount.minor()));
        let step = |kind: &OperationType, currency, size: i128| Move {
            kind: kind.clone(),
            currency,
            amount: first.direction * size,
        };
        if size != reported_size {
            let took_rest = first.entry.kind == BookedKind::Entry(EntryKind::ManualChange);
            let words = Words {
                field: Some("amount"),
                ours: Some(format!("{size} {mine}")),
                theirs: Some(text(theirs.amount)),
                why: took_rest.then(|| "a manual change takes what remains of the payment".into()),
            };
            let moves = vec![step(&kind, mine, reported_size - size)];
            self.add(Kind::AmountDiffers, Some(first), words, moves);
        }
        if mine != yours {
            let words = differing("currency", &mine, &yours);
            let moves = vec![
                step(&kind, mine, -reported_size),
                step(&kind, yours, reported_size),
            ];
            self.add(Kind::CurrencyDiffers, Some(first), words, moves);
        }
        if first.entry.payment_id.as_str() != theirs.payment_id {
            let words = differing("payment_id", &first.entry.payment_id, &theirs.payment_id);
            self.add(Kind::PaymentDiffers, Some(first), words, Vec::new());
        }
        if kind != *theirs.kind || !other.is_empty() {
            let differing = (kind != *theirs.kind).then_some(&first);
            let words = differing.into_iter().chain(other);
            let words = Words {
                field: Some("operation_type"),
                ours: Some(join(words.map(|booked| booked.word(Some(theirs.kind))))),
                theirs: Some(theirs.kind.to_string()),
                why: None,
            };
            let mut moves = vec![step(&kind, yours, -reported_size), reported(theirs)];
            moves.extend(
                other
                    .iter()
                    .map(|booked| undo(booked.moved(Some(theirs.kind)))),
            );
            self.add(Kind::TypeDiffers, Some(first), words, moves);
        }
    }

    /// An effect is booked, and the platform reports no success.
    fn no_success(&mut self, theirs: &Listed<'_>, first: Booked<'_>, other: &[Booked<'_>]) {
        let is_final = theirs.status.is_final();
        let words = Words {
            field: Some("operation_status"),
            ours: Some(text(first.entry.amount)),
            theirs: Some(theirs.status.to_string()),
            why: (!is_final).then(|| "the platform's status is not final".to_owned()),
        };
        let effects = std::iter::once(&first).chain(other);
        let moves = effects.map(|booked| undo(booked.moved(Some(theirs.kind))));
        let moves = moves.collect();
        let kind = if first.direction < 0 {
            Kind::TakenBackHere
        } else {
            Kind::TakenBackThere
        };
        let kind = if self.is_fresh && !is_final {
            Kind::TooFresh
        } else {
            kind
        };
        self.add(kind, Some(first), words, moves);
    }

    /// Adds what only one side has: the other may still come, or a person knows about it.
    fn add_alone(
        &mut self,
        kind: Kind,
        first: Option<Booked<'_>>,
        mut words: Words,
        moves: Vec<Move>,
    ) {
        let amount = self.theirs.map(|theirs| theirs.amount);
        let amount = amount.or_else(|| first.map(|first| first.entry.amount));
        let payment = self.theirs.map(|theirs| theirs.payment_id);
        let payment = payment.or_else(|| first.map(|first| first.entry.payment_id.as_str()));
        let mut foreign = self.facts.foreign.iter();
        let is_same = |(of, money, about): &(Kind, Money, Option<String>)| {
            *of == kind && Some(*money) == amount && about.as_deref() == payment
        };
        let instead = if self.facts.is_foreign || foreign.any(is_same) {
            Kind::Foreign
        } else if self.is_fresh {
            Kind::TooFresh
        } else {
            return self.add(kind, first, words, moves);
        };
        words.why = Some(match words.why {
            Some(why) => format!("{kind}: {why}"),
            None => kind.to_string(),
        });
        self.add(instead, first, words, moves);
    }

    fn add(&mut self, kind: Kind, first: Option<Booked<'_>>, words: Words, moves: Vec<Move>) {
        let booked = || first.map(|first| first.entry);
        let payment = self.theirs.map(|theirs| theirs.payment_id);
        let payment = payment.or_else(|| Some(booked()?.payment_id.as_str()));
        let amount = self.theirs.map(|theirs| theirs.amount);
        let finding = Finding {
            payment_id: payment.map(ToOwned::to_owned),
            field: words.field.map(ToOwned::to_owned),
            ours: words.ours,
            theirs: words.theirs,
            why: words.why,
            amount: amount.or_else(|| Some(booked()?.amount)),
            time: self.time,
            source: self.theirs.map(|theirs| theirs.source.number()),
            line: self.theirs.and_then(|theirs| theirs.line),
            ..Finding::of(self.identity, kind)
        };
        self.found.push(Found { finding, moves });
    }
}

fn differing(field: &'static str, ours: &dyn Display, theirs: &dyn Display) -> Words {
    Words {
        field: Some(field),
        ours: Some(ours.to_string()),
        theirs: Some(theirs.to_string()),
        why: None,
    }
}

/// What the platform lacks.
fn undo(moved: Move) -> Move {
    Move {
        amount: -moved.amount,
        ..moved
    }
}

/// An amount in minor units with its currency.
pub(crate) fn text(amount: Money) -> String {
    format!("{} {}", amount.minor(), amount.currency())
}

fn join<T: ToString>(texts: impl Iterator<Item = T>) -> String {
    let texts: Vec<String> = texts.map(|text| text.to_string()).collect();
    texts.join(", ")
}
