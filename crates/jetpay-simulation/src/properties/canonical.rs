//! The canonical string and signatures: checked against a second reading of the body by `serde_json::Value`, which
//! shares no code with core.

use std::cmp::Ordering;

use jetpay_core::message::Received;
use jetpay_core::signature::{Canonical, Key, Order, Unreadable, natural, sign};
use jetpay_core::{Keyring, Rejection};
use jetpay_explain::{Verdict, explain};
use serde_json::Value;

use super::{KEY, project};

/// Bodies with more leaves are not compared pair by pair.
const MOST_COMPARED: usize = 128;

/// Larger bodies are not explained, because that is slow.
const LARGEST_EXPLAINED: usize = 2048;

/// Checks every property of the canonical form and of signatures for a body. Returns whether the body can be signed.
///
/// # Panics
/// If a property does not hold.
#[must_use]
pub fn canonical(body: &[u8]) -> bool {
    if body.len() <= LARGEST_EXPLAINED {
        let explained = explain(body, std::slice::from_ref(&*KEY));
        assert_eq!(
            explained.verdict == Verdict::Unreadable,
            Canonical::parse(body).is_err(),
            "the explanation and the parser agree on what can be read"
        );
    }
    match Canonical::parse(body) {
        Ok(canonical) => {
            let value: Value = serde_json::from_slice(body).expect("the signer accepts only JSON");
            check_second_parse(body, &canonical);
            check_second_reading(&canonical, &value);
            check_signatures(body, &value);
            true
        }
        Err(why) => {
            check_refusal(body, &why);
            false
        }
    }
}

fn check_second_parse(body: &[u8], canonical: &Canonical) {
    let again = Canonical::parse(body).expect("the same bytes again");
    assert_eq!(again.string_to_sign(), canonical.string_to_sign());
    assert_eq!(again.byte_ordered(), canonical.byte_ordered());
    assert_eq!(again.signature(), canonical.signature());
}

/// Compares the string to sign with one from another parser, another flattening and another sort; and with that of
/// the same value printed differently.
fn check_second_reading(canonical: &Canonical, value: &Value) {
    let signed = canonical.string_to_sign();
    let mut leaves = flatten(value);
    let text = |leaves: &[Leaf]| {
        let texts: Vec<&str> = leaves.iter().map(|leaf| leaf.text.as_str()).collect();
        texts.join(";")
    };
    leaves.sort_by(|a, b| a.path.cmp(&b.path));
    let distinct = leaves.windows(2).all(|pair| pair[0].path != pair[1].path);
    if distinct {
        let in_bytes = canonical.byte_ordered();
        assert_eq!(in_bytes.as_deref().unwrap_or(signed), text(&leaves));
    }
    let strict = leaves.len() <= MOST_COMPARED && sort_naturally(&mut leaves);
    if strict {
        assert_eq!(signed, text(&leaves));
    } else {
        assert_eq!(signed.len(), text(&leaves).len());
    }
    match Canonical::parse(format!("{value:#}").as_bytes()) {
        Ok(again) => {
            assert_eq!(again.signature(), canonical.signature());
            if strict {
                assert_eq!(signed, again.string_to_sign());
            }
        }
        // The limit depends on the length of the body, which has changed.
        Err(why) => assert_eq!(why, Unreadable::TooLarge),
    }
}

/// Sorts by insertion. Returns whether the order is strict, so that no other order is possible. Natural order has
/// ties, and it is not proven to be transitive.
fn sort_naturally(leaves: &mut [Leaf]) -> bool {
    let order = |a: &Leaf, b: &Leaf| natural::compare(a.path.as_bytes(), b.path.as_bytes());
    for unsorted in 1..leaves.len() {
        let mut at = unsorted;
        while at > 0 && order(&leaves[at], &leaves[at - 1]) == Ordering::Less {
            leaves.swap(at, at - 1);
            at -= 1;
        }
    }
    (0..leaves.len()).all(|low| {
        leaves[low + 1..]
            .iter()
            .all(|high| order(&leaves[low], high) == Ordering::Less)
    })
}

fn check_signatures(body: &[u8], value: &Value) {
    let signed = match sign(body, &KEY) {
        Ok(signed) => signed,
        Err(why) => return assert_eq!(why, Unreadable::TooLarge),
    };
    assert_eq!(
        sign(&signed, &KEY).as_ref(),
        Ok(&signed),
        "signing again changes nothing"
    );
    let Some(number) = claimed_project(value) else {
        let keyring = Keyring::from(project(1));
        return assert_eq!(
            authenticate(&signed, &keyring),
            Err(Rejection::UnknownProject)
        );
    };
    let keyring = Keyring::from(project(number));
    assert_eq!(authenticate(&signed, &keyring), Ok(Order::Natural));
    let others = Keyring::from(project(number ^ 1));
    assert_eq!(
        authenticate(&signed, &others),
        Err(Rejection::UnknownProject)
    );
    assert!(
        authenticate(&with_changed_signature(&signed), &keyring).is_err(),
        "one character of the signature differs"
    );
    let resigned = sign(body, &Key::new("another").expect("not empty")).expect("signed before");
    assert_eq!(
        authenticate(&resigned, &keyring),
        Err(Rejection::WrongSignature)
    );
}

