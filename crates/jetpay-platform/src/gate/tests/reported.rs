//! The Gate's payouts in the platform's own books.

use jetpay_core::{Currency, Money};

use super::*;

/// `type status time` of each operation, with the time in seconds after the send.
fn reported(state: &GateState, after: Millis) -> Vec<String> {
    let operations = state.reported_operations(NOW + after).into_iter();
    let lines = operations.map(|it| {
        assert_eq!(
            (it.project_id, &*it.payment_id, it.amount.minor()),
            (35.into(), "p-1", 100)
        );
        let since = it.time.unwrap() - NOW / SECOND;
        format!("{} {} {since}", it.kind.as_str(), it.status.as_str())
    });
    lines.collect()
}

#[test]
fn each_operation_is_reported_as_it_is_at_that_time() {
    for (ending, soon, late) in [
        (
            Ending::Succeed,
            vec!["payout success 1"],
            vec!["payout success 1"],
        ),
        (
            Ending::Decline { code: 100 },
            vec!["payout decline 1"],
            vec!["payout decline 1"],
        ),
        (
            Ending::Error,
            vec!["payout error 1"],
            vec!["payout error 1"],
        ),
        (
            Ending::Never,
            vec!["payout processing 0"],
            vec!["payout processing 0"],
        ),
        (Ending::Forget, vec![], vec![]),
        (
            Ending::SucceedThenReverse,
            vec!["payout success 1"],
            vec!["payout success 1", "payout reversal success 6"],
        ),
        (
            Ending::DeclineThenSucceed,
            vec!["payout decline 1"],
            vec!["payout decline 1", "payout success 6"],
        ),
    ] {
        let mut state = state(Plan::ending(ending));
        send(&mut state, NOW, "p-1");
        assert_eq!(reported(&state, 999), ["payout processing 0"], "{ending:?}");
        assert_eq!(reported(&state, SECOND), soon, "{ending:?}");
        assert_eq!(reported(&state, 60 * SECOND), late, "{ending:?}");
    }
}

#[test]
fn rejected_send_is_not_reported() {
    let mut state = state(Plan::once(OnSend::Reject { code: 3104 }));
    send(&mut state, NOW, "p-1");
    assert_eq!(reported(&state, SECOND), [] as [&str; 0]);
}

#[test]
fn top_up_that_the_platform_made_is_reported_beside_the_payouts() {
    use crate::messages::{Callback, Operation};

    let mut state = state(Plan::default());
    send(&mut state, NOW, "p-1");
    let sale = Operation::new("sale", "success", Money::new(700, Currency::KZT));
    let id = sale.id;
    state.has_made(Callback::new(
        &crate::KASPI,
        35.into(),
        "t-1",
        "success",
        sale,
    ));
    let reported = state.reported_operations(NOW + SECOND);
    let [payout, top_up] = &reported[..] else {
        panic!("{reported:?}");
    };
    assert_eq!((&*payout.payment_id, payout.amount.minor()), ("p-1", 100));
    assert_eq!((&*top_up.payment_id, top_up.amount.minor()), ("t-1", 700));
    assert_eq!(top_up.operation_id.number(), id);
    assert!(top_up.time.is_some());
}
