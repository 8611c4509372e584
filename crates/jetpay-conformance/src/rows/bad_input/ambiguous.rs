//! JSON that two readers read differently.

use super::unreadable::{REFUSAL, signed};
use crate::check_context::CheckContext;
use crate::edit::replaced;
use crate::row::{Level, Play, Row};
use crate::rows::sections::UNREADABLE;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "bad-repeated-key",
        Level::Should,
        UNREADABLE,
        "a repeated key is refused, also a nested one",
        "The signature is checked over one value, and the other one is credited.",
        Play::Refused(repeated_key, REFUSAL),
    ),
    Row::new(
        "bad-empty-key",
        Level::Should,
        UNREADABLE,
        "an empty key is refused",
        "Libraries name it differently, so that both sides sign different texts.",
        Play::Refused(empty_key, REFUSAL),
    ),
    Row::new(
        "bad-encoding",
        Level::Should,
        UNREADABLE,
        "a byte order mark, other bytes than UTF-8 and a lone surrogate are refused",
        "Repaired text is other text: what is stored is not what was signed.",
        Play::Refused(encoding, REFUSAL),
    ),
    Row::new(
        "bad-number",
        Level::Should,
        UNREADABLE,
        "negative zero, a number out of range and one that JSON does not know are refused",
        "Each library rounds or repairs it in its own way, and the amounts differ.",
        Play::Refused(number, REFUSAL),
    ),
];

fn repeated_key(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = signed(scene);
    // Both values are the same, one is hidden by an escape, and one is nested.
    let texts = [
        "{\"type\":\"verify\",",
        "{\"typ\\u0065\":\"check_deposit\",",
        "{\"a\":{\"b\":1,\"b\":1},",
    ];
    texts.map(|text| replaced(&signed, "{", text)).into()
}

fn empty_key(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = signed(scene);
    ["{\"\":1,", "{\"a\":{\"\":{}},"]
        .map(|text| replaced(&signed, "{", text))
        .into()
}

fn encoding(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
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

fn number(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = signed(scene);
    ["-0", "-0.0", "1e999", "NaN", "01", "+1", ".5"]
        .map(|bad| replaced(&signed, "{", &format!("{{\"a\":{bad},")))
        .into()
}
