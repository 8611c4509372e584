//! `verify` and `check_deposit`, as the documents show them, and payments that the operator should see.

use jetpay_platform::Exchange;
use jetpay_platform::messages::{CheckDeposit, Contract};
use serde_json::json;

use crate::check::{CheckResult, Stop};
use crate::check_context::{AMOUNT_MINOR, CheckContext};
use crate::expect::{self, Refusal};
use crate::row::sections::{METHOD_ANSWERS, RECORD_ONLY, REFUSE_IMPOSSIBLE};
use crate::row::{Row, Source, must, run, should};
use crate::rows::conditions::{
    ALWAYS_CONTRACTS, EXACT, HAS_CONTRACTS, LIMITED, NO_CONTRACTS, STRICT_CONTRACTS,
    closed_contract,
};
use crate::rows::expectations::{account, payment_id, sound_contracts};
use crate::target::Kassa24Answers;

pub(crate) static ROWS: &[Row] = &[
    must("verify-good", Source::Verify)
        .that("verify of a customer is answered with code 0, the currency and the other required fields")
        .why("Nobody can pay, because the platform finds no payer's account.")
        .runs(run!(good_verify)),
    should("verify-plain", METHOD_ANSWERS)
        .that("a customer without contracts and without another id is named by the customer id")
        .why("A payer without a contract has nothing to choose on the screen and cannot pay.")
        .only(EXACT)
        .runs(run!(plain)),
    must("verify-unknown", Source::Verify)
        .that("verify of an unknown customer is refused with code 404 and a text")
        .why("A payer with a typo sees no error, and the money goes to an account that does not exist.")
        .runs(run!(unknown_verify)),
    should("verify-nothing-payable", METHOD_ANSWERS)
        .that("a customer without a payable contract is refused")
        .why("The payer sees an empty list and does not know whether there is a debt.")
        .only(ALWAYS_CONTRACTS)
        .runs(run!(nothing_payable)),
    should("verify-no-204", METHOD_ANSWERS)
        .that("a customer who owes nothing is answered with code 0, because 204 belongs to another method")
        .why("The platform does not know 204 here and turns away a payer who wants to pay in advance.")
        .only(NO_CONTRACTS)
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
        .only(ALWAYS_CONTRACTS)
        .runs(run!(only_payable)),
    must("deposit-good", Source::CheckDeposit)
        .that("check_deposit is answered with code 0 and a payment_id")
        .why("Without an id the callback names no payment, and nothing is credited.")
        .runs(run!(good_deposit)),
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
        .runs(run!(unknown_deposit)),
    should("deposit-beyond-limits", REFUSE_IMPOSSIBLE)
        .that("an amount beyond the limits of the document is accepted")
        .why("The cash is already in the machine; after a refusal the payer has neither cash nor credit.")
        .only(LIMITED)
        .runs(run!(beyond_limits)),
    should("deposit-unknown-contract", REFUSE_IMPOSSIBLE)
        .that("an unknown contract of a known customer is accepted")
        .why("The cash stays in the machine because of a number that an operator could have corrected.")
        .only(HAS_CONTRACTS)
        .runs(run!(unknown_contract)),
    should("deposit-closed-contract", REFUSE_IMPOSSIBLE)
        .that("a contract that cannot be paid is accepted")
        .why("A contract may close between the screen and the payment, and then the payer's cash is lost.")
        .only(HAS_CONTRACTS)
        .runs(run!(closed)),
    should("deposit-strict", REFUSE_IMPOSSIBLE)
        .that("a project with strict contracts refuses an unknown one")
        .why("A merchant who configured strict contracts gets money for contracts that do not exist.")
        .only(STRICT_CONTRACTS)
        .runs(run!(refuses_unknown_contracts)),
];

pub(super) async fn good_verify(context: &CheckContext<'_>) -> CheckResult {
    let exchange = context.call_verify().await?;
    account(context, &exchange, 0).map(drop)
}

