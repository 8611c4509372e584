//! The service: the real merchant of `jetpay-server` over the real ledger. The simulation decides when the store
//! commits. A delivery is a future that waits for the store's next step; it needs no runtime.

use std::pin::Pin;
use std::sync::Arc;

use jetpay_cashin_kz::CashinKz;
use jetpay_core::serve::{Reply, serve, serve_callback};
use jetpay_core::{Keyring, Method};
use jetpay_kaspi::Kaspi;
use jetpay_kassa24::Kassa24;
use jetpay_kassa24_bvu::Kassa24Bvu;
use jetpay_ledger::sim::{Fault, SimStore};
use jetpay_ledger::{Ledger, Millis, NewPayment};
use jetpay_qiwi_kz::QiwiKz;
use jetpay_server::merchant::LedgerMerchant;

use crate::deterministic::{Clock, poll_once};
use crate::setup::{Setup, import_customers};
use crate::top_ups::event::Message;

/// An HTTP status and a body.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

type PendingResponse = Pin<Box<dyn Future<Output = Response>>>;

pub(crate) struct Service {
    pub(crate) store: Arc<SimStore>,
    pub(crate) ledger: Ledger,
    merchant: Arc<LedgerMerchant>,
    keyring: Arc<Keyring>,
    waiting: Vec<(Message, PendingResponse)>,
}

impl Service {
    pub(crate) fn new(setup: &Setup, clock: &Clock, queue: usize) -> Self {
        let store = Arc::new(SimStore::new(queue).expect("a store in memory"));
        let ledger = Ledger::over(Arc::clone(&store) as Arc<_>);
        let merchant =
            LedgerMerchant::new(&setup.config, ledger.clone()).with_environment(clock.clone());
        import_customers(&ledger, &store);
        Self {
            store,
            ledger,
            merchant: Arc::new(merchant),
            keyring: Arc::new(setup.keyring.clone()),
            waiting: Vec::new(),
        }
    }

    /// A message arrives at the address of a method, or at the one for callbacks. None: the answer waits for the
    /// store.
    pub(crate) fn deliver(
        &mut self,
        message: Message,
        method: &str,
        body: Arc<[u8]>,
    ) -> Option<Response> {
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
        self.wait(message, pending)
    }

    /// An operator imports a payment of an older system.
    pub(crate) fn import(&mut self, message: Message, payment: NewPayment) -> Option<Response> {
        let ledger = self.ledger.clone();
        let now = payment.created_at;
        let import =
            async move { operator_response(ledger.import_payments(vec![payment], now).await) };
        self.wait(message, Box::pin(import))
    }

    /// An operator dismisses the callbacks of a payment that is not the merchant's.
    pub(crate) fn dismiss(
        &mut self,
        message: Message,
        payment: &str,
        now: Millis,
    ) -> Option<Response> {
        let ledger = self.ledger.clone();
        let payment = payment.try_into().expect("an id");
        let dismiss = async move {
            let dismissed = ledger
                .dismiss_unmatched(&payment, "not ours".into(), now)
                .await;
            operator_response(dismissed)
        };
        self.wait(message, Box::pin(dismiss))
    }

    /// How many deliveries wait for the store.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Lets the store write what waits. Returns the answer to each delivery; none if the service crashed first.
    pub(crate) fn step(&mut self, fault: Fault) -> Vec<(Message, Option<Response>)> {
        self.store.step(fault);
        let crashed = matches!(fault, Fault::Crashes { .. });
        let responses = self.waiting.drain(..).map(|(message, mut pending)| {
            // An interrupted write looks like a closed store, but a crashed service cannot answer.
            let response =
                poll_once(pending.as_mut()).filter(|response| !(crashed && response.status == 503));
            (message, response)
        });
        responses.collect()
    }

    fn wait(&mut self, message: Message, mut pending: PendingResponse) -> Option<Response> {
        let response = poll_once(pending.as_mut());
        if response.is_none() {
            self.waiting.push((message, pending));
        }
        response
    }
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
