//! Answers to a payout that cannot be read, or not believed.

use super::payout::{GOOD, decide, error, hold, words};
use super::signed;

#[test]
fn a_code_that_is_none_says_nothing() {
    hold(&[
        (400, &error("2004.0"), "unknown: unreadable"),
        (400, &error("-2004"), "unknown: unreadable"),
        (400, &error("true"), "unknown: unreadable"),
        (400, &error("[2004]"), "unknown: unreadable"),
        (400, &error("null"), "unknown: 400"),
        (400, &error(r#""02004""#), "unknown: 400 02004"),
        (400, &error(r#"" 2004""#), "unknown: 400  2004"),
        (400, r#"{"code":2004,"message":"No"}"#, "unknown: 400 2004"),
        (
            400,
            r#"{"status":"error","code":2004,"code":3041}"#,
            "unknown: unreadable",
        ),
        (
            400,
            r#"{"status":"error","code":2004,"payment_id":"test_124"}"#,
            "unknown: other",
        ),
        (
            400,
            r#"{"status":"error","code":2004,"project_id":36}"#,
            "unknown: other",
        ),
        (
            400,
            r#"{"status":"error","code":2004,"project_id":35,"payment_id":""}"#,
            "final 400 2004",
        ),
    ]);
}

#[test]
fn what_cannot_be_read_says_nothing() {
    for body in [
        "",
        "garbage",
        "[]",
        "null",
        "\"success\"",
        "{",
        &format!("{GOOD}x"),
        "\u{feff}{}",
    ] {
        for http_status in [200, 400, 404] {
            assert_eq!(
                words(decide(http_status, body)),
                "unknown: unreadable",
                "{body}"
            );
        }
    }
    let other_types = r#"{"status":["success"],"project_id":35,"payment_id":"test_123"}"#;
    assert_eq!(words(decide(200, other_types)), "unknown: unreadable");
}

#[test]
fn signature_must_be_by_one_of_the_projects_secrets_where_there_is_one() {
    let edited = signed(GOOD, "secret").replace("abc", "abd");
    let in_general = GOOD.replace('}', r#","general":{}}"#);
    hold(&[
        (200, &signed(GOOD, "secret"), "accepted abc"),
        (200, &signed(GOOD, "next secret"), "accepted abc"),
        (200, &signed(&in_general, "next secret"), "accepted abc"),
        (200, &signed(&in_general, "another"), "unknown: signature"),
        (200, &signed(GOOD, "another"), "unknown: signature"),
        (200, &edited, "unknown: signature"),
        (
            200,
            &GOOD.replace('}', r#","signature":""}"#),
            "unknown: signature",
        ),
        (
            200,
            &GOOD.replace('}', r#","signature":"x"}"#),
            "unknown: signature",
        ),
        (
            200,
            &GOOD.replace('}', r#","signature":5}"#),
            "unknown: signature",
        ),
        (
            200,
            &GOOD.replace('}', r#","general":{"signature":{}}}"#),
            "unknown: signature",
        ),
        (
            400,
            &signed(&error("2004"), "another"),
            "unknown: signature",
        ),
        (
            403,
            &signed(&error("2004"), "another"),
            "unknown: signature",
        ),
        (400, &signed(&error("2004"), "secret"), "final 400 2004 No"),
    ]);
}

#[test]
fn message_is_one_line_without_the_payers_data() {
    let body = r#"{"status":"error","code":2004,"message":"wallet\n\u001b[1m9182221133 unknown"}"#;
    assert_eq!(
        words(decide(400, body)),
        "final 400 2004 wallet [1m*** unknown"
    );
    let body = r#"{"status":"error","code":2004,"message":{"text":"No"}}"#;
    assert_eq!(words(decide(400, body)), "final 400 2004");
}
