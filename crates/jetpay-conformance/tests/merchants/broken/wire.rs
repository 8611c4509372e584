//! Faults in HTTP, sizes and times.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Broken, Wire, acknowledged, deposited, merchant, refused, verified, wire};
use crate::merchant::{Answer, Incoming};

/// The time limit of the slow merchants.
const PATIENCE: Duration = Duration::from_millis(200);

/// Whether the last body was too large.
static FULL: AtomicBool = AtomicBool::new(false);

/// The payments of callbacks that were too large.
static REFUSED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
static FORGOTTEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

pub(super) static ALL: &[Broken] = &[
    wire(Wire::ReadsWhatIsThere).fails(&["connection-slow"]),
    wire(Wire::IgnoresChunks).fails(&["connection-chunked"]),
    wire(Wire::ForgetsTheNext).fails(&["connection-pipelined"]),
    wire(Wire::RepeatsItself).fails(&["connection-kept", "connection-pipelined"]),
    wire(Wire::ClosesSilently).fails(&["connection-kept"]),
    wire(Wire::StumblesOverACut).fails(&["connection-cut"]),
    // Runs out of memory with a body of one MiB, and fails the next request while it starts again.
    merchant("stumbles-over-large-bodies")
        .crashes(|it| {
            let full = FULL.swap(is_large(it), Ordering::Relaxed);
            is_large(it) || full
        })
        .fails(&["large-verify", "large-callback"]),
    // Refuses a callback of a payment that had a callback that was too large.
    merchant("refuses-what-was-too-large")
        .says(409, |it| had_a_large_one(it, &REFUSED))
        .fails(&["large-callback"]),
    // Acknowledges a callback of a payment that had a callback that was too large, and does nothing.
    merchant("forgets-what-was-too-large")
        .says(200, |it| had_a_large_one(it, &FORGOTTEN))
        .fails(&["large-callback"]),
    slow("slow-verify", verified).fails(&["time-verify", "time-in-a-row"]),
    slow("slow-deposit", deposited).fails(&["time-deposit"]),
    slow("slow-callback", acknowledged).fails(&["time-callback"]),
    slow("slow-refusal", refused).fails(&["time-refusals"]),
];

/// Answers later than the time limit.
const fn slow(name: &'static str, when: fn(&Incoming, &Answer) -> bool) -> Broken {
    merchant(name)
        .changes(|it| it.wait = Duration::from_millis(300))
        .on(when)
        .patience(PATIENCE)
}

fn is_large(incoming: &Incoming) -> bool {
    incoming.body.len() > 500_000
}

/// Whether an earlier callback of its payment was too large. The right merchant refuses the large one itself.
fn had_a_large_one(incoming: &Incoming, large: &Mutex<BTreeSet<String>>) -> bool {
    let payment_id = incoming.at("/payment/id");
    let Some(payment_id) = payment_id.as_str() else {
        return false;
    };
    let mut large = large.lock().unwrap();
    if is_large(incoming) {
        large.insert(payment_id.to_owned());
        return false;
    }
    large.contains(payment_id)
}
