//! The table of payments, payouts and callbacks in the inbox.

use jetpay_ledger::{Hit, HitKind, MatchedWord};

use super::super::fields::segment;
use super::super::list::{Cell, List};
use super::super::locale::Words;
use super::super::show;
use super::super::visit::Visit;
use super::filter::group;
use super::found::Source;

const OF_WORD: &[&str] = &[
    "search-time",
    "search-what",
    "search-payment",
    "search-state",
    "search-amount",
    "search-customer",
    "search-contract",
    "search-found-by",
];

const OF_CUSTOMER: &[&str] = &[
    "search-time",
    "search-what",
    "search-payment",
    "search-state",
    "search-amount",
    "search-customer",
    "search-contract",
];

const NEWEST: &[&str] = &[
    "search-time",
    "search-payment",
    "search-state",
    "search-amount",
    "search-customer",
    "search-contract",
];

pub(super) fn list(visit: &Visit, source: Source<'_>, hits: &[Hit]) -> List {
    let columns = match source {
        Source::Word(_) => OF_WORD,
        Source::Customer(_) => OF_CUSTOMER,
        Source::Newest => NEWEST,
    };
    let row = |hit| columns.iter().map(move |column| cell(visit, hit, column));
    List {
        columns,
        rows: hits.iter().map(|hit| row(hit).collect()).collect(),
    }
}

fn cell(visit: &Visit, hit: &Hit, column: &str) -> Cell {
    let words = visit.words;
    let personal = |word: Option<&str>| match (word, hit.kind) {
        (None, _) => String::new(),
        (Some(word), HitKind::Payout) => show::payee(visit, word),
        (Some(word), _) => show::payer(visit, word),
    };
    let state = hit.state.as_deref().unwrap_or_default();
    match column {
        "search-time" => Cell::Time(hit.time),
        "search-what" => words.word("hit", hit.kind.as_str()).into(),
        "search-payment" => link(hit),
        "search-state" => words.word(group(hit.kind), state).into(),
        "search-amount" => Cell::Amount(hit.amount),
        "search-customer" => personal(hit.customer_id.as_ref().map(|id| id.as_str())).into(),
        "search-contract" => personal(hit.contract_id.as_ref().map(|id| id.as_str())).into(),
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
