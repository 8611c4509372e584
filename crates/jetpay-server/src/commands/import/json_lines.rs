//! Reading JSON Lines: one object a line; empty lines are nothing.

use indicatif::ProgressBar;
use serde::de::DeserializeOwned;

use super::line::BadLine;
use crate::reason;

/// Gives every line to `take`, with its number from 1, good or bad.
pub(super) fn each<L: DeserializeOwned>(
    bytes: &[u8],
    bar: &ProgressBar,
    mut take: impl FnMut(u64, Result<L, BadLine>),
) {
    for (number, text) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        bar.inc(text.len() as u64 + 1);
        if !text.trim_ascii().is_empty() {
            take(number, value(number, text));
        }
    }
}

fn value<L: DeserializeOwned>(number: u64, text: &[u8]) -> Result<L, BadLine> {
    let mut json = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        if error.inner().is_data() {
            BadLine::flaw(number, &reason::of(&error))
        } else {
            BadLine::new(
                number,
                format!("is not JSON from column {} on", error.inner().column()),
            )
        }
    })?;
    json.end()
        .map_err(|_| BadLine::new(number, "there is more than one JSON value on the line"))?;
    Ok(value)
}
