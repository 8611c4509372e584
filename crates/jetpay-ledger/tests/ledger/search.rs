//! Search: one word finds all that has it, in pages, the newest first.

use jetpay_ledger::payout::NewPayout;
use jetpay_ledger::{Customer, Hit, Ledger, Millis, PaymentState, SearchPosition, Verdict};

use crate::common::{
    AMOUNT, CUSTOMER, NOW, TestLedger, contract, decline, kzt, new_payout, payment, sale,
};

crate::common::on_every_store! {
    word_of_every_kind_finds_all_that_has_it_newest_first,
    pages_of_any_length_are_complete_and_repeat_nothing,
    words_follow_the_customer_and_the_audit_agrees,
    callback_in_the_inbox_is_found_by_what_it_says_of_its_payer_until_it_has_a_payment,
    hits_are_told_apart_by_method_receipt_and_number_of_the_contract,
    second_name_of_many_customers_finds_them_in_pages_without_their_payments,
    newest_payments_come_by_id_from_the_last_one_in_pages,
    history_has_the_callbacks_the_entries_the_alarms_and_the_resolutions,
}

fn at(minutes: i64) -> Millis {
    Millis(NOW.0 + minutes * 60_000)
}

fn customer(id: &str, second_name: &str, contracts: &[(&str, &str)]) -> Customer {
    let contracts = contracts.iter().map(|(id, number)| contract(id, number));
    Customer {
        additional_customer_id: Some(second_name.into()).filter(|name: &String| !name.is_empty()),
        ..crate::common::customer(id, contracts.collect())
    }
}

async fn record(
    ledger: &Ledger,
    id: &str,
    customer: &str,
    contract: Option<&str>,
    created_at: Millis,
) {
    let mut new = payment(id);
    new.customer_id = customer.try_into().unwrap();
    new.contract_id = contract.map(|id| id.try_into().unwrap());
    new.created_at = created_at;
    ledger.record_payment(new).await.unwrap();
}

async fn record_payout(ledger: &Ledger, id: &str, customer: &str, created_at: Millis) {
    let payout = NewPayout {
        customer_id: customer.try_into().unwrap(),
        created_at,
        ..new_payout(id, id)
    };
    ledger.record_payout(payout).await.unwrap();
}

/// What a hit is, which one, and the words that it was found by.
fn shown(hit: &Hit) -> String {
    let id = match (&hit.payment_id, &hit.customer_id) {
        (Some(id), _) => id.as_str(),
        (None, id) => id.as_ref().map_or("", |id| id.as_str()),
    };
    let words: Vec<&str> = hit.matched.iter().map(|word| word.as_str()).collect();
    format!("{} {id} by {}", hit.kind, words.join("+"))
}

/// All hits of a word, read in pages of this many.
async fn all(ledger: &Ledger, word: &str, limit: usize) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    let mut before: Option<SearchPosition> = None;
    loop {
        let (page, next) = ledger.search(word, before.as_ref(), limit).await.unwrap();
        assert!(
            page.len() <= limit && (next.is_none() || page.len() == limit),
            "{word}"
        );
        hits.extend(page);
        before = next;
        if before.is_none() {
            return hits;
        }
    }
}

async fn found(ledger: &Ledger, word: &str) -> Vec<String> {
    all(ledger, word, 100).await.iter().map(shown).collect()
}

