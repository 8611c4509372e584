//! Debts: what a customer owes on a contract is what the merchant gave, less what came in since.

use std::time::{Duration, Instant};

use crate::common::{AMOUNT, CUSTOMER, NOW, TestLedger, decline, payment, refund, sale};
use jetpay_core::ContractId;
use jetpay_ledger::{Contract, Customer, Debt, DebtsOutcome, Error, Ledger};

fn contract(id: &str, payment: Option<i64>, as_of_seq: Option<i64>) -> Contract {
    Contract {
        payment,
        as_of_seq,
        ..crate::common::contract(id, &format!("N{id}"))
    }
}

fn customer(contracts: Vec<Contract>) -> Customer {
    crate::common::customer(CUSTOMER, contracts)
}

/// What `verify` shows of each contract.
async fn shown(ledger: &Ledger) -> Vec<Option<i64>> {
    let customer = ledger.net_customer(CUSTOMER).await.unwrap().unwrap();
    let contracts = customer.contracts.iter();
    contracts.map(|contract| contract.payment).collect()
}

/// Credits a payment on a contract.
async fn pay(test: &TestLedger, id: &'static str, contract: &str, operation: u64) {
    announce(test, id, contract).await;
    test.deliver(&sale(id, operation)).await;
}

async fn announce(test: &TestLedger, id: &str, contract: &str) {
    let mut new = payment(id);
    new.contract_id = Some(contract.try_into().unwrap());
    test.record_payment(new).await.unwrap();
}

crate::common::on_every_store! {
    payment_on_a_contract_lowers_its_debt_alone_and_a_refund_raises_it_again,
    debt_that_includes_the_payment_is_shown_as_it_was_given,
    payments_beyond_the_debt_show_0_and_the_customer_is_read_as_stored,
    changed_debts_are_new_and_the_others_stay_or_nothing_changes,
    changes_of_one_customer_at_the_same_time_are_all_kept,
    debt_that_is_read_while_it_is_paid_and_given_anew_only_falls,
    entry_names_the_contract_and_the_receipt_of_its_operation,
    many_customers_are_imported_and_deleted_in_several_transactions,
    sum_beyond_64_bits_shows_the_nearest_number_and_is_no_failure,
    contract_with_many_included_entries_is_read_as_quickly_as_another,
    damaged_contracts_are_an_error_without_a_value_until_the_customer_is_put_again,
    row_that_is_missing_or_too_many_is_found_by_the_audit,
}

async fn payment_on_a_contract_lowers_its_debt_alone_and_a_refund_raises_it_again(
    test: TestLedger,
) {
    let contracts = vec![
        contract("c1", Some(150_000), Some(0)),
        contract("c2", Some(150_000), None),
        contract("c3", None, Some(0)),
    ];
    test.put_customer(customer(contracts)).await.unwrap();
    assert_eq!(shown(&test).await, [Some(150_000), Some(150_000), None]);
    announce(&test, "p1", "c1").await;
    let pending = shown(&test).await;
    assert_eq!(pending[0], Some(150_000), "nothing came in yet");
    test.deliver(&sale("p1", 1)).await;
    test.deliver(&sale("p1", 1)).await;
    let paid = [Some(50_000), Some(150_000), None];
    assert_eq!(shown(&test).await, paid);
    announce(&test, "p2", "c1").await;
    test.deliver(&decline("p2", 2)).await;
    test.pay("p3", 3).await;
    assert_eq!(shown(&test).await, paid, "neither is money on c1");
    test.deliver(&refund("p1", 4, 30_000)).await;
    assert_eq!(shown(&test).await[0], Some(80_000));
    pay(&test, "p4", "c2", 5).await;
    assert_eq!(shown(&test).await[1], Some(50_000));
    let test = test.reopen().await;
    assert_eq!(shown(&test).await, [Some(80_000), Some(50_000), None]);
    let audit = test.audit(None).await.unwrap();
    assert_eq!(audit.findings, []);
}

