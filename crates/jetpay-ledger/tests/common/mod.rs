//! A ledger in a temporary file or database, and callbacks signed with the test secret.
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    unused_macros,
    reason = "each test uses what it needs"
)]

pub mod reports;

use std::ops::Deref;
use std::path::{Path, PathBuf};

use jetpay_core::message::Received;
use jetpay_core::signature::{Key, sign};
use jetpay_core::{Callback, Currency, Keyring, Money, Project};
use jetpay_ledger::payout::NewPayout;
use jetpay_ledger::{
    Alarm, AlarmFilter, AlarmKind, CallbackOutcome, Contract, Customer, Ledger, Millis, NewPayment,
    NewUnusable, Payment, PaymentState, Reason,
};
use tempfile::TempDir;

/// 1000.00 KZT, in minor units.
pub const AMOUNT: i64 = 100_000;
pub const CUSTOMER: &str = "7123456789";
pub const NOW: Millis = Millis(1_733_000_000_000);

/// A ledger, and the file or database that holds it.
pub struct TestLedger {
    pub ledger: Ledger,
    place: Place,
}

enum Place {
    Sqlite(TempDir),
    #[cfg(feature = "postgres")]
    Postgres(jetpay_testing::postgres::Database),
}

/// Makes one test for each store from each function.
macro_rules! on_every_store {
    ($($test:ident,)+) => {
        $(mod $test {
            #[tokio::test]
            async fn in_sqlite() {
                super::$test(crate::common::TestLedger::open()).await;
            }

            #[cfg(feature = "postgres")]
            #[tokio::test]
            async fn in_postgres() {
                if let Some(test) = crate::common::TestLedger::connect().await {
                    super::$test(test).await;
                }
            }
        })+
    };
}

/// Makes one test from each function, over the store that several servers share.
macro_rules! on_postgres {
    ($($test:ident,)+) => {
        $(mod $test {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn in_postgres() {
                if let Some(test) = crate::common::TestLedger::connect().await {
                    super::$test(test).await;
                }
            }
        })+
    };
}

pub(crate) use {on_every_store, on_postgres};

impl Deref for TestLedger {
    type Target = Ledger;

    fn deref(&self) -> &Ledger {
        &self.ledger
    }
}

impl TestLedger {
    /// Whether other processes may use the store too.
    pub fn is_shared(&self) -> bool {
        !matches!(self.place, Place::Sqlite(_))
    }

    pub fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        let place = Place::Sqlite(folder);
        Self { ledger, place }
    }

    /// A ledger in a new database. None without `PostgreSQL`; the test then prints that it was skipped.
    #[cfg(feature = "postgres")]
    pub async fn connect() -> Option<Self> {
        use jetpay_testing::postgres;
        let database = postgres::require_or_skip(postgres::database())?;
        let ledger = Ledger::connect(database.url(), None).await.unwrap();
        let place = Place::Postgres(database);
        Some(Self { ledger, place })
    }

    /// The ledger of another server on the same database.
    #[cfg(feature = "postgres")]
    pub async fn another(&self) -> Ledger {
        Ledger::connect(self.database().url(), None).await.unwrap()
    }

    /// The `PostgreSQL` database of the ledger.
    #[cfg(feature = "postgres")]
    pub fn database(&self) -> &jetpay_testing::postgres::Database {
        match &self.place {
            Place::Sqlite(_) => panic!("a file is not a database"),
            Place::Postgres(database) => database,
        }
    }

    /// Changes the database behind the ledger's back.
    pub fn run(&self, sql: &str) {
        match &self.place {
            Place::Sqlite(_) => rusqlite::Connection::open(self.path())
                .unwrap()
                .execute_batch(sql)
                .unwrap(),
            #[cfg(feature = "postgres")]
            Place::Postgres(database) => drop(database.run(sql).unwrap()),
        }
    }

    /// The folder of the ledger's file.
    pub fn directory(&self) -> &Path {
        match &self.place {
            Place::Sqlite(folder) => folder.path(),
            #[cfg(feature = "postgres")]
            Place::Postgres(_) => panic!("a database has no directory"),
        }
    }

    pub fn path(&self) -> PathBuf {
        self.directory().join("ledger.db")
    }

    /// Drops the ledger without closing it, then opens it again.
    #[allow(
        clippy::unused_async,
        reason = "without PostgreSQL there is nothing to wait for"
    )]
    pub async fn reopen(self) -> Self {
        let Self { place, ledger } = self;
        drop(ledger);
        let ledger = match &place {
            Place::Sqlite(folder) => Ledger::open(&folder.path().join("ledger.db")).unwrap(),
            #[cfg(feature = "postgres")]
            Place::Postgres(database) => Ledger::connect(database.url(), None).await.unwrap(),
        };
        Self { ledger, place }
    }

    pub async fn announce(&self, id: &str) {
        self.ledger.record_payment(payment(id)).await.unwrap();
    }

    /// Announces a payment, and credits it by this operation.
    pub async fn pay(&self, id: &'static str, operation_id: u64) {
        self.announce(id).await;
        let outcome = self.deliver(&sale(id, operation_id)).await;
        assert_eq!(outcome, CallbackOutcome::Applied, "{id}");
    }

    pub async fn deliver(&self, content: &CallbackContent) -> CallbackOutcome {
        self.ledger
            .record_callback(content.callback(), NOW)
            .await
            .unwrap()
    }

    pub async fn recorded(&self, id: &str) -> Payment {
        self.payment(id).await.unwrap().unwrap()
    }

    pub async fn state(&self, id: &str) -> PaymentState {
        self.recorded(id).await.state
    }

    /// The audit finds nothing.
    pub async fn check(&self) {
        assert_eq!(self.audit(None).await.unwrap().findings, []);
    }

    /// The kinds of all alarms, the newest first.
    pub async fn alarm_kinds(&self) -> Vec<AlarmKind> {
        let alarms = self.alarms(newest(1_000)).await.unwrap();
        alarms.iter().map(|alarm| alarm.kind).collect()
    }

    /// The newest alarm.
    pub async fn last_alarm(&self) -> Alarm {
        self.alarms(newest(1)).await.unwrap().remove(0)
    }

    /// The sum of the payment's entries, in minor units.
    pub async fn entered(&self, id: &str) -> i64 {
        let entries = self.ledger.entries(0, 1_000).await.unwrap();
        entries
            .iter()
            .filter(|entry| entry.payment_id.as_str() == id)
            .map(|entry| entry.amount.minor())
            .sum()
    }
}

