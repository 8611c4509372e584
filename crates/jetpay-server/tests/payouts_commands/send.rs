//! `jetpay payouts send` against the real service.

use std::collections::HashSet;
use std::fmt::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use jetpay_testing::postgres::{Cluster, require_or_skip};
use serde_json::{Value, json};

use crate::paying::{Paying, accepted, add_gate, payouts};
use crate::running::{Folder, JETPAY, Running};
use crate::{HEADER, SEND, output_of, row, run, sheet};

#[actix_web::test]
async fn second_run_of_a_file_pays_no_row_twice() {
    let paying = Paying::sqlite("").await;
    let running = &paying.running;
    sheet(
        &running.folder,
        &[("k1", 100_000), ("k2", 50_000), ("k3", 1)],
    );
    let dry = run(running, &[&SEND[..], &["--dry-run"]].concat());
    let totals = "3 payouts, 1 500.01 KZT in all\n";
    let nothing = format!("{totals}3 new, 0 known before; a dry run sends nothing\n");
    assert_eq!(dry, (Some(0), nothing, String::new()));
    assert_eq!(payouts(running).await.len(), 0);

    let first = format!("{totals}3 new (1 500.01 KZT), 0 known before, 0 refused\n");
    assert_eq!(run(running, &SEND), (Some(0), first, String::new()));
    let second = format!("{totals}0 new (0.00 KZT), 3 known before, 0 refused\n");
    assert_eq!(run(running, &SEND), (Some(0), second, String::new()));
    let all = payouts(running).await;
    let keys: HashSet<_> = all
        .iter()
        .map(|payout| &payout["idempotency_key"])
        .collect();
    assert_eq!((all.len(), keys.len()), (3, 3));
    let sum: i64 = all
        .iter()
        .map(|payout| payout["amount"].as_i64().unwrap())
        .sum();
    assert_eq!(sum, 150_001);

    sheet(&running.folder, &[("k4", 1), ("k2", 50_001), ("k3", 1)]);
    let (code, out, err) = run(running, &[&SEND[..], &["--dry-run"]].concat());
    assert_eq!(code, Some(1));
    assert!(
        err.contains("the service would refuse one payout, see above"),
        "{err}"
    );
    let lines: Vec<_> = out.lines().collect();
    assert!(
        lines[2].starts_with("3     k2   ") && lines[2].ends_with("would refuse this row"),
        "{out}"
    );
    let id = all
        .iter()
        .find(|payout| payout["idempotency_key"] == "k3")
        .unwrap();
    assert!(
        lines[3].contains(id["payment_id"].as_str().unwrap()),
        "{out}"
    );
    assert_eq!(lines[4], "1 new, 2 known before; a dry run sends nothing");
    let (code, out, _) = run(running, &[&SEND[..], &["--dry-run", "--json"]].concat());
    assert_eq!(code, Some(1));
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["known_before"].as_array().unwrap().len(), 2);
    assert_eq!(json["known_before"][0]["differs"], true);
    assert_eq!(json["known_before"][1]["line"], 4);

    // Any other cell makes another request too, also one that the service never shows.
    let good = row("k1", 100_000);
    for at in 1..good.split(',').count() {
        if HEADER.split(',').nth(at) == Some("currency") {
            continue;
        }
        let cells = good.trim_end().split(',').enumerate();
        let cells = cells.map(|(place, cell)| {
            if place == at {
                format!("{cell}1")
            } else {
                cell.to_owned()
            }
        });
        let changed = cells.collect::<Vec<_>>().join(",");
        running
            .folder
            .write("payouts.csv", &format!("{HEADER}{changed}\n"));
        let (code, _, err) = run(running, &[&SEND[..], &["--dry-run"]].concat());
        assert_eq!(code, Some(1), "{changed}");
        assert!(
            err.contains("the service would refuse one payout"),
            "{changed}: {err}"
        );
    }
    running
        .folder
        .write("payouts.csv", &(HEADER.to_owned() + &good));
    let (code, _, err) = run(running, &[&SEND[..], &["--dry-run"]].concat());
    assert_eq!(code, Some(0), "{err}");
}

