//! Turns bytes into steps, and runs them on a real ledger. Almost every change of a byte gives another meaningful
//! sequence.

use jetpay_core::message::Received;
use jetpay_core::signature::sign;
use jetpay_core::{Callback, Currency, Money};
use jetpay_ledger::{
    Alarm, AlarmFilter, CallbackOutcome, Counts, Entry, Error, Ledger, Millis, NewPayment, Payment,
    PaymentFilter,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{KEY, KEYRING};

/// The time that the ledger is given. No property depends on it.
const NOW: Millis = Millis(1_733_000_000_000);

/// The announcement of a payment. The amount is in minor units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Announcement {
    pub(super) payment: u8,
    pub(super) customer: u8,
    pub(super) project: u64,
    pub(super) amount: i64,
    pub(super) currency: &'static str,
}

/// What a callback says. The amount is in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CallbackContent {
    pub(super) payment: u8,
    pub(super) operation: u64,
    pub(super) statuses: [&'static str; 3],
    pub(super) amount: i64,
    pub(super) project: u64,
    pub(super) currency: &'static str,
    pub(super) payout: bool,
    /// It lacks its operation. Nothing of that is needed for a callback that moves no money.
    pub(super) bare: bool,
}

/// The whole content of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Contents {
    pub(super) entries: Vec<Entry>,
    pub(super) payments: Vec<Payment>,
    pub(super) balances: [i64; 2],
    pub(super) alarms: Vec<Alarm>,
    pub(super) waiting: usize,
    pub(super) counts: Counts,
}

/// A ledger in a temporary folder.
pub(super) struct TestLedger {
    runtime: Runtime,
    ledger: Ledger,
    folder: TempDir,
}

pub(super) fn payment_id(payment: u8) -> String {
    format!("payment_{payment}")
}

pub(super) fn customer_id(customer: u8) -> String {
    format!("700000000{customer}")
}

fn money(minor: i64, currency: &str) -> Money {
    Money::new(minor, Currency::parse(currency).expect("a currency"))
}

impl TestLedger {
    pub(super) fn open() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::open_in(folder)
    }

    fn open_in(folder: TempDir) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let ledger = Ledger::open(&folder.path().join("ledger.db"));
        Self {
            runtime: runtime.expect("a runtime"),
            ledger: ledger.expect("the file can be opened"),
            folder,
        }
    }

    /// Closes the file and opens it again.
    pub(super) fn reopen(self) -> Self {
        self.runtime.block_on(self.ledger.close());
        Self::open_in(self.folder)
    }

    /// Records the payment. False if the id is in use.
    pub(super) fn announce(&self, announced: Announcement) -> bool {
        let payment = NewPayment {
            id: payment_id(announced.payment)
                .as_str()
                .try_into()
                .expect("an id"),
            project_id: announced.project.into(),
            method: "kaspi".into(),
            customer_id: customer_id(announced.customer)
                .as_str()
                .try_into()
                .expect("an id"),
            contract_id: None,
            amount: money(announced.amount, announced.currency),
            flags: vec![],
            created_at: NOW,
        };
        match self.runtime.block_on(self.ledger.record_payment(payment)) {
            Ok(()) => true,
            Err(Error::PaymentExists) => false,
            Err(error) => panic!("the store failed: {error}"),
        }
    }

    pub(super) fn deliver(&self, content: CallbackContent) -> CallbackOutcome {
        let outcome = self.ledger.record_callback(content.callback(), NOW);
        self.runtime.block_on(outcome).expect("the store works")
    }

    pub(super) fn dismiss(&self, payment: u8) {
        let id = payment_id(payment).as_str().try_into().expect("an id");
        let dismissed = self.ledger.dismiss_unmatched(&id, "not ours".into(), NOW);
        self.runtime.block_on(dismissed).expect("the store works");
    }

    pub(super) fn read(&self) -> Contents {
        let contents = self.runtime.block_on(contents(&self.ledger));
        contents.expect("the store works")
    }
}

async fn contents(ledger: &Ledger) -> Result<Contents, Error> {
    let newest = AlarmFilter {
        limit: 1_000,
        ..AlarmFilter::default()
    };
    Ok(Contents {
        entries: ledger.entries(0, 1_000).await?,
        payments: ledger.payments(&PaymentFilter::default()).await?,
        balances: [
            ledger.balance(&customer_id(0)).await?,
            ledger.balance(&customer_id(1)).await?,
        ],
        alarms: ledger.alarms(newest).await?,
        waiting: ledger.inbox(1_000).await?.len(),
        counts: ledger.counts().await?,
    })
}

