//! Each word of the platform's open sets, and each flag, has a text in each language.

use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus};
use jetpay_ledger::{Flag, PaymentState};

use super::locale::{Lang, Words};

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
        ("state-meaning", of(PaymentState::ALL)),
        ("operation-type", of(OperationType::KNOWN)),
        ("status", of(OperationStatus::KNOWN)),
        ("status", of(PaymentStatus::KNOWN)),
        ("flag", flags.to_vec()),
    ]
}

#[test]
fn every_word_of_the_open_sets_has_a_text_in_every_language() {
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
