//! Which callbacks credit, and which do not. The operator must see those that do not fit their payment.

use jetpay_core::Currency;
use jetpay_platform::CallbackKind;
use jetpay_platform::messages::Callback;
use serde_json::json;

use super::refund::expect_balance;
use crate::check::{CheckResult, Stop};
use crate::check_context::{AMOUNT_MINOR, CheckContext, with};
use crate::expect;
use crate::row::sections::{ANY_ORDER, KEYS, ONE_CREDIT};
use crate::row::{Procedure, Row, Sent, Source, must, run, should};
use crate::rows::conditions::EXACT;
use crate::rows::expectations::{
    credits, expect_acknowledged_if_exact, expect_credited, post_wrong_callback,
};

pub(crate) static ROWS: &[Row] = &[
    must("callback-success", Source::Callback)
        .that("a success is acknowledged and credits the amount")
        .why("The payer has paid and gets nothing, or the platform repeats the callback for days.")
        .credits(run!(success)),
    must("callback-success-balance", ONE_CREDIT)
        .that("a success raises the customer's balance by exactly the amount")
        .why("Entries and balance differ, and it is unknown which of them is right.")
        .only(EXACT)
        .credits(run!(balance)),
    must("callback-words", Source::Callback)
        .that("a success credits whatever value payment.method has")
        .why("The platform has several names for one method, and payments with some of them are not credited.")
        .credits(run!(method_words)),
    must("callback-account", KEYS)
        .that("a success that names another account and another customer credits anyway")
        .why("These ids are the platform's own; an endpoint that uses them leaves payers without their money.")
        .credits(run!(account)),
    should("callback-payment-sum", KEYS)
        .that("a success with another payment.sum credits, because sum_initial decides")
        .why("payment.sum changes with refunds; an endpoint that uses it does not credit a good success.")
        .credits(run!(payment_sum)),
    must("callback-decline", Source::Callback)
        .that("a decline is acknowledged and credits nothing")
        .why("The payer gets the cash back and is credited as well.")
        .runs(Procedure::Sequence(&[Sent::Other("decline")], "declined")),
    must("callback-processing", ONE_CREDIT)
        .that("a callback about a payment in progress is acknowledged and credits nothing")
        .why("The customer gets money that may never arrive.")
        .runs(Procedure::Sequence(
            &[Sent::Other("processing")],
            "pending",
        )),
    must("callback-failed-operation", ONE_CREDIT)
        .that("a declined operation of a successful payment is acknowledged and credits nothing")
        .why("A failed attempt is credited as if it had succeeded.")
        .credits(Procedure::NoCredit(&[["success", "sale", "decline"]])),
    must("callback-payment-under-way", ONE_CREDIT)
        .that("a successful operation of a payment in progress is acknowledged and credits nothing")
        .why("The payment can still fail after this step.")
        .credits(Procedure::NoCredit(&[["processing", "sale", "success"]])),
    should("callback-partially-paid", ONE_CREDIT)
        .that("a partially paid payment credits nothing by itself")
        .why("The full amount is credited although only a part was paid.")
        .credits(run!(partially_paid)),
    must("callback-other-amount", ONE_CREDIT)
        .that("a success with another amount than the announced one is not credited")
        .why("An amount that is wrong by a factor of 100 is credited before a person sees it.")
        .credits(run!(other_amount)),
    must("callback-other-currency", ONE_CREDIT)
        .that("a success in another currency is not credited")
        .why("Dollars are credited as tenge, or tenge as dollars.")
        .credits(run!(other_currency)),
    must("callback-other-project", ONE_CREDIT)
        .that("a success signed by another project is not credited")
        .why("An attacker with the secret of one project can credit accounts of all others.")
        .credits(run!(other_project)),
    must("callback-success-after-quarantine", ANY_ORDER)
        .that("the right success after a wrong one credits")
        .why("One wrong message blocks the payment for ever, although the money arrived.")
        .credits(run!(right_after_wrong)),
];

async fn success(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, success) = context.new_credited_payment().await?;
    expect_credited(context, &payment_id).await?;
    // Only the service `jetpay` shows for which operation it credited.
    let Ok(admin) = context.admin() else {
        return Ok(());
    };
    let entries = admin.entries_of(&payment_id).await?;
    let operations = entries.into_iter().map(|entry| entry.operation_id);
    let wanted = vec![success.operation.id.to_string()];
    expect::equal("operations", &wanted, &operations.collect())
}

async fn balance(context: &CheckContext<'_>) -> CheckResult {
    expect_balance(context, &[]).await
}

async fn method_words(context: &CheckContext<'_>) -> CheckResult {
    let words = context.method.callback_methods.iter();
    for word in words.chain(&["", "Another Method"]) {
        credits(context, |it| with(it, "/payment/method", json!(word))).await?;
    }
    Ok(())
}

async fn account(context: &CheckContext<'_>) -> CheckResult {
    let customers = &context.target.customers;
    let other = customers.plain.as_ref().unwrap_or(&customers.unknown);
    credits(context, |it| {
        let it = with(it, "/customer", json!({"id": other}));
        with(it, "/account", json!({"number": other}))
    })
    .await
}

async fn payment_sum(context: &CheckContext<'_>) -> CheckResult {
    let other = json!(AMOUNT_MINOR + 500);
    credits(context, |it| with(it, "/payment/sum/amount", other)).await
}

/// Expects that a callback of a new payment that does not fit it credits nothing, and waits for a person.
async fn quarantined(
    context: &CheckContext<'_>,
    wrong: impl FnOnce(&str) -> CheckResult<Callback>,
) -> CheckResult {
    let payment_id = context.new_payment().await?;
    post_wrong_callback(context, &wrong(&payment_id)?).await?;
    context.expect_money(&payment_id, "quarantined", &[]).await
}

async fn partially_paid(context: &CheckContext<'_>) -> CheckResult {
    let paid = context.money(AMOUNT_MINOR - 4_000);
    let kind = CallbackKind::PartiallyPaid(paid);
    quarantined(context, |id| Ok(context.usual(kind, id, paid))).await
}

fn wrong_success(context: &CheckContext<'_>, payment_id: &str) -> Callback {
    let twice = context.money(AMOUNT_MINOR * 2);
    context.usual(CallbackKind::Success, payment_id, twice)
}

async fn other_amount(context: &CheckContext<'_>) -> CheckResult {
    quarantined(context, |id| Ok(wrong_success(context, id))).await
}

async fn other_currency(context: &CheckContext<'_>) -> CheckResult {
    let other = |id: &str| {
        Ok(context
            .success(id)
            .with_currency(another_currency(context)?))
    };
    quarantined(context, other).await
}

pub(super) fn another_currency(context: &CheckContext<'_>) -> CheckResult<Currency> {
    let is_dollar = context.target.currency.code() == "USD";
    let other = if is_dollar { "KZT" } else { "USD" };
    Currency::parse(other).map_err(|error| Stop::failed("a currency", error.to_string()))
}

async fn other_project(context: &CheckContext<'_>) -> CheckResult {
    let other = context.another_project()?;
    let payment_id = context.new_payment().await?;
    let mut success = context.success(&payment_id);
    success.project_id = other.project_id().number();
    let exchange = context.send_callback(other.sign(&success)).await?;
    expect_acknowledged_if_exact(context, &exchange)?;
    context.expect_entries(&payment_id, &[]).await
}

async fn right_after_wrong(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    post_wrong_callback(context, &wrong_success(context, &payment_id)).await?;
    context.expect_success_taken(&payment_id).await?;
    expect_credited(context, &payment_id).await
}
