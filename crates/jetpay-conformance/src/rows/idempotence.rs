//! Repeats: the answer to the first message was lost, or several arrive at the same time.

use jetpay_platform::{Exchange, Platform, is_acknowledged, next_operation_id};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::check::{CheckResult, Stop};
use crate::check_context::{AMOUNT_MINOR, CheckContext};
use crate::expect::{self, Refusal, Seen};
use crate::row::sections::{ONE_CREDIT, READ_ONLY, RECORD_ONLY};
use crate::row::{Procedure, Row, Sent, must, run, should};
use crate::rows::expectations::{
    expect_acknowledged_if_exact, expect_credited, post_wrong_callback,
};
use crate::rows::money::refund::PART_MINOR;

pub(super) static ROWS: &[Row] = &[
    must("verify-repeated", READ_ONLY)
        .that("verify has no effects, so the fifth answer equals the first one")
        .why("Asking about an account changes it, and the payer sees another debt each time.")
        .runs(run!(repeated)),
    must("deposit-twice", RECORD_ONLY)
        .that("two equal check_deposits get two payment ids")
        .why("A payer who pays the same amount twice is credited once, and the second payment is lost.")
        .runs(run!(twice)),
    must("verify-at-once", READ_ONLY)
        .that("verifies of two customers at the same time are answered as if they came alone")
        .why("One payer sees and pays the account of another.")
        .runs(run!(verifies)),
    must("deposit-at-once", RECORD_ONLY)
        .that("eight check_deposits at the same time get eight payment ids")
        .why("Two payers share a payment id, so one of them pays for nothing.")
        .runs(run!(deposits)),
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
        .credits(Procedure::Steps(3, &[
            (&[("refund", AMOUNT_MINOR)], "refunded"),
            (&[("refund", PART_MINOR)], "partially_refunded"),
            (&[("reversal", AMOUNT_MINOR)], "reversed"),
            (&[("refund", AMOUNT_MINOR), ("refund reverse", AMOUNT_MINOR)], "credited"),
        ])),
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

async fn repeated(context: &CheckContext<'_>) -> CheckResult {
    let first = context.call_verify().await?;
    expect::answer(&first, 0)?;
    let fields = account_fields(&first);
    for _ in 0..4 {
        let again = context.call_verify().await?;
        if context.target.exact {
            expect::equal("the answer", &first.text(), &again.text())?;
        }
        expect::equal("the answer's fields", &fields, &account_fields(&again))?;
    }
    Ok(())
}

/// What an answer says about the account. Values that may change, such as a time, are in other fields.
fn account_fields(exchange: &Exchange) -> [Option<&Value>; 4] {
    let fields = ["code", "currency", "additional_customer_id", "entities"];
    fields.map(|field| exchange.json.as_ref()?.get(field))
}

async fn twice(context: &CheckContext<'_>) -> CheckResult {
    let (first, second) = (context.new_payment().await?, context.new_payment().await?);
    let seen = || Seen::received(&second).after("the same again: ");
    expect::holds("another payment_id", first != second, seen)
}

/// The number of messages at the same time.
const AT_ONCE: usize = 8;

/// Sends all bodies at the same time. Returns the answers in the order of the bodies.
async fn all_at_once(
    platform: &Platform,
    bodies: impl IntoIterator<Item = Vec<u8>>,
) -> CheckResult<Vec<Exchange>> {
    let mut tasks = JoinSet::new();
    for (number, body) in bodies.into_iter().enumerate() {
        let platform = platform.clone();
        tasks.spawn(async move { (number, platform.send("", body).await) });
    }
    let mut answers = Vec::new();
    while let Some(answered) = tasks.join_next().await {
        let (number, exchange) =
            answered.map_err(|error| Stop::failed("an answer", error.to_string()))?;
        answers.push((number, exchange?));
    }
    answers.sort_by_key(|(number, _)| *number);
    Ok(answers.into_iter().map(|(_, exchange)| exchange).collect())
}

async fn verifies(context: &CheckContext<'_>) -> CheckResult {
    let customers = &context.target.customers;
    let both = [&customers.payer, &customers.unknown];
    let both = both.map(|it| context.platform.sign(&context.verify(it)));
    let alone = context.send(both[0].clone()).await?;
    expect::answer(&alone, 0)?;
    let alone = account_fields(&alone);
    let bodies = both.iter().cycle().take(AT_ONCE).cloned();
    let answers = all_at_once(&context.platform, bodies).await?;
    for (number, exchange) in answers.iter().enumerate() {
        if number % 2 == 0 {
            expect::equal("the answer", &alone, &account_fields(exchange))
                .map_err(|stop| stop.about(exchange))?;
        } else {
            context.expect_refusal(exchange, Refusal::new(200, 404))?;
        }
    }
    Ok(())
}

async fn deposits(context: &CheckContext<'_>) -> CheckResult {
    let bodies = vec![context.signed_deposit(); AT_ONCE];
    let mut ids = Vec::new();
    for exchange in all_at_once(&context.platform, bodies).await? {
        let answer = expect::answer(&exchange, 0)?;
        ids.push(expect::text(answer, "payment_id", &exchange)?.to_owned());
    }
    ids.sort_unstable();
    let same = ids.windows(2).find(|pair| pair[0] == pair[1]);
    let seen = || Seen::received(&ids[0]).after("the same more than once, as ");
    expect::holds("another payment_id", same.is_none(), seen)
}

async fn repeated_later(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, mut success) = context.new_credited_payment().await?;
    success.operation.date = "2030-01-01T00:00:01+0000".into();
    success.payment.date = "2030-01-01T00:00:02+0000".into();
    context.expect_acknowledged(&success).await?;
    expect_credited(context, &payment_id).await
}

async fn at_once(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let success = context.platform.sign(&context.success(&payment_id));
    acknowledged_at_once(context, vec![success; AT_ONCE]).await?;
    expect_credited(context, &payment_id).await
}

async fn different_at_once(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let bodies = (0..AT_ONCE).map(|_| {
        let success = context.success(&payment_id);
        let another = success.with_operation_id(next_operation_id());
        context.platform.sign(&another)
    });
    acknowledged_at_once(context, bodies.collect()).await?;
    context.expect_entries(&payment_id, &[AMOUNT_MINOR]).await
}

/// Sends all bodies at the same time. At least one must be acknowledged; if the target must be exact, all of them. A
/// merchant may refuse a callback while it processes an equal one, because it is repeated.
async fn acknowledged_at_once(context: &CheckContext<'_>, bodies: Vec<Vec<u8>>) -> CheckResult {
    let answers = all_at_once(&context.callbacks, bodies).await?;
    for exchange in &answers {
        expect_acknowledged_if_exact(context, exchange)?;
    }
    let acknowledged = answers.iter().any(|it| is_acknowledged(it.status));
    match answers.last() {
        Some(exchange) if !acknowledged => context.expect_status(exchange, 200),
        _ => Ok(()),
    }
}

async fn second_success(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, _) = context.new_credited_payment().await?;
    post_wrong_callback(context, &context.success(&payment_id)).await?;
    context.expect_entries(&payment_id, &[AMOUNT_MINOR]).await
}

async fn same_operation(context: &CheckContext<'_>) -> CheckResult {
    let (first, success) = context.new_credited_payment().await?;
    let second = context.new_payment().await?;
    let same = context
        .success(&second)
        .with_operation_id(success.operation.id);
    post_wrong_callback(context, &same).await?;
    context.expect_entries(&first, &[AMOUNT_MINOR]).await?;
    context.expect_entries(&second, &[]).await
}
