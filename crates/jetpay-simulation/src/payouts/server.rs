//! A server: the real driver and the real merchant over the shared store, and the tasks that run on it.

use std::pin::Pin;
use std::sync::Arc;

use jetpay_core::Keyring;
use jetpay_core::id::PaymentId;
use jetpay_core::serve::serve_callback;
use jetpay_ledger::payout::{
    GateAddress, Lease, PayoutRequestOutcome, PayoutResolution, RetryPolicy,
};
use jetpay_ledger::sim::SimStore;
use jetpay_ledger::{Error, Ledger, Millis};
use jetpay_server::merchant::LedgerMerchant;
use jetpay_server::payouts::{ActionResult, Driver};

use super::gate_traffic::{GateTraffic, ServerGateway};
use crate::deterministic::{Clock, START, SkewedClock, poll_once};
use crate::setup::Setup;

pub(super) struct Server {
    pub(super) ledger: Ledger,
    pub(super) clock: SkewedClock,
    driver: Arc<Driver<ServerGateway>>,
    merchant: Arc<LedgerMerchant>,
    keyring: Arc<Keyring>,
    pub(super) tasks: Vec<Task>,
    /// When the server is up again after a crash.
    pub(super) up_at: i64,
    /// When the server continues after a stall.
    pub(super) resumes_at: i64,
    /// When the server looks for due payouts next.
    pub(super) polls_at: Option<i64>,
}

impl Server {
    pub(super) fn new(
        number: usize,
        setup: &Setup,
        store: &Arc<SimStore>,
        traffic: &Arc<GateTraffic>,
        (clock, skew): (&Clock, i64),
        retry_policy: RetryPolicy,
    ) -> Self {
        let keyring = Arc::new(setup.keyring.clone());
        let ledger = Ledger::over(Arc::clone(store) as Arc<_>);
        let clock = SkewedClock {
            clock: clock.clone(),
            skew,
        };
        let gateway = ServerGateway {
            server: number,
            traffic: Arc::clone(traffic),
            keyring: Arc::clone(&keyring),
        };
        let environment = Arc::new(clock.clone());
        let driver = Driver::new(
            ledger.clone(),
            gateway,
            GateAddress::new("https://gate"),
            retry_policy,
            environment,
        );
        let merchant =
            LedgerMerchant::new(&setup.config, ledger.clone()).with_environment(clock.clone());
        Self {
            ledger,
            clock,
            driver: Arc::new(driver),
            merchant: Arc::new(merchant),
            keyring,
            tasks: Vec::new(),
            up_at: START,
            resumes_at: START,
            polls_at: None,
        }
    }

    pub(super) fn begin(
        &mut self,
        kind: TaskKind,
        future: impl Future<Output = TaskResult> + 'static,
    ) {
        let task = Task {
            kind,
            future: Box::pin(future) as TaskFuture,
            may_fail: false,
        };
        self.tasks.push(task);
    }

    /// The payouts that are due, from the driver. The server does not look again while it waits for a lease.
    pub(super) fn due(&self) -> Result<Vec<PaymentId>, Error> {
        let taking = |task: &Task| matches!(task.kind, TaskKind::TakeLease);
        if self.tasks.iter().any(taking) {
            return Ok(Vec::new());
        }
        poll_once(self.driver.due(64)).expect("reads of a store in memory do not wait")
    }

    pub(super) fn take_up(&mut self, id: PaymentId) {
        let driver = Arc::clone(&self.driver);
        self.begin(TaskKind::TakeLease, async move {
            TaskResult::LeaseTaken(driver.lease(id).await)
        });
    }

    pub(super) fn run(&mut self, payout: jetpay_ledger::payout::Lease, at: Millis) {
        let driver = Arc::clone(&self.driver);
        let id = payout.payment_id.as_str().into();
        self.begin(TaskKind::RunAction(id), async move {
            TaskResult::ActionRun(driver.run(payout, at).await)
        });
    }

    pub(super) fn take_callback(&mut self, notification: usize, body: Arc<[u8]>) {
        let (merchant, keyring) = (Arc::clone(&self.merchant), Arc::clone(&self.keyring));
        self.begin(TaskKind::Callback(notification), async move {
            TaskResult::CallbackAnswered(serve_callback(&body, &merchant, &keyring).await.status)
        });
    }

    pub(super) fn erase_payers(&mut self, keep: std::time::Duration) {
        let driver = Arc::clone(&self.driver);
        self.begin(TaskKind::ErasePayers, async move {
            TaskResult::Written(driver.forget_payers(keep, 500).await.map(drop))
        });
    }

    /// Advances all tasks as far as possible. Returns the tasks that ended, and whether each was permitted to fail.
    pub(super) fn poll(&mut self) -> Vec<(TaskKind, TaskResult, bool)> {
        let mut ended = Vec::new();
        self.tasks.retain_mut(|task| {
            let done = poll_once(task.future.as_mut());
            let waits = done.is_none();
            ended.extend(done.map(|done| (task.kind.clone(), done, task.may_fail)));
            waits
        });
        ended
    }
}

/// What a task does.
#[derive(Clone, Debug)]
pub(super) enum TaskKind {
    /// Records a payout request of the merchant's program.
    RequestPayout { request: usize, conflicting: bool },
    /// Leases a payout that is due.
    TakeLease,
    /// Runs the action of the payout with this id.
    RunAction(Arc<str>),
    /// Answers a callback with the notification of this number.
    Callback(usize),
    /// Resolves the payout of this request for an operator.
    Resolve(usize, PayoutResolution),
    /// Marks the payout of this request as sent by a person.
    Export(usize),
    /// Erases payers' personal data.
    ErasePayers,
    /// Announces a top-up.
    TopUp,
}

/// The result of a task.
pub(super) enum TaskResult {
    PayoutRequested(Result<PayoutRequestOutcome, Error>),
    LeaseTaken(Result<Option<(Lease, Millis)>, Error>),
    ActionRun(ActionResult),
    CallbackAnswered(u16),
    /// Whether the person got the file with the payout.
    Exported(Result<bool, Error>),
    /// The result of a write by an operator.
    Written(Result<(), Error>),
}

pub(super) type TaskFuture = Pin<Box<dyn Future<Output = TaskResult>>>;

pub(super) struct Task {
    pub(super) kind: TaskKind,
    pub(super) future: TaskFuture,
    /// The store failed while the task ran, so the task may fail.
    pub(super) may_fail: bool,
}
