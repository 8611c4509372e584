//! Texts that a store may not be able to keep: NUL, which `PostgreSQL` refuses, and statuses that are too long for an
//! index.

use crate::common::{
    AMOUNT, CUSTOMER, NOW, TestLedger, customer, newest, on_every_store, payment, sale,
};
use jetpay_ledger::CallbackOutcome::{Applied, Noted, Repeated, Unmatched};
use jetpay_ledger::{Customer, PaymentFilter, PaymentState};

/// Statuses that the platform does not have.
fn odd_statuses() -> [&'static str; 4] {
    // Random letters, so that compression does not shorten them.
    let mut state = 1_u32;
    let letters = (0..6_000).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'a' + u8::try_from((state >> 24) % 26).unwrap())
    });
    let long: &str = letters.collect::<String>().leak();
    ["wai\\u0000ting", "\\u0000", long, "тұрған "]
}

async fn odd_statuses_are_noted_once_and_their_repeats_are_repeats(test: TestLedger) {
    for (number, word) in (0..).zip(odd_statuses()) {
        let id: &str = format!("p{number}").leak();
        test.announce(id).await;
        for (field, operation) in (0..3).zip(number * 10..) {
            let mut content = sale(id, operation)
                .with_payment_status("processing")
                .with_status("processing");
            match field {
                0 => content.payment_status = word,
                1 => content.operation_status = word,
                _ => content.operation_type = word,
            }
            assert_eq!(test.deliver(&content).await, Noted, "{field} {word}");
            assert_eq!(test.deliver(&content).await, Repeated, "{field}");
        }
        assert_eq!(test.deliver(&sale(id, 1_000 + number)).await, Applied);
        assert_eq!(test.entered(id).await, AMOUNT);
    }
    assert_eq!(test.alarms(newest(100)).await, Ok(vec![]));
}

async fn odd_statuses_of_an_unknown_payment_wait_once_and_are_applied_with_it(test: TestLedger) {
    for (number, word) in (0..).zip(odd_statuses()) {
        let id: &str = format!("p{number}").leak();
        let content = sale(id, number).with_payment_status(word);
        for _ in 0..3 {
            assert_eq!(test.deliver(&content).await, Unmatched);
        }
        assert_eq!(test.counts().await.unwrap().unmatched, 1);
        test.announce(id).await;
        assert_eq!(test.deliver(&content).await, Repeated);
        assert_eq!(test.counts().await.unwrap().unmatched, 0);
    }
}

async fn key_that_no_row_can_have_finds_nothing(test: TestLedger) {
    test.announce("p1").await;
    let ledger = &test;
    for key in ["\0", "p1\0", "\0p1", "7123456789\0"] {
        assert_eq!(ledger.payment(key).await, Ok(None));
        assert_eq!(ledger.customer(key).await, Ok(None));
        assert_eq!(ledger.balance(key).await, Ok(0));
        let of_customer = PaymentFilter {
            customer_id: Some(key.into()),
            limit: 10,
            ..PaymentFilter::default()
        };
        assert_eq!(ledger.payments(&of_customer).await, Ok(vec![]));
        let of_provider = PaymentFilter {
            provider_payment_id: Some(key.into()),
            limit: 10,
            ..PaymentFilter::default()
        };
        assert_eq!(ledger.payments(&of_provider).await, Ok(vec![]));
    }
}

async fn page_after_a_text_with_nul_starts_at_the_next_key(test: TestLedger) {
    for id in ["a", "a b", "b"] {
        let put = test.put_customer(customer(id, vec![])).await;
        assert_eq!(put, Ok(true));
        test.announce(id).await;
    }
    for (after, expected) in [
        ("\0", &["a", "a b", "b"][..]),
        ("a\0", &["a b", "b"]),
        ("a\0b", &["a b", "b"]),
        ("a b\0", &["b"]),
    ] {
        let page = test.customers(Some(after), 10).await.unwrap();
        let ids: Vec<_> = page.iter().map(|it| it.customer_id.as_str()).collect();
        assert_eq!(ids, expected, "customers after {after:?}");
        let filter = PaymentFilter {
            after: Some(after.into()),
            limit: 10,
            ..PaymentFilter::default()
        };
        let page = test.payments(&filter).await.unwrap();
        let ids: Vec<_> = page.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids, expected, "payments after {after:?}");
    }
}

async fn payment_is_found_by_an_odd_receipt(test: TestLedger) {
    for (number, word) in (0..).zip(odd_statuses()) {
        let id: &str = format!("p{number}").leak();
        test.announce(id).await;
        let callback = sale(id, number).with_receipt(word);
        let recorded = test.record_callback(callback, NOW).await;
        assert_eq!(recorded, Ok(Applied));
        let filter = PaymentFilter {
            provider_payment_id: Some(word.replace("\\u0000", "\0")),
            limit: 10,
            ..PaymentFilter::default()
        };
        let found = test.payments(&filter).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].id.as_str(), id);
        assert_eq!(found[0].state, PaymentState::Credited);
    }
}

async fn texts_that_no_store_can_keep_whole_are_the_same_in_every_store(test: TestLedger) {
    // The 255th byte is the first half of a letter.
    let long = format!("{}й", "x".repeat(254));
    let shown = "x".repeat(254);
    for (number, (said, kept)) in
        (1..).zip([(long.as_str(), shown.as_str()), ("a\\u0000b", "a\u{fffd}b")])
    {
        let id: &str = format!("p{number}").leak();
        test.announce(id).await;
        let content = sale(id, number)
            .with_payment_status("processing")
            .with_status(said.to_owned().leak());
        let callback = content.with_receipt(said);
        let recorded = test.record_callback(callback, NOW).await;
        assert_eq!(recorded, Ok(Noted));
        let payment = test.recorded(id).await;
        let operation = &payment.operations[0];
        assert_eq!(operation.provider_payment_id.as_deref(), Some(kept));
        assert_eq!(operation.status.as_ref().unwrap().as_str(), kept);
    }
    // The audit knows how a text is kept.
    test.check().await;
}

async fn customer_with_odd_texts_is_stored(test: TestLedger) {
    let customer = Customer {
        customer_id: CUSTOMER.try_into().unwrap(),
        additional_customer_id: Some("An\0na".into()),
        contracts: serde_json::from_str(r#"[{"id":"1","number":"N\u0000"}]"#).unwrap(),
    };
    let put = test.put_customer(customer.clone()).await;
    assert_eq!(put, Ok(true));
    let kept = test.customer(CUSTOMER).await.unwrap().unwrap();
    assert_eq!(kept.contracts, customer.contracts);
    let name = kept.additional_customer_id.unwrap();
    assert_eq!(name, "An\u{fffd}na");
    assert_eq!(test.record_payment(payment("p1")).await, Ok(()));
}

on_every_store! {
    odd_statuses_are_noted_once_and_their_repeats_are_repeats,
    odd_statuses_of_an_unknown_payment_wait_once_and_are_applied_with_it,
    key_that_no_row_can_have_finds_nothing,
    page_after_a_text_with_nul_starts_at_the_next_key,
    payment_is_found_by_an_odd_receipt,
    texts_that_no_store_can_keep_whole_are_the_same_in_every_store,
    customer_with_odd_texts_is_stored,
}
