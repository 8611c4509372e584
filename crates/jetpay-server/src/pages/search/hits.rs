//! The table of payments, payouts and callbacks in the inbox.

use jetpay_core::id::CustomerId;
use jetpay_ledger::{Error, Hit, HitDetails, HitKind, MatchedWord};

use super::super::error::PageError;
use super::super::fields::segment;
use super::super::list::{Cell, List};
use super::super::locale::Words;
use super::super::show;
use super::super::visit::Visit;
use super::filter::state_text;
use super::found::Source;

/// Of hits that were found by different words.
const MIXED_COLUMNS: &[&str] = &[
    "search-time",
    "search-what",
    "search-payment",
    "search-state",
    "search-amount",
    "search-customer",
    "search-contract",
    "search-found-by",
];

/// Of hits that were found by the same words, which the caption says.
const WORD_COLUMNS: &[&str] = &[
    "search-time",
    "search-what",
    "search-payment",
    "search-state",
    "search-amount",
    "search-method",
    "search-receipt",
    "search-customer",
    "search-contract",
];

/// Of a customer, whom the title names.
const CUSTOMER_COLUMNS: &[&str] = &[
    "search-time",
    "search-what",
    "search-payment",
    "search-state",
    "search-amount",
    "search-method",
    "search-receipt",
    "search-contract",
];

const NEWEST_COLUMNS: &[&str] = &[
    "search-time",
    "search-payment",
    "search-state",
    "search-amount",
    "search-method",
    "search-receipt",
    "search-customer",
    "search-contract",
];

const FILE_COLUMNS: &[&str] = &[
    "search-time",
    "search-what",
    "search-payment",
    "search-state",
    "search-amount",
    "search-method",
    "search-receipt",
    "search-customer",
    "search-contract",
    "search-found-by",
];

/// The table of these hits, and its caption.
pub(super) async fn table(
    visit: &Visit,
    source: Source<'_>,
    hits: &[Hit],
) -> Result<(List, String), Error> {
    let words = visit.words;
    let by = agreed(words, hits.iter().map(|hit| &hit.matched));
    let columns = match (source, &by) {
        (Source::Word(_), None) => MIXED_COLUMNS,
        (Source::Word(_), Some(_)) => WORD_COLUMNS,
        (Source::Customer(_), _) => CUSTOMER_COLUMNS,
        (Source::Newest, _) => NEWEST_COLUMNS,
    };
    let caption = match (source, by) {
        (Source::Newest, _) => words.get("search-newest"),
        (Source::Customer(_), _) => words.get("search-payments"),
        (Source::Word(word), None) => {
            words.with("search-found", [("word", show::text(word).into())])
        }
        (Source::Word(word), Some(by)) => {
            let values = [("word", show::text(word).into()), ("by", by.into())];
            words.with("search-found-as", values)
        }
    };
    Ok((list(visit, columns, hits).await?, caption))
}

/// All about these hits, for a file.
pub(super) async fn file(visit: &Visit, hits: &[Hit]) -> Result<List, Error> {
    list(visit, FILE_COLUMNS, hits).await
}

async fn list(
    visit: &Visit,
    columns: &'static [&'static str],
    hits: &[Hit],
) -> Result<List, Error> {
    let details = &visit.ledger().hit_details(hits).await?;
    let row = |hit| {
        let cells = columns
            .iter()
            .map(|column| cell(visit, hit, details, column));
        cells.collect()
    };
    let rows = hits.iter().map(row).collect();
    Ok(List { columns, rows })
}

/// What the state of a payment means, in a sentence, and whether an alarm about it is open; for a list that has one payment
/// alone.
pub(super) async fn meaning(visit: &Visit, hits: &[Hit]) -> Result<Option<String>, PageError> {
    let [hit] = hits else {
        return Ok(None);
    };
    let (HitKind::Payment, Some(state), Some(id)) = (hit.kind, &hit.state, &hit.payment_id) else {
        return Ok(None);
    };
    let words = visit.words;
    let mut meaning = words.word("state-meaning", state);
    let alarms = visit.ledger().alarms_of_payment(id).await?;
    if alarms.iter().any(|alarm| alarm.resolution.is_none()) {
        meaning = format!("{meaning} {}", words.get("search-open-alarm"));
    }
    Ok(Some(meaning))
}

fn cell(visit: &Visit, hit: &Hit, details: &HitDetails, column: &str) -> Cell {
    let words = visit.words;
    let personal = |word: Option<&str>| match (word, hit.kind) {
        (None, _) => String::new(),
        (Some(word), HitKind::Payout) => show::payee(visit, word),
        (Some(word), _) => show::payer(visit, word),
    };
    let state = hit.state.as_deref().unwrap_or_default();
    let method = hit.method.as_deref();
    match column {
        "search-time" => Cell::Time(hit.time),
        "search-what" => words.word("hit", hit.kind.as_str()).into(),
        "search-payment" => link(hit),
        "search-state" => state_text(words, hit.kind, state).into(),
        "search-amount" => Cell::Amount(hit.amount),
        "search-method" => method
            .map(|it| words.word("method", it))
            .unwrap_or_default()
            .into(),
        "search-receipt" => details
            .receipt(hit)
            .map(show::text)
            .unwrap_or_default()
            .into(),
        "search-customer" => personal(hit.customer_id.as_ref().map(CustomerId::as_str)).into(),
        "search-contract" => personal(details.contract(hit)).into(),
        _ => found_by(words, &hit.matched).into(),
    }
}

/// By which words a hit was found.
pub(super) fn found_by(words: Words, matched: &[MatchedWord]) -> String {
    let matched = matched
        .iter()
        .map(|word| words.word("matched", word.as_str()));
    matched.collect::<Vec<_>>().join(", ")
}

/// By which words all hits were found; nothing, if no word is common to all.
pub(super) fn agreed<'h>(
    words: Words,
    mut matched: impl Iterator<Item = &'h Vec<MatchedWord>>,
) -> Option<String> {
    let first = matched.next()?;
    let mut common = first.clone();
    for matched in matched {
        common.retain(|word| matched.contains(word));
    }
    let is_common = !common.is_empty() || first.is_empty();
    is_common.then(|| found_by(words, &common))
}

fn link(hit: &Hit) -> Cell {
    let place = match hit.kind {
        HitKind::Payout => "payouts",
        HitKind::Inbox => "inbox",
        HitKind::Payment | HitKind::Customer => "payments",
    };
    let id = hit.payment_id.as_ref().map_or("", |id| id.as_str());
    Cell::Link {
        to: format!("/{place}/{}", segment(id)),
        text: show::text(id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::locale::Lang;

    #[test]
    fn words_that_all_hits_have_are_said_once_and_without_one_each_hit_says_its_own() {
        use MatchedWord::{Account, Customer, Receipt};
        for (matched, said) in [
            (vec![], None),
            (vec![vec![]], Some("")),
            (vec![vec![Customer], vec![Customer]], Some("Customer")),
            (
                vec![vec![Account, Customer], vec![Customer]],
                Some("Customer"),
            ),
            (
                vec![vec![Customer], vec![Account, Customer]],
                Some("Customer"),
            ),
            (vec![vec![Customer], vec![Receipt]], None),
        ] {
            let agreed = agreed(Words(Lang::English), matched.iter());
            assert_eq!(agreed.as_deref(), said, "{matched:?}");
        }
    }
}
