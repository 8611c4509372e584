//! The request of a payout: its fields, its customer, and the JSON that is sent and stored.

mod rules;

use std::collections::BTreeMap;
use std::fmt;

use jetpay_core::payout::General;
use jetpay_core::redacted::Redacted;
use jetpay_core::{Currency, Money};
use serde::de::DeserializeOwned;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use rules::{OWN_NAMES, checked_parameter};

pub use rules::InvalidPayout;

/// A payout to a QIWI wallet. Its fields are checked, and it is not signed yet. Source: qiwi-kz, request payout.
///
/// It serializes as the JSON that is sent, without the signature. Store that JSON ([`to_json`](Self::to_json)) before the
/// first attempt, because each further attempt must send the same bytes ([`from_json`](Self::from_json)).
///
/// `Debug` shows the payment and the amount, but nothing of the customer.
#[derive(Clone)]
pub struct Payout {
    general: General,
    customer: StoredCustomer,
    account_number: Redacted,
    amount: Money,
    parameters: BTreeMap<String, Box<RawValue>>,
}

impl Payout {
    /// Checks the fields of a payout of `amount`, in minor units of KZT, to the wallet with this number.
    ///
    /// # Errors
    /// [`InvalidPayout`] names the first wrong field. [`problems`](Self::problems) finds all of them.
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
            customer: StoredCustomer::new(customer),
            account_number: Redacted::new(account_number),
            amount,
            parameters: BTreeMap::new(),
        })
    }

    /// All wrong fields, at most one problem for each field. The list is empty if [`new`](Self::new) would succeed.
    #[must_use]
    pub fn problems(
        customer: &Customer<'_>,
        account_number: &str,
        amount: Money,
    ) -> Vec<InvalidPayout> {
        rules::problems(customer, account_number, amount).collect()
    }

    /// Adds a parameter that the Gate supports at the top level of the request. It replaces a parameter with the same
    /// name.
    ///
    /// # Errors
    /// [`InvalidPayout`] if a field of the payout has the name, if the name is never signed, or if a text in the value has
    /// `;` or a control character, at any depth.
    pub fn with_parameter(mut self, name: &str, value: &Value) -> Result<Self, InvalidPayout> {
        let value = rules::checked_parameter(name, value)?;
        self.parameters.insert(name.to_owned(), value);
        Ok(self)
    }

    /// The project and the payment id.
    #[must_use]
    pub fn general(&self) -> &General {
        &self.general
    }

    /// The amount in minor units. It is positive and in KZT.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.amount
    }

    /// The number of the wallet. It has 5 to 20 digits.
    #[must_use]
    pub fn account_number(&self) -> &str {
        self.account_number.as_str()
    }

    /// The customer who gets the payout.
    #[must_use]
    pub fn customer(&self) -> Customer<'_> {
        self.customer.as_given()
    }
}

impl fmt::Debug for Payout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payout")
            .field("general", &self.general)
            .field("amount", &self.amount)
            .finish_non_exhaustive()
    }
}

/// The customer who gets a payout, before the fields are checked. `Debug` hides it, because all of it is the customer's
/// data.
///
/// Source: qiwi-kz, request payout, `customer`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "merchants make it; a new field of the document must not be forgotten"
)]
pub struct Customer<'a> {
    /// The customer's id in the merchant's system. Source: `customer.id`.
    pub id: &'a str,
    /// The IP address of the customer's device, IPv4 or IPv6. Source: `customer.ip_address`.
    pub ip_address: &'a str,
    /// The first name, without `;`. Source: `customer.first_name`.
    pub first_name: &'a str,
    /// The last name, without `;`. Source: `customer.last_name`.
    pub last_name: &'a str,
    /// The e-mail address. Source: `customer.email`.
    pub email: &'a str,
}

impl fmt::Debug for Customer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Customer(hidden)")
    }
}

/// The customer of a checked payout. The fields have the order of the document's example.
#[derive(Clone, Serialize)]
struct StoredCustomer {
    ip_address: Redacted,
    id: Redacted,
    first_name: Redacted,
    last_name: Redacted,
    email: Redacted,
}

impl StoredCustomer {
    fn new(customer: &Customer<'_>) -> Self {
        Self {
            ip_address: Redacted::new(customer.ip_address),
            id: Redacted::new(customer.id),
            first_name: Redacted::new(customer.first_name),
            last_name: Redacted::new(customer.last_name),
            email: Redacted::new(customer.email),
        }
    }

    fn as_given(&self) -> Customer<'_> {
        Customer {
            id: self.id.as_str(),
            ip_address: self.ip_address.as_str(),
            first_name: self.first_name.as_str(),
            last_name: self.last_name.as_str(),
            email: self.email.as_str(),
        }
    }
}

const NO_PAYOUT: InvalidPayout = InvalidPayout {
    field: "json",
    must: "the JSON of a payout without a signature, as `Payout::to_json` writes it",
};

impl Serialize for Payout {
    /// The fields have the document's order. The additional parameters follow, sorted by name.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("general", &self.general)?;
        object.serialize_entry("customer", &self.customer)?;
        object.serialize_entry(
            "account",
            &Number {
                number: self.account_number(),
            },
        )?;
        object.serialize_entry("payment", &self.amount)?;
        for (name, value) in &self.parameters {
            object.serialize_entry(name, value)?;
        }
        object.end()
    }
}

#[derive(Serialize)]
struct Number<'a> {
    number: &'a str,
}

impl Payout {
    /// The request without its signature. Store it until the payout has its final status. It has the customer's data.
    ///
    /// # Panics
    /// Never: every field can be written as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts, a number and JSON can be written as JSON")
    }

    /// Reads a stored payout and checks it again. Writing it again gives the same bytes.
    ///
    /// # Errors
    /// [`InvalidPayout`] names the first wrong field. The field is `json` if the text is not the JSON of a payout.
    pub fn from_json(json: &str) -> Result<Self, InvalidPayout> {
        let mut parameters: BTreeMap<String, Box<RawValue>> = read(json)?;
        let [general, customer, account, payment] = OWN_NAMES.map(|name| parameters.remove(name));
        let customer: CustomerJson = field(customer)?;
        let account: AccountJson = field(account)?;
        let payment: PaymentJson = field(payment)?;
        let customer = Customer {
            id: &customer.id,
            ip_address: &customer.ip_address,
            first_name: &customer.first_name,
            last_name: &customer.last_name,
            email: &customer.email,
        };
        let currency = Currency::parse(&payment.currency).map_err(|_| NO_PAYOUT)?;
        let amount = Money::new(payment.amount, currency);
        let general: General = field(general)?;
        let payout = Self::new(general, &customer, &account.number, amount)?;
        for (name, value) in &parameters {
            checked_parameter(name, &read(value.get())?)?;
        }
        Ok(Self {
            parameters,
            ..payout
        })
    }
}

fn field<T: DeserializeOwned>(value: Option<Box<RawValue>>) -> Result<T, InvalidPayout> {
    read(value.ok_or(NO_PAYOUT)?.get())
}

fn read<T: DeserializeOwned>(json: &str) -> Result<T, InvalidPayout> {
    serde_json::from_str(json).map_err(|_| NO_PAYOUT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomerJson {
    ip_address: String,
    id: String,
    first_name: String,
    last_name: String,
    email: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountJson {
    number: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PaymentJson {
    amount: i64,
    currency: String,
}
