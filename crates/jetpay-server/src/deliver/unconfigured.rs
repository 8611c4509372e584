//! Streams that the store has and the configuration lacks: an endpoint was removed or renamed, and what it did not get, it does
//! not get.

use jetpay_ledger::{DeliveryStatus, DeliveryStream, Error, Feed, Ledger};

use crate::config::DeliverConfig;
use crate::mail;

/// The streams that are not among the configured ones. Mailed alarms are no endpoint.
pub(crate) async fn unconfigured(
    ledger: &Ledger,
    is_configured: impl Fn(&DeliveryStream) -> bool,
) -> Result<Vec<DeliveryStatus>, Error> {
    let mut streams = ledger.all_delivery_status().await?;
    streams.retain(|it| it.stream.name != mail::STREAM && !is_configured(&it.stream));
    Ok(streams)
}

/// How many items of a stream are not delivered.
pub(crate) fn not_delivered(status: &DeliveryStatus) -> i64 {
    status.last - status.cursor + status.waiting
}

/// A line for each stream that these endpoints lack, and that has undelivered items.
pub(crate) async fn warnings(
    ledger: &Ledger,
    endpoints: &[DeliverConfig],
) -> Result<Vec<String>, Error> {
    let is_configured = |stream: &DeliveryStream| {
        let feed = stream.feed;
        let gets_it =
            |it: &DeliverConfig| it.name == stream.name && (it.alarms || feed == Feed::Entries);
        endpoints.iter().any(gets_it)
    };
    let streams = unconfigured(ledger, is_configured).await?;
    Ok(streams.iter().filter_map(warning).collect())
}

fn warning(status: &DeliveryStatus) -> Option<String> {
    let DeliveryStream { name, feed } = &status.stream;
    let count = not_delivered(status);
    if count == 0 {
        return None;
    }
    let (what, write) = match feed {
        Feed::Entries => ("entries", "that name"),
        Feed::Alarms => ("alarms", "that name, with `alarms = true`,"),
    };
    Some(format!(
        "the store knows the endpoint `{name}`, which the configuration does not have: {count} {what} are not delivered there, and \
         nothing delivers them. Write {write} into [[deliver]] again, and they are delivered; or leave it, if you book them by \
         hand: those after {}, and those of `jetpay deliver waiting {name} --feed {feed}`",
        status.cursor
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warning_says_how_much_is_not_delivered_and_what_to_write() {
        let status = |feed, cursor, waiting| DeliveryStatus {
            stream: DeliveryStream {
                name: "shop".to_owned(),
                feed,
            },
            cursor,
            last: 7,
            waiting,
            parked: 0,
            oldest: None,
        };
        assert_eq!(warning(&status(Feed::Entries, 7, 0)), None);
        for (status, parts) in [
            (
                status(Feed::Entries, 5, 1),
                [
                    "3 entries are not",
                    "Write that name into",
                    "those after 5,",
                ],
            ),
            (
                status(Feed::Alarms, 7, 2),
                ["2 alarms are not", "`alarms = true`", "--feed alarms`"],
            ),
        ] {
            let text = warning(&status).unwrap();
            assert!(parts.iter().all(|part| text.contains(part)), "{text}");
        }
    }
}
