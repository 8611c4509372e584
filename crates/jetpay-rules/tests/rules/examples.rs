//! Named histories, each with what must follow. `jetpay-simulation` holds every short history and every combination of
//! words against its model; the examples say what that means.

use jetpay_core::status::PaymentType;
use jetpay_core::{Currency, Money};
use jetpay_rules::OperationEvent;

use super::{AMOUNT, History, bare, event, kzt, without_id};

/// `name | what happened | state, what remains, status of the last event | alarms, in their order`.
///
/// Events are separated by `;`. An event is the operation's type and status and the payment's status; then, after `#`, the
/// operation's number, the amount if it is not the payment's, and what is odd about it. An event without a number lacks the
/// operation's id and amount. Words with `,` between them stand for one example each.
const EXAMPLES: &str = "
success is credited                                  | sale #1 | credited 100000 applied |
success after a decline is credited                  | decline #1; sale #1 | credited 100000 applied |
success after a decline without an id is credited    | sale,/decline,/decline,error; sale #1 | credited 100000 applied |
success after a misfit is credited                   | sale #1 99999; sale #2 | credited 100000 applied | amount_differs
second sale is an alarm                              | sale #1; sale #2 | credited 100000 noted | second_sale
second sale after a full refund is an alarm          | sale #1; refund #2; sale #3 | refunded 0 noted | second_sale
every failed status declines                         | sale/decline/decline,error,canceled,expired,internal error #1 | declined 0 applied |
decline of another amount declines                   | decline #1 5 | declined 0 applied |
decline of any operation declines                    | Moon,auth/decline/decline,error #9 | declined 0 applied |
failed attempt to take back declines nothing         | refund,manual change/decline/decline,error #9 | pending 0 noted |
failed attempt to take back is silent                | sale #1; refund/decline/success,partially refunded,decline #9 | credited 100000 noted |
decline of a quarantined payment changes nothing     | sale #1 foreign; decline #2 | quarantined 0 noted | project_differs
decline without an operation or its id declines      | sale,/decline,/decline,error,expired,canceled | declined 0 applied |
decline after the credit is an alarm                 | sale #1; sale,Moon,auth/decline/decline,error #1 | credited 100000 noted | decline_after_credit
decline without an id after the credit is an alarm   | sale #1; sale,/decline,/decline | credited 100000 noted | decline_after_credit
decline after a part was refunded is an alarm        | sale #1; refund #2 1; decline #1 | partially_refunded 99999 noted | decline_after_credit
decline after a full refund is an alarm              | sale #1; refund #2; decline #1 | refunded 0 noted | decline_after_credit
paid sale of a failed payment is an alarm            | sale/success/decline #1 | pending 0 noted | sale_without_success
paid sale of a failed payment after the credit       | sale #1; sale/success/decline #1 | credited 100000 noted | decline_after_credit
sale with another status of the payment is an alarm  | sale/success/refunded,reversed,processing,awaiting moon #1 | pending 0 noted | sale_without_success
its late success is credited                         | sale/success/refunded,processing #1; sale #1 | credited 100000 applied | sale_without_success
sale told again with a later status is silent        | sale #1; refund #2 1; sale/success/partially refunded #1 | partially_refunded 99999 noted |
sale that goes on is noted                           | sale/processing,awaiting customer,Success!/processing #1 | pending 0 noted |
what goes on after a decline is noted                | decline #1; sale,auth,moon landing/decline,processing/processing #9 | declined 0 noted |
what goes on after the credit is noted               | sale #1; sale,auth,moon landing/decline,processing/processing #9 | credited 100000 noted |
callback that goes on without an operation is noted  | sale #1; //processing,awaiting customer | credited 100000 noted |
partly paid without an operation is quarantined      | //partially paid | quarantined 0 quarantined | partially_paid
capture and recurring are alarms                     | capture,recurring/success/success #1 | pending 0 noted | unexpected_operation

foreign project is quarantined                       | sale,refund/success,decline/success #1 foreign | quarantined 0 quarantined | project_differs
foreign project leaves the credit                    | sale #1; sale,refund/success/success #2 foreign | credited 100000 quarantined | project_differs
amount that differs is quarantined                   | sale #1 0; sale #2 -100000; sale #3 99999; sale #4 100001 | quarantined 0 quarantined | amount_differs amount_differs amount_differs amount_differs
another currency is quarantined                      | sale,refund/success/success #1 usd | quarantined 0 quarantined | currency_differs
manual change in another currency is quarantined     | manual change/success/decline #1 usd | quarantined 0 quarantined | currency_differs
another currency leaves the credit                   | sale #1; refund/success/success #2 1 usd | credited 100000 quarantined | currency_differs
refund of nothing or less is quarantined             | refund #1 0; reversal #2 -1 | quarantined 0 quarantined | amount_differs amount_differs
refund of more than the payment is quarantined       | refund,reversal/success/success #1 100001 | quarantined 0 quarantined | compensation_too_large
partly paid is quarantined                           | sale/success/partially paid,partially_paid_out #1 | quarantined 0 quarantined | partially_paid
payment of the type payout is quarantined            | sale #1 payout | quarantined 0 quarantined | payout_for_top_up
operation of a payout is quarantined                 | payout,payout reversal/success/success #1 | quarantined 0 quarantined | payout_for_top_up
operation of a payout leaves the credit              | sale #1; payout,payout reversal/success/success #2 | credited 100000 quarantined | payout_for_top_up

