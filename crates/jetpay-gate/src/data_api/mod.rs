//! The platform's Data API: which operations its own books have.

mod answer;
mod builder;
mod error;
mod exchange;
mod reading;
mod row;

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::time::Duration;

use jetpay_core::id::{OperationId, ProjectId};
use jetpay_core::redacted::Redacted;
use jetpay_core::report::ReportedOperation;
use jetpay_core::signature::Key;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{BaseUrl, GateError};
pub use builder::DataApiBuilder;
pub use error::DataApiError;
use exchange::Question;
use reading::Reading;
use row::{Identity, Row};

/// The most seconds that one question asks for. The platform slows down questions about more than 180 days.
const WINDOW: i64 = 24 * 60 * 60;
/// How often a window is read before the client gives up, because its pages shift.
const READINGS: u32 = 5;

/// A client of the Data API at one address. Cloning it is cheap. What it reads is for comparing, and moves no money.
///
/// The [front page](crate#reconciliation) has an example. An answer may take 330 seconds unless the
/// [`builder`](Self::builder) says otherwise: the platform needs up to five minutes.
///
/// # What one question does
///
/// The client asks for at most one day at a time, in pages of 1000 operations. The pages of a day shift when the platform
/// changes an operation meanwhile: then a row would be missed. Therefore each page begins with the last row of the page
/// before, and the first page is read again at the end. If they differ, the client reads the day again, up to 5 times.
///
/// The client asks again after a lost connection, a late answer, HTTP 408, 429 and 5xx: up to 6 times, after 2 seconds,
/// then after twice as long each time. It waits longer if the answer's `Retry-After` says so.
///
/// Both known editions of the answers are read: dates with an offset, or without one in UTC; amounts as integers or texts of
/// digits; ids as texts or integers.
///
/// # Errors
///
/// | error | what to do |
/// |---|---|
/// | [`Unanswered`](DataApiError::Unanswered), [`Changing`](DataApiError::Changing) | ask again later |
/// | [`Token`](DataApiError::Token), [`Forbidden`](DataApiError::Forbidden) | look at the token and its user in the Dashboard |
/// | [`Refused`](DataApiError::Refused) | check the base URL and the key |
/// | [`BadSignature`](DataApiError::BadSignature), [`NotSigned`](DataApiError::NotSigned) | check the key; believe nothing of the answer |
/// | [`Unreadable`](DataApiError::Unreadable) | check the base URL; the platform may have another edition |
/// | [`Interval`](DataApiError::Interval) | the caller's mistake |
///
/// Source: the five documents, "Analysis of payments results"; the Data API, `/v1/operations/get`.
#[derive(Clone)]
pub struct DataApi {
    base_url: BaseUrl,
    http: reqwest::Client,
    timeout: Duration,
    first_pause: Duration,
    token: Redacted,
    key: Key,
}

impl DataApi {
    /// Makes a client. `token` belongs to a user of the Dashboard, and `key` is the secret that was shown beside it: it signs
    /// requests and verifies answers, and is not the key of a project. Requests go to `/v1/operations/get` below the base
    /// URL.
    ///
    /// # Errors
    /// [`GateError`] if this machine has no certificates that can be loaded.
    pub fn new(base_url: BaseUrl, token: &str, key: Key) -> Result<Self, GateError> {
        Self::builder(base_url, token, key).build()
    }

    /// Begins a client with a time limit, pauses, certificates or a proxy of your choice.
    pub fn builder(base_url: BaseUrl, token: &str, key: Key) -> DataApiBuilder {
        DataApiBuilder::new(base_url, token, key)
    }

