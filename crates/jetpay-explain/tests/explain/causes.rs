//! Each cause is found, alone and beside others, and none is claimed that does not hold.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jetpay_core::signature::{Canonical, Key, sign};
use jetpay_explain::{Hint, OtherRule, SecretForm, Verdict, explain};
use proptest::prelude::*;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{hints, key};

const STRING: &str = "customer_id:7123456789;project_id:1";

/// The hints about a message whose signature is this text.
fn given(signature: &str) -> Vec<Hint> {
    let body =
        serde_json::json!({"project_id": 1, "customer_id": "7123456789", "signature": signature});
    let explanation = explain(body.to_string().as_bytes(), &[key("secret")]);
    assert_eq!(explanation.verdict, Verdict::Mismatch, "{signature}");
    explanation.hints
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from_digit(digit.into(), 16).unwrap())
        .collect()
}

#[test]
fn signature_in_another_encoding_is_named_by_it() {
    let right = key("secret").sign(STRING);
    let bytes = STANDARD.decode(&right).unwrap();
    let digits = hex(&bytes);
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    assert!(right.contains('+') && right.contains('/'), "{right}");
    let digits_in_base64 = Hint::EncodedTwice("as hexadecimal digits, and those in base64");
    for (text, hint) in [
        (digits.clone(), Hint::Hexadecimal),
        (digits.to_uppercase(), Hint::Hexadecimal),
        (format!("0x{digits}"), Hint::Hexadecimal),
        (pairs.join(":"), Hint::Hexadecimal),
        (format!("sha512={digits}"), Hint::Hexadecimal),
        (STANDARD.encode(&digits), digits_in_base64.clone()),
        (
            STANDARD.encode(digits.to_uppercase()),
            digits_in_base64.clone(),
        ),
        (URL_SAFE_NO_PAD.encode(&digits), digits_in_base64),
        (
            STANDARD.encode(&right),
            Hint::EncodedTwice("in base64 twice"),
        ),
        (
            hex(right.as_bytes()),
            Hint::EncodedTwice("in base64, and that as hexadecimal digits"),
        ),
        (right.trim_end_matches('=').to_owned(), Hint::LooseBase64),
        (URL_SAFE_NO_PAD.encode(&bytes), Hint::LooseBase64),
        (
            format!("{}\n{}", &right[..76], &right[76..]),
            Hint::LooseBase64,
        ),
        (format!("\"{right}\""), Hint::LooseBase64),
        (format!("HMAC-SHA512={right}"), Hint::LooseBase64),
        (right.replace('+', " "), Hint::FormEncoded),
        (right.replace('+', "_"), Hint::FormEncoded),
        (
            right.replace('+', "%2B").replace('=', "%3d"),
            Hint::FormEncoded,
        ),
        (right.replace('/', "\\/"), Hint::EscapedTwice),
        (right.replace('=', "\\u003d"), Hint::EscapedTwice),
        (right.replace('+', "&#43;"), Hint::EntitiesEscaped),
        (right.to_lowercase(), Hint::SignatureCase),
        (right[..64].to_owned(), Hint::SignatureCut),
        (digits[..64].to_uppercase(), Hint::SignatureCut),
    ] {
        assert_eq!(given(&text), [hint], "{text}");
    }
}

#[test]
fn wrong_signature_in_another_encoding_is_given_no_encoding_as_the_cause() {
    let wrong = key("unknown").sign(STRING);
    let digits = hex(&STANDARD.decode(&wrong).unwrap());
    for (text, hint) in [
        (wrong.clone(), Hint::NoKnownReason),
        (wrong.to_lowercase(), Hint::NotBase64),
        (STANDARD.encode(&digits), Hint::WrongLength { bytes: 128 }),
        (digits, Hint::WrongLength { bytes: 96 }),
        (STANDARD.encode(&wrong), Hint::WrongLength { bytes: 88 }),
        (wrong[..64].to_owned(), Hint::WrongLength { bytes: 48 }),
        (
            STANDARD.encode(Sha256::digest("other")),
            Hint::WrongLength { bytes: 32 },
        ),
    ] {
        assert_eq!(given(&text), [hint], "{text}");
    }
}

