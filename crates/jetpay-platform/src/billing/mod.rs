//! A simulated billing of a merchant: it answers `check` and `pay` as the billing systems of the region do, and keeps books of
//! its own. Beside it, a receiver of webhooks.

use std::io;
use std::sync::MutexGuard;
use std::time::Duration;

use tokio::net::TcpListener;

/// How the billing is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// OSMP (QIWI): XML.
    Osmp,
    /// Kaspi's variant, answers in JSON.
    KaspiJson,
    /// Kaspi's variant, answers in XML.
    KaspiXml,
}

/// What the billing does that not every billing does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quirks {
    /// It books at `check` (BGBilling's `payOnCheck`).
    pub pay_on_check: bool,
    /// A repeated `txn_id` is answered "double request" and not as before: OSMP 8, Kaspi 3.
    pub refuses_repeats: bool,
    /// A repeated `txn_id` is booked a second time.
    pub books_repeats: bool,
    /// Answers are in windows-1251 and say so.
    pub windows_1251: bool,
}

/// What happens to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnRequest {
    /// It is answered.
    Answer,
    /// It is answered after this time. What it asks for has happened before.
    Slowly(Duration),
    /// The connection breaks before anything is done.
    Drop,
    /// It is done, and then the connection breaks.
    DoneAndDrop,
    /// It fails with this HTTP status; nothing is done.
    Fail(u16),
    /// It is answered with this result code; nothing is done.
    Result(u32),
    /// It is answered HTTP 200 with this body; nothing is done.
    Body(Vec<u8>),
}

/// A payment in the billing's own books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// The id that the service gave it.
    pub txn_id: String,
    /// The account.
    pub account: String,
    /// How much, in minor units with two digits.
    pub minor: i64,
    /// The billing's own number (`prv_txn`).
    pub prv_txn: String,
    /// Whether it was taken back.
    pub cancelled: bool,
}

/// A billing without a network.
#[derive(Clone, Debug)]
pub struct BillingState {}

impl BillingState {
    /// A billing without accounts.
    #[must_use]
    pub fn new(_dialect: Dialect) -> Self {
        todo!()
    }

    /// Replaces the quirks.
    #[must_use]
    pub fn with_quirks(self, _quirks: Quirks) -> Self {
        todo!()
    }

    /// Adds an account, or changes what it owes, in minor units.
    pub fn put_account(&mut self, _account: &str, _debt: Option<i64>) {
        todo!()
    }

    /// Removes an account.
    pub fn remove_account(&mut self, _account: &str) {
        todo!()
    }

    /// What happens to the next requests, in order. Later ones are answered.
    pub fn script(&mut self, _script: impl IntoIterator<Item = OnRequest>) {
        todo!()
    }

    /// What happens to every request that the script does not cover.
    pub fn always(&mut self, _on_request: OnRequest) {
        todo!()
    }

    /// The books, in the order of booking.
    #[must_use]
    pub fn booked(&self) -> &[Booked] {
        todo!()
    }

    /// How many requests have come.
    #[must_use]
    pub fn requests(&self) -> usize {
        todo!()
    }
}

/// A billing that serves until it is dropped.
#[derive(Debug)]
pub struct Server {}

/// Serves this billing.
///
/// # Errors
/// When the listener has no address.
pub fn serve(_listener: TcpListener, _state: BillingState) -> io::Result<Server> {
    todo!()
}

impl Server {
    /// The URL for a client: `http://127.0.0.1:9092/payments`.
    #[must_use]
    pub fn url(&self) -> String {
        todo!()
    }

    /// The state. Nothing is answered while the guard is held.
    pub fn state(&self) -> MutexGuard<'_, BillingState> {
        todo!()
    }
}
