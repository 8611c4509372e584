//! What an answer to a payout means. Source: protocol, section 6.

use jetpay_core::operation_code::{Advice, OperationCode};

use super::{can_say_anything, not_looked_at};
use crate::answer::{Answer, Question};
use crate::redact::Redactor;
use crate::{Accepted, Outcome, Reason, Rejected, Unknown};

/// What became of the payout that this answers.
pub(crate) fn outcome(
    http_status: u16,
    body: &[u8],
    question: &Question<'_>,
    hidden: &Redactor,
) -> Outcome {
    if !can_say_anything(http_status) {
        return unknown(Reason::HttpStatus(http_status));
    }
    let answer = match Answer::read(body, question.project) {
        Ok(answer) => answer,
        // Such an answer need not be the Gate's own: what stands before it answers in its own way.
        Err(Reason::Unreadable(_)) if not_looked_at(http_status) => {
            return Outcome::Rejected(Rejected {
                code: None,
                http_status,
                message: String::new(),
                same_id_later: true,
            });
        }
        Err(reason) => return unknown(reason),
    };
    understood(http_status, &answer, question, hidden).unwrap_or_else(unknown)
}

fn understood(
    http_status: u16,
    answer: &Answer,
    question: &Question<'_>,
    hidden: &Redactor,
) -> Result<Outcome, Reason> {
    let named = answer.named(question)?;
    let code = answer.code()?;
    let not_understood = |code| Err(Reason::NotUnderstood { http_status, code });
    match (answer.status()?, code) {
        (Some("success"), code)
            if http_status == 200
                && code
                    .as_ref()
                    .is_none_or(|code| *code == OperationCode::SUCCESS) =>
        {
            if named < 2 {
                return Err(Reason::Unreadable("it does not name the payment"));
            }
            Ok(Outcome::Accepted(Accepted {
                request_id: request_id(answer),
                known_before: false,
            }))
        }
        (Some("error"), Some(code)) => by_code(http_status, code, answer, hidden),
        // What stands before the Gate says no without its words.
        (Some("error") | None, None) if not_looked_at(http_status) => {
            Ok(rejected(http_status, None, true, answer, hidden))
        }
        (None, Some(code)) if not_looked_at(http_status) => {
            by_code(http_status, code, answer, hidden)
        }
        (_, code) => not_understood(code),
    }
}

fn by_code(
    http_status: u16,
    code: OperationCode,
    answer: &Answer,
    hidden: &Redactor,
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
    // An answer to a question for a status. To a payout it says nothing.
    if code == OperationCode::UNKNOWN_PAYMENT {
        return Err(Reason::NotUnderstood {
            http_status,
            code: Some(code),
        });
    }
    let same_id_later = code == OperationCode::SAME_IN_FLIGHT || not_looked_at(http_status);
    let is_final = code
        .number()
        .is_some_and(|number| (2000..4000).contains(&number));
    if same_id_later || is_final {
        Ok(rejected(
            http_status,
            Some(code),
            same_id_later,
            answer,
            hidden,
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
    answer: &Answer,
    hidden: &Redactor,
) -> Outcome {
    // Words for people decide nothing, also where they are of another type.
    let message = answer.fields().text("message").ok().flatten();
    Outcome::Rejected(Rejected {
        code,
        http_status,
        message: hidden.clean(message.unwrap_or_default()),
        same_id_later,
    })
}

/// A payout is accepted also when the platform's id of the request is odd: the status can be asked by our own.
fn request_id(answer: &Answer) -> Option<String> {
    answer.fields().number_or_word("request_id").ok().flatten()
}

fn unknown(reason: Reason) -> Outcome {
    Outcome::Unknown(Unknown { reason })
}
