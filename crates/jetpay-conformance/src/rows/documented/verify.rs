//! `verify`, as the documents show it.

use crate::check::{CheckResult, Stop};
use crate::check_context::CheckContext;
use crate::expect;
use crate::expect::Refusal;
use crate::row::sections::METHOD_ANSWERS;
use crate::row::{Level, Row, Section, run};
use crate::rows::conditions::{
    always_contracts, closed_contract, exact, no_contracts, option_1, option_2, owes_nothing,
};
use crate::rows::expectations::{account, sound_contracts};
use crate::target::Kassa24Answers;

pub(crate) static ROWS: &[Row] = &[
    Row::new(
        "verify-good",
        Level::Must,
        Section::Verify,
        "verify of a customer is answered with code 0, the currency and the other required fields",
        "Nobody can pay, because the platform finds no payer's account.",
        run!(good),
    ),
    Row::new(
        "verify-plain",
        Level::Should,
        METHOD_ANSWERS,
        "a customer without contracts and without another id is named by the customer id",
        "A payer without a contract has nothing to choose on the screen and cannot pay.",
        run!(plain),
    )
    .only(exact),
    Row::new(
        "verify-unknown",
        Level::Must,
        Section::Verify,
        "verify of an unknown customer is refused with code 404 and a text",
        "A payer with a typo sees no error, and the money goes to an account that does not exist.",
        run!(unknown),
    ),
    Row::new(
        "verify-nothing-payable",
        Level::Should,
        METHOD_ANSWERS,
        "a customer without a payable contract is refused",
        "The payer sees an empty list and does not know whether there is a debt.",
        run!(nothing_payable),
    )
    .only(always_contracts),
    Row::new(
        "verify-no-204",
        Level::Should,
        METHOD_ANSWERS,
        "a customer who owes nothing is answered with code 0, because 204 belongs to another method",
        "The platform does not know 204 here and turns away a payer who wants to pay in advance.",
        run!(no_204),
    )
    .only(no_contracts),
    Row::new(
        "option-1-no-204",
        Level::Should,
        METHOD_ANSWERS,
        "option 1: a customer who owes nothing is answered with code 0",
        "The kiosk turns away a payer who wants to pay in advance.",
        run!(option_1_no_204),
    )
    .only(option_1),
    Row::new(
        "option-2-204",
        Level::Must,
        Section::Verify,
        "option 2: a customer who owes nothing is answered with code 204 and a text",
        "The payer is asked for money without a debt.",
        run!(option_2_204),
    )
    .only(option_2),
    Row::new(
        "verify-only-payable",
        Level::Should,
        METHOD_ANSWERS,
        "contracts that cannot be paid are left out, and there is no status_code",
        "The payer sees a closed contract and pays for it.",
        run!(only_payable),
    )
    .only(always_contracts),
];

async fn good(context: &CheckContext<'_>) -> CheckResult {
    let exchange = context
        .call(&context.verify(&context.target.customers.payer))
        .await?;
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

async fn unknown(context: &CheckContext<'_>) -> CheckResult {
    let exchange = context
        .call(&context.verify(&context.target.customers.unknown))
        .await?;
    context.expect_refusal(&exchange, Refusal::new(200, 404))
}

async fn only_payable(context: &CheckContext<'_>) -> CheckResult {
    let closed = closed_contract(context)?;
    let exchange = context
        .call(&context.verify(&context.target.customers.payer))
        .await?;
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

async fn option_1_no_204(context: &CheckContext<'_>) -> CheckResult {
    let context = context.in_project_answering(Kassa24Answers::Account)?;
    let exchange = context
        .call(&context.verify(owes_nothing(&context)?))
        .await?;
    account(&context, &exchange, 0).map(drop)
}

async fn option_2_204(context: &CheckContext<'_>) -> CheckResult {
    let context = context.in_project_answering(Kassa24Answers::Contracts)?;
    let exchange = context
        .call(&context.verify(owes_nothing(&context)?))
        .await?;
    let answer = account(&context, &exchange, 204)?;
    expect::text(answer, "message", &exchange).map(drop)
}
