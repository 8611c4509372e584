//! What an answer to a question for a status means. Source: protocol, section 6.

use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};

use super::{can_say_anything, not_looked_at};
use crate::answer::{Answer, Question};
use crate::fields::Fields;
use crate::redact::Redactor;
use crate::{Operation, Reason, Status, StatusOutcome, Unknown};

/// What the platform says of the payment.
pub(crate) fn asked(http_status: u16, body: &[u8], question: &Question<'_>) -> StatusOutcome {
    if !can_say_anything(http_status) || not_looked_at(http_status) {
        return unanswered(Reason::HttpStatus(http_status));
    }
    Answer::read(body, question.project)
        .and_then(|answer| understood(http_status, &answer, question))
        .unwrap_or_else(unanswered)
}

fn understood(
    http_status: u16,
    answer: &Answer,
    question: &Question<'_>,
) -> Result<StatusOutcome, Reason> {
    answer.named(question)?;
    let payment = answer.fields().object("payment")?;
    let code = answer.code()?;
    match (answer.status()?, payment) {
        (None | Some("success"), Some(payment)) if http_status == 200 => {
            status(answer.fields(), payment, question).map(StatusOutcome::Known)
        }
        (Some("error"), None) if code == Some(OperationCode::UNKNOWN_PAYMENT) => {
            Ok(StatusOutcome::NotKnown)
        }
        _ => Err(Reason::NotUnderstood { http_status, code }),
    }
}

fn status(
    answer: Fields<'_>,
    payment: Fields<'_>,
    question: &Question<'_>,
) -> Result<Status, Reason> {
    let payment_id = payment.payment_id("id")?;
    match (question.payment_id, &payment_id) {
        (Some(asked), Some(there)) if asked != there => return Err(Reason::OtherPayment),
        (Some(_), None) => return Err(Reason::Unreadable("it does not name the payment")),
        _ => {}
    }
    let payment_status = payment.word("status")?;
    let payment_status = payment_status.ok_or(Reason::Unreadable("the payment has no status"))?;
    let operations = answer.objects("operations")?;
    Ok(Status {
        payment_id,
        payment_status: PaymentStatus::from(payment_status),
        payment_type: payment.word("type")?.map(PaymentType::from),
        sum: payment.money("sum")?,
        operations: operations
            .into_iter()
            .map(operation)
            .collect::<Result<_, _>>()?,
    })
}

fn operation(operation: Fields<'_>) -> Result<Operation, Reason> {
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
        message: message.map(|message| Redactor::default().clean(message)),
        request_id: operation.number_or_word("request_id")?,
    })
}

fn unanswered(reason: Reason) -> StatusOutcome {
    StatusOutcome::Unanswered(Unknown { reason })
}
