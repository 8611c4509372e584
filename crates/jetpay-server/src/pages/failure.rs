//! Why a delivery failed, in the language of the page. The ledger has it in English, as the command line and the log say it.
//! What the receiver said itself, and what the network of this machine says, stay as they were written.

use super::locale::Words;
use super::show;
use super::visit::Visit;
use crate::config::Role;

/// Why an endpoint does not take an entry. What it said itself is quoted and can name a payer, so it is a payer's word.
pub(super) fn text(visit: &Visit, why: &str) -> String {
    let said = in_words(visit.words, why);
    if visit.viewer.may(Role::Resolve) {
        show::text(&said)
    } else {
        show::text(&unquoted(&said))
    }
}

/// The text without what it quotes.
fn unquoted(why: &str) -> String {
    match why.split_once('"') {
        Some((ours, _)) if ours.ends_with('(') => format!("{ours}••••)"),
        Some((ours, _)) => format!("{ours}••••"),
        None => why.to_owned(),
    }
}

/// Our words translated, and what is quoted behind them.
fn in_words(words: Words, why: &str) -> String {
    let quote = why.find(" (\"").unwrap_or(why.len());
    let (ours, quoted) = why.split_at(quote);
    let translated = status(words, ours)
        .or_else(|| result(words, ours))
        .or_else(|| sentence(words, ours));
    match translated {
        Some(translated) => format!("{translated}{quoted}"),
        None => why.to_owned(),
    }
}

/// The number with which a text begins, and the rest.
fn number(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|it: char| !it.is_ascii_digit())
        .unwrap_or(text.len());
    Some(text.split_at(end)).filter(|(number, _)| !number.is_empty())
}

/// An HTTP status, and what to look at after it.
fn status(words: Words, why: &str) -> Option<String> {
    let (status, hint) = number(why.strip_prefix("HTTP status ")?)?;
    let said = words.with("delivery-failed-status", [("status", status.into())]);
    let hint = match (hint.is_empty(), status) {
        (true, _) => return Some(said),
        (_, "401" | "403") => "delivery-failed-login",
        (_, "404") => "delivery-failed-url",
        (_, status) if status.starts_with('3') => "delivery-failed-redirect",
        _ => return None,
    };
    Some(format!("{said}: {}", words.get(hint)))
}

/// A billing's result, what it means, and why that is odd.
fn result(words: Words, why: &str) -> Option<String> {
    let (code, rest) = number(why.strip_prefix("result ")?)?;
    let rest = rest.strip_prefix(": ")?;
    let (meaning, odd) = match rest.split_once(", ") {
        Some((meaning, odd)) => (meaning, Some(odd)),
        None => (rest, None),
    };
    let meaning = words.word("delivery-result", meaning);
    let values = [("code", code.into()), ("meaning", meaning.into())];
    let said = words.with("delivery-failed-result", values);
    let Some(odd) = odd else { return Some(said) };
    if odd == "and no attempt of ours is known" {
        return Some(words.with("delivery-failed-unknown", [("result", said.into())]));
    }
    let (theirs, ours) = odd
        .strip_prefix("but of ")?
        .split_once(", and we told it of ")?;
    let values = [
        ("result", said.into()),
        ("theirs", theirs.into()),
        ("ours", ours.into()),
    ];
    Some(words.with("delivery-failed-sum", values))
}

/// How each other sentence begins and ends, and the message that has what is between as `$it`.
const SENTENCES: [(&str, &str, &str); 3] = [
    (
        "the configuration has no project ",
        "",
        "delivery-failed-no-project",
    ),
    (
        "its project ",
        " is no longer one of this endpoint's `projects`: add it again and retry, or skip the item",
        "delivery-failed-left-project",
    ),
    (
        "the ledger has no number ",
        " in this feed",
        "delivery-failed-no-item",
    ),
];

/// The other sentences. Behind some comes a detail that other programs write.
const PLAIN: [(&str, &str); 6] = [
    ("no connection", "delivery-failed-no-connection"),
    ("no answer in time", "delivery-failed-no-answer"),
    ("the connection broke", "delivery-failed-broken"),
    ("the answer cannot be read", "delivery-failed-unreadable"),
    ("the store does not answer in time", "delivery-failed-store"),
    (
        "a payment without a positive sum cannot be told to a billing",
        "delivery-failed-no-sum",
    ),
];

