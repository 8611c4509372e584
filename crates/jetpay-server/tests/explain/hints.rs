//! Each recognised fault, with its exit code and its advice.

use crate::{BODY, NEW, OLD, Place, STRING, good, sent};

/// A message with another field instead of `rate`, by a sender that signs `string`.
fn with(field: &str, string: &str) -> String {
    sent(&BODY.replace("\"rate\":10.50", field), string, OLD)
}

/// The string to sign, with another value instead of `rate`.
fn string(field: &str) -> String {
    STRING.replace("rate:10.5", field)
}

#[test]
fn each_fault_of_a_signature_is_explained_with_what_to_do() {
    let general = |top: &str| {
        format!(
            r#"{{"general":{{"project_id":1234,"signature":"SIGNATURE"}},"signature":"{top}"}}"#
        )
    };
    let zeros = "A".repeat(86) + "==";
    check(&[
        (
            "no known reason",
            "most often it is not",
            sent(BODY, "other", OLD),
        ),
        (
            "there is no signature",
            "the command ignores headers",
            r#"{"project_id":1234}"#.to_owned(),
        ),
        (
            "`payment:signature`, which is ignored",
            "at the top level",
            r#"{"project_id":1234,"payment":{"signature":"x"}}"#.to_owned(),
        ),
        (
            "legacy sha-1",
            "hmac-sha512",
            good(OLD).replace(&sent("SIGNATURE", STRING, OLD), &"0f".repeat(20)),
        ),
        (
            "32 bytes where",
            "hmac-sha256",
            BODY.replace("SIGNATURE", &("A".repeat(43) + "=")),
        ),
        (
            "not in standard base64",
            "the padding",
            good(OLD).replace("==", ""),
        ),
        ("hexadecimal digits", "encode the 64 bytes", hexadecimal()),
        (
            "`general` matches",
            "leave that one out",
            sent(&general(&zeros), "general:project_id:1234", OLD),
        ),
    ]);
}

#[test]
fn each_fault_of_a_string_is_explained_with_what_to_do() {
    check(&[
        (
            "json text (the body as it is, without",
            "sort",
            sent(BODY, &BODY.replace(",\"signature\":\"SIGNATURE\"", ""), OLD),
        ),
        (
            "numbers are signed as they are written",
            "minor units",
            with("\"rate\":10.50", &string("rate:10.50")),
        ),
        (
            "booleans are `true`",
            "platform's rule",
            with("\"rate\":true", &string("rate:true")),
        ),
        (
            "`null` is left out",
            "proxy added",
            with("\"rate\":null", &STRING.replace("rate:10.5;", "")),
        ),
        (
            "white space around the values",
            "as it sends them",
            with("\"rate\":\" 1 \"", &string("rate:1")),
        ),
        (
            "an array in another order",
            "do not use a set",
            with("\"rate\":[2,1]", &string("rate:0:1;rate:1:2")),
        ),
        (
            "another character set",
            "utf-8",
            with("\"rate\":\"Ã©\"", &string("rate:é")),
        ),
        (
            "escapes texts for html",
            "must not",
            with("\"rate\":\"a&amp;b\"", &string("rate:a&b")),
        ),
        (
            "other line ends",
            "must not",
            with("\"rate\":\"a\\r\\nb\"", &string("rate:a\nb")),
        ),
        (
            "matches without `rate`",
            "added after signing",
            with("\"rate\":1", &STRING.replace("rate:10.5;", "")),
        ),
        (
            "would be refused",
            "`project_id`",
            good(OLD).replace(":1234", ":\"1234\""),
        ),
    ]);
}

/// Checks that the output for each body contains the hint and the words of its advice, in lower case.
fn check(cases: &[(&str, &str, String)]) {
    let place = Place::new();
    for (hint, advice, body) in cases {
        let (code, output) = place.explain(&["--config", "jetpay.toml"], body);
        let output = output.to_lowercase();
        let matches = *hint == "would be refused";
        assert_eq!(code, i32::from(!matches), "{output}");
        assert!(
            output.contains(hint) && output.contains(advice),
            "{hint}, {advice}:\n{output}"
        );
    }
}

/// The signature in hexadecimal digits, as other libraries print it.
fn hexadecimal() -> String {
    let signature = sent("SIGNATURE", STRING, OLD);
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let sextets: Vec<u32> = signature
        .bytes()
        .take(86)
        .map(|byte| value(byte).into())
        .collect();
    let bits = |at: usize| sextets[at / 6] >> (5 - at % 6) & 1;
    let digits = (0..128).map(|digit| (0..4).fold(0, |sum, bit| sum << 1 | bits(digit * 4 + bit)));
    let digits: String = digits
        .map(|digit| char::from_digit(digit, 16).unwrap())
        .collect();
    good(OLD).replace(&signature, &digits)
}

#[test]
fn secret_with_a_line_end_is_reported() {
    let place = Place::new();
    let (code, output) = place.explain(&["--secret-env", "TRAILING"], &good(NEW));
    assert_eq!(code, 1);
    assert!(
        output.contains("the secret in TRAILING without the white space at its ends made it"),
        "{output}"
    );
    assert!(output.contains("`echo` adds a line end"), "{output}");
}

#[test]
fn signature_that_a_form_changed_is_reported() {
    let place = Place::new();
    let signature = sent("SIGNATURE", STRING, OLD);
    assert!(signature.contains('+'), "{signature}");
    let body = good(OLD).replace('+', " ");
    let (code, output) = place.explain(&["--secret-env", "OLD"], &body);
    assert_eq!(code, 1);
    assert!(output.contains("`+` became a space"), "{output}");
}

#[test]
fn match_in_byte_order_shows_both_orders() {
    let place = Place::new();
    let body = r#"{"project_id":1234,"l":[0,1,2,3,4,5,6,7,8,9,10],"signature":"SIGNATURE"}"#;
    let bytes =
        "l:0:0;l:1:1;l:10:10;l:2:2;l:3:3;l:4:4;l:5:5;l:6:6;l:7:7;l:8:8;l:9:9;project_id:1234";
    let (code, output) = place.explain(&["--config", "jetpay.toml"], &sent(body, bytes, OLD));
    assert_eq!(code, 0);
    assert!(
        output.contains("secret 1 of project 1234, in byte order"),
        "{output}"
    );
    assert!(output.contains("`l:10` is where `l:2` belongs"), "{output}");
}
