//! Which secret it is, of one or many projects; and that none is ever told.

use crate::place::{BODY, NEW, OLD, OTHER, Place, STRING, good, sent};

const CONFIG: [&str; 2] = ["--config", "jetpay.toml"];

#[test]
fn the_secret_that_matches_is_named_by_its_place() {
    let place = Place::new();
    for (arguments, secret, named) in [
        (
            &CONFIG[..],
            OLD,
            "by secret 1 of project 1234, in natural order",
        ),
        (
            &CONFIG,
            NEW,
            "by secret 2 of project 1234, in natural order",
        ),
        (
            &["--secret-env", "OLD", "--secret-env", "NEW"],
            NEW,
            "by the secret in NEW, in natural",
        ),
    ] {
        let (code, told) = place.told(arguments, &good(secret));
        assert_eq!(code, 0, "{told}");
        assert!(
            told.starts_with("✓ the signature matches: ") && told.contains(named),
            "{told}"
        );
    }
}

#[test]
fn another_projects_secret_is_found_and_both_projects_are_named() {
    let place = Place::new();
    let (code, told) = place.told(&CONFIG, &good(OTHER));
    assert_eq!(code, 1);
    assert!(
        told.contains("it is by secret 1 of project 5678, but the body names project 1234"),
        "{told}"
    );
    let unknown = BODY.replace("1234", "99");
    let string = STRING.replace("1234", "99");
    let (code, told) = place.told(&CONFIG, &sent(&unknown, &string, OTHER));
    assert_eq!(code, 1);
    assert!(
        told.contains("not configured here") && told.contains("secret 1 of project 5678"),
        "{told}"
    );
}

#[test]
fn without_secrets_or_with_an_unknown_one_it_ends_with_2_and_says_what_to_do() {
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
        let (code, told) = place.told(arguments, "{}");
        assert_eq!(code, 2, "{told}");
        assert!(told.contains(why), "{told}");
    }
}

#[test]
fn no_secret_and_no_right_signature_is_in_any_output() {
    let place = Place::new();
    place.write("theirs", STRING);
    let wrong = good(OLD).replace("712345", "712346");
    // What would be right for the changed body is what a forger wants.
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
                let (_, told) = place.told(&[secrets, option].concat(), input);
                assert!(!told.contains("hush"), "{told}");
                assert!(option == ["--json"] || !told.contains(&right), "{told}");
            }
        }
    }
    for option in [
        &["--show-computed"][..],
        &["--show-computed", "--redact"],
        &["--json"],
    ] {
        let (_, told) = place.told(&[&CONFIG[..], option].concat(), &wrong);
        assert!(told.contains(&right), "{told}");
    }
}

#[test]
fn nothing_of_the_payer_is_in_redacted_output() {
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
            let (_, told) = place.told(&[&CONFIG[..], &["--redact"], option].concat(), &input);
            for hidden in ["7123456789", "87.3", "4711", "=="] {
                assert!(!told.contains(hidden), "{hidden} in {told}");
            }
        }
    }
}
