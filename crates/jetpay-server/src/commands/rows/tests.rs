//! Files as people have them, and files by chance.

use std::io::Write;

use proptest::prelude::*;

use super::*;

/// A file with this content, whose name says nothing.
pub(in crate::commands) fn open(content: impl AsRef<[u8]>) -> anyhow::Result<RowFile> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content.as_ref()).unwrap();
    RowFile::open(file.path())
}

pub(in crate::commands) fn file(content: impl AsRef<[u8]>) -> RowFile {
    open(content).unwrap()
}

const HEADER: &str = "id,amount,name";

const COLUMNS: Columns = Columns {
    all: HEADER,
    required: "id,amount",
};

const NUMBERS: Columns = Columns {
    all: "id,amount,status_code",
    required: "",
};

/// The rows of a CSV file: the line of each, and its cells or what is wrong with it.
fn rows(content: impl AsRef<[u8]>) -> Vec<(u64, Result<[String; 3], BadLine>)> {
    let mut file = CsvFile::new(file(content), &COLUMNS).unwrap();
    let mut rows = Vec::new();
    while let Some(row) = file.next().unwrap() {
        let cells = row.cells.and_then(|mut cells| {
            let texts = ["id", "amount", "name"].map(|it| {
                cells.text(it);
                cells.cell(it).to_owned()
            });
            let mut bad = BadLine::all(row.line, cells.errors);
            bad.next().map_or(Ok(texts), Err)
        });
        rows.push((row.line, cells));
    }
    rows
}

fn header_error(content: impl AsRef<[u8]>) -> String {
    let file = open(content).and_then(|file| CsvFile::new(file, &COLUMNS));
    file.err().unwrap().to_string()
}

/// What is wrong, with its line.
fn wrong(content: impl AsRef<[u8]>) -> Vec<(u64, String)> {
    let bad = rows(content).into_iter().filter_map(|(_, row)| row.err());
    bad.map(|bad| (bad.line, bad.what)).collect()
}

#[test]
fn line_is_right_after_any_line_end_blank_lines_and_quoted_line_ends() {
    for end in ["\n", "\r\n", "\r"] {
        for bom in ["", "\u{feff}"] {
            let lines = "\n".to_owned()
                + HEADER
                + "\na,1,x\n\n  \nb,1,\"x, \"\"y\"\"\"\n,,\nc,1,\"x\ny\"\n\"\",\"\",\nd,1,\ne,1,\"\nf,1";
            let rows = rows(bom.to_owned() + &lines.replace('\n', end));
            let id = |row: &Result<[String; 3], BadLine>| row.as_ref().ok().map(|it| it[0].clone());
            let found: Vec<_> = rows.iter().map(|(line, row)| (*line, id(row))).collect();
            let some = |id: &str| Some(id.to_owned());
            let first = [(3, some("a")), (6, some("b")), (8, None)];
            let expected = [&first[..], &[(11, some("d")), (12, None), (13, None)]].concat();
            assert_eq!(found, expected, "{end:?} {bom:?} {rows:?}");
            assert_eq!(rows[1].1.as_ref().unwrap()[2], "x, \"y\"");
        }
    }
}

#[test]
fn quote_that_is_not_closed_is_an_error_at_its_line_and_the_other_rows_are_read() {
    let rows_of = |count| {
        let row = |at| format!("c{at},1,N\n");
        (0..count).map(row).collect::<Vec<_>>().concat()
    };
    let (open, behind) = (
        "begins with a quote that is not closed",
        "goes on after its closing quote",
    );
    for (wrong_row, column, part) in [
        // To the end of the file.
        ("x,1,\"Anna", "name", open),
        ("\"x,1,Anna", "id", open),
        ("x,\"1,Anna", "amount", open),
        ("x,1,\"Anna\"\"", "name", open),
        ("x,1,\"Anna \"A\" B\"", "name", behind),
        ("x,\"1\"1,", "amount", behind),
    ] {
        let part = format!("`{column}` {part}");
        // Behind it are no quotes, one that opens, and cells in quotes.
        for more in ["", "y,1,\"Bob\n", "y,1,\"Bob\"\n", "\"y\",\"1\",\"Bob\"\n"] {
            let (before, after) = (rows_of(10), rows_of(5_000));
            let rows = rows(format!(
                "{HEADER}\n{before}{wrong_row}\n{after}{more}z,1,N\n"
            ));
            let is_closed = more.matches('"').count() != 1;
            let good = rows.iter().filter(|(_, row)| row.is_ok()).count();
            let expected = 10 + 5_000 + usize::from(is_closed && !more.is_empty()) + 1;
            assert_eq!(good, expected, "{wrong_row} {more}");
            let bad: Vec<_> = rows.into_iter().filter_map(|(_, row)| row.err()).collect();
            assert!(bad[0].line == 12 && bad[0].what.contains(&part), "{bad:?}");
            assert_eq!(bad.len(), 1 + usize::from(!is_closed), "{bad:?}");
        }
    }
}