fn sentence(words: Words, why: &str) -> Option<String> {
    for (start, end, id) in SENTENCES {
        let between = why.strip_prefix(start).and_then(|it| it.strip_suffix(end));
        if let Some(it) = between {
            return Some(words.with(id, [("it", it.into())]));
        }
    }
    PLAIN.into_iter().find_map(|(start, id)| {
        let detail = why.strip_prefix(start)?;
        (detail.is_empty() || detail.starts_with(": "))
            .then(|| format!("{}{detail}", words.get(id)))
    })
}

#[cfg(test)]
mod tests {
    use jetpay_billing::dialect::{Body, Dialect, PayOrder};
    use jetpay_billing::{Delivery, Failure};
    use jetpay_core::{Currency, Money};
    use jiff::civil::date;

    use super::*;
    use crate::pages::locale::Lang;

    /// What a dialect's client says to each result.
    fn results() -> Vec<String> {
        let sum = Money::new(20_000, Currency::KZT);
        let order = |is_repeat| PayOrder {
            txn_id: "1",
            account: "7123456789",
            sum,
            time: date(2026, 12, 1).at(0, 0, 0, 0),
            is_repeat,
        };
        let mut said = Vec::new();
        for (dialect, code) in [Dialect::Osmp, Dialect::Kaspi]
            .into_iter()
            .flat_map(|dialect| (0..=301).map(move |code| (dialect, code)))
        {
            for (theirs, is_repeat) in [("200.00", false), ("90.00", true)] {
                let body = format!(
                    "<response><txn_id>1</txn_id><result>{code}</result><sum>{theirs}</sum></response>"
                );
                let body = Body::new(body.as_bytes(), None);
                match dialect.read_pay(body, &order(is_repeat)) {
                    Delivery::Again { why, .. } => said.push(why),
                    Delivery::Refused { why } => said.push(why.to_string()),
                    _ => {}
                }
            }
        }
        said
    }

    /// What this program says by itself.
    fn failures() -> Vec<String> {
        let failures = [
            Failure::TimedOut,
            Failure::Status(500),
            Failure::Status(302),
            Failure::Status(401),
            Failure::Status(403),
            Failure::Status(404),
        ];
        let mut said: Vec<_> = failures.iter().map(Failure::to_string).collect();
        let sentences = SENTENCES.map(|(start, end, _)| format!("{start}77{end}"));
        said.extend(sentences);
        said.extend(PLAIN.map(|(sentence, _)| sentence.to_owned()));
        said
    }

    #[test]
    fn what_we_say_of_a_failure_is_in_the_language_of_the_page_and_english_stays() {
        let (results, failures) = (results(), failures());
        assert!(results.len() > 600, "{}", results.len());
        for why in results.into_iter().chain(failures) {
            assert_eq!(in_words(Words(Lang::English), &why), why);
            for lang in [Lang::Russian, Lang::Kazakh] {
                let said = in_words(Words(lang), &why);
                let ours = ["HTTP", "KZT", "URL", "projects"];
                let rest = ours
                    .iter()
                    .fold(said.clone(), |it, ours| it.replace(ours, ""));
                let latin = rest.contains(|it: char| it.is_ascii_alphabetic());
                assert!(!latin, "{why}: {said}");
                let numbers = |text: &str| text.matches(|it: char| it.is_ascii_digit()).count();
                assert_eq!(numbers(&said), numbers(&why), "{why}: {said}");
            }
        }
    }

    #[test]
    fn what_others_say_stays_as_it_was_written_and_is_quoted() {
        for (why, russian) in [
            (
                "HTTP status 400 (\"no such one\")",
                "статус HTTP 400 (\"no such one\")",
            ),
            (
                "no connection: Connection refused (os error 111)",
                "нет соединения: Connection refused (os error 111)",
            ),
            (
                "result 5: not in the table",
                "результат 5: not in the table",
            ),
            ("HTTP status", "HTTP status"),
            (
                "HTTP status 400: something else",
                "HTTP status 400: something else",
            ),
            ("result 5", "result 5"),
            ("the payer called", "the payer called"),
            ("", ""),
        ] {
            assert_eq!(in_words(Words(Lang::Russian), why), russian);
        }
    }

    #[test]
    fn answer_of_an_endpoint_without_what_it_quotes_has_only_our_words() {
        for (why, shown) in [
            ("result 79 (\"Ivan \"7\" left\")", "result 79 (••••)"),
            ("he said \"no\"", "he said ••••"),
            ("HTTP status 400", "HTTP status 400"),
            ("", ""),
        ] {
            assert_eq!(unquoted(why), shown);
        }
    }
}
