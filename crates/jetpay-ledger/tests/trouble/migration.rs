//! A database of version 1 is migrated, and nothing in it is lost.

use std::fmt::Write;

use crate::common::{AMOUNT, CUSTOMER, NOW, newest, payment, refund, sale};
use crate::version_1::{NEW_SALE, OTHER_CUSTOMER, Version1, contradiction};
use jetpay_core::id::PaymentId;
use jetpay_ledger::CallbackOutcome::{Applied, Quarantined, Repeated};
use jetpay_ledger::{
    AlarmKind, CallbackOutcome, Counts, Debt, Error, Ledger, OpenError, PaymentFilter,
    PaymentState, ResolveError, Verdict,
};
use rusqlite::Connection;

async fn deliver(ledger: &Ledger, content: &crate::common::CallbackContent) -> CallbackOutcome {
    let recorded = ledger.record_callback(content.callback(), NOW).await;
    recorded.unwrap()
}

#[tokio::test]
async fn payments_balances_and_entries_stay_the_same() {
    let old = Version1::made();
    let ledger = Ledger::open(&old.path()).unwrap();
    let filter = PaymentFilter {
        limit: 100,
        ..PaymentFilter::default()
    };
    let payments = ledger.payments(&filter).await.unwrap();
    let shown: Vec<_> = payments
        .iter()
        .map(|it| (it.id.as_str(), it.state, it.credited, it.remaining))
        .collect();
    assert_eq!(
        shown,
        [
            ("credited", PaymentState::Credited, AMOUNT, AMOUNT),
            ("early", PaymentState::Pending, 0, 0),
            ("partly", PaymentState::PartiallyRefunded, AMOUNT, 60_000),
            ("pending", PaymentState::Pending, 0, 0),
            ("quarantined", PaymentState::Quarantined, 0, 0),
            ("refunded", PaymentState::Refunded, AMOUNT, 0),
        ]
    );
    assert_eq!(payments[0].flags.len(), 1);
    assert_eq!(payments[0].contract_id.as_ref().unwrap().as_str(), "c1");
    assert_eq!(payments[2].operations.len(), 2);
    assert_eq!(ledger.balance(CUSTOMER).await, Ok(AMOUNT + 60_000));
    assert_eq!(ledger.balance(OTHER_CUSTOMER).await, Ok(0));
    let entries = ledger.entries(0, 100).await.unwrap();
    let entries: Vec<_> = entries
        .iter()
        .map(|it| (it.seq, it.payment_id.as_str(), it.amount.minor()))
        .collect();
    assert_eq!(
        entries,
        [
            (1, "credited", AMOUNT),
            (2, "partly", AMOUNT),
            (3, "partly", -40_000),
            (4, "refunded", AMOUNT),
            (5, "refunded", -AMOUNT),
        ]
    );
    let customer = ledger.customer(CUSTOMER).await.unwrap().unwrap();
    assert_eq!(customer.contracts[0].number, "N1");
    let seen = ledger.seen_customer(CUSTOMER).await.unwrap();
    assert_eq!(seen, Some((customer, None)), "no look-up has seen it");
}

#[tokio::test]
async fn callbacks_of_old_payments_are_applied() {
    let old = Version1::made();
    let ledger = Ledger::open(&old.path()).unwrap();
    assert_eq!(deliver(&ledger, &sale("credited", 1)).await, Repeated);
    let part = refund("credited", 20, 30_000);
    assert_eq!(deliver(&ledger, &part).await, Applied);
    let rest = refund("partly", 21, 60_000);
    assert_eq!(deliver(&ledger, &rest).await, Applied);
    let too_much = refund("refunded", 22, 1);
    assert_eq!(deliver(&ledger, &too_much).await, Quarantined);
    assert_eq!(deliver(&ledger, &sale("pending", 23)).await, Applied);
    // The refund of this payment came first and waited in the old database.
    assert_eq!(deliver(&ledger, &sale("early", 24)).await, Applied);
    let left = |id: &'static str| {
        let ledger = ledger.clone();
        async move { ledger.payment(id).await.unwrap().unwrap().remaining }
    };
    assert_eq!(left("credited").await, 70_000);
    assert_eq!(left("partly").await, 0);
    assert_eq!(left("early").await, 75_000);
    assert_eq!(ledger.balance(CUSTOMER).await, Ok(70_000 + AMOUNT + 75_000));
    // The sale of this payment waited in the old inbox.
    assert_eq!(ledger.record_payment(payment("unknown")).await, Ok(()));
    assert_eq!(left("unknown").await, AMOUNT);
    let again = sale("unknown", NEW_SALE);
    assert_eq!(deliver(&ledger, &again).await, Repeated);
}

