use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use jetpay_ledger::DifferenceState;
use jetpay_reconcile::Report;
use serde_json::{Value, json};

use super::*;

/// What another party could write into a payment's id or a file's name.
const HOSTILE: &str = "=1+1<script>alert('a')</script>&\"\u{1b}[2J\u{202e}";

fn zone() -> Zone {
    Zone::named("Asia/Almaty").unwrap()
}

fn run(report: Value) -> RunView {
    let report: Report = serde_json::from_value(report).unwrap();
    report.into()
}

/// November 2026 in Almaty, with a result of several kinds.
fn november() -> Value {
    let lost = json!({
        "id": "1234-2802000002-not_credited", "kind": "not_credited", "project_id": 1234, "operation_id": "2802000002",
        "payment_id": "p-2", "theirs": "90000 KZT", "why": "the payment is pending: the callback was lost",
        "amount": {"amount": 90_000, "currency": "KZT"}, "time": 1_793_800_000, "source": 0, "line": 3,
    });
    let differs = json!({
        "id": "1234-7-amount_differs", "kind": "amount_differs", "project_id": 1234, "operation_id": "7", "payment_id": HOSTILE,
        "field": "amount", "ours": "100000 KZT", "theirs": "100001 KZT", "amount": {"amount": 100_001, "currency": "KZT"},
        "time": 1_793_900_000, "source": 1, "line": 2,
    });
    let unreadable = json!({
        "id": "unreadable-1", "kind": "unreadable", "field": "amount", "why": HOSTILE, "source": 1, "line": 9,
    });
    let fresh = json!({
        "id": "1234-8-too_fresh", "kind": "too_fresh", "project_id": 1234, "operation_id": "8", "payment_id": "5 KZT",
        "field": "payment_id", "theirs": "5 KZT", "time": 1_796_000_000,
    });
    json!({
        "from": 1_793_473_200, "to": 1_796_065_200, "ledger_seq": 12,
        "sources": [
            {"name": "november.csv", "sha256": "ab".repeat(32), "rows": 1200},
            {"name": HOSTILE, "sha256": "cd".repeat(32), "rows": 8},
        ],
        "counts": {"matched": 1200, "not_credited": 1, "amount_differs": 1, "unreadable": 1, "too_fresh": 1},
        "sums": [
            {"project_id": 1234, "currency": "KZT", "type": "sale", "ours": 120_100_000, "theirs": 120_190_001, "explained": 90_001},
            {"project_id": 1234, "currency": "KZT", "type": "payout", "ours": 9_300_000_000_000_000_000_u64,
             "theirs": 9_300_000_000_000_000_000_u64, "explained": 0},
        ],
        "results": [lost, differs, unreadable, fresh],
    })
}

