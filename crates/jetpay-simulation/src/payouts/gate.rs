//! What the platform does with payouts, by chance; and what it tells that does not fit.

use std::time::Duration;

use jetpay_core::Currency;
use jetpay_platform::gate::{Ending, Habits, Plan};
use jetpay_platform::{METHODS, MethodFacts};

use super::told::Kind;
use super::wish::Wish;
use crate::chance::Chance;
use crate::fact::{Fact, Flaw, Meaning, Saying};
use crate::setting::{PROJECTS, Setting};

const HOUR: Duration = Duration::from_secs(3600);

/// Operations that the Gate does not number begin here.
const OPERATIONS: u64 = 9_000_000_000;

/// What the platform's documents leave open.
pub(super) fn habits(chance: &mut Chance) -> Habits {
    Habits {
        signs_answers: chance.happens(500),
        codes_are_numbers: chance.happens(500),
        rejects_with: chance.among(&[200, 400]),
        one_at_a_time: chance.happens(300),
        ..Habits::default()
    }
}

/// What happens to one payout.
pub(super) fn plan(chance: &mut Chance) -> Plan {
    let seed = chance.between(0..=i64::MAX).cast_unsigned();
    let mut plan = Plan::of_chance(seed);
    let hours = |chance: &mut Chance, longest| {
        HOUR * u32::try_from(chance.between(1..=longest)).expect("a few hours")
    };
    match chance.below(25) {
        0 => plan.endings = vec![Ending::DeclineThenSucceed],
        1 => plan.endings = vec![Ending::Error; chance.below(12)],
        2 => plan.endings = vec![Ending::Forget; chance.below(12)],
        3 => {
            let how_long = hours(chance, 60);
            plan.endings = vec![Ending::Linger {
                code: 9999,
                how_long,
            }];
        }
        4 => plan.later = hours(chance, 24 * 12),
        _ => {}
    }
    plan
}

/// Something that the platform tells of a payout, and that does not fit it; or that a part of it came back.
pub(super) fn odd(
    chance: &mut Chance,
    setting: &Setting,
    wish: &Wish,
    (id, number): (&str, usize),
    is_paid: bool,
    now: i64,
) -> Vec<(Kind, Vec<u8>)> {
    let operation = OPERATIONS + u64::try_from(number).unwrap_or_default();
    let mut saying = Saying {
        project: wish.project_id(),
        payment_type: "payout",
        words: ["payout", "success", "success"],
        operation,
        amount: wish.amount,
        currency: Currency::KZT,
        meaning: Meaning::Nothing,
        flaw: Flaw::None,
    };
    match chance.below(if is_paid { 8 } else { 6 }) {
        0 => saying.amount += 1,
        1 => saying.project = PROJECTS[1 - wish.project],
        2 => {
            saying.payment_type = "purchase";
            saying.words[0] = "sale";
        }
        3 => saying.words[0] = "manual change",
        4 => saying.words[2] = "partially paid out",
        5 => {
            saying.words = ["payout reversal", "success", "reversed"];
            saying.amount *= 2;
        }
        _ => {
            saying.words = ["payout reversal", "success", "partially reversed"];
            saying.amount = chance.between(1..=wish.amount - 1);
            let kind = Kind::CameBack(saying.amount);
            // One operation, told under two statuses of the payment.
            let mut again = saying.clone();
            again.words[2] = "reversed";
            return [saying, again]
                .map(|saying| (kind, written(setting, id, saying, now)))
                .into();
        }
    }
    vec![(Kind::Odd, written(setting, id, saying, now))]
}

/// A top-up is paid.
pub(super) fn sale(
    setting: &Setting,
    id: &str,
    number: usize,
    amount: i64,
    now: i64,
) -> (Kind, Vec<u8>) {
    let saying = Saying {
        project: PROJECTS[0],
        payment_type: "purchase",
        words: ["sale", "success", "success"],
        operation: 2 * OPERATIONS + u64::try_from(number).unwrap_or_default(),
        amount,
        currency: Currency::KZT,
        meaning: Meaning::Pays,
        flaw: Flaw::None,
    };
    (Kind::TopUp, written(setting, id, saying, now))
}

fn written(setting: &Setting, id: &str, saying: Saying, now: i64) -> Vec<u8> {
    let key = setting.key(saying.project, true);
    let mut fact = Fact::new(0, &id.into(), saying);
    fact.write(0, method(), key, now).to_vec()
}

fn method() -> &'static MethodFacts {
    let qiwi = METHODS.iter().find(|method| method.name == "qiwi-kz");
    qiwi.expect("a method of the documents")
}
