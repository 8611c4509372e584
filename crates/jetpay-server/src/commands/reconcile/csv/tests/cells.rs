//! What a cell says, and what is wrong with it.

use super::*;

/// A row of one operation in which the fields of these columns have other values. Line 2.
fn row(changes: &[(&str, &str)]) -> String {
    let good = [
        ("project", "1234"),
        ("operation", "2802000001"),
        ("payment", "payment_1"),
        ("type", "sale"),
        ("status", "success"),
        ("amount", "150000"),
        ("currency", "KZT"),
        ("completed", "2026-11-01 08:28:47"),
        ("created", ""),
    ];
    let cells = good.map(|(name, value)| {
        let change = changes.iter().find(|(it, _)| *it == name);
        let value = change.map_or(value, |(_, value)| value);
        format!("\"{}\"", value.replace('"', "\"\""))
    });
    cells.join(",")
}

/// Reads the row with these changes below a good one of another operation.
fn read_row(top: &str, changes: &[(&str, &str)]) -> Result<ReportedOperation, Unreadable> {
    let first = row(&[("operation", "1"), ("amount", "1")]);
    let dates = if top.contains("dates") {
        "01.11.2026 08:28:47"
    } else {
        "2026-11-01 08:28:47"
    };
    let first = first.replace("2026-11-01 08:28:47", dates);
    let report = format!("{HEADER}\n{first}\n{}\n", row(changes));
    let (rows, _) = read_report(&map(top), report).unwrap();
    assert!(rows[0].1.is_ok(), "{:?}", rows[0]);
    rows[1].1.clone()
}

