//! Look-ups: the merchant's own system says whether a customer exists and what is owed, and the ledger keeps its last answer.
//!
//! | file | what is there |
//! |---|---|
//! | `source` | the merchant's system as a look-up knows it; a test or a simulation has one of its own |
//! | `over_http` | the questions over HTTP |
//! | `memory` | which answers are good for some seconds, and which questions are in flight |
//! | `breaker` | when a system that does not answer is left alone |
//! | `question` | one question: what a debt includes, and what is stored |
//! | this one | who asks, who waits for the same answer, and how old an answer may be |

mod breaker;
mod memory;
pub(crate) mod over_http;
mod question;
pub mod source;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jetpay_billing::client::NoClient;
use jetpay_core::id::{CustomerId, ProjectId};
use jetpay_ledger::{Error, Ledger, Millis};

use self::breaker::Breaker;
use self::memory::{Memory, Recalled, Waiting};
use self::source::{Billing, Failed, Question};
use crate::config::{Config, Debts, DeliverKind, LookupKind};
use crate::environment::Environment;
use crate::telemetry;

/// What the merchant's system says about a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The customer exists, and the ledger has what the system said last.
    Exists,
    /// The system says that there is no such customer.
    Unknown,
    /// There is no answer. It never means that the customer is unknown.
    Failed(Failed),
}

/// The result of a question: an answer, or why the ledger could not read or store.
type Settled = Result<Answer, Error>;