async fn plain(context: &CheckContext<'_>) -> CheckResult {
    let plain = context.target.customers.plain.as_ref();
    let plain = plain.ok_or(Stop::NotRun {
        why: "needs a customer without contracts",
    })?;
    let exchange = context.call(&context.verify(plain)).await?;
    let answer = account(context, &exchange, 0)?;
    let name = expect::text(answer, "additional_customer_id", &exchange)?;
    expect::equal("additional_customer_id", &plain.as_str(), &name)?;
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

pub(in crate::rows) async fn unknown_verify(context: &CheckContext<'_>) -> CheckResult {
    let unknown = context.verify(&context.target.customers.unknown);
    context.expect_refusal(&context.call(&unknown).await?, Refusal::new(200, 404))
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

/// Sends `verify` for the customer who owes nothing.
async fn call_paid_up(context: &CheckContext<'_>) -> CheckResult<Exchange> {
    let customer = context.target.customers.owes_nothing.as_deref();
    let customer = customer.ok_or(Stop::NotRun {
        why: "needs a customer who owes nothing on any contract: name one with --owes-nothing",
    })?;
    context.call(&context.verify(customer)).await
}

async fn nothing_payable(context: &CheckContext<'_>) -> CheckResult {
    context.expect_refusal(&call_paid_up(context).await?, Refusal::new(200, 500))
}

async fn no_204(context: &CheckContext<'_>) -> CheckResult {
    account(context, &call_paid_up(context).await?, 0).map(drop)
}

async fn option_2_204(context: &CheckContext<'_>) -> CheckResult {
    let exchange = call_paid_up(context).await?;
    let answer = account(context, &exchange, 204)?;
    expect::text(answer, "message", &exchange).map(drop)
}

async fn good_deposit(context: &CheckContext<'_>) -> CheckResult {
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
        ("amount", json!(AMOUNT_MINOR)),
        ("currency", json!(context.target.currency.code())),
        ("flags", json!([])),
    ];
    wanted.extend(context.contract().map(|it| ("contract_id", json!(it.id))));
    wanted.into_iter().try_for_each(|(name, wanted)| {
        let recorded = payment.get(name).cloned().unwrap_or_default();
        expect::equal(name, &wanted, &recorded)
    })
}

/// Expects that a top-up of this amount is accepted. Returns the payment id.
async fn accepted(context: &CheckContext<'_>, minor: i64) -> CheckResult<String> {
    let request = context.check_deposit(context.money(minor));
    payment_id(context, &context.call(&request).await?)
}

async fn smallest(context: &CheckContext<'_>) -> CheckResult {
    accepted(context, 1).await.map(drop)
}

async fn unknown_deposit(context: &CheckContext<'_>) -> CheckResult {
    let [_, request] = context.requests_for(&context.target.customers.unknown);
    context.expect_refusal(&context.call(&request).await?, Refusal::new(200, 404))
}

/// The service `jetpay` flags the payment for the operator. Other merchants need not.
async fn flagged(context: &CheckContext<'_>, payment_id: &str) -> CheckResult {
    if context.target.exact {
        context.expect_flagged(payment_id).await?;
    }
    Ok(())
}

async fn beyond_limits(context: &CheckContext<'_>) -> CheckResult {
    let limits = context.method.limits;
    let limits = limits.filter(|it| it.max.currency() == context.target.currency);
    let limits = limits.ok_or(Stop::NotRun {
        why: "the document's limits are in another currency",
    })?;
    let payment_id = accepted(context, limits.max.minor() + 1).await?;
    flagged(context, &payment_id).await
}

fn no_contract() -> Contract {
    Contract {
        id: "no-such-contract".into(),
        number: "9999_XYZ".into(),
    }
}

/// A top-up of this contract.
fn of_contract(context: &CheckContext<'_>, contract: &Contract) -> CheckDeposit {
    let (payer, amount) = (&context.target.customers.payer, context.amount());
    let (method, project) = (context.method, context.project.id);
    CheckDeposit::new(method, project, payer, amount, Some(contract))
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
