//! Bytes that no endpoint can read as JSON: why, and the text that was meant.

use std::ops::Range;

use encoding_rs::{
    Encoding, IBM866, ISO_8859_5, KOI8_R, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1252,
    X_MAC_CYRILLIC,
};
use jetpay_core::signature::{Canonical, Unreadable};

/// A text that the bytes may mean, and what is wrong with the bytes. Each fault is a finding, `; `, and what to do.
pub(super) struct Recoding {
    pub(super) text: String,
    pub(super) faults: Vec<String>,
}

/// The texts that unreadable bytes may mean, the likeliest first. There is none for bytes with no known fault.
pub(super) fn recodings(bytes: &[u8]) -> Vec<Recoding> {
    if compressed(bytes).is_some() {
        return Vec::new();
    }
    if let Some((order, text)) = utf16(bytes) {
        let fault = format!(
            "the bytes are UTF-16 ({order}), and JSON is sent in UTF-8; send UTF-8, and save a capture as UTF-8: `>` of Windows \
             PowerShell does not"
        );
        return vec![straightened(text, vec![fault])];
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            let recoding = straightened(text.to_owned(), Vec::new());
            Some(recoding)
                .filter(|it| !it.faults.is_empty())
                .into_iter()
                .collect()
        }
        Err(_) if is_damaged_utf8(bytes).is_some() || !bytes.contains(&b'{') => Vec::new(),
        Err(error) => {
            let at = error.valid_up_to();
            by_likeness(bytes)
                .into_iter()
                .map(|(set, text)| {
                    // One letter alone shows no character set.
                    let mut words = text.split(|sign: char| !sign.is_alphabetic());
                    let looks = words.any(|word| !word.is_ascii() && word.chars().count() > 1);
                    let may = "or has damaged bytes, or may be";
                    let fault = format!(
                        "the body is not UTF-8 from byte {at} on, {} {}; send UTF-8",
                        if looks { "and looks like" } else { may },
                        set.name()
                    );
                    straightened(text, vec![fault])
                })
                .collect()
        }
    }
}

/// What is wrong with bytes whose text is lost.
pub(super) fn lost(bytes: &[u8]) -> Option<String> {
    if let Some(how) = compressed(bytes) {
        return Some(compressed_with(how));
    }
    if super::is_cut(bytes) {
        return Some(
            "the JSON object begins but does not end: the body was cut off; find what cuts it (a log, a limit of size, a wrong \
             Content-Length), and give the whole body"
                .to_owned(),
        );
    }
    if let Some(fault) = torn(bytes) {
        return Some(fault);
    }
    is_damaged_utf8(bytes).map(|at| {
        format!("the body is UTF-8 with damaged characters, the first at byte {at}; find what cuts or replaces single bytes")
    })
}

/// What is wrong with the end of an object whose beginning is missing, or with a form.
pub(super) fn torn(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes.trim_ascii());
    let count = |sign: char| text.matches(sign).count();
    if text.ends_with('}') && text.contains("\":") && count('{') < count('}') {
        let fault = "the JSON object ends but does not begin: the start of the body was cut off; give the whole body";
        return Some(fault.to_owned());
    }
    let mut fields = text.split('&').map(|field| field.split_once('='));
    let is_known = |name: &str| matches!(name, "signature" | "project_id" | "general[signature]");
    let mut known = false;
    let is_form = fields.all(|field| {
        known |= field.is_some_and(|(name, _)| is_known(name));
        field.is_some_and(|(name, _)| !name.contains(['{', '"', ' ']))
    });
    (is_form && known).then(|| {
        "the body is a form (`name=value&name=value`), and endpoints read JSON; send the message as JSON, as application/json"
            .to_owned()
    })
}

pub(super) fn compressed_with(how: &str) -> String {
    format!(
        "the body is compressed ({how}), and endpoints read plain JSON; send it without Content-Encoding, and decompress a capture first"
    )
}

/// The name of the compression that the first bytes show.
pub(super) fn compressed(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x1f, 0x8b, ..] => Some("gzip"),
        [0x78, 0x01 | 0x9c | 0xda, ..] => Some("deflate"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("zstd"),
        [b'P', b'K', 3, 4, ..] => Some("zip"),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some("bzip2"),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some("xz"),
        _ => None,
    }
}

/// The first wrong byte of UTF-8 in which at least as many characters are whole as are damaged.
fn is_damaged_utf8(bytes: &[u8]) -> Option<usize> {
    let at = std::str::from_utf8(bytes).err()?.valid_up_to();
    let (mut whole, mut damaged) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        whole += chunk
            .valid()
            .chars()
            .filter(|character| !character.is_ascii())
            .count();
        damaged += usize::from(!chunk.invalid().is_empty());
    }
    (whole >= damaged).then_some(at)
}