pub fn kzt(minor: i64) -> Money {
    Money::new(minor, Currency::KZT)
}

/// A reason of the operator with this token.
pub fn reason_of(name: &str, text: &str) -> Reason {
    Reason {
        text: text.to_owned(),
        by: Some(name.to_owned()),
    }
}

/// At most `limit` alarms, the newest first.
pub fn newest(limit: usize) -> AlarmFilter {
    AlarmFilter {
        limit,
        ..AlarmFilter::default()
    }
}

/// A customer without a second name.
pub fn customer(id: &str, contracts: Vec<Contract>) -> Customer {
    Customer {
        customer_id: id.try_into().unwrap(),
        additional_customer_id: None,
        contracts,
    }
}

/// A contract without a debt.
pub fn contract(id: &str, number: &str) -> Contract {
    Contract {
        id: id.try_into().unwrap(),
        number: number.to_owned(),
        payment: None,
        min_payment: None,
        as_of_seq: None,
        status_code: 0,
        info: None,
    }
}

pub fn payment(id: &str) -> NewPayment {
    NewPayment {
        id: id.try_into().unwrap(),
        project_id: 1234.into(),
        method: "kaspi".into(),
        customer_id: CUSTOMER.try_into().unwrap(),
        contract_id: None,
        amount: kzt(AMOUNT),
        flags: vec![],
        created_at: NOW,
    }
}

/// A payout request with this id and idempotency key.
pub fn new_payout(id: &str, key: &str) -> NewPayout {
    NewPayout {
        id: id.try_into().unwrap(),
        project_id: 1234.into(),
        method: "qiwi-kz".into(),
        customer_id: CUSTOMER.try_into().unwrap(),
        account_number: "9182221133".into(),
        amount: kzt(AMOUNT),
        idempotency_key: key.into(),
        fingerprint: format!("of {key}"),
        from_balance: false,
        request: r#"{"customer":{"first_name":"John"}}"#.into(),
        created_at: NOW,
        requested_by: Some("shop".into()),
    }
}

/// What a callback says. The amount is in minor units.
#[derive(Clone)]
pub struct CallbackContent {
    pub project_id: u64,
    pub payment_id: &'static str,
    pub payment_type: &'static str,
    pub payment_status: &'static str,
    pub operation_id: u64,
    pub operation_type: &'static str,
    pub operation_status: &'static str,
    pub amount: i64,
    pub currency: &'static str,
    pub date: &'static str,
}

pub fn sale(payment_id: &'static str, operation_id: u64) -> CallbackContent {
    CallbackContent {
        project_id: 1234,
        payment_id,
        payment_type: "purchase",
        payment_status: "success",
        operation_id,
        operation_type: "sale",
        operation_status: "success",
        amount: AMOUNT,
        currency: "KZT",
        date: "2022-03-25T11:08:45+0000",
    }
}

