//! Each row of the protocol's table of payouts, and what does not fit: late, contradictory or foreign reports.

use super::given::*;
use super::histories::Seen;
use crate::model::AlarmKind;
use crate::payout::lease::GateAddress;
use crate::payout::resolve::PayoutResolution;
use crate::payout::snapshot::Action;
use crate::payout::step::StepKind;

/// `name | what happened | state, reserved, paid, next action, status of the last event | its steps | its alarms`.
///
/// Events are separated by `;`; [`parse`] reads them. Values with `,` between them stand for one example each. A time is in
/// seconds since the start.
const EXAMPLES: &str = "
new payout is sent at once | lease | unknown 10000 0 ask@70 noted | sent |
never sent again after a crash | lease; +70 lease | unknown 10000 0 ask@140 noted |  |
unknown outcome is queried and sends nothing | lease; unknown | unknown 10000 0 ask@10 noted | unknown |
payout that is not known is sent again | lease; +70 lease; not_known | created 10000 0 send@70 noted | not_known |
and so under the same id | lease; +70 lease; not_known; lease | unknown 10000 0 ask@140 noted | sent |
each time later if it is forgotten | lease; +70 lease; not_known; lease; unknown; +10 lease; not_known | created 10000 0 send@90 noted | not_known |
accepted payout is queried | lease; accept | accepted 10000 0 ask@10 noted | accepted |
until there is an outcome | lease; accept; +10 lease; found processing | accepted 10000 0 ask@20 noted |  |
and less often | lease; accept; +10 lease; found processing; +10 lease; unanswered | accepted 10000 0 ask@35 noted |  |
payout that is not taken now is sent again later | lease; not_now | created 10000 0 send@10 noted | postponed |
and the waits grow | lease; not_now; +10 lease; not_now | created 10000 0 send@25 noted | postponed |
rejected payout is released for good | lease; reject | rejected 0 0 - applied | rejected |
status error permits another send | lease; accept; +10 lease; found error | created 10000 0 send@20 noted | error |
callback with error permits a query only | lease; accept; +3 callback error | accepted 10000 0 ask@3 noted |  |
callback with error during a send is of an earlier one | lease; +3 callback error | unknown 10000 0 ask@70 noted |  |
status error after a day is a decline | lease; accept; +86400 lease; found error | declined 0 0 - applied | declined |
decline by callback releases | lease; accept; +3 callback decline | declined 0 0 - applied | declined |
decline by status releases | lease; accept; +10 lease; found decline | declined 0 0 - applied | declined |
success by callback pays | lease; accept; +3 callback success | paid 0 10000 - applied | paid |
success by status pays | lease; accept; +10 lease; found success | paid 0 10000 - applied | paid |
and once | lease; accept; +10 lease; found success; +10 callback success | paid 0 10000 - noted |  |
reversal of a part | lease; accept; +3 callback success; callback reversal amount=5000 | paid 0 5000 - applied | reversed |
is counted once | lease; accept; +3 callback success; callback reversal amount=5000; callback reversal amount=5000 | paid 0 5000 - noted |  |
reversal of the rest | lease; accept; callback success; callback reversal amount=5000; callback reversal id=32 amount=5000 | reversed 0 0 - applied | reversed |
and of more | lease; accept; callback success; callback reversal; callback reversal id=33 amount=1 | reversed 0 0 - quarantined |  | compensation_too_large
reversal that comes first proves the payment | lease; accept; +3 callback reversal | reversed 0 0 - applied | paid reversed |
and its success says nothing new | lease; accept; +3 callback reversal; +1 callback success | reversed 0 0 - noted |  |
waiting code by status is no failure | lease; accept; +10 lease; found decline code=9999,19999,29999,20802,20899 | accepted 10000 0 ask@20 noted |  |
waiting code by callback is no failure | lease; accept; callback decline code=9999,19999,29999,20802,20899 | accepted 10000 0 ask@10 noted |  |
error with a waiting code is no failure | lease; accept; +10 lease; found error code=9999,19999,29999,20802,20899 | accepted 10000 0 ask@20 noted |  |
nothing after a day is an alarm | lease; accept; +86400 lease | accepted 10000 0 ask@86470 noted | overdue | payout_overdue
and no decline | lease; accept; +86400 lease; found processing | accepted 10000 0 ask@86410 noted |  |
once | lease; accept; +86400 lease; found processing; +86400 lease | accepted 10000 0 ask@172870 noted |  |

