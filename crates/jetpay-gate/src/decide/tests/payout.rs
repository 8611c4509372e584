//! Responses to a payout: which are understood, and which say nothing.

use serde_json::json;

use super::{asking, signed};
use crate::decide;
use crate::redact::Redactor;
use crate::{Outcome, Reason};

const GOOD: &str =
    r#"{"status":"success","project_id":35,"payment_id":"test_123","request_id":"abc"}"#;

fn decide(http_status: u16, body: &str) -> Outcome {
    let request = json!({"account": {"number": "9182221133"}});
    asking(|expected| {
        decide::payout(
            http_status,
            body.as_bytes(),
            expected,
            &Redactor::of(&request),
        )
    })
}

/// The outcome in a few words, for the rows of the tables.
fn words(outcome: Outcome) -> String {
    match outcome {
        Outcome::Accepted(accepted) => {
            let by = if accepted.known_before {
                "known before"
            } else {
                "accepted"
            };
            format!("{by} {}", accepted.request_id.unwrap_or_default())
        }
        Outcome::Rejected(rejected) => {
            let when = if rejected.same_id_later {
                "later"
            } else {
                "final"
            };
            let code = rejected
                .code
                .map(|code| code.to_string())
                .unwrap_or_default();
            format!(
                "{when} {} {code} {}",
                rejected.http_status, rejected.message
            )
        }
        Outcome::OtherPayout(other) => panic!("one response cannot say this: {other}"),
        Outcome::Unknown(unknown) => match unknown.reason {
            Reason::HttpStatus(status) => format!("unknown: HTTP {status}"),
            Reason::Unreadable(_) => "unknown: unreadable".to_owned(),
            Reason::BadSignature => "unknown: signature".to_owned(),
            Reason::OtherPayment => "unknown: other".to_owned(),
            Reason::Waiting(code) => format!("unknown: wait {code}"),
            Reason::NotUnderstood { http_status, code } => {
                let code = code.map(|code| code.to_string()).unwrap_or_default();
                format!("unknown: {http_status} {code}")
            }
            reason => panic!("this reason comes from no response: {reason}"),
        },
    }
    .trim_end()
    .to_owned()
}

/// Rows of a table: `HTTP status, body => meaning`.
fn check_rows(rows: &[&str]) {
    for row in rows {
        let (response, meaning) = row.rsplit_once(" => ").unwrap();
        let (http_status, body) = response.split_once(' ').unwrap();
        let outcome = decide(http_status.parse().unwrap(), body);
        assert_eq!(words(outcome), meaning, "{row}");
    }
}

