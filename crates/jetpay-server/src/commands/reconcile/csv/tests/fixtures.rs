//! The reports in `fixtures/reports`, each with the map of the same name.

use std::path::PathBuf;

use super::*;

/// The reports, in the order of their names.
pub(super) fn reports() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/reports");
    let paths = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let is_report = |path: &PathBuf| path.extension().is_some_and(|it| it == "csv");
    let mut reports: Vec<_> = paths.filter(is_report).collect();
    reports.sort();
    reports
}

#[test]
fn each_report_is_read_as_its_snapshot_says() {
    let mut text = String::new();
    for report in reports() {
        let map = configured(&report.with_extension("toml"), &projects()).unwrap();
        let mut lines = Vec::new();
        let mut bytes = 0;
        let done = read_file(
            &report,
            &map,
            &projects(),
            &mut |it| bytes = it,
            &mut |line, row| {
                lines.push(shown_row(&(line, row.clone())));
            },
        );
        let done = done.unwrap();
        assert_eq!(done.rows, lines.len() as u64);
        assert_eq!(bytes, fs::metadata(&report).unwrap().len());
        let name = report.file_stem().unwrap().to_str().unwrap();
        text = text + name + ":\n" + &lines.join("\n") + "\n\n";
    }
    insta::assert_snapshot!(text);
}

#[test]
fn identity_of_a_report_is_the_hash_of_its_bytes() {
    let (_, done) = read_report(
        &map("amount_unit = \"minor\""),
        format!("\u{feff}{HEADER}\n1234,1,p,sale,success,1,KZT,,\n"),
    )
    .unwrap();
    // As `sha256sum` prints it.
    assert_eq!(
        done.sha256,
        "a1d6ffff5e4a66baca473cf12aefcaee3d56d531781be516b56cf431713e3444"
    );
    assert_eq!((done.rows, done.bytes), (1, 105));
}