/// Runs the command with this text on standard input.
fn answered(running: &Running, arguments: &[&str], answer: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(JETPAY)
        .args(arguments)
        .current_dir(running.folder.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut command.stdin.take().unwrap(), answer.as_bytes()).unwrap();
    output_of(&command.wait_with_output().unwrap())
}

#[actix_web::test]
async fn row_that_looks_like_another_payout_of_the_day_is_sent_only_after_a_yes() {
    let paying = Paying::sqlite("").await;
    let running = &paying.running;
    let id = accepted(running, "k1", 100).await;
    sheet(
        &running.folder,
        &[("k1", 100), ("k2", 100), ("k3", 200), ("k4", 200)],
    );
    let (code, _, err) = answered(running, &SEND, "");
    assert_eq!(code, Some(1));
    for part in [
        format!(
            "payouts.csv:3: pays the same amount to the same wallet and customer as payout {id} with the key `k1`"
        ),
        "payouts.csv:5: pays the same amount to the same wallet and customer as line 4".to_owned(),
        "nothing was sent".to_owned(),
        "--yes".to_owned(),
    ] {
        assert!(err.contains(&part), "{part} is not in:\n{err}");
    }
    assert!(
        !err.contains("payouts.csv:2") && !err.contains("payouts.csv:4"),
        "{err}"
    );
    assert_eq!(payouts(running).await.len(), 1);
    let (_, _, err) = run(running, &[&SEND[..], &["--dry-run"]].concat());
    assert!(
        err.contains("payouts.csv:3") && err.contains("payouts.csv:5"),
        "{err}"
    );
    let (code, out, _) = answered(running, &SEND, "y\n");
    assert!(code == Some(0) && out.contains("3 new"), "{out}");
    // A second run of the file has nothing to ask: the service knows all of it.
    let (code, out, err) = run(running, &SEND);
    assert!(
        code == Some(0) && out.contains("0 new") && err.is_empty(),
        "{out}{err}"
    );
    sheet(&running.folder, &[("k5", 100)]);
    let (code, out, _) = run(running, &[&SEND[..], &["--yes"]].concat());
    assert!(code == Some(0) && out.contains("1 new"), "{out}");
}

#[actix_web::test]
async fn file_on_standard_input_is_sent_and_a_question_about_it_needs_yes() {
    let paying = Paying::sqlite("").await;
    let running = &paying.running;
    let file = |key: &str| format!("\u{feff}{HEADER}\n{}", row(key, 100)).replace(',', "\t");
    let send = ["payouts", "send", "-"];
    let (code, out, err) = answered(running, &send, &file("k1"));
    assert!(code == Some(0) && out.contains("1 new"), "{out}{err}");
    let (code, _, err) = answered(running, &send, &file("k2"));
    assert_eq!(code, Some(1));
    assert!(
        err.starts_with("standard input:3: pays the same amount"),
        "{err}"
    );
    assert!(
        err.contains("standard input is the file") && err.contains("--yes"),
        "{err}"
    );
    assert_eq!(payouts(running).await.len(), 1);
    let (code, out, _) = answered(running, &[&send[..], &["--yes"]].concat(), &file("k2"));
    assert!(code == Some(0) && out.contains("1 new"), "{out}");
}

