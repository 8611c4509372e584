//! A small merchant in memory. It is right in everything unless a test gives it a fault.

#![allow(
    dead_code,
    unused_imports,
    reason = "a module of tests: each test file uses its part"
)]

mod judge;
mod ledger;
mod message;
mod methods;
mod server;
mod wire;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard};

use jetpay_core::{Acknowledged, Callback, CallbackError, Callbacks, Keyring, Project};
use serde_json::{Value, json};

pub(crate) use ledger::Ledger;
pub(crate) use message::{Answer, Incoming};
pub(crate) use server::{serve, serve_by, serve_constant};
pub(crate) use wire::Wire;

/// The project with every method.
pub(crate) const PROJECT: u64 = 1234;
/// The project that answers Kassa24 with the account only.
pub(crate) const ACCOUNT_PROJECT: u64 = 1235;
/// The project that refuses unknown contracts.
pub(crate) const STRICT_PROJECT: u64 = 1236;
/// The project with one method only.
pub(crate) const OTHER_PROJECT: u64 = 1237;

/// Two secrets of the first project, and one of all others. The first has a letter that JSON can write in two ways.
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
/// A customer id that does not exist.
pub(crate) const UNKNOWN: &str = "7000000404";

/// The payer, as the merchant stores the customer.
pub(crate) fn customers() -> Vec<(String, Value)> {
    let contract =
        json!({"id": "12345", "number": "1234_ABC", "payment": 100_000, "min_payment": 100_000});
    let payer = json!({"additional_customer_id": "ABCDE12345", "contracts": [contract]});
    vec![(PAYER.to_owned(), payer)]
}

/// What a merchant does wrong.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// Changes the request before processing it.
    Comes(fn(&mut Incoming)),
    /// Changes the fields of the request before processing it, and signs it again if it was signed.
    Reads(fn(&mut Value)),
    /// Answers some requests without processing them.
    Stops(fn(&Incoming) -> bool, Instead),
    /// Changes some answers of the right merchant.
    Answers(fn(&Incoming, &Answer) -> bool, Change),
    /// Carries out a callback before it verifies the signature.
    ActsFirst,
    /// Keeps a faulty ledger.
    Ledger(LedgerFault),
    /// Reads and writes HTTP wrongly.
    Wire(Wire),
}

/// An answer instead of the right one.
#[derive(Clone, Copy)]
pub(crate) enum Instead {
    /// An exception that the program did not catch.
    Crash,
    /// The merchant closes the connection.
    HangUp,
    /// This HTTP status, and no body.
    Status(u16),
    /// A refusal with this code; of a callback, with this HTTP status.
    Refusal(u16),
    /// A good answer to any request, with another payment id each time; to a callback, this HTTP status.
    Yes(u16),
}

/// A change of an answer.
#[derive(Clone, Copy)]
pub(crate) enum Change {
    /// Of its fields, if it is an object.
    Fields(fn(&mut Value)),
    /// Of its text, if there is one.
    Text(fn(&str) -> String),
    /// Of anything.
    Answer(fn(&mut Answer)),
}

