//! Whether an answer is the expected one.

use std::time::Duration;

use crate::client::{Exchange, NoAnswer};
use crate::schedule::is_acknowledged;

/// The expected answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// An account.
    Account,
    /// An account, or the answer of Kassa24 with contracts that nothing is owed.
    AccountOrNothingOwed,
    /// The answer that the customer does not exist.
    NoCustomer,
    /// A payment id.
    Deposit,
    /// HTTP 200.
    Acknowledged,
    /// Any answer, because another answer to callbacks that were sent at once acknowledged them.
    AnotherAcknowledged,
    /// HTTP 200, because no other answer to callbacks that were sent at once acknowledged them.
    OneAcknowledged,
    /// HTTP 200, or HTTP 408 for a body that took too long.
    AcknowledgedIfInTime,
    /// Any status but 200.
    Refused,
    /// Any status but 200, or a code other than 0: a merchant cannot know that the body was a callback.
    Unreadable,
    /// Any answer: the merchant refuses the callback, or stores it for an operator.
    PutAside,
}

/// The part of an answer that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) code: Option<i64>,
    pub(super) has_payment_id: bool,
    pub(super) took: Duration,
}

/// An answer, or the reason why there is none.
pub(super) type Answered = Result<Answer, String>;

impl Answer {
    pub(super) fn of(answered: &Result<Exchange, NoAnswer>) -> Answered {
        let exchange = answered.as_ref().map_err(|none| none.reason.clone())?;
        Ok(Self {
            status: exchange.status,
            code: exchange.code(),
            has_payment_id: exchange.payment_id().is_some_and(|id| !id.is_empty()),
            took: exchange.elapsed,
        })
    }
}

impl Expected {
    /// A description for the report.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Account => "HTTP 200 and code 0",
            Self::AccountOrNothingOwed => "HTTP 200 and code 0 or 204",
            Self::NoCustomer => "code 404",
            Self::Deposit => "HTTP 200, code 0 and a payment_id",
            Self::Acknowledged => "HTTP 200",
            Self::OneAcknowledged => "HTTP 200 to at least one of them",
            Self::AcknowledgedIfInTime => "HTTP 200 or 408",
            Self::Refused => "no HTTP 200",
            Self::Unreadable => "no HTTP 200, or a code other than 0",
            Self::AnotherAcknowledged | Self::PutAside => "an answer",
        }
    }

    /// A description of what came instead; `None` when the answer is the expected one.
    pub(super) fn but_got(self, answer: &Answered) -> Option<String> {
        match answer {
            Ok(answer) if self.fits(answer) => None,
            Ok(answer) => Some(self.describe(answer)),
            Err(reason) => Some(format!("no answer: {reason}")),
        }
    }

    fn fits(self, answer: &Answer) -> bool {
        let ok = is_acknowledged(answer.status);
        match self {
            Self::Account => ok && answer.code == Some(0),
            Self::AccountOrNothingOwed => ok && matches!(answer.code, Some(0 | 204)),
            Self::NoCustomer => answer.code == Some(404),
            Self::Deposit => ok && answer.code == Some(0) && answer.has_payment_id,
            Self::Acknowledged | Self::OneAcknowledged => ok,
            Self::AcknowledgedIfInTime => ok || answer.status == 408,
            Self::Refused => !ok,
            Self::Unreadable => !ok || answer.code.is_some_and(|code| code != 0),
            Self::AnotherAcknowledged | Self::PutAside => true,
        }
    }

    fn describe(self, answer: &Answer) -> String {
        let status = answer.status;
        match answer.code {
            Some(0) if self == Self::Deposit && !answer.has_payment_id => {
                format!("HTTP {status}, code 0, no payment_id that is a text")
            }
            Some(code) => format!("HTTP {status}, code {code}"),
            None => format!("HTTP {status}, no code"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answer of a text such as `200`, or `200/0` with a code.
    fn answer(text: &str) -> Answer {
        let (status, code) = text.split_once('/').unwrap_or((text, ""));
        Answer {
            status: status.parse().unwrap(),
            code: code.parse().ok(),
            has_payment_id: false,
            took: Duration::ZERO,
        }
    }

    #[test]
    fn answers_are_judged_by_status_and_code() {
        use Expected::*;
        for (expected, good, bad) in [
            (Account, "200/0", "200 200/204 500/0 503"),
            (AccountOrNothingOwed, "200/204", "200/404 204/0"),
            (NoCustomer, "200/404 404/404", "200/0 404 500/500"),
            (Acknowledged, "200 200/0", "201 302 503"),
            (AcknowledgedIfInTime, "200 408", "400 500"),
            (Refused, "400 403/1 500", "200 200/400"),
            (Unreadable, "400 200/400 500", "200 200/0"),
            (OneAcknowledged, "200", "409 204"),
            (AnotherAcknowledged, "200 409", ""),
            (PutAside, "200 500", ""),
        ] {
            for (answers, fits) in [(good, true), (bad, false)] {
                for text in answers.split_whitespace() {
                    let got = expected.but_got(&Ok(answer(text)));
                    assert_eq!(got.is_none(), fits, "{expected:?} {text}");
                }
            }
            let none = expected.but_got(&Err("connection refused".to_owned()));
            assert_eq!(none.as_deref(), Some("no answer: connection refused"));
        }
    }

    #[test]
    fn answer_to_check_deposit_needs_a_payment_id() {
        let without = answer("200/0");
        let with = Answer {
            has_payment_id: true,
            ..without.clone()
        };
        assert_eq!(Expected::Deposit.but_got(&Ok(with)), None);
        assert_eq!(
            Expected::Deposit.but_got(&Ok(without)).as_deref(),
            Some("HTTP 200, code 0, no payment_id that is a text")
        );
    }
}
