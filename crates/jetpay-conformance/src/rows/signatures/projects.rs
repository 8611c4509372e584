//! Projects, their secrets and methods, and the order of fields.

use serde_json::{Value, json};

use super::forged::REFUSAL;
use crate::check::{CheckResult, Stop};
use crate::check_context::{CheckContext, tampered, with, without};
use crate::expect;
use crate::expect::Refusal;
use crate::row::sections::{PATHS, PROJECT};
use crate::row::{Row, run, should};
use crate::rows::conditions::exact;

pub(crate) static ROWS: &[Row] = &[
    should("signature-next-secret", PROJECT)
        .that("during a change of secrets both secrets are valid")
        .why("Changing the secret stops all payments until both sides have changed it.")
        .only(exact)
        .runs(run!(next_secret)),
    should("project-unknown", PROJECT)
        .that("a request of an unknown project is refused")
        .why("A typo in a project id stays unnoticed, and its payments go to another project.")
        .runs(run!(unknown_project)),
    should("project-without-method", PROJECT)
        .that("a project that does not support the method is refused with code 400")
        .why("Payments arrive by a method that the merchant did not agree to and does not reconcile.")
        .only(exact)
        .runs(run!(method_not_taken)),
    should("signature-byte-order", PATHS)
        .that("a signature over paths in byte order is valid")
        .why("The published SDKs differ in the order; a message signed by one of them is refused.")
        .runs(run!(byte_order)),
    should("callback-long-array", PATHS)
        .that("a callback with a list of 12 entries is accepted in natural order")
        .why("A decline with eleven errors or more is refused as forged and repeated for days.")
        .runs(run!(long_array)),
];

async fn next_secret(context: &CheckContext<'_>) -> CheckResult {
    let next = context.project.keys.get(1).ok_or(Stop::NotRun {
        why: "needs a project with two secrets",
    })?;
    let platform = context
        .platform
        .with_project(context.project.id, next.clone());
    expect::answer(
        &context.send(platform.sign(&context.verify_json())).await?,
        0,
    )
    .map(drop)
}

async fn unknown_project(context: &CheckContext<'_>) -> CheckResult {
    let wrong = [
        json!(context.no_project()),
        json!(0),
        json!(-1),
        Value::Null,
    ]
    .into_iter()
    .flat_map(|value| in_both(context, &value));
    let none = context.requests().map(|it| without(it, "/project_id"));
    let bodies = wrong.chain(none).map(|it| context.platform.sign(&it));
    let refusal = refusal_of_unknown(context);
    context.expect_refused(bodies.collect(), refusal).await
}

/// Both requests with this value as their project.
pub(super) fn in_both(context: &CheckContext<'_>, project_id: &Value) -> [Value; 2] {
    context
        .requests()
        .map(|it| with(it, "/project_id", project_id.clone()))
}

/// Our code is 400, because the signature cannot be verified. The documents name no code.
pub(super) fn refusal_of_unknown(context: &CheckContext<'_>) -> Refusal {
    if context.target.exact {
        REFUSAL
    } else {
        Refusal::new(200, 500)
    }
}

async fn method_not_taken(context: &CheckContext<'_>) -> CheckResult {
    let project = context.project_without_the_method()?;
    let platform = context
        .platform
        .with_project(project.id, project.keys[0].clone());
    let named = |it| platform.sign(&with(it, "/project_id", json!(project.id.number())));
    let bodies = vec![
        named(context.verify_json()),
        named(context.check_deposit_json()),
    ];
    context.expect_refused(bodies, REFUSAL).await
}

async fn byte_order(context: &CheckContext<'_>) -> CheckResult {
    let list: Vec<u8> = (0..12).collect();
    let message = with(context.verify_json(), "/list", json!(list)).to_string();
    let canonical = jetpay_core::signature::Canonical::parse(message.as_bytes());
    let string = canonical
        .ok()
        .and_then(|canonical| canonical.byte_ordered())
        .unwrap_or_default();
    let signed = tampered(message.as_bytes(), |it| {
        with(
            it,
            "/signature",
            json!(context.platform.key().sign(&string)),
        )
    });
    expect::answer(&context.send(signed).await?, 0).map(drop)
}

async fn long_array(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let decline = context.decline(&payment_id);
    let errors: Vec<Value> = (0..12)
        .map(|number| json!({"code": 20_000 + number, "message": "wrong"}))
        .collect();
    let decline = with(
        serde_json::to_value(decline).unwrap_or_default(),
        "/errors",
        json!(errors),
    );
    context.expect_acknowledged(&decline).await?;
    context.expect_money(&payment_id, "declined", &[]).await
}
