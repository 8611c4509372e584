//! Text as other programs write it: its encoding, and what spreadsheets leave in it.

use std::str::Utf8Error;

use jetpay_platform::visible;

use crate::payout_request::unseen;

/// The mark that Windows programs write before UTF-8.
pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";

/// The bytes without a mark of UTF-8 before them.
pub(crate) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BOM).unwrap_or(bytes)
}

/// What bytes are that do not begin as text in UTF-8.
pub(crate) fn foreign(start: &[u8]) -> Option<&'static str> {
    const UTF_16: &str = "UTF-16";
    const KINDS: [(&[u8], &str); 8] = [
        (b"\xff\xfe\0\0", "UTF-32"),
        (b"\0\0\xfe\xff", "UTF-32"),
        (b"\xff\xfe", UTF_16),
        (b"\xfe\xff", UTF_16),
        (b"PK\x03\x04", "a workbook (.xlsx, .ods) or a zip archive"),
        (b"\xd0\xcf\x11\xe0", "a workbook (.xls)"),
        (b"\x1f\x8b", "compressed with gzip"),
        (b"%PDF", "a PDF document"),
    ];
    let mut kinds = KINDS.into_iter();
    let kind = kinds.find(|(prefix, _)| start.starts_with(prefix));
    // All that the service reads begins with a plain letter, of which UTF-16 makes two bytes.
    let has_nul = start.iter().take(2).any(|&byte| byte == 0);
    kind.map(|(_, kind)| kind).or(has_nul.then_some(UTF_16))
}

/// What to do with a file that is not UTF-8.
pub(crate) const SAVE_AS_UTF_8: &str =
    "save the file as UTF-8 (a spreadsheet calls it \"CSV UTF-8\")";

/// How [`not_utf8`] begins.
pub(crate) const NOT_UTF_8: &str = "is not UTF-8";

/// What is wrong with bytes that are not UTF-8.
pub(crate) fn not_utf8(bytes: &[u8], error: Utf8Error) -> String {
    let (text, rest) = bytes.split_at(error.valid_up_to());
    let place = text.iter().filter(|&&byte| byte & 0xc0 != 0x80).count() + 1;
    // In windows-1251 these are letters, signs and the no-break space; UTF-8 that is cut has others, too.
    let is_1251 = |byte: &u8| byte.is_ascii() || matches!(byte, 0x84 | 0x85 | 0x91..=0x97 | 0xa0..);
    let guess = if rest.iter().all(is_1251) {
        ", probably windows-1251"
    } else {
        ""
    };
    format!("{NOT_UTF_8} from character {place} on{guess}")
}

/// A text as a cell of CSV. A spreadsheet takes a cell that begins like a formula for one and carries it out, some also after
/// spaces and quotes: such a text gets a `'` before it. What hides in a text is escaped.
pub(crate) fn csv_cell(text: &str) -> String {
    let shown = visible::line(text);
    let start = text.trim_start_matches([' ', '"', '\'']);
    if start.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        return format!("'{shown}");
    }
    shown
}

