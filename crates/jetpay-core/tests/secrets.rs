//! Neither secrets nor a payer's data are in `Debug` or in the text of a rejection.

mod support;

use jetpay_core::message::Received;
use jetpay_core::signature::{Canonical, Key, sign};
use jetpay_core::{Keyring, Project, Rejection};
use jetpay_testing::leaks::{MARK, assert_hides, marked, shows};
use proptest::prelude::*;
use support::{fixture, fixtures_named, keyring, read};

const SECRET: &str = "hush-hush-4711";

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

#[test]
fn rejection_shows_no_value_of_the_message() {
    let kinds = ["callback-", "check_deposit-request", "verify-request"];
    let bodies = fixtures_named(&kinds).into_iter();
    for body in bodies.flat_map(|(_, body)| marked(&body)) {
        let signed = sign(body.as_bytes(), &support::key());
        let signed = signed.unwrap_or_else(|_| body.clone().into_bytes());
        for body in [body.as_bytes(), &signed] {
            if let Err(rejection) = read(body) {
                assert_hides(&format!("{rejection} {rejection:?}"), &[MARK]);
            }
        }
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
