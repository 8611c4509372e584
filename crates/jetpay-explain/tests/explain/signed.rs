//! What the sender signed instead of the string to sign: changes of a body between sender and receiver, and two mistakes at
//! once. Neither secrets nor a payer's data are in `Debug` of it or in hints.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jetpay_core::id::ProjectId;
use jetpay_core::signature::{Key, sign};
use jetpay_core::{Keyring, Project};
use jetpay_explain::{Hint, Line, OtherRule, SecretForm, ValueKind, explain, explain_with};
use jetpay_testing::leaks::{MARK, assert_hides, marked};
use jetpay_testing::{FOLDERS, Kind, Manifest, fixture_keyring};

use super::{hints_with, key};

const SECRET: &str = "hush-hush-4711";

#[test]
fn lines_equal_the_string_to_sign() {
    for body in [
        include_str!("../../../../fixtures/callbacks/callback-malleated.json"),
        include_str!("../../../../fixtures/qiwi-kz/payout-request.json"),
        r#"{"a:b":[1.50,true,null,"",2,3,4,5,6,7,8],"l":[{"signature":"x"}],"frame_mode":1,"z":{}}"#,
        "{}",
    ] {
        let explanation = explain(body.as_bytes(), &[key("other")]);
        let lines: Vec<_> = explanation.lines.iter().map(Line::text).collect();
        assert_eq!(explanation.string_to_sign, Some(lines.join(";")));
    }
}