/// The order of bytes, and the text, if the bytes are UTF-16, with or without a byte order mark.
fn utf16(bytes: &[u8]) -> Option<(&'static str, String)> {
    let zeros = |parity: usize| {
        bytes
            .iter()
            .skip(parity)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (high_first, low_first) = (zeros(0), zeros(1));
    let (order, set) = match bytes {
        [0xff, 0xfe, ..] => ("little-endian", UTF_16LE),
        [0xfe, 0xff, ..] => ("big-endian", UTF_16BE),
        _ if low_first > bytes.len() / 4 && high_first == 0 => ("little-endian", UTF_16LE),
        _ if high_first > bytes.len() / 4 && low_first == 0 => ("big-endian", UTF_16BE),
        _ => return None,
    };
    // The last byte of a cut text may be half a unit.
    let whole = &bytes[..bytes.len() / 2 * 2];
    Some((order, set.decode_with_bom_removal(whole).0.into_owned()))
}

/// The text in each character set, the likeliest first.
fn by_likeness(bytes: &[u8]) -> Vec<(&'static Encoding, String)> {
    let read =
        |set: &'static Encoding| (set, set.decode_without_bom_handling(bytes).0.into_owned());
    let mut all = [
        WINDOWS_1251,
        WINDOWS_1252,
        KOI8_R,
        IBM866,
        ISO_8859_5,
        X_MAC_CYRILLIC,
    ]
    .map(read)
    .to_vec();
    all.sort_by_cached_key(|(_, text)| std::cmp::Reverse(likeness(text)));
    all
}

/// How much a text looks like words of one script in usual case: a letter of such a word counts 2, and 1 more if it is frequent
/// in Russian or Kazakh; another sign counts against it.
fn likeness(text: &str) -> i64 {
    let words = text.split(|character: char| !character.is_alphabetic());
    let of_word = |word: &str| -> i64 {
        let foreign = word.chars().filter(|letter| !letter.is_ascii());
        let cyrillic = |letter: char| ('\u{400}'..='\u{4ff}').contains(&letter);
        let one_script = word.chars().all(cyrillic) || !word.chars().any(cyrillic);
        let mut rest = word.chars().skip(1);
        let usual = rest.clone().all(char::is_lowercase)
            || !word.chars().any(char::is_lowercase) && rest.all(char::is_uppercase);
        let weight = if one_script && usual { 2 } else { -2 };
        foreign
            .map(|letter| weight + i64::from("оеаинтсрвлОЕАИНТСРВЛ".contains(letter)))
            .sum()
    };
    let odd = text.chars().filter(|sign| {
        !sign.is_ascii() && !sign.is_alphabetic() && !"«»„“”–—№\u{a0}".contains(*sign)
    });
    words.map(of_word).sum::<i64>() - 3 * i64::try_from(odd.count()).unwrap_or(i64::MAX / 4)
}

/// What is wrong with a part of the bytes, beside an object, in which only signs are that JSON does not have and that are not
/// seen. Any other part may be a log's.
pub(super) fn outside(bytes: &[u8], part: Range<usize>) -> Option<String> {
    let before = String::from_utf8_lossy(&bytes[..part.start]).into_owned();
    let text = String::from_utf8_lossy(&bytes[part]).into_owned();
    let is_blank = |sign: char| {
        let odd = matches!(Odd::of(sign), Some(Odd::Blank | Odd::Invisible));
        odd || sign == '\u{fffd}' || sign.is_control() || sign == ' '
    };
    let at = text.find(|sign: char| !sign.is_ascii_whitespace())?;
    let sign = text[at..]
        .chars()
        .next()
        .filter(|_| text.chars().all(is_blank))?;
    if before.is_empty() && text.starts_with('\u{feff}') {
        return Some(Unreadable::ByteOrderMark.to_string());
    }
    let place = place(&format!("{before}{}", &text[..at]));
    Some(match Odd::of(sign) {
        Some(odd) => odd.fault(sign, &place),
        None if sign == '\u{fffd}' => {
            format!(
                "bytes that are not UTF-8 are outside the object, the first {place}; remove them"
            )
        }
        None => {
            let code = u32::from(sign);
            format!("a control character (U+{code:04X}) is outside the object, {place}; remove it")
        }
    })
}

/// The place of the sign after this text.
fn place(before: &str) -> String {
    let line = 1 + before.matches('\n').count();
    let column = 1 + before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count();
    format!("at line {line}, column {column}")
}

/// Signs that are in the place of JSON's own, outside the texts.
#[derive(Clone, Copy, PartialEq)]
enum Odd {
    CurlyQuote,
    SingleQuote,
    Blank,
    Invisible,
}

impl Odd {
    fn of(sign: char) -> Option<Self> {
        match sign {
            '“' | '”' | '„' | '‟' | '″' | '«' | '»' | '＂' => Some(Self::CurlyQuote),
            '\'' | '‘' | '’' => Some(Self::SingleQuote),
            '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'
            | '\u{feff}' => Some(Self::Invisible),
            _ if !sign.is_ascii() && sign.is_whitespace() => Some(Self::Blank),
            _ => None,
        }
    }

    /// The sign in its place.
    fn plain(self) -> &'static str {
        match self {
            Self::CurlyQuote | Self::SingleQuote => "\"",
            Self::Blank => " ",
            Self::Invisible => "",
        }
    }

    fn fault(self, sign: char, place: &str) -> String {
        let code = u32::from(sign);
        match self {
            Self::CurlyQuote => format!(
                "curly quotes are in the place of `\"`, the first {place}; write straight quotes: word processors and chats \
                 replace them"
            ),
            Self::SingleQuote => format!(
                "single quotes are in the place of `\"`, the first {place}; write the body with a JSON library: a printed \
                 dict of Python is no JSON"
            ),
            Self::Blank => format!(
                "a no-break space or the like (U+{code:04X}) is outside the texts, the first {place}; write plain spaces: \
                 word processors and web pages replace them"
            ),
            Self::Invisible => format!(
                "an invisible character (U+{code:04X}) is outside the texts, the first {place}; remove it"
            ),
        }
    }
}

