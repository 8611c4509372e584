//! Good signatures of another message, or with another secret.

use serde_json::json;

use super::forged::{REFUSAL, both, signature_of, with_a_secret_nobody_has};
use crate::check_context::CheckContext;
use crate::edit::{tampered, with, without};
use crate::outcome::Checked;
use crate::row::{Level, Play, Row, play};
use crate::rows::sections::UNSIGNED;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "signature-other-message",
        Level::Must,
        UNSIGNED,
        "the signature of another message is refused with code 400",
        "Whoever has seen one signed message can sign any other with it.",
        Play::Refused(other_message, REFUSAL),
    ),
    Row::new(
        "signature-changed",
        Level::Must,
        UNSIGNED,
        "a message changed after it was signed is refused with code 400",
        "On the way the amount or the customer can be changed, and nobody notices.",
        Play::Refused(changed, REFUSAL),
    ),
    Row::new(
        "signature-other-secret",
        Level::Must,
        UNSIGNED,
        "a signature with another secret is refused with code 400",
        "Any secret will do: the signature protects nothing at all.",
        Play::Refused(other_secret, REFUSAL),
    ),
    Row::new(
        "signature-other-project",
        Level::Must,
        UNSIGNED,
        "a signature with another project's secret is refused with code 400",
        "One project can begin payments in the name of another.",
        play!(other_project),
    ),
];

fn other_message(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let [verify, deposit] = both(scene);
    vec![
        tampered(&verify, |it| {
            with(it, "/signature", json!(signature_of(&deposit)))
        }),
        tampered(&deposit, |it| {
            with(it, "/signature", json!(signature_of(&verify)))
        }),
    ]
}

fn changed(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let [verify, deposit] = both(scene);
    // Who looks at the fields before the signature misses this one, and says so.
    let less = (scene.target.exact).then(|| tampered(&deposit, |it| without(it, "/currency")));
    let more = [
        tampered(&verify, |it| {
            with(it, "/customer_id", json!(scene.target.customers.unknown))
        }),
        tampered(&deposit, |it| {
            with(it, "/amount", json!(scene.amount().minor() * 10))
        }),
        tampered(&deposit, |it| {
            with(it, "/amount", json!(scene.amount().minor() + 1))
        }),
        tampered(&verify, |it| with(it, "/note", json!("one field more"))),
    ];
    more.into_iter().chain(less).collect()
}

fn other_secret(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let platform = with_a_secret_nobody_has(scene);
    vec![
        platform.sign(&scene.verify_json()),
        platform.sign(&scene.check_deposit_json()),
    ]
}

async fn other_project(scene: &CheckContext<'_>) -> Checked {
    let other = scene.another_project()?;
    let bodies = vec![
        other.sign(&scene.verify_json()),
        other.sign(&scene.check_deposit_json()),
    ];
    scene.expect_refused(bodies, REFUSAL).await
}
