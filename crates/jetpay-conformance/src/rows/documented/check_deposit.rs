//! `check_deposit`, as the documents show it.

use serde_json::Value;

use crate::check_context::CheckContext;
use crate::edit::with;
use crate::expect;
use crate::outcome::Checked;
use crate::refusal::Refusal;
use crate::row::{Level, Row, Section, play};
use crate::rows::good::payment_id;
use crate::rows::sections::{RULE_2, RULE_7};

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "deposit-good",
        Level::Must,
        Section::CheckDeposit,
        "check_deposit is answered with code 0 and a payment_id",
        "Without an id the callback has nothing to name, and nobody is credited.",
        play!(good),
    ),
    Row::new(
        "deposit-pending",
        Level::Must,
        RULE_2,
        "check_deposit credits nothing: only a callback moves money",
        "A payer who walks away is credited with money that never came.",
        play!(pending),
    ),
    Row::new(
        "deposit-smallest",
        Level::Should,
        RULE_7,
        "check_deposit of one minor unit is taken",
        "A rest of one coin is refused, and the cash stays in the machine without a payment.",
        play!(smallest),
    ),
    Row::new(
        "deposit-unknown",
        Level::Must,
        Section::CheckDeposit,
        "check_deposit of an unknown customer is refused with code 404 and a text",
        "The platform takes money for somebody who does not exist; a person has to send it back.",
        play!(unknown),
    ),
];

async fn good(scene: &CheckContext<'_>) -> Checked {
    let exchange = scene.call(&scene.check_deposit(scene.amount())).await?;
    payment_id(scene, &exchange).map(drop)
}

async fn pending(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    scene.expect_money(&payment_id, "pending", &[]).await?;
    // What it is recorded with is seen in the books of the service `jetpay` alone.
    let Ok(admin) = scene.admin() else {
        return Ok(());
    };
    let payment = admin.payment(&payment_id).await?;
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

async fn smallest(scene: &CheckContext<'_>) -> Checked {
    let exchange = scene.call(&scene.check_deposit(scene.money(1))).await?;
    payment_id(scene, &exchange).map(drop)
}

async fn unknown(scene: &CheckContext<'_>) -> Checked {
    let request = with(
        scene.check_deposit_json(),
        "/customer_id",
        scene.target.customers.unknown.as_str().into(),
    );
    scene.expect_refusal(&scene.call(&request).await?, Refusal::new(200, 404))
}
