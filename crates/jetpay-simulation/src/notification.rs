//! A fact of the platform's: what it says, what that means for money, and how it is written.

use std::sync::Arc;

use jetpay_core::signature::{Key, sign};
use jetpay_core::{Currency, Money};
use jetpay_platform::MethodFacts;
use jetpay_platform::messages::{Callback, Operation, Payment, Provider};
use jetpay_platform::schedule::{Waits, waits};
use serde_json::Value;

use crate::deterministic::{SECOND, written};

/// What a fact means for the money of its payment. Said by whoever made the story up, so that the checks need none of
/// the rules that they check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The payer paid what was announced: the customer gets it, once.
    Pays,
    /// The payment failed.
    Fails,
    /// Nothing, or not yet.
    Nothing,
    /// It does not fit the payment: no money moves, and a person hears of it.
    Misfit,
    /// So much is taken back.
    Takes,
    /// So much of what was taken back is given again.
    Returns,
    /// Whatever remains is taken back.
    TakesRest,
}

/// What is wrong with the message itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    /// The signature is another secret's.
    BadSignature,
    /// It says no amount.
    NoAmount,
}

/// What a callback says.
#[derive(Clone, Debug)]
pub(crate) struct Saying {
    pub(crate) project: u64,
    pub(crate) payment_type: &'static str,
    /// The operation's type and status, the payment's status.
    pub(crate) words: [&'static str; 3],
    pub(crate) operation: u64,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    pub(crate) meaning: Meaning,
    pub(crate) flaw: Flaw,
}

/// Two deliveries of one fact need not be equal to the byte.
pub(crate) const WRITINGS: usize = 2;

/// A fact that the platform tells until it is acknowledged.
pub(crate) struct Fact {
    pub(crate) top_up: usize,
    pub(crate) payment: Arc<str>,
    pub(crate) saying: Saying,
    /// The bodies as they were sent.
    pub(crate) bodies: [Option<Arc<[u8]>>; WRITINGS],
    pub(crate) waits: Waits,
    pub(crate) tries: u32,
    /// The platform has seen an answer 200.
    pub(crate) acknowledged: bool,
    /// It is in the committed database.
    pub(crate) known: bool,
}

impl Fact {
    pub(crate) fn new(top_up: usize, payment: &Arc<str>, saying: Saying) -> Self {
        Self {
            top_up,
            payment: Arc::clone(payment),
            saying,
            bodies: [const { None }; WRITINGS],
            waits: waits(),
            tries: 0,
            acknowledged: false,
            known: false,
        }
    }

    /// What makes it one fact, within its payment.
    pub(crate) fn identity(&self) -> (u64, u64, &str, &str) {
        let Saying {
            project,
            operation,
            words,
            ..
        } = &self.saying;
        (*project, *operation, words[1], words[2])
    }

    /// Writes and signs it, unless that was done before. The second writing is a second younger, and spells its words
    /// in the platform's other way.
    pub(crate) fn write(
        &mut self,
        writing: usize,
        method: &MethodFacts,
        key: &Key,
        now: i64,
    ) -> &Arc<[u8]> {
        let Self {
            payment,
            saying,
            bodies,
            ..
        } = self;
        bodies[writing].get_or_insert_with(|| {
            let second = i64::from(writing > 0) * SECOND;
            let mut body = body(payment, saying, method, now + second);
            if writing > 0 {
                for word in [&mut body.operation.status, &mut body.payment.status] {
                    *word = word.replace(' ', "_");
                }
            }
            let text = match saying.flaw {
                Flaw::NoAmount => without_amount(&body),
                Flaw::None | Flaw::BadSignature => serde_json::to_vec(&body),
            };
            let text = text.expect("a callback can be written");
            sign(&text, key).expect("a callback can be signed").into()
        })
    }
}

fn body(payment: &str, saying: &Saying, method: &MethodFacts, now: i64) -> Callback {
    let date = written(now);
    let sum = Money::new(saying.amount, saying.currency);
    let [operation_type, operation_status, payment_status] = saying.words.map(str::to_owned);
    let operation = Operation {
        id: saying.operation,
        kind: operation_type,
        status: operation_status,
        date: date.clone(),
        created_date: date.clone(),
        request_id: format!("{:016x}", saying.operation),
        sum_initial: sum,
        sum_converted: sum,
        code: "0".into(),
        message: "Success".into(),
        provider: Provider {
            id: 12345,
            payment_id: format!("receipt-{}", saying.operation),
            auth_code: String::new(),
        },
    };
    let payment = Payment {
        id: payment.into(),
        kind: saying.payment_type.into(),
        status: payment_status,
        date,
        method: method.callback_methods[0].into(),
        sum,
        description: String::new(),
    };
    Callback {
        project_id: saying.project,
        payment,
        account: None,
        customer: None,
        operation,
    }
}

fn without_amount(body: &Callback) -> serde_json::Result<Vec<u8>> {
    let mut body = serde_json::to_value(body)?;
    if let Some(operation) = body.get_mut("operation").and_then(Value::as_object_mut) {
        operation.remove("sum_initial");
    }
    serde_json::to_vec(&body)
}
