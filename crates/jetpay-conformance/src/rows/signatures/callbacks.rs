//! Callbacks with a bad signature.

use jetpay_platform::messages::Callback;
use serde_json::json;

use super::forged::{
    EMPTY_SECRET, LEGACY, UNKNOWN_SECRET, both, in_another_form, in_one_case, no_signature,
    resigned, right_in_part, signature_of, with_secret,
};
use crate::check::CheckResult;
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
        "callback-signature-part",
        Level::Must,
        UNSIGNED_CALLBACK,
        "a callback whose signature is only in part the right one is refused",
        "A guess of a letter or two is then enough to credit an account.",
        run!(part_of_a_signature),
    ),
    Row::new(
        "callback-signature-malformed",
        Level::Should,
        UNSIGNED_CALLBACK,
        "a callback with its signature in another form is refused",
        "No forgery gets through, but two programs may disagree about one callback.",
        run!(malformed_signature),
    ),
    Row::new(
        "callback-other-secret",
        Level::Must,
        UNSIGNED_CALLBACK,
        "a callback signed with another secret, or with an empty one, is refused",
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
    let changed =
        changed.map(|(field, value)| tampered(&signed, |message| with(message, field, value)));
    let bodies = [
        no_signature(&signed),
        in_one_case(&signed),
        resigned(&signed, others),
        changed.into(),
    ];
    refused(context, &payment_id, bodies.concat()).await
}

async fn part_of_a_signature(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let signed = context.platform.sign(&context.any_callback(&payment_id));
    refused(context, &payment_id, right_in_part(&signed)).await
}

async fn malformed_signature(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let signed = context.platform.sign(&context.any_callback(&payment_id));
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
    let (method, project) = (context.method, context.project.id);
    let decline = Callback::decline(method, project, &payment_id, context.amount());
    let decline = context.callbacks.sign(&decline);
    let another = context.callbacks.sign(&context.success("another"));
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
        // A decline that was changed into a success, and a success of another payment.
        tampered(&decline, |it| {
            let it = with(it, "/payment/status", json!("success"));
            with(it, "/operation/status", json!("success"))
        }),
        tampered(&another, |it| with(it, "/payment/id", json!(payment_id))),
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
