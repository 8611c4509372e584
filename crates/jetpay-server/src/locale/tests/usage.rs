//! What the sources say exists, and what exists is said.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jetpay_ledger::payout::{PayoutResolution, PayoutState, StepKind};
use jetpay_ledger::{
    AlarmKind, DifferenceState, EntryKind, EventStatus, Feed, HitKind, MatchedWord, PaymentState,
    WaitingState,
};

use super::*;
use crate::methods::NAMES;

/// The sources of this crate, without white space and comments. Tests are left out: they say what does not exist.
fn sources() -> String {
    fn read(folder: &Path, all: &mut String) {
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && name != "tests" {
                read(&path, all);
            } else if path.extension().is_some_and(|it| it == "rs") && name != "tests.rs" {
                let source = std::fs::read_to_string(&path).unwrap();
                let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
                let lines = source
                    .lines()
                    .filter(|line| !line.trim_start().starts_with("//"));
                all.extend(lines.flat_map(str::split_whitespace));
            }
        }
    }
    let mut all = String::new();
    read(
        &PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut all,
    );
    all
}

/// The literals that follow one of these texts.
fn literals_after<'s>(sources: &'s str, before: &[&str]) -> BTreeSet<&'s str> {
    let after = before
        .iter()
        .flat_map(|before| sources.split(before).skip(1));
    after.filter_map(|rest| rest.split('"').next()).collect()
}

/// All literals that can be an id.
fn literals(sources: &str) -> BTreeSet<&str> {
    let is_id = |text: &&str| {
        text.contains('-')
            && text
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it))
    };
    sources.split('"').filter(is_id).collect()
}

#[test]
fn every_id_in_the_sources_has_a_message() {
    let sources = sources();
    let mut ids = literals_after(&sources, &["words.get(\"", "words.with(\"", "NotFound(\""]);
    for before in ["columns:&[", "COLUMNS:&[&str]=&[", "COLUMNS:[&str;"] {
        let lists = sources.split(before).skip(1);
        ids.extend(lists.flat_map(|list| {
            literals(
                list.split("];")
                    .next()
                    .unwrap_or_default()
                    .split("],")
                    .next()
                    .unwrap_or_default(),
            )
        }));
    }
    assert!(
        ids.contains("nav-label") && ids.contains("event-says-type"),
        "{ids:?}"
    );
    let messages = messages(Lang::English);
    let missing: Vec<_> = ids
        .into_iter()
        .filter(|id| !messages.contains_key(*id))
        .collect();
    assert!(missing.is_empty(), "no message has the id: {missing:#?}");
}

#[test]
fn every_message_is_said() {
    let sources = sources();
    let ids = literals(&sources);
    let groups = literals_after(&sources, &["word(\"", ".named(\"", "named(words,\""]);
    let groups = groups.into_iter().map(|group| format!("{group}-"));
    let formatted = literals_after(&sources, &["format!(\""]);
    let formatted = formatted
        .into_iter()
        .filter_map(|it| it.split_once('{'))
        .map(|(start, _)| start.to_owned());
    let starts: Vec<String> = groups
        .chain(formatted.filter(|it| it.ends_with('-') && it.len() > 3))
        .collect();
    let messages = messages(Lang::English);
    let referred: BTreeSet<_> = messages
        .values()
        .flat_map(|message| &message.values)
        .collect();
    let unused: Vec<_> = messages
        .keys()
        .filter(|id| !ids.contains(id.as_str()) && !referred.contains(id))
        .filter(|id| !starts.iter().any(|start| id.starts_with(start.as_str())))
        .collect();
    assert!(unused.is_empty(), "no source has the id: {unused:#?}");
}

#[test]
fn every_word_of_a_closed_set_has_a_message() {
    macro_rules! sets {
        ($($group:literal: $words:ty,)+) => {
            [$(($group, <$words>::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>()),)+]
        };
    }
    let sets = sets! {
        "alarm-kind": AlarmKind,
        "alarm-summary": AlarmKind,
        "state": PaymentState,
        "payout-state": PayoutState,
        "payout-step": StepKind,
        "payout-resolution": PayoutResolution,
        "entry": EntryKind,
        "outcome": EventStatus,
        "hit": HitKind,
        "matched": MatchedWord,
        "waiting-state": WaitingState,
        "feed": Feed,
        "difference-state": DifferenceState,
        "difference-kind": jetpay_reconcile::Kind,
    };
    let methods = NAMES.into_iter().chain(["manual"]).collect();
    let others = [
        ("role", vec!["read", "resolve", "pay", "all"]),
        (
            "verdict",
            vec![
                "credit", "override", "dismiss", "foreign", "confirm", "correct", "accepted",
            ],
        ),
        ("method", methods),
    ];
    let words = sets.into_iter().chain(others);
    let ids = words
        .flat_map(|(group, words)| words.into_iter().map(move |word| format!("{group}-{word}")));
    let messages = messages(Lang::English);
    let missing: Vec<_> = ids.filter(|id| !messages.contains_key(id)).collect();
    assert!(missing.is_empty(), "a word has no message: {missing:#?}");
}