impl CallbackContent {
    /// The callback as the service gets it: signed, then read.
    fn callback(self) -> Callback {
        let Self {
            operation,
            amount,
            project,
            currency,
            ..
        } = self;
        let [operation_type, operation_status, payment_status] = self.statuses;
        let id = payment_id(self.payment);
        let kind = if self.payout { "payout" } else { "purchase" };
        let operation = if self.bare {
            "null".to_owned()
        } else {
            format!(
                r#"{{"id":{operation},"type":"{operation_type}","status":"{operation_status}",
                    "sum_initial":{{"amount":{amount},"currency":"{currency}"}}}}"#
            )
        };
        let body = format!(
            r#"{{"project_id":{project},"payment":{{"id":"{id}","type":"{kind}","status":"{payment_status}"}},
                "operation":{operation}}}"#
        );
        let body = sign(body.as_bytes(), &KEY).expect("it is JSON");
        let message = Received::parse(&body).expect("it was signed");
        let message = message.authenticate(&KEYRING).expect("it was signed");
        message.callback().expect("it is a callback")
    }
}

/// Longer sequences do not reach more than this many steps do.
const STEPS: usize = 48;

/// One step on the ledger.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Announce(Announcement),
    Callback(CallbackContent),
    /// An earlier callback arrives again.
    Repeat(usize),
    Dismiss(u8),
    Reopen,
}

/// Five bytes make a step. Missing bytes at the end are zero.
pub(super) fn steps(bytes: &[u8]) -> impl Iterator<Item = Step> {
    bytes.chunks(5).take(STEPS).map(|chunk| {
        let mut five = [0; 5];
        five[..chunk.len()].copy_from_slice(chunk);
        step(five)
    })
}

fn step([what, whose, statuses, amount, odd]: [u8; 5]) -> Step {
    let payment = whose % 4;
    match what % 16 {
        0..=3 => Step::Announce(Announcement {
            payment,
            customer: whose / 4 % 2,
            project: pick([1234, 1234, 1234, 111], odd),
            amount: pick([1000, 300, 1], amount),
            currency: pick(["KZT", "KZT", "USD"], odd / 4),
        }),
        4 => Step::Dismiss(payment),
        5 => Step::Reopen,
        6 | 7 => Step::Repeat(statuses.into()),
        // The rest of the byte is the operation, so that one operation arrives with several statuses and amounts.
        _ => Step::Callback(CallbackContent {
            payment,
            operation: u64::from(whose / 4 % 6),
            statuses: pick(STATUSES, statuses),
            amount: pick([1000, 1000, 300, 700, 1, 0, -1000, i64::MAX], amount),
            project: pick([1234, 1234, 1234, 1234, 1234, 1234, 1234, 111], odd),
            currency: pick(["KZT", "KZT", "KZT", "USD"], odd / 8),
            payout: odd >= 224,
            bare: what >= 208,
        }),
    }
}

fn pick<T: Copy, const N: usize>(from: [T; N], by: u8) -> T {
    from[usize::from(by) % N]
}

/// Type and status of the operation, and status of the payment: those the platform sends, and some that are unlikely.
const STATUSES: [[&str; 3]; 22] = [
    ["sale", "success", "success"],
    ["sale", "success", "success"],
    ["sale", "decline", "decline"],
    ["sale", "processing", "processing"],
    ["sale", "success", "decline"],
    ["sale", "decline", "success"],
    ["sale", "success", "partially paid"],
    ["sale", "success", "refunded"],
    ["sale", "awaiting customer", "awaiting customer"],
    ["sale", "expired", "expired"],
    ["refund", "success", "partially refunded"],
    ["refund", "success", "refunded"],
    ["refund", "decline", "success"],
    ["refund", "processing", "success"],
    ["reversal", "success", "reversed"],
    ["refund reverse", "success", "success"],
    ["manual change", "success", "decline"],
    ["manual change", "success", "success"],
    ["payout", "success", "success"],
    ["capture", "success", "success"],
    ["recurring", "success", "success"],
    ["Sale", "SUCCESS", "no_such_word"],
];
