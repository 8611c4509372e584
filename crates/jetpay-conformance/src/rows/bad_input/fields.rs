//! Signed requests with a wrong field.

use serde_json::{Value, json};

use crate::check::CheckResult;
use crate::check_context::{CheckContext, replaced, with, without};
use crate::expect::Refusal;
use crate::row::sections::BAD_FIELD;
use crate::row::{Level, Procedure, Row, run};
use crate::rows::conditions::{always_contracts, option_2};
use crate::target::Kassa24Answers;

pub(crate) static ROWS: &[Row] = &[
    Row::new(
        "field-type",
        Level::Should,
        BAD_FIELD,
        "type is refused when it is missing or unknown",
        "A message of an unknown kind is answered as if its kind were known.",
        Procedure::Refused(kind, REFUSAL.naming("type")),
    ),
    Row::new(
        "field-project",
        Level::Should,
        BAD_FIELD,
        "project_id as a text is refused",
        "A program that accepts a wrong type here probably accepts it for the amount too.",
        Procedure::Refused(project, REFUSAL.naming("project_id")),
    ),
    Row::new(
        "field-customer",
        Level::Should,
        BAD_FIELD,
        "customer_id is refused when it is missing or not a text",
        "A number loses leading zeros or last digits, and another customer is credited.",
        Procedure::Refused(customer, REFUSAL.naming("customer_id")),
    ),
    Row::new(
        "field-customer-id",
        Level::Should,
        BAD_FIELD,
        "customer_id is refused when it is empty, too long, or has `;` or a control character",
        "Control characters end up in logs, files and databases, and can break them.",
        Procedure::Refused(customer_id, REFUSAL.naming("customer_id")),
    ),
    Row::new(
        "field-payment-method",
        Level::Should,
        BAD_FIELD,
        "payment_method is refused when it is missing or belongs to another method",
        "A payment by one method is recorded and reconciled as another.",
        Procedure::Refused(payment_method, REFUSAL.naming("payment_method")),
    ),
    Row::new(
        "field-entity",
        Level::Should,
        BAD_FIELD,
        "entity_id is refused when it is missing or invalid",
        "The payment has no contract, and an operator has to ask the payer.",
        Procedure::Refused(entity, REFUSAL.naming("entity_id")),
    )
    .only(always_contracts),
    Row::new(
        "field-entity-without-number",
        Level::Should,
        BAD_FIELD,
        "entity_id without number is refused",
        "Half of a contract's name may fit two contracts, and the wrong one is paid.",
        run!(entity_without_number),
    )
    .only(option_2),
    Row::new(
        "field-number-without-entity",
        Level::Should,
        BAD_FIELD,
        "number without entity_id is refused",
        "The endpoint guesses the contract from a printed number, and may guess wrong.",
        run!(number_without_entity),
    )
    .only(option_2),
    Row::new(
        "field-amount",
        Level::Should,
        BAD_FIELD,
        "amount is refused when it is missing or not an integer",
        "The payment is recorded without an amount, or with a guess.",
        Procedure::Refused(amount, REFUSAL.naming("amount")),
    ),
    Row::new(
        "field-amount-float",
        Level::Should,
        BAD_FIELD,
        "amount is refused when it is written as a float, even a whole one",
        "Minor units are lost or rounded, and the ledger never agrees with the platform.",
        Procedure::Refused(amount_float, REFUSAL.naming("amount")),
    ),
    Row::new(
        "field-amount-not-positive",
        Level::Should,
        BAD_FIELD,
        "amount is refused when zero, negative or beyond 64 bits",
        "A negative payment takes money from the customer instead of crediting it.",
        Procedure::Refused(amount_not_positive, REFUSAL.naming("amount")),
    ),
    Row::new(
        "field-currency",
        Level::Must,
        BAD_FIELD,
        "currency is refused when it is missing, invalid, or not the project's",
        "A thousand dollars are recorded as a thousand tenge.",
        Procedure::Refused(currency, REFUSAL.naming("currency")),
    ),
];

fn kind(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let values = || {
        [
            Value::Null,
            json!(""),
            json!("refund"),
            json!("VERIFY"),
            json!("verify "),
            json!(1),
            json!(["verify"]),
        ]
    };
    let mut bodies = wrong(context, &context.verify_json(), "/type", values());
    bodies.extend(wrong(
        context,
        &context.check_deposit_json(),
        "/type",
        values(),
    ));
    bodies
}

