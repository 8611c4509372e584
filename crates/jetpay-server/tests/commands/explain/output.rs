//! The output for people, as snapshots; colours; the output for programs; the exit code for any input.

use proptest::prelude::*;
use serde_json::Value;

use super::{BODY, CONFIG, OLD, OTHER, Place, STRING, good, sent};
use crate::support::{assert_has, piped};

#[test]
fn two_strings_are_shown_one_below_the_other_with_the_first_difference_marked() {
    let place = Place::new();
    let body = sent(BODY, &STRING.replace("10.5", "10.50"), OLD);
    let (_, output) = place.explain(CONFIG, &body);
    insta::assert_snapshot!("another_rule", output);
    let (_, output) = place.explain(&format!("{CONFIG} --redact"), &body);
    insta::assert_snapshot!("another_rule_redacted", output);
}

#[test]
fn invisible_characters_are_shown_as_escapes() {
    let place = Place::new();
    let body = BODY.replace("10.50", r#""\u001b[2J\u202e漢\r\n ж""#);
    let string = STRING.replace("10.5", "\u{1b}[2J\u{202e}漢\n ж");
    let (_, output) = place.explain(CONFIG, &sent(&body, &string, OLD));
    insta::assert_snapshot!("invisible", output);
}

#[test]
fn request_signed_with_another_projects_secret_is_explained() {
    let place = Place::new();
    let body = good(OTHER);
    let capture = format!(
        "POST /kaspi HTTP/1.1\r\nContent-Length: {}\r\nX-Signature: a\r\n\r\n{body}\r\n",
        body.len()
    );
    insta::assert_snapshot!("another_project", place.explain(CONFIG, &capture).1);
}

#[test]
fn long_string_is_shortened_unless_verbose_is_given() {
    let place = Place::new();
    let body = BODY.replace("verify", &"abcdefghij".repeat(100));
    let (_, output) = place.explain(CONFIG, &sent(&body, "other", OLD));
    insta::assert_snapshot!("long", output);
    let (_, output) = place.explain(&format!("{CONFIG} -v"), &body);
    let values = "\n    project_id:1234\n    rate:10.5\n";
    assert_has(&output, &[&"abcdefghij".repeat(100), values]);
}

#[test]
fn string_of_the_sender_is_compared_with_the_string_to_sign() {
    let place = Place::new();
    let theirs = STRING.replace("7123456789", "07123456789");
    place.0.write("theirs", format!("{theirs}\n"));
    let arguments = format!("{CONFIG} --compare theirs");
    let (code, output) = place.explain(&arguments, &sent(BODY, &theirs, OLD));
    assert_eq!(code, 1);
    insta::assert_snapshot!("compared", output);
    let (_, output) = place.explain(&arguments, &sent(BODY, "x", OLD));
    let none = "no secret that was tried made the signature over the sender's string";
    assert_has(&output, &[none]);
    place.0.write("theirs", STRING);
    let (_, output) = place.explain(&arguments, &sent(BODY, STRING, "unknown"));
    assert_has(&output, &["the sender's string is the string to sign"]);
}

#[test]
fn colours_are_written_to_terminals_and_on_request() {
    let place = Place::new();
    let body = good("wrong");
    let colours = |variables: &[(&str, &str)]| {
        let mut command = place.command(CONFIG);
        let said = piped(command.envs(variables.iter().copied()), &body);
        said.out.contains('\u{1b}')
    };
    assert!(!colours(&[]), "in a pipe");
    assert!(colours(&[("CLICOLOR_FORCE", "1")]));
    assert!(!colours(&[("NO_COLOR", "1")]));
}

#[test]
fn file_is_read_like_standard_input() {
    let place = Place::new();
    let log = format!("12:00 got {}\n12:01 ended\n", good(OLD));
    place.0.write("service.log", &log);
    let by_name = place.explain(&format!("{CONFIG} service.log"), "");
    assert_eq!(by_name, place.explain(CONFIG, &log));
    assert_eq!(by_name, place.explain(&format!("{CONFIG} -"), &log));
    assert_has(&by_name.1, &["from       a log, line 1: body of 1"]);
}

#[test]
fn json_output_has_the_same_result() {
    let place = Place::new();
    let json = |input: &str| -> (Option<i32>, Value) {
        let said = place.run(&format!("{CONFIG} --json"), input);
        (said.code, said.json())
    };
    let (code, found) = json(&good(OLD));
    assert_eq!(
        (code, &found["verdict"], &found["order"]),
        (Some(0), &"match".into(), &"natural".into())
    );
    assert_eq!(
        (&found["secret"], &found["project"]),
        (&"secret 1 of project 1234".into(), &1234.into())
    );
    assert_eq!(found["computed"], found["given"]);
    let (code, found) = json(&format!("POST / HTTP/1.1\r\n\r\n{}", sent(BODY, "x", OLD)));
    assert_eq!((code, &found["verdict"]), (Some(1), &"mismatch".into()));
    assert_eq!(found["from"], "an HTTP capture: body of 178 bytes");
    assert_has(found["notes"][0].as_str().unwrap(), &["Content-Length"]);
    let (_, found) = json(&good(OTHER));
    assert_eq!(found["signed"]["secret"], "secret 1 of project 5678");
    assert_eq!(found["signed"]["string"], STRING);
    for unreadable in ["{\"project_id\":1,}", ""] {
        let (code, found) = json(unreadable);
        assert_eq!((code, &found["verdict"]), (Some(2), &"unreadable".into()));
    }
    let (code, found) = json("no body at all");
    assert_eq!((code, &found["verdict"]), (Some(2), &"unreadable".into()));
    assert_has(found["hints"][0].as_str().unwrap(), &["no JSON object"]);
}

fn ends_well(place: &Place, input: &[u8]) -> Result<(), TestCaseError> {
    for option in ["--verbose", "--redact", "--json"] {
        let said = place.run(&format!("{CONFIG} {option}"), input);
        prop_assert!(matches!(said.code, Some(0..=2)), "{:?}", said);
        let text = said.all();
        prop_assert!(
            !text.contains("hush") && !text.contains("panicked"),
            "{text}"
        );
        prop_assert!(!text.contains('\u{1b}'), "{text}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_end_with_0_1_or_2(input in prop::collection::vec(any::<u8>(), 0..300)) {
        ends_well(&Place::new(), &input)?;
    }

    #[test]
    fn damaged_capture_ends_with_0_1_or_2(
        at in any::<prop::sample::Index>(),
        length in 0_usize..20,
        with in prop::collection::vec(any::<u8>(), 0..5),
    ) {
        let body = good(OLD);
        let mut capture = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes();
        let at = at.index(capture.len());
        let end = (at + length).min(capture.len());
        capture.splice(at..end, with);
        ends_well(&Place::new(), &capture)?;
    }
}