#[test]
fn quoted_line_end_is_an_error_that_says_how_far_the_row_goes() {
    let bad = wrong(format!("{HEADER},\na,1,\"A\nB\nC\",,\nb,1,\n"));
    assert_eq!(bad.len(), 1, "{bad:?}");
    let (line, what) = &bad[0];
    assert!(
        *line == 2 && what.contains("`name` has a line end") && what.contains("in line 4"),
        "{what}"
    );
}

#[test]
fn second_header_is_an_error_as_between_joined_files() {
    let bad = wrong(format!(
        "{HEADER}\na,1,\n{HEADER}\n\u{feff}{HEADER}\n b,2,\n"
    ));
    let lines: Vec<_> = bad.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [3, 4], "{bad:?}");
    assert!(bad[1].1.contains("is a second header"), "{bad:?}");
}

#[test]
fn wholly_empty_rows_and_columns_are_skipped_and_a_value_without_a_column_is_an_error() {
    for content in [
        ";id;;amount;name;;\n;;;;;;\n;a;;1;x;;;;\n\n;\u{a0}; ;;;;\n;b;;2;y;;\n",
        "sep=;\nid;amount;name\na;1;x\nb;2;y\n",
        "sep=|\nid|amount|name\na|1|x\nb|2|y\n",
        "id\tamount\tname\na\t1\tx\nb\t2\ty\n",
    ] {
        let rows = rows(content);
        let cells: Vec<_> = rows
            .into_iter()
            .map(|(_, row)| row.unwrap().concat())
            .collect();
        assert_eq!(cells, ["a1x", "b2y"], "{content:?}");
    }
    for (row, part) in [
        ("a;1", "the row has 2 cells, but the header has 4"),
        ("a;1;;n;;more;", "the row has 6 cells, but the header has 4"),
        (
            "a;1;more;n;;",
            "a value in column 3, but the header has no name there",
        ),
    ] {
        let bad = wrong(format!("id;amount;;name;;\n{row}\n"));
        assert!(bad[0].0 == 2 && bad[0].1.contains(part), "{bad:?}");
    }
}

#[test]
fn header_error_names_the_missing_unknown_and_repeated_columns_and_its_line() {
    let contents: [&[u8]; 8] = [
        b"id,name\n",
        b"\n\nid,ammount,amount,id\n",
        "ID,Amount \u{feff},name\n".as_bytes(),
        b"7001,100,Anna\n",
        b"\"id,amount\n7001,100\n",
        b"",
        "\u{feff}\r\n\r\n".as_bytes(),
        b"id;\xe8\xec\xff;amount\n",
    ];
    let errors = contents.map(header_error).join("\n");
    assert!(!errors.contains("Anna"), "a cell can be a person's name");
    insta::assert_snapshot!(errors);
}

#[test]
fn file_that_is_no_text_or_no_json_lines_is_refused_with_what_to_do() {
    let utf_16: Vec<u8> = HEADER.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (content, part) in [
        (&utf_16[..], "is UTF-16: save the file as UTF-8"),
        (b"PK\x03\x04", "is a workbook (.xlsx"),
        (b"\n [\n{\"id\":1},\n", "is one JSON list; write JSON Lines"),
        (
            b"\xef\xbb\xbf{\r\n  \"id\": 1\r\n}",
            "goes over several lines; write JSON Lines",
        ),
    ] {
        let error = format!("{:#}", open(content).err().unwrap());
        assert!(error.contains(part), "{error}");
    }
    assert!(!file("\u{feff}{\"id\":1}").is_csv);
}

