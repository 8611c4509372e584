//! What is understood of a report without a map.

use super::super::columns::{shown, understand};
use super::*;

#[test]
fn what_is_understood_of_a_report_and_its_map_are_as_their_snapshots_say() {
    let mut text = String::new();
    for report in fixtures::reports() {
        let (guess, samples) = understand(&report).unwrap();
        let name = report.file_name().unwrap().to_str().unwrap();
        text += &shown(name, &guess, &samples);
        text = text + "\n--- the map:\n" + &guess.written() + "\n";
    }
    insta::assert_snapshot!(text);
}

/// Reads a report by the map that is guessed from it, to which these words give the unit.
fn read_guessed(report: &str, from: &str, to: &str) -> Result<Rows, String> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("report.csv");
    fs::write(&path, report).unwrap();
    let (guess, _) = understand(&path).unwrap();
    let map = guess.written().replace(from, to);
    Ok(read_report(&map, report)?.0)
}

const REPORT: &str = "project_id;operation_id;payment_id;type;status;amount;currency;completed_at\n\
    1234;1;p;sale;success;1 500,00;KZT;25.11.2026 08:28\n";

#[test]
fn written_map_is_refused_until_it_has_the_unit_and_then_reads_the_report() {
    let error = read_guessed(REPORT, "", "").unwrap_err();
    assert!(
        error.contains("map.toml: amount_unit is missing"),
        "{error}"
    );
    let rows = read_guessed(
        REPORT,
        "#amount_unit = \"major\"",
        "amount_unit = \"major\"",
    )
    .unwrap();
    let rows: Vec<_> = rows.iter().map(shown_row).collect();
    assert_eq!(
        rows,
        ["2: 1234 1 `p` sale success 150000 KZT at 2026-11-25T08:28:00Z"]
    );
}

#[test]
fn written_map_is_refused_until_each_word_has_its_meaning() {
    let report = REPORT.replace("sale", "Оплата");
    let unit = "#amount_unit = \"major\"";
    let error = read_guessed(&report, unit, &unit[1..]).unwrap_err();
    assert!(
        error.contains("types: the platform has no word \"\"; write one of sale, payout"),
        "{error}"
    );
}

#[test]
fn form_of_times_that_can_be_read_in_two_ways_is_not_guessed() {
    for (times, form) in [
        (["03/04/2026 08:28:47", "05/06/2026 08:28:47"], None),
        (
            ["03/04/2026 08:28:47", "25/06/2026 08:28:47"],
            Some("%d/%m/%Y %H:%M:%S"),
        ),
        (
            ["03/04/2026 08:28:47", "05/26/2026 08:28:47"],
            Some("%m/%d/%Y %H:%M:%S"),
        ),
        (["2026-04-03 08:28:47", "2026-04-03T08:28:47Z"], Some("")),
        (["3 April", "4 April"], None),
    ] {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("report.csv");
        fs::write(
            &path,
            format!(
                "operation_id,completed_at\n1,{}\n2,{}\n",
                times[0], times[1]
            ),
        )
        .unwrap();
        let (guess, _) = understand(&path).unwrap();
        let is_missing = guess.missing().iter().any(|it| it.starts_with("dates:"));
        assert_eq!(is_missing, form.is_none(), "{times:?}");
        let dates: Vec<_> = form.into_iter().filter(|it| !it.is_empty()).collect();
        assert_eq!(guess.map.dates, dates, "{times:?}");
    }
}

#[test]
fn file_without_names_of_columns_is_refused_without_its_cells() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("report.csv");
    fs::write(&path, "1234,2802000001,Anna,sale\n").unwrap();
    let error = format!("{:#}", understand(&path).err().unwrap());
    assert!(
        error.ends_with(
            "report.csv: none of the first 50 lines has the names of two or more columns"
        ),
        "{error}"
    );
}
