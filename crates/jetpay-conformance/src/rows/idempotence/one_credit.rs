//! A payment is credited once, and an operation credits once.

use crate::check_context::CheckContext;
use crate::outcome::Checked;
use crate::row::{Level, Row, play};
use crate::rows::callbacks::tell_what_is_wrong;
use crate::rows::sections::RULE_3;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-second-success",
        Level::Must,
        RULE_3,
        "a second success of another operation credits nothing more",
        "A payment that was paid once is credited for every operation that names it.",
        play!(second_success),
    )
    .credits(),
    Row::new(
        "callback-same-operation",
        Level::Should,
        RULE_3,
        "an operation that has credited one payment credits no other",
        "One payment of cash ends in two accounts.",
        play!(same_operation),
    )
    .credits(),
];

async fn second_success(scene: &CheckContext<'_>) -> Checked {
    let (payment_id, _) = scene.credited().await?;
    tell_what_is_wrong(scene, &scene.success(&payment_id)).await?;
    scene
        .expect_entries(&payment_id, &[scene.amount().minor()])
        .await
}

async fn same_operation(scene: &CheckContext<'_>) -> Checked {
    let (first, success) = scene.credited().await?;
    let second = scene.pending().await?;
    let same = scene.success(&second).of_operation(success.operation.id);
    tell_what_is_wrong(scene, &same).await?;
    scene
        .expect_entries(&first, &[scene.amount().minor()])
        .await?;
    scene.expect_entries(&second, &[]).await
}
