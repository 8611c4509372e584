//! `verify`, as the documents show it.

use crate::check::{CheckResult, Stop};
use crate::check_context::CheckContext;
use crate::expect;
use crate::expect::Refusal;
use crate::row::sections::METHOD_ANSWERS;
use crate::row::{Row, Source, must, run, should};
use crate::rows::conditions::{
    always_contracts, closed_contract, exact, no_contracts, owes_nothing,
};
use crate::rows::expectations::{account, sound_contracts};
use crate::target::Kassa24Answers;

pub(crate) static ROWS: &[Row] = &[
    must("verify-good", Source::Verify)
        .that("verify of a customer is answered with code 0, the currency and the other required fields")
        .why("Nobody can pay, because the platform finds no payer's account.")
        .runs(run!(good)),
    should("verify-plain", METHOD_ANSWERS)
        .that("a customer without contracts and without another id is named by the customer id")
        .why("A payer without a contract has nothing to choose on the screen and cannot pay.")
        .only(exact)
        .runs(run!(plain)),
    must("verify-unknown", Source::Verify)
        .that("verify of an unknown customer is refused with code 404 and a text")
        .why("A payer with a typo sees no error, and the money goes to an account that does not exist.")
        .runs(run!(unknown)),
    should("verify-nothing-payable", METHOD_ANSWERS)
        .that("a customer without a payable contract is refused")
        .why("The payer sees an empty list and does not know whether there is a debt.")
        .only(always_contracts)
        .runs(run!(nothing_payable)),
    should("verify-no-204", METHOD_ANSWERS)
        .that("a customer who owes nothing is answered with code 0, because 204 belongs to another method")
        .why("The platform does not know 204 here and turns away a payer who wants to pay in advance.")
        .only(no_contracts)
        .runs(run!(no_204)),
    should("option-1-no-204", METHOD_ANSWERS)
        .that("option 1: a customer who owes nothing is answered with code 0")
        .why("The kiosk turns away a payer who wants to pay in advance.")
        .option(Kassa24Answers::Account)
        .runs(run!(no_204)),
    must("option-2-204", Source::Verify)
        .that("option 2: a customer who owes nothing is answered with code 204 and a text")
        .why("The payer is asked for money without a debt.")
        .option(Kassa24Answers::Contracts)
        .runs(run!(option_2_204)),
    should("verify-only-payable", METHOD_ANSWERS)
        .that("contracts that cannot be paid are left out, and there is no status_code")
        .why("The payer sees a closed contract and pays for it.")
        .only(always_contracts)
        .runs(run!(only_payable)),
];

pub(super) async fn good(context: &CheckContext<'_>) -> CheckResult {
    let exchange = context.call_verify().await?;
    account(context, &exchange, 0).map(drop)
}

async fn plain(context: &CheckContext<'_>) -> CheckResult {
    let Some(plain) = &context.target.customers.plain else {
        return Err(Stop::NotRun {
            why: "needs a customer without contracts",
        });
    };
    let exchange = context.call(&context.verify(plain)).await?;
    let answer = account(context, &exchange, 0)?;
    expect::equal(
        "additional_customer_id",
        plain,
        &expect::text(answer, "additional_customer_id", &exchange)?.to_owned(),
    )?;
    if context.has_contracts() {
        let contracts = sound_contracts(context, &exchange)?;
        let names: Vec<_> = contracts
            .iter()
            .map(|it| (it["id"].as_str(), it["number"].as_str(), it.get("payment")))
            .collect();
        let wanted = vec![(Some(plain.as_str()), Some(plain.as_str()), None)];
        expect::equal("contracts", &wanted, &names)?;
    }
    Ok(())
}

pub(in crate::rows) async fn unknown(context: &CheckContext<'_>) -> CheckResult {
    let exchange = context
        .call(&context.verify(&context.target.customers.unknown))
        .await?;
    context.expect_refusal(&exchange, Refusal::new(200, 404))
}

async fn only_payable(context: &CheckContext<'_>) -> CheckResult {
    let closed = closed_contract(context)?;
    let exchange = context.call_verify().await?;
    let contracts = sound_contracts(context, &exchange)?;
    let shown = contracts.iter().any(|it| it["id"] == *closed.id);
    let what = format!("no contract {}, which cannot be paid", closed.id);
    expect::holds(&what, !shown, || expect::brief(&exchange))?;
    let coded = contracts.iter().any(|it| it.get("status_code").is_some());
    expect::holds("no `status_code`", !coded, || expect::brief(&exchange))
}

async fn nothing_payable(context: &CheckContext<'_>) -> CheckResult {
    let exchange = context
        .call(&context.verify(owes_nothing(context)?))
        .await?;
    context.expect_refusal(&exchange, Refusal::new(200, 500))
}

async fn no_204(context: &CheckContext<'_>) -> CheckResult {
    let exchange = context
        .call(&context.verify(owes_nothing(context)?))
        .await?;
    account(context, &exchange, 0).map(drop)
}

async fn option_2_204(context: &CheckContext<'_>) -> CheckResult {
    let exchange = context
        .call(&context.verify(owes_nothing(context)?))
        .await?;
    let answer = account(context, &exchange, 204)?;
    expect::text(answer, "message", &exchange).map(drop)
}