#[test]
fn another_hash_is_named_when_its_digest_is_the_right_one() {
    let keyed = |key: &str, text: &str| {
        let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        mac.chain_update(text).finalize().into_bytes()
    };
    let both = format!("secret{STRING}");
    for (text, how) in [
        (STANDARD.encode(keyed("secret", STRING)), "HMAC-SHA256"),
        (hex(&keyed("secret", STRING)), "HMAC-SHA256"),
        (
            STANDARD.encode(keyed(STRING, "secret")),
            "HMAC over SHA-256 with the string as the key",
        ),
        (
            key(STRING).sign("secret"),
            "HMAC over SHA-512 with the string as the key",
        ),
        (
            STANDARD.encode(Sha512::digest(&both)),
            "plain SHA-512 of the secret and the string",
        ),
        (
            hex(&Sha384::digest(&both)),
            "plain SHA-384 of the secret and the string",
        ),
        (
            hex(&Sha512::digest(STRING)),
            "plain SHA-512 of the string, without the secret",
        ),
    ] {
        let hints = given(&text);
        assert!(
            matches!(hints.as_slice(), [Hint::OtherHash(found)] if found.starts_with(how)),
            "{how}: {hints:?}"
        );
    }
}

#[test]
fn another_form_of_the_secret_is_named_by_what_to_do_with_it() {
    use SecretForm::*;
    let cases: [(&str, &str, SecretForm); 39] = [
        ("a Secret\n", "a Secret", Trimmed),
        ("\u{feff}a Secret", "a Secret", Trimmed),
        ("\"a Secret\"", "a Secret", Unquoted),
        ("'a Secret'\n", "a Secret", Unquoted),
        ("a Secret", "\"a Secret\"", Quoted),
        ("a Secret", "'a Secret'", Quoted),
        ("a Secret", "\"a Secret\"\n", Quoted),
        ("a Secret", "“a Secret”", Quoted),
        ("a Secret", "a Secret\n", LineEnd),
        ("a Secret", "a Secret\r\n", LineEnd),
        ("a Secret", "\na Secret", LineEnd),
        ("a Secret", "a Secret\n\n", LineEnd),
        ("a Secret", "a Secret\\n", LineEnd),
        ("a Secret\n", "a Secret\r\n", LineEnd),
        ("a Secret", "\"a Secret\n\"", Quoted),
        ("a Secret", "«a Secret»", Quoted),
        ("a Secret", "\"a Secret", Quoted),
        ("a Secret", "'a Secret';", Quoted),
        ("a Secret", "\ta Secret", Blank),
        ("a-secret", "A-Secret", OtherCase),
        ("a Secret", "a SecRet", OtherCase),
        ("a+Secret", "a Secret", Escaped("as in a URL")),
        ("Secret", "U2VjcmV0Cg==", Recoded("written in base64")),
        ("Secret 1", "U2VjcmV0IDE", Recoded("written in base64")),
        ("U2VjcmV0Cg==", "Secret", Recoded("read as base64")),
        ("a Secret", "a Secret ", Blank),
        ("a Secret", " a Secret", Blank),
        ("a Secret", "\u{feff}a Secret", Blank),
        ("a Secret", "a secret", OtherCase),
        ("a Secret", "A SECRET", OtherCase),
        ("a Secret", "A sECRET", OtherCase),
        ("a Secret", "A SECRET\n", OtherCase),
        ("a/Secret+", "a%2FSecret%2B", Escaped("as in a URL")),
        ("a%2FSecret%2B", "a/Secret+", Escaped("as in a URL")),
        ("a&Secret", "a&amp;Secret", Escaped("for HTML")),
        ("a/Secret", r"a\/Secret", Escaped("for JSON or a shell")),
        ("Secret", "U2VjcmV0", Recoded("written in base64")),
        ("U2VjcmV0", "Secret", Recoded("read as base64")),
        (
            "536563726574",
            "Secret",
            Recoded("read as hexadecimal digits"),
        ),
    ];
    let body = br#"{"project_id":1,"customer_id":"7123456789"}"#;
    for (ours, theirs, form) in cases {
        let signed = sign(body, &key(theirs)).unwrap();
        let explanation = explain(&signed, &[key("old"), key(ours)]);
        assert_eq!(
            explanation.hints,
            [Hint::SecretForm(form)],
            "{ours:?}, {theirs:?}"
        );
        let signed = explanation.signed.unwrap();
        assert_eq!((signed.secret, signed.form), (1, Some(form)));
    }
    for unlike in ["a secret.", "\"a Secret'", "a  Secret", "b Secret\n"] {
        let signed = sign(body, &key(unlike)).unwrap();
        assert_eq!(
            explain(&signed, &[key("a Secret")]).hints,
            [Hint::NoKnownReason],
            "{unlike:?}"
        );
    }
}

