//! Which plan a payout has.

use std::collections::BTreeMap;
use std::time::Duration;

use super::plan::{CallbackPlan, Ending, OnSend, Plan};

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

#[cfg(test)]
mod tests {
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
}
