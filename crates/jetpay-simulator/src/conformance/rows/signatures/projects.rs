//! Whose secret it is: projects, their secrets and their methods.

use serde_json::{Value, json};

use super::forged::REFUSAL;
use crate::conformance::edit::{with, without};
use crate::conformance::expect::{self};
use crate::conformance::outcome::{Checked, Stop};
use crate::conformance::row::{Level, Play, Row, play};
use crate::conformance::rows::applies::strict;
use crate::conformance::rows::sections::{SIGNATURE, UNSIGNED};
use crate::conformance::scene::Scene;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "signature-next-secret",
        Level::Should,
        SIGNATURE,
        "during rotation either secret is good",
        "",
        play!(next_secret),
    )
    .only(strict),
    Row::new(
        "project-unknown",
        Level::Should,
        UNSIGNED,
        "a project that is not configured is refused with code 400",
        "",
        Play::Refused(unknown_project, REFUSAL),
    ),
    Row::new(
        "project-without-method",
        Level::Should,
        UNSIGNED,
        "a project that does not take the method is refused with code 400",
        "",
        play!(method_not_taken),
    )
    .only(strict),
];

async fn next_secret(scene: &Scene<'_>) -> Checked {
    let next = scene.project.keys.get(1).ok_or(Stop::NotRun {
        why: "needs a project with two secrets",
    })?;
    let platform = scene
        .platform
        .in_the_name_of(scene.project.id, next.clone());
    expect::answer(&scene.send(platform.sign(&scene.verify_json())).await?, 0).map(drop)
}

fn unknown_project(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let named = |value: Value| {
        [scene.verify_json(), scene.check_deposit_json()]
            .map(|it| with(it, "/project_id", value.clone()))
    };
    let wrong = [json!(scene.no_project()), json!(0), json!(-1), Value::Null]
        .into_iter()
        .flat_map(named);
    let none =
        [scene.verify_json(), scene.check_deposit_json()].map(|it| without(it, "/project_id"));
    wrong
        .chain(none)
        .map(|it| scene.platform.sign(&it))
        .collect()
}

async fn method_not_taken(scene: &Scene<'_>) -> Checked {
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
