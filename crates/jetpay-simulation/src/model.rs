//! What a payment must look like once some facts are known, whatever the order in which they came. Written from what
//! the facts mean, as sets and sums, and not from the ledger's rules, which go step by step.

use std::ops::RangeInclusive;

use crate::fact::{Meaning, Saying};

/// How a payment must stand.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) credited: bool,
    /// What may remain of it, in minor units.
    pub(crate) remaining: RangeInclusive<i64>,
    /// Its state, when it is not credited.
    pub(crate) state: &'static str,
}

/// What follows for a payment over `amount` from what is known. `elsewhere` says whether a sale's operation has credited
/// another payment: then it does not fit this one.
pub(crate) fn expected(
    known: &[&Saying],
    amount: i64,
    elsewhere: impl Fn(&Saying) -> bool,
) -> Expected {
    let is = |meaning| move |saying: &&&Saying| saying.meaning == meaning;
    let pays = |saying: &&&Saying| is(Meaning::Pays)(saying) && !elsewhere(saying);
    let misfit = known.iter().any(|saying| {
        is(Meaning::Misfit)(&saying) || is(Meaning::Pays)(&saying) && elsewhere(saying)
    });
    if !known.iter().any(|saying| pays(&saying)) {
        let state = if misfit {
            "quarantined"
        } else if known.iter().any(|saying| is(Meaning::Fails)(&saying)) {
            "declined"
        } else {
            "pending"
        };
        return Expected {
            credited: false,
            remaining: 0..=0,
            state,
        };
    }
    let takes = sum(known, Meaning::Takes);
    let returns = sum(known, Meaning::Returns);
    let rest = known.iter().any(|saying| is(Meaning::TakesRest)(&saying));
    let remaining = match (rest, takes <= amount) {
        (true, _) => 0..=0,
        // A refund taken back that comes before its refund is put before a person, and not kept waiting for it.
        (false, true) => amount - takes..=amount - takes + returns.min(takes),
        // Not all of it fits, and the order says which.
        (false, false) => 0..=amount,
    };
    Expected {
        credited: true,
        remaining,
        state: "",
    }
}

/// The states that fit a credited payment of which so much remains.
pub(crate) fn states(remaining: i64, amount: i64) -> &'static [&'static str] {
    match remaining {
        0 => &["refunded", "reversed"],
        all if all == amount => &["credited"],
        _ => &["partially_refunded"],
    }
}

/// How far on a state is: it never becomes less.
pub(crate) fn rank(state: &str) -> u8 {
    match state {
        "pending" => 0,
        "declined" => 1,
        "quarantined" => 2,
        _ => 3,
    }
}

/// The amounts of the operations with this meaning, each operation once.
fn sum(known: &[&Saying], meaning: Meaning) -> i64 {
    let mut operations: Vec<(u64, i64)> = known
        .iter()
        .filter(|saying| saying.meaning == meaning)
        .map(|saying| (saying.operation, saying.amount))
        .collect();
    operations.sort_unstable();
    operations.dedup_by_key(|(operation, _)| *operation);
    operations.iter().map(|(_, amount)| amount).sum()
}
