//! What answers tell of the inside, when something goes wrong there.

use serde_json::json;

use crate::check_context::CheckContext;
use crate::edit::with;
use crate::leaks::expect_no_leak;
use crate::outcome::Checked;
use crate::row::{Level, Row, Section, play};
use jetpay_platform::Platform;

const ERRORS: Section = Section::Ours("OWASP API8:2023, security misconfiguration");

pub(super) static ROWS: &[Row] = &[Row::new(
    "shape-nothing-inside",
    Level::Should,
    ERRORS,
    "answers to bad bodies show no stack trace, no query and no file of the program",
    "Who wants the money learns how the program that keeps it is built.",
    play!(nothing_inside),
)];

async fn nothing_inside(scene: &CheckContext<'_>) -> Checked {
    for message in [scene.verify_json(), scene.check_deposit_json()] {
        for field in ["/customer_id", "/amount", "/type"] {
            for value in [
                json!({"a": [1]}),
                json!("'\"; DROP TABLE x; --"),
                json!(null),
            ] {
                let body = scene.platform.sign(&with(message.clone(), field, value));
                tells_nothing(&scene.platform, body).await?;
            }
        }
    }
    let deep = format!("{{\"a\":{}", "[".repeat(5_000));
    for body in [
        b"".as_slice(),
        b"{",
        b"[]",
        b"null",
        b"7",
        b"{\"type\":\"\xFF\"}",
        deep.as_bytes(),
    ] {
        for platform in [&scene.platform, &scene.callbacks] {
            tells_nothing(platform, body.to_vec()).await?;
        }
    }
    let payment = json!({"project_id": scene.project.id, "payment": [], "operation": "x"});
    tells_nothing(&scene.callbacks, scene.callbacks.sign(&payment)).await?;
    scene.alive().await
}

async fn tells_nothing(platform: &Platform, body: Vec<u8>) -> Checked {
    expect_no_leak(&platform.send("", body).await?)
}
