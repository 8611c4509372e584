//! Whatever is recorded in whatever order: the tables of one file agree with each other.

mod common;

use common::{AMOUNT, CUSTOMER, LedgerTransaction, NOW, Told, newest, sale};
use jetpay_ledger::{EntryKind, PaymentFilter, PaymentState};
use proptest::prelude::*;

const PAYMENTS: [&str; 3] = ["p1", "p2", "p3"];

/// A callback, or the announcement of a payment.
#[derive(Debug, Clone, Copy)]
enum PayoutStep {
    Announce(&'static str),
    Tell(&'static str, u64, [&'static str; 3], i64),
    Dismiss(&'static str),
}

fn step() -> impl Strategy<Value = PayoutStep> {
    let words = prop::sample::select(vec![
        ["sale", "success", "success"],
        ["sale", "success", "success"],
        ["sale", "decline", "decline"],
        ["sale", "processing", "processing"],
        ["refund", "success", "partially refunded"],
        ["refund", "success", "refunded"],
        ["reversal", "success", "reversed"],
        ["refund reverse", "success", "success"],
        ["manual change", "success", "decline"],
        ["sale", "success", "partially paid"],
    ]);
    let amount = prop::sample::select(vec![AMOUNT, AMOUNT, AMOUNT / 2, AMOUNT / 3, -1]);
    let id = prop::sample::select(PAYMENTS.to_vec());
    prop_oneof![
        2 => id.clone().prop_map(PayoutStep::Announce),
        9 => (id.clone(), 1..8_u64, words, amount).prop_map(|(id, operation, words, amount)| {
            PayoutStep::Tell(id, operation, words, amount)
        }),
        1 => id.prop_map(PayoutStep::Dismiss),
    ]
}

async fn take(transaction: &LedgerTransaction, step: PayoutStep) {
    match step {
        // A second announcement is refused.
        PayoutStep::Announce(id) => {
            drop(transaction.ledger.record_payment(common::payment(id)).await);
        }
        PayoutStep::Tell(id, operation_id, words, amount) => {
            let [operation_type, operation_status, payment_status] = words;
            let told = Told {
                payment_status,
                operation_type,
                operation_status,
                amount,
                ..sale(id, operation_id)
            };
            transaction.tell(&told).await;
        }
        PayoutStep::Dismiss(id) => drop(
            transaction
                .ledger
                .dismiss_unmatched(&id.try_into().unwrap(), "not ours".into(), NOW)
                .await
                .unwrap(),
        ),
    }
}

async fn agree(transaction: &LedgerTransaction) {
    let entries = transaction.ledger.entries(0, 1_000).await.unwrap();
    let payments = transaction
        .ledger
        .payments(&PaymentFilter::default())
        .await
        .unwrap();
    for payment in &payments {
        let own = || {
            entries
                .iter()
                .filter(|entry| entry.payment_id == payment.id)
        };
        assert_eq!(
            own().map(|entry| entry.amount.minor()).sum::<i64>(),
            payment.remaining
        );
        let credits = own()
            .filter(|entry| entry.kind == EntryKind::Credit)
            .count();
        assert_eq!(credits, usize::from(payment.state.was_credited()));
    }
    let sum: i64 = entries.iter().map(|entry| entry.amount.minor()).sum();
    assert_eq!(transaction.ledger.balance(CUSTOMER).await, Ok(sum));
    let counts = transaction.ledger.counts().await.unwrap();
    let pending = payments
        .iter()
        .filter(|payment| payment.state == PaymentState::Pending)
        .count();
    assert_eq!(usize::try_from(counts.pending), Ok(pending));
    assert_eq!(
        usize::try_from(counts.alarms),
        Ok(transaction
            .ledger
            .alarms(newest(1_000))
            .await
            .unwrap()
            .len())
    );
    assert_eq!(
        usize::try_from(counts.unmatched),
        Ok(transaction.ledger.inbox(1_000).await.unwrap().len())
    );
}

async fn agree_after(transaction: LedgerTransaction, steps: Vec<PayoutStep>) {
    for step in steps {
        take(&transaction, step).await;
    }
    agree(&transaction).await;
    agree(&transaction.reopen().await).await;
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn entries_payments_balance_and_counts_agree_after_any_sequence(
        steps in prop::collection::vec(step(), 1..40),
    ) {
        runtime().block_on(agree_after(LedgerTransaction::open(), steps));
    }
}

#[cfg(feature = "postgres")]
proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn they_agree_in_postgres_too(steps in prop::collection::vec(step(), 1..40)) {
        runtime().block_on(async {
            if let Some(transaction) = LedgerTransaction::connect().await {
                agree_after(transaction, steps).await;
            }
        });
    }
}
