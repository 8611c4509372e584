//! The fields of good answers.

use serde_json::{Map, Value};

use super::answers::good;
use crate::check_context::CheckContext;
use crate::expect::{self, only};
use crate::outcome::{Checked, Stop};
use crate::row::{Level, Row, Section, play};
use jetpay_platform::ContractFields;
use jetpay_platform::Exchange;

/// The fields that a document names beside an error text.
const VERIFY: [&str; 3] = ["code", "currency", "additional_customer_id"];
const DEPOSIT: [&str; 2] = ["code", "payment_id"];
const CONTRACT: [&str; 5] = ["id", "number", "payment", "min_payment", "info"];
/// All places where some method has an error text.
const ERROR_TEXTS: [&str; 3] = ["/message", "/error_description", "/errors/message"];

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "shape-no-error-text",
        Level::Should,
        Section::CheckDeposit,
        "a good answer has no error text",
        "The kiosk may show a failure to a payer whose payment goes on.",
        play!(no_error_text),
    ),
    Row::new(
        "shape-no-extra-fields",
        Level::Should,
        Section::CheckDeposit,
        "good answers have the documented fields and no others",
        "A misspelt field is a field that is missing, and more than is asked tells of the payer.",
        play!(no_extra_fields),
    ),
];

/// Good answers with their fields, and the fields that each may have beside those that it must.
async fn with_extras(
    scene: &CheckContext<'_>,
) -> Checked<[(Exchange, Vec<&'static str>, Vec<&'static str>); 2]> {
    let [verify, deposit] = good(scene).await?;
    let of_verify = if scene.has_contracts() {
        vec!["message", "entities"]
    } else {
        Vec::new()
    };
    let of_deposit = scene.method.deposit_extras.to_vec();
    Ok([
        (verify, VERIFY.to_vec(), of_verify),
        (deposit, DEPOSIT.to_vec(), of_deposit),
    ])
}

async fn no_error_text(scene: &CheckContext<'_>) -> Checked {
    for (exchange, _, extras) in with_extras(scene).await? {
        expect::answer(&exchange, 0)?;
        // `message` is also the name of a text that some documents allow in a good answer.
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

async fn no_extra_fields(scene: &CheckContext<'_>) -> Checked {
    for (exchange, required, mut allowed) in with_extras(scene).await? {
        let answer = expect::answer(&exchange, 0)?;
        // An error text is the other check's.
        allowed.extend(["message", "error_description", "errors"]);
        only(answer, &required, &allowed, &exchange)?;
        contracts(answer).try_for_each(|it| of_contract(scene, it, &exchange))?;
    }
    Ok(())
}

fn contracts(answer: &Map<String, Value>) -> impl Iterator<Item = &Map<String, Value>> {
    let list = answer.get("entities").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_object)
}

fn of_contract(
    scene: &CheckContext<'_>,
    contract: &Map<String, Value>,
    exchange: &Exchange,
) -> Checked {
    let with_status = scene.method.contract_fields == ContractFields::EntityIdAndNumber;
    let status: &[&str] = if with_status { &["status_code"] } else { &[] };
    only(contract, &CONTRACT, status, exchange)
}
