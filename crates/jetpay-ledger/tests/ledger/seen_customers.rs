//! When a look-up saw a customer last.

use crate::common::{AMOUNT, CUSTOMER, TestLedger, contract, customer};
use crate::deliveries::at;
use jetpay_ledger::Contract;

crate::common::on_every_store! {
    only_a_look_up_changes_when_a_customer_was_seen,
    customer_that_a_look_up_no_longer_finds_stays_and_is_not_seen,
}

async fn customer_that_a_look_up_no_longer_finds_stays_and_is_not_seen(test: TestLedger) {
    let id = || CUSTOMER.try_into().unwrap();
    test.unsee_customer(id()).await.unwrap();
    assert_eq!(test.seen_customer(CUSTOMER).await, Ok(None));
    let stored = customer(CUSTOMER, vec![contract("c1", "N1")]);
    test.see_customer(stored.clone(), at(1)).await.unwrap();
    test.unsee_customer(id()).await.unwrap();
    let unseen = Some((stored.clone(), None));
    assert_eq!(test.seen_customer(CUSTOMER).await, Ok(unseen.clone()));
    test.put_customer(stored.clone()).await.unwrap();
    assert_eq!(test.seen_customer(CUSTOMER).await, Ok(unseen));
    test.see_customer(stored.clone(), at(2)).await.unwrap();
    let seen = Some((stored, Some(at(2))));
    assert_eq!(test.seen_customer(CUSTOMER).await, Ok(seen));
    test.check().await;
}

async fn only_a_look_up_changes_when_a_customer_was_seen(test: TestLedger) {
    let owes = |payment| Contract {
        payment: Some(payment),
        as_of_seq: Some(0),
        ..contract("c1", "N1")
    };
    let seen = async || {
        let (customer, seen) = test.seen_customer(CUSTOMER).await.unwrap()?;
        Some((customer.contracts[0].payment, seen))
    };
    assert_eq!(seen().await, None);
    assert_eq!(test.seen_customer("a\0").await, Ok(None));
    test.put_customer(customer(CUSTOMER, vec![owes(AMOUNT)]))
        .await
        .unwrap();
    assert_eq!(seen().await, Some((Some(AMOUNT), None)));
    let answer = customer(CUSTOMER, vec![owes(2 * AMOUNT)]);
    test.see_customer(answer.clone(), at(1)).await.unwrap();
    assert_eq!(seen().await, Some((Some(2 * AMOUNT), Some(at(1)))));
    let credited = jetpay_ledger::NewPayment {
        contract_id: Some("c1".try_into().unwrap()),
        ..crate::common::payment("p1")
    };
    test.record_payment(credited).await.unwrap();
    test.deliver(&crate::common::sale("p1", 1)).await;
    assert_eq!(seen().await, Some((Some(AMOUNT), Some(at(1)))));
    test.put_customer(customer(CUSTOMER, vec![owes(0)]))
        .await
        .unwrap();
    let import = vec![customer(CUSTOMER, vec![owes(3)])];
    test.import_customers(import).await.unwrap();
    let debt = jetpay_ledger::Debt {
        id: "c1".try_into().unwrap(),
        payment: 5,
        min_payment: None,
    };
    let id = CUSTOMER.try_into().unwrap();
    test.change_debts(id, vec![debt], 1).await.unwrap();
    assert_eq!(seen().await, Some((Some(5), Some(at(1)))));
    test.see_customer(answer, at(2)).await.unwrap();
    assert_eq!(seen().await, Some((Some(AMOUNT), Some(at(2)))));
    let id = CUSTOMER.try_into().unwrap();
    assert_eq!(test.delete_customer(&id).await, Ok(true));
    test.see_customer(customer("8", vec![owes(1)]), at(3))
        .await
        .unwrap();
    assert_eq!(
        test.seen_customer("8").await.unwrap().unwrap().1,
        Some(at(3))
    );
    // In one transaction, a look-up and a write of the merchant's.
    let (looked, put) = tokio::join!(
        test.see_customer(customer("9", vec![]), at(4)),
        test.put_customer(customer("9", vec![])),
    );
    assert!(looked.is_ok() && put.is_ok());
    assert_eq!(
        test.seen_customer("9").await.unwrap().unwrap().1,
        Some(at(4))
    );
    test.put_customer(customer(CUSTOMER, vec![owes(7)]))
        .await
        .unwrap();
    assert_eq!(seen().await, Some((Some(0), None)));
    assert_eq!(test.search("N1", None, 9).await.unwrap().0.len(), 3);
    test.check().await;
}
