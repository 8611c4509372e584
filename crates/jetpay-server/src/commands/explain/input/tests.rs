//! Which body is found in which input.

use proptest::prelude::*;

use super::*;

const BODY: &str = r#"{"project_id":1234,"customer_id":"a \"b\" é","signature":"AAAA"}"#;

fn body(input: &str) -> String {
    String::from_utf8(find(input.as_bytes()).unwrap().body).unwrap()
}

/// The text as a JSON string.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

#[test]
fn body_alone_is_used_unchanged_with_its_white_space() {
    for input in [
        BODY.to_owned(),
        format!("\n {BODY}\r\n"),
        format!("\u{feff}{BODY}"),
    ] {
        assert_eq!(body(&input), input);
    }
    assert_eq!(
        body(r#"{"a":1,"#),
        r#"{"a":1,"#,
        "the explanation says where it is broken"
    );
}

#[test]
fn body_is_found_in_each_kind_of_log_line() {
    let nginx = BODY.replace('\\', r"\x5C").replace('"', r"\x22");
    let nginx = nginx.replace('é', r"\xC3\xA9");
    for (line, how) in [
        (format!("12:00 in: {BODY} from 1.2.3.4"), ""),
        (format!("curl https://x -d '{BODY}'"), ""),
        (
            format!("1.1.1.1 \"POST /a HTTP/1.1\" 200 \"{nginx}\""),
            "nginx",
        ),
        (
            format!(r#"{{"level":"info","body":{}}}"#, quoted(BODY)),
            "escaped",
        ),
        (
            format!(
                r#"{{"log":{}}}"#,
                quoted(&format!(r#"{{"m":{}}}"#, quoted(BODY)))
            ),
            "escaped",
        ),
        (format!("got body={} in 3 ms", quoted(BODY)), "escaped"),
        (format!("it's 5\" wide, body={}", quoted(BODY)), "escaped"),
        (
            format!(
                "curl -d $'{}'",
                BODY.replace('\\', r"\\").replace('é', r"\u00e9")
            ),
            "backslashes",
        ),
    ] {
        let found = find(line.as_bytes()).unwrap();
        assert_eq!(String::from_utf8_lossy(&found.body), BODY, "{line}");
        assert!(
            found.place.starts_with("a log line: body of 65 bytes"),
            "{}",
            found.place
        );
        assert!(found.place.contains(how), "{} has not: {how}", found.place);
        assert!(found.doubts.is_empty(), "{:?}", found.doubts);
    }
    let quote = BODY.replace("é", "it's");
    let line = format!("curl -d '{}'", quote.replace('\'', r"'\''"));
    assert_eq!(body(&line), quote);
}

#[test]
fn the_signed_one_of_several_objects_is_used_and_its_line_is_reported() {
    let log = format!("{{\"a\":1}}\n{{\"project_id\":1}}\nx {BODY} y\n{{\"b\":2}}\n");
    let found = find(log.as_bytes()).unwrap();
    assert_eq!(found.body, BODY.as_bytes());
    assert_eq!(found.place, "a log, line 3: body of 65 bytes");
    assert!(found.notes.is_empty());

    let other = BODY.replace("AAAA", "BBBB");
    let found = find(format!("{BODY}\n{BODY}\n{other}\n").as_bytes()).unwrap();
    assert_eq!(found.body, BODY.as_bytes());
    assert!(
        found.notes[0].starts_with("there are 2 bodies"),
        "{:?}",
        found.notes
    );

    let spread = format!("> sent\n{}\n< 200", BODY.replace(',', ",\n"));
    assert_eq!(body(&spread), BODY.replace(',', ",\n"));
}

#[test]
fn body_that_a_logger_wrote_anew_is_doubted() {
    for (line, doubt) in [
        (format!(r#"{{"request":{BODY}}}"#), "written the body anew"),
        (BODY.replace('é', "\u{fffd}"), "U+FFFD"),
        (BODY.replace('é', "***"), "masked"),
    ] {
        let found = find(line.as_bytes()).unwrap();
        assert!(found.doubts[0].contains(doubt), "{:?}", found.doubts);
        assert!(body(&line).starts_with(r#"{"project_id""#));
    }
}

#[test]
fn request_gives_the_body_that_its_head_describes() {
    let head = "POST /kaspi HTTP/1.1\r\nHost: x\r\n";
    let length = BODY.len();
    let chunked = format!(
        "transfer-encoding: Chunked\r\n\r\n5;x=y\r\n{}\r\n{:X}\r\n{}\r\n0\r\n\r\n",
        &BODY[..5],
        length - 5,
        &BODY[5..]
    );
    for (rest, doubt) in [
        (format!("Content-Length: {length}\r\n\r\n{BODY}"), None),
        (
            format!("Content-Length: {length}\r\n\r\n{BODY}\r\nHTTP/1.1 200 OK\r\n\r\n{{}}"),
            None,
        ),
        (chunked.clone(), None),
        (
            format!("\r\n{BODY}\n\nHTTP/1.1 200 OK\n"),
            Some("no Content-Length"),
        ),
        (
            format!("Content-Length: 999\r\n\r\n{BODY}"),
            Some("65 of the 999"),
        ),
        (
            format!("Content-Length: x\r\n\r\n{BODY}"),
            Some("not a number"),
        ),
        (
            format!("Transfer-Encoding: chunked\r\n\r\n{BODY}"),
            Some("chunks"),
        ),
        (
            format!("X-Signature: a\r\nContent-Length: {length}\r\n\r\n{BODY}"),
            Some("x-signature"),
        ),
    ] {
        for capture in [
            format!("{head}{rest}"),
            format!("E..4@{head}{rest}").replace("\r\n", "\n"),
        ] {
            let found = find(capture.as_bytes()).unwrap();
            assert_eq!(String::from_utf8_lossy(&found.body), BODY, "{capture}");
            assert_eq!(found.place, "an HTTP capture: body of 65 bytes");
            let doubts = found.doubts.join(" ");
            assert!(
                doubt.map_or(doubts.is_empty(), |doubt| doubts.contains(doubt)),
                "{doubts}"
            );
        }
    }
    let cut = find(format!("{head}Content-Length: 9\r\n\r\n{BODY}").as_bytes()).unwrap();
    assert_eq!(cut.body, &BODY.as_bytes()[..9]);
    assert!(
        cut.doubts[0].contains("continues after"),
        "{:?}",
        cut.doubts
    );
}

#[test]
fn the_signed_one_of_several_requests_is_used() {
    let request = |body: &str| {
        format!(
            "POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let other = BODY.replace("AAAA", "BBBB");
    let capture = [request("{}"), request(BODY), request(&other)].concat();
    let found = find(capture.as_bytes()).unwrap();
    assert_eq!(found.body, BODY.as_bytes());
    assert_eq!(
        found.notes,
        ["there are 2 requests with a signature, and this is the first"]
    );
}

#[test]
fn input_without_a_body_is_refused_with_what_is_accepted() {
    for (input, why) in [
        ("", "no JSON object"),
        ("hello", "no JSON object"),
        ("[1]", "no JSON object"),
        (r#"12:00 {"project_id":12"#, "has cut the line"),
        (
            "POST / HTTP/1.1\r\nContent-Encoding: gzip\r\n\r\nxx{}",
            "compressed",
        ),
    ] {
        let error = find(input.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    assert!(find(b"x").unwrap_err().to_string().contains(ACCEPTED));
}

#[test]
fn search_in_a_text_of_braces_only_ends_in_time() {
    for part in ["{\"", "{\"a\":", "\"{", "\\\"", "\\x7B\\x22"] {
        let _ = find(part.repeat(100_000).as_bytes());
    }
}

proptest! {
    #[test]
    fn no_bytes_cause_a_panic(input in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = find(&input);
    }

    #[test]
    fn no_text_like_a_capture_causes_a_panic(
        input in r#"((POST|PUT) / HTTP/1\.1|\r?\n|Content-Length: ?|chunked|Transfer-Encoding:|[0-9a-f]{1,20}|[{}\[\]":,\\ ]|\\x2|\\x22|\\u00|'\\''|signature|é){0,40}"#,
    ) {
        let _ = find(input.as_bytes());
    }

    #[test]
    fn body_in_a_log_is_found_unchanged(text in r#"[a-z"\\{}/é'\n]{0,12}"#) {
        let body = serde_json::json!({"project_id": 1, "signature": "AAAA", "t": text}).to_string();
        let line = serde_json::json!({"a": "{", "body": body}).to_string();
        prop_assert_eq!(String::from_utf8(find(line.as_bytes()).unwrap().body).unwrap(), body);
    }
}
