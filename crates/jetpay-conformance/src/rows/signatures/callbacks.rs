//! Callbacks with a bad signature.

use jetpay_core::signature::Key;
use serde_json::json;

use super::forged::{no_signatures, with_unknown_secret};
use crate::check::{CheckResult, Stop};
use crate::check_context::{CheckContext, tampered, with, without};
use crate::expect;
use crate::row::sections::UNSIGNED_CALLBACK;
use crate::row::{Level, Row, run};
use crate::rows::expectations::refused;

pub(crate) static ROWS: &[Row] = &[
    Row::new(
        "callback-bad-signature",
        Level::Must,
        UNSIGNED_CALLBACK,
        "a callback with a bad signature is refused",
        "HTTP 200 accepts it: a forgery credits its sender, and a misread good callback is never repeated.",
        run!(bad_signature),
    ),
    Row::new(
        "callback-other-secret",
        Level::Must,
        UNSIGNED_CALLBACK,
        "a callback signed with another secret is refused",
        "With HTTP 200, any secret works, or a good callback that was misread is never repeated.",
        run!(other_secret),
    ),
    Row::new(
        "callback-unknown-project",
        Level::Should,
        UNSIGNED_CALLBACK,
        "a callback of an unknown project is refused",
        "The payments of another merchant's project are credited here.",
        run!(unknown_project),
    ),
    Row::new(
        "callback-refused-no-effect",
        Level::Must,
        UNSIGNED_CALLBACK,
        "forged and changed successes credit nothing, and the right one then credits once",
        "Anybody who knows the URL can credit an account.",
        run!(no_effect),
    )
    .credits(),
];

async fn bad_signature(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let signed = context.platform.sign(&context.any_callback(&payment_id));
    let mut bodies: Vec<_> = no_signatures(&signed).into_iter().collect();
    bodies.push(tampered(&signed, |it| {
        with(it, "/operation/sum_initial/amount", json!(1_000_000))
    }));
    for body in bodies {
        refused(context, &payment_id, body).await?;
    }
    Ok(())
}

async fn other_secret(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let body = with_unknown_secret(context).sign(&context.any_callback(&payment_id));
    refused(context, &payment_id, body).await?;
    let Ok(other) = context.another_project() else {
        return Ok(());
    };
    // The secret of another project with this project's id.
    let body = context
        .platform
        .with_project(context.project.id, other.key().clone())
        .sign(&context.any_callback(&payment_id));
    refused(context, &payment_id, body).await
}

async fn unknown_project(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let mut success = context.any_callback(&payment_id);
    success.project_id = context.no_project();
    refused(context, &payment_id, context.platform.sign(&success)).await
}

async fn no_effect(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let success = context.success(&payment_id);
    let signed = context.callbacks.sign(&success);
    let stranger = Key::new("a secret of no project")
        .map_err(|error| Stop::failed("a key", error.to_string()))?;
    let forged = context
        .callbacks
        .with_project(context.project.id, stranger)
        .sign(&success);
    let dearer = context.amount().minor() * 100;
    let bodies = [
        tampered(&signed, |it| without(it, "/signature")),
        tampered(&signed, |it| with(it, "/signature", json!(""))),
        forged,
        tampered(&signed, |it| {
            with(it, "/operation/sum_initial/amount", json!(dearer))
        }),
        tampered(&signed, |it| {
            with(it, "/operation/message", json!("Succes"))
        }),
    ];
    for body in bodies {
        context.send_callback(body).await?;
    }
    context.expect_money(&payment_id, "pending", &[]).await?;
    context.expect_acknowledged(&success).await?;
    let amount = [context.amount().minor()];
    context
        .expect_money(&payment_id, "credited", &amount)
        .await?;
    // An acknowledged callback is never repeated, so a forged success must not be acknowledged.
    let again = tampered(&signed, |it| without(it, "/signature"));
    let exchange = context.send_callback(again).await?;
    let what = "no HTTP 200 to a forged repeat of a success";
    expect::holds(what, exchange.status != 200, || expect::brief(&exchange))
}
