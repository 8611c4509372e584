//! What a server learns from an answer of the Gate. The Gate itself says what it answered: `jetpay-gate` reads answers over
//! HTTP, and its tests show that.

use jetpay_core::operation_code::{Advice, OperationCode};
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};
use jetpay_core::{Currency, Money};
use jetpay_ledger::payout::{SendOutcome, Status, StatusAnswer, StatusOperation};
use jetpay_platform::gate::Answer;
use serde_json::Value;

/// What a server received: what the Gate answered, and its body.
pub(super) type GateAnswer = (Answer, Vec<u8>);

/// The connection broke, or no answer came in time.
pub(super) const MISSING: GateAnswer = (Answer::None, Vec::new());

/// The outcome of a send.
pub(super) fn send_outcome((answer, body): &GateAnswer) -> SendOutcome {
    let message = String::new();
    match answer {
        Answer::Accepted => {
            let body: Value = serde_json::from_slice(body).unwrap_or_default();
            let request_id = body["request_id"].as_str().map(str::to_owned);
            SendOutcome::Accepted { request_id }
        }
        Answer::Rejected(3041) => SendOutcome::Accepted { request_id: None },
        Answer::Http(401 | 403 | 429) => SendOutcome::NotNow {
            code: None,
            message,
        },
        Answer::Rejected(number) => {
            let code = OperationCode::from(u64::from(*number));
            let waits = code.advice() == Advice::Wait;
            let code = Some(code);
            match number {
                3613 => SendOutcome::NotNow { code, message },
                2000..4000 if *number != 3061 && !waits => SendOutcome::Rejected { code, message },
                _ => SendOutcome::Unknown {
                    reason: "a code without a meaning".into(),
                },
            }
        }
        _ => SendOutcome::Unknown {
            reason: "no answer".into(),
        },
    }
}

/// The answer to a status query.
pub(super) fn status_answer((answer, body): &GateAnswer) -> StatusAnswer {
    match answer {
        Answer::Rejected(3061) => StatusAnswer::NotFound,
        Answer::Status(word) => StatusAnswer::Found(status(word, body)),
        _ => StatusAnswer::Unanswered {
            reason: "no answer".into(),
        },
    }
}

fn status(word: &str, body: &[u8]) -> Status {
    let body: Value = serde_json::from_slice(body).expect("the Gate writes JSON");
    let operations = body["operations"].as_array().into_iter().flatten();
    let payment = &body["payment"];
    Status {
        payment_status: PaymentStatus::from(word),
        payment_type: payment["type"].as_str().map(PaymentType::from),
        sum: money(&payment["sum"]),
        operations: operations.map(operation).collect(),
    }
}

fn money(sum: &Value) -> Option<Money> {
    let currency = Currency::parse(sum["currency"].as_str()?).ok()?;
    Some(Money::new(sum["amount"].as_i64()?, currency))
}

fn operation(operation: &Value) -> StatusOperation {
    let word = |name: &str| operation[name].as_str().unwrap_or_default();
    StatusOperation {
        id: operation["id"].as_u64().expect("a number").into(),
        kind: OperationType::from(word("type")),
        status: OperationStatus::from(word("status")),
        amount: money(&operation["sum_initial"]),
        code: code(&operation["code"]),
    }
}

fn code(value: &Value) -> Option<OperationCode> {
    match value {
        Value::Number(number) => Some(OperationCode::from(number.to_string().as_str())),
        Value::String(text) => Some(OperationCode::from(text.as_str())),
        _ => None,
    }
}
