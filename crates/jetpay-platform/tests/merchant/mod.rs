//! A tiny merchant in memory, right in everything unless told to be wrong.

#![allow(dead_code, reason = "a module of tests: each test file uses its part")]

mod books;
mod fault;
mod judge;
mod loose;
mod methods;
mod pages;
mod server;
mod web;
mod wire;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard};

use jetpay_core::{Acknowledged, Callback, CallbackError, Callbacks, Keyring, Project};
use serde_json::{Value, json};

pub(crate) use books::Books;
#[allow(
    unused_imports,
    reason = "a module of tests: each test file uses its part"
)]
pub(crate) use fault::{Fault, Slip};
#[allow(
    unused_imports,
    reason = "a module of tests: each test file uses its part"
)]
pub(crate) use server::{serve, serve_by, serve_constant};
#[allow(
    unused_imports,
    reason = "a module of tests: each test file uses its part"
)]
pub(crate) use web::{Answer, Incoming};
#[allow(
    unused_imports,
    reason = "a module of tests: each test file uses its part"
)]
pub(crate) use wire::Wire;

/// The project that takes every method.
pub(crate) const PROJECT: u64 = 1234;
/// The project that answers Kassa24 with the account alone.
pub(crate) const ACCOUNT_PROJECT: u64 = 1235;
/// The project that refuses unknown contracts.
pub(crate) const STRICT_PROJECT: u64 = 1236;
/// The project that takes one method only.
pub(crate) const OTHER_PROJECT: u64 = 1237;

/// Two of the first project, and one of all others. The first has a letter that JSON may write in two ways.
pub(crate) const SECRETS: [&str; 3] = [
    "the first/of secrets",
    "the next of secrets",
    "another of secrets",
];

/// All projects of the merchant.
pub(crate) fn keyring() -> Keyring {
    let project = |id: u64, secret| Project::new(id, secret).unwrap();
    Keyring::new([
        project(PROJECT, SECRETS[0])
            .with_secret(SECRETS[1])
            .unwrap(),
        project(ACCOUNT_PROJECT, SECRETS[2]).with_methods(["kassa24"]),
        project(STRICT_PROJECT, SECRETS[2]).with_methods(["kaspi", "kassa24"]),
        project(OTHER_PROJECT, SECRETS[2]).with_methods(["qiwi-kz"]),
    ])
    .unwrap()
}

/// A customer who can pay a contract.
pub(crate) const PAYER: &str = "7123456789";
/// A number that no customer has.
pub(crate) const UNKNOWN: &str = "7000000404";

/// The payer, as the merchant knows him.
pub(crate) fn customers() -> Vec<(String, Value)> {
    let contract =
        json!({"id": "12345", "number": "1234_ABC", "payment": 100_000, "min_payment": 100_000});
    let payer = json!({"additional_customer_id": "ABCDE12345", "contracts": [contract]});
    vec![(PAYER.to_owned(), payer)]
}

/// All that came to an endpoint.
pub(crate) type Heard = Arc<Mutex<Vec<Incoming>>>;

pub(crate) struct Shop {
    pub(crate) fault: Fault,
    books: Mutex<Books>,
    customers: BTreeMap<String, Value>,
    heard: Option<Heard>,
    /// Whose request it works at, where it keeps only one.
    working_at: Mutex<String>,
    /// Whether the next request is one too many.
    stumbles: AtomicBool,
}

impl Shop {
    pub(crate) fn new(fault: Fault, customers: Vec<(String, Value)>) -> Self {
        Self {
            fault,
            books: Mutex::default(),
            customers: customers.into_iter().collect(),
            heard: None,
            working_at: Mutex::default(),
            stumbles: AtomicBool::default(),
        }
    }

    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    /// Keeps there what comes, but for looking up the money.
    pub(crate) fn heard_by(self, heard: Heard) -> Self {
        Self {
            heard: Some(heard),
            ..self
        }
    }

    /// What is done wrong with the books.
    fn slip(&self) -> Option<Slip> {
        match self.fault {
            Fault::Books(slip) => Some(slip),
            _ => None,
        }
    }
}

impl Callbacks for Shop {
    async fn callback(&self, callback: Callback) -> Result<Acknowledged, CallbackError> {
        judge::judge(self, &callback).await
    }
}
