//! The values and fields of good answers.

use jetpay_platform::{ContractFields, Exchange};
use serde_json::{Map, Value};

use crate::check::{CheckResult, Stop};
use crate::check_context::{CheckContext, edited, with};
use crate::expect::{self, Seen, only};
use crate::row::sections::{METHOD_ANSWERS, SIGNATURE};
use crate::row::{Row, Source, must, run, should};
use crate::rows::conditions::{has_contracts, no_contracts};
use crate::rows::expectations::{expect_currency, sound_contracts};

pub(crate) static ROWS: &[Row] = &[
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
        .only(has_contracts)
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
        .only(has_contracts)
        .runs(run!(shows_contracts)),
    should("verify-no-contracts", METHOD_ANSWERS)
        .that("the answer to verify has no contracts")
        .why("The platform does not expect contracts here and may refuse the whole answer.")
        .only(no_contracts)
        .runs(run!(shows_none)),
];

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
    if payment_id.chars().count() <= LONGEST && payment_id.chars().all(plain) {
        return Ok(());
    }
    Err(Stop::failed(
        "a payment_id of at most 255 characters, without `;` and control characters",
        Seen::received(format!("{payment_id:?}")),
    ))
}

async fn currency(context: &CheckContext<'_>) -> CheckResult {
    let [verify, _] = good(context).await?;
    expect_currency(context, expect::answer(&verify, 0)?, &verify)
}

async fn amounts(context: &CheckContext<'_>) -> CheckResult {
    let [verify, _] = good(context).await?;
    let answer = expect::answer(&verify, 0)?;
    let contracts = answer.get("entities").and_then(Value::as_array);
    if !context.has_contracts() {
        return Ok(());
    }
    let contracts = contracts
        .filter(|it| !it.is_empty())
        .ok_or_else(|| Stop::failed("a list in `entities`", expect::brief(&verify)))?;
    for contract in contracts {
        for name in ["payment", "min_payment"] {
            // The text counts: 100000.0 is a float, whatever its value.
            if let Some(amount) = contract.get(name)
                && !amount.is_u64()
            {
                let wanted = format!("`{name}` as an integer of minor units, and not below 0");
                let seen = Seen::received(amount.to_string()).of(&verify);
                return Err(Stop::failed(wanted, seen));
            }
        }
    }
    Ok(())
}

/// The documented fields besides an error text.
const VERIFY: [&str; 3] = ["code", "currency", "additional_customer_id"];
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
        (verify, VERIFY.to_vec(), of_verify),
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
            let text = exchange
                .json
                .as_ref()
                .and_then(|it| it.pointer(place)?.as_str());
            if text.is_some_and(|text| !text.is_empty()) {
                let wanted = format!("no text at `{}`", &place[1..]);
                return Err(Stop::failed(wanted, expect::brief(&exchange)));
            }
        }
    }
    Ok(())
}

async fn no_extra_fields(context: &CheckContext<'_>) -> CheckResult {
    for (exchange, required, mut allowed) in with_extras(context).await? {
        let answer = expect::answer(&exchange, 0)?;
        // Another check is about error texts.
        allowed.extend(["message", "error_description", "errors"]);
        only(answer, &required, &allowed, &exchange)?;
        contracts(answer).try_for_each(|it| of_contract(context, it, &exchange))?;
    }
    Ok(())
}

fn contracts(answer: &Map<String, Value>) -> impl Iterator<Item = &Map<String, Value>> {
    let list = answer.get("entities").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_object)
}

fn of_contract(
    context: &CheckContext<'_>,
    contract: &Map<String, Value>,
    exchange: &Exchange,
) -> CheckResult {
    let with_status = context.method.contract_fields == ContractFields::EntityIdAndNumber;
    let status: &[&str] = if with_status { &["status_code"] } else { &[] };
    only(contract, &CONTRACT, status, exchange)
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
    context.expect_only(
        answer,
        &["code", "currency", "additional_customer_id"],
        &[],
        &exchange,
    )
}

/// Good answers to `verify` and `check_deposit`.
pub(super) async fn good(context: &CheckContext<'_>) -> CheckResult<[Exchange; 2]> {
    Ok([
        context.call(&context.verify_json()).await?,
        context.call(&context.check_deposit_json()).await?,
    ])
}

/// The answers to both requests for an unknown customer.
pub(super) async fn unknown_answers(context: &CheckContext<'_>) -> CheckResult<[Exchange; 2]> {
    let unknown = context.target.customers.unknown.as_str();
    let deposit = with(context.check_deposit_json(), "/customer_id", unknown.into());
    Ok([
        context.call(&context.verify(unknown)).await?,
        context.call(&deposit).await?,
    ])
}

/// Refusals: for unknown customers, and for both requests with a bad signature.
pub(super) async fn refused(context: &CheckContext<'_>) -> CheckResult<Vec<Exchange>> {
    let mut refused: Vec<_> = unknown_answers(context).await?.into();
    for request in context.requests() {
        let signed = context.platform.sign(&request);
        let changed = edited(&signed, "/note", "one field more");
        refused.push(context.send(changed).await?);
    }
    Ok(refused)
}

/// All answers but HTTP 5xx, which is a crash and has no shape. Other checks are about it.
pub(super) async fn all(context: &CheckContext<'_>) -> CheckResult<Vec<Exchange>> {
    let mut all: Vec<_> = good(context).await?.into();
    all.extend(refused(context).await?);
    all.retain(|it| it.status < 500);
    Ok(all)
}
