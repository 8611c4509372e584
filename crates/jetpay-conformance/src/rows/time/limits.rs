//! Answers in time. No document says how long the platform waits; a payer at a kiosk does not wait long.

use crate::check_context::CheckContext;
use crate::edit::without;
use crate::expect;
use crate::outcome::{Checked, Stop};
use crate::row::{Level, Row, Section, play};
use jetpay_platform::Exchange;
use jetpay_platform::next_operation_id;

const OPEN: Section = Section::Ours("protocol 10: unknown time limits");
/// How many verifies follow one another.
const IN_A_ROW: usize = 10;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "time-verify",
        Level::Should,
        OPEN,
        "verify is answered in time",
        "The payer stands at a kiosk and gives up.",
        play!(verify),
    ),
    Row::new(
        "time-deposit",
        Level::Should,
        OPEN,
        "check_deposit is answered in time",
        "The cash is in the machine, and the platform takes the silence for a refusal.",
        play!(deposit),
    ),
    Row::new(
        "time-callback",
        Level::Should,
        OPEN,
        "a callback is answered in time",
        "A callback that times out is repeated for days while the payer's money may be there already.",
        play!(callback),
    ),
    Row::new(
        "time-refusals",
        Level::Should,
        OPEN,
        "refusals are answered in time",
        "Whoever sends rubbish could keep the endpoint busy, and payers waiting.",
        play!(refusals),
    ),
    Row::new(
        "time-in-a-row",
        Level::Should,
        OPEN,
        "ten verifies that follow one another are each answered in time",
        "An endpoint that is fast once and then tires turns payers away at noon.",
        play!(in_a_row),
    ),
];

fn in_time(scene: &CheckContext<'_>, exchange: &Exchange) -> Checked {
    let (limit, took) = (scene.target.time_limit, exchange.elapsed);
    if took <= limit {
        return Ok(());
    }
    Err(Stop::failed(
        format!("an answer within {limit:?}"),
        format!("one after {took:.1?}"),
    ))
}

async fn verify(scene: &CheckContext<'_>) -> Checked {
    let exchange = scene.call(&scene.verify_json()).await?;
    expect::answer(&exchange, 0)?;
    in_time(scene, &exchange)
}

async fn deposit(scene: &CheckContext<'_>) -> Checked {
    let exchange = scene.call(&scene.check_deposit_json()).await?;
    expect::answer(&exchange, 0)?;
    in_time(scene, &exchange)
}

async fn callback(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let exchange = scene.told(&scene.any_callback(&payment_id)).await?;
    scene.expect_status(&exchange, 200)?;
    in_time(scene, &exchange)
}

async fn refusals(scene: &CheckContext<'_>) -> Checked {
    let unknown = scene.verify(&scene.target.customers.unknown);
    let unsigned = scene.verify_json().to_string();
    let no_customer = without(scene.check_deposit_json(), "/customer_id");
    for body in [
        scene.platform.sign(&unknown),
        unsigned.into(),
        scene.platform.sign(&no_customer),
        b"{".to_vec(),
    ] {
        let exchange = scene.send(body).await?;
        expect::equal("code 0", &false, &(exchange.code() == Some(0)))?;
        in_time(scene, &exchange)?;
    }
    let nobodys = format!("nobody-{}", next_operation_id());
    let exchange = scene.told(&scene.any_callback(&nobodys)).await?;
    in_time(scene, &exchange)
}

async fn in_a_row(scene: &CheckContext<'_>) -> Checked {
    for _ in 0..IN_A_ROW {
        verify(scene).await?;
    }
    Ok(())
}
