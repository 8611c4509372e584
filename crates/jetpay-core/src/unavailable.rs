//! The merchant's system cannot answer now: [`Unavailable`], HTTP 503. It is an error with a cause, unlike a refusal.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// The merchant's system cannot answer now: its store is down, or a queue is full. The platform gets HTTP 503.
///
/// It keeps the cause, which is for the merchant's log; the platform does not see it. Any error is a cause, and so is a
/// text. The operator `?` then makes a [`HandlerError`](crate::HandlerError) or a [`CallbackError`](crate::CallbackError):
///
/// ```
/// use jetpay_core::{Acknowledged, CallbackError, Unavailable};
///
/// fn store() -> Result<Acknowledged, CallbackError> {
///     std::fs::write("/no/such/folder/event", "{}").map_err(Unavailable::new)?;
///     Ok(Acknowledged)
/// }
///
/// assert!(matches!(store(), Err(CallbackError::Unavailable(_))));
///
/// let unavailable = Unavailable::new("the queue is full");
/// assert_eq!(unavailable.report().to_string(), "unavailable: the queue is full");
/// ```
///
/// Keep payers' data out of the cause, because its text is logged.
#[derive(Debug, Clone)]
pub struct Unavailable {
    cause: Arc<dyn Error + Send + Sync>,
}

impl Unavailable {
    /// Makes it from its cause: an error, a boxed error or a text. In a handler: `.map_err(Unavailable::new)?`.
    ///
    /// `source()` returns the cause, so a program can find its own error in it.
    #[must_use]
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            cause: cause.into().into(),
        }
    }

    /// The whole chain of causes in one line, for the log. (`Display` writes one word, as errors with a source do.)
    #[must_use]
    pub fn report(&self) -> impl fmt::Display + '_ {
        Report(self)
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unavailable")
    }
}

impl Error for Unavailable {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.cause)
    }
}

impl From<Box<dyn Error + Send + Sync>> for Unavailable {
    fn from(cause: Box<dyn Error + Send + Sync>) -> Self {
        Self::new(cause)
    }
}

struct Report<'a>(&'a Unavailable);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::num::ParseIntError;

    use super::Unavailable;
    use crate::refused::Refused;
    use crate::response::MessageRefusal;
    use crate::{CallbackError, HandlerError};

    #[derive(Debug, thiserror::Error)]
    #[error("the amount in row 47 is no number")]
    struct BadRow(#[from] ParseIntError);

    fn number(text: &str) -> Result<i64, BadRow> {
        Ok(text.parse::<i64>()?)
    }

    fn handler() -> Result<i64, HandlerError<MessageRefusal>> {
        Ok(number("x").map_err(Unavailable::new)?)
    }

    fn callback() -> Result<i64, CallbackError> {
        Ok(number("x").map_err(Unavailable::new)?)
    }

    fn boxed() -> Result<i64, HandlerError<MessageRefusal>> {
        let read = || -> Result<i64, Box<dyn Error + Send + Sync>> { Ok(number("x")?) };
        Ok(read()?)
    }

    #[test]
    fn cause_is_kept_from_the_handler_to_the_log() {
        let from_handler: Box<dyn Error> = Box::new(handler().unwrap_err());
        let from_callback: Box<dyn Error> = Box::new(callback().unwrap_err());
        let from_box: Box<dyn Error> = Box::new(boxed().unwrap_err());
        for error in [from_handler, from_callback, from_box] {
            let cause = error.source().expect("a cause");
            assert!(cause.is::<BadRow>(), "{cause:?}");
            assert!(cause.source().is_some_and(<dyn Error>::is::<ParseIntError>));
        }
    }

    #[test]
    fn report_is_the_whole_chain_in_one_line() {
        let unavailable = Unavailable::new(number("x").unwrap_err());
        assert_eq!(unavailable.to_string(), "unavailable");
        assert_eq!(
            unavailable.report().to_string(),
            "unavailable: the amount in row 47 is no number: invalid digit found in string"
        );
    }

    #[test]
    fn refusal_is_an_error_without_a_source() {
        let error = HandlerError::<MessageRefusal>::from(Refused::not_found("no such account"));
        assert!(error.source().is_none());
        assert_eq!(error.to_string(), "refused");
    }
}
