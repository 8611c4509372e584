//! Faults in the verification of signatures.

use serde_json::{Value, json};

use super::Broken;
use crate::merchant::{Answer, Fault, Incoming, SECRETS};

pub(super) static ALL: &[Broken] = &[
    Broken::new(
        "takes-any-signature",
        "Does not verify signatures.",
        Fault::Comes(Incoming::sign),
        &[
            "signature-missing",
            "signature-malformed",
            "signature-other-message",
            "signature-changed",
            "signature-other-secret",
            "callback-bad-signature",
            "callback-other-secret",
        ],
    ),
    Broken::new(
        "takes-no-signature",
        "Verifies a signature only if there is one.",
        Fault::Comes(|incoming| {
            let given = incoming.json()["signature"].clone();
            if given.is_null() || given == "" {
                incoming.sign();
            }
        }),
        &["signature-missing", "callback-bad-signature"],
    ),
    Broken::new(
        "takes-lower-case",
        "Compares signatures without regard to case.",
        Fault::Comes(|incoming| sign_if(incoming, str::eq_ignore_ascii_case)),
        &["signature-lower-case"],
    ),
    Broken::new(
        "trims-signatures",
        "Removes the white space around a signature.",
        Fault::Comes(|incoming| sign_if(incoming, |given, right| given.trim() == right)),
        &["signature-malformed", "callback-signature-malformed"],
    )
    .advised_against(),
    Broken::new(
        "decodes-loosely",
        "Reads a signature without its padding, and with the letters of URLs.",
        Fault::Comes(|incoming| {
            sign_if(incoming, |given, right| {
                let given = given.replace('-', "+").replace('_', "/");
                given.trim_end_matches('=') == right.trim_end_matches('=')
            });
        }),
        &["signature-malformed", "callback-signature-malformed"],
    )
    .advised_against(),
    Broken::new(
        "compares-a-part",
        "Compares only as many characters as the request has.",
        Fault::Comes(|incoming| {
            sign_if(incoming, |given, right| {
                !given.is_empty() && right.starts_with(given)
            });
        }),
        PARTS,
    ),
    Broken::new(
        "compares-the-begin",
        "Accepts a text that begins with the signature.",
        Fault::Comes(|incoming| sign_if(incoming, |given, right| given.starts_with(right))),
        PARTS,
    ),
    Broken::new(
        "compares-the-end",
        "Accepts a text that ends with the signature.",
        Fault::Comes(|incoming| sign_if(incoming, |given, right| given.ends_with(right))),
        PARTS,
    ),
    Broken::new(
        "compares-twenty-letters",
        "Compares the first 20 characters, as a column of a table holds them.",
        Fault::Comes(|incoming| {
            sign_if(incoming, |given, right| {
                given.len() == right.len() && given.get(..20) == right.get(..20)
            });
        }),
        PARTS,
    ),
    Broken::new(
        "compares-all-but-the-last-letter",
        "Compares 85 letters of a signature.",
        Fault::Comes(|incoming| {
            sign_if(incoming, |given, right| {
                given.len() == right.len() && given.get(..85) == right.get(..85)
            });
        }),
        PARTS,
    ),
    Broken::new(
        "takes-one-of-several",
        "Accepts a list of signatures with commas between them.",
        Fault::Comes(|incoming| {
            sign_if(incoming, |given, right| {
                given.split(',').any(|it| it == right)
            });
        }),
        PARTS,
    ),
    Broken::new(
        "compares-loosely",
        "Compares a signature as languages with loose types do: true equals every text.",
        Fault::Comes(|incoming| {
            if incoming.json()["signature"] == true {
                incoming.sign();
            }
        }),
        &["signature-missing", "callback-bad-signature"],
    ),
    Broken::new(
        "takes-a-list",
        "Accepts a list or an object in the place of a signature, as `strcmp` of old PHP does.",
        Fault::Comes(|incoming| {
            let signature = &incoming.json()["signature"];
            if signature.is_array() || signature.is_object() {
                incoming.sign();
            }
        }),
        &["signature-missing", "callback-bad-signature"],
    ),
    Broken::new(
        "has-an-empty-secret",
        "Uses an empty secret for a project that it does not know, and then another project.",
        Fault::Comes(|incoming| {
            if incoming.is_signed_with("\0") && incoming.json()["project_id"] != 1234 {
                let mut json = incoming.json();
                json["project_id"] = json!(1234);
                incoming.body = json.to_string().into_bytes();
                incoming.sign();
            }
        }),
        &["signature-other-secret", "callback-other-secret"],
    ),
    Broken::new(
        "takes-sha-1",
        "Accepts any 40 hexadecimal digits as the old scheme.",
        Fault::Comes(|incoming| sign_if(incoming, |given, _| given.len() == 40)),
        &["signature-legacy", "callback-bad-signature"],
    ),
    Broken::new(
        "knows-the-samples",
        "Accepts the signatures of the documents' samples.",
        Fault::Comes(|incoming| sign_if(incoming, |given, _| given.starts_with("lY0LT"))),
        &["signature-placeholder"],
    ),
    Broken::new(
        "signs-known-fields",
        "Signs only the fields that it knows.",
        Fault::Comes(|incoming| {
            let (mut json, asked) = (incoming.json(), incoming.clone());
            if let Some(object) = json.as_object_mut()
                && object.remove("note").is_some()
                && is_signed_as(&asked, &json)
            {
                incoming.body = json.to_string().into_bytes();
            }
        }),
        &["signature-changed"],
    ),
    Broken::new(
        "does-not-sign-amounts",
        "Leaves the amount out of the signed string.",
        Fault::Comes(|incoming| {
            let mut json = incoming.json();
            if json.get("amount").is_some() {
                json["amount"] = json!(10_000);
                if is_signed_as(incoming, &json) {
                    incoming.sign();
                }
            }
        }),
        &["signature-changed"],
    ),
    Broken::new(
        "any-projects-secret",
        "Accepts the secret of any of its projects.",
        Fault::Comes(|incoming| {
            if incoming.is_signed_with(SECRETS[2]) && incoming.json()["project_id"] == 1234 {
                incoming.sign();
            }
        }),
        &["signature-other-project", "callback-other-secret"],
    ),
    Broken::new(
        "ignores-project-id",
        "Has one secret and ignores the project.",
        Fault::Comes(|incoming| incoming.edit(|it| it["project_id"] = json!(1234))),
        &["project-unknown", "callback-unknown-project"],
    )
    .advised_against(),
    Broken::new(
        "takes-unsigned-callbacks",
        "Verifies the signatures of requests, but not of callbacks.",
        Fault::Comes(|incoming| {
            if incoming.is_callback() {
                incoming.sign();
            }
        }),
        &["callback-bad-signature", "callback-other-secret"],
    ),
    Broken::new(
        "acknowledges-unsigned",
        "Acknowledges callbacks that it refuses.",
        Fault::Answers(|incoming, answer| {
            if answer.status == 400 && incoming.is_callback() {
                *answer = Answer::new(200, "");
            }
        }),
        &[
            "callback-bad-signature",
            "callback-missing-field",
            "callback-wrong-type",
        ],
    ),
    Broken::new(
        "natural-order-alone",
        "Accepts signatures over paths in natural order only.",
        Fault::Stops(|incoming| {
            let in_bytes = incoming.json().get("list").is_some() && !incoming.is_signed();
            in_bytes.then(refusal)
        }),
        &["signature-byte-order"],
    )
    .advised_against(),
    Broken::new(
        "byte-order-alone",
        "Sorts the paths of long arrays by their bytes.",
        Fault::Stops(|incoming| {
            let errors = incoming.json()["errors"].as_array().map_or(0, Vec::len);
            (errors > 10).then(|| Answer::new(400, ""))
        }),
        &["callback-long-array"],
    )
    .advised_against(),
    Broken::new(
        "general-signature-counts",
        "Uses the signature in `general` when there are two.",
        Fault::Comes(|incoming| {
            let mut json = incoming.json();
            if let Some(second) = json.pointer("/general/signature").cloned() {
                json["signature"] = second;
                incoming.body = json.to_string().into_bytes();
            }
        }),
        &["attack-second-signature"],
    )
    .advised_against(),
    Broken::new(
        "reads-what-is-not-signed",
        "Reads fields below a nested `signature`, which are not signed.",
        Fault::Comes(|incoming| {
            incoming.edit(|it| {
                if let Some(status) = it.pointer("/operation/signature/status").cloned() {
                    it["payment"]["status"] = status;
                }
            });
        }),
        &["attack-unsigned"],
    ),
];

/// The checks of signatures that are right in part.
const PARTS: &[&str] = &["signature-part", "callback-signature-part"];

/// A refusal because of the signature.
pub(super) fn refusal() -> Answer {
    Answer::new(
        200,
        json!({"code": 400, "message": "bad signature"}).to_string(),
    )
}

/// Signs a request correctly if the fault accepts its signature.
fn sign_if(incoming: &mut Incoming, is_taken: fn(&str, &str) -> bool) {
    let given = incoming.json()["signature"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let mut signed = incoming.clone();
    signed.sign();
    let right = signed.json()["signature"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    if is_taken(&given, &right) {
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
