//! The service in this process, and a simulated Gate: real HTTP on both ways, real SQLite, and a hurried pace.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "a module of tests: each test file uses its part"
)]

use std::fs;
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use jetpay_core::id::PaymentId;
use jetpay_core::payout::General;
use jetpay_core::{Currency, Keyring, Money, Project};
use jetpay_ledger::payout::{
    NewPayout, Payout, PayoutRequestOutcome, PayoutState, RetryPolicy, StepKind,
};
use jetpay_ledger::{Ledger, Millis};
use jetpay_platform::gate::{self, GateState, Plan, ServerOptions};
use jetpay_qiwi_kz::Customer;
use jetpay_server::config::Config;
use jetpay_server::service::{self, Service};
use jetpay_server::telemetry::Metrics;
use jetpay_testing::free_port;
use tempfile::TempDir;

pub const PROJECT: u64 = 1234;
pub const SECRET: &str = "a secret of tests";
/// 100.00 KZT.
pub const AMOUNT: i64 = 10_000;
/// What divides the times of plans and schedules.
pub const HURRY: u32 = 50;

/// The protocol's pace, hurried.
pub const PACE: RetryPolicy = RetryPolicy {
    answer_timeout: Duration::from_millis(400),
    query_after: Duration::from_millis(60),
    longest_wait: Duration::from_millis(300),
    overdue_after: Duration::from_secs(30),
};

/// A service that pays.
pub struct Paying {
    pub ledger: Ledger,
    pub listen: SocketAddr,
    handles: [ServerHandle; 2],
    served: tokio::task::JoinHandle<std::io::Result<()>>,
    folder: TempDir,
}