pub fn refund(payment_id: &'static str, operation_id: u64, amount: i64) -> CallbackContent {
    let refund = sale(payment_id, operation_id).with_type("refund");
    refund
        .with_payment_status("partially refunded")
        .with_amount(amount)
}

pub fn decline(payment_id: &'static str, operation_id: u64) -> CallbackContent {
    let decline = sale(payment_id, operation_id).with_status("decline");
    decline.with_payment_status("decline")
}

macro_rules! with {
    ($($name:ident $field:ident: $kind:ty;)+) => {
        $(#[must_use]
        pub fn $name(self, $field: $kind) -> Self {
            Self { $field, ..self }
        })+
    };
}

impl CallbackContent {
    with! {
        with_project project_id: u64;
        with_payment_type payment_type: &'static str;
        with_payment_status payment_status: &'static str;
        with_type operation_type: &'static str;
        with_status operation_status: &'static str;
        with_amount amount: i64;
        with_currency currency: &'static str;
        with_date date: &'static str;
    }

    pub fn callback(&self) -> Callback {
        self.with_receipt(&format!("receipt_{}", self.operation_id))
    }

    /// The callback with this payment id of the provider.
    pub fn with_receipt(&self, receipt: &str) -> Callback {
        let Self {
            project_id,
            payment_id,
            payment_type,
            payment_status,
            operation_id,
            operation_type,
            operation_status,
            amount,
            currency,
            date,
        } = self;
        let body = format!(
            r#"{{"project_id":{project_id},"payment":{{"id":"{payment_id}","type":"{payment_type}","status":"{payment_status}",
                "sum":{{"amount":1,"currency":"KZT"}}}},"account":{{"number":"7001112233"}},
                "operation":{{"id":{operation_id},"type":"{operation_type}","status":"{operation_status}","date":"{date}",
                "sum_initial":{{"amount":{amount},"currency":"{currency}"}},"code":"0",
                "provider":{{"id":42,"payment_id":"{receipt}"}}}}}}"#
        );
        signed(*project_id, &body)
    }
}

/// A signed callback that is not usable, with this body.
pub fn unusable(body: &str) -> NewUnusable {
    NewUnusable {
        project_id: 1234.into(),
        body: sign(body.as_bytes(), &Key::new("secret").unwrap())
            .unwrap()
            .into(),
        reason: "the field `payment:status` is missing".into(),
        payment_id: None,
        operation_id: None,
        amount: None,
    }
}

/// The same signed message in other bytes: what is added is not signed.
pub fn disguised(body: &[u8], number: usize) -> Box<[u8]> {
    let text = std::str::from_utf8(body).unwrap();
    let object = text.strip_prefix('{').unwrap();
    format!("{{\"frame_mode\":\"{number}\", {object}")
        .into_bytes()
        .into()
}

/// The callback of this project with this body.
pub fn signed(project_id: u64, body: &str) -> Callback {
    let body = sign(body.as_bytes(), &Key::new("secret").unwrap()).unwrap();
    let keyring = Keyring::from(Project::new(project_id, "secret").unwrap());
    Received::parse(&body)
        .unwrap()
        .authenticate(&keyring)
        .unwrap()
        .callback()
        .unwrap()
}

/// The callbacks of a signed answer about a payment: its status, and the number, type, status and amount of each operation.
pub fn answer(
    payment_id: &str,
    status: &str,
    operations: &[(u64, &str, &str, i64)],
) -> Vec<Callback> {
    answer_of("2022-03-25T11:08:45+0000", payment_id, status, operations)
}

/// The same about operations of this date.
pub fn answer_of(
    date: &str,
    payment_id: &str,
    status: &str,
    operations: &[(u64, &str, &str, i64)],
) -> Vec<Callback> {
    let listed = operations.iter().map(|(id, kind, status, amount)| {
        format!(
            r#"{{"id":{id},"type":"{kind}","status":"{status}","date":"{date}","code":"0",
            "sum_initial":{{"amount":{amount},"currency":"KZT"}},"provider":{{"id":42,"payment_id":"receipt_{id}"}}}}"#
        )
    });
    let body = format!(
        r#"{{"project_id":1234,"payment":{{"id":"{payment_id}","type":"purchase","status":"{status}"}},
        "account":{{"number":"7001112233"}},"operations":[{}]}}"#,
        listed.collect::<Vec<_>>().join(",")
    );
    let body = sign(body.as_bytes(), &Key::new("secret").unwrap()).unwrap();
    let keyring = keyring();
    let message = Received::parse(&body).unwrap().authenticate(&keyring);
    message.unwrap().status_answer().unwrap()
}

/// The project of the tests with its secret.
pub fn keyring() -> Keyring {
    Keyring::from(Project::new(1234, "secret").unwrap())
}
