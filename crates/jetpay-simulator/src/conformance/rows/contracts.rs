//! The contracts in an answer to `verify`, where the method has them.

use serde_json::Value;

use super::super::expect::{self, Refusal};
use super::super::outcome::{Checked, Stop};
use super::super::row::{Level, Row, Section, play};
use super::super::scene::Scene;
use super::verify::account;
use super::{METHOD, always_contracts, has_contracts, no_contracts};
use crate::exchange::Exchange;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "verify-contracts",
        Level::Must,
        Section::Verify,
        "the answer to verify has contracts: texts in id and number, amounts as integers",
        "",
        play!(shows_contracts),
    )
    .only(has_contracts),
    Row::new(
        "verify-no-contracts",
        Level::Should,
        METHOD,
        "the answer to verify has no contracts",
        "",
        play!(shows_none),
    )
    .only(no_contracts),
    Row::new(
        "verify-only-payable",
        Level::Should,
        METHOD,
        "contracts that cannot be paid are left out, and there is no status_code",
        "",
        play!(only_payable),
    )
    .only(always_contracts),
    Row::new(
        "verify-nothing-payable",
        Level::Should,
        METHOD,
        "a customer without a contract to pay is refused with 500",
        "",
        play!(nothing_payable),
    )
    .only(always_contracts),
    Row::new(
        "verify-no-204",
        Level::Should,
        METHOD,
        "a customer who owes nothing is answered with code 0: 204 is another method's",
        "",
        play!(no_204),
    )
    .only(no_contracts),
];

/// The contracts of a good answer, each of them sound.
pub(super) fn sound_contracts<'a>(
    scene: &Scene<'_>,
    exchange: &'a Exchange,
) -> Checked<&'a Vec<Value>> {
    let answer = account(scene, exchange, 0)?;
    let contracts = answer
        .get("entities")
        .and_then(Value::as_array)
        .filter(|contracts| !contracts.is_empty());
    let contracts =
        contracts.ok_or_else(|| Stop::failed("a list in `entities`", expect::brief(exchange)))?;
    for contract in contracts {
        let Some(contract) = contract.as_object() else {
            return Err(Stop::failed(
                "objects in `entities`",
                expect::brief(exchange),
            ));
        };
        expect::text(contract, "id", exchange)?;
        expect::text(contract, "number", exchange)?;
        for name in ["payment", "min_payment", "status_code"] {
            expect::equal(name, &true, &contract.get(name).is_none_or(Value::is_i64))?;
        }
        expect::equal(
            "info",
            &true,
            &contract.get("info").is_none_or(Value::is_object),
        )?;
    }
    Ok(contracts)
}

async fn shows_contracts(scene: &Scene<'_>) -> Checked {
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

async fn shows_none(scene: &Scene<'_>) -> Checked {
    let exchange = scene
        .call(&scene.verify(&scene.target.customers.payer))
        .await?;
    let answer = expect::answer(&exchange, 0)?;
    expect::only(
        answer,
        &["code", "currency", "additional_customer_id"],
        &[],
        &exchange,
    )
}

async fn only_payable(scene: &Scene<'_>) -> Checked {
    let Some(closed) = &scene.target.customers.closed else {
        return Err(Stop::NotRun {
            why: "needs a customer with a contract that cannot be paid",
        });
    };
    let exchange = scene
        .call(&scene.verify(&scene.target.customers.payer))
        .await?;
    let contracts = sound_contracts(scene, &exchange)?;
    expect::equal(
        "contracts that cannot be paid",
        &0,
        &contracts.iter().filter(|it| it["id"] == *closed.id).count(),
    )?;
    expect::equal(
        "contracts with a status_code",
        &0,
        &contracts
            .iter()
            .filter(|it| it.get("status_code").is_some())
            .count(),
    )
}

/// The customer who owes nothing.
pub(super) fn owes_nothing<'a>(scene: &'a Scene<'_>) -> Checked<&'a str> {
    let customer = scene.target.customers.owes_nothing.as_deref();
    customer.ok_or(Stop::NotRun {
        why: "needs a customer who owes nothing on any contract",
    })
}

async fn nothing_payable(scene: &Scene<'_>) -> Checked {
    let exchange = scene.call(&scene.verify(owes_nothing(scene)?)).await?;
    scene.expect_refusal(&exchange, Refusal::new(200, 500))
}

async fn no_204(scene: &Scene<'_>) -> Checked {
    let exchange = scene.call(&scene.verify(owes_nothing(scene)?)).await?;
    account(scene, &exchange, 0).map(drop)
}
