//! Reads: customers, pages of payments and entries; and every read sees what was acknowledged.

use crate::common::{AMOUNT, CUSTOMER, NOW, TestLedger, contract, decline, payment, sale};
use jetpay_ledger::{Contract, Customer, Flag, Millis, PaymentFilter, PaymentState};

fn customer(id: &str) -> Customer {
    let info = serde_json::json!({"address": "Abay 1"});
    let contract = Contract {
        payment: Some(150_000),
        status_code: 204,
        info: info.as_object().cloned(),
        ..contract("c1", "N-1")
    };
    Customer {
        additional_customer_id: Some("Anna".into()),
        ..crate::common::customer(id, vec![contract])
    }
}

crate::common::on_every_store! {
    customer_is_read_as_it_was_stored,
    imported_customers_are_counted_and_paged_by_id,
    deleted_customer_keeps_the_payments_and_the_balance,
    payment_is_read_as_it_was_recorded,
    filter_selects_what_it_names,
    entries_read_in_pages_are_complete_and_in_order,
}

async fn customer_is_read_as_it_was_stored(test: TestLedger) {
    assert_eq!(test.put_customer(customer("a")).await, Ok(true));
    assert_eq!(test.customer("a").await, Ok(Some(customer("a"))));
    let bare = crate::common::customer("a", vec![]);
    assert_eq!(test.put_customer(bare.clone()).await, Ok(false));
    assert_eq!(test.customer("a").await, Ok(Some(bare)));
    assert_eq!(test.customer("b").await, Ok(None));
}

async fn imported_customers_are_counted_and_paged_by_id(test: TestLedger) {
    test.put_customer(customer("b")).await.unwrap();
    let all = ["a", "b", "c", "d"].map(customer).to_vec();
    let imported = test.import_customers(all.clone()).await.unwrap();
    assert_eq!((imported.new, imported.replaced), (3, 1));
    assert_eq!(test.customers(None, 3).await, Ok(all[..3].to_vec()));
    assert_eq!(test.customers(Some("c"), 3).await, Ok(all[3..].to_vec()));
}

async fn deleted_customer_keeps_the_payments_and_the_balance(test: TestLedger) {
    test.put_customer(customer(CUSTOMER)).await.unwrap();
    test.pay("p1", 1).await;
    let id = CUSTOMER.try_into().unwrap();
    assert_eq!(test.delete_customer(&id).await, Ok(true));
    assert_eq!(test.delete_customer(&id).await, Ok(false));
    assert_eq!(test.customer(CUSTOMER).await, Ok(None));
    assert_eq!(test.balance(CUSTOMER).await, Ok(AMOUNT));
    assert_eq!(test.entries(0, 9).await.unwrap().len(), 1);
}

async fn payment_is_read_as_it_was_recorded(test: TestLedger) {
    let mut new = payment("p1");
    new.contract_id = Some("c1".try_into().unwrap());
    new.flags = serde_json::from_str(r#"["over_limit", "blue_moon"]"#).unwrap();
    assert_eq!(new.flags[0], Flag::OVER_LIMIT);
    test.record_payment(new).await.unwrap();
    let payment = test.recorded("p1").await;
    let expected = serde_json::json!({
        "payment_id": "p1", "project_id": 1234, "method": "kaspi", "customer_id": CUSTOMER, "contract_id": "c1",
        "amount": AMOUNT, "currency": "KZT", "state": "pending", "credited": 0, "remaining": 0,
        "flags": ["over_limit", "blue_moon"], "created_at": NOW, "operations": [],
    });
    assert_eq!(serde_json::to_value(payment).unwrap(), expected);
}

fn by(change: impl FnOnce(&mut PaymentFilter)) -> PaymentFilter {
    let mut filter = PaymentFilter::default();
    change(&mut filter);
    filter
}

async fn filter_selects_what_it_names(test: TestLedger) {
    for (number, id) in (0..).zip(["p1", "p2", "p3", "p4"]) {
        let mut new = payment(id);
        new.created_at = Millis(NOW.0 + number);
        if id == "p4" {
            new.customer_id = "other".try_into().unwrap();
        }
        test.record_payment(new).await.unwrap();
    }
    test.deliver(&sale("p2", 2)).await;
    test.deliver(&decline("p3", 3)).await;
    let customer = || Some(CUSTOMER.into());
    let receipt = || Some("receipt_3".into());
    let in_state = |state| by(|filter| filter.state = Some(state));
    let cases = [
        (by(|_| ()), "p1 p2 p3 p4"),
        (by(|filter| filter.limit = 2), "p1 p2"),
        (
            by(|filter| (filter.after, filter.limit) = (Some("p2".into()), 1)),
            "p3",
        ),
        (by(|filter| filter.customer_id = customer()), "p1 p2 p3"),
        (
            by(|filter| (filter.customer_id, filter.after) = (customer(), Some("p1".into()))),
            "p2 p3",
        ),
        (
            PaymentFilter {
                customer_id: customer(),
                ..in_state(PaymentState::Declined)
            },
            "p3",
        ),
        (in_state(PaymentState::Pending), "p1 p4"),
        (in_state(PaymentState::Credited), "p2"),
        (in_state(PaymentState::Declined), "p3"),
        (in_state(PaymentState::Refunded), ""),
        (by(|filter| filter.from = Some(Millis(NOW.0 + 2))), "p3 p4"),
        (by(|filter| filter.to = Some(Millis(NOW.0 + 2))), "p1 p2"),
        (by(|filter| filter.provider_payment_id = receipt()), "p3"),
        (
            PaymentFilter {
                provider_payment_id: receipt(),
                ..in_state(PaymentState::Credited)
            },
            "",
        ),
    ];
    for (filter, expected) in cases {
        let payments = test.payments(&filter).await.unwrap();
        let ids: Vec<&str> = payments.iter().map(|payment| payment.id.as_str()).collect();
        assert_eq!(ids.join(" "), expected, "{filter:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_thread_reads_what_was_acknowledged() {
    let test = TestLedger::open();
    for number in 0..50 {
        let id = format!("p{number:02}");
        test.announce(&id).await;
        let ledger = test.ledger.clone();
        let elsewhere = std::thread::spawn({
            let id = id.clone();
            let runtime = tokio::runtime::Handle::current();
            move || runtime.block_on(ledger.payment(&id)).unwrap().is_some()
        });
        assert!(test.payment(&id).await.unwrap().is_some());
        assert!(elsewhere.join().unwrap());
    }
}

async fn entries_read_in_pages_are_complete_and_in_order(test: TestLedger) {
    for (number, id) in (1..).zip(["p1", "p2", "p3"]) {
        test.announce(id).await;
        test.deliver(&sale(id, number)).await;
    }
    let (mut after, mut seen) = (0, vec![]);
    while let [entry] = &*test.entries(after, 1).await.unwrap() {
        after = entry.seq;
        seen.push(entry.payment_id.to_string());
    }
    assert_eq!(seen, ["p1", "p2", "p3"]);
}
