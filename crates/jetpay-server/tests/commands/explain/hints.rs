//! Each recognised fault, with its exit code and its advice.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{BODY, CONFIG, NEW, OLD, Place, STRING, good, sent};
use crate::support::assert_has;

/// A message with another value of `rate`, by a sender that signs `rate` as this line, or without it.
fn rate(value: &str, line: &str) -> String {
    let string = match line {
        "" => STRING.replace("rate:10.5;", ""),
        line => STRING.replace("rate:10.5", line),
    };
    sent(&BODY.replace("10.50", value), &string, OLD)
}

/// The message with another text in the place of its signature.
fn signed(signature: &str) -> String {
    BODY.replace("SIGNATURE", signature)
}

/// Messages, each with one fault of the signature or of the string that was signed.
fn faults() -> Vec<String> {
    let right = sent("SIGNATURE", STRING, OLD);
    let digits = hexadecimal(&right);
    let twice = r#"{"general":{"project_id":1234,"signature":"SIGNATURE"},"signature":"ZEROS"}"#;
    let twice = twice.replace("ZEROS", &("A".repeat(86) + "=="));
    vec![
        sent(BODY, "other", OLD),
        r#"{"project_id":1234}"#.to_owned(),
        r#"{"project_id":1234,"payment":{"signature":"x"}}"#.to_owned(),
        signed(&"0f".repeat(20)),
        signed(&("A".repeat(43) + "=")),
        signed(&right.replace("==", "")),
        signed(&digits),
        signed(&STANDARD.encode(&digits)),
        signed(&STANDARD.encode(digits.to_uppercase())),
        signed(&STANDARD.encode(&right)),
        signed(&right[..64]),
        signed(&right.to_lowercase()),
        sent(&twice, "general:project_id:1234", OLD),
        sent(BODY, &BODY.replace(",\"signature\":\"SIGNATURE\"", ""), OLD),
        rate("10.50", "rate:10.50"),
        rate("true", "rate:true"),
        rate("null", ""),
        rate("\" 1 \"", "rate:1"),
        rate("[2,1]", "rate:0:1;rate:1:2"),
        rate("\"Ã©\"", "rate:é"),
        rate("\"a&amp;b\"", "rate:a&b"),
        rate("\"a\\r\\nb\"", "rate:a\nb"),
        rate("1", ""),
        good(OLD).replace(":1234", ":\"1234\""),
    ]
}

/// The snapshot has each message, the exit code, the verdict, and from the first arrow on what is wrong and what to do.
#[test]
fn each_fault_of_a_signature_or_of_a_string_is_explained_with_what_to_do() {
    let place = Place::new();
    let right = sent("SIGNATURE", STRING, OLD);
    let mut told = Vec::new();
    for body in faults() {
        let (code, output) = place.explain(CONFIG, &body);
        assert!(!output.contains(&right) || code == 0, "{output}");
        let verdict = output.lines().next().unwrap_or_default();
        let advice = output.split_once("\n→").map_or("", |(_, advice)| advice);
        told.push(format!("{body}\n{code} {verdict}\n→{advice}"));
    }
    insta::assert_snapshot!("faults", told.join("\n"));
}

/// The bytes of a signature in hexadecimal digits, as other libraries print them.
fn hexadecimal(signature: &str) -> String {
    let bytes = STANDARD.decode(signature).unwrap();
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits = digits.map(|digit| char::from_digit(digit.into(), 16));
    digits.map(Option::unwrap).collect()
}

