//! Bytes that no endpoint can read as JSON: why, and the text that was meant.

use encoding_rs::{Encoding, IBM866, KOI8_R, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1252};
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
        Err(_) if is_damaged_utf8(bytes).is_some() => Vec::new(),
        Err(error) => {
            let at = error.valid_up_to();
            by_likeness(bytes)
                .into_iter()
                .map(|(set, text)| {
                    let fault = format!(
                        "the body is not UTF-8 from byte {at} on, and looks like {}; send UTF-8",
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
    is_damaged_utf8(bytes).map(|at| {
        format!("the body is UTF-8 with damaged characters, the first at byte {at}; find what cuts or replaces single bytes")
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
    Some((order, set.decode_with_bom_removal(bytes).0.into_owned()))
}

/// The text in each character set, the likeliest first.
fn by_likeness(bytes: &[u8]) -> Vec<(&'static Encoding, String)> {
    let read =
        |set: &'static Encoding| (set, set.decode_without_bom_handling(bytes).0.into_owned());
    let mut all = [WINDOWS_1251, WINDOWS_1252, KOI8_R, IBM866]
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

    fn fault(self, sign: char, line: usize, column: usize) -> String {
        let place = format!("line {line}, column {column}");
        let code = u32::from(sign);
        match self {
            Self::CurlyQuote => format!(
                "curly quotes are in the place of `\"`, the first at {place}; write straight quotes: word processors and chats \
                 replace them"
            ),
            Self::SingleQuote => format!(
                "single quotes are in the place of `\"`, the first at {place}; write the body with a JSON library: a printed \
                 dict of Python is no JSON"
            ),
            Self::Blank => format!(
                "a no-break space or the like (U+{code:04X}) is outside the texts, the first at {place}; write plain spaces: \
                 word processors and web pages replace them"
            ),
            Self::Invisible => format!(
                "an invisible character (U+{code:04X}) is outside the texts, the first at {place}; remove it"
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
        let mut plain = String::new();
        for (sign, outside) in signs(&text) {
            // Odd quotes end with odd quotes, and enclose all that is between them.
            if Odd::of(sign) == Some(odd) && (outside || odd.plain() == "\"") {
                plain.push_str(odd.plain());
            } else {
                plain.push(sign);
            }
        }
        text = plain;
    }
    Recoding { text, faults }
}

/// The sign at which the first object of a text breaks, with the fault.
fn break_at_odd(text: &str) -> Option<(Odd, String)> {
    let (before, object) = text.split_at(text.find('{')?);
    let Err(Unreadable::Json(error)) = Canonical::parse(object.as_bytes()) else {
        return None;
    };
    let sign = object
        .split('\n')
        .nth(error.line() - 1)?
        .chars()
        .nth(error.column().checked_sub(1)?)?;
    let odd = Odd::of(sign)?;
    let first = before.rsplit('\n').next().filter(|_| error.line() == 1);
    let column = error.column() + first.map_or(0, |first| first.chars().count());
    let line = error.line() + before.matches('\n').count();
    Some((odd, odd.fault(sign, line, column)))
}

/// The characters, and whether each is outside the texts of JSON.
fn signs(text: &str) -> impl Iterator<Item = (char, bool)> {
    let (mut in_text, mut escaped) = (false, false);
    text.chars().map(move |sign| {
        let outside = !in_text;
        match sign {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            _ => {}
        }
        (sign, outside)
    })
}