/// What is wrong with the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LedgerFault {
    /// Every success credits, even a repeated one.
    CreditsRepeats,
    /// A success credits unless a body with exactly the same bytes came before.
    KnowsRepeatsByBytes,
    /// A repeated success reverses the credit and credits again.
    BooksRepeatsAnew,
    /// Every operation credits once, so a payment with several operations is credited several times.
    CreditsEachOperation,
    /// One operation can credit two payments.
    OneOperationTwoPayments,
    /// Looks for a credit, waits, and then credits.
    LooksThenCredits,
    /// Credits the announced amount, whatever was paid.
    IgnoresAmount,
    CreditsWhatCame,
    IgnoresCurrency,
    IgnoresProject,
    TrustsPaymentStatus,
    TrustsOperationStatus,
    /// Checks the statuses, but not the type of the operation.
    IgnoresType,
    CreditsProcessing,
    CreditsPartPayments,
    /// Credits before any callback.
    CreditsBefore,
    ReadsPaymentSum,
    DeclineTakesBack,
    /// A decline of the same operation reverses the credit.
    DeclineOfOperationTakesBack,
    /// An old `processing` callback reopens the payment.
    ProcessingReopens,
    DeclineIsFinal,
    /// A payment that was wrong once stays wrong.
    WrongIsFinal,
    /// Processes an operation once, whatever its status was.
    HearsAnOperationOnce,
    /// Credits the customer that the callback names.
    PayerByCallback,
    OneId,
    /// Takes the next number for an id, and stores the payment a moment later.
    CountsThenOpens,
    /// Stores the current request where the next request overwrites it.
    SharesItsRequest,
    /// A callback of an unknown payment gives its payment id to the next `check_deposit`.
    EarlyCallbackNamesTheNext,
    /// An equal `check_deposit` gets the id of the pending one.
    IdByContent,
    RefundsRepeats,
    /// A partial refund takes the full amount back.
    RefundsAll,
    RefundsOnce,
    RefundsNoParts,
    /// Takes a refund back before its sale was credited.
    RefundsBeforeTheSale,
    /// Refunds a negative amount, which gives money.
    RefundsBelowZero,
    LosesEarlyRefunds,
    /// Compares a refund with the announced amount, and not with what is left of it.
    ForgetsWhatIsLeft,
    /// Refunds any amount as long as something is left.
    RefundsTooMuch,
    /// Credits what an early refund leaves, in one entry, which is no fault.
    NetsEarlyRefunds,
    /// Takes what is left when a refund is larger, which is no fault.
    RefundsWhatIsLeft,
    /// Ignores a refund that the platform reversed.
    IgnoresReversedRefunds,
    /// Gives back what a reversed refund names, each time and without a refund.
    TrustsReversedRefunds,
    IgnoresRefunds,
    IgnoresReversals,
    TrustsRefunds,
    /// A refund counts unless its status says that it failed.
    RefundsUnlessDeclined,
    AcknowledgesStrangers,
    NeverCredits,
    NeverFlags,
    /// Ignores a wrong amount instead of storing it.
    NeverQuarantines,
    /// Does not raise the customer's balance.
    ForgetsBalances,
    /// Does not lower the customer's balance after a refund.
    ForgetsRefundsInBalances,
    /// Considers unknown words final.
    UnknownWordIsADecline,
    /// Closes a payment for ever at an unknown word, and at a callback without an operation.
    UnknownIsFinal,
}

pub(crate) struct TestMerchant {
    pub(crate) fault: Fault,
    ledger: Mutex<Ledger>,
    customers: BTreeMap<String, Value>,
    /// All requests, except those that look up the money.
    heard: Mutex<Vec<Incoming>>,
    /// The customer of the current request, for `SharesItsRequest`.
    working_at: Mutex<String>,
    /// Whether the next request fails.
    stumbles: AtomicBool,
}

impl TestMerchant {
    pub(crate) fn new(fault: Fault, customers: Vec<(String, Value)>) -> Self {
        let ledger = Ledger::new(match fault {
            Fault::Ledger(fault) => Some(fault),
            _ => None,
        });
        Self {
            fault,
            ledger: Mutex::new(ledger),
            customers: customers.into_iter().collect(),
            heard: Mutex::default(),
            working_at: Mutex::default(),
            stumbles: AtomicBool::default(),
        }
    }

    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap()
    }

    /// All requests so far, except those that look up the money.
    pub(crate) fn heard(&self) -> MutexGuard<'_, Vec<Incoming>> {
        self.heard.lock().unwrap()
    }
}

impl Callbacks for TestMerchant {
    async fn callback(&self, callback: Callback) -> Result<Acknowledged, CallbackError> {
        judge::judge(self, &callback).await
    }
}
