//! A notification: what a callback of the platform says, what it means for money, and how it is written.

use std::sync::Arc;

use jetpay_core::signature::{Key, sign};
use jetpay_core::{Currency, Money};
use jetpay_platform::MethodFacts;
use jetpay_platform::messages::{Callback, Operation, Payment, Provider};
use jetpay_platform::schedule::{Waits, waits};
use serde_json::{Value, json};

use crate::deterministic::{SECOND, platform_date};

/// What a notification does to the money of its payment. The scenario states it, so that the checks need none of the
/// ledger's rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The payer paid the announced amount. The customer gets it, once.
    Credits,
    /// The payment failed.
    Declines,
    /// No effect on money, or not yet.
    Nothing,
    /// No effect on money, whatever came before; an alarm is raised, because the message says that something succeeded.
    Alarm,
    /// The notification does not fit the payment. No money moves, and an alarm is raised.
    Mismatch,
    /// Takes back the amount of the notification.
    TakesBack,
    /// Gives back the amount of a refund that was taken back.
    RefundReversed,
    /// Takes back all that remains.
    TakesBackRest,
}

/// What is wrong with the message itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    /// It is signed with an unknown secret.
    BadSignature,
    /// It has no amount.
    NoAmount,
}

/// What the message lacks, or has in an odd form. It needs none of it for its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Omission {
    Nothing,
    /// The operation's id and amount.
    OperationId,
    /// The operation.
    Operation,
    /// Fields that no money depends on have another type.
    HarmlessFields,
}

/// What a callback says. The amount is in minor units.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub(crate) project: u64,
    pub(crate) payment_type: &'static str,
    /// The operation's type, the operation's status, and the payment's status.
    pub(crate) statuses: [&'static str; 3],
    pub(crate) operation: u64,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    pub(crate) effect: Effect,
    pub(crate) flaw: Flaw,
    pub(crate) omits: Omission,
}

impl Content {
    /// The operation, its status and its amount as the ledger stores them: -1, an empty text and 0 if they are absent.
    pub(crate) fn stored(&self) -> (i64, &'static str, i64) {
        let status = self.statuses[1];
        match self.omits {
            Omission::Nothing | Omission::HarmlessFields => {
                (self.operation.cast_signed(), status, self.amount)
            }
            Omission::OperationId => (-1, status, 0),
            Omission::Operation => (-1, "", 0),
        }
    }
}

/// The platform may write one notification in so many ways. The bytes of two deliveries may differ.
pub(crate) const VARIANTS: usize = 2;

/// A notification that the platform sends as a callback until the merchant acknowledges it.
pub(crate) struct Notification {
    pub(crate) top_up: usize,
    pub(crate) payment: Arc<str>,
    pub(crate) content: Content,
    /// The bodies as they were sent.
    pub(crate) bodies: [Option<Arc<[u8]>>; VARIANTS],
    pub(crate) waits: Waits,
    pub(crate) tries: u32,
    /// The platform has received HTTP 200.
    pub(crate) acknowledged: bool,
    /// The event is in the committed database.
    pub(crate) stored: bool,
}

impl Notification {
    pub(crate) fn new(top_up: usize, payment: &Arc<str>, content: Content) -> Self {
        Self {
            top_up,
            payment: Arc::clone(payment),
            content,
            bodies: [const { None }; VARIANTS],
            waits: waits(),
            tries: 0,
            acknowledged: false,
            stored: false,
        }
    }

    /// What identifies the notification within its payment: project, operation, the operation's status, the payment's
    /// status.
    pub(crate) fn identity(&self) -> (u64, i64, &str, &str) {
        let (operation, operation_status, _) = self.content.stored();
        let Content {
            project, statuses, ..
        } = &self.content;
        (*project, operation, operation_status, statuses[2])
    }

    /// Writes and signs the body, unless that was done before. The second variant has a date one second later and
    /// writes underscores in its statuses.
    pub(crate) fn write(
        &mut self,
        variant: usize,
        method: &MethodFacts,
        key: &Key,
        now: i64,
    ) -> &Arc<[u8]> {
        let Self {
            payment,
            content,
            bodies,
            ..
        } = self;
        bodies[variant].get_or_insert_with(|| {
            let second = i64::from(variant > 0) * SECOND;
            let mut body = body(payment, content, method, now + second);
            if variant > 0 {
                for word in [&mut body.operation.status, &mut body.payment.status] {
                    *word = word.replace(' ', "_");
                }
            }
            let text = json(&body, content).to_string();
            sign(text.as_bytes(), key)
                .expect("a callback can be signed")
                .into()
        })
    }
}

fn body(payment: &str, content: &Content, method: &MethodFacts, now: i64) -> Callback {
    let date = platform_date(now);
    let sum = Money::new(content.amount, content.currency);
    let [operation_type, operation_status, payment_status] = content.statuses.map(str::to_owned);
    let operation = Operation {
        id: content.operation,
        kind: operation_type,
        status: operation_status,
        date: date.clone(),
        created_date: date.clone(),
        request_id: format!("{:016x}", content.operation),
        sum_initial: sum,
        sum_converted: sum,
        code: "0".into(),
        message: "Success".into(),
        provider: Provider {
            id: 12345,
            payment_id: format!("receipt-{}", content.operation),
            auth_code: String::new(),
        },
    };
    let payment = Payment {
        id: payment.into(),
        kind: content.payment_type.into(),
        status: payment_status,
        date,
        method: method.callback_methods[0].into(),
        sum,
        description: String::new(),
    };
    Callback {
        project_id: content.project,
        payment,
        account: None,
        customer: None,
        operation,
    }
}

/// The message without what it lacks, and with what is odd in it.
fn json(body: &Callback, content: &Content) -> Value {
    let mut body = serde_json::to_value(body).expect("a callback can be written");
    let mut without = |field: &str| {
        let operation = body.get_mut("operation").and_then(Value::as_object_mut);
        operation.map(|operation| operation.remove(field));
    };
    if content.flaw == Flaw::NoAmount {
        without("sum_initial");
    }
    match content.omits {
        Omission::Nothing => {}
        Omission::OperationId => {
            without("id");
            without("sum_initial");
        }
        Omission::Operation => body["operation"] = Value::Null,
        Omission::HarmlessFields => {
            body["payment"]["method"] = json!(12);
            body["payment"]["sum"] = json!("much");
            body["account"] = json!({ "number": 7_001_112_233_u64 });
            body["operation"]["provider"] = json!(true);
        }
    }
    body
}
