//! Numbers that do not fit where a program may put them.

use serde_json::json;

use crate::check_context::CheckContext;
use crate::edit::{replaced, with};
use crate::expect;
use crate::outcome::Checked;
use crate::row::{Level, Row, Section, play};
use crate::rows::sections::WORDS;
use jetpay_platform::next_operation_id;

const NUMBERS: Section = Section::Ours("RFC 8259, section 6: numbers");
/// From here on, a double does not tell a number from the next.
const BEYOND_DOUBLES: u64 = 1 << 53;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "number-unknown-field",
        Level::Should,
        NUMBERS,
        "numbers beyond 64 bits in a field that nobody knows are survived",
        "A field that the platform adds one day must not stop the payers.",
        play!(unknown_field),
    ),
    Row::new(
        "number-largest-amount",
        Level::Should,
        NUMBERS,
        "a check_deposit of the largest 64-bit amount is taken or refused, and nothing breaks",
        "An amount that overflows may turn into another one.",
        play!(largest_amount),
    ),
    Row::new(
        "number-operation-id",
        Level::Must,
        WORDS,
        "two payments credit whose operation ids are beyond 2^53 and differ in the last digit",
        "Whoever reads numbers as doubles signs another id, or takes two operations for one, and does not credit.",
        play!(operation_ids),
    )
    .credits(),
];

async fn unknown_field(scene: &CheckContext<'_>) -> Checked {
    let plain = scene.verify_json().to_string();
    for number in [
        "18446744073709551615",
        "-9223372036854775808",
        "123456789012345678901234567890",
        "1e300",
        "1.5e-300",
    ] {
        let body = replaced(plain.as_bytes(), "{", &format!("{{\"a\":{number},"));
        let exchange = scene.send(scene.platform.sign_text(body)).await?;
        if scene.target.exact {
            expect::answer(&exchange, 0)?;
        }
        scene.expect_sound(&exchange)?;
    }
    scene.alive().await
}

async fn largest_amount(scene: &CheckContext<'_>) -> Checked {
    let largest = with(scene.check_deposit_json(), "/amount", json!(i64::MAX));
    let exchange = scene.call(&largest).await?;
    scene.expect_sound(&exchange)?;
    if exchange.code() == Some(0) {
        let answer = expect::answer(&exchange, 0)?;
        expect::text(answer, "payment_id", &exchange)?;
    }
    scene.alive().await
}

async fn operation_ids(scene: &CheckContext<'_>) -> Checked {
    // Numbers of 16 digits that no run had for years. As a double, the odd one is the even one.
    let even = BEYOND_DOUBLES + next_operation_id() % 200_000_000_000_000 * 4;
    let mut payments = Vec::new();
    for operation_id in [even, even + 1] {
        let payment_id = scene.pending().await?;
        let success = scene.success(&payment_id).of_operation(operation_id);
        scene.tell(&success).await?;
        payments.push(payment_id);
    }
    for payment_id in payments {
        scene
            .expect_money(&payment_id, "credited", &[scene.amount().minor()])
            .await?;
    }
    Ok(())
}
