//! The requests between the service and the merchant's billing. They wait here until the simulation carries them. A ticket is
//! the number of a request.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jetpay_billing::Failure;
use jetpay_billing::dialect::{Body, Query};
use tokio::sync::oneshot;

/// Who asks or tells, and what about.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    /// A look-up of the customer with this id.
    Question(String),
    /// A delivery by the teller of this number.
    Pay { teller: usize, seq: i64 },
}

/// What comes back.
#[derive(Clone, Debug)]
pub(crate) enum Wire {
    Answer {
        status: u16,
        content_type: Option<String>,
        body: Vec<u8>,
    },
    NotConnected,
    Broken,
    TimedOut,
}

impl Wire {
    /// The HTTP status, or what came instead of an answer.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Answer { status, .. } => format!("HTTP {status}"),
            other => format!("{other:?}"),
        }
    }

    /// The body of an answer that can be one.
    pub(super) fn body(&self) -> Result<Body<'_>, Failure> {
        match self {
            Self::Answer {
                status: 200,
                content_type,
                body,
            } => Ok(Body::new(body, content_type.as_deref())),
            Self::Answer { status, .. } => Err(Failure::Status(*status)),
            Self::NotConnected => Err(Failure::NotConnected("refused".into())),
            Self::Broken => Err(Failure::Broken("reset".into())),
            Self::TimedOut => Err(Failure::TimedOut),
        }
    }
}

/// What the service learned about an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Learned {
    Exists,
    Unknown,
    /// It takes no payments.
    Refuses,
    Nothing,
}

/// A request, and where its answer goes.
struct Exchange {
    request: Request,
    query: Arc<str>,
    /// The answer on its way to the service.
    on_way: Option<Wire>,
    /// `None`: the service has an answer, or waits no longer.
    waits: Option<oneshot::Sender<Wire>>,
}

/// All requests.
#[derive(Default)]
pub(crate) struct Traffic(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    exchanges: Vec<Exchange>,
    /// Requests that the simulation has not carried yet.
    departures: Vec<usize>,
    /// The entries of which the service learned that they are delivered, by `seq`.
    delivered: BTreeSet<i64>,
    /// What the service learned about accounts since the last call of [`Traffic::take_learned`].
    learned: Vec<(String, Learned)>,
}

impl Traffic {
    /// The requests that left since the last call.
    pub(crate) fn take_departures(&self) -> Vec<usize> {
        std::mem::take(&mut self.lock().departures)
    }

    /// The request with this ticket: what it is, and its parameters.
    pub(crate) fn request(&self, ticket: usize) -> (Request, Arc<str>) {
        let inner = self.lock();
        let exchange = &inner.exchanges[ticket];
        (exchange.request.clone(), Arc::clone(&exchange.query))
    }

    /// What the service learned about accounts since the last call.
    pub(crate) fn take_learned(&self) -> Vec<(String, Learned)> {
        std::mem::take(&mut self.lock().learned)
    }

    /// Whether the service learned that the billing has this entry.
    pub(crate) fn is_delivered(&self, seq: i64) -> bool {
        self.lock().delivered.contains(&seq)
    }

    /// An answer is on its way.
    pub(crate) fn answer(&self, ticket: usize, wire: Wire) {
        self.lock().exchanges[ticket].on_way = Some(wire);
    }

    /// Gives the service the answer that was on its way; without one, the service stops waiting. Returns what the service
    /// learned; `None` if it waited no longer.
    pub(crate) fn arrive(&self, ticket: usize) -> Option<Wire> {
        let exchange = &mut self.lock().exchanges[ticket];
        let waits = exchange.waits.take()?;
        let wire = exchange.on_way.take().unwrap_or(Wire::TimedOut);
        waits.send(wire.clone()).ok().map(|()| wire)
    }

    pub(super) fn depart(&self, request: Request, query: &Query<'_>) -> oneshot::Receiver<Wire> {
        let mut inner = self.lock();
        let (waits, answer) = oneshot::channel();
        let ticket = inner.exchanges.len();
        inner.exchanges.push(Exchange {
            request,
            query: text(query).into(),
            on_way: None,
            waits: Some(waits),
        });
        inner.departures.push(ticket);
        answer
    }

    /// The service learned something about an account.
    pub(super) fn learn(&self, account: &str, learned: Learned) {
        self.lock().learned.push((account.to_owned(), learned));
    }

    /// The service learned that the billing has this entry.
    pub(super) fn deliver(&self, seq: i64) {
        self.lock().delivered.insert(seq);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The parameters as they are on the wire. Nothing in them needs an escape.
fn text(query: &Query<'_>) -> String {
    let pairs: Vec<_> = query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}
