//! Whose secret it is: projects, their secrets and their methods.

use serde_json::{Value, json};

use super::forged::REFUSAL;
use crate::check_context::CheckContext;
use crate::edit::{with, without};
use crate::expect;
use crate::outcome::{Checked, Stop};
use crate::refusal::Refusal;
use crate::row::{Level, Row, play};
use crate::rows::applies::strict;
use crate::rows::sections::PROJECT;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "signature-next-secret",
        Level::Should,
        PROJECT,
        "during rotation either secret is good",
        "Changing the secret stops all payments until both sides have changed it.",
        play!(next_secret),
    )
    .only(strict),
    Row::new(
        "project-unknown",
        Level::Should,
        PROJECT,
        "a project that is not configured is refused",
        "A typo in the number of a project goes unnoticed, and its payments land in another one.",
        play!(unknown_project),
    ),
    Row::new(
        "project-without-method",
        Level::Should,
        PROJECT,
        "a project that does not take the method is refused with code 400",
        "Payments come by a method that the merchant has not agreed to, and nobody reconciles them.",
        play!(method_not_taken),
    )
    .only(strict),
];

async fn next_secret(scene: &CheckContext<'_>) -> Checked {
    let next = scene.project.keys.get(1).ok_or(Stop::NotRun {
        why: "needs a project with two secrets",
    })?;
    let platform = scene
        .platform
        .in_the_name_of(scene.project.id, next.clone());
    expect::answer(&scene.send(platform.sign(&scene.verify_json())).await?, 0).map(drop)
}

/// Our code for it is 400, since nobody can check the signature; the documents name none.
async fn unknown_project(scene: &CheckContext<'_>) -> Checked {
    let named = |value: Value| {
        [scene.verify_json(), scene.check_deposit_json()]
            .map(|it| with(it, "/project_id", value.clone()))
    };
    let wrong = [json!(scene.no_project()), json!(0), json!(-1), Value::Null]
        .into_iter()
        .flat_map(named);
    let none =
        [scene.verify_json(), scene.check_deposit_json()].map(|it| without(it, "/project_id"));
    let bodies = wrong.chain(none).map(|it| scene.platform.sign(&it));
    let refusal = if scene.target.exact {
        REFUSAL
    } else {
        Refusal::new(200, 500)
    };
    scene.expect_refused(bodies.collect(), refusal).await
}

async fn method_not_taken(scene: &CheckContext<'_>) -> Checked {
    let project = scene.project_without_the_method()?;
    let platform = scene
        .platform
        .in_the_name_of(project.id, project.keys[0].clone());
    let named = |it| platform.sign(&with(it, "/project_id", json!(project.id.number())));
    let bodies = vec![
        named(scene.verify_json()),
        named(scene.check_deposit_json()),
    ];
    scene.expect_refused(bodies, REFUSAL).await
}
