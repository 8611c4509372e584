//! When an item is sent again.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use jetpay_ledger::Millis;

/// The pauses after the first, second, ... failed attempt. The last one is repeated for ever.
const PAUSES: [Duration; 6] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(30 * 60),
];

/// The longest pause that a receiver can ask for (`Retry-After`): a wrong number must not hold an item for a day.
pub(super) const LONGEST: Duration = Duration::from_secs(60 * 60);

/// How long an endpoint that says it is gone is left alone (HTTP 410).
pub(super) const GONE: Duration = Duration::from_secs(30 * 60);

/// When an item is sent again after so many attempts. The pause is longer by up to a tenth, by the item: what failed together
/// is not sent again in one moment. `asked`: how long the receiver asks to wait, at least.
pub(super) fn again_at(now: Millis, seq: i64, attempts: u32, asked: Option<Duration>) -> Millis {
    let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let pause = PAUSES[index.min(PAUSES.len() - 1)];
    let mut hasher = DefaultHasher::new();
    (seq, attempts).hash(&mut hasher);
    let tenth = u64::try_from(pause.as_millis() / 10).unwrap_or(u64::MAX);
    let jitter = Duration::from_millis(hasher.finish() % tenth.max(1));
    let pause = (pause + jitter).max(asked.unwrap_or_default()).min(LONGEST);
    after(now, pause)
}

/// This time and a pause.
pub(in crate::deliver) fn after(now: Millis, pause: Duration) -> Millis {
    let pause = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
    Millis(now.0.saturating_add(pause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_half_an_hour_and_a_receiver_can_ask_for_longer_ones_up_to_an_hour() {
        let pause = |attempts, asked: Option<u64>| {
            let asked = asked.map(Duration::from_secs);
            again_at(Millis(1_000), 7, attempts, asked).0 - 1_000
        };
        for (attempts, seconds) in [
            (1, 1),
            (2, 5),
            (3, 30),
            (4, 120),
            (5, 600),
            (6, 1800),
            (7, 1800),
            (u32::MAX, 1800),
        ] {
            let (least, most) = (seconds * 1_000, seconds * 1_100);
            let pause = pause(attempts, None);
            assert!((least..most).contains(&pause), "{attempts}: {pause}");
        }
        assert_eq!(pause(1, Some(90)), 90_000);
        assert!(
            pause(6, Some(90)) >= 1_800_000,
            "a shorter pause is not taken"
        );
        assert_eq!(pause(1, Some(u64::MAX)), 3_600_000);
        let at = |seq| again_at(Millis(0), seq, 6, None);
        assert_ne!(at(1), at(2), "what failed together comes apart");
    }
}
