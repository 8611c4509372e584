//! Bodies that cannot be read, and those at the very edge of what can.

use serde_json::json;

use super::super::edit::{replaced, with};
use super::super::expect::{self, Refusal};
use super::super::outcome::Checked;
use super::super::row::{Level, Play, Row, Section, play};
use super::super::scene::Scene;
use super::{UNREADABLE, strict};

const REFUSAL: Refusal = Refusal::new(400, 500).with_all_texts();
/// The most that is taken, in bytes.
const LIMIT: usize = 64 * 1024;
pub(super) const OVER_THE_LIMIT: usize = LIMIT + 1024;
/// The levels that are read.
const LEVELS: usize = 127;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "bad-not-json",
        Level::Should,
        UNREADABLE,
        "no JSON is refused with HTTP 400 and code 500",
        "",
        Play::Refused(not_json, REFUSAL),
    ),
    Row::new(
        "bad-not-an-object",
        Level::Should,
        UNREADABLE,
        "JSON that is no object is refused with HTTP 400",
        "",
        Play::Refused(not_an_object, REFUSAL),
    ),
    Row::new(
        "bad-trailing",
        Level::Should,
        UNREADABLE,
        "anything after the object is refused with HTTP 400",
        "",
        Play::Refused(trailing, REFUSAL),
    ),
    Row::new(
        "bad-repeated-key",
        Level::Should,
        UNREADABLE,
        "a repeated key is refused with HTTP 400, also a nested one",
        "",
        Play::Refused(repeated_key, REFUSAL),
    ),
    Row::new(
        "bad-empty-key",
        Level::Should,
        UNREADABLE,
        "an empty key is refused with HTTP 400",
        "",
        Play::Refused(empty_key, REFUSAL),
    ),
    Row::new(
        "bad-encoding",
        Level::Should,
        UNREADABLE,
        "a byte order mark, other bytes than UTF-8 and a lone surrogate are refused with HTTP 400",
        "",
        Play::Refused(encoding, REFUSAL),
    ),
    Row::new(
        "bad-number",
        Level::Should,
        UNREADABLE,
        "negative zero and a number out of range are refused with HTTP 400",
        "",
        Play::Refused(number, REFUSAL),
    ),
    Row::new(
        "bad-sample-amount",
        Level::Must,
        Section::CheckDeposit,
        "the amount `10 000,00` of a document's sample is refused with HTTP 400",
        "",
        Play::Refused(sample_amount, REFUSAL),
    ),
    Row::new(
        "bad-deep",
        Level::Should,
        UNREADABLE,
        "128 levels are refused with HTTP 400",
        "",
        Play::Refused(deep, REFUSAL),
    ),
    Row::new(
        "bad-not-too-deep",
        Level::Should,
        UNREADABLE,
        "127 levels are read",
        "",
        play!(not_too_deep),
    ),
    Row::new(
        "bad-too-large",
        Level::Should,
        UNREADABLE,
        "65 KiB are refused with HTTP 413 and code 500",
        "",
        Play::Refused(too_large, Refusal::new(413, 500).with_all_texts()),
    )
    .only(strict),
    Row::new(
        "bad-not-too-large",
        Level::Should,
        UNREADABLE,
        "64 KiB are read",
        "",
        play!(not_too_large),
    )
    .only(strict),
];

fn signed(scene: &Scene<'_>) -> Vec<u8> {
    scene.platform.sign(&scene.check_deposit_json())
}

fn not_json(scene: &Scene<'_>) -> Vec<Vec<u8>> {
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

fn not_an_object(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let in_a_list = [b"[", signed(scene).as_slice(), b"]"].concat();
    ["null", "true", "1234", "\"verify\"", "[]"]
        .map(|text| text.as_bytes().to_vec())
        .into_iter()
        .chain([in_a_list])
        .collect()
}

fn trailing(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let signed = signed(scene);
    [b"}".as_slice(), b"x", b",", b"{}", b"\0", &signed]
        .map(|more| [&signed, more].concat())
        .into()
}

fn repeated_key(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let signed = signed(scene);
    // Both values are the same, one is hidden by an escape, and one is nested.
    let texts = [
        "{\"type\":\"verify\",",
        "{\"typ\\u0065\":\"check_deposit\",",
        "{\"a\":{\"b\":1,\"b\":1},",
    ];
    texts.map(|text| replaced(&signed, "{", text)).into()
}

fn empty_key(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let signed = signed(scene);
    ["{\"\":1,", "{\"a\":{\"\":{}},"]
        .map(|text| replaced(&signed, "{", text))
        .into()
}

fn encoding(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let signed = signed(scene);
    let mark = [b"\xEF\xBB\xBF", signed.as_slice()].concat();
    let utf_16 = String::from_utf8_lossy(&signed)
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let invalid = [b"{\"a\":\"\xFF\xFE\",", &signed[1..]].concat();
    vec![
        mark,
        utf_16,
        invalid,
        replaced(&signed, "{", "{\"a\":\"\\ud800\","),
    ]
}

fn number(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let signed = signed(scene);
    ["-0", "-0.0", "1e999", "NaN", "01", "+1", ".5"]
        .map(|bad| replaced(&signed, "{", &format!("{{\"a\":{bad},")))
        .into()
}

/// The document's sample shows it so: neither JSON nor minor units.
fn sample_amount(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let amount = format!("\"amount\":{}", scene.amount().minor());
    vec![replaced(&signed(scene), &amount, "\"amount\":10 000,00")]
}

/// Bodies that are not to be read, made of a signed one.
pub(super) fn spoilt(signed: &[u8]) -> Vec<Vec<u8>> {
    let trailing = [signed, b"}"].concat();
    let mark = [b"\xEF\xBB\xBF", signed].concat();
    let list = [b"[", signed, b"]"].concat();
    let repeated = replaced(signed, "\"status\":", "\"status\":\"decline\",\"status\":");
    vec![
        Vec::new(),
        b"callback".to_vec(),
        signed[..signed.len() - 1].to_vec(),
        trailing,
        mark,
        list,
        repeated,
    ]
}

/// A field of so many levels, the object around it being the first.
fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels - 1), "]".repeat(levels - 1))
}

fn deep(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let signed = signed(scene);
    let objects = format!("{}1{}", "{\"a\":".repeat(LEVELS), "}".repeat(LEVELS));
    [nested(LEVELS + 1), nested(20_000), objects]
        .map(|deep| replaced(&signed, "{", &format!("{{\"a\":{deep},")))
        .into()
}

async fn not_too_deep(scene: &Scene<'_>) -> Checked {
    let plain = scene.verify_json().to_string();
    let deep = replaced(
        plain.as_bytes(),
        "{",
        &format!("{{\"a\":{},", nested(LEVELS)),
    );
    expect::answer(&scene.send(scene.platform.sign_text(deep)).await?, 0).map(drop)
}

/// The body with spaces behind it, so that it has this many bytes.
pub(super) fn padded(body: &[u8], bytes: usize) -> Vec<u8> {
    let mut body = body.to_vec();
    body.resize(bytes, b' ');
    body
}

fn too_large(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let text = with(
        scene.verify_json(),
        "/note",
        json!("x".repeat(OVER_THE_LIMIT)),
    );
    vec![
        padded(&signed(scene), OVER_THE_LIMIT),
        padded(&signed(scene), LIMIT + 1),
        scene.platform.sign(&text),
    ]
}

async fn not_too_large(scene: &Scene<'_>) -> Checked {
    let body = padded(&scene.platform.sign(&scene.verify_json()), LIMIT);
    expect::answer(&scene.send(body).await?, 0).map(drop)
}
