//! The merchant's system as a look-up knows it: a question, its answer or why there is none, and how many are asked at a time.

use std::time::{Duration, Instant};

use actix_web::rt::time::timeout;
use futures_util::future::BoxFuture;
use jetpay_billing::Failure;
use jetpay_core::id::{CustomerId, ProjectId};
use jetpay_ledger::Millis;
use tokio::sync::Semaphore;

use crate::customer::CustomerBody;

/// A question about a customer.
#[derive(Clone)]
pub struct Question {
    /// The account, as the payer typed it.
    pub customer_id: CustomerId,
    /// The project through which the payer came.
    pub project_id: ProjectId,
    /// The payment method through which the payer came, such as `kaspi`.
    pub method: &'static str,
    /// When it is asked.
    pub asked_at: Millis,
}

/// The merchant's own system.
pub trait Billing: Send + Sync + 'static {
    /// Asks about a customer. It ends in time by itself.
    fn ask<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Found, Failed>>;
}

/// An answer.
pub enum Found {
    /// The customer exists.
    Customer(CustomerBody),
    /// There is no such customer.
    Unknown,
}

/// Why there is no answer. It never means that the customer is unknown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failed {
    /// The system was asked.
    #[error(transparent)]
    Billing(#[from] Failure),
    /// The question did not get its turn in time.
    #[error("as many questions as max_in_flight permits were in flight all the time")]
    Busy,
    /// The system did not answer of late, and is not asked for some seconds.
    #[error("it did not answer of late, and is asked again in a few seconds")]
    Resting,
    /// The question ended without a result, because the service stops or has a bug.
    #[error("the question was broken off")]
    Lost,
}

impl Failed {
    /// The reason as metrics and the log name it.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Billing(failure) => match failure {
                Failure::TimedOut => "timeout",
                Failure::NotConnected(_) | Failure::Broken(_) => "connection",
                Failure::Status(_) => "status",
                Failure::Unreadable(_) => "unreadable",
                Failure::Said(_) => "said",
                Failure::NotNow(_) => "not_now",
            },
            Self::Busy => "busy",
            Self::Resting => "breaker",
            Self::Lost => "lost",
        }
    }

    /// Whether the system knows the customer, and refuses payments to it.
    pub(crate) fn refuses(&self) -> bool {
        matches!(self, Self::Billing(Failure::Said(_)))
    }

    /// Whether the system as a whole seems to be away. One that says no works.
    pub(super) fn is_outage(&self) -> bool {
        match self {
            Self::Billing(failure) => !matches!(failure, Failure::Said(_) | Failure::NotNow(_)),
            Self::Busy | Self::Resting | Self::Lost => false,
        }
    }
}

/// A system that is asked so many questions at a time, each of which ends in time, waiting for its turn included.
pub(super) struct Limited<B> {
    billing: B,
    timeout: Duration,
    turns: Semaphore,
}

impl<B: Billing> Limited<B> {
    pub(super) fn new(billing: B, timeout: Duration, max_in_flight: usize) -> Self {
        Self {
            billing,
            timeout,
            turns: Semaphore::new(max_in_flight),
        }
    }
}

impl<B: Billing> Billing for Limited<B> {
    fn ask<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Found, Failed>> {
        Box::pin(async move {
            let (began, mut has_turn) = (Instant::now(), false);
            let asked = timeout(self.timeout, async {
                let _turn = self.turns.acquire().await;
                // All that began together get a turn when the first of them gives up, which is too late.
                if began.elapsed() >= self.timeout {
                    return Err(Failed::Busy);
                }
                has_turn = true;
                self.billing.ask(question).await
            });
            match (asked.await, has_turn) {
                (Ok(found), _) => found,
                (Err(_), true) => Err(Failure::TimedOut.into()),
                (Err(_), false) => Err(Failed::Busy),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use futures_util::future::join_all;

    use super::*;

    /// Answers after this time. Counts the questions in flight.
    struct Slow {
        after: Duration,
        in_flight: AtomicUsize,
        most: AtomicUsize,
    }

    impl Billing for Slow {
        fn ask<'a>(&'a self, _: &'a Question) -> BoxFuture<'a, Result<Found, Failed>> {
            Box::pin(async move {
                let in_flight = self.in_flight.fetch_add(1, Relaxed) + 1;
                self.most.fetch_max(in_flight, Relaxed);
                actix_web::rt::time::sleep(self.after).await;
                self.in_flight.fetch_sub(1, Relaxed);
                Ok(Found::Unknown)
            })
        }
    }

    /// Asks so many questions at once; how many ended in which way, and the most that were in flight.
    async fn ask(count: usize, after: u64, timeout: u64, turns: usize) -> ([usize; 3], usize) {
        let slow = Slow {
            after: Duration::from_millis(after),
            in_flight: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        };
        let limited = Limited::new(slow, Duration::from_millis(timeout), turns);
        let question = Question {
            customer_id: CustomerId::new("7").unwrap(),
            project_id: 1.into(),
            method: "kaspi",
            asked_at: Millis(0),
        };
        let found = join_all((0..count).map(|_| limited.ask(&question))).await;
        let timed_out = Failed::Billing(Failure::TimedOut);
        let of =
            |is: &dyn Fn(&Result<Found, Failed>) -> bool| found.iter().filter(|it| is(it)).count();
        let counts = [
            of(&|found| found.is_ok()),
            of(&|found| found.as_ref().err() == Some(&timed_out)),
            of(&|found| found.as_ref().err() == Some(&Failed::Busy)),
        ];
        (counts, limited.billing.most.load(Relaxed))
    }

    #[actix_web::test]
    async fn questions_wait_for_their_turn_and_the_time_limit_is_for_the_waiting_too() {
        // Ten rounds of 20 ms fit into the time limit.
        assert_eq!(ask(20, 20, 20_000, 2).await, ([20, 0, 0], 2));
        // No question is answered in time: two have their turn, the others wait in vain.
        assert_eq!(ask(20, 20_000, 50, 2).await, ([0, 2, 18], 2));
    }
}
