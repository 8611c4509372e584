//! Neither secrets nor a payer's data are in `Debug` or in the text of a rejection.

mod support;

use jetpay_core::message::Received;
use jetpay_core::signature::{Canonical, Key, sign};
use jetpay_core::{Keyring, Project, Rejection};
use proptest::prelude::*;
use support::{fixture, fixtures_named, keyring, read};

const SECRET: &str = "hush-hush-4711";

/// Whether `text` shows `bytes`, as text or in the form in which `Debug` prints bytes.
fn shows(text: &str, bytes: &str) -> bool {
    let list: Vec<String> = bytes.bytes().map(|byte| byte.to_string()).collect();
    let compact: String = text.split_whitespace().collect();
    text.contains(bytes) || compact.contains(&list.join(","))
}

fn assert_hides(debug: &str, hidden: &[&str]) {
    for hidden in hidden {
        assert!(!shows(debug, hidden), "{hidden} is in {debug}");
    }
}

#[test]
fn bytes_shown_as_a_list_are_found() {
    assert!(shows(&format!("{:?}", SECRET.as_bytes()), SECRET));
    assert!(shows(&format!("{:#?}", SECRET.as_bytes()), SECRET));
}

#[test]
fn debug_shows_no_secret() {
    let key = Key::new(SECRET).unwrap();
    let project = Project::new(1234_u64, SECRET).unwrap();
    let keyring = Keyring::from(project.clone());
    let body = sign(fixture("kaspi/callback-success.json").as_bytes(), &key).unwrap();
    let received = Received::parse(&body).unwrap();
    let mut debugs = vec![
        format!("{key:?}"),
        format!("{project:?}"),
        format!("{keyring:#?}"),
        format!("{received:?}"),
    ];
    let authentic = received.authenticate(&keyring).unwrap();
    debugs.extend([
        format!("{authentic:?}"),
        format!("{:?}", authentic.callback()),
    ]);
    for debug in debugs {
        assert_hides(&debug, &[SECRET]);
    }
}

#[test]
fn debug_of_a_message_shows_no_data_of_the_payer() {
    let payer = ["4455667788", "Ivan Petrov", "payer-9", "A1B2C3"];
    let body = fixture("kaspi/callback-success.json")
        .replace("1234567890", payer[0])
        .replace(
            "\"description\": \"\"",
            &format!("\"description\": \"{}\"", payer[1]),
        )
        .replace("customer_123", payer[2])
        .replace(
            "\"auth_code\": \"\"",
            &format!("\"auth_code\": \"{}\"", payer[3]),
        );
    let body = support::signed(&body);
    let keyring = keyring();
    let received = Received::parse(body.as_bytes()).unwrap();
    let mut debugs = vec![
        format!("{received:?}"),
        format!("{:?}", Canonical::parse(body.as_bytes()).unwrap()),
    ];
    let authentic = received.authenticate(&keyring).unwrap();
    debugs.extend([
        format!("{authentic:?}"),
        format!("{:?}", authentic.callback().unwrap()),
    ]);
    for debug in debugs {
        assert_hides(&debug, &payer);
    }

    let request = support::signed(
        &fixture("kaspi/check_deposit-request.json").replace("123456789", payer[0]),
    );
    assert_hides(&format!("{:?}", read(&request).unwrap()), &payer);
}

/// Replaces each value of a message by a unique text, then checks that no rejection shows it.
#[test]
fn rejection_shows_no_value_of_the_message() {
    const MARK: &str = "zqxj-4455";
    for (name, body) in fixtures_named(&["callback-", "check_deposit-request", "verify-request"]) {
        let pieces: Vec<&str> = body.split("\": \"").collect();
        for at in 1..pieces.len() {
            let mut changed: Vec<String> = pieces.iter().map(|&piece| piece.to_owned()).collect();
            let rest = changed[at].split_once('"').unwrap().1.to_owned();
            for value in [
                format!("{MARK}\"{rest}"),
                format!("{MARK};payment:id:{MARK}\"{rest}"),
                format!("{MARK}\\q\"{rest}"),
            ] {
                changed[at] = value;
                let body = changed.join("\": \"");
                let signed = sign(body.as_bytes(), &support::key())
                    .unwrap_or_else(|_| body.clone().into_bytes());
                for body in [body.as_bytes(), &signed] {
                    if let Err(rejection) = read(body) {
                        assert_hides(&format!("{rejection} {rejection:?}"), &[MARK]);
                    }
                }
            }
        }
        assert!(pieces.len() > 2, "{name}");
    }
}

proptest! {
    // Integration tests have no file for failed cases. The minimal case in the output is enough.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rejection_shows_neither_keys_nor_broken_json(
        before in r#"\{("a": ?)?[\[{"]{0,3}"#,
        after in r#"[\]}":, ]{0,6}"#,
    ) {
        const MARK: &str = "zqxj4455";
        let body = format!("{before}{MARK}{after}");
        if let Err(rejection) = Received::parse(body.as_bytes()).map_err(Rejection::from) {
            assert_hides(&format!("{rejection} {rejection:?}"), &[MARK]);
        }
    }
}
