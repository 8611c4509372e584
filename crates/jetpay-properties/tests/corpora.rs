//! What fuzzing left, on a stable toolchain: every property holds for every file, and the files reach what they shall.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use jetpay_ledger::{CallbackOutcome, EntryKind};
use jetpay_properties::{Read, canonical, ledger, typed};

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

/// Says which file it was before the panic goes on.
fn each<T>(target: &str, property: fn(&[u8]) -> T) -> Vec<T> {
    let run = |(name, bytes): (String, Vec<u8>)| {
        println!("{name}");
        property(&bytes)
    };
    corpus(target).into_iter().map(run).collect()
}

#[test]
fn what_fuzzing_found_of_strings_to_sign_holds_and_has_readable_and_unreadable_bodies() {
    let readable = each("canonical", canonical);
    let good = readable.iter().filter(|readable| **readable).count();
    assert!(
        good >= 20 && readable.len() - good >= 20,
        "{good} of {}",
        readable.len()
    );
}

#[test]
fn what_fuzzing_found_of_typed_messages_holds_and_has_every_message_of_every_method() {
    let found: BTreeSet<(&str, Read)> = each("typed", typed).into_iter().flatten().collect();
    assert_eq!(found.len(), 5 * 4, "{found:?}");
}

#[test]
fn what_fuzzing_found_of_the_ledger_holds_and_has_every_entry_and_every_outcome() {
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
    let became = |what| tallies.iter().any(|tally| tally.recorded.contains(&what));
    let outcomes = [
        CallbackOutcome::Applied,
        CallbackOutcome::Repeated,
        CallbackOutcome::Noted,
        CallbackOutcome::Unmatched,
        CallbackOutcome::Quarantined,
    ];
    assert!(outcomes.into_iter().all(became));
}
