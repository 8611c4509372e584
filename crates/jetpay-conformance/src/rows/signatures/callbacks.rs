//! Callbacks that nobody has signed who may.

use serde_json::json;

use super::forged::{no_signatures, with_a_secret_nobody_has};
use crate::check_context::CheckContext;
use crate::edit::{tampered, with};
use crate::outcome::Checked;
use crate::row::{Level, Row, play};
use crate::rows::callbacks::refused;
use crate::rows::sections::UNSIGNED_CALLBACK;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-bad-signature",
        Level::Must,
        UNSIGNED_CALLBACK,
        "a callback with a bad signature is refused",
        "HTTP 200 takes it: a forged one credits whoever sent it, and a good one that was misread never comes again.",
        play!(bad_signature),
    ),
    Row::new(
        "callback-other-secret",
        Level::Must,
        UNSIGNED_CALLBACK,
        "a callback signed with another secret is refused",
        "With HTTP 200 any secret will do, or a good callback that was misread never comes again.",
        play!(other_secret),
    ),
    Row::new(
        "callback-unknown-project",
        Level::Should,
        UNSIGNED_CALLBACK,
        "a callback of a project that is not configured is refused",
        "The results of somebody else's project are booked as one's own.",
        play!(unknown_project),
    ),
];

async fn bad_signature(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let signed = scene.platform.sign(&scene.any_callback(&payment_id));
    let mut bodies: Vec<_> = no_signatures(&signed).into_iter().collect();
    bodies.push(tampered(&signed, |it| {
        with(it, "/operation/sum_initial/amount", json!(1_000_000))
    }));
    for body in bodies {
        refused(scene, &payment_id, body).await?;
    }
    Ok(())
}

async fn other_secret(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let body = with_a_secret_nobody_has(scene).sign(&scene.any_callback(&payment_id));
    refused(scene, &payment_id, body).await?;
    let Ok(other) = scene.another_project() else {
        return Ok(());
    };
    // The secret of another project, and this project's name.
    let body = scene
        .platform
        .in_the_name_of(scene.project.id, other.key().clone())
        .sign(&scene.any_callback(&payment_id));
    refused(scene, &payment_id, body).await
}

async fn unknown_project(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let mut success = scene.any_callback(&payment_id);
    success.project_id = scene.no_project();
    refused(scene, &payment_id, scene.platform.sign(&success)).await
}
