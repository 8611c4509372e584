//! A notification: what a callback of the platform says, and how it is written.

use std::sync::Arc;

use jetpay_core::Money;
use jetpay_core::signature::{Key, sign};
use jetpay_platform::MethodFacts;
use jetpay_platform::schedule::{Waits, waits};
use serde_json::{Value, json};

use crate::deterministic::{SECOND, platform_date};
use crate::model::Event;

/// What is wrong with the message itself, or odd in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    /// It is signed with an unknown secret.
    BadSignature,
    /// It has no amount, but it needs one.
    NoAmount,
    /// Fields that no money depends on have another type. It is usable all the same.
    HarmlessFields,
    /// The platform lost it and never sends it, although its own record has the operation.
    NeverSent,
}

/// What a callback says.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub(crate) event: Event,
    pub(crate) flaw: Flaw,
}

impl Content {
    /// Whether the service must take it.
    pub(crate) const fn is_usable(&self) -> bool {
        matches!(self.flaw, Flaw::None | Flaw::HarmlessFields)
    }

    /// The operation, its status and its amount as the ledger stores them: -1, an empty text and 0 if they are absent.
    pub(crate) fn stored(&self) -> (i64, &'static str, i64) {
        let Event {
            operation,
            words,
            amount,
            ..
        } = self.event;
        (
            operation.map_or(-1, u64::cast_signed),
            words[1],
            amount.map_or(0, Money::minor),
        )
    }
}

/// The platform may write one notification in so many ways. The bytes of two deliveries may differ.
pub(crate) const VARIANTS: usize = 2;

/// A notification that the platform sends as a callback until the merchant acknowledges it.
pub(crate) struct Notification {
    pub(crate) top_up: usize,
    pub(crate) payment: Arc<str>,
    pub(crate) content: Content,
    /// When the platform has what it says, in milliseconds since 1970.
    pub(crate) happens_at: i64,
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
    pub(crate) fn new(
        top_up: usize,
        payment: &Arc<str>,
        content: Content,
        happens_at: i64,
    ) -> Self {
        Self {
            top_up,
            payment: Arc::clone(payment),
            content,
            happens_at,
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
        let Event { project, words, .. } = self.content.event;
        (project, operation, operation_status, words[2])
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
                for pointer in ["/operation/status", "/payment/status"] {
                    if let Some(Value::String(word)) = body.pointer_mut(pointer) {
                        *word = word.replace(' ', "_");
                    }
                }
            }
            sign(body.to_string().as_bytes(), key)
                .expect("a callback can be signed")
                .into()
        })
    }
}

fn body(payment: &str, content: &Content, method: &MethodFacts, now: i64) -> Value {
    let event = &content.event;
    let date = platform_date(now);
    let id = event.operation.unwrap_or_default();
    let [operation_type, operation_status, payment_status] = event.words;
    let mut body = json!({
        "project_id": event.project,
        "payment": {
            "id": payment,
            "type": event.payment_type,
            "status": payment_status,
            "date": date,
            "method": method.callback_methods[0],
            "sum": event.amount,
            "description": "",
        },
        "operation": {
            "id": event.operation,
            "type": operation_type,
            "status": operation_status,
            "date": date,
            "created_date": date,
            "request_id": format!("{id:016x}"),
            "sum_initial": event.amount.filter(|_| content.flaw != Flaw::NoAmount),
            "sum_converted": event.amount,
            "code": "0",
            "message": "Success",
            "provider": {"id": 12345, "payment_id": format!("receipt-{id}"), "auth_code": ""},
        },
    });
    for part in ["payment", "operation"] {
        let fields = body[part].as_object_mut().expect("it has fields");
        fields.retain(|_, value| !value.is_null());
    }
    if operation_status.is_empty() {
        body["operation"] = Value::Null;
    }
    if content.flaw == Flaw::HarmlessFields {
        body["payment"]["method"] = json!(12);
        body["payment"]["sum"] = json!("much");
        body["account"] = json!({ "number": 7_001_112_233_u64 });
        body["operation"]["provider"] = json!(true);
    }
    body
}
