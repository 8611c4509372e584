//! `jetpay payouts list`, `show` and `resolve`, and which project pays.

use crate::support::{CUSTOMER, Folder, WALLET, assert_has};

use super::send::{run, sheet};

#[actix_web::test]
async fn project_that_pays_is_the_only_one_or_the_named_one() {
    let second = "[[project]]\nid = 5678\nsecret_file = \"secret\"\nmethods = [\"qiwi-kz\"]\n";
    let running = Folder::new().with_gate(second).serve().await;
    sheet(&running.folder, &[("k1", 1)]);
    for (options, part) in [
        ("", "--project; its projects are: 1234, 5678"),
        ("--project 1", "project 1 is not in jetpay.toml"),
    ] {
        assert_has(
            &run(&running, &format!("send payouts.csv {options}")).bad(),
            &[part],
        );
    }
    for project in ["5678", "1234"] {
        let send = format!("send payouts.csv --project {project}");
        let dry = run(&running, &format!("{send} --dry-run"));
        // The file of one project was sent already.
        let is_second = dry.err.contains("with the key `k1` in project 5678 of ");
        assert_eq!(is_second, project == "1234", "{dry:?}");
        assert_has(&dry.good(), &["1 new, 0 known before"]);
        assert_has(&run(&running, &format!("{send} --yes")).good(), &["1 new"]);
        let (_, list) = running
            .get(&format!("/v1/payouts?project_id={project}"))
            .await;
        assert_eq!(list["payouts"].as_array().map(Vec::len), Some(1));
    }
}

#[actix_web::test]
async fn operator_lists_shows_and_resolves_a_payout() {
    let running = Folder::new().with_gate("").serve().await;
    let run = |line: &str| run(&running, line);
    assert_eq!(run("list").good(), "no payouts\n");
    let first = running.payout("k1", 100).await;
    let second = running.payout("k2", 200).await;
    let out = run("list").good();
    for (line, id, amount) in [(1, &first, "1.00 KZT"), (2, &second, "2.00 KZT")] {
        let line = out.lines().nth(line).unwrap();
        assert!(line.starts_with(id), "{out}");
        assert_has(line, &[amount, WALLET, CUSTOMER]);
    }
    let more = format!("there are more: --after {first}\n");
    assert!(run("list --limit 1").good().ends_with(&more));
    for options in ["--key k2", &format!("--after {first}")] {
        let out = run(&format!("list {options}")).good();
        assert!(out.contains(&second) && !out.contains(&first), "{out}");
    }
    assert_eq!(
        run("list --customer nobody --project 1234").good(),
        "no payouts\n"
    );
    let error = run("list --state lost").bad();
    assert_has(&error, &["state: must be one of created, unknown"]);

    let show = format!("show {first}");
    assert_has(&run(&show).good(), &["reserved", "created", "1.00 KZT"]);
    let resolve = format!("resolve {first} --as declined --reason 'support says so'");
    let out = run(&resolve).good();
    let last = out.lines().last().unwrap();
    assert_has(
        last,
        &["declined", "release", "1.00 KZT", "support says so"],
    );
    assert_has(&run(&resolve).bad(), &["ended already"]);
    assert_eq!(run(&(show + " --json")).json()["state"], "declined");
    assert_has(&run("show x").bad(), &["there is no payout with this id"]);
}
