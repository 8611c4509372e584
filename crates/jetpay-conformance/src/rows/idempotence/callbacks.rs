//! Repeated callbacks: the answer to the first one was lost, or several arrive at the same time.

use jetpay_platform::{is_acknowledged, next_operation_id};
use tokio::task::JoinSet;

use crate::check::{CheckResult, Stop};
use crate::check_context::CheckContext;
use crate::row::sections::ONE_CREDIT;
use crate::row::{Row, Sent, must, run, should};
use crate::rows::expectations::{
    expect_acknowledged_if_exact, expect_credited, post_wrong_callback,
};
use crate::rows::money::refund::{PART_MINOR, Step, steps_count};

pub(crate) static ROWS: &[Row] = &[
    must("callback-repeated", ONE_CREDIT)
        .that("a repeated success is acknowledged and credits nothing more")
        .why("Each answer that is lost on the way credits the payer once more.")
        .credits_once(&[
            Sent::Other("success"),
            Sent::Same("success"),
            Sent::Same("success"),
            Sent::Same("success"),
        ]),
    must("callback-repeated-later", ONE_CREDIT)
        .that("a success repeated with other dates is acknowledged and credits nothing more")
        .why("A repeat whose date differs by a second counts as new money.")
        .credits(run!(repeated_later)),
    must("callback-refund-repeated", ONE_CREDIT)
        .that("a repeated refund, reversal or refund reverse is acknowledged and moves nothing more")
        .why("A refund that is reported three times takes the money from the customer three times.")
        .credits(run!(refund_repeated)),
    must("callback-at-once", ONE_CREDIT)
        .that("eight equal successes at the same time credit once")
        .why("Two deliveries find the payment open at the same time, and the payer is credited twice.")
        .credits(run!(at_once)),
    must("callback-at-once-different", ONE_CREDIT)
        .that("eight successes of different operations at the same time credit once")
        .why("One payment is credited for each operation that arrives at the same time.")
        .credits(run!(different_at_once)),
    must("callback-second-success", ONE_CREDIT)
        .that("a second success of another operation credits nothing more")
        .why("A payment that was paid once is credited for every operation that names it.")
        .credits(run!(second_success)),
    should("callback-same-operation", ONE_CREDIT)
        .that("an operation that credited one payment credits no other")
        .why("The same cash is credited to two accounts.")
        .credits(run!(same_operation)),
];

async fn repeated_later(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, mut success) = context.new_credited_payment().await?;
    success.operation.date = "2030-01-01T00:00:01+0000".into();
    success.payment.date = "2030-01-01T00:00:02+0000".into();
    context.expect_acknowledged(&success).await?;
    expect_credited(context, &payment_id).await
}

async fn refund_repeated(context: &CheckContext<'_>) -> CheckResult {
    let all = context.amount().minor();
    let repeated: [(&[Step], &str); 4] = [
        (&[("refund", all)], "refunded"),
        (&[("refund", PART_MINOR)], "partially_refunded"),
        (&[("reversal", all)], "reversed"),
        (&[("refund", all), ("refund reverse", all)], "credited"),
    ];
    for (steps, state) in repeated {
        steps_count(context, steps, 3, state).await?;
    }
    Ok(())
}

/// The number of callbacks at the same time.
const AT_ONCE: usize = 8;

async fn at_once(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let success = context.platform.sign(&context.success(&payment_id));
    all_at_once(context, vec![success; AT_ONCE]).await?;
    expect_credited(context, &payment_id).await
}

async fn different_at_once(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let success = || {
        context
            .success(&payment_id)
            .with_operation_id(next_operation_id())
    };
    let bodies = (0..AT_ONCE)
        .map(|_| context.platform.sign(&success()))
        .collect();
    all_at_once(context, bodies).await?;
    context
        .expect_entries(&payment_id, &[context.amount().minor()])
        .await
}

/// Sends all bodies at the same time. At least one must be acknowledged; if the target must be exact, all of them. A
/// merchant may refuse a callback while it processes an equal one, because it is repeated.
async fn all_at_once(context: &CheckContext<'_>, bodies: Vec<Vec<u8>>) -> CheckResult {
    let mut tasks = JoinSet::new();
    for body in bodies {
        let platform = context.callbacks.clone();
        tasks.spawn(async move { platform.send("", body).await });
    }
    let mut refused = None;
    let mut acknowledged = false;
    while let Some(exchange) = tasks.join_next().await {
        let exchange = exchange.map_err(|error| Stop::failed("an answer", error.to_string()))??;
        expect_acknowledged_if_exact(context, &exchange)?;
        acknowledged |= is_acknowledged(exchange.status);
        refused = Some(exchange);
    }
    match refused {
        Some(exchange) if !acknowledged => context.expect_status(&exchange, 200),
        _ => Ok(()),
    }
}

async fn second_success(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, _) = context.new_credited_payment().await?;
    post_wrong_callback(context, &context.success(&payment_id)).await?;
    context
        .expect_entries(&payment_id, &[context.amount().minor()])
        .await
}

async fn same_operation(context: &CheckContext<'_>) -> CheckResult {
    let (first, success) = context.new_credited_payment().await?;
    let second = context.new_payment().await?;
    let same = context
        .success(&second)
        .with_operation_id(success.operation.id);
    post_wrong_callback(context, &same).await?;
    context
        .expect_entries(&first, &[context.amount().minor()])
        .await?;
    context.expect_entries(&second, &[]).await
}
