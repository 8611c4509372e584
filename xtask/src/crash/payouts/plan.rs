//! What happens to a payout at the Gate.

use std::time::Duration;

use jetpay_platform::gate::{Ending, OnSend, Plan};

use crate::crash::chance::Chance;

/// Divides the times of plans: an answer takes from 0.05 to 3 seconds then, and the services wait for one.
const HURRY: u32 = 20;
/// No answer takes longer, and nothing else does: kills come several in a second.
const LONGEST: Duration = Duration::from_millis(1_500);

/// By chance whatever a Gate does wrong, within a few seconds.
pub(super) fn any(chance: &mut Chance) -> Plan {
    let mut plan = Plan::of_chance(chance.next()).hurried(HURRY);
    for send in &mut plan.sends {
        if let OnSend::AcceptSlowly(time) = send {
            *time = LONGEST.min(*time);
        }
    }
    for ending in &mut plan.endings {
        if let Ending::Linger { how_long, .. } = ending {
            *how_long = LONGEST.min(*how_long);
        }
    }
    let telling = &mut plan.callbacks;
    for time in [
        &mut plan.after,
        &mut plan.later,
        &mut telling.gap,
        &mut telling.delay,
    ] {
        *time = LONGEST.min(*time);
    }
    // Nobody asks about what is paid, so only a callback tells that it came back.
    if plan.endings.contains(&Ending::SucceedThenReverse) {
        telling.times = telling.times.max(1);
    }
    plan
}

/// What becomes of a payout that was accepted so many times, in the word of its state; none if it is to be sent again.
pub(super) fn ending(plan: &Plan, accepted: usize) -> Option<&'static str> {
    let last = accepted.checked_sub(1)?;
    match plan.endings.get(last).copied().unwrap_or(Ending::Succeed) {
        Ending::Succeed | Ending::Linger { .. } | Ending::DeclineThenSucceed => Some("paid"),
        Ending::SucceedThenReverse => Some("reversed"),
        Ending::Decline { .. } => Some("declined"),
        Ending::Never => Some("accepted"),
        _ => None,
    }
}