success after a decline is paid with an alarm | lease; accept; +3 callback decline; +1 callback success | paid 0 10000 - applied | reserved_again paid | paid_after_release
success after a rejection is paid with an alarm | lease; reject; +4 callback success | paid 0 10000 - applied | reserved_again paid | paid_after_release
decline after the success is an alarm only | lease; accept; +3 callback success; +1 callback decline | paid 0 10000 - noted |  | decline_after_paid
second success is an alarm only | lease; accept; +3 callback success; +2 callback success id=30 | paid 0 10000 - noted |  | second_payout
success of another amount after an operator said paid | lease; +100 resolve paid; +1 callback success amount=10001 | paid 0 10000 - quarantined |  | amount_differs
success that fits what an operator said | lease; +100 resolve paid; +1 callback success | paid 0 10000 - noted |  |
amount that differs waits for an operator | lease; accept; callback success amount=9999 | accepted 10000 0 - quarantined | differs | amount_differs
and so by status | lease; accept; +10 lease; found success amount=9999 | accepted 10000 0 - quarantined | differs | amount_differs
partial payout waits for an operator | lease; accept; callback success payment=partially_paid_out | accepted 10000 0 - quarantined | differs | partially_paid
and so by status too | lease; accept; +10 lease; found success payment=partially_paid_out | accepted 10000 0 - quarantined | differs | partially_paid
unexpected operation waits for an operator | lease; accept; callback success kind=capture | accepted 10000 0 - quarantined | differs | unexpected_operation
unexpected operation of a status | lease; accept; +10 lease; found success kind=capture | accepted 10000 0 - quarantined | differs | unexpected_operation
answer to an older send permits nothing: reject | lease; +70 lease; reject -1 | unknown 10000 0 ask@140 noted |  |
answer to an older send permits nothing: not now | lease; +70 lease; not_now -1 | unknown 10000 0 ask@140 noted |  |
answer to an older send permits nothing: unknown | lease; +70 lease; unknown -1 | unknown 10000 0 ask@140 noted |  |
answer to an older query permits nothing | lease; +70 lease; not_known -1 | unknown 10000 0 ask@140 noted |  |
older query without an answer | lease; +70 lease; unanswered -1 | unknown 10000 0 ask@140 noted |  |
older query with an error | lease; +70 lease; found error -1 | unknown 10000 0 ask@140 noted |  |
acceptance is true from any source | lease; +70 lease; accept -1 | accepted 10000 0 ask@80 noted | accepted |
error beside a success sends nothing | lease; accept; +10 lease; found success payment=error | accepted 10000 0 - quarantined | differs | payout_contradicts
error beside an operation that goes on | lease; accept; +10 lease; found processing payment=error | accepted 10000 0 ask@20 noted |  |
error of one send beside a success | lease; accept; +10 lease; found success payment=error and error | accepted 10000 0 - quarantined | differs | payout_contradicts
error permits one send | lease; accept; +10 lease; found error; +10 lease; accept; +10 lease; found error | accepted 10000 0 ask@40 noted |  |
a new error permits another | lease; accept; +10 lease; found error; +10 lease; accept; +30 lease; found error and error id=30 | created 10000 0 send@65 noted | error |
error stays a permission while no send was taken | lease; accept; +10 lease; found error; +10 lease; unknown; +10 lease; found error | created 10000 0 send@45 noted | error |
older error than the one that permitted is none | lease; accept; +10 lease; found error id=30 and error; +10 lease; accept; +10 lease; found error | accepted 10000 0 ask@40 noted |  |
in whatever order | lease; accept; +10 lease; found error id=30 and error; +10 lease; accept; +10 lease; found error and error id=30 | accepted 10000 0 ask@40 noted |  |
decline beside a success releases nothing | lease; accept; callback success payment=decline | accepted 10000 0 - quarantined | differs | payout_contradicts
decline beside an operation that goes on | lease; accept; callback processing payment=decline | accepted 10000 0 ask@10 noted |  |
decline of one send beside one that goes on | lease; accept; +10 lease; found decline and processing id=30 payment=decline | accepted 10000 0 ask@20 noted |  |
decline of one send beside a paid one | lease; accept; +10 lease; found decline and success id=30 payment=decline | accepted 10000 0 - quarantined | differs | payout_contradicts
paid one beside a declined one | lease; accept; +10 lease; found success id=30 payment=decline and decline | accepted 10000 0 - quarantined | differs | payout_contradicts
success without an amount is compared with the sum | lease; accept; +10 lease; found success amount=none sum=10000 | paid 0 10000 - applied | paid |
sum that differs is an alarm | lease; accept; +10 lease; found success amount=none sum=99 | accepted 10000 0 - quarantined | differs | amount_differs
success without an amount and a sum is queried | lease; accept; +10 lease; found success amount=none | accepted 10000 0 ask@20 noted |  |
status of a top-up is an alarm | lease; accept; +10 lease; found success payment_type=purchase | accepted 10000 0 - quarantined | differs | top_up_for_payout
answer to a send after a misfit: accept | lease; +1 callback success amount=9999; accept | unknown 10000 0 - noted |  |
answer to a send after a misfit: reject | lease; +1 callback success amount=9999; reject | unknown 10000 0 - noted |  |
answer to a send after a misfit: not now | lease; +1 callback success amount=9999; not_now | unknown 10000 0 - noted |  |
answer to a send after a misfit: unknown | lease; +1 callback success amount=9999; unknown | unknown 10000 0 - noted |  |
payout that is taken after its release | lease; +70 lease; not_known; lease; reject; accept -2 | rejected 0 0 - noted | accepted | accepted_after_release
callback that is faster than the answer | lease; +1 callback decline; accept | declined 0 0 - noted |  |
rejection of what was accepted | lease; accept; +10 lease; not_known; lease; reject | rejected 0 0 - applied | rejected | payout_contradicts
misfit is not released by a decline | lease; accept; callback success amount=9999; callback decline | accepted 10000 0 - quarantined |  | payout_contradicts
misfit is not reversed | lease; accept; callback success amount=9999; callback reversal amount=9999 | accepted 10000 0 - quarantined |  | payout_contradicts
success that fits ends a misfit | lease; accept; callback success amount=9999; callback success id=30 | paid 0 10000 - applied | paid |
old acceptance permits no second send under way | lease; +70 lease; not_known; +1 lease; accept -2 | accepted 10000 0 ask@141 noted | accepted |
nor an operator's word | lease; +70 lease; not_known; +1 lease; accept -2; resolve declined | accepted 10000 0 ask@141 BeingSent |  |
acceptance ends an older query | lease; +70 lease; accept -1; not_known -1 | accepted 10000 0 ask@80 noted |  |
operator declined what the platform works on | lease; accept; +10 lease; resolve declined; found processing -1 | declined 0 0 - noted |  | accepted_after_release
operator cannot say paid of what was never sent | resolve paid | created 10000 0 send@0 NeverSent |  |
operator may decline what was never sent | resolve declined | declined 0 0 - applied | declined |
operator waits while it is sent | lease; +69 resolve declined | unknown 10000 0 ask@70 BeingSent |  |
operator may decline after the lease | lease; +70 resolve declined | declined 0 0 - applied | declined |
operator may say paid of what was accepted | lease; accept; +1 resolve paid | paid 0 10000 - applied | paid |
declined by an operator and taken after all | lease; +70 resolve declined; accept -1 | declined 0 0 - noted | accepted | accepted_after_release

