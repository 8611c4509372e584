//! Operations by chance in dialects by chance, and bytes by chance.

use std::fmt::Write;

use jetpay_core::Money;
use jetpay_core::id::OperationId;
use jetpay_core::status::{OperationStatus, OperationType};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;

/// How a report is written.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
struct Dialect {
    delimiter: char,
    is_1251: bool,
    bom: bool,
    end: &'static str,
    is_major: bool,
    decimal: char,
    thousands: &'static str,
    zone: &'static str,
    dates: Option<&'static str>,
    preamble: usize,
    /// Whether the map says delimiter and decimal sign.
    is_told: bool,
    order: Vec<usize>,
}

prop_compose! {
    fn dialect()(
        delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
        (is_1251, bom, is_major, is_told) in any::<(bool, bool, bool, bool)>(),
        end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        decimal in prop::sample::select(vec!['.', ',']),
        thousands in prop::sample::select(vec!["", " ", "\u{a0}", "'"]),
        zone in prop::sample::select(vec!["UTC", "Asia/Almaty", "America/New_York"]),
        dates in prop::sample::select(vec![None, Some("%d.%m.%Y %H:%M:%S"), Some("%m/%d/%y %I:%M:%S %p"), Some("%s")]),
        preamble in 0..4_usize,
        order in Just((0..9).collect::<Vec<usize>>()).prop_shuffle(),
    ) -> Dialect {
        let bom = bom && !is_1251;
        Dialect { delimiter, is_1251, bom, end, is_major, decimal, thousands, zone, dates, preamble, is_told, order }
    }
}

prop_compose! {
    fn operation()(
        project in prop::sample::select(vec![1234_u64, 5678]),
        id: u64,
        payment in "[a-zA-Zа-я0-9\",;|_-][a-zA-Zа-я \",;|\n№_-]{0,11}[a-zа-я]",
        kind in prop::sample::select(OperationType::KNOWN),
        status in prop::sample::select(OperationStatus::KNOWN),
        minor in prop_oneof![0..1_000_000_i64, 0..i64::MAX],
        currency in prop::sample::select(vec!["KZT", "JPY", "KWD", "MGA"]),
        // Before 2024 Almaty has no hour twice in these years; New York does.
        time in prop::option::of(1_577_836_800..1_900_000_000_i64),
    ) -> ReportedOperation {
        let amount = Money::new(minor, Currency::parse(currency).unwrap());
        ReportedOperation::new(ProjectId::new(project), OperationId::new(id), &payment, kind, status, amount).at(time)
    }
}

impl Dialect {
    fn map(&self) -> String {
        let unit = if self.is_major { "major" } else { "minor" };
        let mut top = format!("amount_unit = {unit:?}\nzone = {:?}\n", self.zone);
        if self.is_1251 {
            top += "encoding = \"windows-1251\"\n";
        }
        if self.is_told {
            let delimiter = self.delimiter.to_string();
            let _ = writeln!(
                top,
                "delimiter = {delimiter:?}
decimal = \"{}\"",
                self.decimal
            );
        }
        if let Some(form) = self.dates {
            let _ = writeln!(top, "dates = [{form:?}]");
        }
        map(&top)
    }

    fn time(&self, time: Option<i64>) -> String {
        let Some(time) = time else {
            return String::new();
        };
        let zone = if self.zone == "UTC" {
            TimeZone::UTC
        } else {
            TimeZone::get(self.zone).unwrap()
        };
        let time = Timestamp::from_second(time).unwrap().to_zoned(zone);
        time.strftime(self.dates.unwrap_or("%Y-%m-%d %H:%M:%S"))
            .to_string()
    }

    /// Whether the clock shows this time once.
    fn is_once(&self, time: Option<i64>) -> bool {
        let Some(time) = time.filter(|_| self.dates != Some("%s")) else {
            return true;
        };
        let zone = if self.zone == "UTC" {
            TimeZone::UTC
        } else {
            TimeZone::get(self.zone).unwrap()
        };
        let shown = Timestamp::from_second(time)
            .unwrap()
            .to_zoned(zone.clone())
            .datetime();
        zone.to_ambiguous_timestamp(shown).unambiguous().is_ok()
    }

    /// An amount as a person writes it.
    fn amount(&self, amount: Money) -> String {
        let digits = if self.is_major {
            amount.currency().digits().unwrap().into()
        } else {
            0
        };
        let text = format!("{:0>width$}", amount.minor(), width = digits + 1);
        let (whole, fraction) = text.split_at(text.len() - digits);
        let mut out = String::new();
        for (at, digit) in whole.char_indices() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                out += self.thousands;
            }
            out.push(digit);
        }
        if digits > 0 {
            out.push(self.decimal);
        }
        out + fraction
    }

    fn report(&self, operations: &[ReportedOperation]) -> Vec<u8> {
        self.written(operations, HEADER)
    }

    fn written(&self, operations: &[ReportedOperation], header: &str) -> Vec<u8> {
        let mut writer = ::csv::WriterBuilder::new();
        writer.delimiter(self.delimiter as u8);
        let mut writer = writer.from_writer(Vec::new());
        let names: Vec<_> = header.split(',').collect();
        let mut write = |cells: &[String]| {
            writer
                .write_record(self.order.iter().map(|&at| &cells[at]))
                .unwrap();
        };
        write(&names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>());
        for it in operations {
            write(&[
                it.project_id.to_string(),
                it.operation_id.to_string(),
                it.payment_id.to_string(),
                it.kind.to_string(),
                it.status.to_string(),
                self.amount(it.amount),
                it.amount.currency().to_string(),
                self.time(it.time),
                String::new(),
            ]);
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let preamble = "Operations of the project\n".repeat(self.preamble);
        let text = (preamble + &text).replace('\n', self.end);
        if self.is_1251 {
            return encoding_rs::WINDOWS_1251.encode(&text).0.into_owned();
        }
        let bom = if self.bom { "\u{feff}" } else { "" };
        (bom.to_owned() + &text).into_bytes()
    }
}

