//! The platform's Data API: which operations its own books have.

use std::time::Duration;

use jetpay_core::id::ProjectId;
use jetpay_core::report::ReportedOperation;
use jetpay_core::signature::Key;
use thiserror::Error;

use crate::{BaseUrl, GateError};

/// A client of the Data API at one address.
#[derive(Clone)]
pub struct DataApi {}

impl DataApi {
    /// Makes a client. `token` belongs to a user of the Dashboard, and `key` is the secret that was shown beside it: it signs
    /// requests and verifies answers, and is not the key of a project.
    ///
    /// # Errors
    /// [`GateError`] if this machine has no certificates that can be loaded.
    pub fn new(base_url: BaseUrl, token: &str, key: Key) -> Result<Self, GateError> {
        let _ = (base_url, token, key, Duration::ZERO);
        todo!()
    }

    /// Asks for all operations that the platform changed last in the interval from `from` up to, and not including, `to`, in
    /// whole seconds since 1970-01-01 00:00 UTC, and gives each once to `each`: in the order of project and operation.
    ///
    /// # Errors
    /// [`DataApiError`]: then the operations that were given are not all.
    pub async fn operations(
        &self,
        from: i64,
        to: i64,
        projects: &[ProjectId],
        each: &mut (dyn FnMut(Result<ReportedOperation, UnreadableOperation>) + Send),
    ) -> Result<Fetched, DataApiError> {
        let _ = (from, to, projects, each);
        todo!()
    }
}

/// What a question brought.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fetched {
    /// The SHA-256 of the answers' bodies in their order, in hexadecimal digits.
    pub sha256: String,
    /// How many different operations.
    pub rows: u64,
}

/// An operation in an answer that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnreadableOperation {
    /// Its place among the operations of the answer, from 1.
    pub number: u64,
    /// The field, such as `sum_initial.amount`.
    pub field: &'static str,
    /// What is wrong with it, without a payer's data.
    pub why: String,
}

/// Why the Data API gave no complete answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DataApiError {}
