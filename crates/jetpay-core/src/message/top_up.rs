//! What every method's `check_deposit` has.

use serde::Serialize;

use super::Authentic;
use crate::id::{CustomerId, ProjectId};
use crate::method::Method;
use crate::money::Money;
use crate::rejection::{FieldFlaw, Rejection};

/// A top-up that is under way: the fields of `check_deposit` that all documents share.
///
/// It has no id of its own: a repeat looks like a second, equal top-up. Give each a fresh payment id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TopUp {
    /// The project whose secret signed it.
    pub project_id: ProjectId,
    /// Whose account is topped up.
    pub customer_id: CustomerId,
    /// How much, in minor units: positive, in the project's currency.
    pub amount: Money,
}

impl TopUp {
    /// Reads the shared fields of a `check_deposit` to the method `M`.
    ///
    /// # Errors
    /// [`Rejection`]: a field missing or of another type, an amount that is not positive, another currency than the
    /// project's, another `payment_method` than the method's.
    pub fn read<M: Method>(message: &Authentic<'_, '_>) -> Result<Self, Rejection> {
        let amount = message.money("amount", "currency")?;
        if !amount.is_positive() {
            return Err(Rejection::Field {
                path: "amount",
                flaw: FieldFlaw::NotThe("greater than zero"),
            });
        }
        let currency = message.project().currency();
        if amount.currency() != currency {
            return Err(Rejection::Field {
                path: "currency",
                flaw: FieldFlaw::OtherCurrency(currency),
            });
        }
        if message.text("payment_method")? != M::PAYMENT_METHOD {
            return Err(Rejection::Field {
                path: "payment_method",
                flaw: FieldFlaw::NotThe(M::PAYMENT_METHOD),
            });
        }
        Ok(Self {
            project_id: message.project_id()?,
            customer_id: message.id("customer_id")?,
            amount,
        })
    }
}