async fn debt_that_includes_the_payment_is_shown_as_it_was_given(test: TestLedger) {
    pay(&test, "p1", "c1", 1).await;
    pay(&test, "p2", "c1", 2).await;
    assert_eq!(test.last_entry().await, Ok(2));
    for (as_of_seq, due) in [(0, 0), (1, 50_000), (2, 150_000)] {
        let contracts = vec![contract("c1", Some(150_000), Some(as_of_seq))];
        test.put_customer(customer(contracts)).await.unwrap();
        assert_eq!(shown(&test).await, [Some(due)], "as of {as_of_seq}");
    }
    test.deliver(&refund("p1", 3, 30_000)).await;
    let raised = shown(&test).await;
    assert_eq!(raised, [Some(180_000)], "a refund of what was included");
}

async fn payments_beyond_the_debt_show_0_and_the_customer_is_read_as_stored(test: TestLedger) {
    let mut given = contract("c1", Some(99_999), Some(0));
    given.min_payment = Some(10);
    let given = customer(vec![given]);
    test.put_customer(given.clone()).await.unwrap();
    pay(&test, "p1", "c1", 1).await;
    let net = test.net_customer(CUSTOMER).await.unwrap().unwrap();
    let net = &net.contracts[0];
    assert_eq!((net.payment, net.min_payment), (Some(0), Some(0)));
    assert_eq!(test.customer(CUSTOMER).await, Ok(Some(given)));
    assert_eq!(test.net_customer("nobody").await, Ok(None));
    assert_eq!(test.net_customer("a\0").await, Ok(None));
    let bare = customer(vec![]);
    test.put_customer(bare.clone()).await.unwrap();
    assert_eq!(test.net_customer(CUSTOMER).await, Ok(Some(bare)));
}

fn debt(id: &str, payment: i64) -> Debt {
    let id = id.try_into().unwrap();
    let min_payment = None;
    Debt {
        id,
        payment,
        min_payment,
    }
}

async fn changed_debts_are_new_and_the_others_stay_or_nothing_changes(test: TestLedger) {
    let id = || CUSTOMER.try_into().unwrap();
    let change = |debts, as_of_seq| test.change_debts(id(), debts, as_of_seq);
    let no_customer = change(vec![debt("c1", 1)], 0).await;
    assert_eq!(no_customer, Ok(DebtsOutcome::NoSuchCustomer));
    let mut first = contract("c1", Some(1_000), Some(0));
    first.min_payment = Some(7);
    let given = customer(vec![first, contract("c2", Some(150_000), Some(0))]);
    test.put_customer(given.clone()).await.unwrap();
    pay(&test, "p1", "c1", 1).await;
    pay(&test, "p2", "c2", 2).await;
    let unknown = change(vec![debt("c1", 5), debt("c9", 5)], 2).await;
    assert_eq!(unknown, Ok(DebtsOutcome::NoSuchContract(1)));
    let stored = test.customer(CUSTOMER).await;
    assert_eq!(stored, Ok(Some(given.clone())), "all or none");
    let mut changed = given;
    changed.contracts[0].payment = Some(300_000);
    changed.contracts[0].as_of_seq = Some(2);
    let outcome = change(vec![debt("c1", 300_000)], 2).await;
    assert_eq!(outcome, Ok(DebtsOutcome::Changed(changed.clone())));
    assert_eq!(test.customer(CUSTOMER).await, Ok(Some(changed)));
    assert_eq!(shown(&test).await, [Some(300_000), Some(50_000)]);
}

async fn changes_of_one_customer_at_the_same_time_are_all_kept(test: TestLedger) {
    let ids: Vec<String> = (0..20).map(|number| format!("c{number}")).collect();
    let contracts = ids.iter().map(|id| contract(id, Some(1), None)).collect();
    test.put_customer(customer(contracts)).await.unwrap();
    for round in 0..5 {
        let changes = ids.iter().map(|id| {
            let (ledger, debts) = (test.ledger.clone(), vec![debt(id, 100 + round)]);
            let id = CUSTOMER.try_into().unwrap();
            tokio::spawn(async move { ledger.change_debts(id, debts, 0).await })
        });
        // All of them wait in the queue together.
        for change in changes.collect::<Vec<_>>() {
            let outcome = change.await.unwrap().unwrap();
            assert!(matches!(outcome, DebtsOutcome::Changed(_)), "{outcome:?}");
        }
        assert_eq!(shown(&test).await, [Some(100 + round); 20]);
    }
}

