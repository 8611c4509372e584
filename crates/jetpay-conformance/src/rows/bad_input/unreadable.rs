//! Bodies that are not exactly one JSON object, or that two programs read differently.

use crate::check::CheckResult;
use crate::check_context::{CheckContext, replaced};
use crate::expect;
use crate::expect::Refusal;
use crate::row::sections::UNREADABLE;
use crate::row::{Level, Procedure, Row, run};

pub(crate) static ROWS: &[Row] = &[
    Row::new(
        "bad-not-json",
        Level::Should,
        UNREADABLE,
        "a body that is not JSON is refused",
        "Scanners and wrong clients get an answer that looks good.",
        Procedure::Refused(not_json, REFUSAL),
    ),
    Row::new(
        "bad-not-an-object",
        Level::Should,
        UNREADABLE,
        "a JSON value that is not an object is refused",
        "A list or a number crashes the code behind it and fills the log.",
        Procedure::Refused(not_an_object, REFUSAL),
    ),
    Row::new(
        "bad-trailing",
        Level::Should,
        UNREADABLE,
        "a body with anything after the object is refused",
        "The endpoint may check one of two messages in a body and use the other.",
        Procedure::Refused(trailing, REFUSAL),
    ),
    Row::new(
        "bad-sample-amount",
        Level::Must,
        UNREADABLE,
        "the amount `10 000,00` from a document's sample is refused",
        "An endpoint that guesses its meaning credits a hundred times too much or too little.",
        run!(sample_amount),
    ),
    Row::new(
        "bad-repeated-key",
        Level::Should,
        UNREADABLE,
        "a repeated key is refused, even a nested one",
        "The endpoint may verify the signature with one value and credit the other.",
        Procedure::Refused(repeated_key, REFUSAL),
    ),
    Row::new(
        "bad-empty-key",
        Level::Should,
        UNREADABLE,
        "an empty key is refused",
        "Libraries name an empty key differently, so both sides sign different texts.",
        Procedure::Refused(empty_key, REFUSAL),
    ),
    Row::new(
        "bad-encoding",
        Level::Should,
        UNREADABLE,
        "a byte order mark, bytes that are not UTF-8, and a lone surrogate are refused",
        "A repaired text is another text than the signed one.",
        Procedure::Refused(encoding, REFUSAL),
    ),
    Row::new(
        "bad-number",
        Level::Should,
        UNREADABLE,
        "negative zero, a number out of range, and a number that JSON does not allow are refused",
        "Each library rounds or repairs such a number differently, so amounts differ.",
        Procedure::Refused(number, REFUSAL),
    ),
];

/// The usual `check_deposit`, signed.
pub(super) fn signed(context: &CheckContext<'_>) -> Vec<u8> {
    context.platform.sign(&context.check_deposit_json())
}

pub(crate) const REFUSAL: Refusal = Refusal::new(400, 500).with_all_texts();

fn not_json(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = signed(context);
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

fn not_an_object(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let in_a_list = [b"[", signed(context).as_slice(), b"]"].concat();
    ["null", "true", "1234", "\"verify\"", "[]"]
        .map(|text| text.as_bytes().to_vec())
        .into_iter()
        .chain([in_a_list])
        .collect()
}

fn trailing(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = signed(context);
    [b"}".as_slice(), b"x", b",", b"{}", b"\0", &signed]
        .map(|more| [&signed, more].concat())
        .into()
}

/// A sample in a document has this amount, which is neither JSON nor minor units.
async fn sample_amount(context: &CheckContext<'_>) -> CheckResult {
    let amount = format!("\"amount\":{}", context.amount().minor());
    let body = replaced(&signed(context), &amount, "\"amount\":10 000,00");
    let exchange = context.send(body).await?;
    if context.target.exact {
        return context.expect_refusal(&exchange, REFUSAL);
    }
    let begun = exchange.code() == Some(0);
    expect::holds("no code 0", !begun, || expect::brief(&exchange))
}

fn repeated_key(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = signed(context);
    // Both values are the same, one is hidden by an escape, one is nested, and one is the signature.
    let texts = [
        "{\"signature\":\"AAAA\",",
        "{\"type\":\"verify\",",
        "{\"typ\\u0065\":\"check_deposit\",",
        "{\"a\":{\"b\":1,\"b\":1},",
    ];
    texts.map(|text| replaced(&signed, "{", text)).into()
}

fn empty_key(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = signed(context);
    ["{\"\":1,", "{\"a\":{\"\":{}},"]
        .map(|text| replaced(&signed, "{", text))
        .into()
}

fn encoding(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = signed(context);
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

fn number(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = signed(context);
    ["-0", "-0.0", "1e999", "NaN", "01", "+1", ".5"]
        .map(|bad| replaced(&signed, "{", &format!("{{\"a\":{bad},")))
        .into()
}
