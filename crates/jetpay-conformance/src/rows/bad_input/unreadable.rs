//! Bodies that are not exactly one JSON object, or that two programs read differently.

use crate::check::CheckResult;
use crate::check_context::{AMOUNT_MINOR, CheckContext, replaced, with_first};
use crate::expect::{self, Refusal};
use crate::row::sections::UNREADABLE;
use crate::row::{Row, must, run, should};

pub(crate) static ROWS: &[Row] = &[
    should("bad-not-json", UNREADABLE)
        .that("a body that is not JSON is refused")
        .why("Scanners and wrong clients get an answer that looks good.")
        .refused(not_json, REFUSAL),
    should("bad-not-an-object", UNREADABLE)
        .that("a JSON value that is not an object is refused")
        .why("A list or a number crashes the code behind it and fills the log.")
        .refused(not_an_object, REFUSAL),
    should("bad-trailing", UNREADABLE)
        .that("a body with anything after the object is refused")
        .why("The endpoint may check one of two messages in a body and use the other.")
        .refused(trailing, REFUSAL),
    must("bad-sample-amount", UNREADABLE)
        .that("the amount `10 000,00` from a document's sample is refused")
        .why("An endpoint that guesses its meaning credits a hundred times too much or too little.")
        .runs(run!(sample_amount)),
    should("bad-repeated-key", UNREADABLE)
        .that("a repeated key is refused, even a nested one")
        .why("The endpoint may verify the signature with one value and credit the other.")
        .refused(repeated_key, REFUSAL),
    should("bad-empty-key", UNREADABLE)
        .that("an empty key is refused")
        .why("Libraries name an empty key differently, so both sides sign different texts.")
        .refused(empty_key, REFUSAL),
    should("bad-encoding", UNREADABLE)
        .that("a byte order mark, bytes that are not UTF-8, and a lone surrogate are refused")
        .why("A repaired text is another text than the signed one.")
        .refused(encoding, REFUSAL),
    should("bad-number", UNREADABLE)
        .that("negative zero, a number out of range, and a number that JSON does not allow are refused")
        .why("Each library rounds or repairs such a number differently, so amounts differ.")
        .refused(number, REFUSAL),
];

const REFUSAL: Refusal = Refusal::new(400, 500).with_all_texts();

fn not_json(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = context.signed_deposit();
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
    let texts = texts.map(|text| text.as_bytes().to_vec());
    texts.into_iter().chain([half]).collect()
}

fn not_an_object(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let in_a_list = [b"[", context.signed_deposit().as_slice(), b"]"].concat();
    let texts = ["null", "true", "1234", "\"verify\"", "[]"];
    let texts = texts.map(|text| text.as_bytes().to_vec());
    texts.into_iter().chain([in_a_list]).collect()
}

fn trailing(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = context.signed_deposit();
    [b"}".as_slice(), b"x", b",", b"{}", b"\0", &signed]
        .map(|more| [&signed, more].concat())
        .into()
}

/// A sample in a document has this amount, which is neither JSON nor minor units.
async fn sample_amount(context: &CheckContext<'_>) -> CheckResult {
    let amount = format!("\"amount\":{AMOUNT_MINOR}");
    let body = replaced(&context.signed_deposit(), &amount, "\"amount\":10 000,00");
    let exchange = context.send(body).await?;
    if context.target.exact {
        return context.expect_refusal(&exchange, REFUSAL);
    }
    let begun = exchange.code() == Some(0);
    expect::holds("no code 0", !begun, || expect::brief(&exchange))
}

fn repeated_key(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = context.signed_deposit();
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
    let signed = context.signed_deposit();
    ["{\"\":1,", "{\"a\":{\"\":{}},"]
        .map(|text| replaced(&signed, "{", text))
        .into()
}

fn encoding(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = context.signed_deposit();
    let mark = [b"\xEF\xBB\xBF", signed.as_slice()].concat();
    let utf_16 = String::from_utf8_lossy(&signed)
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let invalid = [b"{\"a\":\"\xFF\xFE\",", &signed[1..]].concat();
    vec![mark, utf_16, invalid, with_first(&signed, "\"\\ud800\"")]
}

fn number(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = context.signed_deposit();
    ["-0", "-0.0", "1e999", "NaN", "01", "+1", ".5"]
        .map(|bad| with_first(&signed, bad))
        .into()
}
