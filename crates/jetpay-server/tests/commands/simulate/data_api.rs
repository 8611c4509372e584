//! The Data API that `jetpay simulate` serves.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jetpay_core::report::ReportedOperation;
use jetpay_core::signature::Key;
use jetpay_gate::{BaseUrl, DataApi};
use jetpay_testing::free_port;

use super::{Serving, simulate};
use crate::support::{CUSTOMER, Folder, assert_has};

const TABLE: &str = "[data_api]\nbase_url = \"http://127.0.0.1:1\"\ntoken_file = \"token\"\nkey_file = \"secret\"\n";

/// All operations of the last hour and the next.
async fn operations(folder: &Folder, port: u16) -> Option<Vec<ReportedOperation>> {
    let read = |name: &str| std::fs::read_to_string(folder.path(name)).unwrap();
    let base_url = BaseUrl::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    let key = Key::new(read("secret").trim()).unwrap();
    let client = DataApi::builder(base_url, read("token").trim(), key)
        .with_timeout(Duration::from_secs(5))
        .build()
        .unwrap();
    let now = jiff::Timestamp::now().as_second();
    let mut all = Vec::new();
    let mut each = |row: Result<_, _>| all.push(row.unwrap());
    let asked = client.operations(now - 3600, now + 3600, &[], &mut each);
    asked.await.ok()?;
    Some(all)
}

/// The operations, once there are at least so many.
async fn listed(folder: &Folder, port: u16, least: usize) -> Vec<ReportedOperation> {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(30) {
        match operations(folder, port).await {
            Some(all) if all.len() >= least => return all,
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    panic!("the Data API has too few operations");
}

#[actix_web::test]
async fn platform_lists_its_top_ups_as_the_ledger_has_them_until_it_is_stopped() {
    let folder = Folder::new().configured(TABLE);
    let running = folder.serve().await.with_customer().await;
    let port = free_port();
    let options =
        "--rate 100 --count 30 --hurry 1000 --seed 5 --faults wrong-amount=500,unknown-payment=500";
    let line = format!(
        "simulate platform --config jetpay.toml --customer {CUSTOMER} --data-api 127.0.0.1:{port} {options}"
    );
    let serving = Serving::begin(&running.folder, &line);
    let all = listed(&running.folder, port, 25).await;
    let out = serving.stop();
    assert_has(&out, &["the Data API has them at http://127.0.0.1:"]);
    let folder = running.stop();
    let theirs: BTreeMap<i64, i64> = all
        .iter()
        .filter(|it| (it.kind.as_str(), it.status.as_str()) == ("sale", "success"))
        .map(|it| (it.operation_id.number().cast_signed(), it.amount.minor()))
        .collect();
    let database = folder.database();
    let sql = "SELECT operation_id, amount FROM entries WHERE kind = 'credit'";
    let mut statement = database.prepare(sql).unwrap();
    let credits = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)));
    let credits: BTreeMap<i64, i64> = credits.unwrap().map(Result::unwrap).collect();
    assert!(credits.len() > 15, "{out}");
    for (operation, amount) in &theirs {
        assert_eq!(credits.get(operation), Some(amount), "{operation}");
    }
}

#[actix_web::test]
async fn gate_lists_the_top_up_whose_callback_was_lost() {
    let port = free_port();
    let folder = Folder::new().configured(TABLE);
    let line =
        format!("simulate gate --config jetpay.toml --listen 127.0.0.1:{port} --paid p-1:600000");
    let serving = Serving::begin(&folder, &line);
    let all = listed(&folder, port, 1).await;
    let out = serving.stop();
    assert_has(
        &out,
        &[
            "the Data API is at the same address",
            "operations asked for: HTTP 200",
        ],
    );
    assert_eq!(
        (&*all[0].payment_id, all[0].amount.minor(), all.len()),
        ("p-1", 600_000, 1)
    );
}

#[test]
fn data_api_without_its_keys_or_for_other_machines_is_refused() {
    let with = |folder: &Folder, address: &str| {
        let line =
            format!("--config jetpay.toml --customer {CUSTOMER} --count 0 --data-api {address}");
        simulate(folder, &line)
    };
    let (none, configured) = (Folder::new(), Folder::new().configured(TABLE));
    for (said, why) in [
        (
            with(&none, "127.0.0.1:0"),
            "--data-api: the configuration has no [data_api]",
        ),
        (
            with(&configured, "0.0.0.0:0"),
            "--data-api: the simulated Data API listens on loopback only",
        ),
    ] {
        assert_eq!((said.code, &*said.out), (Some(2), ""), "{said:?}");
        assert_has(&said.err, &[why]);
    }
}
