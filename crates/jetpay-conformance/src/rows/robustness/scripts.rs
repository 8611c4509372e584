//! Customers' ids in any script and of any length, and fields that nobody knows.

use serde_json::{Value, json};

use crate::check_context::CheckContext;
use crate::edit::{replaced, with};
use crate::expect;
use crate::outcome::{Checked, Stop};
use crate::refusal::Refusal;
use crate::row::{Level, Row, Section, play};
use crate::rows::sections::WORDS;

/// As deep as an unknown field is nested, its own lists alone.
const LEVELS: usize = 100;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "customer-scripts",
        Level::Must,
        Section::Verify,
        "unknown customers in other scripts, with emoji and combining signs are refused like any other",
        "Payers type what they like: a program that breaks on a letter keeps others waiting.",
        play!(scripts),
    ),
    Row::new(
        "customer-long",
        Level::Should,
        Section::Verify,
        "an unknown customer of 255 letters is refused like any other",
        "A text that is cut to fit may become the id of somebody else.",
        play!(long),
    ),
    Row::new(
        "request-nested",
        Level::Should,
        WORDS,
        "a field that nobody knows, nested 100 levels deep, is survived",
        "A program that runs out of stack takes all payers with it.",
        play!(nested),
    ),
    Row::new(
        "request-unknown-fields",
        Level::Should,
        WORDS,
        "objects, lists and null in fields that nobody knows are ignored",
        "The platform may add fields on any day, and payers would be turned away from then on.",
        play!(unknown_fields),
    ),
];

async fn scripts(scene: &CheckContext<'_>) -> Checked {
    for customer in [
        "Төлеуші Қазақстан",
        "客戶七一二三",
        "عميل ٧١٢٣",
        "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} \u{1F4B0}",
        "e\u{301}\u{327}\u{308}",
        "O'Brien \"x\" \\ / <b>& %00 {0} $1",
    ] {
        unknown(scene, customer).await?;
    }
    scene.alive().await
}

async fn long(scene: &CheckContext<'_>) -> Checked {
    // It begins as the payer's does.
    let payer = &scene.target.customers.payer;
    let long: String = payer.chars().chain("x".chars().cycle()).take(255).collect();
    unknown(scene, &long).await?;
    scene.alive().await
}

/// Both requests of a customer whom nobody knows.
async fn unknown(scene: &CheckContext<'_>, customer: &str) -> Checked {
    for request in [scene.verify_json(), scene.check_deposit_json()] {
        let request = with(request, "/customer_id", json!(customer));
        let exchange = scene.call(&request).await?;
        if scene.target.exact {
            scene.expect_refusal(&exchange, Refusal::new(200, 404))?;
        }
        scene.expect_sound(&exchange)?;
        if exchange.code() == Some(0) {
            return Err(Stop::failed(
                "a refusal of a customer whom nobody knows",
                expect::brief(&exchange),
            ));
        }
    }
    Ok(())
}

async fn nested(scene: &CheckContext<'_>) -> Checked {
    let plain = scene.verify_json().to_string();
    let lists = format!("{}1{}", "[".repeat(LEVELS), "]".repeat(LEVELS));
    let objects = format!("{}1{}", "{\"b\":".repeat(LEVELS), "}".repeat(LEVELS));
    for deep in [lists, objects] {
        let body = replaced(plain.as_bytes(), "{", &format!("{{\"a\":{deep},"));
        let exchange = scene.send(scene.platform.sign_text(body)).await?;
        if scene.target.exact {
            expect::answer(&exchange, 0)?;
        }
        scene.expect_sound(&exchange)?;
    }
    scene.alive().await
}

async fn unknown_fields(scene: &CheckContext<'_>) -> Checked {
    let fields = [
        ("/terminal", json!({"city": "Алматы", "floors": [1, 2]})),
        ("/tags", json!(["a", "b", []])),
        ("/comment", Value::Null),
    ];
    for request in [scene.verify_json(), scene.check_deposit_json()] {
        let message = fields
            .iter()
            .fold(request, |it, (field, value)| with(it, field, value.clone()));
        expect::answer(&scene.call(&message).await?, 0)?;
    }
    Ok(())
}
