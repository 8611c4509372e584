//! What billing systems speak to payment systems: requests, and what their answers mean. No I/O.
//!
//! A request is a query: `command` (`check`, `pay` or `cancel`), `txn_id`, `account`, `sum`; for `pay` and `cancel` also
//! `txn_date`, `YYYYMMDDhhmmss`; for `cancel` also `prv_txn`, the billing's number of the payment. An answer has a result code
//! and repeats `txn_id`; one about another `txn_id` cannot be read, as it answers another question.
//!
//! [`osmp`] and [`kaspi`] have the tables of the result codes with their sources. An answer that cannot be read, or whose
//! result is not in the table, never means *unknown* or *delivered*.

mod answer;
mod body;
mod json;
pub mod kaspi;
pub mod osmp;
mod xml;

use std::borrow::Cow;
use std::fmt;

use jetpay_core::Money;
use jiff::civil::DateTime;

pub use body::Body;

use crate::outcome::{Delivery, Failure, Refusal};
use crate::{amount, text};
use answer::Answer;

/// A dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The OSMP (QIWI) protocol: XML.
    Osmp,
    /// Kaspi's variant: JSON or XML, with result codes of its own.
    Kaspi,
}

/// What a billing answers to `check`.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// The named fields, in their order: names and values. A field without a name has that of its element.
    pub fields: Vec<(String, String)>,
    /// `comment` of the answer.
    pub comment: Option<String>,
}

impl fmt::Debug for CheckedAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedAccount").finish_non_exhaustive()
    }
}

/// A payment to tell a billing about. `Debug` does not show the account.
#[derive(Clone, Copy)]
pub struct PayOrder<'a> {
    /// At most 20 digits, unique for this payment for ever: [`txn_id::of_operation`](crate::txn_id::of_operation).
    pub txn_id: &'a str,
    /// The customer's account.
    pub account: &'a str,
    /// How much. It is positive.
    pub sum: Money,
    /// When it was credited, in the billing's zone.
    pub time: DateTime,
    /// Whether the billing may have it from before: an earlier attempt may have arrived, or its receipt is known. Then "double
    /// request" means that it has it.
    pub is_repeat: bool,
}

impl fmt::Debug for PayOrder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayOrder")
            .field("txn_id", &self.txn_id)
            .field("sum", &self.sum)
            .finish_non_exhaustive()
    }
}

/// The parameters of a request: names and values, not escaped.
pub type Query<'a> = Vec<(&'static str, Cow<'a, str>)>;

/// All names of parameters that a request may set.
pub(crate) const PARAMETERS: [&str; 6] =
    ["command", "txn_id", "account", "sum", "txn_date", "prv_txn"];

/// One row of a dialect's table of results.
pub(crate) struct Row {
    code: u32,
    check: OnCheck,
    pay: OnPay,
    meaning: &'static str,
}

/// What a result means for `check`.
#[derive(Clone, Copy)]
pub(crate) enum OnCheck {
    Known,
    Unknown,
    /// The account is known and takes no payments.
    Refused,
    /// It says nothing about the account.
    NotNow,
}

/// What a result means for `pay` and `cancel`.
#[derive(Clone, Copy)]
pub(crate) enum OnPay {
    Delivered,
    Again,
    Refused,
    /// The billing has the `txn_id` already: that is a delivery only if it may have it from us.
    Repeated,
}

/// A result that the table does not have.
const OTHER: Row = row(
    0,
    OnCheck::NotNow,
    OnPay::Refused,
    "which the protocol does not have",
);

const fn row(code: u32, check: OnCheck, pay: OnPay, meaning: &'static str) -> Row {
    Row {
        code,
        check,
        pay,
        meaning,
    }
}

