//! The generator: which plans come from a seed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use fastrand::Rng;
use jetpay_core::{Currency, Money};

use super::generator::amount;
use super::{Action, Fault, Generator, MessageKind, Plan, Step};
use crate::methods::METHODS;
use crate::top_up::CallbackKind;

fn plans(faults: &str, count: usize) -> Vec<Plan> {
    let faults = faults.parse().unwrap();
    Generator::new(11, &METHODS, 4, Currency::KZT, faults)
        .take(count)
        .collect()
}

#[test]
fn same_seed_gives_the_same_traffic_and_another_seed_another() {
    let of = |seed| {
        let all = "all".parse().unwrap();
        Generator::new(seed, &METHODS, 4, Currency::KZT, all)
            .take(200)
            .collect::<Vec<_>>()
    };
    assert_eq!(of(11), of(11));
    assert_ne!(of(11), of(12));
}

#[test]
fn share_of_a_fault_does_not_change_who_pays_what() {
    let who = |plans: Vec<Plan>| -> Vec<_> {
        plans
            .into_iter()
            .map(|plan| (plan.route, plan.customer, plan.amount, plan.is_abandoned()))
            .collect()
    };
    assert_eq!(who(plans("none", 500)), who(plans("slow=500", 500)));
}

#[test]
fn without_faults_everything_else_occurs() {
    let plans = plans("none", 5_000);
    assert!(plans.iter().all(|plan| plan.faults().next().is_none()));
    let kinds: BTreeSet<MessageKind> = plans
        .iter()
        .flat_map(|plan| plan.steps.iter().map(MessageKind::of))
        .collect();
    let expected = [
        MessageKind::Processing,
        MessageKind::Success,
        MessageKind::Decline,
        MessageKind::Refund,
        MessageKind::Reversal,
    ];
    assert!(kinds.iter().eq(&expected), "{kinds:?}");

    let share = |has: &dyn Fn(&Plan) -> bool| plans.iter().filter(|plan| has(plan)).count() / 50;
    let says = |kind| {
        move |plan: &Plan| {
            plan.steps
                .iter()
                .any(|it| it.action == Action::Deliver(kind))
        }
    };
    assert!((8..=12).contains(&share(&Plan::is_abandoned)));
    assert!((78..=84).contains(&share(&says(CallbackKind::Success))));
    assert!((7..=11).contains(&share(&says(CallbackKind::Decline))));
    assert!((15..=21).contains(&share(&says(CallbackKind::Processing))));
    assert!((27..=33).contains(&share(&|plan: &Plan| plan.verifies.len() > 1)));

    let routes: BTreeSet<_> = plans.iter().map(|plan| plan.route).collect();
    let customers: BTreeSet<_> = plans.iter().map(|plan| plan.customer).collect();
    assert_eq!((routes.len(), customers.len()), (METHODS.len(), 4));
    assert!(plans.iter().zip(1..).all(|(plan, n)| plan.number == n));
}

#[test]
fn amounts_are_within_the_limits_of_the_method() {
    for plan in plans("all", 5_000) {
        let limits = METHODS[plan.route].limits;
        assert!(limits.is_none_or(|limits| limits.contain(plan.amount)));
    }
}

#[test]
fn first_callback_comes_a_second_or_two_after_check_deposit() {
    for plan in plans("none", 1_000) {
        if let Some(first) = plan.steps.first() {
            assert!((1_000..2_000).contains(&first.after.as_millis()));
        }
        assert_eq!(plan.verifies[0], Duration::ZERO);
        assert!(plan.verifies.len() <= 3);
        assert!((500..=1500).contains(&plan.pause_per_mille));
    }
}

#[test]
fn every_fault_occurs_as_often_as_its_share_says() {
    for fault in Fault::ALL {
        let name = format!("{fault}=200");
        let plans = plans(&name, 5_000);
        let paid = plans.iter().filter(|plan| !plan.is_abandoned());
        let among = match fault {
            Fault::UnknownCustomer => plans.len(),
            _ => paid.count(),
        };
        let with: Vec<Vec<Fault>> = plans
            .iter()
            .map(|plan| plan.faults().collect())
            .filter(|faults: &Vec<_>| !faults.is_empty())
            .collect();
        assert!(with.iter().all(|faults| *faults == [fault]), "{fault}");
        let per_mille = with.len() * 1000 / among;
        assert!((180..=220).contains(&per_mille), "{fault}: {per_mille}");
    }
}

#[test]
fn with_all_faults_the_true_result_is_still_sent() {
    let mut seen: BTreeMap<Fault, u32> = BTreeMap::new();
    for plan in plans("all=500", 2_000) {
        plan.faults()
            .for_each(|fault| *seen.entry(fault).or_default() += 1);
        let tells = |step: &&Step| {
            let (Action::Deliver(kind) | Action::AtOnce(kind, _) | Action::Slowly(kind, _)) =
                step.action
            else {
                return false;
            };
            matches!(kind, CallbackKind::Success | CallbackKind::Decline)
        };
        assert!(plan.is_abandoned() || plan.steps.iter().any(|it| tells(&it)));
        let place = |expected: &dyn Fn(&Step) -> bool| plan.steps.iter().position(expected);
        let lie = place(&|it| matches!(it.action, Action::Tampered | Action::BadSignature));
        let truth = place(&|it| tells(&it));
        assert!(lie.is_none() || lie < truth, "{plan:?}");
    }
    assert_eq!(seen.len(), Fault::ALL.len(), "{seen:?}");
}

#[test]
fn ten_thousand_amounts_are_within_the_limits_and_mostly_round() {
    for method in &METHODS {
        let mut chance = Rng::with_seed(5);
        let amounts: Vec<Money> = (0..10_000)
            .map(|_| amount(&mut chance, method.limits, Currency::KZT))
            .collect();
        assert!(amounts.iter().all(|amount| amount.is_positive()));
        if let Some(limits) = method.limits {
            assert!(amounts.iter().all(|amount| limits.contain(*amount)));
            assert!(amounts.contains(&limits.min) && amounts.contains(&limits.max));
        }
        let of = |unit: i64| amounts.iter().filter(|it| it.minor() % unit == 0).count();
        assert!(of(50_000) > 7_000, "multiples of 500 KZT: {}", of(50_000));
        assert!(of(100) > 9_000 && of(100) < 9_500, "whole: {}", of(100));
    }
}

#[test]
fn other_currency_has_its_own_digits_and_no_limits() {
    let yen = Currency::parse("JPY").unwrap();
    let limits = METHODS.iter().find_map(|method| method.limits);
    let mut chance = Rng::with_seed(5);
    let amounts: Vec<Money> = (0..1000)
        .map(|_| amount(&mut chance, limits, yen))
        .collect();
    assert!(
        amounts
            .iter()
            .all(|amount| (100..=200_000).contains(&amount.minor()) && amount.currency() == yen)
    );
}
