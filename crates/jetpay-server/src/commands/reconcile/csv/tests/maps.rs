//! Maps and headers that do not fit.

use super::*;

const ROW: &str = "1234,1,p,sale,success,1,KZT,,";

#[test]
fn every_mistake_in_a_map_is_named_by_line_with_what_to_write() {
    let all = "amount_unti = \"minor\"\namount_unit = \"cents\"\ndecimal = \";\"\ndelimiter = \"\"\nencoding = \"cp1251\"\n\
        zone = \"Asia/Almata\"\ndates = [\"DD.MM.YYYY\", \"%d.%m %H:%M\", \"%d.%m.%Y %J\", 5]\n\
        [columns]\nproject_id = { value = \"QA\" }\noperation_id = { value = 1 }\npayment_id = []\noperation_typ = \"Type\"\n\
        amount = 5\ncurrency = { valu = \"KZT\" }\noperation_status = { value = \"succes\" }\n\
        [types]\n\"Оплата\" = \"sales\"\n\"Возврат\" = \"\"\n[statuses]\n\"OK\" = 1\n";
    insta::assert_snapshot!(error_of(all, ""));
    for (map, part) in [
        (
            "[columns]\n",
            "map.toml: amount_unit is missing: write \"minor\" if the report says 150000",
        ),
        (
            "amount_unit = \"minor\"\n",
            "map.toml: operation_id is missing: write operation_id = \"the column's name\" below [columns]",
        ),
        ("amount_unit = minor\n", "map.toml:1: "),
        (
            "amount_unit = \"minor\"\ncolumns = 1",
            "map.toml:2: columns: write [columns]",
        ),
    ] {
        let error = error_of(map, "");
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn header_or_report_that_does_not_fit_is_refused_with_the_columns_that_were_read() {
    let map = map("amount_unit = \"minor\"");
    let without = HEADER
        .replace("amount", "sum")
        .replace("currency", "payment");
    let preamble = "x\n".repeat(50);
    let russian = encoding_rs::WINDOWS_1251
        .encode("проект;операция\n")
        .0
        .into_owned();
    let cases: [(&str, Vec<u8>); 10] = [
        (
            "columns are missing or twice",
            format!("{without}\n{ROW}\n").into(),
        ),
        (
            "another separator than the map's",
            format!("{HEADER}\n{ROW}\n").replace(',', "\t").into(),
        ),
        ("names of no column", b"a,b\n1,2\n".to_vec()),
        (
            "header behind too many lines",
            format!("{preamble}{HEADER}\n{ROW}\n").into(),
        ),
        ("no row", format!("{HEADER}\n\n").into()),
        (
            "no row that can be read",
            format!("{HEADER}\n{ROW}\n").replace("sale", "Kauf").into(),
        ),
        (
            "no row of a configured project",
            format!("{HEADER}\n{ROW}\n").replace("1234", "99").into(),
        ),
        ("windows-1251", russian),
        ("JSON", b"{\"operations\":[]}".to_vec()),
        ("a workbook", b"PK\x03\x04".to_vec()),
    ];
    let mut text = String::new();
    for (name, report) in cases {
        let map = if name.starts_with("another") {
            map.replacen('\n', "\ndelimiter = \";\"\n", 1)
        } else {
            map.clone()
        };
        text = text + name + ": " + &error_of(&map, report) + "\n";
    }
    insta::assert_snapshot!(text);
}

#[test]
fn project_of_the_map_must_be_a_configured_one() {
    let map = map("amount_unit = \"minor\"").replace("\"project\"", "{ value = 99 }");
    let error = error_of(&map, format!("{HEADER}\n{ROW}\n"));
    assert_eq!(
        error,
        "map.toml: project_id: the configuration does not have project 99"
    );
}

#[test]
fn mark_of_utf_8_contradicts_windows_1251() {
    let map = map("amount_unit = \"minor\"\nencoding = \"windows-1251\"");
    let error = error_of(&map, format!("\u{feff}{HEADER}\n{ROW}\n"));
    assert!(error.contains("write encoding = \"utf-8\""), "{error}");
}

#[test]
fn first_name_of_a_list_that_the_report_has_is_the_column() {
    let map =
        map("amount_unit = \"minor\"").replace("\"amount\"", "[\"sum\", \"amount\", \"currency\"]");
    let (rows, _) = read_report(&map, format!("{HEADER}\n{ROW}\n")).unwrap();
    assert_eq!(rows[0].1.as_ref().unwrap().amount.minor(), 1);
}

#[test]
fn separator_is_that_of_the_map_else_of_its_own_line_else_the_one_that_fits() {
    let report = format!("{HEADER}\n{ROW}\n");
    let with = |separator: &str| report.replace(',', separator);
    let told = map("amount_unit = \"minor\"\ndelimiter = \"\\t\"");
    let auto = map("amount_unit = \"minor\"");
    for (map, report) in [
        (&auto, report.clone()),
        (&auto, with(";")),
        (&auto, with("|")),
        (&auto, with("\t")),
        // None of these would be tried.
        (&auto, "sep=^\n".to_owned() + &with("^")),
        (&told, "sep=;\n".to_owned() + &with("\t")),
    ] {
        let (rows, _) = read_report(map, &report).unwrap();
        assert!(rows[0].1.is_ok(), "{report:?} {rows:?}");
    }
}