#[test]
fn line_has_the_signed_value_and_its_json_type() {
    let explanation = explain(br#"{"a:b":[10.0,true,null,"x:y"]}"#, &[]);
    let lines: Vec<_> = explanation
        .lines
        .iter()
        .map(|line| (line.path(), line.value(), line.kind()))
        .collect();
    assert_eq!(
        lines,
        [
            ("a::b:0", "10", ValueKind::Number),
            ("a::b:1", "1", ValueKind::Boolean),
            ("a::b:2", "", ValueKind::Null),
            ("a::b:3", "x:y", ValueKind::Text),
        ]
    );
}

#[test]
fn string_that_was_signed_instead_is_reported_with_its_secret() {
    let body = format!(
        r#"{{"a":true,"signature":"{}"}}"#,
        key("new").sign("a:true")
    );
    let signed = explain(body.as_bytes(), &[key("old"), key("new")])
        .signed
        .unwrap();
    assert_eq!((signed.string.as_str(), signed.secret), ("a:true", 1));
    assert_eq!(signed.lines.unwrap()[0].value(), "true");

    let body = sign(br#"{"a":1}"#, &key("s")).unwrap();
    let signed = explain(&body, &[key("old"), key(" s\n")]).signed.unwrap();
    assert_eq!(
        (signed.string.as_str(), signed.secret, signed.form),
        ("a:1", 1, Some(SecretForm::Trimmed))
    );
}

#[test]
fn signed_json_has_no_lines() {
    let body = format!(
        r#"{{"a":true,"signature":"{}"}}"#,
        key("s").sign(r#"{"a":true}"#)
    );
    let signed = explain(body.as_bytes(), &[key("s")]).signed.unwrap();
    assert_eq!(
        (signed.string.as_str(), signed.lines),
        (r#"{"a":true}"#, None)
    );
}

#[test]
fn debug_shows_nothing_that_was_signed() {
    let body = format!(
        r#"{{"a":"hush","b":true,"signature":"{}"}}"#,
        key("s").sign("a:hush;b:true")
    );
    let explanation = explain(body.as_bytes(), &[key("s")]);
    let debug = format!(
        "{explanation:?}{:?}{:?}",
        explanation.lines, explanation.signed
    );
    assert!(!debug.contains("hush"), "{debug}");
}

#[test]
fn change_of_the_body_after_signing_is_recognised() {
    let cases = [
        (r#"{"a":"Ð\u0098"}"#, "a:И", Hint::CharacterSet),
        (r#"{"a":"é"}"#, "a:Ã©", Hint::CharacterSet),
        (
            r#"{"a":"A &amp;amp; B &lt;","b":1}"#,
            "a:A &amp; B <;b:1",
            Hint::EntitiesEscaped,
        ),
        (r#"{"a":"x\r\ny"}"#, "a:x\ny", Hint::LineEnds),
        (r#"{"a":"x\ny"}"#, "a:x\r\ny", Hint::LineEnds),
        (
            r#"{"a":1,"ip":"10.0.0.1"}"#,
            "a:1",
            Hint::FieldAdded("ip".to_owned()),
        ),
        (
            r#"{"a":1,"trace":{"id":1,"to":[1]}}"#,
            "a:1",
            Hint::FieldAdded("trace".to_owned()),
        ),
        (
            r#"{"a":{"b":[1]},"l":[3,1,2]}"#,
            "a:b:0:1;l:0:1;l:1:2;l:2:3",
            Hint::ArraysReordered,
        ),
        (
            r#"{"l":[5,4,3,2,1]}"#,
            "l:0:1;l:1:2;l:2:3;l:3:4;l:4:5",
            Hint::ArraysReordered,
        ),
    ];
    for (body, text, hint) in cases {
        assert_eq!(hints_with(body, text), [hint], "{body}");
    }
}

#[test]
fn signature_in_a_wrong_place_is_recognised() {
    let signature = key("secret").sign("general:project_id:1");
    let body = format!(
        r#"{{"general":{{"project_id":1,"signature":"{signature}"}},"signature":"{}"}}"#,
        STANDARD.encode([0; 64])
    );
    assert_eq!(
        explain(body.as_bytes(), &[key("secret")]).hints,
        [Hint::SignatureInGeneral]
    );
    for (body, path) in [
        (r#"{"Signature":"x"}"#, "Signature"),
        (
            r#"{"l":[{"payment":{"signature":"x"}}]}"#,
            "l:0:payment:signature",
        ),
    ] {
        assert_eq!(
            explain(body.as_bytes(), &[]).hints,
            [Hint::NoSignature, Hint::SignatureMisplaced(path.to_owned())]
        );
    }
}

#[test]
fn wrong_secret_and_wrong_rule_at_once_are_recognised() {
    let project = |id: u64, secret: &str| Project::new(id, secret).unwrap();
    let keyring = Keyring::new([
        project(1, "one"),
        project(2, "two").with_secret("deux").unwrap(),
    ])
    .unwrap();
    let body = format!(
        r#"{{"a":null,"project_id":1,"signature":"{}"}}"#,
        key("deux").sign("a:null;project_id:1")
    );
    let explanation = explain_with(body.as_bytes(), &keyring);
    assert_eq!(
        explanation.hints,
        [
            Hint::OtherRule(OtherRule::NullsAsWord),
            Hint::OtherProject(ProjectId::new(2))
        ]
    );
    let signed = explanation.signed.unwrap();
    assert_eq!(
        (signed.project, signed.secret),
        (Some(ProjectId::new(2)), 1)
    );
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

#[test]
fn hints_show_no_value_of_a_message() {
    let requests = [
        Kind::VerifyRequest,
        Kind::CheckDepositRequest,
        Kind::Callback,
    ];
    let folders = FOLDERS.iter();
    let fixtures = folders.flat_map(|folder| Manifest::of(folder).fixtures);
    for fixture in fixtures.filter(|fixture| requests.contains(&fixture.kind)) {
        for body in marked(&String::from_utf8(fixture.body()).unwrap()) {
            let signed = sign(body.as_bytes(), &key("secret"));
            let signed = signed.unwrap_or_else(|_| body.clone().into_bytes());
            for body in [body.as_bytes(), &signed] {
                let hints = explain_with(body, &fixture_keyring()).hints;
                assert_hides(&serde_json::to_string(&hints).unwrap(), &[MARK]);
            }
        }
    }
}
