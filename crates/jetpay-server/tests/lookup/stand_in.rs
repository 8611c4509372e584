//! A service's merchant under a clock of the test, and a system that answers as the test says.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use jetpay_billing::Failure;
use jetpay_core::id::PaymentId;
use jetpay_core::serve::{Reply, serve, serve_callback};
use jetpay_core::{Keyring, Merchant, Method};
use jetpay_kaspi::Kaspi;
use jetpay_ledger::{Customer, Flag, Ledger, Millis};
use jetpay_server::config::Config;
use jetpay_server::environment::Environment;
use jetpay_server::lookup::Lookup;
use jetpay_server::lookup::source::{Billing, Failed, Found, Question};
use jetpay_server::merchant::LedgerMerchant;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::support::raw::signed;
use crate::support::{CUSTOMER, Folder, PROJECT};

/// What the system answers.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    /// The body of `PUT /v1/customers/{customer_id}`.
    Customer(Value),
    Unknown,
    Fails(Failure),
    Panics,
}

/// The merchant's system. Its answer stays until the test changes it.
pub(crate) struct System {
    says: Mutex<Says>,
    asked: AtomicUsize,
    /// A question takes one permit before it is answered.
    answers: Semaphore,
}

impl System {
    pub(crate) fn says(&self, says: Says) {
        *self.says.lock().unwrap() = says;
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Relaxed)
    }

    /// Holds its answers back until [`go`](Self::go).
    pub(crate) fn stop(&self) {
        self.answers.forget_permits(usize::MAX);
    }

    pub(crate) fn go(&self) {
        self.answers.add_permits(1_000_000);
    }
}

/// The system as the service knows it.
struct Asked(Arc<System>);

impl Billing for Asked {
    fn ask<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Found, Failed>> {
        Box::pin(async move {
            assert_eq!(question.project_id, PROJECT.into());
            self.0.asked.fetch_add(1, Relaxed);
            self.0.answers.acquire().await.unwrap().forget();
            let says = self.0.says.lock().unwrap().clone();
            match says {
                Says::Customer(body) => Ok(Found::Customer(serde_json::from_value(body).unwrap())),
                Says::Unknown => Ok(Found::Unknown),
                Says::Fails(failure) => Err(failure.into()),
                Says::Panics => panic!("a bug in the look-up"),
            }
        })
    }
}

#[derive(Clone)]
struct Clock {
    now: Arc<AtomicI64>,
    ids: Arc<AtomicI64>,
}

impl Environment for Clock {
    fn now(&self) -> Millis {
        Millis(self.now.load(Relaxed))
    }

    fn fresh_payment_id(&self) -> PaymentId {
        let id = format!("p-{}", self.ids.fetch_add(1, Relaxed));
        PaymentId::new(id).unwrap()
    }
}

pub(crate) const SECOND: i64 = 1000;
pub(crate) const HOUR: i64 = 3600 * SECOND;
/// 2026-01-01 00:00 UTC.
const START: i64 = 1_767_225_600_000;

pub(crate) struct Shop {
    pub(crate) merchant: Arc<LedgerMerchant>,
    pub(crate) system: Arc<System>,
    pub(crate) ledger: Ledger,
    pub(crate) config: Config,
    clock: Clock,
    keyring: Keyring,
    _folder: Folder,
}

/// The configuration of a web service with these further lines.
pub(crate) fn web_service(lines: &str) -> String {
    format!(
        "[lookup]\nkind = \"http\"\nurl = \"https://shop.example/customers\"\nsecret_file = \"signing\"\n{lines}\n"
    )
}

/// A shop whose system answers at once that the customer exists.
pub(crate) async fn shop() -> Shop {
    shop_with(&web_service("")).await
}

