//! Every answer is JSON and has its content type; the values and fields of good answers.

use std::time::Duration;

use jetpay_platform::{ContractFields, Exchange};
use serde_json::Value;

use crate::check::CheckResult;
use crate::check_context::{CheckContext, edited};
use crate::expect::{self, Seen, only};
use crate::row::sections::{METHOD_ANSWERS, SIGNATURE};
use crate::row::{Row, Source, must, run, should};
use crate::rows::conditions::{HAS_CONTRACTS, NO_CONTRACTS};
use crate::rows::expectations::{ACCOUNT, expect_currency, listed_contracts, sound_contracts};
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
    must("shape-payment-id", Source::CheckDeposit)
        .that("payment_id is a text that is not empty, even when it has only digits")
        .why("A number may come back changed, and then the callback finds no payment.")
        .runs(run!(payment_id)),
    should("shape-payment-id-plain", SIGNATURE)
        .that("payment_id has at most 255 characters, no `;` and no control character")
        .why("With `;` in the id, an attacker can move the borders of fields in a signed callback.")
        .runs(run!(plain_payment_id)),
    must("shape-currency", Source::Verify)
        .that("currency is the project's currency, in three capital letters")
        .why("The platform asks the payer for money in a wrong currency.")
        .runs(run!(currency)),
    must("shape-amounts", Source::Verify)
        .that("amounts are integers in minor units: not floats, not texts, not negative")
        .why("The platform reads 100000.0 or \"1000.00\" as another amount, or not at all.")
        .only(HAS_CONTRACTS)
        .runs(run!(amounts)),
    should("shape-no-error-text", Source::CheckDeposit)
        .that("a good answer has no error text")
        .why("The kiosk may show an error to a payer whose payment continues.")
        .runs(run!(no_error_text)),
    should("shape-no-extra-fields", Source::CheckDeposit)
        .that("good answers have the documented fields and no others")
        .why("A misspelt field is a missing field, and additional fields reveal data about the payer.")
        .runs(run!(no_extra_fields)),
    must("verify-contracts", Source::Verify)
        .that("the answer to verify has contracts, with id and number as texts and amounts as integers")
        .why("The platform cannot read the contracts, or shows a hundred times the debt.")
        .only(HAS_CONTRACTS)
        .runs(run!(shows_contracts)),
    should("verify-no-contracts", METHOD_ANSWERS)
        .that("the answer to verify has no contracts")
        .why("The platform does not expect contracts here and may refuse the whole answer.")
        .only(NO_CONTRACTS)
        .runs(run!(shows_none)),
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
    let [verify, deposit] = context.signed_requests();
    let unknown = context.verify(&context.target.customers.unknown);
    for body in [verify, deposit, context.platform.sign(&unknown)] {
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

/// The maximum length of an id, in characters.
const LONGEST: usize = 255;

async fn payment_id(context: &CheckContext<'_>) -> CheckResult {
    let [_, deposit] = good(context).await?;
    let answer = expect::answer(&deposit, 0)?;
    expect::text(answer, "payment_id", &deposit).map(drop)
}

async fn plain_payment_id(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let plain = |it: char| it != ';' && !it.is_control();
    let plain = payment_id.chars().count() <= LONGEST && payment_id.chars().all(plain);
    let what = "a payment_id of at most 255 characters, without `;` and control characters";
    expect::holds(what, plain, || Seen::received(format!("{payment_id:?}")))
}

async fn currency(context: &CheckContext<'_>) -> CheckResult {
    let [verify, _] = good(context).await?;
    expect_currency(context, expect::answer(&verify, 0)?, &verify)
}

async fn amounts(context: &CheckContext<'_>) -> CheckResult {
    let [verify, _] = good(context).await?;
    let answer = expect::answer(&verify, 0)?;
    if !context.has_contracts() {
        return Ok(());
    }
    for contract in listed_contracts(answer, &verify)? {
        for name in ["payment", "min_payment"] {
            // The text counts: 100000.0 is a float, whatever its value.
            let integer = contract.get(name).is_none_or(Value::is_u64);
            let what = format!("`{name}` as an integer of minor units, and not below 0");
            let seen = || Seen::received(contract[name].to_string()).of(&verify);
            expect::holds(&what, integer, seen)?;
        }
    }
    Ok(())
}

/// The documented fields besides an error text.
const DEPOSIT: [&str; 2] = ["code", "payment_id"];
const CONTRACT: [&str; 5] = ["id", "number", "payment", "min_payment", "info"];
/// All places where a method has an error text.
const ERROR_TEXTS: [&str; 3] = ["/message", "/error_description", "/errors/message"];

/// Good answers with their fields, and the optional fields of each.
async fn with_extras(
    context: &CheckContext<'_>,
) -> CheckResult<[(Exchange, Vec<&'static str>, Vec<&'static str>); 2]> {
    let [verify, deposit] = good(context).await?;
    let of_verify = if context.has_contracts() {
        vec!["message", "entities"]
    } else {
        Vec::new()
    };
    let of_deposit = context.method.deposit_extras.to_vec();
    Ok([
        (verify, ACCOUNT.to_vec(), of_verify),
        (deposit, DEPOSIT.to_vec(), of_deposit),
    ])
}

async fn no_error_text(context: &CheckContext<'_>) -> CheckResult {
    for (exchange, _, extras) in with_extras(context).await? {
        expect::answer(&exchange, 0)?;
        // `message` is also the name of an optional text in good answers of some documents.
        let places = ERROR_TEXTS
            .iter()
            .filter(|place| !extras.contains(&&place[1..]));
        for place in places {
            let what = format!("no text at `{}`", &place[1..]);
            let none = expect::text_at(&exchange, place).is_none();
            expect::holds(&what, none, || expect::brief(&exchange))?;
        }
    }
    Ok(())
}

async fn no_extra_fields(context: &CheckContext<'_>) -> CheckResult {
    let with_status = context.method.contract_fields == ContractFields::EntityIdAndNumber;
    let status: &[&str] = if with_status { &["status_code"] } else { &[] };
    for (exchange, required, mut allowed) in with_extras(context).await? {
        let answer = expect::answer(&exchange, 0)?;
        // Another check is about error texts.
        allowed.extend(["message", "error_description", "errors"]);
        only(answer, &required, &allowed, &exchange)?;
        let contracts = answer.get("entities").and_then(Value::as_array);
        for contract in contracts.into_iter().flatten().filter_map(Value::as_object) {
            only(contract, &CONTRACT, status, &exchange)?;
        }
    }
    Ok(())
}

async fn shows_contracts(context: &CheckContext<'_>) -> CheckResult {
    let exchange = context.call_verify().await?;
    let contracts = sound_contracts(context, &exchange)?;
    let Some(ours) = context.contract() else {
        return Ok(());
    };
    let found = contracts.iter().find(|contract| contract["id"] == *ours.id);
    expect::equal(
        "the number of the contract",
        &Some(ours.number.as_str()),
        &found.and_then(|it| it["number"].as_str()),
    )
}

async fn shows_none(context: &CheckContext<'_>) -> CheckResult {
    let exchange = context.call_verify().await?;
    let answer = expect::answer(&exchange, 0)?;
    let shown = answer
        .get("entities")
        .filter(|it| !it.is_null() && it.as_array().is_none_or(|it| !it.is_empty()));
    expect::equal("entities", &None, &shown)?;
    context.expect_only(answer, &ACCOUNT, &[], &exchange)
}

/// Good answers to `verify` and `check_deposit`.
async fn good(context: &CheckContext<'_>) -> CheckResult<[Exchange; 2]> {
    Ok([
        context.call(&context.verify_json()).await?,
        context.call(&context.check_deposit_json()).await?,
    ])
}

/// The answers to both requests for an unknown customer.
pub(super) async fn unknown_answers(context: &CheckContext<'_>) -> CheckResult<[Exchange; 2]> {
    let unknown = &context.target.customers.unknown;
    let [verify, deposit] = context.requests_for(unknown);
    Ok([context.call(&verify).await?, context.call(&deposit).await?])
}

/// Refusals: for unknown customers, and for both requests with a bad signature.
pub(super) async fn refused(context: &CheckContext<'_>) -> CheckResult<Vec<Exchange>> {
    let mut refused: Vec<_> = unknown_answers(context).await?.into();
    for signed in context.signed_requests() {
        let changed = edited(&signed, "/note", "one field more");
        refused.push(context.send(changed).await?);
    }
    Ok(refused)
}

/// All answers but HTTP 5xx, which is a crash and has no shape. Other checks are about it.
async fn all(context: &CheckContext<'_>) -> CheckResult<Vec<Exchange>> {
    let mut all: Vec<_> = good(context).await?.into();
    all.extend(refused(context).await?);
    all.retain(|it| it.status < 500);
    Ok(all)
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
