//! Requests that come again.

use serde_json::Value;

use crate::check_context::CheckContext;
use crate::expect;
use crate::outcome::{Checked, Stop};
use crate::row::{Level, Row, play};
use crate::rows::sections::{RULE_1, RULE_2};
use jetpay_platform::Exchange;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "verify-repeated",
        Level::Must,
        RULE_1,
        "verify has no effects: the fifth answer says what the first one said",
        "Asking about an account changes it, and the payer sees another debt at each try.",
        play!(repeated),
    ),
    Row::new(
        "deposit-twice",
        Level::Must,
        RULE_2,
        "two equal check_deposits get two payment ids",
        "Who pays the same amount twice is credited once, and the second payment is lost.",
        play!(twice),
    ),
];

async fn repeated(scene: &CheckContext<'_>) -> Checked {
    let request = scene.verify(&scene.target.customers.payer);
    let first = scene.call(&request).await?;
    expect::answer(&first, 0)?;
    for _ in 0..4 {
        let again = scene.call(&request).await?;
        if scene.target.exact {
            expect::equal("the answer", &first.text(), &again.text())?;
        }
        expect::equal("the answer's fields", &said(&first), &said(&again))?;
    }
    Ok(())
}

/// What an answer says of the account; what may change by itself, such as a time, is in other fields.
pub(super) fn said(exchange: &Exchange) -> [Option<&Value>; 4] {
    let fields = ["code", "currency", "additional_customer_id", "entities"];
    fields.map(|field| exchange.json.as_ref()?.get(field))
}

async fn twice(scene: &CheckContext<'_>) -> Checked {
    let (first, second) = (scene.pending().await?, scene.pending().await?);
    if first == second {
        Err(Stop::failed(
            "another payment_id",
            format!("{second} again"),
        ))
    } else {
        Ok(())
    }
}
