//! A server: the real driver and the real shop over the shared store, and what it is doing.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use jetpay_core::Keyring;
use jetpay_core::id::PaymentId;
use jetpay_core::serve::serve_callback;
use jetpay_ledger::payout::{
    GateAddress, Lease, PayoutRequestOutcome, PayoutResolution, RetryPolicy,
};
use jetpay_ledger::sim::SimStore;
use jetpay_ledger::{Error, Ledger, Millis};
use jetpay_server::environment::Environment;
use jetpay_server::merchant::LedgerMerchant;
use jetpay_server::payouts::{ActionResult, Driver};

use super::gate_traffic::{Post, Wire};
use crate::deterministic::{Clock, START};
use crate::setup::Setting;

/// A clock that is off by some milliseconds.
#[derive(Clone)]
pub(super) struct OwnClock {
    clock: Clock,
    off: i64,
}

impl Environment for OwnClock {
    fn now(&self) -> Millis {
        Millis(self.clock.millis() + self.off)
    }

    fn fresh_payment_id(&self) -> PaymentId {
        self.clock.fresh_payment_id()
    }
}

pub(super) struct Server {
    pub(super) ledger: Ledger,
    pub(super) clock: OwnClock,
    driver: Arc<Driver<Wire>>,
    shop: Arc<LedgerMerchant>,
    keyring: Arc<Keyring>,
    pub(super) tasks: Vec<Task>,
    /// When it is there again after a crash.
    pub(super) back: i64,
    /// When it goes on after it stood still.
    pub(super) awake: i64,
    /// When it looks for due payouts next.
    pub(super) tick_at: Option<i64>,
}

impl Server {
    pub(super) fn new(
        number: usize,
        setting: &Setting,
        store: &Arc<SimStore>,
        post: &Arc<Post>,
        (clock, off): (&Clock, i64),
        pace: RetryPolicy,
    ) -> Self {
        let keyring = Arc::new(setting.keyring.clone());
        let ledger = Ledger::over(Arc::clone(store) as Arc<_>);
        let clock = OwnClock {
            clock: clock.clone(),
            off,
        };
        let wire = Wire {
            server: number,
            post: Arc::clone(post),
            keyring: Arc::clone(&keyring),
        };
        let outside = Arc::new(clock.clone());
        let driver = Driver::new(
            ledger.clone(),
            wire,
            GateAddress::new("https://gate"),
            pace,
            outside,
        );
        let shop =
            LedgerMerchant::new(&setting.config, ledger.clone()).with_environment(clock.clone());
        Self {
            ledger,
            clock,
            driver: Arc::new(driver),
            shop: Arc::new(shop),
            keyring,
            tasks: Vec::new(),
            back: START,
            awake: START,
            tick_at: None,
        }
    }

    pub(super) fn begin(&mut self, about: About, doing: impl Future<Output = Done> + 'static) {
        let task = Task {
            about,
            doing: Box::pin(doing) as Doing,
            excused: false,
        };
        self.tasks.push(task);
    }

    /// The payouts that are due, by the driver. It waits for the payouts that it takes up before it looks again.
    pub(super) fn due(&self) -> Result<Vec<PaymentId>, Error> {
        let taking = |task: &Task| matches!(task.about, About::TakeUp);
        if self.tasks.iter().any(taking) {
            return Ok(Vec::new());
        }
        let due = std::pin::pin!(self.driver.due(64));
        match due.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(due) => due,
            Poll::Pending => unreachable!("reads of a store in memory do not wait"),
        }
    }

    pub(super) fn take_up(&mut self, id: PaymentId) {
        let driver = Arc::clone(&self.driver);
        self.begin(
            About::TakeUp,
            async move { Done::Lease(driver.lease(id).await) },
        );
    }

    pub(super) fn run(&mut self, payout: jetpay_ledger::payout::Lease, at: Millis) {
        let driver = Arc::clone(&self.driver);
        let id = payout.payment_id.as_str().into();
        self.begin(About::Action(id), async move {
            Done::Driven(driver.run(payout, at).await)
        });
    }

    pub(super) fn take_callback(&mut self, fact: usize, body: Arc<[u8]>) {
        let (shop, keyring) = (Arc::clone(&self.shop), Arc::clone(&self.keyring));
        self.begin(About::Callback(fact), async move {
            Done::Replied(serve_callback(&body, &shop, &keyring).await.status)
        });
    }

    pub(super) fn forget(&mut self, keep: std::time::Duration) {
        let driver = Arc::clone(&self.driver);
        self.begin(About::Forget, async move {
            Done::Written(driver.forget_payers(keep, 500).await.map(drop))
        });
    }

    /// Lets all of it go on as far as it can; what ended.
    pub(super) fn poll(&mut self) -> Vec<(About, Done, bool)> {
        let mut ended = Vec::new();
        self.tasks.retain_mut(|task| {
            let mut context = Context::from_waker(Waker::noop());
            match task.doing.as_mut().poll(&mut context) {
                Poll::Ready(done) => {
                    ended.push((task.about.clone(), done, task.excused));
                    false
                }
                Poll::Pending => true,
            }
        });
        ended
    }
}

/// What it is about.
#[derive(Clone, Debug)]
pub(super) enum About {
    /// The merchant asks for this wish's payout.
    Ask { wish: usize, other: bool },
    /// A payout is taken up.
    TakeUp,
    /// An errand of the payout with this id.
    Action(Arc<str>),
    /// A callback with this fact.
    Callback(usize),
    /// A person ends the payout of this wish.
    Settle(usize, PayoutResolution),
    /// Payers are forgotten.
    Forget,
    /// A customer tops up.
    TopUp,
}

/// What came of it.
pub(super) enum Done {
    Asked(Result<PayoutRequestOutcome, Error>),
    Lease(Result<Option<(Lease, Millis)>, Error>),
    Driven(ActionResult),
    Replied(u16),
    /// A write of people.
    Written(Result<(), Error>),
}

pub(super) type Doing = Pin<Box<dyn Future<Output = Done>>>;

pub(super) struct Task {
    pub(super) about: About,
    pub(super) doing: Doing,
    /// The store failed meanwhile: it may fail, too.
    pub(super) excused: bool,
}