/// Runs a question to its end, also when the caller who began it goes away.
pub type Spawn = Arc<dyn Fn(BoxFuture<'static, ()>) + Send + Sync>;

/// Asks the merchant's system about customers. A clone is the same one.
#[derive(Clone)]
pub struct Lookup(Arc<Inner>);

struct Inner {
    ledger: Ledger,
    billing: Box<dyn Billing>,
    memory: Arc<Memory>,
    breaker: Mutex<Breaker>,
    settings: Settings,
    spawn: Spawn,
}

/// Durations are in milliseconds.
struct Settings {
    cache: i64,
    unknown_cache: i64,
    stale: i64,
    /// How old a stored answer may get before an equal one is written again.
    refresh: i64,
    debts: Debts,
    /// Which entries a debt includes when the answer does not say.
    includes: Includes,
}

/// Which entries a debt includes.
enum Includes {
    /// All that there were before the question: a web service says it if it differs.
    All,
    /// Those that these streams have delivered to the billing: it knows no others.
    DeliveredBy(Vec<String>),
    /// The answers have no debts.
    NoDebts,
}

/// An answer that does not differ from the stored one is written again after an hour, in milliseconds: then it is fresh enough for
/// [`Lookup::is_fresh_enough`], and a busy customer costs a write an hour.
const REFRESH: i64 = 60 * 60 * 1000;

impl Lookup {
    /// The look-up of a configuration; `None` with `kind = "store"`.
    ///
    /// # Errors
    /// [`NoClient`].
    pub fn configured(config: &Config, ledger: &Ledger) -> Result<Option<Self>, NoClient> {
        let Some(settings) = &config.lookup else {
            return Ok(None);
        };
        telemetry::lookup_configured();
        let billing = over_http::billing(settings)?;
        Ok(Self::over(config, ledger, billing))
    }

    /// The look-up of a configuration, which asks this system; `None` with `kind = "store"`.
    #[must_use]
    pub fn over(config: &Config, ledger: &Ledger, billing: impl Billing) -> Option<Self> {
        let settings = config.lookup.as_ref()?;
        let includes = match &settings.kind {
            LookupKind::Http(_) => Includes::All,
            LookupKind::Dialect { owed: None, .. } => Includes::NoDebts,
            LookupKind::Dialect { .. } => {
                let streams = config.deliver.iter();
                let told = streams.filter(|it| matches!(it.kind, DeliverKind::Dialect { .. }));
                Includes::DeliveredBy(told.map(|it| it.name.clone()).collect())
            }
        };
        let stale = millis(settings.stale);
        Some(Self(Arc::new(Inner {
            ledger: ledger.clone(),
            billing: Box::new(billing),
            memory: Memory::new(),
            breaker: Mutex::default(),
            settings: Settings {
                cache: millis(settings.cache),
                unknown_cache: millis(settings.unknown_cache),
                stale,
                refresh: REFRESH.min(stale / 4),
                debts: config.debts,
                includes,
            },
            spawn: Arc::new(|question| drop(tokio::spawn(question))),
        })))
    }

    /// Replaces what runs the questions. By default it is the caller's tokio runtime.
    ///
    /// # Panics
    /// If there is a clone.
    #[must_use]
    pub fn with_spawn(mut self, spawn: Spawn) -> Self {
        let inner = Arc::get_mut(&mut self.0).expect("a look-up that is not in use");
        inner.spawn = spawn;
        self
    }

    /// What the merchant's system says about a customer: remembered, on its way already, or asked now.
    ///
    /// # Errors
    /// [`Error`], when the ledger could not read or store.
    pub async fn ask(
        &self,
        environment: &Arc<dyn Environment>,
        customer_id: &CustomerId,
        project_id: ProjectId,
        method: &'static str,
    ) -> Result<Answer, Error> {
        let now = environment.now();
        let admits = || self.0.breaker().admits(now);
        let (waiting, is_own) = match self.0.memory.recall(customer_id, now, admits) {
            Some(Recalled::Fresh(true)) => {
                telemetry::lookup_fresh();
                return Ok(Answer::Exists);
            }
            Some(Recalled::Fresh(false)) => {
                telemetry::lookup_fresh();
                return Ok(Answer::Unknown);
            }
            Some(Recalled::InFlight(waiting)) => (waiting, false),
            Some(Recalled::Begun(asking, waiting)) => {
                let question = Question {
                    customer_id: customer_id.clone(),
                    project_id,
                    method,
                    asked_at: now,
                };
                let (inner, environment) = (Arc::clone(&self.0), Arc::clone(environment));
                (self.0.spawn)(Box::pin(async move {
                    inner.run(question, asking, &*environment).await;
                }));
                (waiting, true)
            }
            None => {
                let failed = Failed::Resting;
                telemetry::lookup_failed(&failed);
                return Ok(Answer::Failed(failed));
            }
        };
        let settled = result(waiting).await;
        match &settled {
            Ok(_) if !is_own => telemetry::lookup_counted("shared"),
            Ok(Answer::Exists) => telemetry::lookup_counted("answered"),
            Ok(Answer::Unknown) => telemetry::lookup_counted("unknown"),
            Ok(Answer::Failed(failed)) => telemetry::lookup_failed(failed),
            // The store is in trouble, which has its own lines and metrics.
            Err(_) => {}
        }
        settled
    }

    /// Whether the ledger has an answer of the system about the customer that is fresh enough for `verify`.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn is_fresh_enough(
        &self,
        customer_id: &CustomerId,
        now: Millis,
    ) -> Result<bool, Error> {
        let seen = self.0.ledger.seen_customer(customer_id.as_str()).await?;
        let seen_at = seen.and_then(|(_, seen_at)| seen_at);
        Ok(seen_at.is_some_and(|seen_at| age(seen_at, now) < self.0.settings.stale))
    }

    /// Forgets an answer that the ledger does not have any more.
    pub(crate) fn forget(&self, customer_id: &CustomerId) {
        self.0.memory.forget(customer_id);
    }
}

/// The result of a question. One that ended without a result, for example because its thread did, has failed.
async fn result(mut waiting: Waiting) -> Settled {
    match waiting.wait_for(Option::is_some).await {
        Ok(settled) => settled.clone().expect("the condition was waited for"),
        Err(_) => Ok(Answer::Failed(Failed::Lost)),
    }
}

impl Inner {
    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Milliseconds since a moment. One that is to come was recorded by a clock that was set back: it is as old as that, so that no
/// answer is good for ever.
fn age(moment: Millis, now: Millis) -> i64 {
    now.0.saturating_sub(moment.0).saturating_abs()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
