//! Bodies that are no JSON object, or more than one.

use crate::check_context::CheckContext;
use crate::edit::replaced;
use crate::expect;
use crate::outcome::Checked;
use crate::refusal::Refusal;
use crate::row::{Level, Play, Row, play};
use crate::rows::sections::UNREADABLE;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "bad-not-json",
        Level::Should,
        UNREADABLE,
        "a body that is no JSON is refused",
        "Scanners and wrong clients get an answer that looks like a good one.",
        Play::Refused(not_json, REFUSAL),
    ),
    Row::new(
        "bad-not-an-object",
        Level::Should,
        UNREADABLE,
        "a JSON value that is no object is refused",
        "A list or a number crashes the code behind it, and the log fills.",
        Play::Refused(not_an_object, REFUSAL),
    ),
    Row::new(
        "bad-trailing",
        Level::Should,
        UNREADABLE,
        "anything after the object is refused",
        "Two messages in one body: one is checked, the other one may be used.",
        Play::Refused(trailing, REFUSAL),
    ),
    Row::new(
        "bad-sample-amount",
        Level::Must,
        UNREADABLE,
        "the amount `10 000,00` of a document's sample is refused",
        "Whoever guesses what it means credits a hundred times too much or too little.",
        play!(sample_amount),
    ),
];

/// The usual `check_deposit`, signed.
pub(super) fn signed(scene: &CheckContext<'_>) -> Vec<u8> {
    scene.platform.sign(&scene.check_deposit_json())
}

pub(crate) const REFUSAL: Refusal = Refusal::new(400, 500).with_all_texts();

fn not_json(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = signed(scene);
    let half = signed[..signed.len() / 2].to_vec();
    let texts = [
        "",
        " ",
        "verify",
        "{",
        "{'type':'verify'}",
        "type=verify&project_id=1",
        "<verify/>",
        "\0\0\0\0",
    ];
    texts
        .into_iter()
        .map(|text| text.as_bytes().to_vec())
        .chain([half])
        .collect()
}

fn not_an_object(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let in_a_list = [b"[", signed(scene).as_slice(), b"]"].concat();
    ["null", "true", "1234", "\"verify\"", "[]"]
        .map(|text| text.as_bytes().to_vec())
        .into_iter()
        .chain([in_a_list])
        .collect()
}

fn trailing(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = signed(scene);
    [b"}".as_slice(), b"x", b",", b"{}", b"\0", &signed]
        .map(|more| [&signed, more].concat())
        .into()
}

/// The document's sample shows it so: neither JSON nor minor units.
async fn sample_amount(scene: &CheckContext<'_>) -> Checked {
    let amount = format!("\"amount\":{}", scene.amount().minor());
    let body = replaced(&signed(scene), &amount, "\"amount\":10 000,00");
    let exchange = scene.send(body).await?;
    if scene.target.exact {
        return scene.expect_refusal(&exchange, REFUSAL);
    }
    let begun = exchange.code() == Some(0);
    expect::holds("no code 0", !begun, || expect::brief(&exchange))
}
