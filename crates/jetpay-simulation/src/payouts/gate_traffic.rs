//! What goes from the servers to the Gate, and back: requests wait here until the world carries them.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use jetpay_core::Keyring;
use jetpay_core::payout::Payouts;
use jetpay_core::signature::sign;
use jetpay_ledger::payout::{Lease, SendOutcome, StatusAnswer};
use jetpay_qiwi_kz::QiwiKz;
use jetpay_server::payouts::Gateway;
use serde_json::json;

use super::event::NOTHING;
use super::gate_answer::{self, Answer};

/// A request to the Gate.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) server: usize,
    pub(super) id: Arc<str>,
    pub(super) is_send: bool,
    pub(super) body: Arc<[u8]>,
    /// What is on its way back.
    pub(super) coming: Option<Answer>,
    /// What the server has.
    answer: Option<Answer>,
    /// Its place in what was said about its payout.
    place: usize,
    /// When it left, and how much the Gate had seen by then.
    pub(super) left_at: i64,
    pub(super) seen_before: usize,
}

/// What was said about a payout, as the servers know it.
enum Said {
    Sent,
    Asked,
    /// The answer to the request with this number, and whether it lets the id be sent again.
    Heard {
        ticket: usize,
        lets_again: bool,
    },
}

/// All requests, and what was said.
#[derive(Default)]
pub(super) struct Post(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    requests: Vec<Request>,
    /// Those that nobody has carried yet.
    new: Vec<usize>,
    /// What servers heard since somebody looked.
    heard: Vec<(usize, &'static str)>,
    said: BTreeMap<Arc<str>, Vec<Said>>,
}

impl Post {
    /// The requests that left since the last call.
    pub(super) fn departures(&self) -> Vec<usize> {
        std::mem::take(&mut self.lock().new)
    }

    /// The answers that servers heard since the last call.
    pub(super) fn hearings(&self) -> Vec<(usize, &'static str)> {
        std::mem::take(&mut self.lock().heard)
    }

    pub(super) fn request(&self, ticket: usize) -> Request {
        self.lock().requests[ticket].clone()
    }

    pub(super) fn change(&self, ticket: usize, change: impl FnOnce(&mut Request)) {
        change(&mut self.lock().requests[ticket]);
    }

    /// The server has an answer, unless it has one.
    pub(super) fn deliver(&self, ticket: usize, answer: Answer) -> bool {
        let request = &mut self.lock().requests[ticket];
        let first = request.answer.is_none();
        request.answer.get_or_insert(answer);
        first
    }

    /// How often a payout has left.
    pub(super) fn sends(&self, id: &str) -> usize {
        let inner = self.lock();
        let said = inner.said.get(id).into_iter().flatten();
        said.filter(|said| matches!(said, Said::Sent)).count()
    }

    /// Whether a payout might leave when it did: for the first time, or after the answer to a request that had left
    /// with its last send, or after it, let it be sent again.
    pub(super) fn might_leave(&self, ticket: usize) -> bool {
        let inner = self.lock();
        let request = &inner.requests[ticket];
        let before = &inner.said[&request.id][..request.place];
        let last = before.iter().rposition(|said| matches!(said, Said::Sent));
        last.is_none_or(|last| {
            before[last..].iter().any(|said| match said {
                Said::Heard { ticket, lets_again } => {
                    *lets_again && inner.requests[*ticket].place >= last
                }
                Said::Sent | Said::Asked => false,
            })
        })
    }

    /// Whether a server still waits for the answer to another send of this payout that left since then.
    pub(super) fn is_being_sent(&self, ticket: usize, since: i64) -> bool {
        let inner = self.lock();
        let id = &inner.requests[ticket].id;
        let before = inner.requests[..ticket].iter().rev();
        let mut recent = before.take_while(|request| request.left_at > since);
        recent.any(|request| request.is_send && request.id == *id && request.answer.is_none())
    }

    /// A server crashed: nobody waits for its answers any more.
    pub(super) fn abandon(&self, server: usize) {
        for request in &mut self.lock().requests {
            if request.server == server {
                request.answer.get_or_insert(Answer::Nothing);
            }
        }
    }

    fn leave(&self, server: usize, payout: &Lease, is_send: bool, body: Vec<u8>) -> usize {
        let mut inner = self.lock();
        let id: Arc<str> = payout.payment_id.as_str().into();
        let said = inner.said.entry(Arc::clone(&id)).or_default();
        let place = said.len();
        said.push(if is_send { Said::Sent } else { Said::Asked });
        let ticket = inner.requests.len();
        inner.requests.push(Request {
            server,
            id,
            is_send,
            body: body.into(),
            coming: None,
            answer: None,
            place,
            left_at: 0,
            seen_before: 0,
        });
        inner.new.push(ticket);
        ticket
    }

    fn hear(&self, ticket: usize, lets_again: bool, word: &'static str) {
        let mut inner = self.lock();
        let id = Arc::clone(&inner.requests[ticket].id);
        let said = inner.said.entry(id).or_default();
        said.push(Said::Heard { ticket, lets_again });
        inner.heard.push((ticket, word));
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A server's way to the Gate.
pub(super) struct Wire {
    pub(super) server: usize,
    pub(super) post: Arc<Post>,
    pub(super) keyring: Arc<Keyring>,
}

impl Wire {
    async fn exchange(&self, payout: &Lease, is_send: bool, body: &[u8]) -> (usize, Answer) {
        let project = self
            .keyring
            .project(payout.project_id)
            .expect("our project");
        let key = project.keys().first().expect("it has a secret");
        let signed = sign(body, key).expect("a request can be signed");
        let ticket = self.post.leave(self.server, payout, is_send, signed);
        let answer = poll_fn(|_| {
            let answer = self.post.lock().requests[ticket].answer.clone();
            answer.map_or(Poll::Pending, Poll::Ready)
        });
        (ticket, answer.await)
    }
}

impl Gateway for Wire {
    async fn send(&self, payout: &Lease) -> SendOutcome {
        let request = payout.request.as_deref().unwrap_or_default();
        let (ticket, answer) = self.exchange(payout, true, request.as_bytes()).await;
        let outcome = gate_answer::of_send(&answer);
        let word = match &outcome {
            SendOutcome::Accepted { .. } => "that it is accepted",
            SendOutcome::Rejected { .. } => "that it is rejected",
            SendOutcome::NotNow { .. } => "that it is not taken now",
            SendOutcome::Unknown { .. } => NOTHING,
        };
        self.post
            .hear(ticket, gate_answer::send_lets_again(&outcome), word);
        outcome
    }

    async fn status(&self, payout: &Lease) -> StatusAnswer {
        let general = json!({"project_id": payout.project_id, "payment_id": payout.payment_id});
        let question = json!({"general": general}).to_string();
        let (ticket, answer) = self.exchange(payout, false, question.as_bytes()).await;
        let answer = gate_answer::of_ask(&answer);
        let word = match &answer {
            StatusAnswer::Found(_) => "where it stands",
            StatusAnswer::NotFound => "that it is not known",
            StatusAnswer::Unanswered { .. } => NOTHING,
        };
        self.post
            .hear(ticket, gate_answer::ask_lets_again(&answer), word);
        answer
    }
}

/// Where requests of this kind go.
pub(super) fn path(is_send: bool) -> &'static str {
    if is_send {
        QiwiKz::PATH
    } else {
        "/v2/payment/status"
    }
}
