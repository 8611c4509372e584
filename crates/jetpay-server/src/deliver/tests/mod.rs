//! Workers over a real ledger and real HTTP, to the simulated billing and the receiver of webhooks.

mod billing;
mod clock;
mod crashes;
mod projects;
mod webhooks;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use actix_web::rt::{self, task::JoinHandle};
use jetpay_billing::client::BillingUrl;
use jetpay_billing::dialect::Dialect;
use jetpay_billing::txn_id::Prefix;
use jetpay_billing::webhook::Secrets;
use jetpay_core::id::PaymentId;
use jetpay_core::message::Received;
use jetpay_core::signature::{Key, sign};
use jetpay_core::{Currency, Keyring, Money, Project};
use jetpay_ledger::{Alarm, AlarmFilter, DeliveryStatus, Ledger, Millis, NewPayment, WaitingState};
use jetpay_platform::billing::receiver::{self, ReceiverState};
use jetpay_platform::billing::{self as simulated, BillingState, Server};
use jiff::tz::TimeZone;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{Wake, Workers};
use crate::config::{DeliverConfig, DeliverKind};
use crate::environment::{self, Environment};

const PROJECT: u64 = 1234;
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const AMOUNT: i64 = 20_000;
const NAME: &str = "billing";

/// The machine's clock, so many milliseconds ahead.
struct Clock(AtomicI64);

impl Environment for Clock {
    fn now(&self) -> Millis {
        Millis(environment::now().0 + self.0.load(Relaxed))
    }

    fn fresh_payment_id(&self) -> PaymentId {
        unreachable!("deliveries make no payments")
    }
}

/// A ledger with an endpoint.
struct Shop {
    ledger: Ledger,
    endpoint: DeliverConfig,
    clock: Arc<Clock>,
    wake: Wake,
    _folder: Option<tempfile::TempDir>,
}

/// A worker that runs.
struct Running {
    task: JoinHandle<()>,
    ending: watch::Sender<bool>,
}

impl Running {
    /// Ends the worker gracefully.
    async fn end(self) {
        self.ending.send_replace(true);
        self.task.await.unwrap();
    }

