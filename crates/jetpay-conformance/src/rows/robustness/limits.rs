//! How large and how deep a body may be, and large bodies.

use jetpay_platform::Platform;
use serde_json::{Value, json};

use crate::check::{CheckResult, Stop};
use crate::check_context::{CheckContext, as_json, with, with_first};
use crate::expect::{self, Refusal};
use crate::row::sections::SIZE;
use crate::row::{Row, Source, must, run, should};
use crate::rows::conditions::EXACT;
use crate::rows::expectations::expect_unchanged;

pub(crate) static ROWS: &[Row] = &[
    should("bad-deep", SIZE)
        .that("a body of 128 levels or more is refused")
        .why("One small request exhausts the stack and stops the endpoint for all payers.")
        .refused(deep, REFUSAL),
    should("bad-not-too-deep", SIZE)
        .that("a body of 127 levels is read")
        .why("A limit that is too low turns away a good message.")
        .answered(not_too_deep),
    should("bad-too-large", SIZE)
        .that("a body of 65 KiB is refused with HTTP 413 and code 500")
        .why("A few large requests fill the memory, and the endpoint stops for all payers.")
        .only(EXACT)
        .refused(too_large, Refusal::new(413, 500).with_all_texts()),
    should("bad-not-too-large", SIZE)
        .that("a body of 64 KiB is read")
        .why("A long but good message is refused, and its payment with it.")
        .only(EXACT)
        .answered(|context| vec![padded(&context.signed_verify(), LIMIT)]),
    should("callback-too-large", SIZE)
        .that("a callback over the limit is answered with 413 without a body")
        .why("A sender of huge callbacks can stop the real ones.")
        .only(EXACT)
        .once()
        .runs(run!(callback_too_large)),
    must("large-verify", TOO_LARGE)
        .that("after a verify of one MiB, whatever its answer, a plain verify is answered")
        .why("One large request stops the endpoint for every payer.")
        .runs(run!(verify)),
    must("large-callback", TOO_LARGE)
        .that("after a callback of one MiB, whatever its answer, the plain one is acknowledged")
        .why("A callback that blocks its own repeats leaves the payer without the money.")
        .runs(run!(callback)),
];

const REFUSAL: Refusal = Refusal::new(400, 500).with_all_texts();

/// The largest body that the service accepts, in bytes.
const LIMIT: usize = 64 * 1024;

const OVER_THE_LIMIT: usize = LIMIT + 1024;

/// The deepest nesting that the service reads.
const LEVELS: usize = 127;

/// A field with this many levels. The object around it is the first level.
fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels - 1), "]".repeat(levels - 1))
}

fn deep(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = context.signed_deposit();
    let objects = format!("{}1{}", "{\"a\":".repeat(LEVELS), "}".repeat(LEVELS));
    [nested(LEVELS + 1), nested(20_000), objects]
        .map(|deep| with_first(&signed, &deep))
        .into()
}

fn not_too_deep(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let plain = context.verify_json().to_string();
    let deep = with_first(plain.as_bytes(), &nested(LEVELS));
    vec![context.platform.sign_text(deep)]
}

/// The body, padded with spaces to this many bytes.
fn padded(body: &[u8], bytes: usize) -> Vec<u8> {
    let mut body = body.to_vec();
    body.resize(bytes, b' ');
    body
}

fn too_large(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let note = json!("x".repeat(OVER_THE_LIMIT));
    let text = with(context.verify_json(), "/note", note);
    let signed = context.signed_deposit();
    vec![
        padded(&signed, OVER_THE_LIMIT),
        padded(&signed, LIMIT + 1),
        context.platform.sign(&text),
    ]
}

async fn callback_too_large(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, signed) = context.new_payment_with_callback().await?;
    let large = padded(&signed, OVER_THE_LIMIT);
    context.expect_status(&context.send_to_callback_url(large).await?, 413)?;
    expect_unchanged(context, &payment_id).await
}

const TOO_LARGE: Source = Source::Other("RFC 9110, section 15.5.14: content too large");
/// In bytes.
const MIB: usize = 1024 * 1024;

/// Signed bodies: with white space after the object, and with a long text in it.
fn large(platform: &Platform, message: &Value, text: &str) -> [Vec<u8>; 2] {
    let long = with(message.clone(), text, json!("x".repeat(MIB)));
    [padded(&platform.sign(message), MIB), platform.sign(&long)]
}

async fn verify(context: &CheckContext<'_>) -> CheckResult {
    for body in large(&context.platform, &context.verify_json(), "/note") {
        survives(context, &context.platform, &body).await?;
    }
    Ok(())
}

async fn callback(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let callback = context.any_callback(&payment_id);
    let message = as_json(&callback);
    for body in large(&context.callbacks, &message, "/payment/description") {
        survives(context, &context.callbacks, &body).await?;
    }
    context.expect_processed_once(&payment_id, &callback).await
}

/// Expects any answer, or the end of the connection: many servers close the connection of a sender that sends too much.
async fn survives(context: &CheckContext<'_>, platform: &Platform, body: &[u8]) -> CheckResult {
    let mut wire = context.wire(platform).await?;
    wire.post(body);
    match wire.answer_or_loss().await? {
        Ok((exchange, _)) if context.target.exact && exchange.status != 413 => {
            return Err(Stop::failed("HTTP 413", expect::brief(&exchange)));
        }
        Ok(_) => {}
        Err(lost) if lost.is_closed() && !context.target.exact => {}
        Err(lost) => return Err(Stop::failed("an answer", lost.to_string())),
    }
    context.expect_alive().await
}
