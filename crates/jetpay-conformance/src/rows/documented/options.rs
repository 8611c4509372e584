//! The two answer options of Kassa24, and the type of Cash-in's `check_deposit`.

use jetpay_platform::Exchange;
use serde_json::{Value, json};

use crate::check::CheckResult;
use crate::check_context::{CheckContext, with};
use crate::expect;
use crate::row::sections::METHOD_ANSWERS;
use crate::row::{Row, Source, must, run, should};
use crate::rows::conditions::{NO_TYPED_VERIFY, TYPED_VERIFY, closed_contract};
use crate::rows::expectations::{account, expect_credited, payment_id, sound_contracts};
use crate::target::Kassa24Answers;

pub(crate) static ROWS: &[Row] = &[
    must("option-1-verify", Source::Verify)
        .that("option 1: verify is answered with the account only")
        .why("The kiosk shows nothing, and no customer of this project can pay.")
        .option(Kassa24Answers::Account)
        .runs(run!(super::requests::good_verify)),
    must("option-1-deposit", Source::CheckDeposit)
        .that("option 1: check_deposit without entity_id and number gets a payment_id")
        .why("Every payment of this project is refused while the cash is in the machine.")
        .option(Kassa24Answers::Account)
        .runs(run!(deposit)),
    must("option-2-status", Source::Verify)
        .that("option 2: a contract that cannot be paid has a status_code other than 0")
        .why("The kiosk accepts money for a contract that is paid up or closed.")
        .option(Kassa24Answers::Contracts)
        .runs(run!(option_2_status)),
    must("option-2-deposit", Source::CheckDeposit)
        .that("option 2: check_deposit with entity_id and number gets a payment_id")
        .why("The payer has chosen a contract and is refused at the last step.")
        .option(Kassa24Answers::Contracts)
        .runs(run!(deposit)),
    should("typed-verify", Source::CheckDeposit)
        .that("a check_deposit whose type is verify gets a payment_id")
        .why(
            "The document shows both types; if one of them is refused, payments of that form fail.",
        )
        .only(TYPED_VERIFY)
        .runs(run!(gets_a_payment_id)),
    should("typed-verify-is-verify", METHOD_ANSWERS)
        .that("a verify with an amount is a verify and gets no payment_id")
        .why("A question about an account creates a payment that no payer began.")
        .only(NO_TYPED_VERIFY)
        .runs(run!(is_a_verify)),
];

async fn deposit(context: &CheckContext<'_>) -> CheckResult {
    let exchange = context.call_deposit().await?;
    let payment_id = payment_id(context, &exchange)?;
    context.expect_money(&payment_id, "pending", &[]).await
}

async fn option_2_status(context: &CheckContext<'_>) -> CheckResult {
    let closed = closed_contract(context)?;
    let exchange = context.call_verify().await?;
    let contracts = sound_contracts(context, &exchange)?;
    // 0 is the default, so it may be left out.
    let status = |id: &str| {
        let contract = contracts.iter().find(|contract| contract["id"] == *id)?;
        Some(contract.get("status_code").map_or(Some(0), Value::as_i64))
    };
    if let Some(open) = context.contract() {
        let what = "status_code of the open contract";
        expect::equal(what, &Some(Some(0)), &status(&open.id))?;
    }
    let status = status(&closed.id);
    if context.target.exact {
        let what = "status_code of the closed contract";
        return expect::equal(what, &Some(Some(204)), &status);
    }
    // A contract that is not shown cannot be paid either.
    let closed = status != Some(Some(0));
    let what = "the closed contract with another status_code than 0, or not at all";
    expect::holds(what, closed, || expect::brief(&exchange))
}

/// Sends a `check_deposit` whose `type` says `verify`.
async fn call_typed_verify(context: &CheckContext<'_>) -> CheckResult<Exchange> {
    let typed_verify = with(context.check_deposit_json(), "/type", json!("verify"));
    context.call(&typed_verify).await
}

async fn gets_a_payment_id(context: &CheckContext<'_>) -> CheckResult {
    let exchange = call_typed_verify(context).await?;
    let payment_id = payment_id(context, &exchange)?;
    if !context.target.credits {
        return Ok(());
    }
    context.expect_success_taken(&payment_id).await?;
    expect_credited(context, &payment_id).await
}

async fn is_a_verify(context: &CheckContext<'_>) -> CheckResult {
    let exchange = call_typed_verify(context).await?;
    expect::equal("payment_id", &None, &exchange.payment_id())?;
    account(context, &exchange, 0).map(drop)
}
