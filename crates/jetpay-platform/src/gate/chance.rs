//! Random plans, each made from a seed.

use std::time::Duration;

use fastrand::Rng;

use super::plan::{CallbackPlan, Ending, OnSend, OnStatus, Plan};

/// Codes that reject a send for good.
const REJECTIONS: [u32; 4] = [2004, 2701, 3028, 3104];
/// Codes that decline a payout.
const DECLINES: [u32; 5] = [100, 20_000, 20_101, 20_102, 20_105];
/// Codes that ask the merchant to wait.
const WAITING: [u32; 5] = [9999, 19_999, 20_802, 20_899, 29_999];
/// HTTP statuses that say nothing about the outcome.
const FAILURES: [u16; 4] = [408, 500, 502, 504];

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(60 * 60);

impl Plan {
    /// The plan of a seed. The same seed gives the same plan. Over many seeds everything occurs but
    /// [`Ending::DeclineThenSucceed`]. Most payouts end within an hour; some take longer than a day.
    #[must_use]
    pub fn of_chance(seed: u64) -> Self {
        let mut chance = Rng::with_seed(seed);
        Self {
            sends: some(&mut chance, 3, send),
            status_requests: some(&mut chance, 3, ask),
            endings: endings(&mut chance),
            after: time(&mut chance),
            later: time(&mut chance),
            callbacks: callbacks(&mut chance),
        }
    }
}

/// An empty list in half of the cases, otherwise a short one.
fn some<T>(chance: &mut Rng, most: usize, one: fn(&mut Rng) -> T) -> Vec<T> {
    let count = if chance.bool() {
        chance.usize(1..=most)
    } else {
        0
    };
    (0..count).map(|_| one(chance)).collect()
}

fn send(chance: &mut Rng) -> OnSend {
    match chance.u8(0..16) {
        0 => OnSend::Accept,
        1 | 2 => OnSend::AcceptSlowly(SECOND * chance.u32(1..=60)),
        3..=5 => OnSend::DropBefore,
        6..=8 => OnSend::DropAfter,
        9 => OnSend::FailBefore(among(chance, &FAILURES)),
        10 | 11 => OnSend::FailAfter(among(chance, &FAILURES)),
        12 => OnSend::Unreadable,
        13 => OnSend::Refuse(among(chance, &[401, 403, 429])),
        14 => OnSend::InFlight,
        _ => OnSend::Reject {
            code: among(chance, &REJECTIONS),
        },
    }
}

fn ask(chance: &mut Rng) -> OnStatus {
    match chance.u8(0..6) {
        0 | 1 => OnStatus::Answer,
        2 => OnStatus::Slowly(SECOND * chance.u32(1..=60)),
        3 => OnStatus::Drop,
        4 => OnStatus::Fail(among(chance, &FAILURES)),
        _ => OnStatus::Unreadable,
    }
}

/// An ending, after up to two others that allow another send of the same id.
fn endings(chance: &mut Rng) -> Vec<Ending> {
    let mut endings = some(chance, 2, |chance| {
        if chance.bool() {
            Ending::Error
        } else {
            Ending::Forget
        }
    });
    endings.push(match chance.u8(0..16) {
        0..=8 => Ending::Succeed,
        9..=11 => Ending::Decline {
            code: among(chance, &DECLINES),
        },
        12 | 13 => Ending::SucceedThenReverse,
        14 => Ending::Linger {
            code: among(chance, &WAITING),
            how_long: time(chance),
        },
        _ => Ending::Never,
    });
    endings
}

fn time(chance: &mut Rng) -> Duration {
    match chance.u8(0..16) {
        0 | 1 => Duration::ZERO,
        2..=8 => SECOND / 10 * chance.u32(1..=50),
        9..=13 => SECOND * chance.u32(5..=300),
        14 => SECOND * chance.u32(300..=3600),
        _ => HOUR * chance.u32(1..=40),
    }
}

fn callbacks(chance: &mut Rng) -> CallbackPlan {
    CallbackPlan {
        times: among(chance, &[0, 1, 1, 1, 1, 2, 3]),
        gap: SECOND * chance.u32(0..=20),
        delay: among(
            chance,
            &[Duration::ZERO, Duration::ZERO, SECOND, SECOND * 60, HOUR],
        ),
        processing: chance.bool(),
        backwards: chance.u8(0..4) == 0,
    }
}

fn among<T: Copy>(chance: &mut Rng, values: &[T]) -> T {
    values[chance.usize(0..values.len())]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::mem::discriminant;

    use super::*;

    #[test]
    fn a_seed_is_the_same_plan_each_time_and_another_seed_another() {
        assert_eq!(Plan::of_chance(7), Plan::of_chance(7));
        assert_ne!(Plan::of_chance(7), Plan::of_chance(8));
    }

    #[test]
    fn a_thousand_seeds_have_everything_but_a_success_after_a_decline() {
        let plans: Vec<Plan> = (0..1000).map(Plan::of_chance).collect();
        let count = |words: fn(&Plan) -> Vec<String>| {
            plans.iter().flat_map(words).collect::<BTreeSet<_>>().len()
        };
        assert_eq!(
            count(|plan| plan
                .sends
                .iter()
                .map(|it| format!("{:?}", discriminant(it)))
                .collect()),
            10
        );
        assert_eq!(
            count(|plan| plan
                .status_requests
                .iter()
                .map(|it| format!("{:?}", discriminant(it)))
                .collect()),
            5
        );
        assert_eq!(
            count(|plan| plan
                .endings
                .iter()
                .map(|it| format!("{:?}", discriminant(it)))
                .collect()),
            7
        );
        let any = |has: fn(&CallbackPlan) -> bool| plans.iter().any(|plan| has(&plan.callbacks));
        assert!(any(|callbacks| callbacks.times == 0) && any(|callbacks| callbacks.times > 1));
        assert!(any(|callbacks| callbacks.backwards) && any(|callbacks| callbacks.processing));
    }
}
