//! `/v1/payouts/entries`: the feed of the payouts account, for the merchant's own books.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::Money;
use jetpay_core::id::{CustomerId, PaymentId, ProjectId};
use jetpay_ledger::payout::{PayoutEntry, PayoutMove};
use serde::{Deserialize, Serialize};

use crate::admin::Admin;
use crate::admin::error::AdminError;
use crate::admin::input;
use crate::admin::time::Rfc3339;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    #[serde(default)]
    after: i64,
    limit: Option<usize>,
}

#[derive(Serialize)]
struct Feed<'a> {
    entries: Vec<ShownEntry<'a>>,
    /// What to give as `after` next time, also when there is nothing new.
    next: i64,
}

#[derive(Serialize)]
struct ShownEntry<'a> {
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

impl<'a> From<&'a PayoutMove> for ShownEntry<'a> {
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

pub(super) async fn list(
    admin: Data<Admin>,
    request: HttpRequest,
) -> Result<HttpResponse, AdminError> {
    let page: Page = input::query(&request)?;
    let limit = input::limit(page.limit)?;
    let entries = admin.ledger.payout_moves(page.after, limit).await?;
    let next = entries.last().map_or(page.after, |last| last.seq);
    Ok(HttpResponse::Ok().json(Feed {
        entries: entries.iter().map(ShownEntry::from).collect(),
        next,
    }))
}
