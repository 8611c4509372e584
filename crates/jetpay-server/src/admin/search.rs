//! `/v1/search`: all that has a word, whatever kind of word it is.

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use form_urlencoded::byte_serialize;
use jetpay_ledger::SearchPosition;
use serde::Deserialize;

use super::error::AdminError;
use super::{Admin, input, resource};

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config.service(resource("/search").route(web::get().to(search)));
}

/// The longest word, in bytes: no id is longer.
const LONGEST: usize = 255;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Search {
    #[serde(default)]
    q: String,
    before: Option<String>,
    limit: Option<usize>,
}

/// Nothing of the query goes to the log: a word can be a payer's.
async fn search(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let search: Search = input::query(&request)?;
    let limit = input::limit(search.limit)?;
    let word = search.q.trim();
    let wrong = if word.is_empty() {
        Some("is required: a receipt, or the id of an operation, payment, customer or contract")
    } else if word.len() > LONGEST {
        Some("must have at most 255 bytes")
    } else if word.contains(char::is_control) {
        Some("must have no control character")
    } else {
        None
    };
    if let Some(wrong) = wrong {
        return Err(AdminError::invalid("q", wrong));
    }
    let before = search.before.map(|text| {
        position(&text).ok_or_else(|| {
            AdminError::invalid("before", "must be the `next` of the page before, as it was")
        })
    });
    let before = before.transpose()?;
    let (hits, next) = admin.ledger.search(word, before.as_ref(), limit).await?;
    Ok(input::list(
        "hits",
        &hits,
        next.map(|next| next_page(&next)),
    ))
}

/// A position as one word of a command line.
fn next_page(at: &SearchPosition) -> String {
    let id: String = byte_serialize(at.id.as_bytes()).collect();
    format!("{}.{}.{}.{id}", at.kind, at.time, at.number)
}

fn position(text: &str) -> Option<SearchPosition> {
    let mut parts = text.splitn(4, '.');
    let mut part = || parts.next();
    let kind = part()?.parse().ok()?;
    let (time, number) = (part()?.parse().ok()?, part()?.parse().ok()?);
    // Decodes as it was encoded; the name of the field is empty.
    let field = format!("={}", part()?);
    let (_, id) = form_urlencoded::parse(field.as_bytes()).next()?;
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
                assert_eq!(position(&next_page(&at)), Some(at));
            }
        }
        for wrong in [
            "",
            "7",
            "payment",
            "payment.1.2",
            "nothing.1.2.a",
            "payment.x.2.a",
        ] {
            assert_eq!(position(wrong), None, "{wrong}");
        }
    }
}