/// A reader that sees a new debt without the entries that it does not include, or the reverse, sees it rise.
async fn debt_that_is_read_while_it_is_paid_and_given_anew_only_falls(test: TestLedger) {
    const PAYMENTS: i64 = 60;
    let first = PAYMENTS * AMOUNT;
    let contracts = vec![contract("c1", Some(first), Some(0))];
    test.put_customer(customer(contracts)).await.unwrap();
    let reader = test.ledger.clone();
    let reads = tokio::spawn(async move {
        let (mut last, mut seen) = (first, 0);
        while last > 0 {
            let due = shown(&reader).await[0].unwrap();
            assert!(due <= last, "{due} after {last}");
            seen += i64::from(due < last);
            last = due;
            tokio::task::yield_now().await;
        }
        seen
    });
    for paid in 1..=PAYMENTS {
        let id: &'static str = format!("p{paid}").leak();
        pay(&test, id, "c1", paid.cast_unsigned()).await;
        let rest = debt("c1", first - paid * AMOUNT);
        let id = CUSTOMER.try_into().unwrap();
        let given = test.change_debts(id, vec![rest], paid).await;
        assert!(matches!(given, Ok(DebtsOutcome::Changed(_))));
    }
    assert!(reads.await.unwrap() > 10);
}

async fn entry_names_the_contract_and_the_receipt_of_its_operation(test: TestLedger) {
    pay(&test, "p1", "c1", 1).await;
    test.deliver(&refund("p1", 2, 1_000)).await;
    test.announce("p2").await;
    let late = sale("p2", 3)
        .with_payment_status("processing")
        .with_status("processing");
    for callback in [
        sale("p2", 3).with_receipt("the receipt"),
        late.with_receipt("an intermediate number"),
    ] {
        test.record_callback(callback, NOW).await.unwrap();
    }
    let entries = test.entries(0, 10).await.unwrap();
    let shown = entries.iter().map(|entry| {
        let contract = entry.contract_id.as_ref().map(ContractId::as_str);
        (contract, entry.provider_payment_id.as_deref().unwrap())
    });
    let expected = [
        (Some("c1"), "receipt_1"),
        (Some("c1"), "receipt_2"),
        (None, "the receipt"),
    ];
    assert_eq!(shown.collect::<Vec<_>>(), expected);
}

async fn many_customers_are_imported_and_deleted_in_several_transactions(test: TestLedger) {
    let customers: Vec<_> = (0..2_500)
        .map(|number| Customer {
            customer_id: format!("{number:05}").as_str().try_into().unwrap(),
            ..customer(vec![])
        })
        .collect();
    let imported = test.import_customers(customers.clone()).await;
    assert_eq!(imported.unwrap().new, 2_500);
    let imported = test.import_customers(customers).await;
    assert_eq!(imported.unwrap().replaced, 2_500);
    let first = test.customer_ids(None, 2_000).await.unwrap();
    let rest = test.customer_ids(first.last(), 2_000).await.unwrap();
    assert_eq!((first.len(), rest.len()), (2_000, 500));
    let all = [first, rest].concat();
    assert_eq!(test.delete_customers(&all).await, Ok(2_500));
    assert_eq!(test.delete_customers(&all[..1]).await, Ok(0));
}

async fn sum_beyond_64_bits_shows_the_nearest_number_and_is_no_failure(test: TestLedger) {
    let contracts = ["more", "less"].map(|id| contract(id, Some(5), Some(0)));
    let put = test.put_customer(customer(contracts.to_vec())).await;
    put.unwrap();
    for (contract, amount) in [("more", i64::MAX), ("less", -i64::MAX)] {
        let row = |seq| format!("('{CUSTOMER}', '{contract}', {seq}, {amount})");
        let rows = [row(1), row(2), row(3)].join(", ");
        let insert = format!("INSERT INTO contract_entries VALUES {rows}");
        test.run(&insert);
    }
    assert_eq!(shown(&test).await, [Some(0), Some(i64::MAX)]);
}

async fn contract_with_many_included_entries_is_read_as_quickly_as_another(test: TestLedger) {
    let contracts = vec![contract("c1", Some(150_000), Some(100_000))];
    test.put_customer(customer(contracts)).await.unwrap();
    let rows = format!(
        "WITH RECURSIVE n (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < 100001)
         INSERT INTO contract_entries SELECT '{CUSTOMER}', 'c1', seq, 50000 FROM n"
    );
    test.run(&rows);
    let begun = Instant::now();
    for _ in 0..200 {
        assert_eq!(shown(&test).await, [Some(100_000)]);
    }
    // Reading all of them each time takes some ten seconds.
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
}

