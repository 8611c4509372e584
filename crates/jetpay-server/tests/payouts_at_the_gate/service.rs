//! The service in this process, and a simulated Gate: real HTTP in both directions, real SQLite, and short pauses.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use jetpay_core::id::PaymentId;
use jetpay_core::payout::General;
use jetpay_core::{Keyring, Project};
use jetpay_ledger::payout::{
    NewPayout, Payout, PayoutRequestOutcome, PayoutState, RetryPolicy, StepKind,
};
use jetpay_ledger::{Ledger, Millis};
use jetpay_platform::gate::{self, GateState, Plan, ServerOptions};
use jetpay_qiwi_kz::Customer;
use jetpay_server::config::Config;
use jetpay_server::service::{self, Service};
use jetpay_testing::free_port;

use crate::support::{Folder, PROJECT, SECRET, tenge};

/// 100.00 KZT.
pub(crate) const AMOUNT: i64 = 10_000;
/// The divisor of all times in plans and schedules.
pub(crate) const HURRY: u32 = 50;

/// The retry policy of the tests: the protocol's, with short times.
pub(crate) const POLICY: RetryPolicy = RetryPolicy {
    answer_timeout: Duration::from_millis(400),
    query_after: Duration::from_millis(60),
    longest_wait: Duration::from_millis(300),
    overdue_after: Duration::from_secs(30),
};

/// A service that makes payouts.
pub(crate) struct PayoutService {
    pub(crate) ledger: Ledger,
    pub(crate) listen: SocketAddr,
    handles: Vec<ServerHandle>,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
    folder: Folder,
}

/// A simulated Gate that sends callbacks to the service.
pub(crate) async fn gate(service: SocketAddr, port: u16) -> gate::Server {
    let project = Project::new(PROJECT, SECRET).unwrap();
    let mut state =
        GateState::new(Keyring::from(project)).with_operation_ids_from(u64::from(port) << 16);
    state.plan_others(Plan::default().hurried(HURRY));
    let url = format!("http://{service}/callback");
    let serving = ServerOptions {
        callback_url: Some(url.parse().unwrap()),
        hurry: 1_000,
        ..ServerOptions::default()
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await;
    gate::serve(listener.unwrap(), state, serving).unwrap()
}

/// A service and its Gate, with the retry policy of the tests.
pub(crate) async fn both() -> (PayoutService, gate::Server) {
    both_with(POLICY).await
}

pub(crate) async fn both_with(policy: RetryPolicy) -> (PayoutService, gate::Server) {
    let port = free_port();
    let paying = PayoutService::start(Folder::new(), port, policy).await;
    let gate = gate(paying.listen, port).await;
    (paying, gate)
}

impl PayoutService {
    /// A service in this folder, whose Gate listens on this port, now or later.
    pub(crate) async fn start(folder: Folder, gate: u16, policy: RetryPolicy) -> Self {
        let config = folder.config();
        let before = config.split("[gate]").next().unwrap_or_default();
        let gate = format!("[gate]\nbase_url = \"http://127.0.0.1:{gate}\"\n");
        folder.write("jetpay.toml", before.to_owned() + &gate);
        let mut config = Config::read(&folder.path("jetpay.toml")).unwrap();
        config.gate.as_mut().unwrap().retry_policy = policy;
        config.gate.as_mut().unwrap().keep_personal_data = Duration::ZERO;
        config.workers = Some(1);
        let ledger = config.store.open().await.unwrap();
        let service = Service::bind(&config, ledger.clone()).unwrap();
        Self {
            ledger,
            listen: service.listen,
            handles: service.handles(),
            served: tokio::task::spawn_local(service.serve()),
            folder,
        }
    }

    /// Makes a payout to this account, and returns its id.
    pub(crate) async fn pay(&self, account: &str) -> String {
        let payout = payout_request(account);
        let id = payout.id.as_str().to_owned();
        let recorded = self.ledger.record_payout(payout).await;
        assert_eq!(recorded, Ok(PayoutRequestOutcome::Created));
        id
    }

    pub(crate) async fn payout(&self, id: &str) -> Payout {
        self.ledger.payout(id).await.unwrap().unwrap()
    }

    /// Waits until the payout is in this state.
    pub(crate) async fn once(&self, id: &str, state: PayoutState) -> Payout {
        self.when(id, |payout| payout.state == state).await
    }

    /// Waits until the condition holds for the payout.
    pub(crate) async fn when(&self, id: &str, is: impl Fn(&Payout) -> bool) -> Payout {
        let start = Instant::now();
        loop {
            let payout = self.payout(id).await;
            if is(&payout) {
                return payout;
            }
            let late = start.elapsed() > Duration::from_secs(20);
            assert!(!late, "{payout:?} {:?}", steps(&payout));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Stops the service as SIGTERM does.
    pub(crate) async fn end(self) -> Folder {
        service::stop(&self.handles).await;
        self.served.await.unwrap().unwrap();
        self.folder
    }
}

/// A new payout.
pub(crate) fn payout_request(account: &str) -> NewPayout {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let id = format!("0193ad5c-0000-7000-8000-{number:012}");
    NewPayout {
        request: request(&id, account),
        id: id.as_str().try_into().unwrap(),
        project_id: PROJECT.into(),
        method: "qiwi-kz".into(),
        customer_id: "12345".try_into().unwrap(),
        account_number: account.into(),
        amount: tenge(AMOUNT),
        idempotency_key: format!("key of {id}"),
        fingerprint: "all of it".into(),
        from_balance: false,
        created_at: Millis(i64::try_from(since_1970().as_millis()).unwrap()),
        requested_by: None,
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
    let payout = jetpay_qiwi_kz::Payout::new(general, &customer, account, tenge(AMOUNT));
    payout.unwrap().to_json()
}

fn since_1970() -> Duration {
    std::time::UNIX_EPOCH.elapsed().unwrap()
}

/// The steps of the history, in order.
pub(crate) fn steps(payout: &Payout) -> Vec<StepKind> {
    payout.history.iter().map(|step| step.what).collect()
}

/// Checks all requests that the Gate received: no payout had two ids, nothing was sent again without the platform's
/// permission, and repeated sends had the same bytes.
pub(crate) fn assert_careful(gate: &gate::Server) {
    let state = gate.state();
    assert_eq!(state.unsafe_resends().count(), 0, "{:?}", state.log());
    for account in state.accounts() {
        let ids = state.payment_ids(account);
        assert_eq!(ids.len(), 1, "one payout under {ids:?}");
        let mut sends = state.sends_of(ids[0]);
        if let Some(first) = sends.next() {
            assert!(sends.all(|send| send.body == first.body));
        }
    }
}
