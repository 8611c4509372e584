//! Numbers that do not fit into usual types, and texts in other scripts.

use jetpay_platform::next_operation_id;
use serde_json::{Value, json};

use crate::check::CheckResult;
use crate::check_context::{CheckContext, replaced, with};
use crate::expect;
use crate::expect::Refusal;
use crate::row::sections::WORDS;
use crate::row::{Row, Source, must, run, should};

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
        .runs(run!(long)),
    should("request-nested", WORDS)
        .that("an undocumented field that is nested 100 levels deep does no harm")
        .why("A program that runs out of stack stops payments for everyone.")
        .runs(run!(nested)),
    should("request-unknown-fields", WORDS)
        .that("objects, lists and null in undocumented fields are ignored")
        .why("The platform may add fields on any day, and from then on payers are turned away.")
        .runs(run!(unknown_fields)),
];

const NUMBERS: Source = Source::Other("RFC 8259, section 6: numbers");
/// Beyond this number, a double cannot represent every integer.
const BEYOND_DOUBLES: u64 = 1 << 53;

async fn unknown_field(context: &CheckContext<'_>) -> CheckResult {
    let plain = context.verify_json().to_string();
    for number in [
        "18446744073709551615",
        "-9223372036854775808",
        "123456789012345678901234567890",
        "1e300",
        "1.5e-300",
    ] {
        let body = replaced(plain.as_bytes(), "{", &format!("{{\"a\":{number},"));
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
        context
            .expect_money(&payment_id, "credited", &[context.amount().minor()])
            .await?;
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

async fn long(context: &CheckContext<'_>) -> CheckResult {
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
    let plain = context.verify_json().to_string();
    let lists = format!("{}1{}", "[".repeat(LEVELS), "]".repeat(LEVELS));
    let objects = format!("{}1{}", "{\"b\":".repeat(LEVELS), "}".repeat(LEVELS));
    for deep in [lists, objects] {
        let body = replaced(plain.as_bytes(), "{", &format!("{{\"a\":{deep},"));
        let exchange = context.send(context.platform.sign_text(body)).await?;
        if context.target.exact {
            expect::answer(&exchange, 0)?;
        }
        context.expect_sound(&exchange)?;
    }
    context.expect_alive().await
}

async fn unknown_fields(context: &CheckContext<'_>) -> CheckResult {
    let fields = [
        ("/terminal", json!({"city": "Алматы", "floors": [1, 2]})),
        ("/tags", json!(["a", "b", []])),
        ("/comment", Value::Null),
    ];
    for request in context.requests() {
        let message = fields
            .iter()
            .fold(request, |it, (field, value)| with(it, field, value.clone()));
        expect::answer(&context.call(&message).await?, 0)?;
    }
    Ok(())
}
