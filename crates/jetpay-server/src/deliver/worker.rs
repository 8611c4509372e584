//! The workers of the service: each drives one stream.

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt;
use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use jetpay_billing::client::NoClient;
use jetpay_ledger::{DeliveryStream, Feed, Ledger};
use tokio::sync::watch;

use super::{Driver, HttpReceiver, Receiver, Settings, unconfigured};
use crate::config::DeliverConfig;
use crate::environment::Environment;

/// The time limit of an attempt.
pub(crate) const ATTEMPT: Duration = Duration::from_secs(15);
/// With reading from the store, which takes time too.
pub(crate) const ATTEMPT_LIMIT: Duration = Duration::from_secs(20);
/// The pause before a worker that failed starts again.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// The longest pause of a worker.
const LONGEST: Duration = Duration::from_secs(60);

/// Tells the workers of this process what happened. What other servers do they find out by themselves, later.
#[derive(Clone)]
pub(crate) struct Wake(Arc<watch::Sender<u64>>);

impl Wake {
    pub(crate) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    /// An entry was stored.
    pub(crate) fn has_news(&self) {
        if self.0.receiver_count() > 0 {
            self.0.send_modify(|_| {});
        }
    }

    /// A person changed the items that wait.
    pub(crate) fn was_changed(&self) {
        self.0.send_modify(|changes| *changes += 1);
    }
}

/// Delivers every stream of the configuration.
pub(crate) struct Workers<R> {
    ledger: Ledger,
    environment: Arc<dyn Environment>,
    streams: Vec<(DeliveryStream, Settings, Arc<R>)>,
    wake: Wake,
}

impl Workers<HttpReceiver> {
    /// The workers of these endpoints.
    ///
    /// # Errors
    /// When this machine has no certificates for a connection to an endpoint.
    pub(crate) fn new(
        endpoints: &[DeliverConfig],
        ledger: &Ledger,
        environment: Arc<dyn Environment>,
        wake: &Wake,
    ) -> Result<Self, NoClient> {
        let mut streams = Vec::new();
        for endpoint in endpoints {
            let receiver = Arc::new(HttpReceiver::new(endpoint, ledger, ATTEMPT)?);
            let settings = Settings {
                parallel: endpoint.parallel(),
                attempt_limit: ATTEMPT_LIMIT,
                projects: endpoint.projects.clone(),
            };
            for (feed, is_wanted) in [(Feed::Entries, true), (Feed::Alarms, endpoint.alarms)] {
                let name = endpoint.name.clone();
                let stream = (DeliveryStream { name, feed }, settings.clone());
                streams.extend(is_wanted.then(|| (stream.0, stream.1, Arc::clone(&receiver))));
            }
        }
        Ok(Self {
            ledger: ledger.clone(),
            environment,
            streams,
            wake: wake.clone(),
        })
    }
}

impl<R: Receiver + 'static> Workers<R> {
    /// Makes sure that every stream is there before anything is credited, and takes them over from a process that ended, also
    /// those that the configuration lacks: a person can then skip what waits there. If the store is away, the workers do it when
    /// it is there.
    pub(crate) async fn begin(&self) {
        let begin = async {
            let streams = self.streams.iter().map(|(stream, ..)| stream.clone());
            let mut streams: Vec<_> = streams.collect();
            let others = unconfigured(&self.ledger, |it| streams.contains(it)).await?;
            streams.extend(others.into_iter().map(|it| it.stream));
            self.ledger.begin_deliveries(&streams).await
        };
        if let Err(error) = begin.await {
            tracing::debug!("cannot begin the deliveries now: {error}");
        }
    }

    /// Works until `ending` is true, then finishes and records what is being sent. A worker that panics starts again.
    pub(crate) async fn run(self, ending: watch::Receiver<bool>) {
        let workers = Arc::new(self);
        let each = (0..workers.streams.len()).map(|index| {
            let (workers, ending) = (Arc::clone(&workers), ending.clone());
            async move {
                let work = || rt::spawn(Arc::clone(&workers).work(index, ending.clone()));
                while let Err(error) = work().await {
                    let name = &workers.streams[index].0.name;
                    tracing::error!("the deliveries to {name} failed and start again: {error}");
                    rt::time::sleep(AFTER_FAILURE).await;
                }
            }
        });
        join_all(each).await;
    }

    async fn work(self: Arc<Self>, index: usize, mut ending: watch::Receiver<bool>) {
        let (stream, settings, receiver) = &self.streams[index];
        let mut driver = Driver::new(
            self.ledger.clone(),
            Arc::clone(receiver),
            Arc::clone(&self.environment),
            stream.clone(),
            settings.clone(),
        );
        let mut news = self.wake.0.subscribe();
        let mut changes = *news.borrow_and_update();
        let mut actions = FuturesUnordered::new();
        let mut ends = false;
        loop {
            if !ends && *ending.borrow_and_update() {
                ends = true;
                driver.end();
            }
            while let Some(action) = driver.next() {
                actions.push(action);
            }
            if driver.has_ended() {
                return;
            }
            let now = self.environment.now();
            let pause = driver.wakes_at().map_or(LONGEST, |at| {
                let pause = u64::try_from(at.0.saturating_sub(now.0)).unwrap_or_default();
                Duration::from_millis(pause).min(LONGEST)
            });
            tokio::select! {
                Some(event) = actions.next() => driver.take(event),
                end = ending.changed(), if !ends => if end.is_err() {
                    ends = true;
                    driver.end();
                },
                Ok(()) = news.changed() => {
                    let seen = *news.borrow_and_update();
                    if seen == changes {
                        driver.has_news();
                    } else {
                        changes = seen;
                        driver.looks_again();
                    }
                }
                () = rt::time::sleep(pause) => {}
            }
        }
    }
}
