//! The feeds of entries: `/v1/entries` for top-ups, `/v1/payouts/entries` for payouts. The merchant's billing reads them. An
//! operator corrects an entry. `next` of an answer is present also when there are no new entries.

use actix_web::web::{self, Data, Path, Payload, ReqData, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::ResolveError;
use serde::Deserialize;

use super::auth::Actor;
use super::error::AdminError;
use super::{Admin, input, resource};
use crate::decisions;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .service(resource("/entries").route(web::get().to(list)))
        .service(resource("/entries/{seq}/correct").route(web::post().to(correct)));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    #[serde(default)]
    after: i64,
    limit: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with a reason")]
struct Correct {
    #[serde(default)]
    reason: String,
}

/// Undoes an entry, and answers with the new entry. The same request again has the same answer.
async fn correct(
    admin: Data<Admin>,
    by: ReqData<Actor>,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, AdminError> {
    let seq: i64 = path.parse().map_err(|_| ResolveError::NoSuchEntry)?;
    let body: Correct = input::json(payload).await?;
    let reason = by.reason(body.reason);
    decisions::correct_entry(&admin, seq, reason).await?;
    let correction = admin.ledger.correction_of(seq).await?;
    let correction = correction.ok_or(ResolveError::NoSuchEntry)?;
    Ok(HttpResponse::Ok().json(correction))
}

/// Reads where a page of a feed begins, and how many entries it may have.
fn page(request: &HttpRequest) -> Result<(i64, usize), AdminError> {
    let page: Page = input::query(request)?;
    if page.after < 0 {
        return Err(input::not_whole("after"));
    }
    Ok((page.after, input::limit(page.limit)?))
}

async fn list(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let (after, limit) = page(&request)?;
    let entries = admin.ledger.entries(after, limit).await?;
    if entries.is_empty() {
        not_beyond(after, admin.ledger.last_entry().await?)?;
    }
    let next = entries.last().map_or(after, |last| last.seq);
    Ok(input::list("entries", &entries, Some(next)))
}

pub(super) async fn list_of_payouts(
    admin: Data<Admin>,
    request: HttpRequest,
) -> Result<HttpResponse, AdminError> {
    let (after, limit) = page(&request)?;
    let entries = admin.ledger.payout_moves(after, limit).await?;
    if entries.is_empty() {
        not_beyond(after, admin.ledger.last_payout_step().await?)?;
    }
    let next = entries.last().map_or(after, |last| last.seq);
    Ok(input::list("entries", &entries, Some(next)))
}

/// A reader that is beyond the end read entries that are gone: an older copy of the store was brought back. It would skip
/// the entries that get those numbers next.
fn not_beyond(after: i64, last: i64) -> Result<(), AdminError> {
    if after > last {
        return Err(AdminError::after_beyond_end(last));
    }
    Ok(())
}