#[test]
fn number_is_digits_alone_and_every_other_writing_is_named() {
    let number = |column: &'static str, cell: &str| {
        let content = format!("id,{column}\n1,\"{cell}\"\n");
        let mut file = CsvFile::new(file(content), &NUMBERS).unwrap();
        let mut cells = file.next().unwrap().unwrap().cells.unwrap();
        let number = cells.number(column);
        (
            number,
            cells.errors.into_iter().next().map(|error| error.message),
        )
    };
    for (cell, expected) in [
        ("1", 1),
        (" 007\u{a0}", 7),
        ("9223372036854775807", i64::MAX),
    ] {
        assert_eq!(number("amount", cell), (Some(expected), None), "{cell}");
    }
    assert_eq!(number("amount", " "), (None, None));
    let whole = "must be a whole number of minor units, at most 9223372036854775807";
    for (cell, part) in [
        ("1500.00", "150000 is 1 500.00"),
        ("1,5", "150000 is 1 500.00"),
        ("1 500", "without a point, a comma, a space"),
        ("1'500", "write digits alone"),
        ("+1", "or a sign"),
        ("-1", whole),
        ("-", whole),
        ("0x1", whole),
        ("٣", whole),
        ("9223372036854775808", whole),
        ("1.5E+7", "a spreadsheet rounded"),
        ("1,5E+7", "a spreadsheet rounded"),
        ("1\u{a0}500", "U+00A0 (no-break space) as character 2 of 5"),
        ("1\t", "U+0009 (tab) as character 2 of 2"),
        ("\u{feff}1", "U+FEFF"),
    ] {
        let (found, what) = number("amount", cell);
        let what = what.unwrap();
        assert!(found.is_none() && what.contains(part), "{cell:?}: {what}");
    }
    assert_eq!(number("status_code", "-5"), (Some(-5), None));
    let (_, what) = number("status_code", "1.5");
    let what = what.unwrap();
    assert!(
        what.starts_with("must be a whole number, ") && !what.contains("500"),
        "{what}"
    );
}

#[test]
fn line_that_is_too_long_is_wrong_and_the_next_one_is_read() {
    let long = "a".repeat(3 * LONGEST);
    for (content, expected) in [
        (
            format!("{HEADER}\n{long},1,\nb,1,\n"),
            vec![(2, false), (3, true)],
        ),
        (
            format!("{HEADER}\na,1,{}\n", "b".repeat(LONGEST - 4)),
            vec![(2, true)],
        ),
    ] {
        let found = rows(content)
            .into_iter()
            .map(|(line, row)| (line, row.is_ok()));
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }
    let mut lines = file(format!("{{}}\n{{{long}\n{{\"b\":1}}")).lines;
    let mut found = Vec::new();
    while let Some(text) = lines.next_json().unwrap() {
        found.push(text.map(<[u8]>::len).map_err(|bad| bad.what));
    }
    assert_eq!(
        found,
        [Ok(2), Err("is longer than 1048576 bytes".to_owned()), Ok(7)]
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_to_the_end_without_a_panic(
        bytes in prop::collection::vec(
            prop_oneof![4 => prop::sample::select(b"\",;\r\n \t{}x".to_vec()), 1 => any::<u8>()], 0..200),
        has_header in any::<bool>(),
    ) {
        let head = if has_header { "id,amount,name\n" } else { "" };
        let Ok(opened) = open([head.as_bytes(), &bytes].concat()) else {
            return Ok(());
        };
        let ends = bytes.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count() as u64 + 2;
        let Ok(mut file) = CsvFile::new(opened, &COLUMNS) else {
            return Ok(());
        };
        let (mut last, mut places) = (0, Vec::new());
        while let Some(row) = file.next().unwrap() {
            prop_assert!(last < row.line && row.line <= ends);
            last = row.line;
            places.push((row.byte, row.line, row.cells.err()));
        }
        // A row is read again from its place.
        for (byte, line, bad) in places.into_iter().rev() {
            file.seek(byte, line).unwrap();
            let row = file.next().unwrap().unwrap();
            prop_assert_eq!((row.byte, row.line, row.cells.err()), (byte, line, bad));
        }
    }

    #[test]
    fn what_a_writer_of_csv_wrote_is_read_back_with_the_right_lines(
        written in prop::collection::vec(prop::collection::vec("[a-zA-Z\",; \tй\n]{0,6}", 3), 0..20),
        separator in prop::sample::select(b",;\t".to_vec()),
        end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        bom in prop::sample::select(vec!["", "\u{feff}"]),
        blank in prop::collection::vec(0..3usize, 20),
    ) {
        let mut content = bom.to_owned() + &HEADER.replace(',', &char::from(separator).to_string()) + end;
        let (mut line, mut expected) = (2, Vec::new());
        for (cells, blank) in written.iter().zip(blank) {
            content += &end.repeat(blank);
            line += blank as u64;
            let cells: Vec<_> = cells.iter().map(|cell| cell.replace('\n', end)).collect();
            let mut writer = ::csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
            writer.write_record(&cells).unwrap();
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            content += text.strip_suffix('\n').unwrap();
            content += end;
            let has_line_end = cells.concat().contains(end);
            if !cells.concat().trim().is_empty() || has_line_end {
                expected.push((line, (!has_line_end).then_some(cells.clone())));
            }
            line += 1 + cells.concat().matches(end).count() as u64;
        }
        let found = rows(content).into_iter();
        let found: Vec<_> = found.map(|(line, row)| (line, row.ok().map(Vec::from))).collect();
        prop_assert_eq!(found, expected);
    }
}
