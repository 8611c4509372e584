//! Checks every property for every file that fuzzing left, on a stable toolchain; and that the files reach
//! everything.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use jetpay_ledger::{CallbackOutcome, EntryKind};
use jetpay_simulation::properties::{Read, billing, canonical, ledger, typed};

/// The files of a target, each with its name.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = [env!("CARGO_MANIFEST_DIR"), "../../fuzz/corpus", target];
    let folder: PathBuf = folder.iter().collect();
    let files = fs::read_dir(&folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let mut files: Vec<(String, Vec<u8>)> = files
        .map(|file| file.unwrap().path())
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

/// Runs the property for each file. Prints the name first, so that a panic shows the file.
fn each<T>(target: &str, property: fn(&[u8]) -> T) -> Vec<T> {
    let run = |(name, bytes): (String, Vec<u8>)| {
        println!("{name}");
        property(&bytes)
    };
    corpus(target).into_iter().map(run).collect()
}

#[test]
fn corpus_of_canonical_strings_holds_and_has_readable_and_unreadable_bodies() {
    let readable = each("canonical", canonical);
    let good = readable.iter().filter(|readable| **readable).count();
    assert!(
        good >= 20 && readable.len() - good >= 20,
        "{good} of {}",
        readable.len()
    );
}

#[test]
fn corpus_of_typed_messages_holds_and_has_every_message_of_every_method() {
    let found: BTreeSet<(&str, Read)> = each("typed", typed).into_iter().flatten().collect();
    assert_eq!(found.len(), 5 * 4, "{found:?}");
}

#[test]
fn corpus_of_the_ledger_holds_and_has_every_entry_and_every_outcome() {
    let tallies = each("ledger", ledger);
    let has = |kind| tallies.iter().any(|tally| tally.entries.contains(&kind));
    let kinds = [
        EntryKind::Credit,
        EntryKind::Refund,
        EntryKind::Reversal,
        EntryKind::RefundReverse,
        EntryKind::ManualChange,
    ];
    assert!(kinds.into_iter().all(has));
    let has_outcome = |what| tallies.iter().any(|tally| tally.outcomes.contains(&what));
    let outcomes = [
        CallbackOutcome::Applied,
        CallbackOutcome::Repeated,
        CallbackOutcome::Noted,
        CallbackOutcome::Unmatched,
        CallbackOutcome::Quarantined,
    ];
    assert!(outcomes.into_iter().all(has_outcome));
}

#[test]
fn corpus_of_a_billings_answers_holds_and_has_every_meaning() {
    let reached: BTreeSet<&str> = each("billing", billing).into_iter().flatten().collect();
    let meanings = [
        "again",
        "delivered",
        "known",
        "not now",
        "refused",
        "repeated",
        "said",
        "unknown",
        "unreadable",
    ];
    assert_eq!(reached.into_iter().collect::<Vec<_>>(), meanings);
}
