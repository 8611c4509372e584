//! Top-ups that are odd, but possible: the cash may be in the machine already.

use crate::check_context::CheckContext;
use crate::outcome::{Checked, Stop};
use crate::refusal::Refusal;
use crate::row::{Level, Row, play};
use crate::rows::applies::has_contracts;
use crate::rows::good::payment_id;
use crate::rows::needs::closed_contract;
use crate::rows::sections::RULE_7;
use crate::target::Target;
use jetpay_platform::MethodFacts;
use jetpay_platform::messages::{CheckDeposit, Contract};

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "deposit-beyond-limits",
        Level::Should,
        RULE_7,
        "an amount beyond the document's limits is taken",
        "The cash is in the machine already; a refusal leaves the payer without money and credit.",
        play!(beyond_limits),
    )
    .only(limited),
    Row::new(
        "deposit-unknown-contract",
        Level::Should,
        RULE_7,
        "an unknown contract of a known customer is taken",
        "The cash stays in the machine over a number that a person could have put right.",
        play!(unknown_contract),
    )
    .only(has_contracts),
    Row::new(
        "deposit-closed-contract",
        Level::Should,
        RULE_7,
        "a contract that cannot be paid is taken",
        "A contract closes between screen and payment, and the money of the payer hangs in the air.",
        play!(closed),
    )
    .only(has_contracts),
    Row::new(
        "deposit-strict",
        Level::Should,
        RULE_7,
        "a project with strict contracts refuses an unknown one",
        "A merchant who has asked for strictness gets money for contracts that he does not have.",
        play!(refuses_unknown_contracts),
    )
    .only(strict_contracts),
];

fn limited(method: &MethodFacts, _: &Target) -> bool {
    method.limits.is_some()
}

fn strict_contracts(method: &MethodFacts, target: &Target) -> bool {
    target.exact && has_contracts(method, target)
}

/// Our service flags it for a person; nobody else need.
async fn flagged(scene: &CheckContext<'_>, payment_id: &str) -> Checked {
    if scene.target.exact {
        scene.expect_flagged(payment_id).await?;
    }
    Ok(())
}

async fn beyond_limits(scene: &CheckContext<'_>) -> Checked {
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
    flagged(scene, &payment_id(scene, &exchange)?).await
}

fn no_contract() -> Contract {
    Contract {
        id: "no-such-contract".into(),
        number: "9999_XYZ".into(),
    }
}

/// A top-up of this contract of the payer.
fn of_contract(scene: &CheckContext<'_>, contract: &Contract) -> CheckDeposit {
    let payer = &scene.target.customers.payer;
    CheckDeposit::new(
        scene.method,
        scene.project.id,
        payer,
        scene.amount(),
        Some(contract),
    )
}

async fn flagged_contract(scene: &CheckContext<'_>, contract: &Contract) -> Checked {
    let request = of_contract(scene, contract);
    let payment_id = payment_id(scene, &scene.call(&request).await?)?;
    flagged(scene, &payment_id).await
}

async fn unknown_contract(scene: &CheckContext<'_>) -> Checked {
    flagged_contract(scene, &no_contract()).await
}

async fn closed(scene: &CheckContext<'_>) -> Checked {
    flagged_contract(scene, closed_contract(scene)?).await
}

async fn refuses_unknown_contracts(scene: &CheckContext<'_>) -> Checked {
    let scene = scene.strict()?;
    let exchange = scene.call(&of_contract(&scene, &no_contract())).await?;
    scene.expect_refusal(&exchange, Refusal::new(200, 500))?;
    let exchange = scene.call(&scene.check_deposit(scene.amount())).await?;
    payment_id(&scene, &exchange).map(drop)
}