/// A body that a program between sender and receiver wrote so, the words that explain it, and the exit code. All such
/// ways are in the tests of what the command reads; here is one of each kind.
fn changed_on_the_way() -> Vec<(Vec<u8>, &'static str, i32)> {
    let named = |text: &str| text.replace("7123456789", "7123456789 Каспи");
    let cyrillic = sent(&named(BODY), &named(STRING), OLD);
    let good = good(OLD);
    let windows = encoding_rs::WINDOWS_1251.encode(&cyrillic).0.into_owned();
    let percent = percent_encoding::utf8_percent_encode(&good, percent_encoding::NON_ALPHANUMERIC);
    let (name, value) = good.split_once('=').unwrap();
    let form = serde_json::json!({name.replace('+', " "): value});
    let base64 = serde_json::json!({"body": STANDARD.encode(&good), "isBase64Encoded": true});
    let request = format!("POST / HTTP/1.1\r\n\r\njson={percent}");
    let digits = STANDARD.decode(sent("SIGNATURE", STRING, OLD)).unwrap();
    let digits: String = digits.iter().map(u8::to_string).collect();
    let no_reason = "no known reason";
    let text = |value: &str, signed: &str| {
        let (body, string) = (BODY.replace("10.50", value), STRING.replace("10.5", signed));
        sent(&body, &string, OLD).into_bytes()
    };
    vec![
        (windows, "looks like windows-1251", 2),
        (good.as_bytes()[..90].to_vec(), "begins but does not end", 2),
        (
            request.into_bytes(),
            "that is inside (URL encoding undone)",
            2,
        ),
        (percent.to_string().into_bytes(), "URL encoding undone", 0),
        (base64.to_string().into_bytes(), "base64 decoded", 0),
        (form.to_string().into_bytes(), "`+` became a space", 1),
        (good.replace('+', " ").into_bytes(), "`+` became a space", 1),
        (text("\"a/b\"", "a\\/b"), "with their JSON escapes", 1),
        (text("\"a\\\\/b\"", "a/b"), "undone once more", 1),
        (text("\"“a”\"", "\"a\""), "straight quotes", 1),
        (text("\"a\u{a0}b\"", "a b"), "no-break spaces", 1),
        (text("\"a b\"", "a+b"), "a form or a URL", 1),
        (text("7123456790", "7123456789"), "that of `customer_id`", 1),
        (text("1050", "10.5"), "a hundredth of it", 1),
        (text("\"“a”\"", "'a'"), no_reason, 1),
        (text("1050", "1051"), no_reason, 1),
        (
            good.replace("7123456789", &digits[..10]).into_bytes(),
            no_reason,
            1,
        ),
    ]
}

#[test]
fn body_that_was_changed_on_the_way_is_explained_by_the_change() {
    let place = Place::new();
    for (body, words, code) in changed_on_the_way() {
        let said = place.run(CONFIG, &body);
        let text = said.all();
        assert_has(&text, &[words]);
        assert_eq!(said.code, Some(code), "{text}");
        let claims_no_reason = text.contains("no known reason");
        assert_eq!(claims_no_reason, words == "no known reason", "{text}");
        assert!(!text.contains("U+FFFD"), "{text}");

        let text = place.run(&format!("{CONFIG} --json --redact"), &body).out;
        assert_has(&text.replace("\\\"", "\""), &[words]);
        for hidden in ["7123456789", "hush", "Каспи"] {
            assert!(!text.contains(hidden), "{hidden} in {text}");
        }
    }
}

#[test]
fn secret_that_the_sender_wrote_otherwise_is_explained_and_not_shown() {
    let place = Place::new();
    for (theirs, words) in [
        ("\"hush-old\"", "with quotes around it"),
        ("'hush-old'", "with quotes around it"),
        ("HUSH-OLD", "in another case"),
        ("hush-old\n", "with a line end after it"),
        ("hush-old\r\n", "with a line end after it"),
        ("hush-old ", "white space or an invisible character"),
        ("hush-ol", "no known reason"),
        ("hush--old", "no known reason"),
    ] {
        for option in ["--verbose", "--redact", "--json"] {
            let (code, output) = place.explain(&format!("{CONFIG} {option}"), &good(theirs));
            assert_eq!(code, 1, "{output}");
            assert_has(&output, &[words]);
            assert!(!output.to_lowercase().contains("hush"), "{output}");
        }
    }
}

#[test]
fn secret_with_a_line_end_is_reported() {
    let place = Place::new();
    let (code, output) = place.explain("--secret-env TRAILING", &good(NEW));
    assert_eq!(code, 1);
    let secret = "the secret in TRAILING without the white space at its ends made it";
    assert_has(&output, &[secret, "`echo` adds a line end"]);
}

#[test]
fn match_in_byte_order_shows_both_orders() {
    let place = Place::new();
    let body = r#"{"project_id":1234,"l":[0,1,2,3,4,5,6,7,8,9,10],"signature":"SIGNATURE"}"#;
    let bytes =
        "l:0:0;l:1:1;l:10:10;l:2:2;l:3:3;l:4:4;l:5:5;l:6:6;l:7:7;l:8:8;l:9:9;project_id:1234";
    let (code, output) = place.explain(CONFIG, &sent(body, bytes, OLD));
    assert_eq!(code, 0);
    let order = "secret 1 of project 1234, in byte order";
    assert_has(&output, &[order, "`l:10` is where `l:2` belongs"]);
}
