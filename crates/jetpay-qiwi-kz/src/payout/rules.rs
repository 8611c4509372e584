//! What each field of a payout must be.
//!
//! Values are not escaped in the string to sign, so that a text with `;` could be cut into another message under the
//! same signature. No field takes one, and none takes a control character.

use std::net::IpAddr;

use jetpay_core::id::CustomerId;
use jetpay_core::{Currency, Money};
use thiserror::Error;

use super::Customer;

/// A field of a payout that cannot be sent, and what it must be. It says nothing of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("`{field}` must be {must}")]
pub struct InvalidPayout {
    pub(super) field: &'static str,
    pub(super) must: &'static str,
}

impl InvalidPayout {
    /// The field: `customer.id`, `customer.ip_address`, `customer.first_name`, `customer.last_name`, `customer.email`,
    /// `account_number`, `amount` or `currency`; `parameter` for an additional one, and `json` for a kept request.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// What it must be, to go on after "must be".
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

/// The longest text, in bytes.
const LONGEST: usize = 255;

/// One problem a field, in the order of the admin interface.
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

/// Whether a text can be signed without a border that somebody could cut at.
pub(super) fn is_whole(text: &str) -> bool {
    !text
        .chars()
        .any(|character| character == ';' || character.is_control())
}

fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= LONGEST && is_whole(text)
}

fn is_email(text: &str) -> bool {
    let has_two_sides = text
        .split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'));
    has_two_sides && text.len() <= LONGEST && is_whole(text) && !text.contains(char::is_whitespace)
}

fn is_account_number(text: &str) -> bool {
    (5..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
