//! What a good answer is.

use serde_json::{Map, Value};

use crate::check_context::CheckContext;
use crate::expect;
use crate::outcome::{Checked, Stop};
use jetpay_platform::Exchange;

/// An answer about an account; held strictly, with nothing else in it.
pub(crate) fn account<'a>(
    scene: &CheckContext<'_>,
    exchange: &'a Exchange,
    code: i64,
) -> Checked<&'a Map<String, Value>> {
    let answer = expect::answer(exchange, code)?;
    expect::equal(
        "currency",
        &scene.target.currency.code(),
        &expect::text(answer, "currency", exchange)?,
    )?;
    // Without contracts the documents call it optional, or show it in samples only.
    if scene.target.exact || scene.has_contracts() {
        expect::text(answer, "additional_customer_id", exchange)?;
    }
    let message: &[&str] = if scene.has_contracts() {
        &["message"]
    } else {
        &[]
    };
    let contracts: &[&str] = if scene.has_contracts() && code == 0 {
        &["entities"]
    } else {
        &[]
    };
    scene.expect_only(
        answer,
        &["code", "currency", "additional_customer_id"],
        &[message, contracts].concat(),
        exchange,
    )?;
    Ok(answer)
}

/// The contracts of a good answer, each of them sound.
pub(crate) fn sound_contracts<'a>(
    scene: &CheckContext<'_>,
    exchange: &'a Exchange,
) -> Checked<&'a Vec<Value>> {
    let answer = account(scene, exchange, 0)?;
    let contracts = answer
        .get("entities")
        .and_then(Value::as_array)
        .filter(|contracts| !contracts.is_empty());
    let contracts =
        contracts.ok_or_else(|| Stop::failed("a list in `entities`", expect::brief(exchange)))?;
    for contract in contracts {
        let Some(contract) = contract.as_object() else {
            return Err(Stop::failed(
                "objects in `entities`",
                expect::brief(exchange),
            ));
        };
        expect::text(contract, "id", exchange)?;
        expect::text(contract, "number", exchange)?;
        for name in ["payment", "min_payment", "status_code"] {
            let integer = contract.get(name).is_none_or(Value::is_i64);
            let what = format!("an integer in `{name}` of a contract, or no such field");
            expect::holds(&what, integer, || contract[name].to_string())?;
        }
        let object = contract.get("info").is_none_or(Value::is_object);
        let what = "an object in `info` of a contract, or no such field";
        expect::holds(what, object, || contract["info"].to_string())?;
    }
    Ok(contracts)
}

/// A good answer: its payment id.
pub(crate) fn payment_id(scene: &CheckContext<'_>, exchange: &Exchange) -> Checked<String> {
    let answer = expect::answer(exchange, 0)?;
    scene.expect_only(
        answer,
        &["code", "payment_id"],
        scene.method.deposit_extras,
        exchange,
    )?;
    expect::text(answer, "payment_id", exchange).map(str::to_owned)
}
