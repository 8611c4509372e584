//! A customer who owes nothing on any contract.

use crate::check_context::CheckContext;
use crate::expect;
use crate::outcome::Checked;
use crate::project::Kassa24Answers;
use crate::refusal::Refusal;
use crate::row::{Level, Row, Section, play};
use crate::rows::applies::{always_contracts, no_contracts, option_1, option_2};
use crate::rows::good::account;
use crate::rows::needs::owes_nothing;
use crate::rows::sections::METHOD;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "verify-nothing-payable",
        Level::Should,
        METHOD,
        "a customer without a contract to pay is refused",
        "The payer sees an empty list and does not know whether anything is owed.",
        play!(nothing_payable),
    )
    .only(always_contracts),
    Row::new(
        "verify-no-204",
        Level::Should,
        METHOD,
        "a customer who owes nothing is answered with code 0: 204 is another method's",
        "The platform does not know 204 here, and whoever pays ahead is turned away.",
        play!(no_204),
    )
    .only(no_contracts),
    Row::new(
        "option-1-no-204",
        Level::Should,
        METHOD,
        "option 1: a customer who owes nothing is answered with code 0",
        "A customer who wants to pay ahead is turned away at the kiosk.",
        play!(option_1_no_204),
    )
    .only(option_1),
    Row::new(
        "option-2-204",
        Level::Must,
        Section::Verify,
        "option 2: a customer who owes nothing is answered with code 204 and a text",
        "The payer is asked for money that nobody owes.",
        play!(option_2_204),
    )
    .only(option_2),
];

async fn nothing_payable(scene: &CheckContext<'_>) -> Checked {
    let exchange = scene.call(&scene.verify(owes_nothing(scene)?)).await?;
    scene.expect_refusal(&exchange, Refusal::new(200, 500))
}

async fn no_204(scene: &CheckContext<'_>) -> Checked {
    let exchange = scene.call(&scene.verify(owes_nothing(scene)?)).await?;
    account(scene, &exchange, 0).map(drop)
}

async fn option_1_no_204(scene: &CheckContext<'_>) -> Checked {
    let scene = scene.answering(Kassa24Answers::Account)?;
    let exchange = scene.call(&scene.verify(owes_nothing(&scene)?)).await?;
    account(&scene, &exchange, 0).map(drop)
}

async fn option_2_204(scene: &CheckContext<'_>) -> Checked {
    let scene = scene.answering(Kassa24Answers::Contracts)?;
    let exchange = scene.call(&scene.verify(owes_nothing(&scene)?)).await?;
    let answer = account(&scene, &exchange, 204)?;
    expect::text(answer, "message", &exchange).map(drop)
}
