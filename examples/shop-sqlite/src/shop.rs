//! The merchant: what the platform's messages do to the tables.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jetpay_kaspi::core::{
    Acknowledged, Callback, CallbackError, Callbacks, CheckDepositResult, Currency, Merchant,
    Refused, Unavailable, VerifyRequest, VerifyResult, merchant::UnusableCallback,
};
use jetpay_kaspi::{Kaspi, VerifyResponse};
use jetpay_kassa24::{ContractsResponse, DescribedDepositResponse, Kassa24, StatusCode};
use jetpay_rules::{Effects, OperationEvent, decide};
use rusqlite::{Connection, TransactionBehavior};

use crate::store::{self, Stored};

/// One connection does everything. A database that can take long belongs on threads of its own (`spawn_blocking`).
pub(crate) struct Shop(pub(crate) Mutex<Connection>);

impl Shop {
    /// A handler that panicked has not committed, so the connection is as good as before.
    pub(crate) fn db(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` in one transaction. When this returns, the result is on the disk.
    fn commit<T>(&self, work: impl FnOnce(&Connection) -> Stored<T>) -> Stored<T> {
        let mut db = self.db();
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }
}

fn unknown() -> Refused {
    Refused::not_found("no customer has this number")
}

impl Merchant<Kaspi> for Shop {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<Kaspi> {
        let account = store::account(&self.db(), &request.customer_id)?;
        let (shown_id, mut contracts) = account.ok_or_else(unknown)?;
        // Kaspi has no code for a contract that cannot be paid, so it is left out.
        contracts.retain(|it| it.status_code() == StatusCode::Payable);
        let contracts = contracts.iter().map(|it| it.contract().clone());
        Ok(VerifyResponse::new(Currency::KZT, &shown_id, contracts)?)
    }

    async fn check_deposit(&self, it: jetpay_kaspi::CheckDeposit) -> CheckDepositResult<Kaspi> {
        let contract = Some(it.entity_id.as_str());
        let id = self.commit(|db| store::add_payment(db, &it.top_up, contract))?;
        Ok(DescribedDepositResponse::new(id.ok_or_else(unknown)?))
    }
}

/// The shop and JetPay agreed on option 2 of the document: an account with contracts.
impl Merchant<Kassa24> for Shop {
    async fn verify(&self, request: VerifyRequest) -> VerifyResult<Kassa24> {
        let account = store::account(&self.db(), &request.customer_id)?;
        let (shown_id, contracts) = account.ok_or_else(unknown)?;
        Ok(ContractsResponse::new(Currency::KZT, &shown_id, contracts)?.into())
    }

    async fn check_deposit(&self, it: jetpay_kassa24::CheckDeposit) -> CheckDepositResult<Kassa24> {
        let contract = it.contract.as_ref().map(|it| it.entity_id.as_str());
        let id = self.commit(|db| store::add_payment(db, &it.top_up, contract))?;
        Ok(DescribedDepositResponse::new(id.ok_or_else(unknown)?).into())
    }
}

impl Callbacks for Shop {
    /// One callback, one transaction. The endpoint answers after the commit.
    async fn callback(&self, callback: Callback) -> Result<Acknowledged, CallbackError> {
        let event = OperationEvent::from(&callback);
        self.commit(|db| {
            let Some(snapshot) = store::snapshot(db, &event.payment_id)? else {
                store::raise(db, "unknown_payment", event.key(), &callback.body)?;
                return Ok(Err(CallbackError::UnknownPayment));
            };
            if let Some(first) = store::add_event(db, &event, &callback.body)? {
                if event.contradicts(&first) {
                    store::raise(db, "contradictory_repeat", event.key(), &callback.body)?;
                }
                return Ok(Ok(Acknowledged));
            }
            let find = |key| store::payment_of(db, key);
            let effects = Effects::look_up((&event.payment_id, &snapshot), &event, find)?;
            store::write(db, &event, &decide(&snapshot, &event, &effects))?;
            Ok(Ok(Acknowledged))
        })?
    }

    /// A signed callback that cannot be read may be about money: a person must see it. There is one alarm for a signature,
    /// because a stranger who saw the callback can send copies that differ in what is not signed.
    async fn unusable(&self, callback: UnusableCallback<'_>) -> Result<(), Unavailable> {
        let body = serde_json::from_slice::<serde_json::Value>(callback.body).unwrap_or_default();
        let cause = (
            &body["signature"],
            &body["general"]["signature"],
            callback.rejection,
        );
        Ok(self.commit(|db| store::raise(db, "unusable_callback", cause, callback.body))?)
    }
}