/// Writes JSON's own signs in the place of those that look like them, wherever JSON breaks at one.
fn straightened(mut text: String, mut faults: Vec<String>) -> Recoding {
    if text.starts_with('\u{feff}') {
        text.remove(0);
        faults.push(Unreadable::ByteOrderMark.to_string());
    }
    let mut done: Vec<Odd> = Vec::new();
    while let Some((odd, fault)) = break_at_odd(&text).filter(|(odd, _)| !done.contains(odd)) {
        faults.push(fault);
        done.push(odd);
        text = plain(&text, odd);
    }
    Recoding { text, faults }
}

/// The sign at which the first object of a text breaks, with the fault.
fn break_at_odd(text: &str) -> Option<(Odd, String)> {
    let (before, object) = text.split_at(text.find('{')?);
    let Err(Unreadable::Json(error)) = Canonical::parse(object.as_bytes()) else {
        return None;
    };
    let lines: Vec<&str> = object.split('\n').collect();
    let line = lines.get(error.line() - 1)?;
    let (at, sign) = line.char_indices().nth(error.column().checked_sub(1)?)?;
    let odd = Odd::of(sign)?;
    let start = before.len()
        + lines[..error.line() - 1]
            .iter()
            .map(|line| line.len() + 1)
            .sum::<usize>();
    let place = place(&text[..start + at]);
    Some((odd, odd.fault(sign, &place)))
}

/// The text with JSON's own sign in the place of each odd one. A text that an odd quote opens ends where JSON goes on after a
/// quote.
fn plain(text: &str, odd: Odd) -> String {
    let mut plain = String::new();
    // Whether an odd quote has opened the text that this is in.
    let mut in_text: Option<bool> = None;
    let mut escaped = false;
    for (at, sign) in text.char_indices() {
        let is_odd = Odd::of(sign) == Some(odd);
        let after = text[at + sign.len_utf8()..].trim_start();
        let ends = after.is_empty() || after.starts_with([':', ',', '}', ']']);
        match in_text {
            Some(_) if escaped => {
                if sign == '\'' {
                    plain.pop();
                }
                plain.push(sign);
                escaped = false;
                continue;
            }
            None if is_odd => {
                plain.push_str(odd.plain());
                in_text = (odd.plain() == "\"").then_some(true);
            }
            Some(true) if ends && (is_odd || sign == '"' && odd == Odd::CurlyQuote) => {
                plain.push('"');
                in_text = None;
            }
            Some(true) if sign == '"' => plain.push_str("\\\""),
            _ => {
                plain.push(sign);
                if sign == '"' {
                    in_text = in_text.is_none().then_some(false);
                }
            }
        }
        escaped = in_text.is_some() && sign == '\\';
    }
    plain
}
