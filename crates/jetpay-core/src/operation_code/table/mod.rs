//! The table of known codes. Each file has a range of numbers.

mod cards;
mod platform;
mod providers;
mod rules;

use super::{Advice, KnownCode};

/// All codes, sorted by number within and between the tables for a binary search.
const TABLES: [&[KnownCode]; 9] = [
    platform::PLATFORM,
    platform::RISK,
    platform::REQUEST,
    rules::RULES,
    rules::LIMITS,
    cards::TRANSFER,
    cards::CARD,
    providers::PROVIDER,
    providers::MERCHANT,
];

/// Finds a known code.
pub(super) fn find(number: u32) -> Option<&'static KnownCode> {
    let after =
        TABLES.partition_point(|table| table.first().is_some_and(|first| first.number <= number));
    let table = TABLES[after.checked_sub(1)?];
    let index = table.binary_search_by_key(&number, |known| known.number);
    index.ok().map(|index| &table[index])
}

/// One row of a table. Its text has three to nine words and no full stop. Only abbreviations and names have capital
/// letters.
const fn row(number: u32, text: &'static str, advice: Advice) -> KnownCode {
    KnownCode {
        number,
        text,
        advice,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn all() -> impl Iterator<Item = &'static KnownCode> {
        TABLES.into_iter().flatten()
    }

    #[test]
    fn all_378_codes_are_present_once_and_in_order() {
        assert_eq!(all().count(), 378);
        assert!(all().is_sorted_by(|left, right| left.number < right.number));
    }

    #[test]
    fn every_code_is_found_and_unlisted_neighbours_are_not() {
        let listed: HashSet<u32> = all().map(|known| known.number).collect();
        for known in all() {
            assert_eq!(find(known.number), Some(known));
            let neighbour = known.number + 1;
            assert_eq!(find(neighbour).is_some(), listed.contains(&neighbour));
        }
        assert_eq!(find(u32::MAX), None);
    }

    /// The words that may have a capital letter.
    const NAMES: &str = "3-D API Dutch EEA EU EUR Emirates' Europe F2 IP JSON Maestro Mastercard: \
                         MoneySend PIN SDK Secure UK UN US USD";

    #[test]
    fn every_text_has_three_to_nine_words_in_the_right_case() {
        for KnownCode { number, text, .. } in all() {
            let words: Vec<&str> = text.split(' ').collect();
            assert!((3..=9).contains(&words.len()), "{number} {text}");
            assert!(!text.ends_with('.') && text.is_ascii(), "{number} {text}");
            for word in words {
                let is_lower = !word.is_empty() && !word.contains(|c: char| c.is_ascii_uppercase());
                assert!(
                    is_lower || NAMES.split(' ').any(|name| name == word),
                    "{number} {text}: {word}"
                );
            }
        }
    }

    #[test]
    fn no_two_codes_share_a_text() {
        let texts: HashSet<&str> = all().map(|known| known.text).collect();
        assert_eq!(texts.len(), all().count());
    }

    #[test]
    fn codes_of_an_open_outcome_advise_to_wait() {
        let waiting: Vec<u32> = all()
            .filter(|known| known.advice == Advice::Wait)
            .map(|known| known.number)
            .collect();
        assert_eq!(waiting, [9999, 19_999, 20_802, 20_899, 29_999]);
    }

    #[test]
    fn success_alone_leaves_nothing_to_do() {
        let done: Vec<u32> = all()
            .filter(|known| known.advice == Advice::Nothing)
            .map(|known| known.number)
            .collect();
        assert_eq!(done, [0]);
    }

    #[test]
    fn advice_counts_equal_those_of_the_platforms_classes() {
        let count = |advice| all().filter(|known| known.advice == advice).count();
        assert_eq!(count(Advice::Retry), 31);
        assert_eq!(count(Advice::RetryLater), 75);
        assert_eq!(count(Advice::FixRequest), 138);
        assert_eq!(count(Advice::DoNotRetry), 63);
        assert_eq!(count(Advice::AskSupport), 65);
    }
}
