//! A message with a field that is wrong.

use serde_json::Value;

use crate::check_context::CheckContext;
use crate::edit::{with, without};
use crate::refusal::Refusal;

pub(crate) const REFUSAL: Refusal = Refusal::new(200, 500);

/// The message with each of these values in a field, and without the field, signed.
pub(crate) fn wrong(
    scene: &CheckContext<'_>,
    message: &Value,
    field: &str,
    values: impl IntoIterator<Item = Value>,
) -> Vec<Vec<u8>> {
    let changed = values
        .into_iter()
        .map(|value| with(message.clone(), field, value));
    changed
        .chain([without(message.clone(), field)])
        .map(|message| scene.platform.sign(&message))
        .collect()
}
