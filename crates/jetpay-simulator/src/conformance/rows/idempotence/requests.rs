//! Requests that come again.

use crate::conformance::expect::{self};
use crate::conformance::outcome::{Checked, Stop};
use crate::conformance::row::{Level, Row, play};
use crate::conformance::rows::sections::{RULE_1, RULE_2};
use crate::conformance::scene::Scene;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "verify-repeated",
        Level::Must,
        RULE_1,
        "verify has no effects: the fifth answer is the first",
        "",
        play!(repeated),
    ),
    Row::new(
        "deposit-twice",
        Level::Must,
        RULE_2,
        "two equal check_deposits get two payment ids",
        "",
        play!(twice),
    ),
];

async fn repeated(scene: &Scene<'_>) -> Checked {
    let request = scene.verify(&scene.target.customers.payer);
    let first = scene.call(&request).await?;
    expect::answer(&first, 0)?;
    for _ in 0..4 {
        expect::equal(
            "the answer",
            &first.text(),
            &scene.call(&request).await?.text(),
        )?;
    }
    Ok(())
}

async fn twice(scene: &Scene<'_>) -> Checked {
    let (first, second) = (scene.pending().await?, scene.pending().await?);
    if first == second {
        Err(Stop::failed("another payment_id", second))
    } else {
        Ok(())
    }
}