/// A body with one text `t`, and the hints when `signed` was its signed form.
fn text(sent: &str, signed: &str) -> Vec<Hint> {
    let body = serde_json::json!({"project_id": 1, "t": sent, "signature": "SIGNATURE"});
    hints(&body.to_string(), &format!("project_id:1;t:{signed}"))
}

#[test]
fn changed_text_is_explained_by_what_changed_it() {
    let written = Hint::OtherRule(OtherRule::TextsAsWritten);
    let form = || Hint::TextsInForm;
    for (sent, signed, hint) in [
        ("РљР°СЃРїРё", "Каспи", Hint::CharacterSet),
        ("Каспи", "РљР°СЃРїРё", Hint::CharacterSet),
        (
            "â€“ caf\u{e9}â€“".replace('\u{e9}', "Ã©").as_str(),
            "– café–",
            Hint::CharacterSet,
        ),
        ("п я", "Ð¿ Ñ\u{8f}", Hint::CharacterSet),
        ("10\u{a0}000\u{202f}KZT", "10 000 KZT", Hint::NoBreakSpaces),
        ("Ka\u{ad}spi\u{200b}", "Kaspi", Hint::NoBreakSpaces),
        ("10 000", "10\u{a0}000", Hint::NoBreakSpaces),
        ("ТОО “Рога” – 1", "ТОО \"Рога\" - 1", Hint::CurlyQuotes),
        ("it’s", "it's", Hint::CurlyQuotes),
        ("a&lt;b&#1103;&nbsp;", "a<bя\u{a0}", Hint::EntitiesEscaped),
        ("a&b", "a&amp;b", Hint::OtherRule(OtherRule::TextsForHtml)),
        (r"a\/b", "a/b", Hint::EscapedTwice),
        (r"\u0430 \n", "а \n", Hint::EscapedTwice),
        ("a/b", r"a\/b", written.clone()),
        ("a/я", r"a\/\u044f", written.clone()),
        ("a/я", r"a\/я", written.clone()),
        ("a\"b", "a\\\"b", written),
        ("7 701", "7+701", form()),
        ("a%20b%2B", "a b+", form()),
        ("a+b%2B", "a b+", form()),
        ("a b&", "a%20b%26", Hint::OtherRule(OtherRule::TextsForUrl)),
        ("a b&", "a+b%26", Hint::OtherRule(OtherRule::TextsForUrl)),
        ("и\u{306}", "й", Hint::Normalised),
        ("й", "и\u{306}", Hint::Normalised),
        ("true", "1", Hint::WordsAsTexts),
        ("null", "", Hint::WordsAsTexts),
        (
            "2022-03-25T11:08:45+00:00",
            "2022-03-25T11:08:45+0000",
            Hint::DatesRewritten,
        ),
        (
            "2022-03-25T11:08:45+0000",
            "2022-03-25T11:08:45Z",
            Hint::DatesRewritten,
        ),
    ] {
        assert_eq!(text(sent, signed), [hint], "{sent:?}, {signed:?}");
    }
    assert_eq!(
        text("“10\u{a0}000”", "\"10 000\""),
        [Hint::NoBreakSpaces, Hint::CurlyQuotes]
    );
    for (sent, signed) in [
        ("a\u{a0}b", "a b."),
        ("“a”", "'b'"),
        ("a/b", r"a\\/b"),
        ("Каспи", "Kaspi"),
    ] {
        assert_eq!(
            text(sent, signed),
            [Hint::NoKnownReason],
            "{sent:?}, {signed:?}"
        );
    }
}

