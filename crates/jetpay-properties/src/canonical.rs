//! Of the string to sign, and of signatures.

use std::cmp::Ordering;
use std::fmt::Write;

use jetpay_core::message::Received;
use jetpay_core::signature::{Canonical, Key, Order, Unreadable, natural, sign};
use jetpay_core::{Keyring, Rejection};
use jetpay_explain::{Verdict, explain};
use serde_json::Value;

use crate::{KEY, project};

/// More leaves than this are not compared pair by pair.
const PAIRS: usize = 128;

/// Bodies up to this size are explained, too, which is slow work.
const EXPLAINED: usize = 2048;

/// Holds every property of the canonical form and of signatures against a body; whether it can be signed.
///
/// # Panics
/// When one does not hold.
#[must_use]
pub fn canonical(body: &[u8]) -> bool {
    if body.len() <= EXPLAINED {
        let explained = explain(body, std::slice::from_ref(&*KEY));
        assert_eq!(
            explained.verdict == Verdict::Unreadable,
            Canonical::parse(body).is_err(),
            "who explains and who parses agree on what can be read"
        );
    }
    match Canonical::parse(body) {
        Ok(canonical) => {
            let value: Value =
                serde_json::from_slice(body).expect("whoever signs is no more lenient than JSON");
            equals_itself(body, &canonical);
            equals_a_second_reading(&canonical, &value);
            signs(body, &value);
            true
        }
        Err(why) => {
            refused_for_a_reason(body, &why);
            false
        }
    }
}

fn equals_itself(body: &[u8], canonical: &Canonical) {
    let again = Canonical::parse(body).expect("the same bytes again");
    assert_eq!(again.string_to_sign(), canonical.string_to_sign());
    assert_eq!(again.byte_ordered(), canonical.byte_ordered());
    assert_eq!(again.signature(), canonical.signature());
}

/// The string from another parser, another flattening and another sort; and from the body printed anew.
fn equals_a_second_reading(canonical: &Canonical, value: &Value) {
    let signed = canonical.string_to_sign();
    let mut lines = flatten(value);
    let text = |lines: &[Line]| {
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        texts.join(";")
    };
    lines.sort_by(|a, b| a.path.cmp(&b.path));
    let distinct = lines.windows(2).all(|pair| pair[0].path != pair[1].path);
    if distinct {
        let in_bytes = canonical.byte_ordered();
        assert_eq!(in_bytes.as_deref().unwrap_or(signed), text(&lines));
    }
    let strict = lines.len() <= PAIRS && sort_naturally(&mut lines);
    if strict {
        assert_eq!(signed, text(&lines));
    } else {
        assert_eq!(signed.len(), text(&lines).len());
    }
    match Canonical::parse(reorder(value).as_bytes()) {
        Ok(again) => {
            assert_eq!(again.signature(), canonical.signature());
            if strict {
                assert_eq!(signed, again.string_to_sign());
            }
        }
        // The bound is a multiple of the body's length, which has changed.
        Err(why) => assert_eq!(why, Unreadable::TooLarge),
    }
}

/// Sorts by insertion; whether the order is strict, so that there is no other. Natural order knows ties, and is not
/// proven to be an order of more than two paths.
fn sort_naturally(lines: &mut [Line]) -> bool {
    let order = |a: &Line, b: &Line| natural::compare(a.path.as_bytes(), b.path.as_bytes());
    for unsorted in 1..lines.len() {
        let mut at = unsorted;
        while at > 0 && order(&lines[at], &lines[at - 1]) == Ordering::Less {
            lines.swap(at, at - 1);
            at -= 1;
        }
    }
    (0..lines.len()).all(|low| {
        lines[low + 1..]
            .iter()
            .all(|high| order(&lines[low], high) == Ordering::Less)
    })
}

fn signs(body: &[u8], value: &Value) {
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
        authenticate(&flipped(&signed), &keyring).is_err(),
        "one character of the signature is another"
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

/// The body with one character of its signature changed, wherever that text stands; which one depends on the body.
fn flipped(signed: &[u8]) -> Vec<u8> {
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

/// The project that is named: a number or its digits, at the top or in `general`.
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

/// What a lenient parser takes is refused only for the reasons that the protocol names.
fn refused_for_a_reason(body: &[u8], why: &Unreadable) {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return;
    };
    match why {
        Unreadable::NotAnObject => assert!(!value.is_object()),
        Unreadable::Json(_) if !is_never_signed(&value) => {
            // What is left is a key that stands twice. Reading it into a map drops one, and then nothing is wrong.
            if let Err(why) = Canonical::parse(value.to_string().as_bytes()) {
                assert_eq!(why, Unreadable::TooLarge);
            }
        }
        Unreadable::Json(_) | Unreadable::TooLarge => {}
        other => panic!("JSON was refused: {other}"),
    }
}

/// One leaf as it is signed, and its path.
pub(crate) struct Line {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The leaves, flattened as the protocol says it in words.
pub(crate) fn flatten(value: &Value) -> Vec<Line> {
    let mut lines = Vec::new();
    below("", value, &mut lines);
    lines
}

fn below(path: &str, value: &Value, lines: &mut Vec<Line>) {
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
                below(&join(&key.replace(':', "::")), value, lines);
            }
            return;
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                below(&join(&index.to_string()), element, lines);
            }
            return;
        }
        Value::Null => String::new(),
        Value::Bool(yes) => u8::from(*yes).to_string(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_i64().map_or_else(
            || php(number.as_f64().expect("every number is a double")),
            |integer| integer.to_string(),
        ),
    };
    lines.push(Line {
        path: path.to_owned(),
        text: format!("{path}:{text}"),
    });
}

/// A float with 14 significant digits, the way PHP prints it.
fn php(float: f64) -> String {
    let rounded = format!("{float:.13e}");
    let (digits, exponent) = rounded.split_once('e').expect("an exponent is asked for");
    let exponent: i32 = exponent.parse().expect("the exponent is whole");
    if (-4..=13).contains(&exponent) {
        // Rust prints the shortest text that reads back as the number, always without an exponent.
        let rounded: f64 = rounded.parse().expect("it was just printed");
        return rounded.to_string();
    }
    let digits = digits.trim_end_matches('0');
    let point = if digits.ends_with('.') { "0" } else { "" };
    format!("{digits}{point}E{exponent:+}")
}

/// The value printed again: the keys in the other order, white space everywhere, the texts escaped by rule.
pub(crate) fn reorder(value: &Value) -> String {
    let mut out = String::new();
    print(value, &mut out);
    out
}

fn print(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            out.push('{');
            for (number, (key, value)) in fields.iter().rev().enumerate() {
                let comma = if number == 0 { "" } else { "," };
                write!(out, "{comma}\n\t{} : ", Value::from(key.as_str()))
                    .expect("a String takes all");
                print(value, out);
            }
            out.push_str(" }");
        }
        Value::Array(elements) => {
            out.push('[');
            for (number, value) in elements.iter().enumerate() {
                out.push_str(if number == 0 { " " } else { "\r\n, " });
                print(value, out);
            }
            out.push(']');
        }
        leaf => write!(out, "{leaf}").expect("a String takes all"),
    }
}

/// Whether somewhere in the value there is what is JSON and is never signed: an empty key, negative zero.
pub(crate) fn is_never_signed(value: &Value) -> bool {
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
