//! Explanations of bodies: the verdict and the hints, and that no body makes the crate panic.

mod causes;
mod signed;

use base64::{Engine, engine::general_purpose::STANDARD};
use jetpay_core::id::ProjectId;
use jetpay_core::signature::{Canonical, Key, Malleated, Order, sign};
use jetpay_core::{Keyring, Project, Rejection};
use jetpay_explain::{Hint, Verdict, explain, explain_with};
use jetpay_testing::{FOLDERS, Manifest};
use proptest::prelude::*;

fn key(secret: &str) -> Key {
    Key::new(secret).unwrap()
}

/// The hints about `body` with the signature of `text` after its fields.
fn hints_with(body: &str, text: &str) -> Vec<Hint> {
    let fields = body.strip_suffix('}').unwrap();
    hints(&format!("{fields},\"signature\":\"SIGNATURE\"}}"), text)
}

/// The hints about `body`, in which `SIGNATURE` is replaced by the signature of `text`.
fn hints(body: &str, text: &str) -> Vec<Hint> {
    let key = key("secret");
    let body = body.replace("SIGNATURE", &key.sign(text));
    let explanation = explain(body.as_bytes(), &[key]);
    assert_eq!(explanation.verdict, Verdict::Mismatch, "{body}");
    explanation.hints
}

#[test]
fn matching_secret_and_order_are_reported() {
    let body = sign(
        br#"{"a":[1,2,3,4,5,6,7,8,9,10,11],"project_id":1}"#,
        &key("new"),
    )
    .unwrap();
    let explanation = explain(&body, &[key("old"), key("new")]);
    assert_eq!(explanation.verdict, Verdict::Match);
    assert_eq!(
        (explanation.order, explanation.secret),
        (Some(Order::Natural), Some(1))
    );
    assert_eq!(explanation.computed, explanation.given);
    assert!(explanation.hints.is_empty());
    assert!(
        explanation
            .string_to_sign
            .unwrap()
            .starts_with("a:0:1;a:1:2;a:2:3")
    );
}

#[test]
fn match_in_byte_order_gives_a_hint() {
    let unsigned = r#"{"a":[1,2,3,4,5,6,7,8,9,10,11]}"#;
    let text = Canonical::parse(unsigned.as_bytes())
        .unwrap()
        .byte_ordered()
        .unwrap();
    let body = unsigned.replace(
        "]}",
        &format!("],\"signature\":\"{}\"}}", key("s").sign(&text)),
    );
    let explanation = explain(body.as_bytes(), &[key("s")]);
    assert_eq!(
        (explanation.verdict, explanation.order),
        (Verdict::Match, Some(Order::Byte))
    );
    assert_eq!(explanation.hints, [Hint::ByteOrder]);
    assert_eq!(explanation.computed, explanation.given);
}

