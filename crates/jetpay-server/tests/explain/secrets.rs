//! Which secret matches; and that no output contains one.

use crate::{BODY, NEW, OLD, OTHER, Place, STRING, good, sent};

const CONFIG: [&str; 2] = ["--config", "jetpay.toml"];

#[test]
fn matching_secret_is_named_by_its_source() {
    let place = Place::new();
    for (arguments, secret, named) in [
        (
            &CONFIG[..],
            OLD,
            "with secret 1 of project 1234, in natural order",
        ),
        (
            &CONFIG,
            NEW,
            "with secret 2 of project 1234, in natural order",
        ),
        (
            &["--secret-env", "OLD", "--secret-env", "NEW"],
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
fn past_secret_that_matches_is_not_accepted() {
    let place = Place::new();
    let secrets = "[[project.secret]]\nfile = \"new\"\nuse = \"sign\"\n[[project.secret]]\nfile = \"old\"\nuse = \"past\"";
    let config = crate::CONFIG.replace("secret_file = [\"old\", \"new\"]", secrets);
    place.write("jetpay.toml", &config);
    for (secret, code, words) in [
        (NEW, 0, "made with secret 1 of project 1234"),
        (
            OLD,
            1,
            "matches a past secret of the project, which is not accepted any more",
        ),
        (OTHER, 1, "project 5678's secret"),
    ] {
        let (ended, output) = place.explain(&CONFIG, &good(secret));
        assert_eq!(ended, code, "{output}");
        assert!(output.contains(words), "{output}");
        assert_eq!(output.contains("past"), secret == OLD, "{output}");
    }
}

#[test]
fn secret_of_another_project_is_found_and_both_projects_are_named() {
    let place = Place::new();
    let (code, output) = place.explain(&CONFIG, &good(OTHER));
    assert_eq!(code, 1);
    assert!(
        output.contains("secret 1 of project 5678 made it, but the body names project 1234"),
        "{output}"
    );
    let unknown = BODY.replace("1234", "99");
    let string = STRING.replace("1234", "99");
    let (code, output) = place.explain(&CONFIG, &sent(&unknown, &string, OTHER));
    assert_eq!(code, 1);
    assert!(
        output.contains("not configured here") && output.contains("secret 1 of project 5678"),
        "{output}"
    );
}

#[test]
fn missing_or_unknown_secret_ends_with_2_and_with_what_to_do() {
    let place = Place::new();
    for (arguments, why) in [
        (&[][..], "--secret-env"),
        (&["--secret-env", "NO_SUCH"], "export NO_SUCH="),
        (&["--config", "none.toml"], "none.toml"),
        (
            &["--secret-env", "OLD", "none.json"],
            "cannot read none.json",
        ),
    ] {
        let (code, output) = place.explain(arguments, "{}");
        assert_eq!(code, 2, "{output}");
        assert!(output.contains(why), "{output}");
    }
}

#[test]
fn no_output_contains_a_secret_or_the_right_signature() {
    let place = Place::new();
    place.write("theirs", STRING);
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
    let options: [&[&str]; 6] = [
        &[],
        &["--verbose"],
        &["--redact"],
        &["--json"],
        &["--json", "--redact"],
        &["--compare", "theirs"],
    ];
    for input in &inputs {
        for option in options {
            for secrets in [
                &CONFIG[..],
                &["--secret-env", "OLD", "--secret-env", "TRAILING"],
            ] {
                let (_, output) = place.explain(&[secrets, option].concat(), input);
                assert!(!output.contains("hush"), "{output}");
                assert!(option == ["--json"] || !output.contains(&right), "{output}");
            }
        }
    }
    for option in [
        &["--show-computed"][..],
        &["--show-computed", "--redact"],
        &["--json"],
    ] {
        let (_, output) = place.explain(&[&CONFIG[..], option].concat(), &wrong);
        assert!(output.contains(&right), "{output}");
    }
}

#[test]
fn redacted_output_contains_no_data_of_the_payer() {
    let place = Place::new();
    place.write("theirs", "customer_id:7123456789;odd 4711;type:verify");
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
        for option in [
            &[][..],
            &["--verbose"],
            &["--json"],
            &["--compare", "theirs"],
        ] {
            let (_, output) = place.explain(&[&CONFIG[..], &["--redact"], option].concat(), &input);
            for hidden in ["7123456789", "87.3", "4711", "=="] {
                assert!(!output.contains(hidden), "{hidden} in {output}");
            }
        }
    }
}
