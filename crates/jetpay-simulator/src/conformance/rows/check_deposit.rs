//! `check_deposit`, as the documents show it.

use serde_json::Value;

use super::super::edit::with;
use super::super::expect::{self, Refusal};
use super::super::outcome::{Checked, Stop};
use super::super::row::{Level, Row, Section, play};
use super::super::scene::Scene;
use super::super::target::Target;
use super::{RULE_2, RULE_7, has_contracts};
use crate::exchange::Exchange;
use crate::messages::{CheckDeposit, Contract};
use crate::methods::MethodFacts;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "deposit-good",
        Level::Must,
        Section::CheckDeposit,
        "check_deposit is answered with code 0 and a payment_id",
        "",
        play!(good),
    ),
    Row::new(
        "deposit-pending",
        Level::Must,
        RULE_2,
        "check_deposit makes a pending payment and credits nothing",
        "",
        play!(pending),
    ),
    Row::new(
        "deposit-twice",
        Level::Must,
        RULE_2,
        "two equal check_deposits get two payment ids",
        "",
        play!(twice),
    ),
    Row::new(
        "deposit-unknown",
        Level::Must,
        Section::CheckDeposit,
        "check_deposit of an unknown customer is refused with 404 and a text",
        "",
        play!(unknown),
    ),
    Row::new(
        "deposit-smallest",
        Level::Must,
        Section::CheckDeposit,
        "check_deposit of one minor unit is taken",
        "",
        play!(smallest),
    ),
    Row::new(
        "deposit-beyond-limits",
        Level::Must,
        RULE_7,
        "an amount beyond the document's limits is taken and flagged",
        "",
        play!(beyond_limits),
    )
    .only(limited),
    Row::new(
        "deposit-unknown-contract",
        Level::Must,
        RULE_7,
        "an unknown contract of a known customer is taken and flagged",
        "",
        play!(unknown_contract),
    )
    .only(has_contracts),
    Row::new(
        "deposit-closed-contract",
        Level::Must,
        RULE_7,
        "a contract that cannot be paid is taken and flagged",
        "",
        play!(closed_contract),
    )
    .only(has_contracts),
    Row::new(
        "deposit-strict",
        Level::Must,
        RULE_7,
        "a project with strict contracts refuses an unknown one with 500",
        "",
        play!(refuses_unknown_contracts),
    )
    .only(strict_contracts),
];

fn strict_contracts(method: &MethodFacts, target: &Target) -> bool {
    target.strict && has_contracts(method, target)
}

fn limited(method: &MethodFacts, _: &Target) -> bool {
    method.limits.is_some()
}

/// A good answer: its payment id.
pub(super) fn payment_id(scene: &Scene<'_>, exchange: &Exchange) -> Checked<String> {
    let answer = expect::answer(exchange, 0)?;
    scene.expect_only(
        answer,
        &["code", "payment_id"],
        scene.method.deposit_extras,
        exchange,
    )?;
    expect::text(answer, "payment_id", exchange).map(str::to_owned)
}

async fn good(scene: &Scene<'_>) -> Checked {
    let exchange = scene.call(&scene.check_deposit(scene.amount())).await?;
    payment_id(scene, &exchange).map(drop)
}

async fn pending(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    scene.expect_money(&payment_id, "pending", &[]).await?;
    let payment = scene.payment(&payment_id).await?;
    let field = |name: &str| payment.get(name).cloned().unwrap_or_default();
    expect::equal(
        "payment_id",
        &Value::from(payment_id.as_str()),
        &field("payment_id"),
    )?;
    expect::equal(
        "project_id",
        &Value::from(scene.project.id.number()),
        &field("project_id"),
    )?;
    expect::equal("method", &Value::from(scene.method.name), &field("method"))?;
    expect::equal(
        "customer_id",
        &Value::from(scene.target.customers.payer.as_str()),
        &field("customer_id"),
    )?;
    expect::equal(
        "amount",
        &Value::from(scene.amount().minor()),
        &field("amount"),
    )?;
    expect::equal(
        "currency",
        &Value::from(scene.target.currency.code()),
        &field("currency"),
    )?;
    expect::equal("flags", &Value::Array(Vec::new()), &field("flags"))?;
    if let Some(contract) = scene.contract() {
        expect::equal(
            "contract_id",
            &Value::from(contract.id.as_str()),
            &field("contract_id"),
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

async fn unknown(scene: &Scene<'_>) -> Checked {
    let request = with(
        scene.check_deposit_json(),
        "/customer_id",
        scene.target.customers.unknown.as_str().into(),
    );
    scene.expect_refusal(&scene.call(&request).await?, Refusal::new(200, 404))
}

async fn smallest(scene: &Scene<'_>) -> Checked {
    let exchange = scene.call(&scene.check_deposit(scene.money(1))).await?;
    payment_id(scene, &exchange).map(drop)
}

async fn beyond_limits(scene: &Scene<'_>) -> Checked {
    let limits = scene
        .method
        .limits
        .filter(|limits| limits.max.currency() == scene.target.currency);
    let limits = limits.ok_or(Stop::NotRun {
        why: "the document's limits are in another currency",
    })?;
    let exchange = scene
        .call(&scene.check_deposit(scene.money(limits.max.minor() + 1)))
        .await?;
    scene.expect_flagged(&payment_id(scene, &exchange)?).await
}

fn no_contract() -> Contract {
    Contract {
        id: "no-such-contract".into(),
        number: "9999_XYZ".into(),
    }
}

async fn unknown_contract(scene: &Scene<'_>) -> Checked {
    flagged_contract(scene, &no_contract()).await
}

async fn closed_contract(scene: &Scene<'_>) -> Checked {
    let closed = scene.target.customers.closed.as_ref();
    let closed = closed.ok_or(Stop::NotRun {
        why: "needs a contract that cannot be paid: name it with --closed-contract",
    })?;
    flagged_contract(scene, closed).await
}

/// A top-up of this contract of the payer.
fn of_contract(scene: &Scene<'_>, contract: &Contract) -> CheckDeposit {
    let payer = &scene.target.customers.payer;
    CheckDeposit::new(
        scene.method,
        scene.project.id,
        payer,
        scene.amount(),
        Some(contract),
    )
}

async fn refuses_unknown_contracts(scene: &Scene<'_>) -> Checked {
    let scene = scene.strict()?;
    let exchange = scene.call(&of_contract(&scene, &no_contract())).await?;
    scene.expect_refusal(&exchange, Refusal::new(200, 500))?;
    let exchange = scene.call(&scene.check_deposit(scene.amount())).await?;
    payment_id(&scene, &exchange).map(drop)
}

async fn flagged_contract(scene: &Scene<'_>, contract: &Contract) -> Checked {
    let request = of_contract(scene, contract);
    let payment_id = payment_id(scene, &scene.call(&request).await?)?;
    scene.expect_flagged(&payment_id).await
}
