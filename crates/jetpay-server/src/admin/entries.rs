//! `/v1/entries`: the feed from which the merchant's own billing credits people.

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::Money;
use jetpay_core::id::{CustomerId, PaymentId, ProjectId};
use jetpay_ledger::{Entry, EntryKind};
use serde::{Deserialize, Serialize};

use super::Admin;
use super::error::{self, AdminError};
use super::input;
use super::time::Rfc3339;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config.service(
        web::resource("/entries")
            .route(web::get().to(list))
            .default_service(web::to(error::no_such_method)),
    );
}

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
    kind: EntryKind,
    payment_id: &'a PaymentId,
    operation_id: String,
    project_id: ProjectId,
    method: &'a str,
    customer_id: &'a CustomerId,
    #[serde(flatten)]
    amount: Money,
    time: Rfc3339,
}

impl<'a> From<&'a Entry> for ShownEntry<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            seq: entry.seq,
            kind: entry.kind,
            payment_id: &entry.payment_id,
            operation_id: entry.operation_id.to_string(),
            project_id: entry.project_id,
            method: &entry.method,
            customer_id: &entry.customer_id,
            amount: entry.amount,
            time: Rfc3339(entry.time),
        }
    }
}

async fn list(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let page: Page = input::query(&request)?;
    let entries = admin
        .ledger
        .entries(page.after, input::limit(page.limit)?)
        .await?;
    let next = entries.last().map_or(page.after, |last| last.seq);
    Ok(HttpResponse::Ok().json(Feed {
        entries: entries.iter().map(ShownEntry::from).collect(),
        next,
    }))
}