success that credits nothing is an alarm             | sale/decline,processing,unknown,approved/success #9 | pending 0 noted | success_not_credited
success of another operation is an alarm             | chargeback,auth,moon/success/success #9 | pending 0 noted | success_not_credited
success of a failed refund is an alarm               | decline #1; refund/decline/success #9 | declined 0 noted | success_not_credited
success without an operation is an alarm             | //success | pending 0 noted | success_not_credited
success without an effect after the credit is silent | sale #1; sale,auth/processing,unknown/success #9 | credited 100000 noted |
commission and auth after the credit are silent      | sale #1; auth,commission/success/success #9 | credited 100000 noted |
success without an operation after it is silent      | sale #1; //success | credited 100000 noted |
unknown operation that succeeded is an alarm         | sale #1; chargeback,dispute,void,cancel,Moon/success/success,refunded,processing,decline #9 | credited 100000 noted | unknown_operation
cancel before any credit is silent                   | cancel/success/canceled #9 | pending 0 noted |
status that takes back without an operation          | sale #1; //refunded,partially refunded,reversed,partially_reversed | credited 100000 noted | unknown_operation
unknown status without an operation is an alarm      | sale #1; //chargeback,disputed,voided,awaiting moon | credited 100000 noted | unknown_operation
neither is an alarm before the credit                | decline #1; //refunded,reversed,chargeback | declined 0 noted |
a repeat of it is no second alarm                    | sale #1; //refunded; //refunded | credited 100000 repeat | unknown_operation
unknown status beside a sale or refund is an alarm   | sale #1; sale,auth,refund/unknown,approved/chargeback,voided #9 | credited 100000 noted | unknown_operation
unknown status beside a paid refund is an alarm      | sale #1; refund/success/chargeback #9 5 | partially_refunded 99995 applied | unknown_operation
unknown status beside what failed or goes on         | sale #1; refund/decline,processing/chargeback,voided #9 | credited 100000 noted |
unknown operation status of a paid payment           | sale #1; refund/approved,completed/success,refunded,reversed #9 | credited 100000 noted | unknown_operation
unknown operation status of an unpaid one is silent  | refund/approved/decline,processing,awaiting moon #9 | pending 0 noted |
sale told with a status after success is silent      | sale #1; sale/success/refunded,partially refunded,reversed #1 | credited 100000 noted |
what waits for the credit is silent                  | refund reverse/success/success #3 5; refund #2 5 | pending 0 early |
alarm that says more is the only one                 | manual change/success/success #1 | pending 0 noted | manual_change

part refunded                                        | sale #1; refund #2 30000 | partially_refunded 70000 applied |
all refunded in parts                                | sale #1; refund #2 30000; refund #3 70000 | refunded 0 applied |
all reversed                                         | sale #1; reversal #2 | reversed 0 applied |
reversal that comes last names the state             | sale #1; refund #2 40000; reversal #3 60000 | reversed 0 applied |
refund that comes last names the state               | sale #1; reversal #2 40000; refund #3 60000 | refunded 0 applied |
part reversed                                        | sale #1; reversal #2 40000 | partially_refunded 60000 applied |
refund told with another status is taken once        | sale #1; refund #2 30000; refund/success/refunded #2 30000 | partially_refunded 70000 noted |
refund of more than remains takes nothing            | sale #1; refund #2 60000; refund #3 40001 | partially_refunded 40000 quarantined | compensation_too_large
refund without an id or amount is an alarm           | sale #1; refund | credited 100000 noted | unknown_operation
early refund without an id or amount is an alarm     | refund | pending 0 noted | unknown_operation
refund taken back in part is given again             | sale #1; refund #2; reverse #3 40000 | partially_refunded 40000 applied |
refund taken back in whole is given again            | sale #1; refund #2; reverse #3 40000; reverse #4 60000 | credited 100000 applied |
refund taken back beyond the refund is an alarm      | sale #1; refund #2; reverse #3; reverse #4 1 | credited 100000 quarantined | compensation_too_large
reversal is not given again                          | sale #1; reversal #2; reverse #3 | reversed 0 quarantined | compensation_too_large
manual change is not given again                     | sale #1; manual #2; reverse #3 | reversed 0 quarantined | manual_change compensation_too_large
refund before a reversal is given again              | sale #1; refund #2 30000; reversal #3 70000; reverse #4 30000 | partially_refunded 30000 applied |
and no more than the refund                          | sale #1; refund #2 30000; reversal #3 70000; reverse #4 30001 | reversed 0 quarantined | compensation_too_large
refund before its credit waits                       | refund #2 30000 | pending 0 early |
and is applied with it                               | refund #2 30000; sale #1 | partially_refunded 70000 applied |
early refund told twice waits once                   | refund #2 30000; refund/success/refunded #2 30000; sale #1 | partially_refunded 70000 applied |
early refund waits through a decline                 | refund #2; decline #1; sale #1 | refunded 0 applied |
early refunds of more than the credit                | refund #2 60000; refund #3 60000; sale #1 | partially_refunded 40000 applied | compensation_too_large
early reversed refund finds its early refund         | reverse #3 20000; refund #2 20000; sale #1 | credited 100000 applied |
manual change to failed takes what remains           | sale #1; refund #2 30000; manual #3 | reversed 0 applied | manual_change
manual change with nothing left is an alarm only     | sale #1; refund #2; manual #3 | refunded 0 noted | manual_change
manual change before the credit waits                | manual #3; sale #1 | reversed 0 applied | manual_change
manual change to anything else is an alarm only      | sale #1; manual change/success/success,refunded,processing,awaiting moon #3 | credited 100000 noted | manual_change
manual change that goes on is noted                  | sale #1; manual change/processing/decline #3 | credited 100000 noted |
";

