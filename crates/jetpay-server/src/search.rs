//! What people type into a search, and the place of a hit as command lines and URLs have it.

use form_urlencoded::byte_serialize;
use jetpay_core::id::PaymentId;
use jetpay_ledger::{Error, Ledger, SearchPosition};

/// The longest word, in bytes: no id is longer.
const LONGEST: usize = 255;

/// Whether a callback of the inbox names this payment, also one that an operator called foreign.
///
/// # Errors
/// [`Error::Unavailable`].
pub(crate) async fn is_in_inbox(ledger: &Ledger, payment_id: &str) -> Result<bool, Error> {
    let Ok(id) = PaymentId::new(payment_id) else {
        return Ok(false);
    };
    let waits = !ledger.inbox_of(&id, 1).await?.is_empty();
    Ok(waits || !ledger.dismissed_of(&id, 1).await?.is_empty())
}

/// Why nothing can have a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WrongWord {
    Empty,
    TooLong,
    /// A control character, such as a line break.
    Control,
}

/// A word without white space at its ends.
///
/// # Errors
/// When no id can be so.
pub(crate) fn word(text: &str) -> Result<&str, WrongWord> {
    let word = text.trim();
    if word.is_empty() {
        Err(WrongWord::Empty)
    } else if word.len() > LONGEST {
        Err(WrongWord::TooLong)
    } else if word.contains(char::is_control) {
        Err(WrongWord::Control)
    } else {
        Ok(word)
    }
}

/// The word without what people write around a number or an id: signs, spaces, and the zeros at the beginning of a number.
/// `None` if that is the word itself, or nothing is left.
pub(crate) fn bare(word: &str) -> Option<String> {
    let word = word.trim();
    let alone: String = word.chars().filter(|it| it.is_alphanumeric()).collect();
    let number = alone.trim_start_matches('0');
    let bare = if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
        number.to_owned()
    } else {
        let bare = word.trim_matches(|it: char| !it.is_alphanumeric());
        bare.replace(char::is_whitespace, "")
    };
    Some(bare).filter(|bare| !bare.is_empty() && bare != word)
}

/// Other words that a person may mean, the likeliest first: the bare one, a telephone number without the country's code, and
/// the word in the other case.
pub(crate) fn others(text: &str) -> Vec<String> {
    let bare = bare(text);
    let likely = bare.as_deref().unwrap_or(text.trim());
    let is_telephone = likely.len() == 11 && likely.bytes().all(|byte| byte.is_ascii_digit());
    let local = likely.strip_prefix(['7', '8']).filter(|_| is_telephone);
    let mut others = Vec::new();
    let found = [
        bare.clone(),
        local.map(ToOwned::to_owned),
        Some(likely.to_lowercase()),
        Some(likely.to_uppercase()),
    ];
    for other in found.into_iter().flatten() {
        if word(&other) == Ok(other.as_str()) && other != text.trim() && !others.contains(&other) {
            others.push(other);
        }
    }
    others
}

/// The likeliest of the [`others`] that something has.
///
/// # Errors
/// [`Error::Unavailable`].
pub(crate) async fn instead(ledger: &Ledger, text: &str) -> Result<Option<String>, Error> {
    for other in others(text) {
        if is_known(ledger, &other).await? {
            return Ok(Some(other));
        }
    }
    Ok(None)
}

/// Whether anything has exactly this word.
///
/// # Errors
/// [`Error::Unavailable`].
pub(crate) async fn is_known(ledger: &Ledger, word: &str) -> Result<bool, Error> {
    Ok(!ledger.search(word, None, 1).await?.0.is_empty())
}

/// A position as one word of a command line or a URL.
pub(crate) fn place(at: &SearchPosition) -> String {
    let id: String = byte_serialize(at.id.as_bytes()).collect();
    format!("{}.{}.{}.{id}", at.kind, at.time, at.number)
}

/// The position that [`place`] wrote. No id has a control character, and PostgreSQL takes no NUL.
pub(crate) fn position(text: &str) -> Option<SearchPosition> {
    let mut parts = text.splitn(4, '.');
    let mut part = || parts.next();
    let kind = part()?.parse().ok()?;
    let (time, number) = (part()?.parse().ok()?, part()?.parse().ok()?);
    // Decodes as it was encoded; the name of the field is empty.
    let field = format!("={}", part()?);
    let (_, id) = form_urlencoded::parse(field.as_bytes()).next()?;
    if id.contains(char::is_control) {
        return None;
    }
    Some(SearchPosition {
        kind,
        time,
        number,
        id: id.into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use jetpay_ledger::HitKind;

    use super::*;

    #[test]
    fn position_survives_a_round_trip_and_any_other_text_is_none() {
        for id in ["", "0193ad5c-0000-7000-8000-000000000000", "a.b/ й+*&=%41"] {
            for number in [-1, 0, i64::MAX] {
                let at = SearchPosition {
                    kind: HitKind::Payment,
                    time: 1_733_000_000_000,
                    number,
                    id: id.to_owned(),
                };
                assert_eq!(position(&place(&at)), Some(at));
            }
        }
        for wrong in [
            "",
            "7",
            "payment",
            "payment.1.2",
            "nothing.1.2.a",
            "payment.x.2.a",
            "payment.1.2.a%00",
        ] {
            assert_eq!(position(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn pasted_number_leads_to_the_bare_one_and_the_word_itself_is_not_named_again() {
        let cases: [(&str, &[&str]); 9] = [
            ("№ 123", &["123"]),
            ("12\n34", &["1234"]),
            ("+7 (712) 345-67-89", &["77123456789", "7123456789"]),
            ("87123456789", &["7123456789"]),
            ("007", &["7"]),
            ("ab-1 ", &["AB-1"]),
            ("0193AD5C-0000", &["0193ad5c-0000"]),
            ("123", &[]),
            ("%%%", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(others(text), expected, "{text}");
        }
        assert_eq!(others(&"a".repeat(300)), Vec::<String>::new());
    }
}
