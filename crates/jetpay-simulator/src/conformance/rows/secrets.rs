//! Good signatures of something else, projects and their lists of methods: refused with the code 400.

use serde_json::{Value, json};

use super::super::edit::{tampered, with, without};
use super::super::expect;
use super::super::outcome::{Checked, Stop};
use super::super::row::{Level, Play, Row, play};
use super::super::scene::Scene;
use super::signature::{REFUSAL, both, signature_of};
use super::{SIGNATURE, UNSIGNED, strict};
use crate::platform::Platform;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "signature-other-message",
        Level::Should,
        UNSIGNED,
        "the signature of another message is refused with code 400",
        "",
        Play::Refused(other_message, REFUSAL),
    ),
    Row::new(
        "signature-changed",
        Level::Should,
        UNSIGNED,
        "a message changed after it was signed is refused with code 400",
        "",
        Play::Refused(changed, REFUSAL),
    ),
    Row::new(
        "signature-other-secret",
        Level::Should,
        UNSIGNED,
        "a signature with another secret is refused with code 400",
        "",
        Play::Refused(other_secret, REFUSAL),
    ),
    Row::new(
        "signature-other-project",
        Level::Should,
        UNSIGNED,
        "a signature with another project's secret is refused with code 400",
        "",
        play!(other_project),
    ),
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
        "signature-byte-order",
        Level::Should,
        SIGNATURE,
        "a signature over paths in byte order is good",
        "",
        play!(byte_order),
    ),
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

fn other_message(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let [verify, deposit] = both(scene);
    vec![
        tampered(&verify, |it| {
            with(it, "/signature", json!(signature_of(&deposit)))
        }),
        tampered(&deposit, |it| {
            with(it, "/signature", json!(signature_of(&verify)))
        }),
    ]
}

fn changed(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let [verify, deposit] = both(scene);
    vec![
        tampered(&verify, |it| {
            with(it, "/customer_id", json!(scene.target.customers.unknown))
        }),
        tampered(&deposit, |it| {
            with(it, "/amount", json!(scene.amount().minor() * 10))
        }),
        tampered(&deposit, |it| {
            with(it, "/amount", json!(scene.amount().minor() + 1))
        }),
        tampered(&verify, |it| with(it, "/note", json!("one field more"))),
        tampered(&deposit, |it| without(it, "/currency")),
    ]
}

/// The platform with a secret that no project has.
pub(super) fn with_a_secret_nobody_has(scene: &Scene<'_>) -> Platform {
    scene
        .platform
        .in_the_name_of(scene.project.id, nobodys_key())
}

fn nobodys_key() -> jetpay_core::signature::Key {
    jetpay_core::signature::Key::new("a secret that nobody has").expect("the secret is not empty")
}

fn other_secret(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let platform = with_a_secret_nobody_has(scene);
    vec![
        platform.sign(&scene.verify_json()),
        platform.sign(&scene.check_deposit_json()),
    ]
}

async fn other_project(scene: &Scene<'_>) -> Checked {
    let other = scene.another_project()?;
    let bodies = vec![
        other.sign(&scene.verify_json()),
        other.sign(&scene.check_deposit_json()),
    ];
    scene.expect_refused(bodies, REFUSAL).await
}

async fn next_secret(scene: &Scene<'_>) -> Checked {
    let next = scene.project.keys.get(1).ok_or(Stop::NotRun {
        why: "needs a project with two secrets",
    })?;
    let platform = scene
        .platform
        .in_the_name_of(scene.project.id, next.clone());
    expect::answer(&scene.send(platform.sign(&scene.verify_json())).await?, 0).map(drop)
}

async fn byte_order(scene: &Scene<'_>) -> Checked {
    let list: Vec<u8> = (0..12).collect();
    let message = with(scene.verify_json(), "/list", json!(list)).to_string();
    let canonical = jetpay_core::signature::Canonical::parse(message.as_bytes());
    let string = canonical
        .ok()
        .and_then(|canonical| canonical.byte_ordered())
        .unwrap_or_default();
    let signed = tampered(message.as_bytes(), |it| {
        with(it, "/signature", json!(scene.platform.key().sign(&string)))
    });
    expect::answer(&scene.send(signed).await?, 0).map(drop)
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
