//! What a response means. The functions are pure: an HTTP status and a body in, an outcome out.
//!
//! Source: protocol, section 6.

use jetpay_core::Money;
use jetpay_core::date::Date;
use jetpay_core::operation_code::{Advice, OperationCode};
use jetpay_core::redacted::Redacted;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};
use serde::Deserialize;
use serde_json::Value;

use crate::redact::Redactor;
use crate::response::{Expected, Fields, Response};
use crate::{Accepted, Operation, Outcome, Reason, Rejected, Status, StatusOutcome, Unknown};

#[cfg(test)]
mod tests;

/// Whether the Gate refused the request before it looked at the payout: the key is wrong, our address is not on the
/// platform's list, or there were too many requests.
fn is_refused_unread(http_status: u16) -> bool {
    matches!(http_status, 401 | 403 | 429)
}

/// Whether a response with this HTTP status can decide anything. After 408 and 5xx the platform may have carried out the
/// request, whatever the body says. A redirect comes from another system.
fn can_decide(http_status: u16) -> bool {
    http_status == 200 || (400..500).contains(&http_status) && http_status != 408
}

/// Decides what the response to a payout means.
pub(crate) fn payout(
    http_status: u16,
    body: &[u8],
    expected: &Expected<'_>,
    redactor: &Redactor,
) -> Outcome {
    if !can_decide(http_status) {
        return unknown(Reason::HttpStatus(http_status));
    }
    let response = match Response::read(body, expected.project) {
        Ok(response) => response,
        // A proxy in front of the Gate may have sent the response, in a shape of its own.
        Err(Reason::Unreadable(_)) if is_refused_unread(http_status) => {
            return Outcome::Rejected(Rejected {
                code: None,
                http_status,
                message: String::new(),
                same_id_later: true,
            });
        }
        Err(reason) => return unknown(reason),
    };
    understand_payout(http_status, &response, expected, redactor).unwrap_or_else(unknown)
}

fn understand_payout(
    http_status: u16,
    response: &Response,
    expected: &Expected<'_>,
    redactor: &Redactor,
) -> Result<Outcome, Reason> {
    let names = response.count_names(expected)?;
    let code = response.code()?;
    let not_understood = |code| Err(Reason::NotUnderstood { http_status, code });
    match (response.status()?, code) {
        (Some("success"), code)
            if http_status == 200
                && code
                    .as_ref()
                    .is_none_or(|code| *code == OperationCode::SUCCESS) =>
        {
            if names < 2 {
                return Err(Reason::Unreadable("it does not name the payment"));
            }
            Ok(Outcome::Accepted(Accepted {
                request_id: request_id(response),
                known_before: false,
            }))
        }
        (Some("error"), Some(code)) => by_code(http_status, code, response, redactor),
        // A proxy in front of the Gate refuses without the Gate's fields.
        (Some("error") | None, None) if is_refused_unread(http_status) => {
            Ok(rejected(http_status, None, true, response, redactor))
        }
        (None, Some(code)) if is_refused_unread(http_status) => {
            by_code(http_status, code, response, redactor)
        }
        (_, code) => not_understood(code),
    }
}

fn by_code(
    http_status: u16,
    code: OperationCode,
    response: &Response,
    redactor: &Redactor,
) -> Result<Outcome, Reason> {
    if code == OperationCode::PAYMENT_ID_EXISTS {
        return Ok(Outcome::Accepted(Accepted {
            request_id: None,
            known_before: true,
        }));
    }
    if code.advice() == Advice::Wait {
        return Err(Reason::Waiting(code));
    }
    // This code belongs to a question for a status. It says nothing about a payout.
    if code == OperationCode::UNKNOWN_PAYMENT {
        return Err(Reason::NotUnderstood {
            http_status,
            code: Some(code),
        });
    }
    let same_id_later = code == OperationCode::SAME_IN_FLIGHT || is_refused_unread(http_status);
    let is_final = code
        .number()
        .is_some_and(|number| (2000..4000).contains(&number));
    if same_id_later || is_final {
        Ok(rejected(
            http_status,
            Some(code),
            same_id_later,
            response,
            redactor,
        ))
    } else {
        Err(Reason::NotUnderstood {
            http_status,
            code: Some(code),
        })
    }
}

fn rejected(
    http_status: u16,
    code: Option<OperationCode>,
    same_id_later: bool,
    response: &Response,
    redactor: &Redactor,
) -> Outcome {
    // The message is for people. It decides nothing, even if it has a wrong type.
    let message = response.fields().text("message").ok().flatten();
    Outcome::Rejected(Rejected {
        code,
        http_status,
        message: redactor.redact(message.unwrap_or_default()),
        same_id_later,
    })
}

/// A payout is accepted even if the platform's id of the request is odd: the status can be asked by the payment id.
fn request_id(response: &Response) -> Option<String> {
    response
        .fields()
        .number_or_word("request_id")
        .ok()
        .flatten()
}

