//! Rows, there and back.

use jetpay_core::{Currency, Money};

use super::*;

fn row() -> PayoutRow {
    PayoutRow::new(NewPayout {
        id: "p".try_into().unwrap(),
        project_id: 1234.into(),
        method: "qiwi-kz".into(),
        customer_id: "7123456789".try_into().unwrap(),
        account_number: "9182221133".into(),
        amount: Money::new(100, Currency::KZT),
        idempotency_key: "k".into(),
        fingerprint: "f".into(),
        from_balance: true,
        request: "{}".into(),
        created_at: Millis(7),
    })
}

#[test]
fn row_survives_a_round_trip_in_whatever_state() {
    let mut row = row();
    assert!(PayoutRow::from_values(&row.values()).unwrap() == row);
    assert_eq!(row.values().len(), COLUMNS.len());
    row.standing.next = None;
    row.standing.paid_by = Some(29.into());
    row.standing.reversed_by = vec![30.into(), 31.into()];
    row.standing.request_id = Some("r".into());
    row.standing.overdue = true;
    row.standing.error_by = Some(32.into());
    row.standing.sending_until = Some(Millis(8));
    row.standing.gate = Some("https://gate".into());
    row.standing.elsewhere = true;
    assert!(PayoutRow::from_values(&row.values()).unwrap() == row);
}

#[test]
fn forgotten_payer_leaves_the_last_digits_of_the_wallet() {
    let mut row = row();
    row.forget_payer();
    assert_eq!(row.payout.account_number, "******1133");
    let stored = row.values();
    let at = |column| COLUMNS.iter().position(|name| *name == column).unwrap();
    assert_eq!(stored[at("request")], Value::Null);
    assert_eq!(stored[at("forgotten")], Value::Int(1));
    assert!(PayoutRow::from_values(&stored).unwrap() == row);
}