#[test]
fn every_named_history_ends_as_its_row_says() {
    let rows = EXAMPLES.lines().filter(|row| !row.is_empty());
    for row in rows {
        let columns: Vec<&str> = row.split('|').map(str::trim).collect();
        let [name, happened, expected, alarms] = columns[..] else {
            panic!("four columns: {row}");
        };
        for events in alternatives(happened) {
            let mut history = History::new();
            let mut status = "repeat";
            for event in &events {
                let decision = history.happen(event);
                status = decision.map_or("repeat", |decision| decision.outcome.as_str());
            }
            let snapshot = &history.snapshot;
            let ended = format!("{} {} {status}", snapshot.state, snapshot.remaining);
            assert_eq!(ended, expected, "{name}: {events:?}");
            assert_eq!(history.total(), snapshot.remaining, "{name}");
            let raised: Vec<&str> = history.alarms.iter().map(|kind| kind.as_str()).collect();
            assert_eq!(raised.join(" "), alarms, "{name}: {events:?}");
        }
    }
}

/// The histories for which a row stands.
fn alternatives(happened: &str) -> Vec<Vec<OperationEvent>> {
    let events = happened.split(';').map(str::trim);
    events.fold(vec![vec![]], |histories, event| {
        let variants = variants(event);
        let longer = |history: &Vec<OperationEvent>| {
            let longer =
                |event: &OperationEvent| [&history[..], std::slice::from_ref(event)].concat();
            variants.iter().map(longer).collect::<Vec<_>>()
        };
        histories.iter().flat_map(longer).collect()
    })
}

/// The events for which a text stands.
fn variants(text: &str) -> Vec<OperationEvent> {
    let (words, odd) = text
        .split_once('#')
        .map_or((text, None), |(words, odd)| (words, Some(odd)));
    let words = match words.trim() {
        "sale" => "sale/success/success",
        "decline" => "sale/decline/decline",
        "refund" => "refund/success/partially refunded",
        "reversal" => "reversal/success/reversed",
        "reverse" => "refund reverse/success/success",
        "manual" => "manual change/success/decline",
        words => words,
    };
    let columns: Vec<Vec<&str>> = words
        .split('/')
        .map(|words| words.split(',').collect())
        .collect();
    let [types, statuses, payments] = &columns[..] else {
        panic!("three words: {text}");
    };
    let mut variants = Vec::new();
    for kind in types {
        for status in statuses {
            variants.extend(
                payments
                    .iter()
                    .map(|payment| variant([kind, status, payment], odd)),
            );
        }
    }
    variants
}

fn variant(words: [&str; 3], odd: Option<&str>) -> OperationEvent {
    let told = event(0, words, AMOUNT);
    let Some(odd) = odd else {
        return if words[0].is_empty() {
            bare(words[2])
        } else {
            without_id(told)
        };
    };
    let mut odd = odd.split(' ');
    let operation: u64 = odd.next().and_then(|id| id.parse().ok()).expect("a number");
    let told = OperationEvent {
        operation_id: Some(operation.into()),
        ..told
    };
    odd.fold(told, |told, word| match word {
        "foreign" => OperationEvent {
            project_id: 4321.into(),
            ..told
        },
        "payout" => OperationEvent {
            payment_type: Some(PaymentType::Payout),
            ..told
        },
        "usd" => {
            let minor = told.amount.map_or(AMOUNT, Money::minor);
            let usd = Currency::parse("USD").expect("a currency");
            OperationEvent {
                amount: Some(Money::new(minor, usd)),
                ..told
            }
        }
        amount => OperationEvent {
            amount: Some(kzt(amount.parse().expect("an amount"))),
            ..told
        },
    })
}
