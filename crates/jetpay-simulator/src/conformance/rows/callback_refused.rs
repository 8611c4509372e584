//! Callbacks that are answered 400 and change nothing.

use serde_json::{Value, json};

use super::super::edit::{replaced, tampered, with, without};
use super::super::outcome::Checked;
use super::super::row::{Level, Row, play};
use super::super::scene::Scene;
use super::{ANSWERS, has_callback_url, secrets, signature, strict, unreadable};

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-bad-signature",
        Level::Should,
        ANSWERS,
        "a callback with a bad signature is refused, and changes nothing",
        "",
        play!(bad_signature),
    ),
    Row::new(
        "callback-other-secret",
        Level::Should,
        ANSWERS,
        "a callback signed with another secret is refused, and changes nothing",
        "",
        play!(other_secret),
    ),
    Row::new(
        "callback-unknown-project",
        Level::Should,
        ANSWERS,
        "a callback of a project that is not configured is refused",
        "",
        play!(unknown_project),
    ),
    Row::new(
        "callback-missing-field",
        Level::Should,
        ANSWERS,
        "a signed callback without a field that money depends on is refused",
        "",
        play!(missing_field),
    ),
    Row::new(
        "callback-wrong-type",
        Level::Should,
        ANSWERS,
        "a signed callback with such a field of a wrong type is refused",
        "",
        play!(wrong_type),
    ),
    Row::new(
        "callback-unreadable",
        Level::Should,
        ANSWERS,
        "an unreadable callback is refused",
        "",
        play!(unreadable_callback),
    )
    .only(has_callback_url)
    .once(),
    Row::new(
        "callback-too-large",
        Level::Should,
        ANSWERS,
        "a callback over the limit is answered 413 without a body",
        "",
        play!(too_large),
    )
    .only(strict)
    .once(),
];

/// Nothing came of it; looked up where it can be. That it was refused is seen without.
async fn unchanged(scene: &Scene<'_>, payment_id: &str) -> Checked {
    if scene.target.observer.is_some() {
        scene.expect_money(payment_id, "pending", &[]).await?;
    }
    Ok(())
}

/// The body, sent to wherever callbacks are taken, is answered 400 and changes nothing.
pub(super) async fn refused(scene: &Scene<'_>, payment_id: &str, body: Vec<u8>) -> Checked {
    for url in scene.callback_urls() {
        scene.expect_status(&scene.send_at(&url, body.clone()).await?, 400)?;
    }
    unchanged(scene, payment_id).await
}

async fn bad_signature(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let signed = scene.platform.sign(&scene.any_callback(&payment_id));
    let mut bodies: Vec<_> = signature::no_signatures(&signed).into_iter().collect();
    bodies.push(tampered(&signed, |it| {
        with(it, "/operation/sum_initial/amount", json!(1_000_000))
    }));
    for body in bodies {
        refused(scene, &payment_id, body).await?;
    }
    Ok(())
}

async fn other_secret(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let body = secrets::with_a_secret_nobody_has(scene).sign(&scene.any_callback(&payment_id));
    refused(scene, &payment_id, body).await?;
    let other = scene.another_project()?;
    // The secret of another project, and this project's name.
    let body = scene
        .platform
        .in_the_name_of(scene.project.id, other.key().clone())
        .sign(&scene.any_callback(&payment_id));
    refused(scene, &payment_id, body).await
}

async fn unknown_project(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let mut success = scene.any_callback(&payment_id);
    success.project_id = scene.no_project();
    refused(scene, &payment_id, scene.platform.sign(&success)).await
}

/// The fields that money depends on, but for the project: without it nothing can be verified.
const FIELDS: [&str; 7] = [
    "/payment/id",
    "/payment/status",
    "/operation/id",
    "/operation/type",
    "/operation/status",
    "/operation/sum_initial/amount",
    "/operation/sum_initial/currency",
];

async fn missing_field(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let success = serde_json::to_value(scene.any_callback(&payment_id)).unwrap_or_default();
    for field in FIELDS
        .into_iter()
        .chain(["/operation", "/operation/sum_initial"])
    {
        // An empty text signs like `null`.
        for body in [
            without(success.clone(), field),
            with(success.clone(), field, Value::Null),
            with(success.clone(), field, json!("")),
        ] {
            refused(scene, &payment_id, scene.platform.sign(&body)).await?;
        }
    }
    Ok(())
}

async fn wrong_type(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let success = serde_json::to_value(scene.any_callback(&payment_id)).unwrap_or_default();
    for field in FIELDS {
        for value in [json!(true), json!(7.5), json!({"a": "b"}), json!([1])] {
            refused(
                scene,
                &payment_id,
                scene.platform.sign(&with(success.clone(), field, value)),
            )
            .await?;
        }
    }
    let amount = scene.amount().minor();
    for wrong in [json!(amount.to_string()), json!("100.00"), json!(u64::MAX)] {
        let body = with(success.clone(), "/operation/sum_initial/amount", wrong);
        refused(scene, &payment_id, scene.platform.sign(&body)).await?;
    }
    // An integer written as a float is no integer.
    let integer = format!("\"sum_initial\":{{\"amount\":{amount}");
    let float = replaced(
        success.to_string().as_bytes(),
        &integer,
        &format!("{integer}.0"),
    );
    refused(scene, &payment_id, scene.platform.sign_text(float)).await
}

async fn unreadable_callback(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let signed = scene.platform.sign(&scene.any_callback(&payment_id));
    for body in unreadable::spoilt(&signed) {
        scene.expect_status(&scene.send_callbacks_own(body).await?, 400)?;
    }
    unchanged(scene, &payment_id).await
}

async fn too_large(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let signed = scene.platform.sign(&scene.any_callback(&payment_id));
    scene.expect_status(
        &scene
            .send_callbacks_own(unreadable::padded(&signed, unreadable::OVER_THE_LIMIT))
            .await?,
        413,
    )?;
    unchanged(scene, &payment_id).await
}
