//! What people decided: `/v1/resolutions`, and the verdict in a request to resolve an alarm or the inbox.

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::{Currency, Money};
use jetpay_ledger::{ManualCreditError, ResolveError, Verdict};
use serde::Deserialize;

use super::error::AdminError;
use super::{Admin, input, resource};

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config.service(resource("/resolutions").route(web::get().to(list)));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    before: Option<i64>,
    limit: Option<usize>,
}

/// Lists the resolutions, newest first.
async fn list(admin: Data<Admin>, request: HttpRequest) -> Result<HttpResponse, AdminError> {
    let page: Page = input::query(&request)?;
    let limit = input::limit(page.limit)?;
    let resolutions = admin.ledger.resolutions(page.before, limit + 1).await?;
    let (resolutions, next) = input::page(resolutions, limit, |resolution| resolution.seq);
    Ok(input::list("resolutions", &resolutions, next))
}

/// Reads a verdict. Only a credit has an amount, in minor units; its currency is `configured` unless the request names
/// another. Only a credit can override what the callback and the payment say.
pub(super) fn verdict(
    word: &str,
    amount: Option<i64>,
    currency: Option<&str>,
    overrides: bool,
    configured: Currency,
) -> Result<Verdict, AdminError> {
    let verdict = match word {
        "credit" => {
            let minor = amount.ok_or_else(|| {
                AdminError::invalid(
                    "amount",
                    "is required for a credit: minor units, more than 0",
                )
            })?;
            let currency = currency.map_or(Ok(configured), Currency::parse);
            let currency =
                currency.map_err(|error| AdminError::invalid("currency", error.to_string()))?;
            let amount = Money::new(minor, currency);
            return Ok(if overrides {
                Verdict::Override(amount)
            } else {
                Verdict::Credit(amount)
            });
        }
        "dismiss" => Verdict::Dismiss,
        "foreign" => Verdict::Foreign,
        _ => {
            return Err(AdminError::invalid(
                "verdict",
                "must be one of credit, dismiss, foreign",
            ));
        }
    };
    for (field, given) in [
        ("amount", amount.is_some()),
        ("currency", currency.is_some()),
        ("override", overrides),
    ] {
        if given {
            return Err(AdminError::invalid(field, "is only for a credit"));
        }
    }
    Ok(verdict)
}

impl From<ResolveError> for AdminError {
    /// 404, 409, or 422 with the field to correct.
    fn from(why: ResolveError) -> Self {
        let message = why.to_string();
        let all_the_same =
            "or send \"override\": true (with the command: --override) to credit it all the same";
        match why {
            ResolveError::NoSuchAlarm
            | ResolveError::NothingWaits
            | ResolveError::NoSuchPayment
            | ResolveError::NoSuchPayout
            | ResolveError::NoSuchDifference
            | ResolveError::NotWaiting
            | ResolveError::NoSuchStream
            | ResolveError::NoSuchEntry => Self::not_found(message),
            ResolveError::AlreadyResolved
            | ResolveError::NotDismissed
            | ResolveError::NothingToConfirm
            | ResolveError::ManualCredit(ManualCreditError::AlreadyCredited)
            | ResolveError::AlreadyCorrected
            | ResolveError::Correction(_)
            | ResolveError::PaymentCredited
            | ResolveError::PayoutEnded
            | ResolveError::NeverSent
            | ResolveError::BeingSent
            | ResolveError::DifferenceNotOpen => Self::conflict(message),
            ResolveError::Held(_) => Self::held(message),
            ResolveError::NeedsOverride => {
                Self::conflict(format!("{message}: dismiss it, {all_the_same}"))
            }
            ResolveError::ManualCredit(_) => Self::invalid("amount", message),
            ResolveError::NoOperation | ResolveError::OtherOperation => {
                Self::invalid("operation_id", message)
            }
            ResolveError::OtherAmount(_) => {
                Self::invalid("amount", format!("{message}: correct it, {all_the_same}"))
            }
            ResolveError::OtherCurrency => Self::invalid("currency", message),
            ResolveError::BeyondCursor => Self::invalid("after", message),
            ResolveError::NoReason | ResolveError::ReasonTooLong => {
                Self::invalid("reason", message)
            }
            // For all other reasons another verdict may be possible.
            _ => Self::invalid("verdict", message),
        }
    }
}
