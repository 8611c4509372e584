//! Every answer is JSON and has its content type.

use std::time::Duration;

use super::values::all;
use crate::check::CheckResult;
use crate::check_context::CheckContext;
use crate::expect::{self, Seen};
use crate::row::{Row, Source, must, run, should};
use crate::wire::Framing;

pub(crate) static ROWS: &[Row] = &[
    must("shape-json", Source::Verify)
        .that("every answer is one JSON object in UTF-8, with nothing before or after it")
        .why("The platform cannot read the answer and turns the payer away.")
        .runs(run!(is_json)),
    must("shape-code-integer", Source::Verify)
        .that("code is an integer in every answer, not a text or a float")
        .why("A reader may not take \"0\" for a success, and the payer's cash is already in the machine.")
        .runs(run!(code_is_integer)),
    should("shape-content-type", Source::Verify)
        .that("the content type of answers is JSON, in UTF-8")
        .why("A program that checks the content type cannot read the answer.")
        .runs(run!(content_type)),
];

async fn is_json(context: &CheckContext<'_>) -> CheckResult {
    let answers = all(context).await?;
    answers
        .iter()
        .try_for_each(|it| expect::object(it).map(drop))
}

async fn code_is_integer(context: &CheckContext<'_>) -> CheckResult {
    let answers = all(context).await?;
    answers.iter().try_for_each(|it| expect::code(it).map(drop))
}

async fn content_type(context: &CheckContext<'_>) -> CheckResult {
    let unknown = context.verify(&context.target.customers.unknown);
    for body in [
        context.platform.sign(&context.verify_json()),
        context.platform.sign(&context.check_deposit_json()),
        context.platform.sign(&unknown),
    ] {
        let mut wire = context.wire(&context.platform).await?;
        let head = wire.begin(Framing::Length, &body);
        wire.write([head, body].concat(), Duration::ZERO);
        let (exchange, answer) = wire.answer().await?;
        let named = answer.header("content-type").unwrap_or_default();
        let seen = || Seen::received(named).after("content-type: ").of(&exchange);
        expect::holds("content-type: application/json", is_json_type(named), seen)?;
    }
    Ok(())
}

/// `application/json` or another JSON type, with no other encoding than UTF-8.
fn is_json_type(named: &str) -> bool {
    let named = named.to_ascii_lowercase();
    let mut parts = named.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    let json = kind == "application/json" || kind.ends_with("+json");
    let other = |part: &str| {
        let charset = part.strip_prefix("charset=");
        charset.is_some_and(|it| !matches!(it.trim_matches('"'), "utf-8" | "utf8"))
    };
    json && !parts.any(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_type_of_json_is_distinguished_from_others() {
        for good in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/problem+json;charset=\"utf-8\"",
        ] {
            assert!(is_json_type(good), "{good}");
        }
        for bad in [
            "",
            "text/html",
            "text/plain; x=application/json",
            "application/json; charset=windows-1251",
        ] {
            assert!(!is_json_type(bad), "{bad}");
        }
    }
}
