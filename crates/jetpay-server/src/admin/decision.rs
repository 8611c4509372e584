//! What a person decided, as a request says it: the checks that alarms and the inbox share.

use jetpay_core::{Currency, Money};
use jetpay_ledger::{ResolveError, Verdict};

use super::error::AdminError;

/// The verdict of this word. Only a credit has an amount, in `configured` unless another currency is named.
pub(super) fn verdict(
    word: &str,
    amount: Option<i64>,
    currency: Option<&str>,
    configured: Currency,
) -> Result<Verdict, AdminError> {
    let plain = match word {
        "credit" => {
            let minor = amount.ok_or_else(|| {
                AdminError::invalid("amount", "is needed for a credit: minor units, more than 0")
            })?;
            let currency = currency.map_or(Ok(configured), Currency::parse);
            let currency =
                currency.map_err(|error| AdminError::invalid("currency", error.to_string()))?;
            return Ok(Verdict::Credit(Money::new(minor, currency)));
        }
        "dismiss" => Verdict::Dismiss,
        "foreign" => Verdict::Foreign,
        _ => {
            return Err(AdminError::invalid(
                "verdict",
                "is one of credit, dismiss, foreign",
            ));
        }
    };
    for (field, given) in [
        ("amount", amount.is_some()),
        ("currency", currency.is_some()),
    ] {
        if given {
            return Err(AdminError::invalid(field, "is for a credit only"));
        }
    }
    Ok(plain)
}

impl From<ResolveError> for AdminError {
    /// 404, 409, or 422 with the field to mend.
    fn from(why: ResolveError) -> Self {
        let message = why.to_string();
        match why {
            ResolveError::NoSuchAlarm | ResolveError::NothingWaits | ResolveError::NoSuchPayout => {
                Self::not_found(message)
            }
            ResolveError::AlreadyResolved
            | ResolveError::AlreadyCredited
            | ResolveError::PayoutEnded
            | ResolveError::NeverSent
            | ResolveError::BeingSent => Self::conflict(message),
            ResolveError::NotPositive => Self::invalid("amount", message),
            ResolveError::OtherCurrency => Self::invalid("currency", message),
            ResolveError::NoReason => Self::invalid("reason", message),
            // Whatever else stands against it, another verdict may still be possible.
            _ => Self::invalid("verdict", message),
        }
    }
}
