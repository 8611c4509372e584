//! Metrics for Prometheus.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::rt::time::timeout;
use jetpay_core::Reply;
use jetpay_core::message::Matched;
use jetpay_core::serve::MessageKind;
use jetpay_core::signature::Order;
use jetpay_ledger::{Error, Ledger, PayoutState};
use metrics::{
    Counter, Histogram, counter, describe_counter, describe_gauge, describe_histogram, gauge,
    histogram,
};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::sync::Mutex;

use super::limits;
use super::requests::{self, name, refusal};
use crate::listener::TrustedProxies;
use crate::methods;

/// The buckets of `jetpay_answer_seconds`: upper bounds in seconds.
const SECONDS: [f64; 10] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 5.0,
];

/// How long a scrape waits for the store. Prometheus gives up after 10 seconds.
const READ_TIMEOUT: Duration = Duration::from_secs(3);

#[rustfmt::skip] // One row a line, however long its text is.
const COUNTERS: [(&str, &str); 7] = [
    ("jetpay_messages_total", "messages answered, by endpoint, kind and outcome"),
    ("jetpay_ignored_fields_total", "fields of callbacks in an odd form that no money depends on, by field"),
    ("jetpay_unusable_not_stored_total", "signed callbacks that are not usable and were not stored, because the project has too many open alarms, by project"),
    ("jetpay_admin_denied_total", "requests to the admin interface without a right token or role, by code"),
    ("jetpay_config_reloads_total", "times that the service read its configuration again, by outcome"),
    ("jetpay_wrong_paths_total", "requests to the platform's listener for a path that does not exist"),
    ("jetpay_payout_requests_total", "requests to the Gate, by kind and outcome"),
];
/// What the store says, for each page.
#[rustfmt::skip] // One row a line, however long its text is.
const GAUGES: [(&str, &str); 4] = [
    ("jetpay_store_up", "1 while the store answers and takes writes, else 0"),
    ("jetpay_ledger", "rows of the ledger that need attention, by kind"),
    ("jetpay_payouts", "payouts without an outcome, by state, and overdue payouts"),
    ("jetpay_last_credit_timestamp_seconds", "when a callback last credited a payment, by method: seconds since 1970"),
];

/// The metrics of this process.
#[derive(Clone)]
pub struct Metrics {
    collected: PrometheusHandle,
    last_credits: Arc<Mutex<LastCredits>>,
}

impl Metrics {
    /// Starts to collect metrics.
    ///
    /// # Errors
    /// When this process already collects metrics.
    pub fn start() -> Result<Self, BuildError> {
        let seconds = Matcher::Full("jetpay_answer_seconds".to_owned());
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(seconds, &SECONDS)?
            .install_recorder()?;
        for (name, text) in COUNTERS {
            describe_counter!(name, text);
        }
        describe_histogram!(
            "jetpay_answer_seconds",
            "time from the first byte of a request to its answer"
        );
        describe_gauge!("jetpay_build_info", "1, with the version of this program");
        gauge!("jetpay_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        Ok(Self {
            collected: handle,
            last_credits: Arc::default(),
        })
    }

    /// Compacts the collected samples, which would pile up between two scrapes.
    pub fn upkeep(&self) {
        self.collected.run_upkeep();
    }

    /// The page for Prometheus. What the store says is read for each page: a gauge that cannot be read now is absent.
    #[must_use]
    pub async fn page(&self, ledger: &Ledger) -> String {
        let last_credits = async {
            let mut last = self.last_credits.lock().await;
            last.update(ledger).await?;
            Ok(last.by_method.clone())
        };
        let (counts, payouts, last_credits) = tokio::join!(
            read(ledger.counts()),
            read(ledger.open_payouts()),
            read(last_credits)
        );
        let up = counts.is_some() && !matches!(ledger.ready(), Err(Error::Unavailable(_)));
        let gauges = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&gauges, || {
            for (name, text) in GAUGES {
                describe_gauge!(name, text);
            }
            gauge!("jetpay_store_up").set(if up { 1.0 } else { 0.0 });
            if let Some(counts) = counts {
                for (what, count) in [
                    ("pending", counts.pending),
                    ("unmatched", counts.unmatched),
                    ("quarantined", counts.quarantined),
                    ("alarms", counts.alarms),
                    ("open_alarms", counts.open_alarms),
                ] {
                    set("jetpay_ledger", "what", what, count);
                }
            }
            if let Some((open, overdue)) = payouts {
                let states = PayoutState::ALL.iter().filter(|state| state.is_open());
                for state in states {
                    let count = open.get(state).copied().unwrap_or_default();
                    set("jetpay_payouts", "what", state.as_str(), count);
                }
                set("jetpay_payouts", "what", "overdue", overdue);
            }
            for (method, seconds) in last_credits.into_iter().flatten() {
                set(
                    "jetpay_last_credit_timestamp_seconds",
                    "method",
                    method,
                    seconds,
                );
            }
        });
        self.collected.render() + &gauges.handle().render()
    }
}

/// What the store answers, if it answers in time.
async fn read<T>(answer: impl Future<Output = Result<T, Error>>) -> Option<T> {
    timeout(READ_TIMEOUT, answer).await.ok()?.ok()
}

