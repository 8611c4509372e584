//! The values of good answers.

use serde_json::Value;

use super::answers::good;
use crate::check_context::CheckContext;
use crate::expect;
use crate::outcome::{Checked, Stop};
use crate::row::{Level, Row, Section, play};
use crate::rows::applies::has_contracts;
use crate::rows::sections::SIGNATURE;

/// As long as an id may be, in characters.
const LONGEST: usize = 255;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "shape-payment-id",
        Level::Must,
        Section::CheckDeposit,
        "payment_id is a text that is not empty, also when it is made of digits",
        "A number may come back changed, and the callback would find no payment.",
        play!(payment_id),
    ),
    Row::new(
        "shape-payment-id-plain",
        Level::Should,
        SIGNATURE,
        "payment_id has at most 255 characters, and neither `;` nor a control character",
        "An id with `;` lets a signed callback be cut in another way.",
        play!(plain_payment_id),
    ),
    Row::new(
        "shape-currency",
        Level::Must,
        Section::Verify,
        "currency is the project's, in three capital letters",
        "The payer would be asked for money in a currency that is not meant.",
        play!(currency),
    ),
    Row::new(
        "shape-amounts",
        Level::Must,
        Section::Verify,
        "amounts are integers in minor units, neither floats nor texts nor negative",
        "100000.0 or \"1000.00\" is read as another amount, or not at all.",
        play!(amounts),
    )
    .only(has_contracts),
];

async fn payment_id(scene: &CheckContext<'_>) -> Checked {
    let [_, deposit] = good(scene).await?;
    let answer = expect::answer(&deposit, 0)?;
    expect::text(answer, "payment_id", &deposit).map(drop)
}

async fn plain_payment_id(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let plain = |it: char| it != ';' && !it.is_control();
    if payment_id.chars().count() <= LONGEST && payment_id.chars().all(plain) {
        return Ok(());
    }
    Err(Stop::failed(
        "a payment_id of at most 255 characters, without `;` and control characters",
        format!("{payment_id:?}"),
    ))
}

async fn currency(scene: &CheckContext<'_>) -> Checked {
    let [verify, _] = good(scene).await?;
    let answer = expect::answer(&verify, 0)?;
    let wanted = Value::from(scene.target.currency.code());
    expect::equal("`currency`", &Some(&wanted), &answer.get("currency"))
}

async fn amounts(scene: &CheckContext<'_>) -> Checked {
    let [verify, _] = good(scene).await?;
    let answer = expect::answer(&verify, 0)?;
    let contracts = answer.get("entities").and_then(Value::as_array);
    if !scene.has_contracts() {
        return Ok(());
    }
    let contracts = contracts
        .filter(|it| !it.is_empty())
        .ok_or_else(|| Stop::failed("a list in `entities`", expect::brief(&verify)))?;
    for contract in contracts {
        for name in ["payment", "min_payment"] {
            // As written: 100000.0 is a float, whatever it is worth.
            if let Some(amount) = contract.get(name)
                && !amount.is_u64()
            {
                let wanted = format!("`{name}` as an integer of minor units, and not below 0");
                return Err(Stop::failed(wanted, amount.to_string()));
            }
        }
    }
    Ok(())
}