/// The old schema does not say what refunds took: the new one counts it from the entries.
#[tokio::test]
async fn refund_of_an_old_database_is_reversed_or_corrected_as_far_as_it_went() {
    let old = Version1::made();
    let ledger = Ledger::open(&old.path()).unwrap();
    let reverse = |operation_id, amount| {
        refund("partly", operation_id, amount)
            .with_type("refund reverse")
            .with_payment_status("success")
    };
    let outcome = deliver(&ledger, &reverse(71, 40_001)).await;
    assert_eq!(outcome, Quarantined);
    let outcome = deliver(&ledger, &reverse(72, 40_000)).await;
    assert_eq!(outcome, Applied);
    let entries = ledger.entries(0, 100).await.unwrap();
    let is_whole = |entry: &&jetpay_ledger::Entry| entry.amount.minor() == -AMOUNT;
    let refund = entries.iter().find(is_whole).unwrap();
    assert_eq!(refund.payment_id.as_str(), "refunded");
    let corrected = ledger.correct_entry(refund.seq, "wrong".into(), NOW).await;
    assert_eq!(corrected, Ok(()));
    let payment = ledger.payment("refunded").await.unwrap().unwrap();
    assert_eq!(
        (payment.state, payment.remaining),
        (PaymentState::Credited, AMOUNT)
    );
    assert_eq!(ledger.balance(CUSTOMER).await, Ok(3 * AMOUNT));
}

