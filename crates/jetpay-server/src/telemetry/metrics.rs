//! Metrics for Prometheus.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::rt::time::timeout;
use jetpay_core::Reply;
use jetpay_core::message::Matched;
use jetpay_core::serve::MessageKind;
use jetpay_core::signature::Order;
use jetpay_ledger::{Error, Ledger, PayoutState};
use prometheus::{
    Histogram, HistogramVec, IntCounter, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder,
};
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

/// Counters with one name and the same labels. A page shows them from the first use on.
pub(super) type Counters = LazyLock<IntCounterVec>;

// One row a line, however long its text is.
#[rustfmt::skip]
static MESSAGES: Counters = LazyLock::new(|| counters("jetpay_messages_total", "messages answered, by endpoint, kind and outcome", &["endpoint", "kind", "outcome"]));
#[rustfmt::skip]
static SIGNATURES: Counters = LazyLock::new(|| counters("jetpay_signatures_total", "good signatures, by the sort order and the secret that matched", &["order", "secret"]));
#[rustfmt::skip]
pub(super) static IGNORED_FIELDS: Counters = LazyLock::new(|| counters("jetpay_ignored_fields_total", "fields of callbacks in an odd form that no money depends on, by field", &["field"]));
#[rustfmt::skip]
pub(super) static UNUSABLE_NOT_STORED: Counters = LazyLock::new(|| counters("jetpay_unusable_not_stored_total", "signed callbacks that are not usable and were not stored, because the project has too many open alarms, by project", &["project"]));
#[rustfmt::skip]
pub(super) static CASHIN_TYPED_VERIFY: Counters = LazyLock::new(|| counters("jetpay_cashin_check_deposit_typed_verify_total", "check_deposits of Cash-in whose type is verify", &[]));
#[rustfmt::skip]
pub(super) static ADMIN_DENIED: Counters = LazyLock::new(|| counters("jetpay_admin_denied_total", "requests to the admin interface and the pages without a right token or role, by code", &["code"]));
#[rustfmt::skip]
pub(super) static CONFIG_RELOADS: Counters = LazyLock::new(|| counters("jetpay_config_reloads_total", "times that the service read its configuration again, by outcome", &["outcome"]));
#[rustfmt::skip]
pub(super) static WRONG_PATHS: Counters = LazyLock::new(|| counters("jetpay_wrong_paths_total", "requests to the platform's listener for a path that does not exist", &[]));
#[rustfmt::skip]
pub(super) static PAYOUT_REQUESTS: Counters = LazyLock::new(|| counters("jetpay_payout_requests_total", "requests to the Gate, by kind and outcome", &["request", "outcome"]));
#[rustfmt::skip]
pub(super) static MAILS: Counters = LazyLock::new(|| counters("jetpay_mails_total", "mails of alarms, one for each receiver, by outcome", &["outcome"]));

/// Scheduled reconciliations that failed. A page shows it always: an alert needs the 0 before the first failure.
#[rustfmt::skip]
pub(crate) static RECONCILIATION_FAILURES: LazyLock<IntCounter> = LazyLock::new(|| counters("jetpay_reconciliation_failures_total", "scheduled reconciliations that were not done", &[]).with_label_values(&[] as &[&str]));

static ANSWER_SECONDS: LazyLock<HistogramVec> = LazyLock::new(|| {
    let help = "time from the first byte of a request to its answer";
    let buckets = SECONDS.to_vec();
    prometheus::register_histogram_vec!("jetpay_answer_seconds", help, &["endpoint"], buckets)
        .expect("a name of our own, which no other metric has")
});

pub(super) fn counters(name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
    prometheus::register_int_counter_vec!(name, help, labels)
        .expect("a name of our own, which no other metric has")
}

/// Adds 1 to the counter with these labels.
pub(super) fn count(counters: &Counters, labels: &[&str]) {
    counters.with_label_values(labels).inc();
}

