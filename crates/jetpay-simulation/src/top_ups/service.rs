//! The merchant: the real shop over the real ledger, over a store whose steps are ours. Deliveries are futures that wait
//! for the store's next step; no runtime is needed to poll them.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use jetpay_cashin_kz::CashinKz;
use jetpay_core::serve::{Reply, serve, serve_callback};
use jetpay_core::{Keyring, Method};
use jetpay_kaspi::Kaspi;
use jetpay_kassa24::Kassa24;
use jetpay_kassa24_bvu::Kassa24Bvu;
use jetpay_ledger::sim::{Fault, SimStore};
use jetpay_ledger::{Ledger, Millis, NewPayment, Store};
use jetpay_qiwi_kz::QiwiKz;
use jetpay_server::merchant::LedgerMerchant;

use crate::deterministic::Clock;
use crate::setup::{Setting, customers};
use crate::top_ups::event::Message;

/// What the merchant says: an HTTP status and a body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

type Answering = Pin<Box<dyn Future<Output = Answer>>>;

pub(crate) struct Merchant {
    pub(crate) store: Arc<SimStore>,
    pub(crate) ledger: Ledger,
    shop: Arc<LedgerMerchant>,
    keyring: Arc<Keyring>,
    waiting: Vec<(Message, Answering)>,
}

impl Merchant {
    pub(crate) fn new(
        setting: &Setting,
        clock: &Clock,
        queue: usize,
        between: impl FnOnce(Arc<SimStore>) -> Arc<dyn Store>,
    ) -> Self {
        let store = Arc::new(SimStore::new(queue).expect("a store in memory"));
        let ledger = Ledger::over(between(Arc::clone(&store)));
        let shop =
            LedgerMerchant::new(&setting.config, ledger.clone()).with_environment(clock.clone());
        let mut merchant = Self {
            store,
            ledger,
            shop: Arc::new(shop),
            keyring: Arc::new(setting.keyring.clone()),
            waiting: Vec::new(),
        };
        merchant.open();
        merchant
    }

    /// Puts the customers, before anything can go wrong.
    fn open(&mut self) {
        let ledger = self.ledger.clone();
        let put = async move { of_people(ledger.import_customers(customers()).await) };
        let _ = self.wait(Message::Import(0), Box::pin(put));
        self.store.step(Fault::Commits);
        self.waiting.clear();
    }

    /// A message of the platform has arrived at a method's address, or at the one for callbacks. None: it waits.
    pub(crate) fn take(
        &mut self,
        message: Message,
        method: &str,
        body: Arc<[u8]>,
    ) -> Option<Answer> {
        let (shop, keyring) = (Arc::clone(&self.shop), Arc::clone(&self.keyring));
        let answering = match method {
            _ if matches!(message, Message::Callback { writing: 1, .. }) => {
                Box::pin(async move { serve_callback(&body, &shop, &keyring).await.into() })
            }
            Kaspi::NAME => at::<Kaspi>(shop, keyring, body),
            Kassa24::NAME => at::<Kassa24>(shop, keyring, body),
            Kassa24Bvu::NAME => at::<Kassa24Bvu>(shop, keyring, body),
            CashinKz::NAME => at::<CashinKz>(shop, keyring, body),
            _ => at::<QiwiKz>(shop, keyring, body),
        };
        self.wait(message, answering)
    }

    /// The merchant's people take a payment over from an older system.
    pub(crate) fn import(&mut self, message: Message, payment: NewPayment) -> Option<Answer> {
        let ledger = self.ledger.clone();
        let now = payment.created_at;
        let import = async move { of_people(ledger.import_payments(vec![payment], now).await) };
        self.wait(message, Box::pin(import))
    }

    /// The merchant's people say that a payment is not theirs.
    pub(crate) fn dismiss(
        &mut self,
        message: Message,
        payment: &str,
        now: Millis,
    ) -> Option<Answer> {
        let ledger = self.ledger.clone();
        let payment = payment.try_into().expect("an id");
        let dismiss = async move {
            let dismissed = ledger
                .dismiss_unmatched(&payment, "not ours".into(), now)
                .await;
            of_people(dismissed)
        };
        self.wait(message, Box::pin(dismiss))
    }

    /// How many wait for the store.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Has the store write what waits. What everybody is answered; none: nothing, since the service ended before.
    pub(crate) fn step(&mut self, fate: Fault) -> Vec<(Message, Option<Answer>)> {
        self.store.step(fate);
        let crashed = matches!(fate, Fault::Crashes { .. });
        let answers = self.waiting.drain(..).map(|(message, mut answering)| {
            // A write that was cut off looks like a store that is closed, but by then nobody is there to say so.
            let answer = poll(&mut answering).filter(|answer| !(crashed && answer.status == 503));
            (message, answer)
        });
        answers.collect()
    }

    fn wait(&mut self, message: Message, mut answering: Answering) -> Option<Answer> {
        let answer = poll(&mut answering);
        if answer.is_none() {
            self.waiting.push((message, answering));
        }
        answer
    }
}

fn at<M: Method + 'static>(
    shop: Arc<LedgerMerchant>,
    keyring: Arc<Keyring>,
    body: Arc<[u8]>,
) -> Answering
where
    LedgerMerchant: jetpay_core::Merchant<M>,
{
    Box::pin(async move { serve::<M, _>(&body, &shop, &keyring).await.into() })
}

fn poll(answering: &mut Answering) -> Option<Answer> {
    match answering
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(answer) => Some(answer),
        Poll::Pending => None,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "a result is told once")]
fn of_people<T>(done: Result<T, jetpay_ledger::Error>) -> Answer {
    Answer {
        status: if done.is_ok() { 200 } else { 503 },
        body: Vec::new(),
    }
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self {
            status: reply.status,
            body: reply.body,
        }
    }
}
