//! Callbacks with a bad signature.

use jetpay_platform::messages::Callback;
use serde_json::json;

use super::forged::{
    EMPTY_SECRET, LEGACY, UNKNOWN_SECRET, in_another_form, in_one_case, no_signature, resigned,
    right_in_part, signature_of, with_secret,
};
use crate::check::CheckResult;
use crate::check_context::{AMOUNT_MINOR, CheckContext, edited, tampered, with, without};
use crate::expect;
use crate::row::sections::UNSIGNED_CALLBACK;
use crate::row::{Row, must, run, should};
use crate::rows::expectations::expect_credited;

pub(crate) static ROWS: &[Row] = &[
    must("callback-bad-signature", UNSIGNED_CALLBACK)
        .that("a callback with a bad signature is refused")
        .why("HTTP 200 accepts it: a forgery credits its sender, and a misread good callback is never repeated.")
        .callback_refused(bad_signature),
    must("callback-signature-part", UNSIGNED_CALLBACK)
        .that("a callback whose signature is only in part the right one is refused")
        .why("A guess of a letter or two is then enough to credit an account.")
        .callback_refused(|context, it| right_in_part(&context.platform.sign(it))),
    should("callback-signature-malformed", UNSIGNED_CALLBACK)
        .that("a callback with its signature in another form is refused")
        .why("No forgery gets through, but two programs may disagree about one callback.")
        .callback_refused(|context, it| in_another_form(&context.platform.sign(it))),
    must("callback-other-secret", UNSIGNED_CALLBACK)
        .that("a callback signed with another secret, or with an empty one, is refused")
        .why("With HTTP 200, any secret works, or a good callback that was misread is never repeated.")
        .callback_refused(other_secret),
    should("callback-unknown-project", UNSIGNED_CALLBACK)
        .that("a callback of an unknown project is refused")
        .why("The payments of another merchant's project are credited here.")
        .callback_refused(unknown_project),
    must("callback-refused-no-effect", UNSIGNED_CALLBACK)
        .that("forged and changed successes credit nothing, and the right one then credits once")
        .why("Anybody who knows the URL can credit an account.")
        .credits(run!(no_effect)),
];

fn bad_signature(context: &CheckContext<'_>, callback: &Callback) -> Vec<Vec<u8>> {
    let signed = context.platform.sign(callback);
    let another = context.platform.sign(&context.any_callback("another"));
    let others = [
        LEGACY.to_owned(),
        signature_of(&another),
        signature_of(&context.signed_verify()),
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
    bodies.concat()
}

fn other_secret(context: &CheckContext<'_>, callback: &Callback) -> Vec<Vec<u8>> {
    let empty = with_secret(context, EMPTY_SECRET);
    let mut bodies = vec![
        with_secret(context, UNKNOWN_SECRET).sign(callback),
        empty.sign(callback),
        empty.sign(&of_no_project(context, callback)),
    ];
    // The secret of another project with this project's id.
    if let Ok(other) = context.another_project() {
        bodies.push(other.sign(callback));
    }
    bodies
}

fn unknown_project(context: &CheckContext<'_>, callback: &Callback) -> Vec<Vec<u8>> {
    vec![context.platform.sign(&of_no_project(context, callback))]
}

fn of_no_project(context: &CheckContext<'_>, callback: &Callback) -> Callback {
    Callback {
        project_id: context.no_project(),
        ..callback.clone()
    }
}

async fn no_effect(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let success = context.success(&payment_id);
    let signed = context.callbacks.sign(&success);
    let forged = with_secret(context, UNKNOWN_SECRET).sign(&success);
    let decline = context.callbacks.sign(&context.decline(&payment_id));
    let another = context.callbacks.sign(&context.success("another"));
    let dearer = AMOUNT_MINOR * 100;
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
    expect_credited(context, &payment_id).await?;
    // An acknowledged callback is never repeated, so a forged success must not be acknowledged.
    let again = tampered(&signed, |it| without(it, "/signature"));
    let exchange = context.send_callback(again).await?;
    let what = "no HTTP 200 to a forged repeat of a success";
    expect::holds(what, exchange.status != 200, || expect::brief(&exchange))
}
