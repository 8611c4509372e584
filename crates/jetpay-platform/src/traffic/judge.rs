//! Whether an answer is as it should be.

use crate::acknowledgement::is_acknowledged;
use crate::exchange::Exchange;

/// What should come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// An account.
    Account,
    /// An account; or that nothing is owed, as Kassa24 with contracts may say.
    AccountOrNothingOwed,
    /// That there is no such customer.
    NoCustomer,
    /// A payment id.
    Deposit,
    /// HTTP 200.
    Acknowledged,
    /// Any answer, since one of the others that came at once was acknowledged.
    AnotherAcknowledged,
    /// HTTP 200, since none of the others that came at once was acknowledged.
    OneAcknowledged,
    /// HTTP 200, or that it took too long.
    AcknowledgedIfInTime,
    /// Any status but 200.
    Refused,
    /// The same; a merchant cannot know that it was a callback, so a code that says no will do.
    Unreadable,
    /// Any answer: it was put aside for a person, or refused.
    PutAside,
}

/// What is looked at of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) status: u16,
    pub(super) code: Option<i64>,
    pub(super) has_payment_id: bool,
}

impl Seen {
    pub(super) fn status(status: u16) -> Self {
        Self {
            status,
            code: None,
            has_payment_id: false,
        }
    }
}

impl From<&Exchange> for Seen {
    fn from(exchange: &Exchange) -> Self {
        Self {
            status: exchange.status,
            code: exchange.code(),
            has_payment_id: exchange.payment_id().is_some_and(|id| !id.is_empty()),
        }
    }
}

impl Wanted {
    /// In words.
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

    /// What came instead, in words; none when it is as it should be.
    pub(super) fn but_got(self, answer: Result<&Seen, &str>) -> Option<String> {
        match answer {
            Ok(seen) if self.fits(seen) => None,
            Ok(seen) => Some(self.told(seen)),
            Err(reason) => Some(format!("no answer: {reason}")),
        }
    }

    fn fits(self, seen: &Seen) -> bool {
        let ok = is_acknowledged(seen.status);
        match self {
            Self::Account => ok && seen.code == Some(0),
            Self::AccountOrNothingOwed => ok && matches!(seen.code, Some(0 | 204)),
            Self::NoCustomer => seen.code == Some(404),
            Self::Deposit => ok && seen.code == Some(0) && seen.has_payment_id,
            Self::Acknowledged | Self::OneAcknowledged => ok,
            Self::AcknowledgedIfInTime => ok || seen.status == 408,
            Self::Refused => !ok,
            Self::Unreadable => !ok || seen.code.is_some_and(|code| code != 0),
            Self::AnotherAcknowledged | Self::PutAside => true,
        }
    }

    fn told(self, seen: &Seen) -> String {
        let status = seen.status;
        match seen.code {
            Some(0) if self == Self::Deposit && !seen.has_payment_id => {
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

    fn seen(status: u16, code: Option<i64>) -> Seen {
        Seen {
            status,
            code,
            has_payment_id: false,
        }
    }

    #[test]
    fn answers_are_judged_by_status_and_code() {
        use Wanted::*;
        for (wanted, good, bad) in [
            (
                Account,
                vec![seen(200, Some(0))],
                vec![
                    seen(200, None),
                    seen(200, Some(204)),
                    seen(500, Some(0)),
                    seen(503, None),
                ],
            ),
            (
                AccountOrNothingOwed,
                vec![seen(200, Some(204))],
                vec![seen(200, Some(404)), seen(204, Some(0))],
            ),
            (
                NoCustomer,
                vec![seen(200, Some(404)), seen(404, Some(404))],
                vec![seen(200, Some(0)), seen(404, None), seen(500, Some(500))],
            ),
            (
                Acknowledged,
                vec![seen(200, None), seen(200, Some(0))],
                vec![seen(201, None), seen(302, None), seen(503, None)],
            ),
            (
                AcknowledgedIfInTime,
                vec![seen(200, None), seen(408, None)],
                vec![seen(400, None), seen(500, None)],
            ),
            (
                Refused,
                vec![seen(400, None), seen(403, Some(1)), seen(500, None)],
                vec![seen(200, None), seen(200, Some(400))],
            ),
            (
                Unreadable,
                vec![seen(400, None), seen(200, Some(400)), seen(500, None)],
                vec![seen(200, None), seen(200, Some(0))],
            ),
            (
                OneAcknowledged,
                vec![seen(200, None)],
                vec![seen(409, None), seen(204, None)],
            ),
            (
                AnotherAcknowledged,
                vec![seen(200, None), seen(409, None)],
                vec![],
            ),
            (PutAside, vec![seen(200, None), seen(500, None)], vec![]),
        ] {
            for answer in good {
                assert_eq!(wanted.but_got(Ok(&answer)), None, "{wanted:?} {answer:?}");
            }
            for answer in bad {
                assert!(
                    wanted.but_got(Ok(&answer)).is_some(),
                    "{wanted:?} {answer:?}"
                );
            }
            let none = wanted.but_got(Err("connection refused"));
            assert_eq!(none.as_deref(), Some("no answer: connection refused"));
        }
    }

    #[test]
    fn deposit_needs_an_id() {
        let without = seen(200, Some(0));
        let with = Seen {
            has_payment_id: true,
            ..without.clone()
        };
        assert_eq!(Wanted::Deposit.but_got(Ok(&with)), None);
        assert_eq!(
            Wanted::Deposit.but_got(Ok(&without)).as_deref(),
            Some("HTTP 200, code 0, no payment_id that is a text")
        );
    }
}