pub(crate) async fn shop_with(lines: &str) -> Shop {
    let folder = Folder::new().configured(lines);
    folder.write("signing", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX");
    let config = Config::read(&folder.path("jetpay.toml")).unwrap();
    let ledger = config.store.open().await.unwrap();
    let clock = Clock {
        now: Arc::new(AtomicI64::new(START)),
        ids: Arc::default(),
    };
    let system = Arc::new(System {
        says: Mutex::new(Says::Customer(json!({}))),
        asked: AtomicUsize::new(0),
        answers: Semaphore::new(1_000_000),
    });
    let merchant = merchant(&config, &ledger, &clock, &system);
    Shop {
        merchant,
        system,
        ledger,
        clock,
        keyring: config.keyring(),
        config,
        _folder: folder,
    }
}

fn merchant(
    config: &Config,
    ledger: &Ledger,
    clock: &Clock,
    system: &Arc<System>,
) -> Arc<LedgerMerchant> {
    let lookup = Lookup::over(config, ledger, Asked(Arc::clone(system)));
    let merchant = LedgerMerchant::new(config, ledger.clone()).with_environment(clock.clone());
    Arc::new(merchant.with_lookup(lookup))
}

impl Shop {
    /// Time passes, in milliseconds.
    pub(crate) fn pass(&self, millis: i64) {
        self.clock.now.fetch_add(millis, Relaxed);
    }

    pub(crate) fn now(&self) -> Millis {
        self.clock.now()
    }

    /// The service starts again: what it remembered is lost.
    pub(crate) fn restart(&mut self) {
        self.merchant = merchant(&self.config, &self.ledger, &self.clock, &self.system);
    }

    async fn send<M: Method>(&self, message: Value) -> Value
    where
        LedgerMerchant: Merchant<M>,
    {
        let body = signed(&message);
        let Reply { body, .. } = serve::<M, _>(&body, &self.merchant, &self.keyring).await;
        serde_json::from_slice(&body).unwrap_or_default()
    }

    /// The answer to `verify` of this customer.
    pub(crate) async fn verify_of<M: Method>(&self, customer: &str) -> Value
    where
        LedgerMerchant: Merchant<M>,
    {
        let message = json!({"type": "verify", "project_id": PROJECT, "customer_id": customer});
        self.send::<M>(message).await
    }

    pub(crate) async fn verify<M: Method>(&self) -> Value
    where
        LedgerMerchant: Merchant<M>,
    {
        self.verify_of::<M>(CUSTOMER).await
    }

    /// The answer to `check_deposit`, with these further fields.
    pub(crate) async fn check_deposit<M: Method>(&self, fields: Value) -> Value
    where
        LedgerMerchant: Merchant<M>,
    {
        let mut message = json!({
            "type": "check_deposit", "project_id": PROJECT, "customer_id": CUSTOMER, "amount": 10_000,
            "currency": "KZT", "payment_method": M::PAYMENT_METHOD
        });
        let fields = fields.as_object().unwrap().clone();
        message.as_object_mut().unwrap().extend(fields);
        self.send::<M>(message).await
    }

    /// The flags of the payment in an answer.
    pub(crate) async fn flags(&self, answer: &Value) -> Vec<Flag> {
        let id = answer["payment_id"].as_str().unwrap();
        self.ledger.payment(id).await.unwrap().unwrap().flags
    }

    /// The callback of a success.
    pub(crate) async fn paid(&self, answer: &Value, operation: u64, amount: i64) {
        let callback = json!({
            "project_id": PROJECT, "payment": {"id": answer["payment_id"], "status": "success"},
            "operation": {"id": operation, "type": "sale", "status": "success",
                "sum_initial": {"amount": amount, "currency": "KZT"}}
        });
        let reply = serve_callback(&signed(&callback), &self.merchant, &self.keyring).await;
        assert_eq!(reply.status, 200);
    }

    /// When the system was last seen to know the customer.
    pub(crate) async fn seen_at(&self) -> Option<i64> {
        let seen = self.ledger.seen_customer(CUSTOMER).await.unwrap();
        seen.unwrap().1.map(|at| at.0 - START)
    }
}

/// The body of a customer with one contract and this debt.
pub(crate) fn owing(payment: i64) -> Says {
    Says::Customer(json!({"contracts": [{"id": "1", "number": "N1", "payment": payment}]}))
}

/// The debt that `verify` of Kaspi shows.
pub(crate) async fn debt(shop: &Shop) -> Value {
    let answer = shop.verify::<Kaspi>().await;
    assert_eq!(answer["code"], 0, "{answer}");
    answer["entities"][0]["payment"].clone()
}

/// Every failure but a refusal.
pub(crate) fn failures() -> [Failure; 7] {
    let text = "of a test".to_owned();
    [
        Failure::NotConnected(text.clone()),
        Failure::TimedOut,
        Failure::Broken(text.clone()),
        Failure::Status(404),
        Failure::Status(500),
        Failure::Unreadable(text.clone()),
        Failure::NotNow(text),
    ]
}

/// The merchant wrote the customer without a look-up.
pub(crate) async fn import(shop: &Shop) {
    let customer = Customer {
        customer_id: CUSTOMER.try_into().unwrap(),
        additional_customer_id: None,
        contracts: Vec::new(),
    };
    shop.ledger.put_customer(customer).await.unwrap();
}