/// The page with the metrics of this process.
#[derive(Clone, Default)]
pub struct Metrics {
    last_credits: Arc<Mutex<LastCredits>>,
}

impl Metrics {
    /// The page for Prometheus; `endpoints` are the names of those of deliveries. What the store says is read for each page: a gauge that cannot be read now is absent.
    ///
    /// # Errors
    /// When two metrics have one name.
    pub async fn page(
        &self,
        ledger: &Ledger,
        endpoints: Vec<String>,
    ) -> prometheus::Result<String> {
        let (counts, payouts, last_credits, reconciled, differences, streams) = tokio::join!(
            read(ledger.counts()),
            read(ledger.open_payouts()),
            read(self.last_credits(ledger)),
            read(last_reconciled(ledger)),
            read(ledger.open_differences()),
            read(ledger.delivery_status(&endpoints))
        );
        LazyLock::force(&RECONCILIATION_FAILURES);
        let up = counts.is_some() && !matches!(ledger.ready(), Err(Error::Unavailable(_)));
        let counts = counts.map(|counts| {
            [
                ("pending", counts.pending),
                ("unmatched", counts.unmatched),
                ("quarantined", counts.quarantined),
                ("alarms", counts.alarms),
                ("open_alarms", counts.open_alarms),
            ]
        });
        let payouts = payouts.map(|(open, overdue)| {
            let states = PayoutState::ALL.iter().filter(|state| state.is_open());
            let count = move |state| open.get(state).copied().unwrap_or_default();
            let states = states.map(move |state| (state.as_str(), count(state)));
            states.chain([("overdue", overdue)])
        });
        let credits = last_credits.iter().flatten();
        let credits = credits.map(|(method, seconds)| (method.as_str(), *seconds));
        let gauges = Registry::new();
        show(&gauges, BUILD_INFO, [(env!("CARGO_PKG_VERSION"), 1)])?;
        show(&gauges, STORE_UP, [("", i64::from(up))])?;
        show(&gauges, LEDGER, counts.into_iter().flatten())?;
        show(&gauges, PAYOUTS, payouts.into_iter().flatten())?;
        show(&gauges, LAST_CREDITS, credits)?;
        show(&gauges, RECONCILED, reconciled.into_iter().flatten())?;
        show(&gauges, DIFFERENCES, differences.map(|open| ("", open)))?;
        super::deliveries::show(&gauges, &streams.unwrap_or_default())?;
        let mut families = prometheus::gather();
        families.extend(gauges.gather());
        TextEncoder::new().encode_to_string(&families)
    }

    /// When a callback last credited a payment of each method, in seconds since 1970, as far as entries are read.
    pub(crate) async fn last_credits(
        &self,
        ledger: &Ledger,
    ) -> Result<BTreeMap<String, i64>, Error> {
        let mut last = self.last_credits.lock().await;
        last.update(ledger).await?;
        Ok(last.by_method.clone())
    }
}

