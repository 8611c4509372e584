//! The two options of answers in the document of Kassa24.

use super::super::expect::{self, Refusal};
use super::super::outcome::{Checked, Stop};
use super::super::project::Kassa24Answers;
use super::super::row::{Level, Row, Section, play};
use super::super::scene::Scene;
use super::contracts::{owes_nothing, sound_contracts};
use super::verify::account;
use super::{METHOD, check_deposit, option_1, option_2};

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "option-1-verify",
        Level::Must,
        Section::Verify,
        "option 1: verify is answered with the account alone",
        "",
        play!(option_1_verify),
    )
    .only(option_1),
    Row::new(
        "option-1-unknown",
        Level::Must,
        Section::Verify,
        "option 1: the text of a refusal is in error_description and message",
        "",
        play!(option_1_unknown),
    )
    .only(option_1),
    Row::new(
        "option-1-deposit",
        Level::Must,
        Section::CheckDeposit,
        "option 1: check_deposit without entity_id and number gets a payment_id",
        "",
        play!(option_1_deposit),
    )
    .only(option_1),
    Row::new(
        "option-1-no-204",
        Level::Should,
        METHOD,
        "option 1: a customer who owes nothing is answered with code 0",
        "",
        play!(option_1_no_204),
    )
    .only(option_1),
    Row::new(
        "option-2-status",
        Level::Must,
        Section::Verify,
        "option 2: every contract has its status_code, 204 where nothing is owed",
        "",
        play!(option_2_status),
    )
    .only(option_2),
    Row::new(
        "option-2-unknown",
        Level::Must,
        Section::Verify,
        "option 2: the text of a refusal is in message",
        "",
        play!(option_2_unknown),
    )
    .only(option_2),
    Row::new(
        "option-2-deposit",
        Level::Must,
        Section::CheckDeposit,
        "option 2: check_deposit with entity_id and number gets a payment_id",
        "",
        play!(option_2_deposit),
    )
    .only(option_2),
    Row::new(
        "option-2-204",
        Level::Must,
        Section::Verify,
        "option 2: a customer who owes nothing is answered with code 204 and no contracts",
        "",
        play!(option_2_204),
    )
    .only(option_2),
];

async fn option_1_verify(scene: &Scene<'_>) -> Checked {
    let scene = scene.answering(Kassa24Answers::Account)?;
    let exchange = scene
        .call(&scene.verify(&scene.target.customers.payer))
        .await?;
    account(&scene, &exchange, 0).map(drop)
}

async fn option_1_unknown(scene: &Scene<'_>) -> Checked {
    unknown(&scene.answering(Kassa24Answers::Account)?).await
}

async fn option_2_unknown(scene: &Scene<'_>) -> Checked {
    unknown(&scene.answering(Kassa24Answers::Contracts)?).await
}

async fn unknown(scene: &Scene<'_>) -> Checked {
    let exchange = scene
        .call(&scene.verify(&scene.target.customers.unknown))
        .await?;
    scene.expect_refusal(&exchange, Refusal::new(200, 404))
}

async fn option_1_deposit(scene: &Scene<'_>) -> Checked {
    deposit(&scene.answering(Kassa24Answers::Account)?).await
}

async fn option_2_deposit(scene: &Scene<'_>) -> Checked {
    deposit(&scene.answering(Kassa24Answers::Contracts)?).await
}

async fn deposit(scene: &Scene<'_>) -> Checked {
    let exchange = scene.call(&scene.check_deposit(scene.amount())).await?;
    let payment_id = check_deposit::payment_id(scene, &exchange)?;
    scene.expect_money(&payment_id, "pending", &[]).await
}

async fn option_1_no_204(scene: &Scene<'_>) -> Checked {
    let scene = scene.answering(Kassa24Answers::Account)?;
    let exchange = scene.call(&scene.verify(owes_nothing(&scene)?)).await?;
    account(&scene, &exchange, 0).map(drop)
}

async fn option_2_status(scene: &Scene<'_>) -> Checked {
    let scene = scene.answering(Kassa24Answers::Contracts)?;
    let customers = &scene.target.customers;
    let closed = customers.closed.as_ref();
    let closed = closed.ok_or(Stop::NotRun {
        why: "needs a contract that cannot be paid: name it with --closed-contract",
    })?;
    let exchange = scene.call(&scene.verify(&customers.payer)).await?;
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
    if scene.target.strict {
        return expect::equal(
            "status_code of the closed contract",
            &Some(Some(204)),
            &status,
        );
    }
    let closed = status.is_some_and(|status| status.is_some_and(|status| status != 0));
    expect::equal(
        "the closed contract has another status_code than 0",
        &true,
        &closed,
    )
}

async fn option_2_204(scene: &Scene<'_>) -> Checked {
    let scene = scene.answering(Kassa24Answers::Contracts)?;
    let exchange = scene.call(&scene.verify(owes_nothing(&scene)?)).await?;
    let answer = account(&scene, &exchange, 204)?;
    expect::text(answer, "message", &exchange).map(drop)
}