fn set(
    name: &'static str,
    label: &'static str,
    value: impl Into<metrics::SharedString>,
    number: i64,
) {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a count of rows or a time, not money"
    )]
    gauge!(name, label => value.into()).set(number as f64);
}

/// When a callback last credited a payment of each method.
#[derive(Default)]
struct LastCredits {
    /// Seconds since 1970.
    by_method: BTreeMap<String, i64>,
    /// The entries after the first and up to the second number are read.
    read: Option<(i64, i64)>,
}

impl LastCredits {
    /// Entries that one query reads.
    const PART: i64 = 10_000;

    /// Reads the new entries. As long as a method is missing, it also reads a part of the old ones, so that the metric is there
    /// after a restart.
    async fn update(&mut self, ledger: &Ledger) -> Result<(), Error> {
        let end = ledger.last_entry().await?;
        let (first, mut last) = *self.read.get_or_insert((end, end));
        while last < end {
            let to = end.min(last + Self::PART);
            self.add(ledger, last, to).await?;
            last = to;
            self.read = Some((first, last));
        }
        if first > 0
            && !methods::NAMES
                .iter()
                .all(|name| self.by_method.contains_key(*name))
        {
            let after = (first - Self::PART).max(0);
            self.add(ledger, after, first).await?;
            self.read = Some((after, last));
        }
        Ok(())
    }

    async fn add(&mut self, ledger: &Ledger, after: i64, to: i64) -> Result<(), Error> {
        for (method, time) in ledger.last_credits(after, to).await? {
            let last = self.by_method.entry(method).or_default();
            *last = (*last).max(time.0 / 1000);
        }
        Ok(())
    }
}

/// Counts the answers of one endpoint. It looks its counters up once, because a lookup costs more than a count.
pub struct Meter {
    endpoint: &'static str,
    senders: TrustedProxies,
    verify: Served,
    check_deposit: Served,
    callback: Served,
    usual_signature: Counter,
    seconds: Histogram,
}

/// The usual signature: the first secret, in natural order.
const USUAL: Matched = Matched {
    order: Order::Natural,
    secret: 0,
};

fn signatures(order: &'static str, secret: usize) -> Counter {
    counter!("jetpay_signatures_total", "order" => order, "secret" => secret.to_string())
}

struct Served {
    served: Counter,
    unavailable: Counter,
}

impl Meter {
    /// The meter of an endpoint. The log names the sender of a rejected message, as `senders` finds it.
    #[must_use]
    pub fn of(endpoint: &'static str, senders: &TrustedProxies) -> Self {
        let served = |kind| Served {
            served: total(endpoint, kind, "served"),
            unavailable: total(endpoint, kind, "unavailable"),
        };
        Self {
            endpoint,
            senders: senders.clone(),
            verify: served("verify"),
            check_deposit: served("check_deposit"),
            callback: served("callback"),
            usual_signature: signatures("natural", USUAL.secret),
            seconds: histogram!("jetpay_answer_seconds", "endpoint" => endpoint),
        }
    }

    /// Counts signatures by secret and order. The counts show when an old secret is no longer used, and whether the platform
    /// sorts as its document says.
    fn count_signature(&self, matched: Matched) {
        if matched == USUAL {
            self.usual_signature.increment(1);
            return;
        }
        let order = match matched.order {
            Order::Natural => "natural",
            Order::Byte => "byte",
        };
        signatures(order, matched.secret).increment(1);
        let (endpoint, secret) = (self.endpoint, matched.secret);
        if matched.order == Order::Byte {
            limits::limited_signed(("byte order", endpoint, secret), || {
                tracing::warn!(
                    endpoint,
                    secret,
                    "a signature matches only in byte order; the document says natural order"
                );
            });
        }
    }

    /// Counts an answer, and logs it.
    pub fn answered(&self, request: &HttpRequest, reply: &Reply, took: Duration) {
        let peer = || self.senders.sender(request.peer_addr(), request.headers());
        requests::message(self.endpoint, peer, reply, took);
        self.seconds.record(took);
        let outcome = &reply.outcome;
        if let Some(matched) = outcome.matched {
            self.count_signature(matched);
        }
        if let Some(rejection) = &outcome.rejection {
            let kind = outcome.kind.map_or("unknown", name);
            total(self.endpoint, kind, rejection.kind()).increment(1);
            return;
        }
        let kind = match outcome.kind {
            Some(MessageKind::Verify) => &self.verify,
            Some(MessageKind::CheckDeposit) => &self.check_deposit,
            _ => &self.callback,
        };
        match (&outcome.unavailable, outcome.refusal) {
            (None, None) => kind.served.increment(1),
            (None, Some(code)) => {
                let kind = outcome.kind.map_or("unknown", name);
                total(self.endpoint, kind, refusal(code)).increment(1);
            }
            (Some(_), _) => kind.unavailable.increment(1),
        }
    }
}

fn total(endpoint: &'static str, kind: &'static str, outcome: &'static str) -> Counter {
    counter!("jetpay_messages_total", "endpoint" => endpoint, "kind" => kind, "outcome" => outcome)
}
