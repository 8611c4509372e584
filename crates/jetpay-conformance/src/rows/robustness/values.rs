//! Numbers that do not fit into usual types, and texts that JSON allows and that a merchant's store may reject: other
//! scripts, the character NUL, and words that are too long for an index. A callback with them must be acknowledged anyway,
//! or it is repeated for eleven days.

use jetpay_platform::messages::{Callback, Operation};
use jetpay_platform::next_operation_id;
use serde_json::{Value, json};

use crate::check::CheckResult;
use crate::check_context::{CheckContext, as_json, unknown_payment_id, with, with_first};
use crate::expect::{self, Refusal};
use crate::row::sections::WORDS;
use crate::row::{Row, Source, must, run, should};
use crate::rows::expectations::expect_credited;

pub(crate) static ROWS: &[Row] = &[
    should("number-unknown-field", NUMBERS)
        .that("a request with numbers beyond 64 bits in an undocumented field does no harm")
        .why("A field that the platform adds later must not stop payments.")
        .runs(run!(unknown_field)),
    should("number-largest-amount", NUMBERS)
        .that("a check_deposit of the largest 64-bit amount is accepted or refused, and does no harm")
        .why("An amount that overflows may become another amount.")
        .runs(run!(largest_amount)),
    must("number-operation-id", WORDS)
        .that("two payments credit when their operation ids are beyond 2^53 and differ in the last digit")
        .why("A program that reads numbers as doubles signs another id, or takes two operations for one.")
        .credits(run!(operation_ids)),
    must("customer-scripts", Source::Verify)
        .that("unknown customers in other scripts, with emoji and combining signs are refused like any other")
        .why("Payers type any letters: a program that breaks on one of them stops payments for others.")
        .runs(run!(scripts)),
    should("customer-long", Source::Verify)
        .that("an unknown customer of 255 letters is refused like any other")
        .why("A text that is cut to fit may become the id of another customer.")
        .runs(run!(long_customer)),
    should("request-nested", WORDS)
        .that("an undocumented field that is nested 100 levels deep does no harm")
        .why("A program that runs out of stack stops payments for everyone.")
        .runs(run!(nested)),
    should("request-unknown-fields", WORDS)
        .that("objects, lists and null in undocumented fields are ignored")
        .why("The platform may add fields on any day, and from then on payers are turned away.")
        .answered(unknown_fields),
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
        .runs(run!(unknown_payments)),
];

const NUMBERS: Source = Source::Other("RFC 8259, section 6: numbers");
/// Beyond this number, a double cannot represent every integer.
const BEYOND_DOUBLES: u64 = 1 << 53;

async fn unknown_field(context: &CheckContext<'_>) -> CheckResult {
    let numbers = [
        "18446744073709551615",
        "-9223372036854775808",
        "123456789012345678901234567890",
        "1e300",
        "1.5e-300",
    ];
    harmless(context, &numbers).await
}

/// Expects that these values of an undocumented field do no harm to a verify.
async fn harmless(context: &CheckContext<'_>, values: &[&str]) -> CheckResult {
    let plain = context.verify_json().to_string();
    for value in values {
        let body = with_first(plain.as_bytes(), value);
        let exchange = context.send(context.platform.sign_text(body)).await?;
        if context.target.exact {
            expect::answer(&exchange, 0)?;
        }
        context.expect_sound(&exchange)?;
    }
    context.expect_alive().await
}

async fn largest_amount(context: &CheckContext<'_>) -> CheckResult {
    let largest = with(context.check_deposit_json(), "/amount", json!(i64::MAX));
    let exchange = context.call(&largest).await?;
    context.expect_sound(&exchange)?;
    if exchange.code() == Some(0) {
        let answer = expect::answer(&exchange, 0)?;
        expect::text(answer, "payment_id", &exchange)?;
    }
    context.expect_alive().await
}

async fn operation_ids(context: &CheckContext<'_>) -> CheckResult {
    // Numbers of 16 digits that no run had for years. As a double, the odd one equals the even one.
    let even = BEYOND_DOUBLES + next_operation_id() % 200_000_000_000_000 * 4;
    let mut payments = Vec::new();
    for operation_id in [even, even + 1] {
        let payment_id = context.new_payment().await?;
        let success = context.success(&payment_id).with_operation_id(operation_id);
        context.expect_acknowledged(&success).await?;
        payments.push(payment_id);
    }
    for payment_id in payments {
        expect_credited(context, &payment_id).await?;
    }
    Ok(())
}

/// The nesting of an undocumented field.
const LEVELS: usize = 100;

async fn scripts(context: &CheckContext<'_>) -> CheckResult {
    for customer in [
        "Төлеуші Қазақстан",
        "客戶七一二三",
        "عميل ٧١٢٣",
        "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} \u{1F4B0}",
        "e\u{301}\u{327}\u{308}",
        "O'Brien \"x\" \\ / <b>& %00 {0} $1",
    ] {
        unknown(context, customer).await?;
    }
    context.expect_alive().await
}

async fn long_customer(context: &CheckContext<'_>) -> CheckResult {
    // It begins like the payer's id.
    let payer = &context.target.customers.payer;
    let long: String = payer.chars().chain("x".chars().cycle()).take(255).collect();
    unknown(context, &long).await?;
    context.expect_alive().await
}

/// Both requests for an unknown customer.
async fn unknown(context: &CheckContext<'_>, customer: &str) -> CheckResult {
    for request in context.requests() {
        let request = with(request, "/customer_id", json!(customer));
        let exchange = context.call(&request).await?;
        if context.target.exact {
            context.expect_refusal(&exchange, Refusal::new(200, 404))?;
        }
        if exchange.code() == Some(0) || exchange.status >= 500 {
            Refusal::new(200, 404).check(&exchange, &[])?;
        }
        context.expect_sound(&exchange)?;
    }
    Ok(())
}

async fn nested(context: &CheckContext<'_>) -> CheckResult {
    let lists = format!("{}1{}", "[".repeat(LEVELS), "]".repeat(LEVELS));
    let objects = format!("{}1{}", "{\"b\":".repeat(LEVELS), "}".repeat(LEVELS));
    harmless(context, &[&lists, &objects]).await
}

fn unknown_fields(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let extended = context.requests().map(|it| {
        let it = with(it, "/terminal", json!({"city": "Алматы", "floors": [1, 2]}));
        let it = with(it, "/tags", json!(["a", "b", []]));
        context.platform.sign(&with(it, "/comment", Value::Null))
    });
    extended.into()
}

async fn unicode(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let mut success = context.success(&payment_id);
    success.payment.description = " Төлем \u{1F4B0} \"№ 7\"\t/ \\ ".into();
    let pretty = serde_json::to_string_pretty(&success).unwrap_or_default();
    let body = format!("\r\n {} \t\n", pretty.replace("№", "\\u2116"));
    let signed = context.platform.sign_text(body);
    context.expect_status(&context.send_callback(signed).await?, 200)?;
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
    let mut success = as_json(&context.success(&payment_id));
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
    let odd = json!(format!("a\0b{}", long()));
    for field in fields {
        success = with(success, field, odd.clone());
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

fn callback(context: &CheckContext<'_>, payment_id: &str, status: &str, kind: &str) -> Callback {
    let operation = Operation::new(kind, status, context.amount());
    context.callback(payment_id, status, operation)
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

async fn unknown_payments(context: &CheckContext<'_>) -> CheckResult {
    for word in odd_words() {
        let callback = callback(context, &unknown_payment_id(), &word, "sale");
        for _ in 0..3 {
            context.expect_status(&context.post_callback(&callback).await?, 404)?;
        }
    }
    Ok(())
}
