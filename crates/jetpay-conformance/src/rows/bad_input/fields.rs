//! Signed requests with a wrong field.

use serde_json::{Value, json};

use crate::check_context::{AMOUNT_MINOR, CheckContext, replaced, with, without};
use crate::expect::Refusal;
use crate::row::sections::BAD_FIELD;
use crate::row::{Row, must, should};
use crate::rows::conditions::ALWAYS_CONTRACTS;
use crate::target::Kassa24Answers;

pub(crate) static ROWS: &[Row] = &[
    should("field-type", BAD_FIELD)
        .that("type is refused when it is missing or unknown")
        .why("A message of an unknown kind is answered as if its kind were known.")
        .refused(kind, REFUSAL.naming("type")),
    should("field-project", BAD_FIELD)
        .that("project_id as a text is refused")
        .why("A program that accepts a wrong type here probably accepts it for the amount too.")
        .refused(project, REFUSAL.naming("project_id")),
    should("field-customer", BAD_FIELD)
        .that("customer_id is refused when it is missing or not a text")
        .why("A number loses leading zeros or last digits, and another customer is credited.")
        .refused(customer, REFUSAL.naming("customer_id")),
    should("field-customer-id", BAD_FIELD)
        .that(
            "customer_id is refused when it is empty, too long, or has `;` or a control character",
        )
        .why("Control characters end up in logs, files and databases, and can break them.")
        .refused(customer_id, REFUSAL.naming("customer_id")),
    should("field-payment-method", BAD_FIELD)
        .that("payment_method is refused when it is missing or belongs to another method")
        .why("A payment by one method is recorded and reconciled as another.")
        .refused(payment_method, REFUSAL.naming("payment_method")),
    should("field-entity", BAD_FIELD)
        .that("entity_id is refused when it is missing or invalid")
        .why("The payment has no contract, and an operator has to ask the payer.")
        .only(ALWAYS_CONTRACTS)
        .refused(entity, REFUSAL.naming("entity_id")),
    should("field-entity-without-number", BAD_FIELD)
        .that("entity_id without number is refused")
        .why("Half of a contract's name may fit two contracts, and the wrong one is paid.")
        .option(Kassa24Answers::Contracts)
        .refused(
            |it| in_deposit(it, "/number", &[Value::Null]),
            REFUSAL.naming("number"),
        ),
    should("field-number-without-entity", BAD_FIELD)
        .that("number without entity_id is refused")
        .why("The endpoint guesses the contract from a printed number, and may guess wrong.")
        .option(Kassa24Answers::Contracts)
        .refused(
            |it| in_deposit(it, "/entity_id", &[Value::Null]),
            REFUSAL.naming("entity_id"),
        ),
    should("field-amount", BAD_FIELD)
        .that("amount is refused when it is missing or not an integer")
        .why("The payment is recorded without an amount, or with a guess.")
        .refused(amount, REFUSAL.naming("amount")),
    should("field-amount-float", BAD_FIELD)
        .that("amount is refused when it is written as a float, even a whole one")
        .why("Minor units are lost or rounded, and the ledger never agrees with the platform.")
        .refused(amount_float, REFUSAL.naming("amount")),
    should("field-amount-not-positive", BAD_FIELD)
        .that("amount is refused when zero, negative or beyond 64 bits")
        .why("A negative payment takes money from the customer instead of crediting it.")
        .refused(amount_not_positive, REFUSAL.naming("amount")),
    must("field-currency", BAD_FIELD)
        .that("currency is refused when it is missing, invalid, or not the project's")
        .why("A thousand dollars are recorded as a thousand tenge.")
        .refused(currency, REFUSAL.naming("currency")),
];

fn kind(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let values = [
        Value::Null,
        json!(""),
        json!("refund"),
        json!("VERIFY"),
        json!("verify "),
        json!(1),
        json!(["verify"]),
    ];
    wrong(context, &context.requests(), "/type", &values)
}

fn project(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let number = json!(context.project.id.number().to_string());
    let messages = context
        .requests()
        .map(|it| with(it, "/project_id", number.clone()));
    messages.map(|it| context.platform.sign(&it)).into()
}

fn customer(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let values = [
        Value::Null,
        json!(7_123_456_789_i64),
        json!(true),
        json!(["7123456789"]),
        json!({"id": "7123456789"}),
    ];
    wrong(context, &context.requests(), "/customer_id", &values)
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
    let messages = ids.iter().flat_map(|id| context.requests_for(id));
    messages.map(|it| context.platform.sign(&it)).collect()
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
    in_deposit(context, "/payment_method", &values)
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
    in_deposit(context, "/entity_id", &values)
}

fn amount(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let values = [
        Value::Null,
        json!(AMOUNT_MINOR.to_string()),
        json!("100.00"),
        json!(true),
        json!([10_000]),
        json!({"amount": 10_000}),
        json!(""),
    ];
    in_deposit(context, "/amount", &values)
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
    in_deposit(context, "/amount", &values)
}

fn currency(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let code = context.target.currency.code();
    let other = if code == "USD" { "KZT" } else { "USD" };
    let mut values = vec![
        Value::Null,
        json!(398),
        json!(""),
        json!(other),
        json!([code]),
    ];
    if context.target.exact {
        values.extend([json!(code.to_lowercase()), json!(format!("{code} "))]);
    }
    in_deposit(context, "/currency", &values)
}

fn amount_float(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let plain = context.check_deposit_json().to_string();
    let field = format!("\"amount\":{AMOUNT_MINOR}");
    let floats = ["10000.0", "100.5", "1e4", "1E+4", "0.1"];
    let bodies = floats.map(|float| {
        let float = format!("\"amount\":{float}");
        replaced(plain.as_bytes(), &field, &float)
    });
    bodies.map(|body| context.platform.sign_text(body)).into()
}

const REFUSAL: Refusal = Refusal::new(200, 500);

/// Each message with each of these values in a field, and without the field, signed.
fn wrong(
    context: &CheckContext<'_>,
    messages: &[Value],
    field: &str,
    values: &[Value],
) -> Vec<Vec<u8>> {
    let forms = messages.iter().flat_map(|message| {
        let changed = values
            .iter()
            .map(|it| with(message.clone(), field, it.clone()));
        changed.chain([without(message.clone(), field)])
    });
    forms.map(|it| context.platform.sign(&it)).collect()
}

/// The same with `check_deposit`.
fn in_deposit(context: &CheckContext<'_>, field: &str, values: &[Value]) -> Vec<Vec<u8>> {
    wrong(context, &[context.check_deposit_json()], field, values)
}
