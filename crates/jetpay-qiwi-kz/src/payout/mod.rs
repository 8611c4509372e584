//! The request of a payout.

mod customer;
mod json;
mod parameter;
mod rules;

use std::collections::BTreeMap;

use jetpay_core::Money;
use jetpay_core::payout::General;
use jetpay_core::redacted::Redacted;
use serde_json::Value;
use serde_json::value::RawValue;

pub use customer::Customer;
use customer::Kept;
pub use rules::InvalidPayout;

/// A payout to a QIWI wallet, checked, and not signed yet. Source: qiwi-kz, request payout.
///
/// It serializes as the JSON that is sent, but for the signature. Keep that JSON from before the first attempt on
/// ([`to_json`](Self::to_json)): a later attempt is the same bytes ([`from_json`](Self::from_json)).
///
/// `Debug` shows which payment it is and the amount, and nothing of the customer.
#[derive(Clone)]
pub struct Payout {
    general: General,
    customer: Kept,
    account_number: Redacted,
    amount: Money,
    parameters: BTreeMap<String, Box<RawValue>>,
}

impl Payout {
    /// A payout of `amount`, in minor units of KZT, to the wallet with this number.
    ///
    /// # Errors
    /// [`InvalidPayout`] names the first field that is wrong; [`problems`](Self::problems) tells of all.
    pub fn new(
        general: General,
        customer: &Customer<'_>,
        account_number: &str,
        amount: Money,
    ) -> Result<Self, InvalidPayout> {
        if let Some(problem) = rules::problems(customer, account_number, amount).next() {
            return Err(problem);
        }
        Ok(Self {
            general,
            customer: Kept::new(customer),
            account_number: Redacted::new(account_number),
            amount,
            parameters: BTreeMap::new(),
        })
    }

    /// Everything that [`new`](Self::new) would refuse, at most one problem a field; none when it is good.
    #[must_use]
    pub fn problems(
        customer: &Customer<'_>,
        account_number: &str,
        amount: Money,
    ) -> Vec<InvalidPayout> {
        rules::problems(customer, account_number, amount).collect()
    }

    /// With one more parameter that the Gate supports, at the top level of the request. A second one of the same name
    /// replaces the first.
    ///
    /// # Errors
    /// [`InvalidPayout`] for a name that the payout has already or that is never signed, and for texts with `;` or a
    /// control character, at any depth.
    pub fn with_parameter(mut self, name: &str, value: &Value) -> Result<Self, InvalidPayout> {
        let value = parameter::checked(name, value)?;
        self.parameters.insert(name.to_owned(), value);
        Ok(self)
    }

    /// Which payment it is.
    #[must_use]
    pub fn general(&self) -> &General {
        &self.general
    }

    /// How much, in minor units: positive, in KZT.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.amount
    }

    /// The wallet's number: 5 to 20 digits.
    #[must_use]
    pub fn account_number(&self) -> &str {
        self.account_number.as_str()
    }

    /// Who gets it.
    #[must_use]
    pub fn customer(&self) -> Customer<'_> {
        self.customer.given()
    }
}

impl std::fmt::Debug for Payout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Payout")
            .field("general", &self.general)
            .field("amount", &self.amount)
            .finish_non_exhaustive()
    }
}