#[tokio::test]
async fn every_alarm_keeps_its_number_its_payment_and_its_message() {
    let old = Version1::made();
    let ledger = Ledger::open(&old.path()).unwrap();
    let alarms = ledger.alarms(newest(100)).await.unwrap();
    let shown: Vec<_> = alarms
        .iter()
        .map(|it| {
            (
                it.seq,
                it.kind,
                it.payment_id.as_ref().map(PaymentId::as_str),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (6, AlarmKind::Unusable, None),
            (5, AlarmKind::Unusable, None),
            (4, AlarmKind::ContradictoryRepeat, Some("credited")),
            (3, AlarmKind::ContradictoryRepeat, Some("partly")),
            (2, AlarmKind::Unusable, None),
            (1, AlarmKind::AmountDiffers, Some("quarantined")),
        ]
    );
    let mut unusable = Vec::new();
    for alarm in &alarms {
        let (_, bodies) = ledger.alarm(alarm.seq).await.unwrap().unwrap();
        // A contradiction also has the message that it contradicts.
        match (alarm.kind, alarm.payment_id.as_ref().map(PaymentId::as_str)) {
            (AlarmKind::Unusable, _) => unusable.extend(bodies),
            (AlarmKind::ContradictoryRepeat, Some("credited")) => {
                assert_eq!(bodies[0], &*contradiction("credited", 1).body);
                assert_eq!(bodies.len(), 2);
            }
            (AlarmKind::ContradictoryRepeat, _) => {
                assert_eq!(bodies[0], &*contradiction("partly", 2).body);
            }
            _ => assert_eq!(bodies.len(), 1),
        }
    }
    unusable.sort();
    assert_eq!(unusable, [b"{\"a\":1}", b"{\"b\":2}", b"{\"c\":3}"]);
    // The ledger still recognises the messages by their signatures.
    let again = contradiction("partly", 2);
    let recorded = ledger.record_callback(again, NOW).await;
    assert_eq!(recorded, Ok(Quarantined));
    assert_eq!(ledger.alarms(newest(100)).await.unwrap().len(), 6);
}

#[tokio::test]
async fn counts_are_equal_to_the_rows_and_alarms_can_be_resolved() {
    let old = Version1::made();
    let ledger = Ledger::open(&old.path()).unwrap();
    let mut counts = Counts::default();
    (counts.pending, counts.unmatched, counts.quarantined) = (2, 1, 6);
    (counts.alarms, counts.open_alarms) = (6, 6);
    assert_eq!(ledger.counts().await, Ok(counts));
    let dismiss = |seq| ledger.resolve_alarm(seq, Verdict::Dismiss, "seen".into(), NOW);
    for seq in 2..=6 {
        assert_eq!(dismiss(seq).await, Ok(()));
    }
    let again = dismiss(6).await;
    assert_eq!(again, Err(Error::Resolve(ResolveError::AlreadyResolved)));
    let credit = Verdict::Credit(payment("x").amount);
    let resolved = ledger.resolve_alarm(1, credit, "paid".into(), NOW).await;
    assert_eq!(resolved, Ok(()));
    assert_eq!(ledger.counts().await.unwrap().open_alarms, 0);
    assert_eq!(ledger.balance(OTHER_CUSTOMER).await, Ok(AMOUNT));
}

/// The merchant gave this debt when the old entries were there already.
#[tokio::test]
async fn old_debt_includes_the_old_payments_and_a_new_debt_may_leave_them_out() {
    let old = Version1::made();
    let contracts = r#"[{"id":"c1","number":"N1","payment":150000}]"#;
    let connection = Connection::open(old.path()).unwrap();
    let sql = "UPDATE customers SET contracts = ?1";
    connection.execute(sql, [contracts]).unwrap();
    drop(connection);
    let ledger = Ledger::open(&old.path()).unwrap();
    let shown = async || {
        let customer = ledger.net_customer(CUSTOMER).await.unwrap().unwrap();
        customer.contracts[0].payment
    };
    assert_eq!(shown().await, Some(150_000));
    let part = refund("credited", 20, 30_000);
    assert_eq!(deliver(&ledger, &part).await, Applied);
    assert_eq!(shown().await, Some(180_000));
    let debt = Debt {
        id: "c1".try_into().unwrap(),
        payment: 150_000,
        min_payment: None,
    };
    let id = CUSTOMER.try_into().unwrap();
    ledger.change_debts(id, vec![debt], 0).await.unwrap();
    assert_eq!(shown().await, Some(150_000 - AMOUNT + 30_000));
    let audit = ledger.audit(None).await.unwrap();
    let rules: Vec<_> = audit.findings.iter().map(|it| it.rule).collect();
    assert!(
        !rules.iter().any(|rule| rule.contains("contract")),
        "{rules:?}"
    );
}

#[tokio::test]
async fn migrated_database_opens_again_unchanged() {
    let old = Version1::made();
    drop(Ledger::open(&old.path()).unwrap());
    assert_eq!(old.version(), 9);
    let ledger = Ledger::open(&old.path()).unwrap();
    assert_eq!(ledger.alarms(newest(100)).await.unwrap().len(), 6);
}

async fn old_rows_are_found(ledger: &Ledger) {
    for (word, expected) in [
        ("1", "payment credited"),
        ("c1", "customer 7123456789, payment credited"),
        ("N1", "customer 7123456789, payment credited"),
        ("receipt_9", "inbox unknown"),
        ("9", "inbox unknown"),
        ("partly", "payment partly"),
    ] {
        let (hits, _) = ledger.search(word, None, 9).await.unwrap();
        let shown = hits.iter().map(|hit| match &hit.payment_id {
            Some(id) => format!("{} {id}", hit.kind),
            None => format!("{} {}", hit.kind, hit.customer_id.clone().unwrap()),
        });
        assert_eq!(shown.collect::<Vec<_>>().join(", "), expected, "{word}");
    }
    let audit = ledger.audit(None).await.unwrap();
    let of_search = |finding: &&jetpay_ledger::Finding| finding.rule.contains("search");
    assert_eq!(audit.findings.iter().find(of_search), None);
}

#[tokio::test]
async fn rows_of_an_older_version_are_found_by_operation_contract_and_receipt_in_sqlite() {
    let old = Version1::made();
    let ledger = Ledger::open(&old.path()).unwrap();
    old_rows_are_found(&ledger).await;
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn rows_of_an_older_version_are_found_by_operation_contract_and_receipt_in_postgres() {
    use jetpay_testing::postgres;
    let Some(database) = postgres::require_or_skip(postgres::database()) else {
        return;
    };
    let run = |sql: &str| database.run(sql).unwrap();
    run(include_str!("../../src/adapters/postgres/schema/1.sql"));
    run(include_str!("../../src/adapters/postgres/schema/2.sql"));
    run(include_str!("../../src/adapters/postgres/schema/4.sql"));
    run(
        r#"CREATE TABLE jetpay_schema (version BIGINT NOT NULL); INSERT INTO jetpay_schema VALUES (1), (2), (3);
        INSERT INTO customers VALUES ('7123456789', NULL, '[{"id":"c1","number":"N1"}]'), ('damaged', NULL, '[');
        INSERT INTO payments (id, project_id, method, customer_id, contract_id, amount, currency, state, created_at,
                changed_at)
            VALUES ('credited', 1234, 'kaspi', '7123456789', 'c1', 1, 'KZT', 'pending', 1, 1),
                ('partly', 1234, 'kaspi', '7123456789', NULL, 1, 'KZT', 'pending', 1, 1);
        INSERT INTO events (payment_id, project_id, operation_id, operation_status, payment_status, operation_type, amount,
                currency, provider_payment_id, disposition, received_at, body)
            VALUES ('credited', 1234, 1, 'success', 'success', 'sale', 1, 'KZT', 'receipt_1', 'applied', 1, ''),
                ('unknown', 1234, 9, 'success', 'success', 'sale', 1, 'KZT', 'receipt_9', 'unmatched', 1, '')"#,
    );
    let ledger = Ledger::connect(database.url(), None).await.unwrap();
    old_rows_are_found(&ledger).await;
    // A customer whose contracts are damaged can be replaced and deleted.
    let id: jetpay_core::CustomerId = "damaged".try_into().unwrap();
    let customer = jetpay_ledger::Customer {
        customer_id: id.clone(),
        additional_customer_id: Some("Anna".into()),
        contracts: Vec::new(),
    };
    assert!(ledger.put_customer(customer).await.is_ok());
    assert_eq!(ledger.search("Anna", None, 9).await.unwrap().0.len(), 1);
    assert_eq!(ledger.delete_customer(&id).await, Ok(true));
    assert_eq!(ledger.search("Anna", None, 9).await.unwrap().0, []);
}

/// A flood that an older version stored: copies of one signed message, and a body without a signature. Each is a body in
/// hexadecimal digits. The signature of the first is written with `\/`, as some programs write it.
fn flood() -> [String; 3] {
    let unusable = crate::common::unusable(FLOOD);
    let body = std::str::from_utf8(&unusable.body).unwrap();
    let escaped = body.replace('/', "\\/");
    let copy = crate::common::disguised(&unusable.body, 1);
    let hexadecimal = |body: &[u8]| {
        let mut digits = String::new();
        for byte in body {
            write!(digits, "{byte:02x}").unwrap();
        }
        digits
    };
    [escaped.as_bytes(), &copy, b"{}"].map(hexadecimal)
}

/// Its signature has a `/`.
const FLOOD: &str = r#"{"project_id":1234,"payment":{"id":"p1"}}"#;

async fn flood_is_recognised_and_no_row_is_lost(ledger: &Ledger) {
    let unusable = crate::common::unusable(FLOOD);
    assert!(std::str::from_utf8(&unusable.body).unwrap().contains('/'));
    assert_eq!(ledger.alarms(newest(9)).await.unwrap().len(), 3);
    let again = ledger.quarantine_unusable(unusable, NOW).await;
    assert_eq!(again, Ok(Some(Repeated)));
    let other = crate::common::unusable(r#"{"project_id":1234,"payment":{"id":"p2"}}"#);
    let new = ledger.quarantine_unusable(other, NOW).await;
    assert_eq!(new, Ok(Some(Quarantined)));
    assert_eq!(ledger.audit(None).await.unwrap().findings, []);
}

/// The schemas of SQLite from version 1 to 7.
const SQLITE: [&str; 7] = [
    include_str!("../../src/adapters/sqlite/schema/1.sql"),
    include_str!("../../src/adapters/sqlite/schema/2.sql"),
    include_str!("../../src/adapters/sqlite/schema/3.sql"),
    include_str!("../../src/adapters/sqlite/schema/4.sql"),
    include_str!("../../src/adapters/sqlite/schema/5.sql"),
    include_str!("../../src/adapters/sqlite/schema/6.sql"),
    include_str!("../../src/adapters/sqlite/schema/7.sql"),
];

const REASON: &str = "the field `payment:status` is missing";

#[tokio::test]
async fn flood_of_an_older_version_is_recognised_by_its_signature_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let connection = Connection::open(&path).unwrap();
    for schema in &SQLITE[..3] {
        connection.execute_batch(schema).unwrap();
    }
    for body in flood() {
        let sql = format!(
            "INSERT INTO alarms (kind, project_id, time, reason, body) VALUES ('unusable', 1234, 0, '{REASON}', x'{body}');
             UPDATE counts SET alarms = alarms + 1, open_alarms = open_alarms + 1"
        );
        connection.execute_batch(&sql).unwrap();
    }
    connection.pragma_update(None, "user_version", 3).unwrap();
    drop(connection);
    flood_is_recognised_and_no_row_is_lost(&Ledger::open(&path).unwrap()).await;
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn flood_of_an_older_version_is_recognised_by_its_signature_in_postgres() {
    use jetpay_testing::postgres;
    let Some(database) = postgres::require_or_skip(postgres::database()) else {
        return;
    };
    let run = |sql: &str| database.run(sql).unwrap();
    run(include_str!("../../src/adapters/postgres/schema/1.sql"));
    run(include_str!("../../src/adapters/postgres/schema/2.sql"));
    run(
        "CREATE TABLE jetpay_schema (version BIGINT NOT NULL); INSERT INTO jetpay_schema VALUES (1), (2)",
    );
    for (seq, body) in (1..).zip(flood()) {
        run(&format!(
            "INSERT INTO alarms (seq, kind, project_id, time, reason, body)
             VALUES ({seq}, 'unusable', 1234, 0, '{REASON}', decode('{body}', 'hex'));
             UPDATE counts SET alarms = {seq}, open_alarms = {seq}, last_alarm = {seq}"
        ));
    }
    let ledger = Ledger::connect(database.url(), None).await.unwrap();
    flood_is_recognised_and_no_row_is_lost(&ledger).await;
}

/// A stream of version 7, and an item that waits in it.
const STREAM_OF_VERSION_7: &str = "
    INSERT INTO delivery_streams VALUES ('entries:billing', 'billing', 'entries', 7, 3, 0, 2);
    INSERT INTO waiting_deliveries (stream, seq, lane, state, attempts, since, due_at, why, may_be_there)
        VALUES ('entries:billing', 5, '7123456789', 'parked', 1, 2, 3, 'no', 0);";

/// Callbacks in the inbox of version 7, some of them damaged, and one that has its payment: the body and the status.
const CALLBACKS_OF_VERSION_7: [(&str, &str); 7] = [
    (
        r#"{"account":{"number":"A1"},"customer":{"id":7123456789}}"#,
        "unmatched",
    ),
    (
        r#"{"account":{"number":12},"customer":{"id":"A1"}}"#,
        "dismissed",
    ),
    (
        r#"{"account":{"number":"A1;b"},"customer":{"id":1.5}}"#,
        "unmatched",
    ),
    (r#"{"account":{"number":"A1"}}"#, "applied"),
    (r#"{"account":"A1","customer":[]}"#, "unmatched"),
    (r#"{"account":{"number":"A1"}"#, "unmatched"),
    ("", "dismissed"),
];

/// The statements that add them; `bytes` writes the bytes of a hex number.
fn callbacks_of_version_7(bytes: fn(&str) -> String) -> String {
    let rows = (1..).zip(CALLBACKS_OF_VERSION_7);
    let rows = rows.map(|(number, (body, status))| {
        let hex: Vec<_> = body.bytes().map(|byte| format!("{byte:02x}")).collect();
        format!(
            "INSERT INTO events (payment_id, project_id, operation_id, operation_status, payment_status, operation_type, \
                amount, currency, disposition, received_at, body)
            VALUES ('p{number}', 1234, {number}, 'success', 'success', 'sale', 1, 'KZT', '{status}', {number}, {});",
            bytes(&hex.concat())
        )
    });
    rows.collect()
}

/// By what they say of their payer.
async fn callbacks_are_found(ledger: &Ledger) {
    for (word, expected) in [
        ("A1", &["p2", "p1"][..]),
        ("7123456789", &["p1"]),
        ("12", &["p2"]),
        ("A1;b", &[]),
        ("1.5", &[]),
    ] {
        let (hits, _) = ledger.search(word, None, 10).await.unwrap();
        let ids = hits.iter().map(|hit| hit.payment_id.as_ref().unwrap());
        let ids: Vec<_> = ids.map(PaymentId::as_str).collect();
        assert_eq!(ids, expected, "{word}");
    }
}

async fn stream_stays_where_it_was(ledger: &Ledger) {
    let status = ledger.all_delivery_status().await.unwrap();
    let shown: Vec<_> = status
        .iter()
        .map(|it| (it.stream.name.as_str(), it.cursor, it.waiting, it.parked))
        .collect();
    assert_eq!(shown, [("billing", 7, 1, 1)]);
}

#[tokio::test]
async fn stream_of_version_7_stays_where_it_was_and_its_callbacks_are_found_by_payer_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let connection = Connection::open(&path).unwrap();
    let callbacks = callbacks_of_version_7(|hex| format!("x'{hex}'"));
    for schema in SQLITE.iter().chain(&[STREAM_OF_VERSION_7, &*callbacks]) {
        connection.execute_batch(schema).unwrap();
    }
    connection.pragma_update(None, "user_version", 7).unwrap();
    let read_only = Ledger::open_to_read(&path).unwrap_err().to_string();
    assert!(
        read_only.contains("version 7") && read_only.contains("version 9"),
        "{read_only}"
    );
    let ledger = Ledger::open(&path).unwrap();
    stream_stays_where_it_was(&ledger).await;
    callbacks_are_found(&ledger).await;
    let row = connection.query_row("SELECT began FROM delivery_streams", (), |row| row.get(0));
    assert_eq!(row, Ok(None::<i64>));
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0));
    assert_eq!(version, Ok(9));
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn stream_of_version_7_stays_where_it_was_and_its_callbacks_are_found_by_payer_in_postgres() {
    use jetpay_testing::postgres;
    let Some(database) = postgres::require_or_skip(postgres::database()) else {
        return;
    };
    for sql in [
        include_str!("../../src/adapters/postgres/schema/1.sql"),
        include_str!("../../src/adapters/postgres/schema/2.sql"),
        include_str!("../../src/adapters/postgres/schema/4.sql"),
        include_str!("../../src/adapters/postgres/schema/5.sql"),
        include_str!("../../src/adapters/postgres/schema/6.sql"),
        include_str!("../../src/adapters/postgres/schema/7.sql"),
        STREAM_OF_VERSION_7,
        &callbacks_of_version_7(|hex| format!("decode('{hex}', 'hex')")),
        "CREATE TABLE jetpay_schema (version BIGINT NOT NULL);
        INSERT INTO jetpay_schema SELECT generate_series(1, 6)",
    ] {
        database.run(sql).unwrap();
    }
    let ledger = Ledger::connect(database.url(), None).await.unwrap();
    stream_stays_where_it_was(&ledger).await;
    callbacks_are_found(&ledger).await;
    let began =
        "SELECT began IS NULL, (SELECT max(version) FROM jetpay_schema) FROM delivery_streams";
    assert_eq!(database.run(began).unwrap(), "t|8");
}

/// All steps of a migration take effect, or none.
#[test]
fn failed_migration_changes_nothing() {
    let old = Version1::made();
    let connection = Connection::open(old.path()).unwrap();
    // Version 2 creates this table near its end.
    let in_its_way = "CREATE TABLE settlements (of_another_program INTEGER)";
    connection.execute_batch(in_its_way).unwrap();
    let before = old.dump();
    let error = Ledger::open(&old.path()).unwrap_err();
    assert!(matches!(error, OpenError::Store { .. }), "{error}");
    assert_eq!((old.version(), old.dump()), (1, before));
    connection.execute_batch("DROP TABLE settlements").unwrap();
    drop(connection);
    assert!(Ledger::open(&old.path()).is_ok());
}
