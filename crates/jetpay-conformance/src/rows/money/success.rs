//! A success credits.

use serde_json::json;

use crate::check_context::CheckContext;
use crate::edit::with;
use crate::expect;
use crate::outcome::Checked;
use crate::row::{Level, Row, Section, play};
use crate::rows::applies::strict;
use crate::rows::callbacks::{credits, expect_credited};
use crate::rows::sections::{KEYS, RULE_3};

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-success",
        Level::Must,
        Section::Callback,
        "a success is acknowledged and credits the amount",
        "The payer has paid and gets nothing, or the platform repeats it for days.",
        play!(success),
    )
    .credits(),
    Row::new(
        "callback-success-balance",
        Level::Must,
        RULE_3,
        "a success makes the customer's balance grow by exactly the amount",
        "Books and balance differ, and nobody knows which of them is right.",
        play!(balance),
    )
    .credits()
    .only(strict),
    Row::new(
        "callback-words",
        Level::Must,
        Section::Callback,
        "a success credits whatever payment.method says",
        "The platform names one method in several ways, and payments by some are not credited.",
        play!(method_words),
    )
    .credits(),
    Row::new(
        "callback-account",
        Level::Must,
        KEYS,
        "a success that names another account and customer credits all the same",
        "These names are the platform's own; going by them leaves payers without their money.",
        play!(account),
    )
    .credits(),
    Row::new(
        "callback-payment-sum",
        Level::Should,
        KEYS,
        "a success with another payment.sum credits: sum_initial decides",
        "The sum of a payment changes with refunds; going by it stops a credit that is right.",
        play!(payment_sum),
    )
    .credits(),
];

async fn success(scene: &CheckContext<'_>) -> Checked {
    let (payment_id, success) = scene.credited().await?;
    expect_credited(scene, &payment_id).await?;
    // Which operation it was credited for is seen in the books of the service `jetpay` alone.
    let Ok(admin) = scene.admin() else {
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

async fn balance(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let payer = &scene.target.customers.payer;
    let before = scene.admin()?.balance(payer).await?;
    scene.tell(&scene.success(&payment_id)).await?;
    let after = scene.admin()?.balance(payer).await?;
    expect::equal("a balance of", &(before + scene.amount().minor()), &after)
}

async fn method_words(scene: &CheckContext<'_>) -> Checked {
    for word in scene
        .method
        .callback_words
        .iter()
        .chain(&["", "Another Method"])
    {
        let payment_id = scene.pending().await?;
        let mut success = scene.success(&payment_id);
        success.payment.method = (*word).to_owned();
        scene.tell(&success).await?;
        expect_credited(scene, &payment_id).await?;
    }
    Ok(())
}

async fn account(scene: &CheckContext<'_>) -> Checked {
    let customers = &scene.target.customers;
    let other = customers
        .plain
        .as_ref()
        .unwrap_or(&customers.unknown)
        .clone();
    credits(scene, |it| {
        let it = with(it, "/customer", json!({"id": other}));
        with(it, "/account", json!({"number": other}))
    })
    .await
}

async fn payment_sum(scene: &CheckContext<'_>) -> Checked {
    let other = scene.amount().minor() + 500;
    credits(scene, |it| with(it, "/payment/sum/amount", json!(other))).await
}