fn authenticate(body: &[u8], keyring: &Keyring) -> Result<Order, Rejection> {
    let message = Received::parse(body)?.authenticate(keyring)?;
    Ok(message.matched().order)
}

/// The body with one character of its signature changed, wherever the signature occurs. The length of the body
/// decides which character.
fn with_changed_signature(signed: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(signed).expect("it was parsed");
    let canonical = Canonical::parse(signed).expect("it was parsed");
    let signature = canonical.signature().text().expect("it was signed");
    let at = signed.len() % signature.len();
    let other = if signature.as_bytes()[at] == b'A' {
        "B"
    } else {
        "A"
    };
    let mut wrong = signature.to_owned();
    wrong.replace_range(at..=at, other);
    text.replace(signature, &wrong).into_bytes()
}

/// The project that the body names: a number or a text of digits, at the top level or in `general`.
fn claimed_project(value: &Value) -> Option<u64> {
    let is_leaf = |value: &&Value| !value.is_object() && !value.is_array();
    let top = value.get("project_id").filter(is_leaf);
    let named = top.or_else(|| value.get("general")?.get("project_id").filter(is_leaf))?;
    match named {
        Value::Number(number) => number.as_i64()?.try_into().ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Checks that a body which a lenient parser accepts is refused only for reasons that the protocol names.
fn check_refusal(body: &[u8], why: &Unreadable) {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return;
    };
    match why {
        Unreadable::NotAnObject => assert!(!value.is_object()),
        Unreadable::Json(_) if !is_never_signed(&value) => {
            // Only a duplicate key remains as the reason. A map keeps one of the two, so the map must be readable.
            if let Err(why) = Canonical::parse(value.to_string().as_bytes()) {
                assert_eq!(why, Unreadable::TooLarge);
            }
        }
        Unreadable::Json(_) | Unreadable::TooLarge => {}
        other => panic!("JSON was refused: {other}"),
    }
}

/// One leaf as it is signed, and its path.
pub(super) struct Leaf {
    pub(super) path: String,
    pub(super) text: String,
}

/// Flattens a value as the protocol describes it.
pub(super) fn flatten(value: &Value) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    flatten_into("", value, &mut leaves);
    leaves
}

fn flatten_into(path: &str, value: &Value, leaves: &mut Vec<Leaf>) {
    let join = |name: &str| match path {
        "" => name.to_owned(),
        path => format!("{path}:{name}"),
    };
    let text = match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                if key == "frame_mode" || key == "signature" && !value.is_null() {
                    continue;
                }
                flatten_into(&join(&key.replace(':', "::")), value, leaves);
            }
            return;
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                flatten_into(&join(&index.to_string()), element, leaves);
            }
            return;
        }
        Value::Null => String::new(),
        Value::Bool(yes) => u8::from(*yes).to_string(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_i64().map_or_else(
            || format_like_php(number.as_f64().expect("every number is a double")),
            |integer| integer.to_string(),
        ),
    };
    leaves.push(Leaf {
        path: path.to_owned(),
        text: format!("{path}:{text}"),
    });
}

/// A float with 14 significant digits, as PHP prints it.
fn format_like_php(float: f64) -> String {
    let rounded = format!("{float:.13e}");
    let (digits, exponent) = rounded.split_once('e').expect("the format has an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is whole");
    if (-4..=13).contains(&exponent) {
        // Rust prints the shortest text that parses to the same number, always without an exponent.
        let rounded: f64 = rounded.parse().expect("it was just printed");
        return rounded.to_string();
    }
    let digits = digits.trim_end_matches('0');
    let point = if digits.ends_with('.') { "0" } else { "" };
    format!("{digits}{point}E{exponent:+}")
}

/// Whether the value contains something that is valid JSON but is never signed: an empty key or negative zero.
pub(super) fn is_never_signed(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields
            .iter()
            .any(|(key, value)| key.is_empty() || is_never_signed(value)),
        Value::Array(elements) => elements.iter().any(is_never_signed),
        Value::Number(number) => number
            .as_f64()
            .is_some_and(|float| float == 0.0 && float.is_sign_negative()),
        _ => false,
    }
}