fn project(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let number = json!(context.project.id.number().to_string());
    [context.verify_json(), context.check_deposit_json()]
        .map(|it| {
            context
                .platform
                .sign(&with(it, "/project_id", number.clone()))
        })
        .into()
}

fn customer(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let values = || {
        [
            Value::Null,
            json!(7_123_456_789_i64),
            json!(true),
            json!(["7123456789"]),
            json!({"id": "7123456789"}),
        ]
    };
    let mut bodies = wrong(context, &context.verify_json(), "/customer_id", values());
    bodies.extend(wrong(
        context,
        &context.check_deposit_json(),
        "/customer_id",
        values(),
    ));
    bodies
}

fn customer_id(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let payer = &context.target.customers.payer;
    let ids = [
        String::new(),
        "x".repeat(256),
        format!("{payer};x"),
        format!("{payer}\n"),
        format!("{payer}\0"),
        format!("{payer}\u{7f}"),
    ];
    let both = |id: &String| {
        [context.verify_json(), context.check_deposit_json()]
            .map(|it| with(it, "/customer_id", json!(id)))
    };
    ids.iter()
        .flat_map(both)
        .map(|it| context.platform.sign(&it))
        .collect()
}

fn payment_method(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let own = context.method.payment_method;
    let values = [
        Value::Null,
        json!(24),
        json!(""),
        json!("card"),
        json!(own.to_uppercase()),
        json!(format!("{own}/")),
        json!([own]),
    ];
    wrong(
        context,
        &context.check_deposit_json(),
        "/payment_method",
        values,
    )
}

fn entity(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let values = [
        Value::Null,
        json!(12_345),
        json!(""),
        json!("12345;x"),
        json!({"id": "12345"}),
        json!("x".repeat(256)),
    ];
    wrong(context, &context.check_deposit_json(), "/entity_id", values)
}

async fn entity_without_number(context: &CheckContext<'_>) -> CheckResult {
    half_a_contract(context, "/number", "number").await
}

async fn number_without_entity(context: &CheckContext<'_>) -> CheckResult {
    half_a_contract(context, "/entity_id", "entity_id").await
}

async fn half_a_contract(
    context: &CheckContext<'_>,
    field: &str,
    name: &'static str,
) -> CheckResult {
    let context = context.in_project_answering(Kassa24Answers::Contracts)?;
    let bodies = wrong(
        &context,
        &context.check_deposit_json(),
        field,
        [Value::Null],
    );
    context.expect_refused(bodies, REFUSAL.naming(name)).await
}

fn amount(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let minor = context.amount().minor().to_string();
    let values = [
        Value::Null,
        json!(minor),
        json!("100.00"),
        json!(true),
        json!([10_000]),
        json!({"amount": 10_000}),
        json!(""),
    ];
    wrong(context, &context.check_deposit_json(), "/amount", values)
}

fn amount_float(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let plain = context.check_deposit_json().to_string();
    let field = format!("\"amount\":{}", context.amount().minor());
    let floats = ["10000.0", "100.5", "1e4", "1E+4", "0.1"];
    floats
        .map(|float| {
            context.platform.sign_text(replaced(
                plain.as_bytes(),
                &field,
                &format!("\"amount\":{float}"),
            ))
        })
        .into()
}

fn amount_not_positive(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let values = [
        json!(0),
        json!(-1),
        json!(-10_000),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(9_223_372_036_854_775_808_u64),
    ];
    wrong(context, &context.check_deposit_json(), "/amount", values)
}

fn currency(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let other = if context.target.currency.code() == "USD" {
        "KZT"
    } else {
        "USD"
    };
    let code = context.target.currency.code();
    let values = [
        Value::Null,
        json!(398),
        json!(""),
        json!(other),
        json!([code]),
    ];
    let other_spellings = [json!(code.to_lowercase()), json!(format!("{code} "))];
    let other_spellings = other_spellings.into_iter().filter(|_| context.target.exact);
    let values = values.into_iter().chain(other_spellings);
    wrong(context, &context.check_deposit_json(), "/currency", values)
}

pub(crate) const REFUSAL: Refusal = Refusal::new(200, 500);

/// The message with each of these values in a field, and without the field, signed.
pub(crate) fn wrong(
    context: &CheckContext<'_>,
    message: &Value,
    field: &str,
    values: impl IntoIterator<Item = Value>,
) -> Vec<Vec<u8>> {
    let changed = values
        .into_iter()
        .map(|value| with(message.clone(), field, value));
    changed
        .chain([without(message.clone(), field)])
        .map(|message| context.platform.sign(&message))
        .collect()
}
