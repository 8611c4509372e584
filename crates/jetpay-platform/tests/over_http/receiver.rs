//! A merchant that receives the callbacks of a Gate.

use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::merchant::{Answer, Incoming, serve_by};

/// How slow the slow answers are.
pub(crate) const SLOW: Duration = Duration::from_secs(15);

/// An endpoint that records what it gets until the test ends.
pub(crate) struct Receiver {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Incoming>>>,
}

impl Receiver {
    /// Answers with these statuses, in order. The last one is repeated.
    pub(crate) fn answering(statuses: &'static [u16]) -> Self {
        Self::start(move |number, _| {
            let last = statuses.len() - 1;
            Answer::new(statuses[number.min(last)], "")
        })
    }

    /// Acknowledges everything, and the callbacks of this payout slowly.
    pub(crate) fn slow_with(payment_id: &'static str) -> Self {
        Self::start(move |_, callback| Answer {
            wait: SLOW * u32::from(callback.at("/payment/id") == payment_id),
            ..Answer::new(200, "")
        })
    }

    /// `answer` gets the number of earlier callbacks, and the callback.
    fn start(answer: impl Fn(usize, &Incoming) -> Answer + Clone + Send + Sync + 'static) -> Self {
        let received = Arc::<Mutex<Vec<Incoming>>>::default();
        let log = Arc::clone(&received);
        let url = serve_by(move |callback| {
            let mut log = log.lock().unwrap();
            let answer = answer(log.len(), &callback);
            log.push(callback);
            ready(answer)
        });
        Self { url, received }
    }

    pub(crate) fn bodies(&self) -> Vec<Vec<u8>> {
        let received = self.received.lock().unwrap();
        received.iter().map(|it| it.body.clone()).collect()
    }

    /// `payment.status` of each callback.
    pub(crate) fn statuses(&self) -> Vec<String> {
        let received = self.received.lock().unwrap();
        let statuses = received.iter().map(|it| it.at("/payment/status"));
        statuses.map(|it| it.as_str().unwrap().to_owned()).collect()
    }

    /// Waits until this many callbacks have come.
    pub(crate) async fn received(&self, count: usize) {
        let enough = async {
            while self.bodies().len() < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(20), enough).await;
        waited.unwrap_or_else(|_| panic!("{} of {count} callbacks came", self.bodies().len()));
    }
}
