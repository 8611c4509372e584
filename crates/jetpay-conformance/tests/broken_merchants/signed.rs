//! Signatures: what is taken for signed, and what is not.

use serde_json::{Value, json};

use super::Broken;
use crate::merchant::{Answer, Fault, Incoming, SECRETS};

pub(super) static ALL: &[Broken] = &[
    Broken::new(
        "takes-any-signature",
        "Does not look at signatures.",
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
        "Looks at a signature only where there is one.",
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
        Fault::Comes(|incoming| supports(incoming, str::eq_ignore_ascii_case)),
        &["signature-lower-case"],
    ),
    Broken::new(
        "trims-signatures",
        "Takes the white space around a signature away before it compares.",
        Fault::Comes(|incoming| supports(incoming, |given, right| given.trim() == right)),
        &["signature-malformed"],
    )
    .advised_against(),
    Broken::new(
        "compares-a-part",
        "Compares as many characters as came.",
        Fault::Comes(|incoming| {
            supports(incoming, |given, right| {
                !given.is_empty() && right.starts_with(given)
            });
        }),
        &["signature-malformed"],
    )
    .advised_against(),
    Broken::new(
        "takes-sha-1",
        "Takes 40 hexadecimal digits for the old scheme and lets them pass.",
        Fault::Comes(|incoming| supports(incoming, |given, _| given.len() == 40)),
        &["signature-legacy", "callback-bad-signature"],
    ),
    Broken::new(
        "knows-the-samples",
        "Takes the signatures of the documents' samples, for tests.",
        Fault::Comes(|incoming| supports(incoming, |given, _| given.starts_with("lY0LT"))),
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
        "Leaves the amount out of what is signed.",
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
        "Takes the secret of any of its projects.",
        Fault::Comes(|incoming| {
            if incoming.is_signed_with(SECRETS[2]) && incoming.json()["project_id"] == 1234 {
                incoming.sign();
            }
        }),
        &["signature-other-project", "callback-other-secret"],
    ),
    Broken::new(
        "ignores-project-id",
        "Has one secret, and does not look at the project.",
        Fault::Comes(|incoming| incoming.edit(|it| it["project_id"] = json!(1234))),
        &["project-unknown", "callback-unknown-project"],
    )
    .advised_against(),
    Broken::new(
        "takes-unsigned-callbacks",
        "Looks at the signatures of requests, and not at those of callbacks.",
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
        "Takes signatures over paths in natural order alone.",
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
        "Of two signatures takes the one in `general`.",
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
        "Reads what stands below a nested `signature`, which nobody has signed.",
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

/// A refusal of a signature.
pub(super) fn refusal() -> Answer {
    Answer::new(
        200,
        json!({"code": 400, "message": "bad signature"}).to_string(),
    )
}

/// Signs what comes with a signature that is taken for the right one.
fn supports(incoming: &mut Incoming, is_taken: fn(&str, &str) -> bool) {
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

/// Whether the signature that came is the one of this message.
fn is_signed_as(incoming: &Incoming, json: &Value) -> bool {
    let other = Incoming {
        body: json.to_string().into_bytes(),
        ..incoming.clone()
    };
    other.is_signed()
}