payout in a file of a person is not sent | by_hand | sent_by_hand 10000 0 ask@600 noted | sent_by_hand |
its status is queried | by_hand; +600 lease | sent_by_hand 10000 0 ask@670 noted |  |
and an unknown id permits no send | by_hand; +600 lease; not_known | sent_by_hand 10000 0 ask@610 noted |  |
nor does an error, which ends nothing | by_hand; +600 lease; found error | sent_by_hand 10000 0 ask@610 noted | error |
and is noted once | by_hand; +600 lease; found error; +10 lease; found error | sent_by_hand 10000 0 ask@625 noted |  |
error of a file after a day releases nothing | by_hand; +86400 lease; found error | sent_by_hand 10000 0 ask@86410 noted | error |
file that the platform works on | by_hand; +600 lease; found processing | sent_by_hand 10000 0 ask@610 noted | accepted |
is noted once | by_hand; +600 lease; found processing; +10 lease; found processing | sent_by_hand 10000 0 ask@625 noted |  |
file that was lost is written again | by_hand; +60 by_hand again | sent_by_hand 10000 0 ask@660 noted | sent_by_hand |
but only on request | by_hand; +60 by_hand | sent_by_hand 10000 0 ask@600 SentByHand |  |
and not when the platform has it | by_hand; +600 lease; found processing; by_hand again | sent_by_hand 10000 0 ask@610 MayBeSent |  |
file of what was in none is not written again | by_hand again | created 10000 0 send@0 NeverByHand |  |
callback pays a payout by file | by_hand; +3 callback success | paid 0 10000 - applied | paid |
callback declines a payout by file | by_hand; +3 callback decline | declined 0 0 - applied | declined |
callback with error asks about a payout by file | by_hand; +3 callback error | sent_by_hand 10000 0 ask@3 noted |  |
status pays a payout by file | by_hand; +600 lease; found success | paid 0 10000 - applied | paid |
payout by file that differs waits for an operator | by_hand; callback success amount=9999 | sent_by_hand 10000 0 - quarantined | differs | amount_differs
and is in no second file | by_hand; callback success amount=9999; by_hand again | sent_by_hand 10000 0 - MayBeSent |  |
payout by file without an outcome is overdue | by_hand; +86400 lease | sent_by_hand 10000 0 ask@86470 noted | overdue | payout_overdue
operator may say paid of a payout by file | by_hand; +60 resolve paid | paid 0 10000 - applied | paid |
operator may decline a payout by file | by_hand; +60 resolve declined | declined 0 0 - applied | declined |
file that was uploaded after that | by_hand; +60 resolve declined; callback success | paid 0 10000 - applied | reserved_again paid | paid_after_release
payout that was sent is in no file | lease; by_hand | unknown 10000 0 ask@70 MayBeSent |  |
nor one that was accepted | lease; accept; by_hand | accepted 10000 0 ask@10 MayBeSent |  |
nor one that was accepted and then unknown | lease; accept; +70 lease; not_known; by_hand | created 10000 0 send@70 MayBeSent |  |
nor one that ended with error | lease; +70 lease; found error; by_hand | created 10000 0 send@80 MayBeSent |  |
nor one that has ended | resolve declined; by_hand | declined 0 0 - Ended |  |
but one that the platform did not take | lease; not_now; +1 by_hand | sent_by_hand 10000 0 ask@601 noted | sent_by_hand |
late acceptance of an older send changes nothing more | lease; +70 lease; not_known; by_hand; accept -2 | sent_by_hand 10000 0 ask@80 noted | accepted |
late rejection of an older send releases nothing | lease; +70 lease; not_known; by_hand; reject -2 | sent_by_hand 10000 0 ask@670 noted |  |

