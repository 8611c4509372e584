//! The page of a payment.

mod asking;
mod correcting;
mod hostile;
mod story;

use jetpay_platform::KASPI;
use jetpay_platform::messages::{Callback, Operation};

use crate::support::{PROJECT, tenge};

/// The platform's callback about an operation.
fn made(payment_id: &str, status: &str, kind: &str, minor: i64) -> Callback {
    let operation = Operation::new(kind, "success", tenge(minor));
    Callback::new(&KASPI, PROJECT.into(), payment_id, status, operation)
}

/// The text of a page, without its tags, and with single spaces.
fn plain(page: &str) -> String {
    let texts = page
        .split('<')
        .map(|it| it.split_once('>').map_or(it, |(_, text)| text));
    let text = texts.collect::<Vec<_>>().join(" ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace(" .", ".").replace(" ,", ",")
}

/// The value of a hidden field.
fn hidden<'p>(page: &'p str, name: &str) -> &'p str {
    let (_, field) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap();
    field.split('"').next().unwrap()
}
