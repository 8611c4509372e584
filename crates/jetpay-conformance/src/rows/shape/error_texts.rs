//! Where the text of a refusal stands, in the document with two options.

use crate::check_context::CheckContext;
use crate::outcome::Checked;
use crate::project::Kassa24Answers;
use crate::refusal::Refusal;
use crate::row::{Level, Row, Section, play};
use crate::rows::applies::{option_1, option_2};

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "option-1-unknown",
        Level::Must,
        Section::Verify,
        "option 1: the text of a refusal is in error_description and message",
        "The kiosk looks for the reason in the other field and shows the payer an empty line.",
        play!(option_1_unknown),
    )
    .only(option_1),
    Row::new(
        "option-2-unknown",
        Level::Must,
        Section::Verify,
        "option 2: the text of a refusal is in message",
        "The payer reads no reason, tries again, and calls support.",
        play!(option_2_unknown),
    )
    .only(option_2),
];

async fn option_1_unknown(scene: &CheckContext<'_>) -> Checked {
    unknown(&scene.answering(Kassa24Answers::Account)?).await
}

async fn option_2_unknown(scene: &CheckContext<'_>) -> Checked {
    unknown(&scene.answering(Kassa24Answers::Contracts)?).await
}

async fn unknown(scene: &CheckContext<'_>) -> Checked {
    let exchange = scene
        .call(&scene.verify(&scene.target.customers.unknown))
        .await?;
    scene.expect_refusal(&exchange, Refusal::new(200, 404))
}
