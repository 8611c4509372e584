//! The contracts in an answer to `verify`.

use crate::check_context::CheckContext;
use crate::expect;
use crate::outcome::Checked;
use crate::row::{Level, Row, Section, play};
use crate::rows::applies::{has_contracts, no_contracts};
use crate::rows::good::sound_contracts;
use crate::rows::sections::METHOD;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "verify-contracts",
        Level::Must,
        Section::Verify,
        "the answer to verify has contracts: texts in id and number, amounts as integers",
        "The platform cannot read the list, or shows a hundred times what is owed.",
        play!(shows_contracts),
    )
    .only(has_contracts),
    Row::new(
        "verify-no-contracts",
        Level::Should,
        METHOD,
        "the answer to verify has no contracts",
        "The platform does not know the field here and may refuse the whole answer.",
        play!(shows_none),
    )
    .only(no_contracts),
];

async fn shows_contracts(scene: &CheckContext<'_>) -> Checked {
    let exchange = scene
        .call(&scene.verify(&scene.target.customers.payer))
        .await?;
    let contracts = sound_contracts(scene, &exchange)?;
    let Some(ours) = scene.contract() else {
        return Ok(());
    };
    let found = contracts.iter().find(|contract| contract["id"] == *ours.id);
    expect::equal(
        "the number of the contract",
        &Some(ours.number.as_str()),
        &found.and_then(|it| it["number"].as_str()),
    )
}

async fn shows_none(scene: &CheckContext<'_>) -> Checked {
    let exchange = scene
        .call(&scene.verify(&scene.target.customers.payer))
        .await?;
    let answer = expect::answer(&exchange, 0)?;
    expect::equal("entities", &None, &answer.get("entities"))?;
    scene.expect_only(
        answer,
        &["code", "currency", "additional_customer_id"],
        &[],
        &exchange,
    )
}
