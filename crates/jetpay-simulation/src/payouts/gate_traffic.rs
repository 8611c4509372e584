//! The requests between servers and Gate. They wait here until the simulation carries them. A ticket is the number of
//! a request.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use jetpay_core::Keyring;
use jetpay_core::payout::Payouts;
use jetpay_core::signature::sign;
use jetpay_core::status::PaymentStatus;
use jetpay_ledger::payout::{Lease, SendOutcome, StatusAnswer};
use jetpay_qiwi_kz::QiwiKz;
use jetpay_server::payouts::Gateway;
use serde_json::json;

use super::gate_answer::{self, GateAnswer, MISSING};

/// What a server learned from an answer, in words.
pub(super) type Learned = Option<&'static str>;

pub(super) const REJECTED: &str = "that it is rejected";

/// A request to the Gate, and its answer.
#[derive(Clone)]
pub(super) struct Exchange {
    pub(super) server: usize,
    pub(super) id: Arc<str>,
    pub(super) is_send: bool,
    pub(super) body: Arc<[u8]>,
    /// The answer on its way to the server.
    pub(super) answer_on_way: Option<GateAnswer>,
    /// The answer that the server has received.
    answer: Option<GateAnswer>,
    /// A send could leave: it was the first, or a server had received a permission to send again.
    pub(super) permitted: bool,
    /// When the request left, and how many requests the Gate had received by then.
    pub(super) left_at: i64,
    pub(super) log_length: usize,
}

/// The sends of a payout, as the servers know them.
#[derive(Default)]
struct Sends {
    count: usize,
    /// The ticket of the last one.
    last: usize,
    /// A server received the answer to the last send, or to a request that left after it, and it permits another send.
    permits_another: bool,
}

/// All requests, and the sends of each payout.
#[derive(Default)]
pub(super) struct GateTraffic(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    exchanges: Vec<Exchange>,
    /// Requests that the simulation has not carried yet.
    departures: Vec<usize>,
    /// Answers that servers received since the last call of [`GateTraffic::take_answers`].
    answers: Vec<(usize, Learned)>,
    sends: BTreeMap<Arc<str>, Sends>,
}

impl GateTraffic {
    /// The requests that left since the last call.
    pub(super) fn take_departures(&self) -> Vec<usize> {
        std::mem::take(&mut self.lock().departures)
    }

    /// The answers that servers received since the last call.
    pub(super) fn take_answers(&self) -> Vec<(usize, Learned)> {
        std::mem::take(&mut self.lock().answers)
    }

    pub(super) fn exchange(&self, ticket: usize) -> Exchange {
        self.lock().exchanges[ticket].clone()
    }

    pub(super) fn change(&self, ticket: usize, change: impl FnOnce(&mut Exchange)) {
        change(&mut self.lock().exchanges[ticket]);
    }

    /// Gives the server an answer. False if it already has one.
    pub(super) fn deliver(&self, ticket: usize, answer: GateAnswer) -> bool {
        let exchange = &mut self.lock().exchanges[ticket];
        let first = exchange.answer.is_none();
        exchange.answer.get_or_insert(answer);
        first
    }

    /// How often servers have sent the payout.
    pub(super) fn sends(&self, id: &str) -> usize {
        self.lock().sends.get(id).map_or(0, |sends| sends.count)
    }

    /// Whether a server still waits for the answer to another send of this payout that left after `since`.
    pub(super) fn has_pending_send(&self, ticket: usize, since: i64) -> bool {
        let inner = self.lock();
        let id = &inner.exchanges[ticket].id;
        let before = inner.exchanges[..ticket].iter().rev();
        let mut recent = before.take_while(|exchange| exchange.left_at > since);
        recent.any(|exchange| exchange.is_send && exchange.id == *id && exchange.answer.is_none())
    }

