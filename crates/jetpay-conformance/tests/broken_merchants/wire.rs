//! Faults in HTTP, sizes and times.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Broken, Wire};
use crate::merchant::{Answer, Fault, Incoming};

/// Longer than the time limit.
const LONG: Duration = Duration::from_millis(300);
/// The time limit.
const PATIENCE: Duration = Duration::from_millis(200);

/// Whether the last body was too large.
static FULL: AtomicBool = AtomicBool::new(false);

/// The payments of callbacks that were too large.
static REFUSED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
static FORGOTTEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

pub(super) static ALL: &[Broken] = &[
    Broken::wire(
        "reads-what-is-there",
        "Processes the bytes that came within a moment as the whole request.",
        Wire::ReadsWhatIsThere,
        &["connection-slow"],
    ),
    Broken::wire(
        "ignores-chunks",
        "Does not read chunked bodies.",
        Wire::IgnoresChunks,
        &["connection-chunked"],
    )
    .advised_against(),
    Broken::wire(
        "forgets-the-next",
        "Drops the bytes after a request, and so the next request of a pipeline.",
        Wire::ForgetsTheNext,
        &["connection-pipelined"],
    )
    .advised_against(),
    Broken::wire(
        "repeats-itself",
        "Answers every request of a connection with the first answer.",
        Wire::RepeatsItself,
        &["connection-kept", "connection-pipelined"],
    ),
    Broken::wire(
        "closes-silently",
        "Closes the connection after each answer without announcing it.",
        Wire::ClosesSilently,
        &["connection-kept"],
    ),
    Broken::wire(
        "stumbles-over-a-cut",
        "Fails the next request after a connection that was cut.",
        Wire::StumblesOverACut,
        &["connection-cut"],
    ),
    Broken::new(
        "stumbles-over-large-bodies",
        "Runs out of memory with a body of one MiB, and fails the next request while it starts again.",
        Fault::Stops(|incoming| {
            let large = incoming.body.len() > 500_000;
            let full = FULL.swap(large, Ordering::Relaxed);
            (large || full).then(Answer::crash)
        }),
        &["large-verify", "large-callback"],
    ),
    Broken::new(
        "refuses-what-was-too-large",
        "Refuses a callback of a payment that had a callback that was too large.",
        Fault::Stops(|incoming| {
            let answer = after_a_large_one(incoming, &REFUSED, 409)?;
            Some(Answer::new(answer, ""))
        }),
        &["large-callback"],
    ),
    Broken::new(
        "forgets-what-was-too-large",
        "Acknowledges a callback of a payment that had a callback that was too large, and does nothing.",
        Fault::Stops(|incoming| {
            let answer = after_a_large_one(incoming, &FORGOTTEN, 200)?;
            Some(Answer::new(answer, ""))
        }),
        &["large-callback"],
    ),
    Broken::new(
        "slow-verify",
        "Answers verify late.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_verify() && answer.is_good() {
                answer.wait = LONG;
            }
        }),
        &["time-verify", "time-in-a-row"],
    )
    .advised_against()
    .patience(PATIENCE),
    Broken::new(
        "slow-deposit",
        "Answers check_deposit late.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_check_deposit() && answer.is_good() {
                answer.wait = LONG;
            }
        }),
        &["time-deposit"],
    )
    .advised_against()
    .patience(PATIENCE),
    Broken::new(
        "slow-callback",
        "Answers callbacks late.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_callback() && answer.status == 200 {
                answer.wait = LONG;
            }
        }),
        &["time-callback"],
    )
    .advised_against()
    .patience(PATIENCE),
    Broken::new(
        "slow-refusal",
        "Refuses late.",
        Fault::Answers(|_, answer| {
            if answer.is_refusal() {
                answer.wait = LONG;
            }
        }),
        &["time-refusals"],
    )
    .advised_against()
    .patience(PATIENCE),
];

/// Answers a callback that is too large with HTTP 413, and later ones of its payment with this status.
fn after_a_large_one(
    incoming: &Incoming,
    large: &Mutex<BTreeSet<String>>,
    later: u16,
) -> Option<u16> {
    let payment_id = incoming.json()["payment"]["id"].as_str()?.to_owned();
    let mut large = large.lock().unwrap();
    if incoming.body.len() > 500_000 {
        large.insert(payment_id);
        return Some(413);
    }
    large.contains(&payment_id).then_some(later)
}
