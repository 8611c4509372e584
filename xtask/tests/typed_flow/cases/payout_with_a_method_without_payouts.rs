//! A program cannot pay out with a method that has no payouts.
//! error: the trait bound `Kaspi: Payouts` is not satisfied

use jetpay_core::Project;
use jetpay_gate::Gate;
use jetpay_kaspi::Kaspi;
use jetpay_qiwi_kz::{Payout, QiwiKz};

pub async fn pay_out(gate: &Gate, project: &Project, payout: &Payout) {
    #[cfg(not(wrong))]
    let _ = gate.payout::<QiwiKz>(project, payout).await;
    #[cfg(wrong)]
    let _ = gate.payout::<Kaspi>(project, payout).await;
}