    /// A crashed server no longer waits for answers.
    pub(super) fn abandon_server(&self, server: usize) {
        for exchange in &mut self.lock().exchanges {
            if exchange.server == server {
                exchange.answer.get_or_insert(MISSING);
            }
        }
    }

    fn depart(&self, server: usize, payout: &Lease, is_send: bool, body: Vec<u8>) -> usize {
        let mut inner = self.lock();
        let id: Arc<str> = payout.payment_id.as_str().into();
        let ticket = inner.exchanges.len();
        let sends = inner.sends.entry(Arc::clone(&id)).or_default();
        let permitted = sends.count == 0 || sends.permits_another;
        if is_send {
            (sends.count, sends.last) = (sends.count + 1, ticket);
            sends.permits_another = false;
        }
        inner.exchanges.push(Exchange {
            server,
            id,
            is_send,
            body: body.into(),
            answer_on_way: None,
            answer: None,
            permitted,
            left_at: 0,
            log_length: 0,
        });
        inner.departures.push(ticket);
        ticket
    }

    fn record_answer(&self, ticket: usize, permits_resend: bool, learned: Learned) {
        let mut inner = self.lock();
        let id = Arc::clone(&inner.exchanges[ticket].id);
        let sends = inner.sends.entry(id).or_default();
        sends.permits_another |= permits_resend && ticket >= sends.last;
        inner.answers.push((ticket, learned));
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A server's connection to the Gate.
pub(super) struct ServerGateway {
    pub(super) server: usize,
    pub(super) traffic: Arc<GateTraffic>,
    pub(super) keyring: Arc<Keyring>,
}

impl ServerGateway {
    async fn exchange(&self, payout: &Lease, is_send: bool, body: &[u8]) -> (usize, GateAnswer) {
        let project = self
            .keyring
            .project(payout.project_id)
            .expect("a project of the merchant");
        let key = project.keys().first().expect("it has a secret");
        let signed = sign(body, key).expect("a request can be signed");
        let ticket = self.traffic.depart(self.server, payout, is_send, signed);
        let answer = poll_fn(|_| {
            let answer = self.traffic.lock().exchanges[ticket].answer.clone();
            answer.map_or(Poll::Pending, Poll::Ready)
        });
        (ticket, answer.await)
    }
}

impl Gateway for ServerGateway {
    async fn send(&self, payout: &Lease) -> SendOutcome {
        let request = payout.request.as_deref().unwrap_or_default();
        let (ticket, answer) = self.exchange(payout, true, request.as_bytes()).await;
        let outcome = gate_answer::send_outcome(&answer);
        let (learned, permits_resend) = match &outcome {
            SendOutcome::Accepted { .. } => (Some("that it is accepted"), false),
            SendOutcome::Rejected { .. } => (Some(REJECTED), false),
            SendOutcome::NotNow { .. } => (Some("that it is not taken now"), true),
            SendOutcome::Unknown { .. } => (None, false),
        };
        self.traffic.record_answer(ticket, permits_resend, learned);
        outcome
    }

    async fn status(&self, payout: &Lease) -> StatusAnswer {
        let general = json!({"project_id": payout.project_id, "payment_id": payout.payment_id});
        let query = json!({"general": general}).to_string();
        let (ticket, answer) = self.exchange(payout, false, query.as_bytes()).await;
        let answer = gate_answer::status_answer(&answer);
        let (learned, permits_resend) = match &answer {
            StatusAnswer::Found(status) => {
                let ended_with_error = status.payment_status == PaymentStatus::Error;
                (Some("its status"), ended_with_error)
            }
            StatusAnswer::NotFound => (Some("that the Gate does not know it"), true),
            StatusAnswer::Unanswered { .. } => (None, false),
        };
        self.traffic.record_answer(ticket, permits_resend, learned);
        answer
    }
}

/// The path of the request.
pub(super) fn path(is_send: bool) -> &'static str {
    if is_send {
        QiwiKz::PATH
    } else {
        "/v2/payment/status"
    }
}