/// A gauge of a page: its name, its help and its label.
pub(super) type Gauge = (&'static str, &'static str, Option<&'static str>);

#[rustfmt::skip]
const BUILD_INFO: Gauge = ("jetpay_build_info", "1, with the version of this program", Some("version"));
#[rustfmt::skip]
const STORE_UP: Gauge = ("jetpay_store_up", "1 while the store answers and takes writes, else 0", None);
#[rustfmt::skip]
const LEDGER: Gauge = ("jetpay_ledger", "rows of the ledger that need attention, by kind", Some("what"));
#[rustfmt::skip]
const PAYOUTS: Gauge = ("jetpay_payouts", "payouts without an outcome, by state, and overdue payouts", Some("what"));
#[rustfmt::skip]
const LAST_CREDITS: Gauge = ("jetpay_last_credit_timestamp_seconds", "when a callback last credited a payment, by method: seconds since 1970", Some("method"));
#[rustfmt::skip]
const RECONCILED: Gauge = ("jetpay_reconciliation_last_success_timestamp_seconds", "when a reconciliation was last recorded, by the schedule or by a person: seconds since 1970", Some("by"));
#[rustfmt::skip]
const DIFFERENCES: Gauge = ("jetpay_reconciliation_open_differences", "differences with the platform's books that an operator must look at", None);

/// Adds a gauge to a page, with a number for each value of its label. A gauge without numbers is absent.
pub(super) fn show<'a>(
    page: &Registry,
    (name, help, label): Gauge,
    numbers: impl IntoIterator<Item = (&'a str, i64)>,
) -> prometheus::Result<()> {
    let gauge = IntGaugeVec::new(Opts::new(name, help), label.as_slice())?;
    for (value, number) in numbers {
        let labels = label.map(|_| value);
        gauge.with_label_values(labels.as_slice()).set(number);
    }
    page.register(Box::new(gauge))
}

/// What the store answers, if it answers in time.
async fn read<T>(answer: impl Future<Output = Result<T, Error>>) -> Option<T> {
    timeout(READ_TIMEOUT, answer).await.ok()?.ok()
}

/// When the schedule and when a person last recorded a reconciliation, in seconds since 1970, as far as the newest ones say.
async fn last_reconciled(
    ledger: &Ledger,
) -> Result<impl Iterator<Item = (&'static str, i64)>, Error> {
    const NEWEST: usize = 100;
    let runs = ledger.reconciliations(None, NEWEST).await?;
    let last = [("schedule", true), ("person", false)].map(|(by, is_scheduled)| {
        let last = runs.iter().find(|run| run.by.is_none() == is_scheduled);
        last.map(|run| (by, run.time.0.div_euclid(1000)))
    });
    Ok(last.into_iter().flatten())
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
    usual_signature: IntCounter,
    seconds: Histogram,
}

/// The usual signature: the first secret, in natural order.
const USUAL: Matched = Matched {
    order: Order::Natural,
    secret: 0,
};

fn signatures(order: &str, secret: usize) -> IntCounter {
    SIGNATURES.with_label_values(&[order, &secret.to_string()])
}

struct Served {
    served: IntCounter,
    unavailable: IntCounter,
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
            seconds: ANSWER_SECONDS.with_label_values(&[endpoint]),
        }
    }

    /// Counts signatures by secret and order. The counts show when an old secret is no longer used, and whether the platform
    /// sorts as its document says.
    fn count_signature(&self, matched: Matched) {
        if matched == USUAL {
            self.usual_signature.inc();
            return;
        }
        let order = match matched.order {
            Order::Natural => "natural",
            Order::Byte => "byte",
        };
        signatures(order, matched.secret).inc();
        let (endpoint, secret) = (self.endpoint, matched.secret);
        if matched.order == Order::Byte {
            limits::SIGNED.limited_once(("byte order", endpoint, secret), || {
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
        self.seconds.observe(took.as_secs_f64());
        let outcome = &reply.outcome;
        if let Some(matched) = outcome.matched {
            self.count_signature(matched);
        }
        if let Some(rejection) = &outcome.rejection {
            let kind = outcome.kind.map_or("unknown", name);
            total(self.endpoint, kind, rejection.kind()).inc();
            return;
        }
        let kind = match outcome.kind {
            Some(MessageKind::Verify) => &self.verify,
            Some(MessageKind::CheckDeposit) => &self.check_deposit,
            _ => &self.callback,
        };
        match (&outcome.unavailable, outcome.refusal) {
            (None, None) => kind.served.inc(),
            (None, Some(code)) => {
                let kind = outcome.kind.map_or("unknown", name);
                total(self.endpoint, kind, refusal(code)).inc();
            }
            (Some(_), _) => kind.unavailable.inc(),
        }
    }
}

fn total(endpoint: &str, kind: &str, outcome: &str) -> IntCounter {
    MESSAGES.with_label_values(&[endpoint, kind, outcome])
}