/// Whether a spreadsheet showed a long number and lost its last digits, such as `7.70011E+10`.
fn is_scientific(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let Some((digits, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let fraction = digits.split_once(['.', ',']);
    let (whole, fraction) = fraction.map_or((digits, None), |(whole, it)| (whole, Some(it)));
    // With neither a sign nor a fraction, as in `7E10`, it can be an id.
    let signed = exponent.strip_prefix(['+', '-']);
    let exponent = signed.or(fraction.and(Some(exponent)));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    is_number(whole) && fraction.is_none_or(is_number) && exponent.is_some_and(is_number)
}

/// What a spreadsheet did to a text, and what to do.
pub(crate) fn rounded(text: &str) -> Option<String> {
    is_scientific(text).then(|| {
        "is a number that a spreadsheet rounded (it looks like 7.70011E+10): give the column the format \"text\" and export the \
         file again"
            .to_owned()
    })
}

/// The mark that a spreadsheet put before a text, and what to do.
pub(crate) fn marked(text: &str) -> Option<&'static str> {
    if text.starts_with('\'') {
        Some("begins with `'`, by which spreadsheets mark a text: remove it")
    } else {
        let is_formula = text.starts_with("=\"");
        is_formula.then_some("is a formula of a spreadsheet: write the text alone")
    }
}

/// Why a text in a file is not what the merchant's system has, and what to do.
pub(crate) fn odd_text(text: &str) -> Option<String> {
    marked(text).map(str::to_owned).or_else(|| rounded(text))
}

/// Why an id in a file is not what the merchant's system has, and what to do.
pub(crate) fn odd_id(id: &str) -> Option<String> {
    let is_plain = id.bytes().all(|byte| byte.is_ascii_graphic());
    odd_text(id).or_else(|| if is_plain { None } else { unseen::unseen(id) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_that_is_no_text_in_utf_8_is_named() {
        let utf_16 = |bytes: [fn(u16) -> [u8; 2]; 1], text: &str| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes[0]).collect()
        };
        for text in ["\u{feff}customer_id", "customer_id", "{\"a\":1}", "\r\nkey"] {
            for order in [u16::to_le_bytes, u16::to_be_bytes] {
                assert_eq!(foreign(&utf_16([order], text)), Some("UTF-16"), "{text:?}");
            }
            let text = format!("\u{feff}{text}");
            for order in [u32::to_le_bytes, u32::to_be_bytes] {
                let utf_32: Vec<_> = text.chars().map(u32::from).flat_map(order).collect();
                assert_eq!(foreign(&utf_32), Some("UTF-32"), "{text:?}");
            }
        }
        for (start, part) in [
            (&b"PK\x03\x04\x14"[..], ".xlsx"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1", ".xls"),
            (b"\x1f\x8b\x08", "gzip"),
            (b"%PDF-1.7", "PDF"),
        ] {
            assert!(foreign(start).unwrap().contains(part), "{part}");
        }
        for start in ["", "k", "\u{feff}key", "{}", "ключ"] {
            assert_eq!(foreign(start.as_bytes()), None, "{start}");
        }
    }

    #[test]
    fn windows_1251_is_named_with_the_place() {
        for (bytes, part) in [
            (
                &b"7001,\xc0\xe9\xe3\xe5\xf0\xe8\xec"[..],
                "character 6 on, probably windows-1251",
            ),
            (
                b"\xb9 12 \xab\xd0\xee\xe3\xe0\xbb",
                "character 1 on, probably windows-1251",
            ),
            (b"\xd0\x90\x8f\x81", "from character 2 on"),
        ] {
            let error = str::from_utf8(bytes).unwrap_err();
            let what = not_utf8(bytes, error);
            assert!(what.ends_with(part), "{what}");
        }
    }

    #[test]
    fn number_that_a_spreadsheet_rounded_is_found_and_an_id_with_the_letter_e_is_not() {
        for text in [
            "7.70011E+10",
            "7,70011E+10",
            "7E+10",
            "-1.5e-7",
            "7.70011E+010",
            "7.70011E10",
            "7.70011e10",
        ] {
            assert!(
                rounded(text).is_some_and(|it| it.contains("7.70011E+10")),
                "{text}"
            );
            assert!(odd_id(text).is_some(), "{text}");
        }
        for text in [
            "",
            "E",
            "E+1",
            "7E10",
            "7.E10",
            "7.E+1",
            "7.5E",
            "7.5.1E+1",
            "AE+10",
            "7E+1A",
            "77001",
            "Елена",
        ] {
            assert_eq!(rounded(text), None, "{text}");
        }
    }

    #[test]
    fn id_with_a_mark_of_a_spreadsheet_or_a_character_that_cannot_be_seen_is_odd() {
        for (id, part) in [
            ("'+7701", "begins with `'`"),
            ("'7.7E+9", "begins with `'`"),
            ("=\"7701\"", "formula"),
            ("77\u{a0}01", "U+00A0 (no-break space) as character 3 of 5"),
            ("\u{feff}7701", "U+FEFF"),
            ("77\t01", "U+0009 (tab)"),
            ("7701\u{200b}", "U+200B (zero-width space)"),
        ] {
            assert!(odd_id(id).unwrap().contains(part), "{id:?}");
        }
        for id in [
            "7701",
            "+7701",
            "a b",
            "O'Neil",
            "договор 5",
            "a=\"b\"",
            "@x",
        ] {
            assert_eq!(odd_id(id), None, "{id}");
        }
    }

    #[test]
    fn text_that_begins_like_a_formula_is_no_formula_in_a_spreadsheet() {
        for (text, cell) in [
            ("=HYPERLINK(\"http://a\")", "'=HYPERLINK(\"http://a\")"),
            ("+7", "'+7"),
            ("-1", "'-1"),
            ("@a", "'@a"),
            ("\t=1", r"'\t=1"),
            ("\r=1", r"'\r=1"),
            ("a\u{1b}\u{202e}=1", r"a\u{1b}\u{202e}=1"),
            (" \"=1", "' \"=1"),
            ("7123456789", "7123456789"),
        ] {
            assert_eq!(csv_cell(text), cell);
        }
    }
}