decline without the operation's id releases | lease; accept; +3 callback decline id=none amount=none | declined 0 0 - applied | declined |
decline without an operation releases | lease; accept; +3 callback decline id=none amount=none kind= status= | declined 0 0 - applied | declined |
decline without an id that goes on | lease; accept; callback decline id=none amount=none status=processing | accepted 10000 0 ask@10 noted |  |
decline without an id whose code waits | lease; accept; callback decline id=none amount=none code=9999 | accepted 10000 0 ask@10 noted |  |
decline without an operation whose code waits | lease; accept; callback decline id=none amount=none kind= status= code=9999 | accepted 10000 0 ask@10 noted |  |
success without an operation is queried at once | lease; accept; +3 callback success id=none amount=none kind= status= | accepted 10000 0 ask@3 noted |  |
success without an operation after a release | lease; accept; callback decline; callback success id=none amount=none kind= status= | declined 0 0 - noted |  | payout_contradicts
success without an id after a release | lease; accept; callback decline; callback success id=none amount=none | declined 0 0 - noted |  | payout_contradicts
unknown status with success is an alarm | lease; accept; callback success status=approved | accepted 10000 0 ask@10 noted |  | unknown_operation
unknown status that goes on is silent | lease; accept; callback success status=approved payment=processing | accepted 10000 0 ask@10 noted |  |
";

#[test]
fn every_named_history_ends_as_its_row_says() {
    let rows = EXAMPLES.lines().filter(|row| !row.is_empty());
    for row in rows {
        let columns: Vec<&str> = row.split('|').map(str::trim).collect();
        let [name, happened, ended, steps, alarms] = columns[..] else {
            panic!("five columns: {row}");
        };
        for happened in alternatives(happened) {
            let found = end(&happened);
            assert_eq!(found, [ended, steps, alarms], "{name}: {happened}");
        }
    }
}

