//! Deliveries to the merchant's own systems: counts and log lines. A text of a refusal may quote the billing, so it is in the
//! alarm and not in the log.

use std::sync::LazyLock;

use jetpay_billing::Delivery;
use jetpay_ledger::{DeliveryStatus, DeliveryStream, Error, Feed, Ledger, Millis};
use prometheus::Registry;

use super::metrics::{Counters, Gauge, count, counters};
use super::{limits, metrics};
use crate::deliver::Sent;
use crate::deliver::queue::Outcome;
use crate::environment::now;

#[rustfmt::skip]
static ATTEMPTS: Counters = LazyLock::new(|| counters("jetpay_delivery_attempts_total", "attempts to deliver, by endpoint and outcome", &["name", "outcome"]));

#[rustfmt::skip]
const LAG_ENTRIES: Gauge = ("jetpay_delivery_lag_entries", "entries that an endpoint does not have yet, parked ones included; with /alarms, alarms", Some("name"));
#[rustfmt::skip]
const LAG_SECONDS: Gauge = ("jetpay_delivery_lag_seconds", "age of the oldest entry that an endpoint does not have yet, without parked ones and those behind them; with /alarms, alarm", Some("name"));
#[rustfmt::skip]
const PARKED: Gauge = ("jetpay_delivery_parked", "entries that an endpoint refused and that wait for a person; with /alarms, alarms", Some("name"));

/// Adds the gauges of streams to a page.
pub(super) fn show(page: &Registry, streams: &[DeliveryStatus]) -> prometheus::Result<()> {
    let now = now().0;
    let show = |gauge, number: &dyn Fn(&DeliveryStatus) -> i64| {
        let named: Vec<_> = streams
            .iter()
            .map(|it| (name(&it.stream), number(it)))
            .collect();
        let numbers = named.iter().map(|(name, number)| (name.as_str(), *number));
        metrics::show(page, gauge, numbers)
    };
    show(LAG_ENTRIES, &|it| it.last - it.cursor + it.waiting)?;
    let age = |oldest: Millis| (now - oldest.0).max(0) / 1000;
    show(LAG_SECONDS, &|it| it.oldest.map_or(0, age))?;
    show(PARKED, &|it| it.parked)
}

/// The name of a stream in metrics: that of the endpoint, with `/alarms` for its alarms.
pub(super) fn name(stream: &DeliveryStream) -> String {
    match stream.feed {
        Feed::Entries => stream.name.clone(),
        Feed::Alarms => format!("{}/alarms", stream.name),
    }
}

/// An attempt has ended.
pub(crate) fn delivery_attempt(stream: &DeliveryStream, seq: i64, outcome: &Outcome) {
    let endpoint = name(stream);
    let outcome = match outcome {
        Outcome::NotSent => return,
        Outcome::Sent(Sent::NotDeliverable(_), _) => "not_deliverable",
        Outcome::Sent(Sent::Sent(delivery), _) => match delivery {
            Delivery::Delivered { .. } => {
                tracing::debug!(endpoint, seq, "delivered");
                "delivered"
            }
            Delivery::Again { why, .. } => {
                limits::DELIVERIES.limited_once((&endpoint, why), || {
                    tracing::warn!(
                        endpoint,
                        seq,
                        "not delivered; the service sends it again later: {why}"
                    );
                });
                "again"
            }
            Delivery::Refused { .. } => {
                limits::DELIVERIES.limited(|| {
                    let feed = stream.feed;
                    tracing::error!(
                        endpoint,
                        seq,
                        "refused and parked: `jetpay deliver waiting {} --feed {feed}` shows why",
                        stream.name
                    );
                });
                "refused"
            }
            Delivery::Gone { why } => {
                limits::DELIVERIES.limited(|| {
                    tracing::error!(endpoint, seq, "the endpoint says that it is gone; the service tries again in 30 minutes: {why}");
                });
                "gone"
            }
        },
    };
    count(&ATTEMPTS, &[&endpoint, outcome]);
}

/// The store does not do what deliveries need. [`StoreLog`](super::StoreLog) logs it when the store is not available at all.
pub(crate) fn deliveries_stopped(ledger: &Ledger, stream: &DeliveryStream, error: &Error) {
    if ledger.ready().is_err() {
        return;
    }
    limits::DELIVERIES.limited(|| {
        let endpoint = name(stream);
        tracing::error!(endpoint, "cannot continue with deliveries: {error}");
    });
}
