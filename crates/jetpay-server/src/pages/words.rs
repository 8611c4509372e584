//! Each word of the sets that the pages show has a text in each language.

use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus};
use jetpay_ledger::payout::{PayoutResolution, PayoutState, StepKind};
use jetpay_ledger::{
    DifferenceState, EntryKind, EventStatus, Feed, Flag, HitKind, MatchedWord, PaymentState,
    WaitingState,
};

use super::locale::{Lang, Words};
use crate::methods;

/// The groups, and their words.
fn groups() -> Vec<(&'static str, Vec<String>)> {
    fn of<T: ToString>(words: &[T]) -> Vec<String> {
        words.iter().map(ToString::to_string).collect()
    }
    let flags = [
        Flag::OVER_LIMIT,
        Flag::UNKNOWN_CONTRACT,
        Flag::CLOSED_CONTRACT,
        Flag::NOT_LOOKED_UP,
    ];
    let flags = flags.map(|flag| flag.as_str().to_owned());
    vec![
        ("state", of(PaymentState::ALL)),
        ("state-meaning", of(PaymentState::ALL)),
        ("payout-state", of(PayoutState::ALL)),
        ("payout-step", of(StepKind::ALL)),
        ("payout-resolution", of(PayoutResolution::ALL)),
        ("method", of(&methods::NAMES)),
        ("method", of(&["manual"])),
        ("entry", of(EntryKind::ALL)),
        ("operation-type", of(OperationType::KNOWN)),
        ("status", of(OperationStatus::KNOWN)),
        ("status", of(PaymentStatus::KNOWN)),
        ("hit", of(HitKind::ALL)),
        ("matched", of(MatchedWord::ALL)),
        (
            "verdict",
            of(&["credit", "dismiss", "foreign", "confirm", "correct"]),
        ),
        ("flag", flags.to_vec()),
        ("outcome", of(EventStatus::ALL)),
        ("waiting-state", of(WaitingState::ALL)),
        ("feed", of(Feed::ALL)),
        ("difference-state", of(DifferenceState::ALL)),
    ]
}

#[test]
fn every_word_of_every_set_has_a_text_in_every_language() {
    for lang in Lang::ALL {
        for (group, words) in groups() {
            assert!(!words.is_empty(), "{group}");
            for word in words {
                let text = Words(lang).word(group, &word);
                assert_ne!(text, word, "locales/{}: {group}-{word}", lang.tag());
            }
        }
    }
}
