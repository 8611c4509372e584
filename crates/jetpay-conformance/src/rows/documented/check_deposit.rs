//! `check_deposit`, as the documents show it, and payments that the operator should see.

use jetpay_platform::MethodFacts;
use jetpay_platform::messages::{CheckDeposit, Contract};
use serde_json::json;

use crate::check::{CheckResult, Stop};
use crate::check_context::{CheckContext, with};
use crate::expect;
use crate::expect::Refusal;
use crate::row::sections::{RECORD_ONLY, REFUSE_IMPOSSIBLE};
use crate::row::{Row, Source, must, run, should};
use crate::rows::conditions::{closed_contract, has_contracts};
use crate::rows::expectations::payment_id;
use crate::target::Target;

pub(crate) static ROWS: &[Row] = &[
    must("deposit-good", Source::CheckDeposit)
        .that("check_deposit is answered with code 0 and a payment_id")
        .why("Without an id the callback names no payment, and nothing is credited.")
        .runs(run!(good)),
    must("deposit-pending", RECORD_ONLY)
        .that("check_deposit credits nothing, because only a callback moves money")
        .why("A payer who leaves before paying is credited anyway.")
        .runs(run!(recorded_as_pending)),
    should("deposit-smallest", REFUSE_IMPOSSIBLE)
        .that("check_deposit of one minor unit is accepted")
        .why("A rest of one coin is refused, and the cash stays in the machine without a payment.")
        .runs(run!(smallest)),
    must("deposit-unknown", Source::CheckDeposit)
        .that("check_deposit of an unknown customer is refused with code 404 and a text")
        .why("The platform takes money for a customer who does not exist, and an operator has to return it.")
        .runs(run!(unknown)),
    should("deposit-beyond-limits", REFUSE_IMPOSSIBLE)
        .that("an amount beyond the limits of the document is accepted")
        .why("The cash is already in the machine; after a refusal the payer has neither cash nor credit.")
        .only(limited)
        .runs(run!(beyond_limits)),
    should("deposit-unknown-contract", REFUSE_IMPOSSIBLE)
        .that("an unknown contract of a known customer is accepted")
        .why("The cash stays in the machine because of a number that an operator could have corrected.")
        .only(has_contracts)
        .runs(run!(unknown_contract)),
    should("deposit-closed-contract", REFUSE_IMPOSSIBLE)
        .that("a contract that cannot be paid is accepted")
        .why("A contract may close between the screen and the payment, and then the payer's cash is lost.")
        .only(has_contracts)
        .runs(run!(closed)),
    should("deposit-strict", REFUSE_IMPOSSIBLE)
        .that("a project with strict contracts refuses an unknown one")
        .why("A merchant who configured strict contracts gets money for contracts that do not exist.")
        .only(strict_contracts)
        .runs(run!(refuses_unknown_contracts)),
];

async fn good(context: &CheckContext<'_>) -> CheckResult {
    let exchange = context.call_deposit().await?;
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
    let mut wanted = vec![
        ("payment_id", json!(payment_id)),
        ("project_id", json!(context.project.id)),
        ("method", json!(context.method.name)),
        ("customer_id", json!(context.target.customers.payer)),
        ("amount", json!(context.amount().minor())),
        ("currency", json!(context.target.currency.code())),
        ("flags", json!([])),
    ];
    wanted.extend(context.contract().map(|it| ("contract_id", json!(it.id))));
    wanted.into_iter().try_for_each(|(name, wanted)| {
        let recorded = payment.get(name).cloned().unwrap_or_default();
        expect::equal(name, &wanted, &recorded)
    })
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
    let exchange = context.call_deposit().await?;
    payment_id(&context, &exchange).map(drop)
}
