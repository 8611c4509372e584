//! `verify`, as the documents show it; its contracts are the next file's.

use serde_json::{Map, Value};

use super::super::expect::{self, Refusal};
use super::super::outcome::{Checked, Stop};
use super::super::row::{Level, Row, Section, play};
use super::super::scene::Scene;
use super::contracts::sound_contracts;
use super::{METHOD, RULE_1, strict};
use crate::exchange::Exchange;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "verify-good",
        Level::Must,
        Section::Verify,
        "verify of a customer is answered with code 0, currency and additional_customer_id",
        "",
        play!(good),
    ),
    Row::new(
        "verify-plain",
        Level::Should,
        METHOD,
        "a customer without contracts and other name is named by the own id",
        "",
        play!(plain),
    )
    .only(strict),
    Row::new(
        "verify-unknown",
        Level::Must,
        Section::Verify,
        "verify of an unknown customer is refused with 404 and a text",
        "",
        play!(unknown),
    ),
    Row::new(
        "verify-repeated",
        Level::Must,
        RULE_1,
        "verify has no effects: the fifth answer is the first",
        "",
        play!(repeated),
    ),
];

async fn good(scene: &Scene<'_>) -> Checked {
    let exchange = scene
        .call(&scene.verify(&scene.target.customers.payer))
        .await?;
    account(scene, &exchange, 0).map(drop)
}

/// An answer about an account, without an error text.
pub(super) fn account<'a>(
    scene: &Scene<'_>,
    exchange: &'a Exchange,
    code: i64,
) -> Checked<&'a Map<String, Value>> {
    let answer = expect::answer(exchange, code)?;
    expect::equal(
        "currency",
        &scene.target.currency.code(),
        &expect::text(answer, "currency", exchange)?,
    )?;
    expect::text(answer, "additional_customer_id", exchange)?;
    let message: &[&str] = if scene.has_contracts() {
        &["message"]
    } else {
        &[]
    };
    let contracts: &[&str] = if scene.has_contracts() && code == 0 {
        &["entities"]
    } else {
        &[]
    };
    scene.expect_only(
        answer,
        &["code", "currency", "additional_customer_id"],
        &[message, contracts].concat(),
        exchange,
    )?;
    Ok(answer)
}

async fn plain(scene: &Scene<'_>) -> Checked {
    let Some(plain) = &scene.target.customers.plain else {
        return Err(Stop::NotRun {
            why: "needs a customer without contracts",
        });
    };
    let exchange = scene.call(&scene.verify(plain)).await?;
    let answer = account(scene, &exchange, 0)?;
    expect::equal(
        "additional_customer_id",
        plain,
        &expect::text(answer, "additional_customer_id", &exchange)?.to_owned(),
    )?;
    if scene.has_contracts() {
        let contracts = sound_contracts(scene, &exchange)?;
        let names: Vec<_> = contracts
            .iter()
            .map(|it| (it["id"].as_str(), it["number"].as_str(), it.get("payment")))
            .collect();
        let wanted = vec![(Some(plain.as_str()), Some(plain.as_str()), None)];
        expect::equal("contracts", &wanted, &names)?;
    }
    Ok(())
}

async fn unknown(scene: &Scene<'_>) -> Checked {
    let exchange = scene
        .call(&scene.verify(&scene.target.customers.unknown))
        .await?;
    scene.expect_refusal(&exchange, Refusal::new(200, 404))
}

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
