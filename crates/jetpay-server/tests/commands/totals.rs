//! `jetpay ledger totals` against sums that are added up here, row by row.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Value, json};

use crate::support::{Folder, assert_has};

const NAMES: [&str; 9] = [
    "credits",
    "manual_credits",
    "refunds",
    "refund_reverses",
    "reversals",
    "manual_changes",
    "corrections",
    "payouts_paid",
    "payouts_reversed",
];
/// The same as the database has them.
const STORED: [&str; 9] = [
    "credit",
    "settled_credit",
    "refund",
    "refund_reverse",
    "reversal",
    "manual_change",
    "correction",
    "paid",
    "reversed",
];
/// The project, method and currency of each payment and payout.
const OWNERS: [(u64, &str, &str); 4] = [
    (1234, "kaspi", "KZT"),
    (1234, "qiwi-kz", "KZT"),
    (5678, "kaspi", "KZT"),
    (5678, "kassa24", "USD"),
];

struct Row {
    place: usize,
    owner: usize,
    amount: i64,
    time: i64,
}

fn instant(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

/// Rows over the night in which Almaty's clocks changed. The times grow, but for steps back of up to a day.
fn rows() -> Vec<Row> {
    let mut state = 1_u64;
    let mut chance = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % below
    };
    let mut clock = instant("2024-02-20T00:00:00Z");
    let rows = (0..400).map(|_| {
        clock += i64::try_from(chance(6 * 3_600_000)).unwrap();
        let place = usize::try_from(chance(9)).unwrap();
        let amount = 1 + i64::try_from(chance(1_000_000)).unwrap();
        Row {
            place,
            owner: usize::try_from(chance(4)).unwrap(),
            amount: if matches!(place, 2 | 4 | 5 | 6) {
                -amount
            } else {
                amount
            },
            time: clock - i64::try_from(chance(24 * 3_600_000)).unwrap(),
        }
    });
    rows.collect()
}

/// A stopped service whose store has these rows.
async fn ledger(rows: &[Row]) -> Folder {
    let folder = Folder::new().serve().await.stop();
    let mut sql = String::from("BEGIN;");
    for (number, row) in rows.iter().enumerate() {
        let Row {
            place,
            owner,
            amount,
            time,
        } = row;
        let ((project, method, currency), what) = (OWNERS[*owner], STORED[*place]);
        if *place < 7 {
            write!(
                sql,
                "INSERT INTO payments (id, project_id, method, customer_id, amount, currency, state, created_at, changed_at)
                 VALUES ('p{number}', {project}, '{method}', '1', 1, '{currency}', 'pending', 0, 0);
                 INSERT INTO entries (payment_id, project_id, operation_id, kind, amount, time)
                 VALUES ('p{number}', {project}, {number}, '{what}', {amount}, {time});"
            )
            .unwrap();
        } else {
            write!(
                sql,
                "INSERT INTO payouts VALUES ('o{number}', {project}, '{method}', '1', {amount}, '{currency}', 'k{number}', '',
                     0, 0, '', NULL, NULL, 'paid', 0, 0, NULL, '', NULL, 0, NULL, NULL, 0, NULL, NULL, 0, 0, 0, 0, 0, 1);
                 INSERT INTO payout_steps (payment_id, project_id, what, amount, time)
                 VALUES ('o{number}', {project}, 'created', {amount}, {time}), ('o{number}', {project}, '{what}', {amount}, {time});"
            )
            .unwrap();
        }
    }
    folder.sql(&(sql + "COMMIT;"));
    folder
}

/// The day in Almaty: until the end of February 2024 at UTC+6, since then at UTC+5.
fn almaty(time: i64) -> String {
    let hours = if time < instant("2024-02-29T18:00:00Z") {
        6
    } else {
        5
    };
    let at = Timestamp::from_millisecond(time).unwrap();
    Offset::constant(hours).to_datetime(at).date().to_string()
}

fn utc(time: i64) -> String {
    let at = Timestamp::from_millisecond(time).unwrap();
    Offset::UTC.to_datetime(at).date().to_string()
}

/// The groups, added up row by row.
fn naive(rows: &[Row], by: &[&str], days: fn(i64) -> String, from: &str, to: &str) -> Vec<Value> {
    let mut groups: BTreeMap<Vec<String>, Value> = BTreeMap::new();
    for row in rows {
        let ((project, method, currency), day) = (OWNERS[row.owner], days(row.time));
        if *day < *from || *day >= *to {
            continue;
        }
        let project_text = project.to_string();
        let cell = |by: &&str| match *by {
            "day" => day.clone(),
            "method" => method.to_owned(),
            _ => project_text.clone(),
        };
        let mut key: Vec<String> = by.iter().map(cell).collect();
        key.push(currency.to_owned());
        let group = groups.entry(key).or_insert_with(|| {
            let mut group = json!({"currency": currency, "net": 0});
            for by in by {
                match *by {
                    "day" => group["day"] = json!(day),
                    "method" => group["method"] = json!(method),
                    _ => group["project_id"] = json!(project),
                }
            }
            for name in NAMES {
                group[name] = json!({"count": 0, "amount": 0});
            }
            group
        });
        let add = |value: &mut Value, more: i64| *value = json!(value.as_i64().unwrap() + more);
        let name = NAMES[row.place];
        add(&mut group[name]["count"], 1);
        add(&mut group[name]["amount"], row.amount);
        if row.place < 7 {
            add(&mut group["net"], row.amount);
        }
    }
    groups.into_values().collect()
}