#[test]
fn each_kind_of_malformed_signature_has_its_hint() {
    let forty = "e19695449545fac562843ca06e7e0f3e51281ad6";
    let cases = [
        (r"{}".to_owned(), Hint::NoSignature),
        (r#"{"signature":null}"#.to_owned(), Hint::NoSignature),
        (format!(r#"{{"signature":"{forty}"}}"#), Hint::LegacySha1),
        (r#"{"signature":"a..."}"#.to_owned(), Hint::NotBase64),
        (
            r#"{"signature":"AAAA"}"#.to_owned(),
            Hint::WrongLength { bytes: 3 },
        ),
        (
            format!(r#"{{"signature":"{}"}}"#, STANDARD.encode([0; 64])),
            Hint::NoKnownReason,
        ),
    ];
    for (body, hint) in cases {
        let explanation = explain(body.as_bytes(), &[key("secret")]);
        assert_eq!(
            (explanation.verdict, explanation.hints),
            (Verdict::Mismatch, vec![hint]),
            "{body}"
        );
    }
    assert_eq!(explain(b"[]", &[]).verdict, Verdict::Unreadable);
}

#[test]
fn white_space_around_values_is_recognised() {
    assert_eq!(
        hints(r#"{"a":" x\n","signature":"SIGNATURE"}"#, "a:x"),
        [Hint::ValuesTrimmed]
    );
}

#[test]
fn signature_of_the_json_text_is_recognised() {
    // The body | what was signed | how it was written.
    for row in [
        r#"{"b":1,"signature":"SIGNATURE", "a":"/"} | {"b":1,"a":"/"} | the body as it is, without the signature"#,
        r#"{"b": 1 , "signature":"SIGNATURE"} | {"b": 1 } | the body as it is, without the signature"#,
        r#"{ "signature":"SIGNATURE" } | {  } | the body as it is, without the signature"#,
        r#"{"b":1,"signature" : "SIGNATURE"} | {"b":1,"signature":""} | the body as it is, the signature empty"#,
        r#"{"b": 1,"signature":"SIGNATURE"} | {"b":1} | compact, without the signature"#,
    ] {
        let cells: Vec<&str> = row.split(" | ").collect();
        let hint = Hint::Reserialised(cells[2].to_owned());
        assert_eq!(hints(cells[0], cells[1]), [hint], "{row}");
    }
    let body = r#"{"b": 1.0e1,"general":{"signature":"SIGNATURE","project_id":1},"a":"/é😀"}"#;
    let signed = r#"{"a": "\/\u00e9\ud83d\ude00", "b": 10, "general": {"project_id": 1}}"#;
    let how = "compact, without the signature, keys sorted, slashes escaped, all but ASCII escaped, \
               a space after `,` and `:`, numbers shortened";
    assert_eq!(hints(body, signed), [Hint::Reserialised(how.to_owned())]);
}

#[test]
fn each_other_rule_is_recognised() {
    // The body | what was signed | the rules by which it was.
    for row in [
        r#"{"address":"x","address2":"y"} | address2:y;address:x | Go, Java, LinesSorted"#,
        r#"{"a:b":1} | a:b:1 | ColonsSingle"#,
        r#"{"x:":{"a:b":1}} | x:::a:b:1 | Go, ColonsDoubledAtTop"#,
        r#"{"l":[{"signature":"x"}]} | l:0:signature:x | Go, Java, Python, SignatureInArraysKept, DeeperSignatureKept"#,
        r#"{"general":{"signature":"x"}} | general:signature:x | Java, DeeperSignatureKept"#,
        r#"{"frame_mode":"popup"} | frame_mode:popup | FrameModeKept"#,
        r#"{"a":true,"b":false} | a:true;b:false | BooleansAsWords"#,
        r#"{"a":null,"b":1} | b:1 | NullsSkipped"#,
        r#"{"a":null} | a:null | NullsAsWord"#,
        r#"{"a":10.50} | a:10 | Go"#,
        r#"{"a":1.23456789012345678} | a:1.2345678901234567 | FloatsShortest"#,
        r#"{"a":10.0} | a:10.0 | NumbersAsWritten"#,
        r#"{"a":"\/\u00e9"} | a:\/\u00e9 | TextsAsWritten"#,
        // In byte order, too: the sender may make two mistakes at once.
        r#"{"l":[0,true,2,3,4,5,6,7,8,9,10]} | l:0:0;l:1:true;l:10:10;l:2:2;l:3:3;l:4:4;l:5:5;l:6:6;l:7:7;l:8:8;l:9:9 | BooleansAsWords"#,
    ] {
        let cells: Vec<&str> = row.split(" | ").collect();
        let hints = hints_with(cells[0], cells[1]).into_iter();
        let rules = hints.map(|hint| match hint {
            Hint::OtherRule(rule) => format!("{rule:?}"),
            other => panic!("{row}: {other}"),
        });
        assert_eq!(rules.collect::<Vec<_>>().join(", "), cells[2], "{row}");
    }
}

#[test]
fn project_in_the_body_decides_which_secret_is_right() {
    let project = |id: u64, secret: &str| Project::new(id, secret).unwrap();
    let keyring = Keyring::new([project(1, "one"), project(2, "two")]).unwrap();
    let by = |body: &[u8], secret: &str| explain_with(&sign(body, &key(secret)).unwrap(), &keyring);

    assert_eq!(by(br#"{"project_id":1}"#, "one").verdict, Verdict::Match);
    let other = by(br#"{"project_id":1}"#, "two");
    assert_eq!(
        (other.verdict, other.hints),
        (
            Verdict::Mismatch,
            vec![Hint::OtherProject(ProjectId::new(2))]
        )
    );
    assert_eq!(other.project, Some(ProjectId::new(1)));
    let unknown = by(br#"{"project_id":3}"#, "two");
    assert_eq!(
        unknown.hints,
        [Hint::UnknownProject, Hint::OtherProject(ProjectId::new(2))]
    );
    assert_eq!(
        by(b"{}", "three").hints,
        [Hint::UnknownProject, Hint::NoKnownReason]
    );
}

#[test]
fn message_that_matches_and_would_be_refused_gives_a_hint() {
    let keyring = Keyring::from(Project::new(1234_u64, "secret").unwrap());
    let refused = |malleated| vec![Hint::Refused(Rejection::Malleated(malleated))];

    let malleated = include_bytes!("../../../../fixtures/callbacks/callback-malleated.json");
    let explanation = explain_with(malleated, &keyring);
    assert_eq!(explanation.verdict, Verdict::Match);
    assert_eq!(
        explanation.hints,
        refused(Malleated::Text("operation:status"))
    );

    let body = sign(br#"{"project_id":1234,"a;b":1}"#, &key("secret")).unwrap();
    assert_eq!(explain_with(&body, &keyring).hints, refused(Malleated::Key));
    assert_eq!(
        explain(&body, &[key("secret")]).hints,
        refused(Malleated::Key)
    );
}

#[test]
fn explanation_is_plain_json_without_the_secret() {
    let body = br#"{"project_id":1,"signature":"AAAA"}"#;
    let json = serde_json::to_value(explain(body, &[key("hush")])).unwrap();
    assert_eq!(json["verdict"], "mismatch");
    assert_eq!(json["string_to_sign"], "project_id:1");
    assert!(
        json["hints"][0]
            .as_str()
            .unwrap()
            .starts_with("the signature has 3 bytes")
    );
    assert!(!json.to_string().contains("hush"));
}

#[test]
fn small_body_whose_string_would_be_enormous_is_explained_without_a_reason() {
    let name = "k".repeat(10_000);
    let body = format!(
        r#"{{"signature":"{}","general":{{"signature":{{"{name}":[{}0]}}}}}}"#,
        STANDARD.encode([0; 64]),
        "0,".repeat(800)
    );
    assert_eq!(
        explain(body.as_bytes(), &[key("secret")]).hints,
        [Hint::NoKnownReason]
    );
}

/// The bodies of all fixtures.
fn real_bodies() -> Vec<Vec<u8>> {
    let fixtures = FOLDERS
        .iter()
        .flat_map(|folder| Manifest::of(folder).fixtures);
    fixtures.map(|fixture| fixture.body()).collect()
}

proptest! {
    // Integration tests have no file for failed cases. The minimal case in the output is enough.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_changed_byte_of_a_real_body_makes_it_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut body = which.get(&real_bodies()).clone();
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        let _ = explain(&body, &[key("secret")]);
    }

    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = explain(&body, &[key("secret")]);
    }

    #[test]
    fn nothing_like_json_makes_it_panic(
        inner in r#"([{}\[\]:,"01e.+\\ tu-]|"signature"|"general"|"frame_mode"|null|true|[a-zé]|\\u00e9|"a":){0,40}"#,
        given in "[A-Za-z0-9+/=_-]{0,90}",
    ) {
        let keyring = Keyring::from(Project::new(1_u64, " s ").unwrap());
        let _ = explain_with(format!(r#"{{"project_id":1,"signature":"{given}","x":{inner}}}"#).as_bytes(), &keyring);
        let _ = explain_with(format!(r#"{{"project_id":1,"general":{{"signature":"{given}"}},"x":[{inner}]}}"#).as_bytes(), &keyring);
    }
}