fn unknown(reason: Reason) -> Outcome {
    Outcome::Unknown(Unknown { reason })
}

/// Decides what the response to a question for a status means.
pub(crate) fn status(http_status: u16, body: &[u8], expected: &Expected<'_>) -> StatusOutcome {
    if !can_decide(http_status) || is_refused_unread(http_status) {
        return unanswered(Reason::HttpStatus(http_status));
    }
    Response::read(body, expected.project)
        .and_then(|response| understand_status(http_status, &response, expected))
        .unwrap_or_else(unanswered)
}

fn understand_status(
    http_status: u16,
    response: &Response,
    expected: &Expected<'_>,
) -> Result<StatusOutcome, Reason> {
    response.count_names(expected)?;
    let payment = response.fields().object("payment")?;
    let code = response.code()?;
    match (response.status()?, payment) {
        (None | Some("success"), Some(payment)) if http_status == 200 => {
            read_status(response, payment, expected).map(StatusOutcome::Known)
        }
        (Some("error"), None) if code == Some(OperationCode::UNKNOWN_PAYMENT) => {
            Ok(StatusOutcome::NotKnown)
        }
        _ => Err(Reason::NotUnderstood { http_status, code }),
    }
}

fn read_status(
    answer: &Response,
    payment: Fields<'_>,
    expected: &Expected<'_>,
) -> Result<Status, Reason> {
    let payment_id = payment.payment_id("id")?;
    match (expected.payment_id, &payment_id) {
        (Some(expected), Some(there)) if expected != there => return Err(Reason::OtherPayment),
        (Some(_), None) => return Err(Reason::Unreadable("it does not name the payment")),
        _ => {}
    }
    let payment_status = payment.word("status")?;
    let payment_status = payment_status.ok_or(Reason::Unreadable("the payment has no status"))?;
    let response = answer.fields();
    let operations = response.objects("operations")?;
    Ok(Status {
        payment_id,
        payment_status: PaymentStatus::from(payment_status),
        payment_type: payment.word("type")?.map(PaymentType::from),
        sum: payment.money("sum")?,
        account_number: account_number(response),
        operations: operations
            .into_iter()
            .map(read_operation)
            .collect::<Result<_, _>>()?,
        signed: answer.signed(),
    })
}

/// The number decides nothing about a status, so an odd one counts as absent.
fn account_number(response: Fields<'_>) -> Option<Redacted> {
    let account = response.object("account").ok().flatten()?;
    let number = account.number_or_word("number").ok().flatten()?;
    Some(Redacted::new(&number))
}

/// The field in which a payout differs from the one that the platform has under its id. A field that one of them lacks does
/// not differ.
pub(crate) fn difference(request: &[u8], status: &Status) -> Option<&'static str> {
    let request: Value = serde_json::from_slice(request).ok()?;
    let sent = request.pointer("/account/number").and_then(Value::as_str);
    let there = status.account_number.as_ref().map(Redacted::as_str);
    if let (Some(sent), Some(there)) = (sent, there)
        && !is_same_account(sent, there)
    {
        return Some("account.number");
    }
    let sent = request.get("payment").map(Money::deserialize)?.ok()?;
    let paid_out = |it: &&Operation| it.kind == OperationType::Payout;
    let amounts = status
        .operations
        .iter()
        .filter(paid_out)
        .map(|it| it.amount);
    let differs = amounts.flatten().any(|amount| amount != sent);
    differs.then_some("payment")
}

/// Whether two account numbers are the same, as far as the platform shows its one.
fn is_same_account(sent: &str, there: &str) -> bool {
    let there = there.strip_prefix('+').unwrap_or(there);
    sent.len() == there.len()
        && sent
            .bytes()
            .zip(there.bytes())
            .all(|(sent, there)| sent == there || there == b'*')
}

fn read_operation(operation: Fields<'_>) -> Result<Operation, Reason> {
    let kind = operation.word("type")?;
    let status = operation.word("status")?;
    let code = operation.number_or_word("code")?;
    let message = operation.text("message")?;
    Ok(Operation {
        id: operation.operation_id("id")?,
        kind: OperationType::from(kind.ok_or(Reason::Unreadable("an operation has no type"))?),
        status: OperationStatus::from(
            status.ok_or(Reason::Unreadable("an operation has no status"))?,
        ),
        amount: operation.money("sum_initial")?,
        code: code.map(|code| OperationCode::from(code.as_str())),
        message: message.map(|message| Redactor::default().redact(message)),
        request_id: operation.number_or_word("request_id")?,
        // No money depends on these two, so odd ones count as absent.
        date: operation.word("date").ok().flatten().map(Date::from),
        provider_payment_id: provider_payment_id(operation),
    })
}

fn provider_payment_id(operation: Fields<'_>) -> Option<String> {
    let provider = operation.object("provider").ok().flatten()?;
    provider.number_or_word("payment_id").ok().flatten()
}

fn unanswered(reason: Reason) -> StatusOutcome {
    StatusOutcome::Unanswered(Unknown { reason })
}
