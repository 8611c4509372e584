//! The JSON grammar of a body: texts, numbers, words and white space, byte by byte.
//!
//! It is not `serde_json`, because what another crate of the merchant's program switches on there, such as
//! `arbitrary_precision`, changes how numbers are read, and with it what is signed.

use std::fmt;

use thiserror::Error;

use super::leaves::Span;

/// What is wrong with a JSON text, and where. It shows nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub struct JsonError {
    flaw: &'static str,
    line: usize,
    column: usize,
}

impl JsonError {
    /// What is wrong.
    #[must_use]
    pub fn flaw(&self) -> &'static str {
        self.flaw
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in characters, from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { flaw, line, column } = self;
        write!(f, "{flaw} at line {line} column {column}")
    }
}

/// Why the pass over a body ends early. The reader keeps the flaw, if there is one.
pub(super) struct Stop;

const NO_DIGITS: &str = "four hexadecimal digits must follow `\\u`";
const CUT_OFF: &str = "the body ends too early";

/// A number. The text of an integer is the one in the body.
pub(super) enum Number {
    /// It fits `i64`.
    Integer,
    Float(f64),
}

/// Reads a body from its beginning to its end.
pub(super) struct Reader<'b> {
    body: &'b str,
    pub(super) at: usize,
    flaw: Option<(&'static str, usize)>,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Marks the bytes of a word that are below `limit`, which is at most 128. Only the first mark is exact.
const fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * limit as u64) & !word & HIGH
}

/// Marks the bytes of a word that equal `byte`. Only the first mark is exact.
const fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ (ONES * byte as u64), 1)
}

/// So many bytes are looked at together. Most keys and texts are shorter.
const STEP: usize = 16;

/// The index of the first marked byte, or [`STEP`].
#[inline]
fn first_mark(chunk: &[u8; STEP], mark: impl Fn(u64) -> u64) -> usize {
    let bytes = u128::from_le_bytes(*chunk);
    #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
    let (low, high) = (mark(bytes as u64), mark((bytes >> 64) as u64));
    (u128::from(low) | u128::from(high) << 64).trailing_zeros() as usize / 8
}

