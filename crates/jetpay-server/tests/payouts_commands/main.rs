//! `jetpay payouts` against the real service.

#[path = "../paying/mod.rs"]
mod paying;
#[path = "../running/mod.rs"]
mod running;
mod send;

use std::process::Output;

use paying::{HIDDEN, Paying, WALLET, accepted, add_gate};
use running::{CUSTOMER, Folder, Running, text};
use serde_json::Value;

const HEADER: &str =
    "key,account_number,amount,currency,customer_id,ip_address,first_name,last_name,email\n";

fn row(key: &str, minor: i64) -> String {
    let [ip_address, first_name, last_name, email] = HIDDEN;
    format!("{key},{WALLET},{minor},KZT,{CUSTOMER},{ip_address},{first_name},{last_name},{email}\n")
}

fn sheet(folder: &Folder, rows: &[(&str, i64)]) {
    let rows = rows.iter().map(|(key, minor)| row(key, *minor));
    folder.write(
        "payouts.csv",
        &(HEADER.to_owned() + &rows.collect::<String>()),
    );
}

/// The exit code, standard output and standard error of a command. Neither output contains personal data.
fn output_of(output: &Output) -> (Option<i32>, String, String) {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    for hidden in HIDDEN {
        assert!(!out.contains(hidden) && !err.contains(hidden), "{out}{err}");
    }
    (output.status.code(), out, err)
}

fn run(running: &Running, arguments: &[&str]) -> (Option<i32>, String, String) {
    output_of(&running.folder.run(arguments))
}

const SEND: [&str; 3] = ["payouts", "send", "payouts.csv"];

#[actix_web::test]
async fn project_that_pays_is_the_only_one_or_the_named_one() {
    let folder = Folder::new();
    add_gate(&folder, "");
    let config = std::fs::read_to_string(folder.path("jetpay.toml")).unwrap();
    let second = "[[project]]\nid = 5678\nsecret_file = \"secret\"\nmethods = [\"qiwi-kz\"]\n";
    folder.write("jetpay.toml", &(config + second));
    sheet(&folder, &[("k1", 1)]);
    let running = folder.serve().await;
    let (_, _, err) = run(&running, &SEND);
    assert!(
        err.contains("--project; its projects are: 1234, 5678"),
        "{err}"
    );
    let (_, _, err) = run(&running, &[&SEND[..], &["--project", "1"]].concat());
    assert!(err.contains("project 1 is not in jetpay.toml"), "{err}");
    for project in ["5678", "1234"] {
        let arguments = [&SEND[..], &["--project", project]].concat();
        let (_, out, err) = run(&running, &[&arguments[..], &["--dry-run"]].concat());
        assert!(out.contains("1 new, 0 known before"), "{out}");
        // The file of one project was sent already.
        let is_second = err.contains("with the key `k1` in project 5678 of ");
        assert_eq!(is_second, project == "1234", "{err}");
        let (code, out, _) = run(&running, &[&arguments[..], &["--yes"]].concat());
        assert!(code == Some(0) && out.contains("1 new"), "{out}");
        let (_, list) = running
            .get(&format!("/v1/payouts?project_id={project}"))
            .await;
        assert_eq!(list["payouts"].as_array().unwrap().len(), 1);
    }
}

#[actix_web::test]
async fn operator_lists_shows_and_resolves_a_payout() {
    let paying = Paying::sqlite("").await;
    let running = &paying.running;
    assert_eq!(run(running, &["payouts", "list"]).1, "no payouts\n");
    let (first, second) = (
        accepted(running, "k1", 100).await,
        accepted(running, "k2", 200).await,
    );
    let (_, out, _) = run(running, &["payouts", "list"]);
    for (line, id, amount) in [(1, &first, "1.00 KZT"), (2, &second, "2.00 KZT")] {
        let line = out.lines().nth(line).unwrap();
        assert!(line.starts_with(id) && line.contains(amount), "{out}");
        assert!(line.contains(WALLET) && line.contains(CUSTOMER), "{out}");
    }
    let (_, out, _) = run(running, &["payouts", "list", "--limit", "1"]);
    assert!(
        out.ends_with(&format!("there are more: --after {first}\n")),
        "{out}"
    );
    for arguments in [["--key", "k2"], ["--after", &first]] {
        let (_, out, _) = run(running, &[&["payouts", "list"][..], &arguments].concat());
        assert!(out.contains(&second) && !out.contains(&first), "{out}");
    }
    let (_, out, _) = run(
        running,
        &[
            "payouts",
            "list",
            "--customer",
            "nobody",
            "--project",
            "1234",
        ],
    );
    assert_eq!(out, "no payouts\n");
    let (_, _, err) = run(running, &["payouts", "list", "--state", "lost"]);
    assert!(
        err.contains("state: must be one of created, unknown"),
        "{err}"
    );

    let (_, out, _) = run(running, &["payouts", "show", &first]);
    assert!(
        out.contains("reserved") && out.contains("created") && out.contains("1.00 KZT"),
        "{out}"
    );
    let resolve = [
        "payouts",
        "resolve",
        &first,
        "--as",
        "declined",
        "--reason",
        "support says so",
    ];
    let (code, out, _) = run(running, &resolve);
    assert_eq!(code, Some(0));
    let last = out.lines().last().unwrap();
    for part in ["declined", "release", "1.00 KZT", "support says so"] {
        assert!(last.contains(part), "{out}");
    }
    let (code, _, err) = run(running, &resolve);
    assert!(code == Some(1) && err.contains("ended already"), "{err}");
    let (_, out, _) = run(running, &["payouts", "show", &first, "--json"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["state"], "declined");
    assert!(
        run(running, &["payouts", "show", "x"])
            .2
            .contains("there is no payout with this id")
    );
}
