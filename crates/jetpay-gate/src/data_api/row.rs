//! An operation of an answer, in both known editions of the Data API.

use jetpay_core::date::Date;
use jetpay_core::id::{OperationId, ProjectId};
use jetpay_core::report::ReportedOperation;
use jetpay_core::status::{OperationStatus, OperationType};
use jetpay_core::{Currency, Money};
use serde_json::Value;

use super::UnreadableOperation;

/// What makes an operation the same in two answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Identity {
    Operation(ProjectId, OperationId),
    /// The place of a row whose project or number cannot be read.
    Place(u64),
}

pub(super) type Row = Result<ReportedOperation, UnreadableOperation>;

/// The field that cannot be read, and why.
type Flaw = (&'static str, &'static str);

/// Reads the operation with this place among all of them, from 1.
pub(super) fn read(row: &Value, number: u64) -> (Identity, Row) {
    let unreadable = |operation, field, why| UnreadableOperation {
        number,
        operation,
        field,
        why,
    };
    match ids(row) {
        Err((field, why)) => (
            Identity::Place(number),
            Err(unreadable(None, field, why.to_owned())),
        ),
        Ok((project, id)) => {
            let operation = operation(row, project, id).map_err(|(field, why)| {
                let why = format!("operation {id} of project {project}: {why}");
                unreadable(Some((project, id)), field, why)
            });
            (Identity::Operation(project, id), operation)
        }
    }
}

fn ids(row: &Value) -> Result<(ProjectId, OperationId), Flaw> {
    Ok((
        ProjectId::new(number(row, "project_id")?),
        OperationId::new(number(row, "operation_id")?),
    ))
}

fn operation(row: &Value, project: ProjectId, id: OperationId) -> Result<ReportedOperation, Flaw> {
    let payment_id = match field(row, "payment_id") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) if number.is_u64() => number.to_string(),
        Some(_) => return Err(("payment_id", "it is neither a text nor a whole number")),
        None => return Err(("payment_id", MISSING)),
    };
    let kind = OperationType::from(word(row, "operation_type")?);
    let status = OperationStatus::from(word(row, "operation_status")?);
    let time = match time(row, "operation_completed_at")? {
        None => time(row, "operation_created_at")?,
        completed => completed,
    };
    let operation = ReportedOperation::new(project, id, &payment_id, kind, status, money(row)?);
    Ok(operation.at(time))
}

const MISSING: &str = "it is missing";

/// The value at a path such as `sum_initial.amount`; `null` counts as none.
fn field<'a>(row: &'a Value, path: &str) -> Option<&'a Value> {
    let mut names = path.split('.');
    let value = names.try_fold(row, |value, name| value.get(name))?;
    Some(value).filter(|value| !value.is_null())
}

/// A text that is not empty.
fn word<'a>(row: &'a Value, path: &'static str) -> Result<&'a str, Flaw> {
    match field(row, path) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        Some(Value::String(_)) | None => Err((path, MISSING)),
        Some(_) => Err((path, "it is no text")),
    }
}

/// An integer, or a text of its digits. It must fit a signed 64-bit integer, as databases have it.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text)
            if text
                .strip_prefix('-')
                .unwrap_or(text)
                .bytes()
                .all(|it| it.is_ascii_digit()) =>
        {
            text.parse().ok()
        }
        _ => None,
    }
}

/// The number of a project or an operation.
fn number(row: &Value, path: &'static str) -> Result<u64, Flaw> {
    let value = field(row, path).ok_or((path, MISSING))?;
    let number = integer(value).and_then(|number| u64::try_from(number).ok());
    number.ok_or((path, "it is no whole number that fits 64 bits"))
}

/// The amount in minor units with its currency.
fn money(row: &Value) -> Result<Money, Flaw> {
    let path = "sum_initial.amount";
    let amount = field(row, path).ok_or((path, MISSING))?;
    let minor = integer(amount).ok_or((path, "it is no whole number of minor units"))?;
    if minor < 0 {
        return Err((path, "it is negative"));
    }
    let path = "sum_initial.currency";
    let currency = Currency::parse(word(row, path)?)
        .map_err(|_| (path, "it is no currency of three capital letters"))?;
    Ok(Money::new(minor, currency))
}

