//! Parameters of the Gate beside those that the document requires.

use jetpay_core::signature::Canonical;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::InvalidPayout;
use super::rules::is_whole;

/// The names that a payout has already.
pub(super) const OWN: [&str; 4] = ["general", "customer", "account", "payment"];
/// Names that no signature covers: what stands below them could be exchanged on the way.
const UNSIGNED: [&str; 2] = ["signature", "frame_mode"];

const NAME: &str = "named otherwise: not empty, none of `general`, `customer`, `account`, `payment`, \
                    `signature` and `frame_mode`, without `;`, `:` and control characters";
const VALUE: &str = "JSON whose texts and names have neither `;` nor a control character, and none of whose names \
                     is empty, `signature` or `frame_mode`; and no negative zero";

/// The JSON of a parameter that may be sent.
pub(super) fn checked(name: &str, value: &Value) -> Result<Box<RawValue>, InvalidPayout> {
    let invalid = |must| InvalidPayout {
        field: "parameter",
        must,
    };
    if !is_name(name) || OWN.contains(&name) || name.contains(':') {
        return Err(invalid(NAME));
    }
    if !is_signed(value) {
        return Err(invalid(VALUE));
    }
    let json = to_raw_value(value).map_err(|_| invalid(VALUE))?;
    // What else is never signed, such as a negative zero, the signature's own rules know.
    let alone = format!("{{\"parameter\":{json}}}");
    match Canonical::parse(alone.as_bytes()) {
        Ok(_) => Ok(json),
        Err(_) => Err(invalid(VALUE)),
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !UNSIGNED.contains(&name) && is_whole(name)
}

/// Whether the signature covers all of it, as it stands.
fn is_signed(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => is_whole(text),
        Value::Array(values) => values.iter().all(is_signed),
        Value::Object(fields) => fields
            .iter()
            .all(|(name, value)| is_name(name) && is_signed(value)),
    }
}
