//! What the signature does not protect: messages changed so that their signature still fits.

use serde_json::{Value, json};

use super::super::edit::{tampered, with, without};
use super::super::expect::Refusal;
use super::super::outcome::Checked;
use super::super::row::{Level, Play, Row, play};
use super::super::scene::Scene;
use super::SIGNATURE;
use super::callback_refused::refused;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "attack-status-hidden",
        Level::Should,
        SIGNATURE,
        "a callback whose status hides in another text is refused",
        "",
        play!(status_hidden),
    ),
    Row::new(
        "attack-number-as-text",
        Level::Should,
        SIGNATURE,
        "an amount turned into a text is refused",
        "",
        play!(number_as_text),
    ),
    Row::new(
        "attack-harmless",
        Level::Should,
        SIGNATURE,
        "null for an empty text and empty containers change nothing",
        "",
        play!(harmless),
    )
    .credits(),
    Row::new(
        "attack-unsigned",
        Level::Should,
        SIGNATURE,
        "what stands below a nested signature or frame_mode is not read",
        "",
        play!(unsigned),
    )
    .credits(),
    Row::new(
        "attack-second-signature",
        Level::Should,
        SIGNATURE,
        "of two signatures the one at the top counts",
        "",
        play!(second_signature),
    )
    .credits(),
    Row::new(
        "attack-request-cut",
        Level::Should,
        SIGNATURE,
        "a request whose fields hide in another text is refused with code 500",
        "",
        Play::Refused(request_cut, Refusal::new(200, 500)),
    ),
    Row::new(
        "attack-keys",
        Level::Should,
        SIGNATURE,
        "keys with `;` and two values of one path are refused with code 500",
        "",
        Play::Refused(keys, Refusal::new(200, 500)),
    ),
];

/// Moves a field into the end of the text that stands before it in the signed string.
fn hide(message: Value, text: &str, field: &str) -> Value {
    let value = message.pointer(field).map(|value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    });
    let before = message
        .pointer(text)
        .and_then(Value::as_str)
        .unwrap_or_default();
    let hidden = format!(
        "{before};{}:{}",
        field[1..].replace('/', ":"),
        value.unwrap_or_default()
    );
    with(without(message, field), text, json!(hidden))
}

async fn status_hidden(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let signed = scene.platform.sign(&scene.any_callback(&payment_id));
    for (text, field) in [
        ("/operation/request_id", "/operation/status"),
        ("/payment/method", "/payment/status"),
    ] {
        refused(
            scene,
            &payment_id,
            tampered(&signed, |it| hide(it, text, field)),
        )
        .await?;
    }
    Ok(())
}

async fn number_as_text(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let signed = scene.platform.sign(&scene.any_callback(&payment_id));
    let amount = json!(scene.amount().minor().to_string());
    refused(
        scene,
        &payment_id,
        tampered(&signed, |it| {
            with(it, "/operation/sum_initial/amount", amount)
        }),
    )
    .await?;
    let project = json!(scene.project.id.number().to_string());
    refused(
        scene,
        &payment_id,
        tampered(&signed, |it| with(it, "/project_id", project)),
    )
    .await
}

/// A success changed so after it was signed still credits the amount, once.
async fn credits(scene: &Scene<'_>, change: impl FnOnce(Value) -> Value) -> Checked {
    let payment_id = scene.pending().await?;
    let body = tampered(&scene.platform.sign(&scene.success(&payment_id)), change);
    scene.expect_status(&scene.send_callback(body).await?, 200)?;
    scene
        .expect_money(&payment_id, "credited", &[scene.amount().minor()])
        .await
}

async fn harmless(scene: &Scene<'_>) -> Checked {
    credits(scene, |it| {
        let it = with(it, "/payment/description", Value::Null);
        let it = with(it, "/operation/provider/auth_code", Value::Null);
        with(
            with(it, "/errors", json!([])),
            "/account",
            json!({"extra": {}}),
        )
    })
    .await
}

async fn unsigned(scene: &Scene<'_>) -> Checked {
    let other = json!({"id": 1, "status": "decline", "amount": 1, "currency": "USD"});
    credits(scene, |it| {
        let it = with(it, "/operation/signature", other.clone());
        let it = with(it, "/operation/sum_initial/signature", other.clone());
        let it = with(it, "/payment/frame_mode", other.clone());
        with(
            it,
            "/frame_mode",
            json!({"payment": other, "operation": other}),
        )
    })
    .await
}

async fn second_signature(scene: &Scene<'_>) -> Checked {
    credits(scene, |it| {
        with(it, "/general", json!({"signature": "another"}))
    })
    .await?;
    let payment_id = scene.pending().await?;
    let signed = scene.platform.sign(&scene.success(&payment_id));
    let moved = |it: Value| {
        let good = it["signature"].clone();
        with(
            with(it, "/general", json!({"signature": good})),
            "/signature",
            json!("another"),
        )
    };
    refused(scene, &payment_id, tampered(&signed, moved)).await
}

fn request_cut(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let signed = scene.platform.sign(&scene.check_deposit_json());
    let after_customer = if scene.has_contracts() {
        "/entity_id"
    } else {
        "/payment_method"
    };
    vec![
        tampered(&signed, |it| hide(it, "/currency", "/customer_id")),
        tampered(&signed, |it| hide(it, "/customer_id", after_customer)),
        tampered(
            &scene
                .platform
                .sign(&with(scene.check_deposit_json(), "/a", json!("b"))),
            |it| hide(it, "/a", "/amount"),
        ),
    ]
}

fn keys(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let semicolon = with(scene.verify_json(), "/a;b", json!("c"));
    let control = with(scene.verify_json(), "/a\nb", json!("c"));
    let equal_paths = with(
        with(scene.verify_json(), "/a:", json!({"b": 1})),
        "/a",
        json!({":b": 2}),
    );
    [semicolon, control, equal_paths]
        .map(|message| scene.platform.sign(&message))
        .into()
}
