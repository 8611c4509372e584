//! Refunds that come too early, twice, for too much, or are reversed.

use jetpay_platform::is_acknowledged;

use super::credit::another_currency;
use super::refund::{PART_MINOR, Step, callback_of, entries_of, if_processed, processes};
use crate::check::{CheckResult, Stop};
use crate::check_context::{AMOUNT_MINOR, CheckContext};
use crate::row::sections::REFUNDS;
use crate::row::{Procedure, Row, must, run};
use crate::rows::expectations::{
    expect_acknowledged_if_exact, expect_credited, post_wrong_callback,
};

pub(crate) static ROWS: &[Row] = &[
    must("callback-refund-before-sale", REFUNDS)
        .that("if refunds are processed, one that comes before its sale takes nothing until the credit, and then its amount")
        .why("Callbacks come in any order: the payer has the money back and keeps the credit.")
        .credits(run!(before_sale)),
    must("callback-refund-second", REFUNDS)
        .that("a second full refund or reversal by another operation takes nothing more")
        .why("The customer loses the amount twice, and the balance becomes negative.")
        .credits(run!(second)),
    must("callback-refund-too-large", REFUNDS)
        .that("a refund of more than is left takes no more than is left")
        .why("The customer loses the money of other payments to one wrong message.")
        .credits(run!(too_large)),
    must("callback-refund-odd-amount", REFUNDS)
        .that("a refund of nothing, of a negative amount or in another currency moves no money")
        .why("A minus sign gives the customer money, or dollars are taken back as tenge.")
        .credits(run!(odd_amount)),
    must("callback-refund-other-project", REFUNDS)
        .that("a refund signed by another project takes nothing back")
        .why("The secret of one project is enough to empty the accounts of all others.")
        .credits(run!(other_project)),
    must("callback-refund-reversed", REFUNDS)
        .that("if refunds are processed, a reversed refund (refund reverse) gives the amount back to the customer")
        .why("The payer did not get the money, and the customer has lost the credit.")
        .credits(Procedure::Steps(1, &[
            (&[("refund", AMOUNT_MINOR), ("refund reverse", AMOUNT_MINOR)], "credited"),
            (&[("refund", PART_MINOR), ("refund reverse", PART_MINOR)], "credited"),
        ])),
    must("callback-refund-reverse-too-large", REFUNDS)
        .that("a refund reverse gives back no more than was refunded, and nothing without a refund")
        .why("One wrong message gives the customer money that no payer paid.")
        .credits(run!(reverse_too_large)),
];

async fn before_sale(context: &CheckContext<'_>) -> CheckResult {
    let twice = [("refund", AMOUNT_MINOR), ("refund", AMOUNT_MINOR)];
    let early: [(&[Step], &str); 4] = [
        (&[("refund", AMOUNT_MINOR)], "refunded"),
        (&[("refund", PART_MINOR)], "partially_refunded"),
        (&[("reversal", AMOUNT_MINOR)], "reversed"),
        // The second one finds nothing left.
        (&twice, "refunded"),
    ];
    for (steps, state) in early {
        let processed = processes(context, steps[0].0).await?;
        let payment_id = context.new_payment().await?;
        let outcome = before_the_sale(context, &payment_id, steps, state).await;
        if_processed(context, processed, &payment_id, outcome).await?;
    }
    Ok(())
}

/// Sends these steps before the sale, and expects that after it the first of them counts.
async fn before_the_sale(
    context: &CheckContext<'_>,
    payment_id: &str,
    steps: &[Step],
    state: &str,
) -> CheckResult {
    let mut repeated = Vec::new();
    for step in steps {
        let left = AMOUNT_MINOR - step.1;
        let callback = callback_of(context, payment_id, *step, left);
        let early = context.post_callback(&callback).await?;
        expect_acknowledged_if_exact(context, &early)?;
        if !is_acknowledged(early.status) {
            repeated.push(callback);
        }
    }
    context.expect_entries(payment_id, &[]).await?;
    context.expect_success_taken(payment_id).await?;
    // The platform repeats what was not acknowledged.
    for callback in repeated {
        context.post_callback(&callback).await?;
    }
    let entries = entries_of(&steps[..1]);
    let followed = context.expect_money(payment_id, state, &entries).await;
    or_one_of(context, payment_id, followed, &[net(&entries)]).await
}

/// What a merchant enters that credits only what an early refund leaves.
fn net(entries: &[i64]) -> Vec<i64> {
    let left = entries.iter().sum::<i64>();
    Vec::from_iter((left != 0).then_some(left))
}

/// The outcome of a check, or success if the entries are some of these. The service `jetpay` must do what the check says.
async fn or_one_of(
    context: &CheckContext<'_>,
    payment_id: &str,
    outcome: CheckResult,
    others: &[Vec<i64>],
) -> CheckResult {
    if matches!(outcome, Err(Stop::Failed { .. })) && !context.target.exact {
        for entries in others {
            if context.expect_entries(payment_id, entries).await.is_ok() {
                return Ok(());
            }
        }
    }
    outcome
}

