//! The queue against a model of the store and of the receiver, through random results and crashes.

mod model;
mod rules;

use proptest::prelude::*;

use model::{Model, Step};

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        40 => any::<u8>().prop_map(Step::Send),
        40 => (any::<u8>(), any::<u8>()).prop_map(|(which, answer)| Step::Finish(which, answer)),
        15 => any::<u8>().prop_map(Step::Read),
        15 => Just(Step::Record),
        15 => any::<u8>().prop_map(Step::Recorded),
        8 => any::<u16>().prop_map(Step::Wait),
        1 => any::<u16>().prop_map(Step::SetBack),
        2 => any::<u8>().prop_map(Step::Retry),
        1 => any::<u8>().prop_map(Step::Skip),
        1 => any::<u8>().prop_map(Step::Crash),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// The model checks each step: order at first arrival, at most a window sent beyond what is recorded, and at most a
    /// window sent again after a crash. At its end, nothing is lost.
    #[test]
    fn every_item_arrives_in_the_order_of_its_lane_through_any_results_and_crashes(
        lanes in 1..60_i64,
        steps in proptest::collection::vec(any_step(), 1..800),
    ) {
        let mut model = Model::new(500, lanes);
        model.has_unknown = true;
        for step in steps {
            model.step(step);
        }
        model.run_until_all_is_delivered();
    }
}