/// Payments, payouts, callbacks and customers whose words overlap. The ids are not in the order of time.
async fn fill(ledger: &Ledger) {
    let contracts = [("c1", "N-1"), ("c2", "N-2")];
    let customers = [
        customer(CUSTOMER, "Anna", &contracts),
        customer("8", "", &[("c1", "8"), ("c3", "4711")]),
    ];
    ledger.import_customers(customers.into()).await.unwrap();
    record(ledger, "z-oldest", CUSTOMER, Some("c1"), at(1)).await;
    record(ledger, "m", CUSTOMER, None, at(2)).await;
    record(ledger, "a-newest", CUSTOMER, Some("c2"), at(3)).await;
    record(ledger, "4711", "8", Some("c1"), at(4)).await;
    record_payout(ledger, "payout", CUSTOMER, at(5)).await;
    let payout = sale("payout", 6)
        .with_type("payout")
        .with_payment_type("payout");
    for (content, receipt) in [
        (sale("z-oldest", 1), "R1"),
        (decline("m", 2), "4711"),
        (sale("unknown", 4711), "R3"),
        (decline("unknown", 4711), "R4"),
        (sale("foreign", 5), "R5"),
        (payout, "R6"),
    ] {
        let callback = content.with_receipt(receipt);
        ledger.record_callback(callback, at(6)).await.unwrap();
    }
    let foreign = "foreign".try_into().unwrap();
    let dismissed = ledger.dismiss_unmatched(&foreign, "theirs".into(), at(7));
    assert_eq!(dismissed.await, Ok(1));
    let mut unusable = crate::common::unusable(r#"{"payment":{"status":"success"}}"#);
    unusable.payment_id = Some("a-newest".try_into().unwrap());
    unusable.operation_id = Some(7.into());
    ledger.quarantine_unusable(unusable, at(8)).await.unwrap();
    // An operator names the operation of an alarm that names none.
    let mut nameless = crate::common::unusable(r#"{"payment":{"status":"success"},"x":1}"#);
    nameless.payment_id = Some("m".try_into().unwrap());
    ledger.quarantine_unusable(nameless, at(9)).await.unwrap();
    let credit = Verdict::Credit(kzt(AMOUNT));
    let credited = ledger.credit_operation(2, 8.into(), credit, "paid".into(), at(10));
    assert_eq!(credited.await, Ok(()));
}

const ALL_OF_A_CUSTOMER: &str = "customer 7123456789 by customer; payout payout by customer; \
    payment a-newest by customer; payment m by customer; payment z-oldest by customer";

const FOUND: [(&str, &str); 30] = [
    ("R1", "payment z-oldest by receipt"),
    ("R3", "inbox unknown by receipt"),
    ("R5", "inbox foreign by receipt"),
    ("R6", "payout payout by receipt"),
    ("1", "payment z-oldest by operation"),
    ("2", "payment m by operation"),
    ("5", "inbox foreign by operation"),
    ("6", "payout payout by operation"),
    ("7", "payment a-newest by operation"),
    ("m", "payment m by payment"),
    ("payout", "payout payout by payment"),
    (
        "unknown",
        "inbox unknown by payment; inbox unknown by payment",
    ),
    (
        "7001112233",
        "inbox foreign by account; inbox unknown by account; inbox unknown by account",
    ),
    (CUSTOMER, ALL_OF_A_CUSTOMER),
    ("Anna", ALL_OF_A_CUSTOMER),
    (
        "N-2",
        "customer 7123456789 by contract; payment a-newest by contract",
    ),
    (
        "c1",
        "customer 7123456789 by contract; customer 8 by contract; payment 4711 by contract; payment z-oldest by contract",
    ),
    // Each is found once, by all of its words.
    (
        "4711",
        "customer 8 by contract; inbox unknown by operation; inbox unknown by operation; payment 4711 by payment; \
         payment m by receipt",
    ),
    (
        "8",
        "customer 8 by customer+contract; payment 4711 by customer+contract; payment m by operation",
    ),
    (" \tR1\n", "payment z-oldest by receipt"),
    ("r1", ""),
    ("R", ""),
    ("01", ""),
    ("+1", ""),
    ("-1", ""),
    ("18446744073709551615", ""),
    ("99999999999999999999", ""),
    ("", ""),
    ("%", ""),
    ("R1\0", ""),
];

async fn word_of_every_kind_finds_all_that_has_it_newest_first(test: TestLedger) {
    let ledger = &test;
    fill(ledger).await;
    for (word, expected) in FOUND {
        assert_eq!(found(ledger, word).await.join("; "), expected, "{word:?}");
    }
    let waiting = &all(ledger, "R5", 1).await[0];
    assert_eq!(waiting.state.as_deref(), Some("dismissed"));
    assert_eq!(waiting.operation_id, Some(5.into()));
    assert_eq!(waiting.provider_payment_id.as_deref(), Some("R5"));
    assert_eq!(waiting.amount, Some(kzt(AMOUNT)));
    // The payment that waited is recorded: then it is found in place of its callbacks.
    record(ledger, "unknown", "8", None, at(20)).await;
    assert_eq!(found(ledger, "R3").await, ["payment unknown by receipt"]);
}

async fn callback_in_the_inbox_is_found_by_what_it_says_of_its_payer_until_it_has_a_payment(
    test: TestLedger,
) {
    let ledger = &test;
    // No index of PostgreSQL has room for it, also when it is compressed.
    let digits = (0..1_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_string());
    let long = format!(r#""{}""#, digits.collect::<String>());
    for (number, account, customer) in [
        (1, r#""A 1""#, "7123456789"),
        (2, "7123456789", r#""7123456789""#),
        (3, "9", &*long),
        (4, "1.5", r#""a;b""#),
        (5, "null", r#""""#),
    ] {
        let body = format!(
            r#"{{"project_id":1234,"payment":{{"id":"p{number}","status":"success"}},
                "account":{{"number":{account}}},"customer":{{"id":{customer}}}}}"#
        );
        let callback = crate::common::signed(1234, &body);
        ledger.record_callback(callback, at(number)).await.unwrap();
    }
    record(ledger, "known", CUSTOMER, None, at(8)).await;
    ledger
        .record_callback(sale("known", 9).callback(), at(9))
        .await
        .unwrap();
    let dismiss = "p1".try_into().unwrap();
    let dismissed = ledger.dismiss_unmatched(&dismiss, "theirs".into(), at(10));
    assert_eq!(dismissed.await, Ok(1));
    assert_eq!(found(ledger, "A 1").await, ["inbox p1 by account"]);
    let both = [
        "payment known by customer",
        "inbox p2 by account+customer",
        "inbox p1 by customer",
    ];
    assert_eq!(found(ledger, CUSTOMER).await, both);
    assert_eq!(found(ledger, "9").await[1..], ["inbox p3 by account"]);
    // That of a payment's callback, longer ones than ids, and texts that may be two fields find nothing.
    for word in ["7001112233", &long[1..256], "1.5", "a;b", ""] {
        assert_eq!(found(ledger, word).await, [""; 0], "{word}");
    }
    record(ledger, "p2", "8", None, at(20)).await;
    assert_eq!(found(ledger, CUSTOMER).await, [both[0], both[2]]);
    assert_eq!(found(ledger, "8").await, ["payment p2 by customer"]);
}

async fn hits_are_told_apart_by_method_receipt_and_number_of_the_contract(test: TestLedger) {
    let ledger = &test;
    fill(ledger).await;
    // The receipt of a success stays the one that is shown.
    let later = decline("z-oldest", 11).with_receipt("R9");
    ledger.record_callback(later, at(11)).await.unwrap();
    let told = async |word: &str| {
        let hits = all(ledger, word, 100).await;
        let details = ledger.hit_details(&hits).await.unwrap();
        let told = hits.iter().map(|hit| {
            let id = hit.payment_id.as_ref().map_or("-", |id| id.as_str());
            let (receipt, contract) = (details.receipt(hit), details.contract(hit));
            let parts = [Some(id), hit.method.as_deref(), receipt, contract];
            parts.map(|part| part.unwrap_or("-")).join(" ")
        });
        told.collect::<Vec<_>>().join("; ")
    };
    assert_eq!(
        told(CUSTOMER).await,
        "- - - -; payout qiwi-kz R6 -; a-newest kaspi - N-2; m kaspi 4711 -; z-oldest kaspi R1 N-1"
    );
    assert_eq!(
        told("4711").await,
        "- - - -; unknown - R4 -; unknown - R3 -; 4711 kaspi - 8; m kaspi 4711 -"
    );
    // Without the customer, the id is all that is known.
    let gone = "8".try_into().unwrap();
    ledger.delete_customers(&[gone]).await.unwrap();
    assert!(told("4711").await.contains("4711 kaspi - c1;"));
}

async fn newest_payments_come_by_id_from_the_last_one_in_pages(test: TestLedger) {
    let ledger = &test;
    for number in 1..=5 {
        let id = format!("p{number}");
        record(ledger, &id, CUSTOMER, None, at(number)).await;
        if number % 2 == 0 {
            let declined = decline(id.leak(), 100 + number.unsigned_abs());
            ledger
                .record_callback(declined.callback(), at(9))
                .await
                .unwrap();
        }
    }
    let newest = async |before: &str, state, limit| {
        let page = ledger.newest_payments(before, state, limit).await.unwrap();
        let ids = page.0.iter().map(|hit| hit.position.id.clone());
        let ids: Vec<String> = ids.collect();
        (ids.join(" "), page.1.map(|at| at.id).unwrap_or_default())
    };
    let expect = |ids: &str, next: &str| (ids.to_owned(), next.to_owned());
    assert_eq!(newest("z", None, 2).await, expect("p5 p4", "p4"));
    assert_eq!(newest("p4", None, 2).await, expect("p3 p2", "p2"));
    assert_eq!(newest("p2", None, 2).await, expect("p1", ""));
    let (declined, pending) = (PaymentState::Declined, PaymentState::Pending);
    assert_eq!(newest("z", Some(declined), 1).await, expect("p4", "p4"));
    assert_eq!(newest("p4", Some(declined), 1).await, expect("p2", ""));
    // Of a common state, so many are looked through that the list ends, and says where.
    assert_eq!(newest("p3", Some(pending), 9).await, expect("p1", ""));
    assert_eq!(newest("z", Some(pending), 2).await, expect("p5 p3", "p3"));
    let credited = Some(PaymentState::Credited);
    assert_eq!(newest("z", credited, 2).await, expect("", ""));
    for number in 6..=50 {
        record(ledger, &format!("q{number:02}"), CUSTOMER, None, at(number)).await;
    }
    assert_eq!(newest("q50", credited, 1).await, expect("", "q10"));
    assert_eq!(newest("q50", Some(pending), 1).await, expect("q49", "q49"));
    let (hits, _) = ledger.newest_payments("q", None, 1).await.unwrap();
    assert_eq!(hits[0].amount, Some(kzt(AMOUNT)));
    assert_eq!((&hits[0].matched, hits[0].time), (&vec![], Some(at(5))));
}

async fn pages_of_any_length_are_complete_and_repeat_nothing(test: TestLedger) {
    let ledger = &test;
    for id in ["w", "a", "b", "c"] {
        ledger
            .put_customer(customer(id, "w", &[("1", "w"), ("w", "2")]))
            .await
            .unwrap();
    }
    for number in 0..24 {
        // Several have one time; and one time is that of hits of several kinds.
        let time = at(number % 5);
        let (payment, payout) = (format!("p{number}"), format!("o{number}"));
        let (customer, contract) = if number % 2 == 0 {
            ("w", "9")
        } else {
            ("a", "w")
        };
        record(ledger, &payment, customer, Some(contract), time).await;
        record_payout(ledger, &payout, customer, time).await;
        let waiting = sale(format!("q{number}").leak(), 100 + number.unsigned_abs());
        ledger
            .record_callback(waiting.with_receipt("w"), time)
            .await
            .unwrap();
    }
    let whole = all(ledger, "w", 1000).await;
    assert_eq!(whole.len(), 4 + 3 * 24);
    assert!(whole[4..].is_sorted_by(|one, next| one.time >= next.time));
    let mut ids: Vec<_> = whole
        .iter()
        .map(|hit| {
            let at = &hit.position;
            (at.kind.as_str(), at.time, at.number, at.id.clone())
        })
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), whole.len());
    for limit in [1, 2, 3, 4, 5, 7, 11, 75, 76, 77] {
        assert_eq!(all(ledger, "w", limit).await, whole, "{limit}");
    }
}

async fn words_follow_the_customer_and_the_audit_agrees(test: TestLedger) {
    let ledger = &test;
    let long = "x".repeat(256);
    let odd = [
        ("c1", "a\0b"),
        ("c2", long.as_str()),
        ("c3", "c3"),
        ("c4", "\"\\"),
    ];
    for (put, words) in [
        (customer("a", "Anna", &[("c1", "N1")]), "Anna c1 N1"),
        (
            customer("a", "Anna", &[("c1", "N1"), ("c2", "N1")]),
            "Anna c1 c2 N1",
        ),
        (customer("a", "", &[("c2", "N2")]), "c2 N2"),
        (
            customer("a", "\0", &odd),
            "\u{fffd} c1 a\u{fffd}b c2 c3 c4 \"\\",
        ),
        (customer("a", "", &[]), ""),
        (customer("a", "Anna", &[("c1", "N1")]), "Anna c1 N1"),
    ] {
        ledger.import_customers(vec![put]).await.unwrap();
        let every = [
            "Anna",
            "\u{fffd}",
            "c1",
            "c2",
            "c3",
            "c4",
            "N1",
            "N2",
            "a\u{fffd}b",
            "\"\\",
            &long,
        ];
        let mut by = Vec::new();
        for word in every {
            if !found(ledger, word).await.is_empty() {
                by.push(word);
            }
        }
        let mut expected: Vec<&str> = words.split_whitespace().collect();
        expected.sort_unstable();
        by.sort_unstable();
        assert_eq!(by, expected);
        assert_eq!(ledger.audit(None).await.unwrap().findings, []);
    }
    let debt = jetpay_ledger::Debt {
        id: "c1".try_into().unwrap(),
        payment: 1,
        min_payment: None,
    };
    ledger
        .change_debts("a".try_into().unwrap(), vec![debt], 0)
        .await
        .unwrap();
    assert_eq!(found(ledger, "N1").await, ["customer a by contract"]);
    ledger
        .delete_customers(&["a".try_into().unwrap()])
        .await
        .unwrap();
    for word in ["a", "Anna", "c1", "N1"] {
        assert_eq!(found(ledger, word).await, [""; 0], "{word}");
    }
    assert_eq!(ledger.audit(None).await.unwrap().findings, []);
}

#[tokio::test]
async fn word_that_is_missing_or_left_over_is_found_by_the_audit() {
    let test = TestLedger::open();
    let customers = ["a", "b"].map(|id| customer(id, "Anna", &[("c1", "N1")]));
    test.import_customers(customers.into()).await.unwrap();
    let connection = rusqlite::Connection::open(test.path()).unwrap();
    for (change, place) in [
        (
            "DELETE FROM customer_words WHERE word = 'N1' AND customer_id = 'b'",
            "customer b",
        ),
        (
            "INSERT INTO customer_words VALUES (0, 'N1', 'b', 'c1'), (0, 'N1', 'x', 'c1')",
            "customer x",
        ),
    ] {
        connection.execute_batch(change).unwrap();
        let findings = test.audit(None).await.unwrap().findings;
        let places: Vec<_> = findings.iter().map(|it| it.place.as_str()).collect();
        assert_eq!(places, [place]);
        assert!(findings[0].rule.contains("a search finds a customer"));
    }
}

async fn second_name_of_many_customers_finds_them_in_pages_without_their_payments(
    test: TestLedger,
) {
    let ledger = &test;
    // One of them has the name as the id.
    let customers = (0..30).map(|number| customer(&format!("{number:02}"), "07", &[]));
    ledger.import_customers(customers.collect()).await.unwrap();
    for limit in 1..=31 {
        assert_eq!(all(ledger, "07", limit).await.len(), 30, "{limit}");
    }
    for customer in ["07", "08"] {
        record(ledger, &format!("p{customer}"), customer, None, NOW).await;
    }
    let mut shown = found(ledger, "07").await;
    assert_eq!(shown.len(), 31);
    assert_eq!(shown.pop().unwrap(), "payment p07 by customer");
    assert_eq!(shown[0], "customer 07 by customer");
    assert!(shown[1..].is_sorted());
}

async fn history_has_the_callbacks_the_entries_the_alarms_and_the_resolutions(test: TestLedger) {
    for id in ["p1", "p2"] {
        test.announce(id).await;
    }
    let other_amount = sale("p1", 1).with_amount(AMOUNT - 1);
    for content in [other_amount, sale("p1", 2), sale("p2", 3)] {
        test.deliver(&content).await;
    }
    let credit = Verdict::Credit(kzt(AMOUNT - 1));
    let ledger = &test;
    ledger
        .resolve_alarm(1, credit, "paid".into(), NOW)
        .await
        .unwrap();
    ledger.correct_entry(3, "wrong".into(), NOW).await.unwrap();
    let history = ledger
        .payment_history(&"p1".try_into().unwrap())
        .await
        .unwrap();
    let callbacks = history.callbacks.iter();
    let callbacks: Vec<_> = callbacks
        .map(|it| (it.operation_id.unwrap().number(), it.outcome.as_str()))
        .collect();
    assert_eq!(callbacks, [(1, "quarantined"), (2, "applied")]);
    let entries = history.entries.iter();
    let entries: Vec<_> = entries.map(|it| (it.seq, it.amount.minor())).collect();
    assert_eq!(entries, [(1, AMOUNT), (3, AMOUNT - 1), (4, 1 - AMOUNT)]);
    assert_eq!(history.alarms.len(), 1);
    assert_eq!(history.resolutions.len(), 2);
}