    /// Asks for all operations that the platform changed last in the interval from `from` up to, and not including, `to`, in
    /// whole seconds since 1970-01-01 00:00 UTC; without `projects`, for those of all projects that the token may see. It
    /// gives each operation once to `each`, in the version that was read last, after all were read: in the order of project
    /// and operation, and at the end the rows whose project or number cannot be read.
    ///
    /// It takes about 200 bytes of memory an operation.
    ///
    /// # Errors
    /// [`DataApiError`]: then `each` was not called.
    pub async fn operations(
        &self,
        from: i64,
        to: i64,
        projects: &[ProjectId],
        each: &mut (dyn FnMut(Result<ReportedOperation, UnreadableOperation>) + Send),
    ) -> Result<Fetched, DataApiError> {
        if from > to || text(from).is_err() || text(to).is_err() {
            return Err(DataApiError::Interval);
        }
        let (mut rows, mut so_far) = (BTreeMap::new(), SoFar::default());
        let mut window_from = from;
        while window_from < to {
            let window_to = window_from.saturating_add(WINDOW).min(to);
            let question = Question {
                from: text(window_from)?,
                to: text(window_to - 1)?,
                projects,
            };
            // Of an operation that moved into a later window meanwhile, the later version counts.
            rows.extend(self.read(&question, &mut so_far).await?);
            window_from = window_to;
        }
        let fetched = Fetched {
            sha256: hexadecimal(&so_far.hash.finalize()),
            rows: rows.len() as u64,
        };
        rows.into_values().for_each(each);
        Ok(fetched)
    }

    /// Reads a window until its pages hold still.
    async fn read(
        &self,
        question: &Question<'_>,
        so_far: &mut SoFar,
    ) -> Result<BTreeMap<Identity, Row>, DataApiError> {
        for reading in 0..READINGS {
            if reading > 0 {
                tokio::time::sleep(self.pause(reading)).await;
            }
            if let Some((rows, now)) = self.read_once(question, so_far.clone()).await? {
                *so_far = now;
                return Ok(rows);
            }
        }
        Err(DataApiError::Changing {
            from: question.from.clone(),
            to: question.to.clone(),
        })
    }

    /// Reads all pages of a window; `None` if they shifted meanwhile.
    async fn read_once(
        &self,
        question: &Question<'_>,
        mut so_far: SoFar,
    ) -> Result<Option<(BTreeMap<Identity, Row>, SoFar)>, DataApiError> {
        let mut reading = Reading::default();
        while !reading.is_complete() {
            let body = self.ask(question, reading.offset()).await?;
            let page = self.page(question, &body, so_far.rows + reading.offset())?;
            so_far.hash.update(&body);
            if !reading.add(page) {
                return Ok(None);
            }
        }
        let body = self.ask(question, 0).await?;
        let again = self.page(question, &body, so_far.rows)?;
        so_far.rows += reading.rows();
        Ok(reading.close(again).map(|rows| (rows, so_far)))
    }

    fn page(
        &self,
        question: &Question<'_>,
        body: &[u8],
        before: u64,
    ) -> Result<Vec<(Identity, Row)>, DataApiError> {
        answer::read(body, &self.key, before).map_err(|wrong| wrong.of(question))
    }
}

/// What the windows before have brought.
#[derive(Clone, Default)]
struct SoFar {
    /// The hash of the bodies.
    hash: Sha256,
    /// How many rows they had.
    rows: u64,
}

impl fmt::Debug for DataApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataApi")
            .field("base_url", &self.base_url.as_str())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").expect("writing to a String cannot fail");
        digits
    })
}

/// A time as the Data API reads it: `2024-08-01 23:59:59`, in UTC.
fn text(seconds: i64) -> Result<String, DataApiError> {
    let time = Timestamp::from_second(seconds).ok();
    let time = time.filter(|time| *time >= Timestamp::UNIX_EPOCH);
    let time = time.ok_or(DataApiError::Interval)?;
    Ok(time.strftime("%F %T").to_string())
}

/// What a question brought.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fetched {
    /// The SHA-256 of the answers' bodies in their order, in hexadecimal digits. Answers that were read again count once.
    pub sha256: String,
    /// How many different operations, also those that cannot be read.
    pub rows: u64,
}

/// An operation in an answer that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnreadableOperation {
    /// Its place among all operations of the answers, from 1.
    pub number: u64,
    /// Its project and operation, if those can be read.
    pub operation: Option<(ProjectId, OperationId)>,
    /// The field, such as `sum_initial.amount`.
    pub field: &'static str,
    /// What is wrong with it, with the operation's number if that can be read, and without a payer's data.
    pub why: String,
}