#[test]
fn text_says_the_zone_the_sums_and_for_each_kind_what_to_do_and_cannot_control_the_terminal() {
    let text = text::render(&run(november()), &zone());
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn text_lists_the_first_results_of_a_kind_and_counts_the_others() {
    let mut report = november();
    let lost = report["results"][0].clone();
    report["results"] = vec![lost; 60].into();
    let text = text::render(&run(report), &Zone::utc());
    assert_eq!(text.matches("2802000002-not_credited").count(), 50);
    assert!(text.contains("and 10 more: "), "{text}");
    assert!(!text.contains("\nin UTC"), "the zone is UTC: {text}");
}

#[test]
fn result_without_an_operation_offers_no_verdict_and_payouts_have_commands_of_their_own() {
    let mut unreadable = november();
    unreadable["results"] = vec![unreadable["results"][2].clone()].into();
    let text = |report: Value| text::render(&run(report), &zone());
    assert!(!text(unreadable).contains("reconcile resolve"));
    let both = text(november());
    let mut payouts = november();
    payouts["sums"].as_array_mut().unwrap().remove(0);
    let payouts = text(payouts);
    let show = "jetpay payouts show PAYMENT_ID  # for a payout";
    assert!(both.contains(show) && both.contains("payments confirm"));
    assert!(payouts.contains(show), "{payouts}");
    for wrong in ["payments confirm", "payments show", "entries correct"] {
        assert!(!payouts.contains(wrong), "{payouts}");
    }
}

/// Accepts the first results.
fn decide(run: &mut RunView, count: usize) {
    for result in &mut run.results.as_mut().unwrap()[..count] {
        result.state = Some(DifferenceState::Accepted);
    }
}

#[test]
fn verdict_counts_the_differences_that_are_open_and_says_when_the_sums_do_not_add_up() {
    let verdict = |change: fn(&mut RunView)| {
        let mut run = run(november());
        change(&mut run);
        cells::verdict(&run)
    };
    let agreed = "Nothing is to be done: the ledger agrees with the platform's books.";
    for (change, expected) in [
        (
            (|_| {}) as fn(&mut RunView),
            "3 differences are to be looked at.",
        ),
        (|run| decide(run, 2), "One difference is to be looked at."),
        (
            |run| decide(run, 3),
            "Nothing is to be done: people have decided about every difference.",
        ),
        (
            |run| {
                run.counts = [("matched".to_owned(), 7)].into();
                run.results = None;
            },
            agreed,
        ),
        (
            |run| {
                run.counts = [("outside".to_owned(), 7)].into();
                run.results = None;
            },
            "Nothing was compared: neither the ledger nor the platform's books have an operation in the interval.",
        ),
        (
            |run| run.next = Some(4),
            "3 differences are to be looked at.",
        ),
        (
            |run| run.sums[0].explained -= 1,
            "The sums do not add up: do not rely on this report.",
        ),
    ] {
        assert_eq!(verdict(change), expected);
    }
}

#[test]
fn html_is_one_page_that_runs_nothing_and_shows_every_text_as_text() {
    let page = String::from_utf8(html::render(&run(november()), &zone())).unwrap();
    // Whatever a text says, it makes no tag: the tags of a page are those of this program.
    let ours = [
        "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "dl", "dt",
        "dd", "div", "table", "thead", "tbody", "tr", "th", "td", "code",
    ];
    for tag in page.split('<').skip(1) {
        let name = tag.trim_start_matches('/');
        let name = name.split([' ', '>']).next().unwrap();
        assert!(ours.contains(&name), "<{tag}");
    }
    for part in [
        "=1+1&lt;script&gt;alert(&#39;a&#39;)&lt;/script&gt;&amp;&quot;\\u{1b}[2J\\u{202e}",
        "default-src &#39;none&#39;",
        "2026-11-01 00:00:00 to 2026-12-01 00:00:00 (Asia/Almaty)",
        "2026-10-31 19:00:00 to 2026-11-30 19:00:00",
        "<td>1 000.01 KZT</td>",
        "<code>jetpay payments confirm PAYMENT_ID --reason TEXT</code>",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    for part in [
        "<script",
        "http-equiv=\"refresh\"",
        "src=",
        "href=",
        "\u{1b}",
    ] {
        assert!(!page.contains(part), "{part}");
    }
}

#[test]
fn csv_has_a_row_for_each_result_and_no_formula() {
    let file = csv_file::render(&run(november()), &zone()).unwrap();
    let text = String::from_utf8(file.clone()).unwrap();
    assert_eq!(text.matches("\r\n").count(), 5, "{text}");
    let mut read = csv::Reader::from_reader(&*file);
    let headers = read.headers().unwrap().clone();
    let rows: Vec<_> = read.records().map(Result::unwrap).collect();
    let cell = |row: usize, name: &str| {
        let at = headers.iter().position(|header| header == name).unwrap();
        rows[row][at].to_owned()
    };
    assert_eq!(cell(0, "operation_id"), "2802000002");
    assert_eq!(
        (&*cell(0, "amount"), &*cell(0, "currency")),
        ("90000", "KZT")
    );
    assert_eq!(cell(0, "time"), "2026-11-04 13:46:40");
    assert_eq!(cell(0, "local_time"), "2026-11-04 18:46:40");
    assert_eq!(
        (&*cell(0, "source"), &*cell(0, "line")),
        ("november.csv", "3")
    );
    let neutral = "'=1+1<script>alert('a')</script>&\"\\u{1b}[2J\\u{202e}";
    for (row, name) in [(1, "payment_id"), (1, "source"), (2, "why")] {
        assert_eq!(cell(row, name), neutral);
    }
}

#[test]
fn json_is_read_back_as_it_was_printed() {
    let mut run = run(november());
    run.run = Some(7);
    let printed = serde_json::to_value(&run).unwrap();
    assert_eq!(printed["from"], "2026-10-31T19:00:00.000Z");
    assert_eq!(printed["results"][0]["time"], "2026-11-04T13:46:40.000Z");
    assert_eq!(printed["results"][0]["operation_id"], "2802000002");
    let read: RunView = serde_json::from_value(printed.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), printed);
}

#[test]
fn report_goes_into_a_new_file_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = ["a.html", "b.csv"]
        .map(|name| folder.path().join(name))
        .into();
    for file in ReportFile::all(&paths).unwrap() {
        file.write(&run(november()), &zone()).unwrap();
    }
    for path in &paths {
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    std::os::unix::fs::symlink("nowhere", folder.path().join("link.csv")).unwrap();
    let twice = ["c.csv", "./c.csv"].map(|name| folder.path().join(name));
    let error = ReportFile::all(&twice).err().unwrap();
    assert!(error.to_string().contains("given twice"), "{error}");
    let late = [folder.path().join("late.csv")];
    let files = ReportFile::all(&late).unwrap();
    fs::write(&late[0], "mine").unwrap();
    for file in files {
        let error = file.write(&run(november()), &zone()).unwrap_err();
        let error = format!("{error:#}");
        assert_eq!(error.matches("File exists").count(), 1, "{error}");
    }
    fs::remove_file(&late[0]).unwrap();
    for (name, expected) in [
        ("a.html", "the file exists"),
        ("a.txt", "ends in .html or .csv"),
        ("none/a.csv", "cannot write"),
        ("link.csv", "the file exists"),
    ] {
        let path = [folder.path().join(name)];
        let Err(error) = ReportFile::all(&path) else {
            panic!("{name} is taken");
        };
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        3,
        "nothing else is left"
    );
}