fn error(code: &str) -> String {
    format!(r#"{{"status":"error","code":{code},"message":"No"}}"#)
}

#[test]
fn success_is_accepted_only_with_the_ids_of_the_request() {
    check_rows(&[
        r#"200 {"status":"success","project_id":35,"payment_id":"test_123","request_id":"abc"} => accepted abc"#,
        r#"200 {"status":"success","project_id":"35","payment_id":"test_123"} => accepted"#,
        r#"200 {"status":"success","project_id":35,"payment_id":"test_123","code":"0"} => accepted"#,
        r#"200 {"status":"success","project_id":35,"payment_id":"test_123","request_id":[]} => accepted"#,
        r#"200 {"status":"success","project_id":36,"payment_id":"test_123"} => unknown: other"#,
        r#"200 {"status":"success","project_id":35,"payment_id":"test_124"} => unknown: other"#,
        r#"200 {"status":"success","project_id":35} => unknown: unreadable"#,
        r#"200 {"status":"success","payment_id":"test_123"} => unknown: unreadable"#,
        r#"200 {"status":"success","project_id":35.0,"payment_id":"test_123"} => unknown: unreadable"#,
        r#"200 {"status":"success","project_id":35,"payment_id":"test_123","code":3041} => unknown: 200 3041"#,
        r#"200 {"status":"successful","project_id":35,"payment_id":"test_123"} => unknown: 200"#,
        r#"200 {"project_id":35,"payment_id":"test_123"} => unknown: 200"#,
    ]);
    for http_status in [400, 401, 403, 404, 409, 429, 499] {
        assert_eq!(
            words(decide(http_status, GOOD)),
            format!("unknown: {http_status}")
        );
    }
}

#[test]
fn any_other_http_status_is_unknown_whatever_the_body_says() {
    for http_status in [
        100, 201, 202, 204, 301, 302, 307, 308, 399, 408, 500, 502, 503, 504, 599, 600,
    ] {
        for body in [
            GOOD,
            &error("3041"),
            &error("2004"),
            &error("3613"),
            "",
            "<html>",
        ] {
            assert_eq!(
                words(decide(http_status, body)),
                format!("unknown: HTTP {http_status}")
            );
        }
    }
}

#[test]
fn each_code_means_the_same_with_http_200_and_4xx() {
    for http_status in [200, 400, 404, 409, 422] {
        for (code, meaning) in [
            ("3041", "known before".to_owned()),
            ("3613", format!("later {http_status} 3613 No")),
            ("3061", format!("unknown: {http_status} 3061")),
            ("2000", format!("final {http_status} 2000 No")),
            ("2004", format!("final {http_status} 2004 No")),
            ("3999", format!("final {http_status} 3999 No")),
            ("1999", format!("unknown: {http_status} 1999")),
            ("4000", format!("unknown: {http_status} 4000")),
            ("9999", "unknown: wait 9999".to_owned()),
            ("19999", "unknown: wait 19999".to_owned()),
            ("29999", "unknown: wait 29999".to_owned()),
            ("20802", "unknown: wait 20802".to_owned()),
            ("20899", "unknown: wait 20899".to_owned()),
            ("20000", format!("unknown: {http_status} 20000")),
            ("0", format!("unknown: {http_status} 0")),
        ] {
            assert_eq!(words(decide(http_status, &error(code))), meaning, "{code}");
            let text = format!("\"{code}\"");
            assert_eq!(words(decide(http_status, &error(&text))), meaning, "{text}");
        }
    }
}

#[test]
fn payout_that_was_refused_unread_may_be_sent_again_under_the_same_id() {
    for http_status in [401, 403, 429] {
        for (body, meaning) in [
            ("", format!("later {http_status}")),
            ("<html>Forbidden</html>", format!("later {http_status}")),
            (
                r#"{"message":"Forbidden"}"#,
                format!("later {http_status}  Forbidden"),
            ),
            (&error("2003"), format!("later {http_status} 2003 No")),
            (&error("77777"), format!("later {http_status} 77777 No")),
            (r#"{"status":"error"}"#, format!("later {http_status}")),
            // These codes say that the Gate may have looked at the payout. They count before the HTTP status.
            (&error("3041"), "known before".to_owned()),
            (&error("9999"), "unknown: wait 9999".to_owned()),
            (&error("3061"), format!("unknown: {http_status} 3061")),
            (r#"{"code":3041}"#, "known before".to_owned()),
            (r#"{"status":"odd"}"#, format!("unknown: {http_status}")),
        ] {
            assert_eq!(words(decide(http_status, body)), meaning, "{body}");
        }
    }
}

#[test]
fn text_that_is_no_code_decides_nothing() {
    for (code, meaning) in [
        ("2004.0", "unknown: unreadable"),
        ("-2004", "unknown: unreadable"),
        ("true", "unknown: unreadable"),
        ("[2004]", "unknown: unreadable"),
        ("null", "unknown: 400"),
        (r#""02004""#, "unknown: 400 02004"),
        (r#"" 2004""#, "unknown: 400  2004"),
    ] {
        assert_eq!(words(decide(400, &error(code))), meaning, "{code}");
    }
    check_rows(&[
        r#"400 {"code":2004,"message":"No"} => unknown: 400 2004"#,
        r#"400 {"status":"error","code":2004,"code":3041} => unknown: unreadable"#,
        r#"400 {"status":"error","code":2004,"payment_id":"test_124"} => unknown: other"#,
        r#"400 {"status":"error","code":2004,"project_id":36} => unknown: other"#,
        r#"400 {"status":"error","code":2004,"project_id":35,"payment_id":""} => final 400 2004"#,
    ]);
}

#[test]
fn unreadable_response_decides_nothing() {
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
fn signature_that_matches_no_secret_of_the_project_is_refused() {
    let edited = signed(GOOD, "secret").replace("abc", "abd");
    let in_general = GOOD.replace('}', r#","general":{}}"#);
    let with = |field: &str| GOOD.replace('}', &format!(",{field}}}"));
    let (good, bad) = ("accepted abc", "unknown: signature");
    for (http_status, body, meaning) in [
        (200, signed(GOOD, "secret"), good),
        (200, signed(GOOD, "next secret"), good),
        (200, signed(&in_general, "next secret"), good),
        (200, signed(&in_general, "another"), bad),
        (200, signed(GOOD, "another"), bad),
        (200, edited, bad),
        (200, with(r#""signature":"""#), bad),
        (200, with(r#""signature":"x""#), bad),
        (200, with(r#""signature":5"#), bad),
        (200, with(r#""general":{"signature":{}}"#), bad),
        (400, signed(&error("2004"), "another"), bad),
        (403, signed(&error("2004"), "another"), bad),
        (400, signed(&error("2004"), "secret"), "final 400 2004 No"),
    ] {
        assert_eq!(words(decide(http_status, &body)), meaning, "{body}");
    }
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
