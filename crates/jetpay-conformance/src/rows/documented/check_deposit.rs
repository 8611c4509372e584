//! `check_deposit`, as the documents show it, and payments that the operator should see.

use jetpay_platform::MethodFacts;
use jetpay_platform::messages::{CheckDeposit, Contract};
use serde_json::Value;

use crate::check::{CheckResult, Stop};
use crate::check_context::{CheckContext, with};
use crate::expect;
use crate::expect::Refusal;
use crate::row::sections::{RECORD_ONLY, REFUSE_IMPOSSIBLE};
use crate::row::{Level, Row, Section, run};
use crate::rows::conditions::{closed_contract, has_contracts};
use crate::rows::expectations::payment_id;
use crate::target::Target;

pub(crate) static ROWS: &[Row] = &[
    Row::new(
        "deposit-good",
        Level::Must,
        Section::CheckDeposit,
        "check_deposit is answered with code 0 and a payment_id",
        "Without an id the callback names no payment, and nothing is credited.",
        run!(good),
    ),
    Row::new(
        "deposit-pending",
        Level::Must,
        RECORD_ONLY,
        "check_deposit credits nothing, because only a callback moves money",
        "A payer who leaves before paying is credited anyway.",
        run!(recorded_as_pending),
    ),
    Row::new(
        "deposit-smallest",
        Level::Should,
        REFUSE_IMPOSSIBLE,
        "check_deposit of one minor unit is accepted",
        "A rest of one coin is refused, and the cash stays in the machine without a payment.",
        run!(smallest),
    ),
    Row::new(
        "deposit-unknown",
        Level::Must,
        Section::CheckDeposit,
        "check_deposit of an unknown customer is refused with code 404 and a text",
        "The platform takes money for a customer who does not exist, and an operator has to return it.",
        run!(unknown),
    ),
    Row::new(
        "deposit-beyond-limits",
        Level::Should,
        REFUSE_IMPOSSIBLE,
        "an amount beyond the limits of the document is accepted",
        "The cash is already in the machine; after a refusal the payer has neither cash nor credit.",
        run!(beyond_limits),
    )
    .only(limited),
    Row::new(
        "deposit-unknown-contract",
        Level::Should,
        REFUSE_IMPOSSIBLE,
        "an unknown contract of a known customer is accepted",
        "The cash stays in the machine because of a number that an operator could have corrected.",
        run!(unknown_contract),
    )
    .only(has_contracts),
    Row::new(
        "deposit-closed-contract",
        Level::Should,
        REFUSE_IMPOSSIBLE,
        "a contract that cannot be paid is accepted",
        "A contract may close between the screen and the payment, and then the payer's cash is lost.",
        run!(closed),
    )
    .only(has_contracts),
    Row::new(
        "deposit-strict",
        Level::Should,
        REFUSE_IMPOSSIBLE,
        "a project with strict contracts refuses an unknown one",
        "A merchant who configured strict contracts gets money for contracts that do not exist.",
        run!(refuses_unknown_contracts),
    )
    .only(strict_contracts),
];

async fn good(context: &CheckContext<'_>) -> CheckResult {
    let exchange = context
        .call(&context.check_deposit(context.amount()))
        .await?;
    payment_id(context, &exchange).map(drop)
}

async fn recorded_as_pending(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    context.expect_money(&payment_id, "pending", &[]).await?;
    // Only the service `jetpay` shows with which values it recorded the payment.
    let Ok(admin) = context.admin() else {
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
        &Value::from(context.project.id.number()),
        &field("project_id"),
    )?;
    expect::equal(
        "method",
        &Value::from(context.method.name),
        &field("method"),
    )?;
    expect::equal(
        "customer_id",
        &Value::from(context.target.customers.payer.as_str()),
        &field("customer_id"),
    )?;
    expect::equal(
        "amount",
        &Value::from(context.amount().minor()),
        &field("amount"),
    )?;
    expect::equal(
        "currency",
        &Value::from(context.target.currency.code()),
        &field("currency"),
    )?;
    expect::equal("flags", &Value::Array(Vec::new()), &field("flags"))?;
    if let Some(contract) = context.contract() {
        expect::equal(
            "contract_id",
            &Value::from(contract.id.as_str()),
            &field("contract_id"),
        )?;
    }
    Ok(())
}

async fn smallest(context: &CheckContext<'_>) -> CheckResult {
    let exchange = context
        .call(&context.check_deposit(context.money(1)))
        .await?;
    payment_id(context, &exchange).map(drop)
}

async fn unknown(context: &CheckContext<'_>) -> CheckResult {
    let request = with(
        context.check_deposit_json(),
        "/customer_id",
        context.target.customers.unknown.as_str().into(),
    );
    context.expect_refusal(&context.call(&request).await?, Refusal::new(200, 404))
}

fn limited(method: &MethodFacts, _: &Target) -> bool {
    method.limits.is_some()
}

fn strict_contracts(method: &MethodFacts, target: &Target) -> bool {
    target.exact && has_contracts(method, target)
}

/// The service `jetpay` flags the payment for the operator. Other merchants need not.
async fn flagged(context: &CheckContext<'_>, payment_id: &str) -> CheckResult {
    if context.target.exact {
        context.expect_flagged(payment_id).await?;
    }
    Ok(())
}

async fn beyond_limits(context: &CheckContext<'_>) -> CheckResult {
    let limits = context
        .method
        .limits
        .filter(|limits| limits.max.currency() == context.target.currency);
    let limits = limits.ok_or(Stop::NotRun {
        why: "the document's limits are in another currency",
    })?;
    let exchange = context
        .call(&context.check_deposit(context.money(limits.max.minor() + 1)))
        .await?;
    flagged(context, &payment_id(context, &exchange)?).await
}

fn no_contract() -> Contract {
    Contract {
        id: "no-such-contract".into(),
        number: "9999_XYZ".into(),
    }
}

/// A top-up of this contract.
fn of_contract(context: &CheckContext<'_>, contract: &Contract) -> CheckDeposit {
    let payer = &context.target.customers.payer;
    CheckDeposit::new(
        context.method,
        context.project.id,
        payer,
        context.amount(),
        Some(contract),
    )
}

async fn flagged_contract(context: &CheckContext<'_>, contract: &Contract) -> CheckResult {
    let request = of_contract(context, contract);
    let payment_id = payment_id(context, &context.call(&request).await?)?;
    flagged(context, &payment_id).await
}

async fn unknown_contract(context: &CheckContext<'_>) -> CheckResult {
    flagged_contract(context, &no_contract()).await
}

async fn closed(context: &CheckContext<'_>) -> CheckResult {
    flagged_contract(context, closed_contract(context)?).await
}

async fn refuses_unknown_contracts(context: &CheckContext<'_>) -> CheckResult {
    let context = context.in_strict_project()?;
    let exchange = context.call(&of_contract(&context, &no_contract())).await?;
    context.expect_refusal(&exchange, Refusal::new(200, 500))?;
    let exchange = context
        .call(&context.check_deposit(context.amount()))
        .await?;
    payment_id(&context, &exchange).map(drop)
}
