//! The bodies of the callbacks of one payment, right and wrong ones.

use jetpay_core::Money;
use jetpay_core::signature::Key;
use serde_json::Value;

use super::faults::Fault;
use super::plan::{Action, Step};
use super::settings::Route;
use crate::messages::Callback;
use crate::messages::next_operation_id;
use crate::top_up::CallbackKind;

/// A body that was cut off.
const GARBAGE: &[u8] = b"{\"project_id\": 1234, \"payment\": {\"id\": \"pay";

/// Makes the callbacks of a payment that was announced.
pub(super) struct Bodies<'r> {
    route: &'r Route,
    payment_id: &'r str,
    amount: Money,
    account: String,
    /// The operation of the sale. All callbacks about the sale have it.
    sale: u64,
}

impl<'r> Bodies<'r> {
    pub(super) fn new(route: &'r Route, payment_id: &'r str, amount: Money, account: u32) -> Self {
        Self {
            route,
            payment_id,
            amount,
            account: format!("{account:010}"),
            sale: next_operation_id(),
        }
    }

    /// The body that a step sends. What is true of it is written into the platform's record.
    pub(super) fn body(&self, step: &Step) -> Vec<u8> {
        let platform = &self.route.callbacks;
        match step.action {
            Action::Deliver(kind)
            | Action::AtOnce(kind, _)
            | Action::Slowly(kind, _)
            | Action::Cut(kind) => {
                let callback = self.callback(kind);
                // A callback that comes too late reports what was before.
                if step.fault != Some(Fault::Reorder) {
                    platform.write_down(&callback);
                }
                platform.sign(&callback)
            }
            Action::WrongAmount(amount) => {
                // It has its own operation. Otherwise the right callback that follows would be a repeat.
                let other = self.about(self.payment_id, CallbackKind::Success, amount);
                platform.sign(&self.filled(other))
            }
            Action::BadSignature => {
                let stranger = Key::new("not the secret").expect("it is not empty");
                let stranger = platform.with_project(platform.project_id(), stranger);
                stranger.sign(&self.callback(CallbackKind::Success))
            }
            Action::Tampered => tampered(&platform.sign(&self.callback(CallbackKind::Success))),
            Action::UnknownPayment => {
                let unknown = format!("unknown-{:016x}", next_operation_id());
                let success = self.about(&unknown, CallbackKind::Success, self.amount);
                platform.sign(&success)
            }
            Action::Garbage => GARBAGE.to_vec(),
        }
    }

    /// A callback with an operation of its own.
    fn about(&self, payment_id: &str, kind: CallbackKind, amount: Money) -> Callback {
        let project = self.route.callbacks.project_id();
        kind.callback(self.route.method, project, payment_id, amount)
    }

    fn callback(&self, kind: CallbackKind) -> Callback {
        let mut callback = self.about(self.payment_id, kind, self.amount);
        if kind.is_of_sale() {
            callback = callback.with_operation_id(self.sale);
        }
        self.filled(callback)
    }

    /// Adds the fields that most samples have and that refer to nothing.
    fn filled(&self, callback: Callback) -> Callback {
        callback.with_account(&self.account, &self.account)
    }
}

