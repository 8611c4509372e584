//! Signed requests in which the contract is wrong, or half of it is missing.

use serde_json::{Value, json};

use super::wrong::{REFUSAL, wrong};
use crate::check_context::CheckContext;
use crate::outcome::Checked;
use crate::project::Kassa24Answers;
use crate::row::{Level, Play, Row, play};
use crate::rows::applies::{always_contracts, option_2};
use crate::rows::sections::BAD_FIELD;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "field-entity",
        Level::Should,
        BAD_FIELD,
        "entity_id is refused when missing or no id",
        "The payment is for no contract at all, and a person has to ask the payer.",
        Play::Refused(entity, REFUSAL.naming("entity_id")),
    )
    .only(always_contracts),
    Row::new(
        "field-entity-without-number",
        Level::Should,
        BAD_FIELD,
        "entity_id without number is refused",
        "Half the name of a contract can be that of two, and the wrong one is paid.",
        play!(entity_without_number),
    )
    .only(option_2),
    Row::new(
        "field-number-without-entity",
        Level::Should,
        BAD_FIELD,
        "number without entity_id is refused",
        "The contract is guessed from a printed number, and sometimes guessed wrong.",
        play!(number_without_entity),
    )
    .only(option_2),
];

fn entity(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let values = [
        Value::Null,
        json!(12_345),
        json!(""),
        json!("12345;x"),
        json!({"id": "12345"}),
        json!("x".repeat(256)),
    ];
    wrong(scene, &scene.check_deposit_json(), "/entity_id", values)
}

async fn entity_without_number(scene: &CheckContext<'_>) -> Checked {
    half_a_contract(scene, "/number", "number").await
}

async fn number_without_entity(scene: &CheckContext<'_>) -> Checked {
    half_a_contract(scene, "/entity_id", "entity_id").await
}

async fn half_a_contract(scene: &CheckContext<'_>, field: &str, name: &'static str) -> Checked {
    let scene = scene.answering(Kassa24Answers::Contracts)?;
    let bodies = wrong(&scene, &scene.check_deposit_json(), field, [Value::Null]);
    scene.expect_refused(bodies, REFUSAL.naming(name)).await
}