#[actix_web::test]
async fn key_with_a_character_that_cannot_be_seen_is_refused_by_name_in_a_file_and_as_an_argument()
{
    let paying = Paying::sqlite("").await;
    let running = &paying.running;
    sheet(
        &running.folder,
        &[
            ("k1", 1),
            ("salary-1\u{200b}", 2),
            (" k3", 3),
            ("e\u{301}", 4),
            ("'k5", 5),
        ],
    );
    for arguments in [
        &SEND[..],
        &[&SEND[..], &["--dry-run"]].concat(),
        &[&SEND[..], &["--yes"]].concat(),
    ] {
        let (code, _, err) = run(running, arguments);
        assert_eq!(code, Some(1));
        for part in [
            "payouts.csv:3: `key` has U+200B (zero-width space) as character 9 of 9",
            "payouts.csv:4: `key` has U+0020 (space) as character 1 of 3",
            "payouts.csv:5: `key` is not in the composed form of Unicode (NFC) from character 1 of 2 on",
            "payouts.csv:6: `key` begins with `'`",
            "nothing was sent",
        ] {
            assert!(err.contains(part), "{part} is not in:\n{err}");
        }
    }
    assert_eq!(payouts(running).await.len(), 0);
    let (code, _, err) = run(running, &["payouts", "list", "--key", "salary-1\u{ad}"]);
    assert_eq!(code, Some(1));
    assert!(
        err.contains("idempotency_key: has U+00AD (soft hyphen)"),
        "{err}"
    );
}

#[actix_web::test]
async fn refused_row_is_reported_by_its_line_and_the_others_are_sent() {
    let paying = Paying::sqlite("").await;
    let running = &paying.running;
    accepted(running, "k2", 7).await;
    sheet(&running.folder, &[("k1", 100), ("k2", 200), ("k3", 300)]);
    let (code, out, err) = run(running, &SEND);
    assert_eq!(code, Some(1));
    assert!(
        out.ends_with("2 new (4.00 KZT), 0 known before, 1 refused\n"),
        "{out}"
    );
    assert!(
        err.starts_with("payouts.csv:3: this idempotency_key belongs to payout "),
        "{err}"
    );
    assert!(
        err.ends_with("error: the service refused one payout, see above\n"),
        "{err}"
    );
    assert_eq!(payouts(running).await.len(), 3);
    let (code, out, _) = run(running, &[&SEND[..], &["--json"]].concat());
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &json["new"], &json["known_before"]),
        (Some(1), &json!(0), &json!(2))
    );
    assert_eq!(
        (&json["amount"], &json["unanswered"]),
        (&json!(600), &json!(0))
    );
    assert_eq!(
        (&json["refused"][0]["line"], &json["refused"][0]["key"]),
        (&json!(3), &json!("k2"))
    );
}

#[actix_web::test]
async fn row_that_exceeds_the_balance_is_refused() {
    let paying = Paying::sqlite("from_balance = true").await;
    sheet(&paying.running.folder, &[("k1", 100)]);
    let (code, _, err) = run(&paying.running, &[&SEND[..], &["--dry-run"]].concat());
    assert_eq!(code, Some(1));
    for part in [
        "payouts.csv:2: `amount` is more than the customer's balance, of which 0 minor units are left",
        "the service would refuse one payout",
    ] {
        assert!(err.contains(part), "{err}");
    }
    let (code, _, err) = run(&paying.running, &SEND);
    assert_eq!(code, Some(1));
    assert!(
        err.starts_with(
            "payouts.csv:2: amount: is more than the customer's balance of 0 minor units"
        ),
        "{err}"
    );
    assert_eq!(payouts(&paying.running).await.len(), 0);
}

#[actix_web::test]
async fn file_with_any_error_is_not_sent_at_all() {
    let paying = Paying::sqlite("").await;
    let running = &paying.running;
    let bad = HEADER.to_owned() + &row("k1", 1) + &row("k1", 2) + &row("k2", 0) + "k3,1\n";
    running.folder.write("payouts.csv", &bad);
    let (code, out, err) = run(running, &SEND);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    for part in [
        "payouts.csv:3: `key` is the same as in line 2\n",
        "payouts.csv:4: `amount` must be greater than zero",
        "payouts.csv:5: the row has 2 cells, but the header has 9\n",
        "nothing was sent",
    ] {
        assert!(err.contains(part), "{part} is not in:\n{err}");
    }
    running.folder.write("payouts.csv", "key,amount,name\n");
    let (_, _, err) = run(running, &SEND);
    assert!(
        err.contains("unknown: name") && err.contains("missing: account_number"),
        "{err}"
    );
    let (_, _, err) = run(running, &["payouts", "send", "none.csv"]);
    assert!(err.contains("cannot read none.csv"), "{err}");
    assert_eq!(payouts(running).await.len(), 0);
}

