//! `jetpay payouts send` against the real service.

use std::collections::HashSet;
use std::process::Stdio;
use std::time::Duration;

use jetpay_testing::postgres::{Cluster, require_or_skip};
use serde_json::json;

use crate::support::{CUSTOMER, Folder, HIDDEN, Running, Said, WALLET, assert_has, each};

const HEADER: &str =
    "key,account_number,amount,currency,customer_id,ip_address,first_name,last_name,email\n";

fn row(key: &str, minor: i64) -> String {
    let [ip_address, first_name, last_name, email] = HIDDEN;
    format!("{key},{WALLET},{minor},KZT,{CUSTOMER},{ip_address},{first_name},{last_name},{email}\n")
}

/// Writes these rows into `payouts.csv`.
pub(crate) fn sheet(folder: &Folder, rows: &[(&str, i64)]) {
    let rows = rows.iter().map(|(key, minor)| row(key, *minor));
    folder.write("payouts.csv", HEADER.to_owned() + &rows.collect::<String>());
}

/// Runs `jetpay payouts` with these arguments. Neither output contains personal data.
pub(crate) fn run(running: &Running, line: &str) -> Said {
    without_payees(running.run(&format!("payouts {line}")))
}

/// Runs the command with this text on standard input.
fn answered(running: &Running, line: &str, answer: &str) -> Said {
    without_payees(running.folder.piped(&format!("payouts {line}"), answer))
}

fn without_payees(said: Said) -> Said {
    for hidden in HIDDEN {
        assert!(!said.all().contains(hidden), "{said:?}");
    }
    said
}

/// Sends `payouts.csv` with these options.
fn send(running: &Running, options: &str) -> Said {
    run(running, &format!("send payouts.csv {options}"))
}

#[actix_web::test]
async fn second_run_of_a_file_pays_no_row_twice() {
    let running = Folder::new().with_gate("").serve().await;
    sheet(
        &running.folder,
        &[("k1", 100_000), ("k2", 50_000), ("k3", 1)],
    );
    for (options, result) in [
        (
            "--dry-run",
            "3 new, 0 known before; a dry run sends nothing",
        ),
        ("", "3 new (1 500.01 KZT), 0 known before, 0 refused"),
        ("", "0 new (0.00 KZT), 3 known before, 0 refused"),
    ] {
        let Said { code, out, err } = send(&running, options);
        let expected = format!("3 payouts, 1 500.01 KZT in all\n{result}\n");
        assert_eq!((code, out, &*err), (Some(0), expected, ""));
        let sent = if options.is_empty() { 3 } else { 0 };
        assert_eq!(running.payouts().await.len(), sent);
    }
    let mut all = running.payouts().await;
    all.sort_by_key(|payout| payout["idempotency_key"].to_string());
    let all = json!(all);
    assert_eq!(each(&all, "idempotency_key"), json!(["k1", "k2", "k3"]));
    assert_eq!(each(&all, "amount"), json!([100_000, 50_000, 1]));

    sheet(&running.folder, &[("k4", 1), ("k2", 50_001), ("k3", 1)]);
    let dry = send(&running, "--dry-run");
    let lines: Vec<_> = dry.out.lines().collect();
    let differs =
        lines[2].starts_with("3     k2   ") && lines[2].ends_with("would refuse this row");
    assert!(differs, "{dry:?}");
    assert_has(lines[3], &[all[2]["payment_id"].as_str().unwrap()]);
    assert_eq!(lines[4], "1 new, 2 known before; a dry run sends nothing");
    assert_has(
        &dry.bad(),
        &["the service would refuse one payout, see above"],
    );
    let dry = send(&running, "--dry-run --json");
    let known = &dry.json()["known_before"];
    assert_eq!(each(known, "differs"), json!([true, false]));
    assert_eq!(each(known, "line"), json!([3, 4]));
    dry.bad();

    // Any other cell makes another request too, also one that the service never shows.
    let good = row("k1", 100_000);
    let cells: Vec<_> = good.trim_end().split(',').collect();
    for at in [1, 2, 4, 5, 6, 7, 8] {
        let mut cells: Vec<_> = cells.iter().map(ToString::to_string).collect();
        cells[at].push('1');
        let changed = cells.join(",");
        running
            .folder
            .write("payouts.csv", format!("{HEADER}{changed}\n"));
        let error = send(&running, "--dry-run").bad();
        assert_has(&error, &["the service would refuse one payout"]);
    }
    sheet(&running.folder, &[("k1", 100_000)]);
    send(&running, "--dry-run").good();
}

