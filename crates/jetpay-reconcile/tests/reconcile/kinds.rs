//! What each pair of a row and a record is called.

use jetpay_reconcile::{PlatformBooks, Report};

use super::words::{OPERATION, PROJECT, cases, facts, reported, said};
use super::{Recorded, reconcile};

/// One operation: the platform's row, or nothing, and what is recorded.
fn one(theirs: &str, ours: &str) -> Report {
    let mut books = PlatformBooks::new();
    let source = books.begin_source("november.csv");
    if !theirs.is_empty() {
        books.add(source, Some(3), &reported(theirs));
    }
    let recorded = Recorded::from([((PROJECT, OPERATION), facts(ours))]);
    reconcile(&books, &recorded, &[PROJECT])
}

/// The platform's row | what is recorded | what is said.
const CASES: &str = "
# Both sides agree.
sale success 100000 KZT pay 150   | entry credit 100000 KZT pay 160                 | matched
sale success 100000 KZT pay 150   | entry manual_credit 100000 KZT pay 900          | matched
refund success 30000 KZT pay 150  | entry refund -30000 KZT pay 160                 | matched
reversal success 100 KZT pay 150  | entry reversal -100 KZT pay 160                 | matched
refund_reverse success 9 KZT p 150| entry refund_reverse 9 KZT p 160                | matched
manual_change success 9 KZT p 150 | entry manual_change -9 KZT p 160                | matched
payout success 500 KZT out 150    | entry paid 500 KZT out 160                      | matched
payout_reversal success 5 KZT o 150 | entry payout_reversed 5 KZT o 160             | matched
refund success 500 KZT out 150    | entry payout_reversed 500 KZT out 160           | matched
capture success 100 KZT pay 150   | entry manual_credit 100 KZT pay 160             | matched
sale success 0 KZT pay 150        | entry credit 0 KZT pay 160                      | matched
sale decline 100000 KZT pay 150   |                                                 | declined_both
sale expired 100000 KZT pay 150   | event sale expired pay 150 applied              | declined_both
sale processing 100000 KZT pay 150|                                                 | not_final
sale unknown 100000 KZT pay 150   |                                                 | not_final
                                  | event sale success pay 150 quarantined          |
                                  | entry credit 5 KZT pay 150; entry correction -5 KZT pay 151 |
refund decline 5 KZT pay 150      | entry refund -5 KZT pay 150; entry correction 5 KZT pay 151 | declined_both

# The platform's success is not booked.
sale success 100000 KZT pay 150 | payment pending | not_credited theirs 100000 KZT (the payment is pending: the callback was lost)
sale success 100000 KZT pay 150 | | not_credited theirs 100000 KZT (unknown payment id)
sale success 100000 KZT pay 150 | payment of 9 | not_credited theirs 100000 KZT (the payment belongs to project 9)
sale success 100000 KZT pay 150 | payment declined | not_credited theirs 100000 KZT (the payment is declined here: the callback was lost)
sale success 100000 KZT pay 150 | payment credited | not_credited theirs 100000 KZT (the payment is credited by another operation)
sale success 100000 KZT pay 150 | payment quarantined; alarm 3 | not_credited theirs 100000 KZT (the payment is quarantined; alarm 3)
sale success 100000 KZT pay 150 | event sale success pay 150 unmatched | not_credited theirs 100000 KZT (the callback waits in the inbox)
sale success 100000 KZT pay 150 | event sale success pay 150 quarantined; event sale processing pay 140 noted; alarm 3 | not_credited theirs 100000 KZT (quarantined; alarm 3)
sale success 100000 KZT pay 150 | event sale success pay 150 noted; payment credited; alarm 4 | not_credited theirs 100000 KZT (the callback came and moved no money; alarm 4)
sale success 100000 KZT pay 150 | event sale success pay 150 dismissed | not_credited theirs 100000 KZT (an operator dismissed the callback)
sale success 100000 KZT pay 150 | event sale success pay 150 applied | not_credited theirs 100000 KZT (the callback was applied, and no entry is recorded)
sale success 100000 KZT pay 150 | event sale decline pay 140 applied; event sale processing pay 130 noted | not_credited theirs 100000 KZT (declined here: the last callback says `decline`)
sale success 100000 KZT pay 150 | event sale processing pay 130 noted; payment pending | not_credited theirs 100000 KZT (the last callback says `processing`: the final one was lost)
payout success 500 KZT out 150 | payout | not_credited theirs 500 KZT (the payout is recorded: the callback of this operation was lost)
refund_reverse success 5 KZT pay 150 | payment refunded | not_credited theirs 5 KZT (the payment is refunded: the callback of this operation was lost)
capture success 100 KZT pay 150 | payment pending | not_credited theirs 100 KZT (nothing is booked for an operation of the type `capture`)
Moon_Sale success 100 KZT pay 150 | event Moon_Sale success pay 150 noted; alarm 5 | not_credited theirs 100 KZT (the callback came and moved no money; alarm 5)
sale success 0 KZT pay 150 | | not_credited theirs 0 KZT (unknown payment id)

