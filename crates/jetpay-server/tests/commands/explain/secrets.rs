//! Which secret matches; and that no output contains one.

use super::{BODY, CONFIG, NEW, OLD, OTHER, Place, STRING, good, sent};
use crate::support::assert_has;

#[test]
fn matching_secret_is_named_by_its_source() {
    let place = Place::new();
    for (arguments, secret, named) in [
        (
            CONFIG,
            OLD,
            "with secret 1 of project 1234, in natural order",
        ),
        (
            CONFIG,
            NEW,
            "with secret 2 of project 1234, in natural order",
        ),
        (
            "--secret-env OLD --secret-env NEW",
            NEW,
            "with the secret in NEW, in natural",
        ),
    ] {
        let (code, output) = place.explain(arguments, &good(secret));
        assert_eq!(code, 0, "{output}");
        assert!(
            output.starts_with("✓ the signature matches: ") && output.contains(named),
            "{output}"
        );
    }
}

#[test]
fn past_secret_is_named_and_the_message_would_be_refused() {
    let place = Place::new();
    let secrets = "[[project.secret]]\nfile = \"old\"\nuse = \"past\"\n[[project.secret]]\nfile = \"new\"\nuse = \"sign\"\n";
    place.0.change("secret_file = [\"old\", \"new\"]\n", "");
    place.0.change(
        "[[project]]\nid = 5678",
        &format!("{secrets}[[project]]\nid = 5678"),
    );
    for (secret, said) in [
        (
            NEW,
            "✓ the signature matches: made with secret 1 of project 1234, in",
        ),
        (
            OLD,
            "! the signature matches, but the message would be refused: made with secret 2 of project 1234 (use = \"past\": it \
             accepts nothing new), in",
        ),
    ] {
        let (code, output) = place.explain(CONFIG, &good(secret));
        assert!(code == 0 && output.starts_with(said), "{output}");
    }
}

#[test]
fn secret_of_another_project_is_found_and_both_projects_are_named() {
    let place = Place::new();
    let (code, output) = place.explain(CONFIG, &good(OTHER));
    assert_eq!(code, 1);
    let made = "secret 1 of project 5678 made it, but the body names project 1234";
    assert_has(&output, &[made]);
    let unknown = BODY.replace("1234", "99");
    let string = STRING.replace("1234", "99");
    let (code, output) = place.explain(CONFIG, &sent(&unknown, &string, OTHER));
    assert_eq!(code, 1);
    assert_has(
        &output,
        &["not configured here", "secret 1 of project 5678"],
    );
}

#[test]
fn missing_or_unknown_secret_ends_with_2_and_with_what_to_do() {
    let place = Place::new();
    for (arguments, why) in [
        ("", "--secret-env"),
        ("--secret-env NO_SUCH", "export NO_SUCH="),
        ("--config none.toml", "none.toml"),
        ("--secret-env OLD none.json", "cannot read none.json"),
    ] {
        let (code, output) = place.explain(arguments, "{}");
        assert_eq!(code, 2, "{output}");
        assert_has(&output, &[why]);
    }
}

#[test]
fn no_output_contains_a_secret_or_the_right_signature() {
    let place = Place::new();
    place.0.write("theirs", STRING);
    let wrong = good(OLD).replace("712345", "712346");
    // A forger wants the right signature of the changed body.
    let right = STRING.replace("712345", "712346");
    let right = sent("SIGNATURE", &right, OLD);
    let inputs = [
        good(OLD),
        good(NEW),
        good(OTHER),
        good("x"),
        wrong.clone(),
        "{}".to_owned(),
        "{".to_owned(),
    ];
    let options = [
        "",
        "--verbose",
        "--redact",
        "--json",
        "--json --redact",
        "--compare theirs",
    ];
    for input in &inputs {
        for option in options {
            for secrets in [CONFIG, "--secret-env OLD --secret-env TRAILING"] {
                let (_, output) = place.explain(&format!("{secrets} {option}"), input);
                assert!(!output.contains("hush"), "{output}");
                assert!(option == "--json" || !output.contains(&right), "{output}");
            }
        }
    }
    for option in ["--show-computed", "--show-computed --redact", "--json"] {
        let (_, output) = place.explain(&format!("{CONFIG} {option}"), &wrong);
        assert_has(&output, &[&right]);
    }
}

#[test]
fn redacted_output_contains_no_data_of_the_payer() {
    let place = Place::new();
    place
        .0
        .write("theirs", "customer_id:7123456789;odd 4711;type:verify");
    let changed = BODY.replace("10.50", "87.30");
    let rules = sent(&changed, &STRING.replace("10.5", "87.30"), OLD);
    let json = sent(BODY, &good("SIGNATURE"), OLD);
    let log = format!("a log of 7123456789: {}", good("wrong"));
    for input in [
        good(OLD),
        rules,
        json,
        log,
        good(OTHER),
        "{\"a\":7123456789,}".to_owned(),
    ] {
        for option in ["", "--verbose", "--json", "--compare theirs"] {
            let (_, output) = place.explain(&format!("{CONFIG} --redact {option}"), &input);
            for hidden in ["7123456789", "87.3", "4711", "=="] {
                assert!(!output.contains(hidden), "{hidden} in {output}");
            }
        }
    }
}
