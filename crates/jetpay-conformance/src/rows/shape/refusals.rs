//! The shape of refusals.

use serde_json::Value;

use super::answers::{refused, unknown};
use crate::check_context::CheckContext;
use crate::expect;
use crate::outcome::{Checked, Stop};
use crate::row::{Level, Row, Section, play};
use jetpay_platform::Exchange;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "shape-refusal-text-verify",
        Level::Must,
        Section::Verify,
        "the text of a refused verify is a text, not empty, where the method has it",
        "The payer sees no reason, and tries again or leaves.",
        play!(text_of_verify),
    ),
    Row::new(
        "shape-refusal-text-deposit",
        Level::Must,
        Section::CheckDeposit,
        "the text of a refused check_deposit is a text, not empty, where the method has it",
        "The payer, whose cash is in the machine, sees no reason.",
        play!(text_of_deposit),
    ),
    Row::new(
        "shape-refusal-only",
        Level::Must,
        Section::CheckDeposit,
        "a refusal has neither a payment_id nor contracts",
        "A refusal that looks half like a success is taken for one by somebody.",
        play!(nothing_else),
    ),
];

async fn text_of_verify(scene: &CheckContext<'_>) -> Checked {
    let [verify, _] = unknown(scene).await?;
    texts(scene, &verify)
}

async fn text_of_deposit(scene: &CheckContext<'_>) -> Checked {
    let [_, deposit] = unknown(scene).await?;
    texts(scene, &deposit)
}

fn texts(scene: &CheckContext<'_>, exchange: &Exchange) -> Checked {
    is_refusal(exchange)?;
    for place in scene.refusal_texts() {
        let value = exchange.json.as_ref().and_then(|it| it.pointer(place));
        let got = match value {
            Some(Value::String(text)) if !text.trim().is_empty() => continue,
            Some(Value::String(_)) => "an empty text".to_owned(),
            Some(other) => format!("no text, but {other}"),
            None => format!("nothing there: {}", expect::brief(exchange)),
        };
        let name = place[1..].replace('/', ".");
        return Err(Stop::failed(format!("a text in `{name}`"), got));
    }
    Ok(())
}

fn is_refusal(exchange: &Exchange) -> Checked {
    if exchange.code().is_some_and(|code| code != 0) {
        return Ok(());
    }
    let wanted = "a refusal: a code other than 0";
    Err(Stop::failed(wanted, expect::brief(exchange)))
}

async fn nothing_else(scene: &CheckContext<'_>) -> Checked {
    for exchange in refused(scene).await? {
        is_refusal(&exchange)?;
        for name in ["payment_id", "entities"] {
            let value = exchange.json.as_ref().and_then(|it| it.get(name));
            if !value.is_none_or(Value::is_null) {
                let wanted = format!("a refusal without `{name}`");
                return Err(Stop::failed(wanted, expect::brief(&exchange)));
            }
        }
    }
    Ok(())
}
