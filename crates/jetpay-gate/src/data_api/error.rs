//! Why the Data API gave no complete answer.

use thiserror::Error;

/// Why the Data API gave no complete answer. The text says what to do. It shows neither the token nor its key, nor a payer's
/// data.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DataApiError {
    /// The interval ends before it begins, or one of its ends is not in the years 1970 to 9999.
    #[error("the interval must end after it begins, within the years 1970 to 9999")]
    Interval,
    /// No answer came, or only HTTP 408, 429 and 5xx.
    #[error(
        "the Data API did not answer, asked {attempts} times ({why}); try again later, and if that does not help, check its base URL"
    )]
    Unanswered {
        /// How often the client asked.
        attempts: u32,
        /// What came of the last attempt.
        why: String,
    },
    /// HTTP 401: the platform does not know the token.
    #[error(
        "the Data API does not accept the token (HTTP 401{message}); only the last token that a user of the Dashboard generated \
         is valid, and none of a deleted user: generate a new one in My profile > API Tokens, and set it with the key that is \
         shown beside it"
    )]
    Token {
        /// `: ` and the platform's message, or nothing.
        message: String,
    },
    /// HTTP 403: the token's user may not see this.
    #[error(
        "the Data API does not permit the question (HTTP 403{message}); give the token's user the rights to these projects in \
         the Dashboard, and check that the key was shown beside this token"
    )]
    Forbidden {
        /// `: ` and the platform's message, or nothing.
        message: String,
    },
    /// Any other HTTP status.
    #[error(
        "the Data API refused the question (HTTP {http_status}{message}); check the base URL, which ends before /v1, the ids of \
         the projects, and that the key was shown beside this token"
    )]
    Refused {
        /// The HTTP status.
        http_status: u16,
        /// `: ` and the platform's message, or nothing.
        message: String,
    },
    /// The answer's signature does not match the key.
    #[error(
        "the Data API's answer has a wrong signature, so nothing of it was taken; check that the key is the one that was shown \
         beside this token, and not the key of a project"
    )]
    BadSignature,
    /// The answer has no signature.
    #[error(
        "the Data API's answer has no signature, so nothing of it was taken; check that the base URL is the platform's, and ask \
         JetPay"
    )]
    NotSigned,
    /// The answer has an unexpected shape.
    #[error(
        "the Data API's answer for {from} UTC cannot be read: {why}; check the base URL, and ask JetPay for its edition of the Data API"
    )]
    Unreadable {
        /// The beginning of the interval that was asked for.
        from: String,
        /// What is wrong with the answer.
        why: &'static str,
    },
    /// The pages shifted each time that they were read.
    #[error(
        "the platform's books from {from} to {to} UTC changed while they were read, each time; try again later"
    )]
    Changing {
        /// The beginning of the interval that was asked for.
        from: String,
        /// Its last second.
        to: String,
    },
}
