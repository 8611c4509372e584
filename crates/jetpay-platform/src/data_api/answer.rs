//! Writes the answers of the Data API.

use jetpay_core::Money;
use jetpay_core::signature::{Key, sign};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::record::Recorded;
use super::request::Request;
use super::script::{Conventions, Edition};
use crate::serving::Reply;

/// The fields of an operation when the request names none.
pub(super) const DEFAULT_FIELDS: [&str; 20] = [
    "project_id",
    "operation_id",
    "payment_id",
    "operation_type",
    "operation_status",
    "account_number",
    "customer_ip",
    "payment_method_name",
    "payment_method_type",
    "payment_description",
    "operation_created_at",
    "operation_completed_at",
    "provider_date",
    "shipment_date",
    "sum_initial",
    "sum_converted",
    "arn",
    "rrn",
    "payment_provider_code",
    "payment_provider_message",
];

/// The fields that an operation has only when the request names them.
const OTHER_FIELDS: [&str; 35] = [
    "acquirer_bank_name",
    "auth_code",
    "avs_post_code",
    "avs_result",
    "avs_street_address",
    "balance_id",
    "bank_name",
    "bin",
    "card_enroll_check",
    "card_holder",
    "card_product_name",
    "card_token",
    "completed_refund",
    "country_by_ip",
    "country_by_bin",
    "currency_rate",
    "customer_email",
    "customer_id",
    "eci",
    "expiration_date",
    "legal_entity_name",
    "merchant_id",
    "payment_currency",
    "payment_type",
    "project_name",
    "project_url",
    "provider_payment_id",
    "recurring_id",
    "recurring_register",
    "recurring_valid_thru",
    "remaining_refund",
    "secure_3ds_check",
    "transaction_completed_at",
    "transaction_created_at",
    "transaction_status",
];

/// Whether an operation has this field, or this part of one.
pub(super) fn is_field(name: &str) -> bool {
    let (outer, part) = name
        .split_once('.')
        .map_or((name, None), |(outer, part)| (outer, Some(part)));
    match part {
        None => DEFAULT_FIELDS.contains(&outer) || OTHER_FIELDS.contains(&outer),
        Some(part) => {
            outer.starts_with("sum_") && is_field(outer) && ["amount", "currency"].contains(&part)
        }
    }
}

/// The body of an answer with these operations, unsigned.
pub(super) fn body(page: &[Recorded], request: &Request, conventions: Conventions) -> Value {
    let operations: Vec<Value> = page
        .iter()
        .map(|it| operation(it, request, conventions))
        .collect();
    json!({ "operations": operations })
}

fn operation(recorded: &Recorded, request: &Request, conventions: Conventions) -> Value {
    let mut json = Map::new();
    for field in &request.fields {
        let (outer, part) = field.split_once('.').unwrap_or((field, ""));
        let whole = value(outer, recorded, &request.zone, conventions);
        if part.is_empty() {
            json.insert(outer.to_owned(), whole);
        } else {
            json.entry(outer).or_insert_with(|| json!({}))[part] = whole[part].clone();
        }
    }
    Value::Object(json)
}

/// The value of a field; an empty text for what the simulated platform does not record.
fn value(field: &str, recorded: &Recorded, zone: &TimeZone, conventions: Conventions) -> Value {
    let it = &recorded.operation;
    let date = |seconds: Option<i64>| {
        let written = seconds.and_then(|it| date(it, zone, conventions.edition));
        json!(written.unwrap_or_default())
    };
    match field {
        "project_id" => json!(it.project_id.to_string()),
        "operation_id" => json!(it.operation_id.to_string()),
        "payment_id" => json!(it.payment_id),
        "operation_type" => json!(it.kind.as_str()),
        "operation_status" => json!(it.status.as_str()),
        "operation_created_at" => date(recorded.created),
        "operation_completed_at" if conventions.completed_at_is_empty => json!(""),
        "operation_completed_at" | "provider_date" => date(it.time),
        "sum_initial" | "sum_converted" => sum(it.amount, conventions),
        _ => json!(""),
    }
}

/// In minor units.
fn sum(money: Money, conventions: Conventions) -> Value {
    let amount = if conventions.amounts_are_texts {
        json!(money.minor().to_string())
    } else {
        json!(money.minor())
    };
    json!({ "amount": amount, "currency": money.currency() })
}

fn date(seconds: i64, zone: &TimeZone, edition: Edition) -> Option<String> {
    let moment = Timestamp::from_second(seconds).ok()?;
    let format = match edition {
        Edition::A => "%Y-%m-%dT%H:%M:%S%:z",
        Edition::B => "%Y-%m-%d %H:%M:%S",
    };
    let written = moment.to_zoned(zone.clone()).strftime(format);
    Some(written.to_string())
}

/// HTTP 200 with a body that is signed with this key.
pub(super) fn signed(body: &Value, key: &Key) -> Reply {
    let body = sign(body.to_string().as_bytes(), key);
    Reply::now(
        200,
        body.expect("an answer is an object that can be signed"),
    )
}

/// An error in the Data API's shape, which is not the Gate's. It has no signature.
pub(super) fn error(status: u16, why: &str) -> Reply {
    let name = match status {
        400 => "Bad Request",
        401 => "Authorization Required",
        403 => "Forbidden",
        404 => "Not Found",
        429 => "Request rate error",
        _ => "Internal Server Error",
    };
    let body = json!({ "name": name, "message": why, "code": 0, "status": status });
    Reply::now(status, body.to_string())
}
