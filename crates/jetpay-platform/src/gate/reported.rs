//! The Gate's payouts and top-ups in the platform's own books.

use std::collections::BTreeMap;

use jetpay_core::report::ReportedOperation;

use super::Millis;
use super::state::GateState;
use crate::data_api::reported;

impl GateState {
    /// All operations up to `now`, each as it stands then. What the platform forgot is not among them.
    #[must_use]
    pub fn reported_operations(&self, now: Millis) -> Vec<ReportedOperation> {
        let attempts = self.payouts.iter().flat_map(|payout| {
            let remembered = payout.attempts.iter().filter(|it| !it.is_forgotten(now));
            remembered.map(|it| (&payout.order, it))
        });
        let mut latest = BTreeMap::new();
        for (order, attempt) in attempts {
            for transition in attempt.known(now) {
                let reported = ReportedOperation::new(
                    order.project_id,
                    transition.operation_id.into(),
                    &order.payment_id,
                    transition.kind.into(),
                    transition.status.with_operation_id().into(),
                    order.amount,
                );
                let reported = reported.at(Some(transition.at.div_euclid(1000)));
                latest.insert(transition.operation_id, reported);
            }
        }
        let top_ups = self.top_ups.iter().flat_map(|((project, id), top_up)| {
            let operations = top_up.operations.iter();
            operations.map(|it| reported(*project, id, it))
        });
        latest.into_values().chain(top_ups).collect()
    }
}
