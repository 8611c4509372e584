//! Faults in the verification of signatures.

use serde_json::{Value, json};

use super::{Broken, merchant};
use crate::merchant::{Incoming, PROJECT, SECRETS};

pub(super) static ALL: &[Broken] = &[
    merchant("takes-any-signature")
        .comes(Incoming::sign)
        .fails(&[
            "signature-missing",
            "signature-malformed",
            "signature-other-message",
            "signature-changed",
            "signature-other-secret",
            "callback-bad-signature",
            "callback-other-secret",
        ]),
    // Verifies a signature only if there is one.
    merchant("takes-no-signature")
        .comes(|it| takes(it.is_null("/signature") || it.at("/signature") == "", it))
        .fails(&["signature-missing", "callback-bad-signature"]),
    merchant("takes-lower-case")
        .comes(|it| sign_if(it, str::eq_ignore_ascii_case))
        .fails(&["signature-lower-case"]),
    // Removes the white space around a signature.
    merchant("trims-signatures")
        .comes(|it| sign_if(it, |given, right| given.trim() == right))
        .fails(&["signature-malformed", "callback-signature-malformed"]),
    // Without its padding, and with the letters of URLs.
    merchant("decodes-loosely")
        .comes(|it| {
            sign_if(it, |given, right| {
                let given = given.replace('-', "+").replace('_', "/");
                given.trim_end_matches('=') == right.trim_end_matches('=')
            });
        })
        .fails(&["signature-malformed", "callback-signature-malformed"]),
    // Compares only as many characters as the request has.
    merchant("compares-a-part")
        .comes(|it| sign_if(it, |it, right| !it.is_empty() && right.starts_with(it)))
        .fails(PARTS),
    merchant("compares-the-begin")
        .comes(|it| sign_if(it, |given, right| given.starts_with(right)))
        .fails(PARTS),
    merchant("compares-the-end")
        .comes(|it| sign_if(it, |given, right| given.ends_with(right)))
        .fails(PARTS),
    // As many as a column of a table holds.
    merchant("compares-twenty-letters")
        .comes(|it| sign_if(it, |given, right| equals_up_to(20, given, right)))
        .fails(PARTS),
    merchant("compares-all-but-the-last-letter")
        .comes(|it| sign_if(it, |given, right| equals_up_to(85, given, right)))
        .fails(PARTS),
    // In a list with commas between them.
    merchant("takes-one-of-several")
        .comes(|it| sign_if(it, |given, right| given.split(',').any(|it| it == right)))
        .fails(PARTS),
    // As languages with loose types do: true equals every text.
    merchant("compares-loosely")
        .comes(|it| takes(it.at("/signature") == true, it))
        .fails(&["signature-missing", "callback-bad-signature"]),
    // Or an object, as `strcmp` of old PHP does.
    merchant("takes-a-list")
        .comes(|it| {
            let given = it.at("/signature");
            takes(given.is_array() || given.is_object(), it);
        })
        .fails(&["signature-missing", "callback-bad-signature"]),
    // Uses an empty secret for a project that it does not know, and then another project.
    merchant("has-an-empty-secret")
        .comes(|it| {
            if it.is_signed_with("\0") && it.at("/project_id") != PROJECT {
                it.set("project_id", PROJECT);
                it.sign();
            }
        })
        .fails(&["signature-other-secret", "callback-other-secret"]),
    // Any 40 hexadecimal digits, as the old scheme has them.
    merchant("takes-sha-1")
        .comes(|it| sign_if(it, |given, _| given.len() == 40))
        .fails(&["signature-legacy", "callback-bad-signature"]),
    // Accepts the signatures of the documents' samples.
    merchant("knows-the-samples")
        .comes(|it| sign_if(it, |given, _| given.starts_with("lY0LT")))
        .fails(&["signature-placeholder"]),
    // And no others.
    merchant("signs-known-fields")
        .comes(|it| {
            let mut json = it.json();
            if let Some(object) = json.as_object_mut()
                && object.remove("note").is_some()
                && is_signed_as(it, &json)
            {
                it.body = json.to_string().into_bytes();
            }
        })
        .fails(&["signature-changed"]),
    merchant("does-not-sign-amounts")
        .comes(|it| {
            let mut json = it.json();
            if json.get("amount").is_some() {
                json["amount"] = json!(10_000);
                if is_signed_as(it, &json) {
                    it.sign();
                }
            }
        })
        .fails(&["signature-changed"]),
    merchant("any-projects-secret")
        .comes(|it| {
            let own = it.at("/project_id") == PROJECT;
            takes(own && it.is_signed_with(SECRETS[2]), it);
        })
        .fails(&["signature-other-project", "callback-other-secret"]),
    // Has one secret.
    merchant("ignores-project-id")
        .reads(|it| it["project_id"] = json!(PROJECT))
        .fails(&["project-unknown", "callback-unknown-project"]),
    // Verifies the signatures of requests.
    merchant("takes-unsigned-callbacks")
        .comes(|it| takes(it.is_callback(), it))
        .fails(&["callback-bad-signature", "callback-other-secret"]),
    // Acknowledges callbacks that it refuses.
    merchant("acknowledges-unsigned")
        .changes(|it| it.status = 200)
        .on(|it, answer| it.is_callback() && answer.status == 400)
        .fails(&[
            "callback-bad-signature",
            "callback-missing-field",
            "callback-wrong-type",
        ]),
    merchant("natural-order-alone")
        .refuses(400, |it| it.has("/list") && !it.is_signed())
        .fails(&["signature-byte-order"]),
    // The paths of long arrays.
    merchant("byte-order-alone")
        .refuses(400, |it| {
            it.at("/errors").as_array().map_or(0, Vec::len) > 10
        })
        .fails(&["callback-long-array"]),
    // When there are two.
    merchant("general-signature-counts")
        .comes(|it| {
            if it.has("/general/signature") {
                it.set("signature", it.at("/general/signature"));
            }
        })
        .fails(&["attack-second-signature"]),
    // Fields below a nested `signature`.
    merchant("reads-what-is-not-signed")
        .reads(|it| {
            if let Some(status) = it.pointer("/operation/signature/status").cloned() {
                it["payment"]["status"] = status;
            }
        })
        .fails(&["attack-unsigned"]),
];

/// The checks of signatures that are right in part.
const PARTS: &[&str] = &["signature-part", "callback-signature-part"];

fn equals_up_to(letters: usize, given: &str, right: &str) -> bool {
    given.len() == right.len() && given.get(..letters) == right.get(..letters)
}

/// Signs a request correctly if the fault accepts it.
fn takes(is_taken: bool, incoming: &mut Incoming) {
    if is_taken {
        incoming.sign();
    }
}

/// The same, if the fault accepts its signature.
fn sign_if(incoming: &mut Incoming, is_taken: fn(&str, &str) -> bool) {
    let mut signed = incoming.clone();
    signed.sign();
    let [given, right] = [&*incoming, &signed].map(|it| it.at("/signature"));
    let [given, right] = [&given, &right].map(|it| it.as_str().unwrap_or_default());
    if is_taken(given, right) {
        *incoming = signed;
    }
}

/// Whether the signature of the request is the signature of this message.
fn is_signed_as(incoming: &Incoming, json: &Value) -> bool {
    let other = Incoming {
        body: json.to_string().into_bytes(),
        ..incoming.clone()
    };
    other.is_signed()
}