#[actix_web::test]
async fn kill_of_the_service_stops_the_command_and_the_next_run_sends_the_rest() {
    const ROWS: usize = 4_000;
    let mut paying = Paying::sqlite("").await;
    let mut rows = HEADER.to_owned();
    for number in 0..ROWS {
        write!(rows, "{}", row(&format!("k{number}"), 1)).unwrap();
    }
    paying.running.folder.write("payouts.csv", &rows);
    let sending = Command::new(JETPAY)
        .args(SEND)
        .arg("--yes")
        .current_dir(paying.running.folder.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while payouts(&paying.running).await.len() < 100 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let (code, out, err) = paying
        .running
        .while_stopped(|_| output_of(&sending.wait_with_output().unwrap()))
        .await;
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("unanswered or not sent"), "{out}");
    assert!(
        err.contains("run it again: the service does not pay a key a second time"),
        "{err}"
    );
    assert!(err.contains("is the service running?"), "{err}");
    let (code, out, _) = run(&paying.running, &[&SEND[..], &["--yes"]].concat());
    assert_eq!(code, Some(0), "{out}");
    let (_, out, _) = run(&paying.running, &[&SEND[..], &["--yes"]].concat());
    assert!(
        out.ends_with("0 new (0.00 KZT), 4000 known before, 0 refused\n"),
        "{out}"
    );
    let (mut after, mut reserved) = (0, HashSet::new());
    loop {
        let path = format!("/v1/payouts/entries?limit=1000&after={after}");
        let (_, feed) = paying.running.get(&path).await;
        let entries = feed["entries"].as_array().unwrap();
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            assert_eq!(
                (&entry["kind"], &entry["amount"]),
                (&json!("reserve"), &json!(1))
            );
            assert!(reserved.insert(entry["payment_id"].to_string()));
        }
        after = feed["next"].as_i64().unwrap();
    }
    assert_eq!(reserved.len(), ROWS);
}

#[actix_web::test]
async fn store_that_is_down_stops_the_command() {
    let Some(cluster) = require_or_skip(Cluster::start_fast()) else {
        return;
    };
    let database = cluster.database();
    let folder = Folder::with_store(database.url());
    add_gate(&folder, "");
    let running = folder.serve().await;
    sheet(&running.folder, &[("k1", 1), ("k2", 2)]);
    cluster.crash();
    let (code, out, err) = run(&running, &[&SEND[..], &["--yes"]].concat());
    assert_eq!(code, Some(1));
    assert!(
        out.ends_with("0 new (0.00 KZT), 0 known before, 0 refused, 2 unanswered or not sent\n"),
        "{out}"
    );
    assert!(
        err.contains("a key a second time: the store is not available now"),
        "{err}"
    );
    for arguments in [&SEND[..], &[&SEND[..], &["--dry-run"]].concat()] {
        let (code, _, err) = run(&running, arguments);
        assert_eq!(code, Some(1), "{err}");
    }
}

#[actix_web::test]
async fn service_without_a_gate_or_with_another_token_stops_the_command_at_once() {
    let running = Folder::new().serve().await;
    sheet(&running.folder, &[("k1", 1), ("k2", 2)]);
    let (code, _, err) = run(&running, &SEND);
    assert_eq!(code, Some(1));
    assert!(
        err.contains("add [gate]") && !err.contains("payouts.csv:2"),
        "{err}"
    );
    running.folder.write("token", "another token, also long");
    let (_, _, err) = run(&running, &SEND);
    assert!(err.contains("another token"), "{err}");
}