#[test]
fn changed_text_beside_honest_ones_of_its_kind_is_found() {
    let body = r#"{"a":"A &amp; B","b":"C &amp; D","signature":"SIGNATURE"}"#;
    assert_eq!(hints(body, "a:A & B;b:C &amp; D"), [Hint::EntitiesEscaped]);
}

const CALLBACK: &str = r#"{"project_id":1,"payment":{"id":"p1","sum":{"amount":SUM,"currency":"KZT"}},
"operation":{"id":29,"sum_initial":{"amount":INITIAL,"currency":"KZT"},"sum_converted":{"amount":CONVERTED,"currency":"KZT"}},"signature":"SIGNATURE"}"#;

fn callback(amounts: [&str; 3]) -> String {
    let [sum, initial, converted] = amounts;
    CALLBACK
        .replace("SUM", sum)
        .replace("INITIAL", initial)
        .replace("CONVERTED", converted)
}

#[test]
fn changed_amount_is_found_among_the_other_amounts_and_their_other_forms() {
    // What came in the three fields | what was signed | the changed field | what is there.
    for row in [
        "100, 10000, 10000 | 10000, 10000, 10000 | SUM | that of `CONVERTED`",
        "10000, 100, 10000 | 10000, 10000, 10000 | INITIAL | that of `CONVERTED`",
        "10000, 100, 100 | 10000, 10000, 10000 | CONVERTED` and `INITIAL | that of `SUM`",
        "7, 8, 9 | 7, 9, 9 | INITIAL | that of `CONVERTED`",
        "1, 2, 1050 | 1, 2, 10.5 | CONVERTED | a hundredth of it",
        "10.5, 10.5, 10.5 | 1050, 1050, 1050 | CONVERTED` and `INITIAL` and `SUM | a hundred times as much",
        "1, 2, 1050 | 1, 2, 105000 | CONVERTED | a hundred times as much",
        "1, 2, 10.5 | 1, 2, 1050 | CONVERTED | a hundred times as much",
        "1, 2, 1050 | 1, 2, 1050.00 | CONVERTED | the same number, written with another fraction",
        "7, 8, 9 | 8, 7, 9 | INITIAL` and `SUM | each has the other's value",
        "7, 8, 'for 1 234,50 KZT' | 7, 123450, 'for 1 234,50 KZT' | INITIAL | a number in `CONVERTED`, a hundred times as much",
        "7, '1`234', 9 | 7, 1234, 9 | INITIAL | the number in it, in plain digits",
    ] {
        let cells: Vec<&str> = row.split(" | ").collect();
        let amounts = |cell: &str| {
            let amounts: Vec<String> = cell.split(", ").map(|it| it.replace('\'', "\"")).collect();
            <[String; 3]>::try_from(amounts)
                .unwrap()
                .map(|it| it.replace('`', "'"))
        };
        let named = |cell: &str| {
            cell.replace("SUM", "payment:sum:amount")
                .replace("INITIAL", "operation:sum_initial:amount")
                .replace("CONVERTED", "operation:sum_converted:amount")
        };
        let (sent, signed) = (amounts(cells[0]), amounts(cells[1]));
        let string = Canonical::parse(callback(signed.each_ref().map(String::as_str)).as_bytes());
        let mut string = string.unwrap().string_to_sign().to_owned();
        if signed[2] == "1050.00" {
            string = string.replace("amount:1050;", "amount:1050.00;");
        }
        let hint = Hint::ValueChanged {
            path: named(cells[2]),
            how: named(cells[3]),
        };
        let body = callback(sent.each_ref().map(String::as_str));
        assert_eq!(hints(&body, &string), [hint], "{row}");
    }
}

#[test]
fn two_changed_values_are_given_no_reason() {
    let string = Canonical::parse(callback(["5"; 3]).as_bytes())
        .unwrap()
        .string_to_sign()
        .to_owned();
    assert_eq!(
        hints(&callback(["5", "6", "7"]), &string),
        [Hint::NoKnownReason],
        "two values differ"
    );
}

