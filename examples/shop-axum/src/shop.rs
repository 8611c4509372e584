//! The merchant: one customer, and payments in memory.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jetpay_kaspi::core::{
    Acknowledged, Callback, CallbackError, Callbacks, CheckDepositResult, Currency, CustomerId,
    Merchant, PaymentId, Refused, Unavailable, VerifyRequest, VerifyResult,
};
use jetpay_kaspi::{CheckDeposit, CheckDepositResponse, Contract, Kaspi, VerifyResponse};
use jetpay_rules::{EffectKey, Effects, OperationEvent, PaymentSnapshot, decide};
use serde_json::{Value, json};
use uuid::Uuid;

const CUSTOMER: &str = "7123456789";

#[derive(Default)]
pub(crate) struct Shop(Mutex<Books>);

#[derive(Default)]
struct Books {
    payments: HashMap<PaymentId, (PaymentSnapshot, Vec<OperationEvent>)>,
    /// Which payment an operation moved the money of.
    entries: HashMap<EffectKey, PaymentId>,
}

impl Shop {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was credited for a payment, and what is left after refunds.
    pub(crate) fn money(&self, id: &str) -> Option<Value> {
        let id: PaymentId = id.parse().ok()?;
        let books = self.books();
        let (snapshot, _) = books.payments.get(&id)?;
        Some(json!({"credited": snapshot.credited, "remaining": snapshot.remaining}))
    }
}

fn known(customer: &CustomerId) -> Result<(), Refused> {
    if customer.as_str() == CUSTOMER {
        return Ok(());
    }
    Err(Refused::not_found("no customer has this number"))
}

impl Merchant<Kaspi> for Shop {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<Kaspi> {
        known(&request.customer_id)?;
        let contract = Contract::new("12345", "1234_ABC")?.with_payment_minor(100_000)?; // 1 000.00
        Ok(VerifyResponse::new(
            Currency::KZT,
            "ABCDE12345",
            [contract],
        )?)
    }

    async fn check_deposit(&self, request: CheckDeposit) -> CheckDepositResult<Kaspi> {
        let top_up = request.top_up;
        known(&top_up.customer_id)?;
        let id = PaymentId::new(Uuid::now_v7().to_string()).map_err(Unavailable::new)?;
        let pending = PaymentSnapshot::announced(top_up.project_id, top_up.amount);
        let payment = (pending, Vec::new());
        self.books().payments.insert(id.clone(), payment);
        Ok(CheckDepositResponse::new(id))
    }
}

impl Callbacks for Shop {
    async fn callback(&self, callback: Callback) -> Result<Acknowledged, CallbackError> {
        let event = OperationEvent::from(&callback);
        let id = event.payment_id.clone();
        let mut books = self.books();
        let Books { payments, entries } = &mut *books;
        let Some((snapshot, events)) = payments.get_mut(&id) else {
            return Err(CallbackError::UnknownPayment);
        };
        if events.iter().any(|stored| event.repeats(stored)) {
            return Ok(Acknowledged);
        }
        let find = |key| Ok::<_, Infallible>(entries.get(&key).cloned());
        let Ok(effects) = Effects::look_up((&id, snapshot), &event, find);
        let decision = decide(snapshot, &event, &effects);
        for entry in &decision.entries {
            let key = EffectKey::new(event.project_id, entry.operation_id, entry.kind);
            entries.insert(key, id.clone());
        }
        for alarm in &decision.alarms {
            eprintln!("look at {id:?}: {}", alarm.kind);
        }
        *snapshot = decision.snapshot;
        events.push(event);
        Ok(Acknowledged)
    }
}