/// The histories for which a row stands: one for each of the values between `,`.
fn alternatives(happened: &'static str) -> Vec<String> {
    let listed = happened.split([' ', '=']).find(|word| word.contains(','));
    let Some(listed) = listed else {
        return vec![happened.to_owned()];
    };
    let values = listed.split(',');
    values
        .map(|value| happened.replace(listed, value))
        .collect()
}

/// The last three columns of a row.
fn end(happened: &str) -> [String; 3] {
    let mut seen = Seen::begin();
    let mut last = Ok(None);
    for event in happened.split(';').map(str::trim) {
        let (seconds, event) = parse(event);
        last = seen.take(seconds, &event);
    }
    let snapshot = &seen.snapshot;
    let next = snapshot.next.map_or("-".to_owned(), |(action, due)| {
        format!("{action}@{}", (due.0 - START.0) / 1_000)
    });
    let (status, decision) = match last {
        Ok(decision) => {
            let outcome = decision.as_ref().map(|decision| decision.outcome.as_str());
            (outcome.unwrap_or("not due").to_owned(), decision)
        }
        Err(why) => (why, None),
    };
    let (state, reserved, paid) = (snapshot.state, snapshot.reserved, snapshot.paid);
    let words = |words: Vec<&str>| words.join(" ");
    let (steps, alarms) = decision.map_or_else(Default::default, |decision| {
        let steps = decision
            .steps
            .iter()
            .map(|step| step.what.as_str())
            .collect();
        let alarms = decision
            .alarms
            .iter()
            .map(|alarm| alarm.kind.as_str())
            .collect();
        (words(steps), words(alarms))
    });
    [
        format!("{state} {reserved} {paid} {next} {status}"),
        steps,
        alarms,
    ]
}

#[test]
fn payout_of_another_gate_is_left_alone_until_the_service_is_configured_for_it_again() {
    let other = GateAddress::new("https://other.example");
    let (_, begun) = lease(&created(), START).unwrap();
    let accepted = begun
        .snapshot
        .on_send(1, &accept(), START, &policy())
        .snapshot;
    let (action, decision) = accepted.lease(&other, at(10), &policy()).unwrap();
    assert_eq!(
        (action, decision.steps[0].what),
        (None, StepKind::Elsewhere)
    );
    assert_eq!(decision.alarms[0].kind, AlarmKind::PayoutOfAnotherGate);
    let waiting = decision.snapshot;
    assert_eq!(waiting.next, Some((Action::QueryStatus, at(610))));
    let (action, again) = waiting.lease(&other, at(610), &policy()).unwrap();
    assert!(action.is_none() && again.alarms.is_empty(), "alarmed once");
    let moved = other.formerly("https://gate.example");
    for gate in [gate(), moved] {
        let (action, decision) = again.snapshot.lease(&gate, at(1_210), &policy()).unwrap();
        assert!(action.is_some() && decision.alarms.is_empty());
    }
}

#[test]
fn decision_names_the_amount_the_operation_and_the_code_that_the_platform_gave() {
    let (_, begun) = lease(&created(), START).unwrap();
    let accepted = begun
        .snapshot
        .on_send(1, &accept(), START, &policy())
        .snapshot;
    let less = Told {
        amount: Some(99),
        ..SUCCESS
    };
    assert_eq!(
        less.on_callback(&accepted, at(3)).alarms[0].amount,
        Some(kzt(99))
    );
    let declined = DECLINE.on_callback(&accepted, at(3));
    let code = declined.steps[0].code.as_ref().map(ToString::to_string);
    assert_eq!(code.as_deref(), Some("20000"));
    let bare = Told {
        id: None,
        ..DECLINE
    };
    assert_eq!(
        bare.on_callback(&accepted, at(3)).steps[0].operation_id,
        None
    );
    let by_operator = accepted.resolve(PayoutResolution::Paid, "says support", at(3));
    for paid in [&accepted, &by_operator.unwrap().snapshot] {
        let paid = SUCCESS.on_callback(paid, at(4)).snapshot;
        assert_eq!(paid.paid_by, Some(OPERATION.into()));
    }
}
