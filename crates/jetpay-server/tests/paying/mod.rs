//! A service with a Gate at an address where no server listens: its payouts stay open.
#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "a module of tests: each test file uses its part"
)]

use std::fs;

use jetpay_testing::free_port;
use jetpay_testing::postgres::{Database, database, require_or_skip};
use serde_json::{Value, json};

use crate::running::{CUSTOMER, Folder, PROJECT, Running};

pub(crate) const WALLET: &str = "9182221133";

/// The payee's personal data, which no output may contain.
pub(crate) const HIDDEN: [&str; 4] = ["203.0.113.9", "Aigerim", "Seitkali", "aigerim@example.com"];

/// A service, and its database.
pub(crate) struct Paying {
    pub(crate) running: Running,
    _database: Option<Database>,
}

impl Paying {
    pub(crate) async fn sqlite(lines: &str) -> Self {
        let folder = Folder::new();
        add_gate(&folder, lines);
        Self {
            running: folder.serve().await,
            _database: None,
        }
    }

    pub(crate) async fn postgres(lines: &str) -> Option<Self> {
        let database = require_or_skip(database())?;
        let folder = Folder::with_store(database.url());
        add_gate(&folder, lines);
        Some(Self {
            running: folder.serve().await,
            _database: Some(database),
        })
    }
}

/// Adds `[gate]` with these lines to the configuration.
pub(crate) fn add_gate(folder: &Folder, lines: &str) {
    let path = folder.path("jetpay.toml");
    let config = fs::read_to_string(&path).unwrap();
    let gate = format!(
        "[gate]\nbase_url = \"http://127.0.0.1:{}\"\n{lines}\n",
        free_port()
    );
    fs::write(path, config + &gate).unwrap();
}

/// The body of a request for a payout, in minor units.
pub(crate) fn payout_request(key: &str, minor: i64) -> Value {
    json!({
        "project_id": PROJECT,
        "customer": {
            "id": CUSTOMER,
            "ip_address": HIDDEN[0],
            "first_name": HIDDEN[1],
            "last_name": HIDDEN[2],
            "email": HIDDEN[3],
        },
        "account_number": WALLET,
        "amount": minor,
        "currency": "KZT",
        "idempotency_key": key,
    })
}

/// Makes a payout, waits until the service has tried to send it, and returns its id. The service is no longer sending it:
/// an operator may resolve it.
pub(crate) async fn accepted(running: &Running, key: &str, minor: i64) -> String {
    let (status, payout) = running
        .post("/v1/payouts", &payout_request(key, minor))
        .await;
    assert_eq!(status, 202, "{payout}");
    let id = payout["payment_id"].as_str().unwrap();
    wait_until_sent(running, id).await;
    id.to_owned()
}

/// Waits until the service has recorded the result of a send.
pub(crate) async fn wait_until_sent(running: &Running, id: &str) {
    for _ in 0..500 {
        let (_, payout) = running.get(&format!("/v1/payouts/{id}")).await;
        let history = payout["history"].as_array().unwrap();
        if history.iter().any(|step| step["what"] == "unknown") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the service does not send payout {id}");
}

/// All payouts.
pub(crate) async fn payouts(running: &Running) -> Vec<Value> {
    let (status, list) = running.get("/v1/payouts?limit=1000").await;
    assert_eq!(status, 200, "{list}");
    list["payouts"].as_array().unwrap().clone()
}

/// Makes a test for each store out of each function, with these lines in `[gate]`.
macro_rules! on_every_store {
    ($($test:ident($lines:literal),)+) => {
        $(mod $test {
            #[actix_web::test]
            async fn in_sqlite() {
                super::$test(&crate::paying::Paying::sqlite($lines).await.running).await;
            }

            #[actix_web::test]
            async fn in_postgres() {
                if let Some(paying) = crate::paying::Paying::postgres($lines).await {
                    super::$test(&paying.running).await;
                }
            }
        })+
    };
}

pub(crate) use on_every_store;
