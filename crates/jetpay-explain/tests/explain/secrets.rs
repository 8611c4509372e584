//! Neither secrets nor a payer's data are in `Debug` of an explanation or in its hints.

use jetpay_core::signature::{Key, sign};
use jetpay_core::{Keyring, Project};
use jetpay_explain::{explain, explain_with};
use jetpay_testing::{FOLDERS, Kind, Manifest, fixture_keyring};

use super::key;

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

fn fixture(folder: &str, file: &str) -> String {
    String::from_utf8(Manifest::of(folder).fixture(file).body()).unwrap()
}

#[test]
fn debug_shows_no_secret() {
    let key = Key::new(SECRET).unwrap();
    let keyring = Keyring::from(Project::new(1234_u64, SECRET).unwrap());
    let body = sign(fixture("kaspi", "callback-success.json").as_bytes(), &key).unwrap();
    for debug in [
        format!("{:?}", explain_with(&body, &keyring)),
        format!("{:?}", explain(&body, &[key])),
    ] {
        assert_hides(&debug, &[SECRET]);
    }
}

#[test]
fn debug_shows_no_data_of_the_payer() {
    let payer = ["4455667788", "Ivan Petrov", "payer-9", "A1B2C3"];
    let body = fixture("kaspi", "callback-success.json")
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
    let body = String::from_utf8(sign(body.as_bytes(), &key("secret")).unwrap()).unwrap();
    let keyring = fixture_keyring();
    let explained = explain_with(body.as_bytes(), &keyring);
    assert_hides(&format!("{explained:?}"), &payer);
    let explained = explain_with(body.replace("payer-9", "payer-8").as_bytes(), &keyring);
    assert_hides(&format!("{explained:?}"), &payer);
}

/// Replaces each value of a message by a unique text, then checks that no hint shows it.
#[test]
fn hints_show_no_value_of_a_message() {
    const MARK: &str = "zqxj-4455";
    let requests = [
        Kind::VerifyRequest,
        Kind::CheckDepositRequest,
        Kind::Callback,
    ];
    let fixtures = FOLDERS
        .iter()
        .flat_map(|folder| Manifest::of(folder).fixtures);
    for fixture in fixtures.filter(|fixture| requests.contains(&fixture.kind)) {
        let body = String::from_utf8(fixture.body()).unwrap();
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
                let signed = sign(body.as_bytes(), &key("secret"))
                    .unwrap_or_else(|_| body.clone().into_bytes());
                for body in [body.as_bytes(), &signed] {
                    let hints = explain_with(body, &fixture_keyring()).hints;
                    assert_hides(&serde_json::to_string(&hints).unwrap(), &[MARK]);
                }
            }
        }
        assert!(pieces.len() > 2, "{}", fixture.file);
    }
}
