//! What billing systems speak to payment systems: requests, and what their answers mean. No I/O.

use jetpay_core::Money;
use jiff::civil::DateTime;

/// A dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The OSMP (QIWI) protocol: XML.
    Osmp,
    /// Kaspi's variant: JSON or XML, with result codes of its own.
    Kaspi,
}

/// What a billing answers to `check`.
#[derive(Clone, PartialEq, Eq)]
pub enum CheckAnswer {
    /// The account can be topped up.
    Known(CheckedAccount),
    /// There is no such account.
    Unknown,
}

/// What a billing says about an account. A payer's data, so `Debug` shows no values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CheckedAccount {
    /// `sum` of the answer, as written.
    pub sum: Option<String>,
    /// The named fields, in their order: names and values.
    pub fields: Vec<(String, String)>,
    /// `comment` of the answer.
    pub comment: Option<String>,
}

/// A payment to tell a billing about.
#[derive(Clone, Copy)]
pub struct PayOrder<'a> {
    /// At most 20 digits, unique for this payment for ever.
    pub txn_id: &'a str,
    /// The customer's account.
    pub account: &'a str,
    /// How much.
    pub sum: Money,
    /// When it was credited, in the billing's zone.
    pub time: DateTime,
    /// Whether it is known that this was sent before: then "double request" means that the billing has it.
    pub is_repeat: bool,
}
