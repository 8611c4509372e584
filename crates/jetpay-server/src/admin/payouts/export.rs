//! `POST /v1/payouts:export`: the file of payouts that a person uploads in the platform's Dashboard.

use std::collections::{BTreeMap, HashSet};

use actix_web::HttpResponse;
use actix_web::web::{Data, Payload, ReqData};
use jetpay_core::id::PaymentId;
use jetpay_core::{Currency, Money};
use jetpay_ledger::payout::{ByHand, ByHandError, PayoutRequestText, RetryPolicy};
use jetpay_ledger::{PayoutFilter, PayoutState};
use jetpay_qiwi_kz::Payout;
use serde::{Deserialize, Serialize};

use crate::admin::auth::Actor;
use crate::admin::error::AdminError;
use crate::admin::{Admin, input};
use crate::environment::now;
use crate::payout_request::dashboard;

/// The most payouts in a file.
const MAX_PAYOUTS: usize = 1000;

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with a format and either payment_ids or a state"
)]
struct Export {
    #[serde(default)]
    format: String,
    payment_ids: Option<Vec<String>>,
    state: Option<String>,
    again: Option<bool>,
}

/// The file, and what is in it. It holds the payees' data.
#[derive(Serialize)]
struct Exported {
    payment_ids: Vec<PaymentId>,
    sums: Vec<Sum>,
    /// The payouts in the state that are not in the file.
    skipped: Vec<Skipped>,
    /// Further payouts are in this state.
    more: bool,
    file: String,
}

/// A payout that is left out, without the payee's data.
#[derive(Serialize)]
struct Skipped {
    payment_id: PaymentId,
    why: String,
}

/// The sum of the file's amounts in one currency, in minor units.
#[derive(Serialize)]
struct Sum {
    amount: i128,
    currency: Currency,
}

/// Marks payouts as sent by a person, and answers with the file. The file leaves the service only after that: a payout that
/// is in a file is never sent by a server.
pub(super) async fn export(
    admin: Data<Admin>,
    by: ReqData<Actor>,
    payload: Payload,
) -> Result<HttpResponse, AdminError> {
    let body: Export = input::json(payload).await?;
    if body.format != "dashboard" {
        return Err(AdminError::invalid("format", "must be dashboard"));
    }
    let (ids, more, which) = match (body.payment_ids, body.state, body.again) {
        (Some(ids), None, again) => {
            let which = if again.unwrap_or_default() {
                ByHand::Again
            } else {
                ByHand::All
            };
            (named(ids)?, false, which)
        }
        (None, Some(state), None) => {
            if state != PayoutState::Created.as_str() {
                return Err(AdminError::invalid("state", "must be created"));
            }
            let (ids, more) = created(&admin).await?;
            (ids, more, ByHand::Possible)
        }
        _ => return Err(wrong_ids()),
    };
    let (mut lines, mut wanted, mut skipped) = (BTreeMap::new(), Vec::new(), Vec::new());
    for payment_id in ids {
        match line(&admin, &payment_id).await? {
            Ok(line) => {
                lines.insert(payment_id.clone(), line);
                wanted.push(payment_id);
            }
            Err(why) if which == ByHand::Possible => skipped.push(Skipped { payment_id, why }),
            Err(why) => return Err(AdminError::conflict(not_exported(&payment_id, &why))),
        }
    }
    let policy = admin.payouts.as_ref();
    let policy = policy.map_or_else(RetryPolicy::default, |intake| intake.retry_policy);
    let actor = Some(by.name().to_owned());
    let marked = admin
        .ledger
        .send_payouts_by_hand(wanted, which, actor, now(), policy)
        .await?;
    let payment_ids = marked.map_err(|(id, why)| refused(&id, why))?;
    for payment_id in lines.keys().filter(|id| !payment_ids.contains(id)) {
        skipped.push(Skipped {
            payment_id: payment_id.clone(),
            why: "it was sent already, or may have been, or it has ended".to_owned(),
        });
    }
    let mut file = dashboard::HEADER.to_owned();
    let mut sums: Vec<Sum> = Vec::new();
    for (line, amount) in payment_ids.iter().filter_map(|id| lines.get(id)) {
        file += line;
        let (minor, currency) = (i128::from(amount.minor()), amount.currency());
        match sums.iter_mut().find(|sum| sum.currency == currency) {
            Some(sum) => sum.amount += minor,
            None => sums.push(Sum {
                amount: minor,
                currency,
            }),
        }
    }
    let again = which == ByHand::Again;
    let payouts = payment_ids.len();
    tracing::info!(
        payouts,
        again,
        by = by.name(),
        "a person sends payouts by a file"
    );
    Ok(HttpResponse::Ok().json(Exported {
        payment_ids,
        sums,
        skipped,
        more,
        file,
    }))
}

/// The ids of a request, each once.
fn named(ids: Vec<String>) -> Result<Vec<PaymentId>, AdminError> {
    if !(1..=MAX_PAYOUTS).contains(&ids.len()) {
        return Err(wrong_ids());
    }
    let mut seen = HashSet::new();
    let ids = ids.into_iter().enumerate().map(|(place, id)| {
        let field = || format!("payment_ids[{place}]");
        let id = PaymentId::new(id)
            .map_err(|_| AdminError::invalid(field(), "must be the id of a payout"))?;
        if !seen.insert(id.clone()) {
            return Err(AdminError::invalid(field(), "is there twice"));
        }
        Ok(id)
    });
    ids.collect()
}

/// The oldest payouts that wait for a send, and whether there are more.
async fn created(admin: &Admin) -> Result<(Vec<PaymentId>, bool), AdminError> {
    let filter = PayoutFilter {
        state: Some(PayoutState::Created),
        limit: MAX_PAYOUTS + 1,
        ..PayoutFilter::default()
    };
    let payouts = admin.ledger.payouts(&filter).await?;
    let mut ids: Vec<_> = payouts
        .into_iter()
        .map(|payout| payout.payment_id)
        .collect();
    let more = ids.len() > MAX_PAYOUTS;
    ids.truncate(MAX_PAYOUTS);
    Ok((ids, more))
}

/// The line of a payout in the file, and its amount; or why it cannot be in a file.
async fn line(
    admin: &Admin,
    id: &PaymentId,
) -> Result<Result<(String, Money), String>, AdminError> {
    let request = admin.ledger.payout_request(id).await?;
    let PayoutRequestText { method, request } =
        request.ok_or_else(|| refused(id, ByHandError::NoSuchPayout))?;
    if request.is_empty() {
        return Ok(Err(ByHandError::Ended.to_string()));
    }
    let payout = match Payout::from_json(&request) {
        Ok(payout) => payout,
        Err(error) => return Ok(Err(format!("{} cannot be read", error.field()))),
    };
    let line = dashboard::line(&method, &payout);
    let line = line.map(|line| (line, payout.amount()));
    Ok(line.map_err(|error| format!("{} {}", error.field, error.message)))
}

fn refused(id: &PaymentId, why: ByHandError) -> AdminError {
    let message = not_exported(id, &why.to_string());
    match why {
        ByHandError::NoSuchPayout => AdminError::not_found(message),
        _ => AdminError::conflict(message),
    }
}

fn not_exported(id: &PaymentId, why: &str) -> String {
    format!("nothing is exported: payout {id}: {why}")
}

fn wrong_ids() -> AdminError {
    let message = format!(
        "give the ids of 1 to {MAX_PAYOUTS} payouts, or else the state created; only ids take again"
    );
    AdminError::invalid("payment_ids", message)
}
