//! `/v1/search`: all that has a word, whatever kind of word it is.

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::error::AdminError;
use super::{Admin, input, resource};
use crate::search::{WrongWord, place, position, word};

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config.service(resource("/search").route(web::get().to(search)));
}

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
    let word = word(&search.q).map_err(|wrong| AdminError::invalid("q", message(wrong)))?;
    let before = search.before.map(|text| {
        position(&text).ok_or_else(|| {
            AdminError::invalid("before", "must be the `next` of the page before, as it was")
        })
    });
    let before = before.transpose()?;
    let (hits, next) = admin.ledger.search(word, before.as_ref(), limit).await?;
    Ok(input::list("hits", &hits, next.map(|next| place(&next))))
}

const fn message(wrong: WrongWord) -> &'static str {
    match wrong {
        WrongWord::Empty => {
            "is required: a receipt, or the id of an operation, payment, customer or contract"
        }
        WrongWord::TooLong => "must have at most 255 bytes",
        WrongWord::Control => "must have no control character",
    }
}