#[actix_web::test]
async fn totals_of_any_grouping_are_the_sums_of_the_entries_on_the_days_of_the_zone() {
    let rows = rows();
    let folder = ledger(&rows).await;
    let days = [("UTC", utc as fn(i64) -> String), ("Asia/Almaty", almaty)];
    let mut seen = 0;
    for (zone, day) in days {
        for by in [
            "day",
            "method",
            "project",
            "project,day",
            "day,method,project",
        ] {
            for (from, to) in [
                ("2024-02-01", "2024-06-01"),
                ("2024-02-29", "2024-03-01"),
                ("2024-03-01", "2024-03-02"),
                ("2024-02-28", "2024-03-09"),
            ] {
                let line =
                    format!("ledger totals --by {by} --from {from} --to {to} --zone {zone} --json");
                let answer = folder.run(&line).json();
                let by: Vec<_> = by.split(',').collect();
                let expected = naive(&rows, &by, day, from, to);
                assert_eq!(answer["groups"], json!(expected), "{line}");
                assert_eq!(answer["zone"], zone);
                seen += expected.len();
            }
        }
    }
    assert!(seen > 500, "{seen}");
}

#[actix_web::test]
async fn table_and_csv_say_the_zone_the_currency_and_the_sums() {
    let row = |place, owner, amount, time: &str| Row {
        place,
        owner,
        amount,
        time: instant(time),
    };
    let folder = ledger(&[
        row(0, 0, 100_000, "2026-11-01T18:59:59Z"),
        row(0, 0, 50_001, "2026-11-01T19:00:00Z"),
        row(2, 0, -1_000, "2026-11-01T20:00:00Z"),
        row(0, 3, 7, "2026-11-02T03:00:00Z"),
        row(7, 1, 300, "2026-11-02T04:00:00Z"),
        row(0, 0, 9, "2026-11-02T19:00:00Z"),
    ])
    .await;
    let line = "ledger totals --from 2026-11-01 --to 2026-11-03 --zone Asia/Almaty";
    let table = folder.run(line).good();
    let lines: Vec<_> = table
        .lines()
        .map(|line| {
            line.split("  ")
                .filter(|it| !it.is_empty())
                .map(str::trim)
                .collect::<Vec<_>>()
        })
        .collect();
    let head = "from 2026-11-01 00:00 (+05:00) to 2026-11-03 00:00 (+05:00) in Asia/Almaty; the end is not included";
    assert_eq!(table.lines().next(), Some(head));
    assert_eq!(
        lines[1..],
        [
            vec![
                "day",
                "currency",
                "credits",
                "refunds",
                "net",
                "payouts_paid"
            ],
            vec!["2026-11-01", "KZT", "1 000.00 KZT (1)", "1 000.00 KZT"],
            vec![
                "2026-11-02",
                "KZT",
                "500.01 KZT (1)",
                "-10.00 KZT (1)",
                "490.01 KZT",
                "3.00 KZT (1)"
            ],
            vec!["2026-11-02", "USD", "0.07 USD (1)", "0.07 USD"],
            vec![
                "all",
                "KZT",
                "1 500.01 KZT (2)",
                "-10.00 KZT (1)",
                "1 490.01 KZT",
                "3.00 KZT (1)"
            ],
            vec!["all", "USD", "0.07 USD (1)", "0.07 USD"],
        ]
    );
    let csv = folder.run(&format!("{line} --csv --by project")).good();
    let amounts = NAMES.map(|name| format!("{name},{name}_amount")).join(",");
    assert_eq!(
        csv,
        format!(
            "project_id,currency,{amounts},net\n\
             1234,KZT,2,150001,0,0,1,-1000,0,0,0,0,0,0,0,0,1,300,0,0,149001\n\
             5678,USD,1,7,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,7\n"
        )
    );
    let empty = "ledger totals --from 2025-01-01 --to 2025-01-02";
    assert_has(
        &folder.run(empty).good(),
        &["2025-01-01 00:00 (+00:00)", "in UTC;", "no entries"],
    );
    assert_eq!(
        folder.run(&format!("{empty} --json")).json()["groups"],
        json!([])
    );
    for (options, part) in [
        (
            "--from 2026-11-01 --to 2026-11-01",
            "write the next day as --to",
        ),
        (
            "--from 2026-11-01 --to 2026-11-02 --zone Asia/Almata",
            "there is no such zone",
        ),
        (
            "--from 2026-11-01 --to 2026-11-02 --by day,day",
            "names day twice",
        ),
    ] {
        assert_has(
            &folder.run(&format!("ledger totals {options}")).bad(),
            &[part],
        );
    }
    let german = folder.run("ledger totals --from 01.12.2026 --to 2027-01-01");
    assert_has(&german.err, &["write a date as 2026-11-01"]);
    for options in [
        "--from yesterday --to 2026-11-01",
        "--from 2026-11-01 --to 2026-11-02 --by week",
    ] {
        assert_eq!(
            folder.run(&format!("ledger totals {options}")).code,
            Some(2)
        );
    }
}
