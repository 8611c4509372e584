//! What the sender signed instead of the string to sign.

use jetpay_core::signature::sign;
use jetpay_explain::{Line, ValueKind, explain};

use super::key;

#[test]
fn lines_equal_the_string_to_sign() {
    for body in [
        include_str!("../../../../fixtures/callbacks/callback-malleated.json"),
        include_str!("../../../../fixtures/qiwi-kz/payout-request.json"),
        r#"{"a:b":[1.50,true,null,"",2,3,4,5,6,7,8],"l":[{"signature":"x"}],"frame_mode":1,"z":{}}"#,
        "{}",
    ] {
        let explanation = explain(body.as_bytes(), &[key("other")]);
        let lines: Vec<_> = explanation.lines.iter().map(Line::text).collect();
        assert_eq!(explanation.string_to_sign, Some(lines.join(";")));
    }
}

#[test]
fn line_has_the_signed_value_and_its_json_type() {
    let explanation = explain(br#"{"a:b":[10.0,true,null,"x:y"]}"#, &[]);
    let lines: Vec<_> = explanation
        .lines
        .iter()
        .map(|line| (line.path(), line.value(), line.kind()))
        .collect();
    assert_eq!(
        lines,
        [
            ("a::b:0", "10", ValueKind::Number),
            ("a::b:1", "1", ValueKind::Boolean),
            ("a::b:2", "", ValueKind::Null),
            ("a::b:3", "x:y", ValueKind::Text),
        ]
    );
}

#[test]
fn string_that_was_signed_instead_is_reported_with_its_secret() {
    let body = format!(
        r#"{{"a":true,"signature":"{}"}}"#,
        key("new").sign("a:true")
    );
    let signed = explain(body.as_bytes(), &[key("old"), key("new")])
        .signed
        .unwrap();
    assert_eq!((signed.string.as_str(), signed.secret), ("a:true", 1));
    assert_eq!(signed.lines.unwrap()[0].value(), "true");

    let body = sign(br#"{"a":1}"#, &key("s")).unwrap();
    let signed = explain(&body, &[key("old"), key(" s\n")]).signed.unwrap();
    assert_eq!(
        (signed.string.as_str(), signed.secret, signed.trimmed),
        ("a:1", 1, true)
    );
}

#[test]
fn signed_json_has_no_lines() {
    let body = format!(
        r#"{{"a":true,"signature":"{}"}}"#,
        key("s").sign(r#"{"a":true}"#)
    );
    let signed = explain(body.as_bytes(), &[key("s")]).signed.unwrap();
    assert_eq!(
        (signed.string.as_str(), signed.lines),
        (r#"{"a":true}"#, None)
    );
}

#[test]
fn debug_shows_nothing_that_was_signed() {
    let body = format!(
        r#"{{"a":"hush","b":true,"signature":"{}"}}"#,
        key("s").sign("a:hush;b:true")
    );
    let explanation = explain(body.as_bytes(), &[key("s")]);
    let debug = format!(
        "{explanation:?}{:?}{:?}",
        explanation.lines, explanation.signed
    );
    assert!(!debug.contains("hush"), "{debug}");
}
