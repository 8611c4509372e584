//! The placeholder signatures in the documents. None can match, and each must be rejected. The fixtures have signatures
//! made with the test secret instead.

mod support;

use std::collections::BTreeMap;

use jetpay_core::Rejection;
use jetpay_core::message::Received;
use jetpay_core::signature::{Canonical, MalformedSignature, Order};
use jetpay_testing::Fixture;
use support::{fixtures, keyring, text};

/// Every signed fixture of every manifest: its path, its body and the document's signature.
fn signed_fixtures() -> Vec<(String, String, Option<String>)> {
    let signed = fixtures().filter(|it| it.signed.is_some());
    let path = |it: &Fixture| format!("{}/{}", it.folder, it.file);
    signed
        .map(|it| (path(&it), text(&it), it.document_signature))
        .collect()
}

fn rejection(body: &str) -> Rejection {
    Received::parse(body.as_bytes())
        .unwrap()
        .authenticate(&keyring())
        .unwrap_err()
}

#[test]
fn every_signed_fixture_matches_the_test_secret_in_natural_order() {
    let fixtures = signed_fixtures();
    assert_eq!(
        fixtures.len(),
        72,
        "the number is checked, so that no fixture is lost"
    );
    for (path, body, _) in fixtures {
        if path.ends_with("payout-request.json") {
            // The merchant signs this one. Its project is in `general`.
            assert!(
                Canonical::parse(body.as_bytes())
                    .unwrap()
                    .string_to_sign()
                    .contains("general:project_id:35")
            );
        }
        let keyring = keyring();
        let message = Received::parse(body.as_bytes())
            .unwrap()
            .authenticate(&keyring);
        let matched = message
            .unwrap_or_else(|rejection| panic!("{path}: {rejection}"))
            .matched();
        assert_eq!(
            (matched.order, matched.secret),
            (Order::Natural, 0),
            "{path}"
        );
    }
}

#[test]
fn every_placeholder_of_the_documents_is_rejected_with_its_flaw() {
    let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
    for (path, body, document) in signed_fixtures() {
        let Some(placeholder) = document else {
            continue;
        };
        let good = Canonical::parse(body.as_bytes())
            .unwrap()
            .signature()
            .text()
            .unwrap()
            .to_owned();
        assert_eq!(body.matches(&good).count(), 1, "{path}");
        let rejection = rejection(&body.replace(&good, &placeholder));
        // The expectation comes from the text itself, not from the code under test.
        let expected = match placeholder.len() {
            40 if !placeholder.contains('=') => {
                Rejection::Malformed(MalformedSignature::LegacySha1)
            }
            88 if placeholder.ends_with("==") && !placeholder.contains([' ', '.']) => {
                Rejection::WrongSignature
            }
            _ if placeholder.contains([' ', '.']) || placeholder.len() % 4 != 0 => {
                Rejection::Malformed(MalformedSignature::NotBase64)
            }
            length => {
                let padding = placeholder.bytes().filter(|&byte| byte == b'=').count();
                Rejection::Malformed(MalformedSignature::WrongLength {
                    bytes: length / 4 * 3 - padding,
                })
            }
        };
        assert_eq!(rejection, expected, "{path}: {placeholder}");
        let kind = match rejection {
            Rejection::Malformed(MalformedSignature::WrongLength { .. }) => {
                "wrong length".to_owned()
            }
            other => format!("{other:?}"),
        };
        *kinds.entry(kind).or_default() += 1;
    }
    let kinds: Vec<(&str, u32)> = kinds
        .iter()
        .map(|(kind, count)| (kind.as_str(), *count))
        .collect();
    assert_eq!(
        kinds,
        [
            ("Malformed(LegacySha1)", 3),
            ("Malformed(NotBase64)", 16),
            ("WrongSignature", 2),
            ("wrong length", 1),
        ]
    );
}