/// A simulated Gate that tells the service.
pub async fn gate(service: SocketAddr, port: u16) -> gate::Server {
    let project = Project::new(PROJECT, SECRET).unwrap();
    let mut books =
        GateState::new(Keyring::from(project)).with_operation_ids_from(u64::from(port) << 16);
    books.plan_others(Plan::default().hurried(HURRY));
    let url = format!("http://{service}/callback");
    let serving = ServerOptions {
        callback_url: Some(url.parse().unwrap()),
        hurry: 1_000,
        ..ServerOptions::default()
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await;
    gate::serve(listener.unwrap(), books, serving).unwrap()
}

/// A service and its Gate.
pub async fn both() -> (Paying, gate::Server) {
    both_at(PACE).await
}

pub async fn both_at(pace: RetryPolicy) -> (Paying, gate::Server) {
    let port = free_port();
    let paying = Paying::start(port, pace, "sqlite://jetpay.db").await;
    let gate = gate(paying.listen, port).await;
    (paying, gate)
}

impl Paying {
    /// A service whose Gate is at this port of the machine, or will be.
    pub async fn start(gate: u16, pace: RetryPolicy, url: &str) -> Self {
        Self::in_folder(tempfile::tempdir().unwrap(), gate, pace, url).await
    }

    /// The same where a service was before.
    pub async fn in_folder(folder: TempDir, gate: u16, pace: RetryPolicy, url: &str) -> Self {
        let path = |name: &str| folder.path().join(name);
        fs::write(path("secret"), SECRET).unwrap();
        fs::write(path("token"), "a token of tests").unwrap();
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[admin]\nlisten = \"127.0.0.1:0\"\ntoken_file = \"token\"\n\
             [store]\nurl = \"{url}\"\n[gate]\nbase_url = \"http://127.0.0.1:{gate}\"\n\
             [[project]]\nid = {PROJECT}\nsecret_file = \"secret\"\nmethods = [\"qiwi-kz\"]\n"
        );
        fs::write(path("jetpay.toml"), text).unwrap();
        let mut config = Config::read(&path("jetpay.toml")).unwrap();
        config.gate.as_mut().unwrap().pace = pace;
        config.gate.as_mut().unwrap().keep_personal_data = Duration::ZERO;
        config.workers = Some(1);
        let ledger = config.store.open().await.unwrap();
        let service = Service::bind(&config, ledger.clone(), metrics()).unwrap();
        Self {
            ledger,
            listen: service.listen,
            handles: service.handles(),
            served: tokio::task::spawn_local(service.serve()),
            folder,
        }
    }

    /// Takes a payout to this account; its id.
    pub async fn pay(&self, account: &str) -> String {
        let payout = payout_request(account);
        let id = payout.id.as_str().to_owned();
        assert_eq!(
            self.ledger.record_payout(payout).await,
            Ok(PayoutRequestOutcome::Created)
        );
        id
    }

    pub async fn payout(&self, id: &str) -> Payout {
        self.ledger.payout(id).await.unwrap().unwrap()
    }

    /// The payout, once it is in this state.
    pub async fn once(&self, id: &str, state: PayoutState) -> Payout {
        self.when(id, |payout| payout.state == state).await
    }

    /// The payout, once it is so.
    pub async fn when(&self, id: &str, is: impl Fn(&Payout) -> bool) -> Payout {
        let begun = Instant::now();
        loop {
            let payout = self.payout(id).await;
            if is(&payout) {
                return payout;
            }
            let late = begun.elapsed() > Duration::from_secs(20);
            assert!(!late, "{payout:?} {:?}", steps(&payout));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Ends it as SIGTERM does.
    pub async fn end(self) -> TempDir {
        service::stop(&self.handles).await;
        self.served.await.unwrap().unwrap();
        self.folder
    }
}

/// A payout that was not asked for before.
pub fn payout_request(account: &str) -> NewPayout {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let id = format!("0193ad5c-0000-7000-8000-{number:012}");
    let amount = Money::new(AMOUNT, Currency::KZT);
    NewPayout {
        request: request(&id, account),
        id: id.as_str().try_into().unwrap(),
        project_id: PROJECT.into(),
        method: "qiwi-kz".into(),
        customer_id: "12345".try_into().unwrap(),
        account_number: account.into(),
        amount,
        idempotency_key: format!("key of {id}"),
        fingerprint: "all of it".into(),
        from_balance: false,
        created_at: Millis(i64::try_from(since_1970().as_millis()).unwrap()),
    }
}

fn request(id: &str, account: &str) -> String {
    let general = General::new(PROJECT.into(), PaymentId::new(id).unwrap()).unwrap();
    let customer = Customer {
        id: "12345",
        ip_address: "198.51.100.47",
        first_name: "John",
        last_name: "Doe",
        email: "johndoe@example.com",
    };
    let amount = Money::new(AMOUNT, Currency::KZT);
    let payout = jetpay_qiwi_kz::Payout::new(general, &customer, account, amount);
    payout.unwrap().to_json()
}

fn since_1970() -> Duration {
    std::time::UNIX_EPOCH.elapsed().unwrap()
}

/// One process collects once.
fn metrics() -> Metrics {
    static METRICS: OnceLock<Metrics> = OnceLock::new();
    METRICS.get_or_init(|| Metrics::start().unwrap()).clone()
}

/// What happened, in order.
pub fn steps(payout: &Payout) -> Vec<StepKind> {
    payout.history.iter().map(|step| step.what).collect()
}

/// What must hold of whatever the Gate saw: no payout under two ids, nothing sent again without leave, always the same
/// bytes.
pub fn was_careful(gate: &gate::Server) {
    let books = gate.state();
    assert_eq!(books.unsafe_resends().count(), 0, "{:?}", books.log());
    for account in books.accounts() {
        let ids = books.payment_ids(account);
        assert_eq!(ids.len(), 1, "one payout under {ids:?}");
        let mut sends = books.sends_of(ids[0]);
        if let Some(first) = sends.next() {
            assert!(sends.all(|send| send.body == first.body));
        }
    }
}
