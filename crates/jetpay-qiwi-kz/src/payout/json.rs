//! A payout as JSON and back. The JSON is stored between two attempts.

use std::collections::BTreeMap;

use jetpay_core::payout::General;
use jetpay_core::{Currency, Money};
use serde::de::DeserializeOwned;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::rules::{OWN_NAMES, checked_parameter};
use super::{Customer, InvalidPayout, Payout};

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
