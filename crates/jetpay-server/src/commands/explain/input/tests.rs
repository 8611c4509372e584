//! Which body is found in which input.

use proptest::prelude::*;

use super::*;

const BODY: &str = r#"{"project_id":1234,"customer_id":"a \"b\" é","signature":"AAAA"}"#;

/// The likeliest body.
fn find(input: &[u8]) -> anyhow::Result<Found> {
    super::find(input).map(|mut all| all.remove(0))
}

fn body(input: &str) -> String {
    String::from_utf8(find(input.as_bytes()).unwrap().body).unwrap()
}

/// What is found in an input that has a body.
fn found(input: impl AsRef<[u8]>) -> Found {
    find(input.as_ref()).unwrap()
}

/// A captured request with these headers.
fn capture_of(headers: &str, body: &str) -> String {
    format!("POST / HTTP/1.1\r\n{headers}\r\n\r\n{body}")
}

/// Checks that the first of these texts has this part.
#[track_caller]
fn assert_first(texts: &[String], part: &str) {
    let first = texts.first().map_or("", String::as_str);
    assert!(first.contains(part), "{part} is not in {texts:?}");
}

/// The text as a JSON string.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

#[test]
fn body_alone_is_used_unchanged_with_its_white_space() {
    for input in [BODY.to_owned(), format!("\n {BODY}\r\n")] {
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
    let twice = quoted(&format!(r#"{{"m":{}}}"#, quoted(BODY)));
    let shell = BODY.replace('\\', r"\\").replace('é', r"\u00e9");
    for (line, how) in [
        (format!("12:00 in: {BODY} from 1.2.3.4"), ""),
        (format!("curl https://x -d '{BODY}'"), ""),
        (format!("\"POST /a HTTP/1.1\" 200 \"{nginx}\""), "nginx"),
        (format!(r#"{{"body":{}}}"#, quoted(BODY)), "escaped"),
        (format!(r#"{{"log":{twice}}}"#), "escaped"),
        (format!("got body={} in 3 ms", quoted(BODY)), "escaped"),
        (format!("it's 5\" wide, body={}", quoted(BODY)), "escaped"),
        (format!("curl -d $'{shell}'"), "backslashes"),
    ] {
        let it = found(&line);
        assert_eq!(String::from_utf8_lossy(&it.body), BODY, "{line}");
        let place = it.place;
        let is_so = place.starts_with("a log line: body of 65 bytes") && place.contains(how);
        assert!(is_so, "{place}: {how}");
        assert!(it.doubts.is_empty(), "{:?}", it.doubts);
    }
    let quote = BODY.replace("é", "it's");
    let line = format!("curl -d '{}'", quote.replace('\'', r"'\''"));
    assert_eq!(body(&line), quote);
}

#[test]
fn the_signed_one_of_several_objects_is_used_and_its_line_is_reported() {
    let log = format!("{{\"a\":1}}\n{{\"project_id\":1}}\nx {BODY} y\n{{\"b\":2}}\n");
    let it = found(log);
    assert_eq!(it.body, BODY.as_bytes());
    assert_eq!(it.place, "a log, line 3: body of 65 bytes");
    assert!(it.notes.is_empty());

    let other = BODY.replace("AAAA", "BBBB");
    let it = found(format!("{BODY}\n{BODY}\n{other}\n"));
    assert_eq!(it.body, BODY.as_bytes());
    assert!(
        it.notes[0].starts_with("there are 2 bodies"),
        "{:?}",
        it.notes
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
        let it = found(&line);
        assert_first(&it.doubts, doubt);
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
    let with = |headers: &str| format!("{headers}\r\n\r\n{BODY}");
    let exact = format!("Content-Length: {length}");
    for (rest, doubt) in [
        (with(&exact), ""),
        (with(&exact) + "\r\nHTTP/1.1 200 OK\r\n\r\n{}", ""),
        (chunked.clone(), ""),
        (
            format!("\r\n{BODY}\n\nHTTP/1.1 200 OK\n"),
            "no Content-Length",
        ),
        (with("Content-Length: 999"), "65 of the 999"),
        (with("Content-Length: x"), "not a number"),
        (with("Transfer-Encoding: chunked"), "chunks"),
        (with(&format!("X-Signature: a\r\n{exact}")), "x-signature"),
    ] {
        for capture in [
            format!("{head}{rest}"),
            format!("E..4@{head}{rest}").replace("\r\n", "\n"),
        ] {
            let it = found(&capture);
            assert_eq!(String::from_utf8_lossy(&it.body), BODY, "{capture}");
            assert_eq!(it.place, "an HTTP capture: body of 65 bytes");
            let doubts = it.doubts.join(" ");
            let is_so = doubts.contains(doubt) && doubt.is_empty() == doubts.is_empty();
            assert!(is_so, "{doubt}: {doubts}");
        }
    }
    let cut = found(format!("{head}Content-Length: 9\r\n\r\n{BODY}"));
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
    let it = found(&capture);
    assert_eq!(it.body, BODY.as_bytes());
    assert_eq!(
        it.notes,
        ["there are 2 requests with a signature, and this is the first"]
    );
}

#[test]
fn input_without_a_body_is_refused_with_what_is_accepted() {
    for input in ["", "hello", "[1]"] {
        let error = find(input.as_bytes()).unwrap_err().to_string();
        assert_eq!(error, format!("no JSON object was found; {ACCEPTED}"));
    }
}

#[test]
fn object_that_does_not_end_is_reported_and_nothing_inside_it_is_taken() {
    let inner = r#""general":{"project_id":1,"signature":"AAAA"}"#;
    let cut = format!(r#"{{"a":1,{inner},"b"#);
    // Nothing is taken from a text inside it, however that is encoded.
    let encoded = |body: &str| format!(r#"{{"a":{},"b":"#, quoted(body));
    let percent = percent_encoding::utf8_percent_encode(BODY, percent_encoding::NON_ALPHANUMERIC);
    let event = encoded(BODY);
    let nginx = event.replace('\\', "\\x5C").replace('"', "\\x22");
    let spread = format!("{{\n  \"a\": 1,\n  {inner},\n  \"b\": ");
    let alone = vec![
        event.clone(),
        encoded(&base64(BODY.as_bytes())),
        encoded(&percent.to_string()),
        format!("\u{feff}{event}"),
        format!("{cut}\":\"x"),
        format!(r#"{{"a":1,{inner}"#),
        format!(r#"{{"a":1,{inner},"#),
        spread.clone(),
    ];
    let in_a_line = vec![
        format!("12:00 {event}"),
        base64(event.as_bytes()),
        format!("1.1.1.1 {nginx}"),
        format!("12:00 got {cut}\":12"),
        format!("12:00 got {cut}\"... [truncated]"),
        quoted(&cut),
        format!(r#"{{"level":"info","body":{}}}"#, quoted(&cut)),
        format!("1.1.1.1 \"{}\" 200", cut.replace('"', "\\x22")),
        format!("curl -d $'{}", cut.replace('"', "\\\"")),
    ];
    let in_lines = vec![
        format!("12:00\ngot {cut}\n12:01 end {{\"c\":1}}\n"),
        format!("12:00\n{spread}\n12:01 end\n"),
    ];
    let captured = vec![
        format!("POST / HTTP/1.1\r\n\r\n{event}"),
        format!("POST / HTTP/1.1\r\nContent-Length: 999\r\n\r\n{cut}"),
    ];
    for (place, texts) in [
        ("a JSON body", alone),
        ("a log line", in_a_line),
        ("a log, line 2", in_lines),
        ("an HTTP capture", captured),
    ] {
        for text in texts {
            let it = found(&text);
            let body = String::from_utf8_lossy(&it.body);
            assert!(body.starts_with('{') && body.contains("\"a\""), "{body}");
            let fault = it.faults.concat();
            assert!(fault.contains("begins but does not end"), "{text}: {it:?}");
            assert!(it.place.starts_with(place), "{}: {text}", it.place);
        }
    }
    for text in [format!("[{BODY},{{\"a\":1"), format!("[{BODY}, ")] {
        let it = found(&text);
        assert_first(&it.faults, "begins but does not end");
    }
    for text in [&BODY[1..], &BODY[20..], r#"12:00 r":1,"o":{"a":1},"b":2}"#] {
        let it = found(text);
        assert_first(&it.faults, "ends but does not begin");
    }
    // A whole body in another line is not inside.
    for end in ["", "\"", "\":", "\":1,"] {
        assert_eq!(
            body(&format!("12:00 got {cut}{end}\n12:01 got {BODY}\n")),
            BODY
        );
    }
    // Broken JSON that ends does end.
    for text in [
        r#"{"a":1,}"#,
        "{\"a\":1,\n}",
        "{\"a\":1\n\"b\":2}",
        r#"{"a":NaN}"#,
        "{\"a\":\"x\ny\"}",
    ] {
        assert!(find(text.as_bytes()).unwrap().faults.is_empty(), "{text}");
    }
}

fn base64(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
}

#[test]
fn body_is_found_in_each_kind_of_encoding() {
    let percent = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let body = BODY.replace("AAAA", "A+/A==");
    let encoded = base64(body.as_bytes());
    let (name, value) = body.split_once('=').unwrap();
    let event = |body: &str, is_encoded: bool| {
        let event = serde_json::json!({"path": "/", "isBase64Encoded": is_encoded, "body": body});
        event.to_string()
    };
    let records = serde_json::json!({"Records": [{"body": event(&encoded, true)}]});
    let in_base64 = vec![
        encoded.clone(),
        format!("{}\n{}\n", &encoded[..64], &encoded[64..]),
        encoded.replace('+', "-").replace('/', "_").replace('=', ""),
        base64(encoded.as_bytes()),
        event(&encoded, true),
        event(&encoded, true).replace('+', "\\u002B"),
        records.to_string(),
        base64(format!("\r\n {body}").as_bytes()),
        base64(format!("[{body}]").as_bytes()),
    ];
    let in_urls = vec![
        percent(&body),
        event(&percent(&body), false),
        event(&format!("json={}", percent(&body)), false),
        percent(&body).replace("%20", "+"),
        format!("json={}&a=b", percent(&body)),
        format!("12:00 \"GET /?body={}\"", percent(&body)),
    ];
    let in_forms = vec![
        serde_json::json!({name: value}).to_string(),
        serde_json::json!({name: [value]}).to_string(),
        format!("{{ '{name}': '{value}' }}"),
        format!("{{'{name}': ['{value}']}}"),
    ];
    for (how, texts) in [
        ("base64", in_base64),
        ("escaped", vec![event(&body, false)]),
        ("URL", in_urls),
        ("URL encoding undone twice", vec![percent(&percent(&body))]),
        ("HTML", vec![body.replace('"', "&quot;")]),
        ("form", in_forms),
    ] {
        for text in texts {
            let it = found(&text);
            assert_eq!(String::from_utf8_lossy(&it.body), body, "{text}");
            assert!(it.place.contains(how), "{}: {how}", it.place);

            // A request whose body is written so is not readable.
            let length = text.len();
            let it = found(capture_of(&format!("Content-Length: {length}"), &text));
            assert_eq!(String::from_utf8_lossy(&it.body), body, "{text}");
            assert_first(&it.faults, "not the signed object itself");
        }
    }
    for form in [
        "type=verify&project_id=1&signature=AA%3D%3D",
        "project_id=1&payment[id]=2",
    ] {
        for input in [form.to_owned(), format!("POST / HTTP/1.1\r\n\r\n{form}")] {
            let it = found(&input);
            assert_first(&it.faults, "the body is a form");
        }
    }
}

#[test]
fn bytes_that_are_not_json_in_utf8_are_named_and_read() {
    use encoding_rs::{IBM866, ISO_8859_5, KOI8_R, WINDOWS_1251, X_MAC_CYRILLIC};
    let text = r#"{"project_id":1234,"customer_id":"Оплата через Каспи","signature":"AAAA"}"#;
    let little =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let big = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_be_bytes).collect() };
    let marked = format!("\u{feff}{text}");
    let curly = text.replace('"', "”").replacen('”', "“", 1);
    let encoded = |set: &'static encoding_rs::Encoding| set.encode(text).0.into_owned();
    let after_comma = |sign: &str| text.replace(",\"", &format!(",{sign}\"")).into_bytes();
    let cases: [Vec<u8>; 19] = [
        encoded(ISO_8859_5),
        encoded(X_MAC_CYRILLIC),
        encoded(WINDOWS_1251),
        encoded(KOI8_R),
        encoded(IBM866),
        little(text),
        big(text),
        little(&marked),
        big(&marked),
        little(&format!("12:00 {text}\r\n")),
        marked.clone().into_bytes(),
        curly.clone().into_bytes(),
        format!("12:00\n: {curly}").into_bytes(),
        text.replace('"', "'").into_bytes(),
        after_comma("\u{a0}"),
        after_comma("\n\u{202f}"),
        text.replace(":\"", ":\u{200b}\"").into_bytes(),
        curly.replace(",”", ",\u{a0}”").into_bytes(),
        little(&curly),
    ];
    let mut told = Vec::new();
    for (number, bytes) in (1..).zip(cases) {
        let it = found(&bytes);
        let body: serde_json::Value = serde_json::from_slice(&it.body).unwrap();
        assert_eq!(body["customer_id"], "Оплата через Каспи", "{number}");
        assert!(it.doubts.is_empty(), "no replacement is claimed");
        told.extend(it.faults.iter().map(|fault| format!("{number}: {fault}")));
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn bytes_whose_text_is_lost_claim_no_set_and_no_replacement() {
    let text = r#"{"project_id":1234,"customer_id":"Оплата Café","signature":"AAAA"}"#;
    let latin = r#"{"a":"Café Müller"}"#;
    let latin = encoding_rs::WINDOWS_1252.encode(latin).0.into_owned();
    let units = text.encode_utf16().flat_map(u16::to_le_bytes);
    let mut cut: Vec<u8> = units.take(101).collect();
    // Half a pair of surrogates.
    cut[81] = 0xd8;
    let mut damaged = text.as_bytes().to_vec();
    damaged.remove(text.find('л').unwrap());
    for (bytes, fault) in [
        (latin, "looks like windows-1252"),
        (cut, "begins but does not end"),
        (
            b"{\"a\":\"7\xff7\"}".to_vec(),
            "or has damaged bytes, or may be",
        ),
        (damaged, "UTF-8 with damaged characters"),
    ] {
        let it = found(&bytes);
        assert!(it.doubts.is_empty(), "{it:?}");
        assert!(it.faults.concat().contains(fault), "{it:?}");
    }
}

#[test]
fn quotes_inside_a_text_in_odd_quotes_stay() {
    for odd in [
        "{“a”:“«x» \"y\" z”,“b”:“it’s”}",
        r#"{'a':"it's", 'b':'say "hi", it\'s'}"#,
    ] {
        let it = found(odd);
        let is_read = is_readable(&it.body) && it.faults.len() == 1;
        assert!(is_read, "{it:?}");
    }
}

#[test]
fn compressed_body_is_named_by_its_compression() {
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0\0\0";
    for (bytes, how) in [
        (gzip.to_vec(), "gzip"),
        (b"\x78\x9c\xab\xae\x05\0\x01\x75\0\xf9".to_vec(), "deflate"),
        (b"\x28\xb5\x2f\xfd\x04".to_vec(), "zstd"),
        (b"BZh91AY&SY".to_vec(), "bzip2"),
        (b"\xfd7zXZ\0\0\x04".to_vec(), "xz"),
        (capture("gzip", gzip), "gzip"),
        (capture("br", b"\x0b\x01\x80{}\x03"), "br"),
        (
            format!(r#"{{"isBase64Encoded":true,"body":"{}"}}"#, base64(gzip)).into_bytes(),
            "gzip",
        ),
    ] {
        let it = found(&bytes);
        assert_first(&it.faults, &format!("compressed ({how})"));
    }
}

fn capture(encoding: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST / HTTP/1.1\r\nContent-Length: {length}\r\nContent-Encoding: {encoding}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

#[test]
fn odd_signs_that_break_nothing_are_no_fault() {
    for input in [
        BODY.as_bytes().to_vec(),
        BODY.replace('é', "“ \u{a0} it's").into_bytes(),
        format!("12:00 it’s “{BODY}”").into_bytes(),
        capture("gzip", BODY.as_bytes()),
        // A quote in a text is not escaped.
        r#"{"a":"say "it's" “now”"}"#.into(),
        // No form, no shell, no Python printed this.
        BODY.replace('é', "': '%22 \\\\x").into_bytes(),
    ] {
        let it = found(&input);
        assert!(it.faults.is_empty() && it.notes.is_empty(), "{it:?}");
    }
}

#[test]
fn bytes_around_the_body_are_reported() {
    let it = found(quoted(BODY));
    assert_first(&it.notes, "JSON of the body twice");
    for (before, after, fault) in [
        ("", "}", "goes on after its object"),
        ("", "\n]}\n", "goes on after its object"),
        ("", ",", "goes on after its object"),
        ("", "abc", "goes on after its object"),
        ("", BODY, "goes on after its object"),
        ("[", "]\n", "an array with the object in it"),
        (
            "\u{a0}",
            "",
            "no-break space or the like (U+00A0) is outside the texts, the first at line 1, column 1;",
        ),
        (
            "",
            "\n\u{200b}",
            "invisible character (U+200B) is outside the texts, the first at line 2, column 1;",
        ),
        ("\u{200b}\u{feff}", "", "invisible character (U+200B)"),
        ("\0", "\0", "control character (U+0000)"),
    ] {
        let body = format!("{before}{BODY}{after}");
        let length = body.len();
        for input in [
            body.clone(),
            format!("POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{body}"),
        ] {
            let it = found(&input);
            assert_eq!(it.body, BODY.as_bytes(), "{input}");
            assert_first(&it.faults, fault);
        }
    }
    let request = format!(
        "POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\nbody={BODY}",
        BODY.len() + 5
    );
    let it = found(request);
    assert_first(&it.faults, "other text around the signed object");
    let it = found([&b"\x80"[..], BODY.as_bytes()].concat());
    assert_first(&it.faults, "bytes that are not UTF-8");
    for after in ["\n{}", " junk"] {
        let it = found(format!("{BODY}{after}"));
        assert_eq!(it.body, BODY.as_bytes());
        assert_first(&it.notes, "goes on after the object");
    }
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
