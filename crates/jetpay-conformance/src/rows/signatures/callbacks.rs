//! Callbacks with a bad signature.

use serde_json::json;

use super::forged::{
    EMPTY_SECRET, LEGACY, UNKNOWN_SECRET, both, in_another_form, in_one_case, no_signature,
    resigned, right_in_part, signature_of, with_secret,
};
use crate::check::CheckResult;
use crate::check_context::{CheckContext, edited, tampered, with, without};
use crate::expect;
use crate::row::sections::UNSIGNED_CALLBACK;
use crate::row::{Row, must, run, should};
use crate::rows::expectations::refused;

pub(crate) static ROWS: &[Row] = &[
    must("callback-bad-signature", UNSIGNED_CALLBACK)
        .that("a callback with a bad signature is refused")
        .why("HTTP 200 accepts it: a forgery credits its sender, and a misread good callback is never repeated.")
        .runs(run!(bad_signature)),
    must("callback-signature-part", UNSIGNED_CALLBACK)
        .that("a callback whose signature is only in part the right one is refused")
        .why("A guess of a letter or two is then enough to credit an account.")
        .runs(run!(part_of_a_signature)),
    should("callback-signature-malformed", UNSIGNED_CALLBACK)
        .that("a callback with its signature in another form is refused")
        .why("No forgery gets through, but two programs may disagree about one callback.")
        .runs(run!(malformed_signature)),
    must("callback-other-secret", UNSIGNED_CALLBACK)
        .that("a callback signed with another secret, or with an empty one, is refused")
        .why("With HTTP 200, any secret works, or a good callback that was misread is never repeated.")
        .runs(run!(other_secret)),
    should("callback-unknown-project", UNSIGNED_CALLBACK)
        .that("a callback of an unknown project is refused")
        .why("The payments of another merchant's project are credited here.")
        .runs(run!(unknown_project)),
    must("callback-refused-no-effect", UNSIGNED_CALLBACK)
        .that("forged and changed successes credit nothing, and the right one then credits once")
        .why("Anybody who knows the URL can credit an account.")
        .credits(run!(no_effect)),
];

async fn bad_signature(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, signed) = context.new_payment_with_callback().await?;
    let another = context.platform.sign(&context.any_callback("another"));
    let [verify, _] = both(context);
    let others = [
        LEGACY.to_owned(),
        signature_of(&another),
        signature_of(&verify),
    ];
    let changed = [
        ("/operation/sum_initial/amount", json!(1_000_000)),
        ("/operation/id", json!(1)),
        ("/payment/description", json!("changed")),
    ];
    let changed = changed.map(|(field, value)| edited(&signed, field, value));
    let bodies = [
        no_signature(&signed),
        in_one_case(&signed),
        resigned(&signed, others),
        changed.into(),
    ];
    refused(context, &payment_id, bodies.concat()).await
}

async fn part_of_a_signature(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, signed) = context.new_payment_with_callback().await?;
    refused(context, &payment_id, right_in_part(&signed)).await
}

async fn malformed_signature(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, signed) = context.new_payment_with_callback().await?;
    refused(context, &payment_id, in_another_form(&signed)).await
}

async fn other_secret(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let callback = context.any_callback(&payment_id);
    let mut unknown = callback.clone();
    unknown.project_id = context.no_project();
    let empty = with_secret(context, EMPTY_SECRET);
    let mut bodies = vec![
        with_secret(context, UNKNOWN_SECRET).sign(&callback),
        empty.sign(&callback),
        empty.sign(&unknown),
    ];
    // The secret of another project with this project's id.
    if let Ok(other) = context.another_project() {
        bodies.push(other.sign(&callback));
    }
    refused(context, &payment_id, bodies).await
}

async fn unknown_project(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let mut success = context.any_callback(&payment_id);
    success.project_id = context.no_project();
    refused(context, &payment_id, vec![context.platform.sign(&success)]).await
}

async fn no_effect(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let success = context.success(&payment_id);
    let signed = context.callbacks.sign(&success);
    let forged = with_secret(context, UNKNOWN_SECRET).sign(&success);
    let decline = context.callbacks.sign(&context.decline(&payment_id));
    let another = context.callbacks.sign(&context.success("another"));
    let dearer = context.amount().minor() * 100;
    let bodies = [
        tampered(&signed, |it| without(it, "/signature")),
        edited(&signed, "/signature", json!("")),
        forged,
        edited(&signed, "/operation/sum_initial/amount", json!(dearer)),
        edited(&signed, "/operation/message", json!("Succes")),
        // A decline that was changed into a success, and a success of another payment.
        tampered(&decline, |it| {
            let it = with(it, "/payment/status", json!("success"));
            with(it, "/operation/status", json!("success"))
        }),
        edited(&another, "/payment/id", json!(payment_id)),
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