proptest! {
    #[test]
    fn operations_in_any_dialect_are_read_back_or_named_unreadable(
        dialect in dialect(),
        operations in prop::collection::vec(operation(), 1..20),
    ) {
        let report = dialect.report(&operations);
        let read = read_report(&dialect.map(), &report);
        let is_good = |it: &ReportedOperation| !it.payment_id.contains('\n') && dialect.is_once(it.time);
        if !operations.iter().any(is_good) {
            prop_assert!(read.unwrap_err().contains("none of the rows"));
            return Ok(());
        }
        let (rows, done) = read.unwrap();
        prop_assert_eq!(done.rows, operations.len() as u64);
        for ((_, row), operation) in rows.iter().zip(&operations) {
            if is_good(operation) {
                prop_assert_eq!(row.as_ref(), Ok(operation));
            } else {
                let expected = if operation.payment_id.contains('\n') { "payment" } else { "completed" };
                prop_assert_eq!(&row.as_ref().unwrap_err().column, expected);
            }
        }
    }

    #[test]
    fn map_that_is_guessed_reads_the_report_once_it_has_the_unit(
        dialect in dialect(),
        operations in prop::collection::vec(operation(), 1..20),
    ) {
        let dates = dialect.dates.filter(|it| it.starts_with("%d"));
        let dialect = Dialect { zone: "UTC", dates, ..dialect };
        // A line end in a name of a payment makes its row unreadable with any map.
        let plain = |it: &ReportedOperation| {
            let mut it = it.clone();
            it.payment_id = it.payment_id.replace('\n', "").into();
            it
        };
        let operations: Vec<_> = operations.iter().map(plain).collect();
        let keys = "project_id,operation_id,payment_id,operation_type,operation_status,amount,currency,completed_at,created_at";
        let report = dialect.written(&operations, keys);
        // Such as "а№№" in windows-1251, whose bytes are one letter of UTF-8: nothing tells which one is meant.
        prop_assume!(!dialect.is_1251 || report.is_ascii() || str::from_utf8(&report).is_err());
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("report.csv");
        fs::write(&path, &report).unwrap();
        let (guess, _) = super::super::columns::understand(&path).unwrap();
        let unit = if dialect.is_major { "#amount_unit = \"major\"" } else { "#amount_unit = \"minor\"" };
        let map = guess.written().replace(unit, &unit[1..]);
        let (rows, _) = read_report(&map, &report).unwrap();
        let read: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
        let expected: Vec<_> = operations.into_iter().map(Ok).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn any_bytes_are_read_to_the_end_or_refused_without_a_panic(
        bytes in prop::collection::vec(
            prop_oneof![4 => prop::sample::select(b"\",;\r\n \t|.-'=0129eE{}".to_vec()), 1 => any::<u8>()], 0..300),
        has_header in any::<bool>(),
        is_1251 in any::<bool>(),
    ) {
        let head = if has_header { format!("{HEADER}\n1234,1,p,sale,success,1,KZT,,\n") } else { String::new() };
        let encoding = if is_1251 { "encoding = \"windows-1251\"" } else { "" };
        let map = map(&format!("amount_unit = \"major\"\n{encoding}"));
        let ends = bytes.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count() as u64 + 3;
        if let Ok((rows, _)) = read_report(&map, [head.as_bytes(), &bytes].concat()) {
            let lines: Vec<_> = rows.iter().map(|(line, _)| *line).collect();
            prop_assert!(lines.is_sorted() && lines.last() <= Some(&ends));
        }
    }

    #[test]
    fn any_text_is_an_amount_or_an_error(text in "[-+(0-9.,  \u{a0}'eE]{0,24}", unit in any::<bool>(), sign in any::<bool>()) {
        let mut decimal = super::super::amount::Decimal::new(sign.then_some(','));
        let unit = if unit { super::super::amount::Unit::Minor } else { super::super::amount::Unit::Major };
        if let Ok(amount) = decimal.read(1, &text, unit, Currency::KZT) {
            // The digits are all there: none was rounded away or made up.
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            let minor = amount.minor().to_string();
            let (digits, minor) = (digits.trim_start_matches('0'), minor.trim_start_matches('0'));
            prop_assert!(minor.starts_with(digits) && minor[digits.len()..].bytes().all(|it| it == b'0'), "{text:?} {amount}");
        }
    }
}