# The platform took money back, or did not.
refund success 5 KZT pay 150 | payment credited | taken_back_there theirs 5 KZT (the payment is credited: the callback of this operation was lost)
refund success 5 KZT pay 150 | event refund success pay 150 early | taken_back_there theirs 5 KZT (the callback waits for the payment's credit)
reversal success 5 KZT pay 150 | | taken_back_there theirs 5 KZT (unknown payment id)
manual_change success 5 KZT pay 150 | payment credited | taken_back_there theirs 5 KZT (the payment is credited: the callback of this operation was lost)
payout_reversal success 5 KZT out 150 | payout | taken_back_there theirs 5 KZT (the payout is recorded: the callback of this operation was lost)
refund success 5 KZT pay 150 | entry refund -5 KZT pay 150; entry correction 5 KZT pay 151 | taken_back_there theirs 5 KZT (an operator corrected the entry)
sale decline 5 KZT pay 150 | entry credit 5 KZT pay 150 | taken_back_there operation_status ours 5 KZT theirs decline
payout decline 5 KZT out 150 | entry paid 5 KZT out 150 | taken_back_there operation_status ours 5 KZT theirs decline
sale processing 5 KZT pay 150 | entry credit 5 KZT pay 150 | taken_back_there operation_status ours 5 KZT theirs processing (the platform's status is not final)
sale success 5 KZT pay 150 | entry credit 5 KZT pay 150; entry correction -5 KZT pay 151 | taken_back_here theirs 5 KZT (an operator corrected the entry)
refund decline 5 KZT pay 150 | entry refund -5 KZT pay 150 | taken_back_here operation_status ours -5 KZT theirs decline
payout_reversal decline 5 KZT out 150 | entry payout_reversed 5 KZT out 150 | taken_back_here operation_status ours 5 KZT theirs decline

# The platform does not list it.
 | entry credit 5 KZT pay 150 | not_there ours 5 KZT
 | entry credit 5 KZT pay 300; event sale success pay 150 applied | not_there ours 5 KZT
 | entry manual_credit 5 KZT pay 150 | not_there ours 5 KZT (an operator credited it)
 | entry refund -5 KZT pay 150 | not_there ours -5 KZT
 | entry paid 5 KZT out 150 | not_there ours 5 KZT

# Fields differ: each is named.
sale success 5 KZT pay 150 | entry credit 6 KZT pay 150 | amount_differs amount ours 6 KZT theirs 5 KZT
refund success 5 KZT pay 150 | entry refund -6 KZT pay 150 | amount_differs amount ours 6 KZT theirs 5 KZT
manual_change success 5 KZT pay 150 | entry manual_change -3 KZT pay 150 | amount_differs amount ours 3 KZT theirs 5 KZT (a manual change takes what remains of the payment)
sale success 5 USD pay 150 | entry credit 5 KZT pay 150 | currency_differs currency ours KZT theirs USD
sale success 5 KZT pay 150 | entry credit 5 KZT other 150 | payment_differs payment_id ours other theirs pay
reversal success 5 KZT pay 150 | entry refund -5 KZT pay 150 | type_differs operation_type ours refund theirs reversal
refund success 5 KZT pay 150 | entry credit 5 KZT pay 150 | type_differs operation_type ours sale theirs refund
capture success 5 KZT pay 150 | entry credit 5 KZT pay 150 | type_differs operation_type ours sale theirs capture
refund success 5 USD p 150 | entry paid 6 KZT q 150 | amount_differs amount ours 6 KZT theirs 5 USD; currency_differs currency ours KZT theirs USD; payment_differs payment_id ours q theirs p; type_differs operation_type ours payout theirs refund

# Two effects.
sale success 5 KZT pay 150 | entry credit 5 KZT pay 150; entry manual_credit 6 KZT pay 151 | twice_here ours 5 KZT, 6 KZT
sale success 6 KZT pay 150 | entry credit 5 KZT pay 150; entry manual_credit 6 KZT pay 151 | twice_here ours 6 KZT, 5 KZT
sale success 7 KZT pay 150 | entry credit 5 KZT pay 150; entry manual_credit 6 KZT pay 151 | amount_differs amount ours 5 KZT theirs 7 KZT; twice_here ours 5 KZT, 6 KZT
 | entry refund -5 KZT pay 150; entry refund -5 KZT pay 150 | not_there ours -5 KZT; twice_here ours -5 KZT, -5 KZT
sale decline 5 KZT pay 150 | entry credit 5 KZT pay 150; entry credit 5 KZT p 150 | taken_back_there operation_status ours 5 KZT theirs decline; twice_here ours 5 KZT, 5 KZT
sale success 5 KZT pay 150 | entry credit 5 KZT pay 150; entry refund -5 KZT pay 150 | type_differs operation_type ours refund theirs sale
 | entry correction 5 KZT pay 150 | not_there ours 5 KZT

# A later callback may come, or a person knows about it.
sale success 5 KZT pay 190 | payment pending | too_fresh theirs 5 KZT (not_credited: the payment is pending: the callback was lost)
sale success 5 KZT pay 189 | payment pending | not_credited theirs 5 KZT (the payment is pending: the callback was lost)
 | entry credit 5 KZT pay 195; event sale success pay 195 applied | too_fresh ours 5 KZT (not_there)
sale processing 5 KZT pay 195 | entry credit 5 KZT pay 195 | too_fresh operation_status ours 5 KZT theirs processing (the platform's status is not final)
sale success 5 KZT pay 195 | entry credit 6 KZT pay 195 | amount_differs amount ours 6 KZT theirs 5 KZT
sale decline 5 KZT pay 195 | entry credit 5 KZT pay 195 | taken_back_there operation_status ours 5 KZT theirs decline
sale success 5 KZT pay 195 | foreign | foreign theirs 5 KZT (not_credited: unknown payment id)
 | foreign; entry credit 5 KZT pay 150 | foreign ours 5 KZT (not_there)
sale success 5 KZT pay 150 | foreign; entry credit 6 KZT pay 150 | amount_differs amount ours 6 KZT theirs 5 KZT

# A status that is unknown is never passed over.
sale Успешно 5 KZT pay 150 | | unreadable operation_status theirs Успешно (the status is unknown here: map it to a word of the platform)
sale Успешно 5 KZT pay 150 | entry credit 5 KZT pay 150 | taken_back_there operation_status ours 5 KZT theirs Успешно (the platform's status is not final)
sale success 5 KZT pay 150 | entry credit 5 KZT pay 150; event sale Moon pay 150 noted | matched
";

#[test]
fn each_pair_of_a_row_and_a_record_has_its_name() {
    let mut count = 0;
    for (theirs, ours, expected) in cases(CASES) {
        assert_eq!(said(&one(theirs, ours)), expected, "{theirs} | {ours}");
        count += 1;
    }
    assert!(count > 70, "{count}");
}

#[test]
fn finding_says_which_operation_when_and_where() {
    let report = one("refund success 5 KZT pay 150", "payment credited");
    let json = serde_json::to_value(&report).unwrap();
    let expected = serde_json::json!({
        "from": 100, "to": 200, "ledger_seq": 7,
        "sources": [{"name": "november.csv", "sha256": "", "rows": 0}],
        "counts": {"taken_back_there": 1},
        "sums": [{
            "project_id": 1234, "currency": "KZT", "type": "refund",
            "ours": 0, "theirs": -5, "explained": -5,
        }],
        "results": [{
            "id": "1234-7-taken_back_there", "kind": "taken_back_there",
            "project_id": 1234, "operation_id": "7", "payment_id": "pay",
            "theirs": "5 KZT", "why": "the payment is credited: the callback of this operation was lost",
            "amount": {"amount": 5, "currency": "KZT"}, "time": 150, "source": 0, "line": 3,
        }],
    });
    assert_eq!(json, expected);
    assert_eq!(serde_json::from_value::<Report>(json).unwrap(), report);
}

#[test]
fn sums_name_the_type_by_the_platforms_word() {
    for (theirs, ours, expected) in [
        (
            "refund success 5 KZT out 150",
            "entry payout_reversed 5 KZT out 160",
            "refund KZT ours -5 theirs -5",
        ),
        (
            "capture success 5 KZT pay 150",
            "entry manual_credit 5 KZT pay 160",
            "capture KZT ours 5 theirs 5",
        ),
        (
            "sale success 5 USD pay 150",
            "entry credit 6 KZT pay 160",
            "sale KZT ours 6 theirs 0, sale USD ours 0 theirs 5",
        ),
        ("sale decline 5 KZT pay 150", "", ""),
        ("", "entry paid 5 KZT out 150", "payout KZT ours 5 theirs 0"),
    ] {
        let report = one(theirs, ours);
        let sums = report.sums.iter().map(|sum| {
            format!(
                "{} {} ours {} theirs {}",
                sum.kind, sum.currency, sum.ours, sum.theirs
            )
        });
        assert_eq!(
            sums.collect::<Vec<_>>().join(", "),
            expected,
            "{theirs} | {ours}"
        );
    }
}

#[test]
fn largest_amounts_add_up() {
    let (max, min) = (i64::MAX, i64::MIN);
    let report = one(
        &format!("sale success {max} KZT pay 150"),
        &format!("entry credit {min} KZT pay 150; entry refund {min} KZT pay 150"),
    );
    assert_eq!(report.sums.len(), 2, "{:?}", report.sums);
    let hostile = format!(
        r#"{{"from":0,"to":0,"ledger_seq":0,"sources":[],"counts":{{}},"results":[],"sums":[{{"project_id":1,"currency":"KZT",
        "type":"sale","ours":{},"theirs":{},"explained":0}}]}}"#,
        i128::MIN,
        i128::MAX
    );
    let hostile: Report = serde_json::from_str(&hostile).unwrap();
    assert!(!hostile.adds_up());
}
