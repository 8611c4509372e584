//! Whatever happens, 404 means that the system says that the customer is unknown.

use jetpay_billing::Failure;
use jetpay_qiwi_kz::QiwiKz;
use proptest::prelude::*;
use serde_json::json;

use crate::stand_in::{HOUR, SECOND, Says, failures, owing, shop};

/// A step of a history.
#[derive(Clone, Debug)]
enum Step {
    Says(Says),
    Pass(i64),
    Verify,
    CheckDeposit,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let failure = prop::sample::select(failures().to_vec()).prop_map(Says::Fails);
    let refusal = Just(Says::Fails(Failure::Said("79".to_owned())));
    let says = prop_oneof![
        2 => (0..3_i64).prop_map(owing),
        2 => Just(Says::Unknown),
        3 => failure,
        1 => refusal,
        1 => Just(Says::Panics),
    ];
    let times = vec![1, 4 * SECOND, 10 * SECOND, 30 * SECOND, 12 * HOUR];
    prop_oneof![
        3 => says.prop_map(Step::Says),
        3 => prop::sample::select(times).prop_map(Step::Pass),
        4 => Just(Step::Verify),
        2 => Just(Step::CheckDeposit),
        1 => Just(Step::Restart),
    ]
}

/// Follows a history. An answer is 404 exactly if the system says that the customer is unknown, or said so less than five
/// seconds ago. After a no, `verify` says yes when the system does.
async fn follow(steps: Vec<Step>) {
    let mut shop = shop().await;
    let (mut says, mut unknown_until) = (Says::Customer(json!({})), None);
    let mut is_refused = false;
    for step in &steps {
        let asked = shop.system.asked();
        let answer = match step {
            Step::Says(what) => {
                says = what.clone();
                shop.system.says(says.clone());
                continue;
            }
            Step::Pass(millis) => {
                shop.pass(*millis);
                continue;
            }
            Step::Restart => {
                shop.restart();
                unknown_until = None;
                continue;
            }
            Step::Verify => shop.verify::<QiwiKz>().await,
            Step::CheckDeposit => shop.check_deposit::<QiwiKz>(json!({})).await,
        };
        if shop.system.asked() > asked {
            let until = shop.now().0 + 5 * SECOND;
            unknown_until = matches!(says, Says::Unknown).then_some(until);
            is_refused = match &says {
                Says::Customer(_) => false,
                Says::Unknown | Says::Fails(Failure::Said(_)) => true,
                Says::Fails(_) | Says::Panics => is_refused,
            };
        }
        let is_unknown = unknown_until.is_some_and(|until| shop.now().0 < until);
        let place = format!("{step:?} of {steps:#?}: {answer}");
        assert_eq!(answer["code"] == 404, is_unknown, "{place}");
        if matches!(step, Step::Verify) && is_refused {
            assert_ne!(answer["code"], 0, "{place}");
        }
        assert!(
            [0, 404, 500].contains(&answer["code"].as_i64().unwrap()),
            "{place}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_happens_404_means_that_the_system_says_unknown(steps in prop::collection::vec(step(), 1..40)) {
        actix_web::rt::System::new().block_on(follow(steps));
    }
}
