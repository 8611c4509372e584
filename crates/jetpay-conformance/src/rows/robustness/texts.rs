//! Texts that JSON allows and that a merchant's store may reject: other scripts, the character NUL, and words that are
//! too long for an index. The callback must be acknowledged anyway, or it is repeated for eleven days.

use jetpay_platform::messages::Operation;
use jetpay_platform::next_operation_id;
use serde_json::{Value, json};

use crate::check::CheckResult;
use crate::check_context::{CheckContext, with};
use crate::row::sections::WORDS;
use crate::row::{Row, must, run, should};
use crate::rows::expectations::expect_credited;

pub(crate) static ROWS: &[Row] = &[
    must("callback-unicode", WORDS)
        .that("a success with escapes, other scripts and white space credits")
        .why("A payer whose bank writes Kazakh or Russian is never credited.")
        .credits(run!(unicode)),
    should("callback-nul", WORDS)
        .that("a success with NUL and long texts in fields without influence credits once")
        .why("The database refuses a text that nothing depends on, and the payer is not credited.")
        .credits(run!(texts)),
    should("callback-odd-status", WORDS)
        .that("a status with NUL or with thousands of letters is acknowledged and stops no credit")
        .why("The store fails on one word, and the platform repeats the callback for eleven days.")
        .credits(run!(statuses)),
    should("callback-odd-type", WORDS)
        .that("a type with NUL or with thousands of letters is acknowledged and stops no credit")
        .why("A word that is too long for an index stops a good payment.")
        .credits(run!(types)),
    should("callback-odd-unknown-payment", WORDS)
        .that("an odd status of an unknown payment is not acknowledged")
        .why("An acknowledgement loses a payment whose callback was only odd.")
        .runs(run!(unknown_payment)),
];

async fn unicode(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let mut success = context.success(&payment_id);
    success.payment.description = " Төлем \u{1F4B0} \"№ 7\"\t/ \\ ".into();
    let pretty = serde_json::to_string_pretty(&success).unwrap_or_default();
    let body = format!("\r\n {} \t\n", pretty.replace("№", "\\u2116"));
    context.expect_status(
        &context
            .send_callback(context.platform.sign_text(body))
            .await?,
        200,
    )?;
    expect_credited(context, &payment_id).await
}

/// The words to try. The long ones begin with the same thousands of letters.
fn odd_words() -> [String; 4] {
    let long = long();
    ["wai\0ting".into(), "\0".into(), format!("{long}1"), long]
}

/// Letters in an order that compression cannot shorten much.
fn long() -> String {
    let mut state = 1_u32;
    let letters = (0..6_000).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // A number below 26 always fits into a byte.
        char::from(b'a' + u8::try_from((state >> 24) % 26).unwrap_or_default())
    });
    letters.collect()
}

async fn texts(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let mut success = serde_json::to_value(context.success(&payment_id)).unwrap_or_default();
    let fields = [
        "/payment/description",
        "/payment/method",
        "/payment/date",
        "/operation/message",
        "/operation/request_id",
        "/operation/code",
        "/operation/provider/payment_id",
        "/operation/provider/auth_code",
    ];
    for field in fields {
        success = with(success, field, json!(format!("a\0b{}", long())));
    }
    for _ in 0..2 {
        context.expect_acknowledged(&success).await?;
    }
    expect_credited(context, &payment_id).await
}

/// Posts a callback with these words several times.
async fn stays_pending(context: &CheckContext<'_>, status: &str, kind: &str) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let callback = callback(context, &payment_id, status, kind);
    for _ in 0..3 {
        context.expect_acknowledged(&callback).await?;
    }
    context.expect_money(&payment_id, "pending", &[]).await?;
    // The odd words must not stop what follows.
    context.expect_success_taken(&payment_id).await?;
    expect_credited(context, &payment_id).await
}

fn callback(context: &CheckContext<'_>, payment_id: &str, status: &str, kind: &str) -> Value {
    let operation = Operation::new(kind, status, context.amount());
    let callback = context.callback(payment_id, status, operation);
    serde_json::to_value(callback).unwrap_or_default()
}

async fn statuses(context: &CheckContext<'_>) -> CheckResult {
    for word in odd_words() {
        stays_pending(context, &word, "sale").await?;
    }
    Ok(())
}

async fn types(context: &CheckContext<'_>) -> CheckResult {
    for word in odd_words() {
        stays_pending(context, "processing", &word).await?;
    }
    Ok(())
}

async fn unknown_payment(context: &CheckContext<'_>) -> CheckResult {
    for word in odd_words() {
        let payment_id = format!("unknown-{}", next_operation_id());
        let callback = callback(context, &payment_id, &word, "sale");
        for _ in 0..3 {
            context.expect_status(&context.post_callback(&callback).await?, 404)?;
        }
    }
    Ok(())
}
