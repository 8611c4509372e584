//! HTTP by hand, and time.

use std::time::Duration;

use super::{Broken, Wire};
use crate::shop::Fault;

pub(super) static ALL: &[Broken] = &[
    Broken::wire(
        "reads-once",
        "Takes what comes with the first packet for the whole request.",
        Wire::ReadsOnce,
        &[],
    ),
    Broken::wire(
        "forgets-the-next",
        "Throws away what came behind a request, and so the next request of a pipeline.",
        Wire::ForgetsTheNext,
        &[],
    ),
    Broken::wire(
        "repeats-itself",
        "Answers every request of a connection with the first answer.",
        Wire::RepeatsItself,
        &[],
    ),
    Broken::wire(
        "closes-silently",
        "Closes the connection after each answer and does not say so.",
        Wire::ClosesSilently,
        &[],
    ),
    Broken::wire(
        "talks-to-head",
        "Sends a body with the answer to HEAD.",
        Wire::TalksToHead,
        &[],
    ),
    Broken::wire(
        "leaves-large-bodies",
        "Does not read large bodies, and takes them for the next request.",
        Wire::LeavesLargeBodies,
        &[],
    ),
    Broken::new(
        "slow",
        "Takes its time for verify.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_verify() {
                answer.wait = Duration::from_millis(60);
            }
        }),
        &[],
    )
    .patience(Duration::from_millis(40)),
];
