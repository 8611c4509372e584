//! A contract in the response to `verify`.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::id::{ContractId, InvalidId};

/// A contract that a customer can pay; the documents call it an *entity*. Amounts are in minor units of the account's
/// currency. `Debug` hides it, because it is the payer's data.
///
/// Source: kaspi and kassa24 (option 2), response to `verify`, `entities`.
///
/// ```
/// use jetpay_core::response::{Contract, InvalidContract};
///
/// let contract = Contract::new("12345", "1234_ABC")?.with_payment_minor(100_000)?; // 1 000.00
/// assert_eq!(contract.payment_minor(), Some(100_000));
///
/// assert_eq!(
///     serde_json::to_string(&contract)?,
///     r#"{"id":"12345","number":"1234_ABC","payment":100000}"#
/// );
///
/// assert!(matches!(Contract::new("1;2", "1234_ABC"), Err(InvalidContract::Id(_))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Serialize)]
pub struct Contract {
    id: ContractId,
    number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_payment: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<Map<String, Value>>,
}

/// A field of a contract that the platform cannot use. Its text shows no value. The operator `?` makes a
/// [`HandlerError::Unavailable`](crate::HandlerError::Unavailable) of it, because the merchant's data are wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidContract {
    /// A `check_deposit` with this contract id would be rejected.
    #[error("a contract has a bad id")]
    Id(#[from] InvalidId),
    /// The number is empty.
    #[error("a contract has an empty number")]
    EmptyNumber,
    /// An amount is negative.
    #[error("the {field} of a contract is negative")]
    NegativeAmount {
        /// The field: `payment` or `min_payment`.
        field: &'static str,
    },
}

impl Contract {
    /// A contract with its id, which the platform repeats in `check_deposit` as `entity_id`, and the number that the payer sees.
    /// The two may be equal.
    ///
    /// # Errors
    /// [`InvalidContract`] if the id is not a [`ContractId`], or if the number is empty.
    pub fn new(
        id: impl Into<Box<str>>,
        number: impl Into<String>,
    ) -> Result<Self, InvalidContract> {
        let (id, number) = (ContractId::new(id)?, number.into());
        if number.is_empty() {
            return Err(InvalidContract::EmptyNumber);
        }
        Ok(Self {
            id,
            number,
            min_payment: None,
            payment: None,
            info: None,
        })
    }

    /// Sets the amount that the customer owes, in minor units (100 000 is 1 000.00 KZT). The merchant and JetPay agree whether
    /// it can be absent. The payer may pay another amount.
    ///
    /// Source: kaspi and kassa24, response to `verify`, `entities.payment`.
    ///
    /// # Errors
    /// [`InvalidContract::NegativeAmount`].
    pub fn with_payment_minor(self, payment: i64) -> Result<Self, InvalidContract> {
        let payment = Some(not_negative("payment", payment)?);
        Ok(Self { payment, ..self })
    }

    /// Sets the smallest amount that the customer can pay, in minor units.
    ///
    /// Source: kaspi and kassa24, response to `verify`, `entities.min_payment`.
    ///
    /// # Errors
    /// [`InvalidContract::NegativeAmount`].
    pub fn with_min_payment_minor(self, min_payment: i64) -> Result<Self, InvalidContract> {
        let min_payment = Some(not_negative("min_payment", min_payment)?);
        Ok(Self {
            min_payment,
            ..self
        })
    }

    /// Sets more data that the merchant and JetPay agreed to show to the customer: any JSON object.
    ///
    /// Source: kaspi and kassa24, response to `verify`, `entities.info`.
    #[must_use]
    pub fn with_info(mut self, info: Map<String, Value>) -> Self {
        self.info = Some(info);
        self
    }

    /// The id, which the platform repeats in `check_deposit`.
    #[must_use]
    pub fn id(&self) -> &ContractId {
        &self.id
    }

    /// The number that the payer sees.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The amount that the customer owes, in minor units.
    #[must_use]
    pub fn payment_minor(&self) -> Option<i64> {
        self.payment
    }

    /// The smallest amount that the customer can pay, in minor units.
    #[must_use]
    pub fn min_payment_minor(&self) -> Option<i64> {
        self.min_payment
    }

    /// More data to show to the customer.
    #[must_use]
    pub fn info(&self) -> Option<&Map<String, Value>> {
        self.info.as_ref()
    }
}

fn not_negative(field: &'static str, amount: i64) -> Result<i64, InvalidContract> {
    if amount < 0 {
        return Err(InvalidContract::NegativeAmount { field });
    }
    Ok(amount)
}

impl fmt::Debug for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contract(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::{Contract, InvalidContract};
    use crate::HandlerError;
    use crate::id::InvalidId;
    use crate::response::MessageRefusal;

    #[test]
    fn contract_that_the_platform_could_not_use_is_refused_by_its_constructor() {
        for id in ["", "1;2", "1\n", &"x".repeat(256)] {
            assert_eq!(
                Contract::new(id, "1").unwrap_err(),
                InvalidContract::Id(InvalidId)
            );
        }
        assert_eq!(
            Contract::new("1", "").unwrap_err(),
            InvalidContract::EmptyNumber
        );
        let contract = Contract::new("1", "1").unwrap();
        for refused in [
            contract.clone().with_payment_minor(-1),
            contract.clone().with_min_payment_minor(i64::MIN),
        ] {
            assert!(matches!(
                refused,
                Err(InvalidContract::NegativeAmount { .. })
            ));
        }
        let free = contract.with_payment_minor(0).unwrap();
        assert_eq!(
            free.with_min_payment_minor(0).unwrap().payment_minor(),
            Some(0)
        );
    }

    #[test]
    fn handler_with_a_wrong_contract_is_unavailable_with_that_cause() {
        let handler =
            || -> Result<Contract, HandlerError<MessageRefusal>> { Ok(Contract::new("", "1")?) };
        let error = handler().unwrap_err();
        assert!(
            error
                .source()
                .is_some_and(<dyn Error>::is::<InvalidContract>)
        );
    }
}
