//! The service: the real merchant of `jetpay-server` over the real ledger. The simulation decides when the store
//! commits. A delivery is a future that waits for the store's next step; it needs no runtime.

use std::mem::take;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use jetpay_cashin_kz::CashinKz;
use jetpay_core::serve::{Reply, serve, serve_callback};
use jetpay_core::{Keyring, Method};
use jetpay_kaspi::Kaspi;
use jetpay_kassa24::Kassa24;
use jetpay_kassa24_bvu::Kassa24Bvu;
use jetpay_ledger::sim::SimStore;
use jetpay_ledger::{Ledger, Millis, NewPayment};
use jetpay_qiwi_kz::QiwiKz;
use jetpay_server::lookup::{Lookup, Spawn};
use jetpay_server::merchant::LedgerMerchant;

use crate::deterministic::{Clock, poll_once};
use crate::setup::{Setup, import_customers};
use crate::top_ups::billing::{Connection, Traffic, stream};
use crate::top_ups::event::Message;

/// An HTTP status and a body.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

type PendingResponse = Pin<Box<dyn Future<Output = Response>>>;

/// A message without an answer. It waits for the store or for the merchant's billing.
struct Waiting {
    message: Message,
    pending: PendingResponse,
    /// A fault happened while it waited, so the answer may be 503.
    may_fail: bool,
}

/// An answer that the service gives, and whether a fault permits that it is 503.
pub(crate) type Answered = (Message, Response, bool);

pub(crate) struct Service {
    pub(crate) store: Arc<SimStore>,
    pub(crate) ledger: Ledger,
    merchant: Arc<LedgerMerchant>,
    keyring: Arc<Keyring>,
    waiting: Vec<Waiting>,
    questions: Questions,
}

impl Service {
    pub(crate) fn new(
        setup: &Setup,
        clock: &Clock,
        queue: usize,
        billing: Option<&Arc<Traffic>>,
    ) -> Self {
        let store = Arc::new(SimStore::new(queue).expect("a store in memory"));
        let ledger = Ledger::over(Arc::clone(&store) as Arc<_>);
        if billing.is_none() {
            import_customers(&ledger, &store);
        }
        let questions = Questions::default();
        Self {
            merchant: merchant(setup, clock, &ledger, billing, &questions),
            store,
            ledger,
            keyring: Arc::new(setup.keyring.clone()),
            waiting: Vec::new(),
            questions,
        }
    }

    /// The service starts again after a crash: it remembers nothing.
    pub(crate) fn restart(&mut self, setup: &Setup, clock: &Clock, billing: Option<&Arc<Traffic>>) {
        self.waiting.clear();
        self.questions = Questions::default();
        self.merchant = merchant(setup, clock, &self.ledger, billing, &self.questions);
    }

    /// A message arrives at the address of a method, or at the one for callbacks. `may_fail`: the answer may be 503.
    pub(crate) fn deliver(
        &mut self,
        message: Message,
        method: &str,
        body: Arc<[u8]>,
        may_fail: bool,
    ) {
        let (merchant, keyring) = (Arc::clone(&self.merchant), Arc::clone(&self.keyring));
        let pending = match method {
            _ if matches!(message, Message::Callback { variant: 1, .. }) => {
                Box::pin(async move { serve_callback(&body, &merchant, &keyring).await.into() })
            }
            Kaspi::NAME => at::<Kaspi>(merchant, keyring, body),
            Kassa24::NAME => at::<Kassa24>(merchant, keyring, body),
            Kassa24Bvu::NAME => at::<Kassa24Bvu>(merchant, keyring, body),
            CashinKz::NAME => at::<CashinKz>(merchant, keyring, body),
            _ => at::<QiwiKz>(merchant, keyring, body),
        };
        self.wait(message, pending, may_fail);
    }

    /// An operator imports a payment of an older system.
    pub(crate) fn import(&mut self, message: Message, payment: NewPayment, may_fail: bool) {
        let ledger = self.ledger.clone();
        let now = payment.created_at;
        let import =
            async move { operator_response(ledger.import_payments(vec![payment], now).await) };
        self.wait(message, Box::pin(import), may_fail);
    }

