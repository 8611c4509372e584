//! What is reported of look-ups. No line and no label names a customer.

use std::sync::LazyLock;
use std::time::Duration;

use jetpay_billing::Failure;
use prometheus::core::Collector;
use prometheus::proto::{Metric, MetricFamily};
use prometheus::{Histogram, IntCounter, IntGauge};

use super::limits;
use super::metrics::{Counters, count, counters};
use crate::lookup::source::Failed;

// One row a line, however long its text is.
#[rustfmt::skip]
static LOOKUPS: Counters = LazyLock::new(|| counters("jetpay_lookups_total", "times that a request needed the merchant's system, by outcome", &["outcome"]));
#[rustfmt::skip]
static FALLBACKS: Counters = LazyLock::new(|| counters("jetpay_lookup_fallbacks_total", "requests whose look-up failed, by what they were answered", &["outcome"]));

/// Looked up once: most requests need it.
static FRESH: LazyLock<IntCounter> = LazyLock::new(|| LOOKUPS.with_label_values(&["fresh"]));

/// The buckets of `jetpay_lookup_seconds`: upper bounds in seconds. The default time limit is 3 seconds.
const SECONDS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0];

static TOOK: LazyLock<Histogram> = LazyLock::new(|| {
    let help = "time of a question to the merchant's system, waiting for its turn included";
    prometheus::register_histogram!("jetpay_lookup_seconds", help, SECONDS.to_vec())
        .expect("a name of our own, which no other metric has")
});

static BREAKER: LazyLock<IntGauge> = LazyLock::new(|| {
    let help = "1 while the merchant's system does not answer and is left alone, else 0";
    prometheus::register_int_gauge!("jetpay_lookup_breaker_open", help)
        .expect("a name of our own, which no other metric has")
});

/// A service with look-ups starts: its page shows from the start what an alert needs.
pub(crate) fn lookup_configured() {
    BREAKER.set(0);
    LazyLock::force(&FRESH);
    LazyLock::force(&TOOK);
}

/// A remembered answer was good.
pub(crate) fn lookup_fresh() {
    FRESH.inc();
}

/// A look-up has a result: `answered`, `unknown`, or `shared` with another request.
pub(crate) fn lookup_counted(outcome: &'static str) {
    count(&LOOKUPS, &[outcome]);
}

/// A question has no answer.
pub(crate) fn lookup_failed(failed: &Failed) {
    let reason = failed.reason();
    count(&LOOKUPS, &[reason]);
    let text = match failed {
        // It is the billing's text, and may name the payer.
        Failed::Billing(Failure::Said(_)) => {
            "the system says that it has no answer now, or not about this customer".to_owned()
        }
        failed => failed.to_string(),
    };
    limits::LOOKUPS.limited_once((reason, &text), || {
        tracing::warn!(reason, "a look-up failed: {text}");
    });
}

/// What a request whose look-up failed was answered: `stale`, `not_looked_up` or `refused`.
pub(crate) fn lookup_fell_back(outcome: &'static str) {
    count(&FALLBACKS, &[outcome]);
}

/// The merchant's system was asked for so long.
pub(crate) fn lookup_took(took: Duration) {
    TOOK.observe(took.as_secs_f64());
}

/// The breaker opened or closed.
pub(crate) fn lookup_breaker(is_open: bool) {
    BREAKER.set(is_open.into());
    limits::LOOKUPS.limited(|| {
        if is_open {
            tracing::error!(
                "the merchant's system did not answer five times in a row: it is asked once in 10 seconds until it answers. \
                 Meanwhile, customers are known from earlier answers"
            );
        } else {
            tracing::info!("the merchant's system answers look-ups again");
        }
    });
}

/// How look-ups went since this process started.
pub(crate) struct LookupHealth {
    /// Whether the merchant's system is left alone now.
    pub(crate) is_left_alone: bool,
    /// How often a request needed the merchant's system, by outcome.
    pub(crate) outcomes: Vec<(String, u64)>,
    /// What requests whose look-up failed were answered.
    pub(crate) fallbacks: Vec<(String, u64)>,
}

/// Of a service with look-ups.
pub(crate) fn lookup_health() -> LookupHealth {
    LookupHealth {
        is_left_alone: BREAKER.get() != 0,
        outcomes: counted(&LOOKUPS),
        fallbacks: counted(&FALLBACKS),
    }
}

/// The numbers of counters with one label.
fn counted(counters: &Counters) -> Vec<(String, u64)> {
    let families = counters.collect();
    let metrics = families.iter().flat_map(MetricFamily::get_metric);
    let labels = metrics.flat_map(Metric::get_label);
    let labels = labels.map(|label| label.value().to_owned());
    let mut counted: Vec<_> = labels
        .map(|label| {
            let count = counters.with_label_values(&[&label]).get();
            (label, count)
        })
        .collect();
    counted.sort();
    counted
}
