//! A tiny merchant in memory, right in everything unless told to be wrong.

mod books;
mod methods;
mod server;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use jetpay_core::{Acknowledged, Callback, Callbacks, Unacknowledged};

pub(crate) use books::Books;
#[allow(
    unused_imports,
    reason = "a module of tests: each test file uses its part"
)]
pub(crate) use server::{serve, serve_constant};

/// The project that answers Kassa24 with the account alone.
pub(crate) const ACCOUNT_PROJECT: u64 = 1235;
/// The project that refuses unknown contracts.
pub(crate) const STRICT_PROJECT: u64 = 1236;

/// What a merchant does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// Credits every success that comes, also a repeated one.
    CreditsTwice,
    /// Acknowledges callbacks that nobody signed.
    AcknowledgesUnsigned,
    /// Has one payment id for all.
    OnePaymentId,
}

pub(crate) struct Shop {
    pub(crate) fault: Fault,
    books: Mutex<Books>,
    customers: BTreeMap<String, serde_json::Value>,
}

impl Shop {
    pub(crate) fn new(fault: Fault, customers: Vec<(String, serde_json::Value)>) -> Self {
        Self {
            fault,
            books: Mutex::default(),
            customers: customers.into_iter().collect(),
        }
    }

    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }
}

impl Callbacks for Shop {
    async fn callback(&self, callback: Callback) -> Result<Acknowledged, Unacknowledged> {
        self.books().apply(&callback, self.fault)
    }
}