/// A letter after which a text goes on.
const fn ends_run(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

impl<'b> Reader<'b> {
    pub(super) fn new(body: &'b str) -> Self {
        Self {
            body,
            at: 0,
            flaw: None,
        }
    }

    /// Ends the pass because of the next byte.
    pub(super) fn stop<T>(&mut self, flaw: &'static str) -> Result<T, Stop> {
        self.stop_at(flaw, self.at)
    }

    #[cold]
    pub(super) fn stop_at<T>(&mut self, flaw: &'static str, at: usize) -> Result<T, Stop> {
        let is_inside = at < self.body.len();
        let flaw = if is_inside { flaw } else { CUT_OFF };
        self.flaw = Some((flaw, at));
        Err(Stop)
    }

    /// The flaw with its line and column.
    pub(super) fn flaw(&self) -> Option<JsonError> {
        let (flaw, at) = self.flaw?;
        let before = &self.body.as_bytes()[..at.min(self.body.len())];
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let is_start = |byte: &&u8| **byte & 0xC0 != 0x80;
        Some(JsonError {
            flaw,
            line: 1 + memchr::memchr_iter(b'\n', before).count(),
            column: 1 + before[line_start..].iter().filter(is_start).count(),
        })
    }

    /// The next byte that is not white space, which stays unread. After the end it is 0.
    #[inline]
    pub(super) fn peek(&mut self) -> u8 {
        let bytes = self.body.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return byte;
            }
            self.at += 1;
        }
        0
    }

    /// Checks that only white space follows.
    pub(super) fn end(&mut self) -> Result<(), Stop> {
        self.peek();
        if self.at == self.body.len() {
            Ok(())
        } else {
            self.stop("the object has ended, and more follows")
        }
    }

    pub(super) fn word(&mut self, word: &str) -> Result<(), Stop> {
        if self.body.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            self.stop("a value was expected")
        }
    }

    /// Reads a text, of which the opening quotation mark is next. A text with escapes stays unread.
    #[inline]
    pub(super) fn plain_text(&mut self) -> Option<Span> {
        let start = self.at + 1;
        let end = self.end_of_run(start);
        let is_plain = self.body.as_bytes().get(end) == Some(&b'"');
        is_plain.then(|| {
            self.at = end + 1;
            Span::new(start, end)
        })
    }

    /// Reads a key of letters, `_` and the like, as nearly all keys are. Any other key stays unread.
    #[inline]
    pub(super) fn plain_key(&mut self) -> Option<Span> {
        let bytes = self.body.as_bytes();
        let start = self.at + 1;
        let mut end = start;
        loop {
            // Everything below `<`: digits, separators, white space, control characters and the quotation mark.
            let length = first_mark(bytes.get(end..)?.first_chunk()?, |word| {
                below(word, b'<') | equal(word, b'\\') | equal(word, 0x7F) | word & HIGH
            });
            end += length;
            if length < STEP {
                break;
            }
        }
        if bytes[end] != b'"' || end == start {
            return None;
        }
        self.at = end + 1;
        Some(Span::new(start, end))
    }

    /// The position of the next quotation mark, backslash or control character.
    #[inline]
    fn end_of_run(&self, mut at: usize) -> usize {
        let bytes = self.body.as_bytes();
        while let Some(chunk) = bytes[at..].first_chunk() {
            let length = first_mark(chunk, |word| {
                below(word, b' ') | equal(word, b'"') | equal(word, b'\\')
            });
            at += length;
            if length < STEP {
                return at;
            }
        }
        let rest = &bytes[at..];
        at + rest.iter().take_while(|&&byte| !ends_run(byte)).count()
    }

    /// Reads a text with escapes.
    #[cold]
    pub(super) fn text(&mut self) -> Result<String, Stop> {
        let start = self.at + 1;
        self.decode(start, self.end_of_run(start))
    }

    /// Decodes a text with escapes. Its run from `start` to `end` has none.
    fn decode(&mut self, mut start: usize, mut end: usize) -> Result<String, Stop> {
        let mut decoded = String::new();
        loop {
            decoded.push_str(&self.body[start..end]);
            self.at = end;
            match self.body.as_bytes().get(end) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(decoded);
                }
                Some(b'\\') => {
                    self.at += 1;
                    let character = self.escape()?;
                    decoded.push(character);
                }
                Some(_) => return self.stop("a control character in a text must be escaped"),
                None => return self.stop(CUT_OFF),
            }
            start = self.at;
            end = self.end_of_run(start);
        }
    }

    fn escape(&mut self) -> Result<char, Stop> {
        let Some(&letter) = self.body.as_bytes().get(self.at) else {
            return self.stop(CUT_OFF);
        };
        let character = match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            _ => return self.stop("this is no escape"),
        };
        self.at += 1;
        Ok(character)
    }

    /// Reads the digits after `\u`; of a character outside the basic plane, those of both surrogates.
    fn unicode_escape(&mut self) -> Result<char, Stop> {
        let begin = self.at - 1;
        let lone = "a surrogate stands alone in a text";
        let high = self.four_digits()?;
        let code = if (0xD800..0xDC00).contains(&high) {
            if !self.body.as_bytes()[self.at..].starts_with(b"\\u") {
                return self.stop_at(lone, begin);
            }
            self.at += 1;
            let low = self.four_digits()?;
            if !(0xDC00..0xE000).contains(&low) {
                return self.stop_at(lone, begin);
            }
            0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00)
        } else {
            high
        };
        match char::from_u32(code) {
            Some(character) => Ok(character),
            None => self.stop_at(lone, begin),
        }
    }

    /// Reads `u` and four hexadecimal digits.
    fn four_digits(&mut self) -> Result<u32, Stop> {
        let bytes = self.body.as_bytes();
        let digits = bytes.get(self.at + 1..self.at + 5).unwrap_or_default();
        if digits.len() < 4 {
            return self.stop(NO_DIGITS);
        }
        let mut code = 0;
        for &digit in digits {
            let Some(digit) = char::from(digit).to_digit(16) else {
                return self.stop(NO_DIGITS);
            };
            code = code << 4 | digit;
        }
        self.at += 5;
        Ok(code)
    }

    /// Reads a number, of which the minus sign or the first digit is next.
    pub(super) fn number(&mut self) -> Result<Number, Stop> {
        let start = self.at;
        self.at += usize::from(self.byte() == b'-');
        let whole = self.digits()?;
        if whole > 1 && self.body.as_bytes()[self.at - whole] == b'0' {
            return self.stop_at("a number does not begin with a zero", self.at - whole);
        }
        let mut is_integer = true;
        if self.byte() == b'.' {
            is_integer = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), b'e' | b'E') {
            is_integer = false;
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), b'+' | b'-'));
            self.digits()?;
        }
        let text = &self.body[start..self.at];
        // 18 digits always fit. `-0` is an integer for this check, and no integer for the signature.
        if is_integer && text != "-0" && (whole <= 18 || text.parse::<i64>().is_ok()) {
            return Ok(Number::Integer);
        }
        let Ok(float) = text.parse::<f64>() else {
            return self.stop_at("this is no number", start);
        };
        if float.is_infinite() {
            self.stop_at("the number is out of range", start)
        } else if float == 0.0 && float.is_sign_negative() {
            self.stop_at("negative zero is never signed", start)
        } else {
            Ok(Number::Float(float))
        }
    }

    /// Skips one digit or more. Returns how many.
    fn digits(&mut self) -> Result<usize, Stop> {
        let rest = &self.body.as_bytes()[self.at..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += digits;
        if digits == 0 {
            return self.stop("a digit was expected");
        }
        Ok(digits)
    }

    /// The next byte. After the end it is 0.
    fn byte(&self) -> u8 {
        self.body.as_bytes().get(self.at).copied().unwrap_or(0)
    }
}
