//! Callbacks at every URL.

use crate::check_context::CheckContext;
use crate::outcome::Checked;
use crate::row::{Level, Row, play};
use crate::rows::applies::strict;
use crate::rows::callbacks::expect_credited;
use crate::rows::sections::ANSWERS;

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

async fn credits_at(scene: &CheckContext<'_>, url: &str) -> Checked {
    let payment_id = scene.pending().await?;
    let success = scene.platform.sign(&scene.success(&payment_id));
    scene.expect_status(&scene.send_at(url, success).await?, 200)?;
    expect_credited(scene, &payment_id).await
}

async fn at_callback(scene: &CheckContext<'_>) -> Checked {
    for url in scene.callback_urls().iter().skip(1) {
        credits_at(scene, url).await?;
    }
    Ok(())
}

async fn at_other_methods(scene: &CheckContext<'_>) -> Checked {
    for other in scene
        .target
        .methods()
        .filter(|method| method.name != scene.method.name)
    {
        credits_at(scene, &scene.target.url_of(other)).await?;
    }
    Ok(())
}