async fn damaged_contracts_are_an_error_without_a_value_until_the_customer_is_put_again(
    test: TestLedger,
) {
    let given = customer(vec![contract("c1", Some(5), Some(0))]);
    let ids = ["p0", "p1", "p2", "p3", "p4", "p5"];
    let damages = [
        "",
        "[{\"id\":\"c1\"",
        "{}",
        "[1]",
        "[{\"id\":\"c1\",\"number\":\"N\",\"payment\":\"Anna\"}]",
        "[{\"id\":\"c1\",\"number\":\"N\",\"as_of_seq\":\"Anna\"}]",
    ];
    for (id, damage) in ids.into_iter().zip(damages) {
        test.put_customer(given.clone()).await.unwrap();
        let update = format!("UPDATE customers SET contracts = '{damage}'");
        test.run(&update);
        let expected = Error::Damaged(given.customer_id.clone());
        let read = test.customer(CUSTOMER).await;
        assert_eq!(read, Err(expected.clone()), "{damage}");
        let net = test.net_customer(CUSTOMER).await;
        assert_eq!(net, Err(expected.clone()), "{damage}");
        let page = test.customers(None, 10).await;
        assert_eq!(page, Err(expected.clone()), "{damage}");
        let change = test.change_debts(given.customer_id.clone(), vec![debt("c1", 5)], 0);
        let (change, other) = tokio::join!(change, test.record_payment(payment(id)));
        assert_eq!(change, Err(expected.clone()), "{damage}");
        assert_eq!(other, Ok(()), "a command beside it");
        assert_eq!(test.ready(), Ok(()));
        let findings = test.audit(None).await.unwrap().findings;
        let [finding] = &findings[..] else {
            panic!("{damage}: {findings:?}");
        };
        assert_eq!(finding.place, format!("customer {CUSTOMER}"), "{damage}");
        assert!(finding.rule.contains("contracts of a customer can be read"));
        let said = format!("{expected} {expected:?}");
        assert!(!said.contains("Anna") && !said.contains(CUSTOMER), "{said}");
    }
    test.put_customer(given.clone()).await.unwrap();
    assert_eq!(test.net_customer(CUSTOMER).await, Ok(Some(given)));
    test.check().await;
}

async fn row_that_is_missing_or_too_many_is_found_by_the_audit(test: TestLedger) {
    pay(&test, "p1", "c1", 1).await;
    let places = async || {
        let findings = test.audit(None).await.unwrap().findings;
        let found = findings.iter().map(|finding| {
            assert!(finding.rule.contains("on a contract"), "{finding:?}");
            finding.place.clone()
        });
        found.collect::<Vec<_>>()
    };
    assert_eq!(places().await, Vec::<String>::new());
    test.run("UPDATE contract_entries SET amount = 1");
    assert_eq!(places().await, ["entry 1"]);
    let other =
        "DELETE FROM contract_entries; INSERT INTO contract_entries VALUES ('x', 'c1', 1, 100000)";
    test.run(other);
    assert_eq!(places().await, ["entry 1", "entry 1"]);
}

/// Two servers change two contracts of one customer at the same time.
#[cfg(feature = "postgres")]
#[tokio::test]
async fn changes_on_two_servers_are_both_kept() {
    let Some(test) = TestLedger::connect().await else {
        return;
    };
    let other = test.another().await;
    let contracts = ["c1", "c2"].map(|id| contract(id, Some(1), Some(0)));
    let put = test.put_customer(customer(contracts.to_vec())).await;
    put.unwrap();
    for round in 2..40 {
        let id = || CUSTOMER.try_into().unwrap();
        let one = test.change_debts(id(), vec![debt("c1", round)], 0);
        let two = other.change_debts(id(), vec![debt("c2", round)], 0);
        let (one, two) = tokio::join!(one, two);
        one.unwrap();
        two.unwrap();
        assert_eq!(shown(&other).await, [Some(round), Some(round)]);
    }
}