    /// Stops the worker wherever it is, as a crash does.
    async fn crash(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

impl Shop {
    fn new(kind: DeliverKind, url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        Self {
            _folder: Some(folder),
            ..Self::over(ledger, kind, url)
        }
    }

    fn over(ledger: Ledger, kind: DeliverKind, url: &str) -> Self {
        let endpoint = DeliverConfig {
            name: NAME.to_owned(),
            kind,
            url: BillingUrl::parse(url).unwrap(),
            projects: Vec::new(),
            alarms: false,
        };
        Self {
            ledger,
            endpoint,
            clock: Arc::new(Clock(AtomicI64::new(0))),
            wake: Wake::new(),
            _folder: None,
        }
    }

    /// Starts a worker, and waits until its streams are there: a new one begins with the next item.
    async fn start(&self) -> Running {
        self.start_over(&self.ledger).await
    }

    async fn start_over(&self, ledger: &Ledger) -> Running {
        let environment = Arc::clone(&self.clock) as Arc<dyn Environment>;
        let endpoints = std::slice::from_ref(&self.endpoint);
        let workers = Workers::new(endpoints, ledger, environment, &self.wake).unwrap();
        let (ending, ends) = watch::channel(false);
        let task = rt::spawn(workers.run(ends));
        let streams = 1 + usize::from(self.endpoint.alarms);
        self.until(async |shop| shop.status().await.len() == streams)
            .await;
        Running { task, ending }
    }

    async fn status(&self) -> Vec<DeliveryStatus> {
        let names = [NAME.to_owned()];
        self.ledger.delivery_status(&names).await.unwrap()
    }

    /// Waits until this is so.
    async fn until(&self, is_so: impl AsyncFn(&Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self).await {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "{:?}",
                self.status().await
            );
            rt::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until the endpoint has everything.
    async fn until_all_is_delivered(&self) {
        let is_delivered = |it: &DeliveryStatus| it.last == it.cursor && it.waiting == 0;
        self.until(async |shop| shop.status().await.iter().all(is_delivered))
            .await;
    }

    async fn payment(&self, project: u64, id: u64, customer: &str) {
        let payment = NewPayment {
            id: PaymentId::new(format!("p-{project}-{id}")).unwrap(),
            project_id: project.into(),
            method: "kaspi".into(),
            customer_id: customer.try_into().unwrap(),
            contract_id: None,
            amount: Money::new(AMOUNT, Currency::KZT),
            flags: Vec::new(),
            created_at: self.clock.now(),
        };
        self.ledger.record_payment(payment).await.unwrap();
    }

    /// A payment of [`AMOUNT`], which the operation `id` credits.
    async fn credit(&self, id: u64, customer: &str) {
        self.credit_of(PROJECT, id, customer).await;
    }

    async fn credit_of(&self, project: u64, id: u64, customer: &str) {
        self.payment(project, id, customer).await;
        self.callback(project, id, "success", id, "sale", AMOUNT)
            .await;
    }

    /// A refund of this payment.
    async fn refund(&self, payment: u64, operation: u64, amount: i64) {
        let refund = self.callback(PROJECT, payment, "refunded", operation, "refund", amount);
        refund.await;
    }

    async fn callback(
        &self,
        project: u64,
        payment: u64,
        status: &str,
        operation: u64,
        kind: &str,
        amount: i64,
    ) {
        let body = format!(
            r#"{{"project_id":{project},"payment":{{"id":"p-{project}-{payment}","type":"purchase","status":"{status}",
                "sum":{{"amount":{amount},"currency":"KZT"}}}},"account":{{"number":"7"}},
                "operation":{{"id":{operation},"type":"{kind}","status":"success","date":"2022-03-25T11:08:45+0000",
                "sum_initial":{{"amount":{amount},"currency":"KZT"}},"code":"0",
                "provider":{{"id":42,"payment_id":"r-{operation}"}}}}}}"#
        );
        let body = sign(body.as_bytes(), &Key::new("secret").unwrap()).unwrap();
        let keyring = Keyring::from(Project::new(project, "secret").unwrap());
        let received = Received::parse(&body).unwrap();
        let callback = received.authenticate(&keyring).unwrap().callback().unwrap();
        let now = self.clock.now();
        self.ledger.record_callback(callback, now).await.unwrap();
        self.wake.has_news();
    }

    /// A person retries a parked item. Waits until it is parked again.
    async fn retry(&self, seq: i64) {
        let stream = self.status().await[0].stream.clone();
        let item = async || {
            let items = self.ledger.waiting_deliveries(&stream, seq - 1, 1).await;
            items.unwrap().remove(0)
        };
        let before = item().await.attempts;
        let retry = self
            .ledger
            .retry_delivery(&stream, seq, "mended".into(), self.clock.now());
        retry.await.unwrap();
        self.wake.was_changed();
        self.until(async |_| {
            let item = item().await;
            item.state == WaitingState::Parked && item.attempts > before
        })
        .await;
    }

    async fn alarms(&self) -> Vec<Alarm> {
        let mut alarms = self.ledger.alarms(AlarmFilter::default()).await.unwrap();
        alarms.reverse();
        alarms
    }

    fn set_back(&self, time: Duration) {
        let time = i64::try_from(time.as_millis()).unwrap();
        self.clock.0.fetch_sub(time, Relaxed);
    }

    fn skip_time(&self, time: Duration) {
        let time = i64::try_from(time.as_millis()).unwrap();
        self.clock.0.fetch_add(time, Relaxed);
    }
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// A billing with the accounts a-0 to a-19.
fn billing(dialect: simulated::Dialect) -> BillingState {
    let mut state = BillingState::new(dialect);
    for account in 0..20 {
        state.put_account(&format!("a-{account}"), None);
    }
    state
}

async fn serve_billing(dialect: simulated::Dialect) -> Server {
    simulated::serve(listener().await, billing(dialect)).unwrap()
}

async fn serve_receiver() -> Server<ReceiverState> {
    let state = ReceiverState::new([SECRET]).unwrap();
    receiver::serve(listener().await, state).unwrap()
}

fn webhook() -> DeliverKind {
    DeliverKind::Webhook(Secrets::parse([SECRET]).unwrap())
}

fn osmp(cancel: bool, prefixes: &[(u64, Option<&str>)]) -> DeliverKind {
    let prefixes = prefixes.iter().map(|(project, prefix)| {
        let prefix = prefix.map(|digits| Prefix::parse(digits).unwrap());
        ((*project).into(), prefix)
    });
    DeliverKind::Dialect {
        dialect: Dialect::Osmp,
        login: None,
        cancel,
        zone: TimeZone::get("Asia/Almaty").unwrap(),
        prefixes: prefixes.collect(),
    }
}
