//! Callbacks at every URL.

use crate::conformance::outcome::Checked;
use crate::conformance::row::{Level, Row, play};
use crate::conformance::rows::applies::strict;
use crate::conformance::rows::callbacks::expect_credited;
use crate::conformance::rows::sections::ANSWERS;
use crate::conformance::scene::Scene;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-url",
        Level::Should,
        ANSWERS,
        "a success at /callback credits",
        "The address in the documentation does not work, and no payment is credited.",
        play!(at_callback),
    )
    .credits()
    .only(strict),
    Row::new(
        "callback-other-urls",
        Level::Should,
        ANSWERS,
        "a success at any other method's URL credits",
        "One URL typed into the wrong line of the Dashboard stops all credits of a method.",
        play!(at_other_methods),
    )
    .credits()
    .only(strict),
];

async fn credits_at(scene: &Scene<'_>, url: &str) -> Checked {
    let payment_id = scene.pending().await?;
    let success = scene.platform.sign(&scene.success(&payment_id));
    scene.expect_status(&scene.send_at(url, success).await?, 200)?;
    expect_credited(scene, &payment_id).await
}

async fn at_callback(scene: &Scene<'_>) -> Checked {
    for url in scene.callback_urls().iter().skip(1) {
        credits_at(scene, url).await?;
    }
    Ok(())
}

async fn at_other_methods(scene: &Scene<'_>) -> Checked {
    for other in scene
        .target
        .methods()
        .filter(|method| method.name != scene.method.name)
    {
        credits_at(scene, &scene.target.url_of(other)).await?;
    }
    Ok(())
}
