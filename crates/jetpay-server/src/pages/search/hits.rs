//! The table of payments, payouts and callbacks in the inbox.

use jetpay_ledger::{Hit, HitKind, MatchedWord};

use super::super::fields::segment;
use super::super::list::{Cell, List};
use super::super::locale::Words;
use super::super::show;
use super::super::visit::Visit;
use super::filter::group;
use super::found::Source;

const COLUMNS: &[&str] = &[
    "search-time",
    "search-what",
    "search-payment",
    "search-state",
    "search-amount",
    "search-customer",
    "search-contract",
    "search-found-by",
];

pub(super) fn list(visit: &Visit, source: Source<'_>, hits: &[Hit]) -> List {
    // Only hits of a word say by which one they were found.
    let count = match source {
        Source::Word(_) => COLUMNS.len(),
        Source::Newest | Source::Customer(_) => COLUMNS.len() - 1,
    };
    let rows = hits.iter().map(|hit| {
        let mut row = row(visit, hit);
        row.truncate(count);
        row
    });
    List {
        columns: &COLUMNS[..count],
        rows: rows.collect(),
    }
}

fn row(visit: &Visit, hit: &Hit) -> Vec<Cell> {
    let words = visit.words;
    let personal = |word: &str| match hit.kind {
        HitKind::Payout => show::payee(visit, word),
        _ => show::payer(visit, word),
    };
    let customer = hit.customer_id.as_ref().map(|id| personal(id.as_str()));
    let contract = hit.contract_id.as_ref().map(|id| personal(id.as_str()));
    let state = hit.state.as_deref().unwrap_or_default();
    vec![
        Cell::Time(hit.time),
        words.word("hit", hit.kind.as_str()).into(),
        link(hit),
        words.word(group(hit.kind), state).into(),
        Cell::Amount(hit.amount),
        customer.unwrap_or_default().into(),
        contract.unwrap_or_default().into(),
        found_by(words, &hit.matched).into(),
    ]
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
