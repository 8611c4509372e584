//! `jetpay reconcile columns`.

use std::fs;

use super::support::{Folder, assert_has};

const REPORT: &str = "ID;Payment ID;Type;Status;Amount;Currency;Completed at\n2802000001;payment_1;Sale;Success;1 500,00;KZT;2026-11-01 08:28:47\n";

#[test]
fn map_is_written_once_and_names_no_unit() {
    let folder = Folder::new();
    folder.write("report.csv", REPORT);
    let shown = folder
        .run("reconcile columns report.csv --write map.toml")
        .good();
    assert_has(
        &shown,
        &[
            "report.csv: utf-8, separated by `;`; line 1 has the names",
            "1 500.00 KZT",
            "2026-11-01T08:28:47Z",
            "amount_unit: \"minor\" if",
            "project_id: the column's name, or { value = 1234 }",
            "The map is in map.toml",
        ],
    );
    let map = fs::read_to_string(folder.path("map.toml")).unwrap();
    assert_has(
        &map,
        &[
            "#amount_unit = \"major\"",
            "operation_id = \"ID\"",
            "#project_id",
        ],
    );
    assert!(
        map.lines().all(|line| !line.starts_with("amount_unit")),
        "{map}"
    );
    let error = folder
        .run("reconcile columns report.csv --write map.toml")
        .bad();
    assert_has(
        &error,
        &["cannot write the map map.toml, which must be a new file"],
    );
    assert_eq!(fs::read_to_string(folder.path("map.toml")).unwrap(), map);
}

#[test]
fn report_from_standard_input_is_understood() {
    let shown = Folder::new().piped("reconcile columns -", REPORT).good();
    assert_has(&shown, &["standard input: utf-8, separated by `;`"]);
}

#[test]
fn what_a_report_says_cannot_control_the_terminal() {
    let folder = Folder::new();
    let evil = "\u{1b}[2J\u{202e}";
    let names = format!("ID;{evil};Type;Status;Amount;Currency;Completed at");
    for (name, value) in [
        ("payment_1", "p"),
        ("Sale", "t"),
        ("1 500,00", "a"),
        ("2026-11-01 08:28:47", "d"),
    ] {
        let row = REPORT.replace(name, &format!("{value}{evil}"));
        folder.write(
            "report.csv",
            row.replace(
                "ID;Payment ID;Type;Status;Amount;Currency;Completed at",
                &names,
            ),
        );
        let all = folder.run("reconcile columns report.csv").all();
        assert!(!all.contains(['\u{1b}', '\u{202e}']), "{all:?}");
        assert_has(&all, &["u{1b}"]);
    }
}
