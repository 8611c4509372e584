//! The Gate's payouts in the platform's own books.

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
