//! The table of payments, payouts and callbacks in the inbox.

use jetpay_core::id::{ContractId, CustomerId};
use jetpay_ledger::{Hit, HitKind, MatchedWord};

use super::super::error::PageError;
use super::super::fields::segment;
use super::super::list::{Cell, List};
use super::super::locale::Words;
use super::super::show;
use super::super::visit::Visit;
use super::filter::state_text;
use super::found::Source;

const WORD_COLUMNS: &[&str] = &[
    "search-time",
    "search-what",
    "search-payment",
    "search-state",
    "search-amount",
    "search-customer",
    "search-contract",
    "search-found-by",
];

const CUSTOMER_COLUMNS: &[&str] = &[
    "search-time",
    "search-what",
    "search-payment",
    "search-state",
    "search-amount",
    "search-customer",
    "search-contract",
];

const NEWEST_COLUMNS: &[&str] = &[
    "search-time",
    "search-payment",
    "search-state",
    "search-amount",
    "search-customer",
    "search-contract",
];

pub(super) fn list(visit: &Visit, source: Source<'_>, hits: &[Hit]) -> List {
    let columns = match source {
        Source::Word(_) => WORD_COLUMNS,
        Source::Customer(_) => CUSTOMER_COLUMNS,
        Source::Newest => NEWEST_COLUMNS,
    };
    let row = |hit| columns.iter().map(move |column| cell(visit, hit, column));
    List {
        columns,
        rows: hits.iter().map(|hit| row(hit).collect()).collect(),
    }
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
        "search-state" => state_text(words, hit.kind, state).into(),
        "search-amount" => Cell::Amount(hit.amount),
        "search-customer" => personal(hit.customer_id.as_ref().map(CustomerId::as_str)).into(),
        "search-contract" => personal(hit.contract_id.as_ref().map(ContractId::as_str)).into(),
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