#[actix_web::test]
async fn row_that_looks_like_another_payout_of_the_day_is_sent_only_after_a_yes() {
    let running = Folder::new().with_gate("").serve().await;
    let id = running.payout("k1", 100).await;
    let rows = [("k1", 100), ("k2", 100), ("k3", 200), ("k4", 200)];
    sheet(&running.folder, &rows);
    let same = "pays the same amount to the same wallet and customer as";
    let error = answered(&running, "send payouts.csv", "").bad();
    assert_has(
        &error,
        &[
            &format!("payouts.csv:3: {same} payout {id} with the key `k1`"),
            &format!("payouts.csv:5: {same} line 4"),
            "nothing was sent",
            "--yes",
        ],
    );
    assert!(
        !error.contains("payouts.csv:2") && !error.contains("payouts.csv:4"),
        "{error}"
    );
    assert_eq!(running.payouts().await.len(), 1);
    let dry = send(&running, "--dry-run");
    assert_has(&dry.err, &["payouts.csv:3", "payouts.csv:5"]);
    assert_has(
        &answered(&running, "send payouts.csv", "y\n").good(),
        &["3 new"],
    );
    // A second run of the file has nothing to ask: the service knows all of it.
    let again = send(&running, "");
    assert_eq!(again.err, "");
    assert_has(&again.good(), &["0 new"]);
    sheet(&running.folder, &[("k5", 100)]);
    assert_has(&send(&running, "--yes").good(), &["1 new"]);
}

#[actix_web::test]
async fn file_on_standard_input_is_sent_and_a_question_about_it_needs_yes() {
    let running = Folder::new().with_gate("").serve().await;
    let file = |key: &str| format!("\u{feff}{HEADER}\n{}", row(key, 100)).replace(',', "\t");
    let sent = answered(&running, "send -", &file("k1")).good();
    assert_has(&sent, &["1 new"]);
    let error = answered(&running, "send -", &file("k2")).bad();
    assert!(
        error.starts_with("standard input:3: pays the same amount"),
        "{error}"
    );
    assert_has(&error, &["standard input is the file", "--yes"]);
    assert_eq!(running.payouts().await.len(), 1);
    let sent = answered(&running, "send - --yes", &file("k2")).good();
    assert_has(&sent, &["1 new"]);
}

#[actix_web::test]
async fn key_with_a_character_that_cannot_be_seen_is_refused_by_name_in_a_file_and_as_an_argument()
{
    let running = Folder::new().with_gate("").serve().await;
    let keys = ["k1", "salary-1\u{200b}", " k3", "e\u{301}", "'k5"];
    let rows: Vec<_> = keys.into_iter().zip(1..).collect();
    sheet(&running.folder, &rows);
    for options in ["", "--dry-run", "--yes"] {
        assert_has(
            &send(&running, options).bad(),
            &[
                "payouts.csv:3: `key` has U+200B (zero-width space) as character 9 of 9",
                "payouts.csv:4: `key` has U+0020 (space) as character 1 of 3",
                "payouts.csv:5: `key` is not in the composed form of Unicode (NFC) from character 1 of 2 on",
                "payouts.csv:6: `key` begins with `'`",
                "nothing was sent",
            ],
        );
    }
    assert_eq!(running.payouts().await.len(), 0);
    let error = run(&running, "list --key salary-1\u{ad}").bad();
    assert_has(&error, &["idempotency_key: has U+00AD (soft hyphen)"]);
}

#[actix_web::test]
async fn refused_row_is_reported_by_its_line_and_the_others_are_sent() {
    let running = Folder::new().with_gate("").serve().await;
    running.payout("k2", 7).await;
    sheet(&running.folder, &[("k1", 100), ("k2", 200), ("k3", 300)]);
    let sent = send(&running, "");
    let result = "2 new (4.00 KZT), 0 known before, 1 refused\n";
    assert!(sent.out.ends_with(result), "{sent:?}");
    let error = sent.bad();
    let line = "payouts.csv:3: this idempotency_key belongs to payout ";
    let end = "error: the service refused one payout, see above\n";
    assert!(error.starts_with(line) && error.ends_with(end), "{error}");
    assert_eq!(running.payouts().await.len(), 3);
    let again = send(&running, "--json");
    let json = again.json();
    let fields = ["new", "known_before", "amount", "unanswered"];
    assert_eq!(
        json!(fields.map(|field| &json[field])),
        json!([0, 2, 600, 0])
    );
    assert_eq!(each(&json["refused"], "line"), json!([3]));
    assert_eq!(each(&json["refused"], "key"), json!(["k2"]));
    again.bad();
}

