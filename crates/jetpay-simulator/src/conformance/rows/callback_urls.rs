//! Callbacks at every URL.

use super::super::check::{Row, play};
use super::super::expect;
use super::super::outcome::Checked;
use super::super::scene::Scene;
use super::ANSWERS;

/// The URL that takes callbacks alone.
pub(super) const CALLBACK: &str = "/callback";

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-url",
        ANSWERS,
        "a success at /callback credits",
        play!(at_callback),
    ),
    Row::new(
        "callback-other-urls",
        ANSWERS,
        "a success at any other method's URL credits",
        play!(at_other_methods),
    ),
    Row::new(
        "callback-url-verify",
        ANSWERS,
        "a verify at /callback is answered 400 without a body",
        play!(verify_at_callback),
    )
    .once(),
];

async fn credits_at(scene: &Scene<'_>, path: &str) -> Checked {
    let payment_id = scene.pending().await?;
    let success = scene.platform.sign(&scene.success(&payment_id));
    expect::bare(&scene.send_to(path, success).await?, 200)?;
    scene
        .expect_money(&payment_id, "credited", &[scene.amount().minor()])
        .await
}

async fn at_callback(scene: &Scene<'_>) -> Checked {
    credits_at(scene, CALLBACK).await
}

async fn at_other_methods(scene: &Scene<'_>) -> Checked {
    for other in scene
        .target
        .methods()
        .filter(|method| method.name != scene.method.name)
    {
        credits_at(scene, &other.path()).await?;
    }
    Ok(())
}

async fn verify_at_callback(scene: &Scene<'_>) -> Checked {
    for request in [scene.verify_json(), scene.check_deposit_json()] {
        expect::bare(
            &scene
                .send_to(CALLBACK, scene.platform.sign(&request))
                .await?,
            400,
        )?;
    }
    Ok(())
}