impl Dialect {
    /// The parameters of a question about an account. `sum` is a text such as `1.00`.
    #[must_use]
    pub fn check<'a>(account: &'a str, txn_id: &'a str, sum: &'a str) -> Query<'a> {
        vec![
            ("command", "check".into()),
            ("txn_id", txn_id.into()),
            ("account", account.into()),
            ("sum", sum.into()),
        ]
    }

    /// The parameters that tell about a payment.
    ///
    /// # Errors
    /// Why this payment cannot be told, for people: the platform does not list its currency, or its sum is not positive.
    pub fn pay<'a>(order: &PayOrder<'a>) -> Result<Query<'a>, String> {
        Self::order("pay", order)
    }

    /// The parameters that take a payment back: `receipt` is the billing's number of it.
    ///
    /// # Errors
    /// As [`Dialect::pay`].
    pub fn cancel<'a>(order: &PayOrder<'a>, receipt: &'a str) -> Result<Query<'a>, String> {
        let mut query = Self::order("cancel", order)?;
        query.push(("prv_txn", receipt.into()));
        Ok(query)
    }

    fn order<'a>(command: &'static str, order: &PayOrder<'a>) -> Result<Query<'a>, String> {
        if !order.sum.is_positive() {
            return Err("a payment without a positive sum cannot be told to a billing".to_owned());
        }
        let sum = amount::to_text(order.sum).map_err(|why| why.to_string())?;
        Ok(vec![
            ("command", command.into()),
            ("txn_id", order.txn_id.into()),
            ("account", order.account.into()),
            ("sum", sum.into()),
            (
                "txn_date",
                order.time.strftime("%Y%m%d%H%M%S").to_string().into(),
            ),
        ])
    }

    /// Reads the answer to a question.
    ///
    /// # Errors
    /// [`Failure`]. It never means that the account is unknown.
    pub fn read_check(self, body: Body<'_>, txn_id: &str) -> Result<CheckAnswer, Failure> {
        let answer = self.read(body, txn_id)?;
        let row = self.row(answer.result);
        let why = format!("result {}: {}", answer.result, row.meaning);
        match row.check {
            OnCheck::Known => Ok(CheckAnswer::Known(CheckedAccount {
                sum: answer.sum,
                fields: answer.fields,
                comment: answer.comment,
            })),
            OnCheck::Unknown => Ok(CheckAnswer::Unknown),
            OnCheck::Refused => Err(Failure::Said(why)),
            OnCheck::NotNow => Err(Failure::NotNow(why)),
        }
    }

    /// Reads the answer to `pay` or `cancel`. An answer that cannot be read is sent again: the billing may be behind a page of
    /// its web server for a while, and takes a `txn_id` once. One that tells another sum than ours is refused: the billing has
    /// booked that sum, or reads ours in other units.
    #[must_use]
    pub fn read_pay(self, body: Body<'_>, order: &PayOrder<'_>) -> Delivery {
        let answer = match self.read(body, order.txn_id) {
            Ok(answer) => answer,
            Err(failure) => return Delivery::again(&failure, None),
        };
        let row = self.row(answer.result);
        let why = format!("result {}: {}", answer.result, row.meaning);
        match row.pay {
            OnPay::Repeated if !order.is_repeat => Delivery::Refused {
                why: format!("{why}, and no attempt of ours is known").into(),
            },
            OnPay::Delivered | OnPay::Repeated => match other_sum(&answer, order.sum) {
                Some(theirs) => Delivery::Refused {
                    why: format!("{why}, but of {theirs}, and we told it of {}", order.sum).into(),
                },
                None => Delivery::Delivered {
                    receipt: answer.receipt,
                },
            },
            OnPay::Again => Delivery::Again {
                may_have_arrived: true,
                why,
                after: None,
            },
            OnPay::Refused => Delivery::Refused {
                why: Refusal {
                    meaning: why,
                    said: (answer.comment).map(|said| text::comment(&said, order.account)),
                },
            },
        }
    }

    fn row(self, result: u32) -> &'static Row {
        let rows = match self {
            Self::Osmp => osmp::RESULTS,
            Self::Kaspi => kaspi::RESULTS,
        };
        rows.iter().find(|row| row.code == result).unwrap_or(&OTHER)
    }

    /// Reads an answer that must be about this `txn_id`.
    fn read(self, body: Body<'_>, txn_id: &str) -> Result<Answer, Failure> {
        let answer = match self {
            Self::Kaspi if body.is_json() => json::read(body),
            Self::Osmp | Self::Kaspi => xml::read(body),
        };
        let answer = answer.and_then(|raw| raw.about(txn_id));
        answer.map_err(|why| Failure::Unreadable(why.to_owned()))
    }
}

/// The sum of an answer, if it is exactly an amount, and not ours.
fn other_sum(answer: &Answer, ours: Money) -> Option<Money> {
    let minor = amount::from_text(answer.sum.as_deref()?, ours.currency()).ok()?;
    (minor != ours.minor()).then(|| Money::new(minor, ours.currency()))
}