#[test]
fn value_that_is_written_otherwise_is_found_by_its_other_forms() {
    for (sent, signed, how) in [
        ("KZT", "kzt", "the same in another case"),
        ("x", "x ", "the same with white space at an end"),
        ("007", "7", "without the zeros before it"),
        ("7701", "+7701", "with `+` before it"),
        ("x", "", "an empty text or `null`"),
    ] {
        let hint = Hint::ValueChanged {
            path: "t".to_owned(),
            how: how.to_owned(),
        };
        assert_eq!(text(sent, signed), [hint], "{sent:?}, {signed:?}");
    }
}

#[test]
fn string_signed_in_another_character_set_or_unsorted_is_recognised() {
    let string = "b:тенге;a:1";
    let keyed = |bytes: &[u8]| {
        let mac = Hmac::<Sha512>::new_from_slice(b"secret").unwrap();
        STANDARD.encode(mac.chain_update(bytes).finalize().into_bytes())
    };
    let sorted = "a:1;b:тенге";
    let utf16: Vec<u8> = sorted.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let windows = encoding_rs::WINDOWS_1251.encode(sorted).0;
    for (signature, hint) in [
        (
            keyed(&utf16),
            Hint::SignedInCharacterSet("UTF-16 (little-endian)"),
        ),
        (keyed(&windows), Hint::SignedInCharacterSet("windows-1251")),
        (
            keyed("a:1;b:?????".as_bytes()),
            Hint::SignedInCharacterSet("ASCII, with `?` for other letters"),
        ),
        (
            keyed(string.as_bytes()),
            Hint::OtherRule(OtherRule::Unsorted),
        ),
    ] {
        let body = format!(r#"{{"b":"тенге","a":1,"signature":"{signature}"}}"#);
        assert_eq!(explain(body.as_bytes(), &[key("secret")]).hints, [hint]);
    }
}

#[test]
fn hostile_body_is_explained_in_time() {
    let signature = STANDARD.encode([7; 64]);
    for part in [r"“\\u0430 &amp;%20é\u00a0”", "2022-03-25T11:08:45Z", "1"] {
        let fields =
            (0..299).map(|at| format!("\"k{at}\":\"{at}{}\"", part.repeat(200 / part.len())));
        let body = format!(
            r#"{{{},"signature":"{signature}"}}"#,
            fields.collect::<Vec<_>>().join(",")
        );
        let began = std::time::Instant::now();
        assert_eq!(
            explain(body.as_bytes(), &[key("secret")]).hints,
            [Hint::NoKnownReason]
        );
        eprintln!("{} bytes: {:?}", body.len(), began.elapsed());
        assert!(began.elapsed().as_secs() < 20, "{part}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn body_that_matches_is_given_no_cause(texts in prop::collection::vec("[a-zé“”&;% \\\\/+0-9\u{a0}]{0,8}", 0..5)) {
        let body = serde_json::json!({"project_id": 1, "t": texts});
        let signed = sign(body.to_string().as_bytes(), &key("secret")).unwrap();
        let explanation = explain(&signed, &[key("secret")]);
        prop_assert_eq!(explanation.verdict, Verdict::Match);
        prop_assert!(explanation.signed.is_none());
        let only_of_shape = explanation.hints.iter().all(|hint| matches!(hint, Hint::Refused(_) | Hint::ByteOrder));
        prop_assert!(only_of_shape, "{:?}", explanation.hints);
    }

    /// What was signed is not the string to sign, and the string that is claimed has the signature that was given.
    #[test]
    fn claimed_string_has_the_given_signature(sent in "[a-cé“&% \\\\/+.0-9]{0,4}", signed in "[a-cé\"&% \\\\/+.0-9]{0,4}") {
        let body = serde_json::json!({"project_id": 1, "t": sent, "signature": key("secret").sign(&format!("project_id:1;t:{signed}"))});
        let explanation = explain(body.to_string().as_bytes(), &[key("secret")]);
        if let Some(claimed) = explanation.signed {
            prop_assert_eq!(Some(Key::new("secret").unwrap().sign(&claimed.string)), explanation.given);
        } else {
            prop_assert!(explanation.verdict == Verdict::Match || explanation.hints == [Hint::NoKnownReason]);
        }
    }
}
