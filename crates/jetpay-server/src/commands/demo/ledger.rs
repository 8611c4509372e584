//! The resulting ledger, printed.

use anstream::println;
use jetpay_core::{Currency, Money};
use jetpay_ledger::{Ledger, PaymentFilter, PaymentState};

use super::place::{ANNA, BORIS};
use super::scenes::heading;

pub(super) async fn show(ledger: &Ledger) -> anyhow::Result<()> {
    const ALL: usize = 1000;
    heading("The ledger");
    println!(
        "  {:>4}  {:<8} {:<12} {:<18} {:>15}  payment",
        "seq", "kind", "method", "customer", "amount"
    );
    for entry in ledger.entries(0, ALL).await? {
        println!(
            "  {:>4}  {:<8} {:<12} {:<18} {:>15}  {}",
            entry.seq,
            entry.kind.as_str(),
            entry.method,
            entry.customer_id.as_str(),
            entry.amount.to_string(),
            entry.payment_id,
        );
    }
    println!();
    for customer in [ANNA, BORIS] {
        let balance = Money::new(ledger.balance(customer).await?, Currency::KZT);
        println!(
            "  balance of {customer:<18} {balance:>15}",
            balance = balance.to_string()
        );
    }
    let payments = ledger
        .payments(&PaymentFilter {
            limit: ALL,
            ..PaymentFilter::default()
        })
        .await?;
    let count = |state| {
        payments
            .iter()
            .filter(|payment| payment.state == state)
            .count()
    };
    println!(
        "\n  {} payments: {} credited once each, {} declined, {} pending",
        payments.len(),
        count(PaymentState::Credited),
        count(PaymentState::Declined),
        count(PaymentState::Pending)
    );
    Ok(())
}