#[test]
fn amount_is_read_to_the_minor_unit_in_every_writing() {
    for (unit, decimal, currency, text, minor) in [
        ("minor", "", "KZT", "150000", 150_000),
        ("minor", "", "KZT", "1 500 000", 1_500_000),
        ("minor", "", "XXX", "7", 7),
        ("minor", "", "KZT", "9223372036854775807", i64::MAX),
        ("major", "", "KZT", "1500", 150_000),
        ("major", "", "KZT", "1500.5", 150_050),
        ("major", "", "KZT", "0.01", 1),
        ("major", "", "KZT", "1500,05", 150_005),
        ("major", ",", "KZT", "1 500,05", 150_005),
        ("major", ",", "KZT", "1\u{a0}500\u{a0}000,05", 150_000_005),
        ("major", ".", "KZT", "1\u{202f}500.05", 150_005),
        ("major", ".", "KZT", "1'500'000.05", 150_000_005),
        ("major", "", "JPY", "1500", 1500),
        ("major", "", "KWD", "1500.005", 1_500_005),
        ("major", "", "KZT", "92233720368547758.07", i64::MAX),
    ] {
        let decimal = if decimal.is_empty() {
            String::new()
        } else {
            format!("decimal = {decimal:?}\n")
        };
        let top = format!("amount_unit = {unit:?}\n{decimal}");
        let read = read_row(&top, &[("amount", text), ("currency", currency)]);
        let amount = read.map(|it| (it.amount.minor(), it.amount.currency().code().to_owned()));
        assert_eq!(
            amount,
            Ok((minor, currency.to_owned())),
            "{unit} {decimal} {text}"
        );
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn cell_that_is_not_exact_makes_the_row_unreadable_by_column_and_reason() {
    let (minor, major) = ("amount_unit = \"minor\"", "amount_unit = \"major\"");
    let comma = "amount_unit = \"major\"\ndecimal = \",\"";
    let dotted = "amount_unit = \"minor\"\ndates = [\"%d.%m.%Y %H:%M:%S\", \"%d.%m.%Y\"]";
    let almaty = "amount_unit = \"minor\"\nzone = \"Asia/Almaty\"";
    for (top, column, text, part) in [
        (
            major,
            "amount",
            "10.005",
            "more digits behind its `.` than KZT has, which are 2",
        ),
        (major, "amount", "10.000", "more digits"),
        (comma, "amount", "1 500,005", "more digits behind its `,`"),
        (
            comma,
            "amount",
            "1500.05",
            "has `.`, but the map says decimal = \",\"",
        ),
        (comma, "amount", "1.500,05", "has `.`, but the map says"),
        (major, "amount", "1,500.05", "has both `.` and `,`"),
        (
            minor,
            "amount",
            "1500.00",
            "has a fraction, but the map says amount_unit = \"minor\"",
        ),
        (minor, "amount", "-150000", "is negative"),
        (minor, "amount", "\u{2212}150000", "is negative"),
        (minor, "amount", "(150000)", "is negative"),
        (
            minor,
            "amount",
            "1 50000",
            "thousands parted in an odd way: it looks like `0 00000`",
        ),
        (minor, "amount", "1.5E+7", "a spreadsheet rounded"),
        (minor, "amount", "=SUM(A1)", "is no amount"),
        (
            minor,
            "amount",
            "150000 KZT",
            "is no amount: it looks like `000000 aaa`",
        ),
        (major, "amount", "150000 minor", "is no amount"),
        (minor, "amount", "007", "is no amount"),
        (
            minor,
            "amount",
            "9223372036854775808",
            "larger than any amount",
        ),
        (major, "amount", "", "is empty"),
        (minor, "currency", "kzt", "three upper-case letters"),
        (minor, "currency", "null", "is empty"),
        (minor, "operation", "3.6425E+13", "a spreadsheet rounded"),
        (minor, "operation", "2802000001.0", "digits alone"),
        (minor, "operation", "'2802000001", "begins with `'`"),
        (
            minor,
            "operation",
            "null",
            "is empty: a settlement or a total is no operation",
        ),
        (minor, "operation", "18446744073709551616", "digits alone"),
        (minor, "project", "QA", "number of a project"),
        (minor, "payment", "=\"47\"", "is a formula"),
        (minor, "payment", "=A1", "is a formula"),
        (minor, "payment", "pay\u{200b}1", "U+200B"),
        (minor, "payment", "a\nb", "has a line end"),
        (minor, "payment", "NULL", "is empty"),
        (
            minor,
            "type",
            "Оплата",
            "has `Оплата`, which is no word of the platform: say below [types]",
        ),
        (
            minor,
            "status",
            "Успешно",
            "has `Успешно`, which is no word of the platform: say below [statuses]",
        ),
        (
            minor,
            "completed",
            "01.11.2026 08:28",
            "it looks like `00.00.0000 00:00`",
        ),
        (minor, "completed", "2026-11-01", "is no time such as"),
        (minor, "completed", "46327.35", "it looks like `00000.00`"),
        (minor, "created", "yesterday", "is no time such as"),
        (
            dotted,
            "completed",
            "31.02.2026 08:28:47",
            "is in none of the forms %d.%m.%Y %H:%M:%S, %d.%m.%Y",
        ),
        (dotted, "completed", "01.11.26", "is before the year 2000"),
        (
            almaty,
            "completed",
            "2024-02-29 23:30:00",
            "that Asia/Almaty has twice",
        ),
    ] {
        // The time of creation counts where that of the end is empty.
        let mut changes = vec![(column, text)];
        if column == "created" {
            changes.push(("completed", ""));
        }
        let bad = read_row(top, &changes).expect_err(text);
        assert_eq!(bad.column, column, "{text}: {bad:?}");
        assert!(bad.why.contains(part), "{text}: {bad:?}");
    }
}

#[test]
fn unlisted_currency_is_read_in_minor_units_only() {
    let bad = read_row("amount_unit = \"major\"", &[("currency", "XXX")]).unwrap_err();
    assert!(bad.why.contains("read in minor units only"), "{bad:?}");
}

#[test]
fn all_errors_of_a_row_are_in_its_one_reason() {
    let changes = [("operation", ""), ("type", "Оплата"), ("amount", "-5")];
    let bad = read_row("amount_unit = \"minor\"", &changes).unwrap_err();
    assert_eq!(bad.column, "operation");
    for part in [
        "is empty: a settlement",
        "; `type` has `Оплата`",
        "; `amount` is negative",
    ] {
        assert!(bad.why.contains(part), "{bad:?}");
    }
}

#[test]
fn first_sign_before_a_fraction_counts_for_the_whole_report_when_the_map_has_none() {
    let amounts = ["5", "1,50", "1.50", "2,50", "7"].map(|it| row(&[("amount", it)]));
    let report = format!("{HEADER}\n{}\n", amounts.join("\n"));
    let (rows, _) = read_report(&map("amount_unit = \"major\""), report).unwrap();
    let bad: Vec<_> = rows
        .iter()
        .filter(|(_, row)| row.is_err())
        .map(shown_row)
        .collect();
    assert_eq!(
        bad,
        ["4: unreadable `amount` has `.`, but the amount in line 3 has `,`"]
    );
}

#[test]
fn time_is_read_in_its_own_zone_or_in_that_of_the_map() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap().as_second();
    let utc = "amount_unit = \"minor\"";
    let almaty = "amount_unit = \"minor\"\nzone = \"Asia/Almaty\"";
    let forms = "amount_unit = \"minor\"\nzone = \"Asia/Almaty\"\ndates = [\"%d.%m.%Y %H:%M:%S\", \"%d.%m.%Y\", \"%d.%m.%Y %H:%M %z\"]";
    for (top, text, expected) in [
        (utc, "2026-11-01 08:28:47", "2026-11-01T08:28:47Z"),
        (utc, "2026-11-01T08:28:47+00:00", "2026-11-01T08:28:47Z"),
        (utc, "2026-11-01T08:28:47+0500", "2026-11-01T03:28:47Z"),
        (utc, "2026-11-01T08:28:47.999Z", "2026-11-01T08:28:47Z"),
        (almaty, "2026-11-01 08:28:47", "2026-11-01T03:28:47Z"),
        // Until 2024-03-01 it was UTC+6.
        (almaty, "2024-02-29 08:28:47", "2024-02-29T02:28:47Z"),
        (almaty, "2026-11-01T08:28:47Z", "2026-11-01T08:28:47Z"),
        (forms, "1.11.2026 8:28:47", "2026-11-01T03:28:47Z"),
        (forms, "01.11.2026", "2026-10-31T19:00:00Z"),
        (forms, "01.11.2026 08:28 +0000", "2026-11-01T08:28:00Z"),
    ] {
        let read = read_row(top, &[("completed", text)]).unwrap();
        assert_eq!(read.time, Some(at(expected)), "{text}");
    }
    let both = [("completed", ""), ("created", "2026-11-01 07:00:00")];
    assert_eq!(
        read_row(utc, &both).unwrap().time,
        Some(at("2026-11-01T07:00:00Z"))
    );
    assert_eq!(read_row(utc, &[("completed", "null")]).unwrap().time, None);
}

#[test]
fn word_that_the_map_gives_to_itself_is_taken_as_it_is() {
    let words = map("amount_unit = \"minor\"")
        + "[types]\n\"new type\" = \"new type\"\n\"Оплата\" = \"sale\"\n";
    let report = format!(
        "{HEADER}\n{}\n{}\n",
        row(&[("type", "new type")]),
        row(&[("type", "Оплата")])
    );
    let (rows, _) = read_report(&words, report).unwrap();
    let kinds = rows
        .iter()
        .map(|(_, row)| row.as_ref().unwrap().kind.to_string());
    assert_eq!(kinds.collect::<Vec<_>>(), ["new type", "sale"]);
}
