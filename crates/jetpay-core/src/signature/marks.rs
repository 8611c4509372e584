//! What the keys of a body have besides letters.

use super::natural::is_space;

/// A path has a digit or white space, so natural order can differ from byte order.
pub(super) const DIGIT_OR_SPACE: u8 = 1;
/// A key has `;` or a control character.
pub(super) const FORBIDDEN_IN_KEY: u8 = 2;
/// A key has `:`, which is doubled in the path.
pub(super) const COLON: u8 = 4;

static MARKS: [u8; 256] = {
    let mut marks = [0; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        if byte.is_ascii_digit() || is_space(byte) {
            marks[byte as usize] |= DIGIT_OR_SPACE;
        }
        if byte == b';' || byte.is_ascii_control() {
            marks[byte as usize] |= FORBIDDEN_IN_KEY;
        }
        if byte == b':' {
            marks[byte as usize] |= COLON;
        }
        byte += 1;
    }
    marks
};

/// The marks of a key.
pub(super) fn marks_of(key: &str) -> u8 {
    key.bytes()
        .fold(0, |marks, byte| marks | MARKS[usize::from(byte)])
}
