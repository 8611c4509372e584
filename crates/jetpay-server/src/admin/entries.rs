//! The feeds of entries: `/v1/entries` for top-ups, `/v1/payouts/entries` for payouts. The merchant's billing reads them. An
//! operator corrects an entry.

use actix_web::web::{self, Data, Path, Payload, ReqData, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::Money;
use jetpay_core::id::{ContractId, CustomerId, PaymentId, ProjectId};
use jetpay_ledger::payout::{PayoutEntry, PayoutMove};
use jetpay_ledger::{Entry, EntryKind, ResolveError};
use serde::{Deserialize, Serialize};

use super::auth::Actor;
use super::error::AdminError;
use super::input::{self, Rfc3339};
use super::{Admin, resource};
use crate::environment::now;

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

#[derive(Serialize)]
struct Feed<E> {
    entries: Vec<E>,
    /// The value of `after` for the next request; present also when there are no new entries.
    next: i64,
}

/// An entry of a top-up in an answer.
#[derive(Serialize)]
pub(super) struct EntryView<'a> {
    seq: i64,
    kind: EntryKind,
    payment_id: &'a PaymentId,
    operation_id: String,
    project_id: ProjectId,
    method: &'a str,
    customer_id: &'a CustomerId,
    #[serde(skip_serializing_if = "Option::is_none")]
    contract_id: Option<&'a ContractId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_payment_id: Option<&'a str>,
    #[serde(flatten)]
    amount: Money,
    time: Rfc3339,
    /// Present for a correction: the entry that it undoes.
    #[serde(skip_serializing_if = "Option::is_none")]
    corrects: Option<i64>,
}

impl<'a> From<&'a Entry> for EntryView<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            seq: entry.seq,
            kind: entry.kind,
            payment_id: &entry.payment_id,
            operation_id: entry.operation_id.to_string(),
            project_id: entry.project_id,
            method: &entry.method,
            customer_id: &entry.customer_id,
            contract_id: entry.contract_id.as_ref(),
            provider_payment_id: entry.provider_payment_id.as_deref(),
            amount: entry.amount,
            time: Rfc3339(entry.time),
            corrects: entry.corrects,
        }
    }
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
    admin.ledger.correct_entry(seq, reason, now()).await?;
    // The log does not get the reason: a person wrote it, and it may name a payer.
    tracing::info!(
        entry = seq,
        by = by.name(),
        "the merchant corrected an entry"
    );
    let correction = admin.ledger.correction_of(seq).await?;
    let correction = correction.ok_or(ResolveError::NoSuchEntry)?;
    Ok(HttpResponse::Ok().json(EntryView::from(&correction)))
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
    let entries: Vec<_> = entries.iter().map(EntryView::from).collect();
    Ok(HttpResponse::Ok().json(Feed { entries, next }))
}

/// A reader that is beyond the end read entries that are gone: an older copy of the store was brought back. It would skip
/// the entries that get those numbers next.
fn not_beyond(after: i64, last: i64) -> Result<(), AdminError> {
    if after > last {
        return Err(AdminError::after_beyond_end(last));
    }
    Ok(())
}

/// An entry of the payouts account in an answer.
#[derive(Serialize)]
struct PayoutEntryView<'a> {
    seq: i64,
    kind: PayoutEntry,
    payment_id: &'a PaymentId,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_id: Option<String>,
    project_id: ProjectId,
    method: &'a str,
    customer_id: &'a CustomerId,
    #[serde(flatten)]
    amount: Money,
    time: Rfc3339,
}

impl<'a> From<&'a PayoutMove> for PayoutEntryView<'a> {
    fn from(entry: &'a PayoutMove) -> Self {
        Self {
            seq: entry.seq,
            kind: entry.entry,
            payment_id: &entry.payment_id,
            operation_id: entry.operation_id.map(|id| id.to_string()),
            project_id: entry.project_id,
            method: &entry.method,
            customer_id: &entry.customer_id,
            amount: entry.amount,
            time: Rfc3339(entry.time),
        }
    }
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
    let entries: Vec<_> = entries.iter().map(PayoutEntryView::from).collect();
    Ok(HttpResponse::Ok().json(Feed { entries, next }))
}