async fn second(context: &CheckContext<'_>) -> CheckResult {
    for (first, state) in [("refund", "refunded"), ("reversal", "reversed")] {
        for second in ["refund", "reversal"] {
            let (first, second) = ((first, AMOUNT_MINOR), (second, AMOUNT_MINOR));
            moves_no_more(context, &[first], second, state).await?;
        }
    }
    Ok(())
}

async fn too_large(context: &CheckContext<'_>) -> CheckResult {
    for wrong in [
        ("refund", AMOUNT_MINOR + 1),
        ("refund", i64::MAX),
        ("reversal", AMOUNT_MINOR * 2),
    ] {
        moves_no_more(context, &[], wrong, "credited").await?;
    }
    let parts = [("refund", PART_MINOR), ("refund", PART_MINOR)];
    for wrong in [
        ("refund", AMOUNT_MINOR),
        ("refund", AMOUNT_MINOR - PART_MINOR),
        ("reversal", AMOUNT_MINOR),
    ] {
        moves_no_more(context, &parts, wrong, "partially_refunded").await?;
    }
    // Before its sale.
    let payment_id = context.new_payment().await?;
    let early = callback_of(context, &payment_id, ("refund", AMOUNT_MINOR + 1), 0);
    post_wrong_callback(context, &early).await?;
    context.expect_success_taken(&payment_id).await?;
    expect_untouched(
        context,
        &payment_id,
        "credited",
        &[AMOUNT_MINOR],
        -AMOUNT_MINOR,
    )
    .await
}

async fn odd_amount(context: &CheckContext<'_>) -> CheckResult {
    for wrong in [
        ("refund", 0),
        ("refund", -PART_MINOR),
        ("reversal", -PART_MINOR),
        ("refund reverse", -PART_MINOR),
    ] {
        moves_no_more(context, &[], wrong, "credited").await?;
    }
    let (payment_id, _) = context.new_credited_payment().await?;
    let refund = callback_of(context, &payment_id, ("refund", PART_MINOR), 0);
    post_wrong_callback(context, &refund.with_currency(another_currency(context)?)).await?;
    expect_credited(context, &payment_id).await
}

async fn other_project(context: &CheckContext<'_>) -> CheckResult {
    let other = context.another_project()?;
    let (payment_id, _) = context.new_credited_payment().await?;
    let all = ("refund", AMOUNT_MINOR);
    let mut refund = callback_of(context, &payment_id, all, 0);
    refund.project_id = other.project_id().number();
    let exchange = context.send_callback(other.sign(&refund)).await?;
    expect_acknowledged_if_exact(context, &exchange)?;
    expect_credited(context, &payment_id).await
}

async fn reverse_too_large(context: &CheckContext<'_>) -> CheckResult {
    let part = ("refund", PART_MINOR);
    let undone = [part, ("refund reverse", PART_MINOR)];
    let before: [(&[Step], &str); 3] = [
        (&[], "credited"),
        (&[part], "partially_refunded"),
        (&undone, "credited"),
    ];
    for (steps, state) in before {
        moves_no_more(context, steps, ("refund reverse", AMOUNT_MINOR), state).await?;
    }
    Ok(())
}

/// Expects that the last operation, which does not fit those before it, leaves the payment as it was. A merchant may also
/// move what there is.
async fn moves_no_more(
    context: &CheckContext<'_>,
    steps: &[Step],
    wrong: Step,
    state: &str,
) -> CheckResult {
    let (payment_id, _) = context.new_credited_payment().await?;
    let entries = entries_of(steps);
    for (index, step) in steps.iter().enumerate() {
        let left = entries[..index + 2].iter().sum();
        let exchange = context
            .post_callback(&callback_of(context, &payment_id, *step, left))
            .await?;
        expect_acknowledged_if_exact(context, &exchange)?;
    }
    let left = entries.iter().sum::<i64>();
    let (after, most) = match wrong {
        ("refund reverse", minor) => (AMOUNT_MINOR, minor.clamp(0, AMOUNT_MINOR - left)),
        (_, minor) => (0, -minor.clamp(0, left)),
    };
    post_wrong_callback(context, &callback_of(context, &payment_id, wrong, after)).await?;
    expect_untouched(context, &payment_id, state, &entries, most).await
}

/// Expects that an operation that does not fit left the payment as it was. A merchant may also move what there is, or
/// process no refunds. The service `jetpay` must leave it for a person.
async fn expect_untouched(
    context: &CheckContext<'_>,
    payment_id: &str,
    state: &str,
    entries: &[i64],
    most: i64,
) -> CheckResult {
    let untouched = context.expect_money(payment_id, state, entries).await;
    let all_moved = [entries, &[most]].concat();
    let others = [net(&all_moved), all_moved, entries[..1].to_vec()];
    or_one_of(context, payment_id, untouched, &others).await
}
