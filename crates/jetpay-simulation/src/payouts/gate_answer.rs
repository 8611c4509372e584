//! Reads the Gate's answers by the table of the protocol (section 6). It does not use `jetpay-gate`, so that the two
//! readings are independent.

use jetpay_core::operation_code::{Advice, OperationCode};
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};
use jetpay_core::{Currency, Money};
use jetpay_ledger::payout::{SendOutcome, Status, StatusAnswer, StatusOperation};
use serde_json::Value;

/// What a server received.
#[derive(Clone)]
pub(super) enum GateAnswer {
    /// The HTTP status and the body.
    Http(u16, Vec<u8>),
    /// The connection broke, or no answer came in time.
    Missing,
}

/// The outcome of a send.
pub(super) fn send_outcome(answer: &GateAnswer) -> SendOutcome {
    let unknown = |reason: &str| SendOutcome::Unknown {
        reason: reason.into(),
    };
    let GateAnswer::Http(status, body) = answer else {
        return unknown("no answer");
    };
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let code = code(&body["code"]);
    let message = body["message"].as_str().unwrap_or_default().to_owned();
    match (*status, code.as_ref().and_then(OperationCode::number)) {
        (408 | 500.., _) => unknown("the Gate failed"),
        (401 | 403 | 429, _) | (_, Some(3613)) => SendOutcome::NotNow { code, message },
        (_, Some(3041)) => SendOutcome::Accepted { request_id: None },
        (_, Some(3061)) => unknown("this does not answer a payout"),
        (_, Some(2000..4000)) if !waits(code.as_ref()) => SendOutcome::Rejected { code, message },
        (200, None) if body["status"] == "success" => SendOutcome::Accepted {
            request_id: body["request_id"].as_str().map(str::to_owned),
        },
        _ => unknown("an answer without a meaning"),
    }
}

/// The answer to a status query.
pub(super) fn status_answer(answer: &GateAnswer) -> StatusAnswer {
    let GateAnswer::Http(status @ (200 | 400), body) = answer else {
        return unanswered();
    };
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    if code(&body["code"]) == Some(OperationCode::UNKNOWN_PAYMENT) {
        return StatusAnswer::NotFound;
    }
    let (Some(word), Some(operations), 200) = (
        body["payment"]["status"].as_str(),
        body["operations"].as_array(),
        *status,
    ) else {
        return unanswered();
    };
    let payment = &body["payment"];
    StatusAnswer::Found(Status {
        payment_status: PaymentStatus::from(word),
        payment_type: payment["type"].as_str().map(PaymentType::from),
        sum: money(&payment["sum"]),
        operations: operations.iter().map(operation).collect(),
    })
}

fn unanswered() -> StatusAnswer {
    StatusAnswer::Unanswered {
        reason: "no answer".into(),
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

fn waits(code: Option<&OperationCode>) -> bool {
    code.is_some_and(|code| code.advice() == Advice::Wait)
}

/// Whether the answer permits a second send with the same id.
pub(super) fn send_permits_resend(outcome: &SendOutcome) -> bool {
    matches!(outcome, SendOutcome::NotNow { .. })
}

/// Whether the status permits a second send with the same id.
pub(super) fn status_permits_resend(answer: &StatusAnswer) -> bool {
    match answer {
        StatusAnswer::NotFound => true,
        StatusAnswer::Found(status) => status.payment_status == PaymentStatus::Error,
        StatusAnswer::Unanswered { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, code: &str) -> SendOutcome {
        let body = format!(r#"{{"status": "error", "code": {code}, "message": "no"}}"#);
        send_outcome(&GateAnswer::Http(status, body.into_bytes()))
    }

    #[test]
    fn answer_to_a_payout_is_read_by_the_table_of_the_protocol() {
        for status in [200, 400] {
            assert!(matches!(
                error(status, "3041"),
                SendOutcome::Accepted { .. }
            ));
            assert!(matches!(
                error(status, "\"3613\""),
                SendOutcome::NotNow { .. }
            ));
            assert!(matches!(
                error(status, "3104"),
                SendOutcome::Rejected { .. }
            ));
            assert!(matches!(
                error(status, "2004"),
                SendOutcome::Rejected { .. }
            ));
            for code in ["9999", "20802", "3061", "100", "null"] {
                let outcome = error(status, code);
                assert!(
                    matches!(outcome, SendOutcome::Unknown { .. }),
                    "{code}: {outcome:?}"
                );
            }
        }
        for status in [401, 403, 429] {
            assert!(matches!(error(status, "3104"), SendOutcome::NotNow { .. }));
        }
        for status in [408, 500, 502] {
            assert!(matches!(error(status, "3104"), SendOutcome::Unknown { .. }));
        }
        let nothing = send_outcome(&GateAnswer::Missing);
        assert!(matches!(nothing, SendOutcome::Unknown { .. }));
    }

    #[test]
    fn only_3061_and_the_status_error_permit_a_second_send() {
        let answer =
            |status, body: &str| status_answer(&GateAnswer::Http(status, body.as_bytes().to_vec()));
        let status = |word| format!(r#"{{"payment": {{"status": "{word}"}}, "operations": []}}"#);
        let permits = |answer: &StatusAnswer| status_permits_resend(answer);
        assert!(permits(&answer(
            400,
            r#"{"status": "error", "code": "3061"}"#
        )));
        assert!(permits(&answer(200, &status("error"))));
        for word in ["decline", "processing", "success"] {
            assert!(!permits(&answer(200, &status(word))));
        }
        assert!(!permits(&answer(
            500,
            r#"{"status": "error", "code": "3061"}"#
        )));
        assert!(!permits(&answer(
            400,
            r#"{"status": "error", "code": "3104"}"#
        )));
        assert!(!permits(&status_answer(&GateAnswer::Missing)));
    }
}