#[actix_web::test]
async fn row_that_exceeds_the_balance_is_refused() {
    let running = Folder::new().with_gate("from_balance = true").serve().await;
    sheet(&running.folder, &[("k1", 100)]);
    assert_has(
        &send(&running, "--dry-run").bad(),
        &[
            "payouts.csv:2: `amount` is more than the customer's balance, of which 0 minor units are left",
            "the service would refuse one payout",
        ],
    );
    let error = send(&running, "").bad();
    let line = "payouts.csv:2: amount: is more than the customer's balance of 0 minor units";
    assert!(error.starts_with(line), "{error}");
    assert_eq!(running.payouts().await.len(), 0);
}

#[actix_web::test]
async fn file_with_any_error_is_not_sent_at_all() {
    let running = Folder::new().with_gate("").serve().await;
    let bad = HEADER.to_owned() + &row("k1", 1) + &row("k1", 2) + &row("k2", 0) + "k3,1\n";
    running.folder.write("payouts.csv", bad);
    let sent = send(&running, "");
    assert_eq!(sent.out, "");
    assert_has(
        &sent.bad(),
        &[
            "payouts.csv:3: `key` is the same as in line 2\n",
            "payouts.csv:4: `amount` must be greater than zero",
            "payouts.csv:5: the row has 2 cells, but the header has 9\n",
            "nothing was sent",
        ],
    );
    running.folder.write("payouts.csv", "key,amount,name\n");
    let error = send(&running, "").bad();
    assert_has(&error, &["unknown: name", "missing: account_number"]);
    let error = run(&running, "send none.csv").bad();
    assert_has(&error, &["cannot read none.csv"]);
    assert_eq!(running.payouts().await.len(), 0);
}

#[actix_web::test]
async fn kill_of_the_service_stops_the_command_and_the_next_run_sends_the_rest() {
    const ROWS: usize = 4_000;
    let mut running = Folder::new().with_gate("").serve().await;
    let rows = (0..ROWS).map(|number| row(&format!("k{number}"), 1));
    running
        .folder
        .write("payouts.csv", HEADER.to_owned() + &rows.collect::<String>());
    let mut sending = running.folder.command("payouts send payouts.csv --yes");
    let sending = sending.stdout(Stdio::piped()).stderr(Stdio::piped());
    let sending = sending.spawn().unwrap();
    while running.payouts().await.len() < 100 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let ended = |_: &Folder| Said::of(sending.wait_with_output().unwrap());
    let stopped = without_payees(running.while_stopped(ended).await);
    assert_has(&stopped.out, &["unanswered or not sent"]);
    let again = "run it again: the service does not pay a key a second time";
    assert_has(&stopped.bad(), &[again, "is the service running?"]);
    send(&running, "--yes").good();
    let out = send(&running, "--yes").good();
    assert!(
        out.ends_with("0 new (0.00 KZT), 4000 known before, 0 refused\n"),
        "{out}"
    );
    let (mut after, mut reserved) = (json!(0), HashSet::new());
    loop {
        let path = format!("/v1/payouts/entries?limit=1000&after={after}");
        let (_, feed) = running.get(&path).await;
        let entries = feed["entries"].as_array().unwrap();
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            assert_eq!(
                json!([entry["kind"], entry["amount"]]),
                json!(["reserve", 1])
            );
            assert!(reserved.insert(entry["payment_id"].to_string()));
        }
        after = feed["next"].clone();
    }
    assert_eq!(reserved.len(), ROWS);
}

#[actix_web::test]
async fn store_that_is_down_stops_the_command() {
    let Some(cluster) = require_or_skip(Cluster::start_fast()) else {
        return;
    };
    let database = cluster.database();
    let running = Folder::with_store(database.url())
        .with_gate("")
        .serve()
        .await;
    sheet(&running.folder, &[("k1", 1), ("k2", 2)]);
    cluster.crash();
    let stopped = send(&running, "--yes");
    let result = "0 new (0.00 KZT), 0 known before, 0 refused, 2 unanswered or not sent\n";
    assert!(stopped.out.ends_with(result), "{stopped:?}");
    assert_has(
        &stopped.bad(),
        &["a key a second time: the store is not available now"],
    );
    for options in ["", "--dry-run"] {
        send(&running, options).bad();
    }
}

#[actix_web::test]
async fn service_without_a_gate_or_with_another_token_stops_the_command_at_once() {
    let running = Folder::new().serve().await;
    sheet(&running.folder, &[("k1", 1), ("k2", 2)]);
    let error = send(&running, "").bad();
    assert!(
        error.contains("add [gate]") && !error.contains("payouts.csv:2"),
        "{error}"
    );
    running.folder.write("token", "another token, also long");
    assert_has(&send(&running, "").bad(), &["another token"]);
}
