//! The two options of answers in the document of Kassa24.

use crate::check_context::CheckContext;
use crate::expect;
use crate::outcome::Checked;
use crate::project::Kassa24Answers;
use crate::row::{Level, Row, Section, play};
use crate::rows::applies::{option_1, option_2};
use crate::rows::good::{account, payment_id, sound_contracts};
use crate::rows::needs::closed_contract;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "option-1-verify",
        Level::Must,
        Section::Verify,
        "option 1: verify is answered with the account alone",
        "The kiosk shows nothing, and no customer of this project can pay.",
        play!(option_1_verify),
    )
    .only(option_1),
    Row::new(
        "option-1-deposit",
        Level::Must,
        Section::CheckDeposit,
        "option 1: check_deposit without entity_id and number gets a payment_id",
        "Every payment of this project is refused while the cash is in the machine.",
        play!(option_1_deposit),
    )
    .only(option_1),
    Row::new(
        "option-2-status",
        Level::Must,
        Section::Verify,
        "option 2: a contract that cannot be paid has a status_code other than 0",
        "The kiosk takes money for a contract that is paid up or closed.",
        play!(option_2_status),
    )
    .only(option_2),
    Row::new(
        "option-2-deposit",
        Level::Must,
        Section::CheckDeposit,
        "option 2: check_deposit with entity_id and number gets a payment_id",
        "The payer has chosen a contract and is refused at the last step.",
        play!(option_2_deposit),
    )
    .only(option_2),
];

async fn option_1_verify(scene: &CheckContext<'_>) -> Checked {
    let scene = scene.answering(Kassa24Answers::Account)?;
    let exchange = scene
        .call(&scene.verify(&scene.target.customers.payer))
        .await?;
    account(&scene, &exchange, 0).map(drop)
}

async fn option_1_deposit(scene: &CheckContext<'_>) -> Checked {
    deposit(&scene.answering(Kassa24Answers::Account)?).await
}

async fn option_2_deposit(scene: &CheckContext<'_>) -> Checked {
    deposit(&scene.answering(Kassa24Answers::Contracts)?).await
}

async fn deposit(scene: &CheckContext<'_>) -> Checked {
    let exchange = scene.call(&scene.check_deposit(scene.amount())).await?;
    let payment_id = payment_id(scene, &exchange)?;
    scene.expect_money(&payment_id, "pending", &[]).await
}

async fn option_2_status(scene: &CheckContext<'_>) -> Checked {
    let scene = scene.answering(Kassa24Answers::Contracts)?;
    let closed = closed_contract(&scene)?;
    let payer = &scene.target.customers.payer;
    let exchange = scene.call(&scene.verify(payer)).await?;
    let contracts = sound_contracts(&scene, &exchange)?;
    // 0 is the default, so it may be left out.
    let status = |id: &str| {
        let contract = contracts.iter().find(|contract| contract["id"] == *id)?;
        Some(
            contract
                .get("status_code")
                .map_or(Some(0), serde_json::Value::as_i64),
        )
    };
    expect::equal(
        "status_code of the open contract",
        &Some(Some(0)),
        &scene
            .contract()
            .map_or(Some(Some(0)), |open| status(&open.id)),
    )?;
    let status = status(&closed.id);
    if scene.target.exact {
        return expect::equal(
            "status_code of the closed contract",
            &Some(Some(204)),
            &status,
        );
    }
    let closed = status.is_some_and(|status| status.is_some_and(|status| status != 0));
    let what = "the closed contract with another status_code than 0";
    expect::holds(what, closed, || expect::brief(&exchange))
}
