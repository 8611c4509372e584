//! Projects, their secrets and methods, and the order of fields.

use jetpay_core::signature::Canonical;
use serde_json::{Value, json};

use super::forged::REFUSAL;
use crate::check::{CheckResult, Stop};
use crate::check_context::{CheckContext, as_json, edited, with, without};
use crate::expect::Refusal;
use crate::row::sections::{PATHS, PROJECT};
use crate::row::{Row, run, should};
use crate::rows::conditions::EXACT;

pub(crate) static ROWS: &[Row] = &[
    should("signature-next-secret", PROJECT)
        .that("during a change of secrets both secrets are valid")
        .why("Changing the secret stops all payments until both sides have changed it.")
        .only(EXACT)
        .runs(run!(next_secret)),
    should("project-unknown", PROJECT)
        .that("a request of an unknown project is refused")
        .why("A typo in a project id stays unnoticed, and its payments go to another project.")
        .runs(run!(unknown_project)),
    should("project-without-method", PROJECT)
        .that("a project that does not support the method is refused with code 400")
        .why("Payments arrive by a method that the merchant did not agree to and does not reconcile.")
        .only(EXACT)
        .runs(run!(method_not_taken)),
    should("signature-byte-order", PATHS)
        .that("a signature over paths in byte order is valid")
        .why("The published SDKs differ in the order; a message signed by one of them is refused.")
        .answered(byte_order),
    should("callback-long-array", PATHS)
        .that("a callback with a list of 12 entries is accepted in natural order")
        .why("A decline with eleven errors or more is refused as forged and repeated for days.")
        .runs(run!(long_array)),
];

async fn next_secret(context: &CheckContext<'_>) -> CheckResult {
    let next = context.project.keys.get(1).ok_or(Stop::NotRun {
        why: "needs a project with two secrets",
    })?;
    let id = context.project.id;
    let platform = context.platform.with_project(id, next.clone());
    let body = platform.sign(&context.verify_json());
    context.expect_good(body).await
}

async fn unknown_project(context: &CheckContext<'_>) -> CheckResult {
    let wrong = [
        json!(context.no_project()),
        json!(0),
        json!(-1),
        json!(null),
    ];
    let wrong = wrong.iter().flat_map(|value| in_both(context, value));
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
    let named = in_both(context, &json!(project.id.number()));
    let bodies = named.map(|it| platform.sign(&it));
    context.expect_refused(bodies.into(), REFUSAL).await
}

fn byte_order(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let list: Vec<u8> = (0..12).collect();
    let message = with(context.verify_json(), "/list", json!(list)).to_string();
    let canonical = Canonical::parse(message.as_bytes()).ok();
    let string = canonical.and_then(|it| it.byte_ordered());
    let signature = context.platform.key().sign(&string.unwrap_or_default());
    vec![edited(message.as_bytes(), "/signature", json!(signature))]
}

async fn long_array(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let errors = (0..12).map(|number| json!({"code": 20_000 + number, "message": "wrong"}));
    let errors: Value = errors.collect();
    let decline = with(as_json(&context.decline(&payment_id)), "/errors", errors);
    context.expect_acknowledged(&decline).await?;
    context.expect_money(&payment_id, "declined", &[]).await
}
