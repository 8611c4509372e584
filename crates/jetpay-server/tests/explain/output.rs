//! What a person reads, as snapshots; colours; what is JSON.

use serde_json::Value;

use crate::place::{BODY, OLD, OTHER, Place, STRING, good, piped, sent};

const CONFIG: [&str; 2] = ["--config", "jetpay.toml"];

#[test]
fn two_strings_stand_one_under_the_other_with_the_first_difference_marked() {
    let place = Place::new();
    let body = sent(BODY, &STRING.replace("10.5", "10.50"), OLD);
    let (_, told) = place.told(&CONFIG, &body);
    insta::assert_snapshot!("another_rule", told);
    let (_, told) = place.told(&[&CONFIG[..], &["--redact"]].concat(), &body);
    insta::assert_snapshot!("another_rule_redacted", told);
}

#[test]
fn characters_that_cannot_be_seen_are_shown() {
    let place = Place::new();
    let body = BODY.replace("10.50", r#""\u001b[2J\u202e漢\r\n ж""#);
    let string = STRING.replace("10.5", "\u{1b}[2J\u{202e}漢\n ж");
    let (_, told) = place.told(&CONFIG, &sent(&body, &string, OLD));
    insta::assert_snapshot!("invisible", told);
}

#[test]
fn a_request_by_another_projects_secret_is_explained() {
    let place = Place::new();
    let body = good(OTHER);
    let capture = format!(
        "POST /kaspi HTTP/1.1\r\nContent-Length: {}\r\nX-Signature: a\r\n\r\n{body}\r\n",
        body.len()
    );
    insta::assert_snapshot!("another_project", place.told(&CONFIG, &capture).1);
}

#[test]
fn a_long_string_is_cut_unless_all_is_wanted() {
    let place = Place::new();
    let body = BODY.replace("verify", &"abcdefghij".repeat(100));
    let (_, told) = place.told(&CONFIG, &sent(&body, "other", OLD));
    insta::assert_snapshot!("long", told);
    let (_, told) = place.told(&[&CONFIG[..], &["-v"]].concat(), &body);
    assert!(told.contains(&"abcdefghij".repeat(100)), "{told}");
    assert!(
        told.contains("\n    project_id:1234\n    rate:10.5\n"),
        "{told}"
    );
}

#[test]
fn what_the_sender_says_it_signed_is_held_against_what_must_be_signed() {
    let place = Place::new();
    let theirs = STRING.replace("7123456789", "07123456789");
    place.write("theirs", &format!("{theirs}\n"));
    let arguments = [&CONFIG[..], &["--compare", "theirs"]].concat();
    let (code, told) = place.told(&arguments, &sent(BODY, &theirs, OLD));
    assert_eq!(code, 1);
    insta::assert_snapshot!("compared", told);
    let (_, told) = place.told(&arguments, &sent(BODY, "x", OLD));
    assert!(
        told.contains("not that of the sender's string by any secret"),
        "{told}"
    );
    place.write("theirs", STRING);
    let (_, told) = place.told(&arguments, &sent(BODY, STRING, "unknown"));
    assert!(
        told.contains("the sender's string is the one that has to be signed"),
        "{told}"
    );
}

#[test]
fn colours_are_for_terminals_and_for_who_asks() {
    let place = Place::new();
    let body = good("wrong");
    let colours = |variables: &[(&str, &str)]| {
        let mut command = place.command(&CONFIG);
        let output = piped(command.envs(variables.iter().copied()), body.as_bytes());
        output.stdout.contains(&0x1b)
    };
    assert!(!colours(&[]), "in a pipe");
    assert!(colours(&[("CLICOLOR_FORCE", "1")]));
    assert!(!colours(&[("NO_COLOR", "1")]));
}

#[test]
fn a_file_is_read_as_standard_input_is() {
    let place = Place::new();
    let log = format!("12:00 got {}\n12:01 ended\n", good(OLD));
    place.write("service.log", &log);
    let by_name = place.told(&[&CONFIG[..], &["service.log"]].concat(), "");
    assert_eq!(by_name, place.told(&CONFIG, &log));
    assert_eq!(by_name, place.told(&[&CONFIG[..], &["-"]].concat(), &log));
    assert!(
        by_name.1.contains("from       a log, line 1: body of 1"),
        "{}",
        by_name.1
    );
}

#[test]
fn json_tells_the_same_to_programs() {
    let place = Place::new();
    let json = |input: &str| -> (Option<i32>, Value) {
        let output = place.run(&[&CONFIG[..], &["--json"]].concat(), input.as_bytes());
        (
            output.status.code(),
            serde_json::from_slice(&output.stdout).unwrap(),
        )
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
    assert!(
        found["notes"][0]
            .as_str()
            .unwrap()
            .contains("Content-Length")
    );
    let (_, found) = json(&good(OTHER));
    assert_eq!(found["signed"]["secret"], "secret 1 of project 5678");
    assert_eq!(found["signed"]["string"], STRING);
    let (code, found) = json("no body at all");
    assert_eq!((code, &found["verdict"]), (Some(2), &"unreadable".into()));
    assert!(
        found["hints"][0]
            .as_str()
            .unwrap()
            .contains("no JSON object")
    );
}