/// Ten times the amount, with the signature of the right amount.
fn tampered(signed: &[u8]) -> Vec<u8> {
    let mut body: Value = serde_json::from_slice(signed).unwrap_or_default();
    for place in ["/operation/sum_initial/amount", "/payment/sum/amount"] {
        if let Some(amount) = body.pointer_mut(place) {
            *amount = amount.as_i64().unwrap_or(1).saturating_mul(10).into();
        }
    }
    body.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jetpay_core::signature::Canonical;
    use jetpay_core::{Currency, Money};

    use super::*;
    use crate::data_api::PlatformRecord;
    use crate::methods::KASPI;
    use crate::platform::Platform;

    const AMOUNT: Money = Money::new(10_000, Currency::KZT);

    fn step(action: Action, fault: Option<Fault>) -> Step {
        Step {
            after: Duration::ZERO,
            action,
            fault,
        }
    }

    #[test]
    fn what_really_happened_is_written_into_the_platforms_record() {
        let record = PlatformRecord::new();
        let platform = Platform::new("http://127.0.0.1:1", 1234, Key::new("secret").unwrap());
        let route = Route::new(&KASPI, platform.with_record(record.clone()));
        let bodies = Bodies::new(&route, "payment_1", AMOUNT, 7);
        let rows = || -> Vec<String> {
            let rows = record.operations().into_iter();
            rows.map(|it| {
                format!(
                    "{} {} {}",
                    it.kind.as_str(),
                    it.status.as_str(),
                    it.amount.minor()
                )
            })
            .collect()
        };
        let part = Money::new(4_000, Currency::KZT);
        for (action, fault, expected) in [
            (Action::WrongAmount(part), None, &[] as &[&str]),
            (Action::Tampered, None, &[]),
            (Action::UnknownPayment, None, &[]),
            (
                Action::Deliver(CallbackKind::Processing),
                None,
                &["sale processing 10000"],
            ),
            (
                Action::Cut(CallbackKind::Success),
                None,
                &["sale success 10000"],
            ),
            (
                Action::Deliver(CallbackKind::Decline),
                Some(Fault::Reorder),
                &["sale success 10000"],
            ),
            (
                Action::Deliver(CallbackKind::PartialRefund(part)),
                None,
                &["sale success 10000", "refund success 4000"],
            ),
        ] {
            bodies.body(&step(action, fault));
            assert_eq!(rows(), expected, "{action:?}");
        }
    }

    fn is_signed(body: &[u8]) -> Option<bool> {
        let canonical = Canonical::parse(body).ok()?;
        let signature = canonical.signature().decode().ok()?;
        let key = Key::new("secret").unwrap();
        Some(key.verify(canonical.string_to_sign(), &signature))
    }

    #[test]
    fn every_action_has_the_body_that_it_describes() {
        let platform = Platform::new("http://127.0.0.1:1", 1234, Key::new("secret").unwrap());
        let route = Route::new(&KASPI, platform);
        let bodies = Bodies::new(&route, "payment_1", AMOUNT, 7);
        let body = |action: Action| {
            let body = bodies.body(&step(action, None));
            let json: Value = serde_json::from_slice(&body).unwrap_or_default();
            let amount = json.pointer("/operation/sum_initial/amount");
            (
                is_signed(&body),
                amount.and_then(Value::as_i64),
                json["payment"]["id"] == "payment_1",
            )
        };
        let more = Money::new(20_000, Currency::KZT);
        let half = CallbackKind::PartialRefund(Money::new(5_000, Currency::KZT));
        for (action, expected) in [
            (
                Action::Deliver(CallbackKind::Success),
                (Some(true), Some(10_000), true),
            ),
            (Action::Deliver(half), (Some(true), Some(5_000), true)),
            (
                Action::Cut(CallbackKind::Decline),
                (Some(true), Some(10_000), true),
            ),
            (Action::WrongAmount(more), (Some(true), Some(20_000), true)),
            (Action::BadSignature, (Some(false), Some(10_000), true)),
            (Action::Tampered, (Some(false), Some(100_000), true)),
            (Action::UnknownPayment, (Some(true), Some(10_000), false)),
            (Action::Garbage, (None, None, false)),
        ] {
            assert_eq!(body(action), expected, "{action:?}");
        }
    }

    #[test]
    fn callbacks_of_the_sale_have_one_operation_and_a_refund_has_another() {
        let platform = Platform::new("http://127.0.0.1:1", 1234, Key::new("secret").unwrap());
        let route = Route::new(&KASPI, platform);
        let bodies = Bodies::new(&route, "payment_1", AMOUNT, 7);
        let operation = |kind| bodies.callback(kind).operation.id;
        let sale = operation(CallbackKind::Success);
        assert_eq!(operation(CallbackKind::Processing), sale);
        assert_eq!(operation(CallbackKind::Decline), sale);
        assert_ne!(operation(CallbackKind::Refund), sale);
        assert_ne!(operation(CallbackKind::Reversal), sale);
    }
}
