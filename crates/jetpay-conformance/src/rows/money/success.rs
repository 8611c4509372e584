//! A success credits.

use jetpay_platform::messages::Callback;
use serde_json::json;

use crate::check::CheckResult;
use crate::check_context::CheckContext;
use crate::check_context::messages::with;
use crate::expect;
use crate::row::{Level, Row, Section, run};
use crate::rows::conditions::strict;
use crate::rows::expectations::{credits, expect_credited, told};
use crate::rows::sections::{KEYS, RULE_3};

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-success",
        Level::Must,
        Section::Callback,
        "a success is acknowledged and credits the amount",
        "The payer has paid and gets nothing, or the platform repeats it for days.",
        run!(success),
    )
    .credits(),
    Row::new(
        "callback-success-balance",
        Level::Must,
        RULE_3,
        "a success makes the customer's balance grow by exactly the amount",
        "Books and balance differ, and nobody knows which of them is right.",
        run!(balance),
    )
    .credits()
    .only(strict),
    Row::new(
        "callback-words",
        Level::Must,
        Section::Callback,
        "a success credits whatever payment.method says",
        "The platform names one method in several ways, and payments by some are not credited.",
        run!(method_words),
    )
    .credits(),
    Row::new(
        "callback-account",
        Level::Must,
        KEYS,
        "a success that names another account and customer credits all the same",
        "These names are the platform's own; going by them leaves payers without their money.",
        run!(account),
    )
    .credits(),
    Row::new(
        "callback-payment-sum",
        Level::Should,
        KEYS,
        "a success with another payment.sum credits: sum_initial decides",
        "The sum of a payment changes with refunds; going by it stops a credit that is right.",
        run!(payment_sum),
    )
    .credits(),
    Row::new(
        "callback-decline",
        Level::Must,
        Section::Callback,
        "a decline is acknowledged and credits nothing",
        "The payer gets the money back and is credited as well.",
        run!(decline),
    ),
    Row::new(
        "callback-processing",
        Level::Must,
        RULE_3,
        "a payment under way is acknowledged and credits nothing",
        "Money is handed out that may never come.",
        run!(processing),
    ),
    Row::new(
        "callback-failed-operation",
        Level::Must,
        RULE_3,
        "a declined operation of a successful payment is acknowledged and credits nothing",
        "A failed attempt of an old payment is credited as if it had succeeded.",
        run!(failed_operation),
    )
    .credits(),
    Row::new(
        "callback-payment-under-way",
        Level::Must,
        RULE_3,
        "a successful operation of a payment under way is acknowledged and credits nothing",
        "A step on the way is taken for the end, and the payment can still fail.",
        run!(payment_under_way),
    )
    .credits(),
];

async fn success(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, success) = context.new_credited_payment().await?;
    expect_credited(context, &payment_id).await?;
    // Which operation it was credited for is seen in the books of the service `jetpay` alone.
    let Ok(admin) = context.admin() else {
        return Ok(());
    };
    let entries = admin.entries_of(&payment_id).await?;
    let operations: Vec<&str> = entries
        .iter()
        .map(|entry| entry.operation_id.as_str())
        .collect();
    expect::equal(
        "operations",
        &vec![success.operation.id.to_string().as_str()],
        &operations,
    )
}

async fn balance(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let payer = &context.target.customers.payer;
    let before = context.admin()?.balance(payer).await?;
    context
        .expect_acknowledged(&context.success(&payment_id))
        .await?;
    let after = context.admin()?.balance(payer).await?;
    expect::equal("a balance of", &(before + context.amount().minor()), &after)
}

async fn method_words(context: &CheckContext<'_>) -> CheckResult {
    for word in context
        .method
        .callback_words
        .iter()
        .chain(&["", "Another Method"])
    {
        let payment_id = context.new_payment().await?;
        let mut success = context.success(&payment_id);
        success.payment.method = (*word).to_owned();
        context.expect_acknowledged(&success).await?;
        expect_credited(context, &payment_id).await?;
    }
    Ok(())
}

async fn account(context: &CheckContext<'_>) -> CheckResult {
    let customers = &context.target.customers;
    let other = customers
        .plain
        .as_ref()
        .unwrap_or(&customers.unknown)
        .clone();
    credits(context, |it| {
        let it = with(it, "/customer", json!({"id": other}));
        with(it, "/account", json!({"number": other}))
    })
    .await
}

async fn payment_sum(context: &CheckContext<'_>) -> CheckResult {
    let other = context.amount().minor() + 500;
    credits(context, |it| with(it, "/payment/sum/amount", json!(other))).await
}

async fn decline(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    context
        .expect_acknowledged(&Callback::decline(
            context.method,
            context.project.id,
            &payment_id,
            context.amount(),
        ))
        .await?;
    context.expect_money(&payment_id, "declined", &[]).await
}

async fn processing(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    context
        .expect_acknowledged(&Callback::processing(
            context.method,
            context.project.id,
            &payment_id,
            context.amount(),
        ))
        .await?;
    context.expect_money(&payment_id, "pending", &[]).await
}

async fn failed_operation(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = told(context, "success", "sale", "decline").await?;
    context.expect_entries(&payment_id, &[]).await
}

async fn payment_under_way(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = told(context, "processing", "sale", "success").await?;
    context.expect_entries(&payment_id, &[]).await
}
