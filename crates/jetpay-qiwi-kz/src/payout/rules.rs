//! The rules for each field of a payout and for additional parameters.
//!
//! The string to sign does not escape values. An attacker could cut a text with `;` into another message with the same
//! signature. Therefore no field may have `;` or a control character.

use std::net::IpAddr;

use jetpay_core::id::CustomerId;
use jetpay_core::signature::Canonical;
use jetpay_core::{Currency, Money};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use thiserror::Error;

use super::Customer;

/// A wrong field of a payout, and what it must be. The text does not show the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("`{field}` must be {must}")]
pub struct InvalidPayout {
    pub(super) field: &'static str,
    pub(super) must: &'static str,
}

impl InvalidPayout {
    /// The field: `customer.id`, `customer.ip_address`, `customer.first_name`, `customer.last_name`, `customer.email`,
    /// `account_number`, `amount` or `currency`. It is `parameter` for an additional parameter, and `json` for a stored
    /// request.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// What the field must be. The text completes the words "must be".
    #[must_use]
    pub fn must(&self) -> &'static str {
        self.must
    }
}

const ID: &str =
    "the customer's id: not empty, at most 255 bytes, without `;` and control characters";
const IP_ADDRESS: &str =
    "the IP address of the customer's device, such as 198.51.100.47 or 2001:db8::1";
const NAME: &str = "a name: not blank, at most 255 bytes, without `;` and control characters";
const EMAIL: &str = "an e-mail address: one `@` with text on both sides, at most 255 bytes, without \
                     white space, `;` and control characters";
const ACCOUNT_NUMBER: &str = "the wallet's number: 5 to 20 digits and nothing else";
const AMOUNT: &str = "greater than zero, in minor units";
const CURRENCY: &str = "KZT: QIWI Kazakhstan pays out in no other currency";

/// The maximum length of a text, in bytes.
const LONGEST: usize = 255;

/// Finds at most one problem for each field, in the order of the admin interface.
pub(super) fn problems(
    customer: &Customer<'_>,
    account_number: &str,
    amount: Money,
) -> impl Iterator<Item = InvalidPayout> {
    let rules = [
        ("customer.id", CustomerId::new(customer.id).is_ok(), ID),
        (
            "customer.ip_address",
            customer.ip_address.parse::<IpAddr>().is_ok(),
            IP_ADDRESS,
        ),
        ("customer.first_name", is_name(customer.first_name), NAME),
        ("customer.last_name", is_name(customer.last_name), NAME),
        ("customer.email", is_email(customer.email), EMAIL),
        (
            "account_number",
            is_account_number(account_number),
            ACCOUNT_NUMBER,
        ),
        ("amount", amount.is_positive(), AMOUNT),
        ("currency", amount.currency() == Currency::KZT, CURRENCY),
    ];
    let broken = rules.into_iter().filter(|&(_, holds, _)| !holds);
    broken.map(|(field, _, must)| InvalidPayout { field, must })
}

/// Whether a text has nothing at which an attacker could cut the string to sign.
fn is_uncuttable(text: &str) -> bool {
    !text
        .chars()
        .any(|character| character == ';' || character.is_control())
}

fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= LONGEST && is_uncuttable(text)
}

fn is_email(text: &str) -> bool {
    let has_two_sides = text
        .split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'));
    has_two_sides
        && text.len() <= LONGEST
        && is_uncuttable(text)
        && !text.contains(char::is_whitespace)
}

fn is_account_number(text: &str) -> bool {
    (5..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The names of the payout's own fields.
pub(super) const OWN_NAMES: [&str; 4] = ["general", "customer", "account", "payment"];
/// Names that the signature does not cover. An attacker could change the values below them.
const UNSIGNED: [&str; 2] = ["signature", "frame_mode"];

const PARAMETER_NAME: &str = "named otherwise: not empty, none of `general`, `customer`, `account`, `payment`, \
                    `signature` and `frame_mode`, without `;`, `:` and control characters";
const PARAMETER_VALUE: &str = "JSON whose texts and names have neither `;` nor a control character, and none of whose names \
                     is empty, `signature` or `frame_mode`; and no negative zero";

/// Checks an additional parameter and returns its JSON.
pub(super) fn checked_parameter(name: &str, value: &Value) -> Result<Box<RawValue>, InvalidPayout> {
    let invalid = |must| InvalidPayout {
        field: "parameter",
        must,
    };
    if !is_parameter_name(name) || OWN_NAMES.contains(&name) || name.contains(':') {
        return Err(invalid(PARAMETER_NAME));
    }
    if !is_signed(value) {
        return Err(invalid(PARAMETER_VALUE));
    }
    let json = to_raw_value(value).map_err(|_| invalid(PARAMETER_VALUE))?;
    // The canonical form refuses everything else that is never signed, such as negative zero.
    let alone = format!("{{\"parameter\":{json}}}");
    match Canonical::parse(alone.as_bytes()) {
        Ok(_) => Ok(json),
        Err(_) => Err(invalid(PARAMETER_VALUE)),
    }
}

fn is_parameter_name(name: &str) -> bool {
    !name.is_empty() && !UNSIGNED.contains(&name) && is_uncuttable(name)
}

/// Whether the signature covers the whole value.
fn is_signed(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => is_uncuttable(text),
        Value::Array(values) => values.iter().all(is_signed),
        Value::Object(fields) => fields
            .iter()
            .all(|(name, value)| is_parameter_name(name) && is_signed(value)),
    }
}