    /// An operator dismisses the callbacks of a payment that is not the merchant's.
    pub(crate) fn dismiss(&mut self, message: Message, payment: &str, now: Millis, may_fail: bool) {
        let ledger = self.ledger.clone();
        let payment = payment.try_into().expect("an id");
        let dismiss = async move {
            let dismissed = ledger
                .dismiss_unmatched(&payment, "not ours".into(), now)
                .await;
            operator_response(dismissed)
        };
        self.wait(message, Box::pin(dismiss), may_fail);
    }

    /// An operator has an entry told to the billing again.
    pub(crate) fn retry(&mut self, message: Message, seq: usize, now: Millis, may_fail: bool) {
        let ledger = self.ledger.clone();
        let seq = i64::try_from(seq).expect("a number of an entry");
        let retry = async move {
            let stream = stream();
            let retried = ledger.retry_delivery(&stream, seq, "it works again".into(), now);
            operator_response(match retried.await {
                // It was delivered meanwhile.
                Err(jetpay_ledger::Error::Resolve(_)) => Ok(()),
                retried => retried,
            })
        };
        self.wait(message, Box::pin(retry), may_fail);
    }

    /// How many messages have no answer yet.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// A fault of the store happened: what waits may fail.
    pub(crate) fn suffered(&mut self) {
        self.waiting.iter_mut().for_each(|it| it.may_fail = true);
    }

    /// Advances what waits as far as possible. Returns the answers.
    pub(crate) fn advance(&mut self) -> Vec<Answered> {
        let mut answered = Vec::new();
        loop {
            let before = answered.len();
            self.waiting.retain_mut(|it| {
                let response = poll_once(it.pending.as_mut());
                let waits = response.is_none();
                answered.extend(response.map(|response| (it.message, response, it.may_fail)));
                waits
            });
            if !self.questions.advance() && answered.len() == before {
                return answered;
            }
        }
    }

    /// The messages that get no answer, because the service crashed.
    pub(crate) fn interrupt(&mut self) -> Vec<Message> {
        self.waiting.drain(..).map(|it| it.message).collect()
    }

    fn wait(&mut self, message: Message, pending: PendingResponse, may_fail: bool) {
        self.waiting.push(Waiting {
            message,
            pending,
            may_fail,
        });
    }
}

/// The merchant of the service, which asks the billing if there is one.
fn merchant(
    setup: &Setup,
    clock: &Clock,
    ledger: &Ledger,
    billing: Option<&Arc<Traffic>>,
    questions: &Questions,
) -> Arc<LedgerMerchant> {
    let config = setup.config(billing.is_some());
    let merchant = LedgerMerchant::new(config, ledger.clone()).with_environment(clock.clone());
    let lookup = billing.and_then(|traffic| {
        let lookup = Lookup::over(config, ledger, Connection(Arc::clone(traffic)))?;
        Some(lookup.with_spawn(questions.spawn()))
    });
    Arc::new(merchant.with_lookup(lookup))
}

/// The questions to the billing, which run beside the messages that wait for them. Clones share them.
#[derive(Clone, Default)]
struct Questions {
    begun: Arc<Mutex<Vec<BoxFuture<'static, ()>>>>,
}

impl Questions {
    fn spawn(&self) -> Spawn {
        let begun = Arc::clone(&self.begun);
        Arc::new(move |question| lock(&begun).push(question))
    }

    /// Advances all of them. Returns whether one ended, or began.
    fn advance(&self) -> bool {
        let mut running = take(&mut *lock(&self.begun));
        let count = running.len();
        running.retain_mut(|question| poll_once(question.as_mut()).is_none());
        let mut begun = lock(&self.begun);
        let changed = running.len() < count || !begun.is_empty();
        running.append(&mut begun);
        *begun = running;
        changed
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn at<M: Method + 'static>(
    merchant: Arc<LedgerMerchant>,
    keyring: Arc<Keyring>,
    body: Arc<[u8]>,
) -> PendingResponse
where
    LedgerMerchant: jetpay_core::Merchant<M>,
{
    Box::pin(async move { serve::<M, _>(&body, &merchant, &keyring).await.into() })
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it takes the result of a call"
)]
fn operator_response<T>(done: Result<T, jetpay_ledger::Error>) -> Response {
    Response {
        status: if done.is_ok() { 200 } else { 503 },
        body: Vec::new(),
    }
}

impl From<Reply> for Response {
    fn from(reply: Reply) -> Self {
        Self {
            status: reply.status,
            body: reply.body,
        }
    }
}
