//! Which plan a payout has: the plan of its account, of the last digits of the account number, or of a seed.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;

use super::plan::{CallbackPlan, Ending, OnSend, OnStatus, Plan};

/// The plans of single accounts, and the rule for all others.
#[derive(Default)]
pub(super) struct Script {
    accounts: BTreeMap<String, Plan>,
    otherwise: Otherwise,
    /// The number of payouts of each account, which changes the seed.
    had: BTreeMap<String, u64>,
}

#[derive(Default)]
pub(super) enum Otherwise {
    #[default]
    Digits,
    Always(Plan),
    Chance {
        seed: u64,
        hurry: u32,
    },
}

impl Script {
    pub(super) fn set(&mut self, account: String, plan: Plan) {
        self.accounts.insert(account, plan);
    }

    pub(super) fn otherwise(&mut self, otherwise: Otherwise) {
        self.otherwise = otherwise;
    }

    /// The plan of a new payout to this account.
    pub(super) fn plan(&mut self, account: &str) -> Plan {
        let had = self.had.entry(account.to_owned()).or_default();
        let number = *had;
        *had += 1;
        if let Some(plan) = self.accounts.get(account) {
            return plan.clone();
        }
        match &self.otherwise {
            Otherwise::Digits => plan_of(account),
            Otherwise::Always(plan) => plan.clone(),
            Otherwise::Chance { seed, hurry } => {
                Plan::of_chance(mixed(*seed, account, number)).hurried(*hurry)
            }
        }
    }
}

/// FNV-1a, whose result never changes between versions and machines.
fn mixed(seed: u64, account: &str, number: u64) -> u64 {
    let bytes = seed.to_le_bytes().into_iter().chain(number.to_le_bytes());
    bytes
        .chain(account.bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

/// What the last two digits of an account number do, with a description. All other payouts are paid.
///
/// ```
/// for (digits, _, words) in jetpay_platform::gate::digits() {
///     println!("...{digits:02}  {words}");
/// }
/// ```
#[must_use]
#[rustfmt::skip] // One row a line.
pub fn digits() -> Vec<(u8, Plan, &'static str)> {
    let with_callbacks = |callbacks: CallbackPlan| Plan {
        callbacks,
        ..Plan::default()
    };
    let usual = CallbackPlan::default();
    let backwards = CallbackPlan { processing: true, backwards: true, ..usual };
    let reversed = Plan::ending(Ending::SucceedThenReverse);
    vec![
        (0, Plan::default(), "paid after a second"),
        (1, Plan::ending(Ending::Decline { code: 20_000 }), "declined after a second, code 20000"),
        (2, Plan::once(OnSend::Reject { code: 3104 }), "rejected once, code 3104"),
        (3, Plan::once(OnSend::DropAfter), "the connection breaks after the Gate accepted it; paid"),
        (4, Plan::once(OnSend::DropBefore), "the connection breaks once before the Gate accepts it"),
        (5, Plan::once(OnSend::FailAfter(500)), "HTTP 500 after the Gate accepted it; paid"),
        (6, Plan::once(OnSend::AcceptSlowly(SLOW)), "the answer takes 35 seconds; paid long before it"),
        (7, Plan { later: LATER, ..reversed }, "paid, and reversed 30 seconds later"),
        (8, Plan::ending(Ending::Forget), "forgotten once after a second; the status is 3061"),
        (9, Plan::once(OnSend::InFlight), "rejected once with 3613: an equal payout is in progress"),
        (10, Plan::ending(Ending::Error), "status `error` once after a second"),
        (11, Plan::ending(LINGER), "`external processing` with code 9999 for a minute; paid"),
        (12, Plan::once(OnSend::Refuse(429)), "HTTP 429 once"),
        (13, Plan::once(OnSend::Unreadable), "accepted with an unreadable answer; paid"),
        (14, Plan::once(OnSend::FailBefore(502)), "HTTP 502 once before the Gate accepts it"),
        (15, with_callbacks(CallbackPlan { times: 0, ..usual }), "paid without a callback; only the status shows it"),
        (16, with_callbacks(CallbackPlan { times: 3, ..usual }), "paid, with three callbacks although the first is acknowledged"),
        (17, with_callbacks(backwards), "paid; the callback about `processing` comes last"),
        (18, Plan::ending(Ending::Never), "accepted, and `processing` for ever"),
        (19, Plan::once(OnSend::Refuse(401)), "HTTP 401 once, as if the secret were wrong"),
    ]
}

/// Longer than a client waits.
const SLOW: Duration = Duration::from_secs(35);
const LATER: Duration = Duration::from_secs(30);
const LINGER: Ending = Ending::Linger {
    code: 9999,
    how_long: Duration::from_secs(60),
};

/// The plan of an account number by its last two digits.
pub(super) fn plan_of(account: &str) -> Plan {
    let last = account
        .len()
        .checked_sub(2)
        .and_then(|at| account.get(at..));
    let number: Option<u8> = last.and_then(|last| last.parse().ok());
    digits()
        .into_iter()
        .find(|(digits, ..)| Some(*digits) == number)
        .map(|(_, plan, _)| plan)
        .unwrap_or_default()
}

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
    fn the_last_two_digits_choose_the_plan_and_all_others_are_paid() {
        assert_eq!(plan_of("9182221103"), Plan::once(OnSend::DropAfter));
        assert_eq!(plan_of("9182221110"), Plan::ending(Ending::Error));
        for account in ["9182221133", "9182221100", "3", "", "éé"] {
            assert_eq!(plan_of(account), Plan::default(), "{account}");
        }
    }

    #[test]
    fn no_digits_stand_twice_in_the_table() {
        let mut digits: Vec<u8> = digits().into_iter().map(|(digits, ..)| digits).collect();
        let count = digits.len();
        digits.dedup();
        assert_eq!(digits.len(), count);
        assert!(digits.is_sorted());
    }

    #[test]
    fn a_seed_is_the_same_plan_each_time_and_another_seed_another() {
        assert_eq!(Plan::of_chance(7), Plan::of_chance(7));
        assert_ne!(Plan::of_chance(7), Plan::of_chance(8));
    }

    /// How many variants occur in these lists.
    fn kinds<T>(plans: &[Plan], of: fn(&Plan) -> &Vec<T>) -> usize {
        let all = plans.iter().flat_map(of);
        let kinds = all.map(|it| format!("{:?}", discriminant(it)));
        kinds.collect::<BTreeSet<_>>().len()
    }

    #[test]
    fn a_thousand_seeds_have_everything_but_a_success_after_a_decline() {
        let plans: Vec<Plan> = (0..1000).map(Plan::of_chance).collect();
        assert_eq!(kinds(&plans, |plan| &plan.sends), 10);
        assert_eq!(kinds(&plans, |plan| &plan.status_requests), 5);
        assert_eq!(kinds(&plans, |plan| &plan.endings), 7);
        let any = |has: fn(&CallbackPlan) -> bool| plans.iter().any(|plan| has(&plan.callbacks));
        assert!(any(|callbacks| callbacks.times == 0) && any(|callbacks| callbacks.times > 1));
        assert!(any(|callbacks| callbacks.backwards) && any(|callbacks| callbacks.processing));
    }
}