/// Whole seconds since 1970-01-01 00:00 UTC. An empty text is no date. A date without an offset is in UTC, as the request asks.
fn time(row: &Value, path: &'static str) -> Result<Option<i64>, Flaw> {
    let text = match field(row, path) {
        None => return Ok(None),
        Some(Value::String(text)) if text.is_empty() => return Ok(None),
        Some(Value::String(text)) => text,
        Some(_) => return Err((path, "it is no text")),
    };
    let seconds = |text: &str| Date::from(text).unix_seconds();
    let time = seconds(text).or_else(|| seconds(&format!("{text}Z")));
    let time = time.ok_or((path, "it is no date such as 2024-08-01 23:59:59"))?;
    Ok(Some(time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A row of edition A.
    fn row() -> Value {
        json!({
            "project_id": "11",
            "operation_id": "6435212162442",
            "payment_id": "06c1-b285",
            "operation_type": "sale",
            "operation_status": "success",
            "operation_created_at": "2018-08-01T08:28:47+00:00",
            "operation_completed_at": "2018-08-01T10:28:48+02:00",
            "sum_initial": {"amount": 1200, "currency": "USD"},
            "account_number": "424242******4242",
        })
    }

    /// The row with another value, which is JSON, at this path; without the field for `-`.
    fn with(path: &str, value: &str) -> Value {
        let mut row = row();
        let (above, name) = path.rsplit_once('.').unwrap_or(("", path));
        let object = if above.is_empty() {
            &mut row
        } else {
            &mut row[above]
        };
        if value == "-" {
            object.as_object_mut().unwrap().remove(name);
        } else {
            object[name] = serde_json::from_str(value).unwrap();
        }
        row
    }

    #[test]
    fn operation_of_either_edition_reads_the_same() {
        let (project, id) = (ProjectId::new(11), OperationId::new(6_435_212_162_442));
        let (kind, status) = (OperationType::Sale, OperationStatus::Success);
        let amount = Money::new(1200, Currency::parse("USD").unwrap());
        let operation = ReportedOperation::new(project, id, "06c1-b285", kind, status, amount);
        let (completed, created) = (Some(1_533_112_128), Some(1_533_112_127));
        for (path, value, time) in [
            ("arn", r#""""#, completed),
            ("project_id", "11", completed),
            ("operation_id", "6435212162442", completed),
            ("sum_initial.amount", r#""1200""#, completed),
            ("operation_status", r#""Success""#, completed),
            (
                "operation_completed_at",
                r#""2018-08-01 08:28:48""#,
                completed,
            ),
            (
                "operation_completed_at",
                r#""2018-08-01T08:28:48Z""#,
                completed,
            ),
            (
                "operation_completed_at",
                r#""2018-08-01T08:28:48+0000""#,
                completed,
            ),
            ("operation_completed_at", r#""""#, created),
            ("operation_completed_at", "null", created),
            ("operation_completed_at", "-", created),
        ] {
            let expected = operation.clone().at(time);
            assert_eq!(
                read(&with(path, value), 1).1,
                Ok(expected),
                "{path} {value}"
            );
        }
        let mut undated = with("operation_completed_at", "-");
        undated["operation_created_at"] = json!("");
        assert_eq!(read(&undated, 1).1.unwrap().time, None);
        let numbered = read(&with("payment_id", "17"), 1).1.unwrap();
        assert_eq!(&*numbered.payment_id, "17");
    }

    #[test]
    fn operation_that_cannot_be_read_is_named_with_its_field_and_without_the_payers_data() {
        for (path, value, why) in [
            ("project_id", r#""eleven""#, "it is no whole number"),
            ("operation_id", "-", "it is missing"),
            ("operation_id", r#""""#, "it is no whole number"),
            ("operation_id", "1.5", "it is no whole number"),
            ("operation_id", r#""-1""#, "it is no whole number"),
            (
                "operation_id",
                r#""9223372036854775808""#,
                "it is no whole number",
            ),
            ("payment_id", "-", "it is missing"),
            ("payment_id", "[]", "it is neither a text"),
            ("operation_type", r#""""#, "it is missing"),
            ("operation_status", "1", "it is no text"),
            (
                "operation_completed_at",
                r#""01.08.2018""#,
                "it is no date such as",
            ),
            ("operation_completed_at", "1533112127", "it is no text"),
            ("sum_initial.amount", "-", "it is missing"),
            (
                "sum_initial.amount",
                "12.0",
                "it is no whole number of minor units",
            ),
            (
                "sum_initial.amount",
                r#""12.00""#,
                "it is no whole number of minor units",
            ),
            (
                "sum_initial.amount",
                r#""+12""#,
                "it is no whole number of minor units",
            ),
            ("sum_initial.amount", "-12", "it is negative"),
            ("sum_initial.currency", r#""tenge""#, "it is no currency"),
        ] {
            let unreadable = read(&with(path, value), 1).1.unwrap_err();
            let has_numbers = !matches!(path, "project_id" | "operation_id");
            let prefix = if has_numbers {
                "operation 6435212162442 of project 11: "
            } else {
                ""
            };
            assert_eq!((unreadable.number, unreadable.field), (1, path));
            assert_eq!(unreadable.operation.is_some(), has_numbers);
            let is_named = unreadable.why.starts_with(&format!("{prefix}{why}"));
            assert!(is_named, "{path} {value}: {}", unreadable.why);
            assert!(!unreadable.why.contains("424242"));
        }
        let (identity, unreadable) = read(&json!("no object"), 1002);
        let unreadable = unreadable.unwrap_err();
        assert_eq!(identity, Identity::Place(1002));
        assert_eq!((unreadable.number, unreadable.field), (1002, "project_id"));
    }
}
