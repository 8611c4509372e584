//! Top-ups that are odd, but possible: the cash may be in the machine already.

use crate::conformance::expect::Refusal;
use crate::conformance::outcome::{Checked, Stop};
use crate::conformance::row::{Level, Row, play};
use crate::conformance::rows::applies::has_contracts;
use crate::conformance::rows::good::payment_id;
use crate::conformance::rows::needs::closed_contract;
use crate::conformance::rows::sections::RULE_7;
use crate::conformance::scene::Scene;
use crate::conformance::target::Target;
use crate::messages::{CheckDeposit, Contract};
use crate::methods::MethodFacts;

pub(super) static ROWS: &[Row] = &[
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
        play!(closed),
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

fn limited(method: &MethodFacts, _: &Target) -> bool {
    method.limits.is_some()
}

fn strict_contracts(method: &MethodFacts, target: &Target) -> bool {
    target.strict && has_contracts(method, target)
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

async fn flagged_contract(scene: &Scene<'_>, contract: &Contract) -> Checked {
    let request = of_contract(scene, contract);
    let payment_id = payment_id(scene, &scene.call(&request).await?)?;
    scene.expect_flagged(&payment_id).await
}

async fn unknown_contract(scene: &Scene<'_>) -> Checked {
    flagged_contract(scene, &no_contract()).await
}

async fn closed(scene: &Scene<'_>) -> Checked {
    flagged_contract(scene, closed_contract(scene)?).await
}

async fn refuses_unknown_contracts(scene: &Scene<'_>) -> Checked {
    let scene = scene.strict()?;
    let exchange = scene.call(&of_contract(&scene, &no_contract())).await?;
    scene.expect_refusal(&exchange, Refusal::new(200, 500))?;
    let exchange = scene.call(&scene.check_deposit(scene.amount())).await?;
    payment_id(&scene, &exchange).map(drop)
}
